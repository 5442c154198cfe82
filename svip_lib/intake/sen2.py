"""Reads a council's own SEN2 return, in whichever of its four shapes it comes, as the same nine tables of text.

The shapes are the nine files that COLLECT exports, the XML that was submitted, the workbook of the case system, and DfE's form for
keying in. Columns are found by the names of ``data/dictionary/fields.csv``. Nothing is parsed, dropped or guessed here.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, NamedTuple

import pandas as pd

from svip_lib.config.fields import Field, Fields, columns_by_heading, plain
from svip_lib.config.refusal import Refusal
from svip_lib.intake.account import REPAIR, WARN, Finding
from svip_lib.intake.open import XmlElement, read_csv_text, read_sheet_names, read_workbook_text, read_xml_tree


class Place(NamedTuple):
    """Where a table hangs in the return, and what a workbook and DfE's form call it."""

    parent: str
    sheet: str
    title: str


TABLES = {
    "sen2": Place("", "Header", "Header Record"),
    "person": Place("sen2", "Person", "Person Record"),
    "requests": Place("person", "Requests", "Requests Records"),
    "assessment": Place("requests", "Assessments", "Assessments Records"),
    "namedplan": Place("assessment", "Named Plan", "Named Plan Records"),
    "plandetail": Place("namedplan", "Plan Detail", "Plan Detail Records"),
    "activeplans": Place("requests", "Active Plan", "Active Plan Records"),
    "placementdetail": Place("activeplans", "Placement Detail", "Placement Detail Records"),
    "senneed": Place("activeplans", "SEN Need", "SEN Need Records"),
}
# Tables as they are read one after the other, each with its file, under the headings of the file and indexed by line.
Raw = Iterator[tuple[str, Path, pd.DataFrame]]
BLADE = re.compile(r"Blade-Export_(?P<stamp>[^_]+)_(?P<table>[a-z0-9]+)\.csv", re.IGNORECASE)
FORM = "Data Entry Template"
FORM_COLUMN = "recordtype"  # a column of the form that says of each row in which table it stands
LINKS = ("persontableid", "requeststableid")
EARLIEST = 2023
ENCODED_TWICE = "\u00c3[\u0080-\u00bf]"  # an accented letter that was once read in the wrong encoding
A_ROW_OF_HEADINGS = 2  # names of ours in one row; with fewer it may be a record, and nothing of it may be printed
EXPORT = "Export the return again from COLLECT or the case system; do not rename its parts."


class _Table(NamedTuple):
    """One table on the way: its file, the columns that are ours, and the headings that are not."""

    file: Path
    cells: pd.DataFrame
    unknown: list[str]


@dataclass(frozen=True)
class Sen2Return:
    """A return as it was sent.

    Args:
        tables: The nine tables by name. Text under our column names as far as the file has them, stripped, blank as ``""``, then
            ``file`` (category) and ``line`` (of a CSV, row of a sheet, or line of an XML element).
        shape: What the return was read from.
        version: The census year whose columns it has.
        notes: What was not read, and what the header leaves open, in sentences without a child's data.
        findings: What was mended or set aside in reading, as lines of the account; that a cleaning begins with.
    """

    tables: dict[str, pd.DataFrame]
    shape: Literal["blade", "xml", "workbook", "template"]
    version: int
    notes: list[str]
    findings: list[Finding]


def read_sen2(path: Path, fields: Fields) -> Sen2Return:
    """Return a SEN2 return as nine tables of text.

    Args:
        path: A folder with the nine ``Blade-Export_*_{table}.csv`` or with one XML file or workbook; or that file.
        fields: The fields of every table, from ``read_fields``.

    Returns:
        The return. Where a shape has no ids of its own (XML; most workbooks), records are numbered table by table in the order of
        the file, from 1. A workbook without a header has an empty table ``sen2``, and its persons belong to record 1.

    Raises:
        Refusal: When there is no return or more than one, a table or a required column is missing or stands twice, or a file is
            broken. The message names file, table and, for a column, the heading that comes nearest.
    """
    notes: list[str] = []
    findings: list[Finding] = []
    source = _source(path, fields, notes)
    if source.is_dir():
        shape, raw = "blade", _read_blade(source, notes)
    elif source.suffix.casefold() == ".xml":
        shape, raw = "xml", _read_xml(source)
    elif plain(FORM) in map(plain, read_sheet_names(source)):
        shape, raw = "template", _read_form(source, fields, notes)
    else:
        shape, raw = "workbook", _read_workbook(source, notes)
    # A national return must not stand in memory twice, so each table is put into our columns as soon as it is read.
    found = {table: _named(table, file, cells, fields, shape, findings) for table, file, cells in raw}
    version = _version(found, fields, notes)
    if shape in ("workbook", "template"):
        _number(found)
    if "sen2" not in found:
        said = f"census of {version}, by the columns"
        findings.append(Finding(WARN, "header_missing", "sen2", source.name, 1, "", said))
        found["sen2"] = _Table(source, pd.DataFrame(index=pd.Index([], dtype="int64")), [])
    return Sen2Return({table: _complete(table, found[table], fields[table], version) for table in TABLES}, shape, version, notes, findings)


def _source(path: Path, fields: Fields, notes: list[str]) -> Path:
    """The folder of the nine files, or the one file that holds the return; a register beside it is called after its table."""
    if path.is_file():
        if path.suffix.casefold() == ".csv":
            raise Refusal("One CSV file is a ninth of a return.", file=path, remedy="Name the folder in which all nine stand.")
        return path
    if not path.is_dir():
        raise Refusal("There is no such file or folder.", file=path, remedy="Put the return there, or correct the path.")
    files = sorted(path.iterdir())
    others = set(fields) - set(TABLES)
    whole = [file for file in files if file.suffix.casefold() in (".xml", ".xlsx") and not file.name.startswith("~$")]
    whole = [file for file in whole if file.stem.casefold() not in others]
    if any(BLADE.fullmatch(file.name) for file in files):
        beside = [file.name for file in whole if file.suffix.casefold() == ".xml"]
        notes += [f"{name}: stands beside the files from COLLECT and was not read." for name in beside]
        return path
    if len(whole) != 1:
        found = f"{len(whole)} XML files and workbooks: {', '.join(file.name for file in whole)}" if whole else "no XML file or workbook"
        problem = f"The folder holds no Blade-Export_*.csv, and {found}."
        raise Refusal(problem, file=path, remedy="Put the nine files of one export there, or name the file that is the return.")
    return whole[0]


def _read_blade(folder: Path, notes: list[str]) -> Raw:
    """The nine files of one export from COLLECT."""
    files: dict[str, Path] = {}
    stamps: dict[str, str] = {}
    for file in sorted(folder.iterdir()):
        found = BLADE.fullmatch(file.name)
        table = found["table"].casefold() if found else ""
        if table not in TABLES:
            if file.name.casefold().startswith("blade-export"):
                notes.append(f"{file.name}: is not one of the nine files and was not read.")
            continue
        stamps.setdefault(found["stamp"], file.name)
        if len(stamps) > 1:
            problem = f"The folder holds exports of different dates: {' and '.join(stamps.values())}."
            raise Refusal(problem, file=folder, remedy="Keep the nine files of one export in a folder of their own.")
        if table in files:
            raise Refusal(f"The table '{table}' stands twice.", file=folder, remedy="Keep the nine files of one export there.")
        files[table] = file
    stamp = next(iter(stamps), "*")
    missing = [f"Blade-Export_{stamp}_{table}.csv" for table in TABLES if table not in files]
    if missing:
        raise Refusal(f"Of the nine files, {', '.join(missing)} is missing.", file=folder, remedy=EXPORT)
    for table in TABLES:
        yield table, files[table], read_csv_text(files[table])


def _read_xml(path: Path) -> Raw:
    """The tables of a nested return; a record is numbered when it begins, and knows the number of the record around it."""
    records: dict[str, list[dict[str, str]]] = {table: [] for table in TABLES}
    lines: dict[str, list[int]] = {table: [] for table in TABLES}
    spelt: dict[str, str] = {}

    def begin(table: str, within: str, element: XmlElement) -> dict[str, str]:
        parent = TABLES[table].parent
        if within != parent:
            problem = f"The element '{element.name}' stands in a record '{within or 'none'}' and belongs into '{parent or 'none'}'."
            raise Refusal(problem, file=path, line=element.line, remedy=EXPORT)
        record = {f"{table}tableid": str(len(records[table]) + 1)}
        if parent:
            record[f"{parent}tableid"] = str(len(records[parent]))
        records[table].append(record)
        lines[table].append(element.line)
        return record

    def walk(element: XmlElement, table: str, record: dict[str, str]) -> None:
        for child in element.children:
            kind = child.name.casefold()
            if kind in TABLES:
                walk(child, kind, begin(kind, table, child))
            elif child.children:  # 'Persons', 'Source' and the like only gather
                walk(child, table, record)
            else:
                # An element that may stand several times in a record is one cell with several codes.
                name = spelt.setdefault(kind, child.name)
                record[name] = f"{record.get(name, '')} {child.text}".strip()

    root = read_xml_tree(path)
    header = next((child for child in root.children if child.name.casefold() == "header"), None)
    if header is None:
        raise Refusal("The file has no Header, so it is not a SEN2 return.", file=path, line=root.line, remedy=EXPORT)
    walk(root, "sen2", begin("sen2", "", header))
    for table in TABLES:
        yield table, path, pd.DataFrame(records[table], index=lines[table]).fillna("").astype("str")


def _read_workbook(path: Path, notes: list[str]) -> Raw:
    """The tables of a workbook with a sheet each; the header is usually not among them."""
    wanted = {_singular(name): table for table, place in TABLES.items() for name in (table, place.sheet, place.title)}
    found: dict[str, pd.DataFrame] = {}
    for name, cells in read_workbook_text(path).items():
        table = wanted.get(_singular(name))
        if table is None:
            notes.append(f"{path.name}: the sheet '{name}' is not one of the return and was not read.")
        elif table in found:
            raise Refusal(f"Two sheets hold the table '{table}'.", file=path, remedy="Keep one of the two.")
        else:
            found[table] = cells
    missing = [place.sheet for table, place in TABLES.items() if table not in found and table != "sen2"]
    if missing:
        sheets = ", ".join(f"'{sheet}'" for sheet in missing)
        raise Refusal(f"The workbook has no sheet {sheets}.", file=path, remedy=EXPORT)
    for table, cells in found.items():
        yield table, path, _headed(cells, path, table)


def _singular(name: str) -> str:
    return plain(name).removesuffix("s")


def _read_form(path: Path, fields: Fields, notes: list[str]) -> Raw:
    """The nine tables that stand below one another on the one sheet of DfE's form, each under its title in the first column."""
    cells = next(cells for name, cells in read_workbook_text(path, calculated=True).items() if plain(name) == plain(FORM))
    if cells.attrs["formulas"]:
        notes.append(f"{path.name}: for {cells.attrs['formulas']} formulas of the form the results that Excel saved were read.")
    titles = {plain(place.title): table for table, place in TABLES.items()}
    begins = cells[0].map(plain).map(titles).dropna() if len(cells) else pd.Series(dtype="str")
    missing = [place.title for table, place in TABLES.items() if (begins == table).sum() != 1]
    if missing:
        named = ", ".join(f"'{title}'" for title in missing)
        raise Refusal(f"The sheet '{FORM}' does not hold once {named}.", file=path, remedy="Copy the data into an unchanged form.")
    ends = [*begins.index[1:], cells.index[-1] + 1]
    for begin, end, table in zip(begins.index, ends, begins, strict=True):
        block = _headed(cells[(cells.index > begin) & (cells.index < end)], path, table)
        # Rows that the form fills in beforehand, and the notes between its tables, hold nothing of a child.
        known = columns_by_heading({**fields[table], **_links(fields)})
        ours = [name for name in block.columns if known.get(plain(name), "nativeid") != "nativeid"]
        empty = (block[ours] == "").all(axis=1)
        yield table, path, block[~empty]


def _headed(cells: pd.DataFrame, path: Path, table: str) -> pd.DataFrame:
    """Cells whose first row is their heading; columns without any value or name are left out."""
    if cells.empty:
        raise Refusal(f"The table '{table}' has no heading.", file=path, remedy=EXPORT)
    heading, block = cells.iloc[0].str.strip(), cells.iloc[1:]
    block = block.set_axis(heading.where(heading != "", "column " + (heading.index + 1).astype("str")).to_list(), axis=1)
    block = block.loc[:, ((heading != "") | (block != "").any().to_numpy()).to_list()]
    block.attrs["heading_line"] = int(cells.index[0])
    return block


def _links(fields: Fields) -> dict[str, Field]:
    """The two columns by which a workbook without ids of its own says to which child and request a record belongs."""
    return {"persontableid": fields["person"]["persontableid"], "requeststableid": fields["requests"]["requeststableid"]}


def _named(table: str, file: Path, cells: pd.DataFrame, fields: Fields, shape: str, findings: list[Finding]) -> _Table:
    """The columns that are ours under our names, and the headings of the others; what was mended goes into the account."""
    columns = {**_links(fields), **fields[table]} if shape in ("workbook", "template") else fields[table]
    known = columns_by_heading(columns)
    headings = [re.sub(r" \(\d+\)$", "", name) if name in _repeats(cells) else name for name in cells.columns]
    ours = [known.get(plain(heading)) for heading in headings]
    twice = sorted({column for column in ours if column and ours.count(column) > 1})
    if twice:
        raise Refusal(f"Two columns of the table '{table}' are this one.", file=file, column=twice[0], remedy="Keep one of the two.")

    def tell(level: str, rule: str, column: str = "", found: str = "", line: int | None = None) -> None:
        findings.append(Finding(level, rule, table, file.name, cells.attrs.get("heading_line", 1) if line is None else line, column, found))

    enough = sum(map(bool, ours)) >= A_ROW_OF_HEADINGS
    unknown = [heading for heading, column in zip(headings, ours, strict=True) if enough and not column]
    if shape == "template":
        unknown = [heading for heading in unknown if plain(heading) != FORM_COLUMN]
    for place, (heading, column) in enumerate(zip(headings, ours, strict=True)):
        # The XML has no heading; there a name stands first where the first record has it.
        line = int(cells.index[(cells.iloc[:, place] != "").argmax()]) if shape == "xml" else None
        if heading in unknown:
            tell(WARN, "column_unknown", heading, line=line)
        elif column and shape != "template" and plain(heading) != column:
            tell(REPAIR, "column_alias", column, heading, line)
        elif column and shape in ("blade", "workbook") and heading not in columns[column].names:
            tell(REPAIR, "column_case", column, heading)
    found = cells.loc[:, [bool(column) for column in ours]]
    found.columns = [column for column in ours if column]
    _tell_encoding(found, cells.attrs.get("encoding", ""), [name for name in found.columns if columns[name].type == "text"], tell)
    for column in found.columns:
        found[column] = found[column].str.strip()
        if column.endswith("tableid") and (decimal := found[column].str.fullmatch(r"[0-9]+\.0+")).any():
            found[column] = found[column].str.replace(r"^([0-9]+)\.0+$", r"\1", regex=True)
            if decimal[found[column] != ""].all():  # as a spreadsheet writes a column of numbers: one fact, told once
                tell(REPAIR, "float_id", column, f"all {decimal.sum():,} ids of the column")
            else:
                findings += [Finding(REPAIR, "float_id", table, file.name, int(line), column) for line in found.index[decimal]]
    return _Table(file, found, unknown)


def _tell_encoding(found: pd.DataFrame, encoding: str, texts: list[str], tell: Callable) -> None:
    """Tell how the letters of a file were written, and of those that were spoilt before it was made."""
    if encoding == "utf-8-sig":
        tell(REPAIR, "byte_order_mark")
    elif encoding == "cp1252":
        foreign = found.apply(lambda column: ~column.map(str.isascii))
        column = foreign.any().idxmax()
        tell(REPAIR, "encoding_cp1252", column, line=int(foreign[column].idxmax()) if foreign[column].any() else 1)
    for column in texts:
        suspect = found.loc[found[column].str.contains(ENCODED_TWICE[0], regex=False), column]  # quick, and empty for most files
        if (twice := suspect.str.contains(ENCODED_TWICE)).any():
            tell(WARN, "text_encoded_twice", column, line=int(twice.idxmax()))


def _repeats(cells: pd.DataFrame) -> set[str]:
    """The names that the reader of CSV files gives to the second and later columns of one name."""
    return {name for name in cells.columns for first in cells.attrs.get("repeated_columns", []) if str(name).startswith(f"{first} (")}


def _version(found: dict[str, _Table], fields: Fields, notes: list[str]) -> int:
    """The census year: as the header says it, or else the first whose columns are there."""
    present = [fields[name][column] for name, table in found.items() for column in table.cells if column in fields[name]]
    newest = max((field.since for field in present if field.since), default=EARLIEST)
    header = found["sen2"].cells if "sen2" in found else pd.DataFrame()
    said = header["year"].str.extract(r"^([0-9]{4})(?:\.0+)?$")[0].dropna().unique() if "year" in header else []
    if len(said) != 1:
        if "sen2" in found:  # where there is none, the account says so
            notes.append(f"The header does not name one census year; by its columns the return is that of {newest}.")
        return newest
    year = int(said[0])
    strange = [f"{field.table}.{field.column}" for field in present if not field.is_of(year)]
    if strange:
        notes.append(f"The header names the census of {year}, which does not have these columns: {', '.join(strange)}.")
    return year


def _number(found: dict[str, _Table]) -> None:
    """Give records without an id a number, and find the record to which each belongs by child and request."""
    for table, place in TABLES.items():
        if table not in found:
            continue
        cells, key = found[table].cells, f"{place.parent}tableid"
        if f"{table}tableid" not in cells:
            cells[f"{table}tableid"] = pd.Series(range(1, len(cells) + 1), index=cells.index).astype("str")
        if table == "person" and key not in cells:
            header = found["sen2"].cells["sen2tableid"].to_list() if "sen2" in found else []
            cells[key] = header[0] if len(header) == 1 else "1"
        elif place.parent and key not in cells:
            _find_parent(cells, found[place.parent].cells, key)


def _find_parent(found: pd.DataFrame, parents: pd.DataFrame, key: str) -> None:
    """Fill in the parent's id where child and request have exactly one record there; blank otherwise, for the checks to find."""
    shared = [link for link in LINKS if link in found and link in parents]
    if "requeststableid" not in shared:
        return
    # Within one table a request has one child, so the two together say no less than the request alone.
    once = parents[~parents.duplicated(shared, keep=False)]
    joined = found[shared].merge(once[[*shared, key]], on=shared, how="left", validate="many_to_one")
    found[key] = joined[key].fillna("").to_numpy()


def _complete(table: str, found: _Table, columns: dict[str, Field], version: int) -> pd.DataFrame:
    """The table as it is handed on; refused where a required column is missing in a table that holds anything."""
    required = [column for column, field in columns.items() if field.required and field.is_of(version)]
    missing = [column for column in required if column not in found.cells]
    cells = found.cells
    if missing and len(cells):
        raise _missing(table, found, columns[missing[0]])
    cells = cells.reindex(columns=[column for column in columns if column in cells or column in missing]).astype("str")
    cells.insert(len(cells.columns), "file", pd.Categorical.from_codes([0] * len(cells), [found.file.name]))
    cells.insert(len(cells.columns), "line", cells.index.to_numpy("int64"))
    return cells.reset_index(drop=True)


def _missing(table: str, found: _Table, field: Field) -> Refusal:
    """Say which column is missing, and which heading may be meant."""
    names = {plain(name): name for name in field.names}
    near = [(heading, close[0]) for heading in found.unknown if (close := get_close_matches(plain(heading), names, n=1))]
    guess = f"; the heading '{near[0][0]}' comes nearest, to '{names[near[0][1]]}'" if near else ""
    problem = f"The table '{table}' has no column '{field.column}' ({field.heading}){guess}."
    return Refusal(problem, file=found.file, column=field.column, remedy=f"Give it one of its names: {', '.join(field.names)}.")
