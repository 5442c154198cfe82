"""What is particular to Medway and to its quarters, and the logs that say what was decided, assumed and checked."""

import csv
import re
from datetime import date
from pathlib import Path

import pytest

from svip_lib.config.authority import Roles, read_as_at, read_authority, read_quarter
from svip_lib.config.periods import Quarter
from svip_lib.config.refusal import Refusal
from svip_lib.config.yaml_file import read_yaml

MEDWAY = Path(__file__).parents[2] / "data" / "authorities" / "medway"
APRIL_2021 = ["866", "894", "332", "882", "886", "883", "941", "372", "311", "940"]
MAY_2025 = ["866", "332", "886", "303", "926", "935", "883", "891", "351", "384"]


@pytest.fixture(scope="module")
def medway():
    return read_authority(MEDWAY)


def _authority(folder, right, wrong):
    text = (MEDWAY / "authority.yaml").read_text(encoding="utf-8")
    assert text.count(right) == 1
    (folder / "authority.yaml").write_text(text.replace(right, wrong), encoding="utf-8")
    return text[: text.index(right)].count("\n") + 1


def _quarter(folder, name, text):
    path = folder / "quarters" / name / "quarter.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return folder


def test_medway_has_the_codes_that_official_statistics_give_it(medway):
    assert medway.area_code == "E06000035"


def test_the_tolerance_is_the_council_s_own_five_per_cent_and_asks_to_be_confirmed(medway):
    assert (medway.tolerance_percent, medway.short_trend_quarters, medway.long_trend_quarters) == (5, 1, 4)
    assert "2018/19 rule, confirm" in medway.tolerance_note


@pytest.mark.parametrize(
    ("as_at", "codes"),
    [
        (date(2021, 4, 1), APRIL_2021),
        (date(2022, 11, 29), APRIL_2021),
        (date(2025, 4, 30), APRIL_2021),
        (date(2025, 5, 1), MAY_2025),
        (date(2026, 7, 31), MAY_2025),
    ],
)
def test_the_neighbours_are_those_in_force_on_the_day(medway, as_at, codes):
    assert medway.neighbours_in_force(as_at).la_codes == codes


def test_only_four_councils_are_neighbours_in_both_sets(medway):
    first, second = (set(entry.la_codes) for entry in medway.neighbour_sets)
    assert first & second == {"866", "332", "886", "883"}


def test_a_day_before_the_first_neighbour_set_is_refused(medway):
    with pytest.raises(Refusal, match="in force on 2021-03-31"):
        medway.neighbours_in_force(date(2021, 3, 31))


def test_the_newest_set_is_taken_whatever_the_order_of_the_file(tmp_path):
    _authority(tmp_path, "in_force_from: 2021-04-01", "in_force_from: 2025-06-01")
    assert read_authority(tmp_path).neighbours_in_force(date(2026, 1, 1)).la_codes == APRIL_2021


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("area_code: E06000035", "area_code: E0600003", "String should match pattern"),
        ("tolerance_percent: 5", "tolerance_percent: five", "valid number"),
        ("  default: 5", "  default: 0", "greater than or equal to 1"),
        ("  sensitive: 10", "  sensitive: 3", "lies below the general one"),
        ("in_force_from: 2025-05-01", "in_force_from: May 2025", "valid date"),
        ("in_force_from: 2025-05-01", "in_force_from: 2021-04-01", "begins on the same day"),
        ('la_codes: ["866", "894"', 'la_codes: ["866", "866"', "the neighbour 866 stands twice"),
        ('la_codes: ["866", "894"', 'la_codes: ["866", "E06000020"', "String should match pattern"),
        ("    months: [11]", "    months: [13]", "less than or equal to 12"),
    ],
)
def test_a_typing_error_in_the_council_s_file_stops_with_its_line(tmp_path, right, wrong, message):
    line = _authority(tmp_path, right, wrong)
    with pytest.raises(Refusal, match=re.escape(message)) as refusal:
        read_authority(tmp_path)
    assert f"authority.yaml, line {line}:" in str(refusal.value)


def test_the_calendar_is_unverified_but_for_what_the_report_states(medway):
    assert [entry.id for entry in medway.returns_calendar if not entry.unverified] == ["dfe_monitoring"]


def test_quarter_3_cannot_know_the_january_census_and_quarter_4_can():
    third, fourth = read_quarter(MEDWAY, "2025-26-Q3"), read_quarter(MEDWAY, "2025-26-Q4")
    assert (third.as_at, fourth.as_at) == (date(2026, 2, 15), date(2026, 7, 31))
    assert third.committee_date is None
    assert fourth.committee_date is None


@pytest.mark.parametrize(
    ("today", "month"),
    [
        (date(2026, 11, 24), date(2026, 12, 1)),
        (date(2026, 12, 31), date(2026, 12, 1)),
        (date(2027, 1, 1), date(2027, 3, 1)),
        (date(2026, 9, 1), date(2026, 9, 1)),
    ],
)
def test_a_return_is_next_due_in_the_first_of_its_months_that_has_not_passed(medway, today, month):
    monitoring = next(entry for entry in medway.returns_calendar if entry.id == "safety_valve_monitoring")
    assert monitoring.next_month(today) == month


def test_a_return_whose_month_nobody_knows_is_not_due_on_a_guess(medway):
    assert next(entry for entry in medway.returns_calendar if not entry.months).next_month(date(2026, 1, 1)) is None


def test_a_quarter_without_its_day_can_be_read_and_has_no_pack(tmp_path):
    folder = _quarter(tmp_path, "2025-26-Q4", "quarter: 2025-26-Q4\nas_at: null\ncommittee_date: null\nnote: A quarter.\n")
    assert read_quarter(folder, "2025-26-Q4").as_at is None
    with pytest.raises(Refusal, match=r"quarter.yaml: 2025-26-Q4 is being prepared.*from 2026-03-31 on"):
        read_as_at(folder, Quarter(2025, 4))


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("quarter: 2025-26-Q5\nas_at: 2026-07-31\ncommittee_date: null\nnote: A quarter.\n", 1, "'2025-26-Q5' is not a quarter"),
        ("quarter: 2025-27-Q4\nas_at: 2026-07-31\ncommittee_date: null\nnote: A quarter.\n", 1, "'2025-27-Q4' is not a quarter"),
        ("as_at: 2026-07-31\nquarter: 2025-26-Q3\ncommittee_date: null\nnote: A quarter.\n", 2, "is of 2025-26-Q3"),
        ("quarter: 2025-26-Q4\nas_at: 2025-07-31\ncommittee_date: null\nnote: A quarter.\n", 2, "before the quarter's last day"),
        (
            "quarter: 2025-26-Q3\nas_at: 2026-02-15\nown_return:\n  year: 2026\n  first_day: 2025-04-01\n  last_day: 2026-03-31\n"
            "committee_date: null\nnote: A quarter.\n",
            6,
            "2026-03-31 lies after the day as_at, 2026-02-15",
        ),
        ("quarter: 2025-26-Q4\nas_at: 2026-07-31\ncommittee_date: soon\nnote: A quarter.\n", 3, "valid date"),
    ],
)
def test_a_typing_error_in_a_quarter_s_file_stops_with_its_line(tmp_path, text, line, message):
    folder = _quarter(tmp_path, "2025-26-Q4", text)
    with pytest.raises(Refusal, match=re.escape(message)) as refusal:
        read_quarter(folder, "2025-26-Q4")
    assert f"quarter.yaml, line {line}:" in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("decisions", "id,decided_on,decision,reason,decided_by"),
        ("assumptions", "id,text,value,range,owner,made_on,signed_off_by,quality,impact,review_by"),
        ("qa_log", "id,quarter,section,check,kind,done_by,done_on,outcome,issue,resolved_on"),
    ],
)
def test_a_log_has_its_columns_whole_rows_real_days_and_no_id_twice(name, columns):
    with (MEDWAY / "assurance" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        heading, *rows = csv.reader(file, strict=True)
    assert ",".join(heading) == columns
    assert {len(row) for row in rows} == {len(heading)}
    assert len({row[0] for row in rows}) == len(rows)
    day = next(number for number, column in enumerate(heading) if column in {"decided_on", "made_on", "done_on"})
    assert all(date.fromisoformat(row[day]) for row in rows)


def test_an_assumption_that_a_page_refers_to_is_in_the_log():
    text = "".join((MEDWAY / name).read_text(encoding="utf-8") for name in ("agreement.yaml", "authority.yaml"))
    logged = {line.split(",")[0] for line in (MEDWAY / "assurance" / "assumptions.csv").read_text(encoding="utf-8").splitlines()}
    named = set(re.findall(r"assumption (A\d\d)", text))
    assert {"A01", "A02", "A03", "A04"} <= named <= logged


def test_the_four_roles_of_assurance_wait_for_the_council():
    roles = read_yaml(MEDWAY / "assurance" / "roles.yaml", Roles)
    assert roles.vacant == ["commissioner", "analyst", "assurer", "approver"]


def test_nobody_assures_their_own_work(tmp_path):
    file = tmp_path / "roles.yaml"
    file.write_text("commissioner: null\nanalyst: performance team\nassurer: performance team\napprover: null\n", encoding="utf-8")
    with pytest.raises(Refusal, match=r"roles.yaml, line 3: .*two different people"):
        read_yaml(file, Roles)
