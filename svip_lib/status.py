"""Two statuses, side by side and never averaged: how the agreement's trajectory goes, and whether a legal duty is met."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from svip_lib.config.registry import Indicator
from svip_lib.disclosure.released import Released

LEGAL_STANDARD = 100.0  # the regulations know no tolerance: every decision and every plan is due in time
UNVERIFIED = "unverified"


@dataclass(frozen=True)
class Status:
    """A status in a word, with the figures and the period that it is about.

    Attributes:
        kind: ``met``, ``near``, ``missed``, ``none`` or ``unverified``; it decides shape and colour beside the word.
        word: What a reader reads.
        period: The period that is judged; the newest one, or the one that a plan is due for, where nothing is judged yet.
        actual: The figure of that period, missing where there is none.
        plan: The plan for that period, missing where there is none.
    """

    kind: str
    word: str
    period: str
    actual: float = float("nan")
    plan: float = float("nan")


def statuses(released: Released, dictionary: Mapping[str, Indicator], tolerance: float) -> dict[str, list[tuple[Indicator, Status]]]:
    """Return every status that the released figures give, apart for what was agreed and for what the law asks.

    Args:
        released: The released figures.
        dictionary: The indicators.
        tolerance: Per cent of a plan that counts as on plan.

    Returns:
        Under "Trajectory" each indicator that has a plan and a figure, under "Duty" each that is a duty of the law.
    """
    own = {name: set(released.select(name, base=entry.base)["measure"]) for name, entry in dictionary.items()}
    planned = [entry for name, entry in dictionary.items() if own[name] >= {"plan", "actual"}]
    duties = [entry for entry in dictionary.values() if entry.statutory == "yes"]
    return {
        "Trajectory": [(entry, trajectory_status(released, entry, tolerance)) for entry in planned],
        "Duty": [(entry, duty_status(released, entry)) for entry in duties],
    }


def trajectory_status(released: Released, entry: Indicator, tolerance: float) -> Status:
    """Say how the newest figure that has a plan stands to it. Both are judged as they are printed, rounded.

    Args:
        released: The released figures.
        entry: The indicator; its polarity says whether more is better, worse, or neither.
        tolerance: Per cent of the plan that counts as on plan.

    Returns:
        For a count of children (polarity ``none``) "On plan", "Above plan" or "Below plan": never good or bad by itself.
        Otherwise "Plan met", "Just short of plan" (within the tolerance) or "Plan missed". "Not due yet" where the plan is for
        a later period than the newest figure, "Plan unverified" where nobody has verified it.
    """
    own = released.select(entry.name, area=released.area("authority"), base=entry.base)
    own = own[own["category"] == planned_category(released, entry)]
    planned = own[own["measure"] == "plan"].set_index("time_period")
    actual = own[own["measure"] == "actual"].set_index("time_period")["value"].dropna().round(entry.indicator_dp)
    plan = planned["value"].dropna().round(entry.indicator_dp)
    both = sorted(set(plan.index) & set(actual.index))
    if not both:
        return _without_verdict(planned, actual, plan)
    period = both[-1]
    told = {"period": period, "actual": actual[period], "plan": plan[period]}
    difference, room = actual[period] - plan[period], tolerance / 100 * abs(plan[period])
    if entry.polarity == "none":
        within = round(abs(difference) - room, 9) <= 0
        return Status("none", "On plan" if within else "Above plan" if difference > 0 else "Below plan", **told)
    short = -difference if entry.polarity == "higher" else difference
    if short <= 0:
        return Status("met", "Plan met", **told)
    within = round(short - room, 9) <= 0  # a limit is met in spite of the last binary digit
    return Status("near", "Just short of plan", **told) if within else Status("missed", "Plan missed", **told)


def planned_category(released: Released, entry: Indicator) -> str:
    """Return the category that an indicator's plan speaks of; empty where it speaks of the whole, or of several."""
    rows = released.select(entry.name, area=released.area("authority"), base=entry.base, measure="plan")
    told = sorted(set(rows["category"]))
    return told[0] if len(told) == 1 else ""


def _without_verdict(planned: pd.DataFrame, actual: pd.Series, plan: pd.Series) -> Status:
    """Why no verdict can be given: the plan is unverified, or due later, or there is none."""
    newest = actual.index.max() if len(actual) else ""
    if (planned["shorthand"] == UNVERIFIED).any() and plan.empty:
        return Status("unverified", "Plan unverified", newest)
    later = sorted(period for period in plan.index if period > newest)
    if later:
        return Status("none", "Not due yet", later[0], plan=plan[later[0]])
    return Status("none", "No plan to compare with", newest)


def duty_status(released: Released, entry: Indicator) -> Status:
    """Say whether a legal duty was met in the newest period: by law every case is due in time."""
    own = released.select(entry.name, area=released.area("authority"), measure="actual")
    own = own[own["value"].notna()]
    if own.empty:
        return Status("none", "Not in our files", "")
    period, actual = own["time_period"].iloc[-1], own["value"].iloc[-1]
    met = actual >= LEGAL_STANDARD
    return Status("met" if met else "missed", "Met" if met else "Not met", period, actual, LEGAL_STANDARD)


def trend(released: Released, entry: Indicator, category: str, periods: int) -> str:
    """Say how the authority's newest figure stands to the mean of those before it, as they are printed.

    Args:
        released: The released figures.
        entry: The indicator; its polarity says whether more is better, worse, or neither.
        category: The category that is told, where there are several.
        periods: How many earlier figures the mean is of; 1 is the short trend.

    Returns:
        "Better", "Worse", "Higher", "Lower" or "The same"; "Too few figures" where fewer earlier ones are known.
    """
    own = released.select(entry.name, area=released.area("authority"), base=entry.base, category=category)
    actual = own[own["measure"] == "actual"]
    own = actual if len(actual) else own[(own["measure"] == "published") & (own["origin"] == "published")]
    values = own.sort_values("time_period")["value"].round(entry.indicator_dp)
    values = values.loc[: values.last_valid_index()].iloc[-1 - periods :]
    if len(values) <= periods or values.isna().any():  # one that is withheld stands between: what came before it is no neighbour
        return "Too few figures"
    gap = round(values.iloc[-1] - values.iloc[-1 - periods : -1].mean(), entry.indicator_dp)
    if gap == 0:
        return "The same"
    if entry.polarity == "none":
        return "Higher" if gap > 0 else "Lower"
    return "Better" if (gap > 0) == (entry.polarity == "higher") else "Worse"
