"""Who governs the programme and by when it reports, and what the programme is and is followed by."""

from datetime import date

import pandas as pd

from svip_lib.config.agreement import Amount, Stated
from svip_lib.config.assurance import read_seen_by
from svip_lib.config.periods import day_label
from svip_lib.show.given import NOT_STATED, NOT_SUPPLIED, UNVERIFIED, Given, Table
from svip_lib.show.registers.entries import amount_text, day_cell


def governance(given: Given) -> pd.DataFrame:
    """Return each body of the plan with its part in it, and when it saw this quarter's pack."""
    bodies = given.agreement.governance
    log = read_seen_by(given.assurance, [body.id for body in bodies])
    seen = log[log["quarter"] == str(given.released.quarter)].groupby("body")[["seen_on", "form"]].last()
    days, forms = (seen[name].reindex([body.id for body in bodies]).fillna("") for name in ("seen_on", "form"))
    return pd.DataFrame(
        {
            "Body": [body.name for body in bodies],
            "Its part": [body.text for body in bodies],
            "Saw this pack": [day_cell(day, "not recorded") for day in days],
            "In what form": [form or "not recorded" for form in forms],
        }
    )


def returns_calendar(given: Given) -> pd.DataFrame:
    """Return what falls due in which months, and when next after the pack's day."""
    entries = given.authority.returns_calendar
    following = [entry.next_month(given.released.as_at) for entry in entries]
    return pd.DataFrame(
        {
            "Return or report": [entry.text for entry in entries],
            "Months": [", ".join(f"{date(2000, month, 1):%B}" for month in entry.months) or NOT_STATED for entry in entries],
            "Next": [f"{day:%B %Y}" if day else NOT_STATED for day in following],
            "Source": [f"{entry.source}{f', {entry.paragraph}' if entry.paragraph else ''}" for entry in entries],
            "Verified": [UNVERIFIED if entry.unverified else "yes" for entry in entries],
        }
    )


def programme(given: Given) -> pd.DataFrame:
    """Return the programme that is in force and the one that follows it, as the agreement names them."""
    told = given.agreement.programme
    entries = [told, told.successor] if told.successor else [told]
    return pd.DataFrame(
        {
            "Programme": [f"{entry.name} ({entry.code}){f', with the {entry.grant}' if entry.grant else ''}" for entry in entries],
            "What it is": [entry.text for entry in entries],
            **_sourced(given, entries),
        }
    )


def successor_sources(given: Given) -> pd.DataFrame:
    """Return the sources from which the successor's grant is derived, with what this pack holds of each."""
    entries = [entry for entry in given.agreement.successor_evidence if entry.kind == "source"]
    amounts = {amount.id: amount for amount in given.agreement.amounts}
    return pd.DataFrame(
        {
            "Evidence": [entry.name for entry in entries],
            "What it shows": [entry.text for entry in entries],
            "This pack holds": [_held(given, [amounts[name] for name in entry.amounts], entry.held_in) for entry in entries],
            "Verified": [UNVERIFIED if entry.unverified else "yes" for entry in entries],
        }
    )


def _held(given: Given, amounts: list[Amount], register: str | None) -> str:
    told = [f"{amount.period.label if amount.period else amount.text}: {amount_text(amount)}" for amount in amounts]
    if register:
        tables = given.released.registers.get("own_rows", pd.DataFrame({"table": []}))["table"]
        told.append(f"the council's {register}" + ("" if register in set(tables) else f": {NOT_SUPPLIED}"))
    return "; ".join(told) or "nothing"


def successor_rules(given: Given) -> pd.DataFrame:
    """Return the rules of the successor's grant, as far as we have read of them."""
    entries = [entry for entry in given.agreement.successor_evidence if entry.kind == "rule"]
    return pd.DataFrame(
        {"Rule": [entry.name for entry in entries], "What it says": [entry.text for entry in entries]} | _sourced(given, entries)
    )


def _sourced(given: Given, entries: list[Stated]) -> dict[str, list[str]]:
    """Whence something is known, since when, and whether somebody has read it against that."""
    sources = {source.id: source for source in given.agreement.sources}
    held = [sources[entry.source] for entry in entries]
    return {
        "Source": [f"{source.publisher}, {source.title}" for source in held],
        "Of": [day_label(source.published_on) if source.published_on else NOT_STATED for source in held],
        "Verified": [UNVERIFIED if entry.unverified else "yes" for entry in entries],
    }


TABLES = {
    "governance": Table("Who governs, monitors and delivers the plan, and who has seen this quarter's pack", governance),
    "returns_calendar": Table("Returns and reports, and when they fall due", returns_calendar),
    "programme": Table("The programme, and what follows it", programme),
    "successor_sources": Table("The evidence that the successor's grant rests on", successor_sources),
    "successor_rules": Table("The rules of the successor's grant, as far as we have read of them", successor_rules),
}
