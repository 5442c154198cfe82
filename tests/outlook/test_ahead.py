"""The outlook of one council as figures and words."""

from datetime import date

import pandas as pd
import pytest

from svip_lib.config.agreement import read_agreement
from svip_lib.config.assurance import Switch
from svip_lib.config.result import COLUMNS, KEY
from svip_lib.intake.published import read_reference
from svip_lib.outlook.ahead import QUANTILES, Known, look_ahead, trial
from svip_lib.outlook.money import Position

MEDWAY, DAY = "E06000035", date(2026, 7, 31)
PLAN = pd.DataFrame(
    {
        "indicator": [*["ehc_plans_count"] * 4, "placements_mainstream_percent"],
        "january": [2023, 2024, 2025, 2026, 2026],
        "value": [2853.0, 2995.0, 3135.0, 3254.0, 42.0],
        "as_at": "2022-11-29",
    }
)


@pytest.fixture(scope="module")
def known(repository):
    return read_reference(repository / "data/reference", DAY)


@pytest.fixture(scope="module")
def outlook(known, authorities):
    return look_ahead(known.rows, authorities, MEDWAY, DAY, Known(PLAN))


def told(outlook, scenario, indicator="ehc_plans_count"):
    rows = outlook.rows[(outlook.rows["scenario"] == scenario) & (outlook.rows["indicator"] == indicator)]
    return rows.pivot(index="time_period", columns="quantile", values="value")


def test_it_looks_ahead_from_the_newest_january_and_back_from_that_of_the_plan(outlook):
    assert set(outlook.rows["scenario"]) == {"as_things_stand", "from_january_2025", "from_january_2022"}
    assert list(told(outlook, "as_things_stand").index) == ["202627", "202728", "202829"]
    assert list(told(outlook, "from_january_2022").index) == ["202223", "202324", "202425", "202526"]
    assert list(told(outlook, "from_january_2025").index) == ["202526"]


def test_its_figures_have_the_one_shape_and_each_stands_once(outlook):
    assert list(outlook.rows.columns) == COLUMNS
    assert set(outlook.rows["measure"]) == {"forecast"}
    assert set(outlook.rows["base"]) == {"all_ehc_plans"}
    assert not outlook.rows.duplicated(KEY).any()
    assert outlook.rows["value"].notna().all()
    assert set(outlook.rows["quantile"]) == set(map(str, QUANTILES))


def test_plans_are_whole_numbers_and_every_range_is_in_order(outlook):
    for scenario in outlook.rows["scenario"].unique():
        for indicator in ("ehc_plans_count", "placements_mainstream_percent"):
            wide = told(outlook, scenario, indicator)[[str(quantile) for quantile in QUANTILES]]
            assert (wide.diff(axis=1).iloc[:, 1:] >= 0).all().all()


@pytest.mark.parametrize(
    ("scenario", "period", "quantiles"),
    [
        ("as_things_stand", "202627", {"0.1": 4526, "0.5": 4812, "0.9": 5141}),
        ("as_things_stand", "202829", {"0.1": 5275, "0.5": 6070, "0.9": 7015}),
        ("from_january_2022", "202526", {"0.1": 3280, "0.5": 3930, "0.9": 4874}),
        ("from_january_2025", "202526", {"0.1": 3110, "0.5": 3319, "0.9": 3545}),
    ],
)
def test_what_it_says_of_medway_is_golden(outlook, scenario, period, quantiles):
    """A change of more than a per cent is another method, or other published counts."""
    row = told(outlook, scenario).loc[period]
    assert row[list(quantiles)].to_list() == pytest.approx(list(quantiles.values()), rel=0.01)


def test_seven_of_145_councils_held_growth_as_low_as_the_plan(outlook):
    row = outlook.registers["growth"].iloc[0]
    assert (row["planned"], row["as_low"], row["councils"]) == ("20.7", "7", "145")
    assert (row["planned_from"], row["planned_until"], row["first"], row["last"]) == ("2022", "2026", "2021", "2025")


def test_what_it_was_made_from_is_told(outlook):
    about = outlook.registers["outlook"].iloc[0]
    assert (about["mode"], about["starts"], about["councils"], about["donors"], about["absent"]) == ("1", "2026", "145", "2018 to 2022", "")


def test_how_such_forecasts_did_is_told(known, authorities):
    told = trial(known.rows, authorities).set_index(["method", "ahead"])
    assert told.loc[("England's growth", "1"), "error"] == "4.2"
    assert 80 <= float(told.loc[("England's growth", "1"), "held_80"]) <= 88


def test_a_pack_of_an_earlier_day_does_not_know_the_newest_january(repository, authorities):
    before = read_reference(repository / "data/reference", date(2026, 2, 15))
    outlook = look_ahead(before.rows, authorities, MEDWAY, date(2026, 2, 15), Known(PLAN))
    assert list(told(outlook, "as_things_stand").index) == ["202526", "202627", "202728"]
    assert outlook.registers["outlook"].iloc[0]["starts"] == "2025"
    assert told(outlook, "as_things_stand").loc["202526", "0.5"] == pytest.approx(3319, rel=0.01)


def test_a_council_whose_boundaries_changed_has_an_outlook_from_its_last_count_alone_and_no_shares(known, authorities):
    cumberland = "E06000063"
    outlook = look_ahead(known.rows, authorities, cumberland, DAY, Known(PLAN.head(0)))
    about = outlook.registers["outlook"].iloc[0]
    assert (about["mode"], about["starts"], about["absent"]) == ("0", "2025", "")
    assert about["why"] == "it did not report in 2010, or not with today's boundaries"
    assert set(outlook.rows["indicator"]) == {"ehc_plans_count"}
    assert set(outlook.rows["area"]) == {cumberland}
    assert list(outlook.rows.columns) == COLUMNS
    assert (told(outlook, "as_things_stand").diff(axis=1).iloc[:, 1:] > 0).all().all()


@pytest.mark.parametrize("held", ["England", "nobody"])
def test_a_council_of_which_nothing_is_published_is_carried_on_from_what_its_own_papers_print(known, authorities, held):
    others = known.rows["area"] == "E92000001" if held == "England" else known.rows["table"] != "plans"
    printed = pd.DataFrame({"january": [2021, 2022], "value": [2399.0, 2697.0]})
    outlook = look_ahead(known.rows[others], authorities, MEDWAY, DAY, Known(PLAN, printed=printed))
    about = outlook.registers["outlook"].iloc[0]
    assert (about["mode"], about["starts"]) == ("0", "2022")
    middle = told(outlook, "as_things_stand")["0.5"].to_list()
    assert middle == sorted(middle) if held == "England" else middle == pytest.approx([2697] * 3, rel=0.005)
    assert ("England's growth" if held == "England" else "without growth") in about["method"]


def test_a_council_with_too_few_plans_has_none_and_is_told_why(known, authorities):
    outlook = look_ahead(known.rows, authorities, "E06000053", DAY, Known(PLAN))
    assert outlook.rows.empty
    assert outlook.registers["outlook"].iloc[0]["absent"] == "it had too few plans"


@pytest.mark.parametrize(
    ("day", "start"),
    [("2022-11-29", 2022), ("2023-02-15", 2022), ("2023-06-30", 2023), ("2025-11-01", 2025), ("2026-07-01", None), ("2027-01-10", None)],
)
def test_a_plan_is_looked_back_on_from_the_last_january_that_its_authors_knew(known, authorities, day, start):
    outlook = look_ahead(known.rows, authorities, MEDWAY, DAY, Known(PLAN.assign(as_at=day)))
    starts = {"from_january_2025"} | ({f"from_january_{start}"} if start else set())
    assert set(outlook.rows["scenario"]) == {"as_things_stand"} | starts
    assert len(told(outlook, "as_things_stand")) == 3
    assert len(outlook.registers["growth"]) == (1 if start else 0)


def test_a_council_without_a_plan_has_an_outlook_and_nothing_to_hold_it_against(known, authorities):
    outlook = look_ahead(known.rows, authorities, "E06000030", DAY, Known(PLAN.head(0)))
    assert list(told(outlook, "as_things_stand").index) == ["202526", "202627", "202728"]  # by setting, January 2026 is not held of it
    assert not [scenario for scenario in outlook.rows["scenario"].unique() if scenario.endswith("2022")]
    assert outlook.registers["growth"].empty


@pytest.fixture(scope="module")
def mitigations(repository):
    return tuple(read_agreement(repository / "data/authorities/medway/agreement.yaml").mitigations)


POSITION = Position(
    year=2026,
    spending={"mainstream": 10e6, "state_special": 20e6, "nmss_or_independent": 15e6, "post_16": 3e6, "services": 2e6},
    grant=49e6,
    income=1e6,
    balance=-2e6,
    free_places=50.0,
    allocations={},
    constant={"area": MEDWAY, "origin": "synthetic", "source_id": "council_return", "base": "high_needs_ledger"},
)


def chances(outlook, scenario):
    rows = outlook.registers["targets"]
    rows = rows[rows["scenario"] == scenario]
    return rows.set_index(["target", "time_period"])["chance"].astype(float)


def test_what_is_done_is_told_beside_as_things_stand_where_anything_is_agreed(known, authorities, mitigations):
    outlook = look_ahead(known.rows, authorities, MEDWAY, DAY, Known(PLAN, mitigations))
    start = "from_january_2022"
    assert {f"{start}_already_delivering", f"{start}_delivered_in_full", "as_things_stand"} <= set(outlook.rows["scenario"])
    assert "delivered_in_full" not in set(outlook.rows["scenario"])  # after January 2026 nothing is agreed
    middles = [told(outlook, name).loc["202526", "0.5"] for name in (start, f"{start}_already_delivering", f"{start}_delivered_in_full")]
    assert middles[0] > middles[1] > middles[2]


@pytest.mark.parametrize(
    ("scenario", "period", "chance"),
    [
        ("from_january_2022", "202223", 0.26),
        ("from_january_2022", "202324", 0.17),
        ("from_january_2022", "202425", 0.13),
        ("from_january_2022", "202526", 0.08),
        ("from_january_2025", "202526", 0.33),
    ],
)
def test_how_likely_the_plan_was_to_be_kept_agrees_with_research_of_another_hand(outlook, scenario, period, chance):
    """What the same method, written apart from this code, gave for no more plans than the plan allows."""
    assert chances(outlook, scenario)[("ehc_plans_count", period)] == pytest.approx(chance, abs=0.02)


def test_all_targets_together_are_never_likelier_than_one_of_them(known, authorities, mitigations):
    outlook = look_ahead(known.rows, authorities, MEDWAY, DAY, Known(PLAN, mitigations, position=POSITION))
    assert set(outlook.rows["scenario"]) & {"from_january_2025_already_delivering", "from_january_2025_delivered_in_full"} == set()
    for scenario in outlook.registers["targets"]["scenario"].unique():
        chance = chances(outlook, scenario)
        last = chance.groupby("target").last().drop("all_together")
        assert chance[("all_together", "")] <= last.min()
        assert chance[("all_together", "")] != pytest.approx(last.prod(), abs=1e-6) or last.min() == 0


def test_money_ahead_stands_in_the_shape_of_every_figure_for_each_year_after_the_ledgers(known, authorities):
    outlook = look_ahead(known.rows, authorities, MEDWAY, DAY, Known(PLAN, position=POSITION))
    rows = outlook.rows[outlook.rows["indicator"] == "high_needs_balance_gbp"]
    assert set(rows["time_period"]) == {"202627Q4", "202728Q4", "202829Q4"}
    assert (set(rows["origin"]), set(rows["base"]), set(rows["scenario"])) == ({"synthetic"}, {"high_needs_ledger"}, {"as_things_stand"})
    assert not outlook.rows.duplicated(KEY).any()
    assert list(outlook.rows.columns) == COLUMNS
    assert (rows["value"] % 1000 == 0).all()
    assert len(outlook.registers["outlook_money"]) > 3


def test_a_full_special_school_makes_the_years_ahead_dearer(known, authorities):
    def middle(free):
        known_ = Known(PLAN, position=Position(**{**vars(POSITION), "free_places": free}))
        rows = look_ahead(known.rows, authorities, MEDWAY, DAY, known_).rows
        rows = rows[(rows["category"] == "cumulative_after_payment") & (rows["quantile"] == "0.5") & (rows["time_period"] == "202829Q4")]
        return rows["value"].iloc[0]

    assert middle(0.0) < middle(500.0) < middle(None)


def test_without_a_ledger_of_these_years_there_is_no_money_ahead(known, authorities):
    for year in (2010, 2029):
        outlook = look_ahead(known.rows, authorities, MEDWAY, DAY, Known(PLAN, position=Position(**{**vars(POSITION), "year": year})))
        assert "high_needs_balance_gbp" not in set(outlook.rows["indicator"])


def test_a_change_of_policy_that_is_switched_on_changes_the_years_that_it_reaches_and_says_so(known, authorities, outlook):
    switch = Switch("reform", "The law changes", 2028, 2.0, 20.0, True, "finance lead", date(2027, 12, 31))
    changed = look_ahead(known.rows, authorities, MEDWAY, DAY, Known(PLAN, switches=(switch,)))
    before, after = (told(each, "as_things_stand") for each in (outlook, changed))
    assert after.loc["202627"].to_list() == before.loc["202627"].to_list()
    assert after.loc["202829", "0.5"] == pytest.approx(before.loc["202829", "0.5"] * 1.037, rel=0.01)
    assert after.loc["202829", "0.9"] - after.loc["202829", "0.1"] > 1.3 * (before.loc["202829", "0.9"] - before.loc["202829", "0.1"])
    assert "The law changes (no longer than 2027-12-31)" in changed.registers["outlook"]["switches"].iloc[0]
    assert outlook.registers["outlook"]["switches"].iloc[0] == ""
