"""Small tables for the tests: drawn by hand, published by others, or made up from invented plans."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from svip_lib.disclosure.problem import build_problem, link

TOTAL = "Total"
LABELS = {
    "need": ["asd", "semh", "slcn", "mld", "hi", "vi", "pd"],
    "placement": ["mainstream", "special", "unit", "college", "independent"],
    "age": ["5-10", "11-15", "16-19", "0-4"],
}


def keys(rows: pd.DataFrame, of: str, dimensions: Sequence[str], *, total: str = TOTAL) -> pd.Series:
    """Return the key of each cell: what is counted, and the categories it is narrowed to. A margin has one key in every table.

    Example:
        >>> rows = pd.DataFrame({"need": ["asd", "asd", "Total"], "age": ["0-4", "Total", "Total"]})
        >>> keys(rows, "plans 2025-26-Q4", ["need", "age"]).tolist()
        ['plans 2025-26-Q4; age=0-4; need=asd', 'plans 2025-26-Q4; need=asd', 'plans 2025-26-Q4']
    """
    told = pd.Series(of, index=rows.index)
    for name in sorted(dimensions):
        told += (f"; {name}=" + rows[name]).where(rows[name] != total, "")
    return told


def cross_table(rows: pd.DataFrame, dimensions: list[str], name: str, *, total: str = TOTAL) -> pd.DataFrame:
    """Declare every sum of a tidy table with totals: along each dimension a total is the sum of what stands beside it.

    A sub-total is a total of an inner dimension, as in ``group`` and ``placement``.

    Args:
        rows: One row a cell: ``key`` and the dimensions, in which ``total`` stands for all.
        dimensions: The columns that the table is broken down by.
        name: The table's name.
        total: The word for all.

    Returns:
        One row a member of a sum, as from ``link``.
    """
    found = []
    for dimension in dimensions:
        line = pd.Series(f"{name}, by {dimension}", index=rows.index)
        for other in dimensions:
            line += f", {other} " + rows[other] if other != dimension else ""
        told = pd.DataFrame({"link": line, "key": rows["key"], "total": rows[dimension] == total})
        both = told.groupby("link")["total"].transform("nunique") > 1
        found.append(told[both].assign(sign=np.where(told.loc[both, "total"], -1, 1)))
    return pd.concat(found, ignore_index=True)


def with_totals(inner):
    """A table of counts with a row and a column for all."""
    table = inner.rename(index=str, columns=str)
    table["Total"] = table.sum(axis=1)
    table.loc["Total"] = table.sum()
    return table


def drawn(counts, rows="row", columns="column"):
    """A table with totals from lists of counts; its labels are numbers."""
    return with_totals(pd.DataFrame(counts).rename_axis(index=rows, columns=columns))


def tidy(table):
    """One row a cell of a table, and the names of its levels."""
    levels = [*table.index.names, *table.columns.names]
    return table.melt(ignore_index=False, value_name="count").reset_index(), levels


def declare(of, rows, levels, name, **told):
    """The cells and the sums of one tidy table; what is told of the cells (``state``, ``threshold``) is one for all, or by key."""
    rows = rows.assign(key=keys(rows, of, levels))
    cells = rows[["key", "count"]]
    for column, value in told.items():
        cells = cells.assign(**{column: cells["key"].map(value) if isinstance(value, dict) else value})
    return cells, cross_table(rows, levels, name)


def problem_of(printed, *links, **told):
    """One problem of any number of tables, each with what it counts."""
    cells, sums = zip(*(declare(of, *tidy(table), f"table {number}", **told) for number, (of, table) in enumerate(printed)), strict=True)
    return build_problem(pd.concat(cells), pd.concat([*sums, *links]))


def as_printed(printed, released):
    """The tables as the reader has them, made from released values: missing where [c] stands."""
    found = []
    for of, table in printed:
        rows, levels = tidy(table)
        rows["value"] = released.reindex(keys(rows, of, levels)).to_numpy()
        shown = rows.pivot(index=table.index.names, columns=table.columns.names, values="value")
        found.append((of, shown.astype("Int64")))
    return found


def release(problem, protection):
    """By key what may be printed: the count, or missing where it is hidden. Virtual cells are not in it."""
    printed = problem.cells["state"] != "virtual"
    return problem.cells["count"].astype("Int64").mask(protection.hidden)[printed]


def cube(inner, levels):
    """Every margin of counts along some levels, tidy: ``Total`` stands for all of a level."""
    rows, names = inner.rename("count").reset_index(), list(inner.index.names)
    for level in levels:
        others = [other for other in names if other != level]
        rows = pd.concat([rows, rows.groupby(others, as_index=False)["count"].sum().assign(**{level: "Total"})], ignore_index=True)
    return rows, names


def hide_small(problem):
    """What is printed if the small counts are hidden and nothing else."""
    return problem.cells["count"].astype("Int64").mask(problem.secret)


def invented_quarters(seed, quarters=4, plans=420):
    """The tables of each quarter, from invented plans of which some cease and some are new in every quarter."""
    chance = np.random.default_rng(seed)

    def draw(number):
        fall = {name: 0.6 ** np.arange(len(of)) for name, of in LABELS.items()}
        return pd.DataFrame({name: chance.choice(of, number, p=fall[name] / fall[name].sum()) for name, of in LABELS.items()})

    stock, found = draw(plans), []
    for quarter in range(1, quarters + 1):
        flows = {}
        if quarter > 1:
            flows = {"new": draw(40), "ceased": stock.sample(frac=0.08, random_state=seed + quarter)}
            stock = pd.concat([stock.drop(flows["ceased"].index), flows["new"]], ignore_index=True)
        tables = [(f"plans Q{quarter}", count(stock, *by)) for by in (("need", "placement"), ("need", "age"), ("placement", "age"))]
        found.append(tables + [(f"{flow} Q{quarter}", count(rows, "need")) for flow, rows in flows.items()])
    return found


def count(rows, by, across=None):
    """Count rows by one or two of their columns, with totals; a label that nobody has is there with 0."""
    if across:
        return with_totals(pd.crosstab(rows[by], rows[across]).reindex(index=LABELS[by], columns=LABELS[across], fill_value=0))
    one = rows[by].value_counts().reindex(LABELS[by], fill_value=0).to_frame("Total")
    one.loc["Total"] = one.sum()
    return one.rename_axis(index=by, columns="breakdown")


def stock_and_flow(quarter):
    """Plans by need are the plans of the quarter before with the new and without the ceased."""
    return pd.concat(
        [
            link(f"stock Q{quarter}{need}", f"plans Q{quarter}{need}", [f"{of}{need}" for of in parts], [1, 1, -1])
            for parts in [(f"plans Q{quarter - 1}", f"new Q{quarter}", f"ceased Q{quarter}")]
            for need in ["", *(f"; need={need}" for need in LABELS["need"])]
        ]
    )
