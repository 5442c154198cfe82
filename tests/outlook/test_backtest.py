"""The forecasts tried on the past: every mark is reached, and the marks can be missed."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from svip_lib.outlook import backtest, donors
from svip_lib.outlook.score import crps, damped_smoothing, held, last_value, line, own_growth
from tests.conftest import copied, run_svip


@pytest.fixture(scope="module")
def tried(panel, new, requests):
    return backtest.run(panel, new, requests)


@pytest.mark.parametrize("id", ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9"])
def test_every_mark_is_reached(tried, id):
    marks = [mark for mark in tried.marks() if mark.id == id]
    assert marks
    assert not [str(mark) for mark in marks if not mark.reached]


def test_the_middle_misses_as_little_as_the_research_measured(tried):
    assert tried.mean(backtest.METHOD).round(1).to_list() == [4.2, 6.8, 8.9]
    assert tried.mean("the last value").round(2).to_list() == [9.63, 17.71, 24.74]
    assert tried.mean("a line through five years").round(2).to_list() == [5.53, 8.54, 11.14]
    assert tried.mean("the authority's own growth").round(2).to_list() == [5.18, 9.55, 13.67]


def test_a_forecast_that_is_too_sure_of_itself_misses_its_marks(tried):
    """The negative control: had the headline the ranges of the method without shared shocks, the trial would say so."""
    bare = tried.ranges[tried.ranges["method"] == backtest.BARE]
    boastful = replace(tried, ranges=pd.concat([bare, bare.assign(method=backtest.METHOD)]))
    missed = {mark.id for mark in boastful.marks() if not mark.reached}
    assert {"A3", "A4", "A5"} <= missed


def test_no_rival_is_better_by_more_than_luck_and_it_is_said(tried):
    assert "none beats it by more than 0.2 points at every horizon" in tried.contest()
    better = tried.points.copy()
    better.loc[better["method"] == backtest.BLENDED, "error"] -= 1
    assert f"So {backtest.BLENDED} beats it." in replace(tried, points=better).contest()


def test_requests_are_better_wherever_they_can_be_tried_and_do_not_beat_it_before_they_can_be_tried_three_years_ahead(tried):
    """Research on the same Januaries measured 3.82 and 6.29; three years ahead, no January was known from which to learn and to try."""
    told = tried.contest()
    assert (
        "England's growth and requests (from 2021) 3.83 / 6.30 / not tried yet where the headline has 4.10 / 6.98 / not tried yet" in told
    )
    assert "better by more than 0.2 points wherever it could be tried" in told
    cells = tried.points[tried.points["method"] == backtest.ASKED].groupby("ahead")["origin"].agg(list)
    assert cells.to_dict() == {1: [2021, 2022, 2023, 2024], 2: [2022, 2023]}
    third = pd.DataFrame([{"origin": 2022, "ahead": 3, "method": backtest.ASKED, "error": 1.0}])
    assert f"So {backtest.ASKED} beats it." in replace(tried, points=pd.concat([tried.points, third])).contest()


def test_the_command_prints_its_tables_and_ends_well(repository):
    done = run_svip(repository, "backtest", "--as-at", "2026-01-01")
    assert done.returncode == 0, done.stdout + done.stderr
    for told in ("Mean error in per cent", "Ranges that held", "Chances as stated and as they came", "A9  reached"):
        assert told in done.stdout
    assert "MISSED" not in done.stdout


def test_the_command_fails_where_a_mark_is_missed(tmp_path, repository):
    checkout = copied(repository, tmp_path / "checkout")
    code = checkout / "svip_lib/outlook/donors.py"
    text = code.read_text(encoding="utf-8")
    assert "COMMON = np.array([0.020, 0.036, 0.052, 0.068])" in text
    code.write_text(text.replace("COMMON = np.array([0.020, 0.036, 0.052, 0.068])", "COMMON = 4 * np.array([0.020, 0.036, 0.052, 0.068])"))
    done = run_svip(checkout, "backtest", "--as-at", "2026-01-01")
    assert done.returncode == 1
    assert "A4  MISSED" in done.stdout


class TestScores:
    def test_a_range_holds_what_lies_in_it_its_ends_included(self):
        draws = np.tile(np.arange(0.0, 101.0), (4, 1))
        assert held(draws, np.array([10.0, 9.9, 90.0, 90.1]), 80).tolist() == [True, False, True, False]

    def test_the_score_of_sure_draws_is_the_error_and_spread_around_the_truth_costs_less(self):
        truth = np.array([100.0, 100.0, 100.0])
        sure_wrong, spread, sure_right = np.full(50, 110.0), np.linspace(90, 110, 50), np.full(50, 100.0)
        score = crps(np.stack([sure_wrong, spread, sure_right]), truth)
        assert score[0] == pytest.approx(10)
        assert score[2] == 0 < score[1] < score[0]

    def test_rivals_forecast_what_their_names_say(self, panel):
        steady = replace(panel, total=np.outer(np.ones(145), 1000 + 100.0 * np.arange(len(panel.years))))
        end = steady.total[0, -1]
        assert last_value(steady, 2)[0].tolist() == [end, end]
        assert line(steady, 2)[0] == pytest.approx([end + 100, end + 200])
        assert own_growth(steady, 1)[0, 0] == pytest.approx(end**2 / (end - 100))
        grown = replace(panel, total=np.outer(np.ones(145), 1000 * 1.05 ** np.arange(len(panel.years))))
        assert damped_smoothing(grown, 1)[0, 0] == pytest.approx(grown.total[0, -1] * 1.05, rel=0.005)


def test_the_methods_numbers_are_those_that_were_fixed_before_scoring():
    """A change of one of these is a new method, to be tried anew and said in the list of what changed."""
    assert (donors.YEARS_OF_GROWTH, donors.OWN_WEIGHT, donors.OWN_LIMIT, donors.DRIFT) == (3, 0.2, 0.15, 0.75)
    assert donors.COMMON.tolist() == [0.020, 0.036, 0.052, 0.068]
