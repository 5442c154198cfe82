"""The council's own logs: who has signed for what and who saw it, by role and never by name; what was explained; what policy may change."""

import csv
from dataclasses import dataclass
from datetime import date
from math import isfinite
from pathlib import Path

import pandas as pd

from svip_lib.config.periods import Quarter
from svip_lib.config.refusal import Refusal

COLUMNS = ["quarter", "what", "about", "role", "signed_on"]
SIGNATURES = ("analyst", "assurer", "approver")
REVISION = "revision"
WHAT = ("pack", REVISION)
SEEN = ["quarter", "body", "seen_on", "form"]
SWITCHES = ["id", "says", "from_january", "growth_points", "spread_percent", "switched_on", "author", "valid_until"]
EXPLAINED = ["indicator", "time_period", "explanation", "explained_by", "explained_on"]


def read_sign_offs(folder: Path) -> pd.DataFrame:
    """Return every signature of a council: for a quarter's pack, or for a figure that it tells otherwise than an earlier pack did.

    Args:
        folder: The folder with ``sign_offs.csv``; without the file nobody has signed.

    Returns:
        One row a signature: ``quarter``, ``what`` (``pack`` or ``revision``), ``about`` (the cell of a revision), ``role`` and
        ``signed_on``.

    Raises:
        Refusal: When a row names what cannot be signed, or a role that does not sign.
    """
    rows = []
    for line, row in _log(folder / "sign_offs.csv", COLUMNS):
        for column, known in (("what", WHAT), ("role", SIGNATURES)):
            _among(row, column, known, folder / "sign_offs.csv", line)
        _after_quarter(row, "signed_on", folder / "sign_offs.csv", line)
        rows.append(row)
    return pd.DataFrame(rows, columns=COLUMNS, dtype="str")


def read_seen_by(folder: Path, bodies: list[str]) -> pd.DataFrame:
    """Return which body saw the pack of which quarter, when and in what form.

    Args:
        folder: The folder with ``seen_by.csv``; without the file nothing is recorded.
        bodies: The ids of the agreement's governance.

    Returns:
        One row a body and quarter: ``quarter``, ``body``, ``seen_on`` and ``form`` (such as ``committee paper``).

    Raises:
        Refusal: When a row names a body that is not in the agreement, or a day before the quarter had ended.
    """
    rows = []
    for line, row in _log(folder / "seen_by.csv", SEEN):
        _among(row, "body", bodies, folder / "seen_by.csv", line)
        _after_quarter(row, "seen_on", folder / "seen_by.csv", line)
        rows.append(row)
    return pd.DataFrame(rows, columns=SEEN, dtype="str")


def read_explanations(folder: Path) -> pd.DataFrame:
    """Return what somebody has explained in writing: a figure that does not add up, and why.

    Args:
        folder: The folder with ``explanations.csv``; without the file nothing is explained.

    Returns:
        One row an explanation: ``indicator``, ``time_period``, ``explanation``, ``explained_by`` (a role) and ``explained_on``.

    Raises:
        Refusal: When a row explains nothing, or nobody stands for it.
    """
    file, rows = folder / "explanations.csv", []
    for line, row in _log(file, EXPLAINED):
        if empty := next((column for column in EXPLAINED if not row[column]), None):
            raise Refusal("The cell is empty.", file=file, line=line, column=empty, remedy="Say what was found, by which role and when.")
        rows.append(row)
    return pd.DataFrame(rows, columns=EXPLAINED, dtype="str")


@dataclass(frozen=True)
class Switch:
    """A change of policy that no forecast can see: off unless somebody has switched it on, and then for no longer than until a day.

    Attributes:
        id: Its name.
        says: What changes.
        january: The first January that it reaches.
        growth: Points by which plans grow more (or fewer) in each year from then on.
        spread: The least spread of what strikes all councils alike from then on, in per cent.
        on: Whether it is switched on.
        author: The role that stands for it.
        valid_until: The last day on which a pack may use it.
    """

    id: str
    says: str
    january: int
    growth: float
    spread: float
    on: bool
    author: str
    valid_until: date

    def in_force(self, day: date) -> bool:
        """Tell whether a pack of a day uses it."""
        return self.on and day <= self.valid_until


def _number(text: str) -> float:
    if not isfinite(float(text)):
        raise ValueError(text)
    return float(text)


# What a cell of a change of policy becomes, what it has to be, and what to write.
SWITCH_CELLS = {
    "from_january": (int, "year", "Write it as 2027."),
    "growth_points": (_number, "number", "Write it as 1.5; 0 for no change."),
    "spread_percent": (_number, "number", "Write it as 1.5; 0 for no change."),
    "valid_until": (date.fromisoformat, "day", "Write it as 2027-12-31."),
}


def read_switches(folder: Path) -> list[Switch]:
    """Return the changes of policy that a council has named, switched on or off.

    Args:
        folder: The folder with ``policy_switches.csv``; without the file there are none.

    Raises:
        Refusal: When a cell is no such thing, or one is switched on for which no role stands.
    """
    file, switches = folder / "policy_switches.csv", []
    for line, row in _log(file, SWITCHES):
        _among(row, "switched_on", ("yes", "no"), file, line)
        told = []
        for column, (kind, says, remedy) in SWITCH_CELLS.items():
            try:
                told.append(kind(row[column]))
            except ValueError:
                raise Refusal(f"'{row[column]}' is no {says}.", file=file, line=line, column=column, remedy=remedy) from None
        if row["switched_on"] == "yes" and not row["author"]:
            raise Refusal("Nobody stands for it.", file=file, line=line, column="author", remedy="Name the role that switched it on.")
        switches.append(Switch(row["id"], row["says"], *told[:3], row["switched_on"] == "yes", row["author"], told[3]))
    return switches


def _log(file: Path, columns: list[str]):
    """Each row of a log with its line; without the file there are none."""
    if not file.is_file():
        return
    with file.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        if reader.fieldnames != columns:
            raise Refusal("The heading is not right.", file=file, line=1, remedy=f"It is: {','.join(columns)}.")
        yield from ((reader.line_num, row) for row in reader)


def _among(row: dict, column: str, known: list[str] | tuple[str, ...], file: Path, line: int) -> None:
    if row[column] not in known:
        raise Refusal(f"'{row[column]}' is none of {', '.join(known)}.", file=file, line=line, column=column, remedy="Correct the cell.")


def _after_quarter(row: dict, column: str, file: Path, line: int) -> None:
    """Stop at what is no day, or a day on which there could be no pack of the quarter yet."""
    try:
        early = date.fromisoformat(row[column]) <= Quarter.parse(row["quarter"]).last_day
    except ValueError:
        raise Refusal(f"'{row[column]}' is not a day.", file=file, line=line, column=column, remedy="Write 2026-08-01.") from None
    if early:
        problem = f"{row['quarter']} had not ended on {row[column]}."
        raise Refusal(problem, file=file, line=line, column=column, remedy="Correct the day or the quarter.")
