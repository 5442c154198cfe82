"""The dictionary of fields: what every column of an input table is called, holds and means."""

import pytest

from svip_lib.config.fields import columns_by_heading, plain, read_codes, read_fields
from svip_lib.config.refusal import Refusal

SEN2 = ["sen2", "person", "requests", "assessment", "namedplan", "plandetail", "activeplans", "placementdetail", "senneed"]
HEADING = "table,column,heading,aliases,type,codes,required,since,until,personal,description,source\n"


@pytest.fixture
def dictionary(tmp_path):
    (tmp_path / "codes.csv").write_text("set,code,label,since,until\nsex,F,Female,,\nsex,M,Male,,\n", encoding="utf-8")

    def written(*rows):
        (tmp_path / "fields.csv").write_text(HEADING + "".join(f"{row}\n" for row in rows), encoding="utf-8")
        return tmp_path

    return written


def test_the_dictionary_of_the_project_describes_the_nine_tables_of_the_return(repository):
    fields = read_fields(repository / "data" / "dictionary")
    assert [table for table in fields if table in SEN2] == SEN2
    for table in SEN2:
        assert fields[table][f"{table}tableid"].required
    assert fields["person"]["upn"].personal
    assert not fields["requests"]["requestoutcome"].personal


def test_every_personal_text_of_the_return_is_marked_as_personal(repository):
    fields = read_fields(repository / "data" / "dictionary")
    marked = {(table, column) for table in SEN2 for column, field in fields[table].items() if field.personal}
    assert {("person", name) for name in ("surname", "forename", "personbirthdate", "postcode", "upn", "uniquelearnernumber")} <= marked
    assert {("plandetail", "sensettingother"), ("placementdetail", "sensettingother")} <= marked


def test_a_row_is_read_with_its_aliases_and_years(dictionary):
    field = read_fields(dictionary("person,sex,Sex,gender| Sex of child ,code,sex,no,2024,,no,As recorded,SEN2"))["person"]["sex"]
    assert field.names == ("sex", "Sex", "gender", "Sex of child")
    assert (field.since, field.until, field.required, field.personal) == (2024, None, False, False)
    assert [field.is_of(year) for year in (2023, 2024, 2030)] == [False, True, True]


def test_a_column_that_ended_belongs_to_its_last_year_and_to_none_after(dictionary):
    field = read_fields(dictionary("person,gender,Gender,,code,sex,no,,2023,no,As recorded,SEN2"))["person"]["gender"]
    assert [field.is_of(year) for year in (2022, 2023, 2024)] == [True, True, False]


def test_headings_are_found_whatever_their_case_dashes_and_explanations(dictionary):
    fields = read_fields(dictionary("person,upn,UPN,UPN - Unique Pupil Number,text,,no,,,yes,Pupil number,SEN2"))["person"]
    known = columns_by_heading(fields)
    assert {known[plain(name)] for name in ("Upn", "UPN – Unique Pupil Number\n\n(13 characters)", "UPN (see guide")} == {"upn"}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("person,upn,UPN,,string,,no,,,yes,Pupil number,SEN2", "line 2, column 'type'"),
        ("person,upn,UPN,,text,,maybe,,,yes,Pupil number,SEN2", "line 2, column 'required'"),
        ("person,upn,UPN,,text,,no,later,,yes,Pupil number,SEN2", "line 2, column 'since'"),
        ("Person,upn,UPN,,text,,no,,,yes,Pupil number,SEN2", "line 2, column 'table'"),
        ("person,upn,UPN,,text,,no,,,yes,,SEN2", "line 2, column 'description'"),
        ("person,upn,UPN,,text,,no,,,yes,Pupil number", "line 2: The row has more or fewer cells"),
        ("person,sex,Sex,,code,,no,,,no,As recorded,SEN2", "line 2, column 'codes'"),
        ("person,sex,Sex,,code,sexes,no,,,no,As recorded,SEN2", "'sexes' is not a set of codes"),
        ("person,sex,Sex,,text,sex,no,,,no,As recorded,SEN2", "for a column of type 'text'"),
    ],
)
def test_a_row_that_breaks_the_rules_is_refused_with_its_place(dictionary, row, words):
    with pytest.raises(Refusal) as stop:
        read_fields(dictionary(row))
    assert words in str(stop.value)


def test_a_column_that_stands_twice_is_refused(dictionary):
    row = "person,upn,UPN,,text,,no,,,yes,Pupil number,SEN2"
    with pytest.raises(Refusal, match=r"line 3: 'person\.upn' stands twice"):
        read_fields(dictionary(row, row))


def test_a_name_that_two_columns_of_a_table_share_is_refused_and_in_two_tables_is_not(dictionary):
    upn = "person,upn,UPN,number,text,,no,,,yes,Pupil number,SEN2"
    uln = "{},uln,ULN,Number,text,,no,,,yes,Learner number,SEN2"
    with pytest.raises(Refusal, match=r"line 3, column 'aliases': 'Number' names both 'upn' and 'uln'"):
        read_fields(dictionary(upn, uln.format("person")))
    assert len(read_fields(dictionary(upn, uln.format("pupil")))) == 2


def test_codes_come_by_set_with_their_labels(dictionary):
    assert read_codes(dictionary()) == {"sex": {"F": "Female", "M": "Male"}}


@pytest.mark.parametrize(
    ("line", "words"), [("sex,F,Girl,,", "line 4: 'F' stands twice"), ("sex,,Unknown,,", "line 4, column 'code': The cell is empty")]
)
def test_a_code_that_stands_twice_or_is_empty_is_refused(dictionary, line, words):
    folder = dictionary()
    with (folder / "codes.csv").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    with pytest.raises(Refusal) as stop:
        read_codes(folder)
    assert words in str(stop.value)


def test_a_dictionary_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(Refusal, match="missing"):
        read_fields(tmp_path)
