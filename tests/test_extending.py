"""What an analyst adds: an indicator in three files, a section in one, a council in one folder. Each is done in a working copy and run."""

import csv
import hashlib
import json
import re
import shutil

import nbformat
import pytest
import yaml

from svip_lib.config.result import read_figures
from tests.conftest import run_svip

pytestmark = pytest.mark.pack

FUNCTION = '''

@indicator
def placements_alternative_provision_percent(plans: pd.DataFrame) -> pd.DataFrame:
    """Share of all children with a plan who are in alternative provision, in per cent of all plans.

    Args:
        plans: Published rows of the January plans, with ``ap_pru_total``.

    Returns:
        One row per area and January: ``numerator`` (children), ``denominator`` (all plans), ``value`` (per cent).

    Source: SEN2 return. Official equivalent: ``ap_pru_total_pc``.
    """
    return percent(_with_whole(plans, "ap_pru_total"), "ap_pru_total", "whole")
'''


def contents(folder):
    """Every file that a commit could hold, by its hash."""
    kept = [path for name in ("svip_lib", "notebooks", "data") for path in (folder / name).rglob("*") if "__pycache__" not in path.parts]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in kept if path.is_file()}


def touched(before, folder):
    after = contents(folder)
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def add_cell(path, prose, code):
    book = nbformat.read(path, as_version=4)
    place = next(place for place, cell in enumerate(book.cells) if cell.source.startswith("## Method"))
    book.cells[place:place] = [nbformat.v4.new_markdown_cell(prose), nbformat.v4.new_code_cell(code)]
    nbformat.write(book, path)


def test_an_indicator_is_added_in_three_files_and_stands_in_the_pack(checkout):
    before = contents(checkout)
    with (checkout / "svip_lib/indicators/placements.py").open("a", encoding="utf-8") as file:
        file.write(FUNCTION)
    dictionary = checkout / "data/dictionary/indicators.csv"
    with dictionary.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    model = next(row for row in rows if row["col_name"] == "placements_special_percent")
    new = model | {
        "col_name": "placements_alternative_provision_percent",
        "label": "Children with plans in alternative provision",
        "sentence": "{value} of children with plans in {area} were in alternative provision in {period}",
        "published_column": "plans.ap_pru_total_pc",
        "polarity": "none",
    }
    with dictionary.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, list(model), lineterminator="\n").writerow(new)
    book = checkout / "notebooks/30_placements.ipynb"
    add_cell(book, "## How many are in alternative provision?", 'section.show("placements_alternative_provision_percent")')
    done = run_svip(checkout, "run", "--no-pdf", "--quiet")
    assert done.returncode == 0, done.stderr
    assert touched(before, checkout) == [
        "data/dictionary/indicators.csv",
        "notebooks/30_placements.ipynb",
        "svip_lib/indicators/placements.py",
    ]
    page = (checkout / "reports/medway/2025-26-Q4/public/index.html").read_text(encoding="utf-8")
    assert "0.8% of children with plans in Medway were in alternative provision in January 2026" in page


def test_a_section_is_added_by_one_command_and_stands_in_the_pack_as_it_is(checkout):
    before = contents(checkout)
    made = run_svip(checkout, "new-section", "35_needs", "Types of need")
    assert made.returncode == 0, made.stderr
    assert "notebooks/35_needs.ipynb is there" in made.stdout and "svip run --only 35" in made.stdout
    done = run_svip(checkout, "run", "--no-pdf", "--quiet")
    assert done.returncode == 0, done.stderr
    assert touched(before, checkout) == ["notebooks/35_needs.ipynb"]
    page = (checkout / "reports/medway/2025-26-Q4/public/sections/35_needs.html").read_text(encoding="utf-8")
    assert "<h1" in page and ">Types of need</h1>" in page
    assert "Title of the section" not in page
    assert page.count("[To be written: ") == 5  # what the author has still to say, and no reader takes for the council's words
    assert "Sections with text that is to be written: 35_needs." in run_svip(checkout, "status").stdout
    assert "In the section 35_needs there is text to be written." in run_svip(checkout, "publish", "2025-26-Q4").stderr


def test_a_council_is_added_by_one_folder(checkout):
    before = contents(checkout)
    council = shutil.copytree(checkout / "data/authorities/medway", checkout / "data/authorities/swindon")
    shutil.rmtree(council / "commentary")
    for own in ("report_map.csv", "cost_centres.csv"):
        (council / own).unlink()
    for sample in council.glob("quarters/*/sample"):
        shutil.rmtree(sample)
    changes = {"Medway Council": "Swindon Borough Council", "name: Medway": "name: Swindon", "E06000035": "E06000030"}
    text = (council / "authority.yaml").read_text(encoding="utf-8")
    for old, new in changes.items():
        text = text.replace(old, new)
    text = text.replace('["866", "332"', '["887", "332"').replace('["866", "894"', '["887", "894"')
    (council / "authority.yaml").write_text(text, encoding="utf-8")
    # Nothing has been agreed with this council: its plan is empty, and Medway's is nobody else's.
    agreement = yaml.safe_load(
        (council / "agreement.yaml").read_text(encoding="utf-8").replace("Medway Council", "Swindon Borough Council")
    )
    agreement |= {name: [] for name, told in agreement.items() if isinstance(told, list) and name != "sources"}
    (council / "agreement.yaml").write_text(yaml.safe_dump(agreement, sort_keys=False, allow_unicode=True), encoding="utf-8")
    done = run_svip(checkout, "run", "--authority", "swindon", "--no-pdf", "--quiet")
    assert done.returncode == 0, done.stderr
    assert all(name.startswith("data/authorities/swindon/") for name in touched(before, checkout))
    pack = checkout / "reports/swindon/2025-26-Q4/public"
    figures = read_figures(pack / "figures.csv")
    own = figures[(figures["area"] == "E06000030") & (figures["indicator"] == "ehc_plans_count") & (figures["measure"] == "actual")]
    assert own.set_index("time_period")["value"]["202526"] == 2789
    assert json.loads((pack / "manifest.json").read_text(encoding="utf-8"))["parameters"]["authority"] == "swindon"
    page = (pack / "index.html").read_text(encoding="utf-8")
    assert "Swindon maintained 2,789 EHC plans in January 2026" in page
    assert "no plan is stated" in page
    assert "not supplied; this pack holds no return of Swindon's own" in page
    assert "SYNTHETIC" not in re.sub(r"every figure(?: from it)? says SYNTHETIC", "", page)
    assert "Medway Council" not in page


@pytest.mark.parametrize("command", ["papermill", "jupyter"])
def test_a_notebook_runs_by_the_plain_command_of_its_makers_too(checkout, tmp_path, command):
    import subprocess
    import sys
    from pathlib import Path

    tools = Path(sys.executable).parent
    words = {
        "papermill": ["papermill", "40_high_needs_finance.ipynb", str(tmp_path / "out.ipynb"), "-p", "quarter", "2025-26-Q3"],
        "jupyter": [
            "jupyter",
            "nbconvert",
            "--to",
            "notebook",
            "--execute",
            "40_high_needs_finance.ipynb",
            "--output",
            str(tmp_path / "out.ipynb"),
        ],
    }[command]
    import os

    environment = os.environ | {"PYTHONPATH": str(checkout)}
    done = subprocess.run(
        [str(tools / words[0]), *words[1:]], cwd=checkout / "notebooks", capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr[-2000:]
    text = (tmp_path / "out.ipynb").read_text(encoding="utf-8")
    assert "The high needs block of Medway was £56.6m in 2023-24" in text
    assert ("Quarter 3 of 2025-26" in text) == (command == "papermill")
