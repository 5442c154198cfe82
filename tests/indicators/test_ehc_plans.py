"""Plans and requests, on figures small enough to reckon by hand."""

import pandas as pd

from svip_lib.indicators import ehc_plans
from svip_lib.indicators.shape import published_rows

AREA = "E06000035"


def januaries(**plans):
    return pd.concat([published_rows(AREA, period[1:], "Academic year", ehcplans=number) for period, number in plans.items()])


def test_growth_is_the_change_in_per_cent_of_the_january_before():
    growth = ehc_plans.ehc_plans_growth_percent(januaries(_202324=200, _202425=190))
    assert growth[["time_period", "numerator", "denominator", "value"]].to_numpy().tolist() == [["202425", -10, 200, -5]]


def test_stock_and_flow_close_where_nothing_is_missing():
    figures = ehc_plans.ehc_plans_stock_flow_count(
        januaries(_202324=100, _202425=112),
        published_rows(AREA, "2024", "Calendar year", new_ehc_plans=20),
        published_rows(AREA, "2024", "Calendar year", total_ceased=8),
    )
    assert figures.set_index("category")["value"].to_dict() == {
        "opening": 100,
        "new": 20,
        "ceased": 8,
        "expected": 112,
        "closing": 112,
        "residual": 0,
    }


def test_the_residual_is_what_was_published_less_what_was_to_be_expected():
    tables = (
        januaries(_202324=100, _202425=109),
        published_rows(AREA, "2024", "Calendar year", new_ehc_plans=20),
        published_rows(AREA, "2024", "Calendar year", total_ceased=8),
    )
    assert ehc_plans.ehc_plans_stock_flow_residual_percent(*tables)["value"].to_list() == [-3]


def test_a_year_without_its_second_january_has_no_residual():
    figures = ehc_plans.ehc_plans_stock_flow_count(
        januaries(_202324=100),
        published_rows(AREA, "2024", "Calendar year", new_ehc_plans=20),
        published_rows(AREA, "2024", "Calendar year", total_ceased=8),
    )
    assert figures.empty


def test_needs_are_shares_of_all_plans_and_a_need_that_is_not_published_is_missing():
    others = {f"number_{need}": float("nan") for need in ehc_plans.NEEDS}
    rows = published_rows(AREA, "202425", "Academic year", **others | {"ehc_plans": 200, "number_asd": 70, "number_mld": 0})
    shares = ehc_plans.ehc_plans_by_need_percent(rows).set_index("category")
    assert shares.loc["asd", "value"] == 35
    assert shares.loc["mld", "value"] == 0
    assert shares.loc["vi", "shorthand"] == "x"


def test_reasons_add_up_to_the_plans_that_ended_and_one_that_is_not_published_is_missing():
    reasons = dict.fromkeys(ehc_plans.CEASE_REASONS, 0) | {"transfer": 86, "other": 69, "not_rec": float("nan")}
    rows = published_rows(AREA, "2024", "Calendar year", **reasons)
    figures = ehc_plans.ceased_ehc_plans_by_reason_count(rows).set_index("category")
    assert figures["value"].sum() == 155
    assert figures.loc["not_rec", "shorthand"] == "x"
    assert set(figures["breakdown"]) == {"cease_reason"}
