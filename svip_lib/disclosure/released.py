"""Released figures: what is beyond the gate takes them, and only the gate makes them.

Nothing here computes or protects anything, so that a section which only shows figures loads no more than this.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import pandas as pd

from svip_lib.config.content import content_key
from svip_lib.config.periods import Quarter
from svip_lib.config.project import Project
from svip_lib.config.result import KEY, read_figures

# Figures of the council's own records, and where DfE publishes the same count without suppression.
PUBLISHED_TWINS = {
    "ehc_plans_january_council_count": "placements_by_group_percent",
    "ehc_requests_quarter_count": "ehc_requests_count",
    "ehc_requests_by_source_quarter_count": "ehc_requests_by_source_count",
    "new_ehc_plans_quarter_count": "new_ehc_plans_count",
    "ceased_ehc_plans_quarter_count": "ceased_ehc_plans_count",
}
SEAL = object()  # for disclosure/gate.py alone
# What a section has read of the tables: (table, column, value), or (table, "", "") for all of a table.
Read = tuple[str, str, str]
FIGURES, EVERYTHING = "figures", ("*", "", "")
READ = "application/vnd.svip.read+json"  # how a section tells the run of it
PICTURE = "application/vnd.svip.picture+json"  # how it hands over a chart as a picture: its name and its bytes


@dataclass(frozen=True)
class Released:
    """The figures that may be shown, of one authority, quarter and edition. Only the gate can make one.

    Attributes:
        rows: One row a figure, in the shape of ``indicators.shape``.
        areas: One row an area: ``area``, ``area_name``, ``la_code``, ``role``.
        registers: The tables of ``Figures``; in the public edition also ``withheld`` and ``rounded``.
        read: What was asked for so far; whoever takes ``rows`` or ``registers`` themselves has asked for everything.
    """

    authority: str
    quarter: Quarter
    edition: str
    as_at: date
    rows: pd.DataFrame
    areas: pd.DataFrame
    registers: dict[str, pd.DataFrame]
    key: str
    seal: object = field(default=None, repr=False)
    read: set[Read] = field(default_factory=set, init=False, repr=False, compare=False)

    def __post_init__(self):
        """Refuse a value that did not come through the gate."""
        if self.seal is not SEAL:
            raise TypeError("only svip_lib.disclosure releases figures; use section.show or read_released")

    def __getattribute__(self, name):
        """Note that everything was read where the tables themselves are taken: what is done with them then, nobody sees."""
        if name in ("rows", "registers"):
            object.__getattribute__(self, "read").add(EVERYTHING)
        return object.__getattribute__(self, name)

    def area(self, role: str) -> str | None:
        """Return the code of the area with a role: ``authority``, ``region``, ``England`` or ``neighbours``."""
        found = self.areas.loc[self.areas["role"] == role, "area"]
        return found.iloc[0] if len(found) else None

    def area_name(self, area: str) -> str:
        """Return the name of an area."""
        return self.areas.set_index("area")["area_name"][area]

    def select(self, indicator: str, **wanted: str | list[str]) -> pd.DataFrame:
        """Return an indicator's released rows, by time, narrowed to columns that have a value: ``measure="plan"``.

        Where nothing of it could be known on the pack's day, there are no rows.
        """
        self.read.add((FIGURES, "indicator", indicator))
        rows = self._by_indicator.get(indicator, self._tables()[FIGURES].head(0))
        for column, value in wanted.items():
            rows = rows[rows[column].isin([value] if isinstance(value, str) else value)]
        return rows

    def measured(self, measure: str) -> pd.DataFrame:
        """Return the released rows of one measure, as ``plan``, whatever their indicator."""
        return self._noted(FIGURES, "measure", measure)

    def register(self, name: str, column: str = "", value: str = "") -> pd.DataFrame:
        """Return a register, or its rows with one value in a column; an empty table where there is no register of that name."""
        return self._noted(name, column, value)

    def slice_key(self, read: Iterable[Read]) -> str:
        """Return a key of what was read as it stands here: while it is the same, whoever read no more than that has nothing new to tell."""
        digest = sha256(f"{self.as_at} {self.areas.to_csv()}".encode())
        tables = self._tables()
        for part in sorted(map(tuple, read)):
            told = tables.values() if part == EVERYTHING else [self._part(*part)]
            digest.update(repr([part, *(table.to_csv(index=False) for table in told)]).encode())
        return digest.hexdigest()

    def _noted(self, *part: str) -> pd.DataFrame:
        self.read.add(part)
        return self._part(*part)

    def _part(self, table: str, column: str, value: str) -> pd.DataFrame:
        whole = self._tables().get(table, pd.DataFrame())
        return whole[whole[column] == value] if column and len(whole) else whole

    def _tables(self) -> dict[str, pd.DataFrame]:
        return {FIGURES: object.__getattribute__(self, "rows"), **object.__getattribute__(self, "registers")}

    @cached_property
    def _by_indicator(self) -> dict[str, pd.DataFrame]:
        """The rows of each indicator in order; a section asks for them many times."""
        return dict(iter(self._tables()[FIGURES].sort_values(KEY).groupby("indicator", sort=False)))


def is_current(project: Project, authority: str, quarter: Quarter, edition: str) -> bool:
    """Tell whether the released figures on disk came from the content as it stands now."""
    return key_on_disk(project.private(authority, quarter, edition) / "released") == content_key(project, authority, quarter)


def read_released(project: Project, authority: str, quarter: Quarter, edition: str) -> Released:
    """Read the released figures of an authority, quarter and edition back from disk."""
    folder = project.private(authority, quarter, edition) / "released"
    told = json.loads((folder / "released.json").read_text(encoding="utf-8"))
    return Released(
        authority=authority,
        quarter=quarter,
        edition=edition,
        as_at=date.fromisoformat(told["as_at"]),
        rows=read_figures(folder / "figures.csv"),
        areas=_read_words(folder / "areas.csv"),
        registers={name: _read_words(folder / f"{name}.csv") for name in told["registers"]},
        key=told["key"],
        seal=SEAL,
    )


def published_period(period: str) -> str:
    """The period in which DfE publishes what falls into a period of ours: for a quarter its calendar year, else the same."""
    return str(Quarter.from_code(period).last_day.year) if "Q" in period else period


def key_on_disk(folder: Path) -> str | None:
    """Return the content key of the release that stands in a folder, if one does."""
    path = folder / "released.json"
    return json.loads(path.read_text(encoding="utf-8"))["key"] if path.is_file() else None


def _read_words(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype="str", keep_default_na=False)
