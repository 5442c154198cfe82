"""The headline method: England's growth carried on, and around it the errors that the same method made for other councils."""

from dataclasses import dataclass

import numpy as np

from svip_lib.outlook.panel import SETTINGS, Panel

HORIZON = 3
# All fixed before anything was scored, from research on Januaries to 2025; ``make backtest`` prints what they give.
YEARS_OF_GROWTH = 3
OWN_WEIGHT, OWN_LIMIT = 0.2, 0.15  # of the authority's own growth beside England's, and how far it may stand from it
COMMON = np.array([0.020, 0.036, 0.052, 0.068])  # what strikes all councils alike, by years ahead
DRIFT = 0.75  # of England's last shift between settings, a year
COMMON_SHIFT = np.array([0.02, 0.03, 0.04, 0.05])
AFTER_REFORM, WITH_REFORM = 2018, 2014  # donors look ahead from after the reform of 2014, or from it on where there are none
LEAST_SHARE = 0.01  # added to each share before ratios are taken: of next to nothing they mean nothing


@dataclass(frozen=True)
class Errors:
    """What the method got wrong elsewhere, a path of logarithmic errors a donor, each less the median of its origin.

    Attributes:
        total: Of the number of plans, donor × years ahead.
        shares: Of each setting's share, donor × years ahead × setting.
        origins: The Januaries from which the donors looked ahead.
    """

    total: np.ndarray
    shares: np.ndarray
    origins: tuple[int, ...]


@dataclass(frozen=True)
class Draws:
    """Futures: plans, authority × simulation × January, and shares, authority × simulation × January × setting."""

    total: np.ndarray
    shares: np.ndarray


def expected(panel: Panel, horizon: int = HORIZON) -> np.ndarray:
    """Return the plans that are expected in the Januaries ahead, authority × years ahead."""
    england = np.log(panel.england[-1] / panel.england[-1 - YEARS_OF_GROWTH]) / YEARS_OF_GROWTH
    own = np.log(panel.total[:, -1] / panel.total[:, -1 - YEARS_OF_GROWTH]) / YEARS_OF_GROWTH
    growth = england + OWN_WEIGHT * np.clip(own - england, -OWN_LIMIT, OWN_LIMIT)
    return panel.total[:, -1:] * np.exp(np.outer(growth, np.arange(1, horizon + 1)))


def errors(panel: Panel, horizon: int = HORIZON) -> Errors:
    """Return the errors that the method made where the January that it looked ahead to is known."""
    last, ahead = int(panel.whole().years[-1]), np.arange(1, horizon + 1)
    origins = list(range(AFTER_REFORM, last - horizon + 1)) or list(range(WITH_REFORM, last - horizon + 1))
    ratios, totals, moved = _ratios(panel.settings), [], []
    for origin in origins:
        at = panel.at(origin)
        missed = np.log(panel.total[:, at + ahead] / expected(panel.until(origin), horizon))
        shift = ratios[:, at + ahead] - ratios[:, at : at + 1]
        whole = ~np.isnan(missed).any(axis=1) & ~np.isnan(shift).any(axis=(1, 2))
        totals.append((missed - np.median(missed[whole], axis=0))[whole])
        moved.append((shift - np.median(shift[whole], axis=0))[whole])
    return Errors(np.concatenate(totals), np.concatenate(moved), tuple(origins))


def draw(panel: Panel, rows: np.ndarray, *, simulations: int, seed: int, horizon: int = HORIZON, common: np.ndarray = COMMON) -> Draws:
    """Draw futures of some authorities from the panel's last January on.

    Args:
        panel: What is known.
        rows: The authorities' rows in it.
        simulations: How many futures.
        seed: The same seed gives the same futures, to the last bit.
        horizon: How many Januaries ahead.
        common: The spread of what strikes all councils alike, by years ahead.

    Returns:
        The futures. One donor and one common shock serve a future of all authorities, so that sums over them keep their spread.
    """
    random, known = np.random.default_rng(seed), errors(panel, horizon)
    donor = random.integers(len(known.total), size=simulations)
    alike = random.standard_normal((simulations, 1)) * common[:horizon]
    total = expected(panel, horizon)[rows][:, None, :] * np.exp(known.total[donor] + alike)
    england = _ratios(panel.england_settings)
    drift = DRIFT * (england[-1] - england[-2]) * np.arange(1, horizon + 1)[:, None]
    noise = random.standard_normal((simulations, 1, len(SETTINGS))) * COMMON_SHIFT[:horizon, None]
    raised = np.exp(_ratios(panel.settings)[rows, -1][:, None, None, :] + known.shares[donor] + drift + noise)
    bare = np.maximum(raised / raised.sum(axis=3, keepdims=True) * (1 + LEAST_SHARE * len(SETTINGS)) - LEAST_SHARE, 0)
    return Draws(total, bare / bare.sum(axis=3, keepdims=True))


def _ratios(settings: np.ndarray) -> np.ndarray:
    """The logarithms of shares, each a little raised."""
    whole = settings.sum(axis=-1, keepdims=True)
    return np.log((settings / whole + LEAST_SHARE) / (1 + LEAST_SHARE * len(SETTINGS)))
