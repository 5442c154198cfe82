"""Proves by addition alone that a release protects every small count: no solver, and nothing of what chose the cells to hide."""

import numpy as np
import pandas as pd
from scipy import sparse

from svip_lib.disclosure.problem import Problem


def verify(problem: Problem, released: pd.Series, changes: sparse.csr_array, witness: pd.Series) -> list[str]:
    """List everything that keeps a release from being proven; an empty list is the proof.

    What it proves: for every small count there is a whole set of counts that adds up, agrees with all that is printed, has at least 1
    wherever [c] stands, and in which that count is not small. So no sum of the problem can show that it is.

    Args:
        problem: All the cells and all the sums.
        released: By key what was printed, read back from the published files: a count, or missing where [c] stands.
        changes: One row a witness, one column a cell: what it adds to the true counts.
        witness: By key of each small cell, the row of its witness.

    Returns:
        One sentence a failure. They name cells and are private.
    """
    cells = problem.cells
    count, state, threshold = cells["count"], cells["state"], cells["threshold"]
    virtual, known = state == "virtual", state == "known"
    small = count.between(1, threshold - 1) & ~known
    there = pd.Series(cells.index.isin(released.index), index=cells.index)
    value = released[~released.index.duplicated()].reindex(cells.index)
    hidden = value.isna() & (there | (state == "hidden_before"))  # what an earlier pack hid need not be in this one
    failures = [f"'{key}' is printed twice." for key in released.index[released.index.duplicated()].unique()]
    failures += [f"'{key}' is printed but was never declared." for key in released.index.difference(cells.index)]
    for wrong, what in (
        (~there & state.isin(["ordinary", "shown"]), "is neither printed nor hidden"),
        (there & virtual, "is printed, but was declared as never printed"),
        (value.notna() & (value != count).fillna(False), "is printed with another count"),
        (there & small & ~hidden & ~virtual, "is small and printed"),
        (there & (state == "hidden_before") & ~hidden, "was hidden before and is printed"),
        (hidden & (count == 0), "is 0 and hidden"),
        (hidden & (state == "shown"), "must be shown and is hidden"),
    ):
        failures += [f"'{key}' {what}." for key in cells.index[wrong]]
    if changes.shape[1] != len(cells) or changes.dtype.kind != "i":
        return [*failures, "The witnesses are not whole numbers, one to a cell."]
    failures += [f"'{name}' does not add up." for name in np.array(problem.names)[problem.links @ count.to_numpy() != 0]]
    may_move = ((hidden & ~known) | virtual).to_numpy()
    least = np.where(virtual, 0, 1)
    moved = changes.tocoo()
    changed = pd.DataFrame({"witness": moved.row, "cell": moved.col, "by": moved.data})
    changed = changed[changed["by"] != 0]
    at = count.to_numpy()[changed["cell"]] + changed["by"]
    for wrong, what in (
        (~may_move[changed["cell"]], "differs from what is printed at"),
        (at < least[changed["cell"]], "goes too low at"),
    ):
        failures += [f"Witness {row.witness} {what} '{cells.index[row.cell]}'." for row in changed[wrong].itertuples()]
    sums = (problem.links @ changes.T).tocoo()
    failures += [
        f"Witness {column} does not add up in '{problem.names[row]}'."
        for row, column, by in zip(sums.row, sums.col, sums.data, strict=True)
        if by
    ]
    return failures + _without_witness(cells[small], cells.index, changes, witness)


def _without_witness(small: pd.DataFrame, keys: pd.Index, changes: sparse.csr_array, witness: pd.Series) -> list[str]:
    """List the small cells that have no witness, or one in which they are still small."""
    row = witness.reindex(small.index).fillna(-1).astype("int64")
    has = row.between(0, changes.shape[0] - 1)
    told = small[has]
    by = np.asarray(changes[row[has].to_numpy(), keys.get_indexer(told.index)]).ravel() if has.any() else 0
    still = told.index[told["count"] + by < told["threshold"]]
    without = [f"'{key}' is small and has no witness." for key in small.index[~has]]
    return without + [f"'{key}' is still small in its witness." for key in still]
