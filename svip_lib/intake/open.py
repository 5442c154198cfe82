"""Opens an incoming file as text, and says where it is broken: the one door for CSV, Excel workbooks and XML."""

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

from svip_lib.config.refusal import Refusal
from svip_lib.intake.workbook import read_sheet_names, read_workbook_text
from svip_lib.intake.xml_file import XmlElement, read_xml_tree

__all__ = ["XmlElement", "read_cells", "read_csv_text", "read_sheet_names", "read_workbook_text", "read_xml_tree"]

# Some times the largest file of a national return; what is larger was not meant for us.
SIZE_LIMIT = 2_000_000_000
CELLS_LIMIT = 1_000  # in a record; DfE's own widest file has some 200
LINE_LIMIT = 1_000_000  # bytes; the longest cell that is read at all has a tenth of that
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
TEXT_AGAIN = "Export the file again as CSV (UTF-8) and try again."
WHOLE_AGAIN = "Fetch or export the whole file again; do not mend it by hand."


def read_csv_text(path: Path, *, size_limit: int = SIZE_LIMIT) -> pd.DataFrame:
    """Return a CSV file with a heading, every cell as the text that stands in it.

    Nothing is guessed: no cell becomes a number, a date or a missing value, and an empty cell is an empty string.

    Args:
        path: A CSV file with commas, in UTF-8 (with or without a mark) or, failing that, in Windows' cp1252.
        size_limit: The number of bytes above which the file is refused.

    Returns:
        One row a record, with the line on which it begins as the index (``line``, counted from 1 as an editor does).
        Column names are stripped; the second column of a name is called ``name (2)``, and one without a name after its
        position, ``column 3``. ``attrs["repeated_columns"]`` names the columns that stand twice and ``attrs["encoding"]``
        tells how the file was read (``utf-8``, ``utf-8-sig`` with a mark, ``cp1252``). Lines without a single value are passed over.

    Raises:
        Refusal: When the file is missing, empty, not text, too large, not separated by commas, or cut off: a record with
            fewer or more cells than the heading, or a quote that is never closed. The message has the line.
    """
    cells = read_cells(path, size_limit=size_limit)
    names = cells.iloc[0].str.strip()
    named = names.where(names != "", "column " + pd.Series(range(1, len(names) + 1), index=names.index).astype(str))
    nth = named.groupby(named).cumcount() + 1
    records = cells.iloc[1:]
    records.columns = named.where(nth == 1, named + " (" + nth.astype(str) + ")").to_list()
    records.attrs["repeated_columns"] = sorted(set(named[named.duplicated()]))
    return records


def read_cells(path: Path, *, size_limit: int = SIZE_LIMIT) -> pd.DataFrame:
    """Return the cells of a CSV file without taking the first line for a heading, for files that begin with a title.

    Args:
        path: As for ``read_csv_text``.
        size_limit: As for ``read_csv_text``.

    Returns:
        One row a record with at least one value, columns numbered from 0, indexed by ``line``.

    Raises:
        Refusal: As ``read_csv_text`` does; every record must be as wide as the first.
    """
    text, encoding = decode(read_bytes(path, size_limit), path)
    try:
        first = next(csv.reader(io.StringIO(text, newline="")))
    except csv.Error:
        raise Refusal("The first record has a cell that is far too long.", file=path, line=1, remedy=WHOLE_AGAIN) from None
    if not any(cell.strip() for cell in first):
        raise Refusal("The first line is empty.", file=path, line=1, remedy="Remove the lines above the heading.")
    if len(first) > CELLS_LIMIT:
        raise Refusal(f"The first line has more than {CELLS_LIMIT:,} cells.", file=path, line=1, remedy=WHOLE_AGAIN)
    check_separator(first, path)
    # Arrow is fast but closes an open quote in silence, so a file with quotes is walked through strictly before.
    lines = _first_lines(text, path) if '"' in text else None
    # Arrow takes a heading alone, without a line end, for an empty file.
    table = _parse((text if text.endswith(("\n", "\r")) else f"{text}\n").encode(), len(first), path)
    if lines is not None and len(lines) != table.num_rows:
        raise Refusal("The quotes and line ends of the file contradict each other.", file=path, remedy=WHOLE_AGAIN)
    cells = table.to_pandas()
    cells.columns = range(len(first))
    cells.index = pd.Index(np.arange(1, len(cells) + 1) if lines is None else lines, name="line")
    cells = cells[(cells != "").any(axis=1)]
    cells.attrs["encoding"] = encoding
    return cells


def check_separator(first: list[str], path: Path) -> None:
    """Stop at a file of one column whose heading is full of another separator, which other countries' Excel writes."""
    other = next((words for mark, words in SEPARATORS.items() if len(first) == 1 and mark in first[0]), None)
    if other:
        raise Refusal(f"The cells are separated by {other} and not by commas.", file=path, line=1, remedy=TEXT_AGAIN)


def read_bytes(path: Path, size_limit: int) -> bytes:
    """The content of the file, if it is there, is neither empty nor too large, and is text."""
    try:
        size = path.stat().st_size
        if size > size_limit:
            problem = f"The file holds {size / 1e6:,.1f} MB; more than {size_limit / 1e6:,.1f} MB are not read."
            raise Refusal(problem, file=path, remedy="Check that this is the right file; leave out columns that are not asked for.")
        data = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError, PermissionError) as mistake:
        raise Refusal(f"The file cannot be opened ({mistake.strerror}).", file=path, remedy="Put the file there, readable.") from None
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise Refusal("The file is not text but binary (a NUL byte): perhaps a workbook.", file=path, line=line, remedy=TEXT_AGAIN)
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        raise Refusal("The file is empty.", file=path, remedy=TEXT_AGAIN)
    for begin in range(0, len(data) - LINE_LIMIT, LINE_LIMIT):
        if data.find(b"\n", begin, begin + LINE_LIMIT) < 0 and data.find(b"\r", begin, begin + LINE_LIMIT) < 0:
            line = data[:begin].count(b"\n") + 1
            raise Refusal(f"The line has more than {LINE_LIMIT:,} characters.", file=path, line=line, remedy=WHOLE_AGAIN)
    return data


def decode(data: bytes, path: Path) -> tuple[str, str]:
    """The text of the file without a byte order mark, and the encoding that it came in."""
    encoding = "utf-8-sig" if data.startswith(codecs.BOM_UTF8) else "utf-8"
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError:
        # Excel on Windows saves "CSV" in cp1252; every UTF-8 text would pass as cp1252, so it is tried second.
        encoding = "cp1252"
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError as mistake:
        line = data[: mistake.start].count(b"\n") + 1
        raise Refusal("A character is neither UTF-8 nor cp1252.", file=path, line=line, remedy=TEXT_AGAIN) from None


def _first_lines(text: str, path: Path) -> list[int]:
    """The line on which each record of a file with quotes begins; refused where a quote or a record is not whole."""
    begins, width = [], 0
    for begin, cells in records(text, path, "A quote that is opened in this record is not closed as it should be."):
        width = width or len(cells)
        if cells and len(cells) != width:
            raise _ragged(path, begin, len(cells), width)
        begins.append(begin)
    return begins


def records(text: str, path: Path, broken: str) -> Iterator[tuple[int, list[str]]]:
    """Each record of a CSV file with the line on which it begins; what is to be said of one that cannot be read is given."""
    reader, begin = csv.reader(io.StringIO(text, newline=""), strict=True), 1
    try:
        for cells in reader:
            yield begin, cells
            begin = reader.line_num + 1
    except csv.Error:
        raise Refusal(broken, file=path, line=begin, remedy=WHOLE_AGAIN) from None


def _parse(data: bytes, width: int, path: Path) -> pa.Table:
    """Every record as strings; refused where one does not fit the first."""
    misfits = []

    def keep(record: arrow_csv.InvalidRow) -> str:
        misfits.append(record)
        return "skip"

    table = arrow_csv.read_csv(
        pa.BufferReader(data),
        # One thread and one block: only then does Arrow tell the number of a record that does not fit.
        arrow_csv.ReadOptions(use_threads=False, autogenerate_column_names=True, block_size=max(len(data) + 1, 1024)),
        arrow_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=keep),
        arrow_csv.ConvertOptions(strings_can_be_null=False, column_types={f"f{number}": pa.string() for number in range(width)}),
    )
    if misfits:
        raise _ragged(path, misfits[0].number, misfits[0].actual_columns, width)
    return table


def _ragged(path: Path, line: int, cells: int, width: int) -> Refusal:
    """What to say of a record that does not fit the heading."""
    problem = f"The line has {cells} cells and the heading has {width}; the file may be cut off here."
    return Refusal(problem, file=path, line=line, remedy=WHOLE_AGAIN)
