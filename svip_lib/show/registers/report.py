"""What the council's report says: its money, its slips, where the pack tracks it, and what nobody has verified."""

from collections.abc import Iterator

from svip_lib.config.refusal import Refusal
from svip_lib.config.registry import dictionary_rows
from svip_lib.show.given import NOT_STATED, UNVERIFIED, Given, Row, Table
from svip_lib.show.registers.entries import amount_text, spaced

# What the entries of each list of the agreement are called.
TRACKED = {
    "trajectories": "planned path",
    "amounts": "amount",
    "priorities": "priority",
    "mitigations": "mitigation",
    "milestones": "milestone",
    "recommendations": "recommendation",
    "risks": "risk",
    "consequences": "consequence",
    "governance": "body",
    "kpis": "performance indicator",
    "conditions": "condition",
    "findings": "finding",
}


def report_findings(given: Given) -> Iterator[Row]:
    """Give the slips and gaps of the council's own report, with what follows from each."""
    for entry in given.agreement.findings:
        yield {
            "Paragraph": entry.paragraph or "whole report",
            "The report says": entry.text,
            "We found": entry.found,
            "So": entry.consequence,
        }


def report_map(given: Given) -> Iterator[Row]:
    """Give where this pack tracks each paragraph of the council's report, or why it does not; nothing where a council has no such map.

    Raises:
        Refusal: When a row names what is neither an indicator nor an entry of the agreement, or says both or neither of the two.
    """
    path = given.assurance.parent / "report_map.csv"
    if not path.is_file():
        return
    names = {
        entry.id: f"{TRACKED.get(place[0], place[0])} \N{LEFT SINGLE QUOTATION MARK}{spaced(entry.id)}\N{RIGHT SINGLE QUOTATION MARK}"
        for place, entry in given.agreement.entries()
    }
    names |= {name: entry.label for name, entry in given.dictionary.items()}
    for line, row in dictionary_rows(path, "paragraph", "says", "section", "tracked_by", "not_tracked_because"):
        tracked, why = row["tracked_by"].split("|") if row["tracked_by"] else [], row["not_tracked_because"]
        here = {"file": path, "line": line, "column": "tracked_by"}
        if bool(tracked) == bool(why):
            raise Refusal("A paragraph is either tracked or not.", **here, remedy="Fill exactly one of tracked_by and not_tracked_because.")
        if lost := [name for name in tracked if name not in names]:
            remedy = "Name indicators of data/dictionary/indicators.csv and ids of agreement.yaml, with | between them."
            raise Refusal(f"'{lost[0]}' is neither an indicator nor an entry of the agreement.", **here, remedy=remedy)
        sections = ", ".join(name[:2] for name in row["section"].split("|")) if tracked else "none"
        told = "; ".join(names[name] for name in tracked) or f"not tracked: {why}"
        yield {"Paragraph": row["paragraph"], "It says": row["says"], "Section": sections, "Tracked by": told}


def unverified(given: Given) -> Iterator[Row]:
    """Give every entry of the agreement that nobody has verified; its value is not told, if it has one."""
    for kind, _, text in given.agreement.unverified():
        yield {"Entry": text, "Kind": spaced(kind), "Value": UNVERIFIED}


def amounts(given: Given) -> Iterator[Row]:
    """Give the sums of money that the agreement names; an unknown one stands without a value."""
    for entry in given.agreement.amounts:
        if (entry.unit or "").startswith("£") and not entry.superseded_by and entry.kind != "national rule":  # no part of what was agreed
            yield {
                "Amount": entry.text,
                "Period": entry.period.label if entry.period else NOT_STATED,
                "Value": amount_text(entry),
                "Paragraph": entry.paragraph or "not in the report",
            }


def amounts_stated(given: Given) -> Iterator[Row]:
    """Give the sums of money that the agreement states; those that nobody knows are counted in one last row."""
    told = list(amounts(given))
    yield from (row for row in told if row["Value"] != UNVERIFIED)
    if unknown := [row for row in told if row["Value"] == UNVERIFIED]:
        rest = f"Further sums that nobody has confirmed: {len(unknown)}"
        yield {"Amount": rest, "Period": "several", "Value": UNVERIFIED, "Paragraph": "several"}


TABLES = {
    "report_findings": Table("Slips and gaps in the council's report", report_findings),
    "report_map": Table("Where each paragraph of the council's report is tracked", report_map),
    "unverified": Table("What nobody has verified", unverified),
    "amounts": Table("The money that the agreement names", amounts),
    "amounts_stated": Table("The money that the council's report states", amounts_stated),
}
