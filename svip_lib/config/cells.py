"""Tables that somebody opens in a spreadsheet: no cell of theirs runs anything there."""

from unicodedata import category, normalize

import pandas as pd

FORMULA = "=+-@"


def harmless(cell: object) -> object:
    r"""Return a cell as it can be opened: text that begins like a formula, or with a letter out of sight, has an apostrophe before it.

    Numbers stay numbers, so that one below nought can be reckoned with.

    Example:
        >>> harmless("=1+1"), harmless("\t@SUM(A1)"), harmless("a=b"), harmless(-3.5)
        ("'=1+1", "'\t@SUM(A1)", 'a=b', -3.5)
    """
    # Spreadsheets pass over blanks before a formula, and some read a wide letter (NFKC) as the narrow one.
    begins = normalize("NFKC", cell).lstrip(" ")[:1] if isinstance(cell, str) else ""
    return f"'{cell}" if begins and (begins in FORMULA or category(begins)[0] == "C") else cell


def harmless_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of harmless cells; each cell that comes many times is looked at once."""
    text = table.select_dtypes(include=["str", "object"])
    return table.assign(**{name: column.map({cell: harmless(cell) for cell in column.unique()}) for name, column in text.items()})


def as_csv(table: pd.DataFrame) -> bytes:
    """Return a table as a CSV file in UTF-8 that a spreadsheet can open."""
    return harmless_table(table).to_csv(index=False, lineterminator="\n").encode()
