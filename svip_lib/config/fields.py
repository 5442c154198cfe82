"""What each column of an input table is called, holds and means: read from ``data/dictionary/fields.csv`` and ``codes.csv``.

Readers, checks, the sampler and the printed dictionary draw on these two files, so that no list of columns is kept twice.
"""

import re
from pathlib import Path
from typing import Annotated, Literal

import pydantic
from pydantic import BeforeValidator

from svip_lib.config.refusal import Refusal
from svip_lib.config.registry import dictionary_rows, validated
from svip_lib.config.yaml_file import Entry

NAME = r"^[a-z][a-z0-9_]*$"
Year = Annotated[int | None, BeforeValidator(lambda cell: cell or None)]
YesNo = Annotated[bool, BeforeValidator(lambda cell: {"yes": True, "no": False}.get(cell, cell))]


class Field(Entry):
    """One column of one input table; ``since`` and ``until`` are the census years in which the collection has it."""

    table: str = pydantic.Field(pattern=NAME)
    column: str = pydantic.Field(pattern=NAME)
    heading: str = pydantic.Field(min_length=1)
    aliases: Annotated[tuple[str, ...], BeforeValidator(lambda cell: tuple(part.strip() for part in cell.split("|") if part.strip()))]
    type: Literal["text", "date", "datetime", "integer", "number", "money", "flag", "code"]
    codes: str
    required: YesNo
    since: Year
    until: Year
    personal: YesNo
    description: str = pydantic.Field(min_length=3)
    source: str = pydantic.Field(min_length=3)

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that the column may be called in a file, our own name first."""
        return (self.column, self.heading, *self.aliases)

    def is_of(self, year: int) -> bool:
        """Whether the collection of that census year has the column."""
        return (self.since or year) <= year <= (self.until or year)


Fields = dict[str, dict[str, Field]]  # the fields of each table, by column
Codes = dict[str, dict[str, str]]  # the label of each code, by set


def plain(heading: str) -> str:
    """Return what two spellings of one heading share: letters and digits, without what is explained in brackets.

    Example:
        >>> plain("Person ID (This must be a unique ID for each Person record)")
        'personid'
        >>> plain("SEN Setting – Establishment type") == plain("sen setting - establishment type")
        True
    """
    return re.sub(r"[^a-z0-9]", "", re.sub(r"\([^)]*\)?", "", heading).casefold())


def columns_by_heading(columns: dict[str, Field]) -> dict[str, str]:
    """Return the column that each plain name of a table stands for.

    Args:
        columns: The fields of one table, as ``read_fields`` returns them.
    """
    return {plain(name): field.column for field in columns.values() for name in field.names}


def read_fields(dictionary: Path) -> Fields:
    """Return the fields of every table by column, in the order of ``fields.csv``.

    Args:
        dictionary: The folder with ``fields.csv`` and ``codes.csv``.

    Raises:
        Refusal: When a row breaks the rules, stands twice, names a set of codes that is not there, or gives a column a name
            that another column of its table has; with file, line and column.
    """
    file = dictionary / "fields.csv"
    codes = read_codes(dictionary)
    tables: Fields = {}
    taken: dict[tuple[str, str], str] = {}
    for line, row in dictionary_rows(file):
        field = validated(Field, row, file, line, remedy="Correct the cell, or compare others.")
        if field.column in tables.setdefault(field.table, {}):
            raise Refusal(f"'{field.table}.{field.column}' stands twice.", file=file, line=line, remedy="Keep one row a column.")
        if (field.type == "code") != bool(field.codes) or (field.codes and field.codes not in codes):
            problem = f"'{field.codes}' is not a set of codes for a column of type '{field.type}'."
            remedy = f"Name a set for type 'code' and none for others: {', '.join(codes)}."
            raise Refusal(problem, file=file, line=line, column="codes", remedy=remedy)
        for name in field.names:
            other = taken.setdefault((field.table, plain(name)), field.column)
            if other != field.column:
                problem = f"'{name}' names both '{other}' and '{field.column}' of the table '{field.table}'."
                raise Refusal(problem, file=file, line=line, column="aliases", remedy="Give the name to one of the two.")
        tables[field.table][field.column] = field
    return tables


def read_codes(dictionary: Path) -> Codes:
    """Return the label of each code, by set, in the order of ``codes.csv``.

    Args:
        dictionary: The folder with ``codes.csv``.

    Raises:
        Refusal: When a row has no set, code or label, or stands twice; with its line.
    """
    file = dictionary / "codes.csv"
    sets: Codes = {}
    for line, row in dictionary_rows(file):
        empty = [column for column in ("set", "code", "label") if not row.get(column)]
        if empty:
            raise Refusal("The cell is empty.", file=file, line=line, column=empty[0], remedy="Fill it in.")
        if row["code"] in sets.setdefault(row["set"], {}):
            raise Refusal(f"'{row['code']}' stands twice in '{row['set']}'.", file=file, line=line, remedy="Keep one row a code.")
        sets[row["set"]][row["code"]] = row["label"]
    return sets
