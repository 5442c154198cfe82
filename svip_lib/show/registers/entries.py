"""Entries of the agreement beside the rows of the council's registers, and the cells that both become."""

from datetime import date

from svip_lib.config.agreement import Amount, Stated
from svip_lib.config.periods import day_label
from svip_lib.config.registry import Indicator
from svip_lib.show.given import NOT_STATED, NOT_SUPPLIED, UNVERIFIED, Given, Row
from svip_lib.show.marks import mark
from svip_lib.show.words import NO_BREAK, WITHHELD, headline, is_headline_withheld, newest, plain
from svip_lib.status import planned_category

MILESTONE = {"Complete": "met", "On track": "met", "Delayed": "missed", "Not started": "none", "Cancelled": "none"}
PENCE = 100


def matched(entries: list, rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """Return for each entry of the agreement the row of the register with the same words, or an empty one; and the rows that match none."""
    by_title = {_folded(row["title"]): row for row in rows}
    texts = [_folded(entry.text) for entry in entries]
    return [by_title.get(text, {}) for text in texts], [row for row in rows if _folded(row["title"]) not in texts]


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def short_name(entry: Stated, prefix: str, capitals: str = "") -> str:
    """Return a short name for an entry, from its id; the words in ``capitals`` are codes."""
    words = entry.id.removeprefix(prefix).split("_")
    codes = capitals.casefold().split()
    return " ".join(word.upper() if word in codes else word.title() if prefix == "scheme_" else word for word in words)


def day_cell(cell: str, absent: str = NOT_STATED) -> str:
    """Return the day of a register's cell in words, or what is said where there is none."""
    return day_label(date.fromisoformat(cell[:10])).replace(" ", NO_BREAK, 1) if cell else absent


def pounds(pence: str, absent: str = NOT_STATED) -> str:
    """Return whole pence of a register as pounds, or what is said where there are none."""
    return plain(float(pence) / PENCE, "£", 0) if pence else absent


def amount_text(entry: Amount) -> str:
    """Return an amount as it is printed in its source, or the word that says that nobody has verified it."""
    if entry.value is None or entry.unverified:
        return UNVERIFIED
    return entry.label or (f"£{entry.value:,.1f}m" if entry.unit == "£m" else plain(entry.value, "£", 0))


def state(row: Row, kinds: dict[str, str]) -> str:
    """Return a status as word and shape; one that the register does not give, or an entry that has gone, says so."""
    if row.get("listed") == "gone":
        return mark("none", "No longer listed")
    word = row.get("status", "")
    return mark(kinds.get(word, "unverified"), word or NOT_SUPPLIED)


def state_before(row: Row, kinds: dict[str, str]) -> str:
    """Return what the status was a quarter before."""
    if row.get("listed") == "new":
        return mark("none", "New")
    return state({"status": row.get("status_before", "")}, kinds)


def figure(given: Given, entry: Indicator) -> str:
    """Return the newest figure of an indicator with its category and period, as short as a cell of a table wants it.

    Where a plan speaks of one category, that is the one: a status beside it is of the same figure.
    """
    if planned := planned_category(given.released, entry):
        entry = entry.model_copy(update={"headline_category": planned})
    if is_headline_withheld(given.released, entry):
        return f"[{WITHHELD}]"
    now = newest(given.released, entry)
    if now is None:
        return NOT_SUPPLIED
    marked = ", SYNTHETIC" if now.row["origin"] == "synthetic" else ""
    of = entry.categories.get(now.row["category"], "")
    return f"{headline(now.row['value'], entry)}{f', {of}' if of else ''} ({now.label}){marked}"


def spaced(name: str) -> str:
    """Return a machine name in words."""
    return name.replace("_", " ")
