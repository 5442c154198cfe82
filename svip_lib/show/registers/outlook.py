"""What the outlook rests on: how the method did for all councils, what growth others held, and what it was made from."""

from collections.abc import Iterator

import pandas as pd

from svip_lib.config.periods import period_label
from svip_lib.show import outlook
from svip_lib.show.given import Given, Row, Table
from svip_lib.show.words import number, plain

AHEAD = {"1": "One year ahead", "2": "Two years ahead", "3": "Three years ahead"}
HEADLINE, NO_SHOCKS = "England's growth", "stock and flow, no shared shocks (from 2021)"


def trial(given: Given) -> pd.DataFrame:
    """Return by how much each way to forecast missed on average, over all councils and Januaries that it was tried on, and its ranges."""
    told = pd.DataFrame(given.rows("backtest"))
    if told.empty:
        return told
    parts = {}
    for column, says, unit in (("error", "mean error", "%"), ("held_80", "8-in-10 range held", " times in 100")):
        rows = told[(told[column] != "") & ((told["method"] == HEADLINE) | (column == "error") | (told["method"] == NO_SHOCKS))]
        wide = rows.pivot(index="method", columns="ahead", values=column).rename(columns=AHEAD)
        for method, cells in wide.sort_values(AHEAD["1"], key=lambda cells: cells.astype(float)).iterrows():
            parts[f"{method[0].upper()}{method[1:]}: {says}"] = cells + unit
    frame = pd.DataFrame(parts).T.reindex(columns=list(AHEAD.values()))
    frame.insert(0, "Way to forecast", frame.index)
    return frame


def growth(given: Given) -> Iterator[Row]:
    """Give how many councils held the growth of their plans as low as the agreement meant to."""
    for row in given.rows("growth"):
        yield {
            "The plan": f"{row['planned']}% from January {row['planned_from']} to January {row['planned_until']}",
            "Councils that held growth as low": f"{row['as_low']} of {row['councils']}",
            "Over as many years": f"January {row['first']} to January {row['last']}",
        }


def basis(given: Given) -> Iterator[Row]:
    """Give what the outlook was made from, and whether its figures add up."""
    for what, said in outlook.basis(given).items():
        yield {"What": what, "Said": said}


def ledger(given: Given) -> Iterator[Row]:
    """Give each published forecast whose January has been counted since, what came, and by how much its middle was off."""
    for row in given.rows("ledger"):
        entry = given.dictionary[row["indicator"]]
        own = given.released.select(entry.name, measure="actual", area=given.released.area("authority"), time_period=row["time_period"])
        came, middle, low, high = own["value"].dropna(), *(float(row[name]) for name in ("middle", "low", "high"))
        if len(came):
            off = came.iloc[0] - middle
            yield {
                "Published with": row["quarter"],
                "Measure": entry.label,
                "For": period_label(row["time_period"], entry.time_identifier),
                "8 times in 10": f"{number(low, entry)} to {number(high, entry)}",
                "What came": number(came.iloc[0], entry),
                "More or fewer than the middle": plain(off, entry.indicator_unit, entry.indicator_dp, signed=True),
                "Was it in the range?": "yes" if low <= came.iloc[0] <= high else "no",
            }


TABLES = {
    "outlook_looked_back": Table(
        "What the same method would have said, with what was known then",
        lambda given: outlook.looked_back(given, given.dictionary[outlook.PLANS]),
    ),
    "outlook_trial": Table("The ways to forecast, tried on every council from 2018 on", trial, numeric=True),
    "outlook_growth": Table("How many councils held growth as low as the plan meant to", growth),
    "outlook_ledger": Table("Published forecasts, and what came", ledger),
    "outlook_basis": Table("What the outlook is made from", basis),
}
