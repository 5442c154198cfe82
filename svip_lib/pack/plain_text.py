"""Reads text out of bytes: in whichever encoding it came, behind the escapes of pages and scripts, or among bytes that are none."""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_LE
from html import unescape
from html.parser import HTMLParser
from urllib.parse import unquote

# UTF-32 begins as UTF-16 does, so it stands before it.
MARKS = {BOM_UTF8: "utf-8-sig", BOM_UTF32_LE: "utf-32", BOM_UTF16_LE: "utf-16", BOM_UTF16_BE: "utf-16"}
NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
# Elements that stand within a word; at any other one word ends.
INLINE = set("a abbr b bdi bdo cite code del em font i ins kbd mark q s small span strong sub sup tspan u var wbr".split())
INLINE |= set("r t rpr w:r w:t w:rpr".split())  # in workbooks and documents
LAST_LETTER = 0x10FFFF
ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([nrt/\"']))")
PRINTED = re.compile(rb"[\t\x20-\x7e\x80-\xff]{4,}")
WIDE = re.compile(rb"(?:[\x20-\x7e]\x00){4,}")


class _Markup(HTMLParser):
    """A page or drawing as it is read, its words whole where only their look changes; and what is written behind it."""

    def __init__(self, text: str):
        super().__init__()
        self.found: dict[str, list[str]] = {"text": [], "attributes": [], "comments": []}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.handle_endtag(tag)
        self.found["attributes"] += [f"{value}\n" for _, value in attrs if value]

    def handle_endtag(self, tag):
        if tag not in INLINE:
            self.found["text"].append("\n")

    def handle_data(self, data):
        self.found["text"].append(re.sub(r"\s+", " ", data))

    def handle_comment(self, data):
        self.found["comments"].append(f"{data}\n")

    handle_decl = handle_pi = unknown_decl = handle_comment


def markup(text: str) -> dict[str, str]:
    """Return what stands in a page or drawing by its place: ``text``, ``attributes`` and ``comments``."""
    return {place: "".join(found) for place, found in _Markup(text).found.items()}


def decoded(data: bytes) -> str | None:
    """The text that bytes hold in UTF-8, UTF-16 or Windows' cp1252; none where they are no text."""
    encoding = next((name for mark, name in MARKS.items() if data.startswith(mark)), "utf-8")
    if encoding == "utf-8" and b"\0" in data[:1000]:
        encoding = "utf-16-le" if data[1:1000:2].count(0) > data[:1000:2].count(0) else "utf-16-be"
    for name in dict.fromkeys([encoding, "cp1252"]):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if not NOT_TEXT.search(text):
            return text
    return None


def printed(data: bytes) -> str:
    """What can be read in bytes of which only some are text."""
    narrow = "\n".join(run.decode("utf-8", "replace") for run in PRINTED.findall(data))
    return "\n".join([narrow, *(run.decode("utf-16-le") for run in WIDE.findall(data))])


def resolved(text: str) -> str:
    r"""Return a text without the escapes of HTML, of JavaScript and JSON, and of addresses.

    Example:
        >>> resolved(r"&#90;o\u00eb%21")
        'Zoë!'
    """
    return unquote(ESCAPE.sub(_letter, unescape(text)))


def _letter(escape: re.Match) -> str:
    code = escape[1] or escape[2] or escape[3]
    return chr(min(int(code, 16), LAST_LETTER)) if code else {"n": "\n", "r": "\r", "t": "\t"}.get(escape[4], escape[4])
