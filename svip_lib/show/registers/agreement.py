"""What was agreed and promised: conditions, activities and recommendations, and how far each has come."""

from collections.abc import Callable, Iterator

from svip_lib.show.given import NOT_STATED, NOT_SUPPLIED, UNVERIFIED, Given, Row, Table
from svip_lib.show.marks import mark
from svip_lib.show.registers.entries import MILESTONE, day_cell, figure, matched, pounds, state, state_before

CONDITION = {"Met": "met", "On track": "met", "At risk": "near", "Not on track": "missed", "Not due": "none"}


def conditions_agreed(given: Given) -> Iterator[Row]:
    """Give the conditions as far as the agreement itself is known."""
    for entry in given.agreement.conditions:
        if not entry.superseded_by:
            status = mark("unverified", "Unverified") if entry.unverified else mark("none", "Read")
            yield {"Number": entry.number or UNVERIFIED, "Condition": entry.text, "Status": status}


def conditions(given: Given) -> Iterator[Row]:
    """Give each condition of the council's register with its status and what it was a quarter before."""
    for row in given.rows("conditions"):
        yield {
            "Number": row["number"],
            "Condition": row["text"],
            "Status": state(row, CONDITION),
            "A quarter before": state_before(row, CONDITION),
            "Due": day_cell(row["due_date"]),
        }


def condition_evidence(given: Given) -> Iterator[Row]:
    """Give by what each condition is judged: an indicator of this pack with its newest figure, or what the register says."""
    for row in given.rows("conditions"):
        entry = given.dictionary.get(row["measure"])
        yield {
            "Number": row["number"],
            "Judged by": entry.label if entry else row["measure"] or NOT_STATED,
            "Newest": figure(given, entry) if entry else row["actual"] or NOT_STATED,
            "Promised": row["target"] or NOT_STATED,
            "Paper": row["evidence"] or NOT_STATED,
            "Owner": row["owner_role"] or "role not supplied",
        }


def _measures(given: Given) -> list[str]:
    return [row["measure"] for row in given.rows("conditions") if row["measure"] in given.dictionary]


def condition_stakes(given: Given) -> Iterator[Row]:
    """Give what follows if a condition is not met, the money that hangs on it, and how many of its milestones are done."""
    for row in given.rows("conditions"):
        done = [milestone["status"] == "Complete" for milestone in given.rows("milestones") if milestone["condition"] == row["number"]]
        yield {
            "Number": row["number"],
            "If it is not met": row["consequence"] or NOT_STATED,
            "Money at risk": pounds(row["payment"]),
            "Milestones done": f"{sum(done)} of {len(done)}" if done else NOT_STATED,
        }


def activities(given: Given, place: int) -> Iterator[Row]:
    """Give the activities that were promised under a priority, with status; behind the last, those of no priority.

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
    for name, text, row in told:
        yield {
            "Place": name,
            "What was promised": text,
            "Status": state(row, MILESTONE),
            "A quarter before": state_before(row, MILESTONE),
            "Planned": day_cell(row.get("planned_date", ""), NOT_SUPPLIED),
            "Done or expected": day_cell(row.get("actual_date") or row.get("forecast_date", ""), NOT_SUPPLIED),
        }


def _within(paragraph: str | None, known: str | None) -> bool:
    return f"{paragraph}.".startswith(f"{known}.")


def _priority(place: int) -> Callable[[Given], str]:
    """The caption of a priority's activities, in the words of the agreement."""

    def caption(given: Given) -> str:
        known = given.agreement.priorities
        return f"What was promised under {known[place].paragraph}: {known[place].text}" if place < len(known) else "What else was promised"

    return caption


def recommendations(given: Given) -> Iterator[Row]:
    """Give what DfE's research recommends to councils; the council keeps no record of how far it has come with each."""
    status = mark("unverified", f"Not tracked {UNVERIFIED}")
    for entry in given.agreement.recommendations:
        yield {"Number": entry.number or NOT_STATED, "Recommendation": entry.text, "Status": status}


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
