"""Registers are cleaned with the same account as the return: no row is lost, nothing is guessed, and no child can be read out of it."""

import csv
import dataclasses
import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svip_lib.config.fields import read_codes, read_fields
from svip_lib.config.registry import dictionary_rows
from svip_lib.intake.cleaning import clean_return
from svip_lib.intake.register_cleaning import REGISTERS, clean_registers, match_notes
from svip_lib.intake.registers import read_register
from svip_lib.intake.sen2 import read_sen2
from svip_lib.sample import write_sample
from tests.drawn import drawn_programme

DICTIONARY = Path(__file__).resolve().parents[2] / "data" / "dictionary"
FIELDS, CODES = read_fields(DICTIONARY), read_codes(DICTIONARY)
CENSUS, AS_AT, KEY = date(2025, 1, 16), date(2025, 3, 31), b"k" * 32
UPN = "B801200005001"
COSTS = "UPN,Name,Date of Birth,Placement,Placement Type,Weeks,Start Date,End Date,Weekly Cost,Annual Cost,Education,Health,Social Care"
COSTS += ",Status,Last Updated\n"


def taken_in(folder, plans=1200, **more):
    """A sample drawn, and its return and registers as they are read."""
    planted = write_sample(folder, plans=plans, shape="blade", seed=7, census=CENSUS, fields=FIELDS, **more)
    paths = {name: next(folder.glob(f"{name}.*")) for name in REGISTERS}
    return planted, read_sen2(folder, FIELDS), {name: read_register(path, name, FIELDS) for name, path in paths.items()}


def cleaned(sent, registers):
    plans = clean_return(sent, FIELDS, CODES, la_code="887", year=CENSUS.year, last_day=CENSUS, key=KEY).tables
    return clean_registers(registers, FIELDS, CODES, as_at=AS_AT, key=KEY, plans=plans), plans


@pytest.fixture(scope="module")
def sound(tmp_path_factory, repository):
    _, sent, registers = taken_in(tmp_path_factory.mktemp("sound"), programme=drawn_programme(repository))
    return registers, *cleaned(sent, registers)


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory, repository):
    planted, sent, registers = taken_in(tmp_path_factory.mktemp("spoilt"), programme=drawn_programme(repository), defects=True)
    return [defect for defect in planted if defect.table in REGISTERS], registers, cleaned(sent, registers)[0]


@pytest.fixture
def clean(tmp_path):
    """Cleans one register that is given as the text of a CSV file."""

    def cleaning(text, table, as_at=AS_AT, plans=None):
        path = tmp_path / f"{table}.csv"
        path.write_text(text, encoding="utf-8")
        return clean_registers({table: read_register(path, table, FIELDS)}, FIELDS, CODES, as_at=as_at, key=KEY, plans=plans)

    return cleaning


def found(cleaned, *columns):
    return list(cleaned.account[list(columns)].itertuples(index=False, name=None))


def test_sound_registers_raise_no_finding_at_all(sound):
    _, clean, _ = sound
    assert clean.account.empty
    assert (clean.rows["quarantined"] == 0).all()
    assert clean.rows["table"].to_list() == list(REGISTERS)


def test_every_planted_mistake_is_found_at_its_line_and_column_by_its_rule_and_nothing_else_is(spoilt):
    planted, _, clean = spoilt
    expected = {(defect.file, defect.line, defect.column, defect.rule, defect.level) for defect in planted}
    assert len(expected) == len(planted) >= 80
    assert set(found(clean, "file", "line", "column", "rule", "level")) == expected


def test_no_row_is_lost_rows_in_are_rows_clean_and_rows_quarantined(spoilt):
    _, registers, clean = spoilt
    assert clean.rows["quarantined"].sum() > 10
    for row in clean.rows.itertuples():
        assert row.rows_in == len(registers[row.table].table) == len(clean.tables[row.table]) + row.quarantined
        told = clean.account[(clean.account["table"] == row.table) & (clean.account["level"] == "quarantine")]
        assert told["line"].nunique() == row.quarantined


def test_every_rule_that_can_be_found_says_what_it_means_and_what_to_do(spoilt):
    rules = {row["rule"] for _, row in dictionary_rows(DICTIONARY / "rules.csv", "rule", "says", "remedy")}
    assert set(spoilt[2].account["rule"]) <= rules


def test_nothing_that_names_a_child_or_officer_survives(spoilt):
    _, registers, clean = spoilt
    said = clean.account.to_csv() + "".join(table.to_csv() for table in clean.tables.values())
    costs = registers["placement_costs"].table
    for column in ("upn", "surname", "date_of_birth", "owner"):
        values = {value for value in costs[column] if len(value) >= 6}
        assert values and not [value for value in values if value in said], column
    for name, table in clean.tables.items():
        assert not {column for column, field in FIELDS[name].items() if field.personal} & set(table.columns)


def test_a_child_has_the_same_hash_as_in_the_return_and_the_match_is_told_both_ways(sound):
    _, clean, plans = sound
    costs = clean.tables["placement_costs"]
    assert costs["child"].isin(plans["person"]["child"]).all()
    people = plans["person"].drop_duplicates("child").set_index("child")["birth_year"]
    assert (costs["birth_year"] == costs["child"].map(people)).all()
    children = costs["child"].nunique()
    assert match_notes(costs, plans)[0].startswith(f"Of {children:,} children in placement_costs {children:,} are in the return; of 1,200 ")


class TestCells:
    def test_money_is_kept_in_pence_in_the_unit_of_its_heading_unless_the_cell_names_its_own(self, clean):
        done = clean("Cost Centre,Budget £k,Actual\n1,1.5,2.50\n2,3m,(4)\n", "ledger")
        assert done.tables["ledger"][["current_budget", "actual_to_date"]].to_numpy().tolist() == [[150_000, 250], [300_000_000, -400]]

    @pytest.mark.parametrize("cell", ["tbc", "n/a", "#REF!", "12,34"])
    def test_what_is_no_amount_is_missing_and_never_nought(self, clean, cell):
        done = clean(f'Cost Centre,Budget,Actual,Forecast\n1,5,2,"{cell}"\n', "ledger")
        assert done.tables["ledger"]["forecast_outturn"].isna().all()
        assert found(done, "level", "line", "column", "found") == [("warn", 2, "forecast_outturn", cell)]

    def test_a_dash_for_nought_is_told(self, clean):
        done = clean("Cost Centre,Budget,Actual\n1,5,-\n", "ledger")
        assert done.tables["ledger"]["actual_to_date"].to_list() == [0]
        assert found(done, "level", "rule") == [("repair", "dash_zero")]

    def test_a_day_that_could_be_two_is_told_and_not_guessed_until_the_column_proves_its_order(self, clean):
        text = "Ref,Milestone,Due Date\nM1,a,03/04/2025\n"
        assert found(clean(text, "milestones"), "rule", "level") == [("ambiguous_day_month", "quarantine")]
        done = clean(f"{text}M2,b,25/12/2025\n", "milestones")
        assert done.account.empty
        assert done.tables["milestones"]["planned_date"].dt.strftime("%d %b").to_list() == ["03 Apr", "25 Dec"]

    def test_a_column_that_the_register_lacks_is_there_and_empty_and_raises_no_doubt(self, clean):
        done = clean("No,Condition,Status\n1,Balance,Met\n", "conditions")
        assert done.account.empty
        assert done.tables["conditions"]["due_date"].isna().all()
        kept = [column for column, told in FIELDS["conditions"].items() if not told.personal]
        assert list(done.tables["conditions"]) == [*kept, "owner_role"]

    def test_an_owner_is_kept_only_where_the_register_says_that_it_is_a_role(self, clean):
        done = clean("No,Condition,Status,Owner\n1,Balance,Met,Head of SEND (role)\n2,Places,Met,J. Invented\n", "conditions")
        assert done.tables["conditions"]["owner_role"].to_list() == ["Head of SEND", ""]
        assert "J. Invented" not in done.tables["conditions"].to_csv()

    def test_the_day_of_the_last_review_is_not_taken_for_that_of_the_next(self, clean):
        done = clean("Ref,Risk,Last Reviewed\nR1,Cost,25/12/2024\n", "risks")
        assert done.tables["risks"]["review_date"].isna().all()
        assert done.tables["risks"]["reviewed_date"].dt.strftime("%d %b").to_list() == ["25 Dec"]

    @pytest.mark.parametrize("day", ["01/01/1900", "31/08/2099"])
    def test_a_day_that_stands_for_none_is_left_blank(self, clean, day):
        done = clean(f"Ref,Milestone,Due Date,Forecast Date\nM1,a,25/12/2025,{day}\n", "milestones")
        assert done.tables["milestones"]["forecast_date"].isna().all()
        assert found(done, "rule", "column") == [("day_for_none", "forecast_date")]


class TestLedger:
    @pytest.mark.parametrize(
        ("cell", "period"),
        [("1", 1), ("P09", 9), ("Period 14", 14), ("Apr-24", 1), ("March", 12), ("2024/03", 3), ("202403", 3), ("2024-07-01", 4)],
    )
    def test_a_period_is_read_in_each_of_its_forms_and_april_is_the_first(self, clean, cell, period):
        done = clean(f"Cost Centre,Budget,Actual,Period\n1,5,2,{cell}\n", "ledger")
        assert done.account.empty and done.tables["ledger"]["period"].to_list() == [period]

    @pytest.mark.parametrize("cell", ["0", "15", "summer", "2024", "Q1"])
    def test_what_is_no_period_is_told(self, clean, cell):
        assert found(clean(f"Cost Centre,Budget,Actual,Period\n1,5,2,{cell}\n", "ledger"), "rule", "found") == [("period_unknown", cell)]

    @pytest.mark.parametrize("sign", [1, -1])
    def test_the_sign_of_the_variance_is_that_of_most_rows(self, clean, sign):
        rows = "".join(f"{n},100,50,{100 + n},{sign * n}\n" for n in range(1, 5))
        done = clean(f"Cost Centre,Budget,Actual,Forecast,Variance\n{rows}5,100,50,108,{-sign * 8}\n", "ledger")
        assert found(done, "rule", "line") == [("variance_differs", 6)]

    def test_each_column_of_a_total_that_differs_is_a_line_with_the_difference(self, clean):
        done = clean("Cost Centre,Budget,Actual\n1,5,2\n2,6,3\nTotal,12,9\n", "ledger")
        assert found(done, "rule", "line", "column", "found") == [
            ("total_differs", 4, "current_budget", "+1.00"),
            ("total_differs", 4, "actual_to_date", "+4.00"),
        ]

    def test_a_total_over_a_cell_that_cannot_be_read_is_told_as_not_compared(self, clean):
        done = clean("Cost Centre,Budget,Actual,Forecast\n1,5,2,tbc\nTotal,,,4\n", "ledger")
        assert set(found(done, "rule", "line")) == {("not_money", 2), ("total_not_checked", 3)}


class TestPlacementCosts:
    def test_of_the_same_placement_the_row_that_was_changed_last_is_kept(self, clean):
        rows = f"{UPN},a,,St X,,,2023-09-01,,,5,,,,Active,2024-05-01\n{UPN.lower()},a,,st  x,,,2023-09-01,,,6,,,,Active,2024-01-01\n"
        done = clean(COSTS + rows, "placement_costs")
        assert done.tables["placement_costs"]["annual_cost"].to_list() == [500]
        assert ("placement_repeated", 3, "a999999999999") in found(done, "rule", "line", "found")

    @pytest.mark.parametrize(
        ("shares", "rule"),
        [
            ("50,30,20", ""),
            ("50%,30%,20%", ""),
            ("0.5,0.3,0.2", ""),
            ("500,300,200", ""),
            ("50,30,", "shares_not_whole"),
            ("0,0,0", "shares_not_whole"),
        ],
    )
    def test_parts_are_read_as_hundredths_as_parts_of_one_or_as_pounds_whichever_adds_up(self, clean, shares, rule):
        done = clean(f"{COSTS}{UPN},a,,St X,,,2023-09-01,,,1000,{shares},Active,\n", "placement_costs")
        assert [told for (told,) in found(done, "rule")] == ([rule] if rule else [])
        read = done.tables["placement_costs"].iloc[0][["education_share", "health_share", "social_care_share"]]
        assert read.isna().all() if rule else read.to_list() == pytest.approx([50, 30, 20])

    def test_a_cost_that_runs_on_after_the_plan_is_told_and_one_beside_another_plan_is_not(self, clean):
        costs = COSTS + "".join(f"{upn},a,,St X,,,2020-09-01,,,5,,,,Active,\n" for upn in (UPN, "C801200005002"))
        done = clean(costs, "placement_costs")
        children = done.tables["placement_costs"]["child"]
        ended = pd.to_datetime(["2024-08-31", "2024-08-31", None]).astype("datetime64[s]")
        plans = {"namedplan": pd.DataFrame({"child": children.iloc[[0, 1, 1]].to_numpy(), "ceasedate": ended})}
        told = clean(costs, "placement_costs", plans=plans)
        assert [line for rule, line in found(told, "rule", "line") if rule == "cost_after_plan"] == [2]

    def test_a_cost_without_its_unit_is_told(self, clean):
        done = clean(f"{COSTS}{UPN},a,,St X,,38,2023-09-01,,1000,1000,,,,Active,\n", "placement_costs")
        assert found(done, "rule", "column") == [("cost_unit_unclear", "annual_cost")]


def test_a_milestone_names_a_condition_that_the_register_of_conditions_has(tmp_path):
    texts = {"milestones": "Ref,Milestone,Due Date,Condition\nM1,a,25/12/2025,1\nM2,b,25/12/2025,9\n"}
    texts["conditions"] = "No,Condition,Status\n1.0,Balance,On track\n"
    registers = {}
    for name, text in texts.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        registers[name] = read_register(tmp_path / f"{name}.csv", name, FIELDS)
    done = clean_registers(registers, FIELDS, CODES, as_at=AS_AT, key=KEY)
    assert found(done, "table", "rule", "line") == [("conditions", "float_id", 2), ("milestones", "condition_unknown", 3)]


@pytest.mark.parametrize(
    ("letters", "rule"), [("B,II,BII", 0), ("b,ii,B II", 0), ("3,4,12", 0), ("3,4,13", 1), ("B,II,CII", 1), ("high,low,5", 0)]
)
def test_a_score_is_the_product_or_the_letter_and_numeral(clean, letters, rule):
    done = clean(f"Ref,Risk,Likelihood,Impact,Score\nR1,a,{letters}\n", "risks")
    assert found(done, "rule") == [("score_differs",)] * rule


def test_what_the_budget_was_built_on_keeps_a_row_twice_and_doubts_it(clean):
    text = "Category,Need,FTE,Unit Cost\nstate_special,ASD,2.5,24000\nstate_special,ASD,1,£20k\nstate_special,,1,5\n"
    done = clean(text, "placement_budget")
    table = done.tables["placement_budget"]
    assert table[["planned_fte", "planned_unit_cost"]].to_numpy().tolist() == [[2.5, 2_400_000], [1.0, 2_000_000], [1.0, 500]]
    assert found(done, "rule", "level", "line") == [("planned_row_repeated", "warn", 3), ("scaled", "repair", 3)]


CELLS = st.sampled_from(
    ["", "0", "-", "1", "0.5", "50%", "£1,234.50", "(3)", "tbc", "01/02/2023", "31/08/2099", "45000", "1.0", "1E+9", UPN]
)
CELLS |= st.text(max_size=8)


NOUGHT = re.compile(r"[-£(). ]*0*[.,0]*[km)%-]*|£?\W*[-\u2010-\u2015\u2212]{1,2}\W*")


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), name=st.sampled_from(REGISTERS))
def test_whatever_stands_in_the_cells_no_row_is_lost_nothing_becomes_nought_and_no_traceback_is_shown(sound, data, name):
    sent = sound[0][name].table.head(6).copy()
    for _ in range(6):
        column = data.draw(st.sampled_from([column for column in sent if column not in ("file", "line")]))
        sent.loc[data.draw(st.integers(0, len(sent) - 1)), column] = data.draw(CELLS)
    register = dataclasses.replace(sound[0][name], table=sent)
    done = clean_registers({name: register}, FIELDS, CODES, as_at=AS_AT, key=KEY, plans=sound[2])
    table, row = done.tables[name], next(done.rows.itertuples())
    assert row.rows_in == len(sent) == len(table) + row.quarantined
    condemned = done.account.loc[done.account["level"] == "quarantine", "line"]
    kept = sent[~sent["line"].isin(condemned)].reset_index(drop=True)
    assert len(kept) == len(table)
    for column in [column for column in table if column in sent and FIELDS[name][column].type in ("money", "number")]:
        nought = (table[column] == 0).fillna(False)
        assert not [cell for cell in kept.loc[nought, column] if not NOUGHT.fullmatch(cell)], column


def test_the_files_of_a_planted_sample_list_every_mistake(spoilt, tmp_path, repository):
    planted, *_ = spoilt
    write_sample(
        tmp_path, plans=1200, shape="blade", seed=7, census=CENSUS, fields=FIELDS, defects=True, programme=drawn_programme(repository)
    )
    with (tmp_path / "planted.csv").open(encoding="utf-8", newline="") as file:
        listed = [row for row in csv.DictReader(file) if row["table"] in REGISTERS]
    assert [row["kind"] for row in listed] == [defect.kind for defect in planted]
