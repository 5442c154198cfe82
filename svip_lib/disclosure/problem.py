"""Everything that a reader could know, as one problem: each count once, under one key, and each sum that ties counts together.

Protection is only as good as this list. A sum that readers can do and nobody declared is the one way round the proof.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from svip_lib.config.refusal import Refusal

THRESHOLD = 5
# What is told of a cell. Where two tables tell different things of one cell, the later in this list holds.
STATES = (
    "virtual",  # never printed, but a reader can work it out: a complement, a difference between quarters
    "ordinary",  # printed, or hidden where protection needs it
    "shown",  # must be printed: the grand total
    "hidden_before",  # printed as [c] in an earlier pack, and so never printed again
    "known",  # already published as it is: a fact, and no longer a secret
)


@dataclass(frozen=True)
class Problem:
    """Every count of a pack and of what was published before it, and every sum between them.

    Attributes:
        cells: One row a cell, by ``key`` in order: ``count`` (children, plans or requests), ``threshold`` (the least count that may
            be printed, other than 0) and ``state`` (see ``STATES``).
        links: One row a sum, one column a cell: the parts with their signs, the total with -1. Times the counts it is 0.
        names: What each sum is, for messages.
    """

    cells: pd.DataFrame
    links: sparse.csr_array
    names: list[str]

    @property
    def secret(self) -> np.ndarray:
        """Tell of each cell whether nobody outside may learn that it is under its threshold."""
        count = self.cells["count"]
        return ((count > 0) & (count < self.cells["threshold"]) & (self.cells["state"] != "known")).to_numpy()


def build_problem(cells: pd.DataFrame, links: pd.DataFrame) -> Problem:
    """Put the cells and sums of any number of tables together: the same key in two tables is one cell.

    Args:
        cells: One row a cell and table: ``key``, ``count``, and optionally ``threshold`` (5 where not told) and ``state`` (ordinary).
        links: One row a member of a sum, as ``link`` gives them.

    Raises:
        Refusal: A count is not a whole number, a key has two counts, a sum does not add up or names a cell that is not there, two sums
            share a name, or a cell that was hidden before must now be shown.

    Example:
        >>> cells = pd.DataFrame({"key": ["plans", "girls", "boys"], "count": [30, 12, 18]})
        >>> build_problem(cells, link("plans by sex", "plans", ["girls", "boys"])).cells["count"].to_dict()
        {'boys': 18, 'girls': 12, 'plans': 30}
    """
    cells = _one_row_a_cell(cells.reindex(columns=["key", "count", "threshold", "state"]))
    once = links.groupby("link")["total"].sum()
    _refuse(once.index[once != 1], "is the name of two sums", "Give every table a name of its own.")
    column = cells.index.get_indexer(links["key"])
    _refuse(links.loc[column < 0, "key"], "is part of a sum, but not among the cells", "Add its count; a cell never printed is virtual.")
    row, names = pd.factorize(links["link"])
    matrix = sparse.csr_array((links["sign"].to_numpy(dtype=np.int64), (row, column)), shape=(len(names), len(cells)))
    wrong = matrix @ cells["count"].to_numpy() != 0
    _refuse(names[wrong], "does not add up", "Correct the counts, or take the sum away if it does not hold.")
    return Problem(cells, matrix, list(names))


def link(name: str, total: str, parts: Sequence[str], signs: int | Sequence[int] = 1) -> pd.DataFrame:
    """Declare that a count is the sum of others: parts of a year, a part and its complement, a stock and its flows.

    Returns:
        One row a member: ``link`` (the name), ``key``, ``sign`` and ``total`` (whether it is the total).

    Example:
        >>> link("stock in Q2", "stock Q2", ["stock Q1", "new", "ceased"], [1, 1, -1])["sign"].tolist()
        [-1, 1, 1, -1]
    """
    told = {"link": name, "key": [total, *parts], "sign": [-1, *np.broadcast_to(signs, len(parts))]}
    return pd.DataFrame({**told, "total": [True] + [False] * len(parts)})


def _one_row_a_cell(cells: pd.DataFrame) -> pd.DataFrame:
    cells = cells.assign(threshold=cells["threshold"].fillna(THRESHOLD), state=cells["state"].astype("str").fillna("ordinary"))
    count = pd.to_numeric(cells["count"], errors="coerce")
    whole = count.ge(0) & (count % 1 == 0)
    _refuse(cells.loc[~whole, "key"], "has a count that is not a whole number", "Protection is for counts only.")
    _refuse(cells.loc[~cells["state"].isin(STATES), "key"], "has a state that does not exist", f"The states are {', '.join(STATES)}.")
    cells = cells.assign(count=count.astype("int64"), rank=cells["state"].map(STATES.index))
    by_key = cells.groupby("key")
    differ = by_key["count"].max() > by_key["count"].min()
    _refuse(differ.index[differ], "has two different counts", "A revision discloses the difference: an officer must decide on it.")
    told = cells.groupby(["key", "state"]).size().unstack(fill_value=0).reindex(columns=STATES, fill_value=0) > 0
    again = told["shown"] & told["hidden_before"]
    _refuse(told.index[again], "must be shown, but was hidden before", "What was once printed as [c] stays [c].")
    one = by_key.agg(count=("count", "first"), threshold=("threshold", "max"), state=("rank", "max"))
    one["state"] = one["state"].map(dict(enumerate(STATES)))
    nothing = (one["state"] == "hidden_before") & (one["count"] == 0)
    _refuse(one.index[nothing], "was hidden before, but is 0", "A [c] stands for at least one; correct the earlier release.")
    return one.astype({"threshold": "int64"})


def _refuse(named: pd.Index | pd.Series, problem: str, remedy: str) -> None:
    if len(named):
        more = f" (and {len(named) - 1} more)" if len(named) > 1 else ""
        raise Refusal(f"'{next(iter(named))}'{more} {problem}.", remedy=remedy)
