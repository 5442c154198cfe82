"""The tables of the programme: places and schemes, conditions and activities, governance, risks; what nobody told says so."""

import re
from collections.abc import Callable
from datetime import date
from math import isnan

import pandas as pd

from svip_lib.config.agreement import Amount, Milestone, Stated
from svip_lib.config.assurance import read_seen_by
from svip_lib.config.periods import day_label, period_label
from svip_lib.config.refusal import Refusal
from svip_lib.config.registry import Indicator
from svip_lib.show import marks
from svip_lib.show.registers import UNVERIFIED, Given, amount_text
from svip_lib.show.words import NO_BREAK, headline, is_headline_withheld, newest, number, plain
from svip_lib.status import Status, duty_status, trajectory_status

NOT_SUPPLIED, NOT_STATED = "not supplied", "not stated"
WITHHELD = "[c]"
DAYS_OF_A_MONTH = 365.25 / 12
PENCE = 100
MILESTONE = {"Complete": "met", "On track": "met", "Delayed": "missed", "Not started": "none", "Cancelled": "none"}
CONDITION = {"Met": "met", "On track": "met", "At risk": "near", "Not on track": "missed", "Not due": "none"}
MATRIX = re.compile(r"([A-F]) ?(IV|I{1,3})", re.I)
NUMERALS = ["IV", "III", "II", "I"]
Row = dict[str, str]


def _rows(given: Given, register: str) -> list[Row]:
    """The entries of a register of the council; none where it was not supplied."""
    return given.released.registers.get(register, pd.DataFrame()).to_dict("records")


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _matched(entries: list, rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """For each entry of the agreement the row of the register with the same words, or an empty one; and the rows that match none."""
    by_title = {_folded(row["title"]): row for row in rows}
    return [by_title.get(_folded(entry.text), {}) for entry in entries], [
        row for row in rows if _folded(row["title"]) not in {_folded(entry.text) for entry in entries}
    ]


def _label(entry: Stated, prefix: str, capitals: str = "") -> str:
    """A short name for an entry, from its id; the words in ``capitals`` are codes."""
    words = entry.id.removeprefix(prefix).split("_")
    codes = capitals.casefold().split()
    return " ".join(word.upper() if word in codes else word.title() if prefix == "scheme_" else word for word in words)


def _day(cell: str, absent: str = NOT_STATED) -> str:
    return day_label(date.fromisoformat(cell[:10])).replace(" ", NO_BREAK, 1) if cell else absent


def _money(pence: str, absent: str = NOT_STATED) -> str:
    return plain(float(pence) / PENCE, "£", 0) if pence else absent


def _state(row: Row, kinds: dict[str, str], column: str = "status") -> str:
    """A status as word and shape; one that the register does not give, or an entry that has gone, says so."""
    if row.get("listed") == "gone":
        return _mark("none", "No longer listed" if column == "status" else NOT_SUPPLIED)
    word = row.get(column, "")
    return _mark(kinds.get(word, "unverified"), word or NOT_SUPPLIED)


def _before(row: Row, kinds: dict[str, str]) -> str:
    """What the status was a quarter before."""
    if row.get("listed") == "new":
        return _mark("none", "New")
    return _state({"before": row.get("status_before", "")}, kinds, "before")


def _mark(kind: str, word: str) -> str:
    return str(marks.status_html(Status(kind, word, "")))


def figure(given: Given, entry: Indicator) -> str:
    """Return the newest figure of an indicator with its category and period, as short as a cell of a table wants it."""
    if is_headline_withheld(given.released, entry):
        return WITHHELD
    now = newest(given.released, entry)
    if now is None:
        return NOT_SUPPLIED
    marked = ", SYNTHETIC" if now.row["origin"] == "synthetic" else ""
    of = entry.categories.get(now.row["category"], "")
    return f"{headline(now.row['value'], entry)}{f', {of}' if of else ''} ({now.label}){marked}"


def _judged(given: Given, entry: Indicator) -> str:
    if entry.statutory == "yes":
        return str(marks.status_html(duty_status(given.released, entry)))
    return str(marks.status_html(trajectory_status(given.released, entry, given.authority.tolerance_percent)))


# Places and schemes


def places_by_type(given: Given) -> pd.DataFrame:
    """Return the places of each kind: commissioned, filled, empty, and what the empty ones cost."""
    return _side_by_side(given, PLACES_BY_TYPE, whole="on_roll_quarter_count")


def places_by_need(given: Given, kind: str) -> pd.DataFrame:
    """Return the places of a kind for each need: commissioned, filled and empty."""
    frame = _side_by_side(given, PLACES_BY_NEED, kind=f"{kind}_")
    return frame.rename(columns={heading: "Need" for heading in frame.columns[:1]})


def places_by_year(given: Given) -> pd.DataFrame:
    """Return the places of the financial year as computed, beside those that the council's list states."""
    return _side_by_side(given, PLACES_BY_YEAR)


def _side_by_side(given: Given, columns: dict[str, str], whole: str = "", kind: str = "") -> pd.DataFrame:
    """Indicators with the same categories, a column each, and a last row with their sums; a sum with a withheld part is withheld.

    Categories without anything are left out; of ``kind`` only those that begin so are told, by the rest of their name.
    """
    entries = {heading: given.dictionary[name] for name, heading in columns.items()}
    tables = {heading: _newest(given, entry.name).set_index("category") for heading, entry in entries.items()}
    first = next(iter(entries.values()))
    held = set().union(*(table.index for table in tables.values()))
    zero = [name for name in held if all((table["value"].get(name, 0) == 0) for table in tables.values())]
    order = [name for name in first.categories if name in held and name not in zero and name.startswith(kind)]
    if not order:
        return pd.DataFrame()
    frame = pd.DataFrame({first.filter_hint: [*(first.categories[name].rpartition(": ")[2] for name in order), "All"]})
    for heading, entry in entries.items():
        table = tables[heading].reindex(order)
        values, signs = table["value"], table["shorthand"].fillna("x")
        total, absent = values.sum(skipna=False), "c" if (signs == "c").any() else "x"
        if heading == ON_ROLL and whole and isnan(total):
            total = _newest(given, whole)["value"].sum(min_count=1)
        cells = [number(value, entry, sign if isnan(value) else "") for value, sign in zip(values, signs, strict=True)]
        frame[heading] = [*cells, number(total, entry, absent if isnan(total) else "")]
    return frame


def _newest(given: Given, name: str) -> pd.DataFrame:
    rows = given.released.select(name)
    return rows[rows["time_period"] == rows["time_period"].max()]


ON_ROLL = "On roll"
PLACES_BY_TYPE = {
    "places_by_type_quarter_count": "Places",
    "on_roll_by_type_quarter_count": ON_ROLL,
    "vacancies_by_type_quarter_count": "Empty",
    "over_numbers_by_type_quarter_count": "Over places",
    "empty_places_by_type_quarter_gbp": "Cost of empty",
}
PLACES_BY_NEED = {
    "places_by_need_quarter_count": "Places",
    "on_roll_by_need_quarter_count": ON_ROLL,
    "vacancies_by_need_quarter_count": "Empty",
}
PLACES_BY_YEAR = {
    "places_by_type_quarter_count": "First year",
    "places_year_by_type_quarter_count": "Computed",
    "places_year_stated_by_type_quarter_count": "As listed",
}


def _schemes(given: Given) -> list[tuple[str, Milestone | None, Row]]:
    """Each scheme of the agreement with its row of the register, then those that the register alone has: what adds places."""
    entries = [entry for entry in given.agreement.milestones if entry.kind == "capacity scheme" and not entry.superseded_by]
    rows, _ = _matched(entries, _rows(given, "milestones"))
    _, others = _matched(given.agreement.milestones, _rows(given, "milestones"))
    names = [_label(entry, "scheme_", entry.need or "") for entry in entries]
    return [*zip(names, entries, rows, strict=True), *((row["title"], None, row) for row in others if row.get("places"))]


def schemes(given: Given) -> pd.DataFrame:
    """Return what the council's paper promised of each scheme; a school that was to be confirmed is unverified."""
    told = [(name, entry) for name, entry, _ in _schemes(given) if entry]
    return pd.DataFrame(
        {
            "Scheme": [name for name, _ in told],
            "In the report": [entry.text for _, entry in told],
            "Need": [entry.need or NOT_STATED for _, entry in told],
            "Site": [entry.site or UNVERIFIED for _, entry in told],
            "Places": [plain(entry.places, "", 0) if entry.places else NOT_STATED for _, entry in told],
            "Due": [_month(entry.due) if entry.due else NOT_STATED for _, entry in told],
        }
    )


def _month(due: str) -> str:
    """A month or day of the agreement in words.

    Example:
        >>> _month("2025-01"), _month("2025-01-06")
        ('January 2025', '6 January 2025')
    """
    return day_label(date.fromisoformat(due)) if due.count("-") > 1 else f"{date.fromisoformat(f'{due}-01'):%B %Y}"


def scheme_days(given: Given) -> pd.DataFrame:
    """Return when each scheme was planned, is now expected and was done, and by how many months it has slipped."""
    told = [(name, row) for name, _, row in _schemes(given)]
    return pd.DataFrame(
        {
            "Scheme": [name for name, _ in told],
            "Planned": [_day(row.get("planned_date", ""), NOT_SUPPLIED) for _, row in told],
            "Expected": [_day(row.get("forecast_date", ""), NOT_SUPPLIED) for _, row in told],
            "Done": [_day(row.get("actual_date", ""), "not yet" if row else NOT_SUPPLIED) for _, row in told],
            "Slippage": [slippage(row) for _, row in told],
            "Status": [_state(row, MILESTONE) for _, row in told],
        }
    )


def slippage(row: Row) -> str:
    """Return by how many months a milestone is later than first agreed, by the day of its end or the one now expected.

    Where that day was another one a quarter before, it is said by how many months it has moved since.

    Example:
        >>> slippage({"planned_date": "2025-01-31", "forecast_date": "2025-09-01", "forecast_date_before": "2025-06-01"})
        '+7 months (+3 in the quarter)'
        >>> slippage({"planned_date": "2025-01-31", "forecast_date": "", "actual_date": "2025-02-03"}), slippage({})
        ('none', 'not supplied')
    """
    end, before = row.get("actual_date") or row.get("forecast_date"), row.get("forecast_date_before")
    if not end or not row.get("planned_date"):
        return NOT_SUPPLIED
    months, since = _months(row["planned_date"], end), _months(before, end) if before else 0
    told = f"{plain(months, '', 0, signed=True)} month{'s' * (abs(months) > 1)}" if months else "none"
    return f"{told} ({plain(since, '', 0, signed=True)} in the quarter)" if since else told


def _months(first: str, second: str) -> int:
    """How many months lie between two days, to the nearest."""
    return round((date.fromisoformat(second[:10]) - date.fromisoformat(first[:10])).days / DAYS_OF_A_MONTH)


def scheme_money(given: Given) -> pd.DataFrame:
    """Return the places that each scheme adds, its capital budget, and what was spent of it, with the sums."""
    told = [(name, row) for name, _, row in _schemes(given)]
    if not told:
        return pd.DataFrame()
    absent = [NOT_STATED if row else NOT_SUPPLIED for _, row in told]
    columns = {"places": "Places", "capital_budget": "Budget", "capital_spent": "Spent"}
    values = {name: pd.to_numeric(pd.Series([row.get(name, "") for _, row in told]), errors="coerce") for name in columns}
    frame = pd.DataFrame({"Scheme": [*(name for name, _ in told), "All that are stated"]})
    for name, heading in columns.items():
        unit, size = ("", 1) if name == "places" else ("£", PENCE)
        cells = [mark if isnan(value) else plain(value / size, unit, 0) for value, mark in zip(values[name], absent, strict=True)]
        frame[heading] = [*cells, plain(values[name].sum() / size, unit, 0) if values[name].notna().any() else NOT_SUPPLIED]
    spent, budget = ([*values[name], values[name].sum(min_count=1)] for name in ("capital_spent", "capital_budget"))
    shares = [100 * part / whole if whole else float("nan") for part, whole in zip(spent, budget, strict=True)]
    frame["Share spent"] = [
        mark if isnan(share) else plain(share, "%", 0) for share, mark in zip(shares, [*absent, NOT_SUPPLIED], strict=True)
    ]
    return frame


STAGES = {
    "Complete": "Done",
    "On track": "Under way",
    "Delayed": "Late",
    "Not started": "Not begun",
    "Cancelled": "Given up",
    "": "Not told",
}


def scheme_places(given: Given) -> pd.DataFrame:
    """Return how many places the schemes add for each need, by where they stand; a scheme without a number of places is counted apart."""
    told = [
        {
            "need": (row.get("need") or (entry and entry.need) or NOT_STATED),
            "places": float(row.get("places") or (entry and entry.places) or "nan"),
            "stage": STAGES.get(row.get("status", ""), STAGES[""]),
        }
        for _, entry, row in _schemes(given)
    ]
    if not told:
        return pd.DataFrame()
    table = pd.DataFrame(told)
    stages = [stage for stage in STAGES.values() if stage in set(table["stage"])]
    wide = table.pivot_table(index="need", columns="stage", values="places", aggfunc="sum", sort=False).reindex(columns=stages)
    wide = wide.reindex(table["need"].unique()).fillna(0)
    wide["Size unknown"] = table[table["places"].isna()].groupby("need").size().reindex(wide.index).fillna(0)
    wide.loc["All needs"] = wide.sum()
    cells = wide.map(lambda value: plain(value, "", 0))
    cells["Size unknown"] = [f"{cell} scheme{'s' * (cell != '1')}" for cell in cells["Size unknown"]]
    return cells.rename_axis("Need").rename_axis(None, axis=1).reset_index().astype("str")


# The agreement


def conditions_agreed(given: Given) -> pd.DataFrame:
    """Return the conditions as far as the agreement itself is known."""
    entries = [entry for entry in given.agreement.conditions if not entry.superseded_by]
    return pd.DataFrame(
        {
            "Number": [entry.number or UNVERIFIED for entry in entries],
            "Condition": [entry.text for entry in entries],
            "Status": [_mark("unverified", "Unverified") if entry.unverified else _mark("none", "Read") for entry in entries],
        }
    )


def conditions(given: Given) -> pd.DataFrame:
    """Return each condition of the council's register with its status and what it was a quarter before."""
    rows = _rows(given, "conditions")
    return pd.DataFrame(
        {
            "Number": [row["number"] for row in rows],
            "Condition": [row["text"] for row in rows],
            "Status": [_state(row, CONDITION) for row in rows],
            "A quarter before": [_before(row, CONDITION) for row in rows],
            "Due": [_day(row["due_date"]) for row in rows],
        }
    )


def condition_evidence(given: Given) -> pd.DataFrame:
    """Return by what each condition is judged: an indicator of this pack with its newest figure, or what the register says."""
    rows = _rows(given, "conditions")
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


def condition_stakes(given: Given) -> pd.DataFrame:
    """Return what follows if a condition is not met, the money that hangs on it, and how many of its milestones are done."""
    rows, milestones = _rows(given, "conditions"), _rows(given, "milestones")
    own = [[milestone for milestone in milestones if milestone["condition"] == row["number"]] for row in rows]
    return pd.DataFrame(
        {
            "Number": [row["number"] for row in rows],
            "If it is not met": [row["consequence"] or NOT_STATED for row in rows],
            "Money at risk": [_money(row["payment"]) for row in rows],
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
    rows, _ = _matched(entries, _rows(given, "milestones"))
    paragraphs = [priority.paragraph for priority in given.agreement.priorities]
    mine = [next((nth for nth, known in enumerate(paragraphs) if _within(entry.paragraph, known)), len(paragraphs)) for entry in entries]
    told = [
        (f"{entry.paragraph} ({entry.item})", entry.text, row) for entry, row, nth in zip(entries, rows, mine, strict=True) if nth == place
    ]
    if place == len(paragraphs):
        _, others = _matched(given.agreement.milestones, _rows(given, "milestones"))
        told += [(row["id"], row["title"], row) for row in others if not row.get("places")]
    return pd.DataFrame(
        {
            "Place": [name for name, _, _ in told],
            "What was promised": [text for _, text, _ in told],
            "Status": [_state(row, MILESTONE) for _, _, row in told],
            "A quarter before": [_before(row, MILESTONE) for _, _, row in told],
            "Planned": [_day(row.get("planned_date", ""), NOT_SUPPLIED) for _, _, row in told],
            "Done or expected": [_day(row.get("actual_date") or row.get("forecast_date", ""), NOT_SUPPLIED) for _, _, row in told],
        }
    )


def _within(paragraph: str | None, known: str | None) -> bool:
    return f"{paragraph}.".startswith(f"{known}.")


def recommendations(given: Given) -> pd.DataFrame:
    """Return what DfE's research recommends to councils; the council keeps no record of how far it has come with each."""
    entries = given.agreement.recommendations
    return pd.DataFrame(
        {
            "Number": [entry.number or NOT_STATED for entry in entries],
            "Recommendation": [entry.text for entry in entries],
            "Status": [_mark("unverified", f"Not tracked {UNVERIFIED}")] * len(entries),
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
            "Saw this pack": [_day(day, "not recorded") for day in days],
            "In what form": [form or "not recorded" for form in forms],
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


def _sourced(given: Given, entries: list[Stated]) -> dict[str, list[str]]:
    """Whence something is known, since when, and whether somebody has read it against that."""
    sources = {source.id: source for source in given.agreement.sources}
    held = [sources[entry.source] for entry in entries]
    return {
        "Source": [f"{source.publisher}, {source.title}" for source in held],
        "Of": [day_label(source.published_on) if source.published_on else NOT_STATED for source in held],
        "Verified": [UNVERIFIED if entry.unverified else "yes" for entry in entries],
    }


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


# Risks


def _risks(given: Given) -> list[tuple[str, str, str, str, Row]]:
    """Each risk of the agreement, then those that the register alone has: label, words, paragraph, trigger and row of the register."""
    entries = [entry for entry in given.agreement.risks if not entry.superseded_by]
    rows, others = _matched(entries, _rows(given, "risks"))
    told = [
        (_label(entry, "risk_").capitalize(), entry.text, entry.paragraph or NOT_STATED, entry.trigger or "", row)
        for entry, row in zip(entries, rows, strict=True)
    ]
    return told + [(row["title"], row["title"], "not in the report", "", row) for row in others]


def risks(given: Given) -> pd.DataFrame:
    """Return each risk in the words of the council's paper, and under which reference the register has it."""
    told = _risks(given)
    return pd.DataFrame(
        {
            "Risk": [label for label, *_ in told],
            "In words": [text for _, text, *_ in told],
            "Paragraph": [paragraph for _, _, paragraph, _, _ in told],
            "In the register": [row.get("id") or NOT_SUPPLIED for *_, row in told],
            "Raised": [_day(row.get("raised_date", ""), NOT_SUPPLIED) for *_, row in told],
        }
    )


def risk_scores(given: Given) -> pd.DataFrame:
    """Return the score of each risk a quarter before, now, and as it is meant to become; and whether it has risen."""
    told = [(label, row) for label, *_, row in _risks(given)]
    return pd.DataFrame(
        {
            "Risk": [label for label, _ in told],
            "Trend": [_trend(row) for _, row in told],
            "Now": [_score(row) for _, row in told],
            "A quarter ago": [_score(row, "_before") for _, row in told],
            "Aim": [row.get("target_score") or NOT_STATED for _, row in told],
        }
    )


def _score(row: Row, when: str = "") -> str:
    parts = [row.get(f"{part}{when}", "") for part in ("likelihood", "impact")]
    return row.get(f"score{when}") or (" ".join(parts) if all(parts) else NOT_SUPPLIED)


def _trend(row: Row) -> str:
    listed = row.get("listed", "")
    if listed in ("new", "gone"):
        return _mark("none", "New" if listed == "new" else "No longer listed")
    kind, word = compare(_score(row), _score(row, "_before"))
    return _mark(kind, word)


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


def risk_triggers(given: Given) -> pd.DataFrame:
    """Return for each risk the indicator by which it would show first, with its newest figure and status.

    Raises:
        Refusal: When the agreement names an indicator that there is not: a trigger must not vanish in silence.
    """
    told = [(label, trigger) for label, _, _, trigger, _ in _risks(given)]
    if lost := [trigger for _, trigger in told if trigger and trigger not in given.dictionary]:
        raise Refusal(
            f"A risk has the trigger '{lost[0]}', which is no indicator.",
            file="agreement.yaml",
            remedy="Name one of data/dictionary/indicators.csv.",
        )
    entries = [given.dictionary.get(trigger) for _, trigger in told]
    return pd.DataFrame(
        {
            "Risk": [label for label, _ in told],
            "It would show in": [entry.label if entry else "no indicator of this pack" for entry in entries],
            "Newest figure": [figure(given, entry) if entry else "none" for entry in entries],
            "Status": [_judged(given, entry) if entry else _mark("unverified", "No trigger") for entry in entries],
        }
    )


def risk_actions(given: Given) -> pd.DataFrame:
    """Return what is done about each risk, by whom, what it could cost, and whether its review is overdue on the pack's day."""
    told = [(label, row) for label, *_, row in _risks(given)]
    return pd.DataFrame(
        {
            "Risk": [label for label, _ in told],
            "What is done": [row.get("mitigation") or (NOT_STATED if row else NOT_SUPPLIED) for _, row in told],
            "Owner": [row.get("owner_role") or "role not supplied" for _, row in told],
            "Money at risk": [_money(row.get("money_at_risk", ""), NOT_STATED if row else NOT_SUPPLIED) for _, row in told],
            "Review": [_review(row, given.released.as_at) for _, row in told],
        }
    )


def _review(row: Row, as_at: date) -> str:
    due = row.get("review_date", "")
    if not due:
        return _mark("unverified", NOT_STATED if row else NOT_SUPPLIED)
    late = date.fromisoformat(due[:10]) < as_at and row["status"] != "Closed"
    return _mark("missed" if late else "none", f"{_day(due)}{', overdue' if late else ''}")


def _priority(place: int) -> Callable[[Given], str]:
    """The caption of a priority's activities, in the words of the agreement."""

    def caption(given: Given) -> str:
        known = given.agreement.priorities
        return f"What was promised under {known[place].paragraph}: {known[place].text}" if place < len(known) else "What else was promised"

    return caption


def _of_last_quarter(words: str, name: str) -> Callable[[Given], str]:
    """A caption that names the quarter for which figures of places stand."""

    def caption(given: Given) -> str:
        periods = given.released.select(name)["time_period"]
        when = period_label(periods.max(), given.dictionary[name].time_identifier) if len(periods) else ""
        return f"{words}, {when}" if when else words

    return caption


# Every table of the programme: its caption, or how it is made, and how the table is made.
TABLES: dict[str, tuple[str | Callable[[Given], str], Callable[[Given], pd.DataFrame]]] = {
    "places_by_type": (
        _of_last_quarter("Commissioned places by kind, and who was in them", "places_by_type_quarter_count"),
        places_by_type,
    ),
    **{
        f"places_{kind}": (
            _of_last_quarter(f"{words} by the need that their places are for", "places_by_need_quarter_count"),
            lambda given, kind=kind: places_by_need(given, kind),
        )
        for kind, words in (("special", "Special schools"), ("unit", "SEN units"), ("resourced", "Resourced provision"))
    },
    "places_by_year": ("Places of the financial year, computed from both academic years and as the list states them", places_by_year),
    "schemes": ("What the council's report says of each scheme", schemes),
    "scheme_days": ("When each scheme was planned, is expected and was done", scheme_days),
    "scheme_money": ("The places that each scheme adds, and its capital", scheme_money),
    "scheme_places": ("The places of the schemes by need and by where the schemes stand", scheme_places),
    "conditions_agreed": ("The conditions, as far as the agreement is known to us", conditions_agreed),
    "conditions": ("The conditions in the council's register", conditions),
    "condition_evidence": ("What each condition is judged by, and who owns it", condition_evidence),
    "condition_stakes": ("What hangs on each condition", condition_stakes),
    **{f"activities_{name}": (_priority(nth), lambda given, nth=nth: activities(given, nth)) for nth, name in enumerate("1234")},
    "activities_other": (
        lambda given: _priority(len(given.agreement.priorities))(given),
        lambda given: activities(given, len(given.agreement.priorities)),
    ),
    "recommendations": ("What DfE's research recommends to councils", recommendations),
    "returns_calendar": ("Returns and reports, and when they fall due", returns_calendar),
    "governance": ("Who governs, monitors and delivers the plan, and who has seen this quarter's pack", governance),
    "programme": ("The programme, and what follows it", programme),
    "successor_sources": ("The evidence that the successor's grant rests on", successor_sources),
    "successor_rules": ("The rules of the successor's grant, as far as we have read of them", successor_rules),
    "risks": ("The risks that the council's report names", risks),
    "risk_scores": ("How each risk is scored", risk_scores),
    "risk_triggers": ("By what each risk would show", risk_triggers),
    "risk_actions": ("What is done about each risk, and what it could cost", risk_actions),
}
# The register of the council's from which a table is made, so that an invented one is marked.
OF_REGISTER = dict.fromkeys(["conditions", "condition_evidence", "condition_stakes"], "conditions")
OF_REGISTER |= dict.fromkeys([name for name in TABLES if name.startswith(("scheme_", "activities_"))], "milestones")
OF_REGISTER |= dict.fromkeys(["risks", "risk_scores", "risk_actions"], "risks")
# The indicators that a table shows.
INDICATORS = {
    "places_by_type": (*PLACES_BY_TYPE, "on_roll_quarter_count"),
    **dict.fromkeys(["places_special", "places_unit", "places_resourced"], tuple(PLACES_BY_NEED)),
    "places_by_year": tuple(PLACES_BY_YEAR),
}
OF_NUMBERS = ("places_by_type", "places_special", "places_unit", "places_resourced", "places_by_year", "scheme_money", "scheme_places")
# Columns whose cells are finished marks.
MARKED = {"Status", "A quarter before", "Trend", "Review"}


def named(given: Given, name: str) -> list[str]:
    """Return the indicators of which a table tells because the agreement or a register names them."""
    told = {
        "risk_triggers": [risk.trigger for risk in given.agreement.risks],
        "condition_evidence": [row["measure"] for row in _rows(given, "conditions")],
    }
    return [measure for measure in told.get(name, []) if measure in given.dictionary]


def absent(given: Given, name: str) -> str:
    """Return why a table has no rows: what it is made from was not supplied, or there is nothing in it."""
    lacks_register = name in OF_REGISTER and not _rows(given, OF_REGISTER[name])
    lacks_figures = name in INDICATORS and all(given.released.select(measure).empty for measure in INDICATORS[name])
    return NOT_SUPPLIED if lacks_register or lacks_figures else "none"


def is_synthetic(given: Given, name: str) -> bool:
    """Tell whether a table is made from an invented register."""
    return any(row["origin"] == "synthetic" for row in _rows(given, OF_REGISTER[name])) if name in OF_REGISTER else False
