"""Two statuses, side by side and never averaged: how the agreement's trajectory goes, and whether a legal duty is met."""

from dataclasses import dataclass

from svip_lib.config.periods import period_label
from svip_lib.config.registry import Indicator
from svip_lib.disclosure import Released

LEGAL_STANDARD = 100.0  # the regulations know no tolerance: every decision and every plan is due in time


@dataclass(frozen=True)
class Status:
    """A status in a word; its kind decides the shape and colour beside the word."""

    kind: str  # met, near, missed, none or unverified
    word: str
    period: str


def trajectory_status(released: Released, entry: Indicator, tolerance: float) -> Status:
    """Say how the newest figure stands to the plan for its period.

    Args:
        released: The released figures.
        entry: The indicator; its polarity says whether more is better, worse, or neither.
        tolerance: Per cent of the plan that counts as on plan.

    Returns:
        For a count of children (polarity ``none``) "On plan", "Above plan" or "Below plan": never good or bad by itself.
        Otherwise "Plan met", "Just short of plan" (within the tolerance) or "Plan missed". "No plan" where none is stated.
    """
    own = released.select(entry.name, area=released.area("authority"), base=entry.base)
    plan = own[own["measure"] == "plan"].set_index("time_period")["value"].dropna()
    actual = own[own["measure"] == "actual"].set_index("time_period")["value"].dropna()
    both = sorted(set(plan.index) & set(actual.index))
    if not both:
        return Status("none", "No plan to compare with", "")
    period, label = both[-1], period_label(both[-1], entry.time_identifier)
    distance = round(100 * (actual[period] - plan[period]) / plan[period], 9)  # a limit is met in spite of the last binary digit
    if entry.polarity == "none":
        word = "On plan" if abs(distance) <= tolerance else "Above plan" if distance > 0 else "Below plan"
        return Status("none", word, label)
    short = -distance if entry.polarity == "higher" else distance
    if short <= 0:
        return Status("met", "Plan met", label)
    return Status("near", "Just short of plan", label) if short <= tolerance else Status("missed", "Plan missed", label)


def duty_status(released: Released, entry: Indicator) -> Status:
    """Say whether a legal duty was met in the newest period: by law every case is due in time."""
    own = released.select(entry.name, area=released.area("authority"), measure="actual")
    own = own[own["value"].notna()]
    if own.empty:
        return Status("none", "Not published", "")
    newest = own.iloc[-1]
    label = period_label(newest["time_period"], entry.time_identifier)
    return Status("met", "Met", label) if newest["value"] >= LEGAL_STANDARD else Status("missed", "Not met", label)
