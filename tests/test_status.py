"""Two statuses, never averaged."""

import pytest

from svip_lib.status import duty_status, statuses, trajectory_status, trend
from tests.drawn import drawn_entry, drawn_release, drawn_row


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
        ("higher", 39.84, "Plan missed"),
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
    assert duty_status(drawn_release(entry, actual=None), entry).word == "Not in our files"


def test_a_share_is_judged_as_it_is_printed():
    entry = drawn_entry(polarity="higher")
    assert trajectory_status(drawn_release(entry, actual=41.96, plan=42.0), entry, tolerance=5).word == "Plan met"


@pytest.mark.parametrize(
    ("actual", "word"), [(-8.0, "Plan met"), (-10.0, "Plan met"), (-10.4, "Just short of plan"), (-12.0, "Plan missed")]
)
def test_a_plan_below_zero_is_judged_on_the_side_where_it_lies(actual, word):
    entry = drawn_entry(polarity="higher", indicator_unit="£")
    assert trajectory_status(drawn_release(entry, actual=actual, plan=-10.0), entry, tolerance=5).word == word


@pytest.mark.parametrize(
    ("polarity", "actual", "word"),
    [("none", 0.0, "On plan"), ("none", 5.0, "Above plan"), ("lower", 0.0, "Plan met"), ("lower", 5.0, "Plan missed")],
)
def test_a_plan_of_nothing_is_judged_without_a_percentage(polarity, actual, word):
    entry = drawn_entry(polarity=polarity, indicator_unit="")
    assert trajectory_status(drawn_release(entry, actual=actual, plan=0.0), entry, tolerance=5).word == word


def test_a_plan_that_is_due_later_is_named_and_not_judged():
    entry = drawn_entry(polarity="higher")
    rows = [drawn_row(entry, 27.7, period="202425"), drawn_row(entry, 42.0, measure="plan")]
    status = trajectory_status(drawn_release(entry, rows=rows), entry, tolerance=5)
    assert (status.word, status.period, status.plan) == ("Not due yet", "202526", 42.0)


def test_after_the_plan_has_ended_the_verdict_and_its_figures_are_of_the_last_planned_period():
    entry = drawn_entry(polarity="higher")
    rows = [drawn_row(entry, 40.0, period="202425"), drawn_row(entry, 39.0, period="202425", measure="plan"), drawn_row(entry, 30.0)]
    status = trajectory_status(drawn_release(entry, rows=rows), entry, tolerance=5)
    assert (status.word, status.period, status.actual, status.plan) == ("Plan met", "202425", 40.0, 39.0)


def test_a_plan_that_nobody_has_verified_gives_no_verdict():
    entry = drawn_entry(polarity="higher")
    rows = [drawn_row(entry, 40.0), drawn_row(entry, None, measure="plan") | {"shorthand": "unverified"}]
    status = trajectory_status(drawn_release(entry, rows=rows), entry, tolerance=5)
    assert (status.kind, status.word) == ("unverified", "Plan unverified")


def test_what_was_agreed_and_what_the_law_asks_stand_apart_and_what_is_neither_has_no_status():
    entry = drawn_entry(polarity="higher", statutory="no")
    released = drawn_release(entry, actual=40.0, plan=42.0)
    duty = entry.model_copy(update={"statutory": "yes"})
    told = statuses(released, {entry.name: duty, "other": entry.model_copy(update={"col_name": "other"})}, tolerance=5)
    assert [(kind, [(of.name, status.word) for of, status in rows]) for kind, rows in told.items()] == [
        ("Trajectory", [(entry.name, "Just short of plan")]),
        ("Duty", [(entry.name, "Not met")]),
    ]


@pytest.mark.parametrize(
    ("polarity", "values", "short", "long"),
    [
        ("higher", [10, 20, 30, 40, 50], "Better", "Better"),
        ("lower", [10, 20, 30, 40, 50], "Worse", "Worse"),
        ("none", [10, 20, 30, 40, 50], "Higher", "Higher"),
        ("none", [60, 60, 60, 40, 50], "Higher", "Lower"),
        ("higher", [50, 50, 50, 50, 50.04], "The same", "The same"),
        ("higher", [50, 60], "Better", "Too few figures"),
        ("higher", [50], "Too few figures", "Too few figures"),
        ("higher", [10, 20, 30, None, 50], "Too few figures", "Too few figures"),
        ("higher", [10, 20, 30, 40, 50, None], "Better", "Better"),
    ],
)
def test_the_short_trend_looks_at_one_figure_before_and_the_long_at_the_mean_of_four(polarity, values, short, long):
    entry = drawn_entry(polarity=polarity)
    rows = [drawn_row(entry, value and float(value), period=f"{2020 + nth}{21 + nth}") for nth, value in enumerate(values)]
    released = drawn_release(entry, rows=rows)
    assert (trend(released, entry, "", 1), trend(released, entry, "", 4)) == (short, long)
