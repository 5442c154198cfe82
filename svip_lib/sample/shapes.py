"""Writes the tables of a synthetic return in the four shapes in which an analyst meets one; the same bytes for the same tables."""

import re
import zipfile
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd

from svip_lib.config.fields import Field
from svip_lib.intake.sen2 import FORM, TABLES

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
EXCEL_BEGINS = np.datetime64("1899-12-30")
# How the schema of the XML spells its elements; the name of a column is the same in lower case.
ELEMENTS = {
    name.lower(): name
    for name in (
        "Person Requests Assessment NamedPlan PlanDetail ActivePlans PlacementDetail SENneed Collection Year ReferenceDate SourceLevel LEA"
        " SoftwareCode Release SerialNo DateTime DMO DCO DSCO Surname Forename PersonBirthDate GenderCurrent Sex Ethnicity PostCode UPN"
        " UniqueLearnerNumber UPNunknown ReceivedDate RequestSource RYA RequestOutcomeDate RequestOutcome RequestMediation RequestTribunal"
        " Exported AssessmentOutcome AssessmentOutcomeDate AssessmentMediation AssessmentTribunal OtherMediation OtherTribunal Week20"
        " StartDate PlanRes PlanWBP PB OA DP CeaseDate CeaseReason URN UKPRN SENsetting SENsettingOther PlacementRank SENUnitIndicator"
        " ResourcedProvisionIndicator TransferLA ReviewMeeting ReviewOutcome LastReview ReviewDraft PhaseTransferDueDate"
        " PhaseTransferFinalDate Res WBP EntryDate LeavingDate AttendancePattern SENtype SENtypeRank"
    ).split()
}
# What a mistake may need that a shape does not have, and what the shape has instead.
PACKED = "A workbook is packed, and its text is always UTF-8."
LACKS = {
    "blade": {},
    "xml": {
        "ids": "XML has no ids: its records stand one within another.",
        "encoding": "XML says itself in which encoding it is written.",
        "capitals": "The names of the elements are read in small letters and capitals alike.",
    },
    "workbook": {"header": "The workbook of a case system has no header record.", "encoding": PACKED},
    "template": {
        "whole_ids": "The form gives back every id as a decimal.",
        "written_time": "The form holds the time as a number of Excel, always.",
        "names": "The form's headings are sentences, of which any name of a column may be one.",
        "encoding": PACKED,
    },
}
TECHNICAL = re.compile(r"tableid$|orderseqcolumn$|^nativeid$|^sourceid$")
MARK = re.compile("\x01([a-z0-9]+):([0-9]+)\x02")
HEADING = -1
Place = tuple[str, int]  # a table and the number of one of its rows, from 0, or HEADING
Texts = Callable[[str], pd.DataFrame]


def columns_of(table: str, fields: dict[str, dict[str, Field]], year: int, shape: str) -> list[str]:
    """Return the columns that a table has in a shape and census year; for XML with the ids, by which records are nested."""
    if shape == "workbook" and table == "sen2":
        return []
    columns = [column for column, field in fields[table].items() if field.is_of(year)]
    return [column for column in columns if shape == "blade" or column.endswith("tableid") or not TECHNICAL.search(column)]


def day_texts(days: np.ndarray, shape: str) -> np.ndarray:
    """Return days as a shape writes them (``2022-Sep-28 00:00:00`` in the files from COLLECT, else ISO); blank where there is none."""
    numbers, places = np.unique(days.astype("M8[D]"), return_inverse=True)
    words = [_day(number, shape) for number in numbers.astype(object)]
    return np.array(words, dtype=object)[places]


def _day(day: date | None, shape: str) -> str:
    if day is None:
        return ""
    return f"{day.year}-{MONTHS[day.month - 1]}-{day.day:02d} 00:00:00" if shape == "blade" else day.isoformat()


def cell_text(value: object, shape: str) -> str:
    """Return one value that is planted: a day as the shape writes it, anything else as it is."""
    return _day(value.date(), shape) if isinstance(value, pd.Timestamp) else str(value)


def rendered(table: str, rows: pd.DataFrame, fields: dict[str, dict[str, Field]], year: int, shape: str) -> pd.DataFrame:
    """Return a table as text, as the cells of a shape show it.

    Args:
        table: Its name.
        rows: The table, as ``draw_tables`` returns it.
        fields: The fields of every table.
        year: The census year, which decides the columns.
        shape: ``blade``, ``xml``, ``workbook`` or ``template``.
    """
    texts = {}
    for column in columns_of(table, fields, year, shape):
        own = TECHNICAL.search(column) and not column.endswith("tableid")
        cells = rows[f"{table}tableid" if own else column]
        if column == "sourceid":
            cells = pd.Series("1", index=rows.index)
        elif pd.api.types.is_datetime64_dtype(cells):
            cells = pd.Series(day_texts(cells.to_numpy(), shape), index=rows.index)
            if shape == "template" and fields[table][column].type == "datetime":
                cells = pd.Series(((rows[column].to_numpy().astype("M8[D]") - EXCEL_BEGINS).astype(int)), index=rows.index)
        elif shape == "xml" and fields[table][column].type == "flag":
            cells = cells.astype("str").replace({"1": "true", "0": "false", "Y": "true"})
        texts[column] = cells.astype("str")
        if shape == "template" and (column.endswith(("tableid", "rank"))):
            texts[column] += ".0"  # the form's numbers come back as floats
    return pd.DataFrame(texts)


def write_blade(folder: Path, texts: Texts, places: list[Place], *, fields: dict, census: date) -> dict[Place, tuple[str, int]]:
    """Write the nine files of an export from COLLECT; return file and line of each place asked for."""
    import pyarrow as pa
    from pyarrow import csv

    options = csv.WriteOptions(include_header=False, quoting_style="none")
    for table in TABLES:
        text = texts(table)
        heading = ["NativeId" if column == "nativeid" else column for column in text.columns]
        with (folder / blade_name(table, census)).open("wb") as file:
            file.write((",".join(heading) + "\n").encode())
            csv.write_csv(pa.Table.from_pandas(text, preserve_index=False), file, options)
    return {(table, row): (blade_name(table, census), row + 2) for table, row in places}


def blade_name(table: str, census: date) -> str:
    """Return what COLLECT calls the file of a table."""
    return f"Blade-Export_{census:%d-%m-%Y}_{table}.csv"


def write_xml(folder: Path, texts: Texts, places: list[Place], *, fields: dict, census: date) -> dict[Place, tuple[str, int]]:
    """Write the return as it is sent, every record within its parent; return file and line of each place asked for.

    XML has no headings: a column that is not called as it should be has the line of the first record with such an element.

    A place is marked in the text with two characters that XML forbids, and the marks are taken out when their lines are known.
    """
    wanted = set(places)
    header = texts("sen2").iloc[0]
    header = {
        column: f"<{ELEMENTS[column]}>{cell}</{ELEMENTS[column]}>\n" for column, cell in header.items() if cell and column in ELEMENTS
    }
    details = "".join(header.pop(column) for column in ("collection", "year", "referencedate"))
    officers = "".join(header.pop(column, "") for column in ("dmo", "dco", "dsco"))
    mark = "\x01sen2:0\x02" if ("sen2", 0) in wanted else ""
    body = _nested("person", texts, wanted)
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Message>\n{mark}<Header>\n<CollectionDetails>\n{details}</CollectionDetails>\n'
        f"<Source>\n{''.join(header.values())}</Source>\n{officers}</Header>\n<Persons>\n{''.join(body)}</Persons>\n</Message>\n"
    )
    name, found, line, seen = f"SEN2_{census.year}.xml", {}, 1, 0
    for marked in MARK.finditer(text):
        line += text.count("\n", seen, marked.start())
        seen = marked.start()
        found[marked[1], int(marked[2])] = (name, line)
    for table in [table for table, row in wanted if row == HEADING]:
        strange = next(column for column in texts(table).columns if column not in ELEMENTS and not TECHNICAL.search(column))
        begin = text.rindex(f"<{ELEMENTS[table]}>", 0, text.index(f"<{strange}>"))
        found[table, HEADING] = (name, text.count("\n", 0, begin) + 1)
    (folder / name).write_text(MARK.sub("", text), encoding="utf-8", newline="\n")
    return found


def _element(column: str, cells):
    """A cell, or a series of them, within its element."""
    name = ELEMENTS.get(column, column)
    return f"<{name}>" + cells + f"</{name}>\n"


def _nested(table: str, texts: Texts, wanted: set[Place]) -> pd.Series:
    """Every record of a table as XML with the records within it, indexed by the record's own id."""
    cells = texts(table)
    name = ELEMENTS[table]
    opening = pd.Series(f"<{name}>\n", index=cells.index, dtype=object)
    for row in (row for place, row in wanted if place == table and row != HEADING):
        opening[row] = f"\x01{table}:{row}\x02<{name}>\n"
    for column in cells.columns:
        if not TECHNICAL.search(column):
            opening += _element(column, cells[column]).where(cells[column] != "", "").astype(object)
    opening.index = pd.MultiIndex.from_frame(cells[[f"{table}tableid", f"{TABLES[table].parent}tableid"]])
    for child in [child for child, place in TABLES.items() if place.parent == table]:
        within = _nested(child, texts, wanted)
        joined = within.groupby(level=1, sort=False).agg("".join)
        opening += joined.reindex(opening.index.get_level_values(0)).fillna("").to_numpy(object)
    return opening + f"</{name}>\n"


def write_workbook(folder: Path, texts: Texts, places: list[Place], *, fields: dict, census: date) -> dict[Place, tuple[str, int]]:
    """Write the workbook that a case system exports before submission: a sheet a table, without the header."""
    from openpyxl import Workbook

    book, name = Workbook(write_only=True), f"SEN2_{census.year}_pre-submission.xlsx"
    for table in [table for table in TABLES if table != "sen2"]:
        text = texts(table)
        sheet = book.create_sheet(TABLES[table].sheet)
        sheet.append(list(text.columns))
        for row in _excel_rows(table, text, fields):
            sheet.append(row)
    save_book(book, folder / name)
    return {(table, row): (name, row + 2) for table, row in places}


def _excel_rows(table: str, text: pd.DataFrame, fields: dict) -> zip:
    """Ids and ranks as numbers, days as days; what is neither stays text, and what is blank an empty cell."""
    columns = []
    for column, cells in text.items():
        values = cells.astype(object).where(cells != "", None)
        if column.endswith(("tableid", "rank")):
            numbers = cells.str.fullmatch("[0-9]+")
            values[numbers] = cells[numbers].astype(int)
        elif column in fields[table] and fields[table][column].type == "date":
            days = pd.to_datetime(cells, format="%Y-%m-%d", errors="coerce").dropna()
            values[days.index] = list(days.dt.date)
        columns.append(values)
    return zip(*columns, strict=True)


def write_template(folder: Path, texts: Texts, places: list[Place], *, fields: dict, census: date) -> dict[Place, tuple[str, int]]:
    """Write DfE's form for keying in: nine tables below one another on one sheet, with headings of several lines."""
    from openpyxl import Workbook

    book, name = Workbook(write_only=True), f"SEN2_{census.year}_template.xlsx"
    sheet = book.create_sheet(FORM)
    first, row = {}, 1
    for table, place in TABLES.items():
        text = texts(table)
        sheet.append([place.title])
        sheet.append([_heading(fields[table][column], table) if column in fields[table] else column for column in text.columns])
        first[table] = row + 2
        for cells in text.itertuples(index=False):
            sheet.append([cell or None for cell in cells])
        sheet.append([])
        row = first[table] + len(text) + 1
    save_book(book, folder / name)
    return {(table, number): (name, first[table] + number) for table, number in places}


def _heading(field: Field, table: str) -> str:
    if field.column == f"{table}tableid":
        return f"{field.heading}\n\n(This must be a unique ID for each {TABLES[table].title.removesuffix('s')})"
    return f"{field.heading}\n\n(ccyy-mm-dd)" if field.type == "date" else field.heading


def save_book(book, path: Path) -> None:
    """Save a workbook without the hour at which it was made, so that the same tables are the same bytes."""
    made = BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as parts, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as again:
        for part in parts.namelist():
            content = parts.read(part)
            if part == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2000-01-01T00:00:00Z", content)
            again.writestr(zipfile.ZipInfo(part), content, zipfile.ZIP_DEFLATED)


WRITERS = {"blade": write_blade, "xml": write_xml, "workbook": write_workbook, "template": write_template}
