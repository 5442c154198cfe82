"""What makes spending differ from its budget: each part alone, and that the parts always add up to the pound."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from svip_lib.indicators.variance import BY_CATEGORY_ALONE, COMPONENTS, apportioned, decompose

KEY = ["dsg_category", "need"]
NO_COSTS = pd.Series(dtype="float64", index=pd.MultiIndex.from_arrays([[], []], names=KEY))


def places(*rows, columns=("years", "cost")):
    return pd.DataFrame(rows, columns=[*KEY, *columns]).set_index(KEY)


def years(*rows):
    return places(*rows, columns=["years"])["years"]


def parts(budget, forecast, planned, now, costs=NO_COSTS):
    """The parts that are not nought, by category, need and component."""
    rows = decompose(pd.Series(budget), pd.Series(forecast), planned, now, costs)
    return {(row.dsg_category, row.need, row.component): row.value for row in rows.itertuples() if row.value}


def test_twice_the_places_at_the_same_mix_and_cost_are_volume_alone():
    found = parts({"special": 1000}, {"special": 2000}, places(("special", "asd", 10, 1000.0)), years(("special", "asd", 20)))
    assert found == {("special", "asd", "volume"): 1000}


def test_places_that_move_to_a_dearer_kind_are_mix_between_kinds():
    planned = places(("mainstream", "asd", 10, 100.0), ("special", "asd", 10, 1000.0))
    now = years(("mainstream", "asd", 5), ("special", "asd", 15))
    found = parts({"mainstream": 100, "special": 1000}, {"mainstream": 50, "special": 1500}, planned, now)
    assert found == {("mainstream", "asd", "category_mix"): -50, ("special", "asd", "category_mix"): 500}


def test_places_for_a_dearer_need_in_the_same_kind_are_mix_between_needs():
    planned = places(("special", "asd", 10, 1000.0), ("special", "pmld", 10, 2000.0))
    found = parts({"special": 3000}, {"special": 3500}, planned, years(("special", "asd", 5), ("special", "pmld", 15)))
    assert found == {("special", "asd", "need_mix"): -500, ("special", "pmld", "need_mix"): 1000}


def test_the_same_places_at_a_higher_cost_are_rate_told_by_kind_of_place():
    found = parts({"special": 1000}, {"special": 1200}, places(("special", "asd", 10, 1000.0)), years(("special", "asd", 10)))
    assert found == {("special", BY_CATEGORY_ALONE, "rate"): 200}


def test_rate_is_told_by_need_where_costs_are_known_and_what_they_leave_over_by_kind_of_place():
    planned = places(("special", "asd", 10, 1000.0), ("special", "hi", 10, 1000.0))
    costs = places(("special", "asd", 1300.0), ("special", "hi", 900.0), columns=["cost"])["cost"]
    found = parts({"special": 2000}, {"special": 2250}, planned, years(("special", "asd", 10), ("special", "hi", 10)), costs)
    assert found == {
        ("special", "asd", "rate"): 300,
        ("special", "hi", "rate"): -100,
        ("special", BY_CATEGORY_ALONE, "rate"): 50,
    }


def test_a_need_for_which_none_was_budgeted_costs_its_kinds_average():
    found = parts({"special": 1000}, {"special": 1000}, places(("special", "asd", 10, 1000.0)), years(("special", "vi", 10)))
    assert found == {("special", "asd", "need_mix"): -1000, ("special", "vi", "need_mix"): 1000}


def test_lines_without_budgeted_places_budget_without_places_and_forecasts_without_children_have_parts_of_their_own():
    planned = places(("special", "asd", 10, 900.0), ("hospital", "asd", 1, 50.0))
    found = parts(
        {"special": 1000, "services": 200, "hospital": 50},
        {"special": 1000, "services": 150, "hospital": 80},
        planned,
        years(("special", "asd", 11)),
    )
    assert found[("services", BY_CATEGORY_ALONE, "without_places")] == -50
    assert found[("special", BY_CATEGORY_ALONE, "budget_not_in_places")] == -100
    assert found[("hospital", BY_CATEGORY_ALONE, "not_explained")] == 80
    assert found[("hospital", "asd", "category_mix")] == -50
    assert sum(value for (kind, *_), value in found.items() if kind == "hospital") == 30


def test_without_any_budgeted_place_everything_is_told_whole():
    found = parts({"special": 10}, {"special": 25}, places().astype(float), years().astype(float))
    assert found == {("special", BY_CATEGORY_ALONE, "without_places"): 15}


POUNDS = st.integers(-(10**9), 10**9)
KINDS, NEEDS = ["mainstream", "special", "post_16"], ["asd", "vi", "msi"]
CELL = st.tuples(st.sampled_from(KINDS), st.sampled_from(NEEDS))
YEARS = st.one_of(st.just(0.0), st.integers(0, 4000).map(lambda days: days / 365))


@settings(max_examples=60, deadline=None)
@given(
    budget=st.lists(POUNDS, min_size=4, max_size=4),
    forecast=st.lists(POUNDS, min_size=4, max_size=4),
    planned=st.dictionaries(CELL, st.tuples(YEARS, st.integers(-(10**4), 10**5)), max_size=9),
    now=st.dictionaries(CELL, YEARS, max_size=9),
    costs=st.dictionaries(CELL, st.integers(-(10**6), 10**8), max_size=4),
)
def test_whatever_the_ledger_and_the_places_the_parts_add_to_the_pound(budget, forecast, planned, now, costs):
    index = pd.Index([*KINDS, "services"])
    budget, forecast = pd.Series(budget, index=index), pd.Series(forecast, index=index)
    plan = places(*((*cell, many, many * each) for cell, (many, each) in planned.items())).astype(float)
    costs = places(*((*cell, cost) for cell, cost in costs.items()), columns=["cost"])["cost"].astype(float)
    rows = decompose(budget, forecast, plan, years(*((*cell, many) for cell, many in now.items())).astype(float), costs)
    assert rows["value"].dtype == "int64"
    assert set(rows["component"]) <= set(COMPONENTS)
    assert not rows.duplicated(["dsg_category", "need", "component"]).any()
    assert rows.groupby("dsg_category")["value"].sum().to_dict() == (forecast - budget).to_dict()
    assert rows["value"].sum() == (forecast - budget).sum()


@given(parts=st.lists(st.floats(-1e9, 1e9), min_size=1), total=st.integers(-(10**10), 10**10))
def test_whole_numbers_add_to_the_total_whatever_the_parts(parts, total):
    assert apportioned(pd.Series(parts), total).sum() == total


@given(parts=st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_a_part_is_rounded_to_one_of_its_two_neighbours_where_the_parts_add_to_the_total(parts):
    told = apportioned(pd.Series(parts), round(sum(parts)))
    assert ((told - pd.Series(parts)).abs() < 1.001).all()
