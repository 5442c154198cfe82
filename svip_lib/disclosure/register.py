"""The register: every count of the council's own records that was ever published, or published as withheld.

What was printed once is known for good, and what was printed as [c] stays [c]: a later pack that told it would tell a child's secret.
"""

import re
from pathlib import Path

import pandas as pd

from svip_lib.config.periods import Quarter

FILE = "register.csv"
KEY = re.compile(r"([a-z0-9_]+)(?:\[([^]]+)\])?(?:\.(numerator|denominator))?@(\w+)")


def read_register(released: Path, before: Quarter) -> pd.DataFrame:
    """Return what the packs before a quarter printed of each cell.

    Args:
        released: The council's folder ``released``, with a folder a published quarter.
        before: The quarter; what it and later ones published does not count.

    Returns:
        By key: ``value`` as the newest pack printed it, missing where it was withheld.
    """
    files = {Quarter.parse(path.parent.name): path for path in released.glob(f"20*-Q*/{FILE}")}
    parts = [pd.read_csv(files[quarter], dtype={"key": "str", "value": "Int64"}) for quarter in sorted(files) if quarter < before]
    empty = pd.DataFrame({"key": pd.Series(dtype="str"), "value": pd.Series(dtype="Int64")})
    return pd.concat([empty, *parts]).drop_duplicates("key", keep="last").set_index("key")


def against_the_register(printed: pd.Series, register: pd.DataFrame) -> pd.DataFrame:
    """Return every cell that a pack prints otherwise than an earlier one did.

    Args:
        printed: By key what the pack prints: a count, or missing where it is withheld.
        register: What earlier packs printed.

    Returns:
        One row a cell: ``key``, ``what`` (``shown though withheld before``, ``another value``, ``withheld though shown before``,
        ``another grouping``) and ``by`` (how much more it is now, of another value).
    """
    both = register.join(printed.rename("now"), how="inner")
    withheld, hidden = both["value"].isna(), both["now"].isna()
    both["by"] = both["now"] - both["value"]
    kinds = {
        "shown though withheld before": withheld & ~hidden,
        "withheld though shown before": ~withheld & hidden,
        "another value": both["by"].fillna(0) != 0,
    }
    found = [both[chosen].reset_index(names="key").assign(what=what) for what, chosen in kinds.items()]
    groups, before = _groupings(printed.index), _groupings(register.index)
    other = [group for group in groups.index.intersection(before.index) if groups[group] != before[group]]
    found.append(pd.DataFrame({"key": [f"{indicator}@{period}" for indicator, period in other], "what": "another grouping"}))
    return pd.concat(found, ignore_index=True).reindex(columns=["key", "what", "by"])


def _groupings(keys: pd.Index) -> pd.Series:
    """The categories by which each indicator is told in a period."""
    parts = keys.to_series().str.extract(KEY).set_axis(["indicator", "category", "part", "period"], axis=1).dropna(subset="category")
    return parts.groupby(["indicator", "period"])["category"].agg(frozenset)
