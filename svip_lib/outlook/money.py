"""What futures would cost: children by kind of place, what a place costs, and what comes in, which hardly follows the children."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from svip_lib.config.cost_centres import BROUGHT_FORWARD, INCOME
from svip_lib.config.periods import Quarter
from svip_lib.config.result import CUMULATIVE, IN_YEAR
from svip_lib.outlook.panel import SETTINGS

BALANCE = "high_needs_balance_gbp"
# What of the ledger is spent by the child, by kind of place. All else, services among it, is there whoever comes.
SPENT_ON = {
    "mainstream": ("mainstream", "resourced_provision_or_sen_unit"),
    "special_state": ("state_special",),
    "independent": ("nmss_or_independent",),
    "further_education": ("post_16",),
}
# Assumptions, not findings: research names no source for them. Mean and spread a year; the spread of a future's cost of a place.
PRICES, PRICES_INDEPENDENT, GRANT = (0.035, 0.010), (0.055, 0.020), (0.040, 0.015)
COST_SPREAD = 0.06
SPRING = 0.25  # of a financial year lies nearer to the January before it than to the one in it
ASSUMED = {
    "Prices": f"up {PRICES[0]:.1%} a year, give or take {PRICES[1]:.1%}; in independent schools {PRICES_INDEPENDENT[0]:.1%}, "
    f"give or take {PRICES_INDEPENDENT[1]:.1%} (an assumption)",
    "Grant": f"as DfE has published it, and after that up {GRANT[0]:.1%} a year, give or take {GRANT[1]:.1%} (an assumption); "
    "it does not follow the number of plans",
    "Cost of a place": f"the ledger's forecast of the year by the children of that year, give or take {COST_SPREAD:.0%} (an assumption)",
    "Further payments of DfE": "none is counted",
}


@dataclass(frozen=True)
class Position:
    """Where the money stands, in pounds.

    Attributes:
        year: The year in which the ledger's financial year ends.
        spending: As forecast for that year, by category of the ledger.
        grant: The high needs grant of that year.
        income: What else comes in, but DfE's payment under the agreement.
        balance: The balance at that year's end, with DfE's payment.
        free_places: Places of state special schools that nobody has taken; none where the council holds no such list.
        allocations: DfE's published allocations by the year in which their financial year ends.
        constant: What every figure made from it takes over: ``area``, ``origin``, ``source_id`` and ``base``.
    """

    year: int
    spending: dict[str, float]
    grant: float
    income: float
    balance: float
    free_places: float | None
    allocations: dict[int, float]
    constant: dict[str, str]


def read_position(counted: pd.DataFrame, blocks: pd.DataFrame) -> Position | None:
    """Return where the money stands by a council's own figures, or nothing where its ledger does not tell all of it.

    Args:
        counted: Figures of the council's own records, in the one shape.
        blocks: Its published high needs allocations.
    """
    newest = counted[counted["time_period"] == counted["time_period"].max()] if len(counted) else counted
    steps = newest[newest["indicator"] == "high_needs_recovery_gbp"].set_index("category")["value"]
    spent = newest[(newest["indicator"] == "high_needs_ledger_gbp") & (newest["breakdown"] == "forecast")]
    if spent.empty or not {"grant", BROUGHT_FORWARD} <= set(steps.dropna().index):
        return None
    free = newest[(newest["indicator"] == "vacancies_by_type_quarter_count") & (newest["category"] == "special")]["value"].dropna()
    return Position(
        year=Quarter.from_code(spent["time_period"].iloc[0]).last_day.year,
        spending=spent.set_index("category")["value"].fillna(0).to_dict(),
        grant=steps["grant"],
        income=steps.reindex([name for name in INCOME if name != "grant"]).sum(),
        balance=steps["balance_after_payment"],
        free_places=float(free.iloc[0]) if len(free) else None,
        allocations={int(period[:4]) + 1: value for period, value in blocks.set_index("time_period")["value"].dropna().items()},
        constant=spent[["area", "origin", "source_id", "base"]].iloc[0].to_dict(),
    )


def balances(children: np.ndarray, position: Position, seed: int) -> dict[str, np.ndarray]:
    """Return the balances of the financial years ahead, in pounds, simulation × year; a deficit is below nought.

    Args:
        children: Plans by kind of place, simulation × January × setting, from the January before the ledger's financial year on.
        position: Where the money stands.
        seed: The same seed gives the same prices in every scenario, so that scenarios differ by children alone.

    Returns:
        ``in_year_before_payment`` and ``cumulative_after_payment`` for each year after the ledger's. What a place costs is such that the
        ledger's own year comes to what the ledger says.
    """
    load = SPRING * children[:, :-1] + (1 - SPRING) * children[:, 1:]
    simulations, ahead = len(load), load.shape[1] - 1
    random = np.random.default_rng([seed, 2])

    def grown(mean: float, spread: float) -> np.ndarray:
        return np.cumprod(1 + mean + spread * random.standard_normal((simulations, ahead)), axis=1)

    prices, independent, grants = grown(*PRICES), grown(*PRICES_INDEPENDENT), grown(*GRANT)
    dear = np.exp(COST_SPREAD * random.standard_normal((simulations, len(SETTINGS))) - COST_SPREAD**2 / 2)
    by_child = [name for names in SPENT_ON.values() for name in names]
    cost = prices * sum(value for name, value in position.spending.items() if name not in by_child)
    for setting, names in SPENT_ON.items():
        place = SETTINGS.index(setting)
        each = sum(position.spending.get(name, 0.0) for name in names) / load[:, :1, place]
        cost = cost + each * dear[:, place, None] * load[:, 1:, place] * (independent if setting == "independent" else prices)
    in_year = position.grant * _as_published(grants, position) + position.income - cost
    return {IN_YEAR: in_year, CUMULATIVE: position.balance + np.cumsum(in_year, axis=1)}


def _as_published(grants: np.ndarray, position: Position) -> np.ndarray:
    """How the grant grows: as DfE has published it for as long as that is known, and from there on as drawn."""
    first = position.allocations.get(position.year)
    known = [position.allocations.get(position.year + ahead) for ahead in range(1, grants.shape[1] + 1)]
    told = next((place for place, value in enumerate(known) if value is None), len(known)) if first else 0
    if not told:
        return grants
    published = np.array(known[:told]) / first
    after = grants[:, told:] / grants[:, told - 1 : told] * published[-1]
    return np.hstack([np.tile(published, (len(grants), 1)), after])
