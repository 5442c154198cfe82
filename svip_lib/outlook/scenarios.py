"""Scenarios: the same futures once more, each with what the council does about it. Only rates are changed, never counts."""

import numpy as np

from svip_lib.config.agreement import Mitigation
from svip_lib.config.result import CARRY_ON, DELIVERING, IN_FULL
from svip_lib.outlook.panel import SETTINGS

DELIVERY = (2, 3)  # of a beta distribution: two fifths on average, and anything from little to most of it, until a record says more
PER_CENT = 100
# A future of one council: plans, simulation × January, and shares, simulation × January × setting.
Future = tuple[np.ndarray, np.ndarray]


def fractions(mitigations: list[Mitigation], simulations: int, seed: int) -> dict[str, np.ndarray]:
    """Return how much of each mitigation is delivered in each scenario, mitigation × simulation, from nothing (0) to all of it (1).

    What a council's own record says of its delivery stands; without a record it is drawn, from a stream of its own: so a future and
    the same future with a mitigation differ by the mitigation alone.
    """
    shape = (len(mitigations), simulations)
    drawn = np.random.default_rng([seed, 1]).beta(*DELIVERY, size=shape)
    for place, entry in enumerate(mitigations):
        if entry.delivered is not None:
            drawn[place] = entry.delivered / PER_CENT
    return {CARRY_ON: np.zeros(shape), DELIVERING: drawn, IN_FULL: np.ones(shape)}


def changed(
    future: Future, start: float, periods: list[str], mitigations: list[Mitigation], delivered: np.ndarray, leaving: float
) -> Future:
    """Return a future as it would be with mitigations.

    Args:
        future: Plans and shares as drawn, for the Januaries of ``periods``.
        start: Plans in the January before the first of them.
        periods: The academic years of the Januaries ahead, as ``202627``.
        mitigations: What is done; each changes the rate of a year by some per cent.
        delivered: From ``fractions``: mitigation × simulation.
        leaving: Share of plans that end in a year. What a year grows beyond what stays are its new plans, which can fall to none and
            not below.

    Returns:
        The changed future. Two mitigations of one rate act on what the other leaves, so nothing is counted twice, and no setting gives
        away more children than are in it. Where nothing is changed it is the future itself, to the last bit.
    """
    total, shares = future
    growth = total / np.hstack([np.full((len(total), 1), start), total[:, :-1]])
    points, joining, moved = np.zeros_like(total), np.ones_like(total), shares.copy()
    for entry, part in zip(mitigations, delivered, strict=True):
        change = part[:, None] * np.array([entry.changes.get(period, 0.0) for period in periods]) / PER_CENT
        if entry.rate == "growth":
            points += change
        elif entry.rate == "new_plans":
            joining *= np.maximum(1 + change, 0)
        else:
            away = moved[:, :, SETTINGS.index(entry.setting)] * (1 - np.cumprod(1 - change, axis=1))
            moved[:, :, SETTINGS.index(entry.setting)] -= away
            moved[:, :, SETTINGS.index(entry.to)] += away
    new = np.maximum(growth - (1 - leaving), 0)
    return total * np.cumprod(np.maximum(1 + (points + new * (joining - 1)) / growth, 0), axis=1), moved


def spilled(future: Future, places: float) -> Future:
    """Return a future in which state special schools are never fuller than so many children; the others go to independent ones."""
    total, shares = future
    special, independent = SETTINGS.index("special_state"), SETTINGS.index("independent")
    over = np.maximum(shares[:, :, special] - places / total, 0)
    moved = shares.copy()
    moved[:, :, special] -= over
    moved[:, :, independent] += over
    return total, moved
