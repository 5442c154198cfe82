"""An incoming CSV file is opened as text, or refused with the line on which it is broken."""

import csv

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svip_lib.config.refusal import Refusal
from svip_lib.intake.open import read_cells, read_csv_text


@pytest.fixture
def write(tmp_path):
    def written(content: bytes | str, name: str = "extract.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


def refused(path, **options) -> str:
    with pytest.raises(Refusal) as stop:
        read_csv_text(path, **options)
    return str(stop.value)


def test_every_cell_stays_the_text_that_stands_in_it(write):
    table = read_csv_text(write("id,day,amount,note\n007,01/02/2026,1e5,NA\n008,,x, y \n"))
    assert table.to_dict("list") == {
        "id": ["007", "008"],
        "day": ["01/02/2026", ""],
        "amount": ["1e5", "x"],
        "note": ["NA", " y "],
    }
    assert (table.dtypes == "str").all()


def test_the_index_is_the_line_that_an_editor_shows_also_after_a_cell_with_line_ends(write):
    table = read_csv_text(write('id,note\r\n1,"two\r\nlines"\r\n\r\n2,"said ""so"""\r\n'))
    assert table.index.to_list() == [2, 5]
    assert table["note"].to_list() == ["two\r\nlines", 'said "so"']


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.text("ab,\"\n é£'", max_size=5), st.text("1x\n", max_size=3)), max_size=6))
def test_whatever_a_csv_writer_writes_comes_back_the_same(tmp_path, records):
    path = tmp_path / "drawn.csv"
    numbered = [(str(number), *cells) for number, cells in enumerate(records)]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "text", "figure"), *numbered])
    table = read_csv_text(path)
    assert list(table.itertuples(index=False, name=None)) == numbered
    lines = path.read_bytes().split(b"\n")
    assert all(lines[line - 1].startswith(number.encode() + b",") for line, number in table["id"].items())


@pytest.mark.parametrize("quote", ["", '"'])
def test_lines_without_a_value_are_passed_over_and_counted(write, quote):
    table = read_csv_text(write(f"a,b\n\n,\n1,{quote}2{quote}\n\n"))
    assert table.to_dict("index") == {4: {"a": "1", "b": "2"}}


def test_the_heading_is_stripped_and_loses_its_byte_order_mark(write):
    table = read_csv_text(write(b"\xef\xbb\xbf time_period , ehcplans\n202425,3041\n"))
    assert table.columns.to_list() == ["time_period", "ehcplans"]
    assert table.attrs["encoding"] == "utf-8-sig"


def test_a_file_saved_by_excel_in_cp1252_keeps_its_characters(write):
    table = read_csv_text(write("name,cost\nSt Mary’s,£5 – £6\n".encode("cp1252")))
    assert table.loc[2].to_list() == ["St Mary’s", "£5 – £6"]
    assert table.attrs["encoding"] == "cp1252"


def test_a_column_that_stands_twice_is_kept_apart_and_reported(write):
    table = read_csv_text(write("a,review,b,review\n1,2,3,4\n"))
    assert table.columns.to_list() == ["a", "review", "b", "review (2)"]
    assert table.attrs["repeated_columns"] == ["review"]


def test_columns_without_a_name_are_called_after_their_position(write):
    assert read_csv_text(write("a,,\n1,2,3\n")).columns.to_list() == ["a", "column 2", "column 3"]


def test_a_heading_alone_is_a_table_without_records(write):
    table = read_csv_text(write("a,b\n"))
    assert table.shape == (0, 2)
    assert table.columns.to_list() == ["a", "b"]


def test_cells_can_be_read_under_a_title(write):
    cells = read_cells(write('"Table 1, a title",,\n,,\nAuthority,2023,2024\n'))
    assert cells.index.to_list() == [1, 3]
    assert cells.loc[3].to_list() == ["Authority", "2023", "2024"]


@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize(
    ("last", "cells"),
    [("3,4", 2), ("3", 1), ("3,4,5,6", 4)],
)
def test_a_record_that_is_cut_off_or_too_long_is_refused_with_its_line(write, quote, last, cells):
    message = refused(write(f"a,b,c\n1,{quote}2{quote},3\n{last}"))
    assert "extract.csv, line 3" in message
    assert f"{cells} cells and the heading has 3" in message


def test_a_quote_that_is_never_closed_is_refused_with_the_line_where_its_record_begins(write):
    message = refused(write('a,b\n1,"2"\n3,"4\n5,6\n7,8\n'))
    assert "line 3" in message
    assert "not closed" in message


def test_a_quote_that_is_closed_within_a_cell_is_refused(write):
    assert "line 2" in refused(write('a,b\n1,"2"x\n3,4\n'))


def test_a_file_that_was_cut_within_a_quoted_cell_is_refused(write):
    whole = 'a,b\n1,"Kingston upon Hull, City of"\n2,"Bristol, City of"\n'
    assert "line 3" in refused(write(whole[:-8]))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n\n", "empty"),
        (b"\n\na,b\n1,2\n", "first line is empty"),
        (b"a,b\n1,\0\n", "binary"),
        ("a,b\n1,2\n".encode("utf-16"), "binary"),
        (b"PK\x03\x04\x14\0\0\0", "binary"),
        (b"a,b\n1,\x81\n", "neither UTF-8 nor cp1252"),
    ],
)
def test_what_is_not_text_is_refused_and_told_what_to_do(write, content, words):
    message = refused(write(content))
    assert words in message
    assert "extract.csv" in message
    assert message.endswith(".")


def test_a_binary_byte_is_refused_with_its_line(write):
    assert "line 3" in refused(write(b"a,b\n1,2\n3,\0\n"))


def test_a_file_over_the_limit_is_refused_before_it_is_read(write):
    assert "0.0 MB" in refused(write("a,b\n1,2\n"), size_limit=7)
    assert len(read_csv_text(write("a,b\n1,2\n"), size_limit=8)) == 1


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert "cannot be opened" in refused(tmp_path / "nowhere.csv")
    assert "cannot be opened" in refused(tmp_path)
