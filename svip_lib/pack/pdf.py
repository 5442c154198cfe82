"""Lays the print page out as a PDF that a screen reader can walk (PDF/UA-1), and mends what WeasyPrint leaves open."""

import io
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from textwrap import shorten

import pikepdf
from pikepdf import Array, Dictionary, Name, NumberTree, OutlineItem, String
from weasyprint import HTML
from weasyprint.layout.absolute import AbsolutePlaceholder
from weasyprint.logger import LOGGER
from weasyprint.pdf import tags
from weasyprint.urls import URLFetcher

from svip_lib.config.refusal import Refusal
from svip_lib.pack.html import ANOTHER_PART

POINTS = 0.75  # to a CSS pixel
MARK = rb"/\w+\s*<<\s*/MCID (\d+)\s*>>\s*BDC"  # where a piece of content begins, as WeasyPrint writes it
PRINTED = 4  # the flag of an annotation that paper shows too


def write_pdf(print_html: str, path: Path) -> None:
    """Write the PDF of a page for paper: tagged, with bookmarks, and the same bytes from the same page.

    Args:
        print_html: The page that ``html.part_page`` made; nothing outside it is read.
        path: Where the PDF goes.

    Raises:
        Refusal: When WeasyPrint complains: a picture without words, a link to nowhere, a letter or a rule that it cannot set.
    """
    with _laid_out(print_html, path.name) as (pdf, _, _):
        _save(pdf, path)


def places(part: Path) -> list[list[str]]:
    """Return the anchors on each page of a PDF that ``write_pdf`` wrote."""
    with pikepdf.open(part) as pdf:
        found = [[] for _ in pdf.pages]
        for name, (page, *_) in _names(pdf).items():
            found[pikepdf.Page(page).index].append(name)
        return found


def bind(frame_html: str, parts: Sequence[Path], path: Path) -> None:
    """Write a paper from parts that were laid out before: each takes the leaves that the frame keeps for it.

    A section is so laid out once, for its own paper and for the whole pack's, and again only when it changes.

    Args:
        frame_html: The page that ``html.frame_page`` made: all but the sections.
        parts: The sections as ``write_pdf`` wrote them, in their order.
        path: Where the PDF goes.

    Raises:
        Refusal: As ``write_pdf`` does.
    """
    with _laid_out(frame_html, path.name) as (pdf, tree, words), ExitStack() as opened:
        names, numbers = _names(pdf), tree.root.ParentTree.Nums
        with pdf.open_outline() as outline:
            chapters = outline.root[0].children
            for leaves, file in zip(tree.leaves(), parts, strict=True):
                part = opened.enter_context(pikepdf.open(file))
                first, shift = pikepdf.Page(leaves.Pg).index, int(numbers[-2]) + 1
                _take_leaves(pdf, part, first, shift)
                copied = pdf.copy_foreign(part.Root.StructTreeRoot)  # after the pages, so that it names their copies
                for number, tag in NumberTree(copied.ParentTree).items():
                    numbers.extend([number + shift, tag])
                leaves.K = copied.K[0].K[0].K[0].K
                for kid in leaves.K:
                    kid.P = leaves
                names |= {name: _moved(pdf, first, target) for name, target in _names(part).items()}
                with part.open_outline() as own:
                    chapters.extend(_chapters(pdf, first, own.root))  # behind what the frame tells before its leaves
        pdf.Root.Names.Dests = Dictionary(Names=Array([part for name in sorted(names) for part in (String(name), names[name])]))
        _finish_links_between_parts(pdf, names, words)
        _save(pdf, path)


@contextmanager
def _laid_out(print_html: str, name: str) -> Iterator[tuple[pikepdf.Pdf, "_Tree", dict[str, str]]]:
    """A page laid out and mended, its tags, and the words of each of its anchors."""
    page = HTML(string=print_html, url_fetcher=URLFetcher(allowed_protocols=["data"]))
    with _complaints() as complaints, _origins() as origins:
        laid_out = page.write_pdf(pdf_variant="pdf/ua-1")
    if complaints:
        more = f" ({len(complaints) - 1} more follow.)" if complaints[1:] else ""
        raise Refusal(f"The PDF would not be sound: {complaints[0]}.{more}", file=name, remedy="Mend the section that it comes from.")
    named = [element for element in page.etree_element.iter() if element.get("id")]
    words = {element.get("id"): element.get("title") or shorten("".join(element.itertext()), 120) for element in named}
    with pikepdf.open(io.BytesIO(laid_out)) as pdf:
        tree = _Tree(pdf, origins, series=next(iter(words), ""))
        tree.join()
        tree.mark_artifacts()
        tree.finish_elements()
        _finish_links(pdf, words)
        yield pdf, tree, words


def _save(pdf: pikepdf.Pdf, path: Path) -> None:
    whole = io.BytesIO()  # written by Python, because qpdf ends the process where a disk is full
    pdf.save(whole, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    path.write_bytes(whole.getvalue())


def _names(pdf: pikepdf.Pdf) -> dict[str, Array]:
    """Where each anchor lies: its page first."""
    listed = list(pdf.Root.get("/Names", {}).get("/Dests", {}).get("/Names", []))
    return {str(name): target for name, target in zip(listed[::2], listed[1::2], strict=True)}


def _moved(pdf: pikepdf.Pdf, first: int, target: Array) -> Array:
    """A place in a part as a place in the whole."""
    return Array([pdf.pages[first + pikepdf.Page(target[0]).index].obj, *list(target)[1:]])


def _chapters(pdf: pikepdf.Pdf, first: int, items: list[OutlineItem]) -> list[OutlineItem]:
    """The bookmarks of a part, for the whole."""
    chapters = []
    for item in items:
        chapters.append(OutlineItem(item.title, _moved(pdf, first, item.destination)))
        chapters[-1].children = _chapters(pdf, first, item.children)
    return chapters


def _take_leaves(pdf: pikepdf.Pdf, part: pikepdf.Pdf, first: int, shift: int) -> None:
    """Put the pages of a part in the place of the frame's leaves, whose heads and feet they take over as drawings."""
    for place, page in enumerate(part.pages, start=first):
        frame = pdf.pages[place].as_form_xobject()
        pdf.pages[place] = page
        taken = pdf.pages[place]
        taken.Resources.XObject[f"/Frame{place}"] = frame
        taken.contents_add(f"q /Frame{place} Do Q".encode(), prepend=True)
        taken.obj.StructParents += shift
        for link in taken.obj.get("/Annots", []):
            link.StructParent += shift


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """Collect what WeasyPrint only logs: it writes the PDF all the same."""
    said: list[str] = []
    listener = logging.Handler(logging.WARNING)
    listener.emit = lambda record: said.append(record.getMessage()[:300])
    LOGGER.addHandler(listener)
    try:
        yield said
    finally:
        LOGGER.removeHandler(listener)


@contextmanager
def _origins() -> Iterator[dict[int, object]]:
    """Note from which element of the page each tag comes: object number → element.

    WeasyPrint tags a table, list or paragraph once on every page that it reaches, and forgets that they are one. Its private
    function is wrapped for as long as the PDF is being written; the release is pinned.
    """
    build, origins, above = tags._build_box_tree, {}, []

    def noted(box, *rest):
        element = (box._box if isinstance(box, AbsolutePlaceholder) else box).element
        nested = element is None or any(element is outer for outer in above)  # a box that only helps to lay out its element
        above.append(element)
        for tag in build(box, *rest):
            if not nested:
                origins.setdefault(tag.number, element)
            yield tag
        above.pop()

    tags._build_box_tree = noted
    try:
        yield origins
    finally:
        tags._build_box_tree = build


class _Tree:
    """The tags of a PDF, as they are being mended."""

    def __init__(self, pdf: pikepdf.Pdf, origins: dict[int, object], series: str):
        self.pdf, self.origins, self.series = pdf, origins, series
        self.root = pdf.Root.StructTreeRoot
        self.first: dict[object, Dictionary] = {}  # an element's tag on its first page
        self.header_ids: dict[str, String] = {}  # of a repeated header cell → of the cell itself

    def join(self) -> None:
        """Make one tag of the pieces that an element left on several pages; a header row that repeats is dropped from the tree."""
        document = self.root.K[0]
        document.K = Array(self._joined(document, list(document.K)))
        for cell in self._elements(document):
            if cell.S == Name.TD and "/Headers" in cell.get("/A", {}):
                cell.A.Headers = Array([self._own(self.header_ids.get(str(header), header)) for header in cell.A.Headers])

    def _own(self, cell: String) -> String:
        """The name of a header cell, told apart from those of other parts of the same paper."""
        return String(f"{self.series}-{cell}")

    def _joined(self, parent: Dictionary, kids: list) -> list:
        """The kids of a tag, without those that went to the tag of an earlier page."""
        kept = []
        for kid in kids:
            if not _is_element(kid):
                kept.append(kid)
                continue
            below = list(kid.get("/K", []))
            first = self._first(kid)
            if first is None:
                kid.P = parent
                kid.K = Array(self._joined(kid, below))
                kept.append(kid)
            elif kid.S == Name.THead:
                self._note_headers(kid)
            else:
                first.K.extend(self._joined(first, [_from_page(piece, kid.Pg, first.Pg) for piece in below]))
        return kept

    def _first(self, tag: Dictionary) -> Dictionary | None:
        """The tag of the same element on an earlier page, if there is one."""
        element = self.origins.get(tag.objgen[0])
        if element is None:
            return None
        first = self.first.setdefault(element, tag)
        return None if first.objgen == tag.objgen else first

    def _note_headers(self, header: Dictionary) -> None:
        for cell in self._elements(header):
            if cell.S == Name.TH and (first := self._first(cell)) is not None:
                self.header_ids[str(cell.ID)] = first.ID

    def mark_artifacts(self) -> None:
        """Whatever the tree does not reach, running heads and repeated header rows, is there for the eye alone: say so.

        The way back from content to tag is written anew on the way.
        """
        back: dict[int, dict[int, Dictionary] | Dictionary] = {page.obj.StructParents: {} for page in self.pdf.pages}
        for tag in self._elements(self.root.K[0]):
            for kid in tag.get("/K", []):
                if isinstance(kid, int):
                    back[tag.Pg.StructParents][kid] = tag
                elif kid.get("/Type") == Name.MCR:
                    back[kid.Pg.StructParents][kid.MCID] = tag
                elif kid.get("/Type") == Name.OBJR:
                    back[kid.Obj.StructParent] = tag
        numbers = Array()
        for number, tag in sorted(back.items(), key=lambda item: item[0]):
            reached = Array([tag.get(place) for place in range(max(tag, default=-1) + 1)]) if isinstance(tag, dict) else tag
            numbers.extend([number, reached])
        self.root.ParentTree = self.pdf.make_indirect(Dictionary(Nums=numbers))
        for page in self.pdf.pages:
            reached = back[page.obj.StructParents]
            content = page.Contents.read_bytes()  # WeasyPrint writes a page as one stream
            page.Contents = self.pdf.make_stream(re.sub(MARK, partial(_heard_or_not, reached), content))

    def finish_elements(self) -> None:
        """Say of every header cell whether it heads its column or its row, and where on the paper every figure lies."""
        for tag in self._elements(self.root.K[0]):
            if tag.S == Name.TH:
                tag.A.Scope, tag.ID = Name.Column if tag.P.P.S == Name.THead else Name.Row, self._own(tag.ID)
            elif tag.S == Name.Figure:
                left, top, right, bottom = (float(edge) * POINTS for edge in tag.A.BBox)
                height = float(tag.Pg.MediaBox[3])
                tag.A.BBox = Array([round(edge, 2) for edge in (left, height - bottom, right, height - top)])

    def leaves(self) -> list[Dictionary]:
        """The tags of what a frame keeps free for its parts, in their order."""
        return [tag for element, tag in self.first.items() if "leaves" in element.get("class", "")]

    def _elements(self, tag: Dictionary) -> Iterator[Dictionary]:
        """A tag and all below it, in reading order."""
        waiting = [tag]
        while waiting:
            tag = waiting.pop()
            yield tag
            waiting.extend(kid for kid in reversed(list(tag.get("/K", []))) if _is_element(kid))


def _is_element(kid: object) -> bool:
    return isinstance(kid, Dictionary) and kid.get("/Type") == Name.StructElem


def _from_page(piece: object, page: Dictionary, new: Dictionary) -> object:
    """A piece of content that leaves for a tag of another page takes the name of its own page with it."""
    return Dictionary(Type=Name.MCR, Pg=page, MCID=piece) if isinstance(piece, int) and page.objgen != new.objgen else piece


def _heard_or_not(reached: dict[int, Dictionary], mark: re.Match) -> bytes:
    return mark[0] if int(mark[1]) in reached else b"/Artifact << /Type /Pagination >> BDC"


def _finish_links(pdf: pikepdf.Pdf, words: dict[str, str]) -> None:
    """Let a link say in words where it leads, and be there on paper too."""
    for page in pdf.pages:
        for link in page.get("/Annots", []):
            link.F = PRINTED
            if "/Dest" in link:
                link.Contents = String(f"Go to: {words[str(link.Dest)]}")


def _finish_links_between_parts(pdf: pikepdf.Pdf, names: Mapping[str, Array], words: Mapping[str, str]) -> None:
    """Let a link to another section lead there where that is part of the paper; where it is not, only its words stay."""
    tags = NumberTree(pdf.Root.StructTreeRoot.ParentTree)
    for page in pdf.pages:
        for link in list(page.get("/Annots", [])):
            scheme, _, anchor = str(link.get("/A", {}).get("/URI", "")).partition(":")
            if scheme != ANOTHER_PART:
                continue
            if anchor in names:
                del link.A
                link.Dest, link.Contents = String(anchor), String(f"Go to: {words.get(anchor) or words[anchor.partition('-')[0]]}")
            else:
                tag = tags[link.StructParent]
                tag.S = Name.Span
                tag.K = Array([kid for kid in tag.K if not (isinstance(kid, Dictionary) and kid.get("/Type") == Name.OBJR)])
                page.Annots = Array([other for other in page.Annots if other.objgen != link.objgen])
