"""Charts: released figures only, and never without words."""

import re

import pandas as pd
import pytest

from svip_lib.show import charts
from tests.drawn import AREAS, drawn_entry, drawn_release, drawn_row


def series(entry, **areas):
    rows = [drawn_row(entry, value + year, period=f"20{18 + year}{19 + year}") for year, value in enumerate([30.0] * 5)]
    return rows + [drawn_row(entry, value, area=area, period="202223") for area, value in areas.items()]


def words(svg):
    return re.findall(r"<text[^>]*>(.*?)</text>", svg)


def test_a_chart_takes_released_figures_only():
    with pytest.raises(TypeError, match="released figures only"):
        charts.draw(pd.DataFrame(), drawn_entry())


@pytest.mark.parametrize(
    "text", ["", "   ", "Chart", "No description has been provided for this image", "figure 1", "chart.png", "x" * 500]
)
def test_an_empty_or_placeholder_alternative_text_is_refused(text):
    with pytest.raises(ValueError, match="alternative text"):
        charts.as_image("<svg></svg>", text)


def test_quotes_in_an_alternative_text_do_not_end_it():
    assert 'alt="Medway &#34;on plan&#34; &amp; &lt;well&gt; in 2026"' in charts.as_image(
        "<svg></svg>", 'Medway "on plan" & <well> in 2026'
    )


def test_the_same_figures_give_the_same_bytes():
    entry = drawn_entry()
    released = drawn_release(entry, rows=series(entry, E92000001=41.0))
    assert charts.draw(released, entry) == charts.draw(released, entry)


def test_text_is_text_in_a_typeface_that_the_picture_carries():
    entry = drawn_entry()
    svg = charts.draw(drawn_release(entry, rows=series(entry, E92000001=41.0)), entry)
    assert "England 41.0%" in words(svg)
    assert svg.count("@font-face") == 2
    assert "Source Sans Pro" in svg
    assert "<metadata>" not in svg
    assert not re.search(r"(href|url)\(?['\"]?https?:", svg)


def test_each_line_is_labelled_by_name_and_newest_value_and_the_plan_is_among_them():
    entry = drawn_entry()
    rows = [*series(entry, E92000001=41.0, E12000008=40.0, neighbours=39.0), drawn_row(entry, 42.0, period="202223", measure="plan")]
    told = words(charts.draw(drawn_release(entry, rows=rows), entry))
    assert {"Medway 34.0%", "England 41.0%", "South East 40.0%", "Neighbours, mean 39.0%", "Plan 42.0%"} <= set(told)


def test_end_labels_do_not_cover_one_another():
    entry = drawn_entry()
    svg = charts.draw(drawn_release(entry, rows=series(entry, E92000001=34.1, E12000008=34.0, neighbours=33.9)), entry)
    heights = [float(y) for y, text in re.findall(r'<text[^>]* y="([\d.]+)"[^>]*>(.*?)</text>', svg) if "%" in text and " " in text]
    assert len(heights) == 4
    assert min(abs(a - b) for i, a in enumerate(heights) for b in heights[:i]) > 12


def test_bars_and_neighbours_name_every_value():
    bars = drawn_entry(chart="bars", categories={"a": "Autism", "b": "Speech"})
    told = words(charts.draw(drawn_release(bars, rows=[drawn_row(bars, 35.1, category="a"), drawn_row(bars, 20.5, category="b")]), bars))
    assert {"Autism", "Speech", "35.1%", "20.5%"} <= set(told)
    entry = drawn_entry(chart="neighbours")
    rows = [drawn_row(entry, 30.0 + place, area=area) for place, area in enumerate(AREAS["area"].drop(5))]
    told = words(charts.draw(drawn_release(entry, rows=rows), entry))
    assert {"Medway", "Swindon", "Dudley", "England", "South East"} <= set(told)


@pytest.mark.filterwarnings("error")
def test_bars_that_are_all_nought_still_have_their_numbers():
    bars = drawn_entry(chart="bars", categories={"a": "Autism", "b": "Speech"})
    told = words(charts.draw(drawn_release(bars, rows=[drawn_row(bars, 0.0, category=category) for category in "ab"]), bars))
    assert told.count("0.0%") >= 2


def withheld(entry, **place):
    return drawn_row(entry, None, **place) | {"shorthand": "c"}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("shown", [1, 0])
def test_bars_most_of_which_are_withheld_keep_their_places(shown):
    bars = drawn_entry(chart="bars", categories={name: name.upper() for name in "abcdefgh"})
    rows = [drawn_row(bars, 90.0, category=name) for name in "abcdefgh"[:shown]]
    rows += [withheld(bars, category=name) for name in "abcdefgh"[shown:]]
    svg = charts.draw(drawn_release(bars, rows=rows), bars)
    assert svg is None if not shown else words(svg).count("[c]") == 7


@pytest.mark.filterwarnings("error")
def test_a_newest_figure_that_is_withheld_is_marked_within_the_chart():
    entry = drawn_entry()
    svg = charts.draw(drawn_release(entry, rows=[*series(entry), withheld(entry, period="203031")]), entry)
    assert "[c]" in words(svg)


def test_where_nothing_is_published_no_empty_chart_is_drawn():
    entry = drawn_entry()
    assert charts.draw(drawn_release(entry, actual=None), entry) is None


def small_charts(unit="%"):
    """An indicator of two categories with England beside it."""
    entry = drawn_entry(chart="multiples", indicator_unit=unit, indicator_dp=0, categories={"a": "Kind A", "b": "Kind B"})
    places = [("E06000035", 30.0), ("E92000001", 40.0)]
    return entry, [
        drawn_row(entry, value + number, area=area, period=period, category=name)
        for area, value in places
        for number, period in enumerate(["202324", "202425", "202526"])
        for name in "ab"
    ]


def test_small_charts_of_a_share_have_england_beside_them_and_those_of_a_number_have_not():
    shares, rows = small_charts()
    assert {"Kind A", "Kind B", "32%", "Jan 2024", "Jan 2026", "Medway", "England"} <= set(
        words(charts.draw(drawn_release(shares, rows=rows), shares))
    )
    counts, rows = small_charts(unit="")
    told = words(charts.draw(drawn_release(counts, rows=rows), counts))
    assert "32" in told
    assert "England" not in told


@pytest.mark.filterwarnings("error")
def test_small_charts_mark_what_is_withheld_and_name_no_older_value_in_its_place():
    entry, rows = small_charts()
    hidden = [row for row in rows if row["category"] == "b" and row["time_period"] == "202526" and row["area"] == "E06000035"]
    rows = [row for row in rows if row not in hidden] + [withheld(entry, category="b")]
    told = words(charts.draw(drawn_release(entry, rows=rows), entry))
    assert told.count("[c]") == 1
    assert (told.count("32%"), told.count("31%")) == (1, 0)


def test_small_charts_by_quarter_name_the_months_at_their_ends():
    entry = drawn_entry(chart="multiples", time_identifier="Financial quarter", categories={"a": "Kind A"})
    rows = [drawn_row(entry, 30.0, period=period, category="a") for period in ("202526Q1", "202526Q2", "202526Q4")]
    told = words(charts.draw(drawn_release(entry, rows=rows), entry))
    assert {"Apr to", "Jun 2025", "Jan to", "Mar 2026"} <= set(told)


def waterfall(values):
    steps = drawn_entry(
        chart="waterfall",
        col_name="drawn_gbp",
        indicator_unit="£",
        indicator_dp=0,
        headline_category="balance_after",
        categories={"grant": "Grant", "nothing": "Nothing", "spending": "Spending", "balance_after": "Balance"},
    )
    return steps, drawn_release(steps, rows=[drawn_row(steps, value, category=name) for name, value in values.items()])


def test_a_waterfall_names_each_step_with_its_sign_and_draws_no_step_of_nought():
    entry, released = waterfall({"grant": 44_882_000.0, "nothing": 0.0, "spending": -53_648_742.0, "balance_after": -8_766_742.0})
    told = words(charts.draw(released, entry))
    assert {"Grant", "+£44.88m", "Spending", "−£53.65m", "Balance", "−£8.77m"} <= set(told)
    assert "Nothing" not in told
    assert {"Adds", "Takes away", "Sum of the steps above"} <= set(told)


def test_what_takes_away_is_told_by_hatching_and_not_by_colour_alone():
    for values, hatched in (({"grant": 5e6, "balance_after": 5e6}, 0), ({"spending": -5e6, "balance_after": -5e6}, 2)):
        entry, released = waterfall(values)
        assert charts.draw(released, entry).count("fill:url(#") == hatched  # the step's and the legend's


def test_a_waterfalls_ticks_are_millions_with_a_true_minus():
    entry, released = waterfall({"spending": -400_000.0, "balance_after": -400_000.0})
    told = words(charts.draw(released, entry))
    assert "−£0.2m" in told and "£0m" in told
