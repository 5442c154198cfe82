"""What a quarter needs from the council, what of it has arrived, and what is still open before its pack can be signed."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
from pydantic import BaseModel

from svip_lib.config.agreement import read_agreement
from svip_lib.config.authority import Roles, read_authority, read_quarter
from svip_lib.config.fields import Fields, columns_by_heading, plain, read_fields
from svip_lib.config.new_section import unwritten
from svip_lib.config.periods import Quarter, day_label
from svip_lib.config.project import Project, extracts_in
from svip_lib.config.refusal import Refusal
from svip_lib.config.registry import dictionary_rows
from svip_lib.config.yaml_file import read_yaml
from svip_lib.intake.open import read_csv_text
from svip_lib.intake.registers import read_register
from svip_lib.intake.sen2 import BLADE, TABLES, read_sen2

RETURN, SCHOOLS = "sen2", "establishments"
BESIDE = ("source.yaml", "planted.csv")  # what a sample says of itself
THERE, MISSING, UNREADABLE, UNRECOGNISED = "there", "missing", "cannot be read", "not recognised, so nobody reads it"


@dataclass(frozen=True)
class Wanted:
    """One file (or, for the return, one set of files) that a quarter needs.

    Attributes:
        extract: Its name, which is that of its table and of its file.
        title: What the council calls it.
        tables: The tables of the dictionary of fields that it holds.
        form: In which files it may come.
        asked_of: Who is asked for it.
        serves: What it is needed for.
    """

    extract: str
    title: str
    tables: list[str]
    form: str
    asked_of: str
    serves: str


@dataclass(frozen=True)
class Arrival:
    """What became of one wanted file, or of one that nobody wants: newest day, rows, and what its reader says of it."""

    extract: str
    state: str
    day: date | None = None
    rows: int | None = None
    told: str = ""

    def __str__(self) -> str:
        """The arrival on one line."""
        facts = [f"of {day_label(self.day)}"] if self.day else []
        facts += [f"{self.rows:,} rows"] if self.rows is not None else []
        return f"{self.extract}: {', '.join([self.state, *facts])}" + (f". {self.told}" if self.told else "")


@dataclass(frozen=True)
class Standing:
    """How far a quarter has come: what arrived, what is open, and which returns come next."""

    title: str
    place: str
    arrivals: list[Arrival]
    open: list[str]
    returns: list[str]

    @property
    def in_order(self) -> bool:
        """Whether every wanted file is there and can be read, every file is known, and nothing is open."""
        return not self.open and all(arrival.state == THERE for arrival in self.arrivals)

    def summary(self) -> str:
        """Return the standing, one fact a line."""
        parts = {self.place: map(str, self.arrivals), "Open:": self.open or ["Nothing."], "Returns:": self.returns}
        return "\n".join([self.title, *(line for words, told in parts.items() for line in (words, *(f"  {one}" for one in told)))])


class _Mark(BaseModel):
    """What ``source.yaml`` beside extracts says of them, as far as it matters here."""

    synthetic: bool = False


def is_synthetic(folder: Path) -> bool:
    """Return whether a folder's extracts are marked as invented; without the mark they are taken for real."""
    source = folder / "source.yaml"
    return source.is_file() and read_yaml(source, _Mark).synthetic


def read_wanted(dictionary: Path, fields: Fields) -> list[Wanted]:
    """Return the files that every quarter needs, in the order of ``extracts.csv``.

    Raises:
        Refusal: When an extract has no fields.
    """
    file, wanted = dictionary / "extracts.csv", []
    for line, row in dictionary_rows(file, "extract", "form", "asked_of", "serves"):
        tables = list(TABLES) if row["extract"] == RETURN else [row["extract"]]
        if not set(tables) <= set(fields):
            problem = f"'{row['extract']}' is not a table of fields.csv."
            raise Refusal(problem, file=file, line=line, column="extract", remedy="Describe its columns there, or correct the name.")
        wanted.append(Wanted(title=next(iter(fields[tables[0]].values())).source, tables=tables, **row))
    return wanted


def read_establishments(folder: Path, fields: Fields) -> pd.DataFrame | None:
    """Return the list of schools and colleges that lies beside a return, as text under our names; nothing where there is none.

    Raises:
        Refusal: When a column is missing or stands twice.
    """
    path, known = folder / f"{SCHOOLS}.csv", columns_by_heading(fields[SCHOOLS])
    if not path.is_file():
        return None
    schools = read_csv_text(path).rename(columns=lambda heading: known.get(plain(heading), heading))
    for name, field in fields[SCHOOLS].items():
        times = (schools.columns == name).sum()
        if times > 1 or (field.required and not times):
            problem = f"The list has {times or 'no'} columns '{field.heading}'."
            raise Refusal(problem, file=path, line=1, column=name, remedy=f"Give one column one of its names: {', '.join(field.names)}.")
    return schools


def arrivals(folder: Path | None, wanted: list[Wanted], fields: Fields) -> list[Arrival]:
    """Return what became of every wanted file, and then every file that is none of them.

    Args:
        folder: The quarter's extracts, or their synthetic sample; nothing where neither is there.
        wanted: What is wanted.
        fields: The fields of every table.
    """
    files = [path for path in (extracts_in(folder) if folder else []) if path.name not in BESIDE]
    mine: dict[str, list[Path]] = {one.extract: [] for one in wanted}
    strange = [path for path in files if not (name := _extract_of(path, mine)) or mine[name].append(path)]
    found = [_arrival(one, folder, mine[one.extract], fields) for one in wanted]
    return found + [Arrival(path.name, UNRECOGNISED, _day([path])) for path in strange]


def _extract_of(path: Path, known: dict) -> str | None:
    """The extract that a file is by its name; only the return may have any."""
    name, kind = path.stem.lower(), path.suffix.lower()
    if name in known and name != RETURN and kind in (".csv", *[".xlsx"] * (name != SCHOOLS)):
        return name
    found = BLADE.fullmatch(path.name)
    own = found["table"].lower() in TABLES if found else kind in (".xml", ".xlsx") and name not in known.keys() - {RETURN}
    return RETURN if own else None


def _arrival(one: Wanted, folder: Path | None, files: list[Path], fields: Fields) -> Arrival:
    """Read one extract, to see whether it can be read and how long it is."""
    if not files:
        return Arrival(one.extract, MISSING, told=f"Ask {one.asked_of}.")
    try:
        rows, told = _look_into(one, folder, files, fields)
    except Refusal as refusal:
        return Arrival(one.extract, UNREADABLE, _day(files), told=str(refusal))
    return Arrival(one.extract, THERE, _day(files), rows, told)


def _look_into(one: Wanted, folder: Path, files: list[Path], fields: Fields) -> tuple[int, str]:
    """How many rows an extract has, and what there is to say of it."""
    if one.extract == RETURN:
        sent = read_sen2(folder, fields)
        return sum(map(len, sent.tables.values())), f"In the shape '{sent.shape}', with the columns of {sent.version}."
    if len(files) > 1:
        raise Refusal(f"It stands twice: {' and '.join(path.name for path in files)}.", remedy="Keep one of the two.")
    table = read_establishments(folder, fields) if one.extract == SCHOOLS else read_register(files[0], one.extract, fields).table
    return len(table), ""


def _day(files: list[Path]) -> date:
    return date.fromtimestamp(max(path.stat().st_mtime for path in files))


def standing(project: Project, authority: str, quarter: Quarter, today: date) -> Standing:
    """Say how far a quarter has come.

    Args:
        project: Where things stand.
        authority: The council.
        quarter: A quarter that it has laid out.
        today: The day from which the days to the next returns are counted.

    Raises:
        Refusal: When a file that the project itself keeps breaks a rule; an extract that does is told of as such.
    """
    council, folder = project.authority(authority), project.find_extracts(authority, quarter)
    told, fields = read_quarter(council, quarter), read_fields(project.dictionary)
    as_at = f"as at {day_label(told.as_at)}" if told.as_at else "being prepared: as_at is not set, so there is no pack of it yet"
    kind = "" if folder is None else " SYNTHETIC, no child of it exists" if is_synthetic(folder) else " real"
    place = f"Extracts, in {folder.relative_to(project.data.parent)}:{kind}" if folder else "Extracts: none"
    return Standing(
        title=f"{authority}, {quarter.label}; {as_at}.",
        place=place,
        arrivals=arrivals(folder, read_wanted(project.dictionary, fields), fields),
        open=[*_findings(project.private(authority, quarter, "checks"), folder), *_unsettled(project, authority, quarter)],
        returns=_returns(council, today),
    )


def _findings(private: Path, folder: Path | None) -> list[str]:
    """What the last check left open."""
    last = private / "checks.csv"
    if folder is None:
        return []
    if not last.is_file():
        return ["Nothing has been checked yet: run 'svip check'."]
    counts = pd.read_csv(last, dtype="str", keep_default_na=False)["level"].value_counts()
    told = [f"{counts[level]:,} {words}" for level, words in (("warn", "doubted"), ("quarantine", "set aside")) if level in counts]
    newer = any(path.stat().st_mtime > last.stat().st_mtime for path in extracts_in(folder))
    stale = ["Files have come since the last check: run 'svip check' again."] if newer else []
    return [*([f"The check of {day_label(_day([last]))} found rows: {', '.join(told)}."] if told else []), *stale]


def _unsettled(project: Project, authority: str, quarter: Quarter) -> list[str]:
    """What people have still to read, write or sign."""
    council = project.authority(authority)
    lists = pd.Series([place for place, _, _ in read_agreement(council / "agreement.yaml").unverified()], dtype="str").value_counts(
        sort=False
    )
    silent = [name for name in project.sections() if not project.commentary(authority, quarter, name).is_file()]
    vacant = read_yaml(council / "assurance" / "roles.yaml", Roles).vacant
    return [
        f"{words}: {', '.join(told)}."
        for words, told in (
            ("Unverified in agreement.yaml", [f"{name} {times}" for name, times in lists.items()]),
            ("Sections without commentary", silent),
            ("Sections with text that is to be written", unwritten(project)),
            ("Roles that nobody has taken", vacant),
        )
        if told
    ]


def _returns(council: Path, today: date) -> list[str]:
    """The returns of the calendar, the next one first; those whose month nobody knows come last."""
    calendar = read_authority(council).returns_calendar
    due = sorted(((entry.next_month(today), entry) for entry in calendar if entry.months), key=lambda pair: pair[0])
    told = [(f"{begins:%B %Y}, {_distance((begins - today).days)}", entry) for begins, entry in due]
    told += [("month not known", entry) for entry in calendar if not entry.months]
    return [f"{when}: {entry.text}{' (unverified)' if entry.unverified else ''}" for when, entry in told]


def _distance(days: int) -> str:
    """How far off a month begins.

    Example:
        >>> _distance(7), _distance(1), _distance(-3)
        ('in 7 days', 'in 1 day', 'this month')
    """
    return "this month" if days <= 0 else f"in {days} day{'s' * (days != 1)}"
