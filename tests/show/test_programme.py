"""The tables of schemes, conditions, activities and risks: what a register says, what it said before, and what nobody said."""

import re
from datetime import date

import pandas as pd
import pytest

from svip_lib.config.agreement import read_agreement
from svip_lib.config.authority import read_authority
from svip_lib.config.periods import Quarter
from svip_lib.config.refusal import Refusal
from svip_lib.config.registry import read_dictionary
from svip_lib.config.result import COLUMNS
from svip_lib.disclosure.gate import release
from svip_lib.figures import Figures
from svip_lib.show import programme
from svip_lib.show.registers import Given
from svip_lib.show.tables import table_html
from tests.drawn import AREAS, NOTHING_PUBLISHED, POLICY, drawn_entry, drawn_row

MILESTONE = {
    "id": "M1",
    "title": "Build.",
    "condition": "",
    "site": "",
    "need": "",
    "places": "",
    "planned_date": "2025-08-05",
    "forecast_date": "2027-01-05",
    "actual_date": "",
    "status": "Delayed",
    "capital_budget": "",
    "capital_spent": "",
    "origin": "synthetic",
    "listed": "still",
    "status_before": "On track",
    "forecast_date_before": "2026-11-05",
}
CONDITION = dict.fromkeys("measure actual target evidence owner_role consequence payment due_date".split(), "") | {
    "number": "1.1",
    "text": "Balance the budget.",
    "status": "At risk",
    "origin": "council",
    "listed": "still",
    "status_before": "On track",
}
RISK = dict.fromkeys("mitigation money_at_risk owner_role target_score raised_date".split(), "") | {
    "id": "R1",
    "title": "A risk.",
    "likelihood": "B",
    "impact": "II",
    "score": "BII",
    "score_before": "CII",
    "status": "Open",
    "review_date": "2026-07-30",
    "origin": "council",
    "listed": "still",
}


@pytest.fixture
def given(repository):
    """What tables are made of, with the registers that a test draws."""
    folder = repository / "data" / "authorities" / "medway"
    agreement = read_agreement(folder / "agreement.yaml")

    def draw(rows=(), log=None, **registers):
        frame = pd.DataFrame(list(rows) or [drawn_row(drawn_entry(), 1.0)])[COLUMNS]
        frame = frame.astype({"numerator": float, "denominator": float, "value": float})
        tables = {name: pd.DataFrame(told).fillna("") for name, told in registers.items()}
        tables["own_rows"] = pd.DataFrame({"table": []})
        figures = Figures("medway", Quarter(2025, 4), date(2026, 7, 31), frame, AREAS, tables)
        released = release(figures, "public", key="drawn", policy=POLICY, register=NOTHING_PUBLISHED)
        dictionary = read_dictionary(repository / "data" / "dictionary")
        return Given(released, agreement, dictionary, log or folder / "assurance", read_authority(folder))

    return draw


def words(cell):
    """A cell without its marks."""
    return re.sub(r"<[^>]*>", "", cell)


def test_without_any_register_every_table_stands_and_says_what_was_not_supplied(given):
    drawn = given()
    for name, (caption, make) in programme.TABLES.items():
        frame = make(drawn)
        told = caption(drawn) if callable(caption) else caption
        if frame.empty:
            assert programme.absent(drawn, name) == ("none" if name == "activities_other" else "not supplied"), name
        else:
            table_html(frame, anchor="a", caption=told, finished=programme.MARKED & set(frame.columns))
    assert set(programme.scheme_days(drawn)["Planned"]) == {"not supplied"}
    assert set(map(words, programme.risk_scores(drawn)["Trend"])) == {"◊ not supplied"}


def test_no_table_has_more_columns_than_a_page_can_carry(given):
    assert max(len(make(given()).columns) for _, make in programme.TABLES.values()) <= 6


def test_a_scheme_is_matched_by_its_words_and_an_unnamed_school_is_unverified(given):
    row = MILESTONE | {"title": "Resourced  provision for autism at Strood Academy.", "places": "25"}
    drawn = given(milestones=[row])
    schemes = programme.schemes(drawn).set_index("Scheme")
    assert schemes.loc["ASD Strood Academy", ["Need", "Site", "Places", "Due"]].to_list() == ["ASD", "Strood Academy", "25", "not stated"]
    assert schemes.loc["ASD Second", "Site"] == "[unverified]"
    assert schemes.loc["Inspire New Build", "Due"] == "January 2025"
    days = programme.scheme_days(drawn).set_index("Scheme")
    assert days.loc["ASD Strood Academy", "Planned"].replace("\xa0", " ") == "5 August 2025"
    assert days.loc["ASD Strood Academy", ["Done", "Slippage"]].to_list() == ["not yet", "+17 months (+2 in the quarter)"]
    assert words(days.loc["ASD Strood Academy", "Status"]) == "◆ Delayed"
    assert days.loc["ASD Second", "Slippage"] == "not supplied"


def test_a_scheme_that_only_the_register_has_is_told_too(given):
    drawn = given(milestones=[MILESTONE | {"title": "A new school", "places": "40", "need": "SEMH", "status": "Complete"}])
    assert "A new school" in set(programme.scheme_days(drawn)["Scheme"])
    places = programme.scheme_places(drawn).set_index("Need")
    assert places.loc["SEMH", "Done"] == "40"
    assert places.loc["All needs", "Size unknown"] == "3 schemes"


def test_capital_adds_up_over_the_schemes_that_state_it(given):
    titles = ["Expansion of Abbey Court special school, under way in 2022.", "Expansion of Bradfields special school, under way in 2022."]
    money = {"capital_budget": "10000000", "capital_spent": "2500000"}
    table = programme.scheme_money(given(milestones=[MILESTONE | {"title": titles[0]} | money, MILESTONE | {"title": titles[1]}]))
    rows = table.set_index("Scheme")
    assert rows.loc["Abbey Court", ["Budget", "Spent", "Share spent"]].to_list() == ["£100,000", "£25,000", "25%"]
    assert rows.loc["Bradfields", ["Budget", "Share spent"]].to_list() == ["not stated", "not stated"]
    assert rows.loc["All that are stated", ["Budget", "Spent"]].to_list() == ["£100,000", "£25,000"]


def test_conditions_say_what_they_were_before_and_what_has_gone(given):
    gone = dict.fromkeys(CONDITION, "") | {"number": "1.3", "text": "Old.", "listed": "gone", "origin": "council"}
    rows = [CONDITION, CONDITION | {"number": "1.2", "listed": "new", "status_before": ""}, gone]
    table = programme.conditions(given(conditions=rows))
    assert list(map(words, table["Status"])) == ["▲ At risk", "▲ At risk", "• No longer listed"]
    assert list(map(words, table["A quarter before"])) == ["✓ On track", "• New", "◊ not supplied"]


def test_a_condition_is_judged_by_a_figure_of_the_pack_or_by_the_registers_own_words(given):
    plans = {"indicator": "ehc_plans_count", "time_identifier": "Academic year", "base": "all_ehc_plans"}
    rows = [CONDITION | {"measure": "ehc_plans_count"}, CONDITION | {"number": "1.2", "measure": "Balance", "actual": "£2m over"}]
    drawn = given(rows=[drawn_row(drawn_entry(), 4287.0) | plans], conditions=[*rows, CONDITION | {"number": "1.3", "owner_role": "Lead"}])
    table = programme.condition_evidence(drawn)
    assert table["Newest"].to_list() == ["4,287 (January 2026)", "£2m over", "not stated"]
    assert table["Owner"].to_list() == ["role not supplied", "role not supplied", "Lead"]
    assert programme.named(drawn, "condition_evidence") == ["ehc_plans_count"]


def test_a_consequence_or_sum_that_the_register_does_not_state_is_not_invented(given):
    rows = [CONDITION, CONDITION | {"number": "1.2", "payment": "125000000", "consequence": "The payment stops."}]
    table = programme.condition_stakes(given(conditions=rows, milestones=[MILESTONE | {"condition": "1.2", "status": "Complete"}]))
    assert table.iloc[0, 1:].to_list() == ["not stated", "not stated", "not stated"]
    assert table.iloc[1, 1:].to_list() == ["The payment stops.", "£1,250,000", "1 of 1"]


def test_activities_stand_under_their_priority_and_the_registers_own_at_the_end(given):
    title = "Create parent champions who work with the family liaison officers and advise parents."
    drawn = given(milestones=[MILESTONE | {"title": title}, MILESTONE | {"id": "M2", "title": "Something else"}])
    first = programme.activities(drawn, 0).set_index("Place")
    assert (len(first), words(first.loc["4.1.1.4 (5)", "Status"])) == (5, "◆ Delayed")
    assert [len(programme.activities(drawn, nth)) for nth in (1, 2, 3)] == [5, 17, 12]
    assert programme.activities(drawn, 4)["What was promised"].to_list()[-1] == "Something else"
    assert programme.TABLES["activities_1"][0](drawn).startswith("What was promised under 4.1.1: Manage the demand")


def test_recommendations_and_conditions_of_the_agreement_are_unverified(given):
    table = programme.recommendations(given())
    assert (len(table), set(map(words, table["Status"]))) == (10, {"◊ Not tracked [unverified]"})
    assert programme.conditions_agreed(given())["Number"].to_list() == ["[unverified]"]


def test_a_return_falls_due_next_after_the_day_of_the_pack(given):
    table = programme.returns_calendar(given()).set_index("Return or report")
    census = table.index.str.contains("January census")
    assert table.loc[census, ["Months", "Next", "Verified"]].to_numpy().tolist() == [["January", "January 2027", "[unverified]"]]


def test_the_log_says_which_body_saw_the_pack_of_this_quarter(given, tmp_path):
    log = tmp_path / "seen_by.csv"
    log.write_text(
        "quarter,body,seen_on,form\n2025-26-Q3,schools_forum,2026-02-20,slides\n2025-26-Q4,parents_carers_forum,2026-08-04,paper\n",
        encoding="utf-8",
    )
    table = programme.governance(given(log=tmp_path)).set_index("Body")
    assert table.loc["Medway Parents and Carers Forum", "Saw this pack"].replace("\xa0", " ") == "4 August 2026"
    assert table.loc["Schools Forum", ["Saw this pack", "In what form"]].to_list() == ["not recorded", "not recorded"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("2025-26-Q4,choir,2026-08-04,paper", "'choir' is none of"),
        ("2025-26-Q4,schools_forum,2026-03-31,paper", "had not ended on 2026-03-31"),
        ("2025-26-Q4,schools_forum,August,paper", "'August' is not a day"),
    ],
)
def test_a_log_that_names_no_body_or_no_day_is_refused_with_its_line(given, tmp_path, row, message):
    (tmp_path / "seen_by.csv").write_text(f"quarter,body,seen_on,form\n{row}\n", encoding="utf-8")
    with pytest.raises(Refusal, match=re.escape(message)) as refusal:
        programme.governance(given(log=tmp_path))
    assert "line 2" in str(refusal.value)


def test_the_successor_rests_on_five_sources_of_which_the_pack_says_what_it_holds(given):
    table = programme.successor_sources(given()).set_index("Evidence")
    assert len(table) == 5
    assert table.loc["Section 251 statements", "This pack holds"] == "the council's ledger: not supplied"
    assert table.loc["Statement of accounts", "This pack holds"] == "end of 2025-26: [unverified]"
    assert programme.programme(given())["Verified"].to_list() == ["yes", "[unverified]"]


def test_a_risk_has_risen_fallen_or_stayed_and_a_new_one_says_so(given):
    schools = "Schools, academies and others may not commit themselves to more inclusion in mainstream education."
    rows = [RISK | {"title": schools}, RISK | {"id": "R9", "title": "A new one", "listed": "new", "score_before": ""}]
    table = programme.risk_scores(given(risks=rows)).set_index("Risk")
    assert table.loc["School engagement", ["A quarter ago", "Now", "Aim"]].to_list() == ["CII", "BII", "not stated"]
    assert words(table.loc["School engagement", "Trend"]) == "◆ Higher"
    assert words(table.loc["A new one", "Trend"]) == "• New"
    assert programme.risks(given(risks=rows)).set_index("Risk").loc["A new one", "Paragraph"] == "not in the report"


def test_a_review_is_overdue_when_its_day_lay_before_the_pack(given):
    rows = [
        RISK,
        RISK | {"id": "R2", "title": "Two", "review_date": "2026-07-31"},
        RISK | {"id": "R3", "title": "Three", "review_date": ""},
    ]
    table = programme.risk_actions(given(risks=rows)).set_index("Risk")["Review"].map(words).str.replace("\xa0", " ")
    assert table[["A risk.", "Two", "Three"]].to_list() == ["◆ 30 July 2026, overdue", "• 31 July 2026", "◊ not stated"]


def test_a_trigger_shows_its_newest_figure_and_status_and_one_that_is_unknown_is_refused(given):
    plans = {"indicator": "ehc_plans_count", "time_identifier": "Academic year", "base": "all_ehc_plans"}
    rows = [drawn_row(drawn_entry(), value, measure=measure) | plans for value, measure in ((4287.0, "actual"), (3254.0, "plan"))]
    drawn = given(rows=rows)
    table = programme.risk_triggers(drawn).set_index("Risk")
    assert table.loc["Plan numbers", "Newest figure"] == "4,287 (January 2026)"
    capital = {"indicator": "high_needs_balance_gbp", "time_identifier": "Financial quarter", "base": "high_needs_ledger"}
    row = drawn_row(drawn_entry(), -7.3e6, period="202526Q4", category="in_year_before_payment") | capital
    balance = programme.risk_triggers(given(rows=[row])).set_index("Risk").loc["Statutory override", "Newest figure"]
    assert re.fullmatch(r"−£7.3m, .+ \(January to March 2026\)", balance)
    assert words(table.loc["Plan numbers", "Status"]) == "• Above plan"
    assert table.loc["Statutory override", "Newest figure"] == "not supplied"
    risks = [risk.model_copy(update={"trigger": None}) for risk in drawn.agreement.risks]
    without = drawn.agreement.model_copy(update={"risks": risks})
    table = programme.risk_triggers(Given(drawn.released, without, drawn.dictionary, drawn.assurance, drawn.authority))
    assert set(map(words, table["Status"])) == {"◊ No trigger"}
    broken = drawn.agreement.model_copy(update={"risks": [drawn.agreement.risks[0].model_copy(update={"trigger": "no_such_count"})]})
    with pytest.raises(Refusal, match="'no_such_count', which is no indicator"):
        programme.risk_triggers(Given(drawn.released, broken, drawn.dictionary, drawn.assurance, drawn.authority))


def test_what_comes_from_an_invented_register_is_known_as_such(given):
    drawn = given(milestones=[MILESTONE], risks=[RISK])
    assert programme.is_synthetic(drawn, "scheme_days")
    assert not programme.is_synthetic(drawn, "risks")
    assert not programme.is_synthetic(drawn, "schemes")
