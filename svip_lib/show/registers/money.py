"""The tables that set several figures of one quarter beside each other: budget and forecast, what makes the difference, places."""

from collections.abc import Callable, Iterable

import pandas as pd

from svip_lib.config.cost_centres import INDEPENDENT_AP, OUTSIDE
from svip_lib.config.periods import period_label
from svip_lib.show.given import UNVERIFIED, Given, Table
from svip_lib.show.registers.entries import amount_text
from svip_lib.show.words import WITHHELD, plain_all

ALL, DIFFERENCE = "All", "Forecast less budget"
AMOUNTS = {"budget": "Budget", "spent": "To date", "forecast": "Forecast for the year"}
CAP = "alternative_provision_cap"
WITHOUT_PLACES, OF_PLACES = "without_places", ["volume", "category_mix", "need_mix"]
WAYS = ["Independent special schools", "and non-maintained special schools", "and mainstream independent schools (DfE's benchmarking tool)"]
APART = "Specialist colleges, counted apart"


def newest(given: Given, name: str) -> tuple[pd.DataFrame, bool]:
    """Return an indicator's values of the newest quarter, a row a category and a column a breakdown, and whether one is withheld."""
    rows = given.newest(name)
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
        frame[name] = plain_all(values[name], absent, unit, places, signed=name in signed)
    return frame


def ledger(given: Given, name: str) -> pd.DataFrame:
    """Return budget, amount to date, forecast and their difference by category of one of the ledger's indicators."""
    values, _ = newest(given, name)
    if values.empty:
        return pd.DataFrame()
    entry = given.dictionary[name]
    values = values.reindex([category for category in entry.categories if category in values.index])[list(AMOUNTS)]
    values.loc[ALL] = values.sum()
    values = values.rename(columns=AMOUNTS)
    values[DIFFERENCE] = values[AMOUNTS["forecast"]] - values[AMOUNTS["budget"]]
    return _finished(values, entry.categories, entry.filter_hint, signed=[DIFFERENCE])


def alternative_provision(given: Given) -> pd.DataFrame:
    """Return spending on alternative provision, and below it the amount that the council proposed as its cap: beside, with no verdict."""
    frame = ledger(given, "alternative_provision_gbp")
    cap = next((entry for entry in given.agreement.amounts if entry.id == CAP and not entry.superseded_by), None)
    if frame.empty or cap is None:
        return frame
    cells = [f"Proposed as a cap in the council's report ({cap.paragraph}); years not known", "[z]", "[z]", amount_text(cap), "[z]"]
    return pd.concat([frame, pd.DataFrame([cells], columns=frame.columns)], ignore_index=True)


def variance_by_category(given: Given) -> pd.DataFrame:
    """Return the parts of the difference between forecast and budget by category; parts that are nought throughout are left out."""
    values, withheld = newest(given, "variance_by_category_gbp")
    if values.empty:
        return pd.DataFrame()
    total, items = given.dictionary["high_needs_variance_gbp"], given.dictionary["high_needs_ledger_gbp"]
    spending, _ = newest(given, items.name)
    spending = spending.reindex([name for name in items.categories if name in spending.index])
    whole = newest(given, total.name)[0].iloc[:, 0]
    difference = spending["forecast"] - spending["budget"]
    parts = [name for name in total.categories if name in values]
    values = values.reindex(spending.index)[parts]
    beside = [name for name in spending.index if name not in given.dictionary["variance_by_category_gbp"].categories]
    values.loc[beside] = 0.0
    values.loc[beside, WITHOUT_PLACES] = difference[beside]
    values.loc[ALL] = whole[parts]
    values = values.loc[:, values.ne(0).any()].rename(columns=total.categories)
    values[total.categories["total_variance"]] = [*difference, whole["total_variance"]]
    return _finished(values, items.categories, items.filter_hint, withheld=withheld, signed=values.columns)


def variance_by_need(given: Given) -> pd.DataFrame:
    """Return places in the budget and as forecast by need, and what their number and mix add to spending."""
    values, withheld = newest(given, "variance_by_need_gbp")
    if values.empty:
        return pd.DataFrame()
    years, hidden = newest(given, "placement_years_by_need_fte")
    total, entry = given.dictionary["high_needs_variance_gbp"], given.dictionary["variance_by_need_gbp"]
    whole = newest(given, total.name)[0].iloc[:, 0]
    order = [name for name in entry.categories if name in years.index]
    columns = {"planned": "Years in the budget", "now": "Years as forecast"}
    table = years.reindex(index=order, columns=list(columns)).join(values.reindex(columns=OF_PLACES))
    table.loc[ALL, OF_PLACES] = whole.reindex(OF_PLACES)
    table["together"] = table[OF_PLACES].sum(axis=1, skipna=False)
    every = newest(given, "placement_years_fte")[0].reindex(columns=list(columns))
    table.loc[ALL, list(columns)] = every.sum(skipna=False)  # one withheld withholds it
    table = table.rename(columns=columns | total.categories | {"together": "Together"})
    money = list(table.columns[2:])
    return _finished(table, entry.categories, entry.filter_hint, withheld=withheld or hidden, signed=money, decimals=columns.values())


def variance_by_category_and_need(given: Given) -> pd.DataFrame:
    """Return the parts of the difference down to category and need, in the internal edition; in the public one, a word on why not."""
    entry, total = given.dictionary["variance_by_category_and_need_gbp"], given.dictionary["high_needs_variance_gbp"]
    if given.released.edition == "public" and not given.released.select(total.name).empty:
        return pd.DataFrame({"Kind of place and need": ["Told in the internal edition alone: few children are in most of these groups."]})
    rows = given.newest(entry.name)
    if rows.empty:
        return pd.DataFrame()
    rows[["component", "place"]] = rows["breakdown"].str.split(".", n=1, expand=True).to_numpy()
    wide = rows.pivot(index=["place", "category"], columns="component", values="value")
    wide = wide[[name for name in total.categories if name in wide]]
    wide = wide.loc[:, wide.fillna(0).ne(0).any()]
    wide["together"] = wide.sum(axis=1)
    kinds = given.dictionary["high_needs_ledger_gbp"].categories
    order = [(place, need) for place in kinds for need in [*entry.categories, "by_category"] if (place, need) in wide.index]
    wide = wide.loc[order].rename(columns=total.categories | {"together": "Together"})
    needs = entry.categories | {"by_category": "told by kind of place alone"}
    wide.index = [f"{kinds[place]}: {needs[need]}" for place, need in wide.index]
    return _finished(wide, {}, "Kind of place and need", signed=wide.columns)


def placement_years(given: Given) -> pd.DataFrame:
    """Return places in full-time-equivalent years and what each costs a year, in the budget and as forecast, by category."""
    years, withheld = newest(given, "placement_years_fte")
    if years.empty:
        return pd.DataFrame()
    costs, _ = newest(given, "placement_unit_cost_gbp")
    entry = given.dictionary["placement_years_fte"]
    table = pd.DataFrame(index=[name for name in entry.categories if name in years.index])
    for name, words in (("planned", "in the budget"), ("now", "as forecast")):
        table[f"Years {words}"] = years[name] if name in years else float("nan")
        table[f"Cost of a year {words}"] = costs[name] if name in costs else float("nan")
    return _finished(table, entry.categories, entry.filter_hint, withheld=withheld, decimals=["Years in the budget", "Years as forecast"])


def independent_three_ways(given: Given) -> pd.DataFrame:
    """Return independent places in the three ways of counting, each holding the one before, with their money; colleges apart."""
    plans, hidden = newest(given, "independent_placements_quarter_count")
    if plans.empty:
        return pd.DataFrame()
    bought, few = newest(given, "bought_placements_count")
    money, _ = newest(given, "bought_placements_gbp")
    kinds = [name for name in given.dictionary["bought_placements_count"].categories if name in plans.index]
    table = pd.DataFrame({"Plans": plans.iloc[:, 0].reindex(kinds)})
    table["In the register"] = bought.iloc[:, 0].reindex(kinds) if len(bought) else float("nan")
    table["Cost of a full year (£)"] = money["full_year"].reindex(kinds) if len(money) else float("nan")
    ways = table.iloc[:-1].cumsum(skipna=False).set_axis(WAYS)
    table = pd.concat([ways, table.iloc[[-1]].set_axis([APART])])
    table["Cost of each (£)"] = table["Cost of a full year (£)"] / table["In the register"].where(table["In the register"] > 0)
    absent = f"[{WITHHELD}]" if hidden or few else "[x]"
    cells = {name: plain_all(table[name], absent) for name in table}
    return pd.DataFrame({"Way of counting": table.index, **cells})


def funding(given: Given) -> pd.DataFrame:
    """Return bought placements by who pays, and what education, health and social care pay for them in a full year."""
    entry = given.dictionary["placements_by_funding_count"]
    counts, few = newest(given, entry.name)
    if counts.empty:
        return pd.DataFrame()
    money, _ = newest(given, "placements_by_funding_gbp")
    order = [name for name in entry.categories if name in counts.index]
    table = _finished(money.reindex(order)[["education", "health", "social_care"]], entry.categories, entry.filter_hint, withheld=few)
    table.insert(1, "Placements", plain_all(counts.iloc[:, 0].reindex(order), f"[{WITHHELD}]"))
    return table.rename(columns={"education": "Education pays", "health": "Health pays", "social_care": "Social care pays"})


def block(given: Given) -> pd.DataFrame:
    """Return the published high needs block before and after what goes to academies directly, by year."""
    names = ("high_needs_block_gbp", "high_needs_block_net_gbp")
    gross, net = (given.own(name).set_index("time_period")["value"] for name in names)
    table = pd.DataFrame({"Before deductions": gross, "Reaches the council": net}).dropna()
    table["Paid to academies and others directly"] = table["Before deductions"] - table["Reaches the council"]
    return _finished(table, {period: period_label(period, "Financial year") for period in table.index}, "Year")


def cost_centres(given: Given) -> pd.DataFrame:
    """Return what each line of the ledger is told as, and whether anybody has confirmed it."""
    table = given.released.register("cost_centres")
    if table.empty:
        return pd.DataFrame()
    labels = given.dictionary["high_needs_ledger_gbp"].categories | given.dictionary["high_needs_recovery_gbp"].categories
    labels |= {INDEPENDENT_AP: "Independent alternative provision", OUTSIDE: "Paid by the council beside the grant"}
    confirmed = table["verified_by"] + table["verified_on"].map(lambda day: f", {day}" if day else "")
    return pd.DataFrame(
        {
            "Cost centre": table["cost_centre"],
            "Account": table["account"].replace("", "all"),
            "Told as": table["item"].map(labels),
            "Note": table["note"].replace("", "none"),
            "Confirmed": confirmed.replace("", UNVERIFIED),
        }
    )


def _of_the_ledger(caption: str, *indicators: str, make: Callable[[Given], pd.DataFrame] | None = None) -> Table:
    """A table of the ledger, of what its budget was built on, or of bought placements."""
    make = make or (lambda given: ledger(given, indicators[0]))
    return Table(caption, make, numeric=True, indicators=indicators, supplied=True, explained=True)


BLOCK = "The high needs block before and after what goes to academies directly"
TABLES = {
    "block": Table(BLOCK, block, numeric=True, indicators=("high_needs_block_net_gbp",)),
    "income": _of_the_ledger("What comes in for high needs", "high_needs_income_gbp"),
    "ledger": _of_the_ledger("High needs spending by kind of place", "high_needs_ledger_gbp"),
    "ledger_by_line": _of_the_ledger("High needs spending by line of the Section 251 return", "high_needs_ledger_by_line_gbp"),
    "variance_by_category": _of_the_ledger(
        "Why spending differs from its budget, by kind of place", "variance_by_category_gbp", make=variance_by_category
    ),
    "variance_by_need": _of_the_ledger(
        "What number and mix of places add to spending, by main type of need",
        *("variance_by_need_gbp", "placement_years_by_need_fte"),
        make=variance_by_need,
    ),
    "variance_by_category_and_need": _of_the_ledger(
        "Why spending differs from its budget, down to kind of place and need",
        "variance_by_category_and_need_gbp",
        make=variance_by_category_and_need,
    ),
    "placement_years": _of_the_ledger(
        "Places in full-time-equivalent years and what each costs",
        *("placement_years_fte", "placement_unit_cost_gbp"),
        make=placement_years,
    ),
    "independent_three_ways": _of_the_ledger(
        "Independent places counted three ways, with their money",
        *("independent_placements_quarter_count", "bought_placements_count", "bought_placements_gbp"),
        make=independent_three_ways,
    ),
    "alternative_provision": _of_the_ledger(
        "Spending on alternative provision, beside the amount proposed as its cap", "alternative_provision_gbp", make=alternative_provision
    ),
    "funding": _of_the_ledger(
        "Who pays for bought placements, in a full year", "placements_by_funding_count", "placements_by_funding_gbp", make=funding
    ),
    "cost_centres": Table("What each line of the ledger is told as", cost_centres),
}
