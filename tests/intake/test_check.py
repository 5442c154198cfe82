"""The check that an analyst runs before anything else."""

import stat
from datetime import date

import openpyxl
import pandas as pd
import pytest

from svip_lib.config.fields import read_fields
from svip_lib.config.refusal import Refusal
from svip_lib.config.upn import check_letters
from svip_lib.intake.check import _days_told, check_extracts
from svip_lib.sample import write_sample
from tests.conftest import run_svip
from tests.drawn import as_if_real, drawn_programme

CENSUS = date(2025, 1, 16)


@pytest.fixture
def extracts(tmp_path, repository):
    fields = read_fields(repository / "data" / "dictionary")
    told = {"census": CENSUS, "fields": fields, "defects": True, "programme": drawn_programme(repository)}
    write_sample(tmp_path / "extracts", plans=1000, shape="blade", seed=3, **told)
    return tmp_path / "extracts"


def check(extracts, tmp_path, repository):
    return check_extracts(
        extracts, tmp_path / "private", repository / "data" / "dictionary", la_code="887", year=CENSUS.year, last_day=CENSUS
    )


def test_the_account_is_written_for_its_owner_only_with_a_remedy_for_each_line(extracts, tmp_path, repository):
    checked = check(extracts, tmp_path, repository)
    private = tmp_path / "private"
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in private.iterdir()} == {0o600}
    sheet = openpyxl.load_workbook(private / "checks.xlsx")["Findings"]
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) - 1 == len(checked.clean.account)
    assert all(row[-1] and row[-2] for row in rows)
    assert not [cell for row in rows for cell in row if isinstance(cell, str) and cell.startswith(("=", "+", "@"))]


def test_registers_are_counted_cleaned_and_written_beside_the_return(extracts, tmp_path, repository):
    checked = check(extracts, tmp_path, repository)
    summary = checked.summary()
    assert "ledger: 29 rows in = 27 clean + 2 quarantined; 5 totals checked, 1 of them differ from their rows" in summary
    assert "risks: 11 rows in = 9 clean + 2 quarantined\n" in summary
    assert "children in placement_costs" in summary
    listed = pd.read_csv(tmp_path / "private" / "checks.csv", dtype="str", keep_default_na=False)
    assert {"ledger", "placement_costs", "places", "milestones", "risks", "conditions"} < set(listed["table"])
    costs = pd.read_parquet(tmp_path / "private" / "placement_costs.parquet")
    people = pd.read_parquet(tmp_path / "private" / "person.parquet")
    assert len(costs) == len(checked.clean.tables["placement_costs"])
    assert costs["child"].isin(people["child"]).sum() >= len(costs) - 3  # all but those whose number or record was spoilt


def test_a_register_that_stands_in_two_files_is_refused(extracts, tmp_path, repository):
    (extracts / "Ledger.csv").write_text("Cost Centre,Budget,Actual\n1,2,3\n", encoding="utf-8")
    with pytest.raises(Refusal, match="is the same register"):
        check(extracts, tmp_path, repository)


def test_a_second_check_tells_what_is_gone_and_what_is_new(extracts, tmp_path, repository):
    first = check(extracts, tmp_path, repository)
    assert (first.new, first.mended) == (len(first.clean.account.drop_duplicates(["rule", "table", "file", "line", "column"])), 0)
    needs = next(extracts.glob("*_senneed.csv"))
    text = needs.read_text(encoding="utf-8-sig")
    needs.write_text(text.replace(",BESD,", ",SEMH,", 1) if ",BESD," in text else text, encoding="utf-8")
    second = check(extracts, tmp_path, repository)
    assert second.new == 0
    assert second.mended == len(first.clean.account) - len(second.clean.account)


def test_real_children_are_not_read_without_the_councils_key(extracts, tmp_path, repository, monkeypatch):
    as_if_real(extracts)
    monkeypatch.delenv("SVIP_KEY_FILE", raising=False)
    with pytest.raises(Refusal, match="SVIP_KEY_FILE is not set"):
        check(extracts, tmp_path, repository)
    short = tmp_path / "key"
    short.write_bytes(b"short")
    monkeypatch.setenv("SVIP_KEY_FILE", str(short))
    with pytest.raises(Refusal, match="too short"):
        check(extracts, tmp_path, repository)
    assert not (tmp_path / "private").exists()
    short.write_bytes(b"0123456789abcdef0123456789abcdef")
    assert check(extracts, tmp_path, repository).synthetic is False


def test_the_command_draws_a_sample_and_checks_it(checkout, tmp_path):
    drawn = run_svip(checkout, "sample", "--plans", "80", "--year", "2026", "--out", str(tmp_path / "drawn"))
    assert drawn.returncode == 0, drawn.stderr
    done = run_svip(checkout, "check", "2025-26-Q3", "--data", str(tmp_path / "drawn"))
    assert done.returncode in (0, 1), done.stderr
    assert "SYNTHETIC" in done.stdout
    assert "0 quarantined" in done.stdout
    assert "ledger: 28 rows in = 28 clean + 0 quarantined; 5 totals checked, 0 of them differ" in done.stdout
    bare = run_svip(checkout, "sample", "--plans", "80", "--no-registers", "--out", str(tmp_path / "bare"))
    assert bare.returncode == 0, bare.stderr
    assert not (tmp_path / "bare" / "ledger.xlsx").exists()
    again = run_svip(checkout, "sample", "--out", str(tmp_path / "drawn"))
    assert again.returncode == 2
    assert "exists already" in again.stderr
    assert run_svip(checkout, "sample", "--plans", "80", "--year", "2025", "--out", str(tmp_path / "older")).returncode == 0
    other = run_svip(checkout, "check", "2025-26-Q4", "--data", str(tmp_path / "older"))
    assert other.returncode == 2
    assert "The return is of 2025, not 2026" in other.stderr


def test_a_mark_of_invented_children_beside_numbers_that_schools_have_given_out_is_refused(extracts, tmp_path, repository):
    file = next(extracts.glob("*_person.csv"))
    table = pd.read_csv(file, dtype="str", keep_default_na=False)
    numbers = "?887" + table.index.astype("str").str.zfill(9)
    table["upn"] = check_letters(pd.Series(numbers)).to_numpy() + numbers.str[1:]
    table.to_csv(file, index=False)
    with pytest.raises(Refusal, match="marked SYNTHETIC, and its pupil numbers") as refused:
        check(extracts, tmp_path, repository)
    assert "887" not in str(refused.value)
    assert not (tmp_path / "private").exists()


def test_a_return_that_says_itself_that_it_is_synthetic_needs_the_mark_beside_it(extracts, tmp_path, repository):
    (extracts / "source.yaml").unlink()
    with pytest.raises(Refusal, match="says of itself that it is SYNTHETIC"):
        check(extracts, tmp_path, repository)


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        (("surname", "postcode"), "Most cells of the column 'postcode' are something else"),
        (("upn", "postcode"), "Most cells of the column 'upn' are something else"),
        (("surname", "personbirthdate"), "Not one of the"),
    ],
)
def test_columns_that_have_changed_places_stop_everything(extracts, tmp_path, repository, pair, told):
    file = next(extracts.glob("*_person.csv"))
    table = pd.read_csv(file, dtype="str", keep_default_na=False)
    table[list(pair)] = table[list(pair)[::-1]].to_numpy()
    table.to_csv(file, index=False)
    with pytest.raises(Refusal, match=told) as refused:
        check(extracts, tmp_path, repository)
    assert "Synthetica" not in str(refused.value)


def test_the_days_that_the_programmes_registers_name_are_public_and_those_of_placements_are_not(extracts, tmp_path, repository):
    tables = check(extracts, tmp_path, repository).clean.tables
    days = _days_told(tables)
    assert set(tables["milestones"]["planned_date"].dt.date) | set(tables["risks"]["review_date"].dropna().dt.date) <= days
    assert not set(tables["placement_costs"]["start_date"].dt.date) <= days
    assert _days_told({"ledger": tables["ledger"]}) == set()
