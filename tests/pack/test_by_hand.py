"""The page of a section by nbconvert's own command: installed as the project is, it makes what a run makes, from the same files."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from svip_lib.pack.by_hand import NOT_RUN

SECTION = "30_placements"


@pytest.fixture(scope="module")
def installed(repository, tmp_path_factory):
    """What an editable installation lays down beside the code."""
    place = tmp_path_factory.mktemp("installed")
    shutil.copytree(repository / "svip_lib", place / "svip_lib", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copyfile(repository / name, place / name)
    build = "import setuptools.build_meta as build; build.build_editable('wheel')"
    (place / "wheel").mkdir()
    subprocess.run([sys.executable, "-c", build], cwd=place, capture_output=True, check=True)
    with zipfile.ZipFile(next((place / "wheel").glob("*.whl"))) as wheel:
        wheel.extractall(place / "laid")
    return next((place / "laid").glob("*.data")) / "data/share/jupyter"


@pytest.fixture
def convert(trial, installed):
    """Call the command in the small project, as an analyst would."""

    def call(*words):
        command = [str(Path(sys.executable).parent / "jupyter"), "nbconvert", "--to", "html", "--template", "svip", *words]
        environment = os.environ | {"JUPYTER_PATH": str(installed), "PYTHONPATH": str(trial.folder)}
        return subprocess.run(command, cwd=trial.folder, env=environment, capture_output=True, text=True, check=False)

    return call


def page(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def test_the_command_with_execute_makes_the_page_that_a_run_makes(trial, convert):
    done = convert("--execute", f"notebooks/{SECTION}.ipynb")
    assert done.returncode == 0, done.stderr
    by_hand, by_run = page(trial.folder / f"notebooks/{SECTION}.html"), page(trial.reports / f"public/sections/{SECTION}.html")
    assert by_hand.main == by_run.main
    assert by_hand.style.text.split("}")[-300:] == by_run.style.text.split("}")[-300:]  # the letters of the typeface before it may be fewer
    assert (by_hand.html["lang"], by_hand.title, by_hand.h1) == ("en-GB", by_run.title, by_run.h1)
    assert not by_hand.find_all(["script", "link", "pre", "iframe"])
    assert "open_section" not in str(by_hand)
    assert by_hand.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"].startswith("default-src 'none'")


def test_without_execute_it_makes_the_prose_and_says_that_the_figures_are_left_out(trial, convert):
    done = convert(f"notebooks/{SECTION}.ipynb")
    assert done.returncode == 0, done.stderr
    made = page(trial.folder / f"notebooks/{SECTION}.html")
    assert f"Not run. {NOT_RUN}" in made.header.get_text(" ", strip=True).replace("  ", " ")
    assert not made.find("figure") and "Drawn for a test." in made.main.text


def test_what_would_stop_a_run_stops_it_in_one_paragraph_and_writes_nothing(trial, convert):
    book = trial.folder / f"notebooks/{SECTION}.ipynb"
    book.write_text(book.read_text(encoding="utf-8").replace("# A section", "A section without a title"), encoding="utf-8")
    done = convert("--execute", f"notebooks/{SECTION}.ipynb")
    assert done.returncode == 1
    assert "Refused: notebooks/30_placements.ipynb: A section has one title, and it comes first." in done.stderr
    assert "Traceback" not in done.stderr
    assert not (trial.folder / f"notebooks/{SECTION}.html").exists()
