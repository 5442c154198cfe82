"""Numbers and sentences for readers, computed from released figures: no number is ever typed into a notebook."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from svip_lib.config.periods import ACADEMIC, QUARTERLY, Quarter, day_label, period_label
from svip_lib.config.registry import Indicator
from svip_lib.config.result import FORECAST
from svip_lib.disclosure.released import Released

MINUS = "\u2212"
WHOLE = 100.0
WITHHELD = "c"
REVISED = "r"
FORECAST_STEPS = {"%": 1, "£": 100_000}
SMALLEST_IN_MILLIONS = 50_000  # pounds: less would be printed as £0.0m
COMPARED, MEAN = ("neighbours", "region", "England"), "Neighbours, mean"
NOT_BESIDE = ("neighbours", "neighbour_before")  # roles that do not stand in a row of neighbours
# Breakdowns that have an order of their own; others are told by size.
IN_ORDER = ("age_group", "case_stage", "decision_time", "issue_time", "ethnicity", "review_meeting", "dispute", "phase_transfer")
UNITS = {"": "number", "%": "per cent", "£": "pounds"}
NO_BREAK = "\N{NO-BREAK SPACE}"
SHORTHAND = {
    "x": "not available",
    "z": "not applicable",
    "c": "withheld to protect children",
    "low": "rounds to 0",
    "u": "unreliable",
    "unverified": "nobody has verified it yet",
    REVISED: "revised by its publisher since the pack before",
}


def number(value: float, entry: Indicator, shorthand: str = "", *, signed: bool | None = None) -> str:
    """Return a figure as a reader sees it: rounded last, with its unit, or the shorthand that says why it is missing.

    Args:
        value: The figure at full precision.
        entry: The indicator, which knows unit and decimals.
        shorthand: Why the value is missing, where it is.
        signed: Whether a plus is written before a rise; by default as the indicator says.

    Raises:
        ValueError: When a value is missing without a shorthand, or is given with one: neither is ever guessed.
    """
    if pd.isna(value) == (shorthand == ""):
        raise ValueError(f"{entry.name}: a figure has either a value or a shorthand, not {value!r} and {shorthand!r}")
    if shorthand:
        return f"[{shorthand}]"
    return plain(value, entry.indicator_unit, entry.indicator_dp, signed=entry.signed == "yes" if signed is None else signed)


def cell(value: float | None, entry: Indicator, absent: str = "x") -> str:
    """Return a figure as a cell of a table or chart: as ``number`` does, and where it is missing the shorthand that says why."""
    return number(value, entry, (absent or "x") if pd.isna(value) else "")


def plain(value: float, unit: str, decimals: int, *, signed: bool = False) -> str:
    """Return a number with its unit, a true minus and thousands separators.

    Example:
        >>> plain(4287, "", 0), plain(38.768, "%", 1), plain(-337, "", 0, signed=True), plain(45518486, "£", 0)
        ('4,287', '38.8%', '−337', '£45,518,486')
    """
    text = f"{abs(value):,.{decimals}f}"
    if unit == "%" and value < WHOLE and float(text.replace(",", "")) == WHOLE:
        text = f"{WHOLE - 10**-decimals:.{decimals}f}"  # nearly all is not all: a duty that is not met must not look met
    below = value < 0 and float(text.replace(",", "")) != 0
    sign = MINUS if below else "+" if signed and float(text.replace(",", "")) != 0 else ""
    return f"{sign}£{text}" if unit == "£" else f"{sign}{text}{unit}"


def plain_all(values: Iterable[float], absent: str = "[x]", unit: str = "", decimals: int = 0, *, signed: bool = False) -> list[str]:
    """Return numbers as cells of a table, with the shorthand that says why one of them is missing."""
    return [absent if pd.isna(value) else plain(value, unit, decimals, signed=signed) for value in values]


def shown(released: Released, entry: Indicator) -> pd.DataFrame:
    """Return the rows of an indicator that stand together, from the period on with which its story begins.

    Raises:
        ValueError: When some stand on another base: figures of different children never share an axis or a subtraction.
    """
    rows = released.select(entry.name)
    if strange := sorted(set(rows["base"]) - {entry.base}):
        raise ValueError(f"{entry.name} stands on the base '{entry.base}', and '{strange[0]}' counts other children: never mixed")
    printed_by_council = (rows["origin"] == "council") & (rows["measure"] == "published")
    return rows[(rows["time_period"] >= entry.shown_from) & ~printed_by_council & (rows["measure"] != FORECAST)]


@dataclass(frozen=True)
class Newest:
    """The authority's newest figure of an indicator, with what it is compared to."""

    period: str
    label: str
    row: pd.Series
    before: pd.Series | None
    year_before: pd.Series | None
    plan: float | None


def own_rows(released: Released, entry: Indicator) -> pd.DataFrame:
    """Return the authority's own rows that are shown first: computed ones, or published ones where only those exist."""
    rows = shown(released, entry)
    rows = rows[rows["area"] == released.area("authority")]
    actual = rows[rows["measure"] == "actual"]
    return actual if len(actual) else rows[rows["measure"] == "published"]


def is_synthetic(released: Released, entry: Indicator) -> bool:
    """Tell whether an indicator's figures come from invented children; then every page and picture of them must say so."""
    return bool((own_rows(released, entry)["origin"] == "synthetic").any())


def mark(released: Released, entry: Indicator) -> str:
    """Return the word with which a caption begins where an indicator's children are invented; else nothing."""
    return "SYNTHETIC. " if is_synthetic(released, entry) else ""


def source_line(released: Released, entry: Indicator) -> str:
    """Return where an indicator's figures come from, marked where its children are invented."""
    return f"SYNTHETIC, invented records in the form of: {entry.source}" if is_synthetic(released, entry) else entry.source


def newest(released: Released, entry: Indicator) -> Newest | None:
    """Return the newest figure of the authority: of the category that leads, where there are several."""
    rows = own_rows(released, entry)
    rows = rows[rows["value"].notna()]
    if rows.empty:
        return None
    lead = entry.headline_category
    leading = rows[rows["category"] == lead] if lead else rows
    common = neighbour_periods(released, entry) if entry.chart == "neighbours" else None
    if leading.empty or common == []:
        return None
    period = common[-1] if common else leading["time_period"].max()
    here = rows[rows["time_period"] == period]
    row = here[here["category"] == lead].iloc[0] if lead else here.loc[here["value"].idxmax()]
    same = rows[(rows["category"] == row["category"]) & (rows["time_period"] < period)]
    year_before = Quarter.from_code(period).year_before.code if entry.time_identifier == QUARTERLY else None
    last_year = same[same["time_period"] == year_before]
    plan = _beside_row(released, entry, row, released.area("authority"), "plan")["value"].dropna()
    return Newest(
        period,
        period_label(period, entry.time_identifier),
        row,
        same.iloc[-1] if len(same) else None,
        last_year.iloc[-1] if len(last_year) else None,
        float(plan.iloc[0]) if len(plan) else None,
    )


def neighbour_periods(released: Released, entry: Indicator) -> list[str]:
    """Return the first and the newest period for which the authority and at least half of its neighbours have a figure, if any."""
    if own_rows(released, entry).empty:
        return []
    rows = shown(released, entry).merge(released.areas, on="area", how="inner", validate="many_to_one")
    rows = rows[(rows["measure"] == own_rows(released, entry)["measure"].iloc[0]) & rows["value"].notna()]
    members = rows[rows["role"] == "neighbour"].groupby("time_period")["area"].nunique()
    enough = members[members >= (released.areas["role"] == "neighbour").sum() / 2].index
    own = set(rows.loc[rows["role"] == "authority", "time_period"])
    periods = sorted(set(enough) & own)
    return [periods[0], periods[-1]] if periods else []


def message(released: Released, entry: Indicator) -> str:
    """Return the one sentence that a figure says; it stands above its chart and begins its alternative text."""
    now = newest(released, entry)
    area = released.area_name(released.area("authority"))
    hidden = withheld_now(released, entry)
    if is_headline_withheld(released, entry):
        period = period_label(hidden["time_period"].iloc[0], entry.time_identifier)
        return f"{entry.label}: the figure for {period} is withheld, because it could tell of a child"
    if now is None:
        if entry.time_identifier == QUARTERLY:
            return f"{entry.label}: not supplied; this pack holds no {_records(entry)} of {area}'s own"
        return f"{entry.label}: our files hold no figure of {area} that was known on this pack's day"
    text = entry.sentence.format(
        area=area,
        value=headline(now.row["value"], entry),
        size=headline(abs(now.row["value"]), entry).removeprefix("+"),
        side="below" if now.row["value"] < 0 else "above",
        period=now.label,
        last_day=day_label(Quarter.from_code(now.period).last_day) if entry.time_identifier == QUARTERLY else now.label,
        category=entry.categories.get(now.row["category"], ""),
    )
    return text + (", among those that are shown" if len(hidden) else _beside(released, entry, now))


def _records(entry: Indicator) -> str:
    """What a council would have to supply for an indicator, in a word."""
    return "ledger" if "ledger" in entry.source else "register" if "register" in entry.source else "return"


def is_headline_withheld(released: Released, entry: Indicator) -> bool:
    """Tell whether the one figure that a sentence would tell of the newest period is withheld."""
    hidden = withheld_now(released, entry)
    return bool(len(hidden)) and (newest(released, entry) is None or entry.headline_category in set(hidden["category"]))


def withheld_now(released: Released, entry: Indicator) -> pd.DataFrame:
    """Return the authority's own rows of the newest period that are withheld."""
    rows = own_rows(released, entry)
    newest_period = rows["time_period"] == rows["time_period"].max()
    return rows[newest_period & (rows["shorthand"] == WITHHELD)]


def headline(value: float, entry: Indicator) -> str:
    """Return a figure as a sentence or a label tells it: money in millions (in pounds where that were nought), and a change with its sign.

    Example:
        >>> from types import SimpleNamespace
        >>> headline(45518486, SimpleNamespace(indicator_unit="£", indicator_dp=0, signed="no"))
        '£45.5m'
    """
    if entry.indicator_unit == "£":
        small = 0 < abs(value) < SMALLEST_IN_MILLIONS
        return plain(value, "£", 0) if small else f"{plain(value / 1e6, '£', 1)}m"
    return number(value, entry, signed=entry.signed != "no")


def as_forecast(value: float, entry: Indicator) -> float:
    """Return a forecast as roughly as it is known: shares to whole per cent, money to tenths of a million, children to tens.

    Example:
        >>> from types import SimpleNamespace
        >>> as_forecast(3284.0, SimpleNamespace(indicator_unit=""))
        3280
    """
    step = FORECAST_STEPS.get(entry.indicator_unit, 10)
    return step * round(value / step)


def _beside(released: Released, entry: Indicator, now: Newest) -> str:
    """The comparison that matters most: the neighbours, the plan where there is one, else England's figure."""
    if entry.chart == "neighbours":
        return _among_neighbours(released, entry, now)
    if now.plan is not None:
        gap = gap_to_plan(now.row["value"], now.plan, entry)
        return f", {gap}"
    england = comparator(released, entry, now, released.area("England"))
    return f" (England {number(england, entry)})" if entry.indicator_unit == "%" and entry.chart != "table" and england is not None else ""


def _among_neighbours(released: Released, entry: Indicator, now: Newest) -> str:
    rows = shown(released, entry)
    members = released.areas.loc[released.areas["role"] == "neighbour", "area"]
    rows = rows[rows["area"].isin(members) & (rows["time_period"] == now.period) & (rows["measure"] == now.row["measure"])]
    values = rows["value"].dropna()
    above, below, many = int((values > now.row["value"]).sum()), int((values < now.row["value"]).sum()), len(values)
    return f", below {above} of its {many} neighbours" if above > below else f", above {below} of its {many} neighbours"


def gap_to_plan(value: float, plan: float, entry: Indicator) -> str:
    """Return how far a figure stands from its plan, in words: in points for a share, in number and per cent for a count."""
    difference = value - plan
    if plain(abs(difference), "", entry.indicator_dp) == plain(0, "", entry.indicator_dp):
        return f"as planned ({number(plan, entry, signed=False)})"
    side = "above" if difference > 0 else "below"
    if entry.indicator_unit == "%":
        size = f"{plain(abs(difference), '', entry.indicator_dp)} percentage points"
    else:
        share = f" ({plain(100 * abs(difference / plan), '%', 1)})" if plan else ""
        size = f"{plain(abs(difference), entry.indicator_unit, entry.indicator_dp)}{share}"
    return f"{size} {side} the plan of {number(plan, entry, signed=False)}"


def comparator(released: Released, entry: Indicator, now: Newest, area: str | None) -> float | None:
    """Return the figure of another area at the same period, category and base, if there is one."""
    found = _beside_row(released, entry, now.row, area, now.row["measure"])["value"].dropna()
    return float(found.iloc[0]) if len(found) else None


def _beside_row(released: Released, entry: Indicator, row: pd.Series, area: str | None, measure: str) -> pd.DataFrame:
    """What an area has, or what was planned for it, at the same period and of the same category as a row."""
    rows = shown(released, entry)
    same = (rows["time_period"] == row["time_period"]) & (rows["category"] == row["category"])
    return rows[same & (rows["area"] == area) & (rows["measure"] == measure)]


def compared(released: Released, entry: Indicator) -> list[tuple[str, str, pd.DataFrame]]:
    """Return with whom the authority's own rows are compared, as far as there are figures: role, name as a heading, and rows."""
    rows = shown(released, entry)
    rows = rows[rows["measure"] == own_rows(released, entry)["measure"].iloc[0]]
    found = [(role, released.area(role), rows[rows["area"] == released.area(role)]) for role in COMPARED]
    return [(role, MEAN if role == "neighbours" else released.area_name(area), told) for role, area, told in found if len(told)]


def meaning(released: Released, entry: Indicator) -> str:
    """Return what a figure means: the change since the period before, those it is compared with, and how to read it."""
    now = newest(released, entry)
    if now is None:
        return f"There is no figure to read. {entry.reading}"
    compared = entry.indicator_unit == "%" and entry.chart != "table" and now.row["origin"] == "published"
    others = _others(released, entry, now) if compared else ""
    earlier = period_label(now.before["time_period"], entry.time_identifier) if now.before is not None else ""
    sentences = [others, _change(now, entry, earlier) if earlier else "", _a_year_before(now, entry), _revised(released, entry)]
    return " ".join([*(text for text in sentences if text), entry.reading])


def _change(now: Newest, entry: Indicator, earlier: str) -> str:
    value, before = now.row["value"], now.before["value"]
    difference = value - before
    subject = f"{entry.categories[now.row['category']]}: " if now.row["category"] and not entry.headline_category else ""
    was = headline(before, entry)
    if plain(abs(difference), "", entry.indicator_dp) == plain(0, "", entry.indicator_dp):
        return f"{subject}It was the same in {earlier} ({was})."
    if entry.signed != "no":
        return f"{subject}In {earlier} it was {was}."
    direction = "up" if difference > 0 else "down"
    if entry.indicator_unit == "%":
        return f"{subject}In {earlier} it was {was}: {direction} {plain(abs(difference), '', entry.indicator_dp)} percentage points since."
    share = f" ({plain(100 * abs(difference / before), '%', 1)})" if before else ""
    size = headline(abs(difference), entry)
    return f"{subject}In {earlier} it was {was}: {direction} {size}{share} since."


def _a_year_before(now: Newest, entry: Indicator) -> str:
    """The same quarter of the year before: requests and plans follow the school year."""
    if now.year_before is None:
        return ""
    label = period_label(now.year_before["time_period"], entry.time_identifier)
    return f"A year before, in {label}, it was {headline(now.year_before['value'], entry)}."


def _revised(released: Released, entry: Indicator) -> str:
    """Which published figures the pack before told otherwise."""
    told = [
        f"{entry.categories.get(category, '')} {period_label(period, entry.time_identifier)} (was {headline(value, entry)})".strip()
        for (category, period), value in revised(released, entry).items()
    ]
    return f"[{REVISED}] Revised by the publisher since the pack before: {', '.join(told)}." if told else ""


def revised(released: Released, entry: Indicator) -> dict[tuple[str, str], float]:
    """Return by category and period what the pack before told of the authority's published figures, where they are told otherwise now."""
    then = last_look(released, entry).set_index(["category", "time_period"])["value"]
    rows = own_rows(released, entry)
    now = rows[rows["origin"] == "published"].set_index(["category", "time_period"])["value"].dropna()
    both = then.index.intersection(now.index)
    return {place: then[place] for place in both if headline(then[place], entry) != headline(now[place], entry)}


def last_look(released: Released, entry: Indicator) -> pd.DataFrame:
    """Return the authority's published figures of an indicator as they were known on the day of the pack before."""
    table = released.register("last_look", "indicator", entry.name)
    chosen = table[table["measure"].isin(own_rows(released, entry)["measure"].unique())]
    return chosen.assign(value=chosen["value"].astype(float))


def _others(released: Released, entry: Indicator, now: Newest) -> str:
    """The region and the neighbours at the same period and base; who is missing is named."""
    region = released.area("region")
    names = {
        "neighbours": "the neighbours' mean",
        "region": f"{released.area_name(region)} (region)" if region else "the region",
        "England": "England",
    }
    told, missing = [], []
    for role, name in names.items():
        area = released.area(role)
        value = comparator(released, entry, now, area)
        if value is None:
            missing.append(name)
        else:
            many = _beside_row(released, entry, now.row, area, now.row["measure"])["denominator"].iloc[0]
            told.append(f"{name} {number(value, entry)}" + (f" (of {many:.0f})" if role == "neighbours" else ""))
    text = f"At the same time: {', '.join(told)}." if told else ""
    return f"{text} Not in our files for {now.label}: {', '.join(missing)}.".strip() if missing else text


def short_label(period: str, entry: Indicator) -> str:
    """Return a period as an axis or a narrow column names it; a quarter in two lines.

    Example:
        >>> from types import SimpleNamespace
        >>> short_label("202526Q4", SimpleNamespace(time_identifier="Financial quarter")).splitlines()
        ['Jan to', 'Mar 2026']
    """
    if entry.time_identifier == QUARTERLY:
        quarter = Quarter.from_code(period)
        return f"{quarter.first_day:%b} to\n{quarter.last_day:%b %Y}"
    return period_label(period, entry.time_identifier).replace("January ", "Jan ")


def in_a_sentence(label: str) -> str:
    """Return a label without its capital, unless it begins with an abbreviation."""
    return label if label[1].isupper() else label[0].lower() + label[1:]


def alternative_text(released: Released, entry: Indicator, kind: str) -> str:
    """Return what a reader who cannot see a chart is told: its kind, its message, and where all values stand."""
    rows = own_rows(released, entry)
    known = rows[rows["value"].notna()]["time_period"]
    first, last = neighbour_periods(released, entry) if entry.chart == "neighbours" else (known.min(), known.max())
    first, last = period_label(first, entry.time_identifier), period_label(last, entry.time_identifier)
    until = " up to " if entry.time_identifier == QUARTERLY else " to "
    span = f"{first} and {last}" if entry.chart == "neighbours" else f"{first}{until}{last}"
    when = span if first != last and entry.chart not in ("bars", "waterfall") else last
    what = f"{mark(released, entry)}{kind} of {in_a_sentence(entry.label)}, {when}"
    return f"{what}. {message(released, entry)}. All values are in the table that follows."


def subtitle(released: Released, entry: Indicator, base: str) -> str:
    """Return the line beneath a message: measure, base and area."""
    unit = UNITS[entry.indicator_unit]
    area = released.area_name(released.area("authority"))
    when = "census day in January" if entry.time_identifier == ACADEMIC else entry.time_identifier.lower()
    marked = "SYNTHETIC; " if is_synthetic(released, entry) else ""
    fives = released.register("rounded", "indicator", entry.name)
    unit += ", rounded to 5" if len(fives) else ""
    return f"{marked}{entry.label}, {unit}; base: {base}; {area}, {when}"
