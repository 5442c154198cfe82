"""Released figures: what is beyond the gate takes them, and only the gate makes them.

Nothing here computes or protects anything, so that a section which only shows figures loads no more than this.
"""

import json
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
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


@dataclass(frozen=True)
class Released:
    """The figures that may be shown, of one authority, quarter and edition. Only the gate can make one.

    Attributes:
        rows: One row a figure, in the shape of ``indicators.shape``.
        areas: One row an area: ``area``, ``area_name``, ``la_code``, ``role``.
        registers: The tables of ``Figures``; in the public edition also ``withheld`` and ``rounded``.
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

    def __post_init__(self):
        """Refuse a value that did not come through the gate."""
        if self.seal is not SEAL:
            raise TypeError("only svip_lib.disclosure releases figures; use section.show or read_released")

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
        rows = self._by_indicator.get(indicator, self.rows.head(0))
        for column, value in wanted.items():
            rows = rows[rows[column].isin([value] if isinstance(value, str) else value)]
        return rows

    @cached_property
    def _by_indicator(self) -> dict[str, pd.DataFrame]:
        """The rows of each indicator in order; a section asks for them many times."""
        return dict(iter(self.rows.sort_values(KEY).groupby("indicator", sort=False)))


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
