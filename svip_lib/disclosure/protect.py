"""Hides small counts, and as little beside them as keeps every one of them possibly not small.

For each small count a *witness* is found: another complete set of counts, whole and adding up, that agrees with everything printed
and in which that count is not small. Nobody can then prove from the printed figures that it is. Witnesses show the true pattern:
they stay as private as the counts.
"""

import time
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from svip_lib.config.refusal import Refusal
from svip_lib.disclosure.problem import Problem

OUT_OF_TIME, INFEASIBLE = 1, 2  # what scipy.optimize.milp answers
REACH = (5, 25)  # how far a witness may differ from the truth in any cell; the next is tried where the one before it does not do
TOLERANCE = 1e-4  # how far HiGHS may be from a whole number: it promises 1e-6, and small errors cannot add up to one in a sum


class CannotProtect(Refusal):
    """A small count that no hiding can protect, with what could be merged. Nothing of its pack may be published.

    The message names the cell, and so gives away that it is small: it is for the analyst, not for a published log.
    """


class OutOfTime(Refusal):
    """The time allowed was used up before there was an answer, which says nothing about whether there is one."""


@dataclass(frozen=True)
class Protection:
    """Which cells to hide, and the proof that it is enough. Private: whoever has the witnesses has the counts.

    Attributes:
        hidden: By key, whether the cell is printed as [c].
        changes: One row a witness, one column a cell: what the witness adds to the true counts.
        witness: By key of each small cell, the row of its witness in ``changes``.
    """

    hidden: pd.Series
    changes: sparse.csr_array
    witness: pd.Series


def protect(problem: Problem, *, seconds: float = 60.0) -> Protection:
    """Hide every small count, and as few and as small others as leave each small one in doubt.

    A cell costs more, the more it counts, so that margins are hidden last. The same problem has the same answer, every time.

    Args:
        problem: All the cells and all the sums.
        seconds: How long the whole may take.

    Raises:
        CannotProtect: No hiding protects a small count, or it must be shown.
        OutOfTime: The time was used up.

    Example: two of the four must be hidden, or the small one is the total less the others.
        >>> from svip_lib.disclosure.problem import build_problem, link
        >>> cells = pd.DataFrame({"key": ["all", "a", "b", "c", "d"], "count": [61, 3, 8, 20, 30]})
        >>> problem = build_problem(cells, link("all", "all", ["a", "b", "c", "d"]))
        >>> protect(problem).hidden.to_dict()
        {'a': True, 'all': False, 'b': True, 'c': False, 'd': False}
    """
    cells, secret = problem.cells, np.flatnonzero(problem.secret)
    count, state = cells["count"].to_numpy(), cells["state"].to_numpy()
    must_show = secret[state[secret] == "shown"]
    if len(must_show):
        raise _cannot(problem, must_show[0], "is small and must be shown")
    search = _Search(problem, time.monotonic() + seconds)
    need = cells["threshold"].to_numpy()[secret] - count[secret]
    changes, witness = [], np.full(len(secret), -1)
    for place in np.argsort(-count[secret], kind="stable"):  # the largest first: what is hidden for it often serves the smaller
        if witness[place] < 0:
            change = search.witness(secret[place], need[place])
            if change is None:
                raise _cannot(problem, secret[place], "is small and cannot be protected")
            witness[(witness < 0) & (change[secret] >= need)] = len(changes)
            changes.append(change)
    found = sparse.csr_array(np.array(changes, dtype=np.int64).reshape(-1, len(cells)))
    return Protection(pd.Series(search.hidden, index=cells.index), found, pd.Series(witness, index=cells.index[secret]))


def solve(
    cost: np.ndarray, *, rows: LinearConstraint, low: np.ndarray, high: np.ndarray, whole: np.ndarray, until: float
) -> np.ndarray | None:
    """Return the cheapest solution, or None where there is none.

    Raises:
        OutOfTime: ``until``, by the monotonic clock, came before the answer.
    """
    left = until - time.monotonic()
    answer = milp(cost, constraints=rows, bounds=Bounds(low, high), integrality=whole, options={"time_limit": left}) if left > 0 else None
    if answer is None or answer.status == OUT_OF_TIME:
        raise OutOfTime("The time allowed for protecting the figures is used up.", remedy="Allow more, or publish fewer tables at once.")
    if answer.status != INFEASIBLE and not answer.success:
        raise RuntimeError(f"HiGHS gave up: {answer.message}")
    return answer.x


class _Search:
    """Finds one witness after another, and remembers what the earlier ones made it hide."""

    def __init__(self, problem: Problem, until: float):
        state, self.count = problem.cells["state"].to_numpy(), problem.cells["count"].to_numpy()
        self.links, self.until = problem.links, until
        self.virtual = state == "virtual"
        self.hidden = (problem.secret & ~self.virtual) | (state == "hidden_before")
        self.movable = self.virtual | ((state != "known") & (state != "shown") & (self.count > 0))
        self.lowest = np.where(self.virtual, 0, 1) - self.count  # 0 is printed as 0, so that [c] is read as at least 1

    def witness(self, target: int, need: int) -> np.ndarray | None:
        """Return what to add to the counts so that the target gains what it needs, and hide what that takes."""
        for furthest in (max(need, step) for step in REACH):
            # What is hidden already costs nothing, and without whole numbers is quick to try: they mostly come by themselves.
            for open_to, whole in ((self.hidden | self.virtual, False), (self.movable, True)):
                change = self._change(target, need, furthest, np.flatnonzero(open_to), whole)
                if change is not None:
                    self.hidden |= (change != 0) & ~self.virtual
                    return change
        return None

    def _change(self, target: int, need: int, furthest: int, columns: np.ndarray, whole: bool) -> np.ndarray | None:
        """Solve for the change of each of some cells and, for each that is not hidden yet, for whether it must be."""
        low, high = np.maximum(self.lowest[columns], -furthest).astype(float), np.full(len(columns), float(furthest))
        low[columns == target] = need
        rows, fresh = self.links[:, columns], np.flatnonzero(~(self.hidden | self.virtual)[columns])
        least, most = np.zeros(rows.shape[0]), np.zeros(rows.shape[0])
        if len(fresh):  # one that stays shown changes by 0, one that is to be hidden by anything from low to high
            each = sparse.eye_array(len(columns), format="csr")[fresh]
            up, down = (-sparse.diags_array(bound[fresh]) for bound in (high, low))
            rows = sparse.block_array([[rows, None], [each, up], [each, down]], format="csc")
            no_limit, zero = np.full(len(fresh), np.inf), np.zeros(len(fresh))
            least, most = np.concatenate([least, -no_limit, zero]), np.concatenate([most, zero, no_limit])
        found = solve(
            np.concatenate([0 * low, 1 + np.log1p(self.count[columns[fresh]])]),
            rows=LinearConstraint(rows, least, most),
            low=np.concatenate([low, np.zeros(len(fresh))]),
            high=np.concatenate([high, np.ones(len(fresh))]),
            whole=np.full(len(columns) + len(fresh), whole),
            until=self.until,
        )
        if found is None or np.abs(found - np.round(found)).max() > TOLERANCE:
            return None
        change = np.zeros(len(self.count), dtype=np.int64)
        change[columns] = np.round(found[: len(columns)])
        return change


def _cannot(problem: Problem, cell: int, what: str) -> CannotProtect:
    """Say which cell, and in each sum that it belongs to, which two categories are the smallest."""
    keys, count = problem.cells.index, problem.cells["count"].to_numpy()
    merges = []
    for row in np.flatnonzero(problem.links[:, [cell]].toarray()[:, 0]):
        parts = np.flatnonzero((problem.links[[row]].toarray()[0] > 0) & (count > 0))
        least = keys[parts[np.argsort(count[parts], kind="stable")][:2]]
        merges.append(f" The smallest in '{problem.names[row]}': " + ", ".join(f"'{key}'" for key in least) + ".")
    return CannotProtect(f"'{keys[cell]}' {what}.", remedy=f"Merge two categories, or leave out a table or its total.{''.join(merges)}")
