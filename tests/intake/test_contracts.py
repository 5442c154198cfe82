"""A contract says what every row holds, finds what does not, and lets no value of a child out."""

import pandas as pd
import pandera.pandas as pandera
import pytest

from svip_lib.config.fields import read_codes, read_fields
from svip_lib.intake.contracts import CONTRACTS, DTYPES, TECHNICAL, Milestones, Person, Requests, SenNeed, breach, faults


@pytest.fixture(scope="module")
def fields(repository):
    return read_fields(repository / "data" / "dictionary")


@pytest.fixture(scope="module")
def codes(repository):
    return read_codes(repository / "data" / "dictionary")


@pytest.fixture
def needs():
    """Three needs of two plans, without a fault, under an index that repeats itself."""
    cells = {"senneedtableid": list("123"), "activeplanstableid": list("778"), "sentype": ["ASD", "MLD", "ASD"]}
    return pd.DataFrame(cells, index=[5, 5, 5]).assign(sentyperank=pd.array([1, 2, 1], dtype="Int64"))


@pytest.fixture
def schema(fields, codes):
    return SenNeed.schema(fields["senneed"], codes, 2025)


def told(schema, table):
    return list(faults(schema, table).itertuples(index=False, name=None))


def test_every_table_of_the_field_table_has_a_contract_that_says_what_one_row_is(fields):
    # The list of schools is looked things up in, and nothing of it is counted; its columns are checked as it is read.
    assert set(CONTRACTS) == set(fields) - {"figures", "establishments"}
    for table, contract in CONTRACTS.items():
        assert contract.__doc__.startswith("One row is "), table
        assert set(contract.key) <= set(fields[table]), table
        if contract.parent:
            assert f"{contract.parent}tableid" in fields[table], table


@pytest.mark.parametrize("table", CONTRACTS)
def test_columns_come_from_the_field_table(table, fields, codes):
    contract = CONTRACTS[table]
    sent = contract.schema(fields[table], codes, 2025)
    assert list(sent.columns) == [column for column in fields[table] if not column.endswith(TECHNICAL)]
    clean = contract.clean_schema(fields[table], codes, 2025)
    assert not [name for name in clean.columns if name.endswith("tableid") or (name in fields[table] and fields[table][name].personal)]
    assert list(clean.columns)[: len(contract.added)] == list(contract.added)


def test_a_sound_table_has_no_fault_and_a_table_without_rows_neither(schema, needs):
    assert told(schema, needs) == []
    assert told(schema, needs.iloc[:0]) == []


@pytest.mark.parametrize(
    ("column", "cells", "expected"),
    [
        ("sentype", ["ASD", "BESD", "ASD"], [(1, "sentype", "code_unknown_sen_type")]),
        ("sentype", ["ASD", "", "asd"], [(1, "sentype", "required_cell_blank"), (2, "sentype", "code_unknown_sen_type")]),
        ("sentyperank", pd.array([1, None, 1], dtype="Int64"), [(1, "sentyperank", "required_cell_blank")]),
        ("sentyperank", [1, 2, 1], [(-1, "sentyperank", "wrong_type")]),
        ("sentyperank", ["1", "2", "1"], [(-1, "sentyperank", "wrong_type")]),
        ("senneedtableid", ["1", "1", "1"], [(1, "senneedtableid", "duplicate"), (2, "senneedtableid", "duplicate")]),
        ("senneedtableid", ["", "", "3"], [(0, "senneedtableid", "id_blank"), (1, "senneedtableid", "id_blank")]),
    ],
)
def test_each_fault_is_told_once_by_position_column_and_rule(schema, needs, column, cells, expected):
    assert told(schema, needs.assign(**{column: cells})) == expected


def test_text_that_is_kept_as_objects_is_of_the_wrong_type(schema, needs):
    assert told(schema, needs.astype({"sentype": object})) == [(-1, "sentype", "wrong_type")]


def test_a_column_that_is_not_there_is_named(schema, needs):
    assert told(schema, needs.drop(columns="sentype")) == [(-1, "sentype", "column_missing")]


def test_a_record_that_shares_a_key_of_several_columns_is_told_once():
    both = pandera.DataFrameSchema(unique=["school", "type"], report_duplicates="exclude_first")
    table = pd.DataFrame({"school": ["A", "A", "B", "A"], "type": ["unit", "unit", "unit", "special"]})
    assert [(row, rule) for row, _, rule in told(both, table)] == [(1, "duplicate")]


def test_a_column_is_required_only_in_the_years_that_have_it(fields, codes):
    sex = {"sex": fields["person"]["sex"].model_copy(update={"required": True})}
    table = pd.DataFrame({"sex": ["F", ""]})
    assert told(Person.schema(sex, codes, 2025), table) == [(1, "sex", "required_cell_blank")]
    assert told(Person.schema(sex, codes, 2023), table) == []


@pytest.mark.parametrize(
    ("column", "dtype"),
    [("capital_budget", "Int64"), ("planned_date", "datetime64[s]"), ("places", "Float64"), ("title", "str"), ("rag", "str")],
)
def test_a_register_has_a_contract_with_pence_and_days_as_their_types(fields, codes, column, dtype):
    schema = Milestones.schema({column: fields["milestones"][column]}, codes, 2025)
    schema.unique = None
    assert told(schema, pd.DataFrame({column: pd.Series(dtype=dtype)})) == []
    assert told(schema, pd.DataFrame({column: pd.Series(dtype="bool")})) == [(-1, column, "wrong_type")]


def test_a_clean_register_names_nobody(fields, codes):
    assert not {"owner", "comment"} & set(Milestones.clean_schema(fields["milestones"], codes, 2025).columns)


def test_a_column_too_many_breaks_a_clean_table_and_the_message_holds_no_value(fields, codes):
    columns = fields["requests"]
    schema = Requests.clean_schema(columns, codes, 2025)
    dtypes = {name: DTYPES[columns[name].type] if name in columns else Requests.added[name] for name in schema.columns}
    table = pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in dtypes.items()})
    assert told(schema, table) == []
    found = faults(schema, table.assign(surname=pd.Series(["Quillfeather"])))
    assert (found["rule"] == "column_unexpected").sum() == 1
    said = str(breach("requests", found))
    assert "The table 'requests' breaks its contract" in said
    assert "surname column_unexpected (1)" in said
    assert "Quillfeather" not in said


def test_a_check_that_fails_by_itself_is_a_mistake_of_ours_and_shows_no_value():
    crashes = pandera.DataFrameSchema({"surname": pandera.Column("str", pandera.Check(lambda cells: cells.astype(int) > 0, error="crash"))})
    with pytest.raises(RuntimeError) as failed:
        faults(crashes, pd.DataFrame({"surname": ["Quillfeather"]}))
    assert str(failed.value) == "A check of the contract failed by itself: crash."
    assert failed.value.__cause__ is None
    assert failed.value.__context__ is None
