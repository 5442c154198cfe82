"""Places: weighted as DfE weighs them, empty ones and too full schools told apart, and pupils protected like all children."""

from datetime import date

import pandas as pd
import pytest

from svip_lib.config.authority import ReturnFile
from svip_lib.config.periods import OLD_MONTHS, Quarter, over_financial_year
from svip_lib.config.registry import FUNCTIONS
from svip_lib.config.result import COLUMNS
from svip_lib.disclosure.gate import release
from svip_lib.figures import Figures
from svip_lib.indicators import capacity
from svip_lib.indicators.council import Council
from tests.drawn import AREAS, NOTHING_PUBLISHED, POLICY

TOLD = ReturnFile(year=2026, first_day=date(2025, 10, 1), last_day=date(2026, 3, 31))
SCHOOL = {
    "place_type": "special",
    "designation": "ASD",
    "post_16": "pre-16",
    "places": 100,
    "places_next_year": 112,
    "places_financial_year": 107,
    "rate": 1_000_000,
    "on_roll": 90,
}
NUMBERS = [name for name, value in SCHOOL.items() if isinstance(value, int)]


def council(*schools, **registers):
    """Draw a list of places; each school is told by what is particular to it."""
    places = pd.DataFrame([SCHOOL | school for school in schools]) if schools else None
    if places is not None:
        registers["places"] = places.astype(dict.fromkeys(NUMBERS, "Float64")).astype({"rate": "Int64"})
    return Council(registers, pd.DataFrame(), pd.DataFrame(), TOLD, [], "E06000035", "synthetic")


def values(figures):
    """What is not nought, by category."""
    told = figures.set_index("category")["value"]
    return told[told != 0].to_dict()


@pytest.mark.parametrize(
    ("first", "second", "stage", "rate", "paid"),
    [(497, 541, "pre-16", 10_000, 5_226_667), (130, 145, "post-16", 6_000, 840_000), (312, 323, "pre-16", 6_000, 1_910_500)],
)
def test_places_of_a_financial_year_cost_what_dfe_deducted_for_them_in_2021_22(first, second, stage, rate, paid):
    assert round(over_financial_year(first, second, OLD_MONTHS[stage]) * rate) == paid


def test_the_year_of_a_kind_is_weighted_school_by_school_and_stands_beside_what_the_list_states():
    drawn = council({}, {"post_16": "post-16", "places": 30, "places_next_year": 45, "places_financial_year": 41})
    assert values(capacity.places_year_by_type_quarter_count(drawn)) == {"special": 107 + 40}
    assert values(capacity.places_year_stated_by_type_quarter_count(drawn)) == {"special": 148}


def test_a_year_that_lacks_one_school_is_not_told_and_never_too_low():
    figures = capacity.places_year_by_type_quarter_count(council({}, {"places_next_year": None}, {"place_type": "ap"}))
    told = figures.set_index("category")
    assert (told.loc["special", "shorthand"], told.loc["ap", "value"]) == ("x", 107)
    assert told.loc[["special"], "value"].isna().all()


def test_a_school_that_is_too_full_hides_no_empty_place_elsewhere():
    drawn = council({}, {"on_roll": 106}, {"place_type": "ap", "on_roll": 100})
    assert values(capacity.on_roll_by_type_quarter_count(drawn)) == {"special": 196, "ap": 100}
    assert values(capacity.vacancies_by_type_quarter_count(drawn)) == {"special": 10}
    assert values(capacity.over_numbers_by_type_quarter_count(drawn)) == {"special": 6}
    assert values(capacity.empty_places_by_type_quarter_gbp(drawn)) == {"special": 100_000}


def test_a_school_without_a_roll_has_places_and_no_pupils_and_is_not_called_empty():
    drawn = council({}, {"place_type": "college", "on_roll": None})
    assert values(capacity.places_by_type_quarter_count(drawn)) == {"special": 100, "college": 100}
    assert values(capacity.vacancies_by_type_quarter_count(drawn)) == {"special": 10}
    assert capacity.on_roll_quarter_count(drawn)["value"].to_list() == [90]
    without = council({"on_roll": None})
    assert capacity.on_roll_quarter_count(without).empty
    assert capacity.vacancies_by_type_quarter_count(without).empty


def test_pupils_are_whole_so_that_parts_add_up():
    drawn = council({"on_roll": 10.5}, {"on_roll": 7.4, "designation": "SEMH"})
    by_need = values(capacity.on_roll_by_need_quarter_count(drawn))
    assert by_need == {"special_asd": 10, "special_semh": 7}
    assert sum(by_need.values()) == capacity.on_roll_quarter_count(drawn)["value"].item()


def test_needs_are_told_within_the_kinds_that_are_for_one_and_for_no_other_kind():
    drawn = council({}, {"place_type": "unit", "designation": "Speech and language"}, {"place_type": "ap", "designation": "SEMH"})
    assert values(capacity.places_by_need_quarter_count(drawn)) == {"special_asd": 100, "unit_slcn": 100}


def test_what_was_not_supplied_is_no_figure():
    names = [name for name, function in FUNCTIONS.items() if function.__module__ == capacity.__name__]
    assert len(names) == 12
    assert all(FUNCTIONS[name](council()).empty for name in names)


def test_capital_is_a_share_of_what_was_approved_for_the_schemes_that_tell_both():
    money = pd.DataFrame({"capital_budget": [100_000_00, 300_000_00, None], "capital_spent": [50_000_00, None, 7_00]}, dtype="Int64")
    figures = capacity.capital_spent_quarter_percent(council(milestones=money))
    assert figures[["numerator", "denominator", "value"]].to_numpy().tolist() == [[50_000, 100_000, 50]]
    assert capacity.capital_spent_quarter_percent(council(milestones=money.iloc[1:])).empty


def released(*schools):
    """Let the figures of a drawn list of places through the gate."""
    drawn, constant = council(*schools), {"base": "drawn", "measure": "actual", "scenario": "", "quantile": ""}
    names = [name for name, function in FUNCTIONS.items() if function.__module__ == capacity.__name__]
    rows = pd.concat([FUNCTIONS[name](drawn).assign(indicator=name, **constant) for name in names], ignore_index=True)[COLUMNS]
    words = {
        "own_findings": pd.DataFrame({"rows": []}),
        "own_rows": pd.DataFrame({"clean": [], "quarantined": []}),
        "revisions": pd.DataFrame({"value_then": [], "value_now": []}),
    }
    figures = Figures("medway", Quarter(2025, 4), date(2026, 7, 31), rows, AREAS, words)
    return release(figures, "public", key="drawn", policy=POLICY, register=NOTHING_PUBLISHED)[0]


def test_few_pupils_are_withheld_with_all_that_would_give_them_away_and_places_are_not():
    public = released({}, {"place_type": "ap", "places": 8, "on_roll": 3}, {"place_type": "college", "on_roll": 40})
    for name in ("on_roll", "vacancies", "over_numbers"):
        told = public.select(f"{name}_by_type_quarter_count").set_index("category")
        assert told.loc["ap", "shorthand"] == "c", name
        assert (told["shorthand"] == "c").sum() >= 2, name  # one alone would be what the whole leaves over
    assert public.select("empty_places_by_type_quarter_gbp").set_index("category").loc["ap", "shorthand"] == "c"
    assert public.select("places_by_type_quarter_count").set_index("category").loc["ap", "value"] == 8
    assert public.select("on_roll_quarter_count")["value"].to_list() == [133]


def test_few_pupils_of_a_need_are_withheld_beside_the_whole_of_their_kind():
    public = released({}, {"designation": "SEMH", "places": 8, "on_roll": 3}, {"designation": "MLD", "on_roll": 40})
    told = public.select("on_roll_by_need_quarter_count").set_index("category")["shorthand"]
    assert told["special_semh"] == "c"
    assert (told == "c").sum() >= 2
    assert public.select("vacancies_by_need_quarter_count").set_index("category")["shorthand"].equals(told)
