"""Opens an XML file as a tree whose elements know the line on which they stand; refuses what could harm or has no end."""

from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from svip_lib.config.refusal import Refusal

SIZE_LIMIT = 100_000_000
ELEMENTS_LIMIT = 3_000_000
DEPTH_LIMIT = 32
EXPORT_AGAIN = "Export the file again from the case system; do not mend it by hand."


@dataclass(slots=True)
class XmlElement:
    """One element: its name without a namespace, the line on which it begins, its text and the elements in it."""

    name: str
    line: int
    text: str = ""
    children: list["XmlElement"] = field(default_factory=list)


def read_xml_tree(path: Path) -> XmlElement:
    """Return the outermost element of an XML file, with all that is in it.

    Args:
        path: An XML file of at most 100 MB, without a document type declaration.

    Returns:
        Elements with stripped text; text that stands beside other elements, attributes and comments are left out.

    Raises:
        Refusal: When the file is missing, is not well-formed, declares a document type, or is too large or too deeply nested.
            The message has the line.
    """
    tree = _Tree(path)
    parser = DefusedXMLParser(target=tree, forbid_dtd=True)
    tree.parser = parser.parser
    try:
        size = path.stat().st_size
        if size > SIZE_LIMIT:
            raise Refusal(f"The file holds {size / 1e6:,.0f} MB; more than 100 MB are not read.", file=path, remedy=EXPORT_AGAIN)
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                parser.feed(piece)
        return parser.close()
    except OSError as mistake:
        raise Refusal(f"The file cannot be opened ({mistake.strerror}).", file=path, remedy="Put the file there, readable.") from None
    except DefusedXmlException:
        problem = "The file declares a document type or entities, which a return never does."
        raise Refusal(problem, file=path, line=tree.parser.CurrentLineNumber, remedy=EXPORT_AGAIN) from None
    except (ParseError, ValueError, LookupError) as mistake:  # the last two: an encoding that nobody knows
        line = getattr(mistake, "position", (None,))[0]
        raise Refusal("This is not well-formed XML; the file may be cut off.", file=path, line=line, remedy=EXPORT_AGAIN) from None


class _Tree:
    """What the parser tells of elements, kept as a tree."""

    def __init__(self, path: Path):
        self.path, self.parser = path, None
        self.open: list[XmlElement] = []
        self.root: XmlElement | None = None
        self.pieces: list[str] = []
        self.elements = 0

    def start(self, tag: str, _attributes: dict) -> None:
        element = XmlElement(tag.rpartition("}")[2], self.parser.CurrentLineNumber)
        self.elements += 1
        if self.elements > ELEMENTS_LIMIT or len(self.open) >= DEPTH_LIMIT:
            problem = "The file has more elements, or elements nested more deeply, than a return has."
            raise Refusal(problem, file=self.path, line=element.line, remedy=EXPORT_AGAIN)
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)
        self.pieces.clear()

    def data(self, text: str) -> None:
        self.pieces.append(text)

    def end(self, _tag: str) -> None:
        element = self.open.pop()
        if not element.children:
            element.text = "".join(self.pieces).strip()
        self.pieces.clear()

    def close(self) -> XmlElement:
        return self.root
