"""Compares ways of hiding small counts in DfE's published tables of need by placement: ``python tests/bench_disclosure.py``.

One table an authority, of January 2025 as published (unsuppressed), with 13 needs and up to 11 groups of placements. For each method:
how many cells it hides, how many small counts a reader can then work out exactly, of how many more that they are under 5, and how long
it takes.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from svip_lib.disclosure.problem import Problem, build_problem  # noqa: E402
from svip_lib.disclosure.protect import protect  # noqa: E402
from svip_lib.disclosure.verify import verify  # noqa: E402
from tests.disclosure.attack import attack, links_from_labels  # noqa: E402
from tests.disclosure.tables import cross_table, keys, release  # noqa: E402

PUBLISHED = ROOT / "data" / "reference" / "ees_ehcp_2025" / "needs_by_placement.csv"
LEVELS = ["need", "placement"]
AUTHORITY = ("E06", "E08", "E09", "E10")
# The first of these words that a placement's name holds decides its group.
GROUPS = {
    "unit)": "mainstream unit",
    "resourced": "mainstream unit",
    "Mainstream - independent": "mainstream independent",
    "Mainstream": "mainstream",
    "Special - non-maintained": "special non-maintained",
    "Special - independent": "special independent",
    "Special": "special",
    "specialist post-16": "specialist college",
    "FE": "college",
    "AP/PRU": "alternative provision",
    "Educated elsewhere": "elsewhere",
}


def read_tables() -> list[pd.DataFrame]:
    """Read one table an authority, tidy, with totals; one without published counts is left out."""
    rows = pd.read_csv(PUBLISHED, na_values="x")
    rows = rows[rows["area_code"].str.startswith(AUTHORITY) & ~rows["category"].str.endswith("total")]
    group = pd.Series("other", index=rows.index)
    for word, name in reversed(GROUPS.items()):
        group = group.mask(rows["category"].str.contains(word, regex=False), name)
    needs = [column for column in rows if column.startswith("number_")]
    known = rows.assign(placement=group).dropna(subset=needs).astype(dict.fromkeys(needs, int))
    return [_with_totals(table[["placement", *needs]]) for _, table in known.groupby("area_code")]


def _with_totals(wide: pd.DataFrame) -> pd.DataFrame:
    table = wide.groupby("placement").sum()
    table = table[table.sum(axis=1) > 0]
    table["Total"] = table.sum(axis=1)
    table.loc["Total"] = table.sum()
    rows = table.rename_axis(columns="need").melt(ignore_index=False, value_name="count").reset_index()
    return rows.assign(key=keys(rows, "plans", LEVELS))


def hide_small(problem: Problem) -> np.ndarray:
    """Hide 1 to 4 and nothing else."""
    return problem.secret


def hide_another(problem: Problem, *, least: int = 0) -> np.ndarray:
    """Hide the next smallest in a line of which one cell is hidden, or the hidden are fewer than ``least`` plans, until none is."""
    count, hidden = problem.cells["count"].to_numpy(), problem.secret.copy()
    lines = [line[count[line] > 0] for line in np.split(problem.links.indices, problem.links.indptr[1:-1])]
    before = -1
    while before != hidden.sum():
        before = hidden.sum()
        for line in lines:
            inside, shown = line[hidden[line]], line[~hidden[line]]
            if len(inside) and len(shown) and (len(inside) == 1 or count[inside].sum() < least):
                hidden[shown[np.argmin(count[shown])]] = True
    return hidden


def hide_by_witness(problem: Problem) -> np.ndarray:
    """Hide as the pack does, and prove it."""
    found = protect(problem)
    failures = verify(problem, release(problem, found), found.changes, found.witness)
    if failures:
        raise SystemExit("\n".join(failures))
    return found.hidden.to_numpy()


METHODS: dict[str, Callable[[Problem], np.ndarray]] = {
    "small counts only": hide_small,
    "and one more a line": hide_another,
    "and until a line hides 5": lambda problem: hide_another(problem, least=5),
    "by witness": hide_by_witness,
}


def main() -> None:
    """Print one line a method."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--every", type=int, default=1, help="take every n-th authority only")
    tables = read_tables()[:: words.parse_args().every]
    problems = [
        build_problem(
            rows[["key", "count"]].assign(state=np.where(rows["key"] == "plans", "shown", "ordinary")), cross_table(rows, LEVELS, "plans")
        )
        for rows in tables
    ]
    cells, small = (sum(told) for told in zip(*((len(problem.cells), problem.secret.sum()) for problem in problems), strict=True))
    print(f"{len(tables)} authorities, {cells:,} cells, {small:,} small\n")
    print(f"{'method':26}{'hidden':>8}{'exact':>8}{'under 5':>9}{'median s':>10}{'most s':>8}")
    for name, method in METHODS.items():
        hidden, exact, under, seconds = 0, 0, 0, []
        for rows, problem in zip(tables, problems, strict=True):
            begun = time.perf_counter()
            hide = pd.Series(method(problem), index=problem.cells.index)
            seconds.append(time.perf_counter() - begun)
            shown = rows.assign(count=rows["count"].astype("Int64").mask(rows["key"].map(hide)))
            found = attack(*links_from_labels([("plans", shown.pivot(index="need", columns="placement", values="count"))]))
            hidden, exact, under = hidden + hide.sum(), exact + (found["exact"] & found["under"]).sum(), under + found["under"].sum()
        print(f"{name:26}{hidden:>8,}{exact:>8,}{under:>9,}{statistics.median(seconds):>10.2f}{max(seconds):>8.2f}")


if __name__ == "__main__":
    main()
