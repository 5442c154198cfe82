"""All tables together: each stands without any register, says what was not supplied, and fits on a page."""

import pytest

from svip_lib.show.registers import SUBJECTS, TABLES, agreement, capacity, governance, risks
from svip_lib.show.tables import table_html
from tests.show.drawn import made, words

PROGRAMME = agreement.TABLES | capacity.TABLES | governance.TABLES | risks.TABLES


def test_no_name_of_a_table_stands_in_two_subjects():
    assert len(TABLES) == sum(len(subject.TABLES) for subject in SUBJECTS)


def test_a_table_names_indicators_that_there_are_and_the_leading_one_where_it_is_supplied(dictionary):
    for name, table in TABLES.items():
        assert set(table.indicators) <= set(dictionary), name
        assert table.indicators or not (table.supplied or table.explained), name


@pytest.mark.parametrize("name", PROGRAMME)
def test_without_any_register_a_table_of_the_programme_stands_and_says_what_was_not_supplied(given, name):
    drawn, table = given(), PROGRAMME[name]
    frame = table.frame(drawn)
    if frame.empty:
        assert table.absent(drawn) == ("none" if name == "activities_other" else "not supplied")
    else:
        assert len(frame.columns) <= 6
        table_html(frame, anchor="a", caption=table.heading(drawn), finished=set(table.finished))
        assert set(table.finished) <= set(frame.columns)


def test_what_a_register_that_is_lacking_would_have_told_is_not_supplied(given):
    assert set(made("scheme_days", given())["Planned"]) == {"not supplied"}
    assert set(map(words, made("risk_scores", given())["Trend"])) == {"◊ not supplied"}
