"""What is declared: each count once, each sum by name, and nothing dropped in silence."""

import pandas as pd
import pytest

from svip_lib.config.refusal import Refusal
from svip_lib.disclosure.problem import build_problem, link
from tests.disclosure.tables import cross_table, declare, drawn, keys, problem_of, tidy

CELLS = pd.DataFrame({"key": ["plans", "girls", "boys"], "count": [30, 12, 18]})
BY_SEX = link("plans by sex", "plans", ["girls", "boys"])


def test_the_same_key_in_two_tables_is_one_cell():
    need_by_age, need_by_sex = drawn([[7, 8], [9, 10]], "need", "age"), drawn([[6, 9], [9, 10]], "need", "sex")
    problem = problem_of([("plans", need_by_age), ("plans", need_by_sex)])
    assert len(problem.cells) == 9 + 9 - 3  # the three totals by need are in both
    assert problem.links.shape == (12, 15)


def test_two_values_for_one_key_stop_with_the_key():
    with pytest.raises(Refusal, match="'girls' has two different counts"):
        build_problem(pd.concat([CELLS, pd.DataFrame({"key": ["girls"], "count": [13]})]), BY_SEX)


def test_a_sum_that_does_not_add_up_stops_with_its_name():
    with pytest.raises(Refusal, match="'plans by sex' does not add up"):
        build_problem(CELLS.replace(12, 11), BY_SEX)


def test_a_sum_of_a_cell_that_is_not_there_stops_with_the_cell():
    with pytest.raises(Refusal, match="'unknown' is part of a sum, but not among the cells"):
        build_problem(CELLS, link("plans by sex", "plans", ["girls", "boys", "unknown"]))


def test_two_sums_of_one_name_are_not_added_together():
    cells = pd.concat([CELLS, pd.DataFrame({"key": ["under 5", "over 5"], "count": [10, 20]})])
    with pytest.raises(Refusal, match="'plans by sex' is the name of two sums"):
        build_problem(cells, pd.concat([BY_SEX, link("plans by sex", "plans", ["under 5", "over 5"])]))


@pytest.mark.parametrize("count", [-1, 2.5, None, "x"])
def test_a_count_that_is_not_a_whole_number_stops_with_its_key(count):
    with pytest.raises(Refusal, match="'new' has a count that is not a whole number"):
        build_problem(pd.concat([CELLS.astype({"count": object}), pd.DataFrame({"key": ["new"], "count": [count]})]), BY_SEX)


def test_a_state_that_does_not_exist_stops_with_its_key():
    with pytest.raises(Refusal, match="'plans' has a state that does not exist"):
        build_problem(CELLS.assign(state=["public", "ordinary", "ordinary"]), BY_SEX)


def test_of_two_states_the_one_that_was_published_holds_and_of_two_thresholds_the_higher():
    again = CELLS.assign(state=["known", "hidden_before", "virtual"], threshold=[5, 10, 5])
    cells = build_problem(pd.concat([CELLS, again]), BY_SEX).cells
    assert cells["state"].to_dict() == {"plans": "known", "girls": "hidden_before", "boys": "ordinary"}
    assert cells["threshold"].to_dict() == {"plans": 5, "girls": 10, "boys": 5}


def test_what_was_hidden_before_cannot_be_declared_to_be_shown():
    before, now = CELLS.assign(state="hidden_before"), CELLS.assign(state="shown")
    with pytest.raises(Refusal, match="'boys' \\(and 2 more\\) must be shown, but was hidden before"):
        build_problem(pd.concat([before, now]), BY_SEX)


def test_no_zero_was_ever_hidden():
    none = pd.DataFrame({"key": ["girls", "boys", "plans"], "count": [0, 30, 30], "state": ["hidden_before", "ordinary", "ordinary"]})
    with pytest.raises(Refusal, match="'girls' was hidden before, but is 0"):
        build_problem(none, BY_SEX)


def test_a_count_at_its_threshold_or_known_or_nought_is_no_secret():
    cells = pd.DataFrame({"key": list("abcdef"), "count": [0, 1, 4, 5, 9, 3], "threshold": [5, 5, 5, 5, 10, 5]})
    cells["state"] = ["ordinary"] * 5 + ["known"]
    problem = build_problem(pd.concat([cells, pd.DataFrame({"key": ["g"], "count": [22]})]), link("all", "g", list("abcdef")))
    assert problem.cells.index[problem.secret].tolist() == ["b", "c", "e"]


def test_a_table_with_a_sub_total_is_summed_at_both_levels():
    rows = pd.DataFrame({"group": ["s", "s", "s", "m", "Total"], "kind": ["x", "y", "Total", "Total", "Total"]})
    rows["key"] = keys(rows, "plans", ["group", "kind"])
    sums = cross_table(rows, ["group", "kind"], "placements").groupby("link")["key"].agg(set).to_dict()
    assert sums == {
        "placements, by group, kind Total": {"plans", "plans; group=s", "plans; group=m"},
        "placements, by kind, group s": {"plans; group=s", "plans; group=s; kind=x", "plans; group=s; kind=y"},
    }


def test_a_stock_is_the_stock_before_with_its_flows():
    cells = pd.DataFrame({"key": ["Q1", "new", "ceased", "Q2"], "count": [40, 7, 5, 42]})
    build_problem(cells, link("stock", "Q2", ["Q1", "new", "ceased"], [1, 1, -1]))
    with pytest.raises(Refusal, match="'stock' does not add up"):
        build_problem(cells, link("stock", "Q2", ["Q1", "new", "ceased"]))


def test_the_order_in_which_tables_are_declared_changes_nothing():
    cells, sums = declare("plans", *tidy(drawn([[7, 8], [9, 3]])), "plans")
    one, other = build_problem(cells, sums), build_problem(cells[::-1], sums)
    pd.testing.assert_frame_equal(one.cells, other.cells)
    assert (one.links != other.links).nnz == 0
