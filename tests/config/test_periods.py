"""Quarters, years and census days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svip_lib.config.periods import (
    Quarter,
    academic_year_of,
    academic_year_of_january,
    january_of,
    period_label,
    read_census_dates,
)
from svip_lib.config.refusal import Refusal

quarters = st.builds(Quarter, st.integers(2001, 2098), st.integers(1, 4))


@given(quarters)
def test_a_quarter_is_read_back_from_what_it_writes(quarter):
    assert Quarter.parse(str(quarter)) == quarter


@given(quarters)
def test_quarters_follow_one_another_without_a_gap(quarter):
    assert quarter.next.first_day == quarter.last_day + timedelta(days=1)
    assert quarter.next.previous == quarter
    assert quarter < quarter.next


@given(quarters)
def test_the_same_quarter_a_year_before_is_four_quarters_back(quarter):
    assert quarter.previous.previous.previous.previous == quarter.year_before


@given(quarters)
def test_every_day_of_a_quarter_lies_in_its_financial_year(quarter):
    year = int(quarter.financial_year[:4])
    assert date(year, 4, 1) <= quarter.first_day < quarter.last_day <= date(year + 1, 3, 31)


@given(st.integers(2001, 2098))
def test_the_january_census_of_a_year_belongs_to_the_academic_year_that_began_before_it(year):
    assert january_of(academic_year_of_january(year)) == year
    assert academic_year_of(date(year, 1, 15)) == academic_year_of_january(year)


def test_the_academic_year_turns_on_the_first_of_september():
    assert academic_year_of(date(2025, 8, 31)) == "202425"
    assert academic_year_of(date(2025, 9, 1)) == "202526"


def test_the_turn_of_the_century_keeps_six_digits():
    assert academic_year_of(date(2099, 12, 1)) == "209900"
    assert str(Quarter(2099, 1)) == "2099-00-Q1"
    assert Quarter.parse("2099-00-Q1") == Quarter(2099, 1)


@pytest.mark.parametrize("text", ["2025-26-Q5", "2025-27-Q1", "2025-26", "25-26-Q1", "2025-26-q1", "", "../2025-26-Q1", "2025-26-Q1 "])
def test_what_is_not_a_quarter_is_refused_and_the_right_form_is_told(text):
    with pytest.raises(Refusal, match="as in 2025-26-Q4"):
        Quarter.parse(text)


def test_periods_are_written_as_readers_say_them():
    assert period_label("202223", "Academic year") == "January 2023"
    assert period_label("2024", "Calendar year") == "2024"
    assert period_label("202122", "Financial year") == "2021-22"


def test_census_days_are_looked_up_and_2021_was_not_the_third_thursday(repository):
    days = read_census_dates(repository / "data" / "reference" / "census_dates.csv")
    assert days[2021] == date(2021, 1, 14)
    assert days[2026] == date(2026, 1, 15)
    assert all(day.month == 1 and day.weekday() == 3 for day in days.values())


def test_a_census_day_that_is_not_a_day_is_refused(tmp_path):
    (tmp_path / "census_dates.csv").write_text("census_date,source\n15/01/2026,DfE\n")
    with pytest.raises(Refusal, match=r"census_date.*2026-01-15"):
        read_census_dates(tmp_path / "census_dates.csv")
