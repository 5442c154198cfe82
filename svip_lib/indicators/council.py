"""The council's own records as the indicators use them: events counted by quarter, and the census of each quarter's last day."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from svip_lib.config.authority import ReturnFile
from svip_lib.config.cost_centres import COLUMNS
from svip_lib.config.periods import ACADEMIC, QUARTERLY, Quarter, academic_year_of
from svip_lib.indicators.census import KEY, census, transfers_in
from svip_lib.indicators.shape import NOT_APPLICABLE

SOURCE = "council_return"
# What is told of a case at each of its steps.
REQUEST = ["receiveddate", "requestsource", "requestoutcome", "requestoutcomedate", "requestmediation", "requesttribunal"]
ASSESSMENT = ["assessmentoutcome", "assessmentoutcomedate", "week20"]
ASSESSMENT += ["assessmentmediation", "assessmenttribunal", "othermediation", "othertribunal"]


@dataclass(frozen=True)
class Council:
    """The clean tables of a council's return, and the quarters that lie within it whole.

    Attributes:
        clean: The clean tables by name; every row bears ``child`` and ``request``.
        establishments: The schools and colleges by ``urn`` and ``ukprn``, with their type.
        placements: The dictionary of placements, with the three mappings.
        told: The first and the last day that the return tells of.
        census_days: The days of the January census, as far as they are known.
        area: The council's area code.
        origin: ``council``, or ``synthetic`` where the children are invented.
        placement_types: The category of the DSG management plan of each type of placement in the register of costs.
        cost_centres: What each line of the council's ledger is told as, as ``read_cost_centres`` returns it.
    """

    clean: dict[str, pd.DataFrame]
    establishments: pd.DataFrame
    placements: pd.DataFrame
    told: ReturnFile
    census_days: list[date]
    area: str
    origin: str
    placement_types: dict[str, str] = field(default_factory=dict)
    cost_centres: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=COLUMNS))
    _kept: dict = field(default_factory=dict, repr=False)

    @property
    def quarter(self) -> Quarter:
        """The newest whole quarter, of which the registers tell."""
        return self.quarters[-1]

    def once(self, function: Callable[["Council"], Any]) -> Any:
        """Return what a function makes of these records; several indicators stand on it, and it is worked out once."""
        if function not in self._kept:
            self._kept[function] = function(self)
        return self._kept[function]

    def register(self, name: str) -> pd.DataFrame | None:
        """Return the clean rows of one of the council's other registers, as ``ledger``; nothing where it was not supplied."""
        return self.clean.get(name)

    @property
    def quarters(self) -> list[Quarter]:
        """The quarters that lie within the return whole, oldest first."""
        return self.told.quarters

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables of the return with a number in the place of each child's hash: numbers are many times quicker to match."""
        children = pd.Index(self.clean["person"]["child"].unique())
        return {
            name: table.assign(child=children.get_indexer(table["child"]))
            for name, table in self.clean.items()
            if "request" in table or name == "person"
        }

    @cached_property
    def stock(self) -> pd.DataFrame:
        """Every active plan on the last day of each quarter: the rows of ``census`` with ``quarter`` and ``age``."""
        found = []
        for quarter in self.quarters:
            rows = self._census(quarter.last_day)
            # The age on 31 August before the school year in which the quarter ends, as DfE counts it.
            rows["age"] = int(quarter.academic_year[:4]) - 1 - rows["birth_year"]
            found.append(rows.assign(quarter=quarter.code))
        return pd.concat(found, ignore_index=True)

    @cached_property
    def cases(self) -> pd.DataFrame:
        """Every request with what became of it: one row a request, with its dates, outcomes and disputes."""
        requests = self.tables["requests"][[*KEY, *REQUEST]]
        assessment = self.tables["assessment"][[*KEY, *ASSESSMENT]]
        plans = self.tables["namedplan"][[*KEY, "startdate", "ceasedate", "ceasereason"]]
        rows = requests.merge(assessment.drop_duplicates(KEY), how="left", on=KEY, validate="many_to_one")
        return rows.merge(plans.drop_duplicates(KEY), how="left", on=KEY, validate="many_to_one")

    @cached_property
    def own_cases(self) -> pd.DataFrame:
        """The cases without those whose plan came from another council."""
        came = pd.MultiIndex.from_frame(transfers_in(self.tables)[KEY])
        return self.cases[~pd.MultiIndex.from_frame(self.cases[KEY]).isin(came)]

    def january_groups(self) -> pd.DataFrame:
        """Return the plans on the last census day that the return covers by DfE's groups of placements, as figures."""
        covered = [day for day in sorted(self.census_days) if self.told.first_day <= day <= self.told.last_day]
        if not covered:
            return self.nothing()
        groups = self._census(covered[-1])["published_group"].replace("ed_elsewhere", "elsewhere")
        numbers = groups.value_counts().rename_axis("category").rename("value").astype(float).reset_index()
        told = {"breakdown": "placement_group", "time_period": academic_year_of(covered[-1]), "time_identifier": ACADEMIC}
        return self.figures(numbers).assign(**told)

    def _census(self, day: date) -> pd.DataFrame:
        return census(self.tables, self.placements, self.establishments, pd.Timestamp(day))

    def in_quarter(self, days: pd.Series) -> pd.Series:
        """Return the quarter of each day, as figures name it; missing for a day outside the return's whole quarters."""
        codes = [quarter.code for quarter in self.quarters]
        ends = pd.DatetimeIndex([self.quarters[0].first_day, *(quarter.next.first_day for quarter in self.quarters)])
        place = np.searchsorted(ends.to_numpy(), days.to_numpy(), side="right") - 1
        inside = days.notna() & (place >= 0) & (place < len(codes))
        return pd.Series(np.array([*codes, ""], dtype=object)[np.where(inside, place, -1)], index=days.index).where(inside)

    def counted(self, quarters: pd.Series, categories: pd.Series | None = None, known: list[str] = (), breakdown: str = "") -> pd.DataFrame:
        """Return how many rows fall into each quarter, and category, as figures; where nothing falls, the figure is 0.

        Args:
            quarters: The quarter of each row; rows without one are left out.
            categories: The category of each row.
            known: Categories that are told even where nobody is in them.
            breakdown: What the categories are of.
        """
        everyone = self._everyone(quarters, categories, known)
        numbers = pd.DataFrame({"time_period": quarters, "category": "" if categories is None else categories}).dropna()
        rows = numbers.value_counts().reindex(everyone, fill_value=0).rename("value").astype(float).reset_index()
        return self.figures(rows.assign(breakdown=breakdown))

    def shared(
        self, quarters: pd.Series, part: pd.Series, categories: pd.Series | None = None, known: list[str] = (), breakdown: str = ""
    ) -> pd.DataFrame:
        """Return the share of the rows of each quarter, and category, that a condition holds for, in per cent; of none there is no share.

        Args:
            quarters: The quarter of each row; rows without one are left out.
            part: Whether the condition holds.
            categories: The category of each row; each is a whole of its own.
            known: Categories that are told even where nobody is in them.
            breakdown: What the categories are of.
        """
        groups = part.astype(float).groupby([quarters, pd.Series("", index=quarters.index) if categories is None else categories])
        rows = pd.DataFrame({"numerator": groups.sum(), "denominator": groups.count()})
        rows = rows.reindex(self._everyone(quarters, categories, known)).fillna(0.0).reset_index()
        return self._in_per_cent(rows.assign(breakdown=breakdown))

    def mixed(
        self, quarters: pd.Series, categories: pd.Series, known: list[str], breakdown: str, among: pd.Series | None = None
    ) -> pd.DataFrame:
        """Return the share of each category in the rows of a quarter, in per cent.

        Args:
            quarters: The quarter of each row.
            categories: The category of each row.
            known: Categories that are told even where nobody is in them.
            breakdown: What the categories are of.
            among: The quarter of each row of the whole, where that is another than the rows of all categories.
        """
        rows = self.counted(quarters, categories, known, breakdown)[["time_period", "category", "breakdown", "value"]]
        whole = rows["time_period"].map((quarters if among is None else among).value_counts()).fillna(0.0)
        return self._in_per_cent(rows.rename(columns={"value": "numerator"}).assign(denominator=whole))

    def _everyone(self, quarters: pd.Series, categories: pd.Series | None, known: list[str]) -> pd.MultiIndex:
        """Every quarter with every category, also those into which nobody falls."""
        names = [""] if categories is None else sorted({*known, *categories[quarters.notna()].unique()})
        return pd.MultiIndex.from_product([[quarter.code for quarter in self.quarters], names], names=["time_period", "category"])

    def _in_per_cent(self, rows: pd.DataFrame) -> pd.DataFrame:
        return self.figures(rows.assign(value=100 * rows["numerator"] / rows["denominator"].where(rows["denominator"] > 0)))

    def nothing(self) -> pd.DataFrame:
        """Return no figures, which a reader is told of as not supplied."""
        return self.figures(pd.DataFrame({"time_period": pd.Series(dtype="str"), "value": pd.Series(dtype="float64")}))

    def figures(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Complete the rows: whose they are, since when they could be known, and why one is missing."""
        return (
            pd.DataFrame({"breakdown": "", "category": "", "numerator": rows["value"], "denominator": float("nan")})
            .assign(**rows)
            .assign(
                area=self.area,
                time_identifier=QUARTERLY,
                shorthand=np.where(rows["value"].isna(), NOT_APPLICABLE, ""),
                source_id=SOURCE,
                as_at=self.told.last_day.isoformat(),
                origin=self.origin,
            )
        )


def last_days(council: Council) -> pd.Series:
    """Return the last day of each quarter by the quarter's name."""
    return pd.Series({quarter.code: pd.Timestamp(quarter.last_day) for quarter in council.quarters})
