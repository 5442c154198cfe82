"""The gate: beyond it everything takes a ``Released`` value, and only the gate makes one.

The pack holds only figures that DfE has already published without suppression. They pass as they are. The council's own
figures will be protected here, as one problem for the whole pack, before any of them is read beyond this line.
"""

import hashlib
import json
import os
import shutil
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from svip_lib.config.periods import Quarter
from svip_lib.config.project import EDITIONS, Project
from svip_lib.figures import Figures, compute_figures, read_figures
from svip_lib.indicators.shape import KEY

OWNER_ONLY = 0o700
# Read by every section: a change in one of these is a change in the figures.
ROOMS = ("config", "intake", "indicators", "figures.py", "disclosure")
_SEAL = object()


@dataclass(frozen=True)
class Released:
    """The figures that may be shown, of one authority, quarter and edition. Only the gate can make one.

    Attributes:
        rows: One row a figure, in the shape of ``indicators.shape``.
        areas: One row an area: ``area``, ``area_name``, ``role``.
        registers: Tables of words: ``sources``, ``repairs``, ``findings``.
    """

    authority: str
    quarter: Quarter
    edition: str
    as_at: date
    rows: pd.DataFrame
    areas: pd.DataFrame
    registers: dict[str, pd.DataFrame]
    key: str
    seal: object = field(default=None, repr=False)

    def __post_init__(self):
        """Refuse a value that did not come through the gate."""
        if self.seal is not _SEAL:
            raise TypeError("only svip_lib.disclosure releases figures; use section.show or read_released")

    def area(self, role: str) -> str | None:
        """Return the code of the area with a role: ``authority``, ``region``, ``England`` or ``neighbours``."""
        found = self.areas.loc[self.areas["role"] == role, "area"]
        return found.iloc[0] if len(found) else None

    def area_name(self, area: str) -> str:
        """Return the name of an area."""
        return self.areas.set_index("area")["area_name"][area]

    def select(self, indicator: str, **wanted: str | list[str]) -> pd.DataFrame:
        """Return an indicator's released rows, by time, narrowed to columns that have a value: ``measure="plan"``.

        Where nothing of it could be known on the pack's day, there are no rows.
        """
        rows = self.rows[self.rows["indicator"] == indicator]
        for column, value in wanted.items():
            rows = rows[rows[column].isin([value] if isinstance(value, str) else value)]
        return rows.sort_values(KEY)


def release(figures: Figures, edition: str, key: str) -> Released:
    """Let figures through the gate for an edition.

    Args:
        figures: All figures of an authority and quarter.
        edition: ``public`` or ``internal``.
        key: The content key of what they were computed from.
    """
    if edition not in EDITIONS:
        raise ValueError(f"no edition '{edition}'")
    return Released(
        authority=figures.authority,
        quarter=figures.quarter,
        edition=edition,
        as_at=figures.as_at,
        rows=figures.rows,
        areas=figures.areas,
        registers=figures.registers,
        key=key,
        seal=_SEAL,
    )


def release_quarter(project: Project, authority: str, quarter: Quarter, edition: str) -> Released:
    """Compute a quarter's figures, release them, and put them where the sections read them.

    Nothing is computed where what was released last came from the same content.
    """
    folder = project.private(authority, quarter, edition) / "released"
    key = content_key(project, authority, quarter)
    if _key_on_disk(folder) != key:
        _write(release(compute_figures(project, authority, quarter), edition, key), folder)
    return read_released(project, authority, quarter, edition)


def is_current(project: Project, authority: str, quarter: Quarter, edition: str) -> bool:
    """Tell whether the released figures on disk came from the content as it stands now."""
    return _key_on_disk(project.private(authority, quarter, edition) / "released") == content_key(project, authority, quarter)


def read_released(project: Project, authority: str, quarter: Quarter, edition: str) -> Released:
    """Read the released figures of an authority, quarter and edition back from disk."""
    folder = project.private(authority, quarter, edition) / "released"
    told = json.loads((folder / "released.json").read_text(encoding="utf-8"))
    return Released(
        authority=authority,
        quarter=quarter,
        edition=edition,
        as_at=date.fromisoformat(told["as_at"]),
        rows=read_figures(folder / "figures.csv"),
        areas=_read_words(folder / "areas.csv"),
        registers={name: _read_words(folder / f"{name}.csv") for name in told["registers"]},
        key=told["key"],
        seal=_SEAL,
    )


def content_key(project: Project, authority: str, quarter: Quarter) -> str:
    """Return a key that changes when anything changes that the figures are computed from: data, agreement, dictionary, code."""
    folder = project.authority(authority)
    named = [folder / "authority.yaml", folder / "agreement.yaml", project.quarter_folder(authority, quarter) / "quarter.yaml"]
    data = [path for base in (project.reference, project.dictionary) for path in base.rglob("*") if path.is_file()]
    extracts = project.find_extracts(authority, quarter)
    data += [path for path in extracts.rglob("*") if path.is_file()] if extracts else []
    code = [path for room in ROOMS for path in (project.root / "svip_lib").glob(f"{room}/**/*.py" if "." not in room else room)]
    digest = hashlib.sha256(f"{authority} {quarter} pandas {pd.__version__}".encode())
    for path in sorted([*named, *data, *code]):
        if path.is_file():
            base = project.data if path.is_relative_to(project.data) else project.root
            digest.update(path.relative_to(base).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _write(released: Released, folder: Path) -> None:
    """Write beside, then swap: a reader sees the old release or the new one."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.parent.parent.chmod(OWNER_ONLY)
    beside = folder.with_name(f"released.{os.getpid()}")
    beside.mkdir(mode=OWNER_ONLY)
    tables = {"figures": released.rows, "areas": released.areas, **released.registers}
    for name, table in tables.items():
        table.to_csv(beside / f"{name}.csv", index=False, lineterminator="\n")
    told = {"key": released.key, "as_at": released.as_at.isoformat(), "registers": sorted(released.registers)}
    (beside / "released.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    beside.rename(folder)


def _key_on_disk(folder: Path) -> str | None:
    path = folder / "released.json"
    return json.loads(path.read_text(encoding="utf-8"))["key"] if path.is_file() else None


def _read_words(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype="str", keep_default_na=False)
