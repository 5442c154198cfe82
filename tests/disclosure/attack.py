"""Plays the reader who knows every printed figure and does every sum, to see what can be found out.

It shares no code with what protects, and finds the sums itself from the labels of the printed tables. A sum that was not declared
there is still found here, if a table prints it.
"""

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog

from svip_lib.config.refusal import Refusal
from svip_lib.disclosure.problem import THRESHOLD
from tests.disclosure.tables import TOTAL, keys

INFEASIBLE, UNBOUNDED = 2, 3  # what scipy.optimize.linprog answers
TOLERANCE = 1e-6


def links_from_labels(printed: list[tuple[str, pd.DataFrame]], *, total: str = TOTAL) -> tuple[pd.Series, pd.DataFrame]:
    """Read tables as a reader does: the same labels are the same figure in every table, and a total is the sum of its line.

    Args:
        printed: What each table counts and when ("plans 2025-26-Q4"), and the table: rows and columns with *named* levels of labels,
            among them the word for all; in the cells a count, or missing where [c] stands. Sub-totals are totals of an inner level.
            A table of one column bears the word for all above it.
        total: The word for all.

    Returns:
        The value of each figure by key (missing where no table prints it), and the sums: one row a member, ``link``, ``key``, ``sign``.

    Raises:
        Refusal: Two tables print different values for one figure, or a level has no name.

    Example:
        >>> table = pd.DataFrame({"0-4": [pd.NA, 6], "Total": [3, 6]}, index=pd.Index(["asd", "Total"], name="need"))
        >>> values, links = links_from_labels([("plans", table.rename_axis(columns="age"))])
        >>> values.isna().sum(), links["link"].nunique()
        (np.int64(1), 4)
    """
    cells, links = [], []
    for number, (of, table) in enumerate(printed, start=1):
        levels = [*table.index.names, *table.columns.names]
        if None in levels or len(set(levels)) < len(levels):
            raise Refusal(f"Table {number} ('{of}') has a level of labels without a name of its own.", remedy="Name its rows and columns.")
        rows = table.astype("Int64").melt(ignore_index=False).reset_index().astype(dict.fromkeys(levels, "str"))
        rows["key"] = keys(rows, of, levels, total=total)
        cells.append(rows)
        for level in levels:
            parts = rows[rows[level] != total]
            owner = keys(parts.assign(**{level: total}), of, levels, total=total)
            parts = pd.DataFrame({"owner": owner, "key": parts["key"], "sign": 1})[owner.isin(rows["key"])]
            whole = parts[["owner"]].drop_duplicates().assign(key=lambda line: line["owner"], sign=-1)
            both = pd.concat([parts, whole])
            links.append(both.assign(link=f"table {number}, by {level}: " + both["owner"])[["link", "key", "sign"]])
    by_key = pd.concat(cells).groupby("key")["value"]
    differ = by_key.max() > by_key.min()
    if differ.any():
        raise Refusal(f"'{differ.index[differ.fillna(False)][0]}' is printed with two values.", remedy="Print both from the same release.")
    return by_key.first(), pd.concat(links, ignore_index=True)


def attack(values: pd.Series, links: pd.DataFrame, *, threshold: int | pd.Series = THRESHOLD, least: int = 1) -> pd.DataFrame:
    """Work out between which counts each unprinted figure must lie.

    It looks no further than it must: an interval that already reaches the threshold, and is more than one count, may be wider still.

    Args:
        values: By key what is printed: a count, or missing where [c] stands.
        links: One row a member of a sum: ``link``, ``key``, ``sign``. A key that is not among the values was never printed.
        threshold: Under which a count is small, for all or by key.
        least: The least that [c] can stand for: 1 where every 0 is printed as 0.

    Returns:
        By key of each unprinted figure: ``low``, ``high``, ``exact`` (only one count is possible) and ``under`` (certainly small).

    Raises:
        Refusal: What is printed contradicts itself.
    """
    every = pd.Index(pd.concat([values.index.to_series(), links["key"]]).unique())
    value = values.reindex(every).astype("Float64")
    unknown = value.isna().to_numpy()
    place = (pd.factorize(links["link"])[0], every.get_indexer(links["key"]))
    sums = sparse.csr_array((links["sign"].to_numpy(dtype=float), place), shape=(links["link"].nunique(), len(every)))
    right = -(sums @ value.fillna(0).to_numpy(dtype=float))
    keys_unknown = every[unknown]
    limits = threshold if isinstance(threshold, pd.Series) else pd.Series(threshold, index=keys_unknown)
    limit = limits.reindex(keys_unknown, fill_value=THRESHOLD).to_numpy()
    floor = np.where(keys_unknown.isin(values.index), least, 0)
    low, high = _intervals(sums[:, unknown].tocsc(), right, floor, limit)
    found = pd.DataFrame({"low": low, "high": high}, index=keys_unknown)
    return found.assign(exact=found["low"] == found["high"], under=found["high"] < limit)


def _intervals(sums: sparse.csc_array, right: np.ndarray, floor: np.ndarray, limit: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the least and the greatest value of each unknown: as seen in any solution, and as solved for where that is not enough."""
    pattern = abs(sums)
    if (np.abs(right[pattern.sum(axis=1) == 0]) > TOLERANCE).any():
        raise _contradiction()
    low, high = np.full(len(floor), np.inf), np.full(len(floor), -np.inf)
    _, part = sparse.csgraph.connected_components(pattern.T @ pattern, directed=False)
    for cells in (np.flatnonzero(part == number) for number in np.unique(part)):  # what no sum ties together is solved apart
        rows = np.flatnonzero(pattern[:, cells].sum(axis=1))
        told = {"A_eq": sums[:, cells][rows], "b_eq": right[rows], "bounds": np.column_stack([floor[cells], np.full(len(cells), np.inf)])}
        for place, cell in enumerate(cells):
            for way in (-1, 1):
                if high[cell] + TOLERANCE >= limit[cell] and high[cell] > low[cell] + TOLERANCE:
                    break
                answer = linprog(way * (np.arange(len(cells)) == place), method="highs", **told)
                if answer.status == UNBOUNDED:
                    high[cell] = np.inf
                    low[cell] = min(low[cell], floor[cell])
                    continue
                if answer.status == INFEASIBLE:
                    raise _contradiction()
                if not answer.success:
                    raise RuntimeError(f"HiGHS gave up: {answer.message}")
                low[cells], high[cells] = np.minimum(low[cells], answer.x), np.maximum(high[cells], answer.x)
    return np.ceil(low - TOLERANCE), np.floor(high + TOLERANCE)


def _contradiction() -> Refusal:
    return Refusal("The printed figures contradict one another.", remedy="Look for a total that is not the sum of its line.")
