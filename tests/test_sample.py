"""The synthetic return: the same for the same seed, right by every rule, true to published totals, and wrong exactly where it says so."""

import csv
import io
import re
from datetime import date

import numpy as np
import pandas as pd
import pytest
import yaml

from svip_lib.config.fields import read_codes, read_fields
from svip_lib.config.refusal import Refusal
from svip_lib.intake.sen2 import TABLES, read_sen2
from svip_lib.intake.values import parse_dates, parse_flags, parse_integers
from svip_lib.sample import write_sample
from svip_lib.sample.defects import spoil, unheld
from svip_lib.sample.kinds import DEFECTS

CENSUS = date(2025, 1, 16)
DAY = pd.Timestamp(CENSUS)
YEAR = pd.Timestamp("2024-01-01")
BIRTHDAY = pd.Timestamp("2024-08-31")
SHAPES = ["blade", "xml", "workbook", "template"]


@pytest.fixture(scope="module")
def fields(repository):
    return read_fields(repository / "data" / "dictionary")


def written(folder, fields, **changes):
    given = dict(plans=60, shape="blade", seed=7, census=CENSUS, fields=fields) | changes
    return write_sample(folder, **given)


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def clean(tmp_path_factory, fields):
    folder = tmp_path_factory.mktemp("sample") / "clean"
    written(folder, fields, plans=3041)
    return folder


def test_the_deadlines_of_a_return_lie_in_its_twelve_months_and_a_later_day_is_not_yet_known(tmp_path, fields):
    """Those who move in September 2025 are in the last year of their phase; by 28 February no 31 March has come."""
    written(tmp_path, fields, plans=800, until=date(2025, 3, 31), seen_on=date(2025, 2, 28))
    rows = pd.read_csv(tmp_path / "Blade-Export_28-02-2025_activeplans.csv", dtype="str", keep_default_na=False)
    due, final = (
        pd.to_datetime(rows[f"phasetransfer{name}date"], format="%Y-%b-%d %H:%M:%S", errors="coerce") for name in ("due", "final")
    )
    assert set(due.dropna().dt.date) == {date(2025, 2, 15), date(2025, 3, 31)}
    assert final[due.dt.month == 2].notna().any()
    assert not (final > "2025-02-28").any()


@pytest.fixture(scope="module")
def broken(tmp_path_factory, fields):
    folder = tmp_path_factory.mktemp("sample") / "broken"
    return folder, written(folder, fields, plans=3041, defects=True)


def read(folder, fields):
    """The nine files as the test sees them: text, with dates as dates and whole numbers as numbers."""
    tables = {}
    for table in TABLES:
        rows = pd.read_csv(folder / f"Blade-Export_16-01-2025_{table}.csv", dtype="str", keep_default_na=False)
        rows = rows.rename(columns={"NativeId": "nativeid"})
        for column in rows.columns:
            if fields[table][column].type == "date":
                rows[column] = pd.to_datetime(rows[column], format="%Y-%b-%d 00:00:00")
            elif column.endswith(("tableid", "rank")):
                rows[column] = rows[column].astype(int)
        tables[table] = rows
    return tables


@pytest.fixture(scope="module")
def tables(clean, fields):
    """The tables, each with what a rule needs from the tables above it."""
    found = read(clean, fields)
    person = found["person"]
    person["age"] = 2024 - person.personbirthdate.dt.year - (person.personbirthdate.dt.month > 8)
    above = {
        "requests": (person[["persontableid", "personbirthdate", "age"]], "persontableid"),
        "assessment": (["requeststableid", "requestoutcome", "requestoutcomedate", "receiveddate", "personbirthdate", "age"], "requests"),
        "namedplan": (["assessmenttableid", "assessmentoutcome", "assessmentoutcomedate", "requeststableid", "age"], "assessment"),
        "activeplans": (["requeststableid", "startdate", "ceasedate", "age"], "namedplan"),
        "placementdetail": (["activeplanstableid", "startdate", "ceasedate", "age", "running"], "activeplans"),
        "senneed": (["activeplanstableid", "running"], "activeplans"),
    }
    for table, (columns, source) in above.items():
        parent, key = (columns, source) if table == "requests" else (found[source][columns], columns[0])
        found[table] = found[table].merge(parent, on=key, how="left", validate="many_to_one", indicator="known")
        assert (found[table].pop("known") == "both").all(), f"{table} has a record without its parent"
        if table == "activeplans":
            found[table]["running"] = (found[table].startdate <= DAY) & (found[table].ceasedate.isna() | (found[table].ceasedate >= DAY))
    return found


class TestDeterminism:
    @pytest.mark.parametrize("shape", SHAPES)
    def test_the_same_seed_writes_the_same_bytes(self, shape, tmp_path, fields):
        written(tmp_path / "one", fields, shape=shape)
        written(tmp_path / "two", fields, shape=shape)
        assert contents(tmp_path / "one") == contents(tmp_path / "two")

    def test_another_seed_draws_other_children(self, tmp_path, fields):
        written(tmp_path / "one", fields)
        written(tmp_path / "two", fields, seed=8)
        one, two = contents(tmp_path / "one"), contents(tmp_path / "two")
        assert one["Blade-Export_16-01-2025_person.csv"] != two["Blade-Export_16-01-2025_person.csv"]

    def test_the_four_shapes_tell_of_the_same_children(self, tmp_path, fields):
        returns = {}
        for shape in SHAPES:
            written(tmp_path / shape, fields, shape=shape)
            returns[shape] = read_sen2(tmp_path / shape, fields)
            assert returns[shape].shape == shape
        for table in [table for table in TABLES if table != "sen2"]:
            for column, field in fields[table].items():
                first = returns["blade"].tables[table]
                if column not in first or re.search("orderseq|nativeid|sourceid", column):
                    continue
                reading = {"date": parse_dates, "flag": parse_flags, "integer": parse_integers}.get(field.type)
                # The XML has no element for what is blank, and so perhaps no column.
                cells = [one.tables[table].get(column, pd.Series("", index=first.index, name=column)) for one in returns.values()]
                told = [getattr(reading(each), "values") if reading else each for each in cells]  # noqa: B009 - not an array's
                for other in told[1:]:
                    pd.testing.assert_series_equal(told[0], other, obj=f"{table}.{column}")


class TestMarks:
    @pytest.mark.parametrize("shape", SHAPES)
    def test_a_note_beside_the_files_says_that_they_are_synthetic_and_how_they_were_made(self, shape, tmp_path, fields):
        written(tmp_path, fields, shape=shape)
        note = yaml.safe_load((tmp_path / "source.yaml").read_text(encoding="utf-8"))
        assert note["synthetic"] is True
        assert (note["plans"], note["seed"], note["shape"], note["census"]) == (60, 7, shape, CENSUS)
        assert "SYNTHETIC" in note["title"]
        assert note["made_by"] == "svip_lib.sample"

    @pytest.mark.parametrize("shape", ["blade", "xml", "template"])
    def test_the_header_says_so_too(self, shape, tmp_path, fields):
        written(tmp_path, fields, shape=shape)
        header = read_sen2(tmp_path, fields).tables["sen2"].iloc[0]
        assert header.softwarecode == "SYNTHETIC"
        assert header.release.startswith("SYNTHETIC")

    def test_establishments_are_named_so_and_have_numbers_that_nobody_has(self, clean):
        found = pd.read_csv(clean / "establishments.csv", dtype="str", keep_default_na=False)
        assert found.name.str.startswith("SYNTHETIC ").all()
        assert found.urn.str.fullmatch("9[0-9]{5}|").all()
        assert found.ukprn.str.fullmatch("19[0-9]{6}|").all()
        assert ((found.urn == "") != (found.ukprn == "")).all()
        assert (found.ukprn != "").eq(found.type_code.isin(["18", "32"])).all()


class TestPersonalNumbers:
    def test_pupil_numbers_are_of_an_authority_that_does_not_exist_and_have_their_check_letter(self, tables):
        letters = "ABCDEFGHJKLMNPQRTUVWXYZ"
        upns = [upn for upn in tables["person"].upn if upn]
        assert len(upns) > 4000
        assert len(set(upns)) == len(upns)
        for upn in upns:
            assert re.fullmatch("[A-HJ-NP-RT-Z]999[0-9]{8}[0-9A-HJ-NP-RT-Z]", upn)
            values = [int(sign) if sign.isdigit() else letters.index(sign) for sign in upn[1:]]
            assert letters[sum(weight * value for weight, value in enumerate(values, start=2)) % 23] == upn[0]

    def test_some_pupil_numbers_are_temporary(self, tables):
        assert 0.002 < tables["person"].upn.str.match(".*[A-Z]$").mean() < 0.01

    def test_no_learner_number_has_its_check_digit(self, tables):
        ulns = [uln for uln in tables["person"].uniquelearnernumber if uln]
        assert len(ulns) > 500
        for uln in ulns:
            assert re.fullmatch("[0-9]{10}", uln)
            rest = sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), uln, strict=False)) % 11
            assert int(uln[9]) != 10 - rest

    def test_names_and_postcodes_are_invented(self, tables):
        assert tables["person"].surname.str.fullmatch("Synthetica [0-9]{5,}").all()
        assert (tables["person"].forename == "Invented").all()
        assert (tables["person"].postcode == "ZZ99 9ZZ").all()

    def test_a_number_is_missing_only_with_a_reason_and_a_reason_stands_only_there(self, tables):
        person = tables["person"]
        assert ((person.upn == "") & (person.uniquelearnernumber == "")).eq(person.upnunknown != "").all()
        assert (person.upnunknown != "").any()


class TestConsistency:
    """Every rule that a clean return keeps, checked on the files."""

    def test_ids_are_unique_and_every_parent_is_there(self, tables):
        for table, place in TABLES.items():
            assert tables[table][f"{table}tableid"].is_unique
            if place.parent:
                key = f"{place.parent}tableid"
                assert tables[table][key].isin(tables[place.parent][key]).all()

    def test_cardinalities_are_those_of_the_return(self, tables):
        assert set(tables["person"].persontableid) == set(tables["requests"].persontableid)
        assert tables["assessment"].requeststableid.is_unique
        assert tables["namedplan"].assessmenttableid.is_unique
        assert tables["activeplans"].requeststableid.is_unique
        assert set(tables["namedplan"].namedplantableid) == set(tables["plandetail"].namedplantableid)
        assert set(tables["activeplans"].activeplanstableid) == set(tables["placementdetail"].activeplanstableid)
        assert set(tables["namedplan"].requeststableid) == set(tables["activeplans"].requeststableid)

    def test_some_children_have_asked_again_but_only_after_the_answer(self, tables):
        again = tables["requests"][tables["requests"].persontableid.duplicated(keep=False)]
        assert len(again) >= 2
        for _, pair in again.groupby("persontableid"):
            first, second = pair.sort_values("receiveddate").itertuples()
            assert first.requestoutcome in ("N", "H")
            assert second.receiveddate > (first.requestoutcomedate if first.requestoutcome == "N" else first.receiveddate)

    def test_codes_are_those_of_the_dictionary_and_flags_are_nought_or_one(self, tables, fields, repository):
        codes = read_codes(repository / "data" / "dictionary")
        for table, rows in tables.items():
            for column, field in fields[table].items():
                if field.type == "code" and column in rows:
                    assert set(rows[column]) <= {*codes[field.codes], ""}, column
                if field.type == "flag" and column in rows:
                    assert set(rows[column]) <= ({"Y"} if table == "sen2" else {"0", "1"}), column
                if field.required and field.is_of(2025):
                    assert not rows[column].isna().any() and not (rows[column].astype("str") == "").any(), column

    def test_no_date_lies_after_census_day_or_before_birth(self, tables, fields):
        for table, rows in tables.items():
            for column, field in fields[table].items():
                if field.type == "date" and column in rows:
                    assert not (rows[column] > DAY).any(), column
        assert (tables["requests"].receiveddate > tables["requests"].personbirthdate).all()

    def test_a_request_has_the_day_of_its_outcome_if_it_was_decided_in_the_period(self, tables):
        requests = tables["requests"]
        assert requests.requestoutcomedate.notna().eq(requests.requestoutcome.isin(["Y", "N"])).all()
        assert (requests.requestoutcomedate.dropna() >= YEAR).all()
        assert not (requests.requestoutcomedate < requests.receiveddate).any()
        assert requests[requests.requestoutcome.isin(["A", "W", "N"])].receiveddate.ge(YEAR).all()

    def test_only_requests_that_led_there_have_an_assessment(self, tables):
        requests, assessment = tables["requests"], tables["assessment"]
        assert requests.requeststableid.isin(assessment.requeststableid).eq(requests.requestoutcome.isin(["Y", "H"])).all()
        assert assessment.assessmentoutcomedate.notna().eq(assessment.assessmentoutcome.isin(["Y", "N"])).all()
        assert not (assessment.assessmentoutcomedate < assessment.requestoutcomedate).any()
        assert (assessment[assessment.assessmentoutcome == "H"].requestoutcome == "H").all()
        assert assessment[assessment.week20 == "1"].assessmentoutcome.eq("Y").all()

    def test_only_assessments_that_ended_so_have_a_plan_that_begins_when_it_is_issued(self, tables):
        assessment, plans = tables["assessment"], tables["namedplan"]
        assert assessment.assessmenttableid.isin(plans.assessmenttableid).eq(assessment.assessmentoutcome.isin(["Y", "H"])).all()
        issued = plans[plans.assessmentoutcome == "Y"]
        assert issued.startdate.eq(issued.assessmentoutcomedate).all()
        assert plans[plans.assessmentoutcome == "H"].startdate.lt(YEAR).all()

    def test_a_plan_has_a_reason_if_and_only_if_it_ceased_and_ceased_in_the_year(self, tables):
        plans = tables["namedplan"]
        assert plans.ceasedate.notna().eq(plans.ceasereason != "").all()
        assert not (plans.ceasedate < plans.startdate).any()
        assert plans.ceasedate.dropna().between(YEAR, "2024-12-31").all()
        assert plans[plans.ceasereason == "1"].age.eq(25).all()

    def test_ages_are_those_of_the_law(self, tables):
        running = tables["activeplans"][tables["activeplans"].running]
        assert running.age.between(2, 24).all()

    def test_reviews_come_in_order_after_the_plan(self, tables):
        plans = tables["activeplans"]
        assert not (plans.reviewmeeting > plans.lastreview).any()
        assert plans.lastreview.notna().eq(plans.reviewoutcome != "").all()
        assert plans[plans.lastreview.notna()].reviewmeeting.notna().all()
        assert not (plans.reviewmeeting < plans.startdate).any()
        assert plans.phasetransferduedate.dropna().isin(pd.to_datetime(["2024-02-15", "2024-03-31"])).all()

    def test_plans_from_other_authorities_arrived_in_the_year(self, tables):
        arrived = tables["activeplans"][tables["activeplans"].transferla != ""]
        assert 20 < len(arrived) < 60
        assert not (arrived.transferla == "887").any()
        places = tables["placementdetail"][tables["placementdetail"].activeplanstableid.isin(arrived.activeplanstableid)]
        assert places.entrydate.gt("2024-01-18").all()

    @pytest.mark.parametrize("table", ["plandetail", "placementdetail"])
    def test_a_setting_is_told_in_one_way_only(self, table, tables, clean):
        rows = tables[table]
        assert ((rows.urn != "").astype(int) + (rows.ukprn != "") + (rows.sensetting != "")).eq(1).all()
        assert (rows.sensettingother != "").eq(rows.sensetting == "OTH").all()
        listed = pd.read_csv(clean / "establishments.csv", dtype="str", keep_default_na=False)
        assert set(rows.urn) | set(rows.ukprn) <= {*listed.urn, *listed.ukprn}
        assert rows[(rows.senunitindicator == "1")].urn.isin(listed[listed.sen_unit == "1"].urn).all()
        assert not (rows.resourcedprovisionindicator == "1").any()

    def test_a_child_has_one_main_placement_at_a_time_and_a_second_only_beside_it(self, tables):
        rows = tables["placementdetail"]
        assert not (rows.leavingdate < rows.entrydate).any()
        opened = rows[rows.leavingdate.isna()]
        assert opened[opened.placementrank == 1].activeplanstableid.is_unique
        second = opened[opened.placementrank == 2]
        assert len(second) > 20
        assert second.activeplanstableid.isin(opened[opened.placementrank == 1].activeplanstableid).all()
        assert opened.running.all()
        ordered = rows[rows.placementrank == 1].sort_values(["activeplanstableid", "entrydate"])
        before = ordered.groupby("activeplanstableid").leavingdate.shift()
        assert not (before >= ordered.entrydate).any()

    def test_settings_fit_the_age(self, tables, clean):
        rows = tables["placementdetail"]
        rows = rows[rows.running & rows.leavingdate.isna()]
        assert rows[rows.sensetting == "NEET"].age.min() >= 16
        assert rows[rows.sensetting == "EYP"].age.max() <= 4
        listed = pd.read_csv(clean / "establishments.csv", dtype={"urn": "str", "ukprn": "str"}, keep_default_na=False)
        listed["number"] = listed.urn + listed.ukprn
        placed = rows.assign(number=rows.urn + rows.ukprn).merge(listed, on="number", how="inner", validate="many_to_one")
        assert len(placed) > 2500
        assert placed.age.between(placed.low_age, placed.high_age).all()

    def test_needs_are_ranked_once_each_and_not_the_same(self, tables):
        needs = tables["senneed"]
        assert not needs.duplicated(["activeplanstableid", "sentyperank"]).any()
        assert not needs.duplicated(["activeplanstableid", "sentype"]).any()
        assert set(needs[needs.sentyperank == 2].activeplanstableid) <= set(needs[needs.sentyperank == 1].activeplanstableid)


class TestCalibration:
    """January 2025 and calendar year 2024, as the Department for Education published them for Medway."""

    def test_active_plans_are_exactly_those_asked_for(self, tables):
        assert tables["activeplans"].running.sum() == 3041

    def test_the_stock_follows_from_the_flows(self, tables):
        plans = tables["activeplans"]
        opening = (plans.startdate <= "2024-01-18") & ~(plans.ceasedate < "2024-01-18") & (plans.transferla == "")
        began = (plans.startdate > "2024-01-18") & (plans.transferla == "")
        left = plans.ceasedate >= "2024-01-18"
        assert opening.sum() + began.sum() + (plans.transferla != "").sum() - left.sum() == 3041

    def test_requests_and_refusals(self, tables):
        requests = tables["requests"]
        received = requests[requests.receiveddate >= YEAR]
        assert len(received) == 989
        assert (received.requestoutcome == "N").sum() == 180
        assert (received.requestoutcome == "A").sum() == 121
        decided = requests[requests.requestoutcomedate.notna()]
        assert ((decided.requestoutcomedate - decided.receiveddate).dt.days <= 42).mean() == pytest.approx(0.228, abs=0.03)

    def test_sources_of_requests_and_what_became_of_them(self, tables):
        received = tables["requests"][tables["requests"].receiveddate >= YEAR]
        assert (received.requestsource == "2").mean() == pytest.approx(0.578, abs=0.03)
        assert (received.requestsource == "1").mean() == pytest.approx(0.383, abs=0.03)
        refused = received.requestoutcome.eq("N").groupby(received.requestsource).mean()
        assert refused["2"] == pytest.approx(0.087, abs=0.03)
        assert refused["1"] == pytest.approx(0.356, abs=0.05)

    def test_plans_issued_and_how_soon(self, tables):
        issued = tables["assessment"][tables["assessment"].assessmentoutcome == "Y"]
        days = (issued.assessmentoutcomedate - issued.receiveddate).dt.days
        assert len(issued) == 377
        assert (days <= 140).sum() == 44
        assert (days > 365).sum() == pytest.approx(108, abs=4)
        assert (issued.week20 == "1").sum() == 7

    def test_plans_that_ceased(self, tables):
        assert tables["namedplan"].ceasedate.notna().sum() == 173

    def test_primary_needs(self, tables):
        needs = tables["senneed"]
        primary = needs[needs.running & (needs.sentyperank == 1)].sentype.value_counts()
        published = dict(ASD=1067, SLCN=623, SEMH=497, MLD=374, SLD=130, SPLD=107, PD=75, OTH=59, HI=42, VI=25, PMLD=22, MSI=4)
        assert primary.to_dict() == published
        assert 3041 - primary.sum() == 16

    def test_sex_and_age(self, tables):
        running = tables["activeplans"][tables["activeplans"].running]
        assert (tables["person"].sex == "M").mean() == pytest.approx(0.684, abs=0.002)
        bands = pd.cut(running.age, [0, 4, 10, 15, 19, 24]).value_counts(sort=False).to_numpy()
        assert bands == pytest.approx(np.array([100, 853, 1024, 594, 126]) * 3041 / 2697, abs=1)

    def test_placements(self, tables, clean):
        rows = tables["placementdetail"]
        rows = rows[rows.running & rows.leavingdate.isna() & (rows.placementrank == 1)]
        listed = pd.read_csv(clean / "establishments.csv", dtype="str", keep_default_na=False)
        kinds = listed.assign(number=listed.urn + listed.ukprn).set_index("number").type_code
        code = (rows.urn + rows.ukprn).map(kinds)
        mainstream = code.isin(["1", "2", "5", "28", "34", "35", "11"])
        assert (mainstream & (rows.senunitindicator == "0")).sum() == pytest.approx(572, abs=8)
        assert (mainstream & (rows.senunitindicator == "1")).sum() == pytest.approx(270, abs=4)
        assert code.isin(["7", "12", "33", "44", "36"]).sum() == pytest.approx(1180, abs=8)
        assert code.isin(["8", "10"]).sum() == pytest.approx(326, abs=5)
        assert (code == "42").sum() == pytest.approx(17, abs=2)
        assert code.isin(["18", "32"]).sum() == pytest.approx(358, abs=5)
        assert (rows.sensetting == "NEET").sum() == pytest.approx(116, abs=3)
        assert (rows.sensetting == "EYP").sum() == pytest.approx(3, abs=1)
        assert 3041 - len(rows) == pytest.approx(89, abs=3)

    def test_the_year_that_issued_most_plans_is_as_slow_as_it_was(self, tmp_path, fields):
        written(tmp_path, fields, plans=4287, census=date(2026, 1, 15))
        found = {}
        for table in ("requests", "assessment"):
            found[table] = pd.read_csv(tmp_path / f"Blade-Export_15-01-2026_{table}.csv", dtype="str", keep_default_na=False)
        rows = found["assessment"].merge(found["requests"], on="requeststableid", validate="many_to_one")
        rows = rows[rows.assessmentoutcome == "Y"]
        day = {column: pd.to_datetime(rows[column], format="%Y-%b-%d 00:00:00") for column in ("receiveddate", "assessmentoutcomedate")}
        weeks = (day["assessmentoutcomedate"] - day["receiveddate"]).dt.days / 7
        assert len(rows) == 1121
        assert (weeks <= 20).mean() == pytest.approx(0.203, abs=0.001)
        assert (weeks > 365 / 7).mean() == pytest.approx(0.411, abs=0.01)
        assert weeks.mean() == pytest.approx(47.1, abs=1.5)

    @pytest.mark.parametrize("year", [2023, 2024, 2026])
    def test_the_columns_are_those_of_the_census_year(self, year, tmp_path, fields):
        written(tmp_path, fields, census=date(year, 1, 18))
        read_back = read_sen2(tmp_path, fields)
        assert read_back.version == year
        assert not read_back.notes
        assert ("sex" in read_back.tables["person"], "res" in read_back.tables["activeplans"]) == (year > 2023, year == 2023)


def cells_of(data):
    return list(csv.reader(io.StringIO(data.decode("cp1252" if b"\x96" in data else "utf-8-sig"), newline="")))


class TestDefects:
    def test_the_list_knows_more_than_sixty_kinds_over_all_tables(self):
        assert len([kind for kind in DEFECTS if kind.level != "stop"]) >= 60
        assert len({kind.id for kind in DEFECTS}) == len(DEFECTS)
        assert {kind.table for kind in DEFECTS} == set(TABLES)
        assert {kind.level for kind in DEFECTS} == {"stop", "quarantine", "warn", "repair"}

    def test_every_kind_that_can_be_read_is_planted_and_listed(self, broken):
        folder, defects = broken
        assert {defect.kind for defect in defects} == {kind.id for kind in DEFECTS if kind.level != "stop"}
        listed = pd.read_csv(folder / "planted.csv", dtype="str", keep_default_na=False)
        assert listed.columns.to_list() == ["file", "line", "table", "column", "kind", "rule", "level"]
        assert listed.kind.to_list() == [defect.kind for defect in defects]
        assert listed.line.astype(int).to_list() == [defect.line for defect in defects]

    def test_the_cell_at_every_line_and_column_is_another_than_in_the_clean_return_or_new(self, broken, clean):
        folder, defects = broken
        files = {name: [cells_of((place / name).read_bytes()) for place in (folder, clean)] for name in {one.file for one in defects}}
        for defect in defects:
            new, old = files[defect.file]
            if defect.line == 1:
                assert (folder / defect.file).read_bytes().split(b"\n")[0] != (clean / defect.file).read_bytes().split(b"\n")[0]
            elif defect.line <= len(old):
                heading = [cell.lower() for cell in old[0]]
                place = heading.index(defect.column)
                row = new[defect.line - 1]
                assert row[place] != old[defect.line - 1][place], defect.kind
            else:
                assert defect.line <= len(new), defect.kind

    def test_nothing_else_is_changed(self, broken, clean):
        folder, defects = broken
        for file in {defect.file for defect in defects}:
            new, old = cells_of((folder / file).read_bytes()), cells_of((clean / file).read_bytes())
            lines = {defect.line for defect in defects if defect.file == file}
            width = len(old[0])
            differing = {number for number, (was, now) in enumerate(zip(old, new, strict=False), start=1) if was != now[:width]}
            assert differing <= lines
            assert len(new) - len(old) == len([line for line in lines if line > len(old)])

    def test_no_row_has_two_mistakes_but_the_header(self, broken):
        _, defects = broken
        places = [(defect.file, defect.line) for defect in defects if defect.line > 1 and defect.table != "sen2"]
        assert len(set(places)) == len(places)

    @pytest.mark.parametrize("shape", ["xml", "workbook", "template"])
    def test_in_the_other_shapes_the_line_is_that_of_the_record(self, shape, tmp_path, fields):
        written(tmp_path / "clean", fields, plans=400, shape=shape)
        defects = written(tmp_path / "broken", fields, plans=400, shape=shape, defects=True)
        assert len(defects) > 90
        new, old = (read_sen2(tmp_path / name, fields).tables for name in ("broken", "clean"))
        kinds = {kind.id: kind for kind in DEFECTS}
        for defect in [defect for defect in defects if not kinds[defect.kind].heading]:
            row = new[defect.table].loc[new[defect.table].line == defect.line]
            assert len(row) == 1, defect.kind
            # An added record of the XML stands among the others and moves those that follow; an id as a decimal is mended by the reader.
            if not kinds[defect.kind].added and shape != "xml" and defect.rule != "float_id":
                assert row[defect.column].item() != old[defect.table][defect.column][row.index[0]], defect.kind

    @pytest.mark.parametrize("shape", SHAPES)
    def test_what_a_shape_cannot_hold_is_listed_with_its_reason_and_everything_else_is_planted(self, shape, tmp_path, fields):
        planted = {defect.kind for defect in written(tmp_path, fields, plans=400, shape=shape, defects=True)}
        left_out = yaml.safe_load((tmp_path / "source.yaml").read_text(encoding="utf-8")).get("not_planted", {})
        assert planted | set(left_out) == {kind.id for kind in DEFECTS if kind.level != "stop"}
        assert planted & set(left_out) == set()
        ids = [kind.id for kind in DEFECTS if "ids" in kind.needs.split()]
        header = [kind.id for kind in DEFECTS if kind.table == "sen2" and kind.level != "stop"]
        files = ["encoding_cp1252", "byte_order_mark"]
        expected = {
            "blade": [],
            "xml": [*ids, *files, "heading_case"],
            "workbook": [*header, *files],
            "template": [*files, "parent_id_float", "header_time_serial", "heading_typo", "heading_case"],
        }
        assert set(left_out) == set(expected[shape])

    def test_what_the_collection_of_the_year_does_not_ask_for_is_left_out_by_name(self, fields):
        told = unheld(fields, year=2023, shape="blade")
        assert told["sex_word"] == "The collection of 2023 has no column 'person.sex'."
        assert "birth_blank" not in told

    def test_the_order_of_day_and_month_stays_open_where_it_should(self, broken, fields):
        folder, defects = broken
        found = read_sen2(folder, fields).tables
        for kind, rule in [("received_ambiguous", "ambiguous_day_month"), ("birth_day_first", "day_month_year")]:
            defect = next(defect for defect in defects if defect.kind == kind)
            rows = found[defect.table]
            assert parse_dates(rows[defect.column]).rule[rows.line == defect.line].item() == rule

    @pytest.mark.parametrize("kind", [kind.id for kind in DEFECTS if kind.level == "stop" and kind.table != "sen2"])
    def test_a_spoilt_file_is_refused(self, kind, tmp_path, fields):
        written(tmp_path, fields)
        defect = spoil(tmp_path, kind)
        with pytest.raises(Refusal) as refused:
            read_sen2(tmp_path, fields)
        assert defect.table in str(refused.value)

    @pytest.mark.parametrize(("kind", "column", "value"), [("other_authority", "lea", "001"), ("other_census", "year", "2019")])
    def test_a_return_of_another_authority_or_census_says_so(self, kind, column, value, tmp_path, fields):
        written(tmp_path, fields)
        assert spoil(tmp_path, kind).line == 2
        assert read_sen2(tmp_path, fields).tables["sen2"][column].to_list() == [value]

    def test_a_sample_too_small_for_its_mistakes_is_refused(self, tmp_path, fields):
        with pytest.raises(Refusal, match="too small"):
            written(tmp_path, fields, plans=20, defects=True)


@pytest.mark.parametrize(("changes", "said"), [({"shape": "pdf"}, "not a shape"), ({"plans": 0}, "empty")])
def test_what_cannot_be_written_is_refused(changes, said, tmp_path, fields):
    with pytest.raises(Refusal, match=said):
        written(tmp_path, fields, **changes)
