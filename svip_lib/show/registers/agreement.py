"""What was agreed and promised: conditions, activities and recommendations, and how far each has come."""

from collections.abc import Callable

import pandas as pd

from svip_lib.show.given import NOT_STATED, NOT_SUPPLIED, UNVERIFIED, Given, Table
from svip_lib.show.registers.entries import MILESTONE, day_cell, figure, mark, matched, pounds, state, state_before

CONDITION = {"Met": "met", "On track": "met", "At risk": "near", "Not on track": "missed", "Not due": "none"}


def conditions_agreed(given: Given) -> pd.DataFrame:
    """Return the conditions as far as the agreement itself is known."""
    entries = [entry for entry in given.agreement.conditions if not entry.superseded_by]
    return pd.DataFrame(
        {
            "Number": [entry.number or UNVERIFIED for entry in entries],
            "Condition": [entry.text for entry in entries],
            "Status": [mark("unverified", "Unverified") if entry.unverified else mark("none", "Read") for entry in entries],
        }
    )


def conditions(given: Given) -> pd.DataFrame:
    """Return each condition of the council's register with its status and what it was a quarter before."""
    rows = given.rows("conditions")
    return pd.DataFrame(
        {
            "Number": [row["number"] for row in rows],
            "Condition": [row["text"] for row in rows],
            "Status": [state(row, CONDITION) for row in rows],
            "A quarter before": [state_before(row, CONDITION) for row in rows],
            "Due": [day_cell(row["due_date"]) for row in rows],
        }
    )


def condition_evidence(given: Given) -> pd.DataFrame:
    """Return by what each condition is judged: an indicator of this pack with its newest figure, or what the register says."""
    rows = given.rows("conditions")
    entries = [given.dictionary.get(row["measure"]) for row in rows]
    return pd.DataFrame(
        {
            "Number": [row["number"] for row in rows],
            "Judged by": [entry.label if entry else row["measure"] or NOT_STATED for row, entry in zip(rows, entries, strict=True)],
            "Newest": [figure(given, entry) if entry else row["actual"] or NOT_STATED for row, entry in zip(rows, entries, strict=True)],
            "Promised": [row["target"] or NOT_STATED for row in rows],
            "Paper": [row["evidence"] or NOT_STATED for row in rows],
            "Owner": [row["owner_role"] or "role not supplied" for row in rows],
        }
    )


def _measures(given: Given) -> list[str]:
    return [row["measure"] for row in given.rows("conditions") if row["measure"] in given.dictionary]


def condition_stakes(given: Given) -> pd.DataFrame:
    """Return what follows if a condition is not met, the money that hangs on it, and how many of its milestones are done."""
    rows, milestones = given.rows("conditions"), given.rows("milestones")
    own = [[milestone for milestone in milestones if milestone["condition"] == row["number"]] for row in rows]
    return pd.DataFrame(
        {
            "Number": [row["number"] for row in rows],
            "If it is not met": [row["consequence"] or NOT_STATED for row in rows],
            "Money at risk": [pounds(row["payment"]) for row in rows],
            "Milestones done": [
                f"{sum(milestone['status'] == 'Complete' for milestone in found)} of {len(found)}" if found else NOT_STATED for found in own
            ],
        }
    )


def activities(given: Given, place: int) -> pd.DataFrame:
    """Return the activities that were promised under a priority, with status; behind the last, those of no priority.

    Args:
        given: What tables are made of.
        place: The priority, counted from 0.
    """
    entries = [entry for entry in given.agreement.milestones if entry.kind == "activity" and not entry.superseded_by]
    rows, _ = matched(entries, given.rows("milestones"))
    paragraphs = [priority.paragraph for priority in given.agreement.priorities]
    mine = [next((nth for nth, known in enumerate(paragraphs) if _within(entry.paragraph, known)), len(paragraphs)) for entry in entries]
    told = [
        (f"{entry.paragraph} ({entry.item})", entry.text, row) for entry, row, nth in zip(entries, rows, mine, strict=True) if nth == place
    ]
    if place == len(paragraphs):
        _, others = matched(given.agreement.milestones, given.rows("milestones"))
        told += [(row["id"], row["title"], row) for row in others if not row.get("places")]
    return pd.DataFrame(
        {
            "Place": [name for name, _, _ in told],
            "What was promised": [text for _, text, _ in told],
            "Status": [state(row, MILESTONE) for _, _, row in told],
            "A quarter before": [state_before(row, MILESTONE) for _, _, row in told],
            "Planned": [day_cell(row.get("planned_date", ""), NOT_SUPPLIED) for _, _, row in told],
            "Done or expected": [day_cell(row.get("actual_date") or row.get("forecast_date", ""), NOT_SUPPLIED) for _, _, row in told],
        }
    )


def _within(paragraph: str | None, known: str | None) -> bool:
    return f"{paragraph}.".startswith(f"{known}.")


def _priority(place: int) -> Callable[[Given], str]:
    """The caption of a priority's activities, in the words of the agreement."""

    def caption(given: Given) -> str:
        known = given.agreement.priorities
        return f"What was promised under {known[place].paragraph}: {known[place].text}" if place < len(known) else "What else was promised"

    return caption


def recommendations(given: Given) -> pd.DataFrame:
    """Return what DfE's research recommends to councils; the council keeps no record of how far it has come with each."""
    entries = given.agreement.recommendations
    return pd.DataFrame(
        {
            "Number": [entry.number or NOT_STATED for entry in entries],
            "Recommendation": [entry.text for entry in entries],
            "Status": [mark("unverified", f"Not tracked {UNVERIFIED}")] * len(entries),
        }
    )


MOVING = ("Status", "A quarter before")
TABLES = {
    "conditions_agreed": Table("The conditions, as far as the agreement is known to us", conditions_agreed, finished=("Status",)),
    "conditions": Table("The conditions in the council's register", conditions, register="conditions", finished=MOVING),
    "condition_evidence": Table(
        "What each condition is judged by, and who owns it", condition_evidence, named=_measures, register="conditions"
    ),
    "condition_stakes": Table("What hangs on each condition", condition_stakes, register="conditions"),
    **{
        f"activities_{name}": Table(_priority(nth), lambda given, nth=nth: activities(given, nth), register="milestones", finished=MOVING)
        for nth, name in enumerate("1234")
    },
    "activities_other": Table(
        lambda given: _priority(len(given.agreement.priorities))(given),
        lambda given: activities(given, len(given.agreement.priorities)),
        register="milestones",
        finished=MOVING,
    ),
    "recommendations": Table("What DfE's research recommends to councils", recommendations, finished=("Status",)),
}
