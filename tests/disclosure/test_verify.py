"""The proof by addition catches whatever is changed in a release or in a witness."""

import ast
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from svip_lib.disclosure import verify as module
from svip_lib.disclosure.protect import protect
from svip_lib.disclosure.verify import verify
from tests.disclosure.tables import drawn, problem_of, release

TABLE = drawn([[3, 10, 2, 40], [12, 20, 9, 1], [8, 4, 30, 6], [0, 9, 7, 11]])
FIRST = "plans; column=0; row=0"


@pytest.fixture(scope="module")
def problem():
    return problem_of([("plans", TABLE)], state={"plans": "shown"})


@pytest.fixture(scope="module")
def protection(problem):
    return protect(problem)


@pytest.fixture(scope="module")
def check(problem, protection):
    """Verify with one thing other than it was."""

    def told(released=None, changes=None, witness=None):
        released = release(problem, protection) if released is None else released
        changes = protection.changes if changes is None else sparse.csr_array(changes)
        return verify(problem, released, changes, protection.witness if witness is None else witness)

    return told


def test_it_shares_no_code_with_what_protects_and_solves_nothing():
    names = {
        node.module for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))) if isinstance(node, ast.ImportFrom)
    }
    assert names == {"scipy", "svip_lib.disclosure.problem"}


def test_what_protect_releases_is_proven(check):
    assert check() == []


def test_each_secondary_cell_that_is_shown_breaks_the_proof(check, problem, protection):
    secondary = protection.hidden & ~problem.secret
    assert secondary.sum() >= 3
    for key in secondary.index[secondary]:
        released = release(problem, protection)
        released[key] = problem.cells.loc[key, "count"]
        assert any(key in failure for failure in check(released)), key


def test_every_tampered_witness_is_caught(check, problem, protection):
    """One more or one less, in any cell of any witness, and either does not add up."""
    changes = protection.changes.toarray()
    for row, cell in np.ndindex(changes.shape):
        for by in (-1, 1):
            tampered = changes.copy()
            tampered[row, cell] += by
            assert any(f"Witness {row} does not add up" in failure for failure in check(changes=tampered)), (row, cell)


def test_a_witness_that_adds_up_but_differs_from_what_is_printed_is_caught(check, problem, protection):
    """One child more in a corner of four cells, one of them shown, and one less in the next."""
    moved = {f"plans; column={column}; row={row}": sign for column, row, sign in ((2, 2, 1), (3, 2, -1), (2, 3, -1), (3, 3, 1))}
    shown = [key for key in moved if not protection.hidden[key]]
    changes = protection.changes.toarray()
    changes[0, problem.cells.index.get_indexer(list(moved))] += list(moved.values())
    assert shown
    assert check(changes=changes) == [f"Witness 0 differs from what is printed at '{key}'." for key in sorted(shown)]


def test_a_missing_witness_is_caught_for_each_small_cell(check, protection):
    for key in protection.witness.index:
        assert check(witness=protection.witness.drop(key)) == [f"'{key}' is small and has no witness."]


def test_a_witness_in_which_the_cell_is_still_small_is_caught(check, protection):
    nothing = np.zeros_like(protection.changes.toarray())
    assert check(changes=nothing) == [f"'{key}' is still small in its witness." for key in protection.witness.index]


def test_a_witness_that_goes_below_one_where_c_stands_is_caught(problem, check, protection):
    changes = 9 * protection.changes.toarray()
    assert any("goes too low" in failure for failure in check(changes=changes))


def test_witnesses_that_are_not_whole_numbers_are_no_proof(check, protection):
    assert check(changes=protection.changes.astype(float)) == ["The witnesses are not whole numbers, one to a cell."]


@pytest.mark.parametrize(
    ("key", "value", "failure"),
    [
        (FIRST, 3, f"'{FIRST}' is small and printed."),
        ("plans", pd.NA, "'plans' must be shown and is hidden."),
        ("plans", 171, "'plans' is printed with another count."),
        ("plans; column=0; row=3", pd.NA, "'plans; column=0; row=3' is 0 and hidden."),
        ("plans; row=9", 5, "'plans; row=9' is printed but was never declared."),
    ],
)
def test_a_changed_release_is_caught(check, problem, protection, key, value, failure):
    released = release(problem, protection)
    released[key] = value
    assert failure in check(released)


def test_a_figure_that_is_left_out_or_printed_twice_is_caught(check, problem, protection):
    released = release(problem, protection)
    assert check(released.drop("plans")) == ["'plans' is neither printed nor hidden."]
    assert check(pd.concat([released, released[["plans"]]])) == ["'plans' is printed twice."]


def test_a_virtual_cell_and_one_that_was_hidden_before_are_not_to_be_printed():
    state = {FIRST: "virtual", "plans; column=1; row=1": "hidden_before"}
    problem = problem_of([("plans", TABLE)], state=state)
    found = protect(problem)
    released = release(problem, found)
    assert verify(problem, released, found.changes, found.witness) == []
    released[FIRST], released["plans; column=1; row=1"] = pd.NA, 20
    failures = verify(problem, released, found.changes, found.witness)
    assert f"'{FIRST}' is printed, but was declared as never printed." in failures
    assert "'plans; column=1; row=1' was hidden before and is printed." in failures


def test_what_an_earlier_pack_hid_need_not_be_in_this_one():
    problem = problem_of([("plans", TABLE)], state={"plans; column=1; row=1": "hidden_before"})
    found = protect(problem)
    released = release(problem, found).drop("plans; column=1; row=1")
    assert verify(problem, released, found.changes, found.witness) == []
