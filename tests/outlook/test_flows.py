"""Stock and flow: what joins and leaves, and that years strike whole councils."""

import numpy as np
import pandas as pd

from svip_lib.outlook import flows
from svip_lib.outlook.panel import ENGLAND


def test_new_plans_stand_beside_the_january_that_begins_their_year(published, panel, new):
    told = published.table("new_plans").query("area == 'E06000035' and measure == 'new_ehc_plans' and category == ''")
    by_year = told.set_index("time_period")["value"]
    row = new[panel.areas.index("E06000035")]
    assert row[panel.at(2023)] == by_year["2023"]
    assert np.isnan(row[panel.at(2018)])
    assert new.shape == (146, len(panel.years))  # England's row is the last


def test_plans_are_whole_and_never_fewer_than_none(panel, new):
    drawn = flows.draw(panel, new, simulations=50, seed=1, horizon=3)
    known = drawn[~np.isnan(drawn).any(axis=(1, 2))]
    assert (known >= 0).all()
    assert (known == np.round(known)).all()


def test_where_nobody_joins_no_future_grows(panel, new):
    drawn = flows.draw(panel, np.zeros_like(new), simulations=50, seed=1, horizon=3)
    leaving_up = np.diff(np.concatenate([np.repeat(panel.total[:, -1:, None], 50, axis=1), drawn], axis=2), axis=2)
    assert not (leaving_up > 0).any()


def test_what_lies_ahead_of_the_last_january_is_not_used(panel, new):
    then = panel.until(2023)
    later = new.copy()
    later[:, panel.at(2023) :] = 9e6
    one, two = (flows.draw(then, told, simulations=50, seed=1, horizon=2) for told in (new, later))
    assert np.array_equal(one, two, equal_nan=True)


def test_without_shared_shocks_only_chance_is_left(panel, new):
    wide, narrow = (flows.draw(panel, new, simulations=300, seed=1, horizon=1, shocks=shocks)[:, :, 0] for shocks in (True, False))
    assert np.nanmedian(narrow.std(axis=1) / wide.std(axis=1)) < 0.35


def test_counts_of_another_measure_or_of_a_part_are_left_aside(panel):
    rows = pd.DataFrame(
        {
            "area": [ENGLAND, ENGLAND, ENGLAND],
            "time_period": ["2020"] * 3,
            "measure": ["new_ehc_plans", "new_ehc_plans", "other"],
            "category": ["", "0 to 4", ""],
            "value": [10.0, 4.0, 99.0],
        }
    )
    told = flows.by_year(rows, "new_ehc_plans", panel)
    assert told[-1, panel.at(2020)] == 10
    assert np.isnan(told).sum() == told.size - 1
