"""The statutory weeks, on figures small enough to reckon by hand."""

from svip_lib.indicators import statutory_duties
from svip_lib.indicators.shape import published_rows

AREA = "E06000035"


def test_the_two_twenty_week_shares_stand_on_their_own_bases():
    rows = published_rows(
        AREA,
        "2025",
        "Calendar year",
        plans_issued_within_20_weeks=228,
        plans_issued_den=1121,
        plans_issued_20_weeks_ex=221,
        plans_issued_den_ex=1034,
    )
    with_exceptions = statutory_duties.plans_20_weeks_percent_inc_exceptions(rows).iloc[0]
    without = statutory_duties.plans_20_weeks_percent_exc_exceptions(rows).iloc[0]
    assert (with_exceptions["denominator"], without["denominator"]) == (1121, 1034)
    assert (round(with_exceptions["value"], 1), round(without["value"], 1)) == (20.3, 21.4)


def test_decisions_told_in_a_year_can_be_more_than_its_requests():
    rows = published_rows(
        AREA, "2024", "Calendar year", request_outcome_six_weeks=277, request_outcome_over_6_weeks=938, requests_received_in_year=989
    )
    share = statutory_duties.ehc_decisions_6_weeks_percent(rows).iloc[0]
    assert share["denominator"] == 1215
    assert round(share["value"], 1) == 22.8
