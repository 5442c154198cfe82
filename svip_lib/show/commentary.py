"""The analyst's words on a quarter: Markdown in which every figure is named and never typed, and which is younger than its figures."""

import re
from datetime import date
from difflib import get_close_matches
from pathlib import Path

import mistune
from markupsafe import Markup

from svip_lib.config.periods import day_label
from svip_lib.config.refusal import Refusal
from svip_lib.config.registry import Indicator
from svip_lib.disclosure.released import Released
from svip_lib.show.words import WITHHELD, headline, is_headline_withheld, newest, own_rows

WRITTEN_ON = re.compile(r"written_on: (\d{4}-\d\d-\d\d)")
REFERENCE = re.compile(r"\{([^{}\[\]@]*)(?:\[([^\]]*)\])?(?:@([^{}]*))?\}")
SENTENCE = re.compile(r"[^.!?]+[.!?]?")
# Fewer plans or requests are no success by themselves. Words of praise in a sentence on a falling number ask for the need or the duty.
FEWER = re.compile(r"\b(fewer|less|lower|drop\w*|fall\w*|fell|reduc\w+|decreas\w+|declin\w+|slow\w*|down)\b", re.IGNORECASE)
OF_WHAT = re.compile(r"\b(plans?|EHCPs?|requests?|applications?|assessments?|demand)\b", re.IGNORECASE)
PRAISE = re.compile(
    r"\b(good|positive\w*|encourag\w+|success\w*|welcome\w*|pleas\w+|improv\w+|progress\w*|achiev\w+|better|great|strong\w*|well)\b",
    re.IGNORECASE,
)
NEED_OR_DUTY = re.compile(r"\b(needs?|dut(y|ies)|law\w*|legal\w*|statutory|entitle\w*|rights?)\b", re.IGNORECASE)
RECONSIDER = "this praises fewer plans or requests, and names neither need nor duty"


def read_commentary(path: Path, released: Released, dictionary: dict[str, Indicator]) -> Markup:
    """Return the words of a file as HTML, with the released figure in the place of each name in braces.

    ``{name}`` is the newest figure that leads, ``{name[category]}`` that of a category, ``{name@202425}`` that of a period.

    Args:
        path: The Markdown file; its first line says on which day it was written.
        released: The released figures.
        dictionary: The indicators by name.

    Raises:
        Refusal: When the file does not say when it was written, or a name in braces is no indicator, is withheld, or could be known only
            after the words were written; with file and line.
    """
    lines = _lines(path)
    found = WRITTEN_ON.fullmatch(lines[0].strip()) if lines else None
    if found is None:
        raise Refusal(
            "The first line does not say when the words were written, in the form that is read.",
            file=path,
            line=1,
            remedy="Begin it with a line such as 'written_on: 2026-08-03'; words that are older than their figures are refused.",
        )
    written = date.fromisoformat(found[1])
    told = [""] + [
        REFERENCE.sub(lambda name, at=line: _figure(name, released, dictionary, written, path, at), text)
        for line, text in enumerate(lines[1:], start=2)
    ]
    for line, text in enumerate(told, start=1):
        if "{" in text or "}" in text:
            raise Refusal("A brace stands alone.", file=path, line=line, remedy="Write an indicator's name between two braces.")
    # Escaping: whatever HTML stands in a commentary file is shown as the text that it is.
    html = Markup(mistune.create_markdown(escape=True)("\n".join(told)))
    notes = Markup("").join(
        Markup('<p class="table-note">Wording to reconsider: {} (“{}”).</p>').format(RECONSIDER, sentence) for _, sentence in praises(path)
    )
    return Markup('<blockquote class="commentary">{}</blockquote>{}').format(html, notes)


def praises(path: Path) -> list[tuple[int, str]]:
    """Return, with their lines, the sentences of a file that praise fewer plans or requests and name neither need nor duty."""
    sentences = [(line, sentence.strip()) for line, text in enumerate(_lines(path), start=1) for sentence in SENTENCE.findall(text)]
    return [(line, sentence) for line, sentence in sentences if is_praise_of_fewer(sentence)]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise Refusal("The commentary is not UTF-8 text.", file=path, remedy="Save it as plain text in UTF-8.") from None


def is_praise_of_fewer(sentence: str) -> bool:
    """Tell whether a sentence praises fewer plans or requests and names neither need nor duty.

    Example:
        >>> is_praise_of_fewer("It is encouraging that fewer requests were made.")
        True
        >>> is_praise_of_fewer("Fewer requests were made, and needs are met earlier: that is encouraging.")
        False
    """
    return all(told.search(sentence) for told in (FEWER, OF_WHAT, PRAISE)) and not NEED_OR_DUTY.search(sentence)


def _figure(name: re.Match, released: Released, dictionary: dict[str, Indicator], written: date, path: Path, line: int) -> str:
    """The figure that a reference names, as a sentence tells it."""

    def refuse(problem: str, remedy: str) -> None:
        raise Refusal(f"'{name[0]}' {problem}", file=path, line=line, remedy=remedy)

    entry = dictionary.get(name[1])
    if entry is None:
        near = ", ".join(get_close_matches(name[1], dictionary, n=3, cutoff=0.5)) or "none"
        refuse("is not an indicator.", f"Write a name from data/dictionary/indicators.csv between the braces; near it: {near}.")
    if name[2] is None and name[3] is None:
        now = newest(released, entry)
        row, hidden = now and now.row, is_headline_withheld(released, entry)
    else:
        rows = own_rows(released, entry)
        rows = rows[rows["category"] == (name[2] or entry.headline_category)].sort_values("time_period")
        rows = rows[rows["time_period"] == name[3]] if name[3] else rows
        if rows.empty:
            refuse("names a category or period that this pack has no figure of.", "Look at the table of the indicator, or figures.csv.")
        row, hidden = rows.iloc[-1], rows["shorthand"].iloc[-1] == WITHHELD
    if hidden:
        refuse("is withheld in this edition, so no sentence may tell it.", "Take the sentence out, or name an indicator that is shown.")
    if row is not None and date.fromisoformat(row["as_at"]) > written:
        known = day_label(date.fromisoformat(row["as_at"]))
        refuse(
            f"could be known from {known} on, and these words were written on {day_label(written)}.",
            "Read the words beside the new figure, change them where they no longer hold, and set written_on to the day of that.",
        )
    return "[x]" if row is None or row["value"] != row["value"] else headline(row["value"], entry)
