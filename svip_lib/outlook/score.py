"""How good a forecast was: errors of its middle, whether its ranges held, and how the simpler ways to forecast would have done."""

import numpy as np

from svip_lib.outlook.donors import YEARS_OF_GROWTH
from svip_lib.outlook.panel import Panel

RANGES = (50, 80, 95)  # per cent
YEARS_OF_LINE = 5


def share_off(forecast: np.ndarray, actual: np.ndarray) -> float:
    """Return by how much forecasts missed on average, in per cent of what came (the mean absolute percentage error).

    Example:
        >>> round(share_off(np.array([90.0, 110.0]), np.array([100.0, 100.0])), 6)
        10.0
    """
    return float(np.nanmean(np.abs(forecast / actual - 1)) * 100)


def held(draws: np.ndarray, actual: np.ndarray, percent: int) -> np.ndarray:
    """Return whether the middle range of so many per cent of the draws held what came: case × draw, and a value a case.

    Example:
        >>> held(np.array([[1.0, 2.0, 3.0, 4.0, 5.0]]), np.array([4.5]), 50)
        array([False])
    """
    low, high = np.quantile(draws, [0.5 - percent / 200, 0.5 + percent / 200], axis=1)
    return (low <= actual) & (actual <= high)


def crps(draws: np.ndarray, actual: np.ndarray) -> np.ndarray:
    """Return the continuous ranked probability score of each case: how far the draws lie from what came, less half of how far apart.

    It is in the unit of the draws, smaller is better, and of a single draw it is the absolute error.

    Example:
        >>> crps(np.array([[8.0], [13.0]]), np.array([10.0, 10.0]))
        array([2., 3.])
    """
    number = draws.shape[1]
    ranked = np.sort(draws, axis=1) * (2 * np.arange(1, number + 1) - number - 1)
    return np.abs(draws - actual[:, None]).mean(axis=1) - ranked.sum(axis=1) / number**2


def last_value(panel: Panel, horizon: int) -> np.ndarray:
    """Forecast that nothing changes."""
    return np.repeat(panel.total[:, -1:], horizon, axis=1)


def line(panel: Panel, horizon: int) -> np.ndarray:
    """Forecast by the straight line through the authority's last counts."""
    past = np.arange(-YEARS_OF_LINE + 1, 1)
    told = panel.total[:, -YEARS_OF_LINE:]
    slope = ((past - past.mean()) * (told - told.mean(axis=1, keepdims=True))).sum(axis=1) / ((past - past.mean()) ** 2).sum()
    level = told.mean(axis=1) - slope * past.mean()
    return level[:, None] + np.outer(slope, np.arange(1, horizon + 1))


def own_growth(panel: Panel, horizon: int) -> np.ndarray:
    """Forecast that the authority grows as it did in the last year."""
    growth = np.log(panel.total[:, -1] / panel.total[:, -2])
    return panel.total[:, -1:] * np.exp(np.outer(growth, np.arange(1, horizon + 1)))


def damped_smoothing(panel: Panel, horizon: int) -> np.ndarray:
    """Forecast by exponential smoothing of the logarithm with a damped trend (Holt), each authority by what fitted its past best."""
    told, best = np.log(panel.total), np.full(len(panel.total), np.inf)
    forecast = np.zeros((len(told), horizon))
    ahead = np.arange(1, horizon + 1)
    for level_weight in (0.3, 0.6, 0.9, 0.99):
        for trend_weight in (0.1, 0.3, 0.6, 0.9):
            for damping in (0.8, 0.9, 0.98):
                level, trend = told[:, 0], told[:, 1] - told[:, 0]
                missed = np.zeros(len(told))
                for place in range(1, told.shape[1]):
                    guess = level + damping * trend
                    missed += (told[:, place] - guess) ** 2 * (place >= YEARS_OF_GROWTH)  # the first few only set it going
                    new = level_weight * told[:, place] + (1 - level_weight) * guess
                    trend = trend_weight * (new - level) + (1 - trend_weight) * damping * trend
                    level = new
                better = missed < best
                best[better] = missed[better]
                forecast[better] = (level[:, None] + np.outer(trend, np.cumsum(damping**ahead)))[better]
    return np.exp(forecast)


RIVALS = {
    "the last value": last_value,
    "a line through five years": line,
    "the authority's own growth": own_growth,
    "damped smoothing": damped_smoothing,
}
