"""Quarters, years and census days: the bridge between the financial, academic and calendar year.

Money is told by financial year (April to March), the January census by academic year (September to August), requests and
new plans by calendar year. DfE writes the first two as six digits (``202526``) and the third as four (``2025``).
"""

import csv
import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from svip_lib.config.refusal import Refusal

QUARTER_PATTERN = re.compile(r"(20\d\d)-(\d\d)-Q([1-4])")
ACADEMIC, CALENDAR, FINANCIAL, QUARTERLY = "Academic year", "Calendar year", "Financial year", "Financial quarter"
SEPTEMBER, APRIL = 9, 4
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
# Months of the first academic year that fall into the financial year: places change in September, after 16 in August.
OLD_MONTHS = {"pre-16": 5, "post-16": 4}
MONTHS_OF_A_YEAR = 12
SIX_DIGITS = 6  # the length of a year that spans two calendar years, as DfE writes it


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter of a financial year; the first runs from April to June.

    Example:
        >>> quarter = Quarter.parse("2025-26-Q4")
        >>> str(quarter), quarter.first_day, quarter.last_day
        ('2025-26-Q4', datetime.date(2026, 1, 1), datetime.date(2026, 3, 31))
        >>> str(quarter.previous), str(quarter.year_before)
        ('2025-26-Q3', '2024-25-Q4')
    """

    start_year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Quarter":
        """Return the quarter written as ``2025-26-Q4``.

        Raises:
            Refusal: When the text is not of that form, or its two years do not follow one another.
        """
        found = QUARTER_PATTERN.fullmatch(str(text))
        if not found or int(found[2]) != (int(found[1]) + 1) % 100:
            raise Refusal(f"'{text}' is not a quarter.", remedy="Write the financial year and the quarter, as in 2025-26-Q4.")
        return cls(int(found[1]), int(found[3]))

    def __str__(self) -> str:
        """The quarter as it is written on the command line and in folder names."""
        return f"{self.start_year}-{(self.start_year + 1) % 100:02d}-Q{self.number}"

    @property
    def first_day(self) -> date:
        """The first day of the quarter."""
        month = 3 * self.number + 1
        return date(self.start_year + month // 13, (month - 1) % 12 + 1, 1)

    @property
    def last_day(self) -> date:
        """The last day of the quarter."""
        return self.next.first_day - timedelta(days=1)

    @property
    def next(self) -> "Quarter":
        """The quarter that follows."""
        return Quarter(self.start_year + self.number // 4, self.number % 4 + 1)

    @property
    def previous(self) -> "Quarter":
        """The quarter before."""
        return Quarter(self.start_year - (self.number == 1), (self.number - 2) % 4 + 1)

    @property
    def year_before(self) -> "Quarter":
        """The same quarter of the year before."""
        return Quarter(self.start_year - 1, self.number)

    @property
    def financial_year(self) -> str:
        """The financial year in DfE's six digits."""
        return six_digits(self.start_year)

    @property
    def code(self) -> str:
        """The quarter as figures name it: the financial year in DfE's digits, and the quarter.

        Example:
            >>> Quarter(2025, 4).code
            '202526Q4'
        """
        return f"{self.financial_year}Q{self.number}"

    @classmethod
    def of(cls, day: date) -> "Quarter":
        """Return the quarter in which a day lies.

        Example:
            >>> str(Quarter.of(date(2026, 3, 31))), str(Quarter.of(date(2025, 4, 1)))
            ('2025-26-Q4', '2025-26-Q1')
        """
        return cls(day.year - (day.month < APRIL), (day.month - APRIL) // 3 % 4 + 1)

    @classmethod
    def from_code(cls, code: str) -> "Quarter":
        """Return the quarter that figures name so."""
        return cls(int(code[:4]), int(code[-1]))

    @property
    def months(self) -> str:
        """The quarter's months in words: ``January to March 2026``."""
        return f"{self.first_day:%B} to {self.last_day:%B %Y}"

    @property
    def academic_year(self) -> str:
        """The academic year in which the quarter ends, in DfE's six digits."""
        return academic_year_of(self.last_day)

    @property
    def label(self) -> str:
        """The quarter in words, with its months.

        Example:
            >>> Quarter(2025, 4).label
            'Quarter 4 of 2025-26 (January to March 2026)'
        """
        return f"Quarter {self.number} of {self.start_year}-{(self.start_year + 1) % 100:02d} ({self.months})"


def over_financial_year(first: float, second: float, old_months: float) -> float:
    """Return the places of a financial year from those of the two academic years that it crosses; single numbers or columns.

    Example:
        >>> [round(over_financial_year(497, 541, OLD_MONTHS["pre-16"]), 2), over_financial_year(130, 145, OLD_MONTHS["post-16"])]
        [522.67, 140.0]
    """
    return (first * old_months + second * (MONTHS_OF_A_YEAR - old_months)) / MONTHS_OF_A_YEAR


def six_digits(start_year: int) -> str:
    """Return a year that spans two calendar years as DfE writes it.

    Example:
        >>> six_digits(2025)
        '202526'
    """
    return f"{start_year}{(start_year + 1) % 100:02d}"


def academic_year_of(day: date) -> str:
    """Return the academic year (September to August) of a day.

    Example:
        >>> academic_year_of(date(2026, 1, 15)), academic_year_of(date(2025, 9, 1)), academic_year_of(date(2025, 8, 31))
        ('202526', '202526', '202425')
    """
    return six_digits(day.year - (day.month < SEPTEMBER))


def january_of(academic_year: str) -> int:
    """Return the calendar year of the January census that falls into an academic year.

    Example:
        >>> january_of("202526")
        2026
    """
    return int(academic_year[:4]) + 1


def academic_year_of_january(year: int) -> str:
    """Return the academic year into which the January census of a calendar year falls.

    Example:
        >>> academic_year_of_january(2026)
        '202526'
    """
    return six_digits(year - 1)


def period_label(time_period: str, time_identifier: str) -> str:
    """Return a period in the words that a reader uses: a census month, a calendar year, a financial year or the months of a quarter.

    Example:
        >>> period_label("202526", "Academic year"), period_label("2025", "Calendar year"), period_label("202526", "Financial year")
        ('January 2026', '2025', '2025-26')
        >>> period_label("202526Q4", "Financial quarter")
        'January to March 2026'
    """
    if time_identifier == QUARTERLY:
        return Quarter.from_code(time_period).months
    if time_identifier == ACADEMIC:
        return f"January {january_of(time_period)}"
    return f"{time_period[:4]}-{time_period[4:]}" if time_identifier == FINANCIAL else time_period


def day_label(day: date) -> str:
    """Return a day as it is written in a British paper.

    Example:
        >>> day_label(date(2026, 1, 5))
        '5 January 2026'
    """
    return f"{day.day} {day:%B %Y}"


def read_census_dates(path: Path) -> dict[int, date]:
    """Return the day of each January census. The days are looked up and not computed: DfE has moved them before (2021).

    Args:
        path: A CSV file with the columns ``census_date`` (ISO) and ``source``.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            days = [date.fromisoformat(row["census_date"]) for row in csv.DictReader(file)]
    except (FileNotFoundError, KeyError, ValueError) as mistake:
        raise Refusal(
            f"The census days cannot be read ({mistake}).", file=path, remedy="Give a column census_date with days as 2026-01-15."
        ) from None
    return {day.year: day for day in days}
