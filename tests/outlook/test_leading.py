"""Requests as what leads the number of plans."""

from dataclasses import replace

import numpy as np
import pytest

from svip_lib.outlook import leading


def made(panel, slope):
    """A panel in which what councils were asked for, beyond the median, comes as growth within a year; England grows by 5% a year."""
    random, years = np.random.default_rng(3), len(panel.years)
    asked = 0.15 + 0.03 * random.standard_normal((len(panel.areas), years))
    total = np.full((len(panel.areas), years), 1000.0)
    for at in range(1, years):
        before = asked[:, at - 2] - np.median(asked[:, at - 2]) if at > 1 else 0
        total[:, at] = total[:, at - 1] * np.exp(0.05 + slope * before)
    requests = np.vstack([np.roll(total, -1, axis=1) * asked, np.full(years, np.nan)])
    return replace(panel, total=total, england=1000 * np.exp(0.05 * np.arange(years))), requests


@pytest.mark.parametrize("slope", [0.0, 0.6])
def test_it_finds_what_requests_tell_and_nothing_where_they_tell_nothing(panel, slope):
    drawn, requests = made(panel, slope)
    then = drawn.until(drawn.years[-2])
    came = drawn.total[:, -1]
    assert leading.expected(then, requests, 1)[:, 0] == pytest.approx(came, rel=1e-6)


def test_what_came_later_is_not_known_to_it(panel, requests):
    """What was counted or asked for after the January is shuffled, then made absurd: the forecast stays the same to the last bit."""
    at, random = panel.at(2023), np.random.default_rng(1)
    for change in (random.permutation, lambda later: later * 9):
        other, asked = replace(panel, total=panel.total.copy(), england=panel.england.copy()), requests.copy()
        other.total[:, at + 1 :] = change(other.total[:, at + 1 :])
        other.england[at + 1 :] *= 9
        asked[:, at:] = change(asked[:, at:])
        one, two = (leading.expected(some.until(2023), told, 3) for some, told in ((panel, requests), (other, asked)))
        assert np.array_equal(one, two, equal_nan=True)


def test_before_there_is_a_january_to_learn_from_it_expects_nothing(panel, requests):
    assert np.isnan(leading.expected(panel.until(2020), requests, 3)).all()
    told = leading.expected(panel.until(2022), requests, 3)
    assert np.isfinite(told[:, :2]).all()
    assert np.isnan(told[:, 2]).all()


def test_a_council_whose_requests_are_not_published_grows_as_england(panel, requests):
    unknown = requests.copy()
    unknown[5] = np.nan
    now = panel.until(2024)
    england = (now.england[-1] / now.england[-4]) ** (1 / 3)
    assert leading.expected(now, unknown, 1)[5, 0] / now.total[5, -1] == pytest.approx(england)
