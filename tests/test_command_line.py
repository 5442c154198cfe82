"""The command line meets what users give it: whatever is wrong is told in one paragraph, with exit status 2 and nothing written."""

import re
import shutil
import sys

import pytest

from svip_lib.__main__ import main
from svip_lib.config.periods import Quarter
from svip_lib.config.project import Project
from tests.conftest import run_svip

AGREEMENT = "data/authorities/medway/agreement.yaml"
LOGS = "data/authorities/medway/assurance"
PLANS = "data/reference/ees_ehcp_2025/plans.csv"


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture
def refused(checkout, monkeypatch, capsys):
    """Call the command in this process, which spares a start for each slip, and return the one paragraph that it says."""

    def call(*words):
        monkeypatch.chdir(checkout)
        monkeypatch.setenv("SVIP_OWN_CODE", "1")
        monkeypatch.setattr(sys, "argv", ["svip", *words])
        with pytest.raises(SystemExit) as stop:
            main()
        said = capsys.readouterr().err
        assert stop.value.code == 2, said
        assert not list(checkout.glob("reports/**/*"))
        lines = [line for line in said.replace("\r", "\n").splitlines() if line.strip() and "step/s" not in line and "?step" not in line]
        assert len(lines) == 1 or lines[0].startswith("Usage:"), lines
        return said

    return call


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run", "2025-26-Q9"], "'2025-26-Q9' is not a quarter"),
        (["run", "2024-25-Q1"], "medway has no quarter 2024-25-Q1"),
        (["run", "--authority", "../x"], "There is no authority called '../x'"),
        (["run", "--authority", "kent"], "Choose one of: medway"),
        (["run", "--edition", "secret"], "'secret' is not an edition"),
        (["run", "--only", "77"], "There is no section '77'"),
        (["run", "--data", "nowhere"], "has no folder 'authorities'"),
        (["run", "--colour"], "No such option"),
        (
            ["explain", "ehc_plan_count"],
            "There is no indicator 'ehc_plan_count'. Look in data/dictionary/indicators.csv; near it: ehc_plans_count",
        ),
        (["explain", "ehc_plans_count", "--edition", "secret"], "'secret' is not an edition"),
        (["explain", "ehc_plans_count", "--quarter", "2024-25-Q1"], "medway has no quarter 2024-25-Q1"),
        (["refresh", "nowhere"], "nowhere"),
        (["new-quarter", "2026-27-Q5"], "'2026-27-Q5' is not a quarter"),
        (["new-quarter", "../2026-27-Q1"], "'../2026-27-Q1' is not a quarter"),
        (["new-quarter", "2025-26-Q4"], "2025-26-Q4 is there already"),
        (["new-quarter", "2027-28-Q1"], "The next one is 2026-27-Q1"),
        (["new-quarter", "2026-27-Q1", "--authority", "kent"], "Choose one of: medway"),
        (["status", "2026-27-Q1"], "medway has no quarter 2026-27-Q1"),
        (["new-section", "30_needs", "Needs"], "There is a section '30_placements' already"),
        (["new-section", "35_placements", "Needs"], "There is a section '30_placements' already"),
        (["new-section", "needs", "Needs"], "'needs' is no name of a section. Write two digits"),
        (["new-section", "35_../needs", "Needs"], "'35_../needs' is no name of a section"),
        (["new-section", "35_Needs", "Needs"], "'35_Needs' is no name of a section"),
        (["new-section", "35_needs", " "], "The title must be one line of words"),
        (["new-section", "35_needs", "Needs\n# More"], "The title must be one line of words"),
    ],
)
def test_a_word_that_means_nothing_is_refused_with_a_remedy(refused, checkout, words, told):
    assert told in refused(*words)


def test_a_missing_file_is_named(refused, checkout):
    (checkout / PLANS).unlink()
    assert "plans.csv" in refused("run")


def test_a_missing_agreement_is_named(refused, checkout):
    (checkout / AGREEMENT).unlink()
    assert "agreement.yaml: The file is missing" in refused("run")


def test_a_renamed_column_is_named(refused, checkout):
    change(checkout / PLANS, "ehcplans", "ehc_planz")
    told = refused("run")
    assert "plans.csv" in told
    assert "ehcplans" in told or "ehc_planz" in told


def test_a_cell_that_is_not_a_number_is_told_with_line_and_column(refused, checkout):
    lines = (checkout / PLANS).read_text(encoding="utf-8").splitlines(keepends=True)
    column = lines[0].strip().split(",")[2]
    cells = lines[6].split(",")
    cells[2] = "12a"
    lines[6] = ",".join(cells)
    (checkout / PLANS).write_text("".join(lines), encoding="utf-8")
    told = refused("run")
    assert "plans.csv, line 7" in told
    assert f"'{column}'" in told
    assert "12a" in told


def test_a_truncated_file_is_told_with_its_line(refused, checkout):
    text = (checkout / PLANS).read_text(encoding="utf-8")
    (checkout / PLANS).write_text(text[: len(text) // 2 - 30], encoding="utf-8")
    told = refused("run")
    assert "plans.csv, line" in told


def test_a_typing_error_in_the_agreement_is_told_with_its_line(refused, checkout):
    change(checkout / AGREEMENT, "    kind: request\n", "    knd: request\n")
    line = (checkout / AGREEMENT).read_text(encoding="utf-8").splitlines().index("    knd: request") + 1
    assert f"agreement.yaml, line {line}:" in refused("run")


def test_an_agreement_that_is_not_yaml_is_told_with_its_line(refused, checkout):
    change(checkout / AGREEMENT, "programme:\n  id: svip", "programme:\n id: svip: x")
    assert "agreement.yaml, line" in refused("run")


def test_an_indicator_that_is_half_added_is_named(refused, checkout):
    change(checkout / "data/dictionary/indicators.csv", "ehc_plans_count,", "ehc_plans_number_count,")
    told = refused("run")
    assert "'ehc_plans_number_count' has a row in indicators.csv and no function" in told


def test_a_notebook_with_a_misspelt_parameter_is_refused_before_anything_runs(refused, checkout):
    change(checkout / "notebooks/30_placements.ipynb", 'quarter = \\"latest\\"', 'quartr = \\"latest\\"')
    told = refused("run")
    assert "30_placements.ipynb" in told
    assert "it lacks quarter and nobody gives it quartr" in told


def test_a_notebook_whose_parameter_is_no_text_is_refused_before_anything_runs(refused, checkout):
    change(checkout / "notebooks/30_placements.ipynb", 'quarter = \\"latest\\"', "quarter = 202526")
    assert "The parameter 'quarter' must be text, not 202526" in refused("run")


def test_a_file_that_is_no_notebook_is_refused(refused, checkout):
    (checkout / "notebooks/30_placements.ipynb").write_text("{", encoding="utf-8")
    assert "30_placements.ipynb: This is not a notebook" in refused("run")


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (AGREEMENT, "verified_on: 2026-11-24", "verified_on: 2026-02-30", "agreement.yaml"),
        (AGREEMENT, "indicator: ehc_plans_count", "indicator: ehc_plan_count", "'ehc_plans_count' has the indicator 'ehc_plan_count'"),
        (AGREEMENT, "base: plan_table_3", "base: all_ehc_plans", "has the base 'all_ehc_plans'"),
        ("data/authorities/medway/authority.yaml", "area_code: E06000035", "area_code: E06000099", "'E06000099' is not an authority"),
        ("data/authorities/medway/authority.yaml", '"866", "332"', '"887", "332"', "Medway stands among its own neighbours"),
        ("data/authorities/medway/quarters/2025-26-Q4/quarter.yaml", "as_at: 2026-07-31", "as_at: 2026-02-31", "quarter.yaml"),
        ("data/dictionary/bases.csv", "base,label", "bases,label", "bases.csv, line 1: The column 'base' is missing"),
        (
            "data/dictionary/categories.csv",
            "breakdown,category",
            "breakdown,categry",
            "categories.csv, line 1: The column 'category' is missing",
        ),
        ("data/dictionary/indicators.csv", "{area} maintained", "{aera} maintained", "line 2, column 'sentence'"),
        ("data/dictionary/indicators.csv", "plans.mainstream_total_pc", "plans.mainstream_totl_pc", "no column 'mainstream_totl_pc'"),
        ("data/dictionary/indicators.csv", ",10_ehc_plans,", ",11_ehc_plans,", "'11_ehc_plans', which has no notebook"),
        ("data/dictionary/indicators.csv", ",Academic year,none,no,series,", ",Calendar year,none,no,series,", "are by academic year"),
        ("notebooks/30_placements.ipynb", 'open_section(\\"30_placements', 'open_section(\\"10_ehc_plans', "lacks the call open_section"),
        ("notebooks/30_placements.ipynb", "section.close()", "section", "lacks the call section.close"),
        (f"{LOGS}/explanations.csv", "explained_by", "by", "explanations.csv, line 1: The heading is not right"),
        (
            f"{LOGS}/explanations.csv",
            "explained_on\n",
            "explained_on\nx,2024,,assurer,2026-08-01\n",
            "line 2, column 'explanation': The cell is",
        ),
        (
            f"{LOGS}/policy_switches.csv",
            ",2028,0,5,no,",
            ",2028,some,5,no,",
            "line 2, column 'growth_points': 'some' is no number",
        ),
        (f"{LOGS}/policy_switches.csv", ",5,no,,", ",5,yes,,", "line 2, column 'author': Nobody stands for it"),
        (f"{LOGS}/seen_by.csv", "form\n", "form\n2025-26-Q4,nobody,2026-09-01,paper\n", "line 2, column 'body': 'nobody' is none of"),
        (
            f"{LOGS}/sign_offs.csv",
            "signed_on\n",
            "signed_on\n2025-26-Q4,pack,,mayor,2026-09-01\n",
            "line 2, column 'role': 'mayor' is none of",
        ),
        ("data/reference/ees_ehcp_2025/new_plans.csv", ",2024,", ",2O24,", "column 'time_period': '2O24' is no calendar year"),
    ],
)
def test_a_slip_in_a_file_of_ours_is_told_with_its_place(refused, checkout, file, old, new, told):
    change(checkout / file, old, new)
    assert told in refused("run")


def test_an_indicator_that_asks_for_a_table_that_nobody_has_is_refused(checkout):
    finance = checkout / "svip_lib/indicators/finance.py"
    finance.write_text(
        finance.read_text(encoding="utf-8").replace("high_needs_block", "high_need_block").replace("high_need_block_", "high_needs_block_")
    )
    done = run_svip(checkout, "run", "--no-pdf")
    assert done.returncode == 2, done.stderr
    assert "asks for a table 'high_need_block', which no release has" in done.stderr


def test_a_commentary_that_belongs_to_no_section_is_refused(refused, checkout):
    words = checkout / "data/authorities/medway/commentary/2025-26-Q4"
    (words / "30_placements.md").rename(words / "30_placement.md")
    assert "30_placement.md: This commentary belongs to no section" in refused("run")


def test_a_file_that_lost_its_last_rows_at_the_end_of_a_line_is_noticed(refused, checkout):
    lines = (checkout / PLANS).read_text(encoding="utf-8").splitlines(keepends=True)
    (checkout / PLANS).write_text("".join(lines[:-40]), encoding="utf-8")
    assert "plans.csv: The file has 1094 rows, and source.yaml says 1134" in refused("run")


def test_the_command_as_a_user_starts_it_refuses_with_exit_status_2_and_no_traceback(checkout):
    (checkout / AGREEMENT).unlink()
    done = run_svip(checkout, "run")
    assert done.returncode == 2
    assert "agreement.yaml: The file is missing." in done.stderr
    assert "Traceback" not in done.stderr


def test_a_new_quarter_has_a_status_and_no_pack_and_leaves_the_earlier_ones_as_they_are(checkout, monkeypatch, capsys):
    monkeypatch.chdir(checkout)
    monkeypatch.setenv("SVIP_OWN_CODE", "1")

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["svip", *words])
        with pytest.raises(SystemExit) as stop:
            main()
        return stop.value.code, "".join(capsys.readouterr())

    code, said = call("new-quarter", "2026-27-Q1")
    assert code == 0
    assert "quarters/2026-27-Q1 is laid out" in said
    code, said = call("status")
    assert code == 1
    assert said.startswith("medway, Quarter 1 of 2026-27 (April to June 2026); being prepared")
    code, said = call("run", "2026-27-Q1")
    assert code == 2
    assert "quarter.yaml: 2026-27-Q1 is being prepared" in said
    assert Project.find(checkout).quarter("medway") == Quarter(2025, 4)
    assert call("check")[0] == 2  # it takes the newest quarter, which has no extracts yet


def test_a_check_says_what_was_not_yet_published_on_the_quarters_day(checkout, tmp_path):
    assert run_svip(checkout, "sample", "--plans", "80", "--until", "2026-03-31", "--out", str(tmp_path / "drawn")).returncode == 0
    words = ("check", "2025-26-Q4", "--data", str(tmp_path / "drawn"))
    assert re.search(r"ehcplans on 15 January 2026: \d+ \(DfE [\d,]+, residual -", run_svip(checkout, *words).stdout)
    change(checkout / "data/authorities/medway/quarters/2025-26-Q4/quarter.yaml", "as_at: 2026-07-31", "as_at: 2026-04-30")
    assert re.search(r"ehcplans on 15 January 2026: \d+ \(not published by 30 April 2026\)", run_svip(checkout, *words).stdout)


def test_outside_a_project_the_command_says_where_to_go(tmp_path):
    done = run_svip(tmp_path, "run")
    assert done.returncode == 2
    assert "Change into the project's folder" in done.stderr


def test_help_is_given_anywhere(tmp_path):
    done = run_svip(tmp_path, "--help")
    assert done.returncode == 0
    assert "Exit status" in done.stdout


def test_a_copied_checkout_runs_its_own_code(checkout):
    shutil.rmtree(checkout / "notebooks")
    (checkout / "notebooks").mkdir()
    change(checkout / "svip_lib/config/project.py", "There is no authority called", "This copy knows no authority called")
    done = run_svip(checkout, "run", "--authority", "kent")
    assert "This copy knows no authority called 'kent'" in done.stderr
