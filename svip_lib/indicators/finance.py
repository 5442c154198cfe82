"""High needs money: what DfE allocates, what the council's ledger says of spending and balance, why it differs from the budget.

Amounts of the ledger are whole pounds and stand as it has them, net of what DfE pays to academies itself. Its credits are negative;
in a balance money that comes in is positive, and a deficit is below nought.
"""

import numpy as np
import pandas as pd

from svip_lib.config.cost_centres import BROUGHT_FORWARD, BY_LINE, INCOME, INDEPENDENT_AP, NOT_ALLOCATED, PAYMENT, SERVICES
from svip_lib.config.periods import Quarter
from svip_lib.config.registry import INSIDE, NOBODY, indicator
from svip_lib.indicators.census import NEED_UNKNOWN, placement_years
from svip_lib.indicators.council import Council
from svip_lib.indicators.ehc_plans import NEEDS
from svip_lib.indicators.placements import BY_DSG, BY_GROUP, DSG_CATEGORIES
from svip_lib.indicators.shape import count, wide
from svip_lib.indicators.variance import BY_CATEGORY_ALONE, COMPONENTS, OF_PLACES, apportioned, decompose

AMOUNTS = {"budget": "current_budget", "spent": "actual_to_date", "forecast": "forecast_outturn"}
ALTERNATIVE, HOSPITAL_LINE, NO_LINE = "hospital_or_alternative_provision", "1.2.6", "not_given"
SPENDING = [*DSG_CATEGORIES, SERVICES, NOT_ALLOCATED]
PENCE = PER_CENT = 100
CLOSE = 0.05  # of the ledger's forecast: so near the register's costs must come to be taken for all of a category's
# DfE's published names of placements, and the register's types of provider, by the kinds in which independent places are counted.
INDEPENDENT = {
    "special_independent": "independent_special",
    "special_non_maintained": "non_maintained_special",
    "mainstream_independent": "mainstream_independent",
    "specialist_post_16_institutions": "specialist_post_16",
}
PROVIDERS = {
    "E_INSS": "independent_special",
    "Independent special": "independent_special",
    "E_NMSS": "non_maintained_special",
    "NMSS": "non_maintained_special",
    "E_OINS": "mainstream_independent",
    "SPI": "specialist_post_16",
}
KINDS = list(INDEPENDENT.values())
OTHER_PROVIDER = "other_provider"
WAYS_OF_FUNDING = ["education_alone", "shared", "not_told"]
SHARES = ["education_share", "health_share", "social_care_share"]
NOT_RUNNING = ("Planned", "Withdrawn")
BOUGHT = "bought_placements_count"


@indicator
def high_needs_block_gbp(high_needs_block: pd.DataFrame) -> pd.DataFrame:
    """High needs block of the dedicated schools grant for the financial year, in pounds, before money goes to academies.

    Args:
        high_needs_block: Published rows with ``high_needs_block_before_deductions_gbp``.

    Returns:
        One row per area and financial year: ``value`` (pounds), as last revised by DfE.

    Source: DfE, dedicated schools grant allocations. Official equivalent: the same. The council's report of 2022 names
        this amount (£45.5m for 2021-22), gross of what DfE pays to academies directly.
    """
    return count(wide(high_needs_block, "high_needs_block_before_deductions_gbp"), "high_needs_block_before_deductions_gbp")


@indicator
def high_needs_block_net_gbp(high_needs_block: pd.DataFrame) -> pd.DataFrame:
    """High needs block of the dedicated schools grant for the financial year that reaches the council, in pounds.

    Args:
        high_needs_block: Published rows with ``high_needs_block_after_deductions_gbp``.

    Returns:
        One row per area and financial year: ``value`` (pounds), after what DfE pays to academies and others directly.

    Source: DfE, dedicated schools grant allocations. Official equivalent: the same.
    """
    return count(wide(high_needs_block, "high_needs_block_after_deductions_gbp"), "high_needs_block_after_deductions_gbp")


def _ledger(council: Council) -> pd.DataFrame:
    """The ledger of the quarter's financial year with ``item`` (what each line is told as); no rows where there is none.

    Of a line that is told by period the newest stands, since budgets are of the year and spending is to date. A forecast that is left
    blank is the budget.
    """
    ledger = council.register("ledger")
    if ledger is None:
        return pd.DataFrame(columns=["item", "category", "s251_line", *AMOUNTS])
    ledger = ledger[ledger["financial_year"].isin(["", council.quarter.financial_year])]
    newest = ledger.groupby(["cost_centre", "account", "s251_line"])["period"].transform("max")
    ledger = ledger[ledger["period"].isna() | (ledger["period"] == newest).fillna(False)]
    told = {(row.cost_centre, row.account): row.item for row in council.cost_centres.itertuples()}
    by_account = pd.Series(list(zip(ledger["cost_centre"], ledger["account"], strict=True)), index=ledger.index)
    by_centre = ledger["cost_centre"].map({centre: item for (centre, account), item in told.items() if not account})
    item = by_account.map(told).fillna(by_centre).fillna(ledger["s251_line"].map(BY_LINE)).fillna(NOT_ALLOCATED)
    amounts = ledger[list(AMOUNTS.values())].set_axis(list(AMOUNTS), axis=1)
    amounts["forecast"] = amounts["forecast"].fillna(amounts["budget"])
    category = item.replace({INDEPENDENT_AP: ALTERNATIVE})
    return amounts.assign(item=item, category=category, s251_line=ledger["s251_line"].replace("", NO_LINE))


def _added(lines: pd.DataFrame, by: str, known: list[str]) -> dict[str, pd.Series]:
    """Budget, spending to date and forecast in whole pounds by category; each adds to what its pence add to."""
    pence = lines.groupby(by)[list(AMOUNTS)].sum().reindex(known, fill_value=0).astype(float)
    return {name: apportioned(cells / PENCE, round(cells.sum() / PENCE)) for name, cells in pence.items()}


def _spending(council: Council) -> dict[str, pd.Series]:
    """Budget, spending to date and forecast by category, for what the high needs block is spent on; empty without a ledger."""
    lines = council.once(_ledger)
    return _added(lines, "category", SPENDING) if len(lines) else {}


def _position(council: Council) -> pd.Series:
    """What comes in and was brought forward, by item, as forecast in whole pounds; an item that the ledger has no line for is not there."""
    lines = council.once(_ledger)
    items = lines[lines["item"].isin([*INCOME, PAYMENT, BROUGHT_FORWARD])].groupby("item")["forecast"].sum()
    return (-items.astype(float) / PENCE).round().astype("int64")


def _told(council: Council, columns: dict[str, pd.Series]) -> pd.DataFrame:
    """Figures of the newest quarter: one row a column of a table (``breakdown``) and category; nothing where nothing is given."""
    parts = [pd.DataFrame({"breakdown": name, "category": cells.index, "value": cells.to_numpy(float)}) for name, cells in columns.items()]
    return council.figures(pd.concat(parts).assign(time_period=council.quarter.code)) if parts else council.nothing()


@indicator(follows=NOBODY)
def high_needs_over_grant_gbp(council: Council) -> pd.DataFrame:
    """Forecast of the year's high needs spending less the year's grant, in pounds; above nought more is spent than granted.

    Args:
        council: The council's own records.

    Returns:
        One row, for the newest quarter: ``value`` (pounds).

    Source: the council's ledger. The grant is what reaches the council, after what DfE pays to academies itself.
    """
    spending, position = council.once(_spending), council.once(_position)
    if "grant" not in position:
        return council.nothing()
    return _told(council, {"": pd.Series({"": spending["forecast"].sum() - position["grant"]})})


@indicator(follows=NOBODY)
def high_needs_recovery_gbp(council: Council) -> pd.DataFrame:
    """From the balance brought forward to the one at the end of the year, as forecast, in pounds; a deficit is below nought.

    Args:
        council: The council's own records.

    Returns:
        One row a step: brought forward, what comes in, spending, the balance before DfE's payment, that payment, the balance after it.
        A step that the ledger has no line for is left out; without the grant and what was brought forward there are none.

    Source: the council's ledger.
    """
    spending, position = council.once(_spending), council.once(_position)
    if not {"grant", BROUGHT_FORWARD} <= set(position.index):
        return council.nothing()
    steps = position.reindex([BROUGHT_FORWARD, *INCOME]).dropna()
    steps["spending"] = -spending["forecast"].sum()
    steps["balance_before_payment"] = steps.sum()
    payment = position.reindex([PAYMENT]).dropna()
    steps = pd.concat([steps, payment])
    steps["balance_after_payment"] = steps["balance_before_payment"] + payment.sum()
    return _told(council, {"recovery_step": steps})


@indicator(follows=NOBODY)
def high_needs_balance_gbp(council: Council) -> pd.DataFrame:
    """Balance of high needs at the end of the year as forecast, in pounds: of the year and cumulative, before and after DfE's payment.

    Args:
        council: The council's own records.

    Returns:
        One row a balance: ``value`` (pounds; a deficit is below nought). The cumulative ones need what was brought forward.

    Source: the council's ledger.
    """
    spending, position = council.once(_spending), council.once(_position)
    if "grant" not in position:
        return council.nothing()
    in_year = position.reindex(INCOME).sum() - spending["forecast"].sum()
    payment = position.get(PAYMENT, 0)
    found = {"in_year_before_payment": in_year, "in_year_after_payment": in_year + payment}
    if BROUGHT_FORWARD in position:
        cumulative = position[BROUGHT_FORWARD] + in_year
        found |= {"cumulative_before_payment": cumulative, "cumulative_after_payment": cumulative + payment}
    return _told(council, {"high_needs_balance": pd.Series(found)})


@indicator(follows=NOBODY)
def high_needs_income_gbp(council: Council) -> pd.DataFrame:
    """Money that comes in for high needs in the year, by where it comes from, in pounds: budget, received to date and forecast.

    Args:
        council: The council's own records.

    Returns:
        One row an amount (``breakdown``) and source: ``value`` (pounds), for the sources that the ledger has lines for.

    Source: the council's ledger.
    """
    lines = council.once(_ledger)
    found = [name for name in [*INCOME, PAYMENT] if (lines["item"] == name).any()]
    return _told(council, {name: -cells for name, cells in _added(lines, "item", found).items()} if found else {})


@indicator(follows=NOBODY)
def high_needs_ledger_gbp(council: Council) -> pd.DataFrame:
    """High needs spending by the seven categories of the DSG management plan, in pounds: budget, spent to date and forecast.

    Args:
        council: The council's own records.

    Returns:
        One row an amount (``breakdown``) and category: ``value`` (pounds), with services, and with lines not allocated to any.

    Source: the council's ledger; categories as in the council's cost_centres.csv, or else by line of the Section 251 return.
    """
    return _told(council, council.once(_spending))


@indicator(follows=NOBODY)
def high_needs_ledger_by_line_gbp(council: Council) -> pd.DataFrame:
    """High needs spending by line of the Section 251 return, in pounds: budget, spent to date and forecast.

    Args:
        council: The council's own records.

    Returns:
        One row an amount (``breakdown``) and line: ``value`` (pounds). The lines add to what the categories add to.

    Source: the council's ledger.
    """
    lines = council.once(_ledger)
    lines = lines[lines["category"].isin(SPENDING)]
    return _told(council, _added(lines, "s251_line", sorted(lines["s251_line"].unique())) if len(lines) else {})


@indicator(follows=NOBODY)
def alternative_provision_gbp(council: Council) -> pd.DataFrame:
    """Spending on alternative provision, in pounds, and on independent providers of it: budget, spent to date and forecast.

    Args:
        council: The council's own records.

    Returns:
        One row an amount (``breakdown``) and kind of provider: ``value`` (pounds), without hospital education.

    Source: the council's ledger: lines of hospital schools and alternative provision but line 1.2.6 of the Section 251 return.
    """
    lines = council.once(_ledger)
    lines = lines[(lines["category"] == ALTERNATIVE) & (lines["s251_line"] != HOSPITAL_LINE)]
    kinds = lines.assign(kind=np.where(lines["item"] == INDEPENDENT_AP, "independent", "state_funded"))
    return _told(council, _added(kinds, "kind", ["state_funded", "independent"]) if len(lines) else {})


def _financial_year(council: Council) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The first and the last day of the quarter's financial year."""
    year = council.quarter.start_year
    return pd.Timestamp(Quarter(year, 1).first_day), pd.Timestamp(Quarter(year, 4).last_day)


def _years(council: Council) -> pd.Series:
    """Full-time-equivalent years of the financial year by category and need, as forecast: who is there stays to its end.

    Those of a category or need in which nobody is left on the quarter's last day are left out: nothing may be told of a few who left.
    """
    years = placement_years(council.tables, council.placements, council.establishments, *_financial_year(council))
    there = council.stock[council.stock["quarter"] == council.quarter.code]
    years = years[years["dsg_category"].isin(there["dsg_category"]) & years["need"].isin(there["need"])]
    return years.set_index(["dsg_category", "need"])["years"]


def _planned(council: Council) -> pd.DataFrame | None:
    """What the budget was built on: years and cost in pounds by category and need; a need that no plan has counts as not recorded."""
    plan = council.register("placement_budget")
    if plan is None:
        return None
    needs = plan["primary_need"].str.lower()
    known = {*NEEDS, *council.stock["need"]}
    years = plan["planned_fte"].fillna(0).astype(float)
    told = {"years": years, "cost": years * plan["planned_unit_cost"].fillna(0).astype(float) / PENCE}
    rows = pd.DataFrame(told).assign(dsg_category=plan["dsg_category"], need=needs.where(needs.isin(known), NEED_UNKNOWN))
    return rows.groupby(["dsg_category", "need"])[["years", "cost"]].sum()


def _costs(council: Council) -> pd.DataFrame:
    """The placements whose cost is told, with ``dsg_category``, a ``kind`` of provider and the ``annual`` cost in pounds."""
    costs = council.register("placement_costs")
    if costs is None:
        return pd.DataFrame({"kind": pd.Series(dtype="str")})
    annual = costs["annual_cost"].astype("Float64").fillna(costs["weekly_cost"].astype("Float64") * costs["weeks"])
    types = costs["placement_type"]
    kind = types.map(PROVIDERS).fillna(OTHER_PROVIDER)
    rows = costs.assign(annual=annual / PENCE, kind=kind, dsg_category=types.map(council.placement_types))
    return rows[rows["annual"].notna() & ~rows["status"].isin(NOT_RUNNING)].astype({"annual": "float64"})


def _costs_of_the_year(council: Council, forecast: pd.Series) -> pd.Series:
    """What placements cost in the financial year by category and need, in pounds, of categories whose costs come to the forecast."""
    costs = council.once(_costs)
    nothing = pd.Series(dtype="float64", index=pd.MultiIndex.from_arrays([[], []], names=["dsg_category", "need"]))
    if costs.empty:
        return nothing
    first, last = _financial_year(council)
    days = (costs["end_date"].fillna(last).clip(upper=last) - costs["start_date"].clip(lower=first)).dt.days + 1
    part = costs["annual"] * days.clip(lower=0) / ((last - first).days + 1)
    need = costs["primary_need"].str.lower().replace("", NEED_UNKNOWN).rename("need")
    found = part.groupby([costs["dsg_category"], need]).sum()
    whole = found.groupby("dsg_category").sum()
    stated = forecast.reindex(whole.index)
    told = whole.index[(whole - stated).abs() <= CLOSE * stated.abs()]
    return found[found.index.get_level_values(0).isin(told)] if len(told) else nothing


def _variance(council: Council) -> pd.DataFrame:
    """The parts of the variance by category, need and component; no rows without a ledger and what its budget was built on."""
    spending, planned = council.once(_spending), council.once(_planned)
    if not spending or planned is None:
        return pd.DataFrame(columns=["dsg_category", "need", "component", "value"])
    costs = _costs_of_the_year(council, spending["forecast"])
    return decompose(spending["budget"], spending["forecast"], planned, council.once(_years), costs)


@indicator(follows=NOBODY)
def high_needs_variance_gbp(council: Council) -> pd.DataFrame:
    """Forecast of the year's high needs spending less its budget, in pounds, by what makes the difference; an overspend is positive.

    Args:
        council: The council's own records.

    Returns:
        One row a component and one for all: ``value`` (pounds). The components add to the ledger's variance to the pound.

    Source: the council's ledger, placements of its SEN2 return and the places that its budget was built on.
    """
    parts = council.once(_variance)
    if parts.empty:
        return council.nothing()
    steps = parts.groupby("component")["value"].sum().reindex(COMPONENTS)
    steps["total_variance"] = steps.sum()
    return _told(council, {"variance_component": steps})


@indicator(follows=BY_DSG)
def variance_by_category_gbp(council: Council) -> pd.DataFrame:
    """What makes the difference between forecast and budget of each of the seven categories, in pounds; an overspend is positive.

    Args:
        council: The council's own records.

    Returns:
        One row a component (``breakdown``) and category: ``value`` (pounds); for each category they add to forecast less budget.

    Source: as for ``high_needs_variance_gbp``.
    """
    parts = council.once(_variance)
    table = parts.pivot_table(index="dsg_category", columns="component", values="value", aggfunc="sum")
    return _told(council, {name: table[name].reindex(DSG_CATEGORIES) for name in COMPONENTS} if len(parts) else {})


@indicator(follows="ehc_plans_by_need_quarter_count")
def variance_by_need_gbp(council: Council) -> pd.DataFrame:
    """What more or fewer places, and their mix, add to spending by main type of need, in pounds; an overspend is positive.

    Args:
        council: The council's own records.

    Returns:
        One row a component of places (``breakdown``) and need: ``value`` (pounds). Dearer places are told by need inside the council
        alone: few children of each need are in places that are bought, and one of them could be told by what is paid.

    Source: as for ``high_needs_variance_gbp``.
    """
    parts = council.once(_variance)
    parts = parts[parts["component"].isin(OF_PLACES) & (parts["need"] != BY_CATEGORY_ALONE)]
    table = parts.pivot_table(index="need", columns="component", values="value", aggfunc="sum")
    return _told(council, dict(table.items()) if len(parts) else {})


@indicator(follows=INSIDE)
def variance_by_category_and_need_gbp(council: Council) -> pd.DataFrame:
    """What makes the difference between forecast and budget down to category and main type of need, in pounds.

    Args:
        council: The council's own records.

    Returns:
        One row a component, category (both in ``breakdown``, as ``rate.post_16``) and need: ``value`` (pounds). What is told by category
        alone has the need ``by_category``.

    Source: as for ``high_needs_variance_gbp``; dearer places by need where the register of costs holds all costs of the category.
    """
    parts = council.once(_variance)
    parts = parts[(parts["value"] != 0) | parts["component"].isin(OF_PLACES)].replace({"need": {BY_CATEGORY_ALONE: "by_category"}})
    groups = parts.groupby(parts["component"] + "." + parts["dsg_category"])
    return _told(council, {name: rows.set_index("need")["value"] for name, rows in groups})


def _years_by(council: Council, by: str) -> dict[str, pd.Series]:
    """Full-time-equivalent years by category or by need, as forecast now and, where it is known, in the budget."""
    planned = council.once(_planned)
    columns = {"now": council.once(_years)} | ({} if planned is None else {"planned": planned["years"]})
    return {name: years.groupby(by).sum() for name, years in columns.items()}


@indicator(follows=BY_DSG)
def placement_years_fte(council: Council) -> pd.DataFrame:
    """Full-time-equivalent years of placements in the financial year by category: in the budget, and as forecast now.

    Args:
        council: The council's own records.

    Returns:
        One row a column (``breakdown``: planned, now) and category: ``value`` (years of 365 days, or 366).

    Source: the places that the budget was built on; placements of the council's SEN2 return.
    """
    columns = _years_by(council, "dsg_category")
    return _told(council, {name: years.reindex(DSG_CATEGORIES, fill_value=0.0) for name, years in columns.items()})


@indicator(follows="ehc_plans_by_need_quarter_count")
def placement_years_by_need_fte(council: Council) -> pd.DataFrame:
    """Full-time-equivalent years of placements in the financial year by main type of need: in the budget, and as forecast now.

    Args:
        council: The council's own records.

    Returns:
        One row a column (``breakdown``: planned, now) and need: ``value`` (years).

    Source: as for ``placement_years_fte``.
    """
    return _told(council, _years_by(council, "need"))


@indicator(follows=BY_DSG)
def placement_unit_cost_gbp(council: Council) -> pd.DataFrame:
    """Cost of a place for a full-time-equivalent year by category, in pounds: in the budget, and as forecast now.

    Args:
        council: The council's own records.

    Returns:
        One row a column (``breakdown``: planned, now) and category: ``value`` (the ledger's forecast by forecast years).

    Source: the council's ledger, net of what DfE pays to academies itself; otherwise as for ``placement_years_fte``.
    """
    spending, planned = council.once(_spending), council.once(_planned)
    if not spending:
        return council.nothing()
    years = council.once(_years).groupby("dsg_category").sum()
    columns = {"now": (spending["forecast"][DSG_CATEGORIES] / years.where(years > 0)).reindex(DSG_CATEGORIES)}
    if planned is not None:
        sums = planned.groupby("dsg_category").sum()
        columns["planned"] = (sums["cost"] / sums["years"].where(sums["years"] > 0)).reindex(DSG_CATEGORIES)
    return _told(council, columns)


@indicator(follows=BY_DSG)
def independent_rate_gbp(council: Council) -> pd.DataFrame:
    """What independent and non-maintained places cost more than as many were budgeted for, in pounds; a saving is below nought.

    Args:
        council: The council's own records.

    Returns:
        One row: ``value`` (pounds), the part of the variance that comes from dearer or cheaper places.

    Source: as for ``high_needs_variance_gbp``.
    """
    parts = council.once(_variance)
    own = parts[(parts["dsg_category"] == "nmss_or_independent") & (parts["component"] == "rate")]
    return _told(council, {"dsg_category": own.groupby("dsg_category")["value"].sum()} if len(own) else {})


@indicator(
    sums=(
        f"{BY_GROUP}[special_total] = {BY_DSG}[state_special] + [independent_special] + [non_maintained_special]",
        f"{BY_DSG}[nmss_or_independent] = [independent_special] + [non_maintained_special] + [mainstream_independent]",
        f"{BY_DSG}[post_16] = [specialist_post_16] + ?other_post_16",
    )
)
def independent_placements_quarter_count(council: Council) -> pd.DataFrame:
    """Plans on the last day of each quarter in independent places and their kin, by kind of provider.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter and kind: ``value`` (plans). The three ways of counting are the first kind, the first two and the first three.

    Source: the council's SEN2 return; kinds as in data/dictionary/placements.csv.
    """
    kinds = council.stock["placement"].map(INDEPENDENT)
    return council.counted(council.stock["quarter"].where(kinds.notna()), kinds, KINDS, "independent_kind")


def _running(council: Council) -> pd.DataFrame:
    """The placements with a cost that run on the quarter's last day."""
    costs, day = council.once(_costs), pd.Timestamp(council.quarter.last_day)
    return costs if costs.empty else costs[(costs["start_date"] <= day) & ~(costs["end_date"] < day)]


@indicator(sums=tuple(f"independent_placements_quarter_count[{kind}] ~ [{kind}]" for kind in KINDS))
def bought_placements_count(council: Council) -> pd.DataFrame:
    """Placements that the council buys for single children, with a known cost, running on the quarter's last day, by kind of provider.

    Args:
        council: The council's own records.

    Returns:
        One row a kind: ``value`` (placements).

    Source: the council's register of placements and costs.
    """
    running = council.once(_running)
    counts = running["kind"].value_counts().reindex([*KINDS, OTHER_PROVIDER], fill_value=0)
    return _told(council, {"independent_kind": counts} if len(running) else {})


@indicator(follows=BOUGHT)
def bought_placements_gbp(council: Council) -> pd.DataFrame:
    """What the placements that run on the quarter's last day cost in a full year, together and each, in pounds, by kind of provider.

    Args:
        council: The council's own records.

    Returns:
        One row a column (``breakdown``: full_year, each) and kind: ``value`` (pounds).

    Source: the council's register of placements and costs.
    """
    running = council.once(_running)
    if running.empty:
        return council.nothing()
    costs = running.groupby("kind")["annual"].agg(["sum", "mean"]).reindex([*KINDS, OTHER_PROVIDER])
    return _told(council, {"full_year": costs["sum"].fillna(0.0), "each": costs["mean"]})


def _funding(running: pd.DataFrame) -> pd.Series:
    """Whether education pays a placement alone, or shares it with health or social care, or the register does not say."""
    beside = running[SHARES[1:]].fillna(0).sum(axis=1) > 0
    ways = np.select([running[SHARES].isna().all(axis=1), beside], ["not_told", "shared"], "education_alone")
    return pd.Series(ways, index=running.index)


@indicator(sums=("?bought = bought_placements_count[*]", "?bought = [education_alone] + [shared] + [not_told]"))
def placements_by_funding_count(council: Council) -> pd.DataFrame:
    """Placements with a known cost that run on the quarter's last day, by whether health or social care pay a part.

    Args:
        council: The council's own records.

    Returns:
        One row a way of funding: ``value`` (placements).

    Source: the council's register of placements and costs.
    """
    running = council.once(_running)
    if running.empty:
        return council.nothing()
    return _told(council, {"placement_funding": _funding(running).value_counts().reindex(WAYS_OF_FUNDING, fill_value=0)})


@indicator(follows="placements_by_funding_count")
def placements_by_funding_gbp(council: Council) -> pd.DataFrame:
    """What education, health and social care pay in a full year for the placements that run on the quarter's last day, in pounds.

    Args:
        council: The council's own records.

    Returns:
        One row a payer (``breakdown``) and way of funding: ``value`` (pounds). Where the register does not say who pays, nobody is named.

    Source: the council's register of placements and costs.
    """
    running = council.once(_running)
    if running.empty:
        return council.nothing()
    parts = running[SHARES].astype("float64").mul(running["annual"], axis=0) / PER_CENT
    sums = parts.groupby(_funding(running)).sum(min_count=1).reindex(WAYS_OF_FUNDING)
    return _told(council, {name.removesuffix("_share"): sums[name] for name in SHARES})
