"""The two statuses as tables, side by side and never averaged: the agreement's trajectory, and the duties of the law."""

import pandas as pd

from svip_lib.config.periods import period_label
from svip_lib.config.registry import Indicator
from svip_lib.show import marks, words
from svip_lib.show.given import Given
from svip_lib.status import Status, duty_status, planned_category, trajectory_status

TRAJECTORY = "Trajectory: how the agreement's plan goes"
DUTY = "Duty: what the law requires"
NO_PLAN = f"{TRAJECTORY}: no plan is stated."


def planned(given: Given) -> list[Indicator]:
    """Return the indicators that have a plan and a figure to set against it."""
    return [entry for entry in given.dictionary.values() if _has_plan(given, entry)]


def statutory(given: Given) -> list[Indicator]:
    """Return the indicators of what the law requires."""
    return [entry for entry in given.dictionary.values() if entry.statutory == "yes"]


def trajectory(given: Given) -> pd.DataFrame:
    """Return a row a planned measure: its figure, its plan, and how it stands to it; the last column holds finished marks."""
    tolerance = given.authority.tolerance_percent
    rows = [_row(given, entry, trajectory_status(given.released, entry, tolerance)) for entry in planned(given)]
    return pd.DataFrame(rows, columns=["Measure", "Figure", "Plan", "Status"])


def duty(given: Given) -> pd.DataFrame:
    """Return a row a duty: its figure, what the law asks, and whether it was met; the last column holds finished marks."""
    rows = [_row(given, entry, duty_status(given.released, entry)) for entry in statutory(given)]
    return pd.DataFrame(rows, columns=["Measure", "Figure", "The law asks", "Status"])


def _has_plan(given: Given, entry: Indicator) -> bool:
    rows = given.released.select(entry.name, base=entry.base)
    return bool((rows["measure"] == "plan").any() and (rows["measure"] == "actual").any())


def _row(given: Given, entry: Indicator, status: Status) -> list:
    """A status with the figure and the standard that it was judged by, both of the period that it is about."""
    label = period_label(status.period, entry.time_identifier) if status.period else ""
    label += ", SYNTHETIC" if words.is_synthetic(given.released, entry) else ""
    told = words.headline if entry.indicator_unit == "£" else words.number  # millions do, where cells are narrow
    actual = "[x]" if pd.isna(status.actual) else told(status.actual, entry)
    absent = "[unverified]" if status.kind == "unverified" else "[z]"
    plan = absent if pd.isna(status.plan) else told(status.plan, entry.model_copy(update={"signed": "no"}))
    of = entry.categories.get(planned_category(given.released, entry), "")
    return [f"{entry.label}: {of}" if of else entry.label, f"{actual} ({label})" if label else actual, plan, marks.status_html(status)]
