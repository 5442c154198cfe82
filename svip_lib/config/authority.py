"""What is particular to one council and to one quarter: names and codes, neighbours, thresholds, and how far a pack may see."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from svip_lib.config.agreement import Id, Stated, Text, mistake
from svip_lib.config.periods import Quarter
from svip_lib.config.refusal import Refusal
from svip_lib.config.yaml_file import Entry, read_yaml

LaCode = Annotated[str, Field(pattern=r"^\d{3}$")]


class NeighbourSet(Entry):
    """The councils that one edition of a neighbour model calls most like this one, nearest first."""

    id: Id
    label: str
    model: str
    in_force_from: date
    la_codes: list[LaCode] = Field(min_length=1)
    source: str

    @field_validator("la_codes")
    @classmethod
    def _names_each_once(cls, codes: list[str]) -> list[str]:
        twice = [code for code, times in Counter(codes).items() if times > 1]
        if twice:
            raise ValueError(f"the neighbour {twice[0]} stands twice")
        return codes


class CalendarEntry(Stated):
    """A return or report that falls due each year; the months in which it does are empty while they are not known."""

    source: str
    months: list[Annotated[int, Field(ge=1, le=12)]]

    def next_month(self, today: date) -> date | None:
        """Return the first day of the month in which it is due next, which may be this month; nothing while no month is known."""
        begins = (date(today.year + (month < today.month), month, 1) for month in self.months)
        return min(begins, default=None)


class Merge(Entry):
    """Categories of a breakdown that the public edition tells as one, because apart they cannot be protected."""

    breakdown: str
    categories: list[str] = Field(min_length=2)
    into: str
    owner: str | None
    reason: Text


class Thresholds(Entry):
    """Counts of children below these numbers, except nought, are not published; ``sensitive`` holds for delicate breakdowns.

    ``merged`` are categories that are told as one; the indicators of ``rounded`` are rounded to fives and nothing of them is withheld.
    """

    default: int = Field(ge=1)
    sensitive: int = Field(ge=1)
    sensitive_breakdowns: list[str]
    merged: list[Merge] = Field(default_factory=list)
    rounded: list[str] = Field(default_factory=list)
    owner: str | None
    reason: Text

    @model_validator(mode="after")
    def _guards_the_sensitive_more(self) -> Self:
        if self.sensitive < self.default:
            raise mistake(("sensitive",), "the threshold for sensitive subjects lies below the general one")
        return self

    def by_breakdown(self) -> dict[str, int]:
        """Return the threshold of each delicate breakdown, and under an empty name that of every other."""
        return {"": self.default, **dict.fromkeys(self.sensitive_breakdowns, self.sensitive)}


class Authority(Entry):
    """The file ``authority.yaml``: everything that makes the pack this council's."""

    name: str
    council: str
    area_code: str = Field(pattern=r"^E\d{8}$")
    committee: str
    report_from: str
    report_author: str
    tolerance_percent: float = Field(gt=0, lt=100)
    tolerance_source: str
    tolerance_note: Text
    short_trend_quarters: int = Field(ge=1)
    long_trend_quarters: int = Field(ge=2)
    accessibility_contact: Text | None = None
    thresholds: Thresholds
    neighbour_sets: list[NeighbourSet] = Field(min_length=1)
    returns_calendar: list[CalendarEntry]

    def neighbours_in_force(self, as_at: date) -> NeighbourSet:
        """Return the neighbour set that was the newest on a day.

        Raises:
            Refusal: When every set came later.
        """
        known = [entry for entry in self.neighbour_sets if entry.in_force_from <= as_at]
        if not known:
            raise Refusal(
                f"No neighbour set of {self.name} was in force on {as_at}.",
                remedy="Add the set of that time to neighbour_sets in authority.yaml, with its source.",
            )
        return max(known, key=lambda entry: entry.in_force_from)

    @model_validator(mode="after")
    def _tells_its_neighbours_apart(self) -> Self:
        seen: set[str | date] = set()
        for number, entry in enumerate(self.neighbour_sets):
            place = ("neighbour_sets", number)
            if {entry.id, entry.in_force_from} & seen:
                raise mistake((*place, "in_force_from"), "another set has the same id or begins on the same day")
            seen |= {entry.id, entry.in_force_from}
        return self


class ReturnFile(Entry):
    """What the council's own return of a quarter tells of: the year of the SEN2 collection in whose form it is, and from when to when."""

    year: int = Field(ge=2023, le=2099)
    first_day: date
    last_day: date

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Self:
        if self.first_day > self.last_day:
            raise mistake(("first_day",), f"{self.first_day} lies after the last day, {self.last_day}")
        return self

    @property
    def quarters(self) -> list[Quarter]:
        """The quarters that lie within it whole, oldest first."""
        quarter, found = Quarter.of(self.first_day), []
        while quarter.last_day <= self.last_day:
            found += [quarter] * (quarter.first_day >= self.first_day)
            quarter = quarter.next
        return found


class QuarterFile(Entry):
    """The file ``quarter.yaml``: the pack of the quarter knows only what was public on the day ``as_at``.

    A quarter without the day is being prepared: it is checked, has a status and no pack, and is not the latest one.
    """

    quarter: str
    as_at: date | None
    own_return: ReturnFile | None = None
    committee_date: date | None
    note: Text

    @field_validator("quarter")
    @classmethod
    def _is_a_quarter(cls, text: str) -> str:
        try:
            return str(Quarter.parse(text))
        except Refusal as refusal:
            raise ValueError(str(refusal).rstrip(".")) from None

    @model_validator(mode="after")
    def _ends_before_it_is_told(self) -> Self:
        last_day = Quarter.parse(self.quarter).last_day
        if self.as_at and self.as_at < last_day:
            raise mistake(("as_at",), f"{self.as_at} lies before the quarter's last day, {last_day}")
        if self.as_at and self.own_return and self.own_return.last_day > self.as_at:
            raise mistake(("own_return", "last_day"), f"{self.own_return.last_day} lies after the day as_at, {self.as_at}")
        return self


class Roles(Entry):
    """The file ``assurance/roles.yaml``: who answers for the pack, by role; empty while nobody is named."""

    commissioner: str | None
    analyst: str | None
    assurer: str | None
    approver: str | None

    @model_validator(mode="after")
    def _has_four_eyes(self) -> Self:
        if self.analyst and self.analyst == self.assurer:
            raise mistake(("assurer",), "analyst and assurer are two different people")
        return self

    @property
    def vacant(self) -> list[str]:
        """The roles that nobody has been named for."""
        return [role for role, name in self if name is None]


def read_authority(folder: Path) -> Authority:
    """Return what is particular to a council.

    Args:
        folder: The council's folder, which holds ``authority.yaml``.

    Raises:
        Refusal: When the file breaks a rule; with its line.
    """
    return read_yaml(folder / "authority.yaml", Authority)


def read_quarter(folder: Path, quarter: str | Quarter) -> QuarterFile:
    """Return what is particular to a quarter of a council.

    Args:
        folder: The council's folder, which holds ``quarters/2025-26-Q4/quarter.yaml``.
        quarter: The quarter, such as ``2025-26-Q4``.

    Raises:
        Refusal: When the file breaks a rule, or is another quarter's; with its line.
    """
    path = folder / "quarters" / str(quarter) / "quarter.yaml"
    found = read_yaml(path, QuarterFile)
    if found.quarter != str(quarter):
        lines = path.read_text(encoding="utf-8").splitlines()
        raise Refusal(
            f"The file is of {found.quarter}, but lies in the folder of {quarter}.",
            file=path,
            line=next(number for number, line in enumerate(lines, 1) if line.startswith("quarter:")),
            remedy="Correct the quarter, and check as_at too.",
        )
    return found


def read_as_at(folder: Path, quarter: Quarter) -> date:
    """Return the day on which the pack of a quarter looks at the world.

    Args:
        folder: The council's folder.
        quarter: The quarter.

    Raises:
        Refusal: As ``read_quarter`` does, and while the quarter is being prepared.
    """
    as_at = read_quarter(folder, quarter).as_at
    if as_at is None:
        raise Refusal(
            f"{quarter} is being prepared: it has no day yet on which its pack looks at the world.",
            file=folder / "quarters" / str(quarter) / "quarter.yaml",
            remedy=f"Set as_at to a day from {quarter.last_day} on; the pack knows only what was public by then.",
        )
    return as_at
