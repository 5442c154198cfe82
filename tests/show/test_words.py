"""Numbers and sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svip_lib.show import words
from tests.drawn import drawn_entry, drawn_release, drawn_row


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "signed", "text"),
    [
        (4287, "", 0, False, "4,287"),
        (38.7684, "%", 1, False, "38.8%"),
        (-337, "", 0, True, "−337"),
        (339, "", 0, True, "+339"),
        (-0.04, "%", 1, True, "0.0%"),
        (0, "", 0, True, "0"),
        (45518486, "£", 0, False, "£45,518,486"),
        (-1500000, "£", 0, False, "−£1,500,000"),
    ],
)
def test_a_number_is_rounded_last_and_written_as_a_reader_knows_it(value, unit, decimals, signed, text):
    assert words.plain(value, unit, decimals, signed=signed) == text


@given(st.sampled_from(["x", "z", "c"]))
def test_a_shorthand_is_never_written_as_a_number(mark):
    entry = drawn_entry()
    assert words.number(float("nan"), entry, mark) == f"[{mark}]"
    with pytest.raises(ValueError, match="either a value or a shorthand"):
        words.number(3.0, entry, mark)


def test_a_missing_value_without_a_reason_is_never_printed():
    with pytest.raises(ValueError, match="either a value or a shorthand"):
        words.number(float("nan"), drawn_entry())


def test_the_message_of_a_count_tells_the_gap_to_the_plan_in_number_and_per_cent():
    entry = drawn_entry(indicator_unit="", indicator_dp=0, sentence="{area} maintained {value} plans in {period}")
    message = words.message(drawn_release(entry, actual=4287, plan=3254), entry)
    assert message == "Medway maintained 4,287 plans in January 2026, 1,033 (31.7%) above the plan of 3,254"


def test_the_message_of_a_share_tells_the_gap_in_percentage_points():
    entry = drawn_entry()
    assert words.message(drawn_release(entry, actual=38.8, plan=42.0), entry).endswith(", 3.2 percentage points below the plan of 42.0%")


def test_a_gap_that_rounds_to_nothing_is_as_planned():
    entry = drawn_entry(indicator_unit="", indicator_dp=0)
    assert words.gap_to_plan(2853.4, 2853.0, entry) == "as planned (2,853)"


def test_without_a_plan_a_share_stands_beside_england():
    entry = drawn_entry()
    released = drawn_release(entry, rows=[drawn_row(entry, 38.8), drawn_row(entry, 45.5, area="E92000001")])
    assert words.message(released, entry).endswith("(England 45.5%)")


def test_the_meaning_tells_the_year_before_and_who_has_not_published():
    entry = drawn_entry()
    rows = [drawn_row(entry, 27.7, period="202425"), drawn_row(entry, 38.8), drawn_row(entry, 45.5, area="E92000001")]
    text = words.meaning(drawn_release(entry, rows=rows), entry)
    assert text == (
        "At the same time: England 45.5%. Not in our files for January 2026: the neighbours' mean, South East (region). "
        "In January 2025 it was 27.7%: up 11.1 percentage points since. It says nothing beyond the test."
    )


def test_where_nothing_is_published_the_message_says_so():
    entry = drawn_entry()
    assert "our files hold no figure of Medway" in words.message(drawn_release(entry, actual=None), entry)


def test_the_alternative_text_states_the_message_and_where_the_values_stand():
    entry = drawn_entry()
    released = drawn_release(entry, actual=38.8, plan=42.0)
    text = words.alternative_text(released, entry, "Line chart")
    assert text.startswith("Line chart of drawn share, January 2026. Medway had 38.8%")
    assert text.endswith("All values are in the table that follows.")


def test_a_plan_of_nothing_has_no_percentage():
    entry = drawn_entry(indicator_unit="", indicator_dp=0)
    assert words.gap_to_plan(5.0, 0.0, entry) == "5 above the plan of 0"


def test_a_gap_to_a_plan_below_zero_has_a_size_without_a_sign():
    entry = drawn_entry(indicator_unit="£", indicator_dp=0)
    assert words.gap_to_plan(-12.0, -10.0, entry) == "£2 (20.0%) below the plan of −£10"


def test_nearly_all_is_never_printed_as_all():
    assert words.plain(99.96, "%", 1) == "99.9%"
    assert words.plain(100.0, "%", 1) == "100.0%"


def test_neighbours_at_the_same_figure_are_neither_above_nor_below():
    entry = drawn_entry(chart="neighbours")
    rows = [drawn_row(entry, 50.0, area=area) for area in ("E06000035", "E06000030", "E08000027")]
    assert words.message(drawn_release(entry, rows=rows), entry).endswith("above 0 of its 2 neighbours")


@pytest.mark.parametrize(("value", "told"), [(-3_250_000.0, "£3.2m below"), (1_400_000.0, "£1.4m above"), (-1200.0, "£1,200 below")])
def test_a_sentence_can_tell_size_and_side_of_a_difference(value, told):
    entry = drawn_entry(indicator_unit="£", indicator_dp=0, signed="headline", sentence="{area} is {size} {side} the grant in {period}")
    assert words.message(drawn_release(entry, value), entry).startswith(f"Medway is {told} the grant")
