"""Mode 0: where a council's counts cannot be compared over the years, its last one is carried on, with the errors of a packaged table."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from svip_lib.config.periods import january_of
from svip_lib.outlook.donors import YEARS_OF_GROWTH
from svip_lib.outlook.panel import ENGLAND, FEWEST

# By how much forecasts one to four years ahead missed, as the standard deviation of the logarithm. Source: the research that the marks of
# backtest.py come from, on 145 councils looking ahead from January 2018 on; that of the fourth year is inferred from the other three.
SPREAD = np.array([0.055, 0.09, 0.12, 0.15])


@dataclass(frozen=True)
class Start:
    """What is carried on: the last count, England's yearly growth of the logarithm (nought where it is not known), and what both are."""

    january: int
    plans: float
    growth: float
    counted: str
    method: str


def start(plans: pd.DataFrame, area: str, printed: pd.DataFrame) -> Start | None:
    """Return what a council's outlook starts from: its newest published count, else the newest that its own papers printed as counted.

    Args:
        plans: Published rows of the table ``plans``.
        area: The council's code.
        printed: What the council's papers printed as counted: ``january`` and ``value``.

    Returns:
        The start; nothing where there is no count, or fewer than 100 plans, of which an error in per cent says nothing.
    """
    told = plans[(plans["measure"] == "ehcplans") & (plans["category"] == "")]
    told = told.assign(january=told["time_period"].map(january_of)).set_index("january")
    own, england = (told.loc[told["area"] == whose, "value"].dropna() for whose in (area, ENGLAND))
    counted = "the newest published count" if len(own) else "the newest count that the council's own papers print"
    own = own if len(own) else printed.set_index("january")["value"].dropna()
    if own.empty or own[own.index.max()] < FEWEST:
        return None
    last = int(own.index.max())
    growth = np.log(england.get(last, np.nan) / england.get(last - YEARS_OF_GROWTH, np.nan)) / YEARS_OF_GROWTH
    carried = "the council's last count, carried on without growth, as England's is not known"
    method = carried if np.isnan(growth) else "England's growth over three years, from the council's last count"
    return Start(last, float(own[last]), float(np.nan_to_num(growth)), counted, method)


def draw(start: Start, *, simulations: int, seed: int, horizon: int) -> np.ndarray:
    """Draw futures of one council's plans from its last count on, simulation × January; where children will learn, one count does not tell.

    Args:
        start: What is carried on.
        simulations: How many futures.
        seed: The same seed gives the same futures.
        horizon: How many Januaries ahead, four at most.
    """
    yearly = np.sqrt(np.diff(SPREAD[:horizon] ** 2, prepend=0.0))
    missed = (np.random.default_rng(seed).standard_normal((simulations, horizon)) * yearly).cumsum(axis=1)
    return start.plans * np.exp(start.growth * np.arange(1, horizon + 1) + missed)
