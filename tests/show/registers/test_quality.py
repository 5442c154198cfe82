"""How good the figures are and who answers for them: what a reader is told of rows, of figures told otherwise before, and of signatures."""

from dataclasses import replace

import pandas as pd
import pytest

from svip_lib.config.refusal import Refusal
from tests.show.drawn import made

TOLD_OTHERWISE = {"indicator": "ehc_plans_quarter_count", "category": "", "time_period": "202526Q3"}


def with_register(given, **registers):
    drawn = given()
    return replace(drawn, released=replace(drawn.released, registers=drawn.released.registers | registers))


def test_a_figure_that_was_told_otherwise_is_named_and_its_values_stand_only_where_they_were_let_through(given):
    public = made("revisions", with_register(given, revisions=pd.DataFrame([TOLD_OTHERWISE])))
    assert public.iloc[0].to_list()[1:] == ["all", "October to December 2025"]
    values = {"value_then": "4210", "value_now": "4213"}
    inside = made("revisions", with_register(given, revisions=pd.DataFrame([TOLD_OTHERWISE | values])))
    assert inside[["As told then", "As told now"]].iloc[0].to_list() == ["4,210", "4,213"]


def test_a_total_of_rows_is_withheld_where_one_of_its_parts_is(given):
    rows = [{"table": "named_plan", "rows_in": "1200", "clean": "1198", "quarantined": "[c]"},
            {"table": "person", "rows_in": "30", "clean": "30", "quarantined": "0"}]  # fmt: skip
    table = made("own_rows", with_register(given, own_rows=pd.DataFrame(rows)))
    assert table.iloc[-1].to_list() == ["all tables", "1,230", "1,228", "[c]"]
    assert table.iloc[0].to_list() == ["named plan", "1,200", "1,198", "[c]"]


def test_who_has_not_signed_is_told_as_such(given):
    assert set(made("sign_off", given())["Signed on"]) == {"not yet signed"}


def test_a_log_is_told_without_machine_names_and_one_that_is_lost_is_refused(given, tmp_path):
    (tmp_path / "decisions.csv").write_text("decided_on,why_so\n2026-07-01,\n", encoding="utf-8")
    table = made("decisions", given(log=tmp_path))
    assert (list(table), table.iloc[0].to_list()) == (["Decided on", "Why so"], ["2026-07-01", "not given"])
    with pytest.raises(Refusal, match="cannot be read"):
        made("assumptions", given(log=tmp_path))
