"""Released figures in a reader's words, for the tables that leave the page."""

from dataclasses import dataclass

import pandas as pd

from svip_lib.config.registry import Indicator
from svip_lib.config.result import FORECAST
from svip_lib.show.words import as_forecast, plain

ORIGINS = {"published": "Published by DfE", "council": "Told by the council", "synthetic": "SYNTHETIC, invented"}
WHOLE, NOT_SUPPLIED = "Total", "[x]"


@dataclass(frozen=True)
class Sheet:
    """One table on a sheet of its own: the name on its tab, what it shows, and what must be known of it."""

    tab: str
    title: str
    table: pd.DataFrame
    says: tuple[str, ...] = ()


def in_words(rows: pd.DataFrame, dictionary: dict[str, Indicator]) -> pd.DataFrame:
    """Return figures with their breakdown, category and origin as a reader knows them."""
    told = list(zip(rows["indicator"], rows["breakdown"], rows["category"], strict=True))
    return rows.assign(
        breakdown=[_breakdown(dictionary[name], breakdown) for name, breakdown, _ in told],
        category=[dictionary[name].categories.get(category, category) or WHOLE for name, _, category in told],
        origin=rows["origin"].map(ORIGINS),
    )


def _breakdown(entry: Indicator, breakdown: str) -> str:
    """By what an indicator is told, and where several things are told of each category, which of them."""
    by = entry.filter_grouping_column
    told = [part for part in (by, breakdown if breakdown != by else "") if part]
    return ", ".join(told).replace("_", " ").capitalize() or WHOLE


def values(rows: pd.DataFrame, dictionary: dict[str, Indicator]) -> pd.Series:
    """Each figure as a cell: a number, or the shorthand that says why there is none."""
    told = zip(rows["value"], rows["shorthand"], rows["indicator"], rows["measure"] == FORECAST, strict=True)
    cells = [
        f"[{mark or 'x'}]" if pd.isna(value) else _rounded(as_forecast(value, dictionary[name]) if ahead else value, dictionary[name])
        for value, mark, name, ahead in told
    ]
    return pd.Series(cells, rows.index, dtype="object")


def _rounded(value: float, entry: Indicator) -> float:
    """A value as the pack prints it: the page and the workbook must not tell two numbers."""
    digits = plain(abs(value), entry.indicator_unit, entry.indicator_dp)
    size = float("".join(letter for letter in digits if letter.isdigit() or letter == "."))
    return -size if value < 0 and size else size
