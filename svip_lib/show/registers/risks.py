"""What may go wrong: how each risk is scored, by what it would show, and what is done about it."""

import re
from collections.abc import Iterator
from datetime import date

from svip_lib.config.refusal import Refusal
from svip_lib.config.registry import Indicator
from svip_lib.show.given import NOT_STATED, NOT_SUPPLIED, Given, Row, Table
from svip_lib.show.marks import mark
from svip_lib.show.registers.entries import day_cell, figure, matched, pounds, short_name
from svip_lib.status import duty_status, trajectory_status

MATRIX = re.compile(r"([A-F]) ?(IV|I{1,3})", re.I)
NUMERALS = ["IV", "III", "II", "I"]


def _risks(given: Given) -> list[tuple[str, str, str, str, Row]]:
    """Each risk of the agreement, then those that the register alone has: label, words, paragraph, trigger and row of the register."""
    entries = [entry for entry in given.agreement.risks if not entry.superseded_by]
    rows, others = matched(entries, given.rows("risks"))
    told = [
        (short_name(entry, "risk_").capitalize(), entry.text, entry.paragraph or NOT_STATED, entry.trigger or "", row)
        for entry, row in zip(entries, rows, strict=True)
    ]
    return told + [(row["title"], row["title"], "not in the report", "", row) for row in others]


def risks(given: Given) -> Iterator[Row]:
    """Give each risk in the words of the council's paper, and under which reference the register has it."""
    for label, text, paragraph, _, row in _risks(given):
        yield {
            "Risk": label,
            "In words": text,
            "Paragraph": paragraph,
            "In the register": row.get("id") or NOT_SUPPLIED,
            "Raised": day_cell(row.get("raised_date", ""), NOT_SUPPLIED),
        }


def risk_scores(given: Given) -> Iterator[Row]:
    """Give the score of each risk a quarter before, now, and as it is meant to become; and whether it has risen."""
    for label, *_, row in _risks(given):
        yield {
            "Risk": label,
            "Trend": _trend(row),
            "Now": _score(row),
            "A quarter ago": _score(row, "_before"),
            "Aim": row.get("target_score") or NOT_STATED,
        }


def _score(row: Row, when: str = "") -> str:
    parts = [row.get(f"{part}{when}", "") for part in ("likelihood", "impact")]
    return row.get(f"score{when}") or (" ".join(parts) if all(parts) else NOT_SUPPLIED)


def _trend(row: Row) -> str:
    listed = row.get("listed", "")
    if listed in ("new", "gone"):
        return mark("none", "New" if listed == "new" else "No longer listed")
    kind, word = compare(_score(row), _score(row, "_before"))
    return mark(kind, word)


def compare(now: str, before: str) -> tuple[str, str]:
    """Return whether a score has risen, as the kind of a status and its word.

    Two scores of letter and numeral are compared part by part: where one part rose and the other fell, nobody says which weighs more.

    Example:
        >>> compare("BII", "CII")[1], compare("6", "12")[1], compare("BI", "BI")[1], compare("AIII", "BII")[1], compare("BI", "6")[1]
        ('Higher', 'Lower', 'Same', 'Changed', 'not supplied')
    """
    new, old = rank(now), rank(before)
    if not new or len(new) != len(old):
        return "unverified", NOT_SUPPLIED
    steps = {(one > other) - (one < other) for one, other in zip(new, old, strict=True)} - {0}
    if len(steps) > 1:
        return "near", "Changed"
    return {1: ("missed", "Higher"), -1: ("met", "Lower"), 0: ("none", "Same")}[next(iter(steps), 0)]


def rank(score: str) -> tuple[float, ...]:
    """Return a score as numbers that grow with the risk: one for a number, two for letter and numeral, none for anything else."""
    if found := MATRIX.fullmatch(score.strip()):
        return float(ord("F") - ord(found[1].upper())), float(NUMERALS.index(found[2].upper()))
    return (float(score),) if re.fullmatch(r"\d+(\.\d+)?", score.strip()) else ()


def risk_triggers(given: Given) -> Iterator[Row]:
    """Give for each risk the indicator by which it would show first, with its newest figure and status.

    Raises:
        Refusal: When the agreement names an indicator that there is not: a trigger must not vanish in silence.
    """
    for label, _, _, trigger, _ in _risks(given):
        entry = given.dictionary.get(trigger)
        if trigger and not entry:
            told = f"A risk has the trigger '{trigger}', which is no indicator."
            raise Refusal(told, file="agreement.yaml", remedy="Name one of data/dictionary/indicators.csv.")
        yield {
            "Risk": label,
            "It would show in": entry.label if entry else "no indicator of this pack",
            "Newest figure": figure(given, entry) if entry else "none",
            "Status": _judged(given, entry) if entry else mark("unverified", "No trigger"),
        }


def _triggers(given: Given) -> list[str]:
    return [risk.trigger for risk in given.agreement.risks if risk.trigger in given.dictionary]


def _judged(given: Given, entry: Indicator) -> str:
    released, tolerance = given.released, given.authority.tolerance_percent
    judged = duty_status(released, entry) if entry.statutory == "yes" else trajectory_status(released, entry, tolerance)
    return mark(judged.kind, judged.word)


def risk_actions(given: Given) -> Iterator[Row]:
    """Give what is done about each risk, by whom, what it could cost, and whether its review was overdue on the register's day."""
    for label, *_, row in _risks(given):
        absent = NOT_STATED if row else NOT_SUPPLIED
        yield {
            "Risk": label,
            "What is done": row.get("mitigation") or absent,
            "Owner": row.get("owner_role") or "role not supplied",
            "Money at risk": pounds(row.get("money_at_risk", ""), absent),
            "Review": _review(row, given.released.quarter.last_day),
        }


def _review(row: Row, day: date) -> str:
    due = row.get("review_date", "")
    if not due:
        return mark("unverified", NOT_STATED if row else NOT_SUPPLIED)
    late = date.fromisoformat(due[:10]) < day and row["status"] != "Closed"
    return mark("missed" if late else "none", f"{day_cell(due)}{', overdue' if late else ''}")


TABLES = {
    "risks": Table("The risks that the council's report names", risks, register="risks"),
    "risk_scores": Table("How each risk is scored", risk_scores, register="risks", finished=("Trend",)),
    "risk_triggers": Table("By what each risk would show", risk_triggers, named=_triggers, finished=("Status",)),
    "risk_actions": Table("What is done about each risk, and what it could cost", risk_actions, register="risks", finished=("Review",)),
}
