"""What a screen reader walks along in a PDF: its tags and its bookmarks."""

from collections.abc import Iterator

import pikepdf


def tags(pdf: pikepdf.Pdf, kind: str = "") -> Iterator[pikepdf.Dictionary]:
    """Every tag, or every one of a kind such as 'Figure', in reading order."""
    waiting = [pdf.Root.StructTreeRoot.K[0]]
    while waiting:
        tag = waiting.pop()
        if kind in ("", str(tag.S)[1:]):
            yield tag
        below = [kid for kid in tag.get("/K", []) if isinstance(kid, pikepdf.Dictionary)]
        waiting.extend(kid for kid in reversed(below) if kid.get("/Type") == pikepdf.Name.StructElem)


def bookmarks(pdf: pikepdf.Pdf) -> list[str]:
    """The text of every bookmark, those within others included, from top to bottom."""
    with pdf.open_outline() as outline:
        waiting, titles = list(reversed(outline.root)), []
        while waiting:
            item = waiting.pop()
            titles.append(item.title)
            waiting.extend(reversed(item.children))
        return titles
