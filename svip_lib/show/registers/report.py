"""What the council's report says: its money, its slips, where the pack tracks it, and what nobody has verified."""

import pandas as pd

from svip_lib.config.refusal import Refusal
from svip_lib.config.registry import dictionary_rows
from svip_lib.show.given import NOT_STATED, UNVERIFIED, Given, Table
from svip_lib.show.registers.entries import amount_text, spaced

# What the entries of each list of the agreement are called.
TRACKED = {
    "trajectories": "planned path",
    "amounts": "amount",
    "priorities": "priority",
    "milestones": "milestone",
    "recommendations": "recommendation",
    "risks": "risk",
    "consequences": "consequence",
    "governance": "body",
    "kpis": "performance indicator",
    "conditions": "condition",
    "findings": "finding",
}


def report_findings(given: Given) -> pd.DataFrame:
    """Return the slips and gaps of the council's own report, with what follows from each."""
    entries = given.agreement.findings
    return pd.DataFrame(
        {
            "Paragraph": [entry.paragraph or "whole report" for entry in entries],
            "The report says": [entry.text for entry in entries],
            "We found": [entry.found for entry in entries],
            "So": [entry.consequence for entry in entries],
        }
    )


def report_map(given: Given) -> pd.DataFrame:
    """Return where this pack tracks each paragraph of the council's report, or why it does not; nothing where a council has no such map.

    Raises:
        Refusal: When a row names what is neither an indicator nor an entry of the agreement, or says both or neither of the two.
    """
    path = given.assurance.parent / "report_map.csv"
    if not path.is_file():
        return pd.DataFrame()
    names = {
        entry.id: f"{TRACKED.get(place[0], place[0])} \N{LEFT SINGLE QUOTATION MARK}{spaced(entry.id)}\N{RIGHT SINGLE QUOTATION MARK}"
        for place, entry in given.agreement.entries()
    }
    names |= {name: entry.label for name, entry in given.dictionary.items()}
    rows = []
    for line, row in dictionary_rows(path, "paragraph", "says", "section", "tracked_by", "not_tracked_because"):
        tracked, why = row["tracked_by"].split("|") if row["tracked_by"] else [], row["not_tracked_because"]
        told = {"file": path, "line": line, "column": "tracked_by"}
        if bool(tracked) == bool(why):
            raise Refusal("A paragraph is either tracked or not.", **told, remedy="Fill exactly one of tracked_by and not_tracked_because.")
        if lost := [name for name in tracked if name not in names]:
            remedy = "Name indicators of data/dictionary/indicators.csv and ids of agreement.yaml, with | between them."
            raise Refusal(f"'{lost[0]}' is neither an indicator nor an entry of the agreement.", **told, remedy=remedy)
        sections = ", ".join(name[:2] for name in row["section"].split("|")) if tracked else "none"
        rows.append((row["paragraph"], row["says"], sections, "; ".join(names[name] for name in tracked) or f"not tracked: {why}"))
    return pd.DataFrame(rows, columns=["Paragraph", "It says", "Section", "Tracked by"])


def unverified(given: Given) -> pd.DataFrame:
    """Return every entry of the agreement that nobody has verified; its value is not told, if it has one."""
    found = given.agreement.unverified()
    return pd.DataFrame({"Entry": [text for _, _, text in found], "Kind": [spaced(kind) for kind, _, _ in found], "Value": UNVERIFIED})


def amounts(given: Given) -> pd.DataFrame:
    """Return the sums of money that the agreement names; an unknown one stands without a value."""
    entries = [entry for entry in given.agreement.amounts if (entry.unit or "").startswith("£") and not entry.superseded_by]
    entries = [entry for entry in entries if entry.kind != "national rule"]  # no part of what was agreed
    return pd.DataFrame(
        {
            "Amount": [entry.text for entry in entries],
            "Period": [entry.period.label if entry.period else NOT_STATED for entry in entries],
            "Value": [amount_text(entry) for entry in entries],
            "Paragraph": [entry.paragraph or "not in the report" for entry in entries],
        }
    )


def amounts_stated(given: Given) -> pd.DataFrame:
    """Return the sums of money that the agreement states; those that nobody knows are counted in one last row."""
    table = amounts(given)
    unknown = table["Value"] == UNVERIFIED
    rest = {
        "Amount": f"Further sums that nobody has confirmed: {unknown.sum()}",
        "Period": "several",
        "Value": UNVERIFIED,
        "Paragraph": "several",
    }
    return pd.concat([table[~unknown], pd.DataFrame([rest])], ignore_index=True) if unknown.any() else table


TABLES = {
    "report_findings": Table("Slips and gaps in the council's report", report_findings),
    "report_map": Table("Where each paragraph of the council's report is tracked", report_map),
    "unverified": Table("What nobody has verified", unverified),
    "amounts": Table("The money that the agreement names", amounts),
    "amounts_stated": Table("The money that the council's report states", amounts_stated),
}
