"""The tables that set several figures of one quarter beside each other: budget and forecast, what makes the difference, places."""

from collections.abc import Iterable

import pandas as pd

from svip_lib.config.agreement import Agreement
from svip_lib.config.cost_centres import INDEPENDENT_AP, OUTSIDE
from svip_lib.config.periods import period_label
from svip_lib.config.registry import Indicator
from svip_lib.disclosure.released import Released
from svip_lib.show.words import WITHHELD, plain

ALL, DIFFERENCE = "All", "Forecast less budget"
AMOUNTS = {"budget": "Budget", "spent": "To date", "forecast": "Forecast for the year"}
CAP = "alternative_provision_cap"
WITHOUT_PLACES, OF_PLACES = "without_places", ["volume", "category_mix", "need_mix"]
WAYS = ["Independent special schools", "and non-maintained special schools", "and mainstream independent schools (DfE's benchmarking tool)"]
APART = "Specialist colleges, counted apart"
Dictionary = dict[str, Indicator]


def newest(released: Released, name: str) -> tuple[pd.DataFrame, bool]:
    """Return an indicator's values of the newest quarter, a row a category and a column a breakdown, and whether one is withheld."""
    rows = released.select(name, area=released.area("authority"), measure="actual")
    rows = rows[rows["time_period"] == rows["time_period"].max()]
    wide = rows.pivot(index="category", columns="breakdown", values="value")
    return wide, bool((rows["shorthand"] == WITHHELD).any())


def _finished(
    values: pd.DataFrame,
    labels: dict[str, str],
    heading: str,
    *,
    withheld: bool = False,
    signed: Iterable[str] = (),
    decimals: Iterable[str] = (),
) -> pd.DataFrame:
    """Numbers as text, with the names of their rows before them: pounds, or places with a decimal where a column is one of them."""
    absent = f"[{WITHHELD}]" if withheld else "[z]"
    frame = pd.DataFrame({heading: [labels.get(name, name) for name in values.index]})
    for name in values:
        unit, places = ("", 1) if name in decimals else ("£", 0)
        frame[name] = [absent if pd.isna(value) else plain(value, unit, places, signed=name in signed) for value in values[name]]
    return frame


def ledger(released: Released, dictionary: Dictionary, name: str, *, total: bool = True) -> pd.DataFrame:
    """Return budget, amount to date, forecast and their difference by category of one of the ledger's indicators."""
    values, _ = newest(released, name)
    if values.empty:
        return pd.DataFrame()
    entry = dictionary[name]
    values = values.reindex([category for category in entry.categories if category in values.index])[list(AMOUNTS)]
    if total:
        values.loc[ALL] = values.sum()
    values = values.rename(columns=AMOUNTS)
    values[DIFFERENCE] = values[AMOUNTS["forecast"]] - values[AMOUNTS["budget"]]
    return _finished(values, entry.categories, entry.filter_hint, signed=[DIFFERENCE])


def alternative_provision(released: Released, dictionary: Dictionary, agreement: Agreement) -> pd.DataFrame:
    """Return spending on alternative provision, and below it the amount that the council proposed as its cap: beside, with no verdict."""
    frame = ledger(released, dictionary, "alternative_provision_gbp")
    cap = next((entry for entry in agreement.amounts if entry.id == CAP and not entry.superseded_by), None)
    if frame.empty or cap is None:
        return frame
    value = plain(cap.value, "£", 0) if cap.value is not None and not cap.unverified else "[unverified]"
    cells = [f"Proposed as a cap in the council's report ({cap.paragraph}); years not known", "[z]", "[z]", value, "[z]"]
    return pd.concat([frame, pd.DataFrame([cells], columns=frame.columns)], ignore_index=True)


def variance_by_category(released: Released, dictionary: Dictionary) -> pd.DataFrame:
    """Return the parts of the difference between forecast and budget by category; parts that are nought throughout are left out."""
    values, withheld = newest(released, "variance_by_category_gbp")
    if values.empty:
        return pd.DataFrame()
    total, items = dictionary["high_needs_variance_gbp"], dictionary["high_needs_ledger_gbp"]
    spending, _ = newest(released, items.name)
    spending = spending.reindex([name for name in items.categories if name in spending.index])
    whole = newest(released, total.name)[0].iloc[:, 0]
    difference = spending["forecast"] - spending["budget"]
    parts = [name for name in total.categories if name in values]
    values = values.reindex(spending.index)[parts]
    beside = [name for name in spending.index if name not in dictionary["variance_by_category_gbp"].categories]
    values.loc[beside] = 0.0
    values.loc[beside, WITHOUT_PLACES] = difference[beside]
    values.loc[ALL] = whole[parts]
    values = values.loc[:, values.ne(0).any()].rename(columns=total.categories)
    values[total.categories["total_variance"]] = [*difference, whole["total_variance"]]
    return _finished(values, items.categories, items.filter_hint, withheld=withheld, signed=values.columns)


def variance_by_need(released: Released, dictionary: Dictionary) -> pd.DataFrame:
    """Return places in the budget and as forecast by need, and what their number and mix add to spending."""
    values, withheld = newest(released, "variance_by_need_gbp")
    if values.empty:
        return pd.DataFrame()
    years, hidden = newest(released, "placement_years_by_need_fte")
    total, entry = dictionary["high_needs_variance_gbp"], dictionary["variance_by_need_gbp"]
    whole = newest(released, total.name)[0].iloc[:, 0]
    order = [name for name in entry.categories if name in years.index]
    columns = {"planned": "Years in the budget", "now": "Years as forecast"}
    table = years.reindex(order)[list(columns)].join(values[OF_PLACES])
    table.loc[ALL, OF_PLACES] = whole[OF_PLACES]
    table["together"] = table[OF_PLACES].sum(axis=1, skipna=False)
    table.loc[ALL, list(columns)] = _sums(released, "placement_years_fte", list(columns))
    table = table.rename(columns=columns | total.categories | {"together": "Together"})
    money = list(table.columns[2:])
    return _finished(table, entry.categories, entry.filter_hint, withheld=withheld or hidden, signed=money, decimals=columns.values())


def _sums(released: Released, name: str, columns: list[str]) -> pd.Series:
    """The sum of each column; missing where a part of it is withheld."""
    values, _ = newest(released, name)
    return values[columns].sum(skipna=False)


def variance_by_category_and_need(released: Released, dictionary: Dictionary) -> pd.DataFrame:
    """Return the parts of the difference down to category and need, in the internal edition; in the public one, a word on why not."""
    entry, total = dictionary["variance_by_category_and_need_gbp"], dictionary["high_needs_variance_gbp"]
    if released.edition == "public" and not released.select(total.name).empty:
        return pd.DataFrame({"Kind of place and need": ["Told in the internal edition alone: few children are in most of these groups."]})
    rows = released.select(entry.name, area=released.area("authority"), measure="actual")
    if rows.empty:
        return pd.DataFrame()
    rows = rows[rows["time_period"] == rows["time_period"].max()]
    rows[["component", "place"]] = rows["breakdown"].str.split(".", n=1, expand=True).to_numpy()
    wide = rows.pivot(index=["place", "category"], columns="component", values="value")
    wide = wide[[name for name in total.categories if name in wide]]
    wide = wide.loc[:, wide.fillna(0).ne(0).any()]
    wide["together"] = wide.sum(axis=1)
    kinds = dictionary["high_needs_ledger_gbp"].categories
    order = [(place, need) for place in kinds for need in [*entry.categories, "by_category"] if (place, need) in wide.index]
    wide = wide.loc[order].rename(columns=total.categories | {"together": "Together"})
    needs = entry.categories | {"by_category": "told by kind of place alone"}
    wide.index = [f"{kinds[place]}: {needs[need]}" for place, need in wide.index]
    return _finished(wide, {}, "Kind of place and need", signed=wide.columns)


def placement_years(released: Released, dictionary: Dictionary) -> pd.DataFrame:
    """Return places in full-time-equivalent years and what each costs a year, in the budget and as forecast, by category."""
    years, withheld = newest(released, "placement_years_fte")
    if years.empty:
        return pd.DataFrame()
    costs, _ = newest(released, "placement_unit_cost_gbp")
    entry = dictionary["placement_years_fte"]
    table = pd.DataFrame(index=[name for name in entry.categories if name in years.index])
    for name, words in (("planned", "in the budget"), ("now", "as forecast")):
        table[f"Years {words}"] = years[name] if name in years else float("nan")
        table[f"Cost of a year {words}"] = costs[name] if name in costs else float("nan")
    return _finished(table, entry.categories, entry.filter_hint, withheld=withheld, decimals=["Years in the budget", "Years as forecast"])


def independent_three_ways(released: Released, dictionary: Dictionary) -> pd.DataFrame:
    """Return independent places in the three ways of counting, each holding the one before, with their money; colleges apart."""
    plans, hidden = newest(released, "independent_placements_quarter_count")
    if plans.empty:
        return pd.DataFrame()
    bought, few = newest(released, "bought_placements_count")
    money, _ = newest(released, "bought_placements_gbp")
    kinds = [name for name in dictionary["bought_placements_count"].categories if name in plans.index]
    table = pd.DataFrame({"Plans": plans.iloc[:, 0].reindex(kinds)})
    table["In the register"] = bought.iloc[:, 0].reindex(kinds) if len(bought) else float("nan")
    table["Cost of a full year (£)"] = money["full_year"].reindex(kinds) if len(money) else float("nan")
    ways = table.iloc[:-1].cumsum(skipna=False).set_axis(WAYS)
    table = pd.concat([ways, table.iloc[[-1]].set_axis([APART])])
    table["Cost of each (£)"] = table["Cost of a full year (£)"] / table["In the register"].where(table["In the register"] > 0)
    absent = f"[{WITHHELD}]" if hidden or few else "[x]"
    cells = {name: [absent if pd.isna(value) else plain(value, "", 0) for value in table[name]] for name in table}
    return pd.DataFrame({"Way of counting": table.index, **cells})


def funding(released: Released, dictionary: Dictionary) -> pd.DataFrame:
    """Return bought placements by who pays, and what education, health and social care pay for them in a full year."""
    entry = dictionary["placements_by_funding_count"]
    counts, few = newest(released, entry.name)
    if counts.empty:
        return pd.DataFrame()
    money, _ = newest(released, "placements_by_funding_gbp")
    order = [name for name in entry.categories if name in counts.index]
    table = _finished(money.reindex(order)[["education", "health", "social_care"]], entry.categories, entry.filter_hint, withheld=few)
    absent = f"[{WITHHELD}]"
    table.insert(1, "Placements", [absent if pd.isna(value) else plain(value, "", 0) for value in counts.iloc[:, 0].reindex(order)])
    return table.rename(columns={"education": "Education pays", "health": "Health pays", "social_care": "Social care pays"})


def block(released: Released) -> pd.DataFrame:
    """Return the published high needs block before and after what goes to academies directly, by year."""
    area = released.area("authority")
    gross, net = (
        released.select(name, area=area).set_index("time_period")["value"] for name in ("high_needs_block_gbp", "high_needs_block_net_gbp")
    )
    table = pd.DataFrame({"Before deductions": gross, "Reaches the council": net}).dropna()
    table["Paid to academies and others directly"] = table["Before deductions"] - table["Reaches the council"]
    return _finished(table, {period: period_label(period, "Financial year") for period in table.index}, "Year")


def cost_centres(released: Released, dictionary: Dictionary) -> pd.DataFrame:
    """Return what each line of the ledger is told as, and whether anybody has confirmed it."""
    table = released.registers.get("cost_centres", pd.DataFrame())
    if table.empty:
        return pd.DataFrame()
    labels = dictionary["high_needs_ledger_gbp"].categories | dictionary["high_needs_recovery_gbp"].categories
    labels |= {INDEPENDENT_AP: "Independent alternative provision", OUTSIDE: "Paid by the council beside the grant"}
    confirmed = table["verified_by"] + table["verified_on"].map(lambda day: f", {day}" if day else "")
    return pd.DataFrame(
        {
            "Cost centre": table["cost_centre"],
            "Account": table["account"].replace("", "all"),
            "Told as": table["item"].map(labels),
            "Note": table["note"].replace("", "none"),
            "Confirmed": confirmed.replace("", "[unverified]"),
        }
    )
