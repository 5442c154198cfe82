"""Lays the print page out as a PDF that a screen reader can walk (PDF/UA-1), and mends what WeasyPrint leaves open."""

import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from textwrap import shorten

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from weasyprint import HTML
from weasyprint.layout.absolute import AbsolutePlaceholder
from weasyprint.logger import LOGGER
from weasyprint.pdf import tags
from weasyprint.urls import URLFetcher

from svip_lib.config.refusal import Refusal

POINTS = 0.75  # to a CSS pixel
MARK = rb"/\w+\s*<<\s*/MCID (\d+)\s*>>\s*BDC"  # where a piece of content begins, as WeasyPrint writes it
PRINTED = 4  # the flag of an annotation that paper shows too


def write_pdf(print_html: str, path: Path) -> None:
    """Write the PDF of a print page: tagged, with bookmarks, and the same bytes from the same page.

    Args:
        print_html: The page that ``html.print_page`` made; nothing outside it is read.
        path: Where the PDF goes.

    Raises:
        Refusal: When WeasyPrint complains: a picture without words, a link to nowhere, a letter or a rule that it cannot set.
    """
    page = HTML(string=print_html, url_fetcher=URLFetcher(allowed_protocols=["data"]))
    with _complaints() as complaints, _origins() as origins:
        laid_out = page.write_pdf(pdf_variant="pdf/ua-1")
    if complaints:
        more = f" ({len(complaints) - 1} more follow.)" if complaints[1:] else ""
        raise Refusal(f"The PDF would not be sound: {complaints[0]}.{more}", file=path.name, remedy="Mend the section that it comes from.")
    words = {element.get("id"): shorten("".join(element.itertext()), 120) for element in page.etree_element.iter() if element.get("id")}
    with pikepdf.open(io.BytesIO(laid_out)) as pdf:
        tree = _Tree(pdf, origins)
        tree.join()
        tree.mark_artifacts()
        tree.finish_elements()
        _finish_links(pdf, words)
        whole = io.BytesIO()  # written by Python, because qpdf ends the process where a disk is full
        pdf.save(whole, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    path.write_bytes(whole.getvalue())


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

    def __init__(self, pdf: pikepdf.Pdf, origins: dict[int, object]):
        self.pdf, self.origins = pdf, origins
        self.root = pdf.Root.StructTreeRoot
        self.first: dict[object, Dictionary] = {}  # an element's tag on its first page
        self.header_ids: dict[str, String] = {}  # of a repeated header cell → of the cell itself

    def join(self) -> None:
        """Make one tag of the pieces that an element left on several pages; a header row that repeats is dropped from the tree."""
        document = self.root.K[0]
        document.K = Array(self._joined(document, list(document.K)))
        for cell in self._elements(document):
            if cell.S == Name.TD and "/Headers" in cell.get("/A", {}):
                cell.A.Headers = Array([self.header_ids.get(str(header), header) for header in cell.A.Headers])

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
            content = b"\n".join(part.read_bytes() for part in _streams(page))
            page.Contents = self.pdf.make_stream(re.sub(MARK, partial(_heard_or_not, reached), content))

    def finish_elements(self) -> None:
        """Say of every header cell whether it heads its column or its row, and where on the paper every figure lies."""
        for tag in self._elements(self.root.K[0]):
            if tag.S == Name.TH:
                tag.A.Scope = Name.Column if tag.P.P.S == Name.THead else Name.Row
            elif tag.S == Name.Figure:
                left, top, right, bottom = (float(edge) * POINTS for edge in tag.A.BBox)
                height = float(tag.Pg.MediaBox[3])
                tag.A.BBox = Array([round(edge, 2) for edge in (left, height - bottom, right, height - top)])

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


def _streams(page: pikepdf.Page) -> list[pikepdf.Stream]:
    contents = page.obj.Contents
    return list(contents) if isinstance(contents, Array) else [contents]


def _heard_or_not(reached: dict[int, Dictionary], mark: re.Match) -> bytes:
    return mark[0] if int(mark[1]) in reached else b"/Artifact << /Type /Pagination >> BDC"


def _finish_links(pdf: pikepdf.Pdf, words: dict[str, str]) -> None:
    """Let a link say in words where it leads, and be there on paper too."""
    for page in pdf.pages:
        for link in page.get("/Annots", []):
            link.F = PRINTED
            if "/Dest" in link:
                link.Contents = String(f"Go to: {words[str(link.Dest)]}")
