"""Mode 2: the plans of the coming January from the cases that are open now, by how the council's own cases went in the last twelve months.

Plans now, what open cases and requests still to come turn into by census day, less plans that end, with moves between councils and
what stock and flow leave unexplained. It cannot be tried on the past: no council's quarters are published.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy.stats import norm

from svip_lib.config.periods import academic_year_of, january_of
from svip_lib.config.result import COLUMNS, OPEN_CASES
from svip_lib.indicators.census import transfers_in
from svip_lib.indicators.council import SOURCE, Council
from svip_lib.indicators.ehc_plans import ehc_plans_stock_flow_quarter_count
from svip_lib.outlook.ahead import PLANS, SEED, SIMULATIONS, Outlook, in_shape, of_plans, quantiles
from svip_lib.outlook.flows import LEAVING_YEARLY, NEW_COMMON, NEW_OWN

WEEK, YEAR = 7, 365.25
CELLS = 53  # weeks since the request, each by itself; the last holds all that is older than a year
POOLED = 20  # weeks of the stage's mean that are laid beside what one week saw (kappa)
FEWEST_QUARTERS, QUARTERS_OF_YEAR = 2, 4
# What strikes all cases of a future alike, by judgement and of the size that research found between years: how quickly cases go
# (logarithm), and how many of those assessed get a plan (log odds).
PACE, OUTCOME = 0.25, 0.20
PACES = np.exp(PACE * norm.ppf((np.arange(25) + 0.5) / 25))
ROUNDED = 10  # forecasts are no counts, and no small count is told
ABOUT = ["origin", "from", "to", "pipe", "absent"]
UNDER_WAY = ["origin", "part", "low", "middle", "high"]


@dataclass(frozen=True)
class Cases:
    """Requests as they stood on a day: for each stage of the two, when a case came into it and left it, with the outcome.

    Attributes:
        received: The day of each request.
        stages: The decision whether to assess, and the assessment: a table each with ``begin``, ``end`` (missing while open), ``on``
            (whether it led on) and ``here`` (whether the case was in the stage at all, and its days are known).
        withdrawn: Of requests in each stage the share that was withdrawn: a withdrawal bears no day.
    """

    received: pd.Series
    stages: tuple[pd.DataFrame, pd.DataFrame]
    withdrawn: tuple[float, float]


def none(absent: str = "", origin: str = "") -> Outlook:
    """Return no nowcast, with the reason; without one, nothing was supplied."""
    about = pd.DataFrame([dict.fromkeys(ABOUT, "") | {"origin": origin, "absent": absent}] if absent else [], columns=ABOUT)
    return Outlook(pd.DataFrame(columns=COLUMNS), {"nowcast": about, "under_way": pd.DataFrame(columns=UNDER_WAY)})


def nowcast(council: Council, published_until: int) -> Outlook:
    """Return what January's count may be by what is under way on the last day of the newest quarter that the return tells of.

    Args:
        council: The council's own records; what happened after that day is not looked at.
        published_until: The newest January whose count is published.

    Returns:
        Figures with the scenario of open cases, a row a quantile, to tens. And as words: ``nowcast`` (from when to when, and how much is
        under way, or why there is none) and ``under_way``: each part of it, to tens.

    Source: the council's SEN2 return.
    """
    if len(council.quarters) < FEWEST_QUARTERS:
        return none("the return tells of less than half a year", council.origin)
    last = council.quarter.last_day
    census = min((day for day in council.census_days if day > last), default=None)
    if census is None or january_of(academic_year_of(census)) <= published_until:
        why = "the day of the next census is not known" if census is None else "the January after the return has been published"
        return none(why, council.origin)
    parts = draw(council, last, census, simulations=SIMULATIONS, seed=SEED)
    total = np.round(sum(parts.values()))
    told = {"time_period": [academic_year_of(census)], "scenario": OPEN_CASES, "indicator": PLANS}
    rows = quantiles(total[:, None], -1, **of_plans(council.area, SOURCE, council.origin), **told)
    pipe = np.median((parts["plans_now"] + parts["plans_ending"] + parts["open_cases"]) / total)
    about = {"from": last.isoformat(), "to": census.isoformat(), "pipe": f"{100 * min(pipe, 0.99):.0f}", "absent": ""}
    ends = {name: _to_tens(np.quantile(values, [0.1, 0.5, 0.9])) for name, values in (parts | {"total": total}).items()}
    under_way = [[council.origin, name, *words] for name, words in ends.items()]
    registers = {
        "nowcast": pd.DataFrame([about | {"origin": council.origin}], columns=ABOUT).astype("str"),
        "under_way": pd.DataFrame(under_way, columns=UNDER_WAY).astype("str"),
    }
    return Outlook(in_shape(rows, last), registers)


def draw(council: Council, last: date, census: date, *, simulations: int, seed: int) -> dict[str, np.ndarray]:
    """Draw futures from the last day of a quarter to census day: what each part adds to the plans, a value a future.

    Args:
        council: The council's own records.
        last: The last day that is known.
        census: Census day.
        simulations: How many futures.
        seed: The same seed gives the same futures.
    """
    random, first = np.random.default_rng(seed), council.quarters[0].first_day
    days, year = (census - last).days, (census - last).days / YEAR
    plans, cases = len(council.stock.query("quarter == @council.quarter.code")), as_stood(council, first, last)
    pace = random.integers(len(PACES), size=simulations)
    more = np.exp(OUTCOME * random.standard_normal(simulations))[:, None]
    chances, fresh = chances_by_census(rates(cases, first, last), days)
    kept = (1 - cases.withdrawn[0]) * (1 - cases.withdrawn[1]), 1 - cases.withdrawn[1]

    opened = np.zeros(simulations)
    for stage, share in enumerate(kept):
        told = cases.stages[stage]
        open_now = told["here"] & told["end"].isna()
        weeks = np.bincount(_week((pd.Timestamp(last) - cases.received[open_now]).dt.days), minlength=CELLS)
        odds = more * _odds(chances[stage][pace] * share)
        opened += random.binomial(weeks, odds / (1 + odds)).sum(axis=1)

    ahead = [last + timedelta(days=day) for day in range(1, days + 1)]
    requests, ends = (_by_month(told, first, last, ahead) for told in (cases.received, council.cases["ceasedate"]))
    wanted = np.exp(np.hypot(NEW_OWN, NEW_COMMON) * random.standard_normal(simulations))
    odds = more * _odds(fresh[pace] * kept[0])
    coming = random.poisson(wanted * (odds / (1 + odds) * requests).sum(axis=1))

    ending = random.binomial(plans, min(ends.sum() / max(plans, 1), 1), simulations)
    came = council.in_quarter(transfers_in(council.tables)["entrydate"]).notna().sum() / (len(council.quarters) / QUARTERS_OF_YEAR)
    flow = ehc_plans_stock_flow_quarter_count(council).query("category == 'residual'")["value"]
    # The spread of yearly leaving was measured on what published stock and new plans leave over, so it holds moves and corrections too.
    gap = flow.mean() * QUARTERS_OF_YEAR * year + LEAVING_YEARLY * np.sqrt(year) * plans * random.standard_normal(simulations)
    return {
        "plans_now": np.full(simulations, plans),
        "plans_ending": -ending,
        "open_cases": opened,
        "requests_to_come": coming,
        "moves_and_unexplained": random.poisson(came * year, simulations) + gap,
    }


def as_stood(council: Council, first: date, last: date) -> Cases:
    """Return the council's requests as they stood on a day; what was told later had not been told."""
    cases = council.own_cases[council.own_cases["receiveddate"] <= pd.Timestamp(last)].reset_index(drop=True)
    decided, assessed = (cases[name].where(cases[name] <= pd.Timestamp(last)) for name in ("requestoutcomedate", "assessmentoutcomedate"))
    outcome, issue = cases["requestoutcome"], cases["assessmentoutcome"].fillna("")
    before = outcome == "H"  # decided before the return's first day, on a day that it does not tell
    on = (outcome == "Y") & decided.notna()
    gone = {"W": outcome == "W", "assessed": issue == "W"}
    decision = pd.DataFrame({"begin": cases["receiveddate"], "end": decided, "on": on, "here": ~before & ~gone["W"]})
    known = (before | on) & (issue != "H") & ~gone["assessed"]
    # A plan that was to be issued and bears no day yet is still under way.
    begin = decided.where(on, pd.Series(pd.Timestamp(first), index=cases.index).where(before, pd.NaT))
    assessment = pd.DataFrame({"begin": begin, "end": assessed, "on": issue == "Y", "here": known})
    recent = cases["receiveddate"] >= pd.Timestamp(first)
    withdrawn = tuple(
        float((gone[name] & recent).sum() / max((gone[name] & recent).sum() + (told["here"] & told["end"].notna() & recent).sum(), 1))
        for name, told in (("W", decision), ("assessed", assessment))
    )
    return Cases(cases["receiveddate"], (decision, assessment), withdrawn)


def rates(cases: Cases, first: date, last: date) -> np.ndarray:
    """Return how often, in a week, a case of each stage leads on and ends: stage × (on, ended) × week since the request.

    What single weeks saw is pooled to the mean of the stage over all that the return tells of, twelve months at most.
    """
    found = []
    for told in cases.stages:
        here = told[told["here"] & ~(told["end"] < pd.Timestamp(first))]
        received = cases.received[here.index]
        low, high = (
            ((day - received).dt.days.to_numpy()[:, None] - WEEK * np.arange(CELLS)).clip(0)
            for day in (here["begin"].clip(lower=pd.Timestamp(first)), here["end"].fillna(pd.Timestamp(last)))
        )
        widest = np.append(np.full(CELLS - 1, WEEK), np.inf)
        weeks = (np.minimum(high, widest) - np.minimum(low, widest)).clip(0).sum(axis=0) / WEEK
        ended = here[here["end"].notna()]
        for on in (True, False):
            left = ended[ended["on"] == on]
            events = np.bincount(_week((left["end"] - received[left.index]).dt.days), minlength=CELLS)
            mean = events.sum() / weeks.sum() if weeks.sum() else 0.0
            found.append((events + POOLED * mean) / (weeks + POOLED))
    return np.array(found).reshape(len(cases.stages), 2, CELLS)


def chances_by_census(rates: np.ndarray, days: int) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """Return how likely a plan is issued by census day, by pace.

    Args:
        rates: As from ``rates``.
        days: The days until then.

    Returns:
        For each stage, pace × week since the request of a case that is open now; and for a request still to come, pace × day on which
        it comes, tomorrow first.
    """
    first, second = (np.zeros((len(PACES), CELLS)) for _ in range(2))
    fresh = np.zeros((len(PACES), days))
    whole, rest = divmod(days, WEEK)
    for step in range(whole + (rest > 0)):  # from census day backwards: the last days first, which may be no whole week
        length = rest if step == 0 and rest else WEEK
        done = step * WEEK - (WEEK - rest) * (step > 0 and rest > 0)
        fresh[:, max(days - done - length, 0) : days - done] = first[:, :1]
        older = np.minimum(np.arange(CELLS) + (length == WEEK), CELLS - 1)
        leaves, on = _step(rates[1], length)
        second_then = second[:, older]
        second = leaves * on + (1 - leaves) * second_then
        leaves, on = _step(rates[0], length)
        first = leaves * on * second_then + (1 - leaves) * first[:, older]
    return (first, second), fresh


def _step(rates: np.ndarray, days: int) -> tuple[np.ndarray, np.ndarray]:
    """How likely a case leaves its stage in some days, pace × week; and if it does, that it leads on."""
    both = rates.sum(axis=0)
    return 1 - np.exp(-PACES[:, None] * both * days / WEEK), np.divide(rates[0], both, out=np.zeros(CELLS), where=both > 0)


def _week(days: pd.Series) -> np.ndarray:
    return np.minimum(days.to_numpy() // WEEK, CELLS - 1).clip(0).astype(int)


def _odds(chance: np.ndarray) -> np.ndarray:
    return chance / (1 - np.minimum(chance, 1 - 1e-9))


def _by_month(days: pd.Series, first: date, last: date, ahead: list[date]) -> np.ndarray:
    """What is expected on each day ahead, as in the same month before; of a month that the return does not hold, its mean."""
    known = pd.date_range(first, last)
    inside = days[(days >= known[0]) & (days <= known[-1])]
    by_month = inside.dt.month.value_counts().reindex(known.month.unique(), fill_value=0) / known.month.value_counts()
    return pd.DatetimeIndex(ahead).month.map(by_month).fillna(len(inside) / len(known)).to_numpy()


def _to_tens(values: np.ndarray) -> list[str]:
    """A low end, a middle and a high end as words, to tens; of what is less nobody is told how much less."""
    return [f"{round(value, -1):,.0f}" if abs(value) >= ROUNDED else f"fewer than {ROUNDED}" for value in values]
