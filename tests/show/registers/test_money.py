"""Tables that set several figures of a quarter side by side: what is withheld stays withheld in every sum, and all adds up as printed."""

from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

from svip_lib.config.agreement import read_agreement
from svip_lib.show.given import Given
from svip_lib.show.registers import money
from tests.drawn import drawn_release, drawn_row


@pytest.fixture
def given(dictionary, repository):
    """Draw what tables are made of from values by indicator, breakdown and category; None is withheld."""

    agreement = read_agreement(repository / "data" / "authorities" / "medway" / "agreement.yaml")

    def draw(figures, period="202526Q4"):
        rows = []
        for (name, breakdown, category), value in figures.items():
            row = drawn_row(dictionary[name], value, category=category, period=period)
            rows.append(row | {"breakdown": breakdown, "shorthand": "c" if value is None else ""})
        return Given(drawn_release(None, rows=rows), agreement, dictionary, None, None)

    return draw


LEDGER = {
    ("high_needs_ledger_gbp", column, category): value
    for category, values in {"mainstream": (100, 60, 130), "services": (40, 20, 35), "not_allocated": (0, 0, 0)}.items()
    for column, value in zip(money.AMOUNTS, values, strict=True)
}
VARIANCE = {("high_needs_variance_gbp", "variance_component", name): value for name, value in
            {"volume": 40, "category_mix": 0, "need_mix": 0, "rate": -10, "without_places": -5, "total_variance": 25}.items()}  # fmt: skip


def test_a_table_of_the_ledger_ends_with_all_and_with_forecast_less_budget(given):
    table = money.ledger(given(LEDGER), "high_needs_ledger_gbp")
    assert table.iloc[-1].to_list() == ["All", "£140", "£80", "£165", "+£25"]
    assert table["Kind of place"].to_list() == [
        "Mainstream schools and academies",
        "Services, not paid by place",
        "Not allocated to any",
        "All",
    ]


def test_parts_of_the_variance_that_are_nought_throughout_are_left_out_and_services_are_told_whole(given):
    parts = {("variance_by_category_gbp", "volume", "mainstream"): 40, ("variance_by_category_gbp", "rate", "mainstream"): -10,
             ("variance_by_category_gbp", "category_mix", "mainstream"): 0}  # fmt: skip
    parts[("variance_by_category_gbp", "without_places", "mainstream")] = 0
    table = money.variance_by_category(given(LEDGER | VARIANCE | parts))
    assert list(table)[1:] == ["More or fewer places", "Dearer or cheaper places", "Lines not driven by places", "Forecast less budget"]
    assert table.iloc[0, 1:].to_list() == ["+£40", "−£10", "£0", "+£30"]
    assert table.iloc[1, 1:].to_list() == ["£0", "£0", "−£5", "−£5"]
    assert table.iloc[-1, 1:].to_list() == ["+£40", "−£10", "−£5", "+£25"]


def test_where_a_category_is_withheld_its_parts_are_and_what_the_ledger_prints_is_not(given):
    parts = {("variance_by_category_gbp", name, "mainstream"): None for name in ("volume", "rate", "without_places")}
    table = money.variance_by_category(given(LEDGER | VARIANCE | parts))
    assert table.iloc[0, 1:].to_list() == ["[c]", "[c]", "[c]", "+£30"]


@pytest.mark.parametrize("hidden", ["independent_special", "mainstream_independent"])
def test_a_way_of_counting_that_holds_a_withheld_kind_is_withheld_and_so_is_its_money(given, hidden):
    kinds = ["independent_special", "non_maintained_special", "mainstream_independent", "specialist_post_16"]
    figures = {}
    for name in kinds:
        shown = name != hidden
        figures |= {
            ("independent_placements_quarter_count", "independent_kind", name): 10 if shown else None,
            ("bought_placements_count", "independent_kind", name): 8 if shown else None,
            ("bought_placements_gbp", "full_year", name): 800 if shown else None,
            ("bought_placements_gbp", "each", name): 100 if shown else None,
        }
    table = money.independent_three_ways(given(figures)).set_index("Way of counting")
    held = table.iloc[kinds.index(hidden) : 3]
    assert (held == "[c]").all(axis=None)
    assert table.loc[money.APART].to_list() == ["10", "8", "800", "100"]
    if hidden != kinds[0]:
        assert table.iloc[1].to_list() == ["20", "16", "1,600", "100"]


def test_the_cap_on_alternative_provision_stands_beside_the_forecast_without_a_difference(given):
    figures = {("alternative_provision_gbp", column, kind): 5 for column in money.AMOUNTS for kind in ("state_funded", "independent")}
    last = money.alternative_provision(given(figures)).iloc[-1]
    assert "years not known" in last.iloc[0]
    assert last.to_list()[1:] == ["[z]", "[z]", "£3,704,539", "[z]"]


def test_what_is_told_inside_alone_is_one_sentence_in_the_public_edition(given):
    public = given(VARIANCE)
    assert money.variance_by_category_and_need(public).shape == (1, 1)
    rows = [
        {"time_period": "202526Q4", "breakdown": "rate.post_16", "category": need, "value": value}
        for need, value in [("asd", 3.0), ("by_category", -1.0)]
    ]
    inside = SimpleNamespace(edition="internal", area=lambda _: "E", select=lambda *_, **__: pd.DataFrame(rows))
    table = money.variance_by_category_and_need(replace(public, released=inside))
    assert table.to_numpy().tolist() == [
        ["Post-16: Autistic spectrum disorder", "+£3", "+£3"],
        ["Post-16: told by kind of place alone", "−£1", "−£1"],
    ]


def test_without_figures_every_table_is_empty(given):
    nothing = given({("ehc_plans_quarter_count", "", ""): 7})
    makers = [money.variance_by_category, money.variance_by_need, money.variance_by_category_and_need, money.placement_years]
    makers += [money.independent_three_ways, money.funding, money.cost_centres]
    assert all(make(nothing).empty for make in makers)
    assert money.alternative_provision(nothing).empty
    assert money.ledger(nothing, "high_needs_ledger_gbp").empty
    assert money.block(nothing).empty


def test_a_council_with_a_return_and_no_ledger_has_its_places_and_no_money(given):
    kinds = ["independent_special", "non_maintained_special", "mainstream_independent", "specialist_post_16"]
    figures = {("independent_placements_quarter_count", "independent_kind", name): 10 for name in kinds}
    figures |= {("placement_years_fte", "now", name): 20.5 for name in ("mainstream", "post_16")}
    drawn = given(figures)
    assert money.independent_three_ways(drawn).iloc[2, 1:].to_list() == ["30", "[x]", "[x]", "[x]"]
    assert money.placement_years(drawn).iloc[0, 1:].to_list() == ["[z]", "[z]", "20.5", "[z]"]
