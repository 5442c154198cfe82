"""What is hidden, and that it is enough: by hand, by the answers of others, and by attack."""

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint

from svip_lib.disclosure.problem import build_problem, link
from svip_lib.disclosure.protect import CannotProtect, OutOfTime, protect, solve
from svip_lib.disclosure.verify import verify
from tests.disclosure.attack import attack, links_from_labels
from tests.disclosure.tables import (
    as_printed,
    cube,
    declare,
    drawn,
    hide_small,
    invented_quarters,
    problem_of,
    release,
    stock_and_flow,
    tidy,
    with_totals,
)


def protected(problem, **how):
    """Protect, prove, and return what was hidden and what is printed."""
    found = protect(problem, **how)
    released = release(problem, found)
    assert verify(problem, released, found.changes, found.witness) == []
    return set(found.hidden.index[found.hidden]), released


def one_line(parts, total="shown", threshold=5):
    """A table of one line, as in placements of one need: the total and its parts."""
    cells = pd.DataFrame({"key": [*parts, "all"], "count": [*parts.values(), sum(parts.values())], "threshold": threshold})
    return build_problem(cells.assign(state=["ordinary"] * len(parts) + [total]), link("all", "all", list(parts)))


def test_one_small_count_in_two_by_two_takes_the_other_three_with_it_and_no_total():
    table = drawn([[3, 10], [12, 20]])
    hidden, released = protected(problem_of([("plans", table)]))
    assert hidden == {f"plans; column={column}; row={row}" for column in "01" for row in "01"}
    found = attack(*links_from_labels(as_printed([("plans", table)], released)))
    assert found.loc["plans; column=0; row=0", ["low", "high"]].tolist()[0] == 1  # by hand: from 1 to 12, as the row of 13 has another
    assert not found[["exact", "under"]].any(axis=None)


def test_nought_is_shown_and_a_table_of_noughts_is_unchanged():
    hidden, released = protected(problem_of([("plans", drawn([[0, 0], [0, 0]]))]))
    assert not hidden
    assert (released == 0).all()


def test_nought_is_never_hidden_for_others():
    table = drawn([[3, 0, 9, 8], [0, 7, 8, 9], [6, 9, 0, 7]])
    problem = problem_of([("plans", table)])
    hidden, _ = protected(problem)
    assert (problem.cells.loc[list(hidden), "count"] > 0).all()


def test_a_total_is_hidden_where_nothing_else_helps_and_never_where_it_must_be_shown():
    """Four and one: the one can fall no lower, so that the four is at least 5 only if the total may be more than 5."""
    assert protected(one_line({"a": 4, "b": 1}, total="ordinary"))[0] == {"a", "b", "all"}
    with pytest.raises(CannotProtect, match="'a' is small and cannot be protected"):
        protect(one_line({"a": 4, "b": 1}, total="shown"))


def test_ten_is_the_threshold_of_what_is_sensitive():
    hidden, _ = protected(one_line({"a": 1, "b": 25, "c": 30}, threshold=10))
    assert hidden == {"a", "b"}
    assert not protected(one_line({"a": 10, "b": 25}, threshold=10))[0]


def test_the_same_problem_has_the_same_answer_twice():
    problem = problem_of([("plans", drawn([[3, 10, 2, 40], [12, 20, 9, 1], [8, 4, 30, 6]]))])
    one, other = protect(problem), protect(problem)
    pd.testing.assert_series_equal(one.hidden, other.hidden)
    assert (one.changes != other.changes).nnz == 0


class TestWhatCannotBe:
    def test_a_small_total_that_must_be_shown_is_refused_at_the_start(self):
        with pytest.raises(CannotProtect, match="'all' is small and must be shown"):
            protect(one_line({"a": 2, "b": 2}))

    def test_a_small_part_that_must_be_shown_is_refused_at_the_start(self):
        problem = problem_of([("plans", drawn([[3, 10], [12, 20]]))], state={"plans; column=0; row=0": "shown"})
        with pytest.raises(CannotProtect, match="'plans; column=0; row=0' is small and must be shown"):
            protect(problem)

    def test_three_twos_under_a_total_are_refused_with_what_could_be_merged(self):
        """One of them being 5 leaves 1 for the other two."""
        with pytest.raises(CannotProtect, match=r"'a' is small and cannot be protected.*The smallest in 'all': 'a', 'b'"):
            protect(one_line({"a": 2, "b": 2, "c": 2}))

    def test_merging_as_told_protects_and_keeps_the_total(self):
        hidden, released = protected(one_line({"a or b": 4, "c": 2}))
        assert hidden == {"a or b", "c"}
        assert released["all"] == 6

    def test_no_time_is_not_the_same_as_no_answer(self):
        problem = problem_of([("plans", drawn([[3, 10], [12, 20]]))])
        with pytest.raises(OutOfTime, match="time allowed"):
            protect(problem, seconds=0)
        assert protected(problem, seconds=60)[0]

    def test_a_solver_that_is_stopped_says_so(self):
        """Six sums to be split in halves by 50 yes-or-no choices: nobody solves that in a second, and HiGHS meets its limit."""
        weights = np.random.default_rng(1).integers(0, 100, (6, 50))
        half = weights.sum(axis=1) // 2
        choices = {"low": np.zeros(50), "high": np.ones(50), "whole": np.ones(50)}
        begun = time.monotonic()
        with pytest.raises(OutOfTime):
            solve(np.zeros(50), rows=LinearConstraint(weights, half, half), until=begun + 1, **choices)
        assert time.monotonic() - begun > 0.9


class TestAnswersOfOthers:
    """Figures and answers from the tests of GaussSuppression and sdcTable, official statistics' own tools. They hide 1 to 3."""

    def test_z1_of_statistics_norway_hides_the_same_six_cells(self):
        counts = {
            "annet": [11, 7, 5, 13, 9, 12, 6, 9],
            "arbeid": [11, 1, 8, 2, 14, 9, 4, 3],
            "soshjelp": [55, 29, 35, 17, 63, 24, 22, 38],
            "trygd": [36, 18, 25, 13, 52, 22, 8, 15],
        }
        table = with_totals(pd.DataFrame(counts, index=pd.Index(list("ABCDEFGH"), name="region")).rename_axis(columns="income"))
        assert table.loc["Total", "Total"] == 596
        hidden, _ = protected(problem_of([("persons", table)], threshold=4))
        assert hidden == {f"persons; income={income}; region={region}" for income in ("annet", "arbeid") for region in "BDH"}

    def test_microdata1_of_sdctable_hides_both_sexes_in_two_regions(self):
        table = drawn({"female": [2, 19, 10, 14], "male": [18, 14, 12, 11]}, "region", "sex").rename(
            index=dict(zip("0123", "ABCD", strict=True))
        )
        hidden, _ = protected(problem_of([("persons", table)]))
        assert hidden == {f"persons; region={region}; sex={sex}" for region in "AC" for sex in ("female", "male")}

    def test_linked_regions_of_sdctable_hide_the_region_that_gives_the_difference_away(self):
        """Theirs hides N, or K is county-2 less all. Ours hides I too: A and B are 4 together and could neither be 4."""
        count = {"A": 2, "B": 2, "I": 8, "J": 8, "K": 3, "L": 3, "M": 3, "N": 7}
        sums = {"county-1": "ABIJ", "county-2": "KLMN", "big": "LM", "small": "ABIJKN"}
        count |= {name: sum(count[part] for part in parts) for name, parts in sums.items()} | {"all": 36}
        links = [link(name, name, list(parts)) for name, parts in sums.items()]
        links += [link("counties", "all", ["county-1", "county-2"]), link("sizes", "all", ["big", "small"])]
        cells = pd.DataFrame({"key": count.keys(), "count": count.values(), "threshold": 4})
        hidden, _ = protected(build_problem(cells, pd.concat(links)))
        assert hidden == set("ABKLM") | {"N", "I"}

    def test_microdata2_of_sdctable_in_two_linked_cubes_needs_five_more_than_the_three_small(self):
        new = [3, 5, 4, 2, 5, 7, 5, 5, 5, 3, 6, 1, 3, 3, 3, 4, 4, 1, 7, 3, 6, 4, 4, 7]
        old = [10, 11, 13, 10, 14, 17, 13, 12]
        cells, links = [], []
        for kind, counts, regions, letters in (("kind", new, ["R1", "R2"], "abc"), ("old kind", old, [], "ab")):
            inner = pd.MultiIndex.from_product(
                [regions or ["Total"], ["f", "m"], ["C", "D"], list(letters)], names=["region", "sex", "eco", kind]
            )
            rows, levels = cube(pd.Series(counts, inner), [name for name in inner.names if regions or name != "region"])
            rows = rows[(rows["eco"] != "Total") | (rows[kind] == "Total")]
            declared = declare("persons", rows, levels, kind, threshold=3)
            cells.append(declared[0])
            links.append(declared[1])
        problem = build_problem(pd.concat(cells), pd.concat(links))
        hidden, _ = protected(problem)
        assert problem.cells.loc["persons", "count"] == 100
        assert (problem.secret.sum(), len(hidden)) == (3, 8)


class TestLinkedTables:
    def test_the_complement_of_a_printed_part_is_protected_though_it_is_never_printed(self):
        """Of 12 children in an age group 11 are boys."""
        ages = pd.DataFrame({"male": [11, 30, 20], "female": [1, 25, 22]}, index=pd.Index(["0-4", "5-10", "11-15"], name="age"))
        rows, levels = tidy(with_totals(ages.rename_axis(columns="sex")))
        cells, links = declare("plans", rows, levels, "age and sex")
        female = cells["key"].str.contains("female")
        girl = "plans; age=0-4; sex=female"
        found = attack(cells[~female].set_index("key")["count"].astype("Int64"), links)
        assert found.loc[girl, ["low", "high", "exact"]].tolist() == [1, 1, True]
        hidden, released = protected(build_problem(cells.assign(state=np.where(female, "virtual", "ordinary")), links))
        assert hidden and not any("female" in key for key in hidden)
        assert attack(released, links).loc[girl, "high"] >= 5

    def test_a_small_change_between_quarters_is_protected(self):
        """40 and 42 plans with 2 new: nothing printed is small but the flow, and nothing ceased."""
        cells = pd.DataFrame({"key": ["Q1", "new", "ceased", "Q2"], "count": [40, 2, 0, 42]})
        flow = link("stock", "Q2", ["Q1", "new", "ceased"], [1, 1, -1])
        printed = cells.set_index("key")["count"].astype("Int64").mask(lambda count: count == 2)
        assert attack(printed, flow)["exact"].all()
        hidden, released = protected(build_problem(cells, flow))
        assert hidden == {"new", "Q1"}
        assert not attack(released, flow)["under"].any()

    def test_what_was_published_is_a_fact_for_the_others_and_no_secret(self):
        """Of the small count that is out already nothing is hidden; the other cannot lean on it."""
        table = drawn([[3, 10, 9], [2, 20, 30], [8, 9, 7]])
        known = {"plans; column=0; row=0": "known"}
        hidden, released = protected(problem_of([("plans", table)], state=known))
        assert released["plans; column=0; row=0"] == 3
        assert "plans; column=0; row=1" in hidden and not hidden & known.keys()

    def test_a_cell_that_was_hidden_before_is_still_hidden_though_it_is_not_small(self):
        table = drawn([[30, 10], [12, 20]])
        hidden, _ = protected(problem_of([("plans", table)], state={"plans; column=0; row=0": "hidden_before"}))
        assert hidden == {"plans; column=0; row=0"}

    def test_a_quarter_published_again_is_released_as_it_was(self):
        table = drawn([[3, 10, 2, 40], [12, 20, 9, 1], [8, 4, 30, 6]])
        first = protect(problem_of([("plans", table)]))
        before = first.hidden.map({True: "hidden_before", False: "known"}).to_dict()
        again = protect(problem_of([("plans", table)], state=before))
        pd.testing.assert_series_equal(first.hidden, again.hidden)

    def test_a_cell_in_two_tables_is_the_same_in_both(self):
        need_by_age, need_by_sex = drawn([[2, 1], [30, 40]], "need", "age"), drawn([[1, 2], [30, 40]], "need", "sex")
        printed = [("plans", need_by_age), ("plans", need_by_sex)]
        _, released = protected(problem_of(printed))
        one, other = (table for _, table in as_printed(printed, released))
        pd.testing.assert_series_equal(one["Total"], other["Total"])

    def test_four_quarters_with_their_history_give_nothing_away(self):
        exact, under, secondary = publish(invented_quarters(seed=3), protect)
        assert (exact, under) == (0, 0)
        assert secondary > 0

    def test_four_quarters_of_which_only_small_counts_are_hidden_give_much_away(self):
        exact, under, _ = publish(invented_quarters(seed=3), None)
        assert exact > 0 and under > exact


def publish(quarters, method):
    """Publish one quarter after another, what was published before as it is, and attack all that is printed at each."""
    state, printed, flows, found = {}, [], [], []
    for number, tables in enumerate(quarters, start=1):
        printed += tables
        flows += [stock_and_flow(number)] if number > 1 else []
        problem = problem_of(printed, *flows, state=state)
        hidden, released = protected(problem) if method else (set(problem.cells.index[problem.secret]), hide_small(problem))
        values, links = links_from_labels(as_printed(printed, released))
        found.append(attack(values, pd.concat([links, *flows])))
        if method:
            state = {key: "hidden_before" if key in hidden else "known" for key in problem.cells.index}
    small = problem.cells["count"].between(1, 4)
    return sum(told["exact"][told["under"]].sum() for told in found), sum(told["under"].sum() for told in found), len(hidden) - small.sum()


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_no_table_gives_a_small_count_away(data):
    height, width = data.draw(st.integers(3, 12)), data.draw(st.integers(3, 12))
    count = st.one_of(st.integers(0, 9), st.integers(0, 200))
    table = drawn(data.draw(st.lists(st.lists(count, min_size=width, max_size=width), min_size=height, max_size=height)))
    problem = problem_of([("plans", table)])
    try:
        _, released = protected(problem)
    except CannotProtect:
        reject()
    assert not attack(*links_from_labels(as_printed([("plans", table)], released)))["under"].any()
