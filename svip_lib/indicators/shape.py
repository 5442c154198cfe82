"""The one tidy shape of every figure, and the few ways in which published rows become figures in it."""

import pandas as pd

from svip_lib.config.periods import SIX_DIGITS
from svip_lib.config.refusal import Refusal

PLACE = ["area", "time_period", "time_identifier", "breakdown", "category"]
TOLD = ["shorthand", "source_id", "as_at"]
NOT_AVAILABLE, NOT_APPLICABLE = "x", "z"


def published_rows(area: str, time_period: str, time_identifier: str, category: str = "", **measures: float) -> pd.DataFrame:
    """Draw a few published rows for an example or a test.

    Example:
        >>> published_rows("E06000035", "2025", "Calendar year", new_ehc_plans=10)[["measure", "value"]].values.tolist()
        [['new_ehc_plans', 10.0]]
    """
    rows = [{"measure": measure, "value": float(value)} for measure, value in measures.items()]
    told = {"table": "drawn", "breakdown": "", "shorthand": "", "source_id": "example", "available_from": "2025-06-26"}
    return pd.DataFrame(rows).assign(area=area, time_period=time_period, time_identifier=time_identifier, category=category, **told)


def wide(rows: pd.DataFrame, *measures: str) -> pd.DataFrame:
    """Lay the published values of a place and period side by side.

    Args:
        rows: Published rows in the long shape of ``intake.published`` (one row a value).
        measures: The columns of DfE's file that are wanted.

    Returns:
        One row per area, period and category: a column a measure (missing where not published), and ``shorthand``,
        ``source_id`` and ``as_at`` (the day from which all of it could be known).

    Raises:
        Refusal: When a measure is in no file of the table: a name that is misspelt must not look like a figure that is missing.
    """
    if unknown := sorted(set(measures) - set(rows["measure"])) if len(rows) else []:
        raise Refusal(
            f"No file of the published table that was known on the day has a column '{unknown[0]}'.",
            file=f"data/reference/*/{rows['table'].iloc[0]}.csv",
            column=unknown[0],
            remedy=f"Its columns are: {', '.join(sorted(set(rows['measure'])))}.",
        )
    chosen = rows[rows["measure"].isin(measures)]
    values = chosen.pivot(index=PLACE, columns="measure", values="value").reindex(columns=list(measures))
    told = chosen.groupby(PLACE, observed=True).agg(
        shorthand=("shorthand", "max"), source_id=("source_id", "max"), as_at=("available_from", "max")
    )
    return values.join(told).reset_index()


def by_category(table: pd.DataFrame, columns: list[str] | dict[str, str], breakdown: str) -> pd.DataFrame:
    """Lay columns that part a whole beneath one another, as the categories of a breakdown.

    Args:
        table: The columns of ``wide``.
        columns: The columns, each named as its category; or the category that each of them stands for.
        breakdown: What the categories are of.

    Returns:
        One row per area, period and category with ``number``; the other columns stand beside each.

    Example:
        >>> ended = wide(published_rows("E06000035", "2024", "Calendar year", transfer=86, other=69), "transfer", "other")
        >>> by_category(ended, {"transfer": "moved", "other": "other"}, "reason")[["category", "number"]].values.tolist()
        [['moved', 86.0], ['other', 69.0]]
    """
    table = table.drop(columns=["category", "breakdown"])
    beside = [name for name in table if name not in columns]
    long = table.melt(beside, list(columns), var_name="category", value_name="number")
    if isinstance(columns, dict):
        long["category"] = long["category"].map(columns)
    return long.assign(breakdown=breakdown)


def count(table: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Give a published number as a figure.

    Args:
        table: The columns of ``wide``.
        measure: The column that holds the number.

    Returns:
        One row per area, period and category with ``value``; ``shorthand`` says why a value is missing.
    """
    figures = table[PLACE + TOLD].assign(numerator=table[measure], denominator=float("nan"), value=table[measure])
    return _explain_missing(figures)


def percent(table: pd.DataFrame, numerator: str, denominator: str) -> pd.DataFrame:
    """Give a share in per cent, with the two numbers that make it.

    Args:
        table: The columns of ``wide``.
        numerator: The column of the part.
        denominator: The column of the whole.

    Returns:
        One row per area, period and category with ``numerator``, ``denominator`` and ``value`` (0 to 100); where the
        whole is 0 there is no share and the shorthand is ``z``.
    """
    whole = table[denominator]
    figures = table[PLACE + TOLD].assign(
        numerator=table[numerator], denominator=whole, value=100 * table[numerator] / whole.where(whole != 0)
    )
    figures.loc[whole == 0, "shorthand"] = NOT_APPLICABLE
    return _explain_missing(figures)


def published_value(table: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Give a figure as its publisher printed it, where the numbers behind it are not published."""
    return count(table, measure).assign(numerator=float("nan"), measure="published")


def _explain_missing(figures: pd.DataFrame) -> pd.DataFrame:
    """A missing value always has a shorthand, and a value never has one: nothing is ever missing in silence, or 0."""
    missing = figures["value"].isna()
    shorthand = figures["shorthand"].where(figures["shorthand"] != "", NOT_AVAILABLE)
    return figures.assign(shorthand=shorthand.where(missing, ""))


def with_previous(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Put beside each period the value of the year before, matched by year and never by position.

    Returns:
        The table with a column ``previous`` (missing where the year before is not there).
    """
    step = 101 if (table["time_period"].str.len() == SIX_DIGITS).all() else 1  # 202425 is 101 more than 202324
    before = table[["area", "breakdown", "category", "time_period", column]].rename(columns={column: "previous"})
    before["time_period"] = (before["time_period"].astype(int) + step).astype(str).astype(table["time_period"].dtype)
    return table.merge(before, how="left", on=["area", "breakdown", "category", "time_period"], validate="one_to_one")
