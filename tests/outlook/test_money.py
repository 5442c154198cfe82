"""What futures would cost: the ledger's own year comes to what the ledger says, and the grant does not follow the children."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from svip_lib.config.result import CUMULATIVE, IN_YEAR
from svip_lib.outlook import money
from svip_lib.outlook.money import Position, balances, read_position
from svip_lib.outlook.panel import SETTINGS

POSITION = Position(
    year=2026,
    spending={"mainstream": 10e6, "state_special": 20e6, "nmss_or_independent": 15e6, "post_16": 3e6, "services": 2e6},
    grant=45e6,
    income=1e6,
    balance=-14e6,
    free_places=None,
    allocations={},
    constant={"area": "E06000035", "origin": "synthetic", "source_id": "council_return", "base": "high_needs_ledger"},
)


def children(*plans, simulations=4000, **shares):
    """Children by kind of place in Januaries one after the other; a quarter in each of four kinds unless said otherwise."""
    each = np.array([shares.get(name, 0.25 if name != "other" else 0.0) for name in SETTINGS])
    return np.tile(np.array(plans, dtype=float)[:, None] * each, (simulations, 1, 1))


@pytest.fixture
def still(monkeypatch):
    """Nothing gets dearer and the grant stays."""
    for name in ("PRICES", "PRICES_INDEPENDENT", "GRANT"):
        monkeypatch.setattr(money, name, (0.0, 0.0))
    monkeypatch.setattr(money, "COST_SPREAD", 0.0)


def test_where_nothing_changes_every_year_is_the_ledgers_own(still):
    told = balances(children(3000, 3000, 3000, 3000), POSITION, 1)
    assert told[IN_YEAR] == pytest.approx(-4e6)
    assert told[CUMULATIVE] == pytest.approx(np.tile([-18e6, -22e6], (4000, 1)))


def test_what_a_place_costs_follows_from_the_children_of_the_ledgers_year(still):
    """A quarter of the year lies nearer the January before it: 0.25 × 3,000 + 0.75 × 3,400 = 3,300 children, and 3,400 a year later."""
    told = balances(children(3000, 3400, 3400), POSITION, 1)
    assert told[IN_YEAR] == pytest.approx(46e6 - (48e6 * 3400 / 3300 + 2e6))


def test_the_grant_does_not_follow_the_children(still):
    more, fewer = (balances(children(3000, 3000, plans), POSITION, 1)[IN_YEAR].mean() for plans in (4000, 2000))
    assert more < fewer
    assert more + fewer == pytest.approx(2 * -4e6)


def test_a_child_in_a_dearer_place_costs_more(still):
    here = children(3000, 3000, 3000)
    there = here.copy()
    there[:, -1, SETTINGS.index("mainstream")] -= 100
    there[:, -1, SETTINGS.index("special_state")] += 100
    dearer = balances(here, POSITION, 1)[IN_YEAR] - balances(there, POSITION, 1)[IN_YEAR]
    assert dearer == pytest.approx(75 * (20e6 - 10e6) / 750)


def test_the_grant_is_as_published_for_as_long_as_it_is_known(still):
    known = replace(POSITION, allocations={2026: 50e6, 2027: 55e6})
    told = balances(children(3000, 3000, 3000, 3000), known, 1)[IN_YEAR]
    assert told == pytest.approx(-4e6 + 4.5e6)
    assert balances(children(3000, 3000, 3000), replace(POSITION, allocations={2024: 50e6}), 1)[IN_YEAR] == pytest.approx(-4e6)


def test_chance_strikes_every_scenario_alike():
    """So that two scenarios differ by the children and not by the prices."""
    first, second = (balances(children(3000, 3000, plans), POSITION, 7)[IN_YEAR] for plans in (3000, 3001))
    assert (first - second).std() < 0.02 * first.std()


def test_without_a_whole_ledger_there_is_no_money_ahead():
    rows = pd.DataFrame(
        [
            ("high_needs_ledger_gbp", "forecast", "mainstream", 10e6),
            ("high_needs_recovery_gbp", "recovery_step", "grant", 45e6),
            ("high_needs_recovery_gbp", "recovery_step", "brought_forward", -7e6),
            ("high_needs_recovery_gbp", "recovery_step", "balance_after_payment", -14e6),
            ("high_needs_recovery_gbp", "recovery_step", "block_transfer", 5e5),
        ],
        columns=["indicator", "breakdown", "category", "value"],
    ).assign(time_period="202526Q4", area="E06000035", origin="council", source_id="council_return", base="high_needs_ledger")
    blocks = pd.DataFrame({"time_period": ["202324"], "value": [43e6]})
    position = read_position(rows, blocks)
    assert (position.year, position.grant, position.income, position.balance) == (2026, 45e6, 5e5, -14e6)
    assert (position.spending, position.free_places, position.allocations) == ({"mainstream": 10e6}, None, {2024: 43e6})
    for lacking in ("grant", "brought_forward"):
        assert read_position(rows[rows["category"] != lacking], blocks) is None
    assert read_position(rows.head(0), blocks) is None
