"""What the law requires: a decision on a request in 6 weeks, and a plan in 20."""

import pandas as pd

from svip_lib.config.registry import indicator
from svip_lib.indicators.council import Council, last_days
from svip_lib.indicators.shape import percent, wide

SIX_WEEKS, TWENTY_WEEKS, FOUR_WEEKS, YEAR_OF_DAYS = 42, 140, 28, 365


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
    table = wide(requests, "request_outcome_six_weeks", "request_outcome_over_6_weeks")
    table["decisions"] = table["request_outcome_six_weeks"] + table["request_outcome_over_6_weeks"]
    return percent(table, "request_outcome_six_weeks", "decisions")


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
def ehc_decisions_6_weeks_quarter_percent(council: Council) -> pd.DataFrame:
    """Share of decisions whether to assess, told in each quarter, that were told within 6 weeks of the request.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter: ``numerator`` (in time), ``denominator`` (decisions told in the quarter), ``value`` (per cent).

    Source: the council's SEN2 return; SEND Regulations 2014, regulation 5.
    """
    cases = council.cases
    days = (cases["requestoutcomedate"] - cases["receiveddate"]).dt.days
    return council.shared(council.in_quarter(cases["requestoutcomedate"]), days <= SIX_WEEKS)


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
    return _in_20_weeks(council, issued[~issued["week20"].fillna(False).astype(bool)])


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
    return _in_20_weeks(council, _issued(council))


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
    reviews = council.tables["activeplans"][["child", "request", "reviewmeeting"]].drop_duplicates(["child", "request"])
    stock = council.stock.merge(reviews, how="left", on=["child", "request"], validate="many_to_one")
    stock = stock.merge(council.cases[["child", "request", "startdate"]], how="left", on=["child", "request"], validate="many_to_one")
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
    days = (reviews["lastreview"] - reviews["reviewmeeting"]).dt.days
    return council.shared(council.in_quarter(reviews["lastreview"]), days <= FOUR_WEEKS)


def _issued(council: Council) -> pd.DataFrame:
    """Assessments that ended with a plan."""
    return council.cases[council.cases["assessmentoutcome"] == "Y"]


def _in_20_weeks(council: Council, issued: pd.DataFrame) -> pd.DataFrame:
    days = (issued["assessmentoutcomedate"] - issued["receiveddate"]).dt.days
    return council.shared(council.in_quarter(issued["assessmentoutcomedate"]), days <= TWENTY_WEEKS)
