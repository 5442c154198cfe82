"""What has changed since the pack before."""

from svip_lib.show import tables, words
from svip_lib.show.changes import since_last_look
from tests.drawn import drawn_entry, drawn_release, drawn_row


def table(entry, rows, last_look=(), short=1, long=4):
    told = [(entry.name, "actual", "", period, str(value)) for period, value in last_look]
    return since_last_look(drawn_release(entry, rows=rows, last_look=told), [entry], short, long).iloc[0].to_list()[1:]


def test_a_new_figure_stands_beside_the_one_that_was_newest_then():
    entry = drawn_entry(polarity="higher")
    rows = [drawn_row(entry, 31.9, period="202425"), drawn_row(entry, 28.8)]
    told = ["31.9% (January 2025)", "28.8% (January 2026)", "Worse", "Too few figures"]
    assert table(entry, rows, [("202425", 31.9)]) == told


def test_without_a_newer_figure_it_says_so():
    entry = drawn_entry()
    assert table(entry, [drawn_row(entry, 28.8)], [("202526", 28.8)])[1] == "No newer figure"


def test_a_figure_of_the_same_period_that_is_told_otherwise_is_a_revision():
    entry = drawn_entry()
    assert table(entry, [drawn_row(entry, 28.8)], [("202526", 27.5)])[:2] == ["27.5% (January 2026)", "28.8% (January 2026), revised"]


def test_a_figure_that_the_pack_before_did_not_have_is_new():
    entry = drawn_entry()
    assert table(entry, [drawn_row(entry, 28.8)])[:2] == ["[x]", "28.8% (January 2026)"]


def test_the_council_s_own_quarter_is_set_against_the_quarter_before_as_counted_now():
    entry = drawn_entry(time_identifier="Financial quarter", base="plans_quarter_end")
    rows = [drawn_row(entry, value, period=period) for period, value in (("202526Q3", 31.0), ("202526Q4", 33.0))]
    told = table(entry, rows)
    assert [cell.split(" ")[0] for cell in told[:3]] == ["31.0%", "33.0%", "Higher"]


def test_a_revised_figure_is_marked_in_its_table_and_told_in_words():
    entry = drawn_entry()
    rows = [drawn_row(entry, 27.5, period="202425"), drawn_row(entry, 28.8)]
    released = drawn_release(entry, rows=rows, last_look=[(entry.name, "actual", "", "202425", "26.4")])
    assert tables.indicator_table(released, entry)["Medway (%)"].to_list() == ["27.5% [r]", "28.8%"]
    assert "[r] Revised by the publisher since the pack before: January 2025 (was 26.4%)." in words.meaning(released, entry)


def test_a_figure_that_only_differs_beyond_what_is_printed_is_no_revision():
    entry = drawn_entry()
    released = drawn_release(entry, rows=[drawn_row(entry, 28.84)], last_look=[(entry.name, "actual", "", "202526", "28.76")])
    assert words.revised(released, entry) == {}


def test_a_row_of_invented_children_says_so_and_one_of_the_publisher_does_not():
    entry = drawn_entry()
    for origin, label in (("synthetic", "Drawn share, SYNTHETIC"), ("published", "Drawn share")):
        released = drawn_release(entry, rows=[drawn_row(entry, 28.8) | {"origin": origin}], edition="internal")
        assert since_last_look(released, [entry], 1, 4)["Measure"].to_list() == [label]
