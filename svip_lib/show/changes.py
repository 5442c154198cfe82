"""What has changed since the pack before: for whoever read that one, and wants to know what is new."""

import pandas as pd

from svip_lib.config.periods import QUARTERLY, Quarter, period_label
from svip_lib.config.registry import Indicator
from svip_lib.disclosure.released import Released
from svip_lib.show.words import headline, is_synthetic, last_look, newest, own_rows
from svip_lib.status import trend

NOT_TOLD = "[x]"
CAPTION = "What is known now, and what was known a quarter ago"
NOTE = "Short trend: against the figure before. Long trend: against the mean of those before it, as many as {}."


def since_last_look(released: Released, entries: list[Indicator], short: int, long: int) -> pd.DataFrame:
    """Return a row a measure: what was known on the day of the pack before, what is known now, and how that stands to earlier figures.

    A figure of the council's own records is set against the same records of the quarter before, as they are counted now.

    Args:
        released: The released figures.
        entries: The indicators, in the order of the table.
        short: How many earlier figures the short trend compares with.
        long: The same for the long trend.
    """
    rows = [_row(released, entry, short, long) for entry in entries]
    return pd.DataFrame(rows, columns=["Measure", "A quarter ago", "Now", "Short trend", "Long trend"])


def _row(released: Released, entry: Indicator, short: int, long: int) -> list[str]:
    now = newest(released, entry)
    label = f"{entry.label}, SYNTHETIC" if is_synthetic(released, entry) else entry.label
    if now is None:
        return [label, NOT_TOLD, NOT_TOLD, NOT_TOLD, NOT_TOLD]
    category = now.row["category"]
    then = _then(released, entry, now.period, category)
    told = NOT_TOLD if then is None else f"{_value(then, entry)} ({_short(then['time_period'], entry)})"
    here = f"{headline(now.row['value'], entry)} ({_short(now.period, entry)})"
    if told == here:
        here = "No newer figure"
    elif then is not None and then["time_period"] == now.period:
        here += ", revised"
    return [label, told, here, *(trend(released, entry, category, many) for many in (short, long))]


def _short(period: str, entry: Indicator) -> str:
    if entry.time_identifier != QUARTERLY:
        return period_label(period, entry.time_identifier)
    quarter = Quarter.from_code(period)
    return f"Q{quarter.number} {str(quarter)[:7]}"


def _value(row: pd.Series, entry: Indicator) -> str:
    return f"[{row['shorthand']}]" if pd.isna(row["value"]) else headline(row["value"], entry)


def _then(released: Released, entry: Indicator, period: str, category: str) -> pd.Series | None:
    """The newest figure that the pack before told of a category."""
    if entry.time_identifier == QUARTERLY:
        known = own_rows(released, entry)
        known = known[known["time_period"] == Quarter.from_code(period).previous.code]
    else:
        known = last_look(released, entry).sort_values("time_period")
    known = known[known["category"] == category]
    return known.iloc[-1] if len(known) else None
