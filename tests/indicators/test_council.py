"""The council's own records by quarter: which day counts in which quarter, and what every figure is a share of."""

from datetime import date

import pandas as pd
import pytest

from svip_lib.config.authority import ReturnFile
from svip_lib.config.registry import read_placements
from svip_lib.indicators import ehc_plans, placements, statutory_duties
from svip_lib.indicators.council import ASSESSMENT, KEY, REQUEST, Council, last_days

SCHOOLS = pd.DataFrame([("100001", "", "28"), ("100002", "", "7"), ("100003", "10000003", "18")], columns=["urn", "ukprn", "type_code"])
TOLD = ReturnFile(year=2026, first_day=date(2025, 10, 1), last_day=date(2026, 3, 31))
Q3, Q4 = "202526Q3", "202526Q4"
CASE = {
    "receiveddate": "2025-01-06",
    "requestsource": "2",
    "requestoutcome": "Y",
    "requestoutcomedate": "2025-02-03",
    "assessmentoutcome": "Y",
    "assessmentoutcomedate": "2025-05-20",
    "week20": False,
    "requestmediation": False,
    "requesttribunal": False,
    "assessmentmediation": False,
    "assessmenttribunal": False,
    "othermediation": False,
    "othertribunal": False,
    "startdate": "2025-05-20",
    "ceasedate": None,
    "ceasereason": "",
    "urn": "100001",
    "sensetting": "",
    "entrydate": "2025-05-20",
    "leavingdate": None,
    "reviewmeeting": None,
    "lastreview": None,
    "phasetransferduedate": None,
    "phasetransferfinaldate": None,
    "transferla": "",
    "sentype": "ASD",
    "birth_year": 2014,
    "sex": "F",
    "ethnicity": "WBRI",
}
PLANLESS = {"assessmentoutcome": "", "assessmentoutcomedate": None, "startdate": None}
DATES = [name for name in CASE if name.endswith("date")] + ["reviewmeeting", "lastreview"]


@pytest.fixture
def council(repository):
    """Draw a council's records from a few cases; each is told by what is particular to it."""

    def draw(*cases):
        rows = pd.DataFrame([CASE | case for case in cases]).assign(request=1)
        rows["child"] = [f"child {number}" for number in rows.index]
        for column in DATES:
            rows[column] = pd.to_datetime(rows[column])
        with_plan = rows[rows["startdate"].notna()]
        names = {
            "person": ["child", "birth_year", "sex", "ethnicity"],
            "requests": [*KEY, *REQUEST],
            "assessment": [*KEY, *ASSESSMENT],
        }
        tables = {name: rows[columns] for name, columns in names.items()}
        tables["assessment"] = tables["assessment"][tables["assessment"]["assessmentoutcome"] != ""]
        tables["namedplan"] = with_plan[[*KEY, "startdate", "ceasedate", "ceasereason"]]
        reviews = ["reviewmeeting", "lastreview", "phasetransferduedate", "phasetransferfinaldate"]
        tables["activeplans"] = with_plan[[*KEY, "transferla", *reviews]]
        tables["senneed"] = with_plan[["child", "request", "sentype"]].assign(sentyperank=1)
        tables["placementdetail"] = with_plan[["child", "request", "urn", "sensetting", "entrydate", "leavingdate"]].assign(
            ukprn="", placementrank=1, senunitindicator=False, resourcedprovisionindicator=False
        )
        known = read_placements(repository / "data" / "dictionary")
        return Council(tables, SCHOOLS, known, TOLD, [date(2026, 1, 15)], "E06000035", "synthetic")

    return draw


def values(figures):
    """The values by quarter, or by quarter and category."""
    key = ["time_period", "category"] if (figures["category"] != "").any() else "time_period"
    return figures.set_index(key)["value"].to_dict()


def test_a_return_tells_of_its_whole_quarters_only():
    assert [str(quarter) for quarter in TOLD.quarters] == ["2025-26-Q3", "2025-26-Q4"]
    part = ReturnFile(year=2026, first_day=date(2025, 10, 2), last_day=date(2026, 3, 30))
    assert part.quarters == []


def test_a_day_belongs_to_the_quarter_in_which_it_lies_first_and_last_day_included(council):
    days = pd.to_datetime(pd.Series(["2025-09-30", "2025-10-01", "2025-12-31", "2026-01-01", "2026-03-31", "2026-04-01", None]))
    assert council({}).in_quarter(days).fillna("").to_list() == ["", Q3, Q3, Q4, Q4, "", ""]


def test_a_quarter_in_which_nothing_happened_says_nought_and_a_share_of_nobody_says_so(council):
    drawn = council({"receiveddate": "2025-11-03", "requestoutcomedate": "2025-12-15"})
    assert values(ehc_plans.ehc_requests_quarter_count(drawn)) == {Q3: 1.0, Q4: 0.0}
    share = statutory_duties.ehc_decisions_6_weeks_quarter_percent(drawn)
    assert share["shorthand"].to_list() == ["", "z"]
    assert share["value"].isna().to_list() == [False, True]


def test_six_weeks_are_42_days_and_twenty_weeks_140(council):
    drawn = council(
        {"receiveddate": "2025-09-01", "requestoutcomedate": "2025-10-13", "assessmentoutcomedate": "2026-01-19"},
        {"receiveddate": "2025-09-01", "requestoutcomedate": "2025-10-14", "assessmentoutcomedate": "2026-01-20", "week20": True},
    )
    assert values(statutory_duties.ehc_decisions_6_weeks_quarter_percent(drawn))[Q3] == 50.0
    assert values(statutory_duties.plans_20_weeks_quarter_percent_inc_exceptions(drawn))[Q4] == 50.0
    assert values(statutory_duties.plans_20_weeks_quarter_percent_exc_exceptions(drawn))[Q4] == 100.0


def test_stock_and_flow_of_a_quarter_close_but_for_a_plan_that_ends_on_its_last_day(council):
    drawn = council(
        {},
        {"startdate": "2026-02-02", "entrydate": "2026-02-02", "assessmentoutcomedate": "2026-02-02"},
        {"transferla": "886", "startdate": "2020-01-06", "entrydate": "2026-01-05"},
        {"ceasedate": "2026-03-30"},
        {"ceasedate": "2026-03-31"},
    )
    steps = {category: value for (_, category), value in values(ehc_plans.ehc_plans_stock_flow_quarter_count(drawn)).items()}
    assert steps == {"opening": 3, "new": 1, "transferred_in": 1, "ceased": 2, "expected": 3, "closing": 4, "residual": 1}
    assert values(ehc_plans.ehc_plans_quarter_count(drawn)) == {Q3: 3.0, Q4: 4.0}
    assert values(ehc_plans.new_ehc_plans_quarter_count(drawn)) == {Q3: 0.0, Q4: 1.0}


def test_an_open_request_is_told_by_its_stage_and_age_on_the_quarters_last_day(council):
    waiting = PLANLESS | {"requestoutcome": "A", "requestoutcomedate": None}
    assessed = {"assessmentoutcome": "A", "assessmentoutcomedate": None, "startdate": None}
    drawn = council(
        waiting | {"receiveddate": "2026-02-17"},  # 42 days
        waiting | {"receiveddate": "2026-02-16"},
        assessed | {"receiveddate": "2025-11-11", "requestoutcomedate": "2025-12-01"},  # 140 days
        assessed | {"receiveddate": "2025-11-10", "requestoutcomedate": "2025-12-01"},
        assessed | {"receiveddate": "2025-03-30", "requestoutcomedate": "2025-05-01"},  # 366 days
        waiting | {"receiveddate": "2026-02-02", "requestoutcome": "N", "requestoutcomedate": "2026-03-02"},
        waiting | {"receiveddate": "2026-02-02", "requestoutcome": "W"},
        {},
    )
    open_cases = {
        category: value for (quarter, category), value in values(ehc_plans.open_cases_by_stage_count(drawn)).items() if quarter == Q4
    }
    assert open_cases == {
        "decision_in_6_weeks": 1,
        "decision_over_6_weeks": 1,
        "assessment_in_20_weeks": 1,
        "assessment_over_20_weeks": 1,
        "assessment_over_1_year": 1,
    }


def test_a_request_that_is_decided_later_was_still_waiting_on_an_earlier_last_day(council):
    drawn = council({"receiveddate": "2025-12-01", "requestoutcomedate": "2026-01-05", "assessmentoutcomedate": "2026-03-02"})
    told = values(ehc_plans.open_cases_by_stage_count(drawn))
    assert told[Q3, "decision_in_6_weeks"] == 1
    assert sum(value for (quarter, _), value in told.items() if quarter == Q4) == 0


def test_a_request_is_told_by_what_had_been_decided_by_the_last_day_of_its_quarter(council):
    drawn = council(
        {"receiveddate": "2025-12-01", "requestoutcomedate": "2026-01-01"},
        {"receiveddate": "2025-12-01", "requestoutcomedate": "2025-12-31"},
    )
    told = values(ehc_plans.ehc_requests_by_outcome_quarter_count(drawn))
    assert (told[Q3, "awaiting"], told[Q3, "assess"]) == (1, 1)


def test_a_plan_is_reviewed_in_time_when_a_meeting_was_held_in_the_year_before_the_last_day(council):
    drawn = council(
        {"startdate": "2024-09-02", "reviewmeeting": "2025-03-31"},
        {"startdate": "2024-09-02", "reviewmeeting": "2025-03-30"},
        {"startdate": "2024-09-02"},
        {"startdate": "2025-09-01"},
    )
    figures = statutory_duties.annual_reviews_12_months_percent(drawn).set_index("time_period")
    assert figures.loc[Q4, ["numerator", "denominator"]].to_list() == [1, 3]


def test_a_review_decision_has_four_weeks(council):
    drawn = council(
        {"reviewmeeting": "2026-01-05", "lastreview": "2026-02-02"}, {"reviewmeeting": "2026-01-05", "lastreview": "2026-02-03"}
    )
    assert values(statutory_duties.annual_review_decisions_4_weeks_percent(drawn))[Q4] == 50.0


def of_q4(figures):
    """What is told of the newest quarter, by category, without the noughts."""
    return {category: value for (quarter, category), value in values(figures).items() if quarter == Q4 and value}


def test_a_decision_is_told_by_the_weeks_that_it_took_the_last_day_of_each_included(council):
    received = [pd.Timestamp("2026-03-30") - pd.Timedelta(days=days) for days in (42, 43, 84, 85, 140, 141)]
    drawn = council(*({"receiveddate": day, "requestoutcomedate": "2026-03-30"} for day in received))
    figures = ehc_plans.ehc_decisions_by_time_quarter_count(drawn)
    assert of_q4(figures) == {"in_6_weeks": 1, "6_to_12_weeks": 2, "12_to_20_weeks": 2, "over_20_weeks": 1}


ENDED = [{"ceasedate": "2026-02-02", "ceasereason": reason} for reason in ["1", "2", "3", "4", "5", "6", "7", "8", "9", ""]] * 2


def test_reasons_stand_in_groups_and_a_death_or_a_blank_among_the_others(council):
    figures = ehc_plans.ceased_ehc_plans_by_reason_quarter_count(council({}, *ENDED))
    assert of_q4(figures) == {"completed": 8, "no_longer_engages": 2, "moved_away": 4, "other_reason": 6}


def test_a_quarter_in_which_few_plans_ended_is_not_told_by_reason(council):
    assert ehc_plans.ceased_ehc_plans_by_reason_quarter_count(council({}, *ENDED[1:])).empty


def test_ethnic_groups_are_those_of_dfe_and_what_was_refused_is_not_known(council):
    codes = ["WBRI", "WROM", "MOTH", "CHNE", "AIND", "BOTH", "OOTH", "REFU", "NOBT", ""]
    figures = ehc_plans.ehc_plans_by_ethnicity_quarter_count(council(*({"ethnicity": code} for code in codes)))
    assert of_q4(figures) == {"white": 2, "mixed": 1, "asian": 2, "black": 1, "other_ethnic_group": 1, "ethnicity_unknown": 3}


class TestPupils:
    def shares(self, drawn, rows):
        drawn.clean["pupils"] = pd.DataFrame(rows, columns=["category", "pupils"])
        return ehc_plans.pupils_by_group_percent(drawn).set_index("category")["value"].to_dict()

    def test_boys_and_girls_make_a_whole_and_ethnic_groups_another_and_each_is_told_to_a_tenth(self, council):
        rows = [("female", 4883), ("male", 5117), ("white", 9004), ("asian", 996)]
        assert self.shares(council({}), rows) == {"female": 48.8, "male": 51.2, "white": 90.0, "asian": 10.0}

    def test_nothing_is_told_of_a_whole_so_small_that_a_tenth_would_tell_of_a_few(self, council):
        assert self.shares(council({}), [("female", 5000), ("male", 4999), ("white", 9000), ("asian", 1000)]) == {"white": 90, "asian": 10}

    def test_what_was_not_supplied_has_no_figures(self, council):
        assert ehc_plans.pupils_by_group_percent(council({})).empty


def test_sixteen_weeks_are_112_days_and_only_decisions_not_to_issue_a_plan_have_them(council):
    refused = PLANLESS | {"assessmentoutcome": "N", "receiveddate": "2025-11-03"}
    drawn = council(refused | {"assessmentoutcomedate": "2026-02-23"}, refused | {"assessmentoutcomedate": "2026-02-24"}, {})
    figures = statutory_duties.no_plan_decisions_16_weeks_quarter_percent(drawn).set_index("time_period")
    assert figures.loc[Q4, ["numerator", "denominator"]].to_list() == [1, 2]


def test_plans_are_told_by_how_long_they_took_to_issue(council):
    issued = {"assessmentoutcomedate": "2026-03-02", "startdate": "2026-03-02"}
    received = [pd.Timestamp("2026-03-02") - pd.Timedelta(days=days) for days in (140, 141, 365, 366)]
    drawn = council(*(issued | {"receiveddate": day} for day in received))
    assert of_q4(statutory_duties.plans_issued_by_time_quarter_count(drawn)) == {
        "issued_in_20_weeks": 1,
        "issued_over_20_weeks": 2,
        "issued_over_1_year": 1,
    }


DUE = {"receiveddate": "2025-10-13"}  # its 140 days end on 2 March 2026


class TestCasesWhoseTwentyWeeksRanOut:
    def share(self, drawn):
        figures = statutory_duties.plans_due_20_weeks_quarter_percent(drawn).set_index("time_period")
        return figures.loc[Q4, ["numerator", "denominator"]].to_list()

    def test_a_case_is_in_time_with_a_plan_on_the_day_and_late_without_whatever_comes_later(self, council):
        refused = PLANLESS | DUE | {"requestoutcome": "N", "requestoutcomedate": "2026-03-03"}
        drawn = council(
            DUE | {"assessmentoutcomedate": "2026-03-02", "startdate": "2026-03-02"},
            DUE | {"assessmentoutcomedate": "2026-03-03", "startdate": "2026-03-03"},
            DUE | PLANLESS | {"requestoutcome": "A", "requestoutcomedate": None},
            DUE | PLANLESS | {"assessmentoutcome": "A"},
            refused,
        )
        assert self.share(drawn) == [1, 5]

    def test_a_plan_that_was_overdue_before_does_not_move_it(self, council):
        in_time = DUE | {"assessmentoutcomedate": "2026-02-02", "startdate": "2026-02-02"}
        old = {"receiveddate": "2024-09-02", "assessmentoutcomedate": "2026-03-02", "startdate": "2026-03-02"}
        assert self.share(council(in_time, *[old] * 9)) == [1, 1]

    def test_who_was_due_no_plan_is_not_counted(self, council):
        drawn = council(
            DUE | PLANLESS | {"requestoutcome": "N", "requestoutcomedate": "2026-03-02"},
            DUE | PLANLESS | {"assessmentoutcome": "N", "assessmentoutcomedate": "2026-03-02"},
            DUE | PLANLESS | {"requestoutcome": "W", "requestoutcomedate": None},
            DUE | PLANLESS | {"assessmentoutcome": "A", "week20": True},
            DUE | {"transferla": "886", "startdate": "2020-01-06", "entrydate": "2026-01-05"},
        )
        assert self.share(drawn) == [0, 0]

    def test_a_plan_of_before_the_return_was_issued_on_the_day_on_which_it_began(self, council):
        told = {"requestoutcome": "H", "requestoutcomedate": None, "assessmentoutcome": "H", "assessmentoutcomedate": None}
        before = {"receiveddate": "2025-06-02", "startdate": "2025-09-08"}  # 140 days end on 20 October 2025
        figures = statutory_duties.plans_due_20_weeks_quarter_percent(council(told | before)).set_index("time_period")
        assert figures.loc[Q3, ["numerator", "denominator"]].to_list() == [1, 1]


def test_a_plan_before_a_move_is_in_time_when_it_is_final_on_the_day_and_late_without_one(council):
    school, post_16 = {"phasetransferduedate": "2026-02-15"}, {"phasetransferduedate": "2026-03-31"}
    drawn = council(
        school | {"phasetransferfinaldate": "2026-02-15"},
        school | {"phasetransferfinaldate": "2026-02-16"},
        school,
        post_16 | {"phasetransferfinaldate": "2026-03-02"},
        {"phasetransferduedate": "2026-03-20", "phasetransferfinaldate": "2026-03-27"},
        {},
    )
    share = statutory_duties.phase_transfers_in_time_quarter_percent(drawn)
    assert share[["time_period", "numerator", "denominator"]].to_numpy().tolist() == [[Q4, 2, 5]]
    told = values(statutory_duties.phase_transfers_by_deadline_quarter_count(drawn))
    assert told == {(Q4, "school_in_time"): 1, (Q4, "school_late"): 2, (Q4, "post_16_in_time"): 1, (Q4, "post_16_late"): 1}


def test_a_dispute_counts_in_the_quarter_of_its_decision_and_once_though_two_matters_are_disputed(council):
    drawn = council(
        {"requestoutcomedate": "2025-12-01", "assessmentoutcomedate": "2026-03-02", "requesttribunal": True},
        {"assessmentoutcomedate": "2026-03-02", "assessmentmediation": True, "othermediation": True, "othertribunal": True},
        {"requestoutcomedate": None, "requestmediation": True},
    )
    told = values(statutory_duties.ehc_disputes_quarter_count(drawn))
    assert told == {(Q3, "mediation"): 0, (Q3, "appeal"): 1, (Q4, "mediation"): 1, (Q4, "appeal"): 1}


def test_placements_are_told_by_both_groupings_and_both_add_to_all_plans(council):
    drawn = council({}, {"urn": "100002"}, {"entrydate": "2026-01-05", "leavingdate": "2026-03-02"})
    groups, seven = placements.placements_by_group_quarter_count(drawn), placements.placements_by_dsg_category_quarter_count(drawn)
    assert {category: value for (quarter, category), value in values(groups).items() if quarter == Q4 and value} == {
        "mainstream_total": 1,
        "special_total": 1,
        "placement_unknown": 1,
    }
    for figures in (groups, seven):
        assert figures.groupby("time_period")["value"].sum().to_dict() == values(ehc_plans.ehc_plans_quarter_count(drawn))
    assert values(placements.placements_mainstream_quarter_percent(drawn))[Q4] == pytest.approx(100 / 3)


def test_new_plans_are_told_by_where_the_child_was_at_the_quarters_end(council):
    new = {"startdate": "2026-02-02", "entrydate": "2026-02-02"}
    drawn = council({}, new, new | {"urn": "100002"})
    assert values(placements.new_plans_mainstream_quarter_percent(drawn))[Q4] == 50.0


def test_age_need_sex_and_source_each_add_to_the_whole(council):
    drawn = council(
        {"receiveddate": "2026-01-05"}, {"receiveddate": "2026-01-05", "requestsource": "", "birth_year": 2004, "sex": "M", "sentype": "DS"}
    )
    assert values(ehc_plans.ehc_plans_by_age_quarter_count(drawn))[Q4, "5_to_10"] == 1
    assert values(ehc_plans.ehc_plans_by_age_quarter_count(drawn))[Q4, "20_to_25"] == 1
    assert values(ehc_plans.ehc_plans_by_need_quarter_count(drawn))[Q4, "ds"] == 1
    assert values(ehc_plans.ehc_requests_by_source_quarter_count(drawn))[Q4, "Not known"] == 1
    assert values(ehc_plans.ehc_requests_by_outcome_quarter_count(drawn))[Q4, "assess"] == 2
    assert values(ehc_plans.ehc_plans_by_sex_quarter_count(drawn)) == {
        (Q3, "female"): 1,
        (Q3, "male"): 1,
        (Q4, "female"): 1,
        (Q4, "male"): 1,
    }


def test_plans_on_census_day_are_told_by_january_and_not_by_quarter(council):
    figures = ehc_plans.ehc_plans_january_council_count(council({}, {"startdate": "2026-01-16"}))
    assert figures[["time_period", "time_identifier", "category", "value"]].to_numpy().tolist() == [
        ["202526", "Academic year", "mainstream_total", 1.0]
    ]


def test_every_figure_says_that_its_children_are_invented_and_since_when_it_could_be_known(council):
    figures = ehc_plans.ehc_plans_quarter_count(council({}))
    assert set(figures["origin"]) == {"synthetic"}
    assert set(figures["as_at"]) == {"2026-03-31"}


def test_the_last_days_are_those_of_the_quarters(council):
    assert last_days(council({})).dt.date.to_dict() == {Q3: date(2025, 12, 31), Q4: date(2026, 3, 31)}


SPECIAL = {"urn": "100002"}
COLLEGE = {"urn": "100003"}
NOWHERE = {"entrydate": "2030-01-01"}


def test_each_mapping_is_a_mix_of_all_plans_and_table_3_of_those_closest_to_its_own(council):
    drawn = council({}, {}, SPECIAL, COLLEGE, NOWHERE, SPECIAL | {"entrydate": "2026-01-05"})
    by_group = placements.placements_by_group_quarter_percent(drawn).set_index(["time_period", "category"])
    assert by_group.loc[(Q4, "special_total"), ["numerator", "denominator"]].to_list() == [2, 6]
    assert by_group.loc[Q4, "value"].sum() == pytest.approx(100)
    by_category = placements.placements_by_dsg_quarter_percent(drawn).set_index(["time_period", "category"])
    assert by_category.loc[(Q4, "state_special"), ["numerator", "denominator"]].to_list() == [2, 6]
    kinds = placements.placements_by_table_3_quarter_percent(drawn).set_index(["time_period", "category"])
    assert kinds.loc[Q4, "numerator"].to_dict() == {
        "early_years": 0,
        "mainstream_incl_resourced_provision": 2,
        "not_in_table_3": 0,
        "special": 2,
        "special_independent": 0,
        "special_maintained": 2,
    }
    assert set(kinds.loc[Q4, "denominator"]) == {4}  # without the college, and the child whose place is not recorded
    assert set(kinds.loc[Q3, "denominator"]) == {3}


def test_a_child_is_of_primary_age_until_11_on_31_august_and_of_secondary_age_until_16(council):
    drawn = council({"birth_year": 2014}, {"birth_year": 2013}, {"birth_year": 2009}, {"birth_year": 2008}, SPECIAL | {"birth_year": 2013})
    shares = placements.mainstream_by_phase_quarter_percent(drawn)
    shares = shares[shares["time_period"] == Q4].set_index("category")
    assert shares["denominator"].to_dict() == {"11_to_15": 3, "16_to_25": 1, "to_10": 1}
    assert shares["numerator"].to_dict() == {"11_to_15": 2, "16_to_25": 1, "to_10": 1}


def test_the_needs_that_the_plan_names_stand_apart_and_two_of_them_together_where_few_are_counted(council):
    new = {"startdate": "2026-02-02", "entrydate": "2026-02-02"}
    drawn = council({}, SPECIAL, {"sentype": "MLD"}, {"sentype": "SEMH"} | new, {"sentype": "HI"} | new, {"sentype": None} | new | SPECIAL)
    shares = placements.mainstream_by_need_quarter_percent(drawn)
    shares = shares[shares["time_period"] == Q4].set_index("category")
    assert shares["numerator"].to_dict() == {"asd": 1, "mld": 1, "other_needs": 1, "semh": 1}
    assert shares["denominator"].to_dict() == {"asd": 2, "mld": 1, "other_needs": 2, "semh": 1}
    begun = placements.new_mainstream_by_need_quarter_percent(drawn)
    begun = begun[begun["time_period"] == Q4].set_index("category")
    assert begun["denominator"].to_dict() == {"asd": 0, "mld_or_semh": 1, "other_needs": 2}
    assert begun.loc["asd", "shorthand"] == "z"
    assert begun.loc["other_needs", "value"] == 50.0


def test_a_move_is_told_in_the_quarter_in_which_it_falls_and_not_of_a_child_who_came_new_or_went_for_good(council):
    left = {"leavingdate": "2026-01-30"}
    drawn = council(
        SPECIAL | left,  # into mainstream
        SPECIAL | left | {"sentype": "SEMH"},  # to another special school
        left | {"sentype": "MLD"},  # out of mainstream
        {"sentype": "MLD", "startdate": "2026-02-02", "entrydate": "2026-02-02"},
        SPECIAL | {"ceasedate": "2026-02-02"},
    )
    later = (
        drawn.clean["placementdetail"]
        .iloc[:3]
        .assign(urn=["100001", "100002", "100002"], entrydate=pd.Timestamp("2026-02-02"), leavingdate=pd.NaT)
    )
    drawn.clean["placementdetail"] = pd.concat([drawn.clean["placementdetail"], later], ignore_index=True)
    moves = values(placements.mainstream_moves_quarter_count(drawn))
    assert {quarter for quarter, _ in moves} == {Q4}
    assert {name: value for (_, name), value in moves.items() if value} == {"into_asd": 1, "out_of_mld_or_semh": 1}


def test_whoever_is_recorded_in_any_code_of_not_in_education_is_told_as_such(council):
    drawn = council({}, NOWHERE, {"urn": "", "sensetting": "NEET"}, {"urn": "", "sensetting": "NIEC"}, {"urn": "", "sensetting": "EHE"})
    share = placements.placements_neet_quarter_percent(drawn).set_index("time_period")
    assert share.loc[Q4, ["numerator", "denominator", "value"]].to_list() == [2, 5, 40.0]


def test_what_several_indicators_stand_on_is_worked_out_once(council):
    records, asked = council({}), []

    def work(told):
        asked.append(told)
        return "done"

    assert [records.once(work), records.once(work)] == ["done", "done"]
    assert len(asked) == 1
    assert asked[0] is records
