"""What the council agreed with the government: figures, promises, conditions and gaps, each with its source and its reader."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, FiniteFloat, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from svip_lib.config.periods import CALENDAR, QUARTERLY, six_digits
from svip_lib.config.yaml_file import Entry, read_yaml

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{2,63}$")]
Text = Annotated[str, Field(min_length=10)]
Unit = Literal["plans", "%", "% growth", "£", "£m"]
Setting = Literal["mainstream", "special_state", "independent", "further_education", "other"]
TimeIdentifier = Literal["Academic year", "Calendar year", "Financial year", "Financial quarter"]
LISTS = (
    "trajectories amounts priorities mitigations milestones recommendations risks consequences governance kpis conditions "
    "successor_evidence findings"
).split()
# Fields by which one entry points to another, and the list in which that must stand.
POINTERS = {"part_of": "milestones", "trajectories": "trajectories", "evidence": "sources", "amounts": "amounts"}
# The category of a figure that is not broken down.
TOTAL = "total"
WHOLE = 100  # per cent


def mistake(where: tuple, message: str) -> ValidationError:
    """Return a mistake that knows its place, so that the reader is sent to that line and not to the first of the file."""
    error = PydanticCustomError("agreement", "{message}", {"message": message})
    return ValidationError.from_exception_data("Agreement", [{"type": error, "loc": where, "input": None}])


def check_period(period: "Period | TrajectoryValue", time_identifier: str, where: tuple = ()) -> None:
    """Stop at a period that is not written as figures write it: 202223 for a year across two, 2022, or 202223Q4 for a quarter."""
    text, of_quarter = period.time_period, time_identifier == QUARTERLY
    years = text[:-2] if of_quarter and text[-2:] in ("Q1", "Q2", "Q3", "Q4") else "" if of_quarter else text
    two_years = re.fullmatch(r"20\d{4}", years) and years == six_digits(int(years[:4]))
    if not (re.fullmatch(r"20\d\d", text) if time_identifier == CALENDAR else two_years):
        raise mistake((*where, "time_period"), f"'{text}' is no {time_identifier.lower()}; January 2023 is academic year 202223")


class Source(Entry):
    """A paper or release. One that is not held has not been read by us: nothing can be verified against it."""

    id: Id
    title: str
    publisher: str
    published_on: date | None
    url: str | None
    held: bool
    note: str | None = None


class Period(Entry):
    """The year that a figure belongs to, and the words in which the source names it."""

    time_period: str
    time_identifier: TimeIdentifier
    label: str

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        check_period(self, self.time_identifier)
        return self


class Stated(Entry):
    """One statement with its source. Without a reader and a day it is unverified, and every page says so."""

    id: Id
    text: Text
    paragraph: str | None = Field(default=None, pattern=r"^\d+(\.\d+)*( to \d+(\.\d+)*)?$")
    source: Id
    period: Period | None = None
    verified_by: str | None
    verified_on: date | None
    note: str | None = None
    superseded_by: Id | None = None

    @model_validator(mode="after")
    def _has_reader_and_day(self) -> Self:
        if (self.verified_by is None) != (self.verified_on is None):
            raise mistake(("verified_by",), "verified_by and verified_on are given together or not at all")
        return self

    @property
    def unverified(self) -> bool:
        """Whether nobody has yet compared the statement with its source."""
        return self.verified_by is None


class Programme(Stated):
    """The programme that the pack reports on, and the one that follows it."""

    code: str
    name: str
    grant: str | None = None
    successor: "Programme | None" = None


class TrajectoryValue(Entry):
    """One figure of a trajectory, with its period as printed."""

    time_period: str
    label: str
    category: Id = TOTAL
    value: FiniteFloat
    kind: Literal["actual", "plan"]


class Trajectory(Stated):
    """A planned path and what is printed beside it, on one named base."""

    indicator: Id
    area: str = Field(pattern=r"^E\d{8}$")
    unit: Unit
    base: Id
    time_identifier: TimeIdentifier
    values: list[TrajectoryValue] = Field(min_length=1)

    @model_validator(mode="after")
    def _holds_sound_values(self) -> Self:
        seen = set()
        for number, entry in enumerate(self.values):
            check_period(entry, self.time_identifier, ("values", number))
            if self.unit == "%" and not 0 <= entry.value <= WHOLE:
                raise mistake(("values", number, "value"), f"{entry.value:g} is not between 0 and 100 per cent")
            if (entry.category, entry.time_period) in seen:
                raise mistake(("values", number), f"{entry.category} in {entry.time_period} stands twice")
            seen.add((entry.category, entry.time_period))
        return self


class Amount(Stated):
    """A single figure. A fact that we know we lack is entered too, as unknown and without a value."""

    kind: Literal["actual", "plan", "request", "national rule", "unknown"]
    value: FiniteFloat | None = None
    unit: Unit | None = None
    base: Id | None = None
    label: str | None = None

    @model_validator(mode="after")
    def _says_what_it_counts(self) -> Self:
        if (self.kind == "unknown") != (self.value is None):
            raise mistake(("kind",), "an amount is unknown exactly when it has no value")
        if self.value is not None and self.unit is None:
            raise mistake(("value",), "a value needs a unit")
        if self.value is not None and self.unit == "%" and not (self.base and 0 <= self.value <= WHOLE):
            raise mistake(("value",), "a percentage lies between 0 and 100 and names its base")
        return self


class Numbered(Stated):
    """A priority, recommendation, condition or performance indicator, by its number; the last with what it is judged by."""

    number: str | None
    trajectories: tuple[Id, ...] = ()


class Mitigation(Stated):
    """Something that the council does to change a rate, by so many per cent in the year that ends with a January.

    ``growth``: points of the growth of all plans; ``new_plans``: per cent of the year's new plans; ``places``: of the children in one
    kind of place, so many per cent move to another in the year. ``delivered``: per cent of it that the council's own record shows.
    """

    rate: Literal["growth", "new_plans", "places"]
    setting: Setting | None = None
    to: Setting | None = None
    changes: dict[str, FiniteFloat] = Field(min_length=1)
    delivered: float | None = Field(default=None, ge=0, le=WHOLE)
    trajectories: tuple[Id, ...] = ()

    @model_validator(mode="after")
    def _changes_a_rate(self) -> Self:
        for period, change in self.changes.items():
            check_period(Period.model_construct(time_period=period), "Academic year", ("changes",))
            if self.rate == "places" and not 0 <= change <= WHOLE:
                raise mistake(("changes",), f"{change:g} is not between 0 and 100 per cent of the children in a kind of place")
        if (self.rate == "places") != (self.setting is not None and self.to is not None):
            raise mistake(("setting",), "setting and to are given together for places, and for nothing else")
        return self


class Milestone(Stated):
    """A promised activity or capacity scheme; ``item`` is its place among the bullets of the paragraph (8.4.1: third level)."""

    kind: Literal["activity", "capacity scheme"]
    item: str = Field(pattern=r"^\d+(\.\d+)*$")
    part_of: Id | None = None
    places: int | None = Field(default=None, ge=1)
    need: str | None = None
    site: str | None = None
    due: str | None = Field(default=None, pattern=r"^20\d\d-(0[1-9]|1[0-2])(-([0-2]\d|3[01]))?$")
    status: Literal["not started", "under way", "complete", "stopped"] | None = None


class Risk(Stated):
    """Something that may go wrong, and the indicator by which it would show first; the dictionary knows which there are."""

    trigger: Id | None = None


class Evidence(Stated):
    """What the programme's successor asks for: a source that is compared with others, or a rule; and what we hold of it."""

    name: str
    kind: Literal["source", "rule"]
    amounts: tuple[Id, ...] = ()
    held_in: Literal["ledger"] | None = None


class Body(Stated):
    """A body that approves, advises on, governs, monitors or delivers the plan."""

    name: str
    role: Literal["approves", "advises", "governs", "monitors", "delivers", "takes part"]


class Check(Entry):
    """A sum that a finding quotes: terms such as ``table/category/202324``, a minus sign before those taken away."""

    sum: list[str] = Field(min_length=1)
    equals: FiniteFloat


class Finding(Stated):
    """A slip or gap: ``text`` is what the report says; then what we found, and what follows for the reader."""

    found: Text
    consequence: Text
    evidence: tuple[Id, ...] = ()
    checks: tuple[Check, ...] = ()


class Agreement(Entry):
    """The whole file. Nothing in it is overwritten: a later entry is added, and the earlier one names it in ``superseded_by``."""

    programme: Programme
    sources: list[Source]
    trajectories: list[Trajectory]
    amounts: list[Amount]
    priorities: list[Numbered]
    mitigations: list[Mitigation] = Field(default_factory=list)
    milestones: list[Milestone]
    recommendations: list[Numbered]
    risks: list[Risk]
    governance: list[Body]
    consequences: list[Stated] = Field(default_factory=list)
    kpis: list[Numbered]
    conditions: list[Numbered]
    successor_evidence: list[Evidence] = Field(default_factory=list)
    findings: list[Finding]

    def entries(self) -> Iterator[tuple[tuple, Stated]]:
        """Yield every statement after its place in the file; the place begins with the name of its list."""
        yield ("programme",), self.programme
        if self.programme.successor:
            yield ("programme", "successor"), self.programme.successor
        for name in LISTS:
            yield from (((name, number), entry) for number, entry in enumerate(getattr(self, name)))

    def unverified(self) -> list[tuple[str, str, str]]:
        """Return what nobody has verified yet and nothing later has replaced, as list, id and words."""
        return [(place[0], entry.id, entry.text) for place, entry in self.entries() if entry.unverified and not entry.superseded_by]

    def known_on(self, day: date) -> "Agreement":
        """Return what of the file could be known on a day: what came later is left out, and what it later replaced stands again."""
        published = {source.id: source.published_on for source in self.sources}
        known = {name: [entry for entry in getattr(self, name) if (published[entry.source] or day) <= day] for name in LISTS}
        ids = {entry.id for entries in known.values() for entry in entries}
        standing = {
            name: [entry if entry.superseded_by in ids else entry.model_copy(update={"superseded_by": None}) for entry in entries]
            for name, entries in known.items()
        }
        return self.model_copy(update=standing)

    def standing_mitigations(self) -> tuple[Mitigation, ...]:
        """Return what is done to change a rate, of which somebody has verified by how much, and which nothing later replaced."""
        return tuple(entry for entry in self.mitigations if not entry.unverified and not entry.superseded_by)

    def trajectory_rows(self) -> list[dict]:
        """Return the trajectories in the pack's result shape, one row a figure; ``as_at`` is the day on which its source came out.

        A printed actual has the measure ``published``. A trajectory that was agreed anew gives way to the later one.
        """
        published = {source.id: source.published_on for source in self.sources}
        return [
            path.model_dump(include={"area", "indicator", "time_identifier", "base"})
            | entry.model_dump(include={"category", "time_period", "value"})
            | {"measure": "plan" if entry.kind == "plan" else "published", "source_id": path.source}
            | {"as_at": published[path.source], "verified": not path.unverified}
            for path in self.trajectories
            if not path.superseded_by
            for entry in path.values
        ]

    def figures(self) -> dict[str, float]:
        """Return every figure of the file by the name that a finding's sum calls it."""
        amounts = {amount.id: amount.value for amount in self.amounts if amount.value is not None}
        steps = [(path.id, step) for path in self.trajectories for step in path.values]
        return amounts | {f"{name}/{step.category}/{step.time_period}": step.value for name, step in steps}

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        held = {source.id: source.held for source in self.sources}
        undated = {source.id for source in self.sources if source.published_on is None}
        home: dict[str, tuple] = {}
        for place, entry in [(("sources", number), source) for number, source in enumerate(self.sources)] + list(self.entries()):
            if entry.id in home:
                raise mistake((*place, "id"), f"the id '{entry.id}' stands twice")
            home[entry.id] = place
        for place, entry in self.entries():
            if entry.source not in held:
                raise mistake((*place, "source"), f"there is no source '{entry.source}'")
            if not entry.unverified and not held[entry.source]:
                raise mistake((*place, "verified_by"), f"nothing is verified against '{entry.source}', which is not held")
            if isinstance(entry, Trajectory) and entry.source in undated:
                raise mistake((*home[entry.source], "published_on"), "the source of a trajectory needs the day on which it came out")
            if entry.superseded_by and not (home.get(entry.superseded_by, ("",))[0] == place[0] and home[entry.superseded_by] > place):
                raise mistake((*place, "superseded_by"), f"'{entry.superseded_by}' is not a later entry of the same list")
            for field, wanted in POINTERS.items():
                named = getattr(entry, field, None) or []
                for name in [named] if isinstance(named, str) else named:
                    if home.get(name, ("",))[0] != wanted:
                        raise mistake((*place, field), f"'{name}' is not in the list '{wanted}'")
        return self

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        figures = self.figures()
        figures |= {f"-{name}": -value for name, value in figures.items()}
        for number, finding in enumerate(self.findings):
            for count, check in enumerate(finding.checks):
                place = ("findings", number, "checks", count)
                if lost := [term for term in check.sum if term not in figures]:
                    raise mistake((*place, "sum"), f"there is no figure '{lost[0]}'")
                if round(sum(map(figures.get, check.sum)) - check.equals, 6):
                    raise mistake((*place, "equals"), f"the figures make {sum(map(figures.get, check.sum)):.8g}, not {check.equals:g}")
        return self


def read_agreement(path: Path) -> Agreement:
    """Return the agreement of a council: everything its papers state, with what is not known.

    Args:
        path: The file ``agreement.yaml`` in the council's folder.

    Raises:
        Refusal: When the file breaks a rule; with its line.
    """
    return read_yaml(path, Agreement)
