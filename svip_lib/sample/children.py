"""Draws invented children and what the council decided for each: requests, assessments and plans, one row a request.

Every date is a ``numpy.datetime64[D]``; ``NaT`` says that it has not come. Ages are those on the 31 August before the census.
"""

import numpy as np
import pandas as pd

from svip_lib.config.refusal import Refusal
from svip_lib.sample.targets import (
    AGE_BANDS,
    AGES,
    AGES_OF_NEW,
    AGES_OF_REQUESTS,
    BACKLOG,
    BAND_STARTS,
    CEASE_REASONS,
    FIRST_AGE,
    FLOWS,
    NOT_ISSUED,
    SOURCES,
    TRANSFERRED_IN,
    WITHDRAWN,
    Flow,
    shares,
)

NEVER = np.datetime64("NaT", "D")
PLANS_BEGAN = np.datetime64("2014-09-01")  # Children and Families Act 2014, part 3, in force
ALL_AGES = np.arange(FIRST_AGE, FIRST_AGE + len(AGES))
SIX_WEEKS, TWENTY_WEEKS, YEAR = 42, 140, 365
ADULT = 16
IN_TIME = 0.75  # of the requests that await a decision: assumed
MAXIMUM_AGE = 25
SOURCES_SINCE = 2025  # the return first asked who made a request


def draw_cases(plans: int, year: int, first: np.datetime64, rng: np.random.Generator) -> pd.DataFrame:
    """Return invented requests of a census year, with the children they are about and what became of them.

    Args:
        plans: How many plans are active at the end, at least 1.
        year: The year of the census; its flows are those of the nearest year that was published.
        first: The first day of the twelve months in which something happens.
        rng: Where chance comes from.

    Returns:
        One row a request, sorted by ``person`` (numbered from 0) and ``receiveddate``; ``active`` marks a plan on census day,
        ``transferred`` one that came from another authority in the year.

    Raises:
        Refusal: When there would be no plan to draw.
    """
    if plans < 1:
        raise Refusal(f"A sample of {plans} plans is empty.", remedy="Ask for at least one plan.")
    flow = FLOWS[min(FLOWS, key=lambda known: abs(known - year))]
    scale = plans / flow.plans
    blocks = [*_with_plans(plans, year, first, flow, scale, rng), *_without_plans(year, first, flow, scale, rng)]
    expected = round(flow.requests * scale)
    received = sum(int((block.receiveddate >= first).sum()) for block in blocks)
    blocks.append(_being_assessed(max(expected - received, 0), round(expected * BACKLOG), year, first, flow, rng))
    cases = pd.concat(blocks, ignore_index=True)
    cases["requestsource"] = _sources(cases, year, first, rng)
    return _in_order(_asked_again(cases, rng), rng)


def dates_of_birth(ages: np.ndarray, year: int, rng: np.random.Generator) -> np.ndarray:
    """Return a date of birth for each age on the 31 August before the census of a year."""
    school_years = np.datetime64(f"{year - 2}", "Y") - ages
    return (school_years.astype("M8[M]") + 8).astype("M8[D]") + rng.integers(0, 365, len(ages))


def _rows(dob: np.ndarray, ages: np.ndarray, **columns) -> pd.DataFrame:
    """A block of cases; what is not given has not come."""
    dates = dict.fromkeys(["receiveddate", "requestoutcomedate", "assessmentoutcomedate", "startdate", "ceasedate"], NEVER)
    words = dict.fromkeys(["requestoutcome", "assessmentoutcome", "ceasereason"], "")
    marks = dict.fromkeys(["active", "transferred"], False)
    told = dates | words | marks | columns
    return pd.DataFrame({"personbirthdate": dob, "age": ages} | {name: np.broadcast_to(told[name], len(ages)) for name in told})


def _ages_of_plans(plans: int, rng: np.random.Generator) -> np.ndarray:
    bands = np.searchsorted(BAND_STARTS, ALL_AGES, side="right")
    by_band = shares(list(AGE_BANDS.values()), plans)
    counts = np.zeros(len(AGES), dtype=int)
    for band, count in enumerate(by_band):
        counts[bands == band] = shares(AGES[bands == band], count)
    return rng.permutation(np.repeat(ALL_AGES, counts))


def _decision_days(count: int, flow: Flow, rng: np.random.Generator) -> np.ndarray:
    """Days from a request to the decision whether to assess."""
    early = np.arange(count) < round(flow.in_6_weeks * count)
    days = np.where(early, rng.integers(10, SIX_WEEKS + 1, count), rng.integers(SIX_WEEKS + 1, 160, count))
    return rng.permutation(days)


def _days_to_issue(count: int, flow: Flow, rng: np.random.Generator) -> np.ndarray:
    """Days from a request to the plan: within 20 weeks, within a year, or later (to 100 weeks, so that 2025 averages 47 weeks)."""
    soon, late = round(flow.in_20_weeks * count), round(flow.over_a_year * count)
    between = TWENTY_WEEKS + 1 + ((YEAR - TWENTY_WEEKS) * rng.random(count - soon - late) ** 1.5).astype(int)
    return rng.permutation(
        np.concatenate([rng.integers(60, TWENTY_WEEKS + 1, soon), np.minimum(between, YEAR), rng.integers(YEAR + 1, 700, late)])
    )


def _with_plans(plans: int, year: int, first: np.datetime64, flow: Flow, scale: float, rng: np.random.Generator) -> list[pd.DataFrame]:
    """Plans of earlier years that run on, plans issued in the year, and plans that ceased in it."""
    ages = _ages_of_plans(plans, rng)
    dob = dates_of_birth(ages, year, rng)
    chance = (AGES_OF_NEW / AGES)[ages - FIRST_AGE]
    # Children under 4 are too young to have had a plan before the year began.
    order = np.argsort(np.where(ages <= FIRST_AGE + 1, -1.0, rng.exponential(size=plans) / chance), kind="stable")
    new, old = np.split(order, [min(round(flow.issued * scale), plans)])
    older = _older_plans(dob[old], ages[old], first, rng)
    older["active"] = True
    older["transferred"] = np.arange(len(old)) >= len(old) - round(TRANSFERRED_IN * plans)  # order is random
    return [_issued(dob[new], ages[new], first, flow, rng), older, _ceased(round(flow.ceased * scale), year, first, rng)]


def _older_plans(dob: np.ndarray, ages: np.ndarray, first: np.datetime64, rng: np.random.Generator) -> pd.DataFrame:
    """Plans whose request and assessment lie before the period: both are told as H, without the day of their outcome."""
    low = np.maximum(PLANS_BEGAN, dob + 800)
    span = (first - low).astype(int)
    start = low + (span * rng.random(len(ages)) ** 0.8).astype(int)
    received = start - rng.integers(90, 400, len(ages))
    return _rows(dob, ages, receiveddate=received, requestoutcome="H", assessmentoutcome="H", startdate=start)


def _issued(dob: np.ndarray, ages: np.ndarray, first: np.datetime64, flow: Flow, rng: np.random.Generator) -> pd.DataFrame:
    issued = first + rng.integers(0, YEAR, len(ages))
    days = np.minimum(_days_to_issue(len(ages), flow, rng), (issued - dob).astype(int) - 180)
    received = issued - days
    decided = received + np.minimum(_decision_days(len(ages), flow, rng), (days * 0.6).astype(int))
    before = decided < first
    return _rows(
        dob,
        ages,
        receiveddate=received,
        requestoutcome=np.where(before, "H", "Y"),
        requestoutcomedate=np.where(before, NEVER, decided),
        assessmentoutcome="Y",
        assessmentoutcomedate=issued,
        startdate=issued,
        active=True,
    )


def _ceased(count: int, year: int, first: np.datetime64, rng: np.random.Generator) -> pd.DataFrame:
    """Plans that ended in the year; one that ended with the maximum age did so on the last day of the academic year."""
    reasons = rng.permutation(np.repeat(list(CEASE_REASONS), shares(list(CEASE_REASONS.values()), count)))
    adults = np.isin(reasons, ["3", "4", "6"])
    ages = np.where(adults, rng.integers(ADULT, MAXIMUM_AGE, count), rng.integers(6, MAXIMUM_AGE, count))
    ages[reasons == "1"] = MAXIMUM_AGE
    ended = np.where(reasons == "1", np.datetime64(f"{year - 1}-08-31"), first + 30 + rng.integers(0, 335, count))
    block = _older_plans(dates_of_birth(ages, year, rng), ages, first, rng)
    return block.assign(ceasedate=ended, ceasereason=reasons)


def _asked(count: int, year: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    ages = rng.permutation(np.repeat(ALL_AGES, shares(AGES_OF_REQUESTS, count)))
    return dates_of_birth(ages, year, rng), ages


def _without_plans(year: int, first: np.datetime64, flow: Flow, scale: float, rng: np.random.Generator) -> list[pd.DataFrame]:
    """Requests that were refused, withdrawn or wait for a decision, and assessments that ended without a plan."""
    last = first + YEAR - 1

    def decided(count: int) -> tuple[np.ndarray, np.ndarray]:
        """Days of request and decision, both in the year."""
        days = _decision_days(count, flow, rng)
        received = first + (rng.random(count) * (YEAR - days)).astype(int)
        return received, received + days

    counts = {name: round(getattr(flow, name) * scale) for name in ("refused", "awaiting", "withdrawn", "issued")}
    counts["withdrawn"] = counts["withdrawn"] or round(flow.requests * scale * WITHDRAWN)
    blocks = []
    received, told = decided(counts["refused"])
    blocks.append(_rows(*_asked(counts["refused"], year, rng), receiveddate=received, requestoutcomedate=told, requestoutcome="N"))
    count = counts["withdrawn"]
    blocks.append(_rows(*_asked(count, year, rng), receiveddate=first + rng.integers(0, YEAR, count), requestoutcome="W"))
    count = counts["awaiting"]
    waiting = np.where(rng.random(count) < IN_TIME, rng.integers(0, SIX_WEEKS + 1, count), rng.integers(SIX_WEEKS + 1, 200, count))
    blocks.append(_rows(*_asked(count, year, rng), receiveddate=last - waiting, requestoutcome="A"))
    count = round(counts["issued"] * NOT_ISSUED)
    received, told = decided(count)
    ended = told + ((last - told).astype(int) * rng.random(count)).astype(int)
    blocks.append(
        _rows(
            *_asked(count, year, rng),
            receiveddate=received,
            requestoutcomedate=told,
            requestoutcome="Y",
            assessmentoutcome="N",
            assessmentoutcomedate=ended,
        )
    )
    return blocks


def _being_assessed(count: int, backlog: int, year: int, first: np.datetime64, flow: Flow, rng: np.random.Generator) -> pd.DataFrame:
    """Children whose assessment has not ended: requests of the year, and a backlog received before it and decided in it."""
    days = _decision_days(count + backlog, flow, rng)
    part = rng.random(count + backlog)
    of_the_year = np.arange(count + backlog) < count
    received = first + np.where(of_the_year, (part * (YEAR - days)).astype(int), -(part * (days - 1)).astype(int) - 1)
    return _rows(
        *_asked(count + backlog, year, rng),
        receiveddate=received,
        requestoutcomedate=received + days,
        requestoutcome="Y",
        assessmentoutcome="A",
    )


def _sources(cases: pd.DataFrame, year: int, first: np.datetime64, rng: np.random.Generator) -> np.ndarray:
    """Who asked, for requests of the year: refusals come more often from parents than from schools, as in 2025."""
    sources = np.full(len(cases), "")
    if year < SOURCES_SINCE:
        return sources
    in_year = (cases.receiveddate >= first).to_numpy()
    for refused in (True, False):
        chosen = np.flatnonzero(in_year & ((cases.requestoutcome == "N").to_numpy() == refused))
        weights = SOURCES["share"] * (SOURCES["refused"] if refused else 1 - SOURCES["refused"])
        if len(chosen):
            sources[chosen] = rng.permutation(np.repeat(SOURCES.index, shares(weights, len(chosen))))
    return sources


def _asked_again(cases: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Give some children a second request: after a refusal, or after a plan that had ceased."""
    person = np.arange(len(cases))
    ended = cases.requestoutcomedate.where(cases.requestoutcome == "N", cases.ceasedate.where(cases.ceasereason.isin(["2", "6", "9"])))
    earlier = np.flatnonzero(ended.notna() & (cases.age < MAXIMUM_AGE - 5))
    later = np.flatnonzero((cases.requestoutcome == "A") | (cases.assessmentoutcome == "A"))
    pairs = min(len(earlier), len(later)) // 5
    earlier, later = rng.permutation(earlier)[:pairs], rng.permutation(later)[:pairs]
    fits = cases.receiveddate.to_numpy()[later] > ended.to_numpy()[earlier] + np.timedelta64(28, "D")
    earlier, later = earlier[fits], later[fits]
    person[later] = person[earlier]
    for column in ("personbirthdate", "age"):
        values = cases[column].to_numpy(copy=True)
        values[later] = values[earlier]
        cases[column] = values
    return cases.assign(person=person)


def _in_order(cases: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Number the children in an order that says nothing about them."""
    known = np.unique(cases.person)
    number = np.empty(len(cases), dtype=int)
    number[known] = rng.permutation(len(known))
    return cases.assign(person=number[cases.person]).sort_values(["person", "receiveddate"], kind="stable", ignore_index=True)
