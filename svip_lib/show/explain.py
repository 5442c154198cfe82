"""How a figure was made, in words: from what, by which rule, on which base, since when, and who verified it.

The command line and the page under each figure both tell it from here. It is made of released figures alone, so what is withheld
is explained as withheld, and never told.
"""

from datetime import date

import pandas as pd
from markupsafe import Markup

from svip_lib.config.agreement import TOTAL, Trajectory
from svip_lib.config.periods import QUARTERLY, Quarter, day_label, period_label
from svip_lib.config.refusal import Refusal
from svip_lib.config.registry import Indicator
from svip_lib.disclosure.released import PUBLISHED_TWINS, Released, published_period
from svip_lib.show.given import UNVERIFIED, Given
from svip_lib.show.words import SHORTHAND, UNITS, is_headline_withheld, newest, number, plain, withheld_now

POLARITY = {"higher": "higher is better", "lower": "lower is better", "none": "none: neither more nor less is better by itself"}
# What kind of figure it is, by where it comes from and what it measures.
KINDS = {
    ("published", "actual"): "from published numbers",
    ("published", "published"): "as published",
    ("council", "actual"): "from the council's own records",
    ("synthetic", "actual"): "SYNTHETIC: from invented records in the form of the council's own",
    ("council", "plan"): "planned",
    ("council", "published"): "as the council's paper prints it",
}
FIRST = {"actual": 0, "published": 1, "plan": 2}  # of the figures of one period, the one that is explained


def headline_figure(released: Released, entry: Indicator) -> pd.Series | None:
    """Return the figure that an indicator's message tells, or would tell were it not withheld; nothing where none was supplied."""
    if is_headline_withheld(released, entry):
        hidden = withheld_now(released, entry)
        leading = hidden[hidden["category"] == entry.headline_category]
        return (leading if len(leading) else hidden).iloc[0]
    now = newest(released, entry)
    return now.row if now else None


def find_figure(released: Released, entry: Indicator, period: str | None = None, category: str | None = None) -> pd.Series:
    """Return one released figure of the authority.

    Args:
        released: The released figures.
        entry: The indicator.
        period: As figures name it (``202526``), as the command line does (``2025-26-Q4``) or in words; the newest, if none is named.
        category: By its name or its words; the one that leads, or else the largest, if none is named.

    Raises:
        Refusal: When there is no such figure; with those that there are.
    """
    rows = released.select(entry.name, base=entry.base, area=released.area("authority"), measure=list(FIRST))
    if rows.empty:
        raise Refusal(
            f"'{entry.name}' has no figure that was known on {day_label(released.as_at)}.",
            remedy="It was not supplied; 'svip status' says which files are missing.",
        )
    rows = rows.assign(order=rows["measure"].map(FIRST) + (rows["origin"] == "council") / 2).sort_values("order", kind="stable")
    rows = rows.drop_duplicates(["time_period", "category"])
    leading = headline_figure(released, entry) if period is None and category is None else None
    if leading is not None:
        return leading
    rows = _named(rows, "category", category, entry.categories)
    periods = sorted(rows["time_period"].unique())
    wanted = _named(rows, "time_period", period or periods[-1], {name: period_label(name, entry.time_identifier) for name in periods})
    lead = wanted[wanted["category"] == entry.headline_category]
    return (lead if len(lead) else wanted.sort_values("value", ascending=False)).iloc[0]


def _named(rows: pd.DataFrame, column: str, text: str | None, labels: dict[str, str]) -> pd.DataFrame:
    """The rows whose cell has a name, or the words that stand for it; all of them where nothing is named."""
    if text is None:
        return rows
    there = sorted(set(rows[column]) - {""})
    spoken = {name: {name, labels.get(name, name), str(Quarter.from_code(name)) if "Q" in name else name} for name in there}
    found = [name for name, words in spoken.items() if text.casefold() in {word.casefold() for word in words}]
    if not found:
        known = [f"{name} ({labels[name]})" if labels.get(name, name) != name else name for name in there]
        what = "period" if column == "time_period" else "category"
        raise Refusal(
            f"There is no figure for the {what} '{text}'.", remedy=f"Choose one of: {', '.join(known) or 'none, it has no categories'}."
        )
    return rows[rows[column].isin(found)]


def explain(given: Given, entry: Indicator, row: pd.Series, base: str) -> dict[str, str]:
    """Return how one figure was made, a line a thing, in the order in which a reader asks.

    Args:
        given: The released figures, the agreement as it was known, the dictionary.
        entry: The indicator.
        row: One row of the released figures.
        base: What the base counts, in words.
    """
    value = number(row["value"], entry, row["shorthand"])
    why = f", {SHORTHAND[row['shorthand']]}" if row["shorthand"] else ""
    printed = row["origin"] == "council" and row["measure"] != "actual"  # in a paper of the council, and not in its records
    stated = _trajectory(given, row) if printed else None
    lines = {
        "Figure": " \N{EN DASH} ".join(filter(None, [entry.label, entry.categories.get(row["category"], row["category"])])),
        "Period": f"{period_label(row['time_period'], entry.time_identifier)} ({entry.time_identifier.lower()} {row['time_period']})",
        "Value": f"{value}{why}; {KINDS.get((row['origin'], row['measure']), row['measure'])}",
        "Numerator": _count(row, "numerator", entry),
        "Denominator": _count(row, "denominator", entry),
        "Base": base,
        "Unit": f"{UNITS[entry.indicator_unit]}, decimals shown: {entry.indicator_dp}",
        "Polarity": POLARITY[entry.polarity],
        "Source": _source(given, row, stated),
        "File": _file(given.released, row, stated),
        "Rule": entry.definition,
        "Known from": day_label(date.fromisoformat(row["as_at"])),
        "Verified": _verified(given, row, stated),
        "Published twin": _twin(given, entry, row),
    }
    return lines | ({} if row["measure"] == "plan" else {"Plan": _plan(given, entry, row)})


def details_html(lines: dict[str, str]) -> Markup:
    """Write an explanation as a part of the page that a reader can unfold; its summary says which figure it is of."""
    pairs = Markup("").join(Markup("<dt>{}</dt><dd>{}</dd>").format(*line) for line in lines.items())
    told = '<details class="explain"><summary>How this figure was made: {}, {}</summary><dl class="provenance">{}</dl></details>'
    return Markup(told).format(lines["Figure"], lines["Period"].partition(" (")[0], pairs)


def _count(row: pd.Series, column: str, entry: Indicator) -> str:
    if pd.notna(row[column]):
        return plain(row[column], "£" if entry.indicator_unit == "£" else "", 0)
    if row["shorthand"]:
        return f"[{row['shorthand']}]"
    return "not in our files" if entry.indicator_unit == "%" or column == "numerator" else "none: this is no share"


def _trajectory(given: Given, row: pd.Series) -> Trajectory | None:
    """The path of the agreement that states a figure of its own, or the plan beside another's."""
    step, known = f"{row['category'] or TOTAL}/{row['time_period']}", given.agreement.figures()
    paths = [path for path in given.agreement.trajectories if (path.indicator, path.area) == (row["indicator"], row["area"])]
    paths = [path for path in paths if not path.superseded_by and f"{path.id}/{step}" in known]
    return paths[0] if paths else None


def _source(given: Given, row: pd.Series, stated: Trajectory | None) -> str:
    if stated:
        return f"{_paper(given, stated)}; {given.source(stated).publisher}"
    table = given.released.register("sources").set_index("id")
    if row["source_id"] not in table.index:
        return row["source_id"]
    found = table.loc[row["source_id"]]
    part = ", held in part" if found["partial"] == "True" else ""
    return f"{found['title']}, {found['release']}{part}; {found['publisher']}"


def _paper(given: Given, stated: Trajectory) -> str:
    place = f"paragraph {stated.paragraph} of " if stated.paragraph else ""
    return f"{place}{given.source(stated).title}"


def _file(released: Released, row: pd.Series, stated: Trajectory | None) -> str:
    council = f"data/authorities/{released.authority}"
    if stated:
        return f"{council}/agreement.yaml, {stated.id}"
    if row["origin"] == "published":
        return f"data/reference/{row['source_id']}"
    # What the council's own files no longer tell is kept in the folder of the quarter that told it.
    newest = released.register("sources").set_index("id")["available_from"].get(row["source_id"], "")
    kept = row["time_identifier"] == QUARTERLY and row["as_at"] != newest
    quarter = Quarter.from_code(row["time_period"]) if kept else released.quarter
    return f"{council}/quarters/{quarter}/{'sample' if row['origin'] == 'synthetic' else 'extracts'}{'/figures.csv' if kept else ''}"


def _verified(given: Given, row: pd.Series, stated: Trajectory | None) -> str:
    if stated:
        return _reader(stated)
    if row["origin"] != "published":
        return "read and cleaned by svip check; what was mended and set aside stands in the section on data quality"
    table = given.released.register("sources").set_index("id")["verified"]
    return "the publisher's figure; its day of publication is " + ("verified" if table.get(row["source_id"]) == "True" else UNVERIFIED)


def _reader(stated: Trajectory) -> str:
    return UNVERIFIED if stated.unverified else f"{stated.verified_by}, {day_label(stated.verified_on)}"


def _twin(given: Given, entry: Indicator, row: pd.Series) -> str:
    """The same figure as its publisher prints it; for a count of the council's own, what DfE publishes of the same children."""
    same = {"base": entry.base, "area": row["area"], "category": row["category"], "measure": "published", "origin": "published"}
    printed = given.released.select(entry.name, time_period=row["time_period"], **same)
    if row["measure"] == "actual" and len(printed):
        twin = printed.iloc[0]
        return number(twin["value"], entry, twin["shorthand"])
    other = given.dictionary.get(PUBLISHED_TWINS.get(entry.name, ""))
    if other is None:
        return "none"
    period = published_period(row["time_period"])
    found = given.released.select(other.name, area=row["area"], category=row["category"], time_period=period, measure="actual")
    told = "not in our files" if found["numerator"].isna().all() else plain(found["numerator"].iloc[0], "", 0)
    return f"{other.label}, {period_label(period, other.time_identifier)}: {told}"


def _plan(given: Given, entry: Indicator, row: pd.Series) -> str:
    same = {"base": entry.base, "area": row["area"], "category": row["category"], "time_period": row["time_period"]}
    found, stated = given.released.select(entry.name, measure="plan", **same), _trajectory(given, row)
    if found.empty:
        return "none for this period"
    told = number(found["value"].iloc[0], entry, found["shorthand"].iloc[0], signed=False)
    return f"{told}; {_paper(given, stated)}; verified: {_reader(stated)}" if stated else told
