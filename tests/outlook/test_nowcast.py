"""The coming January from open cases: what is under way, how wide the range is, and that nothing is known too early."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from svip_lib.config.authority import ReturnFile
from svip_lib.config.periods import Quarter
from svip_lib.config.project import Project
from svip_lib.config.result import COLUMNS, KEY
from svip_lib.figures import own_records
from svip_lib.intake.own import read_own
from svip_lib.outlook import nowcast as under_way
from svip_lib.outlook.nowcast import CELLS, PACES, as_stood, chances_by_census, draw, nowcast, rates
from tests.indicators.test_council import PLANLESS, council  # noqa: F401 - a fixture

FIRST, LAST, CENSUS = date(2025, 10, 1), date(2026, 3, 31), date(2027, 1, 21)
OPEN = PLANLESS | {"requestoutcomedate": "2026-02-02"}
UNDECIDED = PLANLESS | {"requestoutcome": "A", "requestoutcomedate": None, "receiveddate": "2026-03-02"}
BEFORE = {"receiveddate": "2019-01-07", "requestoutcome": "H", "requestoutcomedate": None, "assessmentoutcome": "H"}
HELD = BEFORE | {"assessmentoutcomedate": None, "startdate": "2020-01-01"}


def known(drawn, until=LAST):
    return replace(drawn, census_days=[CENSUS], told=ReturnFile(year=2026, first_day=FIRST, last_day=until))


@pytest.fixture
def some(council):  # noqa: F811
    """Of ten requests decided and assessed one gets no plan; forty wait for their assessment, thirty for the decision."""

    def make(*more, times=20):
        issued = {
            "receiveddate": "2025-09-08",
            "requestoutcomedate": "2025-10-20",
            "assessmentoutcomedate": "2026-01-26",
            "startdate": "2026-01-26",
        }
        refused = PLANLESS | {"receiveddate": "2025-09-08", "requestoutcomedate": "2025-10-20", "assessmentoutcome": "N"}
        refused |= {"assessmentoutcomedate": "2026-01-26"}
        asked = {"receiveddate": "2025-12-01"}
        cases = (
            [HELD] * (40 * times) + [issued] * (9 * times) + [refused] * times + [OPEN | asked] * (4 * times) + [UNDECIDED] * (3 * times)
        )
        return known(council(*cases, *more))

    return make


@pytest.fixture(scope="module")
def sample(repository):
    """The council's own records of the quarter before census day, and of the quarter after it."""
    project = Project(repository, repository / "data")
    return {number: own_records(read_own(project, "medway", Quarter(2025, number)), project, "medway") for number in (3, 4)}


def told(made, name):
    return made.registers["under_way"].set_index("part").loc[name]


def test_what_is_under_way_is_told_in_the_one_shape_and_marked_as_invented(some):
    made = nowcast(some(), 2026)
    assert list(made.rows.columns) == COLUMNS
    assert not made.rows.duplicated(KEY).any()
    assert set(made.rows["measure"]) == {"forecast"}
    assert set(made.rows["scenario"]) == {"open_cases"}
    assert set(made.rows["origin"]) == {"synthetic"}
    assert set(made.rows["time_period"]) == {"202627"}
    assert set(made.rows["as_at"]) == {"2026-03-31"}
    assert (made.rows["value"].diff().dropna() >= 0).all()
    assert (made.rows["value"] % 10 == 0).all()
    assert {name: set(table["origin"]) for name, table in made.registers.items()} == {"nowcast": {"synthetic"}, "under_way": {"synthetic"}}


def test_nine_in_ten_of_those_assessed_come_to_a_plan(some):
    parts = draw(some(), LAST, CENSUS, simulations=4000, seed=1)
    assert np.median(parts["plans_now"]) == 980
    # Eighty cases being assessed, of which most end before January; sixty of which it is not decided yet whether they are assessed.
    assert 95 <= np.median(parts["open_cases"]) <= 0.9 * 140
    assert set(parts) == {"plans_now", "plans_ending", "open_cases", "requests_to_come", "moves_and_unexplained"}
    assert (parts["plans_ending"] == 0).all()


def test_a_year_strikes_all_cases_alike_so_the_range_is_wider_than_chance(some):
    parts = draw(some(times=100), LAST, CENSUS, simulations=4000, seed=1)
    middle = np.median(parts["open_cases"])
    alone = np.sqrt(middle * (1 - middle / 700))
    assert parts["open_cases"].std() > 1.3 * alone
    assert parts["requests_to_come"].std() > 1.3 * np.sqrt(parts["requests_to_come"].mean())


def test_the_same_seed_gives_the_same_futures_and_halves_of_them_agree(some):
    cases = some()
    one, two = (draw(cases, LAST, CENSUS, simulations=10_000, seed=5) for _ in range(2))
    assert all(np.array_equal(one[name], two[name]) for name in one)
    total = sum(one.values())
    limits = np.quantile(total, [0.1, 0.25, 0.5, 0.75, 0.9])
    halves = [(half[:, None] <= limits).mean(axis=0) for half in (total[:5000], total[5000:])]
    assert np.abs(halves[0] - halves[1]).max() <= 0.03


def test_what_happened_after_the_last_day_is_not_known(some):
    """Decisions, plans, ends and requests of the time after the quarter are added, changed and taken away: nothing changes."""
    later = {
        "receiveddate": "2026-04-10",
        "requestoutcomedate": "2026-05-20",
        "assessmentoutcomedate": "2026-06-20",
        "startdate": "2026-06-20",
    }
    one = nowcast(known(some()), 2026)
    longer = date(2026, 5, 31)
    two = nowcast(known(some(*[later] * 50), longer), 2026)
    pd.testing.assert_frame_equal(one.rows, two.rows)
    pd.testing.assert_frame_equal(one.registers["under_way"], two.registers["under_way"])
    drawn = some()
    then = drawn.clean["requests"]["requestoutcome"] == "A"
    drawn.clean["requests"].loc[then, ["requestoutcome", "requestoutcomedate"]] = ["Y", pd.Timestamp("2026-04-20")]
    drawn.clean["namedplan"].loc[drawn.clean["namedplan"].index[:30], "ceasedate"] = pd.Timestamp("2026-04-30")
    pd.testing.assert_frame_equal(nowcast(known(drawn, longer), 2026).rows, one.rows)


@pytest.mark.parametrize(
    ("change", "published", "why"),
    [
        ({"told": ReturnFile(year=2026, first_day=date(2026, 1, 1), last_day=LAST)}, 2026, "less than half a year"),
        ({"census_days": [date(2026, 1, 15)]}, 2026, "the day of the next census is not known"),
        ({}, 2027, "has been published"),
    ],
)
def test_without_what_it_needs_it_says_why(some, change, published, why):
    made = nowcast(replace(some(times=1), **change), published)
    assert made.rows.empty
    assert why in made.registers["nowcast"].iloc[0]["absent"]
    assert made.registers["under_way"].empty


def test_without_a_return_nothing_is_supplied():
    made = under_way.none()
    assert made.rows.empty
    assert list(made.rows.columns) == COLUMNS
    assert [len(table) for table in made.registers.values()] == [0, 0]


def test_no_small_number_is_told(some):
    made = nowcast(some(times=1), 2026)
    assert told(made, "open_cases")["middle"] == "fewer than 10"
    assert not made.registers["under_way"][["low", "middle", "high"]].isin([str(number) for number in range(1, 10)]).any().any()


def test_a_case_is_counted_in_the_stage_in_which_it_stood(some):
    cases = as_stood(some(), FIRST, LAST)
    decision, assessment = cases.stages
    assert (decision["here"] & decision["end"].isna()).sum() == 60
    assert (assessment["here"] & assessment["end"].isna()).sum() == 80
    assert (assessment["here"] & assessment["on"]).sum() == 180
    assert cases.withdrawn == (0, 0)


def test_single_weeks_are_pooled_to_the_mean_of_the_stage(some):
    of_stage = rates(as_stood(some(), FIRST, LAST), FIRST, LAST)
    on = of_stage[1, 0]
    # All that were issued went twenty weeks after the request; no case was seen after a year, where the mean of the stage stands.
    assert np.argmax(on) == 20
    assert on[52] == pytest.approx(180 / (200 * 14 + 80 * 57 / 7), rel=0.001)
    assert on[20] > 5 * on[52]
    assert (on > 0).all()
    assert of_stage[1].sum(axis=0)[20] == pytest.approx(on[20] / 0.9)


def test_chances_grow_with_the_time_that_is_left_and_follow_the_rates():
    steady = np.array([np.full((2, CELLS), 0.0), np.full((2, CELLS), 0.0)])
    steady[1, 0], steady[1, 1] = 0.09, 0.01
    middle = len(PACES) // 2
    (first, second), fresh = chances_by_census(steady, 100)
    assert second[middle] == pytest.approx(0.9 * (1 - np.exp(-0.1 * 100 / 7)))
    assert (first == 0).all()
    steady[0, 0] = 1e3  # everybody is assessed at once: a case yet to come has the chance of one that is there
    (first, _), fresh = chances_by_census(steady, 100)
    assert first[middle, 0] == pytest.approx(0.9 * (1 - np.exp(-0.1 * 93 / 7)), rel=0.01)
    assert (np.diff(fresh, axis=1) <= 0).all()
    assert (np.diff(second, axis=0) > 0).all()


def test_of_the_january_that_the_sample_then_counted_the_range_of_the_quarter_before_holds_it(sample):
    """Invented children, so no proof of the method; but what the return of March counted on census day was not known in December."""
    made = nowcast(sample[3], 2025)
    ranges = made.rows.set_index("quantile")["value"]
    came = len(sample[4]._census(date(2026, 1, 15)))
    assert set(made.rows["time_period"]) == {"202526"}
    assert ranges["0.1"] <= came <= ranges["0.9"]
    assert ranges["0.9"] - ranges["0.1"] < 0.05 * came


def test_of_a_year_before_census_day_its_range_is_that_of_years_and_its_parts_are_golden(sample):
    made = nowcast(sample[4], 2026)
    ranges = made.rows.set_index("quantile")["value"]
    assert 0.05 < (ranges["0.9"] - ranges["0.1"]) / ranges["0.5"] < 0.15
    assert ranges["0.5"] == pytest.approx(5020, rel=0.01)
    assert made.registers["nowcast"].iloc[0].to_list() == ["synthetic", "2026-03-31", "2027-01-21", "95", ""]
