"""Whose plans they are."""

import pandas as pd

from svip_lib.config.periods import Quarter, day_label
from svip_lib.show.given import NOT_SUPPLIED, Given, Table
from svip_lib.show.words import is_synthetic, number


def plans_beside_pupils(given: Given) -> pd.DataFrame:
    """Return whose plans they are by sex and by ethnic group, as shares of all plans, beside the shares of all pupils."""
    pupils, plans = given.dictionary["pupils_by_group_percent"], given.dictionary["ehc_plans_quarter_count"]
    whole = given.own(plans.name).tail(1)
    if whole["value"].isna().all():
        return pd.DataFrame()
    now = whole["time_period"].iloc[0]
    mine = pd.concat([given.own(f"ehc_plans_by_{name}_quarter_count", time_period=now) for name in ("sex", "ethnicity")])
    mine = mine.set_index("category").reindex([name for name in pupils.categories if name in set(mine["category"])])
    theirs = given.own(pupils.name, time_period=now).set_index("category")["value"].reindex(mine.index)
    shares, mark = 100 * mine["value"] / whole["value"].iloc[0], ", SYNTHETIC" if is_synthetic(given.released, plans) else ""
    cells = [(plans, mine["value"]), (pupils, shares)]
    counts, of_plans = ([number(value, entry, why) for value, why in zip(told, mine["shorthand"], strict=True)] for entry, told in cells)
    return pd.DataFrame(
        {
            pupils.filter_hint: mine.index.map(pupils.categories),
            f"Plans on {day_label(Quarter.from_code(now).last_day)}{mark}": counts,
            f"Of all plans{mark}": of_plans,
            f"Of all pupils{mark}": [NOT_SUPPLIED if pd.isna(share) else number(share, pupils) for share in theirs],
        }
    )


TABLES = {
    "plans_beside_pupils": Table(
        "Plans by sex and by ethnic group, beside all pupils of schools in the area",
        plans_beside_pupils,
        numeric=True,
        indicators=("pupils_by_group_percent",),
        register="own_rows",
    ),
}
