"""Reads the text of cells as dates, money, whole numbers and yes or no, and says by which rule, or why not.

A cell is read only where it can mean one thing. What is not understood is marked, never taken for nothing or for zero.
Every text that occurs is read once however often it stands in the column, so that a national return takes seconds.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from svip_lib.config.periods import MONTHS

WHY_NOT = {
    "ambiguous_day_month": "Day and month could be exchanged, and no other date of the column shows their order.",
    "two_digit_year": "The year has two digits, so the century is not said.",
    "no_such_day": "The calendar has no such day.",
    "out_of_range": "The year is before 1900 or after 2100.",
    "not_a_date": "This is not a date in a form that is known.",
    "not_money": "This is not an amount in a form that is known.",
    "bad_grouping": "The commas do not part thousands.",
    "too_large": "The number is larger than any that is meant here.",
    "not_whole": "The number is not whole.",
    "not_a_number": "This is not a number in a form that is known.",
    "not_a_flag": "This is neither yes nor no in a form that is known.",
}

LONG_MONTHS = "january february march april may june july august september october november december".split()
MONTH_NUMBERS = {name: number % 12 + 1 for number, name in enumerate(MONTHS + LONG_MONTHS)} | {"sept": 9}

TIME = r"(?:[T ] *[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?: ?[AP]M|Z|[+-][0-9]{2}:?[0-9]{2})?)?"
DATE_FORMS = {
    "iso": rf"(?P<year>[0-9]{{4}})[-/](?P<month>[0-9]{{1,2}})[-/](?P<day>[0-9]{{1,2}}){TIME}",
    "iso_compact": r"(?P<year>[12][0-9]{3})(?P<month>[0-9]{2})(?P<day>[0-9]{2})",
    "collect": rf"(?P<year>[0-9]{{4}})-(?P<month>[A-Z]{{3}})-(?P<day>[0-9]{{1,2}}){TIME}",
    "day_month_name": rf"(?P<day>[0-9]{{1,2}})[ /-](?P<month>[A-Z]{{3,9}})[ /-](?P<year>[0-9]{{4}}){TIME}",
}
SLASHED = rf"(?P<first>[0-9]{{1,2}})[./-](?P<second>[0-9]{{1,2}})[./-](?P<year>[0-9]{{4}}){TIME}"
SHORT_YEAR = rf"[0-9]{{1,2}}[./ -](?:[0-9]{{1,2}}|[A-Z]{{3,9}})[./ -][0-9]{{2}}{TIME}"
# Five digits are a day between 1927 and 2100 as Excel counts them; a year or a code has fewer or more.
SERIAL = r"(?P<days>[1-7][0-9]{4})(?:\.[0-9]+)?"
EXCEL_BEGINS = pd.Timestamp("1899-12-30")
YEARS = range(1900, 2101)
LAST_MONTH, LAST_DAY = 12, 31

MONEY = (
    r"(?P<open>\()? *(?P<before>-)? *£? *(?P<inner>-)? *(?P<whole>[0-9][0-9,]*)?(?:\.(?P<part>[0-9]*))? *"
    r"(?P<scale>k|m|bn)? *(?P<after>-)? *(?P<close>\))?"
)
SCALES = {"": 0, "k": 3, "m": 6, "bn": 9}
POWERS = 10 ** np.arange(0, 19, dtype="int64")
# Pence are kept as whole numbers; ten million million pounds are beyond every budget and within 64 bits.
MONEY_DIGITS, FRACTION_DIGITS = 13, 11

INTEGER = r"(?P<sign>-)?(?P<whole>[0-9][0-9,]*)(?P<part>\.[0-9]*)?"
INTEGER_DIGITS = 18
GROUPED = r"[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+"
FLAGS = {"1": True, "0": False, "1.0": True, "0.0": False}
FLAG_WORDS = {"true": True, "false": False, "yes": True, "no": False, "y": True, "n": False, "t": True, "f": False}


@dataclass(frozen=True)
class Parsed:
    """A column as values; each series has the index of the cells.

    Args:
        values: The values, missing where a cell is blank or could not be read.
        wrong: True for a cell that is not blank and could not be read.
        rule: By which rule a cell was read, or, as a key of ``WHY_NOT``, why not; empty for a blank cell.
    """

    values: pd.Series
    wrong: pd.Series
    rule: pd.Series


def parse_dates(cells: pd.Series) -> Parsed:
    """Return the days that the cells name; a time of day is left out.

    A day and month that could be exchanged (``01/02/2023``) are read day first if the same column holds a day above 12 in the
    first place and none in the second; otherwise they are not read. Day first is proven by the column, never assumed.

    Args:
        cells: Text; an empty string is a blank cell.

    Returns:
        Values as ``datetime64``. Rules: ``iso``, ``iso_compact``, ``collect`` (2022-Sep-28), ``day_month_name``,
        ``day_month_year``, ``month_day_year`` (only where the day is above 12) and ``excel_serial``.

    Example:
        >>> parse_dates(pd.Series(["2022-Sep-28 00:00:00", "44832", "31/02/2023", ""])).rule.to_list()
        ['collect', 'excel_serial', 'no_such_day', '']
    """
    return _parse(cells, _read_dates)


def parse_money(cells: pd.Series) -> Parsed:
    """Return the amounts in pence.

    Args:
        cells: Text such as ``£1,234.50``, ``1,234-``, ``(1,234)``, ``£1.2m``, ``12k``; a dash alone is zero.

    Returns:
        Values as ``Int64``, in pence. Rules: ``pounds``, ``scaled`` (k, m or bn), ``dash_zero`` and ``rounded`` (the cell says
        more than pence; halves are rounded away from zero).

    Example:
        >>> parse_money(pd.Series(["£1,234.50", "(12)", "1.2m", "n/a"])).values.to_list()
        [123450, -1200, 120000000, <NA>]
    """
    return _parse(cells, _read_money)


def parse_integers(cells: pd.Series) -> Parsed:
    """Return whole numbers; ``7.0``, as a spreadsheet writes it, is one, and ``7.5`` is not.

    Args:
        cells: Text; commas may part thousands.

    Returns:
        Values as ``Int64``. Rules: ``integer`` and ``whole_float``.
    """
    return _parse(cells, _read_integers)


def parse_numbers(cells: pd.Series) -> Parsed:
    """Return numbers with or without decimals.

    Args:
        cells: Text; commas may part thousands, and a full stop is the decimal point.

    Returns:
        Values as ``Float64``. Rule: ``number``.

    Example:
        >>> parse_numbers(pd.Series(["1,250", "38.5", "term"])).values.to_list()
        [1250.0, 38.5, <NA>]
    """
    return _parse(cells, _read_numbers)


def parse_flags(cells: pd.Series) -> Parsed:
    """Return yes and no.

    Args:
        cells: Text such as ``1``, ``0.0``, ``true``, ``N``.

    Returns:
        Values as ``boolean``. Rules: ``digit`` and ``word``.
    """
    return _parse(cells, _read_flags)


def _parse(cells: pd.Series, read: Callable[[pd.Series], tuple[pd.Series, pd.Series]]) -> Parsed:
    """Read each text that occurs once, and hand its value to every cell that holds it."""
    numbers, texts = pd.factorize(cells.fillna("").astype("str"))
    # Dashes and spaces come in many shapes from Word and Excel; the forms below know one of each.
    tidy = pd.Series(texts, dtype=object).str.replace("[\u2010-\u2015\u2212]", "-", regex=True)
    tidy = tidy.str.replace("[\u00a0\u2007\u202f\u200b\ufeff]", " ", regex=True).str.strip()
    values, rule = read(tidy)
    rule = rule.mask(tidy == "", "").astype("str")
    wrong = rule.isin(list(WHY_NOT))

    def spread(series: pd.Series) -> pd.Series:
        return pd.Series(series.array.take(numbers), index=cells.index, name=cells.name)

    return Parsed(spread(values), spread(wrong), spread(rule))


def _matched(texts: pd.Series, pattern: str) -> pd.DataFrame:
    """The named parts of each text that has the whole form; missing in the others."""
    return texts.str.extract(rf"\A{pattern}\Z", flags=re.IGNORECASE | re.ASCII)


def _has_form(texts: pd.Series, pattern: str) -> pd.Series:
    return texts.str.fullmatch(pattern, flags=re.IGNORECASE | re.ASCII, na=False).astype(bool)


def _read_dates(texts: pd.Series) -> tuple[pd.Series, pd.Series]:
    rule = pd.Series("not_a_date", index=texts.index, dtype=object)
    parts = np.full((len(texts), 3), np.nan)  # year, month, day
    for name, form in DATE_FORMS.items():
        found = _matched(texts, form)
        month = found["month"].str.lower().map(MONTH_NUMBERS) if "[A-Z]" in form else found["month"]
        hit = (found["day"].notna() & month.notna()).to_numpy()
        parts[hit] = found.assign(month=month).loc[hit, ["year", "month", "day"]].astype("float64")
        rule[hit] = name
    slashed = _matched(texts, SLASHED).astype("float64")
    first, second = slashed["first"], slashed["second"]
    day_first = first.between(LAST_MONTH + 1, LAST_DAY) & (second <= LAST_MONTH)
    month_first = second.between(LAST_MONTH + 1, LAST_DAY) & (first <= LAST_MONTH)
    open_order = (first <= LAST_MONTH) & (second <= LAST_MONTH) & (first != second)
    proven = day_first.any() and not month_first.any()
    hit = first.notna().to_numpy()
    ordered = np.column_stack([slashed["year"], second.mask(month_first, first), first.mask(month_first, second)])
    parts[hit] = ordered[hit]
    rule[hit] = "day_month_year"
    rule[month_first] = "month_day_year"

    year = pd.Series(parts[:, 0], index=texts.index)
    dated = pd.DataFrame(parts, columns=["year", "month", "day"])
    values = pd.Series(pd.to_datetime(dated, errors="coerce").to_numpy("datetime64[s]"), index=texts.index)
    rule[year.notna() & values.isna()] = "no_such_day"
    rule[year.notna() & ~year.isin(YEARS)] = "out_of_range"
    if not proven:
        rule[open_order & (rule == "day_month_year")] = "ambiguous_day_month"
    days = _matched(texts, SERIAL)["days"].astype("float64").where(rule == "not_a_date")
    values = values.mask(days.notna(), EXCEL_BEGINS + pd.to_timedelta(days.fillna(0), unit="D"))
    rule[days.notna()] = "excel_serial"
    rule[(rule == "not_a_date") & _has_form(texts, SHORT_YEAR)] = "two_digit_year"
    return values.mask(rule.isin(list(WHY_NOT))), rule


def _read_money(texts: pd.Series) -> tuple[pd.Series, pd.Series]:
    found = _matched(texts, MONEY).fillna("")
    digits = found["whole"].str.replace(",", "").str.lstrip("0")
    signs = (found[["before", "inner", "after"]] != "").sum(axis=1) + (found["open"] != "")
    formed = ((found["whole"] + found["part"]) != "") & (signs <= 1) & ((found["open"] != "") == (found["close"] != ""))
    power = found["scale"].str.lower().map(SCALES).astype("int64")
    grouped = (found["whole"] == "") | _has_form(found["whole"], GROUPED)
    small = digits.str.len() + power <= MONEY_DIGITS
    rule = pd.Series("pounds", index=texts.index, dtype=object).mask(power > 0, "scaled")

    read = formed & grouped & small
    whole = pd.to_numeric(digits.where(read, "").replace("", "0")).astype("int64")
    part = pd.to_numeric(found["part"].where(read, "").str[:FRACTION_DIGITS].str.ljust(FRACTION_DIGITS, "0")).astype("int64")
    power = power.where(read, 0).to_numpy()
    step = POWERS[FRACTION_DIGITS - 2 - power]
    pence = whole * POWERS[2 + power] + (part + step // 2) // step
    rule = rule.mask(part % step != 0, "rounded")
    zero = _has_form(texts, "£? *-{1,2}")
    values = pence.where(signs == 0, -pence).astype("Int64").where(read).mask(zero, 0)
    rule = rule.mask(~small, "too_large").mask(~grouped, "bad_grouping").mask(~formed, "not_money").mask(zero, "dash_zero")
    return values, rule


def _read_integers(texts: pd.Series) -> tuple[pd.Series, pd.Series]:
    found, rule = _formed_numbers(texts)
    is_whole = found["part"].str.strip(".0") == ""
    rule = rule.replace("number", "integer").mask((rule == "number") & (found["part"] != ""), "whole_float")
    rule = rule.mask(~is_whole & ~rule.isin(["bad_grouping", "not_a_number"]), "not_whole")
    digits = (found["sign"] + found["digits"]).where(rule.isin(["integer", "whole_float"]), "")
    return pd.to_numeric(digits).astype("Int64"), rule


def _read_numbers(texts: pd.Series) -> tuple[pd.Series, pd.Series]:
    found, rule = _formed_numbers(texts)
    return pd.to_numeric((found["sign"] + found["digits"] + found["part"]).where(rule == "number")).astype("Float64"), rule


def _formed_numbers(texts: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
    """The parts of each number, and whether it is one."""
    found = _matched(texts, INTEGER).fillna("")
    found["digits"] = found["whole"].str.replace(",", "")
    rule = pd.Series("number", index=texts.index, dtype=object)
    rule = rule.mask(found["digits"].str.lstrip("0").str.len() > INTEGER_DIGITS, "too_large")
    return found, rule.mask(~_has_form(found["whole"], GROUPED), "bad_grouping").mask(found["whole"] == "", "not_a_number")


def _read_flags(texts: pd.Series) -> tuple[pd.Series, pd.Series]:
    digit, word = texts.map(FLAGS), texts.str.lower().map(FLAG_WORDS)
    rule = pd.Series("not_a_flag", index=texts.index, dtype=object).mask(word.notna(), "word").mask(digit.notna(), "digit")
    return digit.where(digit.notna(), word).astype("boolean"), rule
