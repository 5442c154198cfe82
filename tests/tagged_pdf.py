"""What a screen reader walks along in a PDF: its tags, the words that they hold, and its bookmarks; and where they lie on the pages."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf
from bs4 import BeautifulSoup
from pikepdf import Dictionary, Matrix, Name, String

from svip_lib.pack.html import ANOTHER_PART
from svip_lib.pack.pdf_text import font_letters

KINDS = {"ul": "L", "ol": "L", "li": "LI", "img": "Figure", "a": "Link", "figcaption": "Caption", "blockquote": "BlockQuote"}
KINDS |= {name: name.upper() for name in ("p", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "th", "td")}
KINDS |= {"table": "Table", "thead": "THead", "tbody": "TBody", "caption": "Caption"}
HEADING = re.compile("^h[1-6]$", re.IGNORECASE)


def tags(pdf: pikepdf.Pdf, kind: str = "") -> Iterator[Dictionary]:
    """Every tag, or every one of a kind such as 'Figure', in reading order."""
    return (tag for tag in below(pdf.Root.StructTreeRoot.K[0]) if kind in ("", kind_of(tag)))


def below(tag: Dictionary) -> Iterator[Dictionary]:
    """A tag and all within it, in reading order."""
    waiting = [tag]
    while waiting:
        tag = waiting.pop()
        yield tag
        waiting.extend(kid for kid in reversed(list(tag.get("/K", []))) if is_tag(kid))


def is_tag(kid: object) -> bool:
    return isinstance(kid, Dictionary) and kid.get("/Type") == Name.StructElem


def kind_of(tag: Dictionary) -> str:
    return str(tag.S)[1:]


def bookmarks(pdf: pikepdf.Pdf) -> list[str]:
    """The text of every bookmark, those within others included, from top to bottom."""
    with pdf.open_outline() as outline:
        waiting, titles = list(reversed(outline.root)), []
        while waiting:
            item = waiting.pop()
            titles.append(item.title)
            waiting.extend(reversed(item.children))
        return titles


@dataclass(frozen=True)
class Piece:
    """A piece of what a page shows that belongs to a tag: the page's place, the words, and the height of its lowest line."""

    tag: Dictionary
    page: int
    words: str
    lowest: float


class Reading:
    """A PDF as a screen reader walks it."""

    def __init__(self, pdf: pikepdf.Pdf):
        self.pdf, self._fonts = pdf, {}
        self._numbers = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}
        self._shown = [self._marked(page) for page in pdf.pages]

    def _marked(self, page: pikepdf.Page) -> dict[int, tuple[str, float]]:
        """The words of each marked piece of a page, and how far down it reaches."""
        found: dict[int, tuple[str, float]] = {}
        matrix, outer, line, marks, letters = Matrix(), [], Matrix(), [], None
        for operands, operator in pikepdf.parse_content_stream(page):
            match str(operator):
                case "q":
                    outer.append(matrix)
                case "Q":
                    matrix = outer.pop()
                case "cm":
                    matrix = Matrix(*map(float, operands)) @ matrix
                case "BDC":
                    marks.append(operands[1].get("/MCID") if isinstance(operands[1], Dictionary) else None)
                case "BMC":
                    marks.append(None)
                case "EMC":
                    marks.pop()
                case "Tm":
                    line = Matrix(*map(float, operands))
                case "Tf":
                    font = page.Resources.Font[operands[0]]
                    if font.objgen not in self._fonts:
                        self._fonts[font.objgen] = font_letters(font)
                    letters = self._fonts[font.objgen]
                case "Tj" | "TJ":
                    mark = next((mark for mark in reversed(marks) if mark is not None), None)
                    parts = operands[0] if str(operator) == "TJ" else operands
                    words, lowest = found.get(mark, ("", float("inf")))
                    words += "".join(letters(bytes(part)) for part in parts if isinstance(part, String))
                    found[mark] = words, min(lowest, (line @ matrix).f)
        return found

    def pieces(self, tag: Dictionary, *, without: tuple[str, ...] = ()) -> Iterator[Piece]:
        """What a tag and those within it hold, in reading order; without what some kinds of tags hold."""
        for kid in tag.get("/K", []) if kind_of(tag) not in without else ():
            if is_tag(kid):
                yield from self.pieces(kid, without=without)
            elif isinstance(kid, int) or kid.get("/Type") == Name.MCR:
                mark, page = (kid, tag.Pg) if isinstance(kid, int) else (kid.MCID, kid.Pg)
                number = self._numbers[page.objgen]
                yield Piece(tag, number, *self._shown[number].get(mark, ("", float("inf"))))

    def words(self, tag: Dictionary) -> str:
        """The words of a tag without its spaces: marks of lists and letters in pictures are told otherwise."""
        return "".join("".join(piece.words for piece in self.pieces(tag, without=("Lbl", "Figure"))).split())

    def sections(self) -> list[Dictionary]:
        """The tags of the sections, in their order; how the report was made comes last."""
        (main,) = tags(self.pdf, "Part")
        return [kid for kid in main.K if is_tag(kid)]


def differences(pages: list[str], pdf: pikepdf.Pdf) -> list[str]:
    """What a paper does not hold as the pages that its sections were laid out from do, a line each: no validator makes this check.

    The kinds of elements and how many there are; the words of every heading and header cell, and what the cell heads; the
    alternative texts; all words in their order; and that the headings are the bookmarks.
    """
    found, headings, reading = [], [], Reading(pdf)
    sections, whole = reading.sections(), "".join(pages)
    for html, tag in zip(pages, sections, strict=False):
        section = BeautifulSoup(html, "html.parser", multi_valued_attributes=None).select_one("main > section")
        for link in section.find_all("a", href=re.compile(f"^{ANOTHER_PART}:")):
            if f'id="{link["href"].partition(":")[2]}"' not in whole:  # another section, which this paper has not
                link.unwrap()
        name = section.h2.get_text()
        inside = [(kind_of(kid), kid) for kid in below(tag)]
        headings += [" ".join(heading.get_text().split()) for heading in section.find_all(HEADING)]
        asked = {
            "elements": (Counter(KINDS[element.name] for element in section.find_all(list(KINDS))), _counted(inside)),
            "headings": (
                [(element.name.upper(), _bare(element.get_text())) for element in section.find_all(HEADING)],
                [(kind, reading.words(kid)) for kind, kid in inside if HEADING.match(kind)],
            ),
            "header cells": (
                [({"col": "/Column", "row": "/Row"}[cell["scope"]], _bare(cell.get_text())) for cell in section.find_all("th")],
                [(str(kid.get("/A", {}).get("/Scope")), reading.words(kid)) for kind, kid in inside if kind == "TH"],
            ),
            "alternative texts": (
                [image["alt"] for image in section.find_all("img")],
                [str(kid.get("/Alt", "")) for kind, kid in inside if kind == "Figure"],
            ),
            "words": (_bare(section.get_text()), reading.words(tag)),
        }
        found += [f"{name}: other {what} than on the page" for what, (page, paper) in asked.items() if page != paper]
    if len(sections) < len(pages):
        found.append("fewer sections than pages")
    listed = bookmarks(pdf)
    before = listed[: max(len(listed) - len(headings), 0)]  # what the frame tells on its cover, and the contents
    if listed != [*before, *headings] or before[-1:] != ["Contents"]:
        found.append("other bookmarks than headings")
    return found


def _counted(inside: list[tuple[str, Dictionary]]) -> Counter:
    return Counter(kind for kind, _ in inside if kind in set(KINDS.values()))


def _bare(text: str) -> str:
    return "".join(text.split())
