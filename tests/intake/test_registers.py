"""Ledgers and registers are read as councils keep them, every row is accounted for, and what cannot be told is refused."""

import csv
import re
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from svip_lib.config.fields import read_codes, read_fields
from svip_lib.config.refusal import Refusal
from svip_lib.intake.registers import read_register

DICTIONARY = Path(__file__).resolve().parents[2] / "data" / "dictionary"
FIELDS = read_fields(DICTIONARY)
TABLES = ["ledger", "placement_costs", "placement_budget", "places", "milestones", "risks", "conditions"]
LEDGER = "Cost Centre,Cost Centre Description,Current Budget,Actual YTD\n"
COSTS = "UPN,Name,Placement,Start Date,Annual Cost\n"
CASE_SYSTEM = (
    "Stud ID,Pupil UPN,D.O.B.,Need,Provider,DfE Number,Provision Type,Res/Day,Date From,Date To,Cost per Week,Top Up,Health %,PO Number\n"
)


@pytest.fixture
def read(tmp_path):
    """Reads a table from the text of a CSV file, or from the sheets of a workbook."""

    def reading(content, table="ledger"):
        if isinstance(content, dict):
            path, book = tmp_path / "register.xlsx", Workbook()
            book.remove(book.active)
            for name, rows in content.items():
                sheet = book.create_sheet(name)
                for row in rows:
                    sheet.append(row)
            book.save(path)
        else:
            path = tmp_path / "register.csv"
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_register(path, table, FIELDS)

    return reading


@pytest.fixture
def refused(read):
    def refusing(content, table="ledger"):
        with pytest.raises(Refusal) as stop:
            read(content, table)
        return str(stop.value)

    return refusing


def note(register, words):
    return next((text for text in register.notes if words in text), "")


class TestHeading:
    def test_a_plain_table_comes_back_as_the_text_that_stands_in_it_with_its_lines(self, read):
        register = read(LEDGER + '01234,Top-up ,"£1,234.50",(12)\n1235,,,-\n')
        assert register.table.to_dict("list") == {
            "cost_centre": ["01234", "1235"],
            "cost_centre_name": ["Top-up", ""],
            "current_budget": ["£1,234.50", ""],
            "actual_to_date": ["(12)", "-"],
            "file": ["register.csv"] * 2,
            "line": [2, 3],
        }
        assert (register.table.drop(columns="line").dtypes == "str").all()
        assert register.totals.empty and register.aside["why"].to_list() == ["heading"]

    def test_titles_and_notes_above_may_be_narrower_than_the_table(self, read):
        register = read(f"High needs monitoring\n\nPeriod 6,provisional\n{LEDGER}1234,a,1,2\n")
        assert register.table["line"].to_list() == [5]
        assert register.aside["line"].to_list() == [1, 3, 4]
        assert register.notes[0] == "The heading was found in line 4."

    def test_a_file_that_begins_with_lines_of_commas_is_read(self, read):
        assert len(read(f",,,\n,,,\n{LEDGER}1234,a,1,2\n").table) == 1

    @pytest.mark.parametrize(
        ("spelt", "column"),
        [
            ("COST CENTRE", "cost_centre"),
            ("cost_centre", "cost_centre"),
            ("CostCentre", "cost_centre"),
            (" Cost  Centre: ", "cost_centre"),
            ("CC", "cost_centre"),
            ("CostC(T)", "cost_centre"),
        ],
    )
    def test_a_heading_is_known_however_it_is_spelt(self, read, spelt, column):
        assert read(f"{spelt},Budget,Actual\n1234,1,2\n").headings[column] == spelt.strip()

    @pytest.mark.parametrize(
        "spelt", ["Actual YTD (£k)", "YTD actual", "Actual (YTD)", "Actuals to date 2024/25", "2024-25 Actual YTD £'000", "Actual\nYTD"]
    )
    def test_units_years_brackets_line_ends_and_the_order_of_words_do_not_hide_a_heading(self, read, spelt):
        assert read(f'Cost Centre,Revised Budget,"{spelt}"\n1234,1,2\n').table["actual_to_date"].to_list() == ["2"]

    def test_a_description_belongs_to_the_code_at_its_left(self, read):
        register = read("Cost Centre,Description,Account,Description,Budget,Actual\n1234,Top-up,4001,Fees,1,2\n")
        assert register.table.loc[0, ["cost_centre_name", "account_name"]].to_list() == ["Top-up", "Fees"]

    def test_merged_headings_over_two_rows_are_put_together(self, read):
        rows = [
            ["Monitoring"],
            ["Cost Centre", None, None, "Budget", None, "Actual", None],
            ["Code", "Description", None, "Original", "Current", "YTD", "Commitments"],
            ["01234", "Top-up", None, 5, 6, 7, 8],
        ]
        register = read({"Monitor": rows})
        assert register.table.drop(columns=["file", "line"]).iloc[0].to_dict() == {
            "cost_centre": "01234",
            "cost_centre_name": "Top-up",
            "original_budget": "5",
            "current_budget": "6",
            "actual_to_date": "7",
            "commitments": "8",
        }
        assert register.aside["why"].to_list() == ["above the heading", "heading", "heading"]

    def test_a_heading_over_two_rows_may_be_merged_downwards(self, read):
        rows = [["Cost Centre", "2024-25", None], [None, "Budget", "Actual"], ["1234", 5, 6]]
        assert read({"Monitor": rows}).table["current_budget"].to_list() == ["5"]

    def test_blank_spacer_columns_and_a_blank_first_column_are_passed_over(self, read):
        register = read(",Cost Centre,,Budget,,Actual\n,1234,,1,,2\n")
        assert register.table["actual_to_date"].to_list() == ["2"]

    def test_the_sheet_that_holds_the_table_is_found_and_named(self, read):
        sheets = {"Cover": [["Read me"]], "Data": [["x"], ["Cost Centre", "Budget", "Actual"], ["0123", 1, 2]], "Lists": [["Cost Centre"]]}
        register = read(sheets)
        assert register.sheet == "Data" and register.table["cost_centre"].to_list() == ["0123"]
        assert register.table["line"].to_list() == [3]

    def test_of_two_sheets_the_one_with_more_columns_is_read(self, read):
        summary = [["Cost Centre", "Budget", "Actual"], ["1", 1, 2]]
        detail = [["Cost Centre", "Budget", "Actual", "Forecast"], ["2", 1, 2, 3]]
        assert read({"Summary": summary, "Detail": detail}).sheet == "Detail"

    def test_two_sheets_that_fit_alike_are_refused(self, refused):
        rows = [["Cost Centre", "Budget", "Actual"], ["1", 1, 2]]
        assert "'P05' and 'P06' both look like the table 'ledger'" in refused({"P05": rows, "P06": rows})

    def test_a_missing_column_stops_with_its_name_the_row_and_the_nearest_headings(self, refused):
        message = refused("Monitor\nCost Centre,Description,Currant Budgit,Actual YTD\n1234,a,1,2\n")
        assert message.startswith(f"{message.split(',')[0]}, line 2: The table 'ledger' has no column 'Current Budget'.")
        assert "line 2 is most like a heading. The nearest headings there are 'Currant Budgit'." in message

    def test_a_file_without_a_heading_stops_and_shows_nothing_of_its_rows(self, refused):
        message = refused("A123456789012,Zoë Example,St Example,01/09/2024,5000\n", "placement_costs")
        assert "None of the first 200 rows looks like the heading" in message and "'UPN' and 'Placement' and 'Start Date'" in message
        assert not re.search("Zo|A123|Example", message.split(": ", 1)[1])

    def test_two_columns_with_one_heading_are_refused_if_they_differ(self, refused):
        message = refused("Cost Centre,Budget,Actual 2023-24,Actual 2024-25\n1234,1,2,3\n")
        assert "The columns C and D are both headed like 'Actual YTD', and they differ." in message

    def test_two_columns_with_one_heading_are_one_if_they_hold_the_same(self, read):
        assert read("Cost Centre,Budget,Actual,Actual\n1234,1,2,2\n").table["actual_to_date"].to_list() == ["2"]

    def test_of_two_columns_the_fuller_heading_is_read_and_the_other_told(self, read):
        register = read("Cost Centre,Budget,Current Budget,Actual\n1234,1,2,3\n")
        assert register.table["current_budget"].to_list() == ["2"]
        assert note(register, "not in the dictionary") == "Columns that are not in the dictionary and were not read: 'Budget'."

    def test_columns_that_nobody_knows_and_columns_without_heading_are_told(self, read):
        register = read("Cost Centre,Budget,Actual,Directorate,\n1234,1,2,x,y\n")
        assert "'Directorate'" in note(register, "not in the dictionary")
        assert note(register, "without a heading") == "Columns without a heading that were not read: E."


class TestRows:
    @pytest.mark.parametrize("label", ["Total", "Sub-total", "Sub total", "Subtotal:", "GRAND TOTAL", "Total high needs", "1234 Total"])
    def test_a_total_is_set_aside_and_compared_with_the_records_above(self, read, label):
        register = read(f"{LEDGER}1234,a,10,2\n1235,b,5.50,3\n{label},,15.50,5\n")
        assert register.table["cost_centre"].to_list() == ["1234", "1235"]
        assert register.totals[["cost_centre", "line", "check", "from_line"]].to_numpy().tolist() == [[label, 4, "equal", 2]]

    def test_a_total_may_stand_in_another_column_or_be_figures_alone(self, read):
        register = read(f"{LEDGER}1234,a,10,2\n,Total,10,2\n1235,b,5,3\n,,5,3\n")
        assert register.totals[["line", "check", "from_line"]].to_numpy().tolist() == [[3, "equal", 2], [5, "equal", 4]]

    def test_totals_of_totals_and_a_grand_total_find_what_they_add_up(self, read):
        groups = (
            "1,a,1,0\n,Sub-total,1,0\n2,b,2,0\n,Sub-total,2,0\nTotal one,,3,0\n3,c,4,0\n,Sub-total,4,0\nTotal two,,4,0\nGrand total,,7,0\n"
        )
        register = read(LEDGER + groups)
        assert register.totals["check"].to_list() == ["equal"] * 6
        assert register.totals["from_line"].to_list() == [2, 4, 2, 7, 7, 2]

    def test_a_total_that_is_wrong_is_told_with_its_line_and_by_how_much(self, read):
        register = read(f"{LEDGER}1234,a,10,2\n1235,b,5,3\nTotal,,25,5\n")
        assert register.totals.loc[0, ["check", "differences"]].to_list() == ["differs", "current_budget +10.00"]

    def test_a_total_of_rounded_figures_may_differ_by_half_a_unit_a_row(self, read):
        register = read(f"{LEDGER}1,a,1.4,0\n2,b,1.4,0\nTotal,,2.9,0\nTotal,,4.0,0\n")
        assert register.totals["check"].to_list() == ["rounding", "differs"]

    @pytest.mark.parametrize("cell", ["#REF!", "tbc", "12,34"])
    def test_a_total_over_a_cell_that_cannot_be_read_is_not_checked(self, read, cell):
        register = read(f'{LEDGER}1234,a,"{cell}",\nTotal,,0,\n')
        assert register.totals["check"].to_list() == ["not checked"]
        assert register.table["current_budget"].to_list() == [cell]

    @pytest.mark.parametrize(("credit", "whole"), [("(3)", "7"), ("3-", "£7.00"), ("-3", "7"), ("–3", "0.007k"), ("-", "10")])
    def test_credits_and_dashes_count_in_totals_as_the_money_parser_reads_them(self, read, credit, whole):
        assert read(f"{LEDGER}1,a,10,\n2,b,{credit},\nTotal,,{whole},\n").totals["check"].to_list() == ["equal"]

    def test_the_word_total_in_a_description_makes_no_total_of_a_record(self, read):
        register = read(f"{LEDGER}1234,Total communication service,10,2\n")
        assert len(register.table) == 1 and register.totals.empty

    def test_a_record_without_its_key_stays_a_record(self, read):
        register = read(f"{LEDGER}1234,a,10,2\n,b,5,3\n")
        assert register.table["cost_centre"].to_list() == ["1234", ""]

    def test_headings_of_groups_and_notes_below_are_set_aside(self, read):
        register = read(f"{LEDGER}High needs block,,,\n1234,a,10,2\n\nTotals exclude academies\nPage 1 of 3,,,\n")
        assert register.table["line"].to_list() == [3]
        assert register.aside[register.aside["why"] == "note"]["line"].to_list() == [2, 5, 6]
        assert note(register, "hold a note") == "Rows that hold a note and no record: 3 (line 2, 5, 6)."

    def test_a_heading_that_is_repeated_on_every_page_is_dropped_and_told(self, read):
        register = read(f"{LEDGER}1234,a,10,2\n{LEDGER}1235,b,5,3\n")
        assert register.table["line"].to_list() == [2, 4]
        assert note(register, "repeat the heading") == "Rows that repeat the heading: 1 (line 3)."

    def test_codes_keep_their_zeros_and_stay_as_a_spreadsheet_wrote_them(self, read):
        register = read("Cost Centre,Account,Budget,Actual\n01234,4001.0,1.0,2\n12345.00,0400,1,2\n")
        assert register.table[["cost_centre", "account"]].to_numpy().tolist() == [["01234", "4001.0"], ["12345.00", "0400"]]
        assert register.table["current_budget"].to_list() == ["1.0", "1"]

    @pytest.mark.parametrize("line", ["1234,a,1,234,2", "1234,a,1", "1234,a,1,2,3"])
    def test_a_line_that_is_cut_off_or_has_a_comma_without_quotes_is_refused(self, refused, line):
        message = refused(f"{LEDGER}1233,a,1,2\n{line}\n")
        assert f"line 3: The line has {line.count(',') + 1} cells and the heading has 4" in message

    def test_a_formula_is_read_as_the_result_that_was_saved_and_told(self, read, refused, tmp_path):
        rows = [["Cost Centre", "Budget", "Actual"], ["1234", 15, 2], ["Total", 15, 2]]
        read({"M": rows})
        with zipfile.ZipFile(tmp_path / "register.xlsx") as book:
            parts = {name: book.read(name) for name in book.namelist()}
        total = b'<c r="B3" t="n">'
        assert total in parts["xl/worksheets/sheet1.xml"]
        with zipfile.ZipFile(tmp_path / "saved.xlsx", "w") as book:
            for name, part in parts.items():
                book.writestr(name, part.replace(total, total + b"<f>SUM(B2:B2)</f>"))
        register = read_register(tmp_path / "saved.xlsx", "ledger", FIELDS)
        assert register.totals[["current_budget", "check"]].to_numpy().tolist() == [["15", "equal"]]
        assert "Formulas of which the result that was last saved is read: 1." in register.notes
        assert "formula without a saved result" in refused({"M": [*rows[:2], ["Total", "=SUM(B2:B2)", 2]]})

    def test_an_empty_register_is_read_and_told(self, read):
        register = read(LEDGER)
        assert register.table.columns.to_list()[:2] == ["cost_centre", "cost_centre_name"] and register.table.empty
        assert "There is no record below the heading." in register.notes


class TestUnits:
    @pytest.mark.parametrize(
        ("heading", "unit"),
        [
            ("Budget £", "£"),
            ("Budget (£k)", "£k"),
            ("Budget £'000", "£k"),
            ("Budget £000s", "£k"),
            ("Budget £m", "£m"),
            ("Budget £ million", "£m"),
        ],
    )
    def test_the_unit_of_a_heading_is_told_and_not_applied(self, read, heading, unit):
        register = read(f"Cost Centre,{heading},Actual\n1234,1.5,2\n")
        assert register.units == {"current_budget": unit}
        assert register.table["current_budget"].to_list() == ["1.5"]

    def test_a_unit_in_the_title_holds_for_columns_that_name_none(self, read):
        register = read("All figures in £'000\nCost Centre,Budget £,Actual\n1234,1.5,2\n")
        assert register.units == {"current_budget": "£", "actual_to_date": "£k"}
        assert note(register, "thousands") == "Amounts headed as thousands or millions: actual_to_date (£k)."

    def test_a_unit_may_stand_in_a_row_of_its_own_below_the_headings(self, read):
        register = read("Cost Centre,Budget,Actual\n,£k,£k\n1234,1.5,2\n")
        assert register.units == {"current_budget": "£k", "actual_to_date": "£k"} and register.table["line"].to_list() == [3]

    def test_an_amount_in_a_title_is_no_unit(self, read):
        assert read("Block of £45.5m (@£6k)\nCost Centre,Budget,Actual\n1234,1,2\n").units == {}


class TestMonths:
    @pytest.mark.parametrize("months", ["Apr-22,May-22,Jun-22", "P1,P2,P3", "April,May,June", "01/04/2022,01/05/2022,01/06/2022"])
    @pytest.mark.parametrize(("figures", "words"), [("10,20,35", "to date"), ("10,5,35", "of each month")])
    def test_columns_by_month_are_kept_and_told_to_be_to_date_or_of_the_month(self, read, months, figures, words):
        register = read(f"Cost Centre,Budget,Actual,{months}\n1234,1,2,{figures}\n")
        assert register.table[["period_01", "period_02", "period_03"]].iloc[0].to_list() == figures.split(",")
        assert words in note(register, "columns by month")

    def test_a_month_without_a_column_is_told_and_months_to_come_do_not_count(self, read):
        register = read("Cost Centre,Budget,Actual,P1,P2,P4,P5\n1234,1,2,10,20,35,0\n")
        assert "Months without a column: period_03." in register.notes and "to date" in note(register, "columns by month")

    def test_a_month_that_a_workbook_holds_as_a_day_is_known(self, read):
        rows = [["Cost Centre", "Budget", "Actual", date(2022, 4, 1), date(2023, 3, 1)], ["1234", 1, 2, 3, 4]]
        assert read({"M": rows}).table[["period_01", "period_12"]].iloc[0].to_list() == ["3", "4"]


class TestPlacementCosts:
    def test_every_day_code_and_share_stays_as_it_is_written(self, read):
        cells = ["31/12/2024", "44832", "2022-Sep-28 00:00:00", "12/25/2024", "01/01/1900"]
        rows = "".join(f"a{n:012d},N,St. X's School ,{cell},0\n" for n, cell in enumerate(cells))
        register = read(COSTS + rows, "placement_costs")
        assert register.table["start_date"].to_list() == cells
        assert set(register.table["placement_name"]) == {"St. X's School"}

    def test_headings_of_many_systems_are_known(self, read):
        register = read(f"{CASE_SYSTEM}1,A1,x,ASC,St X,8870000,E_INSS,Day,a,b,1,2,50,3\n", "placement_costs")
        assert register.table.drop(columns=["file", "line"]).iloc[0].to_dict() == {
            "upn": "A1",
            "child_id": "1",
            "date_of_birth": "x",
            "primary_need": "ASC",
            "placement_name": "St X",
            "laestab": "8870000",
            "placement_type": "E_INSS",
            "residence": "Day",
            "start_date": "a",
            "end_date": "b",
            "weekly_cost": "1",
            "top_up": "2",
            "health_share": "50",
            "purchase_order": "3",
        }

    def test_no_note_and_no_message_shows_a_child_or_an_officer(self, read, refused):
        rows = f"{COSTS}QQQ123,Qqq Zzz,Zzz School,1/2/2024,5\n,Qqq Zzz,Zzz,1/2/2024,5\nQqq Zzz,,,,\n"
        rows += "123.0,Qqq,1E+9,1/2/2024,5\nQqq total,Qqq,,,9\n"
        register = read(rows, "placement_costs")
        assert len(register.notes) > 1 and not re.search("(?i)qqq|zzz", " ".join(register.notes))
        assert "qqq" not in refused(f"{COSTS.replace('Start Date', 'Stat Dat')}QQQ123,Qqq,Z,1,5\n", "placement_costs").casefold()
        assert "qqq" not in refused(f"{COSTS}QQQ123,Qqq,Z,1,5,6,7\n", "placement_costs").casefold()


class TestPlaces:
    def test_of_two_academic_years_the_first_is_this_year_and_the_next_the_year_after(self, read):
        register = read("School,URN,Type,Commissioned places 2023/24,Commissioned places 2024/25,On roll\nX,1,special,50,55,60\n", "places")
        assert register.table[["places", "places_next_year", "on_roll"]].iloc[0].to_list() == ["50", "55", "60"]
        assert register.headings["places"] == "Commissioned places 2023/24"

    def test_years_in_words_and_double_spaces_are_read_too(self, read):
        register = read("School,Type,2022 to 2023  commissioned places,2023 to 2024  commissioned places\nX,special,50,55\n", "places")
        assert register.table[["places", "places_next_year"]].iloc[0].to_list() == ["50", "55"]

    def test_totals_of_places_are_compared_too(self, read):
        register = read("School,Type,Places,NOR\nX,special,50,51\nY,RP,12.5,9\nTotal,,62.5,61\n", "places")
        assert register.totals.loc[0, ["check", "differences"]].to_list() == ["differs", "on_roll +1.00"]


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("milestones", "Ref,Milestone,Owner,Due Date,Revised Date,RAG\nM1,Open 25 places,X,01/09/2024,01/01/2025,A\n"),
        ("risks", "Risk ID,Description,Likelihood,Impact,Mitigating Actions,Risk Owner\nR1,Places open late,B,II,Build,X\n"),
        ("placement_budget", "Category,Need,Places,Unit Cost\nstate_special,ASD,12.5,24000\n"),
        ("conditions", "No,Condition,On Track?,Due,Narrative\n3.1,Reach balance,Yes,31/03/2026,x\n"),
    ],
)
def test_the_registers_of_the_programme_are_known(read, table, text):
    register = read(text, table)
    assert len(register.table) == 1 and len(register.headings) == text.split("\n")[0].count(",") + 1


@pytest.mark.parametrize(
    ("name", "words"), [("register.ods", "ends in '.ods'"), ("register.csv", "cannot be opened"), ("register.xlsx", "cannot")]
)
def test_a_file_of_another_kind_or_that_is_missing_is_refused(tmp_path, name, words):
    with pytest.raises(Refusal, match=words):
        read_register(tmp_path / name, "ledger", FIELDS)


def test_a_file_of_commas_alone_is_refused(refused):
    assert "There is no value in the file." in refused(",,\n,,\n")


class TestDictionary:
    @pytest.mark.parametrize("table", TABLES)
    def test_each_register_has_a_key_and_columns_that_may_name_people_are_marked(self, table):
        fields = FIELDS[table]
        assert any(field.required for field in fields.values())
        named = {
            "upn",
            "child_id",
            "uln",
            "name",
            "surname",
            "forename",
            "date_of_birth",
            "sex",
            "postcode",
            "owner",
            "budget_holder",
            "comment",
        }
        assert {column for column, field in fields.items() if field.personal} == named & set(fields)

    def test_every_kind_of_placement_but_the_one_nobody_could_verify_has_one_of_the_seven_categories(self):
        codes = read_codes(DICTIONARY)
        assert set(codes["placement_type"]) - set(codes["placement_category"]) == {"E_FSS"}
        assert set(codes["placement_category"].values()) == set(codes["dsg_category"]) and len(codes["dsg_category"]) == 7


CELLS = st.sampled_from(
    [
        "",
        "",
        "1",
        "01234",
        "12.0",
        "£1,234.50",
        "(3)",
        "-",
        "tbc",
        "Total",
        "Grand total",
        "Cost Centre",
        "Budget",
        "Actual",
        "£k",
        "é\n",
        '"',
        " ",
    ]
) | st.text(max_size=4)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.lists(st.lists(CELLS, max_size=4), max_size=3), below=st.lists(st.lists(CELLS, min_size=5, max_size=5), max_size=12))
def test_whatever_stands_in_the_cells_no_row_is_lost_and_only_a_refusal_stops(tmp_path, before, below):
    path = tmp_path / "drawn.csv"
    rows = [*before, ["Cost Centre", "Description", "Budget", "Actual", "Comment"], *below]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    try:
        register = read_register(path, "ledger", FIELDS)
    except Refusal:
        return
    lines = [*register.table["line"], *register.totals["line"], *register.aside["line"]]
    assert len(lines) == len(set(lines)) == sum(any(cell.strip() for cell in row) for row in rows)
    assert set(register.totals["check"]) <= {"equal", "rounding", "differs", "not checked"}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(groups=st.lists(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=5), min_size=1, max_size=5), slip=st.integers(0, 3))
def test_true_totals_are_found_equal_and_a_slip_of_a_penny_is_found(tmp_path, groups, slip):
    path = tmp_path / "drawn.csv"
    lines = [f"{n}{m},a,,{pence / 100:.2f}" for n, group in enumerate(groups) for m, pence in enumerate(group)]
    text, at = [], iter(lines)
    for group in groups:
        text += [next(at) for _ in group] + [f",Sub-total,,{sum(group) / 100:.2f}"]
    whole = sum(map(sum, groups)) + slip * 1000
    path.write_text("\n".join([LEDGER.strip(), *text, f"Grand total,,,{whole / 100:.2f}"]), encoding="utf-8")
    checks = read_register(path, "ledger", FIELDS).totals["check"].to_list()
    assert checks == ["equal"] * len(groups) + ["differs" if slip else "equal"]
