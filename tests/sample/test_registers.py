"""The synthetic registers: the same for the same seed, marked, small, calibrated, and about the children of the return beside them."""

import csv
from datetime import date

import openpyxl
import pandas as pd
import pytest
import yaml

from svip_lib.config.cost_centres import INDEPENDENT_AP, read_cost_centres
from svip_lib.config.fields import read_fields
from svip_lib.config.refusal import Refusal
from svip_lib.intake.register_cleaning import REGISTERS
from svip_lib.intake.registers import read_register
from svip_lib.sample import write_sample
from svip_lib.sample.register_kinds import REGISTER_DEFECTS
from svip_lib.sample.registers import ALTERNATIVE, INCOME, LINES
from tests.drawn import drawn_programme

CENSUS = date(2025, 1, 16)
BLOCK = 43_034_923 * 1000 / 3041  # Medway's of 2023-24 after deductions, for as many of the plans of January 2025 as are drawn
FILES = {name: f"{name}.xlsx" if name in ("ledger", "places") else f"{name}.csv" for name in REGISTERS}


@pytest.fixture(scope="module")
def fields(repository):
    return read_fields(repository / "data" / "dictionary")


@pytest.fixture(scope="module")
def folder(tmp_path_factory, repository, fields):
    made = tmp_path_factory.mktemp("registers")
    write_sample(made, plans=1000, shape="blade", seed=7, census=CENSUS, fields=fields, programme=drawn_programme(repository))
    return made


@pytest.fixture(scope="module")
def registers(folder, fields):
    return {name: read_register(folder / file, name, fields) for name, file in FILES.items()}


def number(cells):
    return pd.to_numeric(cells)


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(tmp_path, repository, fields):
    for place, seed in (("one", 7), ("two", 7), ("other", 8)):
        told = {"plans": 60, "shape": "blade", "census": CENSUS, "fields": fields, "programme": drawn_programme(repository)}
        write_sample(tmp_path / place, seed=seed, **told)
    for file in FILES.values():
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file
    assert (tmp_path / "one" / "ledger.xlsx").read_bytes() != (tmp_path / "other" / "ledger.xlsx").read_bytes()


def test_the_return_is_the_same_with_registers_and_without(folder, tmp_path, fields):
    write_sample(tmp_path, plans=1000, shape="blade", seed=7, census=CENSUS, fields=fields)
    for path in tmp_path.glob("*.csv"):
        assert path.read_bytes() == (folder / path.name).read_bytes(), path.name


def test_each_file_says_in_its_first_row_that_it_is_synthetic_and_the_note_beside_them_does_too(folder):
    for file in FILES.values():
        if file.endswith(".xlsx"):
            first = next(openpyxl.load_workbook(folder / file).active.iter_rows(values_only=True))[0]
        else:
            first = next(csv.reader((folder / file).open(encoding="utf-8", newline="")))[0]
        assert first.startswith("SYNTHETIC"), file
    note = yaml.safe_load((folder / "source.yaml").read_text(encoding="utf-8"))
    assert (note["synthetic"], note["registers_at"], note["high_needs_block_gbp"]) == (True, "2024-25-Q4", 43_034_923)


def test_the_registers_of_a_quarter_are_small(folder):
    assert sum((folder / file).stat().st_size for file in FILES.values()) < 300_000


def test_budgets_add_to_the_high_needs_block_and_totals_to_their_rows(registers):
    ledger = registers["ledger"]
    budget, centre = number(ledger.table["current_budget"]), ledger.table["cost_centre"]
    grant = INCOME.loc[INCOME["item"] == "grant", "cost_centre"].item()
    assert budget[centre.isin(LINES["cost_centre"])].sum() == -budget[centre == grant].sum() == pytest.approx(BLOCK, rel=0.001)
    assert ledger.totals["check"].to_list() == ["equal"] * 5
    lines = budget.groupby(ledger.table["s251_line"]).sum()
    # As in the outturn of 2021-22: independent providers beside other top-ups.
    assert lines["1.2.3"] / (lines["1.2.1"] + lines["1.2.2"]) == pytest.approx(19_649_430 / 14_964_648, rel=0.01)


def test_the_forecast_of_fees_is_what_the_placements_come_to_in_the_financial_year(registers):
    costs, ledger = registers["placement_costs"].table, registers["ledger"].table
    begin = pd.to_datetime(costs["start_date"]).clip(lower=pd.Timestamp("2024-04-01"))
    end = pd.to_datetime(costs["end_date"].replace("", "2025-03-31")).clip(upper=pd.Timestamp("2025-03-31"))
    whole = (number(costs["annual_cost"]) * ((end - begin).dt.days + 1).clip(lower=0) / 365).sum()
    assert number(ledger["forecast_outturn"])[ledger["s251_line"] == "1.2.3"].sum() == pytest.approx(whole, abs=4)


def test_what_the_budget_was_built_on_comes_to_the_budget_of_each_kind_of_place_to_the_penny(registers, repository):
    plan, ledger = registers["placement_budget"].table, registers["ledger"].table
    built = (number(plan["planned_fte"]) * number(plan["planned_unit_cost"])).groupby(plan["dsg_category"]).sum()
    named = read_cost_centres(repository / "data" / "authorities" / "medway", repository / "data" / "dictionary")
    whole = named[named["account"] == ""].set_index("cost_centre")["item"]
    by_account = named.set_index(["cost_centre", "account"])["item"].to_dict()
    items = [by_account.get((line.cost_centre, line.account), whole.get(line.cost_centre)) for line in ledger.itertuples()]
    budget = number(ledger["current_budget"]).groupby(pd.Series(items).replace(INDEPENDENT_AP, ALTERNATIVE)).sum()
    assert built.round(2).to_dict() == budget[built.index].to_dict()
    assert len(built) == 7


def test_the_councils_list_of_cost_centres_names_every_line_of_the_sample_and_marks_it(repository):
    named = read_cost_centres(repository / "data" / "authorities" / "medway", repository / "data" / "dictionary")
    told = named.set_index(["cost_centre", "account"])["item"].to_dict()
    for line in pd.concat([LINES, INCOME]).itertuples():
        assert told.get((line.cost_centre, line.account), told.get((line.cost_centre, ""))) == line.item
    assert named["note"].str.startswith("SYNTHETIC").all()
    assert (named["verified_by"] == "").all()


def test_what_comes_in_is_invented_with_one_digit_throughout_and_health_pays_what_the_placements_say(registers):
    amounts = INCOME["amount"][INCOME["amount"] != 0].abs().astype("str").str.rstrip("0")
    assert amounts.map(set).map(len).eq(1).all()
    ledger, costs = registers["ledger"].table, registers["placement_costs"].table
    paid = number(ledger["forecast_outturn"])[ledger["account_name"] == "Contribution"].sum()
    shared = number(costs["annual_cost"]) * (number(costs["health_share"]) + number(costs["social_care_share"])) / 100
    assert 0 < -paid < shared.sum()


def test_the_quarters_of_a_year_have_one_budget(registers, tmp_path, repository, fields):
    programme = drawn_programme(repository)
    earlier = type(programme)(programme.quarter.previous, programme.agreement, programme.grant)
    told = {"plans": 1000, "shape": "blade", "seed": 7, "census": CENSUS, "fields": fields}
    write_sample(tmp_path, programme=earlier, until=date(2025, 3, 31), seen_on=date(2024, 12, 31), **told)
    before = read_register(tmp_path / "ledger.xlsx", "ledger", fields).table
    assert before["current_budget"].to_list() == registers["ledger"].table["current_budget"].to_list()
    assert set(before["period"]) == {"9"}
    built = read_register(tmp_path / "placement_budget.csv", "placement_budget", fields).table
    assert built[["planned_fte", "planned_unit_cost"]].equals(registers["placement_budget"].table[["planned_fte", "planned_unit_cost"]])


def test_codes_keep_their_leading_zeros_in_the_workbook(registers):
    assert registers["ledger"].table["cost_centre"].str.fullmatch("04[0-9]{3}").all()


def test_costs_are_of_children_of_the_return_in_schools_of_the_list(registers, folder):
    costs = registers["placement_costs"].table
    person = pd.read_csv(folder / "Blade-Export_16-01-2025_person.csv", dtype="str", keep_default_na=False)
    schools = pd.read_csv(folder / "establishments.csv", dtype="str", keep_default_na=False)
    assert costs["upn"].isin(person["upn"]).all()
    assert costs["placement_name"].isin(schools["name"]).all()
    born = person.drop_duplicates("upn").set_index("upn")["personbirthdate"]
    assert (pd.to_datetime(costs["upn"].map(born), format="%Y-%b-%d 00:00:00") == pd.to_datetime(costs["date_of_birth"])).all()


def test_a_year_costs_its_weeks_and_the_whole_comes_near_the_outturn_raised_with_the_block(registers):
    costs = registers["placement_costs"].table
    assert (number(costs["weekly_cost"]) * number(costs["weeks"]) == number(costs["annual_cost"])).all()
    running = number(costs["annual_cost"])[costs["end_date"] == ""].sum()
    assert running == pytest.approx(19_649_430 * BLOCK / 33_949_167, rel=0.15)


def test_places_are_weighted_by_months_and_cost_the_published_rates(registers):
    places = registers["places"].table
    old = places["post_16"].map({"pre-16": 5, "post-16": 4})
    months = number(places["places"]) * old + number(places["places_next_year"]) * (12 - old)
    assert ((number(places["places_financial_year"]) - months / 12).abs() < 0.01).all()
    assert set(places["rate"]) == {"6000", "10000"}
    assert (number(places["on_roll"]) <= number(places["places"])).all()


def test_milestones_and_risks_are_worded_as_the_agreement_words_them_and_officers_are_roles(registers, repository):
    agreement = drawn_programme(repository).agreement
    assert registers["milestones"].table["title"].to_list() == [" ".join(entry.text.split()) for entry in agreement.milestones]
    assert registers["risks"].table["title"].to_list() == [" ".join(entry.text.split()) for entry in agreement.risks]
    for name in ("milestones", "risks", "conditions", "placement_costs"):
        assert registers[name].table["owner"].str.endswith("(role)").all()
    assert registers["conditions"].table["text"].str.startswith("SYNTHETIC").all()


def test_each_kind_of_mistake_has_a_name_of_its_own_and_each_register_has_five_or_more():
    assert len({kind.id for kind in REGISTER_DEFECTS}) == len(REGISTER_DEFECTS) >= 80
    counts = pd.Series([kind.table for kind in REGISTER_DEFECTS]).value_counts()
    assert set(counts.index) == set(REGISTERS)
    assert counts.min() >= 5


def test_a_sample_too_small_for_a_mistake_is_refused(tmp_path, repository, fields):
    told = {"plans": 1000, "seed": 7, "census": CENSUS, "fields": fields, "defects": True}
    programme = drawn_programme(repository)
    short = programme.agreement.model_copy(update={"milestones": programme.agreement.milestones[:3]})
    with pytest.raises(Refusal, match="too small for the defect"):
        write_sample(tmp_path, shape="blade", programme=type(programme)(programme.quarter, short, programme.grant), **told)
