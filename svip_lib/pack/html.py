"""Assembles sections into the report's web page, and into the page from which the PDF is laid out."""

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from urllib.parse import unquote_to_bytes

from bs4 import BeautifulSoup
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from svip_lib.config.refusal import Refusal
from svip_lib.pack.body import REFERENCES, SUMMARY, TEMPLATES, Body, Heading, section_body, typeface_letters
from svip_lib.show.fonts import FACES, subset_face

__all__ = ["Body", "Cover", "Standing", "frame_page", "page", "part_page", "render", "section_body"]

# Letters that nearly every page needs: with them in every subset, the pages of a pack share one, and it is made once.
USUAL_LETTERS = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("£–—‘’“”…×−≥≤·•→✓▲▼■◆◌☐\u00a0")
WIDE = 7  # columns of a table that still fit an A4 page in the usual letters
SHORT = 10  # rows of a table that is kept on one page
ANOTHER_PART = "pack"  # the scheme of a link to another section, before it is known whether the paper has that
PROVENANCE = Heading(1, "provenance", "How this report was made")


@dataclass(frozen=True)
class Standing:
    """One status of a section: of the trajectory or of a duty, of which indicator, in words and as its mark, for when, and if invented."""

    kind: str
    indicator: str
    label: str
    mark: str
    when: str
    synthetic: bool = False


@dataclass(frozen=True)
class Cover:
    """What a reader must know before the first section; all of it in the reader's words.

    ``statuses`` holds those of each section by its name. ``marks`` says what kind of document this is: each key ('Draft',
    'Synthetic', 'Internal') is printed at the head of every page of the PDF, each value is the sentence that explains it in a banner.
    ``provenance`` is the table at the end, ``contact`` whom to tell of what is not accessible, if the council has named a team.
    """

    title: str
    council: str
    quarter: str
    edition: str
    as_at: str
    about: str
    statuses: Mapping[str, Sequence["Standing"]] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)
    provenance: Mapping[str, str] = field(default_factory=dict)
    contact: str | None = None


def page(bodies: Sequence[Body], cover: Cover, *, whole: str | None = None, also: Mapping[str, str] | None = None) -> str:
    """Return the web page of the whole pack, or of one section: one file that fetches nothing and runs nothing.

    Args:
        bodies: The sections, in the order of the report.
        cover: What the reader must know first.
        whole: For the page of a single section, the address of the whole report: the section's title is then the page's.
        also: The other forms in which the reader can have it: words → address.

    Raises:
        Refusal: When an anchor stands twice, or a link or label points to none.
    """
    sections = [(body.title, Markup(_place(body, bodies, demote=whole is None))) for body in bodies]
    headings = [heading for body in bodies for heading in (body.headings if whole is None else body.headings[1:])]
    content = {
        "cover": cover,
        "sections": sections,
        "contents": _contents([*headings, *([PROVENANCE] if cover.provenance else [])]),
        "standings": [(body.title, _standings(body, cover)) for body in bodies],
        "accessibility": f"{(whole or '').removesuffix('index.html')}accessibility.html",
        "provenance": PROVENANCE,
        "whole": whole,
        "also": also or {},
    }
    style = _style(render("page.html.j2", **content, style="", policy=""), "screen.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    # The hash lets in this page's own stylesheet and nothing else: no script, no outside request, whatever a section may hold.
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
    return _sound(render("page.html.j2", **content, style=Markup(style), policy=policy))


def part_page(body: Body, cover: Cover | None = None) -> str:
    """Return the page from which a section is laid out as a part of a paper.

    Args:
        body: The section.
        cover: For a section that is a paper by itself, as the summary is, two sides to lie on a table: what stands at its head.

    Raises:
        Refusal: When an anchor stands twice, or a link or label points to none.
    """
    soup = BeautifulSoup(_place(body, (), demote=True), "html.parser", multi_valued_attributes=None)
    letters = _fit_for_paper(soup, alone=cover is not None)
    content = {"cover": cover, "title": body.title, "html": Markup(str(soup)), "summary": body.slug.startswith(SUMMARY)}
    sheets = ["frame.css"] * (cover is not None) + ["print.css"]
    style = _style(render("part.html.j2", **content, style="") + "".join(sorted(letters)), *sheets)
    return _sound(render("part.html.j2", **content, style=Markup(style)))


def frame_page(bodies: Sequence[Body], cover: Cover, places: Sequence[Sequence[Collection[str]]]) -> str:
    """Return the page from which all of a paper but its sections is laid out: cover, contents with page numbers, heads and feet.

    Args:
        bodies: The sections, in the order of the report.
        cover: What the reader must know first.
        places: The anchors on each page of each section as it was laid out; a leaf is kept free for each.

    Raises:
        Refusal: When an anchor stands twice, or a link or label points to none.
    """
    sections = []
    for body, pages in zip(bodies, places, strict=True):
        leaves = [[heading for heading in body.headings if heading.anchor in anchors] for anchors in pages]
        sections.append((body.title, leaves, body.slug.startswith(SUMMARY)))
    headings = chain.from_iterable(body.headings for body in bodies)
    content = {"cover": cover, "sections": sections, "contents": _contents(headings), "provenance": PROVENANCE}
    style = _style(render("frame.html.j2", **content, style=""), "frame.css", "print.css")
    return _sound(render("frame.html.j2", **content, style=Markup(style)))


def _place(body: Body, bodies: Sequence[Body], *, demote: bool) -> str:
    """Fit a section into a page: links to sections of the same page stay in it, and the pack's own title takes level 1."""
    here = {other.slug for other in bodies}
    html = re.sub(r'href="(\w+)\.html(#[^"]+)"', lambda link: f'href="{link[2]}"' if link[1] in here else link[0], body.html)
    return re.sub(r"<(/?)h([2-5])\b", lambda tag: f"<{tag[1]}h{int(tag[2]) + 1}", html) if demote else html


def _fit_for_paper(soup: BeautifulSoup, *, alone: bool) -> set[str]:
    """Open what a reader of paper cannot open, and return the letters of the charts."""
    letters = set()
    for element in soup.select("details.explain"):  # how each figure was made is for the page, where it stays folded
        element.decompose()
    for element in soup.select(".here, .take, .figures > summary"):  # what can be followed, taken away or unfolded
        element.decompose()
    for element in soup.select(".figures, .chart-scroll"):
        element.unwrap()
    for element in soup.find_all("details"):
        element.name = "div"
    for element in soup.find_all("summary"):
        element.name, element["class"] = "p", "method-title"
    for table in soup.find_all("table"):
        rows = table.find_all("tr")
        columns = max((len(row.find_all(["th", "td"])) for row in rows), default=0)
        kinds = {"wide": columns > WIDE, "short": len(rows) <= SHORT}
        table["class"] = " ".join([table.get("class", ""), *(kind for kind, applies in kinds.items() if applies)]).strip()
    for pairs in soup.find_all("dl"):  # a PDF knows lists, not pairs: one item each, not two
        pairs.name = "ul"
        for term in pairs.find_all("dt"):
            meaning = term.find_next_sibling("dd")
            term.name, meaning.name = "strong", "span"
            item = term.wrap(soup.new_tag("li"))
            item.extend([": ", meaning.extract()])
    for link in soup.find_all("a", href=re.compile(r"^\w+\.html#")):  # another section, which the reader of this paper may not have
        if alone:
            link.unwrap()
        else:
            link["href"] = f"{ANOTHER_PART}:{link['href'].partition('#')[2]}"
    for picture in soup.find_all("img", src=re.compile("^data:image/svg")):
        header, data = picture["src"].split(",", 1)
        drawing = (base64.b64decode(data) if header.endswith(";base64") else unquote_to_bytes(data)).decode()
        # Each chart carries its own few letters of the typeface under one name. On paper they would be mixed up: the page's serve.
        drawing = re.sub(r"@font-face\s*\{[^}]*\}", "", drawing)
        picture["src"] = f"data:image/svg+xml;base64,{base64.b64encode(drawing.encode()).decode()}"
        letters |= set(drawing)
    return letters


def _contents(headings: Iterable[Heading]) -> list[dict]:
    """The contents as lists within lists."""
    top: list[dict] = []
    open_lists = [(0, top)]
    for heading in headings:
        while open_lists[-1][0] >= heading.level:
            open_lists.pop()
        entry = {"heading": heading, "below": []}
        open_lists[-1][1].append(entry)
        open_lists.append((heading.level, entry["below"]))
    return top


def _standings(body: Body, cover: Cover) -> list[tuple[Standing, Markup, str]]:
    """The statuses of a section, each with its mark and with the anchor of its figure, or where that is not charted, of the section."""
    told = []
    for standing in cover.statuses.get(body.slug, ()):
        anchor = f"{body.title.anchor}-{standing.indicator}"
        told.append((standing, Markup(standing.mark), anchor if f'id="{anchor}"' in body.html else body.title.anchor))
    return told


def _sound(html: str) -> str:
    """Refuse a page on which an anchor stands twice, or a link or label points to none."""
    anchors = Counter(re.findall(r'\sid="([^"]+)"', html))
    wanted = set(re.findall(r'\shref="#([^"]+)"', html))
    wanted |= {name for names in re.findall(rf'\s(?:{"|".join(REFERENCES)})="([^"]+)"', html) for name in names.split()}
    if twice := sorted(name for name, count in anchors.items() if count > 1):
        raise Refusal(f"The anchor '{twice[0]}' stands twice on the page.", remedy="Give each section its own number.")
    if missing := sorted(wanted - set(anchors)):
        raise Refusal(f"A link or label points to '{missing[0]}', which is not on the page.", remedy="Correct the link or the label.")
    return html


@cache
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def render(template: str, **content) -> str:
    """Return a template of the pack filled in; what is not marked as finished HTML is escaped."""
    return _templates().get_template(template).render(**content)


def _style(text: str, *sheets: str) -> str:
    """The stylesheet of a page: the letters of the typeface that its text needs, what both pages share, and what is its own."""
    letters = "".join(sorted(USUAL_LETTERS | frozenset(text) & typeface_letters()))
    faces = [subset_face(weight, style, letters) for weight, style in FACES]
    return "\n".join([*faces, *((TEMPLATES / name).read_text(encoding="utf-8") for name in ("report.css", *sheets))])
