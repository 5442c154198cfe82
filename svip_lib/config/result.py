"""The one tidy shape of every figure, and how a file of figures is read."""

from pathlib import Path
from typing import TextIO

import pandas as pd

from svip_lib.config.refusal import Refusal

# What makes a figure itself, and what is told of it (in this order in every file).
KEY = [
    "area",
    "indicator",
    "breakdown",
    "category",
    "time_period",
    "time_identifier",
    "base",
    "measure",
    "scenario",
    "quantile",
    "origin",
    "as_at",
]
VALUES = ["numerator", "denominator", "value", "shorthand", "source_id"]
COLUMNS = KEY + VALUES
# Forecasts stand beside figures under the same names. Their scenario says from where they look ahead: the newest January, an earlier
# one with what was known then, as in ``from_january_2022``, or the cases that were open on the return's day.
FORECAST, CARRY_ON, FROM, OPEN_CASES = "forecast", "as_things_stand", "from_january_", "open_cases"
# And whether anything is done about them: with what the council is delivering, or all that was agreed delivered in full.
DELIVERING, IN_FULL = "already_delivering", "delivered_in_full"
# The targets of the money, which are balances of a year and of all years to its end, and the target that all targets are met.
IN_YEAR, CUMULATIVE, TOGETHER = "in_year_before_payment", "cumulative_after_payment", "all_together"


def read_figures(path: Path | TextIO) -> pd.DataFrame:
    """Read a file of figures in the result shape; an empty cell of a text column is empty text.

    Raises:
        Refusal: When it lacks a column or a number is none.
    """
    numbers = ("numerator", "denominator", "value")
    text = [name for name in COLUMNS if name not in numbers]
    try:
        rows = pd.read_csv(path, dtype=dict.fromkeys(text, "str"), keep_default_na=False, na_values={name: [""] for name in numbers})
        return rows.astype(dict.fromkeys(numbers, "float64"))
    except (KeyError, ValueError) as mistake:
        raise Refusal(f"The figures cannot be read ({mistake}).", file=path, remedy=f"Its columns are: {', '.join(COLUMNS)}.") from None
