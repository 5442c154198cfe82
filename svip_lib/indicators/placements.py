"""Where children with plans are educated, on a stated base."""

import pandas as pd

from svip_lib.config.registry import indicator
from svip_lib.indicators.council import Council
from svip_lib.indicators.ehc_plans import NEEDS
from svip_lib.indicators.shape import PLACE, TOLD, percent, wide

# DfE's published groups. "Educated elsewhere" is kept like for like: until 2022/23 three kinds stood outside DfE's total.
GROUPS = ["mainstream_total", "special_total", "ap_pru_total", "fe_total", "elsewhere", "nm_early_years", "placement_unknown"]
PUBLISHED_GROUPS = ["ed_elsewhere" if name == "elsewhere" else name for name in GROUPS]
OUTSIDE_UNTIL_2023 = ["other_placement_settings", "await_prov_2022", "perm_ex_2022"]
BY_GROUP = "placements_by_group_quarter_count"
BY_DSG = "placements_by_dsg_category_quarter_count"
DSG_CATEGORIES = [
    "mainstream",
    "resourced_provision_or_sen_unit",
    "state_special",
    "nmss_or_independent",
    "hospital_or_alternative_provision",
    "post_16",
    "other",
]
LAST_YEAR_OUTSIDE = "202223"


def _with_whole(plans: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The wanted columns, and ``whole``: the plans that a share of placements is a share of.

    In January 2024 two authorities gave their totals without placements. DfE leaves those plans out of the shares of England
    and of the regions; so from 2024 on the whole is the sum of the groups, which everywhere else is the same as all plans.
    """
    table = wide(plans, *dict.fromkeys([*columns, "ehcplans", *PUBLISHED_GROUPS]))
    placed = table[PUBLISHED_GROUPS].sum(axis=1, min_count=len(PUBLISHED_GROUPS)).where(table["time_period"] > LAST_YEAR_OUTSIDE)
    return table.assign(whole=placed.fillna(table["ehcplans"]))


@indicator
def placements_mainstream_percent(plans: pd.DataFrame) -> pd.DataFrame:
    """Share of all children with a plan who are in a mainstream school, in per cent of all plans.

    Args:
        plans: Published rows of the January plans, with ``mainstream_total`` and ``ehcplans``.

    Returns:
        One row per area and January: ``numerator`` (in mainstream), ``denominator`` (all plans), ``value`` (per cent).
        Mainstream holds units, resourced provision and mainstream independent schools, as DfE groups them.

    Source: SEN2 return. Official equivalent: ``mainstream_total_pc``.
    """
    return percent(_with_whole(plans, "mainstream_total"), "mainstream_total", "whole")


@indicator
def placements_special_percent(plans: pd.DataFrame) -> pd.DataFrame:
    """Share of all children with a plan who are in a special school, state or independent, in per cent of all plans.

    Args:
        plans: Published rows of the January plans, with ``special_total`` and ``ehcplans``.

    Returns:
        One row per area and January: ``numerator`` (in special schools), ``denominator`` (all plans), ``value`` (per cent).

    Source: SEN2 return. Official equivalent: ``special_total_pc``.
    """
    return percent(_with_whole(plans, "special_total"), "special_total", "whole")


@indicator
def placements_independent_special_percent(plans: pd.DataFrame) -> pd.DataFrame:
    """Share of all children with a plan who are in an independent or non-maintained special school, in per cent of all plans.

    Args:
        plans: Published rows of the January plans, with ``special_independent``, ``special_non_maintained``, ``ehcplans``.

    Returns:
        One row per area and January: ``numerator`` (children), ``denominator`` (all plans), ``value`` (per cent).
        Mainstream independent schools and specialist colleges are not in it.

    Source: SEN2 return. Official equivalent: none as one number; DfE prints the two kinds apart.
    """
    table = _with_whole(plans, "special_independent", "special_non_maintained")
    table["independent"] = table["special_independent"] + table["special_non_maintained"]
    return percent(table, "independent", "whole")


def _groups(plans: pd.DataFrame) -> pd.DataFrame:
    """The plans of each area and January by DfE's groups, like for like over the change of 2023."""
    table = _with_whole(plans, *OUTSIDE_UNTIL_2023)
    outside = table[OUTSIDE_UNTIL_2023].fillna(0).sum(axis=1).where(table["time_period"] <= LAST_YEAR_OUTSIDE, 0)
    return table.assign(elsewhere=table["ed_elsewhere"] + outside)


@indicator
def placements_by_group_percent(plans: pd.DataFrame) -> pd.DataFrame:
    """Share of all children with a plan by the kind of place where they are educated, in per cent of all plans.

    Args:
        plans: Published rows of the January plans, with DfE's placement totals and ``ehcplans``.

    Returns:
        One row per area, January and group: ``numerator`` (children), ``denominator`` (all plans), ``value`` (per cent).
        Until January 2023 DfE counted other settings, awaiting a place and permanently excluded outside "educated
        elsewhere"; here they are inside it throughout. Placements not recorded were first published for January 2023.

    Source: SEN2 return. Official equivalent: ``…_total_pc``; "elsewhere" differs until January 2023.
    """
    table = _groups(plans)
    long = table.drop(columns=["category", "breakdown"]).melt(
        id_vars=["area", "time_period", "time_identifier", *TOLD, "whole"],
        value_vars=GROUPS,
        var_name="category",
        value_name="plans",
    )
    return percent(long.assign(breakdown="placement_group"), "plans", "whole")


@indicator
def placements_table_3_percent() -> pd.DataFrame:
    """Share of children by kind of place that the plan's Table 3 projects, in per cent of a population that it does not name.

    Returns:
        No rows: the plan figures come from the agreement, and there is no actual on their base.

    Source: the council's report. Official equivalent: none; ``placements_closest_to_table_3_percent`` stands beside it.
    """
    return pd.DataFrame(columns=[*PLACE, *TOLD, "numerator", "denominator", "value"])


@indicator
def placements_closest_to_table_3_percent(plans: pd.DataFrame) -> pd.DataFrame:
    """The nearest that published figures come to the plan's Table 3: shares of the children who are not in further education.

    Args:
        plans: Published rows of the January plans.

    Returns:
        One row per area, January and kind of place: ``numerator`` (children), ``denominator`` (all plans less further
        education and placement not recorded) and ``value`` (per cent). Closest to the plan's base, and unconfirmed:
        nobody outside the council knows which children Table 3 counts.

    Source: SEN2 return. Official equivalent: none.
    """
    table = _with_whole(plans, "special_la_maintained", "special_academy_free", "special_independent", "special_non_maintained")
    table["whole"] = table["whole"] - table["fe_total"] - table["placement_unknown"].fillna(0)
    kinds = {
        "early_years": table["nm_early_years"],
        "mainstream_incl_resourced_provision": table["mainstream_total"],
        "special": table["special_total"],
        "special_maintained": table["special_la_maintained"] + table["special_academy_free"],
        "special_independent": table["special_independent"] + table["special_non_maintained"],
    }
    parts = [
        percent(table.assign(part=part, category=name, breakdown="table_3_placement"), "part", "whole") for name, part in kinds.items()
    ]
    return pd.concat(parts, ignore_index=True)


@indicator
def placements_mainstream_by_need_percent(needs_by_placement: pd.DataFrame) -> pd.DataFrame:
    """Share of the children with each type of need who are in a mainstream school, in per cent of plans with that need.

    Args:
        needs_by_placement: Published rows by placement (category), with a measure ``number_<need>`` for each need.

    Returns:
        One row per area, January and need: ``numerator`` (in mainstream), ``denominator`` (plans with that need) and
        ``value`` (per cent).

    Source: SEN2 return, from 2025. Official equivalent: none; the counts are DfE's.
    """
    measures = [f"number_{need}" for need in NEEDS]
    rows = needs_by_placement[needs_by_placement["measure"].isin(measures)]
    totals = rows["category"].str.endswith(" - total")
    single = rows["category"].isin(["Non-maintained early years", "Placement not recorded"])
    place = [name for name in PLACE if name not in ("breakdown", "category")] + ["measure"]
    groups = rows[totals | single].groupby(place, observed=True)["value"]
    whole = groups.sum().where(groups.count() == groups.size()).rename("whole")  # a group that is missing is not nought
    part = rows[rows["category"] == "Mainstream - total"].set_index(place)[["value", "shorthand", "source_id", "available_from"]]
    table = part.join(whole).reset_index().rename(columns={"value": "part", "available_from": "as_at"})
    table["category"] = table["measure"].str.removeprefix("number_")
    return percent(table.assign(breakdown="need"), "part", "whole")


@indicator(sums=("ehc_plans_quarter_count = [*]",))
def placements_by_group_quarter_count(council: Council) -> pd.DataFrame:
    """Plans on the last day of each quarter, by DfE's published groups of placements.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter and group: ``value`` (plans).

    Source: the council's SEN2 return; groups as in data/dictionary/placements.csv.
    """
    groups = council.stock["published_group"].replace("ed_elsewhere", "elsewhere")
    return council.counted(council.stock["quarter"], groups, GROUPS, "placement_group")


@indicator(
    sums=(
        "ehc_plans_quarter_count = [*]",
        f"[post_16] = {BY_GROUP}[fe_total]",
        f"[hospital_or_alternative_provision] = {BY_GROUP}[ap_pru_total]",
        f"[other] = {BY_GROUP}[elsewhere] + {BY_GROUP}[nm_early_years] + {BY_GROUP}[placement_unknown]",
        f"{BY_GROUP}[mainstream_total] = [mainstream] + [resourced_provision_or_sen_unit] + ?mainstream_independent",
        f"{BY_GROUP}[special_total] = [state_special] + ?special_independent",
        "[nmss_or_independent] = ?mainstream_independent + ?special_independent",
    )
)
def placements_by_dsg_category_quarter_count(council: Council) -> pd.DataFrame:
    """Plans on the last day of each quarter, by the seven categories of the DSG management plan.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter and category: ``value`` (plans).

    Source: the council's SEN2 return; categories as in data/dictionary/placements.csv.
    """
    return council.counted(council.stock["quarter"], council.stock["dsg_category"], DSG_CATEGORIES, "dsg_category")


@indicator(
    sums=(
        f".numerator = {BY_GROUP}[mainstream_total]",
        ".denominator = ehc_plans_quarter_count",
    )
)
def placements_mainstream_quarter_percent(council: Council) -> pd.DataFrame:
    """Share of the plans of each quarter's last day whose child is in a mainstream school, in per cent of all plans.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter: ``numerator`` (in mainstream), ``denominator`` (all plans), ``value`` (per cent).

    Source: the council's SEN2 return. Official equivalent: ``mainstream_total_pc``, once a year in January.
    """
    return council.shared(council.stock["quarter"], council.stock["published_group"] == "mainstream_total")


@indicator(
    sums=(
        ".denominator ~ new_ehc_plans_quarter_count",
        "ehc_plans_quarter_count = .denominator + ?older_plans",
        "placements_mainstream_quarter_percent.numerator = .numerator + ?older_plans_in_mainstream",
    )
)
def new_plans_mainstream_quarter_percent(council: Council) -> pd.DataFrame:
    """Share of the plans made in each quarter whose child was in a mainstream school at its end: the leading sign of the mix to come.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter: ``numerator`` (in mainstream), ``denominator`` (plans made in the quarter), ``value`` (per cent).

    Source: the council's SEN2 return.
    """
    key = ["child", "request"]
    stock = council.stock.merge(council.cases[[*key, "startdate"]], how="left", on=key, validate="many_to_one")
    new = council.in_quarter(stock["startdate"]) == stock["quarter"]
    return council.shared(stock["quarter"].where(new), stock["published_group"] == "mainstream_total")
