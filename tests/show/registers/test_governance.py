"""Who has seen the pack, what falls due, and what the successor's grant rests on."""

import re

import pytest

from svip_lib.config.refusal import Refusal
from tests.show.drawn import made


def test_a_return_falls_due_next_after_the_day_of_the_pack(given):
    table = made("returns_calendar", given()).set_index("Return or report")
    census = table.index.str.contains("January census")
    assert table.loc[census, ["Months", "Next", "Verified"]].to_numpy().tolist() == [["January", "January 2027", "[unverified]"]]


def test_the_log_says_which_body_saw_the_pack_of_this_quarter(given, tmp_path):
    log = tmp_path / "seen_by.csv"
    log.write_text(
        "quarter,body,seen_on,form\n2025-26-Q3,schools_forum,2026-02-20,slides\n2025-26-Q4,parents_carers_forum,2026-08-04,paper\n",
        encoding="utf-8",
    )
    table = made("governance", given(log=tmp_path)).set_index("Body")
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
        made("governance", given(log=tmp_path))
    assert "line 2" in str(refusal.value)


def test_the_successor_rests_on_five_sources_of_which_the_pack_says_what_it_holds(given):
    table = made("successor_sources", given()).set_index("Evidence")
    assert len(table) == 5
    assert table.loc["Section 251 statements", "This pack holds"] == "the council's ledger: not supplied"
    assert table.loc["Statement of accounts", "This pack holds"] == "end of 2025-26: [unverified]"
    assert made("programme", given())["Verified"].to_list() == ["yes", "[unverified]"]
