"""A council of which one count is all that can be compared."""

import numpy as np
import pandas as pd
import pytest

from svip_lib.outlook import one_count

NONE = pd.DataFrame(columns=["january", "value"])


def counted(area, **years):
    rows = [{"area": area, "time_period": period.lstrip("y"), "value": value} for period, value in years.items()]
    return pd.DataFrame(rows).assign(measure="ehcplans", category="")


ENGLAND = counted("E92000001", y202122=1000.0, y202223=1100.0, y202324=1210.0, y202425=1331.0)


def test_the_last_count_grows_as_england_did_over_three_years():
    start = one_count.start(pd.concat([ENGLAND, counted("A", y202324=900.0, y202425=1000.0)]), "A", NONE)
    assert (start.january, start.plans) == (2025, 1000)
    assert start.growth == pytest.approx(np.log(1.1))


def test_where_england_is_not_known_it_is_carried_on_without_growth_and_that_is_said():
    start = one_count.start(counted("A", y202324=900.0), "A", NONE)
    assert (start.january, start.growth) == (2024, 0)
    assert "without growth" in start.method


def test_what_the_councils_own_papers_print_serves_only_where_nothing_is_published():
    printed = pd.DataFrame({"january": [2021, 2022], "value": [700.0, 800.0]})
    assert one_count.start(ENGLAND, "A", printed).plans == 800
    assert one_count.start(pd.concat([ENGLAND, counted("A", y202425=1000.0)]), "A", printed).plans == 1000


def test_without_a_count_or_with_too_few_plans_there_is_no_start():
    assert one_count.start(ENGLAND, "A", NONE) is None
    assert one_count.start(counted("A", y202425=99.0), "A", NONE) is None


def test_futures_spread_as_the_table_says_and_tell_no_share():
    start = one_count.Start(2025, 1000.0, 0.05, "", "")
    drawn = one_count.draw(start, simulations=20_000, seed=1, horizon=4)
    assert drawn.shape == (20_000, 4)
    logs = np.log(drawn / 1000)
    assert logs.std(axis=0) == pytest.approx([0.055, 0.09, 0.12, 0.15], rel=0.03)
    assert logs.mean(axis=0) == pytest.approx([0.05, 0.10, 0.15, 0.20], abs=0.004)
    again = one_count.draw(start, simulations=20_000, seed=1, horizon=4)
    assert np.array_equal(drawn, again)
