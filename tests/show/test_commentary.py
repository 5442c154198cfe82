"""The analyst's words: figures by name, never older than what they tell of, and no praise of fewer plans by themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svip_lib.config.refusal import Refusal
from svip_lib.config.registry import read_dictionary
from svip_lib.show.commentary import is_praise_of_fewer, praises, read_commentary
from tests.drawn import drawn_entry, drawn_release, drawn_row


@pytest.fixture
def told(tmp_path):
    """The HTML of a commentary of some lines about one drawn figure."""
    entry = drawn_entry(filter_grouping_column="drawn", categories={"a": "Letter A", "b": "Letter B"})
    by_letter = entry.model_copy(update={"col_name": "letters_percent"})
    rows = [drawn_row(entry, 38.8), drawn_row(entry, 31.9, period="202425")]
    rows += [drawn_row(by_letter, value, category=letter) for letter, value in (("a", 60.0), ("b", 40.0))]
    released = drawn_release(entry, rows=rows)

    def read(*lines, written="written_on: 2026-08-03"):
        path = tmp_path / "10_ehc_plans.md"
        path.write_text("\n".join([written, "", *lines]), encoding="utf-8")
        return read_commentary(path, released, {entry.name: entry, by_letter.name: by_letter})

    return read


def test_a_name_in_braces_becomes_the_newest_figure(told):
    assert "<p>It stood at 38.8%.</p>" in told("It stood at {drawn_percent}.")


def test_a_category_and_a_period_can_be_named(told):
    assert "60.0% and 31.9%" in told("{letters_percent[a]} and {drawn_percent@202425}")


def test_the_day_on_which_it_was_written_is_no_part_of_the_text(told):
    assert "written_on" not in told("Words.")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{no_such_figure}", "is not an indicator"),
        ("{letters_percent[c]}", "names a category or period"),
        ("{drawn_percent@201819}", "names a category or period"),
        ("a lonely }", "stands alone"),
    ],
)
def test_a_reference_that_leads_nowhere_stops_with_file_and_line(told, line, problem):
    with pytest.raises(Refusal, match=problem) as refusal:
        told("All is well so far.", line)
    assert "10_ehc_plans.md, line 4" in str(refusal.value)


def test_words_that_are_older_than_the_figure_that_they_name_stop_the_run(told):
    with pytest.raises(Refusal, match="could be known from 30 June 2026 on, and these words were written on 29 June 2026"):
        told("It stood at {drawn_percent}.", written="written_on: 2026-06-29")


def test_words_of_the_day_on_which_the_figure_came_out_are_young_enough(told):
    assert "38.8%" in told("It stood at {drawn_percent}.", written="written_on: 2026-06-30")


@pytest.mark.parametrize("first", ["It stood at 38.8%.", "written_on: soon", ""])
def test_a_commentary_that_does_not_say_when_it_was_written_is_refused(told, first):
    with pytest.raises(Refusal, match="does not say when the words were written"):
        told("Words.", written=first)


def test_html_in_a_commentary_is_shown_as_the_text_that_it_is(told):
    assert "<script>" not in told("<script>alert(1)</script>")


@pytest.mark.parametrize(
    "sentence",
    [
        "It is encouraging that fewer requests were made.",
        "The reduction in EHCPs is a great success.",
        "Demand is falling, which is good progress.",
        "We welcome lower numbers of plans",
    ],
)
def test_praise_of_fewer_plans_or_requests_is_noticed(sentence):
    assert is_praise_of_fewer(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Fewer requests were made this quarter.",
        "Fewer plans were issued late, which keeps the duty better.",
        "It is good that more children get a plan.",
        "Requests fell because needs were met earlier, which is good progress.",
        "The falling rate of decisions in time is not good.",
    ],
)
def test_a_sentence_that_only_tells_or_that_names_need_or_duty_is_not(sentence):
    assert not is_praise_of_fewer(sentence)


def test_such_praise_is_flagged_beneath_the_commentary_with_its_words(told, tmp_path):
    html = told("All is told.", "It is encouraging that fewer requests were made. The rest follows.")
    assert "Wording to reconsider: this praises fewer plans or requests" in html
    assert praises(tmp_path / "10_ehc_plans.md") == [(4, "It is encouraging that fewer requests were made.")]


def test_the_pack_s_own_words_do_not_praise_fewer_plans(repository):
    texts = [text for entry in read_dictionary(repository / "data" / "dictionary").values() for text in (entry.sentence, entry.reading)]
    texts += [path.read_text(encoding="utf-8") for path in (repository / "notebooks").glob("*.ipynb")]
    assert not [sentence for text in texts for sentence in text.split(".") if is_praise_of_fewer(sentence)]


@given(st.text())
def test_any_text_can_be_asked(text):
    assert is_praise_of_fewer(text) in (True, False)
