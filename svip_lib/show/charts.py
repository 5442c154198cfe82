"""Charts for readers: released figures only, a message and an alternative text always, and no meaning by colour alone."""

import io
import re
import textwrap
from collections.abc import Callable
from urllib.parse import quote

import afcharts  # noqa: F401  (registers the government style with matplotlib)
import matplotlib as mpl
import pandas as pd
from markupsafe import escape
from matplotlib import font_manager
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from svip_lib.config.periods import SIX_DIGITS, Quarter, january_of, period_label
from svip_lib.config.registry import Indicator
from svip_lib.config.result import CARRY_ON, FORECAST, FROM
from svip_lib.disclosure.released import Released
from svip_lib.show.fonts import FAMILY, font_file
from svip_lib.show.svg import compact
from svip_lib.show.words import (
    IN_ORDER,
    MINUS,
    NOT_BESIDE,
    WITHHELD,
    cell,
    compared,
    headline,
    is_synthetic,
    neighbour_periods,
    number,
    own_rows,
    plain,
    short_label,
    shown,
)

INK, GREY = "#1a1a1a", "#6b7178"
BLUE, TEAL, PLUM, ORANGE = "#12436D", "#28A197", "#801650", "#F46A25"
WIDTH = 7.2  # inches: the text width of an A4 page and of the web page's column
SHORTEST_TEXT, LONGEST_TEXT = 20, 420
SPELT_AS_THEY_ARE = "!$'()*+,/:;=?@~"  # what an address may hold besides letters and digits
PLACEHOLDERS = re.compile(r"no description|image of|chart\.?$|figure \d|\.(png|svg)|untitled|lorem", re.IGNORECASE)
MARKS = {
    "authority": {"color": BLUE, "marker": "o", "linewidth": 2.4, "markersize": 6, "zorder": 5},
    "neighbours": {"color": PLUM, "marker": "s", "linewidth": 1.4, "markersize": 4, "linestyle": (0, (5, 2))},
    "region": {"color": ORANGE, "marker": "^", "linewidth": 1.4, "markersize": 4, "linestyle": (0, (1, 1.2))},
    "England": {"color": TEAL, "marker": "D", "linewidth": 1.4, "markersize": 4, "linestyle": (0, (6, 1.5, 1, 1.5))},
}
PLAN = {"color": INK, "marker": "D", "markerfacecolor": "white", "linewidth": 1.2, "markersize": 6, "linestyle": (0, (3, 2)), "zorder": 4}
# Categories of a waterfall that are sums, and how steps are told apart: by fill before colour.
SUMS = ("balance_", "total_")
STEPS = {
    "Adds": {"color": BLUE},
    "Takes away": {"facecolor": "white", "edgecolor": PLUM, "hatch": "////", "linewidth": 1.2},
    "Sum of the steps above": {"color": INK},
}

for _weight in (400, 600):
    font_manager.fontManager.addfont(font_file(_weight))
_STYLE = {
    "font.family": FAMILY,
    "font.size": 10.5,
    "axes.titlesize": 10.5,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": "#d9dde1",
    "svg.fonttype": "none",
    "figure.facecolor": "white",
    "axes.facecolor": "none",
    "axes.prop_cycle": mpl.cycler(color=[BLUE, TEAL, PLUM, ORANGE]),
}


def draw(released: Released, entry: Indicator, also: Callable[[Figure], object] = lambda _: None) -> str | None:
    """Return an indicator's chart as SVG text, or nothing where the dictionary asks for a table only.

    Args:
        released: What the gate let through; anything else is refused.
        entry: The indicator; its row in the dictionary says which kind of chart it has.
        also: What else is made of the figure when it is laid out.

    Raises:
        TypeError: When the figures did not come through the gate.
    """
    if not isinstance(released, Released):
        raise TypeError("a chart shows released figures only")
    _, painter = KINDS.get(entry.chart, ("", None))
    if painter is None or own_rows(released, entry)["value"].notna().sum() == 0:
        return None
    if entry.chart == "neighbours" and not neighbour_periods(released, entry):
        return None
    with plt.style.context(["afcharts.afcharts", _STYLE]), mpl.rc_context({"svg.hashsalt": entry.name}):
        figure = painter(released, entry)
        if is_synthetic(released, entry):  # in the picture too: pictures travel without their pages
            figure.suptitle("SYNTHETIC", x=0.99, ha="right", fontsize="small", fontweight=600, color=INK)
        svg = _to_svg(figure)
        also(figure)
        plt.close(figure)
    return svg


def as_image(svg: str, alternative_text: str) -> str:
    """Return a chart as an ``img`` element with its alternative text.

    Raises:
        ValueError: When the text is empty, a placeholder, or too long to listen to.
    """
    text = alternative_text.strip()
    if len(text) < SHORTEST_TEXT or PLACEHOLDERS.search(text) or len(text) > LONGEST_TEXT:
        raise ValueError(
            f"an alternative text states the chart's message in {SHORTEST_TEXT} to {LONGEST_TEXT} characters; this one does not: {text!r}"
        )
    within = re.sub(r"<[^>]*>", lambda tag: tag[0].replace('"', "'"), svg)  # such quotes need not be spelt out in the attribute
    return f'<img alt="{escape(text)}" src="data:image/svg+xml,{quote(within, safe=SPELT_AS_THEY_ARE)}">'


def _axes(height: float, entry: Indicator, *, values: str) -> tuple[Figure, Axes]:
    """An empty chart as wide as the page, with lines across from the marks of the axis, x or y, on which its values stand."""
    figure, axes = plt.subplots(figsize=(WIDTH, height), layout="constrained")
    _set_grid(axes, values, entry)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    return figure, axes


def _set_grid(axes: Axes, values: str, entry: Indicator) -> None:
    axes.grid(visible=False)
    axes.grid(visible=True, axis=values, linewidth=0.8)
    getattr(axes, f"{values}axis").set_major_formatter(lambda value, _: _tick(value, entry))


def _tick(value: float, entry: Indicator) -> str:
    if entry.indicator_unit == "£":
        return f"{MINUS if value < 0 else ''}£{abs(value) / 1e6:g}m"
    return plain(value, entry.indicator_unit, 0)


def _place(period: str) -> int:
    """A place on the axis, one step a period: the year in which it ends, or for a quarter its number since the year nought."""
    if "Q" in period:
        quarter = Quarter.from_code(period)
        return 4 * quarter.start_year + quarter.number
    return january_of(period) if len(period) == SIX_DIGITS else int(period)


def _series(released: Released, entry: Indicator) -> Figure:
    """The authority's figures as marks on a line, the plan as hollow marks, and those it is compared with, labelled at their ends."""
    figure, axes = _axes(3.1, entry, values="y")
    own = own_rows(released, entry)
    shared = shown(released, entry)
    lines = [(released.area_name(released.area("authority")), own, MARKS["authority"])]
    if entry.indicator_unit == "%" and entry.signed == "no":
        lines += [(name, rows, MARKS[role]) for role, name, rows in compared(released, entry)]
    plan = shared[(shared["measure"] == "plan") & (shared["area"] == released.area("authority"))]
    lines.append(("Plan", plan, PLAN))
    lines = [(name, rows[rows["value"].notna()], style) for name, rows, style in lines]
    lines = [(name, rows.sort_values("time_period"), style) for name, rows, style in lines if len(rows)]
    withheld = own[own["shorthand"] == WITHHELD]["time_period"]
    last = max(_place(period) for period in [*(rows["time_period"].iloc[-1] for _, rows, _ in lines), *withheld])
    ends = []
    for name, rows, style in lines:
        line = rows.set_index(rows["time_period"].map(_place))["value"]
        newest, value = line.index[-1], line.iloc[-1]
        line = line.reindex(range(line.index[0], newest + 1))  # a year without a figure is a gap, not a line across it
        axes.plot(line.index, line, clip_on=False, **style)
        ends.append((value, f"{name} {headline(value, entry)}", newest, style is MARKS["authority"]))
    for period in withheld:
        axes.annotate(f"[{WITHHELD}]", (_place(period), 0), xycoords=("data", "axes fraction"), ha="center", va="bottom", color=GREY)
    periods = sorted({period for _, rows, _ in lines for period in rows["time_period"]} | set(withheld))
    axes.set_xticks([_place(period) for period in periods], [short_label(period, entry) for period in periods])
    low = min(rows["value"].min() for _, rows, _ in lines)
    axes.set_ylim(bottom=min(0, low * 1.15))
    axes.margins(y=0.12)
    if low < 0:
        axes.axhline(0, color=GREY, linewidth=1)
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10], integer=True))  # ticks are printed without decimals
    axes.set_xlim(_place(periods[0]) - 0.3, last + 0.15)
    _label_ends(axes, ends, last)
    return figure


def _fan(released: Released, entry: Indicator) -> Figure:
    """What was counted as marks on a line, what was agreed as hollow marks, and ahead of them the ranges of what may come, three deep."""
    figure, axes = _axes(3.4, entry, values="y")
    rows = released.select(entry.name, measure=FORECAST, area=released.area("authority"))
    wide = rows.pivot(index=["scenario", "time_period"], columns="quantile", values="value")
    own = own_rows(released, entry).set_index("time_period")["value"].dropna()
    last, newest, ahead = _place(own.index[-1]), own.iloc[-1], wide.xs(CARRY_ON)
    years = [last, *map(_place, ahead.index)]
    for low, high, shade, says in (
        ("0.025", "0.975", 0.18, "19 times in 20"),
        ("0.1", "0.9", 0.3, "8 times in 10"),
        ("0.25", "0.75", 0.5, "1 time in 2"),
    ):
        axes.fill_between(years, [newest, *ahead[low]], [newest, *ahead[high]], color=TEAL, alpha=shade, linewidth=0, label=says)
    axes.plot(years, [newest, *ahead["0.5"]], color=INK, linewidth=1.2, linestyle=(0, (1, 1.5)), label="Middle")
    axes.plot([_place(period) for period in own.index], own, label="Counted", **MARKS["authority"])
    plan = released.select(entry.name, measure="plan", area=released.area("authority")).set_index("time_period")["value"].dropna()
    if len(plan):
        axes.plot([_place(period) for period in plan.index], plan, label="Plan", **PLAN)
    before = f"{FROM}{last - 1}"
    if before in wide.index.get_level_values("scenario"):
        then = wide.xs(before)
        spread = [then["0.5"] - then["0.1"], then["0.9"] - then["0.5"]]
        hollow = {"fmt": "o", "markerfacecolor": "white", "color": GREY, "markersize": 7, "elinewidth": 1.2, "capsize": 4, "zorder": 6}
        axes.errorbar([_place(period) for period in then.index], then["0.5"], yerr=spread, label="Expected a year before", **hollow)
    everything = sorted({*own.index, *ahead.index})
    axes.set_xticks([_place(period) for period in everything], [str(_place(period)) for period in everything])
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10], integer=True))
    axes.legend(loc="upper left", ncols=2, frameon=False)
    return figure


def _label_ends(axes: Axes, ends: list[tuple], last: int) -> None:
    """Write each line's name and newest value beside its end, in near-black, pushed apart so that none covers another."""
    bottom, top = axes.get_ylim()
    gap = 0.075 * (top - bottom)
    placed = None
    for value, text, year, strong in sorted(ends):
        height = value if placed is None else max(value, placed + gap)
        placed = height
        axes.annotate(
            text if year == last else f"{text} ({year})",
            xy=(year, value),
            xytext=(last + 0.25, height),
            va="center",
            fontweight=600 if strong else 400,
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.6, "relpos": (0, 0.5), "shrinkA": 0, "shrinkB": 4},
        )


def _bars(released: Released, entry: Indicator) -> Figure:
    """The newest period by category, longest first, with England's figure as a mark on each bar and both numbers beside it."""
    own = own_rows(released, entry)
    own = own[own["value"].notna() | (own["shorthand"] == WITHHELD)]
    own = own[own["time_period"] == own["time_period"].max()].sort_values("value", kind="stable", na_position="first")
    if entry.filter_grouping_column in IN_ORDER:
        own = own.sort_values("category", key=lambda names: names.map(list(entry.categories).index), ascending=False)
    figure, axes = _axes(1.0 + 0.3 * len(own), entry, values="x")
    names = [entry.categories.get(category, category) for category in own["category"]]
    places = pd.Series(range(len(own)), index=own.index)
    known = own["value"].notna()
    axes.barh(places[known], own.loc[known, "value"], color=BLUE, height=0.62)
    axes.set_yticks(places, names)
    axes.set_ylim(-0.6, len(own) - 0.4)
    columns = [(released.area_name(released.area("authority")), own["value"], 600)]
    england = shown(released, entry)
    same = (england["time_period"] == own["time_period"].iloc[0]) & (england["measure"] == own["measure"].iloc[0])
    england = england[same & (england["area"] == released.area("England"))].set_index("category")["value"].reindex(own["category"])
    if entry.indicator_unit == "%" and england.notna().any():
        axes.plot(england.to_numpy(), places, linestyle="none", marker="D", markersize=6, color="white", markeredgecolor=INK)
        columns.append(("England ◆", england, 400))
    top = pd.concat([values for _, values, _ in columns]).max()
    top = top if top > 0 else 1  # where every bar is nought or withheld, the numbers still need their places
    marks = own["shorthand"].to_list()  # a withheld figure has no bar, and says so in the place of its number
    for place, (heading, values, weight) in enumerate(columns):
        x = top * (1.16 + 0.26 * place)
        axes.text(x, len(own) - 0.35, heading, ha="right", va="bottom", fontweight=weight)
        for position, (value, mark) in enumerate(zip(values, marks, strict=True)):
            axes.text(x, position, cell(value, entry, mark), ha="right", va="center", fontweight=weight)
    axes.set_xticks([tick for tick in axes.get_xticks() if tick <= top])
    axes.set_xlim(0, top * (0.96 + 0.26 * len(columns)))
    return figure


def _waterfall(released: Released, entry: Indicator) -> Figure:
    """The newest period as steps in the dictionary's order: each begins where the one before ended, and a sum stands on nought.

    What adds is filled, what takes away is hatched, and a sum is dark and its number bold; every number has its sign. A step of nought
    is not drawn; it stands in the table. Amounts are pounds.
    """
    own = own_rows(released, entry)
    values = own[own["time_period"] == own["time_period"].max()].set_index("category")["value"].dropna()
    values = values.reindex([name for name in entry.categories if name in values and (values[name] or name.startswith(SUMS))])
    sums = pd.Series(values.index.str.startswith(SUMS), index=values.index)
    ends = values.mask(sums, 0.0).cumsum().mask(sums, values)
    begins = (ends - values).mask(sums, 0.0)
    figure, axes = _axes(1.1 + 0.36 * len(values), entry, values="x")
    places = pd.Series(range(len(values)), index=values.index)
    for name, chosen in (("Adds", ~sums & (values >= 0)), ("Takes away", ~sums & (values < 0)), ("Sum of the steps above", sums)):
        axes.barh(places[chosen], values[chosen], left=begins[chosen], height=0.62, label=name, zorder=3, **STEPS[name])
    axes.vlines(ends.iloc[:-1], places.iloc[:-1], places.iloc[1:], color=GREY, linewidth=0.8, zorder=2)
    axes.axvline(0, color=INK, linewidth=1)
    low, high = min(ends.min(), begins.min(), 0), max(ends.max(), begins.max(), 0)
    room = max(high - low, 1)
    for name, value in values.items():
        sign = "+" if value > 0 and not sums[name] else ""
        weight = 600 if sums[name] else 400
        axes.text(high + 0.2 * room, places[name], f"{sign}{plain(value / 1e6, '£', 2)}m", ha="right", va="center", fontweight=weight)
    axes.set_yticks(places, [entry.categories[name] for name in values.index])
    for label, is_sum in zip(axes.get_yticklabels(), sums, strict=True):
        label.set_fontweight(600 if is_sum else 400)
    axes.set_ylim(len(values) - 0.4, -0.6)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.set_xticks([tick for tick in axes.get_xticks() if low - 0.05 * room <= tick <= high + 0.05 * room])
    axes.set_xlim(low - 0.03 * room, high + 0.21 * room)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, frameon=False, handletextpad=0.5, columnspacing=1.5)
    return figure


def _multiples(released: Released, entry: Indicator) -> Figure:
    """A small chart for each category, all on one scale: the authority's line, and for a share England's beside it."""
    import seaborn as sns  # a second to load, and most sections have no small multiples

    own = own_rows(released, entry)
    rows = shown(released, entry)
    names = {released.area("authority"): released.area_name(released.area("authority"))}
    if entry.indicator_unit == "%" and (rows["area"] == released.area("England")).any():
        names[released.area("England")] = "England"
    rows = rows[rows["area"].isin(names) & (rows["measure"] == own["measure"].iloc[0])]
    rows = rows[rows["value"].notna() | (rows["shorthand"] == WITHHELD)]
    newest = own[own["time_period"] == own["time_period"].max()].sort_values("value", ascending=False)
    if entry.headline_category:
        newest = newest.sort_values("category", key=lambda codes: codes.map(list(entry.categories).index))
    order = [entry.categories.get(category, category) for category in newest["category"]]
    long = pd.DataFrame(
        {
            "year": rows["time_period"].map(_place),
            "value": rows["value"],
            "panel": rows["category"].map(entry.categories),
            "line": rows["area"].map(names),
        }
    )
    first, last = long["year"].min(), long["year"].max()
    across = 2 if len(order) in (2, 4) else 3
    size = {"col_wrap": across, "height": 1.75, "aspect": WIDTH / across / 1.75}
    grid = sns.FacetGrid(long, col="panel", col_order=order, sharex=True, sharey=True, **size)
    grid.figure.set_layout_engine("constrained")
    for place, (panel, axes) in enumerate(grid.axes_dict.items()):
        _set_grid(axes, "y", entry)
        here = long[long["panel"] == panel]
        for name, style in zip(names.values(), (MARKS["authority"], MARKS["England"]), strict=False):
            drawn = here[here["line"] == name].set_index("year")["value"]
            drawn = drawn.reindex(range(first, last + 1))  # a year without a figure is a gap
            axes.plot(drawn.index, drawn, clip_on=False, label=name, **style | {"markersize": 3.5})
        mine = here[here["line"] == released.area_name(released.area("authority"))].set_index("year")["value"]
        for year in mine.index[mine.isna()]:
            axes.annotate(f"[{WITHHELD}]", (year, 0), xycoords=("data", "axes fraction"), ha="center", va="bottom", color=GREY)
        if pd.notna(mine.get(last)):
            top = here.loc[here["year"] >= last - 1, "value"].max()  # above the lines that lead to it
            words = {"xytext": (0, 6), "textcoords": "offset points", "ha": "right", "fontweight": 600}
            axes.annotate(number(mine[last], entry), (last, top), **words)
        axes.set_title("\n".join(textwrap.wrap(panel, 78 // across)), loc="left", fontsize=9.5, fontweight=600)
        axes.tick_params(length=0, labelsize=9, labelleft=place % across == 0)
    grid.set(xlabel="", ylabel="", ylim=(0, None), xticks=[first, last])
    ends = rows["time_period"].min(), rows["time_period"].max()
    for axes in grid.axes.flat:
        for label, side in zip(axes.set_xticklabels([short_label(period, entry) for period in ends]), ("left", "right"), strict=False):
            label.set_ha(side)
    grid.despine(left=True, bottom=True)
    if len(names) > 1:
        grid.figure.legend(*grid.axes.flat[0].get_legend_handles_labels(), loc="outside lower right", frameon=False, ncols=2)
    return grid.figure


def _neighbours(released: Released, entry: Indicator) -> Figure:
    """The authority among its neighbours, its region and England: where each stood first, and where it stands now."""
    rows = shown(released, entry).merge(released.areas, on="area", validate="many_to_one")
    rows = rows[(rows["measure"] == "actual") & ~rows["role"].isin(NOT_BESIDE) & rows["value"].notna()]
    first, newest = neighbour_periods(released, entry)
    rows = rows[rows["time_period"].isin([first, newest])]
    wide = rows.pivot(index="area_name", columns="time_period", values="value").dropna(subset=[newest]).sort_values(newest)
    figure, axes = _axes(0.9 + 0.29 * len(wide), entry, values="x")
    authority = released.area_name(released.area("authority"))
    places = range(len(wide))
    axes.hlines(places, wide[first], wide[newest], color=GREY, linewidth=1.2)
    axes.plot(wide[first], places, "o", color="white", markeredgecolor=GREY, markersize=6, label=period_label(first, entry.time_identifier))
    own = [BLUE if name == authority else TEAL for name in wide.index]
    axes.scatter(wide[newest], places, c=own, s=52, zorder=3, label=period_label(newest, entry.time_identifier))
    axes.set_yticks(places, wide.index)
    for label in axes.get_yticklabels():
        label.set_fontweight(600 if label.get_text() == authority else 400)
    room = 0.02 * wide.max().max()
    for place, (start, end) in enumerate(zip(wide[first].fillna(wide[newest]), wide[newest], strict=True)):
        axes.text(max(start, end) + room, place, number(end, entry), va="center", fontweight=600 if wide.index[place] == authority else 400)
    axes.set_xlim(0, wide.max().max() * 1.14)
    axes.legend(loc="upper left", bbox_to_anchor=(0, 1.0 + 0.35 / len(wide) + 0.06), ncols=2, frameon=False, handletextpad=0.2)
    return figure


def _to_svg(figure: Figure) -> str:
    """The figure as SVG whose text is text, in a subset of the pack's typeface that the picture carries itself."""
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    svg = file.getvalue()
    return compact(re.sub(r"\s*<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL))


# What each kind of chart that the dictionary can ask for is called, and how it is painted.
KINDS = {
    "series": ("Line chart", _series),
    "bars": ("Bar chart", _bars),
    "multiples": ("Set of small line charts", _multiples),
    "neighbours": ("Dot chart", _neighbours),
    "waterfall": ("Waterfall chart", _waterfall),
    "fan": ("Line chart", _fan),
}
