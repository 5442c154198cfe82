"""What has arrived for a quarter, what is open, and what comes next; every day is given, so that the clock decides nothing."""

import os
import shutil
from datetime import UTC, date, datetime

import pytest

from svip_lib.config.fields import read_fields
from svip_lib.config.periods import Quarter
from svip_lib.config.project import Project
from svip_lib.config.refusal import Refusal
from svip_lib.intake.arrivals import Arrival, arrivals, is_synthetic, read_establishments, read_wanted, standing
from svip_lib.intake.check import REGISTERS, check_extracts
from svip_lib.intake.new_quarter import lay_out
from svip_lib.sample import write_sample

CENSUS, TODAY = date(2026, 1, 15), date(2026, 11, 24)
QUARTER = Quarter(2025, 4)
LEDGER = "Cost Centre,Current Budget,Actual YTD\n0123,10,2\n0124,20,3\n"
ARRIVED = datetime(2026, 4, 20, 12, tzinfo=UTC).timestamp()


@pytest.fixture(scope="module")
def fields(repository):
    return read_fields(repository / "data" / "dictionary")


@pytest.fixture(scope="module")
def wanted(repository, fields):
    return read_wanted(repository / "data" / "dictionary", fields)


@pytest.fixture
def extracts(tmp_path):
    def laid(**files):
        folder = tmp_path / "extracts"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            path = folder / name.replace("__", ".")
            path.write_text(text, encoding="utf-8")
            os.utime(path, (ARRIVED, ARRIVED))
        return folder

    return laid


def by_name(folder, wanted, fields):
    return {arrival.extract: arrival for arrival in arrivals(folder, wanted, fields)}


def test_what_is_wanted_is_what_the_readers_know(wanted, fields):
    assert [one.extract for one in wanted] == ["sen2", "establishments", *REGISTERS]
    assert {table for one in wanted for table in one.tables} == set(fields) - {"figures"}
    assert next(one.title for one in wanted if one.extract == "ledger") == "Budget monitoring extract"


def test_where_nothing_lies_everything_is_missing_and_it_is_said_who_is_asked(wanted, fields):
    found = arrivals(None, wanted, fields)
    assert {arrival.state for arrival in found} == {"missing"}
    assert [arrival.extract for arrival in found] == [one.extract for one in wanted]
    assert "Ask whoever monitors the high needs budget." in map(lambda arrival: arrival.told, found)


def test_a_file_that_is_there_is_told_with_its_day_and_rows(extracts, wanted, fields):
    found = by_name(extracts(Ledger__csv=LEDGER), wanted, fields)
    assert found["ledger"] == Arrival("ledger", "there", date(2026, 4, 20), 2)
    assert str(found["ledger"]) == "ledger: there, of 20 April 2026, 2 rows"


def test_a_file_that_cannot_be_read_is_told_with_its_reason(extracts, wanted, fields):
    found = by_name(extracts(ledger__csv=LEDGER + "1,2\n", places__xlsx="no workbook"), wanted, fields)
    assert found["ledger"].state == found["places"].state == "cannot be read"
    assert "ledger.csv, line 4" in found["ledger"].told
    assert "not an Excel workbook" in found["places"].told


def test_a_register_that_lies_there_twice_is_not_chosen_from(extracts, wanted, fields):
    found = by_name(extracts(ledger__csv=LEDGER, ledger__xlsx="a workbook"), wanted, fields)
    assert "stands twice: ledger.csv and ledger.xlsx" in found["ledger"].told


def test_a_file_that_nobody_reads_is_named_and_notes_are_not(extracts, wanted, fields):
    folder = extracts(ledger_final__csv=LEDGER, minutes__docx="x", ledger__md="a note", establishments__xlsx="x")
    (folder / "older").mkdir()
    found = by_name(folder, wanted, fields)
    strange = {name for name, arrival in found.items() if arrival.state == "not recognised, so nobody reads it"}
    assert strange == {"ledger_final.csv", "minutes.docx", "establishments.xlsx", "older"}


@pytest.mark.parametrize(("shape", "year"), [("blade", 2026), ("xml", 2026), ("workbook", 2025), ("template", 2026)])
def test_a_return_is_recognised_in_each_of_its_shapes_beside_the_registers(extracts, wanted, fields, shape, year):
    folder = extracts(ledger__csv=LEDGER, risks__xlsx="no workbook")
    write_sample(folder, plans=30, shape=shape, seed=1, census=CENSUS, fields=fields)
    found = by_name(folder, wanted, fields)
    assert found["sen2"].state == "there", found["sen2"].told
    assert found["sen2"].told == f"In the shape '{shape}', with the columns of {year}."
    assert found["sen2"].rows > 200
    assert found["establishments"].state == found["ledger"].state == "there"
    assert not set(found) - {one.extract for one in wanted}


def test_a_return_of_which_a_file_is_missing_cannot_be_read(extracts, wanted, fields):
    folder = extracts()
    write_sample(folder, plans=30, shape="blade", seed=1, census=CENSUS, fields=fields)
    next(folder.glob("*_senneed.csv")).unlink()
    assert "senneed.csv is missing" in by_name(folder, wanted, fields)["sen2"].told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("urn,ukprn,name,type_code,low_age,high_age,sen_unit\n", "no columns 'Resourced provision'"),
        ("urn,URN,ukprn,type_code,low_age,high_age,sen_unit,resourced_provision\n", "2 columns 'URN'"),
    ],
)
def test_a_list_of_schools_without_its_columns_is_refused(extracts, fields, text, told):
    with pytest.raises(Refusal, match=told):
        read_establishments(extracts(establishments__csv=text), fields)


@pytest.mark.parametrize(
    ("text", "marked"), [("synthetic: true\nseed: 1\n", True), ("synthetic: false\n", False), ("title: A return\n", False)]
)
def test_only_a_note_that_says_so_makes_extracts_synthetic(extracts, text, marked):
    assert is_synthetic(extracts(source__yaml=text)) is marked


@pytest.mark.parametrize("text", ["synthetic: perhaps\n", "- synthetic\n", "synthetic: [\n"])
def test_a_note_that_says_nothing_clear_is_refused(extracts, text):
    with pytest.raises(Refusal, match=r"source.yaml, line [12]:"):
        is_synthetic(extracts(source__yaml=text))


@pytest.fixture
def project(checkout):
    return Project.find(checkout)


def test_the_standing_of_a_quarter_without_extracts_says_what_is_open_and_comes_next(project):
    lay_out(project, "medway", QUARTER.next)
    told = standing(project, "medway", QUARTER.next, TODAY)
    assert not told.in_order
    text = told.summary()
    begun = "medway, Quarter 1 of 2026-27 (April to June 2026); being prepared: as_at is not set, so there is no pack of it yet."
    assert text.startswith(f"{begun}\nExtracts: none\n  sen2: missing. Ask")
    assert "Unverified in agreement.yaml: programme 1, amounts 13, consequences 3, conditions 1, successor_evidence 8." in told.open
    assert "Roles that nobody has taken: commissioner, analyst, assurer, approver." in told.open
    assert next(line for line in told.open if "without commentary" in line).startswith(
        "Sections without commentary: 00_member_summary, 10_"
    )
    assert [line.partition(":")[0] for line in told.returns[:3]] == [
        "November 2026, this month",
        "December 2026, in 7 days",
        "January 2027, in 38 days",
    ]
    assert "(unverified)" in told.returns[1]


def test_real_extracts_stand_before_the_sample_and_what_the_last_check_found_is_told(project, fields):
    folder = project.quarter_folder("medway", QUARTER)
    shutil.rmtree(folder / "sample")
    write_sample(folder / "sample", plans=30, shape="blade", seed=1, census=CENSUS, fields=fields)
    assert standing(project, "medway", QUARTER, TODAY).place.endswith("Q4/sample: SYNTHETIC, no child of it exists")
    assert "Nothing has been checked yet: run 'svip check'." in standing(project, "medway", QUARTER, TODAY).open
    shutil.copytree(folder / "sample", folder / "extracts")
    needs = next((folder / "extracts").glob("*_senneed.csv"))
    needs.write_text(needs.read_text(encoding="utf-8-sig").replace(",ASD,", ",QQQ,", 1), encoding="utf-8")
    private = project.private("medway", QUARTER, "checks")
    check_extracts(folder / "extracts", private, project.dictionary, la_code="887", year=2026, last_day=CENSUS)
    (folder / "extracts" / "source.yaml").unlink()
    told = standing(project, "medway", QUARTER, TODAY)
    assert told.place.endswith("Q4/extracts: real")
    assert any(line.endswith("found rows: 1 set aside.") for line in told.open), told.open
    assert not any("since the last check" in line for line in told.open)
    (folder / "extracts" / "ledger.csv").write_text(LEDGER, encoding="utf-8")
    later = (private / "checks.csv").stat().st_mtime + 5
    os.utime(folder / "extracts" / "ledger.csv", (later, later))
    assert "Files have come since the last check: run 'svip check' again." in standing(project, "medway", QUARTER, TODAY).open
