"""Who governs the programme and by when it reports, and what the programme is and is followed by."""

from collections.abc import Iterator
from datetime import date

from svip_lib.config.agreement import Evidence, Stated
from svip_lib.config.assurance import read_seen_by
from svip_lib.config.periods import day_label
from svip_lib.show.given import NOT_STATED, NOT_SUPPLIED, UNVERIFIED, Given, Row, Table
from svip_lib.show.registers.entries import amount_text, day_cell


def governance(given: Given) -> Iterator[Row]:
    """Give each body of the plan with its part in it, and when it saw this quarter's pack."""
    bodies = given.agreement.governance
    log = read_seen_by(given.assurance, [body.id for body in bodies])
    seen = log[log["quarter"] == str(given.released.quarter)].groupby("body")[["seen_on", "form"]].last().to_dict("index")
    for body in bodies:
        told = seen.get(body.id, {"seen_on": "", "form": ""})
        yield {
            "Body": body.name,
            "Its part": body.text,
            "Saw this pack": day_cell(told["seen_on"], "not recorded"),
            "In what form": told["form"] or "not recorded",
        }


def returns_calendar(given: Given) -> Iterator[Row]:
    """Give what falls due in which months, and when next after the pack's day."""
    for entry in given.authority.returns_calendar:
        following = entry.next_month(given.released.as_at)
        yield {
            "Return or report": entry.text,
            "Months": ", ".join(f"{date(2000, month, 1):%B}" for month in entry.months) or NOT_STATED,
            "Next": f"{following:%B %Y}" if following else NOT_STATED,
            "Source": f"{entry.source}{f', {entry.paragraph}' if entry.paragraph else ''}",
            "Verified": UNVERIFIED if entry.unverified else "yes",
        }


def programme(given: Given) -> Iterator[Row]:
    """Give the programme that is in force and the one that follows it, as the agreement names them."""
    for entry in filter(None, (given.agreement.programme, given.agreement.programme.successor)):
        name = f"{entry.name} ({entry.code}){f', with the {entry.grant}' if entry.grant else ''}"
        yield {"Programme": name, "What it is": entry.text, **_sourced(given, entry)}


def successor_sources(given: Given) -> Iterator[Row]:
    """Give the sources from which the successor's grant is derived, with what this pack holds of each."""
    for entry in given.agreement.successor_evidence:
        if entry.kind == "source":
            yield {
                "Evidence": entry.name,
                "What it shows": entry.text,
                "This pack holds": _held(given, entry),
                "Verified": UNVERIFIED if entry.unverified else "yes",
            }


def _held(given: Given, entry: Evidence) -> str:
    amounts = {amount.id: amount for amount in given.agreement.amounts}
    known = [amounts[name] for name in entry.amounts]
    told = [f"{amount.period.label if amount.period else amount.text}: {amount_text(amount)}" for amount in known]
    if entry.held_in:
        supplied = entry.held_in in {row["table"] for row in given.rows("own_rows")}
        told.append(f"the council's {entry.held_in}" + ("" if supplied else f": {NOT_SUPPLIED}"))
    return "; ".join(told) or "nothing"


def successor_rules(given: Given) -> Iterator[Row]:
    """Give the rules of the successor's grant, as far as we have read of them."""
    for entry in given.agreement.successor_evidence:
        if entry.kind == "rule":
            yield {"Rule": entry.name, "What it says": entry.text, **_sourced(given, entry)}


def _sourced(given: Given, entry: Stated) -> Row:
    """Whence something is known, since when, and whether somebody has read it against that."""
    source = given.source(entry)
    return {
        "Source": f"{source.publisher}, {source.title}",
        "Of": day_label(source.published_on) if source.published_on else NOT_STATED,
        "Verified": UNVERIFIED if entry.unverified else "yes",
    }


TABLES = {
    "governance": Table("Who governs, monitors and delivers the plan, and who has seen this quarter's pack", governance),
    "returns_calendar": Table("Returns and reports, and when they fall due", returns_calendar),
    "programme": Table("The programme, and what follows it", programme),
    "successor_sources": Table("The evidence that the successor's grant rests on", successor_sources),
    "successor_rules": Table("The rules of the successor's grant, as far as we have read of them", successor_rules),
}
