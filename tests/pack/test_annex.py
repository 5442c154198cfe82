"""The workbook is read back as its reader opens it: every figure is there, no cell is blank or merged, and what is invented says so."""

import io
import re
import zipfile
from dataclasses import replace

import pandas as pd
import pytest
from openpyxl import load_workbook
from PIL import Image

from svip_lib.config.registry import read_bases, read_dictionary
from svip_lib.pack.annex import annex
from svip_lib.pack.told import ORIGINS
from tests.drawn import drawn_entry, drawn_release, drawn_row
from tests.pack.scan import scan

BASES = {"all_ehc_plans": "all plans. Every plan in January.", "plans_quarter_end": "all plans on the day. Every plan then."}
TITLES = {"10_ehc_plans": "EHC plans"}
INVENTED = {"origin": "synthetic", "source_id": "council_return"}


@pytest.fixture
def write(cover):
    """The workbook of some rows of one indicator, or of several."""

    def written(rows, *entries, marks=(), **changes):
        told = replace(cover, marks={name: "It is so." for name in marks})
        data = annex(drawn_release(entries[0], rows=rows, **changes), {entry.name: entry for entry in entries}, BASES, TITLES, told)
        return load_workbook(io.BytesIO(data)), data

    return written


def table(sheet):
    """A sheet's one table, its headings without their notes, and the lines above it."""
    (one,) = sheet.tables.values()
    lines = list(sheet.iter_rows(values_only=True))
    start = next(cell.row for cell in sheet[one.ref][0]) - 1
    head = [name.partition("\n")[0] for name in lines[start]]
    return pd.DataFrame(lines[start + 1 :], columns=head), [line[0] for line in lines[:start]]


def test_a_figure_stands_with_its_counts_base_source_day_and_origin(write):
    entry = drawn_entry()
    book, _ = write([drawn_row(entry, 38.768, numerator=1662, denominator=4287)], entry)
    told, above = table(book["10 own"])
    line = told.iloc[0].to_dict()
    assert line == {
        "Figure": "Drawn share",
        "Breakdown": "Total",
        "Category": "Total",
        "Period": "January 2026",
        "Kind of figure": "actual",
        "Number": 1662,
        "Out of": 4287,
        "Value": 38.8,
        "Unit": "per cent",
        "Revised": "no",
        "Base": "all plans",
        "Source": "drawn",
        "As at": "2026-06-30",
        "Origin": "Published by DfE",
    }
    assert above[0] == "EHC plans: figures of Medway"
    assert not any("[" in line for line in above)


def test_what_is_missing_has_its_shorthand_in_the_cell_and_its_meaning_above_the_table(write):
    entry = drawn_entry()
    rows = [
        drawn_row(entry, 30.0, period="202324", numerator=3, denominator=10),
        drawn_row(entry, None, period="202425"),
        drawn_row(entry, None) | {"shorthand": "c"},
    ]
    told, above = table(write(rows, entry)[0]["10 own"])
    assert told[["Number", "Out of", "Value"]].to_numpy().tolist() == [[3, 10, 30], ["[x]"] * 3, ["[c]"] * 3]
    assert {"[x] = not available", "[c] = withheld to protect children"} <= set(above)


@pytest.mark.parametrize(("unit", "value", "told"), [("", 3284.0, 3280), ("%", 38.768, 39), ("£", -14_871_234.0, -14_900_000)])
def test_a_forecast_is_told_as_roughly_as_on_the_page(write, unit, value, told):
    entry = drawn_entry(indicator_unit=unit, indicator_dp=1 if unit == "%" else 0)
    book, _ = write([drawn_row(entry, value, measure="forecast") | {"scenario": "as_things_stand", "quantile": "0.5"}], entry)
    assert table(book["10 own"])[0]["Value"].to_list() == [told]


def test_a_duty_that_is_nearly_met_does_not_look_met(write):
    entry = drawn_entry()
    assert table(write([drawn_row(entry, 99.97)], entry)[0]["10 own"])[0]["Value"].to_list() == [99.9]


def test_councils_stand_side_by_side_and_the_own_one_first(write):
    entry = drawn_entry()
    rows = [drawn_row(entry, value, area=area) for area, value in {"E06000035": 30.0, "E92000001": 40.0, "E06000030": 35.0}.items()]
    told, _ = table(write([*rows, drawn_row(entry, 29.0, period="202425")], entry)[0]["10 beside others"])
    assert list(told.columns) == [
        *"Figure|Breakdown|Category|Period|Kind of figure|Unit|Medway|Swindon|England|Base|Source|As at|Origin".split("|")
    ]
    assert told[["Period", "Medway", "Swindon", "England"]].to_numpy().tolist() == [["January 2026", 30, 35, 40]]


def test_invented_figures_say_so_on_the_cover_in_the_title_and_in_their_row(write):
    entry = drawn_entry(time_identifier="Financial quarter")
    rows = [drawn_row(entry, 30.0, period="202526Q4", numerator=300, denominator=1000) | INVENTED]
    book, _ = write(rows, entry, marks=["Draft", "Synthetic"], edition="internal")
    told, above = table(book["10 own"])
    assert book["Cover"]["A1"].value.startswith("SYNTHETIC")
    assert "SYNTHETIC. It is so." in [cell.value for cell in book["Cover"]["A"]]
    assert above[0].startswith("SYNTHETIC. EHC plans")
    assert "Draft. Synthetic" in above[1]
    assert told["Origin"].to_list() == [ORIGINS["synthetic"]]
    assert [row[1].value[:9] for row in book["Contents"].iter_rows() if row[0].value == "10 own"] == ["SYNTHETIC"]


def test_text_that_begins_like_a_formula_runs_nothing(write):
    entry = drawn_entry(label='=HYPERLINK("x")', definition="@SUM(A1:A9) is counted here.")
    book, data = write([drawn_row(entry, 30.0)], entry)
    assert table(book["10 own"])[0].loc[0, "Figure"] == '\'=HYPERLINK("x")'
    assert table(book["Definitions"])[0].loc[0, "What it counts"].startswith("'@SUM")
    with zipfile.ZipFile(io.BytesIO(data)) as files:
        sheets = [files.read(name).decode() for name in files.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not any(re.search("<f[ >]", sheet) for sheet in sheets)


def test_the_same_figures_are_the_same_bytes_and_the_book_has_a_title_a_language_and_no_day_of_today(write):
    entry = drawn_entry()
    rows = [drawn_row(entry, 30.0)]
    (book, one), (_, two) = write(rows, entry), write(rows, entry)
    assert one == two
    assert book.properties.title == "Safety Valve monitoring report: annex of figures"
    assert book.properties.language == "en-GB"
    assert f"{book.properties.created:%Y-%m-%d}" == "2026-07-31"


def test_words_that_wrap_have_room_for_every_line_and_a_sheet_prints_as_wide_as_a_page(write):
    """Not every program finds the height of a row by itself; one that does not lays the lines over each other."""
    entry = drawn_entry(definition="word " * 60)
    book, _ = write([drawn_row(entry, 38.768)], entry, marks=("Draft",))
    for sheet in book.worksheets:
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
        repeated = sheet.print_title_rows
        assert bool(repeated) is bool(sheet.tables)
        wide = {name: column.width for name, column in sheet.column_dimensions.items()}
        from_row = int(repeated.split("$")[-1]) + 1 if repeated else 1
        for row in sheet.iter_rows(min_row=from_row):
            needed = max(len(str(cell.value)) / wide.get(cell.column_letter, 11) for cell in row)
            assert (sheet.row_dimensions[row[0].row].height or 16) >= 16 * needed
    title = book["Cover"]["A1"].value
    assert book["Cover"].row_dimensions[1].height >= 20 * len(title) / book["Cover"].column_dimensions["A"].width
    assert book["Definitions"].row_dimensions[book["Definitions"].max_row].height > 16 * 5


def test_what_no_gate_let_through_is_refused(cover):
    with pytest.raises(TypeError, match="released figures only"):
        annex(pd.DataFrame(), {}, {}, {}, cover)


def test_the_plan_for_the_grant_is_there_and_says_what_is_not_supplied(write, repository):
    dictionary = read_dictionary(repository / "data" / "dictionary")
    entry = drawn_entry()
    book, _ = write([drawn_row(entry, 30.0)], entry, dictionary["placements_by_dsg_category_quarter_count"])
    told, above = table(book["DSG 5 placements"])
    assert told.to_numpy().tolist() == [
        [label, "[x]"] for label in dictionary["placements_by_dsg_category_quarter_count"].categories.values()
    ]
    assert "[x] = not available" in above


@pytest.fixture(scope="module")
def book(pack):
    return load_workbook(pack / "annex.xlsx")


@pytest.mark.pack
class TestOfThePack:
    def test_every_released_figure_is_in_it(self, pack, book, repository):
        figures = pd.read_csv(pack / "figures.csv", dtype={"value": "float64"}, keep_default_na=False, na_values={"value": [""]})
        own = pd.concat([table(sheet)[0] for sheet in book if sheet.title.endswith(" own")], ignore_index=True)
        there = figures[figures["area"] == "E06000035"]
        assert len(own) == len(there)
        assert (own["Value"] == "[c]").sum() == (there["shorthand"] == "c").sum()
        numbers = pd.to_numeric(own["Value"], errors="coerce").dropna()
        assert len(numbers) == there["value"].notna().sum()
        ahead, forecast = own["Kind of figure"].str.startswith("forecast"), there["measure"] == "forecast"
        for kind, of, exact in ((~ahead, ~forecast, 1e-5), (ahead, forecast, 1e-2)):  # forecasts are rounded more
            assert numbers[kind[numbers.index]].sum() == pytest.approx(there.loc[of, "value"].sum(), rel=exact)
        others = [table(sheet)[0] for sheet in book if sheet.title.endswith("beside others")]
        names = set(pd.concat(others).columns) - set(own.columns) - {"Medway"}
        values = pd.concat([told[name] for told in others for name in names if name in told])
        assert pd.to_numeric(values, errors="coerce").notna().sum() == figures.loc[figures["area"] != "E06000035", "value"].notna().sum()

    def test_it_keeps_the_rules_for_accessible_spreadsheets(self, book):
        assert book.sheetnames[:3] == ["Cover", "Contents", "Notes"]
        assert book.properties.title and book.properties.language == "en-GB"
        names = [name for sheet in book for name in sheet.tables]
        assert len(names) == len(set(names)) == len(book.sheetnames) - 1
        for sheet in book.worksheets:
            assert not sheet.merged_cells.ranges
            assert sheet.sheet_state == "visible"
            assert not sheet.freeze_panes and not sheet.auto_filter.ref and not sheet.sheet_view.showGridLines
            assert sheet["A1"].value
        for sheet in book.worksheets[1:]:
            told, above = table(sheet)
            assert not told.isna().any(axis=None) and not (told.astype("str").map(str.strip) == "").any(axis=None)
            assert all(above), sheet.title
            used = {mark for mark in ("x", "z", "c", "r") if told.eq(f"[{mark}]").any(axis=None)}
            assert {line[1] for line in above if re.match(r"\[\w+\] = ", line)} >= used

    def test_each_sheet_is_linked_from_the_contents(self, book):
        links = {row[0].value: row[0].hyperlink.location for row in book["Contents"].iter_rows() if row[0].hyperlink}
        assert links == {name: f"'{name}'!A1" for name in book.sheetnames[3:]}

    def test_the_sheets_of_the_management_plan_come_in_its_order_and_say_what_is_invented_and_what_is_not_there(self, book, repository):
        categories = list(read_dictionary(repository / "data/dictionary")["placements_by_dsg_category_quarter_count"].categories.values())
        sheets = [name for name in book.sheetnames if name.startswith("DSG ")]
        assert [name.split()[2] for name in sheets] == ["blocks", "balances", "lines", "spending", "placements", "ages", "needs"]
        assert all(book[name]["A1"].value.startswith("SYNTHETIC") for name in sheets[1:])
        ages = table(book["DSG 6 ages"])[0]
        newest = ages[ages["Year"] == ages["Year"].iloc[-1]]
        assert newest["Kind of place"].to_list() == [*categories, "All kinds of place"]
        within, last = newest.iloc[:-1, 2:-1], newest.iloc[-1, 2:]
        assert (within == "[x]").all(axis=None)
        assert sum(last.iloc[:-1]) == last.iloc[-1] == sum(newest["All"].iloc[:-1])
        lines = table(book["DSG 2 balances"])[0].set_index("Step").iloc[:, -1]
        assert lines["Balance after DfE's payment"] == pytest.approx(lines["Balance before DfE's payment"] + lines["DfE's payment"])

    def test_what_is_withheld_stays_withheld_in_the_tables_of_the_plan(self, pack, book):
        figures = pd.read_csv(pack / "figures.csv", dtype="str", keep_default_na=False)
        hidden = figures[(figures["indicator"] == "ehc_plans_by_need_quarter_count") & (figures["time_period"] == "202526Q4")]
        needs = table(book["DSG 7 needs"])[0].iloc[-1]
        assert needs.to_list().count("[c]") == (hidden["shorthand"] == "c").sum()

    def test_every_base_is_defined_and_told(self, book, repository):
        labels = set(read_bases(repository / "data/dictionary").values())
        for sheet in (sheet for sheet in book if re.match(r"\d\d ", sheet.title)):
            assert set(table(sheet)[0]["Base"]) <= labels

    def test_every_chart_of_the_page_is_there_as_a_picture(self, pack):
        shown = re.findall(r'<figure class="chart" id="s\d\d-(\w+)"', (pack / "index.html").read_text(encoding="utf-8"))
        pictures = {path.stem: Image.open(path) for path in (pack / "charts").iterdir()}
        assert sorted(pictures) == sorted(shown) and len(shown) > 30
        assert all(picture.info == {} and picture.size[0] > 1_000 for picture in pictures.values())


def test_the_leak_scan_reads_the_workbook_and_the_open_data(write, tmp_path):
    entry = drawn_entry(definition="Asked for by B801200005001 in the spring.")
    _, data = write([drawn_row(entry, 30.0)], entry)
    (tmp_path / "annex.xlsx").write_bytes(data)
    (tmp_path / "open_data").mkdir()
    (tmp_path / "open_data" / "drawn.csv").write_text("category,value\nB801200005001,1\n", encoding="utf-8")
    assert {(found.file, found.kind) for found in scan(tmp_path)} == {
        ("annex.xlsx", "pupil number"),
        ("open_data/drawn.csv", "pupil number"),
    }
