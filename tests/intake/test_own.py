"""What the council itself holds: read once, and again as soon as anything that it comes from changes."""

import shutil
from datetime import date

import pandas as pd
import pytest

from svip_lib.config.periods import Quarter
from svip_lib.config.project import Project
from svip_lib.config.refusal import Refusal
from svip_lib.intake.own import public_days, read_own

Q3, Q4 = Quarter(2025, 3), Quarter(2025, 4)


@pytest.fixture
def project(checkout):
    return Project(checkout, checkout / "data")


def test_what_was_read_is_taken_as_it_stands_until_an_extract_changes(project):
    first = read_own(project, "medway", Q3)
    kept = project.private("medway", Q3, "checks") / "person.parquet"
    written = kept.stat().st_mtime_ns
    again = read_own(project, "medway", Q3)
    assert kept.stat().st_mtime_ns == written
    assert again.checked.summary() == first.checked.summary()
    for name, table in first.checked.clean.tables.items():
        pd.testing.assert_frame_equal(again.checked.clean.tables[name], table)
    file = next(project.find_extracts("medway", Q3).glob("*_senneed.csv"))
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[:-1]), encoding="utf-8")
    changed = read_own(project, "medway", Q3)
    assert len(changed.checked.clean.tables["senneed"]) == len(first.checked.clean.tables["senneed"]) - 1


def test_a_quarter_without_extracts_holds_nothing_and_one_that_says_nothing_of_its_return_is_refused(project):
    file = project.quarter_folder("medway", Q4) / "quarter.yaml"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    begins = next(number for number, line in enumerate(lines) if line.startswith("own_return"))
    file.write_text("".join(lines[:begins] + lines[begins + 4 :]), encoding="utf-8")
    with pytest.raises(Refusal, match="nothing says what it tells of"):
        read_own(project, "medway", Q4)
    (project.quarter_folder("medway", Q4) / "sample").rename(project.root / "elsewhere")
    assert read_own(project, "medway", Q4) is None


def test_a_folder_that_is_not_there_is_refused_before_a_key_is_asked_for(project):
    with pytest.raises(Refusal, match="/nowhere: There is no such folder"):
        read_own(project, "medway", Q4, folder=project.root / "nowhere")


def test_the_days_that_a_pack_prints_are_those_of_its_files_and_of_quarters(project):
    days = public_days(project, "medway")
    assert {date(2026, 7, 31), date(2022, 11, 29), date(2026, 3, 31), date(2026, 6, 30)} <= days
    assert date(2012, 2, 29) not in days


def test_a_return_that_ends_before_the_quarter_is_not_told_as_a_quarter_without_requests(project):
    shutil.rmtree(project.quarter_folder("medway", Q4) / "sample")
    (project.quarter_folder("medway", Q3) / "sample").rename(project.quarter_folder("medway", Q4) / "sample")
    with pytest.raises(Refusal, match="knows of nothing after December 2025, and is said to tell of the time to 31 March 2026"):
        read_own(project, "medway", Q4)


def test_a_return_that_tells_of_no_whole_quarter_is_refused(project):
    file = project.quarter_folder("medway", Q4) / "quarter.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("first_day: 2025-04-01", "first_day: 2026-01-02"), encoding="utf-8")
    with pytest.raises(Refusal, match="tells of no whole quarter"):
        read_own(project, "medway", Q4)


def test_files_that_are_only_tried_out_do_not_take_the_place_of_the_quarters_own(project):
    own = read_own(project, "medway", Q3)
    other = project.root / "elsewhere"
    shutil.copytree(project.find_extracts("medway", Q3), other)
    kept = (own.private / "tokens.json").stat().st_mtime_ns
    tried = read_own(project, "medway", Q3, folder=other, anew=True)
    assert tried.private != own.private
    assert (own.private / "tokens.json").stat().st_mtime_ns == kept
