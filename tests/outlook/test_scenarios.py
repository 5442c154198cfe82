"""Scenarios change rates, never counts: what differs between two is what is done, and nothing is counted twice."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from svip_lib.outlook import donors
from svip_lib.outlook.panel import SETTINGS
from svip_lib.outlook.scenarios import changed, fractions, spilled

PERIODS = ["202223", "202324", "202425", "202526"]
EACH_YEAR = dict.fromkeys(PERIODS, 10.0)


def done(rate, changes=None, delivered=None, **places):
    told = {"setting": None, "to": None} | places
    return SimpleNamespace(rate=rate, changes=EACH_YEAR if changes is None else changes, delivered=delivered, **told)


@pytest.fixture(scope="module")
def future(panel):
    """Medway's futures from January 2022."""
    row = panel.areas.index("E06000035")
    drawn = donors.draw(panel.until(2022), np.array([row]), simulations=2000, seed=1, horizon=4)
    return drawn.total[0], drawn.shares[0]


def told(future, mitigations, part=1.0, leaving=0.05):
    whole = np.full((len(mitigations), len(future[0])), part)
    return changed(future, 2697.0, PERIODS, mitigations, whole, leaving)


@pytest.mark.parametrize(
    "neutral",
    [
        ([], 1.0),
        ([done("growth"), done("new_plans"), done("places", setting="independent", to="mainstream")], 0.0),
        ([done("growth", dict.fromkeys(PERIODS, 0.0)), done("places", {"203031": 50.0}, setting="independent", to="other")], 1.0),
    ],
    ids=["nothing is done", "nothing is delivered", "nothing is changed in these years"],
)
def test_where_nothing_is_changed_a_future_stays_itself_to_the_last_bit(future, neutral):
    total, shares = told(future, *neutral)
    assert np.array_equal(total, future[0])
    assert np.array_equal(shares, future[1])


def test_without_new_plans_no_future_ever_grows(future):
    total, _ = told(future, [done("new_plans", dict.fromkeys(PERIODS, -100.0))])
    assert (np.diff(np.hstack([np.full((len(total), 1), 2697.0), total])) <= 1e-9).all()
    assert (total >= 0).all()


def test_a_kind_of_place_that_all_leave_holds_nobody(future):
    _, shares = told(future, [done("places", dict.fromkeys(PERIODS, 100.0), setting="independent", to="mainstream")])
    assert np.abs(shares[:, :, SETTINGS.index("independent")]).max() < 1e-12


def test_two_that_move_the_same_children_move_them_once(future):
    half = dict.fromkeys(PERIODS[:1], 50.0)
    _, shares = told(future, [done("places", half, setting="independent", to=to) for to in ("mainstream", "special_state")])
    before = future[1][:, :, SETTINGS.index("independent")]
    assert shares[:, :, SETTINGS.index("independent")] == pytest.approx(before / 4)


def test_a_point_of_growth_takes_a_point_of_the_growth_of_that_year_and_of_no_other(future):
    total, _ = told(future, [done("growth", {"202324": -1.0})])
    growth, before = (np.diff(np.log(paths)) for paths in (total, future[0]))
    assert total[:, 0] == pytest.approx(future[0][:, 0])
    assert np.exp(growth[:, 0]) == pytest.approx(np.exp(before[:, 0]) - 0.01)
    assert growth[:, 1:] == pytest.approx(before[:, 1:])


@given(
    st.lists(
        st.tuples(st.sampled_from(SETTINGS), st.sampled_from(SETTINGS), st.floats(0, 100)).filter(lambda told: told[0] != told[1]),
        max_size=5,
    ),
    st.floats(0, 1),
)
def test_shares_are_never_below_nought_and_add_to_one_whoever_moves_where(moves, part):
    shares = np.full((3, 4, len(SETTINGS)), 1 / len(SETTINGS))
    mitigations = [done("places", dict.fromkeys(PERIODS, rate), setting=setting, to=to) for setting, to, rate in moves]
    _, moved = told((np.full((3, 4), 3000.0), shares), mitigations, part)
    assert moved.min() >= -1e-12
    assert moved.sum(axis=2) == pytest.approx(1)


def test_an_effect_is_that_of_the_mitigation_and_not_of_chance(panel, future):
    """Paired, its spread is a small part of what it would be between futures that were drawn apart."""
    mitigations = [done("growth", dict.fromkeys(PERIODS, -2.0))]
    total, _ = changed(future, 2697.0, PERIODS, mitigations, fractions(mitigations, 2000, 1)["already_delivering"], 0.05)
    row = np.array([panel.areas.index("E06000035")])
    apart = donors.draw(panel.until(2022), row, simulations=2000, seed=2, horizon=4).total[0]
    assert (total - future[0])[:, -1].std() <= 0.15 * (total - apart)[:, -1].std()


def test_with_a_record_of_delivery_the_record_stands_and_without_one_it_is_drawn():
    told = fractions([done("growth"), done("growth", delivered=70)], 5000, 1)
    assert (told["as_things_stand"] == 0).all()
    assert (told["delivered_in_full"] == 1).all()
    drawn, recorded = told["already_delivering"]
    assert (recorded == 0.7).all()
    assert (drawn.mean(), drawn.min() >= 0, drawn.max() <= 1) == (pytest.approx(0.4, abs=0.02), True, True)


def test_who_finds_no_place_in_a_state_special_school_goes_to_an_independent_one(future):
    special, independent = (SETTINGS.index(name) for name in ("special_state", "independent"))
    total, shares = spilled(future, 1000)
    before, after = (shares_[:, :, [special, independent]] for shares_ in (future[1], shares))
    assert (total * shares[:, :, special]).max() <= 1000 + 1e-6
    assert after.sum(axis=2) == pytest.approx(before.sum(axis=2))
    assert (after[:, :, 1] >= before[:, :, 1]).all()
    assert spilled(future, np.inf)[1] == pytest.approx(future[1], abs=0)
