"""Plants mistakes in a synthetic return, each on a row of a child that has no other, and says where they stand."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from svip_lib.config.fields import Field
from svip_lib.config.refusal import Refusal
from svip_lib.sample.kinds import DEFECTS, OWN, Kind, Level
from svip_lib.sample.shapes import HEADING, LACKS, cell_text, columns_of


@dataclass(frozen=True)
class Defect:
    """One mistake that was planted: where, what, and by which rule it should be found."""

    file: str
    line: int
    table: str
    column: str
    kind: str
    rule: str
    level: Level


@dataclass(frozen=True)
class Planted:
    """A kind on its way into a table: the row that is changed or copied, and the new cells."""

    kind: Kind
    row: int
    source: int
    cells: dict


def choose(
    tables: dict[str, pd.DataFrame], fields: dict[str, dict[str, Field]], *, year: int, shape: str, la: str, rng: np.random.Generator
) -> list[Planted]:
    """Return where each kind of mistake shall stand: one row each, of a child that has no other.

    Args:
        tables: The nine tables, as ``draw_tables`` returns them.
        fields: The fields of every table.
        year: The census year; what the collection of that year does not ask for cannot be wrong.
        shape: The shape that will be written.
        la: The authority's own code.
        rng: Where chance comes from.

    Raises:
        Refusal: When there are too few children for a kind to find a row.
    """
    used: list[int] = []
    grown = {table: len(rows) for table, rows in tables.items()}
    left_out = unheld(fields, year=year, shape=shape)
    planted = [Planted(kind, HEADING, HEADING, {}) for kind in DEFECTS if kind.heading and kind.id not in left_out]
    for kind in [kind for kind in DEFECTS if kind.cells and kind.id not in left_out]:
        columns, rows = columns_of(kind.table, fields, year, shape), tables[kind.table]
        pool = rows.query(kind.where) if kind.where else rows
        pool = pool if kind.table == "sen2" else pool[~pool.persontableid.isin(used)]
        if pool.empty:
            raise Refusal(f"The sample is too small for the defect '{kind.id}'.", remedy="Ask for at least 1,000 plans.")
        source = pool.index[rng.integers(len(pool))]
        used += [] if kind.table == "sen2" else [pool.persontableid[source]]
        cells = {column: la if value == OWN else value for column, value in kind.cells(rows.loc[source]).items() if column in columns}
        planted.append(Planted(kind, grown[kind.table] if kind.added else int(source), int(source), cells))
        grown[kind.table] += kind.added
    return planted


def unheld(fields: dict[str, dict[str, Field]], *, year: int, shape: str) -> dict[str, str]:
    """Return why each kind that a return of that year and shape cannot hold is not planted, by the kind's id.

    Arguments as for ``choose``; kinds of the level ``stop``, which only ``spoil`` plants, are not among them.
    """
    found = {}
    for kind in [kind for kind in DEFECTS if kind.level != "stop"]:
        needs = [*kind.needs.split(), *(["header"] if kind.table == "sen2" else [])]
        columns = [*columns_of(kind.table, fields, year, shape), kind.heading, ""]
        if lacking := [need for need in needs if need in LACKS[shape]]:
            found[kind.id] = LACKS[shape][lacking[0]]
        elif kind.column not in columns:
            found[kind.id] = f"The collection of {year} has no column '{kind.table}.{kind.column}'."
    return found


def plant(table: str, text: pd.DataFrame, planted: list[Planted], shape: str) -> pd.DataFrame:
    """Return a table of text with the mistakes of its own in it; rows that are added stand at the end, with ids of their own."""

    def write(value: object, column: str) -> str:
        cell = cell_text(value, shape)
        return f"{cell}.0" if shape == "template" and column.endswith(("tableid", "rank")) and cell.isdigit() else cell

    here = [one for one in planted if one.kind.table == table]
    changed, new = text.copy(), []
    for one in here:
        cells = {column: write(value, column) for column, value in one.cells.items()}
        if one.kind.added:
            own = {f"{table}tableid": write(one.row + 1, f"{table}tableid")}
            new.append(text.iloc[[one.source]].assign(**(own | cells)))
        else:
            for column, cell in cells.items():
                changed.loc[one.row, column] = cell
    changed = pd.concat([changed, *new], ignore_index=True) if new else changed
    for kind in [one.kind for one in here if one.kind.heading]:
        if kind.column == kind.heading:
            changed[kind.heading] = "SYNTHETIC"
        changed = changed.rename(columns={kind.column: kind.heading})
    return changed


def change_files(folder: Path, census_files: Callable[[str], str]) -> list[Defect]:
    """Make the changes that touch the bytes of whole files and leave them readable; return those that are not told by a cell."""
    found = []
    for kind in [kind for kind in DEFECTS if kind.change and kind.level != "stop"]:
        defect = _change(folder / census_files(kind.table), kind)
        found += [] if kind.cells else [defect]
    return found


def spoil(folder: Path, kind: str) -> Defect:
    """Make one file of a return in the shape ``blade`` unreadable, for a test that it is refused.

    Args:
        folder: The folder of the nine files.
        kind: The id of a kind of the level ``stop``.

    Returns:
        What was done, with the first line that differs.
    """
    known = {one.id: one for one in DEFECTS if one.level == "stop"}
    return _change(next(folder.glob(f"Blade-Export_*_{known[kind].table}.csv")), known[kind])


def _change(path: Path, kind: Kind) -> Defect:
    before = path.read_bytes()
    after = kind.change(before)
    if after is None:
        path.unlink()
    else:
        path.write_bytes(after)
    old, new = before.split(b"\n"), (after or b"").split(b"\n")
    line = next((number for number, (was, now) in enumerate(zip(old, new, strict=False), start=1) if was != now), len(old))
    return Defect(path.name, line, kind.table, kind.column, kind.id, kind.rule, kind.level)
