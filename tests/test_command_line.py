"""The command line meets what users give it: whatever is wrong is told in one paragraph, with exit status 2 and nothing written."""

import shutil

import pytest

from tests.conftest import run_svip

AGREEMENT = "data/authorities/medway/agreement.yaml"
PLANS = "data/reference/ees_ehcp_2025/plans.csv"


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def refused(checkout, *words, **environment):
    """The one paragraph that a refused command says."""
    done = run_svip(checkout, *words, **environment)
    assert done.returncode == 2, (done.returncode, done.stderr)
    assert "Traceback" not in done.stderr
    assert not list(checkout.glob("reports/**/public/*"))
    assert not list(checkout.glob("reports/**/.*"))
    return done.stderr


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
        (["refresh", "nowhere"], "nowhere"),
    ],
)
def test_a_word_that_means_nothing_is_refused_with_a_remedy(checkout, words, told):
    assert told in refused(checkout, *words)


def test_a_missing_file_is_named(checkout):
    (checkout / PLANS).unlink()
    assert "plans.csv" in refused(checkout, "run")


def test_a_missing_agreement_is_named(checkout):
    (checkout / AGREEMENT).unlink()
    assert "agreement.yaml: The file is missing" in refused(checkout, "run")


def test_a_renamed_column_is_named(checkout):
    change(checkout / PLANS, "ehcplans", "ehc_planz")
    told = refused(checkout, "run")
    assert "plans.csv" in told
    assert "ehcplans" in told or "ehc_planz" in told


def test_a_cell_that_is_not_a_number_is_told_with_line_and_column(checkout):
    lines = (checkout / PLANS).read_text(encoding="utf-8").splitlines(keepends=True)
    column = lines[0].strip().split(",")[2]
    cells = lines[6].split(",")
    cells[2] = "12a"
    lines[6] = ",".join(cells)
    (checkout / PLANS).write_text("".join(lines), encoding="utf-8")
    told = refused(checkout, "run")
    assert "plans.csv, line 7" in told
    assert f"'{column}'" in told
    assert "12a" in told


def test_a_truncated_file_is_told_with_its_line(checkout):
    text = (checkout / PLANS).read_text(encoding="utf-8")
    (checkout / PLANS).write_text(text[: len(text) // 2 - 30], encoding="utf-8")
    told = refused(checkout, "run")
    assert "plans.csv, line" in told


def test_a_typing_error_in_the_agreement_is_told_with_its_line(checkout):
    change(checkout / AGREEMENT, "    kind: request\n", "    knd: request\n")
    line = (checkout / AGREEMENT).read_text(encoding="utf-8").splitlines().index("    knd: request") + 1
    assert f"agreement.yaml, line {line}:" in refused(checkout, "run")


def test_an_agreement_that_is_not_yaml_is_told_with_its_line(checkout):
    change(checkout / AGREEMENT, "programme:\n  id: svip", "programme:\n id: svip: x")
    assert "agreement.yaml, line" in refused(checkout, "run")


def test_an_indicator_that_is_half_added_is_named(checkout):
    change(checkout / "data/dictionary/indicators.csv", "ehc_plans_count,", "ehc_plans_number_count,")
    told = refused(checkout, "run")
    assert "'ehc_plans_number_count' has a row in indicators.csv and no function" in told


def test_a_notebook_with_a_misspelt_parameter_is_refused_before_anything_runs(checkout):
    change(checkout / "notebooks/30_placements.ipynb", 'quarter = \\"latest\\"', 'quartr = \\"latest\\"')
    told = refused(checkout, "run")
    assert "30_placements.ipynb" in told
    assert "it lacks quarter and nobody gives it quartr" in told


def test_a_notebook_whose_parameter_is_no_text_is_refused_before_anything_runs(checkout):
    change(checkout / "notebooks/30_placements.ipynb", 'quarter = \\"latest\\"', "quarter = 202526")
    assert "The parameter 'quarter' must be text, not 202526" in refused(checkout, "run")


def test_a_file_that_is_no_notebook_is_refused(checkout):
    (checkout / "notebooks/30_placements.ipynb").write_text("{", encoding="utf-8")
    assert "30_placements.ipynb: This is not a notebook" in refused(checkout, "run")


def test_outside_a_project_the_command_says_where_to_go(tmp_path):
    assert "Change into the project's folder" in refused(tmp_path, "run")


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
