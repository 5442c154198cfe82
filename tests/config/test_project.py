"""Where things stand."""

import pytest

from svip_lib.config.periods import Quarter
from svip_lib.config.project import Project, check_edition, check_section
from svip_lib.config.refusal import Refusal


@pytest.fixture
def checkout(tmp_path):
    for folder in ("svip_lib", "notebooks", "data/authorities/medway/quarters/2025-26-Q3", "data/authorities/medway/quarters/2025-26-Q4"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "data/authorities/medway/authority.yaml").touch()
    for quarter in ("2025-26-Q3", "2025-26-Q4"):
        lay_out(tmp_path, quarter, "2026-07-31")
    return tmp_path


def lay_out(root, quarter, as_at):
    folder = root / "data/authorities/medway/quarters" / quarter
    folder.mkdir(exist_ok=True)
    text = f"quarter: {quarter}\nas_at: {as_at}\ncommittee_date: null\nnote: A drawn quarter.\n"
    (folder / "quarter.yaml").write_text(text, encoding="utf-8")


def test_the_project_is_found_from_any_folder_in_it(checkout):
    assert Project.find(checkout / "data" / "authorities").root == checkout


def test_outside_a_project_the_command_says_where_to_go(tmp_path):
    with pytest.raises(Refusal, match="Change into the project's folder"):
        Project.find(tmp_path)


def test_another_data_folder_must_be_laid_out_like_ours(checkout, tmp_path):
    with pytest.raises(Refusal, match="has no folder 'authorities'"):
        Project.find(checkout, data=tmp_path / "notebooks")


def test_without_a_quarter_the_newest_is_taken(checkout):
    assert Project.find(checkout).quarter("medway") == Quarter(2025, 4)


def test_a_quarter_that_is_being_prepared_is_the_newest_and_not_the_latest(checkout):
    lay_out(checkout, "2026-27-Q1", "null")
    project = Project.find(checkout)
    assert project.quarter("medway") == project.quarter("medway", "latest") == Quarter(2025, 4)
    assert project.quarter("medway", "newest") == project.quarter("medway", "2026-27-Q1") == Quarter(2026, 1)


def test_notes_and_hidden_files_are_no_extracts_and_do_not_hide_the_sample(checkout):
    project, quarter = Project.find(checkout), Quarter(2025, 4)
    folder = project.quarter_folder("medway", quarter)
    for name in ("extracts/ledger.md", "extracts/.DS_Store", "extracts/~$ledger.xlsx", "sample/ledger.csv"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    assert project.extracts("medway", quarter) == folder / "sample"
    (folder / "extracts" / "ledger.csv").touch()
    assert project.extracts("medway", quarter) == folder / "extracts"
    assert project.find_extracts("medway", Quarter(2025, 3)) is None
    with pytest.raises(Refusal, match="no extracts for 2025-26-Q3"):
        project.extracts("medway", Quarter(2025, 3))


def test_a_quarter_that_was_not_laid_out_is_refused_with_those_that_were(checkout):
    with pytest.raises(Refusal, match="2025-26-Q3, 2025-26-Q4"):
        Project.find(checkout).quarter("medway", "2024-25-Q4")


@pytest.mark.parametrize("name", ["../medway", "medway/../medway", "/etc", "", ".", "MEDWAY", "kent"])
def test_an_unknown_authority_is_refused_and_never_used_as_a_path(checkout, name):
    with pytest.raises(Refusal, match="Choose one of: medway"):
        Project.find(checkout).authority(name)


def test_an_edition_is_public_or_internal():
    assert check_edition("internal") == "internal"
    with pytest.raises(Refusal, match="public, internal"):
        check_edition("secret")


def test_a_section_is_named_by_its_number_or_its_name_and_not_by_a_pattern():
    sections = ["10_ehc_plans", "30_placements"]
    assert check_section("30", sections) == check_section("30_placements", sections) == "30_placements"
    for name in ("3", ".*", "40", ""):
        with pytest.raises(Refusal, match="10_ehc_plans, 30_placements"):
            check_section(name, sections)
