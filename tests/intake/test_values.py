"""Cells are read as dates, money, numbers and flags where they can mean one thing, and marked where they cannot."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svip_lib.intake.values import WHY_NOT, parse_dates, parse_flags, parse_integers, parse_money, parse_numbers


def read(parse, *cells) -> pd.DataFrame:
    """What became of each cell: columns values, wrong and rule."""
    return pd.DataFrame(vars(parse(pd.Series(cells, dtype="str"))))


@pytest.mark.parametrize(
    ("cell", "day", "rule"),
    [
        ("2022-09-28", "2022-09-28", "iso"),
        ("2022-9-8", "2022-09-08", "iso"),
        ("2022/09/28", "2022-09-28", "iso"),
        ("2022-09-28 00:00:00", "2022-09-28", "iso"),
        ("2022-09-28T23:59:59", "2022-09-28", "iso"),
        ("2022-09-28T10:11:12.345Z", "2022-09-28", "iso"),
        ("2022-09-28T10:11:12+01:00", "2022-09-28", "iso"),
        ("20220928", "2022-09-28", "iso_compact"),
        ("2022-Sep-28 00:00:00", "2022-09-28", "collect"),
        ("2022-SEP-28", "2022-09-28", "collect"),
        ("28 September 2022", "2022-09-28", "day_month_name"),
        ("28-Sep-2022", "2022-09-28", "day_month_name"),
        ("3 Sept 2022", "2022-09-03", "day_month_name"),
        ("28/09/2022", "2022-09-28", "day_month_year"),
        ("28.09.2022 00:00", "2022-09-28", "day_month_year"),
        ("28–09–2022", "2022-09-28", "day_month_year"),
        ("\u00a028/9/2022 ", "2022-09-28", "day_month_year"),
        ("03/03/2023", "2023-03-03", "day_month_year"),
        ("01/01/1900", "1900-01-01", "day_month_year"),
        ("09/28/2022", "2022-09-28", "month_day_year"),
        ("29/02/2024", "2024-02-29", "day_month_year"),
        ("44832", "2022-09-28", "excel_serial"),
        ("44832.0", "2022-09-28", "excel_serial"),
        ("44832.75", "2022-09-28", "excel_serial"),
    ],
)
def test_a_date_in_a_known_form_is_read(cell, day, rule):
    found = read(parse_dates, cell).iloc[0]
    assert (found["values"], found["wrong"], found["rule"]) == (pd.Timestamp(day), False, rule)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("01/02/2023", "ambiguous_day_month"),
        ("1-2-2023 00:00", "ambiguous_day_month"),
        ("31/02/2023", "no_such_day"),
        ("29/02/2023", "no_such_day"),
        ("2022-13-01", "no_such_day"),
        ("31/31/2022", "no_such_day"),
        ("00/00/0000", "out_of_range"),
        ("0001-01-01", "out_of_range"),
        ("9999-12-31", "out_of_range"),
        ("28/09/22", "two_digit_year"),
        ("28-Sep-22", "two_digit_year"),
        ("2022", "not_a_date"),
        ("887", "not_a_date"),
        ("1234567", "not_a_date"),
        ("28-Xxx-2022", "not_a_date"),
        ("NULL", "not_a_date"),
        ("n/a", "not_a_date"),
        ("-", "not_a_date"),
        ("#REF!", "not_a_date"),
        ("٢٠٢٢-٠٩-٢٨", "not_a_date"),
    ],
)
def test_what_is_not_surely_a_date_is_marked_with_the_reason(cell, why):
    found = read(parse_dates, cell).iloc[0]
    assert pd.isna(found["values"])
    assert (found["wrong"], found["rule"]) == (True, why)


def test_a_day_above_twelve_proves_the_order_for_the_whole_column():
    found = read(parse_dates, "01/02/2023", "25/12/2022", "2022-09-28", "")
    assert found["values"].to_list()[:3] == [pd.Timestamp("2023-02-01"), pd.Timestamp("2022-12-25"), pd.Timestamp("2022-09-28")]
    assert not found["wrong"].any()


@pytest.mark.parametrize("other", ["12/25/2022", "99/02/2022", "2022-12-25", "03/03/2023"])
def test_a_column_that_does_not_prove_day_first_leaves_its_ambiguous_days_unread(other):
    assert read(parse_dates, "01/02/2023", other)["rule"][0] == "ambiguous_day_month"


def test_a_column_with_both_orders_proves_nothing():
    found = read(parse_dates, "01/02/2023", "25/12/2022", "12/25/2022")
    assert found["rule"].to_list() == ["ambiguous_day_month", "day_month_year", "month_day_year"]


@pytest.mark.parametrize(
    ("cell", "pence", "rule"),
    [
        ("1234", 123400, "pounds"),
        ("£1,234.50", 123450, "pounds"),
        ("1,234-", -123400, "pounds"),
        ("(1,234)", -123400, "pounds"),
        ("(£1,234.56)", -123456, "pounds"),
        ("-£5", -500, "pounds"),
        ("£-5.5", -550, "pounds"),
        ("−12", -1200, "pounds"),
        ("–12", -1200, "pounds"),
        ("£ 1,234", 123400, "pounds"),
        ("\u00a01,234\u00a0", 123400, "pounds"),
        (".5", 50, "pounds"),
        ("5.", 500, "pounds"),
        ("0", 0, "pounds"),
        ("007", 700, "pounds"),
        ("1.10", 110, "pounds"),
        ("4.35", 435, "pounds"),
        ("1.2m", 120_000_000, "scaled"),
        ("£12k", 1_200_000, "scaled"),
        ("-0.5K", -50_000, "scaled"),
        ("£1.5bn", 150_000_000_000, "scaled"),
        (" - ", 0, "dash_zero"),
        ("–", 0, "dash_zero"),
        ("£ -", 0, "dash_zero"),
        ("1234.567", 123457, "rounded"),
        ("0.005", 1, "rounded"),
        ("-0.005", -1, "rounded"),
        ("1234.5000000001", 123450, "rounded"),
    ],
)
def test_an_amount_is_read_to_the_penny(cell, pence, rule):
    found = read(parse_money, cell).iloc[0]
    assert (found["values"], found["wrong"], found["rule"]) == (pence, False, rule)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("n/a", "not_money"),
        ("tbc", "not_money"),
        ("£", "not_money"),
        (".", "not_money"),
        ("(5", "not_money"),
        ("5)", "not_money"),
        ("(-5)", "not_money"),
        ("-5-", "not_money"),
        ("--5", "not_money"),
        ("50%", "not_money"),
        ("1e5", "not_money"),
        ("£5 per week", "not_money"),
        ("$5", "not_money"),
        ("#REF!", "not_money"),
        ("1 234", "not_money"),
        ("1,23", "bad_grouping"),
        ("1234,567", "bad_grouping"),
        ("12,34,567", "bad_grouping"),
        ("99999999999999", "too_large"),
        ("99999m9", "not_money"),
        ("99999999999m", "too_large"),
    ],
)
def test_what_is_not_surely_an_amount_is_wrong_and_never_zero(cell, why):
    found = read(parse_money, cell).iloc[0]
    assert pd.isna(found["values"])
    assert (found["wrong"], found["rule"]) == (True, why)


@pytest.mark.parametrize(
    ("cell", "number", "rule"),
    [
        ("7", 7, "integer"),
        ("007", 7, "integer"),
        ("0", 0, "integer"),
        ("-3", -3, "integer"),
        ("1,234", 1234, "integer"),
        ("7.0", 7, "whole_float"),
        ("7.", 7, "whole_float"),
        ("999999999999999999", 999999999999999999, "integer"),
        ("7.5", None, "not_whole"),
        ("7.05", None, "not_whole"),
        ("1,2", None, "bad_grouping"),
        ("1000000000000000000", None, "too_large"),
        ("seven", None, "not_a_number"),
        ("1e3", None, "not_a_number"),
        ("-", None, "not_a_number"),
        ("+7", None, "not_a_number"),
    ],
)
def test_a_whole_number_is_read_or_marked(cell, number, rule):
    found = read(parse_integers, cell).iloc[0]
    assert found["rule"] == rule
    assert found["wrong"] == (number is None)
    assert pd.isna(found["values"]) if number is None else found["values"] == number


@pytest.mark.parametrize(
    ("cell", "number", "rule"),
    [
        ("38", 38, "number"),
        ("38.5", 38.5, "number"),
        ("-0.25", -0.25, "number"),
        ("1,234.5", 1234.5, "number"),
        ("7.", 7, "number"),
        ("12,34", None, "bad_grouping"),
        ("1000000000000000000", None, "too_large"),
        ("£5", None, "not_a_number"),
        ("5%", None, "not_a_number"),
        ("term time", None, "not_a_number"),
        (".5", None, "not_a_number"),
    ],
)
def test_a_number_with_decimals_is_read_or_marked(cell, number, rule):
    found = read(parse_numbers, cell).iloc[0]
    assert found["rule"] == rule
    assert found["wrong"] == (number is None)
    assert pd.isna(found["values"]) if number is None else found["values"] == number


@pytest.mark.parametrize(
    ("cells", "flag"),
    [
        (["1", "1.0", "true", "TRUE", "Yes", "y", "T", " 1 "], True),
        (["0", "0.0", "false", "False", "NO", "n", "f"], False),
        (["2", "-1", "maybe", "-", "NULL", "00", "1.00"], None),
    ],
)
def test_a_flag_is_read_in_each_of_its_forms_or_marked(cells, flag):
    found = read(parse_flags, *cells)
    if flag is None:
        assert found["wrong"].all()
        assert set(found["rule"]) == {"not_a_flag"}
        assert found["values"].isna().all()
    else:
        assert not found["wrong"].any()
        assert (found["values"] == flag).all()


PARSERS = [parse_dates, parse_money, parse_integers, parse_numbers, parse_flags]


@pytest.mark.parametrize("parse", PARSERS)
def test_a_blank_cell_is_missing_and_not_wrong(parse):
    found = read(parse, "", "  ", "\u00a0")
    assert found["values"].isna().all()
    assert not found["wrong"].any()
    assert (found["rule"] == "").all()


@pytest.mark.parametrize("parse", PARSERS)
def test_a_column_without_cells_is_a_column_without_values(parse):
    full, empty = read(parse, "1"), read(parse)
    assert empty.empty
    assert empty.dtypes.to_list() == full.dtypes.to_list()


@pytest.mark.parametrize("parse", PARSERS)
def test_the_index_and_the_name_of_the_cells_are_kept(parse):
    parsed = parse(pd.Series(["1", "x", "1"], index=[7, 7, 3], name="cells", dtype="str"))
    for series in vars(parsed).values():
        assert series.index.to_list() == [7, 7, 3]
        assert series.name == "cells"


SCRAPS = st.sampled_from(
    ["£", "-", "–", "(", ")", ",", ".", "/", "0", "1", "12", "31", "2022", "Sep", "k", "m", " ", "\u00a0", "T", ":", "N", "٣"]
)
CELLS = st.lists(st.one_of(st.text(max_size=12), st.lists(SCRAPS, max_size=9).map("".join)), max_size=8)


@pytest.mark.parametrize("parse", PARSERS)
@settings(deadline=None)  # a busy machine is no mistake
@given(cells=CELLS)
def test_whatever_stands_in_a_cell_it_is_read_marked_or_blank(parse, cells):
    found = read(parse, *cells)
    assert len(found) == len(cells)
    is_blank = found["rule"] == ""
    assert (found["values"].isna() == (found["wrong"] | is_blank)).all()
    assert (found["wrong"] == found["rule"].isin(list(WHY_NOT))).all()


@settings(deadline=None)  # a busy machine is no mistake
@given(st.dates(min_value=pd.Timestamp("1900-01-01").date(), max_value=pd.Timestamp("2100-12-31").date()))
def test_a_day_written_in_five_ways_is_the_same_day(day):
    written = [f"{day:%Y-%m-%d}", f"{day:%Y-%b-%d} 00:00:00", f"{day:%d %B %Y}", f"{day:%Y%m%d}", f"{day:%d/%m/%Y}"]
    found = read(parse_dates, *written, "31/12/2022")
    assert set(found["values"][:5]) == {pd.Timestamp(day)}


@settings(deadline=None)  # a busy machine is no mistake
@given(st.integers(min_value=-(10**14), max_value=10**14))
def test_pence_written_as_pounds_come_back_exactly(pence):
    pounds, rest = divmod(abs(pence), 100)
    sign = "-" if pence < 0 else ""
    found = read(parse_money, f"{sign}£{pounds:,}.{rest:02}", f"{sign}{pounds}.{rest:02}", f"{pounds}.{rest:02}{sign}")
    assert (found["values"] == pence).all()
