"""Reads everything that can be read in a PDF: the words on its pages, and all that lies behind them."""

import re
from collections.abc import Callable, Iterator
from io import BytesIO

import pikepdf
from fontTools.agl import toUnicode
from pikepdf import Dictionary, Name, Stream, String

from svip_lib.pack.plain_text import printed

SHOWING = "Tf Tj TJ ' \" Td TD Tm T* ET Do BDC"  # what shows text, moves on to the next, or draws something that may hold text
GAP = -200  # in thousandths of the size of the letters: from here on a gap is read as a space
NO_LETTER = "\ufffd"
PAIR = re.compile(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>")
RANGE = re.compile(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:<([0-9A-Fa-f]+)>|\[([^\]]*)\])")
LAST_CODE = 0xFFFF
WHOLE = {"/EmbeddedFile": "attachment", "/Metadata": "metadata"}  # files within the file
Letters = Callable[[bytes], str]


def pdf_parts(data: bytes) -> Iterator[tuple[str, str | bytes | None]]:
    """Give each part of a PDF with its place: text as it is read, bytes to be looked into, or nothing where it cannot be read.

    Args:
        data: The file.

    Raises:
        pikepdf.PasswordError: When it is encrypted, though it may open without a password.
        pikepdf.PdfError: When it is broken.
    """
    with pikepdf.open(BytesIO(data), attempt_recovery=False) as pdf:
        if pdf.is_encrypted:
            raise pikepdf.PasswordError
        if data.count(b"startxref") != 1 or not data.rstrip().endswith(b"%%EOF"):
            yield "an earlier version, or bytes behind the end", None
        reader = _Reader()
        for number, page in enumerate(pdf.pages, start=1):
            yield from reader.read(f"page {number} text", page, page.resources)
        words: dict[str, list[str]] = {"document information": [], "object text": []}
        about = pdf.docinfo.objgen
        for item in pdf.objects:
            information = isinstance(item, Dictionary) and item.objgen == about
            words["document information" if information else "object text"] += _strings(item)
            if isinstance(item, Stream):
                yield from _stream(item, reader)
        yield from ((place, "\n".join(found)) for place, found in words.items())


def _stream(item: Stream, reader: "_Reader") -> Iterator[tuple[str, str | bytes | None]]:
    """What is in a stream by itself, whether or not a page makes use of it."""
    kind, filters = str(item.get("/Type", "")), str(item.get("/Filter", ""))
    if "DCTDecode" in filters:
        yield "picture", item.read_raw_bytes()
    elif "JPXDecode" in filters:
        yield "picture", None
    elif name := WHOLE.get(kind):
        yield name, item.read_bytes()
    else:
        yield "stream", printed(item.read_bytes())
    if "/Resources" in item and item.objgen not in reader.drawn:
        yield from reader.read("drawing that no page shows", item, item.Resources)


def _strings(item: object) -> Iterator[str]:
    """All text within an object: titles, alternative texts, notes, bookmarks."""
    if isinstance(item, String):
        yield str(item)
    elif isinstance(item, Dictionary | Stream):
        for _, value in item.items():
            yield from _within(value)
    elif isinstance(item, pikepdf.Array):
        for value in item:
            yield from _within(value)


def _within(value: object) -> Iterator[str]:
    if isinstance(value, Name):
        yield str(value)[1:]
    elif isinstance(value, pikepdf.Object) and not value.is_indirect:  # what stands by itself is read by itself
        yield from _strings(value)


class _Reader:
    """Reads the words that pages and drawings show, each drawing once."""

    def __init__(self):
        self.drawn: set[tuple[int, int]] = set()
        self.fonts: dict[tuple[int, int], Letters] = {}

    def read(self, place: str, content: pikepdf.Page | Stream, resources: Dictionary) -> Iterator[tuple[str, str | None]]:
        """Give the text of a page or drawing with its place, and beside it nothing where letters of it cannot be read."""
        text = "".join(self.shown(content, resources))
        yield place, text
        if NO_LETTER in text:
            yield f"{place}, letters of a font that says not what they are", None

    def shown(self, content: pikepdf.Page | Stream, resources: Dictionary) -> Iterator[str]:
        """Give the text of a page or drawing in the order in which it is drawn; whatever is not set in one go is set apart."""
        letters: Letters = lambda code: NO_LETTER  # noqa: E731 - text before any font was chosen
        for operands, operator in pikepdf.parse_content_stream(content, SHOWING):
            match str(operator):
                case "Tf":
                    letters = self._letters(resources.Font[operands[0]])
                case "Tj" | "'" | '"':
                    yield letters(bytes(operands[-1]))
                case "TJ":
                    for part in operands[0]:
                        yield letters(bytes(part)) if isinstance(part, String) else " " * (part < GAP)
                case "Do":
                    yield from self._drawing(resources.XObject[operands[0]], resources)
                case "BDC":
                    yield from _strings(operands[1])
                case _:
                    yield "\n"

    def _drawing(self, drawing: Stream, resources: Dictionary) -> Iterator[str]:
        if drawing.Subtype == Name.Form and drawing.objgen not in self.drawn:
            self.drawn.add(drawing.objgen)
            yield from self.shown(drawing, drawing.get("/Resources", resources))

    def _letters(self, font: Dictionary) -> Letters:
        if font.objgen not in self.fonts or not font.is_indirect:
            self.fonts[font.objgen] = font_letters(font)
        return self.fonts[font.objgen]


def font_letters(font: Dictionary) -> Letters:
    """Return what turns the codes of a font into letters; a code whose letter the file does not tell becomes U+FFFD."""
    width = 2 if font.Subtype == Name.Type0 else 1
    table = _encoding(font.get("/Encoding")) if width == 1 else {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", _map(font), re.DOTALL):
        table |= {int(code, 16): _utf16(letters) for code, letters in PAIR.findall(block)}
    for block in re.findall(r"beginbfrange(.*?)endbfrange", _map(font), re.DOTALL):
        for low, high, first, each in RANGE.findall(block):
            codes = range(int(low, 16), min(int(high, 16), LAST_CODE) + 1)
            starts = [f"{int(first, 16) + step:0{len(first)}x}" for step in range(len(codes))] if first else re.findall(r"<(\w+)>", each)
            table |= dict(zip(codes, map(_utf16, starts), strict=False))
    return lambda text: "".join(table.get(int.from_bytes(text[at : at + width]), NO_LETTER) for at in range(0, len(text), width))


def _map(font: Dictionary) -> str:
    return font.ToUnicode.read_bytes().decode("latin-1") if isinstance(font.get("/ToUnicode"), Stream) else ""


def _encoding(encoding: object) -> dict[int, str]:
    """The letters of a font with one byte a letter: those of its base, and those that it names one by one."""
    base = encoding.get("/BaseEncoding") if isinstance(encoding, Dictionary) else encoding
    codec = "mac_roman" if base == Name.MacRomanEncoding else "cp1252"
    table = {code: bytes([code]).decode(codec, "replace") for code in range(256)}
    code = 0
    for entry in encoding.get("/Differences", []) if isinstance(encoding, Dictionary) else []:
        if isinstance(entry, Name):
            table[code], code = toUnicode(str(entry)[1:]) or NO_LETTER, code + 1
        else:
            code = int(entry)
    return table


def _utf16(digits: str) -> str:
    return bytes.fromhex(digits).decode("utf-16-be", "replace")
