"""High needs money: which line of the ledger is told as what, what the balance is made of, and that nothing of a ledger is lost."""

import dataclasses

import pandas as pd
import pytest

from svip_lib.config.cost_centres import COLUMNS
from svip_lib.config.registry import FOLLOWS, FUNCTIONS
from svip_lib.disclosure.cells import following
from svip_lib.indicators import ehc_plans, finance, placements
from svip_lib.indicators.census import placement_years
from tests.indicators.test_council import Q4, council  # noqa: F401 - a fixture

CENTRES = pd.DataFrame(
    [
        ("04110", "", "state_special"),
        ("04110", "9", "services"),
        ("04140", "", "independent_alternative_provision"),
        ("04190", "", "grant"),
        ("04191", "", "block_transfer"),
        ("04192", "", "dfe_payment"),
        ("04199", "", "brought_forward"),
    ],
    columns=COLUMNS[:3],
)
OWN = [name for name, function in FUNCTIONS.items() if function.__module__ == finance.__name__ and "block" not in name]
TYPES = {"E_INSS": "nmss_or_independent", "SPI": "post_16"}


def line(centre, budget, forecast=None, *, spent=0.0, account="1", s251="", period=12, year="202526"):
    """A line of the ledger, in pounds."""
    return centre, account, s251, year, period, budget, spent, forecast


def ledger(*lines):
    names = ["cost_centre", "account", "s251_line", "financial_year", "period", "current_budget", "actual_to_date", "forecast_outturn"]
    table = pd.DataFrame(lines, columns=names)
    pence = (table[names[5:]].astype("Float64") * 100).round().astype("Int64")
    return table.assign(**pence, period=table["period"].astype("Int64"))


def cost(kind, annual, *, begin="2025-04-01", end=None, need="ASD", shares=(100.0, 0.0, 0.0), status="Active"):
    return kind, need, annual, pd.Timestamp(begin), pd.Timestamp(end), *shares, status


def costs(*rows):
    names = ["placement_type", "primary_need", "annual_cost", "start_date", "end_date", *finance.SHARES, "status"]
    table = pd.DataFrame(rows, columns=names).assign(weekly_cost=pd.NA, weeks=pd.NA)
    money = (table["annual_cost"].astype("Float64") * 100).astype("Int64")
    return table.assign(annual_cost=money).astype({"weekly_cost": "Int64", "weeks": "Float64"})


def plan(*rows):
    table = pd.DataFrame(rows, columns=["dsg_category", "primary_need", "planned_fte", "planned_unit_cost"])
    return table.assign(planned_unit_cost=table["planned_unit_cost"] * 100)


@pytest.fixture
def supplied(council):  # noqa: F811 - the fixture
    """Draw a council with a ledger and other registers."""

    def draw(*cases, **registers):
        drawn = council(*(cases or ({},)))
        return dataclasses.replace(drawn, clean=drawn.clean | registers, cost_centres=CENTRES, placement_types=TYPES)

    return draw


def told(figures, column=None):
    """The values by category, of one column where there are several."""
    rows = figures if column is None else figures[figures["breakdown"] == column]
    return rows.set_index("category")["value"].to_dict()


def test_without_registers_every_figure_of_money_is_not_supplied_and_nothing_breaks(council):  # noqa: F811 - the fixture
    drawn = council({})
    counted = {"independent_placements_quarter_count", "placement_years_fte", "placement_years_by_need_fte"}  # the return tells them
    assert {name for name in OWN if len(FUNCTIONS[name](drawn))} == counted


def test_a_line_is_told_by_its_account_then_its_cost_centre_then_its_line_and_is_never_dropped(supplied):
    lines = ledger(
        line("04110", 1), line("04110", 2, account="9"), line("05000", 4, s251="1.2.6"), line("05000", 8, s251="1.2.1"), line("06000", 16)
    )
    found = told(finance.high_needs_ledger_gbp(supplied(ledger=lines)), "budget")
    assert {name: value for name, value in found.items() if value} == {
        "state_special": 1,
        "services": 2,
        "hospital_or_alternative_provision": 4,
        "not_allocated": 24,
    }


def test_what_the_council_pays_beside_the_grant_is_in_no_figure(supplied):
    drawn = supplied(ledger=ledger(line("04110", 1), line("07000", 50, s251="2.1.4")))
    assert sum(told(finance.high_needs_ledger_gbp(drawn), "budget").values()) == 1
    assert told(finance.high_needs_ledger_by_line_gbp(drawn), "budget") == {"not_given": 1}


def test_categories_and_lines_add_to_the_same_pounds_though_the_ledger_has_pence(supplied):
    lines = [line(centre, 0.4, 1.5, s251=code) for centre in ("04110", "05001") for code in ("1.2.1", "1.2.5", "1.2.2")]
    drawn = supplied(ledger=ledger(*lines))
    for column, whole in (("budget", 2), ("forecast", 9)):
        for function in (finance.high_needs_ledger_gbp, finance.high_needs_ledger_by_line_gbp):
            assert sum(told(function(drawn), column).values()) == whole


def test_a_blank_forecast_is_the_budget_the_newest_period_stands_and_another_year_is_left_out(supplied):
    lines = ledger(
        line("04110", 10, 99, period=9), line("04110", 12, None, period=12), line("05000", 5, year="202425"), line("05001", 7, year="")
    )
    found = finance.high_needs_ledger_gbp(supplied(ledger=lines))
    assert told(found, "forecast")["state_special"] == 12
    assert sum(told(found, "budget").values()) == 19


BALANCE = (
    line("04190", -1000),
    line("04191", -50),
    line("04192", -30),
    line("04199", 200, 200),
    line("04110", 1100, 1150),
)


def test_the_recovery_goes_from_what_was_brought_forward_to_the_balance_and_dfe_pays_last(supplied):
    figures = finance.high_needs_recovery_gbp(supplied(ledger=ledger(*BALANCE)))
    assert figures["category"].to_list() == [
        "brought_forward", "grant", "block_transfer", "spending", "balance_before_payment", "dfe_payment", "balance_after_payment",
    ]  # fmt: skip
    assert figures["value"].to_list() == [-200, 1000, 50, -1150, -300, 30, -270]


def test_balances_stand_before_and_after_the_payment_and_spending_stands_beside_the_grant_alone(supplied):
    drawn = supplied(ledger=ledger(*BALANCE))
    assert told(finance.high_needs_balance_gbp(drawn)) == {
        "in_year_before_payment": -100,
        "in_year_after_payment": -70,
        "cumulative_before_payment": -300,
        "cumulative_after_payment": -270,
    }
    assert finance.high_needs_over_grant_gbp(drawn)["value"].to_list() == [150]


def test_without_what_was_brought_forward_no_cumulative_balance_is_told_and_without_a_grant_none_at_all(supplied):
    drawn = supplied(ledger=ledger(*BALANCE[:3], BALANCE[4]))
    assert set(told(finance.high_needs_balance_gbp(drawn))) == {"in_year_before_payment", "in_year_after_payment"}
    assert finance.high_needs_recovery_gbp(drawn).empty
    assert finance.high_needs_balance_gbp(supplied(ledger=ledger(*BALANCE[1:]))).empty


def test_alternative_provision_is_without_hospital_education_and_independent_providers_stand_apart(supplied):
    lines = ledger(line("04140", 10), line("05000", 20, s251="1.2.7"), line("05001", 40, s251="1.2.6"))
    assert told(finance.alternative_provision_gbp(supplied(ledger=lines)), "budget") == {"state_funded": 20, "independent": 10}


def test_a_child_placed_for_half_of_the_year_is_half_a_year_in_each_of_two_kinds_of_place(supplied):
    stays = supplied({"startdate": "2020-01-01", "entrydate": "2020-01-01"}, {"urn": "100002"})
    days = (pd.Timestamp("2025-10-01"), pd.Timestamp("2026-03-31"))
    table = stays.tables["placementdetail"]
    moved = pd.concat(
        [table.assign(leavingdate=table["leavingdate"].mask(table["child"] == 0, pd.Timestamp("2025-12-30"))), table.iloc[[1]]]
    )
    moved.iloc[-1, moved.columns.get_loc("child")] = 0
    moved.iloc[-1, moved.columns.get_loc("entrydate")] = pd.Timestamp("2025-12-31")
    told_of = placement_years(stays.tables | {"placementdetail": moved}, stays.placements, stays.establishments, *days)
    found = told_of.groupby("dsg_category")["years"].sum()
    assert found["mainstream"] == 0.5
    assert found["state_special"] == 1.5


def test_the_years_of_one_day_are_the_plans_of_that_day(supplied):
    drawn = supplied(
        {},
        {"urn": "100002"},
        {"leavingdate": "2026-02-01"},
        {"ceasedate": "2026-01-31"},
        {"transferla": "886", "startdate": "2020-01-06", "entrydate": "2026-04-20"},
    )
    day = pd.Timestamp("2026-03-31")
    years = placement_years(drawn.tables, drawn.placements, drawn.establishments, day, day).groupby("dsg_category")["years"].sum()
    stock = drawn.stock[drawn.stock["quarter"] == Q4]["dsg_category"].value_counts()
    assert years[years > 0].to_dict() == stock.to_dict() == {"mainstream": 1, "state_special": 1, "other": 1}


def test_of_a_kind_of_place_in_which_nobody_is_left_no_years_are_told(supplied):
    drawn = supplied({}, {"urn": "100002", "leavingdate": "2026-02-01", "ceasedate": "2026-02-01"})
    years = told(finance.placement_years_fte(drawn), "now")
    assert years["state_special"] == 0
    assert years["mainstream"] > 0


FULL = {
    "ledger": ledger(*BALANCE, line("05000", 300, 100, s251="1.2.7")),
    "placement_budget": plan(("state_special", "ASD", 0.5, 2000.0), ("mainstream", "DS", 1.0, 10.0)),
    "placement_costs": costs(cost("E_INSS", 500)),
}


def test_the_parts_of_the_variance_add_to_the_ledger_to_the_pound(supplied):
    drawn = supplied({"urn": "100002"}, {}, **FULL)
    parts = told(finance.high_needs_variance_gbp(drawn))
    spending = finance.high_needs_ledger_gbp(drawn)
    variance = {name: told(spending, "forecast")[name] - told(spending, "budget")[name] for name in told(spending, "budget")}
    assert parts.pop("total_variance") == sum(parts.values()) == sum(variance.values()) == -150
    by_category = finance.variance_by_category_gbp(drawn).groupby("category")["value"].sum()
    assert {name: value for name, value in by_category.items() if value} == {name: value for name, value in variance.items() if value}


def test_the_cost_of_a_place_is_the_ledgers_forecast_by_its_years(supplied):
    drawn = supplied({"urn": "100002"}, **FULL)
    unit, years = finance.placement_unit_cost_gbp(drawn), finance.placement_years_fte(drawn)
    assert told(unit, "now")["state_special"] == pytest.approx(1150 / told(years, "now")["state_special"])
    assert told(unit, "planned")["state_special"] == 2000


def test_every_figure_about_children_follows_a_count_that_there_is(supplied):
    drawn = supplied({"urn": "100002"}, {}, {"sentype": "VI"}, **FULL)
    names = [*(name for name in OWN if name in FOLLOWS), "bought_placements_count", "placements_by_funding_count"]
    functions = [FUNCTIONS[name] for name in names]
    functions += [placements.placements_by_dsg_category_quarter_count, ehc_plans.ehc_plans_by_need_quarter_count]
    rows = pd.concat([function(drawn).assign(indicator=function.__name__, measure="actual") for function in functions], ignore_index=True)
    few = following(rows, {"": 5})
    money = rows["indicator"].map(FOLLOWS).notna()
    assert few[money & (rows["indicator"] == "variance_by_category_gbp") & (rows["category"] == "mainstream")].all()
    assert not few[rows["indicator"] == "high_needs_ledger_gbp"].any()


def test_independent_places_are_counted_by_kind_of_provider_and_bought_ones_with_their_money(supplied):
    register = costs(cost("E_INSS", 100), cost("E_INSS", 300), cost("SPI", 50), cost("SPI", 70, end="2026-03-30"), cost("AP", 5),
                     cost("E_INSS", None), cost("E_INSS", 9, status="Planned"))  # fmt: skip
    drawn = supplied(placement_costs=register)
    assert {name: value for name, value in told(finance.bought_placements_count(drawn)).items() if value} == {
        "independent_special": 2,
        "specialist_post_16": 1,
        "other_provider": 1,
    }
    money = finance.bought_placements_gbp(drawn)
    assert (told(money, "full_year")["independent_special"], told(money, "each")["independent_special"]) == (400, 200)


def test_what_health_and_social_care_pay_stands_with_the_placements_that_they_share(supplied):
    nobody = (float("nan"),) * 3
    drawn = supplied(placement_costs=costs(cost("SPI", 100), cost("SPI", 200, shares=(50.0, 20.0, 30.0)), cost("SPI", 10, shares=nobody)))
    assert told(finance.placements_by_funding_count(drawn)) == {"education_alone": 1, "shared": 1, "not_told": 1}
    paid = finance.placements_by_funding_gbp(drawn)
    assert [told(paid, name)["shared"] for name in ("education", "health", "social_care")] == [100, 40, 60]
    assert told(paid, "education")["education_alone"] == 100
    assert pd.isna(told(paid, "education")["not_told"])
