"""Stock and flow: plans at one January, plus new ones, less those that end; what makes both uncertain strikes a whole council at once."""

import numpy as np
import pandas as pd

from svip_lib.outlook.panel import ENGLAND, Panel

# Spreads of research on 2019 to 2024; all are of logarithms but those of leaving, which are of the yearly share.
NEW_OWN, NEW_LASTS, NEW_COMMON = 0.25, 0.9, 0.12  # new plans: the council's own, how much of it lasts a year, and what all share
LEAVING_LASTING, LEAVING_YEARLY = 0.02, 0.035
OWN_WEIGHT = 0.5  # of the council's own rates beside England's
YEARS_OF_RATES = 3


def by_year(rows: pd.DataFrame, measure: str, panel: Panel) -> np.ndarray:
    """Return published counts of calendar years, authority × January that begins the year; England in the last row."""
    told = rows[(rows["measure"] == measure) & (rows["category"] == "")]
    told = told.assign(year=told["time_period"].astype(int))
    return told.pivot(index="area", columns="year", values="value").reindex(index=[*panel.areas, ENGLAND], columns=panel.years).to_numpy()


def draw(panel: Panel, new: np.ndarray, *, simulations: int, seed: int, horizon: int, shocks: bool = True) -> np.ndarray:
    """Draw futures of every authority by new plans and plans that end.

    Args:
        panel: What is known.
        new: New plans as from ``by_year``; only years that ended before the panel's last January are used.
        simulations: How many futures.
        seed: The same seed gives the same futures.
        horizon: How many Januaries ahead.
        shocks: Whether a year can be another year for a whole council; without, only chance strikes, child by child.

    Returns:
        Plans, authority × simulation × January. What leaves is what stock and new plans leave over, so it holds moves and corrections.
    """
    random = np.random.default_rng(seed)
    rate_new, rate_leaving = rates(panel, new)
    size = (len(panel.total), simulations)
    own = random.standard_normal(size) * NEW_OWN
    common = np.zeros((1, simulations))
    lasting = random.standard_normal(size) * LEAVING_LASTING
    now, path = np.repeat(panel.total[:, -1:], simulations, axis=1), []
    for _ in range(horizon):
        common = common + random.standard_normal((1, simulations)) * NEW_COMMON
        yearly = random.standard_normal(size) * LEAVING_YEARLY
        joins = random.poisson(now * rate_new * np.exp((own + common) * shocks))
        share = np.clip(rate_leaving + (lasting + yearly) * shocks, 0, 1)
        now = now + joins - random.binomial(now.astype(np.int64), share)
        own = NEW_LASTS * own + np.sqrt(1 - NEW_LASTS**2) * NEW_OWN * random.standard_normal(size)
        path.append(now)
    return np.stack(path, axis=2)


def rates(panel: Panel, new: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return new plans, and plans that end, as shares of a January's plans, a row a council: half its own, half England's."""
    last = panel.at(panel.years[-1])
    years = np.arange(last - YEARS_OF_RATES, last)
    stock = np.vstack([panel.total, panel.england])
    joining = new[:, years] / stock[:, years]
    leaving = (stock[:, years] + new[:, years] - stock[:, years + 1]) / stock[:, years]
    return tuple(_half_of_england(np.nanmean(told, axis=1)) for told in (joining, leaving))


def _half_of_england(rates: np.ndarray) -> np.ndarray:
    own, england = rates[:-1], rates[-1]
    return (OWN_WEIGHT * np.where(np.isnan(own), england, own) + (1 - OWN_WEIGHT) * england)[:, None]
