"""The outlook in words: when it may speak, what it says, and how it puts chances."""

import pandas as pd
import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from svip_lib.config.agreement import read_agreement
from svip_lib.config.refusal import Refusal
from svip_lib.outlook import backtest
from svip_lib.show import charts, outlook
from svip_lib.show.given import Given
from svip_lib.show.registers.outlook import HEADLINE, NO_SHOCKS, TABLES
from tests.drawn import drawn_release, drawn_row
from tests.show.drawn import made

QUANTILES = ("0.025", "0.1", "0.25", "0.5", "0.75", "0.9", "0.975")
AHEAD = dict(zip(QUANTILES, (3004, 3118, 3214, 3319, 3431, 3552, 3731), strict=True))
PLANNED = {
    "growth": [
        {
            "planned_from": "2022",
            "planned_until": "2026",
            "planned": "20.7",
            "first": "2021",
            "last": "2025",
            "as_low": "7",
            "councils": "145",
        }
    ]
}
SHARES = dict(zip(QUANTILES, (33.0, 36.4, 38.2, 40.1, 41.9, 44.0, 46.5), strict=True))
NOWCAST = {"origin": "synthetic", "from": "2026-03-31", "to": "2027-01-21", "pipe": "95", "absent": ""}
UNDER_WAY = [
    {"origin": "synthetic", "part": part, "low": low, "middle": middle, "high": high}
    for part, low, middle, high in (
        ("plans_now", "4,470", "4,470", "4,470"),
        ("plans_ending", "-170", "-150", "-130"),
        ("requests_to_come", *["fewer than 10"] * 3),
        ("total", "4,760", "5,020", "5,280"),
    )
]


def ahead(entry, values, *, period="202627", scenario="as_things_stand"):
    return [
        drawn_row(entry, value, period=period, measure="forecast") | {"scenario": scenario, "quantile": name}
        for name, value in values.items()
    ]


@pytest.fixture
def drawn(dictionary, repository, tmp_path):
    """What the outlook is told from, by the residual of stock and flow."""

    def draw(residual=1.2, rows=None, registers=None, plan=None):
        plans, mainstream, gap = (dictionary[name] for name in (outlook.PLANS, "placements_mainstream_percent", outlook.RESIDUAL))
        told = [drawn_row(plans, 3041, period="202425"), drawn_row(plans, 4287), *ahead(plans, AHEAD)] if rows is None else rows
        told = [*told, drawn_row(mainstream, 38.8), *(ahead(mainstream, SHARES) if rows is None else [])]
        told += [drawn_row(gap, residual, period="2024", numerator=1, denominator=100)] if residual is not None else []
        told += [drawn_row(plans, plan, period="202627", measure="plan")] if plan else []
        released = drawn_release(plans, rows=told)
        released.registers.update({name: pd.DataFrame(entries) for name, entries in (registers or {}).items()})
        agreement = read_agreement(repository / "data" / "authorities" / "medway" / "agreement.yaml")
        return Given(released, agreement, dictionary, tmp_path, None)

    return draw


@pytest.mark.parametrize(
    ("residual", "state"),
    [(0.0, "sound"), (3.0, "sound"), (-3.1, "in doubt"), (5.0, "in doubt"), (5.1, "withheld"), (-10.6, "withheld"), (None, "unknown")],
)
def test_from_three_per_cent_it_is_in_doubt_and_from_five_it_is_withheld(drawn, residual, state):
    assert outlook.gate(drawn(residual)).state == state


def test_a_large_gap_that_somebody_explained_in_writing_no_longer_withholds_it(drawn, tmp_path):
    file = tmp_path / "explanations.csv"
    head = "indicator,time_period,explanation,explained_by,explained_on\n"
    file.write_text(head + "ehc_plans_stock_flow_residual_percent,2023,Other year.,assurer,2026-08-01\n", encoding="utf-8")
    assert outlook.gate(drawn(-10.6)).state == "withheld"
    file.write_text(head + "ehc_plans_stock_flow_residual_percent,2024,Closed cases were counted.,assurer,2026-08-01\n", encoding="utf-8")
    assert outlook.gate(drawn(-10.6)).state == "explained"
    file.write_text(head + "ehc_plans_stock_flow_residual_percent,2024,,assurer,2026-08-01\n", encoding="utf-8")
    with pytest.raises(Refusal, match="empty") as refused:
        outlook.gate(drawn(-10.6))
    assert "line 2, column 'explanation'" in str(refused.value)


def test_it_says_the_middle_and_between_what_it_would_lie_eight_times_in_ten(drawn, dictionary):
    given = drawn()
    told = outlook.message(given, dictionary[outlook.PLANS])
    assert told == (
        "If things carry on, Medway may have about 3,320 plans in January 2027; 8 times in 10 it would be between 3,120 and 3,550"
    )
    told = outlook.message(given, dictionary["placements_mainstream_percent"])
    assert told.endswith(
        "about 40% of children with plans in mainstream schools in January 2027; 8 times in 10 it would be between 36% and 44%"
    )
    assert outlook.message(drawn(-4.2), dictionary[outlook.PLANS]).endswith("(in doubt: 4.2% of plans are unexplained)")


def test_where_the_figures_do_not_add_up_it_says_by_how_much_and_tells_no_number_ahead(drawn, dictionary):
    told = outlook.message(drawn(-10.6), dictionary[outlook.PLANS])
    assert told == (
        "Medway's published plans, new plans and ended plans of 2024 leave 10.6% of its plans unexplained, "
        "so no forecast of their number is put forward"
    )


def test_without_counts_it_says_why_there_is_none(drawn, dictionary):
    given = drawn(rows=[drawn_row(dictionary[outlook.PLANS], 10)], registers={"outlook": [{"absent": "a January is missing"}]})
    assert outlook.message(given, dictionary[outlook.PLANS]) == "There is no outlook for Medway: a January is missing"
    assert outlook.ranges(given, dictionary[outlook.PLANS]).empty


def test_the_table_has_a_row_a_january_and_says_where_no_plan_is_agreed(drawn, dictionary):
    entry = dictionary[outlook.PLANS]
    row = outlook.ranges(drawn(), entry).iloc[0].to_list()
    assert row == ["January\xa02027", "3,320", "3,210 to 3,430", "3,120 to 3,550", "3,000 to 3,730", "no plan agreed"]


@pytest.mark.parametrize(
    ("plan", "residual", "told"),
    [
        (2500, 1.2, "2,500: very unlikely (under 1 in 20)"),
        (3214, 1.2, "3,214: less likely than not (about 1 in 4)"),
        (3254, 1.2, "3,254: less likely than not (about 1 in 3)"),
        (3319, 1.2, "3,319: could go either way (about 5 in 10)"),
        (9000, 1.2, "9,000: almost certain (over 19 in 20)"),
        (3254, -10.6, "3,254: chance withheld"),
    ],
)
def test_beside_what_was_agreed_stands_how_likely_it_is_to_be_kept(drawn, dictionary, plan, residual, told):
    assert outlook.ranges(drawn(residual, plan=plan), dictionary[outlook.PLANS]).iloc[0, -1] == told


def test_what_it_would_have_said_stands_beside_what_came_also_where_it_was_wrong(drawn, dictionary):
    entry = dictionary[outlook.PLANS]
    rows = [drawn_row(entry, 4287), *ahead(entry, AHEAD, period="202526", scenario="from_january_2025")]
    rows += ahead(entry, {name: value + 1000 for name, value in AHEAD.items()}, period="202526", scenario="from_january_2022")
    rows += ahead(entry, AHEAD, period="202627", scenario="from_january_2022")
    table = outlook.looked_back(drawn(rows=rows), entry)
    assert table["Looking ahead from"].to_list() == ["January\xa02022", "January\xa02022", "January\xa02025"]
    assert table["What came"].to_list() == ["4,287", "[x]", "4,287"]
    assert table["Was it in the range?"].to_list() == ["yes", "not known yet", "no"]


def test_the_chart_shows_counts_plan_and_the_ranges_and_its_words_end_as_all_do(drawn, dictionary):
    entry = dictionary[outlook.PLANS]
    given = drawn(rows=[*[drawn_row(entry, 3041, period="202425"), drawn_row(entry, 4287)], *ahead(entry, AHEAD),
                        *ahead(entry, AHEAD, period="202526", scenario="from_january_2025")], plan=3500)  # fmt: skip
    svg = charts.draw(given.released, entry.model_copy(update={"chart": "fan"}))
    for words in ("8 times in 10", "19 times in 20", "1 time in 2", "Plan", "Counted", "Expected a year before", "2027"):
        assert f">{words}<" in svg
    told = outlook.alternative_text(given, entry)
    assert told.startswith("Line chart of EHC plans and what may come until January 2027. ")
    assert charts.as_image(svg, told)


class TestUnderWay:
    def test_it_says_what_january_may_bring_and_how_much_of_it_is_there(self, drawn):
        told = outlook.under_way(drawn(registers={"nowcast": [NOWCAST], "under_way": UNDER_WAY}))
        assert told == (
            "SYNTHETIC. By the council's own cases of 31 March 2026, about 5,020 plans may be counted in January 2027, "
            "8 times in 10 between 4,760 and 5,280; 95 in 100 of them are there or under way"
        )

    def test_without_a_return_or_enough_of_it_it_says_so(self, drawn):
        assert outlook.under_way(drawn()) == "What is under way for the coming January: not supplied"
        short = NOWCAST | {"absent": "the return tells of less than half a year"}
        assert outlook.under_way(drawn(registers={"nowcast": [short]})).endswith(": the return tells of less than half a year")

    def test_its_parts_stand_in_a_table_that_is_marked_as_invented(self, drawn):
        given = drawn(registers={"nowcast": [NOWCAST], "under_way": UNDER_WAY})
        table = made("outlook_under_way", given)
        assert table.to_numpy().tolist() == [
            ["Plans on 31 March 2026", "4,470", "counted"],
            ["Plans that end by census day", "\u2212150", "\u2212170 to \u2212130"],
            ["Plans from requests still to come", "fewer than 10", "fewer than 10"],
            ["Plans in January 2027", "5,020", "4,760 to 5,280"],
        ]
        assert TABLES["outlook_under_way"].heading(given).startswith("SYNTHETIC")


class TestTables:
    def test_what_it_rests_on_says_the_method_its_day_and_whether_the_figures_add_up(self, drawn):
        about = {"mode": "1", "method": "M", "starts": "2026", "counted": "the newest published count", "councils": "145"}
        about |= {"donors": "2018 to 2022", "simulations": "10000", "why": "", "absent": "", "switches": ""}
        table = made("outlook_basis", drawn(-10.6, registers={"outlook": [about]})).set_index("What")["Said"]
        assert table["Errors taken from"] == "145 councils, looking ahead from 2018 to 2022"
        assert table["Futures drawn"] == "10,000"
        assert table["Good until"].startswith("the count of January 2027 is published")
        assert table["Stock and flow"] == "10.6% of plans unexplained in 2024: no headline before it is explained in writing"
        assert table["Made from"] == "Mode 1: the January counts of all councils. Beside it, Mode 2: not supplied"
        assert made("outlook_basis", drawn(registers={"outlook": [about | {"absent": "too new"}]})).empty

    def test_what_an_outlook_from_one_count_rests_on_is_told_with_the_reason(self, drawn, dictionary):
        about = {"mode": "0", "method": "M", "starts": "2025", "counted": "the newest published count", "councils": "", "donors": ""}
        about |= {"simulations": "10000", "why": "a January is missing", "absent": "", "switches": ""}
        given = drawn(rows=ahead(dictionary[outlook.PLANS], AHEAD), registers={"outlook": [about], "nowcast": [NOWCAST]})
        table = made("outlook_basis", given).set_index("What")["Said"]
        beside = "Beside it, Mode 2: the council's own open cases of 31 March 2026"
        assert table["Made from"] == f"Mode 0: the council's last count alone. {beside}"
        assert table["Errors taken from"] == "a fixed table of what other councils' forecasts missed by (a January is missing)"
        told = outlook.message(given, dictionary["placements_mainstream_percent"])
        assert told.endswith("its counts cannot be compared over the years, and one count does not tell where children will learn")

    def test_every_chart_says_its_mode_and_until_when_it_is_good(self, drawn):
        about = {"mode": "1", "method": "M", "starts": "2026", "counted": "C", "councils": "145", "donors": "2018 to 2022"}
        about |= {"simulations": "10000", "why": "", "absent": "", "switches": ""}
        told = outlook.standing(drawn(1.0, registers={"outlook": [about]}))
        assert told == "Mode 1, good until the count of January 2027 is published, or the law changes"

    def test_the_trial_tells_errors_of_every_way_and_the_ranges_of_two(self, drawn):
        rows = [
            {"method": "England's growth", "ahead": "1", "error": "4.2", "held_80": "84"},
            {"method": "the last value", "ahead": "1", "error": "9.6", "held_80": ""},
            {"method": "stock and flow, no shared shocks (from 2021)", "ahead": "1", "error": "", "held_80": "18"},
        ]
        table = made("outlook_trial", drawn(registers={"backtest": rows})).set_index("Way to forecast")["One year ahead"]
        assert table["England's growth: mean error"] == "4.2%"
        assert table["The last value: mean error"] == "9.6%"
        assert table["England's growth: 8-in-10 range held"] == "84 times in 100"
        assert table["Stock and flow, no shared shocks (from 2021): 8-in-10 range held"] == "18 times in 100"
        assert len(table) == 4

    def test_a_published_forecast_is_scored_when_its_january_has_been_counted(self, drawn):
        row = {"quarter": "2024-25-Q4", "as_at": "2025-07-31", "indicator": "ehc_plans_count", "category": "", "time_period": "202526"}
        rows = [
            row | {"low": "3110.0", "middle": "3319.0", "high": "3545.0"},
            row | {"time_period": "202627", "low": "1", "middle": "2", "high": "3"},
        ]
        table = made("outlook_ledger", drawn(registers={"ledger": rows}))
        assert table.to_numpy().tolist() == [
            ["2024-25-Q4", "EHC plans", "January 2026", "3,110 to 3,545", "4,287", "+968", "no"],
        ]
        assert TABLES["outlook_ledger"].notes(drawn(registers={"ledger": rows})) == [
            "Of 1 published forecasts 0 held their 8-in-10 range. What came was above the middle of 1 of them."
        ]
        assert made("outlook_ledger", drawn()).empty
        assert TABLES["outlook_ledger"].notes(drawn()) == []

    def test_the_methods_that_it_names_are_those_that_are_tried(self):
        assert (HEADLINE, NO_SHOCKS) == (backtest.METHOD, backtest.BARE)

    def test_the_reference_class_is_told_in_councils(self, drawn):
        table = made("outlook_growth", drawn(registers=PLANNED))
        assert table.iloc[0].to_list() == ["20.7% from January 2022 to January 2026", "7 of 145", "January 2021 to January 2025"]

    def test_scenarios_stand_side_by_side_and_where_nothing_is_agreed_the_table_says_so(self, drawn, dictionary):
        entry = dictionary[outlook.PLANS]
        rows = [drawn_row(entry, 4287), *ahead(entry, AHEAD)]
        for shift, part in ((0, ""), (-100, "_already_delivering"), (-200, "_delivered_in_full")):
            lower = {name: value + shift for name, value in AHEAD.items()}
            rows += ahead(entry, lower, period="202526", scenario=f"from_january_2022{part}")
        rows += ahead(entry, AHEAD, period="202526", scenario="from_january_2025")
        table = made("outlook_scenarios", drawn(rows=rows, registers=PLANNED))
        assert table["EHC plans"].to_list() == [
            "3,320 (3,120 to 3,550)",
            "3,220 (3,020 to 3,450)",
            "3,120 (2,920 to 3,350)",
            "4,287",
            "3,320 (3,120 to 3,550)",
            *["nothing is agreed for these years"] * 2,
        ]
        assert table["What is done"].iloc[3] == "What came"

    def test_a_plan_made_in_the_january_before_the_newest_is_followed_from_there(self, drawn, dictionary):
        entry = dictionary[outlook.PLANS]
        rows = [drawn_row(entry, 4287), *ahead(entry, AHEAD), *ahead(entry, AHEAD, period="202526", scenario="from_january_2025")]
        planned = {"growth": [PLANNED["growth"][0] | {"planned_from": "2025"}]}
        seen = made("outlook_scenarios", drawn(rows=rows, registers=planned))["Seen from"]
        assert "January\xa02025" in seen.to_list()
        assert set(made("outlook_scenarios", drawn(rows=rows))["Seen from"]) == {"the newest January"}

    def test_targets_are_put_in_words_and_those_ahead_are_withheld_where_the_figures_do_not_add_up(self, drawn, dictionary):
        entry = dictionary[outlook.PLANS]
        told = {"target": entry.name, "time_period": "202526", "time_identifier": "Academic year", "origin": "published"}
        names = {
            "from_january_2022": "0.0911",
            "from_january_2022_already_delivering": "0.1518",
            "from_january_2022_delivered_in_full": "0.2749",
        }
        rows = [told | {"scenario": name, "chance": chance} for name, chance in names.items()]
        money = {"target": "cumulative_after_payment", "time_period": "202829Q4", "time_identifier": "Financial quarter"}
        rows.append(money | {"origin": "synthetic", "scenario": "as_things_stand", "chance": "0.0017"})
        figures = [drawn_row(entry, 4287), drawn_row(entry, 3254, measure="plan"), *ahead(entry, AHEAD)]
        figures += ahead(entry, AHEAD, period="202526", scenario="from_january_2022")
        figures += ahead(entry, AHEAD, period="202526", scenario="from_january_2025")
        table = made("outlook_targets", drawn(-10.6, rows=figures, registers=PLANNED | {"targets": rows}))
        assert table.iloc[0].to_list() == [
            "No more than 3,254 plans, January 2026",
            "January\xa02022",
            "unlikely (about 1 in 10)",
            "unlikely (about 1 in 6)",
            "less likely than not (about 1 in 4)",
        ]
        assert table.iloc[1]["Target"] == "SYNTHETIC. No deficit is left, 31 March 2029"
        assert table.iloc[1]["As things stand"] == "chance withheld"
        sound = made("outlook_targets", drawn(1.0, rows=figures, registers=PLANNED | {"targets": rows}))
        assert sound.iloc[1]["As things stand"] == "very unlikely (under 1 in 20)"

    def test_balances_ahead_are_told_in_millions_and_warned_of_where_the_figures_do_not_add_up(self, drawn, dictionary):
        entry = dictionary["high_needs_balance_gbp"]
        rows = [
            drawn_row(entry, value * 1e6, period="202627Q4", measure="forecast", category="in_year_before_payment")
            | {"scenario": "as_things_stand", "quantile": name}
            for name, value in zip(("0.1", "0.5", "0.9"), (-24.06, -14.87, -7.88), strict=True)
        ]
        table = made("outlook_balances", drawn(rows=rows))
        assert table.iloc[0][["On", "Middle", "8 times in 10"]].to_list() == ["31 March 2027", "−£14.9m", "−£24.1m to −£7.9m"]
        assert TABLES["outlook_balances"].notes(drawn(-10.6, rows=rows))[0].startswith("Not to be relied on.")
        assert TABLES["outlook_balances"].notes(drawn(1.0, rows=rows)) == []

    def test_what_would_have_to_be_true_is_told_in_children(self, drawn, dictionary):
        plans, mainstream = (dictionary[name] for name in outlook.THINGS)
        rows = [drawn_row(plans, 4287), drawn_row(plans, 3254, measure="plan"), drawn_row(mainstream, 42.0, measure="plan")]
        given = drawn(rows=rows)
        given.released.rows.loc[given.released.rows["value"] == 38.8, "numerator"] = 1662
        table = made("outlook_needed", given)
        assert table["For it to be kept"].to_list() == [
            "there would have had to be 1,033 plans fewer",
            "there would have had to be 139 more children in mainstream schools",
        ]

    def test_what_the_agreement_changes_is_told_year_by_year_with_what_is_known_of_its_delivery(self, drawn):
        table = made("outlook_mitigations", drawn())
        assert table["What it changes"].iloc[0].startswith("January 2023: −1.8; January 2024: −2.6")
        assert set(table["Delivered"]) == {"no record"}

    def test_a_change_of_policy_is_told_with_whether_it_is_on(self, drawn, tmp_path):
        head = "id,says,from_january,growth_points,spread_percent,switched_on,author,valid_until\n"
        rows = "reform,The law changes,2028,-1.5,5,no,,2027-12-31\nold,It was off,2025,1,0,yes,finance lead,2025-12-31\n"
        (tmp_path / "policy_switches.csv").write_text(head + rows, encoding="utf-8")
        table = made("outlook_switches", drawn())
        assert table["Switched on"].to_list() == ["no", "no"]  # nobody switched the first on, and the second has run out
        assert table["What it does"].iloc[0] == "−1.5 points of growth a year; ranges as wide as a spread of 5% makes them"


@over(st.floats(0, 1))
def test_chances_are_put_into_fixed_words_and_never_as_nought_certain_or_a_decimal(chance):
    words = outlook.odds_in_words(chance)
    assert "%" not in words
    assert "." not in words
    assert words.partition(" (about")[0] in {told for _, told in outlook.ODDS} | {outlook.SUREST}
    assert "(" in words


def test_a_likelier_thing_is_never_put_as_less_likely():
    order = [outlook.odds_in_words(chance / 1000) for chance in range(1001)]
    assert list(dict.fromkeys(words.partition(" (about")[0] for words in order)) == [*(words for _, words in outlook.ODDS), outlook.SUREST]
    assert len(dict.fromkeys(order)) == len([words for before, words in zip(["", *order], order, strict=False) if before != words])
    assert "0 in 10" not in "".join(order)
    assert "10 in 10" not in "".join(order)
