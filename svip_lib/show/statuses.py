"""The two statuses as tables, side by side and never averaged: the agreement's trajectory, and the duties of the law."""

import pandas as pd

from svip_lib.config.periods import period_label
from svip_lib.config.registry import Indicator
from svip_lib.show import words
from svip_lib.show.given import Given
from svip_lib.show.marks import mark
from svip_lib.status import Status, planned_category, statuses

TRAJECTORY = "Trajectory: how the agreement's plan goes"
DUTY = "Duty: what the law requires"
NO_PLAN = f"{TRAJECTORY}: no plan is stated."


def every(given: Given) -> dict[str, list[tuple[Indicator, Status]]]:
    """Return every status that there is, as ``status.statuses`` does, by the council's own tolerance."""
    return statuses(given.released, given.dictionary, given.authority.tolerance_percent)


def trajectory(given: Given) -> pd.DataFrame:
    """Return a row a planned measure: its figure, its plan, and how it stands to it; the last column holds finished marks."""
    rows = [_row(given, entry, status) for entry, status in every(given)["Trajectory"]]
    return pd.DataFrame(rows, columns=["Measure", "Figure", "Plan", "Status"])


def duty(given: Given) -> pd.DataFrame:
    """Return a row a duty: its figure, what the law asks, and whether it was met; the last column holds finished marks."""
    rows = [_row(given, entry, status) for entry, status in every(given)["Duty"]]
    return pd.DataFrame(rows, columns=["Measure", "Figure", "The law asks", "Status"])


def _row(given: Given, entry: Indicator, status: Status) -> list:
    """A status with the figure and the standard that it was judged by, both of the period that it is about."""
    label = period_label(status.period, entry.time_identifier) if status.period else ""
    label += ", SYNTHETIC" if words.is_synthetic(given.released, entry) else ""
    told = words.headline if entry.indicator_unit == "£" else words.number  # millions do, where cells are narrow
    actual = "[x]" if pd.isna(status.actual) else told(status.actual, entry)
    absent = "[unverified]" if status.kind == "unverified" else "[z]"
    plan = absent if pd.isna(status.plan) else told(status.plan, entry.model_copy(update={"signed": "no"}))
    of = entry.categories.get(planned_category(given.released, entry), "")
    return [f"{entry.label}: {of}" if of else entry.label, f"{actual} ({label})" if label else actual, plan, mark(status.kind, status.word)]
