"""Tables for readers: one writer, with caption and scope, a shorthand for what is missing, and never an empty cell."""

import pandas as pd
from jinja2 import Environment
from markupsafe import Markup

from svip_lib.config.periods import QUARTERLY, Quarter, period_label
from svip_lib.config.registry import Indicator
from svip_lib.disclosure.released import Released
from svip_lib.show.words import (
    COMPARED,
    IN_ORDER,
    MEAN,
    NO_BREAK,
    NOT_BESIDE,
    REVISED,
    SHORTHAND,
    cell,
    comparator,
    compared,
    neighbour_periods,
    newest,
    number,
    own_rows,
    plain,
    plain_all,
    revised,
    short_label,
    shown,
)

BESIDE = "Beside similar councils, the region and England"  # the caption of a comparison
FEW = 3  # quarters whose names fit side by side in full
_TEMPLATE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(
    """\
<div class="table-scroll" role="group" tabindex="0" aria-labelledby="{{ anchor }}-caption">
<table id="{{ anchor }}"{% if numbers %} class="numbers"{% endif %}>
<caption id="{{ anchor }}-caption">{{ caption }}</caption>
<thead><tr>{% for name in head %}
<th scope="col"{% if numeric[loop.index0] and not numbers %} class="num"{% endif %}>{{ name }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in body %}
<tr>{% for cell in row %}
{% if loop.first %}<th scope="row">{{ cell }}</th>{% else %}
{% set kind = ('num ' if numeric[loop.index0] and not numbers else '') ~ ('missing' if cell in shorthand else '') %}
<td{% if kind %} class="{{ kind | trim }}"{% endif %}>{{ cell }}</td>{% endif %}{% endfor %}</tr>
{% endfor %}
</tbody></table></div>
{% for note in notes %}<p class="table-note">{{ note }}</p>
{% endfor %}"""
)


def table_html(
    frame: pd.DataFrame,
    *,
    anchor: str,
    caption: str,
    numeric: set[str] = frozenset(),
    finished: set[str] = frozenset(),
    notes: list[str] = (),
) -> Markup:
    """Write a table of finished words as HTML that a screen reader can walk.

    Args:
        frame: Text only, one column a heading; the first column heads its row.
        anchor: A name that is unique on the page.
        caption: What the table shows; a table without one is refused.
        numeric: The columns that are set to the right.
        finished: The columns whose cells are finished HTML of ours, such as a status mark; all others are escaped.
        notes: Lines beneath the table; every shorthand that occurs is explained without being asked.

    Raises:
        ValueError: When the caption is empty, a heading is empty or doubled, or a cell is empty.
    """
    head = [str(name) for name in frame.columns]
    if not caption.strip() or not all(head) or len(set(head)) < len(head):
        raise ValueError(f"table '{anchor}' needs a caption and headings that are neither empty nor doubled")
    body = [
        [Markup(cell) if name in finished else str(cell) for name, cell in zip(head, row, strict=True)] for row in frame.to_numpy().tolist()
    ]
    if any(not cell.strip() or cell == "nan" for row in body for cell in row):
        raise ValueError(f"table '{anchor}' has an empty cell; give the shorthand that says why it is missing")
    used = [mark for mark in SHORTHAND if any(f"[{mark}]" in cell for row in body for cell in row)]
    explained = [f"[{mark}] = {SHORTHAND[mark]}." for mark in used]
    html = _TEMPLATE.render(
        anchor=anchor,
        caption=caption,
        head=head,
        body=body,
        numeric=[name in numeric for name in head],
        numbers=set(head[1:]) <= numeric,  # said once for the table instead of in each cell
        shorthand=[f"[{mark}]" for mark in used],
        notes=[*notes, *([" ".join(explained)] if explained else [])],
    )
    return Markup(html)


def indicator_table(released: Released, entry: Indicator) -> pd.DataFrame:
    """Return the table that stands beneath an indicator's chart: the same figures, every one of them.

    Returns:
        Text, ready for ``table_html``: by period for a series, by category for a breakdown, by authority for neighbours.
    """
    if not isinstance(released, Released):
        raise TypeError("a table shows released figures only")
    if entry.chart == "neighbours":
        return _by_authority(released, entry)
    return _by_category(released, entry) if (own_rows(released, entry)["category"] != "").any() else _by_period(released, entry)


def comparison(released: Released, entries: list[Indicator]) -> pd.DataFrame:
    """Return a row a share: the newest that most neighbours have too, and those it is compared with, at one time and on one base."""
    areas = {role: released.area(role) for role in ("authority", *COMPARED)}
    rows = []
    for entry in entries:
        now = newest(released, entry.model_copy(update={"chart": "neighbours"})) or newest(released, entry)
        row = {"Measure": f"{entry.label}, {now.label}" if now else entry.label}
        for role, area in areas.items():
            value = comparator(released, entry, now, area) if now else None
            if area:
                row[MEAN if role == "neighbours" else released.area_name(area)] = cell(value, entry)
        rows.append(row)
    return pd.DataFrame(rows)


def _text(rows: pd.DataFrame, entry: Indicator) -> pd.Series:
    """One cell a period: the value in words."""
    cells = [number(value, entry, shorthand) for value, shorthand in zip(rows["value"], rows["shorthand"], strict=True)]
    return pd.Series(cells, index=rows["time_period"])


def _by_period(released: Released, entry: Indicator) -> pd.DataFrame:
    own = own_rows(released, entry)
    area = released.area_name(released.area("authority"))
    ours = shown(released, entry)
    ours = ours[ours["area"] == released.area("authority")]
    plan = ours[ours["measure"] == "plan"]
    periods = sorted({*own["time_period"], *plan["time_period"]})
    unit = {"%": " (%)", "£": " (£)"}.get(entry.indicator_unit, "")
    columns: dict[str, pd.Series] = {}
    if own["denominator"].notna().any():
        part, whole = ("Change", "From") if entry.signed == "yes" else ("Number", "Out of")
        columns[part] = _counts(own, "numerator", signed=entry.signed == "yes")
        columns[whole] = _counts(own, "denominator")
    columns[f"{area}{unit}"] = _text(own, entry)
    for _, period in revised(released, entry):
        columns[f"{area}{unit}"][period] += f" [{REVISED}]"
    if len(plan):
        columns[f"Plan{unit}"] = _text(plan, entry)
        columns |= _differences(own, plan, entry)
    if entry.indicator_unit == "%":
        columns |= _comparators(released, entry)
    as_published = ours[(ours["measure"] == "published") & (ours["origin"] == "published")]
    if len(as_published) and own["measure"].iloc[0] == "actual":
        columns["As published (%)" if entry.indicator_unit == "%" else "As published"] = _text(as_published, entry)
    told = released.select(entry.name, base=entry.base, area=released.area("authority"), measure="published", origin="council")
    if len(told):
        columns["In the council's report"] = _text(told, entry)
    # Before a plan begins, and where a paper is silent, there is nothing to be had: that is another thing than a missing figure.
    beside = {f"Plan{unit}", "Difference", "Difference (%)", "Difference (points)", "In the council's report"}
    filled = {name: cells.reindex(periods, fill_value="[z]" if name in beside else "[x]") for name, cells in columns.items()}
    frame = pd.DataFrame(filled)
    frame.insert(0, "Period", [period_label(period, entry.time_identifier).replace(" ", NO_BREAK) for period in periods])
    return frame


def _counts(rows: pd.DataFrame, column: str, *, signed: bool = False) -> pd.Series:
    """One cell a period: a part or a whole; one that is missing beside a withheld figure is withheld too."""
    absent = rows["shorthand"].eq("c").map({True: "[c]", False: "[x]"})
    cells = [mark if pd.isna(value) else plain(value, "", 0, signed=signed) for value, mark in zip(rows[column], absent, strict=True)]
    return pd.Series(cells, index=rows["time_period"])


def _differences(own: pd.DataFrame, plan: pd.DataFrame, entry: Indicator) -> dict[str, pd.Series]:
    planned = plan.set_index("time_period")["value"]
    gap = (own.set_index("time_period")["value"] - planned).dropna()
    cells = gap.map(lambda value: plain(value, "", entry.indicator_dp, signed=True))
    if entry.indicator_unit == "%":
        return {"Difference (points)": cells}
    planned = planned.reindex(gap.index)
    share = (100 * gap / planned.abs()).where(planned != 0)
    return {"Difference": cells, "Difference (%)": pd.Series(plain_all(share, "[z]", "%", 1, signed=True), share.index)}


def _comparators(released: Released, entry: Indicator) -> dict[str, pd.Series]:
    found = {}
    for role, name, rows in compared(released, entry):
        cells = _text(rows, entry)
        if role == "neighbours":
            many = " (" + rows.set_index("time_period")["denominator"].map("{:.0f}".format) + ")"
            found[f"{name} (how many)"] = cells + many.mask(cells == "[x]", "")
        else:
            found[name] = cells
    return found


def _by_category(released: Released, entry: Indicator) -> pd.DataFrame:
    """Categories down, periods across where there are several; else number, base and comparators."""
    own = own_rows(released, entry)
    area = released.area_name(released.area("authority"))
    periods = sorted(own["time_period"].unique())
    order = own[own["time_period"] == periods[-1]]
    if (own["breakdown"] != own["breakdown"].iloc[0]).any():
        return _by_breakdown(order, entry)
    if entry.headline_category or entry.filter_grouping_column in IN_ORDER:
        categories = [category for category in entry.categories if category in set(order["category"])]
    else:
        categories = list(order.sort_values("value", ascending=False, kind="stable")["category"])
    frame = pd.DataFrame({entry.filter_hint or "Category": [entry.categories.get(category, category) for category in categories]})
    if len(periods) > 1:
        again, side_by_side = revised(released, entry), _few(periods, entry)
        for period in side_by_side:
            cells = own[own["time_period"] == period].set_index("category")
            label = period_label(period, entry.time_identifier)
            narrow = entry.time_identifier == QUARTERLY and len(side_by_side) > FEW
            marks = [f" [{REVISED}]" if (category, period) in again else "" for category in categories]
            told = [*map("".join, zip(_cells(cells, categories, entry), marks, strict=True))]
            frame[short_label(period, entry).replace("\n", " ") if narrow else label] = told
        if entry.time_identifier == QUARTERLY and order["denominator"].notna().any():
            for heading, column in (("Number, newest", "numerator"), ("Out of, newest", "denominator")):
                frame[heading] = _counts(order.set_index("category").reindex(categories), column).to_list()
        return frame
    cells = own.set_index("category")
    if own["denominator"].notna().any():
        frame["Number"] = _counts(cells.reindex(categories), "numerator").to_list()
    frame[f"{area}, {period_label(periods[0], entry.time_identifier)}"] = _cells(cells, categories, entry)
    for _, name, rows in compared(released, entry) if entry.indicator_unit == "%" else ():
        then = rows[rows["time_period"] == periods[0]]
        if len(then):
            frame[name] = _cells(then.set_index("category"), categories, entry)
    return frame


def _by_breakdown(rows: pd.DataFrame, entry: Indicator) -> pd.DataFrame:
    """Categories down and the several things that are told of each across, of one period."""
    categories = [category for category in entry.categories if category in set(rows["category"])]
    frame = pd.DataFrame({entry.filter_hint or "Category": [entry.categories[category] for category in categories]})
    for name, told in rows.groupby("breakdown", sort=False):
        frame[name.replace("_", " ").capitalize()] = _cells(told.set_index("category"), categories, entry)
    return frame


def _few(periods: list[str], entry: Indicator) -> list[str]:
    """The periods that stand side by side: all by year or of a chart by quarter; else the newest, the one before and a year before."""
    if entry.time_identifier != QUARTERLY or entry.chart == "multiples":
        return periods
    newest = Quarter.from_code(periods[-1])
    return [quarter.code for quarter in (newest.year_before, newest.previous, newest) if quarter.code in periods]


def _cells(rows: pd.DataFrame, categories: list[str], entry: Indicator) -> list[str]:
    rows = rows.reindex(categories).fillna({"shorthand": "x"})
    return [cell(value, entry, mark) for value, mark in zip(rows["value"], rows["shorthand"], strict=True)]


def _by_authority(released: Released, entry: Indicator) -> pd.DataFrame:
    """Every neighbour, the region and England at the newest two periods that most of them have."""
    rows = shown(released, entry)
    rows = rows[rows["measure"] == "actual"].merge(released.areas, on="area", how="inner", validate="many_to_one")
    rows = rows[~rows["role"].isin(NOT_BESIDE)]
    periods = neighbour_periods(released, entry) or sorted(rows["time_period"].unique())[-1:]
    then = {period: rows[rows["time_period"] == period].set_index("area_name") for period in periods}
    newest_values = then[periods[-1]]["value"].reindex(rows["area_name"].unique())
    order = list(newest_values.sort_values(ascending=False, kind="stable", na_position="last").index)
    frame = pd.DataFrame({"Area": order})
    for period, cells in then.items():
        frame[period_label(period, entry.time_identifier)] = _cells(cells, order, entry)
    return frame
