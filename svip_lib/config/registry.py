"""The indicators that the pack knows: a function each in ``indicators/``, and a row each in the dictionary."""

import csv
import inspect
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from string import Formatter
from typing import Literal

import pandas as pd
from pydantic import Field, ValidationError, field_validator

from svip_lib.config.refusal import Refusal
from svip_lib.config.yaml_file import Entry, Model

# What a sentence of the dictionary may name.
PLACES = {"area", "value", "size", "side", "period", "last_day", "category"}
FUNCTIONS: dict[str, Callable] = {}
SUMS: dict[str, tuple[str, ...]] = {}
FOLLOWS: dict[str, str] = {}
NOBODY, INSIDE = "nobody", "inside"


class Indicator(Entry):
    """One row of ``data/dictionary/indicators.csv``: what a figure means, on which base, and how it is shown.

    The first eight columns are those of DfE's metadata files, so that the table can be published with the figures.
    """

    col_name: str = Field(pattern=r"^[a-z][a-z0-9_]{2,44}$")
    col_type: Literal["Indicator"]
    label: str = Field(min_length=5)
    indicator_grouping: str
    indicator_unit: Literal["", "%", "£"]
    indicator_dp: int = Field(ge=0, le=3)
    filter_hint: str
    filter_grouping_column: str
    section: str = Field(pattern=r"^\d\d_[a-z_]+$")
    definition: str = Field(min_length=20)
    base: str
    time_identifier: Literal["Academic year", "Calendar year", "Financial year", "Financial quarter"]
    polarity: Literal["higher", "lower", "none"]
    statutory: Literal["yes", "no"]
    chart: Literal["series", "bars", "multiples", "neighbours", "waterfall", "table"]
    published_column: str = Field(pattern=r"^([a-z_]+\.[a-z0-9_]+)?$")
    sentence: str = Field(min_length=10)
    reading: str = Field(min_length=10)
    headline_category: str
    signed: Literal["yes", "no", "headline"]
    shown_from: str = Field(pattern=r"^(\d{4}|\d{6})?$")
    source: str = Field(min_length=5)
    owner: str = Field(min_length=3)
    categories: dict[str, str] = Field(default_factory=dict)

    @field_validator("sentence")
    @classmethod
    def _names_what_is_known(cls, text: str) -> str:
        unknown = {name for _, name, _, _ in Formatter().parse(text) if name is not None} - PLACES
        if unknown:
            raise ValueError(f"{{{unknown.pop()}}} is none of {{{'}, {'.join(sorted(PLACES))}}}")
        return text

    @property
    def name(self) -> str:
        """The name that function, column, page anchor and file share."""
        return self.col_name


def indicator(function: Callable | None = None, *, sums: tuple[str, ...] = (), follows: str | None = None) -> Callable:
    """Enter a function into the registry under its own name; its parameters name the tables that it needs.

    Args:
        function: The function.
        sums: What a reader of its figures can add up, so that no hidden number can be worked out from them. ``total = part + part``;
            a member is ``indicator``, ``indicator[category]``, ``indicator[*]`` (all categories), ``indicator.numerator`` or
            ``.denominator``, with ``@previous`` for the period before; ``?name`` is a number that is not printed and can be worked out.
            One member alone on the right says that two figures are the same number; ``:=`` that a figure is a difference of two
            others, which can be negative and is printed only where both are; ``~`` that two sides come out nearly the same, so that
            each tells of the other.
        follows: For what is no count of children (money, places): the count of those whom it is about, by whose name it is printed only
            where that count of the same category and period is, and is not small; ``NOBODY`` where it is about no child; ``INSIDE``
            where it is told in the internal edition alone.
    """
    if function is None:
        return lambda told: indicator(told, sums=sums, follows=follows)
    if function.__name__ in FUNCTIONS:
        raise ValueError(f"two indicators are called {function.__name__}")
    FUNCTIONS[function.__name__] = function
    SUMS[function.__name__] = sums
    if follows:
        FOLLOWS[function.__name__] = follows
    return function


def read_dictionary(path: Path) -> dict[str, Indicator]:
    """Return the described indicators by name, in the order of the file.

    Args:
        path: The folder of the dictionary, with ``indicators.csv`` and ``bases.csv``.

    Raises:
        Refusal: When a row breaks the rules; with its line, column and rule.
    """
    file = path / "indicators.csv"
    bases = read_bases(path)
    categories = _read_categories(path)
    found: dict[str, Indicator] = {}
    for line, row in dictionary_rows(file, "col_name"):
        row["categories"] = categories.get(row["filter_grouping_column"], {})
        entry = validated(Indicator, row, file, line, remedy="Correct the cell, or compare with another row.")
        if entry.base not in bases:
            raise Refusal(
                f"'{entry.base}' is not a base.", file=file, line=line, column="base", remedy=f"Choose one of: {', '.join(bases)}."
            )
        if entry.name in found:
            raise Refusal(f"'{entry.name}' stands twice.", file=file, line=line, column="col_name", remedy="Keep one row an indicator.")
        found[entry.name] = entry
    return found


def find_indicator(dictionary: dict[str, Indicator], name: str) -> Indicator:
    """Return an indicator by its name.

    Raises:
        Refusal: When there is none; with those whose names come near.
    """
    if name not in dictionary:
        near = get_close_matches(name, dictionary, n=5, cutoff=0.5)
        raise Refusal(
            f"There is no indicator '{name}'.", remedy=f"Look in data/dictionary/indicators.csv; near it: {', '.join(near) or 'none'}."
        )
    return dictionary[name]


def rule_in_code(name: str, root: Path) -> dict[str, str]:
    """Return where under a folder an indicator's function stands, what it says it gives, and which tables it is given."""
    function = FUNCTIONS[name]
    first, _, _ = inspect.getdoc(function).partition("\n\n")
    return {
        "Function": f"{name} in {Path(inspect.getsourcefile(function)).relative_to(root).as_posix()}: {' '.join(first.split())}",
        "Tables": ", ".join(inspect.signature(function).parameters) or "none",
    }


def read_bases(path: Path, *, defined: bool = False) -> dict[str, str]:
    """Return what each base counts, in words: the population that a share is a share of; where asked for, with its definition."""
    rows = dictionary_rows(path / "bases.csv", "base", "label", "definition")
    return {row["base"]: f"{row['label']}. {row['definition']}" if defined else row["label"] for _, row in rows}


def read_placements(path: Path) -> pd.DataFrame:
    """Return the dictionary of placements: DfE's published names, and the three mappings of them that the pack knows."""
    needed = ("placement", "published_group", "dsg_category", "table_3_group", "establishment_types", "told_by")
    return pd.DataFrame([row for _, row in dictionary_rows(path / "placements.csv", *needed)])


def _read_categories(path: Path) -> dict[str, dict[str, str]]:
    """The names of the categories of each breakdown, in the order in which they are shown."""
    found: dict[str, dict[str, str]] = {}
    for _, row in dictionary_rows(path / "categories.csv", "breakdown", "category", "label"):
        found.setdefault(row["breakdown"], {})[row["category"]] = row["label"]
    return found


def validated(model: type[Model], row: dict, file: Path, line: int, *, remedy: str) -> Model:
    """Return a row of a dictionary file as the given model; refused with the line and the column of the first mistake."""
    try:
        return model.model_validate(row)
    except ValidationError as mistakes:
        first = mistakes.errors()[0]
        raise Refusal(f"{first['msg']}.", file=file, line=line, column=str(first["loc"][0]), remedy=remedy) from None


def dictionary_rows(file: Path, *needed: str):
    """Each row of a dictionary file with the line on which it stands."""
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream, strict=True, restkey="surplus")
            if lacking := [name for name in needed if name not in (reader.fieldnames or [])]:
                raise Refusal(f"The column '{lacking[0]}' is missing.", file=file, line=1, remedy="Restore the heading.")
            for row in reader:
                if "surplus" in row or None in row.values():
                    raise Refusal(
                        "The row has more or fewer cells than the heading.",
                        file=file,
                        line=reader.line_num,
                        remedy="Put cells that hold a comma into double quotes.",
                    )
                yield reader.line_num, row
    except FileNotFoundError:
        raise Refusal("The file is missing.", file=file, remedy="Restore it from git.") from None
    except (csv.Error, UnicodeDecodeError) as mistake:
        raise Refusal(f"The file cannot be read ({mistake}).", file=file, remedy="Save it as CSV in UTF-8.") from None
