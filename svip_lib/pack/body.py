"""Turns one executed notebook into a section of the report: its prose and its results, checked, and nothing else."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import nbformat
from bs4 import BeautifulSoup, Tag
from fontTools.ttLib import TTFont
from markupsafe import escape
from nbconvert.exporters import HTMLExporter

from svip_lib.config.refusal import Refusal
from svip_lib.pack.ways import add_ways, words_of
from svip_lib.show.fonts import font_file

TEMPLATES = Path(__file__).parent / "template"
PLACEHOLDER_ALT = "No description has been provided for this image"  # written by nbconvert where there is none
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
DEEPEST = 5  # the pack's page sets a notebook's headings one level lower, and HTML ends at h6
SIGNED_MONEY = re.compile(r"[+\N{MINUS SIGN}]£[\d.,]*\d\w*")
SUMMARY = "00"  # the section that every reader reads; its paragraphs bear numbers of their own, by heading
CAPTIONS = {"figure": "figcaption", "table": "caption"}  # a link of this one word is told by the number of what it leads to
REFERENCES = ("aria-labelledby", "aria-describedby", "headers", "for")
# A bare data frame brings a <style>; it has neither caption nor scopes, and comes from no table of the section's own.
UNWANTED = {"script", "style", "link", "iframe", "object", "embed", "form", "video", "audio", "svg", "base", "meta"}


@dataclass(frozen=True)
class Heading:
    """One line of the contents."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True)
class Body:
    """One section as HTML: everything beneath its title, with anchors that no other section uses.

    ``headings`` starts with the title, at level 1; ``html`` holds the rest, from level 2.
    """

    slug: str
    headings: tuple[Heading, ...]
    html: str

    @property
    def title(self) -> Heading:
        """The section's own heading."""
        return self.headings[0]


def anchor_of(slug: str) -> str:
    """Return the anchor of a section, from which those of its parts are made.

    Example:
        >>> anchor_of("10_ehc_plans")
        's10'
    """
    return f"s{slug.partition('_')[0]}"


@cache
def typeface_letters() -> frozenset[str]:
    """Return every letter that the pack's typeface has."""
    return frozenset(map(chr, TTFont(font_file(400)).getBestCmap()))


def section_body(notebook: nbformat.NotebookNode | Path, slug: str) -> Body:
    """Return the prose and results of one executed notebook, checked and ready for either page.

    Args:
        notebook: The executed notebook, or its file.
        slug: The section's name, ``10_ehc_plans``.

    Raises:
        Refusal: When a cell failed, did not run or warned; when a result would not reach the page; or when something on it
            could not be read by everyone: a picture without words, a skipped heading, a link to nowhere.
    """
    book = nbformat.read(notebook, as_version=4) if isinstance(notebook, Path) else notebook
    _check_run(book, slug)
    rendered, _ = _exporter().from_notebook_node(book)
    soup = BeautifulSoup(rendered, "html.parser", multi_valued_attributes=None)
    _check_results(book, soup, slug)
    for element in soup.find_all(True):
        _check_element(element, slug)
    _check_letters(soup, slug)
    title = _name_headings(soup, slug)
    anchors = _prefix_anchors(soup, title)
    for link in soup.find_all("a", href=True):
        if (kind := words_of(link).lower()) in CAPTIONS:
            _name_by_number(link, kind, anchors, soup, slug)
        else:
            link["href"] = _target(link["href"], anchors, slug)
    if not slug.startswith(SUMMARY):
        _number_paragraphs(soup, slug)
    add_ways(soup)
    _keep_together(soup)
    headings = [Heading(int(h.name[1]), h["id"], words_of(h)) for h in soup.find_all(HEADINGS)]
    for block in soup.find_all(attrs={"data-block": True}):
        block.unwrap()
    return Body(slug, (title, *headings), str(soup).strip())


@cache
def _exporter() -> HTMLExporter:
    """One exporter for all notebooks: setting it up costs more than a section does."""
    return HTMLExporter(template_name="section", extra_template_basedirs=[str(TEMPLATES)], exclude_input=True, exclude_anchor_links=True)


def _check_run(book: nbformat.NotebookNode, slug: str) -> None:
    """A notebook that stopped half way, or that complained, would still make a clean short page."""
    for number, cell in enumerate(book.cells, start=1):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        if cell.execution_count is None:
            raise _refusal(slug, f"Cell {number} did not run.", "Run the notebook from its first cell to its last.")
        for output in cell.outputs:
            if output.output_type == "error":
                raise _refusal(
                    slug, f"Cell {number} failed: {output.ename}: {output.evalue.rstrip('.')}.", "Mend the cell and run the section again."
                )
            if output.output_type == "stream" and output.name == "stderr" and re.search("warning|findfont", output.text, re.IGNORECASE):
                first = output.text.strip().splitlines()[0]
                raise _refusal(slug, f"Cell {number} warned: {first}.", "Mend the cause; a warning must not be published or hidden.")


def _check_results(book: nbformat.NotebookNode, soup: BeautifulSoup, slug: str) -> None:
    """Results in = results out: a kind of result that the template does not know would vanish in silence."""
    shown = ("display_data", "execute_result")
    results = [n for n, cell in enumerate(book.cells, 1) for output in cell.get("outputs", []) if output.output_type in shown]
    blocks = soup.find_all(attrs={"data-block": "result"})
    for number, block in zip(results, blocks, strict=True):
        if not block.get_text(strip=True) and not block.find("img"):
            raise _refusal(slug, f"A result of cell {number} would leave nothing on the page.", "Show it through the section.")


def _check_element(element: Tag, slug: str) -> None:
    """Refuse what the page may not hold, and turn the alignment of a Markdown table into a class: no inline style passes the policy."""
    if element.name in UNWANTED or any(name.startswith("on") for name in element.attrs):
        raise _refusal(slug, f"A result holds a bare <{element.name}>.", "Show tables and charts through the section's own methods.")
    if style := element.attrs.pop("style", None):
        if not (alignment := re.fullmatch(r"text-align:\s*(left|right|center);?", style)):
            raise _refusal(slug, f"A <{element.name}> brings its own style, '{style}'.", "Use a class of the report's stylesheet.")
        element["class"] = f"{element.get('class', '')} align-{alignment[1]}".strip()
    if element.name == "th" and "scope" not in element.attrs:  # a Markdown table heads its columns only
        element["scope"] = "col"
    if element.name == "img":
        alt, figure = element.get("alt", "").strip(), element.find_parent("figure")
        beside = {words_of(part) for part in figure.find_all(["p", "figcaption"])} if figure else set()
        if alt in {"", PLACEHOLDER_ALT} or alt in beside or re.search(r"\.(png|svg|jpe?g)$", alt):
            raise _refusal(slug, f"A picture has no words of its own ('{alt}').", "Say in its alternative text what the picture shows.")
        if not element.get("src", "").startswith("data:image/"):
            raise _refusal(slug, f"The picture '{alt}' lies outside the page.", "Show it through the section's own methods.")


def _check_letters(soup: BeautifulSoup, slug: str) -> None:
    """A letter that the typeface lacks would look different on every machine, and be a box on some."""
    for letter in sorted(set(soup.get_text()) - typeface_letters() - set("\n\t\r")):
        name = unicodedata.name(letter, f"U+{ord(letter):04X}").lower()
        raise _refusal(slug, f"The report's typeface has no '{letter}' ({name}).", "Write it as a word.")


def _name_headings(soup: BeautifulSoup, slug: str) -> Heading:
    """Give every heading an anchor made of its words, take the title out, and return it."""
    headings = soup.find_all(HEADINGS)
    levels = [int(heading.name[1]) for heading in headings]
    if levels.count(1) != 1 or levels[0] != 1:
        raise _refusal(slug, "A section has one title, and it comes first.", "Begin the notebook with '# Title', and use '##' below it.")
    for above, below, heading in zip(levels, levels[1:], headings[1:], strict=False):
        if below > min(above + 1, DEEPEST):
            raise _refusal(
                slug,
                f"The heading '{words_of(heading)}' stands too deep below the one above it.",
                f"Give it {min(above + 1, DEEPEST)} number signs at most.",
            )
    for heading in headings[1:]:
        heading["id"] = heading.get("id") or _anchor(words_of(heading))
    return Heading(1, anchor_of(slug), words_of(headings[0].extract()))


def _prefix_anchors(soup: BeautifulSoup, title: Heading) -> dict[str, str]:
    """Make every anchor the section's own, and unique in it; labels follow within their cell. Returns old name → new name."""
    taken, anchors = {title.anchor}, {_anchor(title.text): title.anchor}
    for block in soup.find_all(attrs={"data-block": True}):
        here = {}
        for element in block.find_all(id=True):
            name = new = f"{title.anchor}-{element['id']}"
            while new in taken:  # two headings with the same words, or the same table shown twice
                new = f"{name}-{int(new.removeprefix(name).strip('-') or 1) + 1}"
            taken.add(new)
            here[element["id"]] = element["id"] = new
        for reference in REFERENCES:
            for element in block.find_all(attrs={reference: True}):
                element[reference] = " ".join(here.get(name, f"{title.anchor}-{name}") for name in element[reference].split())
        anchors = here | anchors
    return anchors


def _keep_together(soup: BeautifulSoup) -> None:
    """Between a sign and a pound sign a line may end, by the rules of Unicode; cells of numbers are kept whole as they are."""
    for text in soup.find_all(string=SIGNED_MONEY):
        if not text.find_parent("td", class_="num") and not text.find_parent(class_="numbers"):
            whole = SIGNED_MONEY.sub(r'<span class="whole">\g<0></span>', str(escape(text)))
            text.replace_with(BeautifulSoup(whole, "html.parser", multi_valued_attributes=None))


def _target(href: str, anchors: Mapping[str, str], slug: str) -> str:
    """Rewrite a link: within the notebook, to another section's notebook as JupyterLab follows it, or away from the report."""
    if re.match(r"https?://|mailto:", href):
        return href
    if link := re.fullmatch(r"(?:\./)?(\d\d_\w+)\.(?:ipynb|html)(?:#(.+))?", href):
        other = anchor_of(link[1])
        return f"{link[1]}.html#{other}-{_anchor(unquote(link[2]))}" if link[2] else f"{link[1]}.html#{other}"
    name = unquote(href.removeprefix("#"))
    target = anchors.get(name) or anchors.get(_anchor(name))
    if not target:
        raise _refusal(slug, f"The link '{href}' leads nowhere.", "Link to a heading here, another section's notebook or a web address.")
    return f"#{target}"


def _name_by_number(link: Tag, kind: str, anchors: Mapping[str, str], soup: BeautifulSoup, slug: str) -> None:
    """Turn a link '[figure](#ehc_plans_count)' into 'Figure 10.1'; a table is found by its indicator's or its register's name too."""
    name = link["href"].removeprefix("#")
    named = [anchors.get(name)] if kind == "figure" else map(anchors.get, (f"{name}-table", f"register-{name}", name))
    for anchor in filter(None, named):
        caption = soup.select_one(f'[id="{anchor}"] {CAPTIONS[kind]}')
        if caption and (number := re.match(rf"{kind} [\d.]*\d", words_of(caption), re.IGNORECASE)):
            link["href"], link.string = f"#{anchor}", number[0]
            return
    if message := soup.select_one(f'p.message[id="{anchors.get(name)}"]'):  # of a council that has no figures for it
        link["href"] = f"#{message['id']}"
        return
    remedy = "Name what is shown in this section; what is shown in another has no number here: link to it by words of your own."
    raise _refusal(slug, f"There is no {kind} '{link['href']}'.", remedy)


def _number_paragraphs(soup: BeautifulSoup, slug: str) -> None:
    """Give each paragraph a number by which a committee's paper can cite it, the same on the page and on paper, and for every ear."""
    section = slug[:2].lstrip("0")
    for number, paragraph in enumerate(soup.select('[data-block="prose"] > p, .meaning, .commentary > p'), start=1):
        label = soup.new_tag("span", attrs={"class": "paragraph"})
        label.string = f"{section}.{number}"
        paragraph.insert(0, label)
        label.insert_after(" ")


def _anchor(text: str) -> str:
    return re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-")


def _refusal(slug: str, problem: str, remedy: str) -> Refusal:
    return Refusal(problem, file=f"notebooks/{slug}.ipynb", remedy=remedy)
