"""Conditions, activities and recommendations: where each stands, where it stood before, and what nobody said."""

from svip_lib.show.registers import agreement
from tests.drawn import drawn_entry, drawn_row
from tests.show.drawn import MILESTONE, made, words

CONDITION = dict.fromkeys("measure actual target evidence owner_role consequence payment due_date".split(), "") | {
    "number": "1.1",
    "text": "Balance the budget.",
    "status": "At risk",
    "origin": "council",
    "listed": "still",
    "status_before": "On track",
}


def test_conditions_say_what_they_were_before_and_what_has_gone(given):
    gone = dict.fromkeys(CONDITION, "") | {"number": "1.3", "text": "Old.", "listed": "gone", "origin": "council"}
    rows = [CONDITION, CONDITION | {"number": "1.2", "listed": "new", "status_before": ""}, gone]
    table = made("conditions", given(conditions=rows))
    assert list(map(words, table["Status"])) == ["▲ At risk", "▲ At risk", "• No longer listed"]
    assert list(map(words, table["A quarter before"])) == ["✓ On track", "• New", "◊ not supplied"]


def test_a_condition_is_judged_by_a_figure_of_the_pack_or_by_the_registers_own_words(given):
    plans = {"indicator": "ehc_plans_count", "time_identifier": "Academic year", "base": "all_ehc_plans"}
    rows = [CONDITION | {"measure": "ehc_plans_count"}, CONDITION | {"number": "1.2", "measure": "Balance", "actual": "£2m over"}]
    drawn = given(rows=[drawn_row(drawn_entry(), 4287.0) | plans], conditions=[*rows, CONDITION | {"number": "1.3", "owner_role": "Lead"}])
    table = made("condition_evidence", drawn)
    assert table["Newest"].to_list() == ["4,287 (January 2026)", "£2m over", "not stated"]
    assert table["Owner"].to_list() == ["role not supplied", "role not supplied", "Lead"]
    assert agreement.TABLES["condition_evidence"].named(drawn) == ["ehc_plans_count"]


def test_a_consequence_or_sum_that_the_register_does_not_state_is_not_invented(given):
    rows = [CONDITION, CONDITION | {"number": "1.2", "payment": "125000000", "consequence": "The payment stops."}]
    table = made("condition_stakes", given(conditions=rows, milestones=[MILESTONE | {"condition": "1.2", "status": "Complete"}]))
    assert table.iloc[0, 1:].to_list() == ["not stated", "not stated", "not stated"]
    assert table.iloc[1, 1:].to_list() == ["The payment stops.", "£1,250,000", "1 of 1"]


def test_activities_stand_under_their_priority_and_the_registers_own_at_the_end(given):
    title = "Create parent champions who work with the family liaison officers and advise parents."
    drawn = given(milestones=[MILESTONE | {"title": title}, MILESTONE | {"id": "M2", "title": "Something else"}])
    first = made("activities_1", drawn).set_index("Place")
    assert (len(first), words(first.loc["4.1.1.4 (5)", "Status"])) == (5, "◆ Delayed")
    assert [len(made(f"activities_{name}", drawn)) for name in (2, 3, 4)] == [5, 17, 12]
    assert made("activities_other", drawn)["What was promised"].to_list()[-1] == "Something else"
    assert agreement.TABLES["activities_1"].says(drawn).startswith("What was promised under 4.1.1: Manage the demand")


def test_recommendations_and_conditions_of_the_agreement_are_unverified(given):
    table = made("recommendations", given())
    assert (len(table), set(map(words, table["Status"]))) == (10, {"◊ Not tracked [unverified]"})
    assert made("conditions_agreed", given())["Number"].to_list() == ["[unverified]"]
