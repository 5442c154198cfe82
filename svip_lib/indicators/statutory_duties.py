"""What the law requires: a decision on a request in 6 weeks, and a plan in 20."""

import pandas as pd

from svip_lib.config.registry import indicator
from svip_lib.indicators.shape import percent, wide


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
