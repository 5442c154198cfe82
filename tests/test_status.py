"""Two statuses, never averaged."""

import pytest

from svip_lib.status import duty_status, trajectory_status
from tests.drawn import drawn_entry, drawn_release


@pytest.mark.parametrize(
    ("actual", "word"), [(105.0, "On plan"), (95.0, "On plan"), (105.1, "Above plan"), (94.9, "Below plan"), (100.0, "On plan")]
)
def test_a_count_of_plans_is_on_above_or_below_plan_and_never_good_or_bad(actual, word):
    entry = drawn_entry(polarity="none")
    status = trajectory_status(drawn_release(entry, actual=actual, plan=100.0), entry, tolerance=5)
    assert (status.word, status.kind) == (word, "none")


@pytest.mark.parametrize(
    ("polarity", "actual", "word"),
    [
        ("higher", 42.0, "Plan met"),
        ("higher", 41.9, "Just short of plan"),
        ("higher", 39.9, "Just short of plan"),
        ("higher", 39.89, "Plan missed"),
        ("lower", 42.0, "Plan met"),
        ("lower", 44.1, "Just short of plan"),
        ("lower", 44.2, "Plan missed"),
    ],
)
def test_the_tolerance_is_five_per_cent_of_the_plan_on_the_side_that_falls_short(polarity, actual, word):
    entry = drawn_entry(polarity=polarity)
    assert trajectory_status(drawn_release(entry, actual=actual, plan=42.0), entry, tolerance=5).word == word


def test_without_a_plan_there_is_no_status_and_the_word_says_so():
    entry = drawn_entry(polarity="higher")
    assert trajectory_status(drawn_release(entry, actual=40.0), entry, tolerance=5).word == "No plan to compare with"


@pytest.mark.parametrize(("actual", "word"), [(100.0, "Met"), (99.9, "Not met"), (0.0, "Not met")])
def test_the_law_knows_no_tolerance(actual, word):
    entry = drawn_entry(polarity="higher")
    assert duty_status(drawn_release(entry, actual=actual), entry).word == word


def test_a_duty_without_a_figure_is_not_met_in_silence():
    entry = drawn_entry(polarity="higher")
    assert duty_status(drawn_release(entry, actual=None), entry).word == "Not published"
