"""Lays out the folder of a new quarter: its file, a place for the extracts with a note for each that is wanted, and one for the words."""

import os
import shutil
from pathlib import Path

from svip_lib.config.authority import ReturnFile
from svip_lib.config.fields import Fields, read_fields
from svip_lib.config.periods import Quarter, day_label
from svip_lib.config.project import Project
from svip_lib.config.refusal import Refusal
from svip_lib.intake.arrivals import RETURN, Wanted, read_wanted

QUARTER_FILE = """\
# What is particular to this quarter. The pack knows only what was public on the day as_at.
# While as_at is null the quarter is being prepared: 'svip check' and 'svip status' take it, and 'svip run' keeps to the one before.
quarter: {quarter}
as_at: null  # a day from {last_day} on
own_return:  # what the council's own return tells of, in the form of the SEN2 collection of a year: correct it where yours differs
  year: {year}
  first_day: {first_day}
  last_day: {last_day}
committee_date: null  # not known
note: >-
  The quarter has been laid out, and the day for its pack has not been chosen.
"""
NOTE = """\
# {title}

For {quarter}, asked of {asked_of}. {serves}.

Put it into this folder as {form}.{told}
Git ignores this folder: what lies here is not committed and does not leave the council.
"""


def lay_out(project: Project, authority: str, quarter: Quarter) -> Path:
    """Lay out a quarter, whole or not at all; nothing that is there is touched.

    Args:
        project: Where things stand.
        authority: A council that has a folder.
        quarter: The quarter; it must follow or precede one that is laid out, so that a slip of the pen is noticed.

    Returns:
        The quarter's folder. It is not the latest quarter before its ``as_at`` is set.

    Raises:
        Refusal: When the quarter exists, or stands apart from those that do.
    """
    place, known = project.quarter_folder(authority, quarter), project.quarters(authority)
    if place.exists():
        raise Refusal(f"{quarter} is there already.", file=place, remedy="Nothing was changed; remove the folder by hand to begin anew.")
    if known and not {quarter.previous, quarter.next} & set(known):
        problem = f"{quarter} neither follows nor precedes a quarter of {authority}."
        raise Refusal(problem, remedy=f"The next one is {known[-1].next}; lay out those between first.")
    fields = read_fields(project.dictionary)
    year = Quarter(quarter.start_year, 1)
    own = ReturnFile(year=quarter.start_year + 1, first_day=year.first_day, last_day=quarter.last_day)
    notes = {one.extract: note(one, fields, quarter, own) for one in read_wanted(project.dictionary, fields)}
    beside = place.with_name(f".{quarter}.{os.getpid()}")
    try:
        (beside / "extracts").mkdir(parents=True)
        (beside / "quarter.yaml").write_text(QUARTER_FILE.format(quarter=quarter, **own.model_dump()), encoding="utf-8")
        for name, text in notes.items():
            (beside / "extracts" / f"{name}.md").write_text(text, encoding="utf-8")
        project.commentary(authority, quarter, "any").parent.mkdir(parents=True, exist_ok=True)
        beside.rename(place)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return place


def note(one: Wanted, fields: Fields, quarter: Quarter, own: ReturnFile) -> str:
    """Return what the owner of an extract is told: its form, its columns, and which of them are personal.

    Args:
        one: The extract.
        fields: The fields of every table.
        quarter: The quarter.
        own: What the return tells of.
    """
    period = f" It tells of {day_label(own.first_day)} to {day_label(own.last_day)}, in the form of the SEN2 collection of {own.year}."
    told = period if one.extract == RETURN else ""
    parts = [NOTE.format(title=one.title, quarter=quarter.label, asked_of=one.asked_of, serves=one.serves, form=one.form, told=told)]
    for table in one.tables:
        columns = [field for field in fields[table].values() if field.is_of(own.year)]
        lines = [f"| {field.heading} | {field.description} |" for field in columns if field.required]
        others = [field.heading for field in columns if not field.required]
        personal = [field.heading for field in columns if field.personal]
        parts.append("\n".join([f"## Columns of `{table}`", "", "| it must have | which is |", "|---|---|", *lines, ""]))
        parts.append(f"Also read where it is there: {', '.join(others)}.\n" if others else "")
        parts.append(f"Personal, so never shown or passed on: {', '.join(personal)}.\n" if personal else "")
    return "\n".join(filter(None, parts))
