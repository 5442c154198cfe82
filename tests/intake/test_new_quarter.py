"""A new quarter is laid out whole or not at all, and asks for what the dictionary says is wanted."""

import shutil
import subprocess
from datetime import date

import pytest

from svip_lib.config.authority import read_quarter
from svip_lib.config.fields import read_fields
from svip_lib.config.periods import Quarter
from svip_lib.config.project import Project
from svip_lib.config.refusal import Refusal
from svip_lib.intake.arrivals import read_wanted
from svip_lib.intake.new_quarter import lay_out

NEXT = Quarter(2026, 1)


@pytest.fixture
def project(checkout):
    return Project.find(checkout)


def everything(project):
    return {path: path.read_bytes() if path.is_file() else None for path in project.data.rglob("*")}


def test_it_has_its_file_a_note_for_each_extract_and_a_place_for_the_words(project):
    folder = lay_out(project, "medway", NEXT)
    told = read_quarter(project.authority("medway"), NEXT)
    assert told.as_at is None
    assert (told.own_return.year, told.own_return.first_day, told.own_return.last_day) == (2027, date(2026, 4, 1), date(2026, 6, 30))
    wanted = read_wanted(project.dictionary, read_fields(project.dictionary))
    assert {path.name for path in (folder / "extracts").iterdir()} == {f"{one.extract}.md" for one in wanted}
    assert project.commentary("medway", NEXT, "any").parent.is_dir()
    assert {path.name for path in folder.iterdir()} == {"quarter.yaml", "extracts"}


def test_it_does_not_become_the_latest_before_it_has_its_day_and_has_no_extracts(project):
    lay_out(project, "medway", NEXT)
    assert project.quarter("medway") == Quarter(2025, 4)
    assert project.find_extracts("medway", NEXT) is None


def test_a_note_names_every_required_column_of_its_tables_and_nothing_that_the_year_does_not_have(project):
    folder, fields = lay_out(project, "medway", NEXT) / "extracts", read_fields(project.dictionary)
    for one in read_wanted(project.dictionary, fields):
        text = (folder / f"{one.extract}.md").read_text(encoding="utf-8")
        assert text.startswith(f"# {one.title}\n")
        assert one.asked_of in text
        columns = [field for table in one.tables for field in fields[table].values()]
        assert all(f"| {field.heading} |" in text for field in columns if field.required and field.is_of(2027))
        assert text.count("Git ignores this folder") == 1
    assert "1 April 2026 to 30 June 2026, in the form of the SEN2 collection of 2027" in (folder / "sen2.md").read_text(encoding="utf-8")
    assert "Attendance pattern" not in (folder / "sen2.md").read_text(encoding="utf-8")
    assert "Personal, so never shown or passed on: Surname" in (folder / "sen2.md").read_text(encoding="utf-8")


def test_what_exists_is_never_overwritten(project):
    before = everything(project)
    with pytest.raises(Refusal, match="is there already"):
        lay_out(project, "medway", Quarter(2025, 4))
    assert everything(project) == before
    lay_out(project, "medway", NEXT)
    kept = {path: content for path, content in everything(project).items() if path in before}
    assert kept == before


@pytest.mark.parametrize("quarter", [Quarter(2026, 2), Quarter(2062, 1), Quarter(2023, 4)])
def test_a_quarter_that_stands_apart_is_refused_with_the_next_one(project, quarter):
    with pytest.raises(Refusal, match="The next one is 2026-27-Q1"):
        lay_out(project, "medway", quarter)


def test_the_quarter_before_the_first_may_be_laid_out_too(project):
    shutil.rmtree(project.quarter_folder("medway", Quarter(2025, 2)))
    assert lay_out(project, "medway", Quarter(2025, 2)).name == "2025-26-Q2"


def test_a_layout_that_cannot_be_finished_leaves_nothing(project):
    (project.dictionary / "extracts.csv").write_text("extract,form,asked_of,serves\nlegder,a,b,c\n", encoding="utf-8")
    before = everything(project)
    with pytest.raises(Refusal, match=r"extracts.csv, line 2, column 'extract': 'legder' is not a table"):
        lay_out(project, "medway", NEXT)
    assert everything(project) == before


def test_a_layout_that_is_broken_off_on_the_way_leaves_no_quarter(project):
    commentary = project.commentary("medway", NEXT, "any").parent
    commentary.write_text("a file where the folder is to be", encoding="utf-8")
    with pytest.raises(FileExistsError):
        lay_out(project, "medway", NEXT)
    assert not list((project.authority("medway") / "quarters").glob("*2026-27*"))
    assert NEXT not in project.quarters("medway")


def test_git_ignores_all_that_is_put_into_extracts(checkout, repository):
    (checkout / ".gitignore").write_bytes((repository / ".gitignore").read_bytes())
    subprocess.run(["git", "init", "-q"], cwd=checkout, check=True)
    folder = lay_out(Project.find(checkout), "medway", NEXT)
    (folder / "extracts" / "ledger.xlsx").touch()
    (folder / "dropped one too high.csv").touch()
    command = ["git", "status", "--porcelain", "--untracked-files=all", str(folder)]
    listed = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=True).stdout.split()
    assert [name.rpartition("/")[2] for name in listed if name != "??"] == ["quarter.yaml"]
