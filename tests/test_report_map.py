"""Every paragraph of the council's report of 29 November 2022, from its evidence to its money, leads into the pack or says why not."""

import csv
import re

import pytest

from svip_lib.config.agreement import read_agreement
from svip_lib.config.refusal import Refusal
from svip_lib.config.registry import read_dictionary
from svip_lib.show.given import Given
from svip_lib.show.registers.report import TABLES

SECTIONS = {
    "00_member_summary",
    "10_ehc_plans",
    "20_statutory_duties",
    "30_placements",
    "40_high_needs_finance",
    "50_capacity",
    "60_agreement",
    "70_risks",
    "80_outlook",
    "90_data_quality",
}
# Numbered paragraphs; then the bullets of those that have some, by number and level, the tables, and the four risks.
PARAGRAPHS = """
    3.1 4.1 4.1.1 4.1.1.1 4.1.1.2 4.1.1.3 4.1.1.4 4.1.2 4.1.2.1 4.1.2.2 4.1.2.3 4.1.2.4 4.1.2.5 4.1.3 4.1.3.1 4.1.3.2 4.1.4 4.1.4.1 4.1.4.2
    5.1 5.2 5.3 5.4 5.5 6.1 6.2 6.3 7.1 7.2 7.3 7.4 7.5 7.6 7.7 7.8
""".split()
BULLETS = {
    "3.1": [str(number) for number in range(1, 11)],
    "4.1.1.4": ["1", "2", "3", "4", "5"],
    "4.1.2.5": ["1", "2", "3", "4", "5"],
    "4.1.3.2": [*"12345678", *(f"7.{n}" for n in range(1, 6)), *(f"8.{n}" for n in range(1, 5)), *(f"8.4.{n}" for n in range(1, 6))],
    "4.1.4.2": [*(str(number) for number in range(1, 11)), "10.1", "10.2"],
    "6.1": ["1", "2", "3", "4"],
}
TABLES_OF_THE_REPORT = ["4.1.1.1, Table 1", "5.3, Table 2", "5.5, Table 3"]
# The sections that tell an entry of each list; figures of the agreement are told where their indicator is.
HOMES = {
    "priorities": {"60_agreement"},
    "mitigations": {"80_outlook"},
    "recommendations": {"60_agreement"},
    "governance": {"60_agreement"},
    "kpis": {"60_agreement"},
    "conditions": {"60_agreement"},
    "milestones": {"50_capacity", "60_agreement"},
    "risks": {"70_risks"},
    "findings": {"90_data_quality"},
}


@pytest.fixture(scope="module")
def council(repository):
    return repository / "data/authorities/medway"


@pytest.fixture(scope="module")
def rows(council):
    with (council / "report_map.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def agreement(council):
    return read_agreement(council / "agreement.yaml")


@pytest.fixture(scope="module")
def dictionary(repository):
    return read_dictionary(repository / "data/dictionary")


@pytest.fixture(scope="module")
def given_in(agreement, dictionary):
    """What tables are made of, for a council whose folder is given."""
    return lambda folder: Given(None, agreement, dictionary, folder / "assurance", None)


def tracked(row):
    return row["tracked_by"].split("|") if row["tracked_by"] else []


def paragraph(row):
    """The numbered paragraph that a bullet, table or note belongs to."""
    return re.match(r"[\d.]+", row["paragraph"])[0]


def paragraphs_of(entry):
    """The paragraphs that an entry of the agreement rests on, in the order of the report: one, or a span of them."""
    first, _, last = (entry.paragraph or "").partition(" to ")
    if not last:
        return [first]
    return PARAGRAPHS[PARAGRAPHS.index(first) : PARAGRAPHS.index(last) + 1]


def test_every_paragraph_bullet_table_and_risk_has_a_row(rows):
    wanted = [*PARAGRAPHS, *(f"{name} ({item})" for name, items in BULLETS.items() for item in items), *TABLES_OF_THE_REPORT]
    there = [row["paragraph"] for row in rows]
    assert sorted(set(wanted) - set(there)) == []
    assert len(there) == len(set(there))
    assert {paragraph(row) for row in rows} == set(PARAGRAPHS)


def test_the_rows_stand_in_the_order_of_the_report(rows):
    order = [PARAGRAPHS.index(paragraph(row)) for row in rows]
    assert order == sorted(order)


def test_a_row_is_tracked_or_says_why_not_and_never_both(rows):
    for row in rows:
        assert bool(tracked(row)) != bool(row["not_tracked_because"]), row["paragraph"]
        assert bool(tracked(row)) == bool(row["section"]), row["paragraph"]
        assert len(tracked(row)) == len(set(tracked(row))), row["paragraph"]


def test_what_a_row_says_is_short(rows):
    for row in rows:
        assert 1 <= len(row["says"].split()) <= 12, row["paragraph"]


def test_every_name_is_an_indicator_or_an_entry_of_the_agreement(rows, agreement, dictionary):
    known = {entry.id for _, entry in agreement.entries()} | set(dictionary)
    assert {name for row in rows for name in tracked(row)} - known == set()


def test_every_section_is_a_notebook_and_tells_what_is_tracked_there(rows, agreement, dictionary):
    lists = {entry.id: place[0] for place, entry in agreement.entries()}
    for row in rows:
        sections = set(row["section"].split("|")) - {""}
        assert sections <= SECTIONS, row["paragraph"]
        for name in tracked(row):
            homes = {dictionary[name].section} if name in dictionary else HOMES.get(lists[name], sections)
            assert sections & homes, f"{row['paragraph']}: {name} is told in {sorted(homes)}"


def test_every_entry_of_the_agreement_is_found_from_its_paragraph(rows, agreement):
    lost = []
    for _, entry in agreement.entries():
        here = [row for row in rows if paragraph(row) in paragraphs_of(entry)]
        excused = all(row["not_tracked_because"] for row in here)  # also where its paragraph lies outside sections 3 to 7
        if not excused and not any(entry.id in tracked(row) for row in here):
            lost.append((entry.paragraph, entry.id))
    assert lost == []


def test_a_paragraph_that_is_not_tracked_has_no_promise_figure_or_risk_in_the_agreement_but_one(rows, agreement):
    numbers = {paragraph(row) for row in rows} - {paragraph(row) for row in rows if tracked(row)}
    assert {entry.paragraph for _, entry in agreement.entries()} & numbers == {"4.1.2.3"}


def test_the_table_names_indicators_by_their_labels_and_entries_by_their_kind(council, given_in):
    table = TABLES["report_map"].frame(given_in(council)).set_index("Paragraph")
    assert table.loc["6.1 (2)", "Section"] == "10, 70, 90"
    assert table.loc["6.1 (2)", "Tracked by"].startswith("risk ‘risk plan numbers’; EHC plans; ")
    assert table.loc["5.3, Table 2, note"].to_list()[1:] == ["none", "not tracked: No file that we hold tells of births."]
    assert TABLES["report_map"].caption == "Where each paragraph of the council's report is tracked"


def test_a_council_without_a_map_has_an_empty_table(tmp_path, given_in):
    assert TABLES["report_map"].frame(given_in(tmp_path)).empty


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("5.3,Growth,10_ehc_plans,ehc_plan_count,", "line 2, column 'tracked_by': 'ehc_plan_count' is neither an indicator nor an entry"),
        ("5.3,Growth,10_ehc_plans,ehc_plans_count,It is not.", "line 2, column 'tracked_by': A paragraph is either tracked or not"),
        ("5.3,Growth,,,", "line 2, column 'tracked_by': A paragraph is either tracked or not"),
    ],
)
def test_a_slip_in_a_map_is_told_with_its_line(tmp_path, given_in, row, told):
    (tmp_path / "report_map.csv").write_text(f"paragraph,says,section,tracked_by,not_tracked_because\n{row}\n", encoding="utf-8")
    with pytest.raises(Refusal, match=told):
        TABLES["report_map"].frame(given_in(tmp_path))
