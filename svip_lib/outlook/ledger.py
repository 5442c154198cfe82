"""The ledger of forecasts: what earlier packs published of the years ahead, as it was published and never rewritten."""

from pathlib import Path

import pandas as pd

from svip_lib.config.periods import Quarter
from svip_lib.config.result import CARRY_ON, FORECAST, read_figures

LEDGER = ["quarter", "as_at", "indicator", "category", "time_period", "low", "middle", "high"]
KEPT = {"0.1": "low", "0.5": "middle", "0.9": "high"}


def read_ledger(released: Path, quarter: Quarter) -> pd.DataFrame:
    """Return every forecast that was published before a quarter.

    Args:
        released: The folder with what the council has published, a folder a quarter.
        quarter: The quarter whose pack is being made.

    Returns:
        One row a forecast: the ``quarter`` of its pack and the day ``as_at`` which it knew, ``indicator``, ``category``,
        ``time_period``, ``middle``, and ``low`` and ``high``, between which it was to lie eight times in ten. Text.
    """
    parts = [pd.DataFrame(columns=LEDGER)]
    for folder in sorted(released.glob("20*-Q*")):
        if Quarter.parse(folder.name) < quarter:
            rows = read_figures(folder / "figures.csv")
            rows = rows[(rows["measure"] == FORECAST) & (rows["scenario"] == CARRY_ON) & rows["quantile"].isin(list(KEPT))]
            told = ["as_at", "indicator", "category", "time_period"]
            wide = rows.pivot(index=told, columns="quantile", values="value").rename(columns=KEPT)
            parts.append(wide.reset_index().assign(quarter=folder.name).reindex(columns=LEDGER))
    return pd.concat(parts, ignore_index=True).astype("str")
