"""Rounded counts still add up, and each is next to what it was."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svip_lib.disclosure.problem import build_problem, link
from svip_lib.disclosure.protect import OutOfTime
from svip_lib.disclosure.rounding import CannotRound, round_counts
from tests.disclosure.tables import drawn, problem_of


def test_the_way_that_moves_the_fewest_children_is_taken():
    """Of 8, 6 and 14: up, down and up moves 2, 1 and 1; all three down moves 3, 1 and 4."""
    cells = pd.DataFrame({"key": ["a", "b", "all"], "count": [8, 6, 14]})
    assert round_counts(build_problem(cells, link("all", "all", ["a", "b"]))).to_dict() == {"a": 10, "all": 15, "b": 5}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), min_size=4, max_size=4), min_size=3, max_size=6))
def test_every_sum_holds_nought_stays_and_each_goes_to_a_neighbour(counts):
    problem = problem_of([("flows", drawn(counts))])
    rounded, count = round_counts(problem), problem.cells["count"]
    assert not (problem.links @ rounded.to_numpy()).any()
    assert (rounded % 5 == 0).all()
    assert (rounded[count == 0] == 0).all()
    assert ((rounded - count).abs() < 5).all()


def three_times(count, times=3):
    """Classes of the same size: one of them, and all."""
    cells = pd.DataFrame({"key": ["each", "all"], "count": [count, times * count]})
    return build_problem(cells, link("all", "all", ["each"], [times]))


def test_where_the_neighbours_do_not_do_a_count_goes_one_multiple_further():
    """Three times 4 is 12, and three times 5 is 15. Three times 3 is 9, next to 5 and 10, which are three times neither 0 nor 5."""
    assert round_counts(three_times(4)).to_dict() == {"all": 15, "each": 5}
    assert round_counts(three_times(3)).to_dict() == {"all": 15, "each": 5}


def test_what_cannot_be_rounded_is_refused():
    """Seven times 3 is 21, from which neither seven times 0 nor seven times 5 is within two multiples."""
    with pytest.raises(CannotRound, match="cannot be rounded so that every sum still holds"):
        round_counts(three_times(3, times=7))


@pytest.mark.parametrize("state", ["known", "hidden_before", "shown"])
def test_a_count_that_is_or_was_published_otherwise_is_refused(state):
    with pytest.raises(CannotRound, match="'flows' is published exactly or as"):
        round_counts(problem_of([("flows", drawn([[3, 10], [12, 20]]))], state={"flows": state}))


def test_a_virtual_cell_is_rounded_along_and_not_returned():
    problem = problem_of([("flows", drawn([[3, 10], [12, 20]]))], state={"flows; column=0; row=0": "virtual"})
    assert "flows; column=0; row=0" not in round_counts(problem)


def test_no_time_is_not_the_same_as_no_rounding():
    with pytest.raises(OutOfTime):
        round_counts(problem_of([("flows", drawn([[3, 10], [12, 20]]))]), seconds=0)
