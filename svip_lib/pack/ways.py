"""Ways to a figure: a link that leads to it, and beneath each chart its numbers, folded, with a file of them to take away."""

import csv
import io
import re
from urllib.parse import quote

from bs4 import BeautifulSoup, Tag

from svip_lib.config.cells import harmless

NUMBER = re.compile(r"[+\N{MINUS SIGN}]?\d[\d,]*(?:\.\d+)?%?")
SYNTHETIC = "SYNTHETIC"


def add_ways(soup: BeautifulSoup) -> None:
    """Give every chart and every table of a section a link to itself, and fold the table of a chart beneath it.

    Args:
        soup: The section, its anchors final; what one cell showed stands in one block.
    """
    for figure in soup.select("figure[id]:has(figcaption)"):
        figure.figcaption.extend([" ", _link(soup, figure["id"], words_of(figure.figcaption))])
        if table := figure.find_next_sibling(class_="table-scroll"):
            fold = table.wrap(soup.new_tag("details", attrs={"class": "figures"}))
            fold.insert(0, summary := soup.new_tag("summary"))
            summary.string = f"Show the figures: {words_of(table.caption)}"
            while (note := fold.find_next_sibling()) is not None and note.get("class") == "table-note":
                fold.append(note.extract())
            fold.append(take := soup.new_tag("p", attrs={"class": "take"}))
            name = f"{figure['id']}{f'-{SYNTHETIC}' if SYNTHETIC in words_of(figure) else ''}.csv"
            address = f"data:text/csv;charset=utf-8,{quote(table_csv(table.table, synthetic=SYNTHETIC in name), safe=',')}"
            take.append(link := soup.new_tag("a", attrs={"href": address, "download": name}))
            link.string = f"Download these figures (CSV): {name}"
    for table in soup.select("table[id]:has(caption)"):
        if table.find_parent("details"):
            continue
        last = table.find_parent(class_="table-scroll") or table
        message = last.find_previous_sibling("p", class_="message", id=True)
        while (note := last.find_next_sibling()) is not None and note.get("class") == "table-note":
            last = note
        last.insert_after(way := soup.new_tag("p", attrs={"class": "table-note here"}))
        way.append(_link(soup, (message or table)["id"], words_of(table.caption)))


def table_csv(table: Tag, *, synthetic: bool) -> str:
    """Return a table as CSV: numbers without commas, and no text that a spreadsheet would take for a formula.

    Args:
        table: The table as the page shows it.
        synthetic: Whether its figures are invented; then each row says so, because a file travels without its page.
    """
    file = io.StringIO()
    for row in table.find_all("tr"):
        mark = ["Marked" if row.find_parent("thead") else SYNTHETIC] if synthetic else []
        csv.writer(file, lineterminator="\n").writerow([*(_cell(words_of(cell)) for cell in row.find_all(["th", "td"])), *mark])
    return "\N{BYTE ORDER MARK}" + file.getvalue()  # by which Excel knows the letters


def _cell(text: str) -> str:
    """A cell of CSV.

    Example:
        >>> _cell("\N{MINUS SIGN}1,033"), _cell("+94"), _cell("=SUM(A1)")
        ('-1033', '94', "'=SUM(A1)")
    """
    if NUMBER.fullmatch(text):
        return text.replace(",", "").replace("\N{MINUS SIGN}", "-").lstrip("+")
    return str(harmless(text))


def _link(soup: BeautifulSoup, anchor: str, caption: str) -> Tag:
    """A link that says what it leads to: read out of its place, too, it is not one of many that sound alike."""
    number = re.match(r"(?:Figure|Table) \d+(?:\.\d+)?", caption)
    link = soup.new_tag("a", attrs={"class": "here", "href": f"#{anchor}"})
    link.string = f"Link to {number[0][0].lower()}{number[0][1:]}" if number else f"Link to: {caption}"
    return link


def words_of(element: Tag) -> str:
    """Return the words of an element, a space between each two."""
    return " ".join(element.get_text().split())
