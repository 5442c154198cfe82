"""Takes DfE's published releases into our own layout, and reads what had been published by a given day.

On disk a release is a folder ``data/reference/<id>/``: ``source.yaml``, a table a subject (one row an area and time period,
DfE's indicators as columns), ``repairs.csv`` (cells that we replaced) and ``findings.csv`` (what does not add up and stays).
The first half of this module reads those folders; the second half, from ``refresh`` on, writes them.
"""

import hashlib
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
import yaml
from pydantic import BeforeValidator, Field

from svip_lib.config.periods import ACADEMIC, CALENDAR, january_of, six_digits
from svip_lib.config.refusal import Refusal
from svip_lib.config.yaml_file import Entry, read_yaml
from svip_lib.intake.open import read_cells, read_csv_text

ROW = ["area_code", "time_period", "breakdown", "category"]
KEY = ["table", "area", "time_period", "breakdown", "category", "measure"]
ROWS = [*KEY[:3], "time_identifier", *KEY[3:], "value", "shorthand", "source_id", "available_from"]
AREAS = ["area_code", "la_code", "name", "level", "region_code", "closed", "former_codes"]
REPAIRS = ["table", *ROW, "column", "was", "now", "rule"]
FINDINGS = ["table", *ROW, "column", "value", "rule"]

NATIONAL, REGIONAL, LOCAL = "National", "Regional", "Local authority"
CODES = {NATIONAL: "country_code", REGIONAL: "region_code", LOCAL: "new_la_code"}
NAMES = {NATIONAL: "country_name", REGIONAL: "region_name", LOCAL: "la_name"}
PARENTS = {REGIONAL: "country_code", LOCAL: "region_code"}
# The columns with which every file of Explore Education Statistics begins.
DFE_ROW = ["time_period", "time_identifier", "geographic_level", *CODES.values(), *NAMES.values(), "old_la_code"]
DFE_ROW += ["breakdown_topic", "breakdown"]

SHORTHAND = ["x", "z"]  # DfE: not available; not applicable
FIGURE = r"-?\d+(\.\d+)?"
NOT_A_COUNT = re.compile(r"_pc$|^pc_|^avg_")
HALF = 0.5  # of a child: nearer than that, two counts are equal
ROUNDING = 0.05  # of a percentage that DfE prints with one decimal
FAR_OFF = 0.1  # of the appealable decisions; differences up to that are changes of day between two extracts
# What the tribunal's table says that appealable decisions are made of.
DECISIONS = {
    "requests": "requests_decided_not_to_assess",
    "assessments": "assess_not_issued",
    "plans": "ehcplans",
    "ceased_plans": "needs_met",
}
WITHOUT_APPEALS = "Fetch the file of this release; without it in the folder, the release is taken in without appeals."
PLACE_IT = "Compare with the release's data guidance, and say in layouts.yaml what the column is now called."

TimeIdentifier = Literal["Academic year", "Calendar year", "Financial year"]


def _flat(items: Any) -> Any:
    """A list in YAML may hold another list by reference; its members are meant."""
    return [member for item in items for member in _flat(item)] if isinstance(items, list) else [items]


def _named(items: Any) -> Any:
    """A column that never changed is written as its name alone."""
    return [{"name": item} if isinstance(item, str) else item for item in _flat(items)]


class Column(Entry):
    """A column of DfE's: our name, the others that it has had, and the reporting years that have it."""

    name: str
    also: tuple[str, ...] = ()
    since: int = 0
    until: int = 9999
    twice: bool = False


class Cut(Entry):
    """The rows of a file that make one table of ours: the totals, or the topic with a certain word."""

    topic: str = ""
    breakdown: str = ""
    required: bool = True


class Identity(Entry):
    """Parts that add up to a total, or percentages that add up to 100, in the time periods between two."""

    total: str
    parts: Annotated[tuple[str, ...], BeforeValidator(_flat)]
    since: str = ""
    until: str = "9999"


class Layout(Entry):
    """One file of a release."""

    names: tuple[str, ...]
    recognised_by: str
    time_identifier: TimeIdentifier
    tables: dict[str, Cut]
    columns: Annotated[tuple[Column, ...], BeforeValidator(_named)]
    identities: Annotated[tuple[Identity, ...], BeforeValidator(_flat)] = ()


class Layouts(Entry):
    """``layouts.yaml``: every file of a release, and the headings of the tribunal's table."""

    files: dict[str, Layout]
    appeals: dict[str, str]

    def columns(self) -> dict[str, set[str]]:
        """Return the columns that each of our tables may have."""
        return {table: {column.name for column in layout.columns} for layout in self.files.values() for table in layout.tables}


class Release(Entry):
    """What is said of a release, wherever it is used."""

    id: str
    title: str
    publisher: str
    release: str
    available_from: date
    available_from_verified: bool
    licence: str
    url: str
    notes: tuple[str, ...] = ()


class Releases(Entry):
    """``releases.yaml``: the releases that may be taken in."""

    releases: tuple[Release, ...]


class RawFile(Entry):
    """A file as it was downloaded."""

    file: str
    sha256: str
    rows: int


class Source(Release):
    """``source.yaml`` of a folder: the release, what of it is there, and from which files.

    A partial source holds some figures of a release; it stands aside as soon as the whole one (``part_of``) is known.
    """

    partial: bool = False
    part_of: str = ""
    tables: dict[str, TimeIdentifier]
    rows: dict[str, int] = Field(default_factory=dict)
    raw_files: tuple[RawFile, ...] = ()


@dataclass(frozen=True)
class Published:
    """What had been published by a day.

    Attributes:
        rows: One row a figure: ``table, area, time_period, time_identifier, breakdown, category, measure``, ``value``
            (missing where DfE gives none), ``shorthand`` (empty, or ``x`` or ``z``), ``source_id``, ``available_from`` (ISO).
            Totals have an empty breakdown and category. All text but ``value``.
        areas: One row an area: ``area_code`` (nine characters), ``la_code`` (three), ``name``, ``level``, ``region_code``,
            ``closed`` (first January, as an academic year, for which it no longer reported), ``former_codes``.
        sources: One row a release that was known: ``id, title, publisher, release, available_from, verified, licence, url,
            notes, partial``.
        repairs: One row a cell that is not as DfE has it: where it stands, ``was``, ``now``, ``rule``, ``source_id``.
        findings: One row a finding about cells that stay as published: where, ``value`` (a negative count, or by how much
            something is off), ``rule``, ``source_id``.
        every: The rows of every release that was known, newest first, also those that a later one has replaced.
        releases: The releases that were known, newest first.
    """

    rows: pd.DataFrame
    areas: pd.DataFrame
    sources: pd.DataFrame
    repairs: pd.DataFrame
    findings: pd.DataFrame
    every: pd.DataFrame
    releases: list[Source]

    def rows_on(self, day: date) -> pd.DataFrame:
        """Return the rows as they were known on an earlier day."""
        return _as_the_newest_has_it(self.every, [release for release in self.releases if release.available_from <= day])

    def table(self, name: str) -> pd.DataFrame:
        """Return the rows of one table; none, if nothing of it had been published."""
        return self.rows[self.rows["table"] == name]


def read_reference(reference: Path, as_at: date) -> Published:
    """Return every published figure that could be known on a day, as the newest release by then has it.

    Args:
        reference: The folder ``data/reference``.
        as_at: The day.

    Raises:
        Refusal: When a file is missing or was edited into something that is not a figure; with file, line and column.
    """
    areas = _read_areas(reference / "areas.csv")
    every = _known_sources(reference, as_at)
    columns = read_yaml(reference / "layouts.yaml", Layouts).columns()
    tables = [_read_table(folder, name, source, areas, columns.get(name)) for folder, source in every.items() for name in source.tables]
    read = pd.concat(tables, ignore_index=True)
    rows = _as_the_newest_has_it(read, list(every.values()))
    standing = _standing(every.values())
    known = {folder: source for folder, source in every.items() if source.id in standing}
    told = [source.model_dump(include=set(Release.model_fields) | {"partial"}) for source in known.values()]
    sources = pd.DataFrame(told).rename(columns={"available_from_verified": "verified"})
    sources = sources.assign(available_from=sources["available_from"].map(str), notes=sources["notes"].map(" ".join))
    registers = {name: _read_register(known, f"{name}.csv", columns) for name, columns in (("repairs", REPAIRS), ("findings", FINDINGS))}
    return Published(rows, areas, sources, **registers, every=read, releases=list(every.values()))


def _known_sources(reference: Path, as_at: date) -> dict[Path, Source]:
    """The folders whose release was known on the day, newest first, and the whole of a release before its part."""
    folders = sorted(path for path in reference.iterdir() if path.is_dir() and not path.name.startswith("."))
    every = {folder: read_yaml(folder / "source.yaml", Source) for folder in folders}
    known = {folder: source for folder, source in every.items() if source.available_from <= as_at}
    if not known:
        raise Refusal(f"Nothing had been published by {as_at}.", file=reference, remedy="Ask for a later day, or add an earlier release.")
    ranked = sorted(known, key=lambda folder: (known[folder].available_from, not known[folder].partial, folder.name), reverse=True)
    return {folder: known[folder] for folder in ranked}


def _standing(known: Iterable[Source]) -> set[str]:
    """The releases that count: a part stands aside where the whole of it is known."""
    known = list(known)
    whole = {source.id for source in known if not source.partial}
    return {source.id for source in known if source.part_of not in whole}


def _as_the_newest_has_it(read: pd.DataFrame, known: list[Source]) -> pd.DataFrame:
    """Each figure once, from the newest of the known releases; the newest stands first."""
    rows = read[read["source_id"].isin(_standing(known))]
    return rows[~rows.duplicated(KEY)].reset_index(drop=True)


def _read_areas(path: Path) -> pd.DataFrame:
    """The areas, each once."""
    areas = read_csv_text(path)
    if areas.columns.to_list() != AREAS:
        raise Refusal(f"The columns must be {', '.join(AREAS)}.", file=path, line=1, remedy="Restore the heading.")
    _refuse_first(areas["area_code"].duplicated(), areas, path, "area_code", "stands twice", "Keep one row an area.")
    return areas.reset_index(drop=True)


def _read_table(folder: Path, name: str, source: Source, areas: pd.DataFrame, columns: set[str] | None) -> pd.DataFrame:
    """One table of a release, one row a figure; where DfE lays the table out, its columns are those of the layouts."""
    path = folder / f"{name}.csv"
    table = read_csv_text(path)
    if not {"area_code", "time_period"} <= set(table):
        raise Refusal("A table needs the columns area_code and time_period.", file=path, line=1, remedy="Restore the heading.")
    table = table.assign(**{column: "" for column in ROW if column not in table})
    measures = [column for column in table if column not in ROW]
    if surplus := [column for column in measures if columns is not None and column not in columns]:
        remedy = f"Restore the heading, or add the column to {path.parents[1] / 'layouts.yaml'}."
        raise Refusal(f"'{surplus[0]}' is not a column of this table.", file=path, line=1, column=surplus[0], remedy=remedy)
    if len(table) != source.rows.get(name, len(table)):
        problem = f"The file has {len(table)} rows, and source.yaml says {source.rows[name]}: rows were lost or added."
        raise Refusal(problem, file=path, remedy="Restore the file, or say the number of rows anew in source.yaml.")
    form = r"20\d\d" if source.tables[name] == CALENDAR else r"20\d{4}"
    wrong = ~table["time_period"].str.fullmatch(form)
    _refuse_first(wrong, table, path, "time_period", f"is no {source.tables[name].lower()}", "Write 2025, or 202526 for a year across two.")
    # What is counted in January, or over a calendar year, is known from the next year on; money is allocated in advance.
    early = (table["time_period"].str[:4].astype(int) >= source.available_from.year) & (source.tables[name] in (ACADEMIC, CALENDAR))
    came_out = f"could not have been counted by {source.available_from}, when it came out"
    _refuse_first(early, table, path, "time_period", came_out, "Correct the period, or available_from in source.yaml.")
    unknown = ~table["area_code"].isin(areas["area_code"])
    _refuse_first(unknown, table, path, "area_code", "is not in areas.csv", "Correct the code or add the area.")
    _refuse_first(table.duplicated(ROW), table, path, "area_code", "has two rows of one time period", "Keep one of them.")
    long = table.melt(ROW, measures, "measure", "cell", ignore_index=False)
    # A transcribed part of a release leaves cells empty that we do not hold, which is not the same as not available.
    long = long[long["cell"] != ""] if source.partial else long
    _check_figures(long, path)
    long = pd.concat([long, _sum_of_special_academies(table)]).rename(columns={"area_code": "area"})
    missing = long["cell"].isin(SHORTHAND)
    long = long.assign(value=pd.to_numeric(long["cell"].mask(missing)), shorthand=long["cell"].where(missing, ""))
    told = {"table": name, "time_identifier": source.tables[name], "source_id": source.id, "available_from": str(source.available_from)}
    return long.assign(**told)[ROWS]


def _sum_of_special_academies(table: pd.DataFrame) -> pd.DataFrame:
    """Rows that continue DfE's series of special academies and free schools, two columns since 2026, where both are known."""
    parts, total = ["special_academy", "special_free_school"], "special_academy_free"
    if total in table or not set(parts) <= set(table):
        return pd.DataFrame(columns=[*ROW, "measure", "cell"], dtype="str")
    both = _numbers(table, parts).sum(axis=1, min_count=len(parts)).dropna()
    return table.loc[both.index, ROW].assign(measure=total, cell=both.map("{:.0f}".format))


def _read_register(folders: Iterable[Path], file: str, columns: list[str]) -> pd.DataFrame:
    """The repairs or findings of all releases, with the release of each."""
    found = [read_csv_text(folder / file).assign(source_id=folder.name) for folder in folders if (folder / file).exists()]
    return pd.concat([pd.DataFrame(columns=[*columns, "source_id"], dtype="str"), *found], ignore_index=True)


def _refuse_first(wrong: pd.Series, table: pd.DataFrame, path: Path, column: str | int, problem: str, remedy: str) -> None:
    """Stop at the first row that is wrong, with its line and the value of a column."""
    if wrong.any():
        line = wrong.idxmax()
        raise Refusal(f"'{table.loc[line, column]}' {problem}.", file=path, line=int(line), column=str(column), remedy=remedy)


def _check_figures(long: pd.DataFrame, path: Path) -> None:
    """Stop at a cell that is neither a number nor one of DfE's shorthands; one row a ``cell`` of a ``measure``."""
    wrong = long[~(long["cell"].str.fullmatch(FIGURE) | long["cell"].isin(SHORTHAND))]
    if len(wrong):
        line, column, value = int(wrong.index[0]), wrong["measure"].iloc[0], wrong["cell"].iloc[0]
        problem = f"'{value}' is neither a number nor x or z."
        raise Refusal(problem, file=path, line=line, column=column, remedy="Correct the cell as the source has it.")


def _numbers(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """The figures of a table as numbers; x and z are missing, never 0."""
    return table[columns].apply(pd.to_numeric, errors="coerce")


@dataclass(frozen=True)
class RefreshResult:
    """What a refresh wrote: the release, its folder, the rows of each table, repairs and findings by rule, and files not used."""

    release_id: str
    folder: Path
    rows: dict[str, int]
    repairs: dict[str, int]
    findings: dict[str, int]
    unused: tuple[str, ...]

    def __str__(self) -> str:
        """What was taken in, mended and noticed, in a few lines."""
        tables = ", ".join(f"{name} {rows:,}" for name, rows in self.rows.items())
        counts = [
            ", ".join(f"{number} {rule.replace('_', ' ')}" for rule, number in told.items()) or "none"
            for told in (self.repairs, self.findings)
        ]
        return (
            f"{self.release_id} is in {self.folder}.\nRows: {tables}.\nMended: {counts[0]}.\nLeft as published, and listed: {counts[1]}.\n"
            f"Not used: {', '.join(self.unused) or 'none'}."
        )


@dataclass(frozen=True)
class _Taken:
    """What was taken out of one file: our tables, the repairs and findings made, and the areas that it names."""

    tables: dict[str, pd.DataFrame]
    repairs: list[pd.DataFrame]
    findings: list[pd.DataFrame]
    places: pd.DataFrame


def refresh(folder: Path, reference: Path) -> RefreshResult:
    """Take a downloaded release of DfE's "Education, health and care plans" into our own layout.

    Nothing is written unless the whole release is understood; then its folder is replaced at one stroke, and areas that
    are new are added to ``areas.csv``. The same download always gives the same bytes.

    Args:
        folder: The release as downloaded and unpacked (CSV files, in sub-folders or not).
        reference: The folder ``data/reference``, with ``layouts.yaml`` and ``releases.yaml``.

    Raises:
        Refusal: When a file or column is missing or cannot be placed, a cell is not a figure, files of two releases are
            mixed, or nobody has said from which day the release is known.
    """
    if not folder.is_dir():
        raise Refusal("There is no such folder.", file=folder, remedy="Name the folder into which the release was unpacked.")
    layouts = read_yaml(reference / "layouts.yaml", Layouts)
    files = {path: read_csv_text(path) for path in sorted(folder.rglob("*.csv"))}
    chosen = {name: _find_file(files, layout, folder) for name, layout in layouts.files.items()}
    year = january_of(files[chosen["caseload"]]["time_period"].max())
    release = _known_release(reference, f"ees_ehcp_{year}")
    areas_path = reference / "areas.csv"
    held = _read_areas(areas_path) if areas_path.exists() else pd.DataFrame(columns=AREAS, dtype="str")

    taken = [_take(chosen[name], files[chosen[name]], layout, year, held) for name, layout in layouts.files.items()]
    areas = _merge_areas(held, pd.concat([one.places for one in taken]), areas_path)
    tables = {name: table for one in taken for name, table in one.tables.items()}
    identifiers = {name: layout.time_identifier for layout in layouts.files.values() for name in layout.tables if name in tables}
    repairs = [repair for one in taken for repair in one.repairs]
    findings = [finding for one in taken for finding in one.findings]
    tribunal = [path for path, file in files.items() if "appeal rate" in file.columns[0].casefold()][:1]
    for path in tribunal:
        tables["appeals"], misplaced = _appeals(path, layouts.appeals, areas, year)
        identifiers["appeals"] = CALENDAR
        repairs.append(misplaced)
        findings.append(_decisions_differ(tables))

    used = sorted([*chosen.values(), *tribunal])
    raw = tuple(RawFile(file=path.name, sha256=hashlib.sha256(path.read_bytes()).hexdigest(), rows=len(files[path])) for path in used)
    sizes = {name: len(table) for name, table in sorted(tables.items())}
    source = Source(**release.model_dump(), tables=dict(sorted(identifiers.items())), rows=sizes, raw_files=raw)
    registers = {
        "repairs": pd.concat(repairs)[REPAIRS].sort_values(REPAIRS),
        "findings": pd.concat(findings)[FINDINGS].sort_values(FINDINGS),
    }
    target = _write(reference, source, tables | registers, areas)
    by_rule = {name: register["rule"].value_counts().to_dict() for name, register in registers.items()}
    rows = {name: len(table) for name, table in tables.items()}
    return RefreshResult(source.id, target, rows, **by_rule, unused=tuple(path.name for path in files if path not in used))


def _find_file(files: dict[Path, pd.DataFrame], layout: Layout, folder: Path) -> Path:
    """The file of the release that has the layout's own column, or else its name, so that we can tell what is wrong with it."""

    def fits(file: pd.DataFrame) -> bool:
        known = layout.recognised_by in file.columns.str.lower() and "time_identifier" in file
        return known and (file["time_identifier"] == layout.time_identifier).all()

    found = [path for path, file in files.items() if fits(file)] or [path for path in files if path.name.casefold() in layout.names]
    if len(found) != 1:
        there = f"{len(found)} have it: {', '.join(path.name for path in found)}" if found else "none has it"
        wanted = f"with the column '{layout.recognised_by}', by {layout.time_identifier.lower()} ({layout.names[0]} in its time)"
        problem = f"One file {wanted} is expected, and {there}."
        raise Refusal(problem, file=folder, remedy="Unpack the whole download of one release into an empty folder.")
    path, file = found[0], files[found[0]]
    if "time_period" not in file or file.empty:
        raise Refusal("The column 'time_period' is missing or empty.", file=path, line=1, remedy="Fetch the file again.")
    form = r"\d{4}" if layout.time_identifier == CALENDAR else r"\d{6}"
    wrong = ~file["time_period"].str.fullmatch(form)
    _refuse_first(wrong, file, path, "time_period", "is not a year as DfE writes it", "Fetch the file again.")
    return path


def _known_release(reference: Path, release_id: str) -> Release:
    """What we know of the release; a pack may only use what had been published, so an unknown day stops."""
    path = reference / "releases.yaml"
    known = {release.id: release for release in read_yaml(path, Releases).releases}
    if release_id not in known:
        problem = f"The release '{release_id}' is not listed, so nobody has said from which day it is known."
        raise Refusal(problem, file=path, remedy="Add it with its day of publication, then refresh again.")
    return known[release_id]


def _take(path: Path, raw: pd.DataFrame, layout: Layout, year: int, held: pd.DataFrame) -> _Taken:
    """Everything that one file of the release gives."""
    file, repeated = _with_our_columns(path, raw, layout, year)
    measures = [column.name for column in layout.columns if column.name in file]
    newest = six_digits(year - 1) if layout.time_identifier == ACADEMIC else str(year - 1)
    if file["time_period"].max() != newest:
        found = file["time_period"].max()
        problem = f"The newest period is {found}; in the release of {year} it is {newest}. Files of two releases are mixed."
        raise Refusal(problem, file=path, column="time_period", remedy="Unpack one release into an empty folder.")
    former = held.assign(former=held["former_codes"].str.split()).explode("former").dropna(subset="former")
    was, now = file["area_code"], file["area_code"].replace(dict(zip(former["former"], former["area_code"], strict=True)))
    file = file.assign(area_code=now)
    tables, repairs, findings = {}, [], []
    for name, cut in layout.tables.items():
        table = _cut(path, file, cut)
        if table is None:
            continue
        _check_figures(table[measures].melt(var_name="measure", value_name="cell", ignore_index=False), path)
        _refuse_first(table.duplicated(ROW), table, path, "area_code", "has two rows of one time period", "Fetch the file again.")
        table, replaced = _repair_regional_totals(table, file, layout, measures)
        moved = table.index[(was != now)[table.index]]
        recoded = table.loc[moved, ROW].assign(column="area_code", was=was[moved], now=now[moved], rule="former_code_of_the_area")
        repairs += [made.assign(table=name) for made in (repeated, recoded, replaced)]
        findings.append(_findings(table, layout, measures).assign(table=name))
        row = ROW if cut.breakdown else ROW[:2]
        tables[name] = table[[*row, *measures]].sort_values(row)
    return _Taken(tables, repairs, findings, file[["area_code", "area_name", *DFE_ROW]].drop_duplicates(["area_code", "time_period"]))


def _with_our_columns(path: Path, raw: pd.DataFrame, layout: Layout, year: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The file with our names, its areas and their parents; and a row for each column that DfE gave twice."""
    wanted = {name: column for column in layout.columns if column.since <= year <= column.until for name in (column.name, *column.also)}
    twice = [name for name in raw.attrs["repeated_columns"] if name.lower() in wanted and wanted[name.lower()].twice]
    same = [name for name in twice if (raw[name] == raw[f"{name} (2)"]).all()]
    given = raw.drop(columns=[f"{name} (2)" for name in same]).rename(columns=str.lower)
    ours = {name: wanted[name].name for name in given if name in wanted}
    unplaced = [name for name in given if name not in wanted and name not in DFE_ROW]
    missing = [name for name in DFE_ROW if name not in given]
    missing += [name for name in dict.fromkeys(column.name for column in wanted.values()) if name not in ours.values()]
    if unplaced or missing or len(set(ours.values())) < len(ours):
        parts = [f"cannot be placed: {', '.join(unplaced)}"] if unplaced else []
        parts += [f"are missing: {', '.join(missing)}"] if missing else []
        problem = f"The columns are not those of reporting year {year}: {'; '.join(parts) or 'two of them mean one thing'}."
        raise Refusal(problem, file=path, line=1, remedy=PLACE_IT)
    file = given.rename(columns=ours)
    level = file["geographic_level"]
    _refuse_first(~level.isin(CODES), file, path, "geographic_level", "is not a level that we know", "Fetch the file again.")
    for name, columns in {"area_code": CODES, "area_name": NAMES, "parent": PARENTS}.items():
        chosen = pd.Series("", index=file.index, dtype="str")
        for of_level, column in columns.items():
            chosen = chosen.mask(level == of_level, file[column])
        file[name] = chosen
    _refuse_first(file["area_code"] == "", file, path, "area_code", "is not an area", "Fetch the file again.")
    once = pd.DataFrame({"column": same, "was": "twice", "now": "once", "rule": "repeated_column"}).assign(**dict.fromkeys(ROW, ""))
    return file, once


def _cut(path: Path, file: pd.DataFrame, cut: Cut) -> pd.DataFrame | None:
    """The rows of one table, with breakdown and category as we name them; none, if the release has no such breakdown."""
    topics = file["breakdown_topic"]
    wanted = topics.str.casefold().str.contains(cut.topic, regex=False) if cut.topic else topics == file["breakdown"]
    found = topics[wanted].unique()
    if len(found) == 0 and not cut.required:
        return None
    if len(found) != 1:
        looked_for = f"with the word '{cut.topic}'" if cut.topic else "that holds the totals"
        problem = f"One topic {looked_for} is expected, and {len(found)} are there. All topics: {', '.join(topics.unique())}."
        raise Refusal(problem, file=path, column="breakdown_topic", remedy="Say in layouts.yaml which word marks the topic.")
    return file.assign(breakdown=cut.breakdown, category=file["breakdown"] if cut.topic else "")[wanted]


def _key(table: pd.DataFrame, area: str = "area_code") -> pd.MultiIndex:
    """Area and period of each row, to look figures up by."""
    return pd.MultiIndex.from_arrays([table[area], table["time_period"]])


def _repair_regional_totals(
    table: pd.DataFrame, file: pd.DataFrame, layout: Layout, measures: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Replace a region's total that stands in the rows of its authorities.

    Two authorities cannot both have as many plans as their region. Each gets the sum of its own rows by age where that is
    also the sum of its own placements, and x otherwise: where an authority gave a total only, its rows by age are not whole.
    """
    made = [pd.DataFrame(columns=REPAIRS[1:], dtype="str")]
    if table["breakdown"].ne("").any():
        return table, made[0]
    numbers = _numbers(table, [name for name in measures if not NOT_A_COUNT.search(name)])
    above = numbers.set_axis(_key(table)).reindex(_key(table, "parent")).set_axis(table.index)
    same = (numbers == above) & (numbers > 0)
    same &= same.groupby([table["parent"], table["time_period"]]).transform("sum") > 1
    for column in same.columns[same.any()]:
        rows = table[same[column]]
        own = _sum_by_age(file, column).reindex(_key(rows)).set_axis(rows.index)
        for rule in layout.identities:
            if rule.total == column:
                parts = numbers.loc[rows.index, [name for name in rule.parts if name in numbers]].sum(axis=1, min_count=1)
                own = own.mask(rows["time_period"].between(rule.since, rule.until) & (own != parts))
        now = own.map("{:.0f}".format).where(own.notna(), "x")
        made.append(rows[ROW].assign(column=column, was=rows[column], now=now, rule="regional_total_in_local_row"))
        table = table.assign(**{column: table[column].mask(same[column], now)})
    return table, pd.concat(made)


def _sum_by_age(file: pd.DataFrame, column: str) -> pd.Series:
    """The sum of each area's and period's rows by age, where the file has one breakdown by age."""
    ages = file[file["breakdown_topic"].str.contains(r"\bage\b", case=False)]
    ages = ages if len(ages["breakdown_topic"].unique()) == 1 else ages.head(0)
    return _numbers(ages, [column]).set_axis(_key(ages))[column].groupby(level=[0, 1]).sum(min_count=1)


def _findings(table: pd.DataFrame, layout: Layout, measures: list[str]) -> pd.DataFrame:
    """What does not add up in a table and is kept as published, one row a finding."""
    numbers = _numbers(table, measures).assign(**{"100": 100.0})
    found = [_listed(table, numbers.mask(numbers >= 0), "negative_count")]
    for rule in (rule for rule in layout.identities if rule.total in numbers):
        parts = numbers[[name for name in rule.parts if name in numbers]]
        shares = rule.total == "100"
        tolerance = ROUNDING * parts.shape[1] + 0.01 if shares else HALF
        off = (parts.sum(axis=1) - numbers[rule.total]).where(table["time_period"].between(rule.since, rule.until))
        off = off.where(off.abs() > tolerance).to_frame(rule.parts[0] if shares else rule.total)
        told = parts.notna().any(axis=1)
        found.append(_listed(table, off.where(told), "shares_differ_from_100" if shares else "parts_differ_from_total"))
        if not shares:
            found.append(_listed(table, off.mask(told), "parts_not_published"))
    if table["breakdown"].eq("").all():
        counts = numbers[[name for name in measures if not NOT_A_COUNT.search(name)]]
        within = counts.groupby(_key(table, "parent"))
        off = within.sum(min_count=1).reindex(_key(table)).set_axis(table.index) - counts
        off = off.where(off.abs() > HALF)
        whole = counts.notna().groupby(_key(table, "parent")).all().reindex(_key(table), fill_value=True).set_axis(table.index)
        found.append(_listed(table, off.where(whole), "areas_differ_from_total"))
        found.append(_listed(table, off.mask(whole), "total_holds_unpublished_areas"))
    return pd.concat(found)


def _listed(table: pd.DataFrame, values: pd.DataFrame, rule: str) -> pd.DataFrame:
    """A finding for each value that is there."""
    if not values.notna().to_numpy().any():
        return pd.DataFrame(columns=FINDINGS[1:], dtype="str")
    found = values.melt(var_name="column", ignore_index=False).dropna()
    value = found["value"].map("{:.1f}".format).str.removesuffix(".0")
    return table.loc[found.index, ROW].assign(column=found["column"].to_numpy(), value=value.to_numpy(), rule=rule)


def _merge_areas(held: pd.DataFrame, places: pd.DataFrame, path: Path) -> pd.DataFrame:
    """The areas that we hold, and those of the release that are new; of each, since when it no longer reports."""
    places = places.sort_values("time_period", kind="stable")
    january = places[places["time_identifier"] == ACADEMIC]
    newest = january["time_period"].max()
    last = january.groupby("area_code")["time_period"].max()
    closed = last.str[:4].astype(int).add(1).map(six_digits).mask(last == newest, "")
    seen = places.drop_duplicates("area_code", keep="last").rename(columns={"area_name": "name", "geographic_level": "level"})
    local = seen["level"] == LOCAL
    seen = seen.assign(la_code=seen["old_la_code"].where(local, ""), region_code=seen["region_code"].where(local, ""), former_codes="")
    seen["closed"] = seen["area_code"].map(closed).fillna("")
    # What is held was perhaps corrected by hand and stays; only a closing that this release can know of is told anew.
    knows = (held["closed"] <= newest) & held["area_code"].isin(last.index)
    held = held.assign(closed=held["closed"].mask(knows, held["area_code"].map(closed)))
    areas = pd.concat([held, seen[~seen["area_code"].isin(held["area_code"])]])[AREAS]
    twice = areas[areas["la_code"].ne("") & areas.duplicated("la_code", keep=False)]
    if len(twice):
        problem = f"The authority {twice['la_code'].iloc[0]} has the codes {' and '.join(twice['area_code'].head(2))}."
        remedy = "Give it one row, with the code to keep in area_code and the other in former_codes."
        raise Refusal(problem, file=path, column="former_codes", remedy=remedy)
    rank = areas["level"].map(list(CODES).index)
    return areas.assign(rank=rank).sort_values(["rank", "area_code"])[AREAS]


def _appeals(path: Path, headings: dict[str, str], areas: pd.DataFrame, year: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tribunal's table: appeals, decisions and two rates that must not be mixed; and the codes that were another's."""
    cells = read_cells(path).map(str.strip)
    cells[0] = cells[0].str.replace(r"[\d,]+$", "", regex=True)
    top, end = cells.index[cells[1] == "LA code"], cells.index[cells[0] == "England Total"]
    if len(top) != 1 or len(end) != 1:
        raise Refusal("The table has no line 'LA code' or no line 'England Total'.", file=path, remedy=WITHOUT_APPEALS)
    table = cells.loc[top[0] : end[0]]
    years, labels = table.iloc[0, 2:].replace("", pd.NA).ffill(), table.iloc[1, 2:].str.replace(r"[\d,]+$", "", regex=True)
    unknown = labels[labels.ne("") & ~labels.isin(headings)]
    if len(unknown):
        raise Refusal(f"The heading '{unknown.iloc[0]}' cannot be placed.", file=path, line=int(table.index[1]), remedy=PLACE_IT)
    columns = labels.index[labels != ""]
    if years[columns].max() != str(year - 1):
        problem = f"The newest year is {years[columns].max()}; in the release of {year} it is {year - 1}."
        raise Refusal(problem, file=path, line=int(table.index[0]), remedy=WITHOUT_APPEALS)
    rows = table.iloc[2:]
    # A dash is none; two dots, a wave and an empty cell are not available; the tribunal prints 1,581 and 3.40%.
    values = rows[columns].replace({"-": "0", "..": "x", "~": "x", "": "x"}).replace(r",|%$|(?<=\.\d)0+%$", "", regex=True)
    given = values.ne("x").any(axis=1)
    rows, values = rows[given], values[given]
    area, misplaced = _place_by_name(rows, areas)
    _refuse_first(area.isna(), rows, path, 0, "is no authority in areas.csv", "Add it, or correct its name there.")
    _refuse_first(area.duplicated(), rows, path, 0, "is an authority that another line has too", "Correct the names in areas.csv.")
    long = values.assign(area_code=area).melt("area_code", var_name="number", value_name="cell", ignore_index=False)
    long = long.assign(time_period=long["number"].map(years), measure=long["number"].map(labels).map(headings))
    _check_figures(long, path)
    wide = long.pivot(index=["area_code", "time_period"], columns="measure", values="cell")
    wide = wide[[measure for measure in headings.values() if measure in wide]].fillna("z")  # no such column in that year
    return wide[~wide.isin(SHORTHAND).all(axis=1)].reset_index().rename_axis(columns=None), misplaced


def _place_by_name(rows: pd.DataFrame, areas: pd.DataFrame) -> tuple[pd.Series, pd.DataFrame]:
    """The area of each row: by name and code where they agree, else by name, else by code; and the codes that were wrong."""
    name, la_code = rows[0].str.casefold(), rows[1]
    known = areas[areas["level"] == LOCAL].assign(name=lambda local: local["name"].str.casefold())
    by_both = dict(zip(known["name"] + known["la_code"], known["area_code"], strict=True))
    by_name = known[~known["name"].duplicated(keep=False)].set_index("name")["area_code"]
    by_code = known.set_index("la_code")["area_code"]
    area = (name + la_code).map(by_both).fillna(name.map(by_name)).fillna(la_code.map(by_code))
    area = area.mask(name == "england total", areas.loc[areas["level"] == NATIONAL, "area_code"].max())
    right = area.map(known.set_index("area_code")["la_code"])
    wrong = la_code.ne("") & right.notna() & (la_code != right)
    told = {"column": "la_code", "was": la_code[wrong], "now": right[wrong], "rule": "code_of_another_authority", "table": "appeals"}
    return area, pd.DataFrame({"area_code": area[wrong], **told}).assign(time_period="", breakdown="", category="")


def _decisions_differ(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Appealable decisions that are far from the four numbers that the tribunal's table says they are made of."""
    appeals = tables["appeals"].assign(breakdown="", category="")
    # January 2025 is academic year 202425 and belongs to the decisions of 2024.
    parts = [
        _numbers(tables[name], [column]).set_axis(_key(tables[name].assign(time_period=tables[name]["time_period"].str[:4])))
        for name, column in DECISIONS.items()
    ]
    made_of = pd.concat(parts, axis=1).sum(axis=1, skipna=False).reindex(_key(appeals)).set_axis(appeals.index)
    decisions = _numbers(appeals, ["appealable_decisions"])
    off = decisions.mul(-1).add(made_of, axis=0)
    return _listed(appeals, off.where(off.abs() > FAR_OFF * decisions), "decisions_differ_from_their_parts").assign(table="appeals")


def _write(reference: Path, source: Source, tables: dict[str, pd.DataFrame], areas: pd.DataFrame) -> Path:
    """Write a release beside the place where it belongs, then exchange the two; a release is only replaced by itself."""
    target, fresh, old = reference / source.id, reference / f".{source.id}.new", reference / f".{source.id}.old"
    if target.exists() and read_yaml(target / "source.yaml", Source).id != source.id:
        problem = f"The folder holds another release than {source.id}."
        raise Refusal(problem, file=target, remedy="Give that release a folder of its own name.")
    for left_over in (fresh, old):
        if left_over.exists():
            shutil.rmtree(left_over)
    fresh.mkdir()
    for name, table in tables.items():
        table.to_csv(fresh / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")
    told = source.model_dump(mode="json", exclude_defaults=True) | {"available_from": source.available_from}
    text = "# Written by refresh. What is said of the release comes from releases.yaml.\n"
    text += yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=120)
    (fresh / "source.yaml").write_text(text, encoding="utf-8", newline="\n")
    areas.to_csv(reference / ".areas.csv.new", index=False, lineterminator="\n", encoding="utf-8")
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    (reference / ".areas.csv.new").replace(reference / "areas.csv")
    if old.exists():
        shutil.rmtree(old)
    return target
