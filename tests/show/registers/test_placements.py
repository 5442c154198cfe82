"""Tables that lay figures of different bases beside one another: never subtracted, each in its own row."""

from dataclasses import replace
from datetime import date

import pandas as pd

from svip_lib.config.authority import read_authority
from svip_lib.show.given import Given
from svip_lib.show.registers.placements import neighbours_by_group, table_3_quarters
from tests.drawn import drawn_entry, drawn_release, drawn_row

NEIGHBOURS = {"866": "E06000030", "332": "E08000027", "894": "E06000020"}  # Swindon and Dudley in both sets, Telford in the first


def released_as_drawn(rows):
    """A release with quarters of invented children, whose areas know their codes; one is a neighbour of an earlier set only."""
    drawn = drawn_release(drawn_entry(), rows=rows)
    codes = {area: la_code for la_code, area in NEIGHBOURS.items()}
    former = pd.DataFrame([("E06000020", "Telford and Wrekin", "neighbour_before")], columns=["area", "area_name", "role"])
    areas = pd.concat([drawn.areas, former], ignore_index=True)
    own = drawn.rows["indicator"].str.contains("quarter")
    rows = drawn.rows.assign(origin=drawn.rows["origin"].mask(own, "synthetic"))
    return replace(drawn, rows=rows, areas=areas.assign(la_code=areas["area"].map(codes).fillna("")))


def by_group(entry, area, period, mainstream, plans):
    return [
        drawn_row(entry, value, area=area, period=period, category=name, numerator=value * plans / 100, denominator=plans)
        for name, value in (("mainstream_total", mainstream), ("special_total", 100.0 - mainstream))
    ]


def test_neighbours_are_those_of_the_day_at_the_newest_january_that_half_of_them_have(repository, dictionary):
    entry = dictionary["placements_by_group_percent"]
    rows = [
        *by_group(entry, "E06000035", "202122", 31.9, 2697),
        *by_group(entry, "E06000020", "202122", 26.5, 1782),
        *by_group(entry, "E06000030", "202122", 44.3, 2264),
        *by_group(entry, "E06000035", "202425", 27.7, 3041),
        *by_group(entry, "E06000030", "202425", 49.8, 2772),
        *by_group(entry, "E08000027", "202425", 43.6, 3805),
        *by_group(entry, "E92000001", "202425", 43.6, 638745),
        *by_group(entry, "E06000035", "202526", 38.8, 4287),
    ]
    released = released_as_drawn(rows)
    medway = read_authority(repository / "data" / "authorities" / "medway")
    sets = [
        one.model_copy(update={"la_codes": codes})
        for one, codes in zip(medway.neighbour_sets, (["894", "866"], ["866", "332"]), strict=True)
    ]
    medway = medway.model_copy(update={"neighbour_sets": sets})
    given = Given(released, None, dictionary, None, medway)
    now = neighbours_by_group(given, date(2026, 7, 31))
    assert now.iloc[:, 0].to_list() == ["Medway", "Swindon", "Dudley", "Neighbours, mean of 2", "South East", "England"]
    assert now.columns[0] == "Area, January 2025"
    assert now["All plans"].to_list() == ["3,041", "2,772", "3,805", "[z]", "[x]", "638,745"]
    assert now["Mainstream schools, with units"].to_list() == ["27.7%", "49.8%", "43.6%", "46.7%", "[x]", "43.6%"]
    then = neighbours_by_group(given, date(2022, 11, 29)).set_index("Area, January 2022")
    assert list(then.index[:4]) == ["Medway", "Swindon", "Telford and Wrekin", "Neighbours, mean of 2"]
    assert neighbours_by_group(given, date(2020, 1, 1)).empty


def test_the_plan_and_the_quarters_stand_in_the_order_of_time_and_no_difference_is_formed(dictionary):
    plan, own = dictionary["placements_table_3_percent"], dictionary["placements_by_table_3_quarter_percent"]
    mainstream = {"category": "mainstream_incl_resourced_provision"}
    rows = [
        drawn_row(plan, 40.4, period="202425", measure="plan", **mainstream),
        drawn_row(plan, 42.0, period="202526", measure="plan", **mainstream),
        drawn_row(plan, 0.6, period="202526", measure="plan", category="further_education"),
        drawn_row(own, 31.9, period="202526Q3", **mainstream),
        drawn_row(own, 32.5, period="202526Q4", **mainstream),
        drawn_row(own, None, period="202526Q4", category="early_years") | {"shorthand": "c"},
    ]
    table = table_3_quarters(Given(released_as_drawn(rows), None, dictionary, None, None)).set_index("When")
    assert list(table.index) == ["January 2025, plan", "31 December 2025, SYNTHETIC", "January 2026, plan", "31 March 2026, SYNTHETIC"]
    assert table["Mainstream, with resourced provision"].to_list() == ["40.4%", "31.9%", "42.0%", "32.5%"]
    assert table["Further education"].to_list() == ["[x]", "[z]", "0.6%", "[z]"]
    assert table["Early years"].iloc[-1] == "[c]"


def test_without_records_of_the_councils_own_there_is_no_table_of_quarters(dictionary):
    plan = dictionary["placements_table_3_percent"]
    rows = [drawn_row(plan, 42.0, period="202526", measure="plan", category="special")]
    assert table_3_quarters(Given(released_as_drawn(rows), None, dictionary, None, None)).empty


def test_the_day_of_the_plan_is_that_of_its_paper_and_without_a_plan_no_neighbours_stand_then(repository, dictionary):
    entry = dictionary["placements_by_group_percent"]
    medway = read_authority(repository / "data" / "authorities" / "medway")
    planned = drawn_row(dictionary["ehc_plans_count"], 3254, measure="plan") | {"as_at": "2022-11-29"}
    rows = by_group(entry, "E06000035", "202122", 31.9, 2697)
    given = [Given(released_as_drawn(some), None, dictionary, None, medway) for some in ([*rows, planned], rows)]
    assert [one.report_day for one in given] == [date(2022, 11, 29), date.min]
    assert neighbours_by_group(given[1], given[1].report_day).empty
