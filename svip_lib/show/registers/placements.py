"""Where children with plans are placed: the plan's Table 3, and the neighbours by kind of place."""

from datetime import date

import pandas as pd

from svip_lib.config.periods import Quarter, day_label, january_of, period_label
from svip_lib.show.given import Given, Table
from svip_lib.show.words import cell, is_synthetic, number, plain_all


def table_3(given: Given) -> pd.DataFrame:
    """Return the plan's Table 3 and, beside it, the published shares that come closest to it; no difference is formed.

    Returns:
        Text: a row a kind of place, and for each January of the plan what was planned and the closest actual.
    """
    plan, closest = given.dictionary["placements_table_3_percent"], given.dictionary["placements_closest_to_table_3_percent"]
    planned = given.own(plan.name, measure="plan")
    if planned.empty:
        return pd.DataFrame()
    actual = given.own(closest.name, measure="actual")
    frame = pd.DataFrame({plan.filter_hint: list(plan.categories.values())}, index=list(plan.categories))
    for period in sorted(planned["time_period"].unique()):
        label = period_label(period, plan.time_identifier)
        for heading, rows, entry in ((f"{label}, plan", planned, plan), (f"{label}, closest", actual, closest)):
            cells = rows[rows["time_period"] == period].set_index("category")["value"].reindex(frame.index)
            frame[heading] = [cell(value, entry) for value in cells]
    return frame


def table_3_quarters(given: Given) -> pd.DataFrame:
    """Return the plan's Table 3 and the council's own quarters by its kinds of place, in the order of time; no difference is formed.

    Returns:
        Text: a row a January of the plan and a last day of a quarter, each on a base of its own.
    """
    plan, own = given.dictionary["placements_table_3_percent"], given.dictionary["placements_by_table_3_quarter_percent"]
    planned = given.own(plan.name, measure="plan")
    counted = given.own(own.name, measure="actual")
    if counted.empty:
        return pd.DataFrame()
    says_own = "SYNTHETIC" if is_synthetic(given.released, own) else "own records"
    januaries = {period: date(january_of(period), 1, 31) for period in planned["time_period"]}
    last_days = {code: Quarter.from_code(code).last_day for code in counted["time_period"]}
    parts = []
    for rows, days, says, absent in ((planned, januaries, "plan", "[x]"), (counted, last_days, says_own, "[z]")):
        cells = [number(value, own, mark) for value, mark in zip(rows["value"], rows["shorthand"], strict=True)]
        told = rows.assign(cell=cells, day=rows["time_period"].map(days), says=says)
        wide = told.pivot(index=["day", "says"], columns="category", values="cell").reindex(columns=list(plan.categories))
        parts.append(wide.astype("object").fillna(absent))
    frame = pd.concat(parts).sort_index().rename(columns=plan.categories)
    when = [f"{f'{day:%B %Y}' if says == 'plan' else day_label(day)}, {says}" for day, says in frame.index]
    frame.insert(0, "When", when)
    return frame


def neighbours_by_group(given: Given, day: date) -> pd.DataFrame:
    """Return the authority, its neighbours, its region and England by DfE's groups of places, each in per cent of all its plans.

    Args:
        given: What tables are made of.
        day: The neighbours are those of this day, and the January is the newest before it that at least half of them have.

    Returns:
        Text: a row an area, with the number of plans that is the base of its shares.
    """
    entry = given.dictionary["placements_by_group_percent"]
    rows = given.released.select(entry.name, measure="actual")
    if all(known.in_force_from > day for known in given.authority.neighbour_sets):
        return pd.DataFrame()
    members = given.released.areas.loc[given.released.areas["la_code"].isin(given.authority.neighbours_in_force(day).la_codes), "area"]
    known = rows[rows["area"].isin(members) & rows["value"].notna()].groupby("time_period")["area"].nunique()
    periods = [period for period in known.index if 2 * known[period] >= len(members) and january_of(period) <= day.year]
    if not periods:
        return pd.DataFrame()
    here = rows[rows["time_period"] == periods[-1]]
    shares = here.pivot(index="area", columns="category", values="value").reindex(columns=list(entry.categories))
    near = shares.reindex(members).sort_values(shares.columns[0], ascending=False)
    mean = near.mean().rename(f"Neighbours, mean of {known[periods[-1]]}").to_frame().T
    others = [shares.reindex([given.released.area(role)]) for role in ("region", "England")]
    table = pd.concat([shares.reindex([given.released.area("authority")]), near, mean, *others])
    plans = here.groupby("area")["denominator"].max()
    bases = plain_all(plans.reindex(table.index))
    names = given.released.areas.set_index("area")["area_name"]
    frame = pd.DataFrame({f"Area, {period_label(periods[-1], entry.time_identifier)}": [names.get(area, area) for area in table.index]})
    frame["All plans"] = ["[z]" if area in mean.index else base for area, base in zip(table.index, bases, strict=True)]
    for category, heading in entry.categories.items():
        frame[heading] = [cell(value, entry) for value in table[category]]
    return frame


TABLES = {
    "table_3": Table(
        "What the plan's own table of placements projects, and the published shares that come closest to it (unconfirmed)",
        table_3,
        numeric=True,
        indicators=("placements_table_3_percent", "placements_closest_to_table_3_percent"),
    ),
    "table_3_quarters": Table(
        "Table 3 as planned, on its own base, which is not known; and by the council's records, on all plans less further education"
        " and placement not recorded (closest, and unconfirmed)",
        table_3_quarters,
        numeric=True,
        indicators=("placements_by_table_3_quarter_percent",),
        register="own_rows",
    ),
    "neighbours_by_group": Table(
        "Today's neighbours by kind of place, in per cent of each authority's plans",
        lambda given: neighbours_by_group(given, given.released.as_at),
        numeric=True,
        indicators=("placements_by_group_percent",),
    ),
    "neighbours_by_group_then": Table(
        "The neighbours when the plan was written by kind of place, in per cent of each authority's plans",
        lambda given: neighbours_by_group(given, given.report_day),
        numeric=True,
        indicators=("placements_by_group_percent",),
    ),
}
