"""Where children with plans are educated, on a stated base."""

from itertools import pairwise

import numpy as np
import pandas as pd

from svip_lib.config.registry import indicator
from svip_lib.indicators.council import KEY, Council
from svip_lib.indicators.ehc_plans import NEEDS
from svip_lib.indicators.shape import PLACE, TOLD, by_category, count, percent, published_value, wide

# DfE's published groups. "Educated elsewhere" is kept like for like: until 2022/23 three kinds stood outside DfE's total.
GROUPS = ["mainstream_total", "special_total", "ap_pru_total", "fe_total", "elsewhere", "nm_early_years", "placement_unknown"]
PUBLISHED_GROUPS = ["ed_elsewhere" if name == "elsewhere" else name for name in GROUPS]
OUTSIDE_UNTIL_2023 = ["other_placement_settings", "await_prov_2022", "perm_ex_2022"]
BY_GROUP = "placements_by_group_quarter_count"
BY_DSG = "placements_by_dsg_category_quarter_count"
LAST_YEAR_OUTSIDE = "202223"
# Not in education, employment or training, as DfE has coded it: first as one kind, since January 2023 as four.
NEET = ["neet", "neet_ntci", "neet_other", "neet_other_csa"]
ELSEWHERE_BUT_NEET = [
    "elective_home_education",
    "other_arrangements_la",
    "other_arrangements_parents",
    "online_provider",
    "w_settings",
    "other_schools",
]
DSG_CATEGORIES = [
    "mainstream",
    "resourced_provision_or_sen_unit",
    "state_special",
    "nmss_or_independent",
    "hospital_or_alternative_provision",
    "post_16",
    "other",
]
TABLE_3 = ["early_years", "mainstream_incl_resourced_provision", "special", "special_maintained", "special_independent", "not_in_table_3"]
NOT_IN_CLOSEST = ["fe_total", "placement_unknown"]
PHASES = ["to_10", "11_to_15", "16_to_25"]
BY_NEED = "mainstream_by_need_quarter_percent"
NEW_BY_NEED = "new_mainstream_by_need_quarter_percent"
NAMED_NEEDS = ["asd", "mld", "semh", "other_needs"]  # those of which the plan says that most of its movement is theirs
NEEDS_MERGED = ["asd", "mld_or_semh", "other_needs"]  # for numbers that are small
MERGED = {"mld": "mld_or_semh", "semh": "mld_or_semh"}
MOVES = [f"{way}_{need}" for way in ("into", "out_of") for need in NEEDS_MERGED]


def _shares_of_all_plans(counts: str, known: list[str]) -> tuple[str, ...]:
    """What a reader can add up where the categories of a count are told again as shares of all plans."""
    pairs = [(f"[{name}].numerator = {counts}[{name}]", f"[{name}].denominator = ehc_plans_quarter_count") for name in known]
    return tuple(text for pair in pairs for text in pair)


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
    table = _with_whole(plans, *OUTSIDE_UNTIL_2023)
    outside = table[OUTSIDE_UNTIL_2023].fillna(0).sum(axis=1).where(table["time_period"] <= LAST_YEAR_OUTSIDE, 0)
    table["elsewhere"] = table["ed_elsewhere"] + outside
    return percent(by_category(table, GROUPS, "placement_group"), "number", "whole")


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
        "not_in_table_3": table["whole"] - table["nm_early_years"] - table["mainstream_total"] - table["special_total"],
    }
    return percent(by_category(table.assign(**kinds), list(kinds), "table_3_placement"), "number", "whole")


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


@indicator
def pupils_with_plan_by_phase_percent(pupil_share: pd.DataFrame) -> pd.DataFrame:
    """Share of the pupils of the area's primary, and of its secondary, schools who have a plan, in per cent of these pupils.

    Args:
        pupil_share: Published rows with ``primary_with_plan_pc`` and ``secondary_with_plan_pc``, by where the school stands.

    Returns:
        One row per area, January and phase, with ``value`` (per cent) as published; the counts behind it are not held.

    Source: DfE, Special educational needs in England.
    """
    phases = {"primary_with_plan_pc": "primary", "secondary_with_plan_pc": "secondary"}
    return published_value(by_category(wide(pupil_share, *phases), phases, "school_phase"), "number")


@indicator
def independent_three_ways_count(plans: pd.DataFrame) -> pd.DataFrame:
    """Children with a plan in independent places, counted in the three ways that are in use, each holding the one before.

    Args:
        plans: Published rows of the January plans.

    Returns:
        One row per area, January and way of counting: ``value`` (children) in independent special schools; with non-maintained
        special schools; and with mainstream independent schools too. Specialist colleges are in none of them.

    Source: SEN2 return. Official equivalent: DfE's Financial Benchmarking and Insights Tool counts in the widest way.
    """
    table = wide(plans, "special_independent", "special_non_maintained", "mainstream_independent")
    special = table["special_independent"] + table["special_non_maintained"]
    ways = {
        "independent_special": table["special_independent"],
        "with_non_maintained": special,
        "with_mainstream_independent": special + table["mainstream_independent"],
    }
    return count(by_category(table.assign(**ways), list(ways), "independent_way"), "number")


@indicator
def placements_neet_percent(plans: pd.DataFrame) -> pd.DataFrame:
    """Share of all with a plan who are not in education, employment or training, as DfE codes it, in per cent of all plans.

    Args:
        plans: Published rows of the January plans, with the kinds of "educated elsewhere".

    Returns:
        One row per area and January: ``numerator`` (children and young people), ``denominator`` (all plans), ``value`` (per cent).
        Until January 2022 DfE had one code, since then four, which are added. Where a kind is not held the figure stands only if
        the kinds that are held add up to all that are educated elsewhere, so that the others must be nought.

    Source: SEN2 return. Official equivalent: none as one number; DfE prints the codes apart.
    """
    table = _with_whole(plans, *NEET, *ELSEWHERE_BUT_NEET, "other_placement_settings")
    inside = table["other_placement_settings"].where(table["time_period"] > LAST_YEAR_OUTSIDE, 0)
    held = table[[*NEET, *ELSEWHERE_BUT_NEET]].sum(axis=1) + inside.fillna(0)
    return percent(table.assign(part=table[NEET].sum(axis=1).where(held == table["ed_elsewhere"])), "part", "whole")


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
    return council.shared(council.stock["quarter"], _in_mainstream(council.stock))


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
    new = _new_in_stock(council)
    return council.shared(new["quarter"], _in_mainstream(new))


def _new_in_stock(council: Council) -> pd.DataFrame:
    """The plans of each quarter's last day that began in the quarter."""
    stock = council.stock.merge(council.cases[[*KEY, "startdate"]], how="left", on=KEY, validate="many_to_one")
    return stock[council.in_quarter(stock["startdate"]) == stock["quarter"]]


@indicator(sums=_shares_of_all_plans(BY_GROUP, GROUPS))
def placements_by_group_quarter_percent(council: Council) -> pd.DataFrame:
    """Share of the plans of each quarter's last day by DfE's published groups of placements, in per cent of all plans.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter and group: ``numerator`` (plans of the group), ``denominator`` (all plans), ``value`` (per cent).

    Source: the council's SEN2 return. Official equivalent: ``…_total_pc``, once a year in January.
    """
    groups = council.stock["published_group"].replace("ed_elsewhere", "elsewhere")
    return council.mixed(council.stock["quarter"], groups, GROUPS, "placement_group")


@indicator(sums=_shares_of_all_plans(BY_DSG, DSG_CATEGORIES))
def placements_by_dsg_quarter_percent(council: Council) -> pd.DataFrame:
    """Share of the plans of each quarter's last day by the seven categories of the DSG management plan, in per cent of all plans.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter and category: ``numerator`` (plans of the category), ``denominator`` (all plans), ``value`` (per cent).

    Source: the council's SEN2 return; categories as in data/dictionary/placements.csv.
    """
    return council.mixed(council.stock["quarter"], council.stock["dsg_category"], DSG_CATEGORIES, "dsg_category")


@indicator(
    sums=(
        f"ehc_plans_quarter_count = [special].denominator + {BY_GROUP}[fe_total] + {BY_GROUP}[placement_unknown]",
        *(f"[{name}].denominator = [special].denominator" for name in TABLE_3 if name != "special"),
        f"[early_years].numerator = {BY_GROUP}[nm_early_years]",
        f"[mainstream_incl_resourced_provision].numerator = {BY_GROUP}[mainstream_total]",
        f"[special].numerator = {BY_GROUP}[special_total]",
        f"[special_maintained].numerator = {BY_DSG}[state_special]",
        f"{BY_GROUP}[special_total] = {BY_DSG}[state_special] + [special_independent].numerator",
        f"[not_in_table_3].numerator = {BY_GROUP}[ap_pru_total] + {BY_GROUP}[elsewhere]",
    )
)
def placements_by_table_3_quarter_percent(council: Council) -> pd.DataFrame:
    """Share of the plans of each quarter's last day by the kinds of place of Table 3, on the base that comes closest to its own.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter and kind: ``numerator`` (plans of the kind), ``denominator`` (all plans less further education and
        placement not recorded), ``value`` (per cent). The base is the quarter's twin of ``placements_closest_to_table_3_percent``,
        and as unconfirmed.

    Source: the council's SEN2 return; kinds as in data/dictionary/placements.csv.
    """
    placed = council.stock[~council.stock["published_group"].isin(NOT_IN_CLOSEST)]
    special = placed[placed["published_group"] == "special_total"].assign(table_3_group="special")
    kinds = pd.concat([placed, special])
    return council.mixed(kinds["quarter"], kinds["table_3_group"], TABLE_3, "table_3_placement", placed["quarter"])


@indicator(
    sums=(
        "[to_10].denominator = ehc_plans_by_age_quarter_count[under_5] + ehc_plans_by_age_quarter_count[5_to_10]",
        "[11_to_15].denominator = ehc_plans_by_age_quarter_count[11_to_15]",
        "[16_to_25].denominator = ehc_plans_by_age_quarter_count[16_to_19] + ehc_plans_by_age_quarter_count[20_to_25]",
        f"{BY_GROUP}[mainstream_total] = {' + '.join(f'[{name}].numerator' for name in PHASES)}",
    )
)
def mainstream_by_phase_quarter_percent(council: Council) -> pd.DataFrame:
    """Share of the children of primary, secondary and later age who are in a mainstream school, in per cent of plans of that age.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter and age: ``numerator`` (in mainstream), ``denominator`` (plans of that age), ``value`` (per cent).

    Source: the council's SEN2 return; ages on 31 August before, as DfE counts them.
    """
    phases = pd.cut(council.stock["age"], [-np.inf, 10, 15, np.inf], labels=PHASES).astype("str")
    return council.shared(council.stock["quarter"], _in_mainstream(council.stock), phases, PHASES, "age_phase")


@indicator(
    sums=(
        *(f"[{need}].denominator = ehc_plans_by_need_quarter_count[{need}]" for need in ("asd", "mld", "semh")),
        "ehc_plans_quarter_count = [asd].denominator + [mld].denominator + [semh].denominator + [other_needs].denominator",
        f"{BY_GROUP}[mainstream_total] = [asd].numerator + [mld].numerator + [semh].numerator + [other_needs].numerator",
    )
)
def mainstream_by_need_quarter_percent(council: Council) -> pd.DataFrame:
    """Share of the children with each need that the plan names who are in a mainstream school, in per cent of plans with that need.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter and need: ``numerator`` (in mainstream), ``denominator`` (plans with that need), ``value`` (per cent).

    Source: the council's SEN2 return, item SENtype of the first rank.
    """
    return council.shared(council.stock["quarter"], _in_mainstream(council.stock), _need(council.stock), NAMED_NEEDS, "plan_need")


@indicator(
    sums=(
        f"new_plans_mainstream_quarter_percent.numerator = {' + '.join(f'[{need}].numerator' for need in NEEDS_MERGED)}",
        f"new_plans_mainstream_quarter_percent.denominator = {' + '.join(f'[{need}].denominator' for need in NEEDS_MERGED)}",
        *(
            f"{BY_NEED}[{need}].{part} = [{need}].{part} + ?older_{need}_{part}"
            for need in ("asd", "other_needs")
            for part in ("numerator", "denominator")
        ),
        *(
            f"[mld_or_semh].{part} = {BY_NEED}[mld].{part} + {BY_NEED}[semh].{part} - ?older_mld_or_semh_{part}"
            for part in ("numerator", "denominator")
        ),
    )
)
def new_mainstream_by_need_quarter_percent(council: Council) -> pd.DataFrame:
    """Share of the new plans of each quarter whose child was in a mainstream school at its end, in per cent of new plans with that need.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter and need: ``numerator`` (in mainstream), ``denominator`` (plans made in the quarter), ``value`` (per cent).
        Two needs are told together, because few plans of a quarter have either.

    Source: the council's SEN2 return.
    """
    new = _new_in_stock(council)
    return council.shared(new["quarter"], _in_mainstream(new), _need(new).replace(MERGED), NEEDS_MERGED, "plan_need_merged")


@indicator(
    sums=(
        *(
            f"{BY_NEED}[{need}].numerator ~ {BY_NEED}[{need}].numerator@previous + [into_{need}] - [out_of_{need}]"
            f" + {NEW_BY_NEED}[{need}].numerator"
            for need in ("asd", "other_needs")
        ),
        f"{BY_NEED}[mld].numerator ~ {BY_NEED}[mld].numerator@previous + {BY_NEED}[semh].numerator@previous - {BY_NEED}[semh].numerator"
        f" + [into_mld_or_semh] - [out_of_mld_or_semh] + {NEW_BY_NEED}[mld_or_semh].numerator",
    )
)
def mainstream_moves_quarter_count(council: Council) -> pd.DataFrame:
    """Children with a plan who came into mainstream schools from another kind of place in each quarter, and who left them, by need.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter from the second on, way and need: ``value`` (children with the same plan on the last day of the quarter
        and of the one before, who were in a mainstream school on one of the two days only).

    Source: the council's SEN2 return.
    """
    codes = [quarter.code for quarter in council.quarters]
    stock = council.stock.assign(inside=_in_mainstream(council.stock), need=_need(council.stock).replace(MERGED))
    before = stock[[*KEY, "inside"]].assign(quarter=stock["quarter"].map(dict(pairwise(codes))))
    both = stock.merge(before.dropna(), how="inner", on=[*KEY, "quarter"], suffixes=("", "_before"), validate="one_to_one")
    moved = both[both["inside"] != both["inside_before"]]
    ways = moved["inside"].map({True: "into_", False: "out_of_"}) + moved["need"]
    rows = council.counted(moved["quarter"], ways, MOVES, "mainstream_move")
    return rows[rows["time_period"] != codes[0]]  # of the day before its first quarter the return does not tell


@indicator(sums=(f"{BY_GROUP}[elsewhere] = .numerator + ?elsewhere_in_education", ".denominator = ehc_plans_quarter_count"))
def placements_neet_quarter_percent(council: Council) -> pd.DataFrame:
    """Share of all with a plan on each quarter's last day who are not in education, employment or training, in per cent of all plans.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter: ``numerator`` (not in education, employment or training), ``denominator`` (all plans), ``value`` (per cent).

    Source: the council's SEN2 return, settings NEET, NIEC and NIEO. Official equivalent: as ``placements_neet_percent``, once a year.
    """
    return council.shared(council.stock["quarter"], council.stock["placement"].isin(NEET))


def _in_mainstream(rows: pd.DataFrame) -> pd.Series:
    return rows["published_group"] == "mainstream_total"


def _need(rows: pd.DataFrame) -> pd.Series:
    """The main need: one of the three of which the plan speaks, or another."""
    return rows["need"].where(rows["need"].isin(NAMED_NEEDS), "other_needs")
