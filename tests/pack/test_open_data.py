"""The open data hold DfE's columns, every figure once, and a description of each column."""

import io

import pandas as pd
import pytest

from svip_lib.pack.open_data import META, open_data
from tests.drawn import AREAS, drawn_entry, drawn_release, drawn_row

GEOGRAPHY = ["time_period", "time_identifier", "geographic_level", "country_code", "country_name"]
GEOGRAPHY += ["region_code", "region_name", "old_la_code", "new_la_code", "la_name"]


def read(files, name):
    return pd.read_csv(io.BytesIO(files[name]), dtype="str", keep_default_na=False)


def drawn(entry, rows):
    released = drawn_release(entry, rows=rows, edition="internal")  # of which nothing is withheld
    object.__setattr__(released, "areas", AREAS.assign(la_code=["887", "", "", "866", "332", ""]))
    return open_data(released, {entry.name: entry})


def test_each_area_stands_in_the_columns_of_its_level_and_the_mean_of_neighbours_is_left_out():
    entry = drawn_entry()
    files = drawn(entry, [drawn_row(entry, 30.0, area=area) for area in AREAS["area"]])
    table = read(files, "ehc_plans_academic_year.csv")
    assert list(table.columns[:10]) == GEOGRAPHY
    assert table["geographic_level"].value_counts().to_dict() == {"Local authority": 3, "National": 1, "Regional": 1}
    told = table.set_index("geographic_level")
    assert list(told.loc["National", ["country_code", *GEOGRAPHY[5:]]]) == ["E92000001", "", "", "", "", ""]
    assert list(told.loc["Regional", GEOGRAPHY[5:]]) == ["E12000008", "South East", "", "", ""]
    medway = table[table["la_name"] == "Medway"].iloc[0]
    assert list(medway[GEOGRAPHY[5:]]) == ["", "", "887", "E06000035", "Medway"]


def test_a_file_holds_one_kind_of_year_and_a_quarter_is_named_as_dfe_names_it():
    entry = drawn_entry(time_identifier="Financial quarter")
    files = drawn(entry, [drawn_row(entry, 30.0, period="202526Q4")])
    assert sorted(files) == ["ehc_plans_financial_quarter.csv", "ehc_plans_financial_quarter.meta.csv"]
    table = read(files, "ehc_plans_financial_quarter.csv")
    assert table.loc[0, ["time_period", "time_identifier"]].to_list() == ["202526", "Financial year Q4"]


def test_a_share_has_its_two_counts_beside_it_and_what_is_missing_says_why():
    entry = drawn_entry(categories={"a": "Kind A", "b": "Kind B"}, filter_grouping_column="drawn", filter_hint="Kind")
    rows = [
        drawn_row(entry, 25.0, category="a", numerator=5, denominator=20),
        drawn_row(entry, None, category="b"),
        drawn_row(entry, None, category="b", period="202425") | {"shorthand": "c"},
    ]
    table = read(drawn(entry, rows), "ehc_plans_academic_year.csv").set_index(["time_period", "category"])
    columns = ["drawn_percent", "drawn_percent_numerator", "drawn_percent_denominator"]
    assert list(table.loc[("202526", "Kind A"), ["breakdown", *columns]]) == ["Drawn", "25", "5", "20"]
    assert list(table.loc[("202526", "Kind B"), columns]) == ["x", "x", "x"]
    assert list(table.loc[("202425", "Kind B"), columns]) == ["c", "c", "c"]


def test_every_column_that_is_no_place_or_time_is_described_once_in_dfes_form():
    entry = drawn_entry()
    files = drawn(entry, [drawn_row(entry, 30.0, numerator=3, denominator=10)])
    table, meta = (read(files, f"ehc_plans_academic_year.{kind}") for kind in ("csv", "meta.csv"))
    assert list(meta.columns) == META
    described = [*meta["col_name"], *meta["filter_grouping_column"].loc[lambda names: names != ""]]
    assert sorted(described) == sorted(set(table.columns) - set(GEOGRAPHY))
    assert set(meta["col_type"]) == {"Filter", "Indicator"}
    assert list(meta.set_index("col_name").loc["drawn_percent", ["label", "indicator_unit", "indicator_dp"]]) == ["Drawn share", "%", "1"]


def test_an_invented_figure_says_so_in_its_row():
    entry = drawn_entry(time_identifier="Financial quarter")
    files = drawn(entry, [drawn_row(entry, 30.0, period="202526Q4") | {"origin": "synthetic", "numerator": 300, "denominator": 1000}])
    assert list(read(files, "ehc_plans_financial_quarter.csv")["origin"]) == ["SYNTHETIC, invented"]


@pytest.mark.pack
def test_the_open_data_of_the_pack_hold_every_figure_but_the_mean_of_neighbours(pack):
    figures = pd.read_csv(pack / "figures.csv", dtype="str", keep_default_na=False)
    figures = figures[figures["area"] != "neighbours"]
    told = []
    for path in (pack / "open_data").glob("*.meta.csv"):
        table = pd.read_csv(path.with_name(path.name.replace(".meta", "")), dtype="str", keep_default_na=False)
        meta = pd.read_csv(path, keep_default_na=False)
        assert not table.duplicated([*GEOGRAPHY, "breakdown", *meta.loc[meta["col_type"] == "Filter", "col_name"]]).any()
        assert len(set(table["time_identifier"].str.replace(r" Q\d$", "", regex=True))) == 1
        values = [
            name for name in meta.loc[meta["col_type"] == "Indicator", "col_name"] if not name.endswith(("_numerator", "_denominator"))
        ]
        told += [cell for name in values for cell in table[name]]
    numbers = sorted(float(value) for value in figures["value"] if value)
    found = sorted(float(cell) for cell in told if cell not in ("x", "z", "c"))
    assert found == pytest.approx(numbers)
    assert told.count("c") == (figures["shorthand"] == "c").sum()
