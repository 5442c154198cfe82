"""A return is cleaned with an account: nothing is lost, nothing is guessed, and no child can be read out of it."""

import re
from datetime import date

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svip_lib.config.fields import read_codes, read_fields
from svip_lib.config.refusal import Refusal
from svip_lib.config.registry import dictionary_rows
from svip_lib.config.tokens import keyed_hash
from svip_lib.intake.account import shape
from svip_lib.intake.cleaning import Clean, clean_return
from svip_lib.intake.open import read_csv_text
from svip_lib.intake.sen2 import read_sen2
from svip_lib.sample import write_sample

CENSUS = date(2025, 1, 16)


@pytest.fixture(scope="module")
def dictionary(repository):
    return repository / "data" / "dictionary"


@pytest.fixture(scope="module")
def fields(dictionary):
    return read_fields(dictionary)


@pytest.fixture(scope="module")
def codes(dictionary):
    return read_codes(dictionary)


def cleaned(folder, fields, codes, **changes) -> Clean:
    schools = read_csv_text(folder / "establishments.csv")
    told = {"la_code": "887", "year": CENSUS.year, "last_day": CENSUS, "key": b"k" * 32, "establishments": schools} | changes
    return clean_return(read_sen2(folder, fields), fields, codes, **told)


def drawn(tmp_path_factory, fields, shape="blade", plans=1200, **more):
    folder = tmp_path_factory.mktemp(shape)
    planted = write_sample(folder, plans=plans, shape=shape, seed=7, census=CENSUS, fields=fields, **more)
    return folder, planted


@pytest.fixture(scope="module")
def sound(tmp_path_factory, fields, codes):
    return cleaned(drawn(tmp_path_factory, fields)[0], fields, codes)


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory, fields, codes):
    folder, planted = drawn(tmp_path_factory, fields, defects=True)
    return folder, planted, cleaned(folder, fields, codes)


def not_found(planted, clean):
    found = set(clean.account[["file", "line", "column", "rule", "level"]].itertuples(index=False, name=None))
    return [defect.kind for defect in planted if (defect.file, defect.line, defect.column, defect.rule, defect.level) not in found]


def test_of_a_sound_return_every_row_is_clean(sound):
    assert (sound.rows["quarantined"] == 0).all()
    assert (sound.rows["rows_in"] == sound.rows["clean"]).all()


def test_a_sound_return_raises_no_false_alarm_but_the_age_at_which_plans_end(sound):
    assert set(sound.account.loc[sound.account["level"] != "repair", "rule"]) <= {"age_outside_0_to_24"}


def test_letters_that_changed_their_meaning_are_counted_once_a_column(sound):
    told = sound.account[sound.account["level"] == "repair"]
    assert told["rule"].to_list() == ["code_changed_meaning"] * 2
    cells = {(row.table, row.column): row.found for row in told.itertuples()}
    letters = {place: (sound.tables[place[0]][place[1]] != "").sum() for place in [("namedplan", "planres"), ("placementdetail", "res")]}
    assert cells == {place: f"{count} cells" for place, count in letters.items()}


def test_every_planted_defect_is_found_at_its_line_and_column_by_its_rule(spoilt):
    _, planted, clean = spoilt
    assert len(planted) >= 116
    assert not_found(planted, clean) == []


@pytest.mark.parametrize("shape", ["xml", "workbook", "template"])
def test_every_planted_defect_is_found_in_the_other_shapes_too(tmp_path_factory, fields, codes, shape):
    folder, planted = drawn(tmp_path_factory, fields, shape=shape, plans=1000, defects=True)
    assert len(planted) >= 95
    assert not_found(planted, cleaned(folder, fields, codes)) == []


def test_a_workbook_without_a_header_is_doubted_in_the_account(tmp_path_factory, fields, codes):
    folder, _ = drawn(tmp_path_factory, fields, shape="workbook", plans=60)
    told = cleaned(folder, fields, codes).account.query("rule == 'header_missing'")
    assert list(told[["level", "table", "file", "line"]].iloc[0]) == ["warn", "sen2", "SEN2_2025_pre-submission.xlsx", 1]


def test_a_flag_that_no_record_has_is_counted_for_every_record(tmp_path_factory, fields, codes):
    folder, _ = drawn(tmp_path_factory, fields, shape="xml", plans=60)
    file = folder / "SEN2_2025.xml"
    file.write_text(re.sub(r"<RYA>\w+</RYA>\n", "", file.read_text(encoding="utf-8")), encoding="utf-8")
    clean = cleaned(folder, fields, codes)
    blank = clean.account[(clean.account["rule"] == "flag_blank") & (clean.account["column"] == "rya")]
    assert len(blank) == clean.rows.set_index("table")["rows_in"]["requests"] > 0
    assert not clean.tables["requests"]["rya"].any()


def test_no_row_is_lost_rows_in_are_rows_clean_and_rows_quarantined(spoilt, fields):
    folder, _, clean = spoilt
    sent = read_sen2(folder, fields)
    for row in clean.rows.itertuples():
        assert row.rows_in == len(sent.tables[row.table])
        assert row.clean == len(clean.tables[row.table])
        assert row.rows_in == row.clean + row.quarantined
        told = clean.account[(clean.account["table"] == row.table) & (clean.account["level"] == "quarantine")]
        assert told.drop_duplicates(["file", "line"]).shape[0] >= row.quarantined


@pytest.mark.parametrize("other", ["xml", "workbook", "template"])
def test_the_four_shapes_of_the_same_children_give_identical_clean_tables(tmp_path_factory, fields, codes, other):
    first = cleaned(drawn(tmp_path_factory, fields, plans=150)[0], fields, codes)
    second = cleaned(drawn(tmp_path_factory, fields, shape=other, plans=150)[0], fields, codes)
    for name, table in first.tables.items():
        order = list(table.columns)
        left = table.sort_values(order, ignore_index=True)
        right = second.tables[name][order].sort_values(order, ignore_index=True)
        pd.testing.assert_frame_equal(left, right, check_dtype=False, obj=name)


def test_nothing_that_names_a_child_survives(spoilt, fields):
    folder, _, clean = spoilt
    sent = read_sen2(folder, fields)
    for name, table in clean.tables.items():
        assert not {column for column, field in fields[name].items() if field.personal} & set(table.columns)
        assert not [column for column in table if column.endswith("tableid")]
    said = clean.account.to_csv() + "".join(table.to_csv() for table in clean.tables.values())
    person = sent.tables["person"]
    for column in ("surname", "forename", "postcode", "upn", "uniquelearnernumber", "personbirthdate"):
        values = {value for value in person[column] if len(value) >= 6}
        assert values, column
        assert not [value for value in values if value in said], column


def test_a_message_about_a_personal_cell_tells_its_shape_and_not_its_value(spoilt):
    _, _, clean = spoilt
    told = clean.account[(clean.account["column"] == "upn") & (clean.account["rule"] == "upn_check_letter")]["found"]
    assert len(told) == 1
    assert re.fullmatch(r"A9{11}[A9]", told.iloc[0])


def test_the_same_child_has_one_hash_a_key_and_another_under_another_key():
    numbers = pd.Series(["A999000000001", "B999000000002", "A999000000001"])
    hashes = keyed_hash(numbers, b"k" * 32)
    assert hashes[0] == hashes[2] != hashes[1]
    assert not set(hashes) & set(keyed_hash(numbers, b"l" * 32))


def test_two_children_under_one_number_are_told_apart(tmp_path_factory, fields, codes):
    folder, _ = drawn(tmp_path_factory, fields, plans=60)
    file = next(folder.glob("*_person.csv"))
    table = pd.read_csv(file, dtype="str", keep_default_na=False)
    given = table.index[table["upn"] != ""]
    table.loc[given[1], "upn"] = table.loc[given[0], "upn"]
    table.to_csv(file, index=False)
    clean = cleaned(folder, fields, codes)
    assert clean.tables["person"]["child"].is_unique
    assert (clean.account["rule"] == "upn_twice").sum() == 1


def test_a_date_of_birth_is_kept_as_the_school_year_of_birth_and_nothing_finer(sound):
    born = sound.tables["person"]["birth_year"]
    assert born.between(1998, 2025).all()
    assert (born % 1 == 0).all()


@pytest.mark.parametrize(("changes", "told"), [({"la_code": "886"}, "of authority 887, not 886"), ({"year": 2026}, "of 2025, not 2026")])
def test_the_return_of_another_council_or_year_stops_everything(tmp_path_factory, fields, codes, changes, told):
    folder, _ = drawn(tmp_path_factory, fields, plans=60)
    with pytest.raises(Refusal, match=told):
        cleaned(folder, fields, codes, **changes)


def test_every_rule_that_can_be_found_says_what_it_means_and_what_to_do(spoilt, dictionary):
    rules = {row["rule"] for _, row in dictionary_rows(dictionary / "rules.csv", "rule", "says", "remedy")}
    assert set(spoilt[2].account["rule"]) <= rules
    assert {defect.rule for defect in spoilt[1]} <= rules


def test_a_shape_says_nothing_of_what_the_cell_says():
    assert shape(pd.Series(["Müller 12a", "", "ZZ99 9ZZ", "Жанна"])).to_list() == ["Aaaaaa 99a", "", "AA99 9AA", "aaaaa"]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_stands_in_a_cell_nothing_is_lost_and_no_traceback_is_shown(tmp_path_factory, fields, codes, data):
    folder, _ = drawn(tmp_path_factory, fields, plans=25)
    sent = read_sen2(folder, fields)
    for name in ("person", "requests", "assessment", "namedplan", "activeplans", "placementdetail", "senneed"):
        table = sent.tables[name]
        column = data.draw(st.sampled_from([column for column in table if column not in ("file", "line")]))
        row = data.draw(st.integers(0, len(table) - 1))
        table[column] = table[column].astype(object)
        table.iloc[row, table.columns.get_loc(column)] = data.draw(st.text(max_size=14))
        table[column] = table[column].astype("str")
    sizes = {name: len(table) for name, table in sent.tables.items()}
    try:
        clean = clean_return(sent, fields, codes, la_code="887", year=CENSUS.year, last_day=CENSUS, key=b"k" * 32)
    except Refusal:
        return
    assert all(row.rows_in == sizes[row.table] == row.clean + row.quarantined for row in clean.rows.itertuples())
