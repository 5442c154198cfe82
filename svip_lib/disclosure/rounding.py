"""Rounds counts to fives so that they still add up: the other way to protect small flows, where no exact figure is published."""

import time

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import LinearConstraint

from svip_lib.config.refusal import Refusal
from svip_lib.disclosure.problem import Problem
from svip_lib.disclosure.protect import solve

BASE = 5


class CannotRound(Refusal):
    """The counts cannot be rounded so that every sum still holds."""


def round_counts(problem: Problem, *, seconds: float = 60.0) -> pd.Series:
    """Round every count to one of the two multiples of five next to it, so that all sums still hold and 0 stays 0.

    Of all ways to do so it takes the one that moves the fewest children. Where there is none, a count may go one multiple further.

    Args:
        problem: All the cells and all the sums. Every cell must be ordinary or virtual.
        seconds: How long it may take.

    Returns:
        By key the rounded count. Virtual cells are not in it.

    Raises:
        CannotRound: There is no such rounding, or a count is or must be published as it is.
        OutOfTime: The time was used up.

    Example: each alone would go up to 5, and the three would be 15.
        >>> from svip_lib.disclosure.problem import build_problem, link
        >>> cells = pd.DataFrame({"key": ["all", "a", "b", "c"], "count": [9, 3, 3, 3]})
        >>> round_counts(build_problem(cells, link("all", "all", ["a", "b", "c"])))["all"]
        np.int64(10)
    """
    cells, links = problem.cells, problem.links
    exact = cells.index[~cells["state"].isin(["ordinary", "virtual"])]
    if len(exact):
        raise CannotRound(
            f"'{exact[0]}' is published exactly or as [c].", remedy="Hide small counts instead: rounding protects none of them."
        )
    count, size = cells["count"].to_numpy(), len(cells)
    below, rest = np.divmod(count, BASE)
    # Unknown are how many multiples each count goes above the one below it, and how far it thereby moves.
    same, none = sparse.eye_array(size), sparse.csr_array(links.shape)
    rows = sparse.block_array([[links, none], [BASE * same, -same], [-BASE * same, -same]], format="csc")
    needed, far = -(links @ below), np.full(2 * size, np.inf)
    until = time.monotonic() + seconds
    for further in (0, 1):
        low = np.where(count > 0, np.maximum(-further, -below), 0)
        high = np.where(count > 0, (rest > 0) + further, 0)
        found = solve(
            np.repeat([0.0, 1.0], size),
            rows=LinearConstraint(rows, np.concatenate([needed, -far]), np.concatenate([needed, rest, -rest])),
            low=np.concatenate([low, np.zeros(size)]),
            high=np.concatenate([high, np.full(size, np.inf)]),
            whole=np.repeat([1, 0], size),
            until=until,
        )
        if found is not None:
            rounded = pd.Series(BASE * (below + np.round(found[:size]).astype("int64")), index=cells.index)
            return rounded[cells["state"] == "ordinary"]
    raise CannotRound("The counts cannot be rounded so that every sum still holds.", remedy="Leave a total or a table out.")
