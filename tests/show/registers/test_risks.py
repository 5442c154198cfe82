"""Risks: how each has moved, by what it would show, and whose review is overdue."""

import re
from dataclasses import replace

import pytest

from svip_lib.config.refusal import Refusal
from tests.drawn import drawn_entry, drawn_row
from tests.show.drawn import RISK, made, words


def test_a_risk_has_risen_fallen_or_stayed_and_a_new_one_says_so(given):
    schools = "Schools, academies and others may not commit themselves to more inclusion in mainstream education."
    rows = [RISK | {"title": schools}, RISK | {"id": "R9", "title": "A new one", "listed": "new", "score_before": ""}]
    table = made("risk_scores", given(risks=rows)).set_index("Risk")
    assert table.loc["School engagement", ["A quarter ago", "Now", "Aim"]].to_list() == ["CII", "BII", "not stated"]
    assert words(table.loc["School engagement", "Trend"]) == "◆ Higher"
    assert words(table.loc["A new one", "Trend"]) == "• New"
    assert made("risks", given(risks=rows)).set_index("Risk").loc["A new one", "Paragraph"] == "not in the report"


def test_a_review_is_overdue_when_its_day_lay_before_the_day_of_the_register(given):
    rows = [
        RISK | {"review_date": "2026-03-30"},
        RISK | {"id": "R2", "title": "Two", "review_date": "2026-03-31"},
        RISK | {"id": "R3", "title": "Three", "review_date": ""},
    ]
    table = made("risk_actions", given(risks=rows)).set_index("Risk")["Review"].map(words).str.replace("\xa0", " ")
    assert table[["A risk.", "Two", "Three"]].to_list() == ["◆ 30 March 2026, overdue", "• 31 March 2026", "◊ not stated"]


def test_a_trigger_shows_its_newest_figure_and_status_and_one_that_is_unknown_is_refused(given):
    plans = {"indicator": "ehc_plans_count", "time_identifier": "Academic year", "base": "all_ehc_plans"}
    rows = [drawn_row(drawn_entry(), value, measure=measure) | plans for value, measure in ((4287.0, "actual"), (3254.0, "plan"))]
    drawn = given(rows=rows)
    table = made("risk_triggers", drawn).set_index("Risk")
    assert table.loc["Plan numbers", "Newest figure"] == "4,287 (January 2026)"
    capital = {"indicator": "high_needs_balance_gbp", "time_identifier": "Financial quarter", "base": "high_needs_ledger"}
    row = drawn_row(drawn_entry(), -7.3e6, period="202526Q4", category="in_year_before_payment") | capital
    balance = made("risk_triggers", given(rows=[row])).set_index("Risk").loc["Statutory override", "Newest figure"]
    assert re.fullmatch(r"−£7.3m, .+ \(January to March 2026\)", balance)
    assert words(table.loc["Plan numbers", "Status"]) == "• Above plan"
    assert table.loc["Statutory override", "Newest figure"] == "not supplied"
    told = [risk.model_copy(update={"trigger": None}) for risk in drawn.agreement.risks]
    without = drawn.agreement.model_copy(update={"risks": told})
    table = made("risk_triggers", replace(drawn, agreement=without))
    assert set(map(words, table["Status"])) == {"◊ No trigger"}
    broken = drawn.agreement.model_copy(update={"risks": [drawn.agreement.risks[0].model_copy(update={"trigger": "no_such_count"})]})
    with pytest.raises(Refusal, match="'no_such_count', which is no indicator"):
        made("risk_triggers", replace(drawn, agreement=broken))
