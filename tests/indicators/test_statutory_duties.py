"""The statutory weeks, on figures small enough to reckon by hand."""

from svip_lib.config.registry import read_dictionary
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


def test_the_sixteen_weeks_are_of_the_decisions_not_to_issue_a_plan():
    """Medway's own of 2024: the two columns are the 54 decisions not to issue a plan."""
    rows = published_rows(
        AREA, "2024", "Calendar year", outcome_decision_within_time=2, outcome_decision_over_time=52, assess_not_issued=54
    )
    share = statutory_duties.no_plan_decisions_16_weeks_percent(rows).iloc[0]
    assert (share["denominator"], round(share["value"], 1)) == (54, 3.7)


def test_reviews_are_told_by_their_last_meeting_and_the_shares_make_the_whole():
    meetings = {
        "review_meeting_after_year": 0,
        "review_meeting_in_year": 1059,
        "review_meeting_before_year": 1358,
        "no_review_meeting": 249,
    }
    rows = published_rows(AREA, "2024", "Calendar year", review_expected=2666, **meetings)
    shares = statutory_duties.annual_reviews_by_meeting_percent(rows).set_index("category")["value"]
    assert round(shares.sum(), 6) == 100
    assert round(shares["in_year"], 1) == 39.7


def test_review_decisions_stand_on_those_that_are_recorded():
    rows = published_rows(AREA, "2024", "Calendar year", decision_4_weeks=1667, decision_over_4_weeks=750)
    assert statutory_duties.annual_review_decisions_4_weeks_year_percent(rows)["value"].round(1).to_list() == [69.0]


def test_the_two_rates_of_appeal_stand_on_their_own_bases():
    told = {"appeals_registered": 127, "appealable_decisions": 3348, "appealable_decisions_in_development": 1366}
    rows = published_rows(AREA, "2024", "Calendar year", **told)
    assert statutory_duties.ehc_appeals_count(rows)["value"].to_list() == [127]
    rates = [
        statutory_duties.ehc_appeals_established_percent(rows).iloc[0],
        statutory_duties.ehc_appeals_in_development_percent(rows).iloc[0],
    ]
    assert [(rate["denominator"], round(rate["value"], 1)) for rate in rates] == [(3348, 3.8), (1366, 9.3)]


def test_no_chart_holds_both_rates_of_appeal(repository):
    """They have a name and a base each, so nothing can draw or subtract one beside the other."""
    dictionary = read_dictionary(repository / "data" / "dictionary")
    bases = [dictionary[f"ehc_appeals_{name}_percent"].base for name in ("established", "in_development")]
    assert len(set(bases)) == 2


def test_disputes_come_from_requests_and_assessments_each_under_a_name_of_its_own():
    requests = published_rows(AREA, "2024", "Calendar year", **dict(zip(statutory_duties.OF_REQUESTS, (68, 22, 13), strict=True)))
    assessed = published_rows(AREA, "2024", "Calendar year", **dict(zip(statutory_duties.OF_ASSESSMENTS, (9, 10, 2, 0, 0, 0), strict=True)))
    told = statutory_duties.ehc_disputes_by_stage_count(requests, assessed).set_index("category")["value"]
    assert told[["request_mediation", "request_tribunal", "issue_tribunal", "content_tribunal_after"]].to_list() == [68, 22, 10, 0]
    assert len(told) == 9
