"""What the tables of the pack are made of, and what each of them says of itself: its caption, its notes, why it is absent."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from svip_lib.config.agreement import Agreement, Source, Stated, read_agreement
from svip_lib.config.authority import Authority, read_authority
from svip_lib.config.periods import QUARTERLY, period_label
from svip_lib.config.project import Project
from svip_lib.config.registry import Indicator, read_dictionary
from svip_lib.disclosure.released import Released
from svip_lib.show.words import is_synthetic, own_rows, source_line

UNVERIFIED, NOT_SUPPLIED, NOT_STATED = "[unverified]", "not supplied", "not stated"
Row = dict[str, str]


@dataclass(frozen=True)
class Given:
    """What the tables are made of: released figures, the agreement as known, the dictionary, the council's logs and its own file."""

    released: Released
    agreement: Agreement
    dictionary: dict[str, Indicator]
    assurance: Path
    authority: Authority

    @classmethod
    def of(cls, project: Project, released: Released) -> "Given":
        """Return what goes with released figures: the council's files, as they were known on the pack's day."""
        folder = project.authority(released.authority)
        agreement = read_agreement(folder / "agreement.yaml").known_on(released.as_at)
        return cls(released, agreement, read_dictionary(project.dictionary), folder / "assurance", read_authority(folder))

    @property
    def report_day(self) -> date:
        """The day of the paper that the plan stands in; without a plan, the first of all days."""
        days = self.released.measured("plan")["as_at"]
        return date.fromisoformat(days.min()) if len(days) else date.min

    def rows(self, register: str) -> list[Row]:
        """Return the entries of a register of the council; none where it was not supplied."""
        return self.released.register(register).to_dict("records")

    def own(self, name: str, **wanted: str) -> pd.DataFrame:
        """Return the authority's own figures of an indicator, narrowed as ``Released.select`` does."""
        return self.released.select(name, area=self.released.area("authority"), **wanted)

    def source(self, entry: Stated) -> Source:
        """Return the paper in which an entry of the agreement is stated."""
        return next(source for source in self.agreement.sources if source.id == entry.source)

    def newest(self, name: str) -> pd.DataFrame:
        """Return the authority's own figures of an indicator in the newest period that has any."""
        rows = self.own(name, measure="actual")
        return rows[rows["time_period"] == rows["time_period"].max()]


@dataclass(frozen=True)
class Table:
    """A table that a notebook can ask for by its name.

    Attributes:
        caption: What it shows, or how that is said of what is given.
        make: How it is made, a row at a time or as a whole; without rows it is absent.
        numeric: Whether its columns behind the first hold numbers.
        indicators: The indicators that it shows, the leading one first.
        named: Those of which it tells because the agreement or a register names them; their cells are marked one by one.
        register: The register of the council's that it is made from.
        supplied: Whether its figures are the council's to supply, so that it says so where there are none.
        explained: Whether it says under its rows what its indicators mean, and in its caption of which quarter they are.
        finished: The columns whose cells are finished marks.
        said: Sentences that stand under its rows.
    """

    caption: str | Callable[[Given], str]
    make: Callable[[Given], pd.DataFrame | Iterable[Row]]
    numeric: bool = False
    indicators: tuple[str, ...] = ()
    named: Callable[[Given], list[str]] = lambda _: []
    register: str = ""
    supplied: bool = False
    explained: bool = False
    finished: tuple[str, ...] = ()
    said: Callable[[Given], list[str]] = lambda _: []

    def frame(self, given: Given) -> pd.DataFrame:
        """Return the table as text, one column a heading."""
        return pd.DataFrame(self.make(given))

    def says(self, given: Given) -> str:
        """Return the caption without a mark or a quarter."""
        return self.caption(given) if callable(self.caption) else self.caption

    def heading(self, given: Given) -> str:
        """Return the caption, marked where the table is made from anything invented."""
        told, invented = self._told(given), [is_synthetic(given.released, given.dictionary[name]) for name in self.indicators]
        invented += [row.get("origin") == "synthetic" for row in (given.rows(self.register) if self.register else ())]
        quarter = f", {period_label(own_rows(given.released, told[0])['time_period'].max(), QUARTERLY)}" if told else ""
        return f"{'SYNTHETIC. ' if any(invented) else ''}{self.says(given)}{quarter}"

    def notes(self, given: Given) -> list[str]:
        """Return the source and the meaning of each indicator that the table explains."""
        told = self._told(given)
        meanings = [f"{entry.label}. Source: {source_line(given.released, entry)}. {entry.definition} {entry.reading}" for entry in told]
        return self.said(given) + meanings

    def _told(self, given: Given) -> list[Indicator]:
        entries = [given.dictionary[name] for name in self.indicators] if self.explained else []
        return [entry for entry in entries if len(own_rows(given.released, entry))]

    def absent(self, given: Given) -> str:
        """Return why there are no rows: what the table is made from was not supplied, or there is nothing in it."""
        lacks_figures = self.supplied and given.released.select(self.indicators[0]).empty
        return NOT_SUPPLIED if lacks_figures or (self.register and not given.rows(self.register)) else "none"
