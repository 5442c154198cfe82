"""The tables of DfE's management plan for the dedicated schools grant that a pack can fill in, in the order of DfE's template.

Money first, then children by kind of place. DfE asks for children by kind of place and age, and by kind of place and need. The pack
releases each by itself: so there are the sums of lines and columns, and what is within them is told as not supplied.
"""

from collections.abc import Iterable

import pandas as pd

from svip_lib.config.periods import FINANCIAL, Quarter, day_label, period_label
from svip_lib.config.registry import Indicator
from svip_lib.disclosure.released import Released
from svip_lib.pack.told import NOT_SUPPLIED, Sheet, values
from svip_lib.show.words import UNITS

BLOCKS = {"High needs block": "high_needs_block_gbp", "High needs block that reaches the council": "high_needs_block_net_gbp"}
OTHER_BLOCKS = ["Schools block", "Central school services block", "Early years block"]
BALANCES, LINES, SPENDING = "high_needs_recovery_gbp", "high_needs_ledger_by_line_gbp", "high_needs_ledger_gbp"
AMOUNTS = ["budget", "spent", "forecast"]  # in the order in which the ledger tells them
PLANS, PLACEMENTS = "ehc_plans_quarter_count", "placements_by_dsg_category_quarter_count"
AGES, NEEDS = "ehc_plans_by_age_quarter_count", "ehc_plans_by_need_quarter_count"


def management_plan(released: Released, dictionary: dict[str, Indicator]) -> Iterable[Sheet]:
    """Return the tables as sheets; where a council has supplied nothing, they say so.

    Args:
        released: What the gate let through.
        dictionary: The indicators, described.
    """
    plan = _Plan(released, dictionary)
    yield plan.sheet("DSG 1 blocks", "the blocks of the grant by year", plan.blocks(), *BLOCKS.values())
    yield plan.sheet("DSG 2 balances", "position at the year's end", plan.years(BALANCES), BALANCES)
    yield plan.sheet("DSG 3 lines", "high needs spending by line of the Section 251 return", plan.years(LINES), LINES)
    yield plan.sheet("DSG 4 spending", "high needs spending by kind of place", plan.years(SPENDING), SPENDING)
    yield plan.sheet("DSG 5 placements", "children with plans by kind of place", plan.years(PLACEMENTS), PLACEMENTS)
    yield plan.sheet("DSG 6 ages", "children with plans by kind of place and age", plan.within(AGES), PLACEMENTS, AGES)
    yield plan.sheet("DSG 7 needs", "children with plans by kind of place and main type of need", plan.within(NEEDS), PLACEMENTS, NEEDS)


class _Plan:
    """The figures of the management plan: of each financial year what its newest quarter tells."""

    def __init__(self, released: Released, dictionary: dict[str, Indicator]):
        self.released, self.dictionary = released, dictionary

    def newest(self, name: str) -> pd.DataFrame:
        """The council's figures of an indicator in the newest quarter of each financial year."""
        rows = self.released.select(name, area=self.released.area("authority"), measure="actual")
        newest = rows.groupby(rows["time_period"].str[:6])["time_period"].max()
        return rows[rows["time_period"].isin(newest)]

    def years(self, name: str) -> pd.DataFrame:
        """A row a category, a column a year, and a column each where several things are told of it."""
        entry, rows = self.dictionary.get(name), self.newest(name)
        if entry is None or rows.empty:
            return _absent(entry)
        several = (rows["breakdown"] != rows["breakdown"].iloc[0]).any()
        rows = rows.assign(cell=values(rows, self.dictionary), place=rows["breakdown"].map({told: n for n, told in enumerate(AMOUNTS)}))
        rows = rows.sort_values(["time_period", "place"], kind="stable")
        rows["head"] = rows["time_period"].map(_year) + (", " + rows["breakdown"] if several else "")
        wide = rows.pivot(index="category", columns="head", values="cell")[rows["head"].unique()]
        wide = wide.reindex([category for category in entry.categories if category in wide.index]).fillna("[z]")
        return wide.rename(index=entry.categories).reset_index(names=entry.filter_hint)

    def blocks(self) -> pd.DataFrame:
        """The blocks of the grant: of the high needs block what is published, of the others that they are not supplied."""
        told = {says: self.cells(name) for says, name in BLOCKS.items()}
        periods = sorted({period for cells in told.values() for period, _ in cells}) or [self.released.quarter.financial_year]
        lines = [[block, *[NOT_SUPPLIED] * len(periods)] for block in OTHER_BLOCKS]
        lines += [[says, *(cells.get((period, ""), NOT_SUPPLIED) for period in periods)] for says, cells in told.items()]
        return pd.DataFrame(lines, columns=["Block", *(period_label(period, FINANCIAL) for period in periods)])

    def within(self, name: str) -> pd.DataFrame:
        """A line a year and kind of place, a column an age or a need, and their sums."""
        across, down = self.dictionary.get(name), self.dictionary.get(PLACEMENTS)
        if across is None or down is None:
            return _absent(down)
        whole, kinds, parts = (self.cells(told) for told in (PLANS, PLACEMENTS, name))
        lines = []
        for period in sorted({period for period, _ in (*kinds, *parts)}) or [self.released.quarter.code]:
            for kind, label in down.categories.items():
                sums = kinds.get((period, kind), NOT_SUPPLIED)
                lines.append([_year(period), label, *[NOT_SUPPLIED] * len(across.categories), sums])
            sums = [parts.get((period, part), NOT_SUPPLIED) for part in across.categories]
            lines.append([_year(period), "All kinds of place", *sums, whole.get((period, ""), NOT_SUPPLIED)])
        return pd.DataFrame(lines, columns=["Year", "Kind of place", *across.categories.values(), "All"])

    def cells(self, name: str) -> dict[tuple[str, str], object]:
        """The figures of an indicator by period and category."""
        rows = self.newest(name)
        return dict(zip(zip(rows["time_period"], rows["category"], strict=True), values(rows, self.dictionary), strict=True))

    def sheet(self, tab: str, title: str, table: pd.DataFrame, *names: str) -> Sheet:
        """A table of the plan with what its indicators mean, marked where they are invented."""
        told = [self.dictionary[name] for name in names if name in self.dictionary]
        invented = "SYNTHETIC. " if any((self.newest(entry.name)["origin"] == "synthetic").any() for entry in told) else ""
        says = [f"{entry.label}: {entry.definition} Unit: {UNITS[entry.indicator_unit]}. Source: {entry.source}." for entry in told]
        says += ["What is [x] here was not supplied."] if (table == NOT_SUPPLIED).any(axis=None) else []
        return Sheet(tab, f"{invented}DSG management plan: {title}", table, tuple(says))


def _absent(entry: Indicator | None) -> pd.DataFrame:
    """A table of which nothing is supplied, with its lines where they are known."""
    heading, lines = (entry.filter_hint, [*entry.categories.values()]) if entry else ("Line", ["All"])
    return pd.DataFrame({heading: lines, "All years": NOT_SUPPLIED})


def _year(period: str) -> str:
    """A financial year by the day to which its newest quarter tells."""
    return f"{period_label(period[:6], FINANCIAL)} to {day_label(Quarter.from_code(period).last_day)}"
