"""DfE's releases are taken into our own layout without a guess, and a pack sees only what had been published by its day."""

import csv
import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import yaml

from svip_lib.config.periods import read_census_dates
from svip_lib.config.refusal import Refusal
from svip_lib.config.yaml_file import read_yaml
from svip_lib.intake.open import read_csv_text
from svip_lib.intake.published import DFE_ROW, Layouts, read_reference, refresh

REFERENCE = Path(__file__).parents[2] / "data" / "reference"
LAYOUTS = read_yaml(REFERENCE / "layouts.yaml", Layouts).files
LATE = date(2026, 12, 31)
ENGLAND, YORKSHIRE, BARNSLEY, WAKEFIELD, MEDWAY = "E92000001", "E12000003", "E08000016", "E08000036", "E06000035"
COUNTRY = {"country_code": ENGLAND, "country_name": "England"}
REGION = COUNTRY | {"region_code": YORKSHIRE, "region_name": "Yorkshire and The Humber"}
PLACES = {
    "England": COUNTRY | {"geographic_level": "National"},
    "Yorkshire": REGION | {"geographic_level": "Regional"},
    "Barnsley": REGION | {"geographic_level": "Local authority", "new_la_code": BARNSLEY, "old_la_code": "370", "la_name": "Barnsley"},
    "Wakefield": REGION | {"geographic_level": "Local authority", "new_la_code": WAKEFIELD, "old_la_code": "384", "la_name": "Wakefield"},
}
# One authority has 2, the other 3: what DfE's file of a name holds as its total, and in which part all of it stands.
CHILDREN = {"England": 5, "Yorkshire": 5, "Barnsley": 2, "Wakefield": 3}
ALL_IN = {
    "caseload": ["ehcplans", "mainstream_total", "mainstream_academy"],
    "newplans": ["new_ehc_plans", "mainstream_total", "mainstream_academy"],
    "requests": ["requests_received_in_year", "requests_decided_to_assess"],
    "assessments": ["assess_in_year", "assess_issued"],
    "timeliness": ["plans_issued_den", "plans_issued_within_20_weeks", "plans_issued_den_ex", "plans_issued_20_weeks_ex"],
    "ceased_plans": ["total_ceased", "transfer"],
    "needs": ["ehc_plans", "number_asd"],
    "annual_reviews": ["total_ehc_plans", "review_not_expected"],
}
HUNDRED = ["mainstream_total_pc", "request_assess_pc", "request_outcome_six_weeks_pc", "assess_issued_pc", "asd_pc", "decision_4_weeks_pc"]
AS_DFE_WRITES = {"ap_pru_total_pc": "AP_PRU_total_pc", "review_meeting_before_year": "review_meeting_prior_24"}


class Download:
    """A release as downloaded, drawn small: every file with the columns of its year, all children in one place."""

    def __init__(self, folder: Path, year: int = 2025):
        self.folder, self.year, self.layouts = folder, year, LAYOUTS
        self.rows = {name: self._totals(name) for name in self.layouts}
        self.add("needs", "Barnsley", topic="Type of placement", category="Mainstream - total", ehc_plans="2", number_asd="2")

    def _totals(self, name: str) -> list[dict]:
        return [self._row(name, place, f"All {name}", f"All {name}") for place in PLACES]

    def _row(self, name: str, place: str, topic: str, category: str) -> dict:
        layout = self.layouts[name]
        period = str(self.year - 1) if layout.time_identifier == "Calendar year" else f"{self.year - 1}{self.year % 100}"
        columns = [column.name for column in layout.columns if column.since <= self.year <= column.until]
        cells = dict.fromkeys(columns, "0") | dict.fromkeys(set(columns) & set(HUNDRED), "100")
        cells |= dict.fromkeys(ALL_IN[name], str(CHILDREN[place]))
        start = dict.fromkeys(DFE_ROW, "") | PLACES[place]
        return (
            start
            | {"time_period": period, "time_identifier": layout.time_identifier, "breakdown_topic": topic, "breakdown": category}
            | cells
        )

    def add(self, name: str, place: str, *, topic: str, category: str, **cells: str) -> None:
        self.rows[name].append(self._row(name, place, topic, category) | cells)

    def set(self, name: str, place: str, **cells: str) -> None:
        next(row for row in self.rows[name] if row["geographic_level"] + row["la_name"] == self._is(place)).update(cells)

    def _is(self, place: str) -> str:
        return PLACES[place]["geographic_level"] + PLACES[place].get("la_name", "")

    def write(self) -> Path:
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        for name, rows in self.rows.items():
            headings = [AS_DFE_WRITES.get(column, column) for column in rows[0]]
            with (self.folder / "data" / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
                csv.writer(file).writerows([headings, *(row.values() for row in rows)])
        return self.folder

    def rename(self, name: str, old: str, new: str) -> None:
        self.rows[name] = [{new if column == old else column: cell for column, cell in row.items()} for row in self.rows[name]]


@pytest.fixture
def download(tmp_path):
    return Download(tmp_path / "download")


def empty_reference(folder: Path) -> Path:
    folder.mkdir()
    for name in ("layouts.yaml", "releases.yaml"):
        shutil.copy(REFERENCE / name, folder)
    return folder


@pytest.fixture
def reference(tmp_path):
    return empty_reference(tmp_path / "reference")


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A sound release, taken in once: the download, the reference folder and what refresh said. Tests must not change it."""
    folder = tmp_path_factory.mktemp("sound")
    download = Download(folder / "download").write()
    reference = empty_reference(folder / "reference")
    return download, reference, refresh(download, reference)


@pytest.fixture
def again(sound, tmp_path):
    """The sound release as it was taken in, to change and to refresh."""
    return sound[0], shutil.copytree(sound[1], tmp_path / "again")


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(folder: Path, reference: Path) -> str:
    """The refusal's words; and nothing was written."""
    before = bytes_of(reference)
    with pytest.raises(Refusal) as stop:
        refresh(folder, reference)
    assert bytes_of(reference) == before
    return str(stop.value)


def table(reference: Path, name: str, release: str = "ees_ehcp_2025") -> pd.DataFrame:
    return read_csv_text(reference / release / f"{name}.csv")


def cell(frame: pd.DataFrame, area: str, column: str) -> str:
    return frame.loc[frame["area_code"] == area, column].item()


def figure(published, table_name: str, area: str, period: str, measure: str) -> pd.Series:
    rows = published.table(table_name)
    return rows[(rows["area"] == area) & (rows["time_period"] == period) & (rows["measure"] == measure)].squeeze()


def test_a_release_is_taken_in_under_our_names(sound):
    _, reference, result = sound
    assert result.release_id == "ees_ehcp_2025"
    assert result.rows == dict.fromkeys(
        ["plans", "new_plans", "requests", "assessments", "timeliness", "ceased_plans", "needs", "annual_reviews"], 4
    ) | {"needs_by_placement": 1}
    plans = table(reference, "plans")
    assert plans.columns[:3].to_list() == ["area_code", "time_period", "ehcplans"]
    assert "ap_pru_total_pc" in plans
    assert cell(plans, BARNSLEY, "mainstream_academy") == "2"
    by_placement = table(reference, "needs_by_placement")
    assert by_placement.loc[2, ["area_code", "time_period", "breakdown", "category"]].to_list() == [
        BARNSLEY,
        "202425",
        "placement",
        "Mainstream - total",
    ]
    assert result.findings == {}


def test_a_refresh_repeated_gives_the_same_bytes(again):
    download, reference = again
    before = bytes_of(reference)
    refresh(download, reference)
    assert bytes_of(reference) == before
    assert all(b"\r" not in content for content in before.values())


def test_areas_are_collected_with_their_level_region_and_code(sound):
    areas = read_csv_text(sound[1] / "areas.csv").set_index("area_code")
    assert areas["level"].to_dict() == {
        ENGLAND: "National",
        YORKSHIRE: "Regional",
        BARNSLEY: "Local authority",
        WAKEFIELD: "Local authority",
    }
    assert areas.loc[BARNSLEY].to_list() == ["370", "Barnsley", "Local authority", YORKSHIRE, "", ""]


def test_an_area_corrected_by_hand_stays_corrected(again):
    download, reference = again
    path = reference / "areas.csv"
    path.write_text(path.read_text().replace(",Barnsley,", ",Barnsley (the borough),"))
    refresh(download, reference)
    assert "Barnsley (the borough)" in path.read_text()


def test_an_authority_that_no_longer_reports_is_marked_with_its_first_january_without(download, reference):
    for name in ("caseload", "needs"):
        download.set(name, "Wakefield", time_period="202223")
    refresh(download.write(), reference)
    areas = read_csv_text(reference / "areas.csv").set_index("area_code")
    assert areas["closed"].to_dict() == {ENGLAND: "", YORKSHIRE: "", BARNSLEY: "", WAKEFIELD: "202324"}


def test_a_renamed_column_stops_with_its_name(download, reference):
    download.rename("caseload", "fe_total", "further_education_total")
    message = refused(download.write(), reference)
    assert "caseload.csv" in message
    assert "cannot be placed: further_education_total" in message
    assert "are missing: fe_total" in message
    assert "layouts.yaml" in message


def test_a_renamed_column_is_told_also_where_it_is_the_one_that_marks_the_file(download, reference):
    download.rename("caseload", "ehcplans", "all_plans")
    assert "cannot be placed: all_plans; are missing: ehcplans" in refused(download.write(), reference)


def test_a_column_of_another_reporting_year_stops(download, reference):
    download.rename("caseload", "special_academy_free", "special_academy")
    message = refused(download.write(), reference)
    assert "special_academy;" in message
    assert "special_academy_free" in message


def test_a_column_given_twice_is_taken_once_where_both_say_the_same(download, reference):
    for row in download.rows["annual_reviews"]:
        row["REVIEW_meeting_prior_24"] = row["review_meeting_before_year"]
    path = download.write() / "data" / "annual_reviews.csv"
    path.write_text(path.read_text(encoding="utf-8-sig").replace("REVIEW_", "review_"))
    refresh(download.folder, reference)
    repairs = table(reference, "repairs")
    assert repairs[["table", "column", "was", "now", "rule"]].to_numpy().tolist() == [
        ["annual_reviews", "review_meeting_prior_24", "twice", "once", "repeated_column"]
    ]
    path.write_text(path.read_text().replace(",0\n", ",1\n", 1))
    assert "review_meeting_prior_24 (2)" in refused(download.folder, reference)


def test_a_file_that_was_cut_off_stops_with_its_line(download, reference):
    path = download.write() / "data" / "requests.csv"
    path.write_bytes(path.read_bytes()[:-30])
    message = refused(download.folder, reference)
    assert "requests.csv, line 5" in message


def test_a_folder_without_the_january_plans_stops(download, reference):
    download.write()
    (download.folder / "data" / "caseload.csv").unlink()
    message = refused(download.folder, reference)
    assert "'ehcplans'" in message
    assert "caseload.csv" in message


def test_two_files_of_one_kind_stop(download, reference):
    download.write()
    shutil.copy(download.folder / "data" / "caseload.csv", download.folder / "older.csv")
    assert "2 have it: caseload.csv, older.csv" in refused(download.folder, reference)


def test_an_empty_folder_stops(tmp_path, reference):
    assert "There is no such folder" in refused(tmp_path / "nowhere", reference)
    (tmp_path / "empty").mkdir()
    assert "none has it" in refused(tmp_path / "empty", reference)


def test_a_release_that_is_not_listed_stops_because_its_day_is_unknown(tmp_path, reference):
    message = refused(Download(tmp_path / "download", year=2027).write(), reference)
    assert "'ees_ehcp_2027' is not listed" in message
    assert "releases.yaml" in message


def test_files_of_two_releases_stop(download, reference):
    for row in download.rows["requests"]:
        row["time_period"] = "2023"
    message = refused(download.write(), reference)
    assert "requests.csv" in message
    assert "The newest period is 2023; in the release of 2025 it is 2024" in message


def test_a_folder_of_another_release_is_never_replaced(again):
    download, reference = again
    path = reference / "ees_ehcp_2025" / "source.yaml"
    path.write_text(path.read_text().replace("id: ees_ehcp_2025", "id: ees_ehcp_2024"))
    assert "another release" in refused(download, reference)


@pytest.mark.parametrize("wrong", ["1,071", ""])
def test_a_cell_that_is_not_a_figure_stops_with_file_line_column_and_value(download, reference, wrong):
    download.set("newplans", "Barnsley", fe_total=wrong)
    message = refused(download.write(), reference)
    assert "newplans.csv, line 4, column 'fe_total'" in message
    assert f"'{wrong}'" in message


def test_a_time_period_that_is_not_a_year_stops(download, reference):
    download.set("caseload", "Barnsley", time_period="2024/25")
    assert "line 4, column 'time_period': '2024/25'" in refused(download.write(), reference)


@pytest.mark.parametrize(("name", "told", "early"), [("plans", "202425", "202526"), ("requests", "2024", "2025")])
def test_a_count_of_a_day_that_had_not_come_when_the_release_came_out_stops(again, name, told, early):
    file = again[1] / "ees_ehcp_2025" / f"{name}.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(f",{told},", f",{early},"), encoding="utf-8")
    with pytest.raises(Refusal, match=f"'{early}' could not have been counted by 2025-06-26, when it came out") as stop:
        read_reference(again[1], LATE)
    assert "line 2, column 'time_period'" in str(stop.value)


def test_an_area_twice_in_one_period_stops(download, reference):
    download.rows["caseload"].append(download.rows["caseload"][2])
    assert "line 6, column 'area_code'" in refused(download.write(), reference)


def test_not_available_stays_not_available_and_is_never_nought(download, reference):
    download.set("requests", "Barnsley", requests_withdrawn="x", requests_rya="z")
    refresh(download.write(), reference)
    assert cell(table(reference, "requests"), BARNSLEY, "requests_withdrawn") == "x"
    published = read_reference(reference, LATE)
    withdrawn = figure(published, "requests", BARNSLEY, "2024", "requests_withdrawn")
    assert pd.isna(withdrawn["value"])
    assert withdrawn["shorthand"] == "x"
    assert figure(published, "requests", BARNSLEY, "2024", "requests_rya")["shorthand"] == "z"
    nought = figure(published, "requests", WAKEFIELD, "2024", "requests_withdrawn")
    assert (nought["value"], nought["shorthand"]) == (0, "")


def test_a_regional_total_in_local_rows_gives_way_to_the_authoritys_own_sum_or_to_not_available(download, reference):
    # DfE's error of 2022: each authority carries its region's total. One of them gave a total only, and no placements.
    for place in ("Barnsley", "Wakefield"):
        download.set("newplans", place, new_ehc_plans="5")
        for age in ("age 9", "age 10"):
            download.add("newplans", place, topic="Age when plan started", category=age, new_ehc_plans="1")
    placements = [name for name in download.rows["newplans"][0] if name not in DFE_ROW and name != "new_ehc_plans"]
    download.set("newplans", "Wakefield", **dict.fromkeys(placements, "x"))
    result = refresh(download.write(), reference)
    new_plans = table(reference, "new_plans")
    assert [cell(new_plans, area, "new_ehc_plans") for area in (BARNSLEY, WAKEFIELD, YORKSHIRE)] == ["2", "x", "5"]
    assert result.repairs == {"regional_total_in_local_row": 2}
    repairs = table(reference, "repairs")[["table", "area_code", "time_period", "column", "was", "now"]]
    assert repairs.to_numpy().tolist() == [
        ["new_plans", BARNSLEY, "2024", "new_ehc_plans", "5", "2"],
        ["new_plans", WAKEFIELD, "2024", "new_ehc_plans", "5", "x"],
    ]


def test_one_authority_may_have_all_the_plans_of_its_region(download, reference):
    download.set("ceased_plans", "Wakefield", total_ceased="0", transfer="0")
    download.set("ceased_plans", "Barnsley", total_ceased="5", transfer="5")
    assert refresh(download.write(), reference).repairs == {}


def test_what_does_not_add_up_is_kept_and_listed(download, reference):
    download.set("annual_reviews", "Barnsley", review_decision_outstanding="-5")
    download.set("caseload", "Barnsley", mainstream_total="1")
    download.set("caseload", "Wakefield", mainstream_total_pc="90")
    download.set("ceased_plans", "Wakefield", total_ceased="2", transfer="2")
    download.set("requests", "Barnsley", requests_received_in_year="x")
    refresh(download.write(), reference)
    assert cell(table(reference, "annual_reviews"), BARNSLEY, "review_decision_outstanding") == "-5"
    found = table(reference, "findings")[["table", "area_code", "column", "value", "rule"]].to_numpy().tolist()
    assert found == [
        ["annual_reviews", BARNSLEY, "review_decision_outstanding", "-5", "negative_count"],
        ["annual_reviews", BARNSLEY, "total_review_meeting", "-5", "parts_differ_from_total"],
        ["annual_reviews", YORKSHIRE, "review_decision_outstanding", "-5", "areas_differ_from_total"],
        ["ceased_plans", YORKSHIRE, "total_ceased", "-1", "areas_differ_from_total"],
        ["ceased_plans", YORKSHIRE, "transfer", "-1", "areas_differ_from_total"],
        ["plans", BARNSLEY, "ehcplans", "-1", "parts_differ_from_total"],
        ["plans", BARNSLEY, "mainstream_total", "1", "parts_differ_from_total"],
        ["plans", WAKEFIELD, "mainstream_total_pc", "-10", "shares_differ_from_100"],
        ["plans", YORKSHIRE, "mainstream_total", "-1", "areas_differ_from_total"],
        ["requests", YORKSHIRE, "requests_received_in_year", "-2", "total_holds_unpublished_areas"],
    ]


def test_groups_that_are_not_published_are_listed_apart_from_groups_that_differ(download, reference):
    groups = ["mainstream_total", "special_total", "ap_pru_total", "fe_total", "ed_elsewhere", "nm_early_years", "placement_unknown"]
    download.set("caseload", "Barnsley", ehcplans="1234567", **dict.fromkeys(groups, "x"))
    refresh(download.write(), reference)
    findings = table(reference, "findings")
    assert findings[findings["area_code"] == BARNSLEY][["column", "value", "rule"]].to_numpy().tolist() == [
        ["ehcplans", "-1234567", "parts_not_published"]
    ]


def test_an_authority_under_a_former_code_keeps_one_code(download, reference):
    (reference / "areas.csv").write_text(
        "area_code,la_code,name,level,region_code,closed,former_codes\n"
        f"E08000038,370,Barnsley,Local authority,{YORKSHIRE},,{BARNSLEY} E08000099\n"
    )
    refresh(download.write(), reference)
    assert cell(table(reference, "plans"), "E08000038", "ehcplans") == "2"
    repairs = table(reference, "repairs")
    assert repairs.loc[repairs["table"] == "plans", ["column", "was", "now", "rule"]].to_numpy().tolist() == [
        ["area_code", BARNSLEY, "E08000038", "former_code_of_the_area"]
    ]


def test_an_authority_with_two_codes_stops_until_someone_says_that_it_is_one(download, reference):
    (reference / "areas.csv").write_text(
        f"area_code,la_code,name,level,region_code,closed,former_codes\nE08000038,370,Barnsley,Local authority,{YORKSHIRE},,\n"
    )
    message = refused(download.write(), reference)
    assert "The authority 370 has the codes E08000038 and E08000016" in message
    assert "former_codes" in message


HEADINGS = ["Appeals registered4", "Total Appealable Decisions1", "SEND Tribunal Appeal Rate2"]
IN_DEVELOPMENT = ["In development: Total Appealable Decisions1,8", "In development: SEND Tribunal Appeal Rate2"]
TRIBUNAL = [
    ["SEND Appeal rate table 1: a title"],
    [],
    ["Local Authority", "LA code", "2023", "", "", "2024"],
    ["", "", *HEADINGS, *HEADINGS, *IN_DEVELOPMENT],
    ["YORKSHIRE AND THE HUMBER"],
    ["Barnsley", "384", " - ", "1,000", "0.00%", "10", "3", "10.00%", "50", "20.00%"],
    ["Wakefield7", "370", " .. ", " .. ", "..", "8", "1,003", "0.80%", " x ", "x"],
    ["England Total4,9", "", "18", "2,003", "0.90%", "18", "8", "0.90%", "50", "36.00%"],
    ["England total excluding suppressed", "", "", "", "", "16", "", "", "50", "32.00%"],
    ["Sources:", "His Majesty's Courts"],
]


def write_appeals(folder: Path) -> Path:
    rows = [row + [""] * (10 - len(row)) for row in TRIBUNAL]
    path = folder / "SEND Tribunals and appeal rate.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.fixture(scope="module")
def with_appeals(tmp_path_factory):
    folder = tmp_path_factory.mktemp("appeals")
    write_appeals(Download(folder / "download").write())
    reference = empty_reference(folder / "reference")
    return refresh(folder / "download", reference), reference


def test_the_two_rates_of_appeal_stand_under_two_names(with_appeals):
    result, reference = with_appeals
    assert result.rows["appeals"] == 5
    published = read_reference(reference, LATE)
    assert figure(published, "appeals", BARNSLEY, "2024", "appeal_rate_pc")["value"] == 10
    assert figure(published, "appeals", BARNSLEY, "2024", "appeal_rate_in_development_pc")["value"] == 20
    assert figure(published, "appeals", BARNSLEY, "2023", "appeal_rate_in_development_pc")["shorthand"] == "z"
    assert figure(published, "appeals", WAKEFIELD, "2024", "appealable_decisions_in_development")["shorthand"] == "x"
    assert figure(published, "appeals", BARNSLEY, "2023", "appeals_registered")["value"] == 0
    assert figure(published, "appeals", ENGLAND, "2024", "appeals_registered")["value"] == 18
    assert figure(published, "appeals", WAKEFIELD, "2023", "appeals_registered").empty


def test_an_authority_with_another_ones_code_is_placed_by_its_name(with_appeals):
    result, reference = with_appeals
    assert result.repairs == {"code_of_another_authority": 2}
    repairs = table(reference, "repairs")
    assert repairs[["area_code", "was", "now"]].to_numpy().tolist() == [[BARNSLEY, "384", "370"], [WAKEFIELD, "370", "384"]]


def test_appealable_decisions_far_from_their_parts_are_listed(with_appeals):
    # Decisions are made of plans and refusals: 2 in Barnsley where the table has 3, 3 in Wakefield where it has 1,003.
    found = table(with_appeals[1], "findings")[["area_code", "time_period", "value", "column", "rule"]].to_numpy().tolist()
    told = ["appealable_decisions", "decisions_differ_from_their_parts"]
    assert found == [[BARNSLEY, "2024", "-1", *told], [WAKEFIELD, "2024", "-1000", *told], [ENGLAND, "2024", "-3", *told]]


@pytest.mark.parametrize(
    ("old", "new", "words"), [("LA code", "Code", "LA code"), ("Appeal Rate2", "Quota", "'SEND Tribunal Quota'"), ("2024", "2025", "2025")]
)
def test_a_tribunal_table_that_is_laid_out_differently_stops(download, reference, old, new, words):
    path = write_appeals(download.write())
    title, rest = path.read_text(encoding="utf-8-sig").split("\n", 1)
    path.write_text(title + "\n" + rest.replace(old, new))
    assert words in refused(download.folder, reference)


def test_a_release_without_the_tribunals_table_is_taken_in_without_appeals(sound):
    assert "appeals" not in yaml.safe_load((sound[1] / "ees_ehcp_2025" / "source.yaml").read_text())["tables"]


def test_the_release_of_2026_continues_the_series_of_special_academies(tmp_path, reference):
    download = Download(tmp_path / "download", year=2026)
    download.set("caseload", "Barnsley", special_academy="862", special_free_school="109")
    download.set("caseload", "Wakefield", special_academy="5", special_free_school="x")
    download.add("requests", "Barnsley", topic="Source of request", category="School", requests_received_in_year="1")
    assert refresh(download.write(), reference).rows["requests_by_source"] == 1
    published = read_reference(reference, LATE)
    assert figure(published, "plans", BARNSLEY, "202526", "special_academy_free")["value"] == 971
    assert figure(published, "plans", WAKEFIELD, "202526", "special_academy_free").empty
    by_source = figure(published, "requests_by_source", BARNSLEY, "2025", "requests_received_in_year")
    assert (by_source["breakdown"], by_source["category"], by_source["value"]) == ("source", "School", 1)


def test_a_breakdown_that_cannot_be_found_stops_and_lists_the_topics(download, reference):
    download.rows["needs"].pop()
    message = refused(download.write(), reference)
    assert "with the word 'placement'" in message
    assert "All topics: All needs." in message


def test_totals_that_cannot_be_told_from_breakdowns_stop_and_list_the_topics(download, reference):
    for row in download.rows["annual_reviews"]:
        row["breakdown_topic"] = "Reviews"
    message = refused(download.write(), reference)
    assert "that holds the totals" in message
    assert "All topics: Reviews." in message


def source(reference: Path, release: str, **told) -> Path:
    """A transcribed release with one table, one area and one figure."""
    folder = reference / release
    folder.mkdir()
    usual = {
        "title": "A release",
        "publisher": "Department for Education",
        "release": "Some year",
        "available_from": date(2025, 6, 26),
        "available_from_verified": True,
        "licence": "Open Government Licence v3.0",
        "url": "https://example.org",
        "tables": {"plans": "Academic year"},
    }
    (folder / "source.yaml").write_text(yaml.safe_dump({"id": release} | usual | told))
    (folder / "plans.csv").write_text(f"area_code,time_period,ehcplans,fe_total\n{MEDWAY},202425,3041,358\n")
    return folder


@pytest.fixture
def held(tmp_path, repository):
    folder = tmp_path / "held"
    folder.mkdir()
    shutil.copy(repository / "data" / "reference" / "layouts.yaml", folder)
    (folder / "areas.csv").write_text(
        f"area_code,la_code,name,level,region_code,closed,former_codes\n{MEDWAY},887,Medway,Local authority,E12000008,,\n"
    )
    return folder


def test_a_figure_is_not_known_before_its_day(held):
    source(held, "later", available_from=date(2026, 6, 30), tables={"plans": "Academic year"})
    source(held, "earlier", available_from=date(2025, 6, 26))
    assert read_reference(held, date(2026, 6, 29)).sources["id"].to_list() == ["earlier"]
    assert read_reference(held, date(2026, 6, 30)).sources["id"].to_list() == ["later", "earlier"]
    with pytest.raises(Refusal, match="Nothing had been published by 2025-06-25"):
        read_reference(held, date(2025, 6, 25))


def test_the_newest_release_has_the_say_and_what_only_an_older_one_has_stays(held):
    newer = source(held, "newer", available_from=date(2026, 6, 25))
    (newer / "plans.csv").write_text(f"area_code,time_period,ehcplans\n{MEDWAY},202425,3042\n")
    source(held, "older")
    published = read_reference(held, LATE)
    plans, further = (figure(published, "plans", MEDWAY, "202425", measure) for measure in ("ehcplans", "fe_total"))
    assert (plans["value"], plans["source_id"], plans["available_from"]) == (3042, "newer", "2026-06-25")
    assert (further["value"], further["source_id"]) == (358, "older")


def test_of_two_releases_of_one_day_the_whole_one_has_the_say(held):
    part = source(held, "z_part", partial=True)
    (part / "plans.csv").write_text(f"area_code,time_period,ehcplans\n{MEDWAY},202425,1\n")
    source(held, "a_whole")
    assert figure(read_reference(held, LATE), "plans", MEDWAY, "202425", "ehcplans")["value"] == 3041


def test_a_part_stands_aside_once_the_whole_release_is_known(held):
    part = source(held, "part", partial=True, part_of="whole", available_from=date(2026, 6, 30))
    (part / "plans.csv").write_text(f"area_code,time_period,ehcplans\n{MEDWAY},202526,4287\n")
    source(held, "whole", available_from=date(2026, 9, 1))
    assert read_reference(held, date(2026, 8, 1)).sources["id"].to_list() == ["part"]
    assert read_reference(held, LATE).sources["id"].to_list() == ["whole"]


def test_an_empty_cell_is_not_held_in_a_part_and_an_error_in_a_whole_release(held):
    empty = f"area_code,time_period,ehcplans,fe_total\n{MEDWAY},202425,3041,\n"
    (source(held, "part", partial=True) / "plans.csv").write_text(empty)
    assert read_reference(held, LATE).rows["measure"].to_list() == ["ehcplans"]
    (source(held, "whole") / "plans.csv").write_text(empty)
    with pytest.raises(Refusal, match=r"plans\.csv, line 2, column 'fe_total': '' is neither"):
        read_reference(held, LATE)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        *[
            (f"area_code,time_period,ehcplans\n{MEDWAY},202425,{wrong}\n", f"line 2, column 'ehcplans': '{wrong}' is neither a number")
            for wrong in ("3 041", "12a", "1e3", "nan", "inf", "c", "X")
        ],
        (f"area_code,time_period,ehcplans\n{MEDWAY},202324,1\n{MEDWAY},202324,1\n", "line 3, column 'area_code'"),
        ("area_code,time_period,ehcplans\nE06000099,202425,1\n", "line 2, column 'area_code': 'E06000099' is not in areas.csv"),
        (f"area,time_period,ehcplans\n{MEDWAY},202425,1\n", "line 1"),
        (f"area_code,time_period,ehc_planz\n{MEDWAY},202425,1\n", "line 1, column 'ehc_planz': 'ehc_planz' is not a column of this table"),
        (f"area_code,time_period,ehcplans\n{MEDWAY},202425\n", "line 2"),
    ],
)
def test_a_reference_file_that_was_edited_wrongly_is_refused_with_its_line(held, content, words):
    (source(held, "edited") / "plans.csv").write_text(content)
    with pytest.raises(Refusal) as stop:
        read_reference(held, LATE)
    assert words in str(stop.value)
    assert "plans.csv" in str(stop.value)


def test_a_table_of_which_nothing_is_published_has_no_rows(held):
    source(held, "one")
    published = read_reference(held, LATE)
    assert published.table("plans").shape[0] == 2
    assert published.table("needs").empty
    assert published.repairs.empty
    assert published.findings.empty


# What is committed: figures known from DfE's own pages and from the council's report, and the exceptions that DfE footnotes.


@pytest.fixture(scope="module")
def published():
    return read_reference(REFERENCE, LATE)


def series(published, table_name: str, area: str, measure: str) -> dict[str, float]:
    rows = published.table(table_name)
    rows = rows[(rows["area"] == area) & (rows["measure"] == measure) & rows["value"].notna()].sort_values("time_period")
    return dict(zip(rows["time_period"], rows["value"], strict=True))


def of_year(frame: dict[str, float], *periods: str) -> list[float]:
    return [frame[period] for period in periods]


def test_medways_plans_of_every_january_are_those_that_dfe_published(published):
    plans = series(published, "plans", MEDWAY, "ehcplans")
    januaries = ["201819", "201920", "202021", "202122", "202223", "202324", "202425", "202526"]
    assert of_year(plans, *januaries) == [2126, 2296, 2507, 2697, 2854, 3175, 3041, 4287]
    assert of_year(plans, "200910", "201718") == [1546, 1968]


def test_january_2026_is_not_known_on_a_day_before_it_was_published():
    before = read_reference(REFERENCE, date(2026, 2, 1))
    plans = series(before, "plans", MEDWAY, "ehcplans")
    assert max(plans) == "202425"
    assert "2025" not in series(before, "requests", MEDWAY, "requests_received_in_year")


def test_shares_in_mainstream_schools_are_those_that_dfe_published(published):
    last_four = ["202223", "202324", "202425", "202526"]
    assert of_year(series(published, "plans", MEDWAY, "mainstream_total_pc"), *last_four) == [30.3, 26.4, 27.7, 38.8]
    assert of_year(series(published, "plans", ENGLAND, "mainstream_total_pc"), *last_four) == [41.3, 43.3, 43.6, 45.5]


def test_plans_in_20_weeks_are_those_that_dfe_published(published):
    years = ["2019", "2020", "2021", "2022", "2023", "2024", "2025"]
    without = series(published, "timeliness", MEDWAY, "pc_plans_issued_20_weeks_ex")
    assert of_year(without, *years) == [60.9, 68.0, 55.5, 67.7, 26.0, 11.9, 21.4]
    with_exceptions = series(published, "timeliness", MEDWAY, "pc_plans_issued_within_20_weeks")
    assert of_year(with_exceptions, *years) == [57.0, 62.1, 48.4, 66.1, 23.7, 11.7, 20.3]


def test_new_and_ceased_plans_are_those_that_dfe_published(published):
    assert series(published, "new_plans", MEDWAY, "new_ehc_plans") == {
        "2019": 344,
        "2020": 315,
        "2021": 303,
        "2022": 154,
        "2023": 381,
        "2024": 376,
    }
    assert series(published, "ceased_plans", MEDWAY, "total_ceased") == {"2022": 336, "2023": 220, "2024": 173}


def test_requests_of_2025_by_source_add_up_to_all_requests(published):
    by_source = published.table("requests_by_source")
    summed = by_source[by_source["area"] == MEDWAY].groupby("measure")["value"].sum()
    assert summed.to_dict() == {name: figure(published, "requests", MEDWAY, "2025", name)["value"] for name in summed.index}
    assert summed["requests_received_in_year"] == 1159


def test_needs_appeals_and_reviews_of_medway_are_those_that_dfe_published(published):
    assert of_year(series(published, "needs", MEDWAY, "asd_pc"), "202425") == [35.1]
    assert of_year(series(published, "appeals", MEDWAY, "appeals_registered"), "2019", "2024") == [84, 127]
    assert of_year(series(published, "appeals", MEDWAY, "appeal_rate_pc"), "2023", "2024") == [2.7, 3.8]
    assert series(published, "appeals", MEDWAY, "appeal_rate_in_development_pc") == {"2024": 9.3}
    assert series(published, "annual_reviews", MEDWAY, "review_decision_outstanding") == {"2024": -5}


def test_shares_of_pupils_and_the_high_needs_block_are_those_of_the_councils_report(published):
    assert of_year(series(published, "pupil_share", MEDWAY, "pupils_with_plan_pc"), "201819", "201920", "202021", "202122") == [
        3.5,
        3.8,
        4.0,
        4.2,
    ]
    assert of_year(series(published, "pupil_share", ENGLAND, "pupils_with_plan_pc"), "201819", "201920", "202021", "202122") == [
        3.1,
        3.3,
        3.7,
        4.0,
    ]
    assert figure(published, "high_needs_block", MEDWAY, "202122", "high_needs_block_before_deductions_gbp")["value"] == 45_518_486


def test_the_part_of_2026_adds_up(published):
    for area in (ENGLAND, MEDWAY):
        plans = published.table("plans")
        january = plans[(plans["area"] == area) & (plans["time_period"] == "202526")].set_index("measure")["value"]
        groups = ["mainstream_total", "special_total", "ap_pru_total", "fe_total", "ed_elsewhere", "nm_early_years", "placement_unknown"]
        assert january[groups].sum() == january["ehcplans"]
        special = ["special_la_maintained", "special_academy_free", "special_independent", "special_non_maintained"]
        assert january[special].sum() == january["special_total"]


def test_before_2019_the_authorities_add_up_to_england(published):
    plans = published.table("plans")
    early = plans[(plans["measure"] == "ehcplans") & (plans["time_period"] < "201819")]
    england = early[early["area"] == ENGLAND].set_index("time_period")["value"]
    assert early[early["area"] != ENGLAND].groupby("time_period")["value"].sum().to_dict() == england.to_dict()
    assert len(england) == 9


def wide(published, table_name: str, release: str = "ees_ehcp_2025") -> pd.DataFrame:
    rows = published.rows[(published.rows["table"] == table_name) & (published.rows["source_id"] == release)]
    return rows.pivot(index=["area", "time_period"], columns="measure", values="value")


GROUPS = ["mainstream_total", "special_total", "ap_pru_total", "fe_total", "ed_elsewhere", "nm_early_years"]


def test_placement_groups_add_up_on_every_row_but_those_that_dfe_footnotes(published):
    plans = wide(published, "plans")
    period = plans.index.get_level_values("time_period")
    outside = plans[["other_placement_settings", "await_prov_2022", "perm_ex_2022"]].fillna(0).sum(axis=1).where(period <= "202223", 0)
    groups = plans[[*GROUPS, "placement_unknown"]].fillna(0).sum(axis=1) + outside
    short = (groups - plans["ehcplans"])[groups != plans["ehcplans"]]
    hackney, peterborough, east, london = "E09000012", "E06000031", "E12000006", "E12000007"
    cambridgeshire, north_east_lincolnshire = "E10000003", "E06000012"
    assert short.to_dict() == {
        (hackney, "202324"): -3525,
        (peterborough, "202324"): -2625,
        (london, "202324"): -3186,
        (east, "202324"): -459,
        (ENGLAND, "202324"): -3645,
        (cambridgeshire, "202425"): -8007,
        (north_east_lincolnshire, "202425"): -1983,
    }


def test_new_plans_and_needs_add_up_on_every_row_but_wakefields_and_what_holds_it(published):
    new_plans = wide(published, "new_plans")
    early = new_plans.index.get_level_values("time_period") < "2022"
    outside = new_plans[["other_placement_settings", "await_prov_2022", "perm_ex_2022"]].fillna(0).sum(axis=1).where(early, 0)
    groups = new_plans[[*GROUPS, "placement_unknown"]].fillna(0).sum(axis=1) + outside
    off = (groups - new_plans["new_ehc_plans"]).dropna()
    assert off[off != 0].to_dict() == {(YORKSHIRE, "2022"): -350, (ENGLAND, "2022"): -350}
    needs = wide(published, "needs")
    assert (needs.filter(like="number_").sum(axis=1) == needs["ehc_plans"]).all()


def test_new_plans_of_2022_in_yorkshire_are_each_authoritys_own(published):
    repairs = published.repairs[published.repairs["rule"] == "regional_total_in_local_row"]
    assert len(repairs) == 15
    assert (repairs["was"] == "6078").all()
    now = repairs.set_index("area_code")["now"]
    assert now[WAKEFIELD] == "x"
    assert now.drop(WAKEFIELD).astype(int).sum() == 5616
    assert figure(published, "new_plans", BARNSLEY, "2022", "new_ehc_plans")["value"] == 319
    assert figure(published, "new_plans", YORKSHIRE, "2022", "new_ehc_plans")["value"] == 6078


def test_repairs_and_findings_of_the_release_are_counted(published):
    assert published.repairs["rule"].value_counts().to_dict() == {
        "former_code_of_the_area": 57,
        "regional_total_in_local_row": 15,
        "code_of_another_authority": 5,
        "repeated_column": 1,
    }
    assert published.findings["rule"].value_counts().to_dict() == {
        "total_holds_unpublished_areas": 174,
        "parts_differ_from_total": 97,
        "parts_not_published": 46,
        "negative_count": 37,
        "shares_differ_from_100": 36,
        "decisions_differ_from_their_parts": 4,
        "areas_differ_from_total": 4,
        "earlier_published_value": 2,
    }


def test_every_authority_that_still_reports_has_a_plan_count_in_january_2025(published):
    local = published.areas[published.areas["level"] == "Local authority"]
    reporting = local.loc[local["closed"] == "", "area_code"]
    assert len(reporting) == 153
    plans = published.table("plans")
    january = plans[(plans["time_period"] == "202425") & (plans["measure"] == "ehcplans")]
    assert set(reporting) <= set(january["area"])
    closed = local[local["closed"] != ""].set_index("name")["closed"].to_dict()
    assert closed == {"Bournemouth": "201920", "Poole": "201920", "Dorset": "201920", "Cumbria": "202324", "Northamptonshire": "202122"}


def test_one_figure_has_one_value_and_a_missing_one_a_shorthand(published):
    key = ["table", "area", "time_period", "breakdown", "category", "measure"]
    assert not published.rows.duplicated(key).any()
    missing = published.rows["value"].isna()
    assert published.rows["shorthand"].isin(["x", "z"]).eq(missing).all()


def test_the_committed_files_are_small_sorted_and_written_alike():
    paths = sorted(REFERENCE.rglob("*.csv"))
    assert sum(path.stat().st_size for path in REFERENCE.rglob("*") if path.is_file()) < 3_000_000
    assert all(b"\r" not in path.read_bytes() for path in paths)
    for path in paths:
        rows = read_csv_text(path)
        row = [name for name in ("area_code", "time_period", "breakdown", "category") if name in rows]
        if row[:1] and path.stem not in ("areas", "repairs", "findings"):
            assert rows[row].equals(rows[row].sort_values(row)), path


def test_every_source_says_whence_it_comes_and_under_which_licence(published):
    told = published.sources[["title", "publisher", "release", "available_from", "licence", "url", "notes"]]
    assert (told != "").all(axis=None)
    assert published.sources.set_index("id")["verified"].to_dict() == {
        "ees_ehcp_2026_part": False,
        "ees_ehcp_2025": True,
        "sen_in_england_2025": False,
        "dsg_allocations": False,
        "plans_2010_2018": False,
    }


def test_the_census_days_are_looked_up_and_not_computed():
    days = read_census_dates(REFERENCE / "census_dates.csv")
    assert days[2021] == date(2021, 1, 14)
    assert days[2026] == date(2026, 1, 15)
    assert sorted(days) == list(range(2015, 2028))
