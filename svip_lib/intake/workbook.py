"""Opens an Excel workbook as text, after making sure that it is one and that it holds no more than a workbook of ours may.

The sheets are read as a stream and every limit is checked on the way, so that a small file which swells to a million columns is
refused within a second. Nothing in the file is followed: no link, no macro, no formula.
"""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from xml.parsers import expat

import numpy as np
import pandas as pd

from svip_lib.config.refusal import Refusal

UNZIPPED_LIMIT = 50_000_000
PARTS_LIMIT = 2_000
RATIO_LIMIT, RATIO_FROM = 200, 1_000_000  # a sheet of our making shrinks to a tenth, one bomb to a thousandth
ELEMENTS_LIMIT = 2_000_000
DEPTH_LIMIT = 64
ROWS_LIMIT, COLUMNS_LIMIT, GRID_LIMIT = 200_000, 256, 20_000_000

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main "
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main "
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships id"
OLE = b"\xd0\xcf\x11\xe0"
CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
EXACT_FROM = 1e15  # Excel keeps fifteen digits

AS_VALUES = "In a copy, select everything, paste it as values, break the links, and save the copy as 'Excel Workbook (.xlsx)'."
SAVE_AGAIN = "Open it in Excel and save it as 'Excel Workbook (.xlsx)' without a password, or export CSV."
SMALLER = "Delete what is not asked for, also empty rows and columns beyond the table, or export the sheets as CSV."


def read_workbook_text(path: Path, *, calculated: bool = False) -> dict[str, pd.DataFrame]:
    """Return every sheet of a workbook, each cell as the text that an analyst sees in it.

    Whole numbers have no decimal point, days are written ``2022-09-28`` (with ``T10:30:00`` only where a time is set), yes and no
    are ``1`` and ``0``, an empty cell is an empty string. No row is taken for a heading.

    Args:
        path: A file of type .xlsx.
        calculated: Take for a formula the result that Excel saved with it, for forms that come with formulas in them; otherwise
            a formula is refused, because its result may be out of date.

    Returns:
        By name of sheet, in the order of the workbook: one row a row of the sheet with at least one value, indexed by its number
        in the sheet (``row``); columns are numbered from 0, which is column A. ``attrs["formulas"]`` counts formulas.

    Raises:
        Refusal: When the file is missing, of another type, protected, damaged or larger than the limits; or when it holds
            macros, links to other files, a document type declaration or formulas. The message names sheet and cell.
    """
    with _opened(path) as book:
        return {name: book.sheet(name, part, calculated) for name, part in book.sheets.items()}


def read_sheet_names(path: Path) -> list[str]:
    """Return the names of the sheets of a workbook that can be opened; refused as ``read_workbook_text`` does."""
    with _opened(path) as book:
        return list(book.sheets)


@contextmanager
def _opened(path: Path):
    """The workbook, its parts checked for size and kind."""
    try:
        with path.open("rb") as file:
            beginning = file.read(len(OLE))
            if beginning == OLE:
                locked = "EncryptedPackage".encode("utf-16-le") in file.read(UNZIPPED_LIMIT)
                problem = "The workbook is protected by a password." if locked else "The workbook has Excel's old format (.xls)."
                raise Refusal(problem, file=path, remedy=SAVE_AGAIN)
            with zipfile.ZipFile(file) as archive:
                _check_parts(archive, path)
                yield _Book(archive, path)
    except OSError as mistake:
        raise Refusal(f"The file cannot be opened ({mistake.strerror}).", file=path, remedy="Put the file there, readable.") from None
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, LookupError):  # parts that contradict each other
        raise Refusal("This is not an Excel workbook (.xlsx), or it is damaged.", file=path, remedy=SAVE_AGAIN) from None


def _check_parts(archive: zipfile.ZipFile, path: Path) -> None:
    """Refuse by what the list of contents says, before anything is unpacked."""
    parts = archive.infolist()
    names = {part.filename for part in parts}
    size = sum(part.file_size for part in parts)
    if len(parts) > PARTS_LIMIT or size > UNZIPPED_LIMIT:
        problem = f"Unpacked, the workbook has {len(parts):,} parts and {size / 1e6:,.0f} MB; more than {UNZIPPED_LIMIT / 1e6:,.0f} MB"
        raise Refusal(f"{problem} or {PARTS_LIMIT:,} parts are not read.", file=path, remedy=SMALLER)
    if any(part.file_size > RATIO_FROM and part.file_size > RATIO_LIMIT * part.compress_size for part in parts):
        raise Refusal("A part of the workbook unpacks to more than 200 times its size.", file=path, remedy=SMALLER)
    if any(part.flag_bits & 1 for part in parts):
        raise Refusal("The workbook is protected by a password.", file=path, remedy=SAVE_AGAIN)
    if path.suffix.casefold() == ".xlsm" or any(name.endswith("vbaProject.bin") for name in names):
        raise Refusal("The workbook holds macros.", file=path, remedy=SAVE_AGAIN)
    if any(name.startswith(("xl/externalLinks/", "xl/connections")) for name in names):
        raise Refusal("The workbook is linked to other files or to a database.", file=path, remedy=AS_VALUES)
    if "xl/workbook.bin" in names or "_rels/.rels" not in names:
        raise Refusal("This is not an Excel workbook (.xlsx).", file=path, remedy=SAVE_AGAIN)


class _Book:
    """The parts of an open workbook that say where the sheets are and what their cells mean."""

    def __init__(self, archive: zipfile.ZipFile, path: Path):
        self.archive, self.path, self.elements = archive, path, 0
        self.proven: set[str] = set()
        for part in archive.namelist():
            if part.endswith((".xml", ".rels")):
                self.prove(part)
        place = next((part for kind, part in self._relations("").values() if kind.endswith("/officeDocument")), "")
        self.sheets, self.since_1904, listed = {}, False, []

        def note(name: str, attributes: dict) -> None:
            if name.startswith(STRICT):
                raise Refusal("The workbook has the 'strict' format.", file=path, remedy=SAVE_AGAIN)
            if name == MAIN + "sheet":
                listed.append((attributes["name"], attributes[RELATION]))
            elif name == MAIN + "workbookPr":
                self.since_1904 = attributes.get("date1904", "0") in ("1", "true")

        self.walk(place, note)
        relations = self._relations(place)
        self.sheets = {name: relations[key][1] for name, key in listed if relations[key][0].endswith("/worksheet")}
        kinds = {kind.rpartition("/")[2]: part for kind, part in relations.values()}
        self.strings = self._read_strings(kinds["sharedStrings"]) if "sharedStrings" in kinds else []
        self.days = self._read_days(kinds["styles"]) if "styles" in kinds else []
        self.shown = cache(self._shown)  # each number that occurs is worked out once

    def prove(self, part: str) -> None:
        """Go through one part for the first time, only to know that it is harmless and within the limits."""
        depth = 0

        def refuse(*_) -> None:
            raise Refusal("A part of the workbook declares a document type.", file=self.path, remedy=SAVE_AGAIN)

        def enter(*_) -> None:
            nonlocal depth
            depth, self.elements = depth + 1, self.elements + 1
            if self.elements > ELEMENTS_LIMIT or depth > DEPTH_LIMIT:
                raise Refusal("The workbook has more cells than are read.", file=self.path, remedy=SMALLER)

        def leave(_) -> None:
            nonlocal depth
            depth -= 1

        self.proven.add(part)
        self._stream(part, StartDoctypeDeclHandler=refuse, StartElementHandler=enter, EndElementHandler=leave)

    def walk(self, part: str, start: Callable, end: Callable | None = None, text: Callable | None = None) -> None:
        """Go through one proven part as a stream."""
        if part not in self.proven:
            raise KeyError(part)
        self._stream(part, StartElementHandler=start, EndElementHandler=end, CharacterDataHandler=text)

    def _stream(self, part: str, **handlers: Callable | None) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        for name, handler in handlers.items():
            setattr(parser, name, handler)
        try:
            with self.archive.open(part) as stream:
                parser.ParseFile(stream)
        except expat.ExpatError:
            raise Refusal("A part of the workbook is damaged.", file=self.path, remedy=SAVE_AGAIN) from None

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """The kind and the place of every part to which one part points, by the key that it uses."""
        folder, name = posixpath.split(part)
        found = {}

        def note(name: str, attributes: dict) -> None:
            if name.endswith(" Relationship") and attributes.get("TargetMode") != "External":
                place = posixpath.normpath(posixpath.join("/", folder, attributes["Target"]))
                found[attributes["Id"]] = (attributes["Type"], place.lstrip("/"))

        self.walk(posixpath.join(folder, "_rels", f"{name}.rels"), note)
        return found

    def _read_strings(self, part: str) -> list[str]:
        """The texts that cells refer to by number."""
        strings: list[str] = []
        pieces: list[str] = []
        reading = aloud = False

        def start(name: str, _: dict) -> None:
            nonlocal reading, aloud
            if name == MAIN + "si":
                pieces.clear()
            elif name == MAIN + "rPh":  # how a text is pronounced is not part of it
                aloud = True
            reading = name == MAIN + "t" and not aloud

        def end(name: str) -> None:
            nonlocal reading, aloud
            reading = False
            if name == MAIN + "si":
                strings.append("".join(pieces))
            elif name == MAIN + "rPh":
                aloud = False

        self.walk(part, start, end, lambda data: pieces.append(data) if reading else None)
        return strings

    def _read_days(self, part: str) -> list[bool]:
        """For each format of cells, by its number, whether it shows a day."""
        from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format

        formats: dict[str, str] = {str(number): code for number, code in BUILTIN_FORMATS.items()}
        used: list[str] = []
        inside = ""

        def start(name: str, attributes: dict) -> None:
            nonlocal inside
            if name == MAIN + "numFmt":
                formats[attributes["numFmtId"]] = attributes["formatCode"]
            elif name == MAIN + "xf" and inside == MAIN + "cellXfs":
                used.append(attributes.get("numFmtId", "0"))
            elif name in (MAIN + "cellXfs", MAIN + "cellStyleXfs"):
                inside = name

        self.walk(part, start)
        codes = (formats.get(number, "") for number in used)
        return [bool(is_date_format(code)) and not is_timedelta_format(code) for code in codes]

    def sheet(self, name: str, part: str, calculated: bool) -> pd.DataFrame:
        """The cells of one sheet."""
        reader = _Sheet(self, name, calculated)
        self.walk(part, reader.start, reader.end, reader.text)
        return reader.table()

    def _shown(self, text: str, is_day: bool) -> str:
        """A number as Excel shows it."""
        from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

        if not is_day and text.isdecimal():
            return text
        try:
            number = float(text)
            if is_day:
                moment = from_excel(number, CALENDAR_MAC_1904 if self.since_1904 else CALENDAR_WINDOWS_1900)
                return moment.isoformat().removesuffix("T00:00:00")
            return str(int(number)) if number.is_integer() and abs(number) < EXACT_FROM else f"{number:.15g}"
        except (ValueError, OverflowError):  # what Excel itself would show as #####
            return text


@cache
def _column(letters: str) -> int:
    """The number of a column, counted from 1, that Excel names by letters."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


@dataclass
class _Sheet:
    """Collects the cells of one sheet while it streams by."""

    book: _Book
    name: str
    calculated: bool
    rows: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    formulas: int = 0
    row: int = 0
    column: int = 0
    pieces: list[str] = field(default_factory=list)
    kind: str = "n"
    is_day: bool = False
    reading: bool = False
    formula: bool = False
    filled: bool = False

    def start(self, name: str, attributes: dict) -> None:
        """A row, a cell or a part of a cell begins."""
        if name == MAIN + "c":
            self.place(attributes.get("r"))
            self.kind = attributes.get("t", "n")
            style = int(attributes.get("s", 0))
            self.is_day = style < len(self.book.days) and self.book.days[style]
            self.formula = self.filled = False
            self.pieces = []
        elif name == MAIN + "v" or name == MAIN + "t":
            self.reading = self.filled = True
        elif name == MAIN + "f":
            self.formula = True
        elif name == MAIN + "row":
            self.row, self.column = int(attributes.get("r", self.row + 1)), 0

    def text(self, data: str) -> None:
        """Text of the cell."""
        if self.reading:
            self.pieces.append(data)

    def end(self, name: str) -> None:
        """A cell or a part of it is complete."""
        if name == MAIN + "c":
            if self.formula:
                self.check_formula()
            text = "".join(self.pieces)
            if self.kind == "s" and text:
                text = self.book.strings[int(text)]
            elif self.kind == "n" and text:
                text = self.book.shown(text, self.is_day)
            if text:
                self.rows.append(self.row)
                self.columns.append(self.column - 1)
                self.values.append(text)
        elif name == MAIN + "v" or name == MAIN + "t":
            self.reading = False

    def place(self, reference: str | None) -> None:
        """Note where the cell stands, if it stands within the limits."""
        if reference is None:
            self.column += 1
        else:
            found = CELL.fullmatch(reference)
            if not found:
                raise self.refusal("has a cell whose place is not a place", SAVE_AGAIN)
            letters, row = found.groups()
            self.column, self.row = _column(letters), int(row)
        if self.row > ROWS_LIMIT or self.column > COLUMNS_LIMIT:
            limits = f"{ROWS_LIMIT:,} rows and {COLUMNS_LIMIT} columns"
            raise self.refusal(f"has a cell ({reference or f'row {self.row}'}) outside the {limits} that are read", SMALLER)

    def check_formula(self) -> None:
        """Formulas are refused, and always one without a result, which would be read as an empty cell."""
        self.formulas += 1
        cell = f"row {self.row}, column {self.column}"
        if not self.calculated:
            raise self.refusal(f"has a formula ({cell})", AS_VALUES)
        if not self.pieces and not (self.filled and self.kind == "str"):
            raise self.refusal(f"has a formula without a saved result ({cell})", "Open the workbook in Excel, save it, and try again.")

    def refusal(self, problem: str, remedy: str) -> Refusal:
        return Refusal(f"The sheet '{self.name}' {problem}.", file=self.book.path, remedy=remedy)

    def table(self) -> pd.DataFrame:
        """The cells as a table of text."""
        rows, places = np.unique(np.array(self.rows, dtype="int64"), return_inverse=True)
        width = max(self.columns, default=-1) + 1
        if len(rows) * width > GRID_LIMIT:
            raise self.refusal("is too wide for its length", SMALLER)
        grid = np.full((len(rows), width), "", dtype=object)
        grid[places, self.columns] = self.values
        table = pd.DataFrame(grid, index=pd.Index(rows, name="row")).astype("str")
        table.attrs["formulas"] = self.formulas
        return table
