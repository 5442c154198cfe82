"""The mistakes that can be planted in the synthetic registers; levels as in ``svip_lib.sample.kinds``.

Conditions (``where``) are on the columns of the register as text, and on ``plan_ceased`` (yes where the child's plan has ended) and
``is_total`` (yes for a row of sums).
"""

import pandas as pd

from svip_lib.sample.kinds import Kind, added_row, blank, edit, serial, unknown

_OPEN = "status == 'Active' and end_date == '' and plan_ceased == ''"
_DAY = f"{_OPEN} and residence == 'Day'"
_SCHOOL = f"{_OPEN} and urn != ''"


def _more(cell: str, by: float) -> str:
    return f"{float(cell) + by:.2f}".removesuffix(".00")


def _low(row: pd.Series) -> dict:
    """A forecast below what is spent and ordered, with the variance that belongs to it."""
    low = float(row.actual_to_date) + float(row.commitments) - 1000
    return {"forecast_outturn": f"{low:.2f}", "variance": f"{low - float(row.current_budget):.2f}"}


def _crowded(row: pd.Series) -> dict:
    """More pupils than places, with their parts and vacancies to match."""
    roll = int(row.places) + 3
    return {"on_roll": str(roll), "own_pupils": str(roll - int(row.other_pupils)), "vacancies": "0"}


REGISTER_DEFECTS = [
    # The ledger
    edit("amount_word", "ledger", "forecast_outturn", "not_money", "warn", "A word for an amount.", "", "tbc"),
    edit("budget_word", "ledger", "current_budget", "not_money", "quarantine", "A word for a required amount.", "", "see note"),
    blank("budget_blank", "ledger", "current_budget", ""),
    edit("amount_commas", "ledger", "commitments", "bad_grouping", "warn", "Commas that part no thousands.", "", "1,23,4"),
    edit("amount_in_thousands", "ledger", "original_budget", "scaled", "repair", "An amount in thousands.", "",
         lambda row: f"{float(row.original_budget) / 1000:.3f}k"),
    edit("amount_dash", "ledger", "commitments", "dash_zero", "repair", "A dash for nought.", "", "-"),
    edit("account_float", "ledger", "account", "float_id", "repair", "A code as a decimal.", "", lambda row: f"{row.account}.0"),
    edit("zero_lost", "ledger", "cost_centre", "leading_zeros_lost", "warn", "A code without its zero.", "",
         lambda row: row.cost_centre[1:]),
    Kind("forecast_too_low", "ledger", "forecast_outturn", "forecast_below_spend", "warn", "Less than is spent already.",
         "group != 'Income'", _low),
    edit("variance_wrong", "ledger", "variance", "variance_differs", "warn", "Not forecast less budget.", "",
         lambda row: _more(row.variance, 2500)),
    unknown("line_unknown", "ledger", "s251_line", "s251_line", "warn", "", "9.9.9"),
    edit("period_15", "ledger", "period", "period_unknown", "warn", "A fifteenth period.", "", "15"),
    edit("year_word", "ledger", "financial_year", "year_unknown", "warn", "A word for a year.", "", "last year"),
    added_row("ledger_row_twice", "ledger", "cost_centre", "ledger_row_repeated", "warn", "The same row twice."),
    edit("total_wrong", "ledger", "actual_to_date", "total_differs", "warn", "A total that is not the sum of its rows.",
         "is_total == 'yes' and cost_centre == 'Grand total'", lambda row: _more(row.actual_to_date, 1000)),
    # Placements and their costs
    edit("upn_small", "placement_costs", "upn", "upn_spelling", "repair", "Small letters and a space.", _OPEN,
         lambda row: f"{row.upn[:4]} {row.upn[4:]}".lower()),
    edit("upn_short", "placement_costs", "upn", "upn_format", "warn", "A digit too few.", _OPEN, lambda row: row.upn[:-1]),
    edit("upn_letter", "placement_costs", "upn", "upn_check_letter", "warn", "The wrong first letter.", _OPEN,
         lambda row: ("A" if row.upn[0] != "A" else "B") + row.upn[1:]),
    blank("upn_blank", "placement_costs", "upn", _OPEN),
    edit("start_ambiguous", "placement_costs", "start_date", "ambiguous_day_month", "quarantine", "Day or month first?", _OPEN,
         "03/04/2023"),
    edit("end_ambiguous", "placement_costs", "end_date", "ambiguous_day_month", "warn", "Day or month first?",
         "status == 'Ceased'", "05/06/2024"),
    edit("start_short_year", "placement_costs", "start_date", "two_digit_year", "quarantine", "A year of two digits.", _OPEN, "01/09/23"),
    edit("start_serial", "placement_costs", "start_date", "excel_serial", "repair", "A day as a number of Excel.", _OPEN,
         lambda row: str(serial(pd.Timestamp(row.start_date)))),
    edit("start_1900", "placement_costs", "start_date", "day_for_none", "quarantine", "1 January 1900 for 'not known'.", _OPEN,
         "01/01/1900"),
    edit("end_2099", "placement_costs", "end_date", "far_future_as_open", "repair", "31 August 2099 for 'still there'.", _OPEN,
         "2099-08-31"),
    edit("end_first", "placement_costs", "end_date", "end_before_start", "quarantine", "Ended before it began.", "status == 'Ceased'",
         lambda row: f"{pd.Timestamp(row.start_date) - pd.Timedelta(days=9):%Y-%m-%d}"),
    edit("ceased_on_no_day", "placement_costs", "end_date", "ceased_without_end", "warn", "Ended on no day.", "status == 'Ceased'", ""),
    edit("active_and_ended", "placement_costs", "status", "active_after_end", "warn", "Running, and ended.",
         "status == 'Ceased'", "Active"),
    added_row("placement_twice", "placement_costs", "upn", "placement_repeated", "quarantine", "The same placement, as it was before.",
              _OPEN, last_updated="2020-01-01"),
    added_row("second_placement", "placement_costs", "placement_name", "two_running_placements", "warn", "A second running placement.",
              _DAY, placement_name="SYNTHETIC Other School", urn="", start_date="2024-12-02"),
    added_row("second_birth", "placement_costs", "date_of_birth", "born_on_two_days", "warn", "The same number, born on another day.",
              _OPEN, placement_name="SYNTHETIC Earlier School", start_date="2015-09-01", end_date="2015-10-01", status="Ceased",
              date_of_birth="2001-02-13"),
    edit("cost_word", "placement_costs", "annual_cost", "not_money", "warn", "A word for a cost.", _OPEN, "POA"),
    edit("cost_of_a_week", "placement_costs", "annual_cost", "cost_unit_unclear", "warn", "A week's cost as a year's.", _OPEN,
         lambda row: row.weekly_cost),
    Kind("cost_below_zero", "placement_costs", "weekly_cost", "below_zero", "warn", "A credit for a cost.", _OPEN,
         lambda _: {"weekly_cost": "(450)", "annual_cost": ""}),
    Kind("cost_nowhere", "placement_costs", "annual_cost", "cost_missing", "warn", "No cost at all.", _OPEN,
         lambda _: {"annual_cost": "", "weekly_cost": ""}),
    edit("shares_over", "placement_costs", "education_share", "shares_not_whole", "warn", "Parts that add to 90.", _DAY, "90"),
    Kind("shares_of_one", "placement_costs", "education_share", "share_in_other_form", "repair", "Parts of one among per cents.", _OPEN,
         lambda _: {"education_share": "0.5", "health_share": "0.3", "social_care_share": "0.2"}),
    edit("share_word", "placement_costs", "health_share", "not_money", "warn", "A word for a part.", _OPEN, "CHC"),
    edit("weeks_word", "placement_costs", "weeks", "not_a_number", "warn", "Words for a number.", _OPEN, "term time"),
    unknown("need_old", "placement_costs", "primary_need", "sen_type", "warn", _OPEN, "BESD"),
    edit("need_word", "placement_costs", "primary_need", "code_label", "repair", "The words for the code.",
         f"{_OPEN} and primary_need == 'ASD'", "Autistic spectrum disorder"),
    unknown("type_unknown", "placement_costs", "placement_type", "placement_type", "warn", _OPEN, "E_XYZ"),
    edit("status_small", "placement_costs", "status", "code_case", "repair", "Small letters.", _OPEN, "active"),
    edit("urn_float", "placement_costs", "urn", "float_id", "repair", "A number as a decimal.", _SCHOOL, lambda row: f"{row.urn}.0"),
    edit("urn_short", "placement_costs", "urn", "urn_format", "warn", "Five digits.", _SCHOOL, lambda row: row.urn[:5]),
    edit("order_rounded", "placement_costs", "purchase_order", "digits_lost", "warn", "A power of ten.", _OPEN, "4.5E+11"),
    edit("changed_in_future", "placement_costs", "last_updated", "day_after_quarter", "warn", "Changed after the quarter.", _OPEN,
         "2079-12-31"),
    Kind("paid_after_plan", "placement_costs", "end_date", "cost_after_plan", "warn", "Paid for, though the plan has ended.",
         "plan_ceased == 'yes'", lambda _: {"end_date": "", "status": "Active"}),
    # What the budget was built on
    unknown("category_unknown", "placement_budget", "dsg_category", "dsg_category", "quarantine", "", "nursery"),
    edit("planned_word", "placement_budget", "planned_fte", "not_a_number", "quarantine", "A word for a number.", "", "as last year"),
    edit("planned_cost_word", "placement_budget", "planned_unit_cost", "not_money", "quarantine", "A word for a cost.", "", "tbc"),
    edit("planned_below_zero", "placement_budget", "planned_fte", "below_zero", "warn", "Fewer places than none.", "", "-3"),
    edit("planned_need_word", "placement_budget", "primary_need", "code_label", "repair", "The words for the code.",
         "primary_need == 'ASD'", "Autistic spectrum disorder"),
    added_row("planned_twice", "placement_budget", "dsg_category", "planned_row_repeated", "warn", "The same row twice."),
    # Places
    Kind("over_numbers", "places", "on_roll", "over_numbers", "warn", "More pupils than places.", "", _crowded),
    Kind("roll_parts", "places", "on_roll", "roll_differs_from_its_parts", "warn", "Parts that do not add up.", "",
         lambda row: {"own_pupils": _more(row.own_pupils, 2)}),
    edit("vacancies_wrong", "places", "vacancies", "vacancies_differ", "warn", "Not places less pupils.", "",
         lambda row: _more(row.vacancies, 4)),
    Kind("places_unweighted", "places", "places_financial_year", "places_not_weighted", "warn", "More than either year's places.", "",
         lambda row: {"places_financial_year": _more(row.places_next_year, 10),
                      "place_funding": f"{(float(row.places_next_year) + 10) * float(row.rate):.2f}"}),
    edit("funding_wrong", "places", "place_funding", "place_funding_differs", "warn", "Not places times rate.", "",
         lambda row: _more(row.place_funding, 6000)),
    edit("place_type_word", "places", "place_type", "code_label", "repair", "The words for the code.", "place_type == 'special'",
         "Special school"),
    unknown("place_type_unknown", "places", "place_type", "place_type", "quarantine", "", "nursery"),
    unknown("stage_unknown", "places", "post_16", "place_stage", "warn", "", "KS5"),
    edit("places_word", "places", "places", "not_a_number", "quarantine", "A word for a number.", "", "tbc"),
    added_row("places_twice", "places", "school_name", "places_row_repeated", "warn", "The same row twice."),
    edit("roll_in_future", "places", "on_roll_date", "day_after_quarter", "warn", "Counted after the quarter.", "", "2079-12-31"),
    # Milestones
    edit("overspent", "milestones", "capital_spent", "capital_overspent", "warn", "More than was approved.", "capital_budget != ''",
         lambda row: _more(row.capital_budget, 1)),
    added_row("milestone_twice", "milestones", "id", "reference_repeated", "quarantine", "Two milestones of one reference."),
    edit("done_on_no_day", "milestones", "actual_date", "complete_without_day", "warn", "Done on no day.", "status == 'Complete'", ""),
    Kind("done_but_late", "milestones", "status", "done_and_not_complete", "warn", "Done, and late.", "status == 'Complete'",
         lambda _: {"status": "Delayed", "rag": "A"}),
    edit("day_31_june", "milestones", "planned_date", "no_such_day", "quarantine", "31 June.", "", "31/06/2025"),
    edit("red_and_on_track", "milestones", "rag", "colour_against_status", "warn", "On track, and red.", "status == 'On track'", "R"),
    edit("late_without_forecast", "milestones", "forecast_date", "overdue_without_forecast", "warn", "Late, and no day expected.",
         "status == 'Delayed'", ""),
    edit("condition_nowhere", "milestones", "condition", "condition_unknown", "warn", "A condition that is not in the register.", "",
         "S99"),
    edit("done_in_future", "milestones", "actual_date", "day_after_quarter", "warn", "Done after the quarter.", "status == 'Complete'",
         "31/12/2079"),
    unknown("milestone_status", "milestones", "status", "milestone_status", "warn", "status == 'Not started'", "Paused"),
    # Risks and conditions are few, so a mistake stands in a row of its own
    added_row("risk_twice", "risks", "id", "reference_repeated", "quarantine", "Two risks of one reference."),
    added_row("score_wrong", "risks", "score", "score_differs", "warn", "Not its letter and numeral.", id="R91", score="FIV"),
    added_row("risk_untold", "risks", "title", "required_cell_blank", "quarantine", "A required cell is blank.", id="R92", title=""),
    added_row("risk_colour_word", "risks", "rag", "code_label", "repair", "The word for the code.", id="R93", rag="Amber"),
    added_row("risk_money_word", "risks", "money_at_risk", "not_money", "warn", "A word for an amount.", id="R94", money_at_risk="high"),
    added_row("risk_in_future", "risks", "raised_date", "day_after_quarter", "warn", "Raised after the quarter.", id="R95",
              raised_date="31/12/2079"),
    added_row("condition_twice", "conditions", "number", "reference_repeated", "quarantine", "Two conditions of one number."),
    added_row("condition_status", "conditions", "status", "code_unknown_condition_status", "quarantine", "A code that is not in the set.",
              number="S91", status="On course"),
    added_row("met_on_no_paper", "conditions", "evidence", "met_without_evidence", "warn", "Met, and nothing shows it.", number="S92",
              status="Met", rag="G", evidence=""),
    added_row("due_in_spring", "conditions", "due_date", "not_a_date", "warn", "A season for a day.", number="S93", due_date="Spring"),
    added_row("green_and_at_risk", "conditions", "rag", "colour_against_status", "warn", "At risk, and green.", number="S94",
              status="At risk", rag="G"),
    added_row("not_due_and_past", "conditions", "status", "due_and_not_reported", "warn", "Past its day, and not due.", number="S95",
              status="Not due", due_date="31/03/2023", rag=""),
    edit("group_in_words", "pupils", "category", "code_label", "repair", "The words for the code.", "category == 'female'",
         "Girls and young women"),
    added_row("group_twice", "pupils", "category", "reference_repeated", "quarantine", "Two numbers for one group."),
    added_row("group_unknown", "pupils", "category", "code_unknown_pupil_group", "quarantine", "A group that is not in the set.",
              category="Year 7"),
    added_row("pupils_word", "pupils", "pupils", "not_a_number", "quarantine", "A word for a number.", category="sex_unknown",
              pupils="few"),
    added_row("pupils_below_nought", "pupils", "pupils", "below_zero", "warn", "Fewer than none.", category="sex_unknown", pupils="-3"),
]  # fmt: skip
