"""What the law requires: decisions in 6 and 16 weeks, plans in 20, reviews and moves between phases in time, and a way to disagree."""

import numpy as np
import pandas as pd

from svip_lib.config.registry import indicator
from svip_lib.indicators.council import KEY, Council, last_days
from svip_lib.indicators.shape import by_category, count, percent, wide

FOUR_WEEKS, SIX_WEEKS, SIXTEEN_WEEKS, TWENTY_WEEKS, YEAR_OF_DAYS = 28, 42, 112, 140, 365
ISSUE_TIMES = ["issued_in_20_weeks", "issued_over_20_weeks", "issued_over_1_year"]
# What is disputed and in which way, with the columns of DfE's two files; the third of each is of appeals that mediation came before.
OF_REQUESTS = {
    "mediation_related_request": "request_mediation",
    "tribunal_related_request": "request_tribunal",
    "tribunal_after_mediation_request": "request_tribunal_after",
}
OF_ASSESSMENTS = {
    "number_assess_mediation": "issue_mediation",
    "number_assess_tribunal": "issue_tribunal",
    "number_asssess_mediation_tribunal": "issue_tribunal_after",  # spelt so in DfE's file
    "number_other_mediation": "content_mediation",
    "number_other_tribunal": "content_tribunal",
    "number_other_mediation_tribunal": "content_tribunal_after",
}
MEETINGS = {
    "review_meeting_after_year": "after_year",
    "review_meeting_in_year": "in_year",
    "review_meeting_before_year": "before_year",
    "no_review_meeting": "no_meeting",
}
SCHOOL_DEADLINE = "02-15"  # SEND Regulations 2014, regulation 18; every other day is that of a move to post-16 or after it
PHASE_TRANSFERS = ["school_in_time", "school_late", "post_16_in_time", "post_16_late"]


def _share_in_time(rows: pd.DataFrame, in_time: str, late: str) -> pd.DataFrame:
    """Share of what was told in time, of all that was told in time or late."""
    table = wide(rows, in_time, late)
    return percent(table.assign(told=table[in_time] + table[late]), in_time, "told")


@indicator
def ehc_decisions_6_weeks_percent(requests: pd.DataFrame) -> pd.DataFrame:
    """Share of decisions whether to assess that were told within 6 weeks of the request, in per cent of decisions told.

    Args:
        requests: Published rows with ``request_outcome_six_weeks`` and ``request_outcome_over_6_weeks``.

    Returns:
        One row per area and calendar year: ``numerator`` (in time), ``denominator`` (decisions told in the year, also on
        requests of the year before, so it can exceed the year's requests) and ``value`` (per cent).

    Source: SEN2 return, from 2023; SEND Regulations 2014, regulation 5. Official equivalent: ``request_outcome_six_weeks_pc``.
    """
    return _share_in_time(requests, "request_outcome_six_weeks", "request_outcome_over_6_weeks")


@indicator
def plans_20_weeks_percent_exc_exceptions(timeliness: pd.DataFrame) -> pd.DataFrame:
    """Share of new plans issued within 20 weeks of the request, leaving out plans with a lawful exception, in per cent.

    Args:
        timeliness: Published rows with ``plans_issued_20_weeks_ex`` and ``plans_issued_den_ex``.

    Returns:
        One row per area and calendar year: ``numerator`` (in time), ``denominator`` (plans issued, without exceptions)
        and ``value`` (per cent). Issuing plans that are long overdue lowers it.

    Source: SEN2 return; SEND Regulations 2014, regulation 13(2). Official equivalent: ``pc_plans_issued_20_weeks_ex``.
    """
    return percent(wide(timeliness, "plans_issued_20_weeks_ex", "plans_issued_den_ex"), "plans_issued_20_weeks_ex", "plans_issued_den_ex")


@indicator
def plans_20_weeks_percent_inc_exceptions(timeliness: pd.DataFrame) -> pd.DataFrame:
    """Share of all new plans issued within 20 weeks of the request, in per cent.

    Args:
        timeliness: Published rows with ``plans_issued_within_20_weeks`` and ``plans_issued_den``.

    Returns:
        One row per area and calendar year: ``numerator`` (in time), ``denominator`` (plans issued), ``value`` (per cent).

    Source: SEN2 return; SEND Regulations 2014, regulation 13(2). Official equivalent: ``pc_plans_issued_within_20_weeks``.
    """
    return percent(wide(timeliness, "plans_issued_within_20_weeks", "plans_issued_den"), "plans_issued_within_20_weeks", "plans_issued_den")


@indicator
def plans_over_1_year_percent(timeliness: pd.DataFrame) -> pd.DataFrame:
    """Share of all new plans that took more than a year from the request, in per cent.

    Args:
        timeliness: Published rows with ``plans_issued_gt_1_year`` and ``plans_issued_den``.

    Returns:
        One row per area and calendar year: ``numerator`` (over a year), ``denominator`` (plans issued), ``value`` (per cent).

    Source: SEN2 return, from 2023. Official equivalent: ``pc_plans_issued_gt_1_year``.
    """
    return percent(wide(timeliness, "plans_issued_gt_1_year", "plans_issued_den"), "plans_issued_gt_1_year", "plans_issued_den")


@indicator
def no_plan_decisions_16_weeks_percent(assessments: pd.DataFrame) -> pd.DataFrame:
    """Share of decisions after an assessment not to issue a plan that were told within 16 weeks of the request, in per cent.

    Args:
        assessments: Published rows with ``outcome_decision_within_time`` and ``outcome_decision_over_time``.

    Returns:
        One row per area and calendar year: ``numerator`` (in time), ``denominator`` (decisions not to issue a plan with a day) and
        ``value`` (per cent).

    Source: SEN2 return, from 2023; SEND Regulations 2014, regulation 10(1). Official equivalent: ``outcome_decision_within_time_pc``.
        DfE's file does not name the limit; its two columns add up to ``assess_not_issued``, to which regulation 10(1) applies.
    """
    return _share_in_time(assessments, "outcome_decision_within_time", "outcome_decision_over_time")


@indicator
def annual_reviews_by_meeting_percent(annual_reviews: pd.DataFrame) -> pd.DataFrame:
    """Share of plans due for an annual review, by when the last review meeting that was recorded was held, in per cent.

    Args:
        annual_reviews: Published rows with ``review_expected`` and the numbers by meeting.

    Returns:
        One row per area, calendar year and time of the meeting: ``numerator`` (plans), ``denominator`` (reviews expected) and
        ``value`` (per cent).

    Source: SEN2 return, from 2024. Official equivalent: the counts; DfE prints no share of them.
    """
    return percent(by_category(wide(annual_reviews, "review_expected", *MEETINGS), MEETINGS, "review_meeting"), "number", "review_expected")


@indicator
def annual_review_decisions_4_weeks_year_percent(annual_reviews: pd.DataFrame) -> pd.DataFrame:
    """Share of decisions after an annual review that were told within 4 weeks of the meeting, in per cent of decisions recorded.

    Args:
        annual_reviews: Published rows with ``decision_4_weeks`` and ``decision_over_4_weeks``.

    Returns:
        One row per area and calendar year: ``numerator`` (in time), ``denominator`` (decisions recorded), ``value`` (per cent).

    Source: SEN2 return, from 2024; SEND Regulations 2014, regulation 20(10). Official equivalent: ``decision_4_weeks_pc``.
    """
    return _share_in_time(annual_reviews, "decision_4_weeks", "decision_over_4_weeks")


@indicator
def ehc_appeals_count(appeals: pd.DataFrame) -> pd.DataFrame:
    """Number of appeals against the authority's decisions that the SEND tribunal registered in the calendar year.

    Args:
        appeals: Published rows with ``appeals_registered``.

    Returns:
        One row per area and year: ``value`` (appeals).

    Source: Ministry of Justice, published with DfE's release. Official equivalent: the same.
    """
    return count(wide(appeals, "appeals_registered"), "appeals_registered")


@indicator
def ehc_appeals_established_percent(appeals: pd.DataFrame) -> pd.DataFrame:
    """Appeals registered in the calendar year, in per cent of all decisions that could be appealed: the established rate.

    Args:
        appeals: Published rows with ``appeals_registered`` and ``appealable_decisions``.

    Returns:
        One row per area and year: ``numerator`` (appeals), ``denominator`` (refusals to assess, decisions not to issue a plan, and
        all plans) and ``value`` (per cent).

    Source: Ministry of Justice, published with DfE's release. Official equivalent: ``appeal_rate_pc``.
    """
    return percent(wide(appeals, "appeals_registered", "appealable_decisions"), "appeals_registered", "appealable_decisions")


@indicator
def ehc_appeals_in_development_percent(appeals: pd.DataFrame) -> pd.DataFrame:
    """Appeals registered in the calendar year, in per cent of the narrower number of decisions that is in development.

    Args:
        appeals: Published rows with ``appeals_registered`` and ``appealable_decisions_in_development``.

    Returns:
        One row per area and year: ``numerator`` (appeals), ``denominator`` (decisions of the year) and ``value`` (per cent). It stands
        on another base than ``ehc_appeals_established_percent`` and comes out two to three times as high.

    Source: Ministry of Justice, published with DfE's release, from 2024. Official equivalent: ``appeal_rate_in_development_pc``.
    """
    table = wide(appeals, "appeals_registered", "appealable_decisions_in_development")
    return percent(table, "appeals_registered", "appealable_decisions_in_development")


@indicator
def ehc_disputes_by_stage_count(requests: pd.DataFrame, assessments: pd.DataFrame) -> pd.DataFrame:
    """Number of requests and assessments of the calendar year with mediation or an appeal, by what was disputed.

    Args:
        requests: Published rows with mediation and appeals about the decision whether to assess.
        assessments: Published rows with those about the decision to issue a plan, and about what a plan says.

    Returns:
        One row per area, year, matter and way: ``value`` (cases).

    Source: SEN2 return, all nine from 2023. Official equivalent: the same columns.
    """
    tables = ((requests, OF_REQUESTS), (assessments, OF_ASSESSMENTS))
    parts = [by_category(wide(rows, *columns), columns, "dispute") for rows, columns in tables]
    return count(pd.concat(parts, ignore_index=True), "number")


def _within(council: Council, days: int, begun: pd.Series, told: pd.Series) -> pd.DataFrame:
    """Share of what was told in each quarter that was told within so many days of its beginning."""
    return council.shared(council.in_quarter(told), (told - begun).dt.days <= days)


@indicator
def ehc_decisions_6_weeks_quarter_percent(council: Council) -> pd.DataFrame:
    """Share of decisions whether to assess, told in each quarter, that were told within 6 weeks of the request.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter: ``numerator`` (in time), ``denominator`` (decisions told in the quarter), ``value`` (per cent).

    Source: the council's SEN2 return; SEND Regulations 2014, regulation 5.
    """
    return _within(council, SIX_WEEKS, council.cases["receiveddate"], council.cases["requestoutcomedate"])


@indicator
def plans_20_weeks_quarter_percent_exc_exceptions(council: Council) -> pd.DataFrame:
    """Share of plans issued in each quarter that were issued within 20 weeks of the request, without those with a lawful exception.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter: ``numerator`` (in time), ``denominator`` (plans issued, without exceptions), ``value`` (per cent).

    Source: the council's SEN2 return; SEND Regulations 2014, regulation 13(2).
    """
    issued = _issued(council)
    issued = issued[~issued["week20"].fillna(False).astype(bool)]
    return _within(council, TWENTY_WEEKS, issued["receiveddate"], issued["assessmentoutcomedate"])


@indicator(
    sums=(
        ".numerator = plans_20_weeks_quarter_percent_exc_exceptions.numerator + ?in_time_with_exception",
        ".denominator = plans_20_weeks_quarter_percent_exc_exceptions.denominator + ?with_exception",
        "?with_exception = ?in_time_with_exception + ?late_with_exception",
        ".denominator ~ new_ehc_plans_quarter_count",
    )
)
def plans_20_weeks_quarter_percent_inc_exceptions(council: Council) -> pd.DataFrame:
    """Share of plans issued in each quarter that were issued within 20 weeks of the request, lawful exceptions among them.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter: ``numerator`` (in time), ``denominator`` (all plans issued), ``value`` (per cent).

    Source: the council's SEN2 return.
    """
    issued = _issued(council)
    return _within(council, TWENTY_WEEKS, issued["receiveddate"], issued["assessmentoutcomedate"])


@indicator(
    sums=(
        "plans_20_weeks_quarter_percent_inc_exceptions.denominator = [*]",
        "plans_20_weeks_quarter_percent_inc_exceptions.numerator = [issued_in_20_weeks]",
    )
)
def plans_issued_by_time_quarter_count(council: Council) -> pd.DataFrame:
    """Plans issued in each quarter, by how long after the request: what the age of the backlog does to the 20-week share.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter and time since the request: ``value`` (plans).

    Source: the council's SEN2 return. Official equivalent: the same three by year.
    """
    issued = _issued(council)
    days = (issued["assessmentoutcomedate"] - issued["receiveddate"]).dt.days
    times = pd.cut(days, [-np.inf, TWENTY_WEEKS, YEAR_OF_DAYS, np.inf], labels=ISSUE_TIMES).astype("str")
    return council.counted(council.in_quarter(issued["assessmentoutcomedate"]), times, ISSUE_TIMES, "issue_time")


@indicator
def plans_due_20_weeks_quarter_percent(council: Council) -> pd.DataFrame:
    """Share of the cases whose 20 weeks ran out in each quarter that had their plan by then, without those with a lawful exception.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter: ``numerator`` (plan issued within 20 weeks), ``denominator`` (those and the cases that were still open when
        the 20 weeks ended), ``value`` (per cent). A case told by then that it gets no assessment or no plan was due no plan, and is
        left out; so are withdrawn requests, which bear no date. Plans that were overdue before do not enter it, so issuing them does
        not lower it.

    Source: the council's SEN2 return; SEND Regulations 2014, regulation 13(2). Official equivalent: none.
    """
    cases = council.own_cases
    due = cases["receiveddate"] + pd.Timedelta(days=TWENTY_WEEKS)
    # A plan of before the return's first day bears no day of issue; it began on that day.
    issued = cases["assessmentoutcomedate"].where(cases["assessmentoutcome"] == "Y", cases["startdate"])
    refused = (cases["requestoutcome"] == "N") & (cases["requestoutcomedate"] <= due)
    refused |= (cases["assessmentoutcome"] == "N") & (cases["assessmentoutcomedate"] <= due)
    withdrawn = (cases["requestoutcome"] == "W") | (cases["assessmentoutcome"] == "W")
    unknown = (cases["assessmentoutcome"] == "H") & cases["startdate"].isna()
    counts = ~(refused | withdrawn | unknown | cases["week20"].fillna(False).astype(bool))
    return council.shared(council.in_quarter(due.where(counts)), issued <= due)


@indicator
def no_plan_decisions_16_weeks_quarter_percent(council: Council) -> pd.DataFrame:
    """Share of decisions not to issue a plan, told in each quarter, that were told within 16 weeks of the request.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter: ``numerator`` (in time), ``denominator`` (decisions not to issue a plan), ``value`` (per cent).

    Source: the council's SEN2 return; SEND Regulations 2014, regulation 10(1).
    """
    refused = council.cases[council.cases["assessmentoutcome"] == "N"]
    return _within(council, SIXTEEN_WEEKS, refused["receiveddate"], refused["assessmentoutcomedate"])


@indicator(sums=("ehc_plans_quarter_count = .denominator + ?under_a_year",))
def annual_reviews_12_months_percent(council: Council) -> pd.DataFrame:
    """Share of plans over a year old, on the last day of each quarter, with a review meeting in the year before.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter: ``numerator`` (reviewed), ``denominator`` (plans over a year old), ``value`` (per cent). The return keeps the
        last meeting only, so the share of an earlier quarter can come out lower than it was.

    Source: the council's SEN2 return; Children and Families Act 2014, section 44.
    """
    reviews = council.tables["activeplans"][[*KEY, "reviewmeeting"]].drop_duplicates(KEY)
    stock = council.stock.merge(reviews, how="left", on=KEY, validate="many_to_one")
    stock = stock.merge(council.cases[[*KEY, "startdate"]], how="left", on=KEY, validate="many_to_one")
    day = stock["quarter"].map(last_days(council))
    old = (day - stock["startdate"]).dt.days > YEAR_OF_DAYS
    reviewed = (stock["reviewmeeting"] <= day) & ((day - stock["reviewmeeting"]).dt.days <= YEAR_OF_DAYS)
    return council.shared(stock["quarter"].where(old), reviewed)


@indicator
def annual_review_decisions_4_weeks_percent(council: Council) -> pd.DataFrame:
    """Share of review decisions, told in each quarter, that were told within 4 weeks of the meeting.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter: ``numerator`` (in time), ``denominator`` (decisions told), ``value`` (per cent).

    Source: the council's SEN2 return; SEND Regulations 2014, regulation 20(10).
    """
    reviews = council.tables["activeplans"]
    return _within(council, FOUR_WEEKS, reviews["reviewmeeting"], reviews["lastreview"])


@indicator
def phase_transfers_in_time_quarter_percent(council: Council) -> pd.DataFrame:
    """Share of plans whose deadline before a move to the next phase fell into each quarter that were final by that day.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter: ``numerator`` (final plan sent by the deadline), ``denominator`` (plans with a deadline in the quarter),
        ``value`` (per cent); only for quarters with a deadline. A plan without a day of the final plan counts as not in time.

    Source: the council's SEN2 return, items phasetransferduedate and phasetransferfinaldate, from 2025; SEND Regulations 2014,
        regulation 18: 15 February, and 31 March for moves from school to post-16. Official equivalent: none in the files.
    """
    plans = council.tables["activeplans"]
    figures = council.shared(council.in_quarter(plans["phasetransferduedate"]), _final_in_time(plans))
    return figures[figures["denominator"] > 0]


@indicator(
    sums=(
        "phase_transfers_in_time_quarter_percent.denominator = [*]",
        "phase_transfers_in_time_quarter_percent.numerator = [school_in_time] + [post_16_in_time]",
    )
)
def phase_transfers_by_deadline_quarter_count(council: Council) -> pd.DataFrame:
    """Plans whose deadline before a move to the next phase fell into a quarter, by deadline and by whether it was kept.

    Args:
        council: The council's own records.

    Returns:
        One row a deadline, kept or missed: ``value`` (plans); only for quarters with a deadline.

    Source: as ``phase_transfers_in_time_quarter_percent``.
    """
    plans = council.tables["activeplans"]
    school = plans["phasetransferduedate"].dt.strftime("%m-%d") == SCHOOL_DEADLINE
    kept = school.map({True: "school", False: "post_16"}) + _final_in_time(plans).map({True: "_in_time", False: "_late"})
    figures = council.counted(council.in_quarter(plans["phasetransferduedate"]), kept, PHASE_TRANSFERS, "phase_transfer")
    return figures[figures.groupby("time_period")["value"].transform("sum") > 0]


@indicator(
    sums=(
        "?told = ehc_decisions_6_weeks_quarter_percent.denominator + plans_20_weeks_quarter_percent_inc_exceptions.denominator"
        " + no_plan_decisions_16_weeks_quarter_percent.denominator",
        "?told = [mediation] + ?without_mediation",
        "?told = [appeal] + ?without_appeal",
    )
)
def ehc_disputes_quarter_count(council: Council) -> pd.DataFrame:
    """Decisions told in each quarter, whether to assess or to issue a plan, that have led to mediation or to an appeal.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter and way: ``value`` (decisions). The return bears no day of a dispute, so it counts in the quarter of the
        decision and can come to be known later; a decision with both counts in both.

    Source: the council's SEN2 return, items requestmediation to othertribunal.
    """
    cases, parts = council.cases, []
    for day, marks in (("requestoutcomedate", ["request{}"]), ("assessmentoutcomedate", ["assessment{}", "other{}"])):
        quarters = council.in_quarter(cases[day])
        for way, told in (("mediation", "mediation"), ("appeal", "tribunal")):
            disputed = cases[[mark.format(told) for mark in marks]].eq(True).any(axis=1)
            parts.append(pd.DataFrame({"quarter": quarters[disputed], "way": way}))
    decisions = pd.concat(parts, ignore_index=True)
    return council.counted(decisions["quarter"], decisions["way"], ["mediation", "appeal"], "dispute_way")


def _final_in_time(plans: pd.DataFrame) -> pd.Series:
    return plans["phasetransferfinaldate"] <= plans["phasetransferduedate"]


def _issued(council: Council) -> pd.DataFrame:
    """Assessments that ended with a plan."""
    return council.cases[council.cases["assessmentoutcome"] == "Y"]
