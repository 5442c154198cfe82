"""What a table says of itself: its caption, whether it is invented, why it is absent, what its indicators mean."""

from dataclasses import replace

import pytest

from svip_lib.show.given import Table
from svip_lib.show.registers import TABLES
from tests.drawn import drawn_row
from tests.show.drawn import MILESTONE, RISK

SPENDING, EACH = "variance_by_need_gbp", "placement_years_by_need_fte"


@pytest.fixture
def spending(dictionary):
    """A figure of a quarter; invented, if nothing else is said."""

    def draw(name=SPENDING, period="202526Q4", origin="synthetic"):
        return drawn_row(dictionary[name], 5.0, period=period, category="asd") | {"origin": origin}

    return draw


def table(**how):
    return Table("What is told", lambda _: None, **how)


def test_a_table_from_an_invented_register_says_so_and_one_from_the_councils_own_does_not(given):
    drawn = given(milestones=[MILESTONE], risks=[RISK])
    assert TABLES["scheme_days"].heading(drawn).startswith("SYNTHETIC. When each scheme")
    assert TABLES["risks"].heading(drawn) == "The risks that the council's report names"
    assert TABLES["schemes"].heading(drawn) == "What the council's report says of each scheme"


def test_a_table_that_shows_an_invented_figure_says_so_and_one_that_only_names_it_leaves_it_to_the_cell(given, spending):
    drawn = given(rows=[spending()])
    assert table(indicators=(EACH, SPENDING)).heading(drawn) == "SYNTHETIC. What is told"
    assert table(indicators=(EACH,)).heading(drawn) == "What is told"
    assert table(named=lambda _: [SPENDING]).heading(drawn) == "What is told"


def test_a_table_that_explains_its_indicators_names_the_newest_quarter_and_only_those_that_have_figures(given, spending, dictionary):
    explained = table(indicators=(EACH, SPENDING), explained=True)
    drawn = given(rows=[spending(period="202526Q3"), spending()])
    assert explained.heading(drawn) == "SYNTHETIC. What is told, January to March 2026"
    entry = dictionary[SPENDING]
    told = f"Source: SYNTHETIC, invented records in the form of: {entry.source}. {entry.definition} {entry.reading}"
    assert explained.notes(drawn) == [f"{entry.label}. {told}"]
    assert explained.heading(given(rows=[spending(origin="council")])) == "What is told, January to March 2026"
    assert (explained.heading(given()), explained.notes(given())) == ("What is told", [])
    assert replace(explained, explained=False).notes(drawn) == []


def test_what_is_the_councils_to_supply_is_not_supplied_and_what_is_only_empty_has_none(given, spending):
    drawn = given(rows=[spending()], risks=[RISK])
    assert [table(register=name).absent(drawn) for name in ("risks", "milestones", "")] == ["none", "not supplied", "none"]
    assert [table(indicators=(name,), supplied=True).absent(drawn) for name in (SPENDING, EACH)] == ["none", "not supplied"]
    assert table(indicators=(EACH,)).absent(drawn) == "none"
