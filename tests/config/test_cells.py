"""What a spreadsheet could run is text, and nothing else is touched."""

import csv
import io
import unicodedata

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from svip_lib.config.cells import as_csv, harmless


@given(st.text())
def test_no_text_begins_like_a_formula_or_out_of_sight_and_none_is_changed_otherwise(text):
    cell = harmless(text)
    assert cell in (text, f"'{text}")
    first = unicodedata.normalize("NFKC", cell).lstrip(" ")[:1]
    assert not first or (first not in "=+-@" and not unicodedata.category(first).startswith("C"))
    assert harmless(cell) == cell


@given(st.sampled_from("=+-@\uff1d\uff0b\uff0d\uff20\t\r\n\0\x1b\u200b\u202e"), st.text(), st.sampled_from(["", " ", "\N{NO-BREAK SPACE}"]))
def test_what_begins_so_is_marked_also_behind_blanks_and_in_wide_letters(first, rest, before):
    assert harmless(before + first + rest) == "'" + before + first + rest


@given(st.one_of(st.integers(), st.floats(allow_nan=False), st.none(), st.booleans()))
def test_numbers_stay_numbers(value):
    assert harmless(value) is value


@pytest.mark.parametrize("text", ["", "Medway", "[c]", "a=b", "\N{MINUS SIGN}337", "1.2.3 Top-up funding", "'quoted'"])
def test_other_text_stays_as_it_is(text):
    assert harmless(text) == text


@given(st.lists(st.tuples(st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"])), st.integers(-9, 9)), min_size=1))
def test_a_table_is_written_so_that_it_is_read_back_cell_by_cell(rows):
    table = pd.DataFrame(rows, columns=["words", "number"])
    read = list(csv.reader(io.StringIO(as_csv(table).decode(), newline="")))
    assert read == [["words", "number"], *([harmless(words), str(number)] for words, number in rows)]
