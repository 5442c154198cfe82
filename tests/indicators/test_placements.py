"""Placements on their bases, on figures small enough to reckon by hand."""

import math

import pandas as pd

from svip_lib.indicators import placements
from svip_lib.indicators.shape import published_rows

AREA = "E06000035"
NOT_PUBLISHED = dict.fromkeys([*placements.PUBLISHED_GROUPS, *placements.OUTSIDE_UNTIL_2023], float("nan"))
MIX = NOT_PUBLISHED | {
    "ehcplans": 100,
    "mainstream_total": 30,
    "special_total": 45,
    "special_la_maintained": 10,
    "special_academy_free": 25,
    "special_independent": 8,
    "special_non_maintained": 2,
    "ap_pru_total": 1,
    "fe_total": 12,
    "ed_elsewhere": 7,
    "nm_early_years": 1,
}


def test_mainstream_is_a_share_of_all_plans():
    rows = published_rows(AREA, "202526", "Academic year", **NOT_PUBLISHED | {"ehcplans": 4287, "mainstream_total": 1662})
    assert round(placements.placements_mainstream_percent(rows)["value"].iloc[0], 1) == 38.8


def test_educated_elsewhere_takes_in_until_2023_what_dfe_then_counted_outside():
    before = published_rows(
        AREA,
        "202223",
        "Academic year",
        **MIX | {"placement_unknown": 0, "other_placement_settings": 2, "await_prov_2022": 1, "perm_ex_2022": 1},
    )
    after = published_rows(AREA, "202324", "Academic year", **MIX | {"placement_unknown": 4, "other_placement_settings": 2})
    shares = placements.placements_by_group_percent(pd.concat([before, after])).set_index(["time_period", "category"])["numerator"]
    assert shares["202223", "elsewhere"] == 11
    assert shares["202324", "elsewhere"] == 7


def test_placement_not_recorded_is_missing_and_not_zero_before_it_was_published():
    shares = placements.placements_by_group_percent(published_rows(AREA, "202122", "Academic year", **MIX)).set_index("category")
    assert math.isnan(shares.loc["placement_unknown", "value"])
    assert shares.loc["placement_unknown", "shorthand"] == "x"


def test_the_base_closest_to_table_3_leaves_out_further_education_and_placement_not_recorded():
    shares = placements.placements_closest_to_table_3_percent(
        published_rows(AREA, "202425", "Academic year", **MIX | {"placement_unknown": 8})
    ).set_index("category")
    assert set(shares["denominator"]) == {84}
    assert round(shares.loc["mainstream_incl_resourced_provision", "value"], 1) == 35.7
    assert shares.loc["not_in_table_3", "numerator"] == 84 - 30 - 45 - 1
    assert (
        shares.loc["special_maintained", "numerator"] + shares.loc["special_independent", "numerator"] == shares.loc["special", "numerator"]
    )


def test_plans_without_any_placement_are_left_out_of_the_whole_from_2024_on():
    groups = {"special_total": 30, "ap_pru_total": 0, "fe_total": 10, "ed_elsewhere": 10, "nm_early_years": 0, "placement_unknown": 0}
    rows = [
        published_rows("E92000001", period, "Academic year", ehcplans=120, mainstream_total=50, **groups) for period in ("202223", "202324")
    ]
    shares = placements.placements_mainstream_percent(pd.concat(rows)).set_index("time_period")
    assert shares["denominator"].to_dict() == {"202223": 120, "202324": 100}


def test_mainstream_by_need_is_a_share_of_the_plans_with_that_need():
    rows = pd.concat(
        [
            published_rows(AREA, "202425", "Academic year", category=category, number_asd=number)
            for category, number in {
                "Mainstream - total": 30,
                "Mainstream - academy": 30,
                "Special - total": 60,
                "Placement not recorded": 10,
            }.items()
        ]
    )
    shares = placements.placements_mainstream_by_need_percent(rows).set_index("category")
    assert shares.loc["asd", ["numerator", "denominator", "value"]].to_list() == [30, 100, 30]


def test_independent_places_are_counted_in_three_ways_each_holding_the_one_before():
    rows = published_rows(AREA, "202526", "Academic year", special_independent=273, special_non_maintained=12, mainstream_independent=14)
    ways = placements.independent_three_ways_count(rows).set_index("category")["value"]
    assert ways.to_dict() == {"independent_special": 273, "with_non_maintained": 285, "with_mainstream_independent": 299}


ELSEWHERE = NOT_PUBLISHED | dict.fromkeys([*placements.NEET, *placements.ELSEWHERE_BUT_NEET, "other_placement_settings"], float("nan"))


def neet(period, **told):
    rows = published_rows(AREA, period, "Academic year", **ELSEWHERE | {"ehcplans": 100} | told)
    return placements.placements_neet_percent(rows).iloc[0]


def test_all_four_codes_of_not_in_education_are_added():
    told = neet("202223", neet=16, neet_ntci=3, neet_other=1, neet_other_csa=2, elective_home_education=8, ed_elsewhere=30)
    assert (told["numerator"], told["value"]) == (22, 22.0)


def test_a_code_that_is_not_held_is_nought_where_the_others_add_up_and_else_the_figure_is_missing():
    assert neet("202526", neet=39, elective_home_education=7, other_placement_settings=2, ed_elsewhere=48)["numerator"] == 39
    unexplained = neet("202526", neet=39, elective_home_education=7, other_placement_settings=2, ed_elsewhere=49)
    assert math.isnan(unexplained["value"])
    assert unexplained["shorthand"] == "x"


def test_other_settings_are_inside_educated_elsewhere_from_2024_on_only():
    assert neet("202223", neet=5, other_placement_settings=9, ed_elsewhere=5)["numerator"] == 5
    assert math.isnan(neet("202324", neet=5, other_placement_settings=9, ed_elsewhere=5)["value"])


def test_shares_of_pupils_by_phase_are_as_published_and_one_that_is_not_held_is_missing():
    rows = published_rows("E92000001", "202324", "Academic year", primary_with_plan_pc=3.0, secondary_with_plan_pc=float("nan"))
    shares = placements.pupils_with_plan_by_phase_percent(rows).set_index("category")
    assert set(shares["measure"]) == {"published"}
    assert shares.loc["primary", "value"] == 3.0
    assert shares.loc["secondary", "shorthand"] == "x"
