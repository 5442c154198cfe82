"""Takes a published file apart down to what a reader, or somebody who looks behind the page, can read in it.

Whatever cannot be read says so: a file is never clean because nobody could open it.
"""

import re
import struct
import zipfile
import zlib
from base64 import b64decode
from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

import pikepdf
from fontTools.ttLib import TTFont
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import from_excel

from svip_lib.pack.pdf_text import pdf_parts
from svip_lib.pack.plain_text import decoded, markup, printed, resolved

LIMIT = 200_000_000  # bytes that may come out of one file, all layers together
DEEPEST = 6  # layers: a picture in a page in a zip is three
UNREADABLE, ENCRYPTED, TOO_LARGE, BEHIND = "cannot be read", "encrypted", "too large to scan", "bytes behind the end"
BEGINNINGS = {
    "pdf": (b"%PDF-",),
    "zip": (b"PK\x03\x04", b"PK\x05\x06"),
    "gzip": (b"\x1f\x8b",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpeg": (b"\xff\xd8\xff",),
    "font": (b"wOF2", b"wOFF", b"OTTO", b"\x00\x01\x00\x00\x00"),
}
LABEL = re.compile(r'"[^"\n]{1,60}"\s*:')
BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}(?:\r?\n[A-Za-z0-9+/]+)*={0,2}")
ADDRESS = re.compile(r"data:[^,\s]{0,80};base64,$")
SPELT_OUT = re.compile(r"data:[a-z]+/[a-z+]+(?:;charset=[\w-]+)?,([^\"\s<>]+)")  # a file within an address, letter by letter
PIXELS = {b"IHDR", b"IDAT", b"IEND", b"PLTE", b"tRNS"}
CELL = re.compile(r'<(?:\w+:)?c\s[^>]*?\bs="(\d+)"[^>]*>\s*<(?:\w+:)?v>(\d{4,6})(?:\.\d+)?<')
FORMAT = re.compile(r'<(?:\w+:)?numFmt\s[^>]*?numFmtId="(\d+)"[^>]*?formatCode="([^"]*)"')
STYLE = re.compile(r'<(?:\w+:)?xf\s[^>]*?numFmtId="(\d+)"')


class Piece(NamedTuple):
    """Text that can be read in a file, and where."""

    place: str
    text: str


class Trouble(NamedTuple):
    """Something in a file that must not be there or cannot be read, and where."""

    place: str
    kind: str


class Unwrapper:
    """Takes one file apart; made anew for each, because it counts what came out of it."""

    def __init__(self):
        self.left = LIMIT

    def parts(self, data: bytes, place: str = "", depth: int = 0) -> Iterator[Piece | Trouble]:
        """Give every text in the file, layer by layer, and every trouble with it.

        Args:
            data: The file.
            place: Where in the published file these bytes were found; empty for the file itself.
            depth: How many layers lie around them.
        """
        self.left -= len(data)
        if self.left < 0 or depth > DEEPEST:
            yield Trouble(place, TOO_LARGE)
            return
        try:
            yield from getattr(self, f"_{form(data)}")(data, f"{place}, " if place else "", depth)
        except pikepdf.PasswordError:
            yield Trouble(place, ENCRYPTED)
        except Exception as mistake:  # Readers fail on a broken file in ways beyond counting, and each of them is a finding.
            yield Trouble(place, f"{UNREADABLE} ({type(mistake).__name__})")

    def _unknown(self, data: bytes, place: str, depth: int) -> Iterator[Piece | Trouble]:
        yield Trouble(place.removesuffix(", "), UNREADABLE)
        yield Piece(f"{place}bytes", printed(data))

    def _text(self, data: bytes, place: str, depth: int) -> Iterator[Piece | Trouble]:
        text = decoded(data)
        if text.lstrip()[:1] == "<":
            yield from (Piece(place + name, words) for name, words in markup(text).items())
        plain = resolved(SPELT_OUT.sub(" ", text))  # they are read apart
        yield Piece(f"{place}source", text)
        if plain != text:
            yield Piece(f"{place}source with escapes resolved", plain)
        if LABEL.search(plain):
            yield Piece(f"{place}source without labels", LABEL.sub(" ", plain))
        for number, match in enumerate(SPELT_OUT.finditer(text), start=1):
            yield from self.parts(unquote_to_bytes(match[1]), f"{place}address {number}", depth + 1)
        for number, match in enumerate(BASE64.finditer(plain), start=1):
            code = re.sub(r"[\r\n=]", "", match[0])
            blob = b64decode(code[: len(code) - (len(code) % 4 == 1)] + "==")
            if ADDRESS.search(plain, max(0, match.start() - 100), match.start()) or form(blob) != "unknown":
                yield from self.parts(blob, f"{place}base64 {number}", depth + 1)

    def _png(self, data: bytes, place: str, depth: int) -> Iterator[Piece | Trouble]:
        at, name = 8, b""
        while name != b"IEND":
            length, name = struct.unpack_from(">I4s", data, at)
            body, at = data[at + 8 : at + 8 + length], at + 12 + length
            if name == b"zTXt":
                key, _, packed = body.partition(b"\0")
                body = key + b" " + self._inflated(packed[1:])
            elif name == b"iTXt":
                key, _, rest = body.partition(b"\0")
                language, translated, words = rest[2:].split(b"\0", 2)
                body = b" ".join([key, language, translated, self._inflated(words) if rest[0] else words])
            if name not in PIXELS:
                yield Piece(f"{place}chunk {name.decode('latin-1')}", printed(body))
        if data[at:]:
            yield Trouble(place.removesuffix(", "), BEHIND)

    def _jpeg(self, data: bytes, place: str, depth: int) -> Iterator[Piece | Trouble]:
        at, mark = 2, b""
        while mark != b"\xff\xda":  # the pixels begin
            mark, length = struct.unpack_from(">2sH", data, at)
            body, at = data[at + 4 : at + 2 + length], at + 2 + length
            if not mark.startswith(b"\xff"):
                raise ValueError
            yield Piece(f"{place}{'EXIF' if body[:4] == b'Exif' else f'segment {mark.hex()}'}", printed(body))
        if data[data.rindex(b"\xff\xd9") + 2 :]:
            yield Trouble(place.removesuffix(", "), BEHIND)

    def _font(self, data: bytes, place: str, depth: int) -> Iterator[Piece | Trouble]:
        with TTFont(BytesIO(data)) as font:
            names = font["name"].names if "name" in font else []
            yield Piece(f"{place}font names", "\n".join(name.toUnicode("replace") for name in names))

    def _gzip(self, data: bytes, place: str, depth: int) -> Iterator[Piece | Trouble]:
        engine = zlib.decompressobj(31)
        inner = engine.decompress(data, self.left + 1)
        yield Piece(f"{place}gzip header", printed(data[:300]))
        yield from self.parts(inner, f"{place}gzip", depth + 1)
        if not engine.eof:
            raise ValueError
        if engine.unused_data:
            yield from self.parts(engine.unused_data, f"{place}behind gzip", depth + 1)

    def _zip(self, data: bytes, place: str, depth: int) -> Iterator[Piece | Trouble]:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            yield Piece(f"{place}zip directory", printed(data[archive.start_dir :]))
            if archive.infolist() and min(info.header_offset for info in archive.infolist()):
                yield Trouble(place.removesuffix(", "), "bytes before the beginning")
            for info in archive.infolist():
                name = f"{place}{PurePosixPath(info.filename).name}"
                if info.flag_bits & 1:
                    yield Trouble(name, ENCRYPTED)
                elif info.file_size > self.left:
                    yield Trouble(name, TOO_LARGE)
                elif not info.is_dir():
                    yield from self.parts(archive.read(info), name, depth + 1)
            if "xl/workbook.xml" in archive.namelist():
                yield from self._workbook(archive, place)

    def _workbook(self, archive: zipfile.ZipFile, place: str) -> Iterator[Piece | Trouble]:
        """What is in a workbook beside its text: sheets out of sight, formulas, links to other files, and days kept as numbers."""
        xml = {name: decoded(archive.read(name)) for name in archive.namelist() if name.endswith((".xml", ".rels"))}
        if re.search(r'<(?:\w+:)?sheet\s[^>]*state="(?:veryH|h)idden"', xml["xl/workbook.xml"]):
            yield Trouble(f"{place}workbook.xml", "hidden sheet")
        styles = xml.get("xl/styles.xml", "")
        formats = BUILTIN_FORMATS | {int(number): code for number, code in FORMAT.findall(styles)}
        dated = [is_date_format(formats.get(int(number), "")) for number in STYLE.findall(styles.partition("cellXfs")[2])]
        for name, text in xml.items():
            own = place + PurePosixPath(name).name
            links = re.findall(r'<Relationship\s[^>]*TargetMode="External"[^>]*>', text) if name.endswith(".rels") else []
            if "externalLinks/" in name or any("/hyperlink" not in link for link in links):
                yield Trouble(own, "link to another file")
            if name.startswith("xl/worksheets/"):
                if re.search(r"<(?:\w+:)?f[\s/>]", text):
                    yield Trouble(own, "formula")
                serials = {int(serial) for style, serial in CELL.findall(text) if int(style) < len(dated) and dated[int(style)]}
                yield Piece(f"{own}, dates", "\n".join(f"{from_excel(serial):%Y-%m-%d}" for serial in serials))

    def _pdf(self, data: bytes, place: str, depth: int) -> Iterator[Piece | Trouble]:
        for name, content in pdf_parts(data):
            if content is None:
                yield Trouble(place + name, UNREADABLE)
            elif isinstance(content, bytes):
                yield from self.parts(content, place + name, depth + 1)
            else:
                yield Piece(place + name, content)

    def _inflated(self, data: bytes) -> bytes:
        engine = zlib.decompressobj()
        plain = engine.decompress(data, self.left + 1)
        if not engine.eof:
            raise ValueError
        return plain


def form(data: bytes) -> str:
    """What bytes are by their own beginning, whatever their name says: ``pdf``, ``zip``, ``text`` …, or ``unknown``."""
    known = (name for name, beginnings in BEGINNINGS.items() if data.startswith(beginnings))
    return next(known, "unknown" if decoded(data) is None else "text")
