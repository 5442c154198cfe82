"""The outlook in words: whether the figures allow one, what it says, and how chances are put."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from svip_lib.config.assurance import read_explanations
from svip_lib.config.periods import ACADEMIC, academic_year_of, day_label, period_label
from svip_lib.config.registry import Indicator
from svip_lib.config.result import CARRY_ON, DELIVERING, FORECAST, FROM, IN_FULL
from svip_lib.show.given import NOT_SUPPLIED, Given, Row
from svip_lib.show.words import MINUS, NO_BREAK, as_forecast, cell, in_a_sentence

PLANS, RESIDUAL = "ehc_plans_count", "ehc_plans_stock_flow_residual_percent"
BRANDED, WITHHELD = 3.0, 5.0  # per cent of plans that stock and flow leave over: from here in doubt, from there no headline
THINGS = {
    PLANS: ("their number", "plans"),
    "placements_mainstream_percent": ("the share in mainstream schools", "of children with plans in mainstream schools"),
}
SCENARIOS = {
    CARRY_ON: "As things stand",
    DELIVERING: "With what is being delivered",
    IN_FULL: "What was agreed, delivered in full",
}
LOW, MIDDLE, HIGH = "0.1", "0.5", "0.9"  # eight times in ten it lies between the first and the last
ODDS = (
    (0.05, "very unlikely (under 1 in 20)"),
    (0.20, "unlikely"),
    (0.40, "less likely than not"),
    (0.60, "could go either way"),
    (0.80, "likely"),
    (0.95, "very likely"),
)
ONE_IN = (3, 4, 5, 6, 8, 10, 15)  # as which a chance is put that is less likely than not
NOTE = "A forecast is no count and no promise: it carries on what was, and cannot know of a new law or a change in how plans are counted."
WARNING = "The published counts that it starts from do not add up, so it is shown for its spread and not for its level."
MODES = {"0": "Mode 0: the council's last count alone", "1": "Mode 1: the January counts of all councils"}
NO_SHARES = "its counts cannot be compared over the years, and one count does not tell where children will learn"
PARTS = {
    "plans_now": "Plans on {day}",
    "plans_ending": "Plans that end by census day",
    "open_cases": "Plans from cases that are open on that day",
    "requests_to_come": "Plans from requests still to come",
    "moves_and_unexplained": "Moves between councils, and what stock and flow leave unexplained",
    "total": "Plans in {january}",
}
SUREST = "almost certain (over 19 in 20)"


@dataclass(frozen=True)
class Gate:
    """Whether the figures that a forecast starts from hold together.

    Attributes:
        state: ``sound``; ``in doubt``: it is shown and says so; ``withheld``: no headline; ``explained``: it would be withheld, and
            somebody has put in writing why the gap is there; ``unknown``: no flows to hold it against.
        residual: What stock and flow left over in the last year that can be told, in per cent.
        year: That year.
    """

    state: Literal["sound", "in doubt", "withheld", "explained", "unknown"]
    residual: float = 0.0
    year: str = ""


def odds_in_words(chance: float) -> str:
    """Return how a chance is put: by fixed words, never as nought, as certain or to a decimal.

    Example:
        >>> odds_in_words(0.0), odds_in_words(0.31), odds_in_words(1.0)
        ('very unlikely (under 1 in 20)', 'less likely than not (about 1 in 3)', 'almost certain (over 19 in 20)')
    """
    words = next((words for limit, words in ODDS if chance < limit), SUREST)
    if "(" in words:
        return words
    seldom = min(ONE_IN, key=lambda number: abs(1 / number - chance))
    return f"{words} (about {f'1 in {seldom}' if chance < ODDS[2][0] else f'{min(round(10 * chance), 9)} in 10'})"


def gate(given: Given) -> Gate:
    """Tell whether the newest gap between stock and flow allows a headline; where it does not, a written explanation does."""
    rows = given.own(RESIDUAL, measure="actual").dropna(subset="value")
    if rows.empty:
        return Gate("unknown")
    residual, year = float(rows["value"].iloc[-1]), rows["time_period"].iloc[-1]
    if abs(residual) <= BRANDED:
        return Gate("sound", residual, year)
    if abs(residual) <= WITHHELD:
        return Gate("in doubt", residual, year)
    known = read_explanations(given.assurance)
    explained = ((known["indicator"] == RESIDUAL) & (known["time_period"] == year)).any()
    return Gate("explained" if explained else "withheld", residual, year)


def forecasts(given: Given, name: str, scenario: str = CARRY_ON) -> pd.DataFrame:
    """Return the quantiles of a forecast, a row a January and a column a quantile; empty where there is none."""
    rows = given.own(name, measure=FORECAST, scenario=scenario)
    return rows.pivot(index="time_period", columns="quantile", values="value")


def named(scenario: str, start: int | None = None) -> str:
    """Return the name under which a scenario's figures stand: from the newest January, or from an earlier one."""
    if start is None:
        return scenario
    return f"{FROM}{start}" if scenario == CARRY_ON else f"{FROM}{start}_{scenario}"


def plan_start(given: Given) -> int | None:
    """Return the January from which the authors of the plan looked ahead, if it lies before the newest."""
    earlier = earlier_starts(given, PLANS)
    return next((int(row["planned_from"]) for row in given.rows("growth") if int(row["planned_from"]) in earlier), None)


def chance_in_words(given: Given, chance: str, start: int | None) -> str:
    """Return a chance as it is put; of the years ahead only where the figures that they start from allow it."""
    return "chance withheld" if start is None and gate(given).state == "withheld" else odds_in_words(float(chance))


def doubts(given: Given) -> list[str]:
    """Return what is said under figures of the years ahead where those that they start from do not add up."""
    return [f"Not to be relied on. {WARNING}"] if gate(given).state in ("in doubt", "withheld") else []


def earlier_starts(given: Given, name: str) -> list[int]:
    """Return the earlier Januaries from which a forecast is told as it would have been made then."""
    told = given.own(name, measure=FORECAST)["scenario"]
    starts = (scenario.removeprefix(FROM) for scenario in told.unique() if scenario.startswith(FROM))
    return sorted(int(start) for start in starts if start.isdigit())


def message(given: Given, entry: Indicator) -> str:
    """Return what the outlook says: why there is none, or the middle and the range of the first January ahead."""
    area = given.released.area_name(given.released.area("authority"))
    told = forecasts(given, entry.name)
    if told.empty:
        why = "".join(row["absent"] or NO_SHARES * (row["mode"] == "0") for row in given.rows("outlook"))
        return f"There is no outlook for {area}" + (f": {why}" if why else "")
    stand = gate(given)
    thing, unit = THINGS[entry.name]
    if stand.state == "withheld":
        gap = f"leave {abs(stand.residual):.1f}% of its plans unexplained"
        return f"{area}'s published plans, new plans and ended plans of {stand.year} {gap}, so no forecast of {thing} is put forward"
    first = told.iloc[0]
    doubt = f" (in doubt: {abs(stand.residual):.1f}% of plans are unexplained)" if stand.state == "in doubt" else ""
    low, middle, high = (_rounded(first[quantile], entry) for quantile in (LOW, MIDDLE, HIGH))
    return (
        f"If things carry on, {area} may have about {middle} {unit} in {period_label(told.index[0], ACADEMIC)}; "
        f"8 times in 10 it would be between {low} and {high}{doubt}"
    )


def basis(given: Given) -> dict[str, str]:
    """Return what the outlook was made from, by the data that there were, and whether its figures add up; nothing where there is none."""
    about = next((row for row in given.rows("outlook") if not row["absent"]), None)
    now = next(iter(given.rows("nowcast")), None)
    if about is None:
        return {}
    beside = NOT_SUPPLIED if now is None else now["absent"] or f"the council's own open cases of {_day(now)}"
    stand = gate(given)
    gap = f"{abs(stand.residual):.1f}% of plans unexplained in {stand.year}"
    says = {
        "unknown": "no flows are published to hold the counts against",
        "sound": f"{gap}: small",
        "in doubt": f"{gap}: the outlook is in doubt",
        "explained": f"{gap}, and explained in writing",
        "withheld": f"{gap}: no headline before it is explained in writing",
    }
    others = f"{about['councils']} councils, looking ahead from {about['donors']}"
    return {
        "Made from": f"{MODES[about['mode']]}. Beside it, Mode 2: {beside}",
        "Method": about["method"],
        "Looks ahead from": f"January {about['starts']}, {about['counted']}",
        "Errors taken from": f"a fixed table of what other councils' forecasts missed by ({about['why']})" if about["why"] else others,
        "Futures drawn": f"{int(about['simulations']):,}",
        "Good until": f"the count of January {int(about['starts']) + 1} is published, or the law changes",
        "Changes of policy switched on": about["switches"] or "none",
        "Stock and flow": says[stand.state],
    }


def under_way(given: Given) -> str:
    """Return what the cases that are open now let expect of the coming January, and how much of it is under way; or why nothing."""
    now = next(iter(given.rows("nowcast")), None)
    if now is None or now["absent"]:
        return f"What is under way for the coming January: {now['absent'] if now else NOT_SUPPLIED}"
    total = next(row for row in given.rows("under_way") if row["part"] == "total")
    marked = "SYNTHETIC. " if now["origin"] == "synthetic" else ""
    return (
        f"{marked}By the council's own cases of {_day(now)}, about {total['middle']} plans may be counted "
        f"in {_january(now)}, 8 times in 10 between {total['low']} and {total['high']}; {now['pipe']} in 100 of them are there or under way"
    )


def parts_under_way(given: Given) -> Iterator[Row]:
    """Give each part of what may be counted in the coming January: its middle, and between what it lies eight times in ten."""
    for row, now in zip(given.rows("under_way"), given.rows("nowcast") * len(PARTS), strict=False):
        middle, low, high = (row[name].replace("-", MINUS) for name in ("middle", "low", "high"))
        what = PARTS[row["part"]].format(day=_day(now), january=_january(now))
        between = "counted" if row["part"] == "plans_now" else low if low == high else f"{low} to {high}"
        yield {"What": what, "Middle": middle, "8 times in 10": between}


def under_way_explained(given: Given, entry: Indicator, base: str) -> dict[str, str]:
    """Return how the count of the coming January was looked ahead to, as is told under every figure."""
    (now,) = given.rows("nowcast")
    invented = "SYNTHETIC, invented records in the form of: " if now["origin"] == "synthetic" else ""
    return {
        "Figure": f"{entry.label}: what is under way",
        "Period": _january(now),
        "Base": base,
        "Source": f"{invented}the council's SEN2 return",
        "Looks ahead from": _day(now),
        "Method": "The council's own pace and outcomes of the last twelve months, with what strikes all cases alike; not tried on the past",
        "Good until": f"the count of {_january(now)} is published",
    }


def _day(now: Row) -> str:
    return day_label(date.fromisoformat(now["from"]))


def _january(now: Row) -> str:
    return period_label(academic_year_of(date.fromisoformat(now["to"])), ACADEMIC)


def standing(given: Given) -> str:
    """Return what stands on every chart of what may come: by which mode it was made, and until when it is good."""
    told = basis(given)
    return f"{told['Made from'].partition(':')[0]}, good until {told['Good until']}" if told else ""


def explained(given: Given, entry: Indicator, base: str) -> dict[str, str]:
    """Return how a forecast was made, as is told under every figure."""
    periods = [period_label(period, ACADEMIC) for period in forecasts(given, entry.name).index]
    told = {"Figure": f"{entry.label}: what may come", "Period": f"{periods[0]} to {periods[-1]}", "Base": base, "Source": entry.source}
    return told | basis(given)


def alternative_text(given: Given, entry: Indicator) -> str:
    """Return what a reader who cannot see the chart is told."""
    last = period_label(forecasts(given, entry.name).index[-1], ACADEMIC)
    what = f"Line chart of {in_a_sentence(entry.label)} and what may come until {last}"
    return f"{what}. {message(given, entry)}. All values are in the table that follows."


def ranges(given: Given, entry: Indicator) -> pd.DataFrame:
    """Return what may come as words: a row a January, its middle, three ranges, and what was agreed with how likely that is to be kept."""
    told, stand = forecasts(given, entry.name), gate(given)
    plan = given.own(entry.name, measure="plan").set_index("time_period")["value"]
    rows = [
        {
            "January": period_label(period, ACADEMIC).replace(" ", NO_BREAK),
            "Middle": _rounded(row[MIDDLE], entry),
            "1 time in 2": _between(row["0.25"], row["0.75"], entry),
            "8 times in 10": _between(row[LOW], row[HIGH], entry),
            "19 times in 20": _between(row["0.025"], row["0.975"], entry),
            "Agreed": _agreed(row, plan.get(period), entry, stand),
        }
        for period, row in told.iterrows()
    ]
    return pd.DataFrame(rows)


def last_ahead(given: Given, start: int | None) -> str:
    """Return the last period to which a forecast looks ahead, from the newest January or an earlier one; empty where there is none."""
    return max(forecasts(given, PLANS, named(CARRY_ON, start)).index, default="")


def middle_and_range(given: Given, entry: Indicator, scenario: str, period: str) -> str:
    """Return the middle of a forecast and its range, as words; empty where there is none."""
    told = forecasts(given, entry.name, scenario)
    if period not in told.index:
        return ""
    return f"{_rounded(told.loc[period, MIDDLE], entry)} ({_between(told.loc[period, LOW], told.loc[period, HIGH], entry)})"


def counted(given: Given, entry: Indicator, period: str) -> str:
    """Return what was counted in a period."""
    rows = given.own(entry.name, measure="actual", time_period=period)["value"]
    return cell(rows.iloc[0] if len(rows) else None, entry)


def looked_back(given: Given, entry: Indicator) -> pd.DataFrame:
    """Return what the same method would have said from earlier Januaries, with what was known then, beside what came."""
    own = given.own(entry.name, measure="actual").set_index("time_period")["value"]
    rows = []
    for start in earlier_starts(given, entry.name):
        for period, row in forecasts(given, entry.name, f"{FROM}{start}").iterrows():
            came = own.get(period)
            inside = pd.notna(came) and row[LOW] <= came <= row[HIGH]
            rows.append(
                {
                    "Looking ahead from": f"January{NO_BREAK}{start}",
                    "To": period_label(period, ACADEMIC).replace(" ", NO_BREAK),
                    "Middle": _rounded(row[MIDDLE], entry),
                    "8 times in 10": _between(row[LOW], row[HIGH], entry),
                    "What came": cell(came, entry),
                    "Was it in the range?": ("yes" if inside else "no") if pd.notna(came) else "not known yet",
                }
            )
    return pd.DataFrame(rows)


def _agreed(row: pd.Series, plan: float | None, entry: Indicator, stand: Gate) -> str:
    """What was agreed, and unless the figures withhold it, how likely it is to be kept: no more plans than that, or no smaller a share."""
    if plan is None or pd.isna(plan):
        return "no plan agreed"
    below = np.interp(plan, row.to_numpy(), row.index.astype(float))
    chance = below if entry.name == PLANS else 1 - below
    told = "chance withheld" if stand.state == "withheld" else odds_in_words(float(chance))
    return f"{cell(plan, entry)}: {told}"


def _rounded(value: float, entry: Indicator) -> str:
    return f"{as_forecast(value, entry):,.0f}{entry.indicator_unit}"


def _between(low: float, high: float, entry: Indicator) -> str:
    return f"{_rounded(low, entry)} to {_rounded(high, entry)}"
