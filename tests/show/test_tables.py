"""Tables that a screen reader can walk."""

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from markupsafe import Markup

from svip_lib.show.charts import draw
from svip_lib.show.tables import indicator_table, table_html
from svip_lib.show.words import meaning, message
from tests.drawn import drawn_entry, drawn_release, drawn_row

FRAME = pd.DataFrame({"Area": ["Medway", "England"], "Plans": ["4,287", "[x]"]})


def soup(frame=FRAME, **changes):
    return BeautifulSoup(table_html(frame, **{"anchor": "a", "caption": "Plans by area", "numeric": {"Plans"}} | changes), "html.parser")


def test_every_heading_has_its_scope_and_every_table_its_caption():
    table = soup()
    assert [th["scope"] for th in table.find_all("th")] == ["col", "col", "row", "row"]
    assert table.caption.get_text() == "Plans by area"
    assert table.div["aria-labelledby"] == table.caption["id"]


def test_a_shorthand_is_explained_beneath_the_table_without_being_asked():
    assert "[x] = not available." in soup().get_text()
    assert "=" not in soup(FRAME.head(1)).get_text()


@pytest.mark.parametrize(
    "frame", [pd.DataFrame({"Area": ["Medway"], "Plans": [""]}), pd.DataFrame({"Area": ["Medway"], "Plans": [float("nan")]})]
)
def test_an_empty_cell_is_refused(frame):
    with pytest.raises(ValueError, match="empty cell"):
        soup(frame)


def test_a_table_without_a_caption_or_with_a_doubled_heading_is_refused():
    with pytest.raises(ValueError, match="caption"):
        soup(caption=" ")
    with pytest.raises(ValueError, match="doubled"):
        soup(pd.DataFrame([["a", "b"]], columns=["Area", "Area"]))


def test_a_script_in_a_name_is_text():
    html = str(soup(pd.DataFrame({"School": ["<script>alert(1)</script>"], "Plans": ["1"]})))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_only_what_was_marked_as_finished_html_stays_html():
    assert soup(pd.DataFrame({"Measure": ["Plans"], "Status": [Markup("<b>On plan</b>")]}), finished={"Status"}).b.get_text() == "On plan"


def test_a_series_shows_number_base_share_plan_and_how_many_neighbours():
    entry = drawn_entry()
    rows = [
        drawn_row(entry, 27.69, period="202425", numerator=842, denominator=3041),
        drawn_row(entry, 38.77, numerator=1662, denominator=4287),
        drawn_row(entry, 27.7, period="202425", measure="published"),
        drawn_row(entry, 42.0, measure="plan"),
        drawn_row(entry, 44.1, area="neighbours", period="202425", denominator=10),
    ]
    table = indicator_table(drawn_release(entry, rows=rows), entry).set_index("Period")
    assert table.loc["January\N{NO-BREAK SPACE}2025"].to_dict() == {
        "Number": "842",
        "Out of": "3,041",
        "Medway (%)": "27.7%",
        "Plan (%)": "[z]",
        "Difference (points)": "[z]",
        "Neighbours, mean (how many)": "44.1% (10)",
        "As published (%)": "27.7%",
    }
    assert table.loc["January\N{NO-BREAK SPACE}2026", ["Plan (%)", "Difference (points)", "Neighbours, mean (how many)"]].to_list() == [
        "42.0%",
        "−3.2",
        "[x]",
    ]


def test_figures_on_two_bases_are_never_laid_side_by_side_drawn_or_subtracted():
    entry = drawn_entry()
    other = drawn_row(entry, 42.0, measure="plan") | {"base": "plan_table_3"}
    released = drawn_release(entry, rows=[drawn_row(entry, 38.8), other])
    for show in (indicator_table, draw, message, meaning):
        with pytest.raises(ValueError, match="stands on the base 'all_ehc_plans', and 'plan_table_3' counts other children"):
            show(released, entry)


def test_a_table_takes_released_figures_only():
    with pytest.raises(TypeError, match="released figures only"):
        indicator_table(pd.DataFrame(), drawn_entry())


def test_beneath_small_charts_by_quarter_stands_every_quarter_and_the_newest_number_with_its_base():
    entry = drawn_entry(
        chart="multiples", time_identifier="Financial quarter", filter_hint="Kind", categories={"a": "Kind A", "b": "Kind B"}
    )
    rows = [
        drawn_row(entry, 10.0 * number, period=period, category=name, numerator=number, denominator=10)
        for number, period in enumerate(["202425Q4", "202526Q1", "202526Q2", "202526Q3", "202526Q4"], start=1)
        for name in "ab"
    ]
    rows[-1] |= {"value": None, "numerator": None, "denominator": None, "shorthand": "c"}
    table = indicator_table(drawn_release(entry, rows=rows), entry).set_index("Kind")
    assert table.columns[0] == "Jan to Mar 2025"
    assert list(table.loc["Kind A"]) == ["10.0%", "20.0%", "30.0%", "40.0%", "50.0%", "5", "10"]
    assert list(table.loc["Kind B"])[-3:] == ["[c]", "[c]", "[c]"]


def test_the_number_of_a_share_that_is_withheld_is_withheld_too_where_there_is_one_period():
    entry = drawn_entry(filter_hint="Kind", categories={"a": "Kind A", "b": "Kind B"})
    hidden = drawn_row(entry, None, category="b") | {"shorthand": "c"}
    rows = [drawn_row(entry, 50.0, category="a", numerator=5, denominator=10), hidden]
    table = indicator_table(drawn_release(entry, rows=rows), entry).set_index("Kind")
    assert table["Number"].to_dict() == {"Kind A": "5", "Kind B": "[c]"}


def test_an_indicator_that_tells_several_things_of_each_category_has_a_column_for_each():
    entry = drawn_entry(filter_grouping_column="drawn", categories={"a": "Letter A", "b": "Letter B"})
    told = [("budget", "a", 10.0), ("budget", "b", 20.0), ("forecast", "a", 11.0), ("forecast", "b", None)]
    rows = [drawn_row(entry, value, category=letter) | {"breakdown": name} for name, letter, value in told]
    table = indicator_table(drawn_release(entry, rows=rows), entry)
    assert table.to_numpy().tolist() == [["Letter A", "10.0%", "11.0%"], ["Letter B", "20.0%", "[x]"]]
    assert list(table.columns) == ["Category", "Budget", "Forecast"]
