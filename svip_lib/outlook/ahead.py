"""The outlook of one council: what may come if things carry on, as figures in the one shape, and how well such figures have done."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from svip_lib.config.periods import ACADEMIC, academic_year_of_january
from svip_lib.config.result import CARRY_ON, COLUMNS, FORECAST, FROM
from svip_lib.outlook import backtest, donors, flows
from svip_lib.outlook.panel import SETTINGS, Panel, read_panel

PLANS, MAINSTREAM = "ehc_plans_count", "placements_mainstream_percent"
QUANTILES = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
SIMULATIONS, TRIALS, SEED = 10_000, 300, 20_221_129
PUBLISHED_IN = 6  # the month
FURTHEST = 4  # Januaries that the forecast of an earlier day looks ahead
ABOUT = ["method", "starts", "councils", "donors", "simulations", "absent"]
TRIAL = ["method", "ahead", "error", "held_80"]
GROWTH = ["planned_from", "planned_until", "planned", "first", "last", "as_low", "councils"]
METHOD = (
    "England's growth over three years, with a fifth of the council's own beside it, and the errors that the same method made elsewhere"
)


@dataclass(frozen=True)
class Outlook:
    """What may come, and what that rests on.

    Attributes:
        rows: Figures with ``measure`` forecast: a row a January ahead and quantile. Their ``scenario`` says whether they start from the
            newest January, or from an earlier one and with what was known then.
        registers: As words: ``outlook`` (what it was made from, or why there is none), ``backtest`` (how each method did for all
            councils) and ``growth`` (how many councils held growth as low as the plan's).
    """

    rows: pd.DataFrame
    registers: dict[str, pd.DataFrame]


def look_ahead(rows: pd.DataFrame, authorities: list[str], area: str, as_at: date, plan: pd.DataFrame) -> Outlook:
    """Return the outlook of a council.

    Args:
        rows: Every published row that could be known on the day.
        authorities: The codes of today's local authorities.
        area: The council's code.
        as_at: The day.
        plan: The agreement's plan for the number of plans: ``january``, ``value`` and ``as_at`` (the day of its paper).

    Source: DfE, *Education, health and care plans*: January counts of every authority since 2010, new plans by calendar year.
    """
    table = {name: rows[rows["table"] == name] for name in ("plans", "new_plans")}
    panel = read_panel(table["plans"], authorities)
    if area not in panel.areas:
        why = panel.left_out.get(area, "no count of its plans is published")
        absent = pd.DataFrame([dict.fromkeys(ABOUT, "") | {"absent": why}])
        empty = {"backtest": pd.DataFrame(columns=TRIAL), "growth": pd.DataFrame(columns=GROWTH)}
        return Outlook(pd.DataFrame(columns=COLUMNS), {"outlook": absent} | empty)
    newest = _newest(panel, area)
    agreed = min(_counted_before(plan["as_at"].min()), newest) if len(plan) else newest
    origins = {agreed: min(FURTHEST, newest - agreed), newest - 1: 1, newest: donors.HORIZON}  # where two are the same, the last counts
    told = pd.concat([_forecast(panel, area, origin, ahead, origin == newest) for origin, ahead in origins.items()])
    known = table["plans"][table["plans"]["area"] == area]
    constant = {"area": area, "breakdown": "", "category": "", "time_identifier": ACADEMIC, "base": "all_ehc_plans", "measure": FORECAST}
    constant |= {"origin": "published", "as_at": as_at.isoformat(), "shorthand": "", "source_id": known["source_id"].iloc[0]}
    figures = told.assign(**constant, numerator=float("nan"), denominator=float("nan"))[COLUMNS]
    whole = panel.whole()
    tried = backtest.run(whole, flows.by_year(table["new_plans"], "new_ehc_plans", whole), simulations=TRIALS)
    origins_of_donors = donors.errors(panel.until(newest)).origins
    about = {
        "method": METHOD,
        "starts": newest,
        "councils": len(panel.areas),
        "donors": f"{origins_of_donors[0]} to {origins_of_donors[-1]}",
    }
    registers = {
        "outlook": pd.DataFrame([about | {"simulations": SIMULATIONS, "absent": ""}], columns=ABOUT),
        "backtest": _trial(tried),
        "growth": _growth(whole, panel.total[panel.areas.index(area), panel.at(agreed)], agreed, plan),
    }
    return Outlook(figures, {name: register.astype("str") for name, register in registers.items()})


def look_back(rows: pd.DataFrame, authorities: list[str]) -> backtest.Backtest:
    """Return how forecasts would have done for all councils; arguments as for ``look_ahead``."""
    whole = read_panel(rows[rows["table"] == "plans"], authorities).whole()
    new = flows.by_year(rows[rows["table"] == "new_plans"], "new_ehc_plans", whole)
    return backtest.run(whole, new)


def _forecast(panel: Panel, area: str, origin: int, horizon: int, newest: bool) -> pd.DataFrame:
    """The quantiles of the plans and of the mainstream share, as a forecast from one January tells them with what was known then."""
    now = panel.until(origin)
    drawn = donors.draw(now, np.array([now.areas.index(area)]), simulations=SIMULATIONS, seed=SEED, horizon=horizon)
    mainstream = 100 * drawn.shares[0, :, :, SETTINGS.index("mainstream")]
    common = {"time_period": [academic_year_of_january(origin + ahead) for ahead in range(1, horizon + 1)]}
    common["scenario"] = CARRY_ON if newest else f"{FROM}{origin}"
    parts = [
        pd.DataFrame(common | {"indicator": indicator, "quantile": str(quantile), "value": path})
        for indicator, values in ((PLANS, np.round(drawn.total[0])), (MAINSTREAM, mainstream))
        for quantile, path in zip(QUANTILES, np.quantile(values, QUANTILES, axis=0), strict=True)
    ]
    return pd.concat(parts, ignore_index=True)


def _counted_before(day: str) -> int:
    """The last January whose count was published by a day: DfE publishes it in June."""
    return int(day[:4]) - (int(day[5:7]) < PUBLISHED_IN)


def _newest(panel: Panel, area: str) -> int:
    """The newest January of which a council's count is published, by setting too, and England's."""
    counts = panel.settings[panel.areas.index(area)].sum(axis=1) + panel.england_settings.sum(axis=1)
    return int(panel.years[~np.isnan(counts)][-1])


def _trial(tried: backtest.Backtest) -> pd.DataFrame:
    """What the trial on the past says: each method's mean error, and how often its 80% range held, both in per cent."""
    error = tried.points.groupby(["method", "ahead"])["error"].mean().map("{:.1f}".format)
    held = tried.ranges.groupby(["method", "ahead"])["held_80"].mean().map("{:.0f}".format)
    return pd.concat([error, held], axis=1).fillna("").reset_index()[TRIAL]


def _growth(panel: Panel, first: float, agreed: int, plan: pd.DataFrame) -> pd.DataFrame:
    """How many councils held the growth of their plans as low as the agreement means to, over as many years."""
    end, last = int(plan["january"].max()) if len(plan) else agreed, int(panel.years[-1])
    if end <= agreed:  # there is no plan, or none that looks ahead
        return pd.DataFrame(columns=GROWTH)
    planned = plan.set_index("january")["value"][end] / first - 1
    there = panel.total[:, panel.at(last)] / panel.total[:, panel.at(last - (end - agreed))] - 1
    told = [agreed, end, f"{100 * planned:.1f}", last - (end - agreed), last, int((there <= planned).sum()), int((~np.isnan(there)).sum())]
    return pd.DataFrame([told], columns=GROWTH)
