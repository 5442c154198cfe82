"""The account of a cleaning: every mending, every doubt and every row set aside is one line with its place and rule."""

from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from svip_lib.config.fields import Fields

REPAIR, WARN, QUARANTINE = "repair", "warn", "quarantine"


class Finding(NamedTuple):
    """One line of the account; ``rule`` is explained in ``data/dictionary/rules.csv``, and a whole file's line is that of its heading."""

    level: str
    rule: str
    table: str
    file: str
    line: int
    column: str = ""
    found: str = ""


COLUMNS = list(Finding._fields)


@dataclass
class Account:
    """Every finding, one line each; of a personal column the shape of the value stands there and never the value."""

    fields: Fields
    parts: list[pd.DataFrame] = field(default_factory=list)

    def add(self, rule: str, level: str, table: str, rows: pd.DataFrame, column: str = "", cells: pd.Series | None = None) -> None:
        """Write a line for each row.

        Args:
            rule: The rule's name.
            level: ``repair``, ``warn`` or ``quarantine``.
            table: The table.
            rows: The rows that are meant, with ``file`` and ``line``.
            column: The column that is meant, if one is.
            cells: The cells as they were found.
        """
        if len(rows) == 0:
            return
        told = self.fields[table].get(column)
        found = cells.reindex(rows.index).astype("str") if cells is not None else pd.Series("", index=rows.index)
        if told is not None and (told.personal or column.endswith("tableid")):
            found = shape(found)
        part = pd.DataFrame({"file": rows["file"].astype("str"), "line": rows["line"], "found": found})
        self.parts.append(part.assign(level=level, rule=rule, table=table, column=column)[COLUMNS])

    @property
    def lines(self) -> pd.DataFrame:
        """The whole account, by file and line."""
        empty = pd.DataFrame(columns=COLUMNS)
        return pd.concat([empty, *self.parts], ignore_index=True).sort_values(["file", "line", "rule"], kind="stable", ignore_index=True)


@dataclass
class Rows:
    """A table on its way through a cleaning.

    Attributes:
        name: The table.
        raw: Its rows as they were found, with ``file`` and ``line``.
        typed: The same rows as values, which are read and written by column.
        account: Where what is found in it is told.
        bad: Which of the rows are set aside.
    """

    name: str
    raw: pd.DataFrame
    typed: pd.DataFrame
    account: Account
    bad: pd.Series = field(init=False)

    def __post_init__(self) -> None:
        self.bad = pd.Series(False, index=self.raw.index)

    def __getitem__(self, column: str) -> pd.Series:
        return self.typed[column]

    def __setitem__(self, column: str, values: pd.Series) -> None:
        self.typed[column] = values

    @property
    def sound(self) -> pd.DataFrame:
        """The values of the rows that are not set aside."""
        return self.typed[~self.bad]

    def tell(self, rule: str, mask: pd.Series, column: str, level: str = WARN) -> None:
        """Write a line for each row of the mask; at the level of quarantine set it aside."""
        mask = mask.fillna(False).astype(bool)
        cells = self.raw[column] if column in self.raw else None
        self.account.add(rule, level, self.name, self.raw[mask], column, cells)
        if level == QUARANTINE:
            self.bad |= mask

    def doubt(self, rule: str, mask: pd.Series, column: str, level: str = WARN) -> None:
        """Tell of those rows of the mask that are not set aside already."""
        self.tell(rule, mask.fillna(False).astype(bool) & ~self.bad, column, level)


def shape(cells: pd.Series) -> pd.Series:
    """Return what the cells look like, and nothing of what they say.

    Example:
        >>> shape(pd.Series(["A123 b"])).to_list()
        ['A999 a']
    """
    masks = {"[A-Z]": "A", r"[a-z]|[^\x00-\x7f]": "a", "[0-9]": "9"}  # a name in another script is no less a name
    for pattern, mask in masks.items():
        cells = cells.str.replace(pattern, mask, regex=True)
    return cells
