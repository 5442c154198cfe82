"""Reads ledgers and registers as councils keep them: finds the heading wherever it stands, and sets aside what is no record.

What a table may hold, and how councils head it, stands in ``data/dictionary/fields.csv`` alone; nothing here knows a table.
"""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from svip_lib.config.fields import Field, Fields
from svip_lib.config.periods import MONTHS
from svip_lib.config.refusal import Refusal
from svip_lib.intake.open import WHOLE_AGAIN, check_separator, decode, read_bytes, records
from svip_lib.intake.values import parse_money
from svip_lib.intake.workbook import COLUMNS_LIMIT, GRID_LIMIT, ROWS_LIMIT, SMALLER, UNZIPPED_LIMIT, read_workbook_text

HEADING_WITHIN = 200  # rows with a value; no title or note above a heading is that long
HEADING_HEIGHT = 4  # rows: the tallest merged heading that is looked for
A_ROW_OF_HEADINGS = 2  # names of ours in one row; with fewer it may be a record, and nothing of it may be printed
ENOUGH_MONTHS = 3  # columns, to tell figures to date from figures of the month
LINES_TOLD = 5
PENCE_DIGITS = 2
LINES_LIMIT = 1_048_576  # of a sheet in Excel, which may write each of them though it is empty
NOT_CHECKED, EQUAL, ROUNDING, DIFFERS = range(4)
CHECKS = {NOT_CHECKED: "not checked", EQUAL: "equal", ROUNDING: "rounding", DIFFERS: "differs"}
NUMERIC = {"money", "integer", "number"}
ADD_ALIAS = "Rename the columns in the file, or add your headings as aliases in data/dictionary/fields.csv."

UNIT = re.compile(
    r"(?<!@)£\s?['’]?(?P<pounds>000'?s?|k|mn?|millions?|thousands?)?s?(?!\w)|['’](?P<short>000)s?(?!\w)|\((?P<bare>000)s?\)", re.I
)
YEAR = re.compile(r"(?:\b(?:ay|fy)\s?)?(?<!\d)(?:(20\d\d)(?:\s?(?:[-/–]|to)\s?(?:20)?(\d\d))?|(\d\d)[-/–](\d\d))(?!\d)", re.ASCII)
NUMBER = "(0[1-9]|1[0-2])"
MONTH = re.compile(rf"({'|'.join(MONTHS)})[a-z]*[\s\-–/'’]*(?:20)?\d\d|20\d\d-{NUMBER}-\d\d(?: 00:00:00)?|01/{NUMBER}/20\d\d", re.ASCII)
DESCRIBES = {"description", "desc", "name", "title"}
TOTAL = r"(?i)(?:(?:sub|grand|overall|section|page)[\s\-–]*)?totals?\b|.*\stotals?:?$"
OF_ALL = r"(?i)(?:grand|overall)[\s\-–]*total"


@dataclass(frozen=True)
class Register:
    """One table of a ledger or register, as it stands in the file.

    Attributes:
        table: One row a record: the columns of the field table that the file has, as text; ``file``; ``line`` (row of the sheet).
        totals: The rows of subtotals and totals, likewise, and ``check`` (``equal``; ``rounding``: money within half of the last digit
            that is printed, a row; ``differs``; ``not checked``), ``from_line`` (first record of those that it was compared with)
            and ``differences`` (for each column that differs: stated less added up, in the column's own unit).
        aside: Every other row with a value: ``file``, ``line``, ``why`` (``above the heading``, ``heading``, ``repeated heading``,
            ``note``). The rows of the sheet are those of ``table``, ``totals`` and ``aside``, each once.
        headings: For each column the heading that it has in the file, with the year that may stand in it.
        units: For columns of money whose heading (or the title) says so: ``£``, ``£k`` or ``£m``. Cells are left as written.
        sheet: The sheet that was read; empty for CSV.
        notes: What a reader should know, a sentence each. No note holds a value of a child or officer.
    """

    table: pd.DataFrame
    totals: pd.DataFrame
    aside: pd.DataFrame
    headings: dict[str, str]
    units: dict[str, str]
    sheet: str
    notes: list[str]


@dataclass(frozen=True)
class _Sheet:
    """The rows with a value of a sheet: stripped text indexed by line, columns numbered from 0; and, for CSV, each record's width."""

    name: str
    cells: pd.DataFrame
    widths: pd.Series | None = None
    formulas: int = 0


@dataclass(frozen=True)
class _Heading:
    """A place that may be the heading: the columns that it names, and what it lacks."""

    sheet: _Sheet
    begin: int
    height: int
    columns: dict[str, list[int]]  # ours: those of the sheet that fit best, mostly one
    texts: dict[int, str]
    missing: tuple[str, ...]

    @property
    def worth(self) -> tuple[int, int, int, int]:
        """The more required and the more other columns it names, the better; then the lower and the higher up."""
        return -len(self.missing), len(self.columns), -self.height, -self.begin

    @property
    def line(self) -> int:
        """The line on which it begins."""
        return int(self.sheet.cells.index[self.begin])

    @property
    def where(self) -> str:
        """The place in words."""
        return f"row {self.line} of sheet '{self.sheet.name}'" if self.sheet.name else f"line {self.line}"

    @property
    def parts(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """The rows above it, its own, and those below."""
        cells, end = self.sheet.cells, self.begin + self.height
        return cells.iloc[: self.begin], cells.iloc[self.begin : end], cells.iloc[end:]


def read_register(path: Path, table: str, fields: Fields) -> Register:
    """Return one table of a council's workbook or CSV file, with every row of the sheet accounted for.

    Args:
        path: A CSV file or an Excel workbook. Titles and notes may stand above and below the table, its heading may take several
            rows, and blank columns, repeated headings, subtotals and totals may stand in it.
        table: The table of the field table, such as ``ledger``. Its first required column is the key. A row is a total if its key,
            or without a key its first cell, begins or ends with 'Total', or if it holds nothing but figures. A row with one cell
            of text is a note. Every other row is a record, even without a key.
        fields: The field table.

    Raises:
        Refusal: When no row names all required columns (with the row that came nearest and the nearest headings), when two sheets
            or two columns fit equally well, or when a line of a CSV file is cut off or too long.
    """
    known = fields[table]
    heading = _choose(path, table, known)
    columns = _one_each(path, heading, known)
    above, head, after = heading.parts
    _check_widths(path, heading)
    why, is_total = _sort_rows(head, after, columns, known)
    kept = after[why == ""][list(columns.values())].set_axis(list(columns), axis=1)
    body = kept.assign(file=path.name, line=kept.index.astype("int64"))
    is_total = is_total[why == ""]
    units = _units(heading, columns, known)
    totals = _check_totals(body, is_total, {column: known[column].type for column in columns if known[column].type in NUMERIC})
    records = body[~is_total].reset_index(drop=True)
    aside = pd.concat([pd.Series("above the heading", index=above.index), pd.Series("heading", index=head.index), why[why != ""]])
    notes = [f"The heading was found in {heading.where}."]
    notes += _notes_on_columns(heading, columns, units) + _notes_on_rows(records, aside) + _notes_on_months(records)
    return Register(
        table=records,
        totals=totals,
        aside=pd.DataFrame({"file": path.name, "line": aside.index.astype("int64"), "why": aside.to_numpy()}),
        headings={column: heading.texts[place] for column, place in columns.items()},
        units=units,
        sheet=heading.sheet.name,
        notes=notes,
    )


def _sheets(path: Path) -> list[_Sheet]:
    """Every sheet that holds a value."""
    suffix = path.suffix.casefold()
    if suffix in (".xlsx", ".xlsm", ".xls"):
        # Totals and variances are formulas in nearly every council's monitor; what Excel saved for them is read, and said.
        books = read_workbook_text(path, calculated=True)
        read = [_Sheet(name, cells, formulas=cells.attrs["formulas"]) for name, cells in books.items()]
    elif suffix == ".csv":
        read = [_csv_sheet(path)]
    else:
        problem = f"A file that ends in '{suffix}' is not read as a register."
        raise Refusal(problem, file=path, remedy="Save it as an Excel workbook (.xlsx) or as CSV UTF-8.")
    sheets = []
    for sheet in read:
        cells = sheet.cells.apply(lambda column: column.str.strip())
        cells = cells.set_axis(range(cells.shape[1]), axis=1)[(cells != "").any(axis=1)]
        sheets += [replace(sheet, cells=cells)] if len(cells) else []
    if not sheets:
        raise Refusal("There is no value in the file.", file=path, remedy="Export it again.")
    return sheets


def _csv_sheet(path: Path) -> _Sheet:
    """A CSV file as a sheet, within the limits of one: its titles and notes may be narrower than its table, as many systems write them."""
    text, _ = decode(read_bytes(path, UNZIPPED_LIMIT), path)
    broken = "A quote that is opened in this record is not closed as it should be, or a cell is far too long."
    lines, rows = [], []
    for begin, cells in records(text, path, broken):
        if any(map(str.strip, cells)):
            lines.append(begin)
            rows.append(cells)
        if len(cells) > COLUMNS_LIMIT or len(rows) > ROWS_LIMIT or begin > LINES_LIMIT:
            problem = f"The table is larger than the {ROWS_LIMIT:,} rows and {COLUMNS_LIMIT} columns that are read."
            raise Refusal(problem, file=path, line=begin, remedy=SMALLER)
    if not rows:
        raise Refusal("There is no value in the file.", file=path, remedy="Export it again.")
    index = pd.Index(lines, name="line")
    widths = pd.Series(map(len, rows), index=index, dtype="int64")
    widest = widths.max()
    if widest == 1:
        check_separator(rows[0], path)
    if widest * len(rows) > GRID_LIMIT:
        raise Refusal("The table is too wide for its length.", file=path, remedy=SMALLER)
    padded = [cells + [""] * (widest - len(cells)) for cells in rows]
    return _Sheet("", pd.DataFrame(padded, index=index, dtype="str"), widths)


def _choose(path: Path, table: str, known: dict[str, Field]) -> _Heading:
    """The sheet and row that name the table's columns; refused where none has all that are required, or two sheets do alike."""
    names = _names(known)
    best = [_best(sheet, names, known) for sheet in _sheets(path)]
    first = max(best, key=lambda found: found.worth)
    if first.missing:
        raise _nothing_fits(path, table, first, known)
    alike = [found.sheet.name for found in best if not found.missing and len(found.columns) == len(first.columns)]
    if len(alike) > 1:
        problem = f"The sheets {' and '.join(map(repr, alike))} both look like the table '{table}'."
        raise Refusal(problem, file=path, remedy="Keep the one that is meant, and remove the other.")
    return first


def _best(sheet: _Sheet, names: dict[str, tuple[str, int]], known: dict[str, Field]) -> _Heading:
    """The place in a sheet that names most columns of ours."""
    required = [column for column, field in known.items() if field.required]
    rows = sheet.cells.iloc[: HEADING_WITHIN + HEADING_HEIGHT].to_numpy().tolist()

    def places() -> Iterator[_Heading]:
        for begin in range(min(len(rows), HEADING_WITHIN)):
            for height in range(1, min(HEADING_HEIGHT, len(rows) - begin) + 1):
                columns, texts = _match(rows[begin : begin + height], names)
                missing = tuple(column for column in required if column not in columns)
                yield _Heading(sheet, begin, height, columns, texts, missing)

    best = max(places(), key=lambda place: place.worth)
    end = best.begin + best.height
    if end < len(rows) and _are_units(rows[end]):
        columns, texts = _match(rows[best.begin : end + 1], names)
        return replace(best, height=best.height + 1, columns=columns, texts=texts)
    return best


def _are_units(row: list[str]) -> bool:
    """Whether a row holds nothing but units, as some have below their headings."""
    cells = [cell for cell in row if cell]
    return any(map(_unit, cells)) and not any(re.search(r"\w", UNIT.sub("", cell)) for cell in cells)


def _match(block: list[list[str]], names: dict[str, tuple[str, int]]) -> tuple[dict[str, list[int]], dict[int, str]]:
    """What the columns under a heading of one or more rows are: the first of its readings, from the fullest, that is a name of ours."""
    carried = _carried(block)
    texts = {place: " ".join(filter(None, column)) for place, column in enumerate(zip(*block, strict=True)) if any(column)}
    first_year = min((year for text in texts.values() for year in map(_first_year, YEAR.finditer(text.casefold())) if year), default=0)
    found: dict[str, list[tuple[tuple[int, int], int]]] = {}
    left = ""
    for place, own in texts.items():
        # 'Description' alone describes what stands at its left; the lowest row alone is tried last.
        beside = f"{left} {own}" if own.casefold() in DESCRIBES else ""
        readings = [carried[place], own, beside, block[-1][place]]
        keys = ((nth, key) for nth, reading in enumerate(readings) for key in _keys(reading, first_year))
        fit = next(((nth, names[key]) for nth, key in keys if key in names), None)
        if fit:
            reading, (column, name) = fit
            found.setdefault(column, []).append(((reading, name), place))
        left = own
    best = {column: min(rank for rank, _ in fits) for column, fits in found.items()}
    return {column: [place for rank, place in fits if rank == best[column]] for column, fits in found.items()}, texts


def _carried(block: list[list[str]]) -> list[str]:
    """The words of each column below those of merged cells: these stand only at their left, so they are carried to the right."""
    carried = []
    for row in block[:-1]:
        words = ""
        carried.append([words := cell or words for cell in row])
    return [" ".join(filter(None, column)) for column in zip(*carried, block[-1], strict=True)]


def _names(known: dict[str, Field]) -> dict[str, tuple[str, int]]:
    """Each key of each name of the table's columns, with the column and the name's place in its list."""
    named = [(key, (column, nth)) for column, field in known.items() for nth, name in enumerate(field.names) for key in _keys(name, 0)]
    return dict(reversed(named))


@lru_cache(maxsize=10_000)
def _keys(heading: str, first_year: int) -> tuple[str, ...]:
    """What a heading may be found by: its letters, or its words in any order; with its year, and without; with brackets, and without.

    A year counts from the first of the heading's row, so that of two columns for two years one is this year's and one the next's.
    """
    text = UNIT.sub(" ", heading.casefold())
    if month := MONTH.fullmatch(text.strip()):
        text = month[1] or MONTHS[int(month[2] or month[3]) - 1]
    text = text.replace("{year}", "year0").replace("{next year}", "year1")
    dated = YEAR.sub(lambda year: f" year{_first_year(year) - first_year} " if _first_year(year) else year[0], text)
    bare = YEAR.sub(lambda year: " " if _first_year(year) else year[0], text)
    shapes = (shape for words in (dated, bare) for shape in (words, re.sub(r"\([^)]*\)?", " ", words)))
    keys = (key for shape in shapes for key in (re.sub(r"[^a-z0-9]", "", shape), " ".join(sorted(re.findall(r"[a-z0-9]+", shape)))))
    return tuple(dict.fromkeys(filter(None, keys)))


def _first_year(year: re.Match) -> int:
    """The year, or the first of two that follow each other; 0 for what only looks like a year."""
    begin, end = int((year[1] or year[3])[-2:]), year[2] or year[4]
    return 2000 + begin if end is None or int(end) == (begin + 1) % 100 else 0


def _nothing_fits(path: Path, table: str, nearest: _Heading, known: dict[str, Field]) -> Refusal:
    """What to say where the required columns were not found; a row that may be a record is not printed."""
    lacking = " and ".join(f"'{known[column].heading}'" for column in nearest.missing)
    if len(nearest.columns) < A_ROW_OF_HEADINGS:
        problem = f"None of the first {HEADING_WITHIN} rows looks like the heading of the table '{table}': it must have {lacking}."
        return Refusal(problem, file=path, remedy=ADD_ALIAS)
    used = {place for places in nearest.columns.values() for place in places}
    spare = {text.casefold(): text for place, text in nearest.texts.items() if place not in used}
    wanted = [name.casefold() for column in nearest.missing for name in known[column].names]
    alike = dict.fromkeys(spare[near] for name in wanted for near in difflib.get_close_matches(name, spare, n=1))
    near = f" The nearest headings there are {' and '.join(map(repr, alike))}." if alike else ""
    problem = f"The table '{table}' has no column {lacking}. Of the first {HEADING_WITHIN} rows, {nearest.where} is most like a heading."
    return Refusal(problem + near, file=path, line=nearest.line, remedy=ADD_ALIAS)


def _one_each(path: Path, heading: _Heading, known: dict[str, Field]) -> dict[str, int]:
    """The one column of the sheet for each of ours; refused where two fit alike and do not hold the same."""
    _, _, after = heading.parts
    for column, places in heading.columns.items():
        if any((after[place] != after[places[0]]).any() for place in places[1:]):
            letters = " and ".join(map(_letters, places))
            problem = f"The columns {letters} are both headed like '{known[column].heading}', and they differ."
            raise Refusal(problem, file=path, line=heading.line, remedy="Say in the headings which is meant, or remove the other.")
    return {column: heading.columns[column][0] for column in known if column in heading.columns}


def _letters(place: int) -> str:
    """The letters by which a spreadsheet names a column.

    Example:
        >>> _letters(0), _letters(27)
        ('A', 'AB')
    """
    from openpyxl.utils import get_column_letter

    return get_column_letter(place + 1)


def _check_widths(path: Path, heading: _Heading) -> None:
    """Stop at a record of a CSV file that is wider or narrower than the heading: its cells may stand in the wrong columns."""
    if heading.sheet.widths is None:
        return
    _, head, after = heading.parts
    width = heading.sheet.widths[head.index[-1]]
    filled = after != ""
    misfits = filled.iloc[:, width:].any(axis=1) | ((heading.sheet.widths[after.index] < width) & (filled.sum(axis=1) > 1))
    if misfits.any():
        line = int(misfits.idxmax())
        problem = (
            f"The line has {heading.sheet.widths[line]} cells and the heading has {width}; it is cut off, or a comma is not in quotes."
        )
        raise Refusal(problem, file=path, line=line, remedy=WHOLE_AGAIN)


def _sort_rows(head: pd.DataFrame, after: pd.DataFrame, columns: dict[str, int], known: dict[str, Field]) -> tuple[pd.Series, pd.Series]:
    """Why a row below the heading is neither record nor total (empty for those), and whether it is a total."""
    filled = after != ""
    repeated = pd.Series(False, index=after.index)
    for line in head.index:
        cells = head.loc[line][head.loc[line] != ""]
        if len(cells) >= A_ROW_OF_HEADINGS:
            repeated |= (after[cells.index] == cells).all(axis=1)
    figures = filled[[place for column, place in columns.items() if known[column].type in NUMERIC]].any(axis=1)
    words = filled[[place for column, place in columns.items() if known[column].type not in NUMERIC]].any(axis=1)
    note = ~repeated & ~figures & ((filled.sum(axis=1) == 1) | ~words)
    key = after[columns[next(column for column, field in known.items() if field.required)]]
    first = key
    for place in reversed(after.columns):
        first = after[place].where(filled[place] & (key == ""), first)
    named = first.str.match(TOTAL) & (figures | (key != ""))
    is_total = ~repeated & ~note & (named | (figures & ~words & (key == "")))
    why = pd.Series("", index=after.index).mask(repeated, "repeated heading").mask(note, "note")
    return why, is_total


def _units(heading: _Heading, columns: dict[str, int], known: dict[str, Field]) -> dict[str, str]:
    """In which unit each column of money is said to be: by its heading, or by the nearest title above that says thousands or millions."""
    above, head, _ = heading.parts
    titles = (_unit(cell) for row in reversed(above.to_numpy().tolist()) for cell in row)
    of_all = next((unit for unit in titles if unit in ("£k", "£m")), "")
    carried = _carried(head.to_numpy().tolist())
    money = {column: place for column, place in columns.items() if known[column].type == "money"}
    units = {column: _unit(heading.texts[place]) or _unit(carried[place]) or of_all for column, place in money.items()}
    return {column: unit for column, unit in units.items() if unit}


def _unit(text: str) -> str:
    """The unit that a heading names; empty if it names none.

    Example:
        >>> [_unit(text) for text in ("Budget £'000", "Actual (£m)", "Cost £", "Place (@£6k)")]
        ['£k', '£m', '£', '']
    """
    found = UNIT.search(text)
    if not found:
        return ""
    scale = (found["pounds"] or found["short"] or found["bare"] or "").casefold()
    return "£m" if scale.startswith("m") else "£k" if scale else "£"


def _check_totals(body: pd.DataFrame, is_total: pd.Series, numeric: dict[str, str]) -> pd.DataFrame:
    """The totals, each compared with the records above it: since the last total, else since the last total of totals, else all."""
    totals, at = body[is_total].reset_index(drop=True), np.flatnonzero(is_total)
    if not len(at):
        return totals.assign(check=pd.Series(dtype="str"), from_line=pd.Series(dtype="Int64"), differences=pd.Series(dtype="str"))
    amounts = {
        column: (*_pence(body[column]), _half_of_last_digit(body[column]) if kind == "money" else 0) for column, kind in numeric.items()
    }
    verdicts = [_compare(body, is_total.to_numpy(), amounts, at, start) for start in _starts(totals, at)]
    # The narrowest span that agrees to the penny, else that agrees but for rounding; else the one that the row's place suggests.
    quality = np.array([verdict["check"].map({CHECKS[EQUAL]: 0, CHECKS[ROUNDING]: 1}).fillna(2) for verdict in verdicts])
    chosen = quality.argmin(axis=0)
    every = pd.concat(verdicts, keys=range(len(verdicts)))
    picked = every.loc[list(zip(chosen, range(len(at)), strict=True))].reset_index(drop=True)
    return totals.join(picked, validate="1:1")


def _starts(totals: pd.DataFrame, at: np.ndarray) -> list[np.ndarray]:
    """For each total, where the records begin that it may add up, in the order in which they are tried."""
    since_last = np.concatenate([[0], at[:-1] + 1])
    adds_totals = (since_last == at) & (at > 0)
    ends = np.maximum.accumulate(np.where(adds_totals, at + 1, 0))
    since_such = np.concatenate([[0], ends[:-1]])
    of_all = totals.drop(columns=["file", "line"]).apply(lambda cells: cells.str.match(OF_ALL)).any(axis=1).to_numpy()
    since_last, since_such = np.where(adds_totals, since_such, since_last), np.where(of_all, 0, since_such)
    return [np.where(of_all, 0, since_last), since_such, np.zeros_like(at)]


def _pence(cells: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The amounts of a column, missing where there is none, and which cells could not be read."""
    parsed = parse_money(cells)
    return parsed.values.astype("Float64"), parsed.wrong  # noqa: PD011, a field of our own


def _half_of_last_digit(cells: pd.Series) -> float:
    """Half a unit of the last digit that a column prints, in pence: by so much rounding may change each of its amounts."""
    digits = cells.str.extract(r"\.([0-9]+)", expand=False).str.len().fillna(0).max()
    return 10 ** (PENCE_DIGITS - min(digits, PENCE_DIGITS)) / 2


def _compare(body: pd.DataFrame, is_total: np.ndarray, amounts: dict[str, tuple], at: np.ndarray, start: np.ndarray) -> pd.DataFrame:
    """What each total states less what the records from its start add up to."""
    count = np.concatenate([[0], np.cumsum(~is_total)])
    records = count[at] - count[start]
    worst, differences = np.full(len(at), NOT_CHECKED), pd.Series("", index=range(len(at)))
    for column, (stated_pence, wrong, half_of_last) in amounts.items():
        pence = stated_pence.fillna(0).to_numpy(dtype="float64")
        added = np.concatenate([[0.0], np.cumsum(np.where(is_total, 0, pence))])
        unread = np.concatenate([[0], np.cumsum(wrong.to_numpy() & ~is_total)])
        stated = stated_pence.notna().to_numpy()[at] & (unread[at] == unread[start]) & (records > 0)
        gap = np.round(pence[at] - (added[at] - added[start]))
        verdict = np.where(gap == 0, EQUAL, np.where(np.abs(gap) <= half_of_last * (records + 1), ROUNDING, DIFFERS))
        worst = np.where(stated, np.maximum(worst, verdict), worst)
        told = pd.Series(gap / 10**PENCE_DIGITS).map(f"{column} {{:+,.2f}}; ".format)
        differences += told.where(stated & (gap != 0), "")
    lines = body["line"].to_numpy()[~is_total]
    first = pd.Series(count[start]).map(dict(enumerate(lines))).where(records > 0).astype("Int64")
    return pd.DataFrame({"check": pd.Series(worst).map(CHECKS), "from_line": first, "differences": differences.str.removesuffix("; ")})


def _lines(lines: pd.Index | pd.Series) -> str:
    """How many, and the lines of the first few.

    Example:
        >>> _lines(pd.Index([4, 9]))
        '2 (line 4, 9)'
    """
    shown = ", ".join(str(line) for line in lines[:LINES_TOLD])
    return f"{len(lines):,} (line {shown}{', …' if len(lines) > LINES_TOLD else ''})"


def _notes_on_columns(heading: _Heading, columns: dict[str, int], units: dict[str, str]) -> list[str]:
    """What is said of columns: formulas, those that are not ours, those without a heading, and units."""
    _, _, after = heading.parts
    extra = [text for place, text in heading.texts.items() if place not in columns.values()]
    unnamed = [_letters(place) for place in after if place not in heading.texts and (after[place] != "").any()]
    scaled = [f"{column} ({unit})" for column, unit in units.items() if unit != "£"]
    notes = {
        "Formulas of which the result that was last saved is read": f"{heading.sheet.formulas:,}" if heading.sheet.formulas else "",
        "Columns that are not in the dictionary and were not read": ", ".join(map(repr, extra)),
        "Columns without a heading that were not read": ", ".join(unnamed),
        "Amounts headed as thousands or millions": ", ".join(scaled),
    }
    return [f"{words}: {told}." for words, told in notes.items() if told]


def _notes_on_rows(records: pd.DataFrame, aside: pd.Series) -> list[str]:
    """What is said of rows that hold no record."""
    told = {"repeated heading": "Rows that repeat the heading", "note": "Rows that hold a note and no record"}
    notes = [f"{words}: {_lines(aside.index[aside == why])}." for why, words in told.items() if (aside == why).any()]
    return notes if len(records) else ["There is no record below the heading.", *notes]


def _notes_on_months(records: pd.DataFrame) -> list[str]:
    """Whether figures by month seem to be to date or of the month, and which months are missing between others."""
    columns = [column for column in records if re.fullmatch(r"period_[0-9]{2}", column)]
    sums = pd.Series({column: _pence(records[column])[0].sum() for column in columns}, dtype="float64")
    reached = sums[: sums[sums != 0].index[-1]] if (sums != 0).any() else sums[:0]
    if len(reached) < ENOUGH_MONTHS:
        return []
    grows = reached.abs().is_monotonic_increasing
    notes = [f"The columns by month look like figures {'to date: they never fall' if grows else 'of each month: they rise and fall'}."]
    numbers = [int(column[-2:]) for column in columns]
    gaps = [f"period_{number:02d}" for number in range(min(numbers), max(numbers)) if number not in numbers]
    return notes + ([f"Months without a column: {', '.join(gaps)}."] if gaps else [])
