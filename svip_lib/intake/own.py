"""What the council itself holds of a quarter: its own return, cleaned, with the account of what was mended and set aside. Private."""

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from svip_lib.config.authority import ReturnFile, read_authority, read_quarter
from svip_lib.config.fields import read_codes, read_fields
from svip_lib.config.key import read_key
from svip_lib.config.periods import Quarter, day_label
from svip_lib.config.project import Project
from svip_lib.config.refusal import Changed, Refusal
from svip_lib.config.tokens import days_in, spelt
from svip_lib.intake.arrivals import is_synthetic, read_establishments
from svip_lib.intake.check import Checked, check_extracts, read_checked, registers_in
from svip_lib.intake.open import read_csv_text
from svip_lib.intake.register_cleaning import PROGRAMME, clean_registers
from svip_lib.intake.registers import read_register

FIRST_YEAR, YEARS = 2014, 30  # of the quarters that a pack may name
EMPTY = pd.DataFrame(columns=["urn", "ukprn", "type_code"], dtype="str")


@dataclass(frozen=True)
class Own:
    """The council's own records of a quarter after cleaning.

    Attributes:
        area: The council's area code.
        told: What the return tells of: its collection year, its first and its last day.
        checked: The clean tables and the account.
        establishments: The schools and colleges by ``urn`` and ``ukprn``, with their type.
        private: The folder, for its owner only, with the account and the clean tables.
    """

    area: str
    told: ReturnFile
    checked: Checked
    establishments: pd.DataFrame
    private: Path

    @property
    def origin(self) -> str:
        """Where the figures come from: ``council``, or ``synthetic`` for a sample."""
        return "synthetic" if self.checked.synthetic else "council"


def read_own(project: Project, authority: str, quarter: Quarter, *, folder: Path | None = None, anew: bool = False) -> Own | None:
    """Read, check and clean what a council holds of a quarter; nothing where it has supplied nothing.

    What was checked last is taken as it stands, while extracts, dictionary, code and key are the same.

    Args:
        project: Where things stand.
        authority: The council.
        quarter: The quarter.
        folder: The folder with the extracts; by default the quarter's own, and where it has none, that of its synthetic sample.
        anew: Whether everything is read and checked again though nothing changed.

    Raises:
        Refusal: When the return cannot be read, is another council's or period's, or quarter.yaml does not say what it tells of.
    """
    own = project.find_extracts(authority, quarter)
    folder = folder or own
    if folder is None:
        return None
    if not folder.is_dir():
        raise Refusal("There is no such folder.", file=folder, remedy="Name the folder that holds the files of the return.")
    told = read_quarter(project.authority(authority), quarter).own_return
    place = {"file": project.quarter_folder(authority, quarter) / "quarter.yaml", "column": "own_return"}
    if told is None:
        remedy = "Add own_return with the year of the SEN2 collection, first_day and last_day."
        raise Refusal("The quarter has a return, and nothing says what it tells of.", **place, remedy=remedy)
    if not told.quarters:
        raise Refusal("The return tells of no whole quarter.", **place, remedy="Correct first_day and last_day.")
    area = read_authority(project.authority(authority)).area_code
    la_codes = read_csv_text(project.reference / "areas.csv").set_index("area_code")["la_code"]
    # What is only tried out must not take the place of what the pack is made of, and scanned for.
    private = project.private(authority, quarter, "checks" if folder == own else "tried")
    days = {"last_day": told.last_day, "as_at": quarter.last_day, "public_days": public_days(project, authority)}
    of = [area, told, quarter, read_key(synthetic=is_synthetic(folder))]
    key = _content_key(project, folder, of)
    kept = private / "content.key"
    if anew or not kept.is_file() or kept.read_text(encoding="utf-8") != key:
        kept.unlink(missing_ok=True)
        checked = check_extracts(folder, private, project.dictionary, la_code=la_codes[area], year=told.year, **days)
        if _content_key(project, folder, of) != key:
            raise Changed(folder)
        kept.write_text(key, encoding="utf-8")
    else:
        checked = read_checked(private)
    _refuse_too_early(checked, told, place)
    schools = read_establishments(folder, read_fields(project.dictionary))
    return Own(area, told, checked, EMPTY if schools is None else schools, private)


def read_programme_before(project: Project, authority: str, quarter: Quarter, own: Own) -> dict[str, pd.DataFrame]:
    """Return the programme's registers of the quarter before, cleaned; its return is not read, and invented ones are no past of real ones.

    Raises:
        Refusal: When one of them cannot be read.
    """
    before = quarter.previous
    folder = project.find_extracts(authority, before)
    files = {name: path for name, path in registers_in(folder).items() if name in PROGRAMME} if folder else {}
    if not files or is_synthetic(folder) != own.checked.synthetic:
        return {}
    fields = read_fields(project.dictionary)
    sent = {name: read_register(path, name, fields) for name, path in files.items()}
    return clean_registers(sent, fields, read_codes(project.dictionary), as_at=before.last_day, key=b"").tables


def _refuse_too_early(checked: Checked, told: ReturnFile, place: dict) -> None:
    """Stop where the return knows nothing of the last quarter that it is said to tell of: its noughts would look like facts."""
    newest = checked.clean.tables["requests"][["receiveddate", "requestoutcomedate"]].max().max()
    if pd.notna(newest) and newest.date() < told.quarters[-1].first_day:
        raise Refusal(
            f"The return knows of nothing after {newest:%B %Y}, and is said to tell of the time to {day_label(told.last_day)}.",
            **place,
            remedy="Correct own_return, or take the return of the quarter.",
        )


def public_days(project: Project, authority: str) -> frozenset[date]:
    """Return the days that a pack may print: those that the council's files, the notebooks and the sources name, and of quarters."""
    files = [path for path in project.authority(authority).rglob("*") if path.suffix in (".yaml", ".md") or path.parent.name == "assurance"]
    files += [*project.reference.glob("*/source.yaml"), *project.reference.glob("*.*"), *project.notebooks.glob("*.ipynb")]
    text = spelt("\n".join(path.read_text(encoding="utf-8") for path in files if path.is_file()))
    quarters = [Quarter(year, number) for year in range(FIRST_YEAR, FIRST_YEAR + YEARS) for number in (1, 2, 3, 4)]
    return frozenset(map(date.fromisoformat, days_in(text))) | {day for one in quarters for day in (one.first_day, one.last_day)}


def _content_key(project: Project, folder: Path, told: list) -> str:
    """A key that changes with anything that the clean tables come from."""
    digest = hashlib.blake2b(repr([str(item) for item in told]).encode())
    code = [path for room in ("config", "intake") for path in (project.root / "svip_lib" / room).rglob("*.py")]
    for path in sorted([*folder.iterdir(), *project.dictionary.glob("*.csv"), *code]):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + hashlib.blake2b(path.read_bytes()).digest())
    return digest.hexdigest()
