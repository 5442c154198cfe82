"""Every authority's January counts of plans since 2010, in one block: what forecasts are made from and tried on."""

from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
import pandas as pd

from svip_lib.config.agreement import Setting

ENGLAND = "E92000001"
# Told apart in every January since 2010. Non-maintained special schools count with the independent ones, as the plan's table does.
SETTINGS = get_args(Setting)
COUNTS = ("ehcplans", "mainstream_total", "special_total", "special_independent", "special_non_maintained", "fe_total")
FIRST, BEFORE_COLLEGES = 2010, 2014  # until then no plan named a college, and no count is published
HALF = 0.5
FEWEST = 100  # plans: with fewer, an error in per cent says nothing


@dataclass(frozen=True)
class Panel:
    """January counts by authority, year and setting, and England's beside them.

    Attributes:
        years: The Januaries, without a gap.
        areas: The authorities' codes.
        total: Plans, authority × year; missing where not published.
        settings: Plans by setting, authority × year × setting of ``SETTINGS``.
        england: England's plans by year.
        england_settings: England's plans by year and setting.
        left_out: Authorities whose counts cannot be compared over the years, and why.
    """

    years: np.ndarray
    areas: tuple[str, ...]
    total: np.ndarray
    settings: np.ndarray
    england: np.ndarray
    england_settings: np.ndarray
    left_out: dict[str, str]

    def until(self, year: int) -> "Panel":
        """Return what had been counted by a January; nothing that came later is in it."""
        keep = self.years <= year
        return replace(
            self,
            years=self.years[keep],
            total=self.total[:, keep],
            settings=self.settings[:, keep],
            england=self.england[keep],
            england_settings=self.england_settings[keep],
        )

    def whole(self) -> "Panel":
        """Return the panel until the newest January that has been read of most authorities; of a newer one a part may have been."""
        return self.until(int(self.years[np.isnan(self.total).mean(axis=0) < HALF][-1]))

    def at(self, year: int) -> int:
        """Return the column of a January."""
        return int(year - self.years[0])


def read_panel(plans: pd.DataFrame, authorities: list[str]) -> Panel:
    """Lay DfE's January counts out by authority, year and setting.

    Args:
        plans: Published rows of the table ``plans``.
        authorities: The codes of today's local authorities.

    Returns:
        The panel. An authority is left out, with the reason, when it has no count for 2010 or one is missing between its first and its
        last January, or when it had fewer than 100 plans in any.

    Source: SEN2 by way of DfE, *Education, health and care plans*.
    """
    told = plans[plans["measure"].isin(COUNTS) & (plans["category"] == "")]
    told = told.assign(year=told["time_period"].str[:4].astype(int) + 1)
    years = np.arange(FIRST, told["year"].max() + 1)
    block = {
        name: rows.pivot(index="area", columns="year", values="value").reindex(index=[*authorities, ENGLAND], columns=years).to_numpy()
        for name, rows in told.groupby("measure")
    }
    total = block["ehcplans"]
    colleges = np.where(years <= BEFORE_COLLEGES, np.nan_to_num(block["fe_total"]), block["fe_total"])
    independent = block["special_independent"] + block["special_non_maintained"]
    known = block["mainstream_total"], block["special_total"] - independent, independent, colleges
    settings = np.stack([*known, total - sum(known)], axis=2)
    left_out = {area: why for area, counts in zip(authorities, total[:-1], strict=True) if (why := _unfit(counts))}
    kept = np.array([area not in left_out for area in authorities])
    areas = tuple(area for area in authorities if area not in left_out)
    return Panel(years, areas, total[:-1][kept], settings[:-1][kept], total[-1], settings[-1], left_out)


def _unfit(counts: np.ndarray) -> str:
    known = np.flatnonzero(~np.isnan(counts))
    if not len(known) or known[0] > 0:
        return "it did not report in 2010, or not with today's boundaries"
    if len(known) < known[-1] + 1:
        return "a January is missing"
    return "it had too few plans" if np.nanmin(counts) < FEWEST else ""
