"""The gate: beyond it everything takes a ``Released`` value, and only the gate makes one.

What DfE has already published without suppression passes as it is. The council's own figures are protected as one problem for the
whole pack, and the proof of it is checked on the files that were written, before anything is read beyond this line.
"""

import json
import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from svip_lib.config.authority import Thresholds, read_authority
from svip_lib.config.content import content_key
from svip_lib.config.periods import Quarter
from svip_lib.config.project import EDITIONS, OWNER_ONLY, Project
from svip_lib.config.refusal import Changed, Refusal
from svip_lib.config.registry import FOLLOWS, INSIDE
from svip_lib.config.result import KEY, read_figures
from svip_lib.disclosure.cells import (
    WITHHELD,
    Cells,
    alone,
    are_own,
    are_own_counts,
    as_problem,
    following,
    merged,
    printed,
    rounded,
    withhold,
    withhold_following,
)
from svip_lib.disclosure.protect import Protection, protect
from svip_lib.disclosure.register import FILE as REGISTER
from svip_lib.disclosure.register import read_register
from svip_lib.disclosure.released import PUBLISHED_TWINS, SEAL, Released, key_on_disk, published_period, read_released
from svip_lib.disclosure.verify import verify
from svip_lib.figures import Figures, compute_figures

PUBLIC = "public"


@dataclass(frozen=True)
class Proof:
    """What was withheld and why that is enough: as private as the counts themselves."""

    cells: Cells
    protection: Protection
    thresholds: dict[str, int]

    def failures(self, rows: pd.DataFrame) -> list[str]:
        """Return in words, for the owner only, what keeps figures that were read back from being proven; nothing is the proof."""
        released, failures = printed(rows, self.cells)
        beside = rows["value"].notna() & following(rows, self.thresholds)
        failures += [f"'{name}' tells of children whose number is withheld." for name in rows.loc[beside, "indicator"].unique()]
        return failures + verify(self.cells.problem, released, self.protection.changes, self.protection.witness)


def release(figures: Figures, edition: str, key: str, policy: Thresholds, register: pd.DataFrame) -> tuple[Released, Proof | None]:
    """Let figures through the gate for an edition, and withhold from the public one what could tell of a child.

    Args:
        figures: All figures of an authority and quarter.
        edition: ``public`` or ``internal``.
        key: The content key of what they were computed from.
        policy: The least counts that may be printed, and what is merged or rounded.
        register: What earlier packs printed of each cell.

    Returns:
        The released figures, and where something may have to be withheld from them, the proof that it is enough.

    Raises:
        CannotProtect: When no hiding protects a small count; nothing may be published then.
    """
    if edition not in EDITIONS:
        raise ValueError(f"no edition '{edition}'")
    rows, registers, proof, thresholds = figures.rows, figures.registers, None, policy.by_breakdown()
    if edition == PUBLIC:
        rows = rows[rows["indicator"].map(FOLLOWS) != INSIDE].reset_index(drop=True)
    if edition == PUBLIC and are_own_counts(rows).any():
        rows = merged(rows, policy.merged).sort_values(KEY, ignore_index=True)
        exact = rows[~rows["indicator"].isin(policy.rounded)]
        proof = _protect(exact, thresholds, register)
        few = following(rows, thresholds)  # by the exact counts: one that is rounded to nought is not nought
        rows = withhold(rounded(rows, policy.rounded, thresholds) if policy.rounded else rows, proof.cells, proof.protection.hidden)
        rows = withhold_following(rows, few | following(rows, thresholds))
        findings, counted = registers["own_findings"], registers["own_rows"]
        registers = registers | {
            "own_findings": _without(findings["rows"].astype(int) < thresholds[""], findings, "rows"),
            "own_rows": _without(counted["quarantined"].between(1, thresholds[""] - 1), counted, "clean", "quarantined"),
            "revisions": registers["revisions"].drop(columns=["value_then", "value_now"]),  # the difference can be a child
            "withheld": _withheld(rows),
            "rounded": pd.DataFrame({"indicator": policy.rounded}, dtype="str"),
        }
    told = {"authority": figures.authority, "quarter": figures.quarter, "edition": edition, "as_at": figures.as_at}
    return Released(**told, rows=rows, areas=figures.areas, registers=registers, key=key, seal=SEAL), proof


def release_quarter(project: Project, authority: str, quarter: Quarter, edition: str) -> Released:
    """Compute a quarter's figures, release them, and put them where the sections read them.

    Nothing is computed where what was released last came from the same content.
    """
    folder = project.private(authority, quarter, edition) / "released"
    key = content_key(project, authority, quarter)
    if key_on_disk(folder) != key:
        made = _computed(project, authority, quarter, edition, key)
        if content_key(project, authority, quarter) != key:
            raise Changed(project.authority(authority))
        _write(*made, folder)
    return read_released(project, authority, quarter, edition)


def release_anew(project: Project, authority: str, quarter: Quarter, edition: str) -> Released:
    """Compute a quarter's figures and release them whatever was released before, to hold a pack against them; nothing is put anywhere."""
    return _computed(project, authority, quarter, edition, content_key(project, authority, quarter))[0]


def _computed(project: Project, authority: str, quarter: Quarter, edition: str, key: str) -> tuple[Released, Proof | None]:
    policy = read_authority(project.authority(authority)).thresholds
    register = read_register(project.released(authority), quarter)
    return release(compute_figures(project, authority, quarter), edition, key, policy, register)


def _protect(rows: pd.DataFrame, thresholds: dict[str, int], register: pd.DataFrame) -> Proof:
    """Find what to withhold; where one count of a table would be withheld alone, another is withheld beside it."""
    cells = as_problem(rows, thresholds, register, _already_published(rows))
    protection = protect(cells.problem)
    while more := alone(cells, protection.hidden):  # what was in doubt stays so when more is hidden
        protection = replace(protection, hidden=protection.hidden | protection.hidden.index.isin(more))
    return Proof(cells, protection, thresholds)


def _already_published(rows: pd.DataFrame) -> pd.DataFrame:
    """The numbers that DfE has published of the same counts, and the figures of the council's own records that they are made of."""
    rows = rows[(rows["measure"] == "actual") & rows["value"].notna()]
    parts = [pd.DataFrame(columns=["number", "value", "key"])]
    for own, published in PUBLISHED_TWINS.items():
        mine, theirs = (rows[rows["indicator"] == name] for name in (own, published))
        mine, theirs = mine.assign(year=mine["time_period"].map(published_period)), theirs.assign(year=theirs["time_period"])
        both = mine.merge(theirs, on=["area", "category", "year"], suffixes=("", "_theirs"))
        category = ("[" + both["category"] + "]").where(both["category"] != "", "")
        told = {"number": published + category + "@" + both["year"], "value": both["numerator_theirs"]}
        parts.append(pd.DataFrame({**told, "key": own + category + "@" + both["time_period"]}))
    return pd.concat(parts, ignore_index=True)


def _without(few: pd.Series, table: pd.DataFrame, *numbers: str) -> pd.DataFrame:
    """A register without its numbers of rows where those are few: each can be a child."""
    return table.assign(**{name: table[name].astype("str").mask(few, f"[{WITHHELD}]") for name in numbers})


def _withheld(rows: pd.DataFrame) -> pd.DataFrame:
    """How many figures there are and how many are withheld; by table it would help to tell the small from those that guard them."""
    own = rows[are_own(rows)]
    return pd.DataFrame({"figures": [len(own)], "withheld": [int((own["shorthand"] == WITHHELD).sum())]})


def _write(released: Released, proof: Proof | None, folder: Path) -> None:
    """Write beside, prove what was written, then swap: a reader sees the old release or a new one that is proven.

    Raises:
        Refusal: When the figures that were written are not proven to tell of no child.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.parent.parent.chmod(OWNER_ONLY)
    beside, old = (folder.with_name(f".released.{os.getpid()}{kind}") for kind in ("", ".old"))  # the next run takes away what stays
    beside.mkdir(mode=OWNER_ONLY)
    tables = {"figures": released.rows, "areas": released.areas, **released.registers}
    for name, table in tables.items():
        table.to_csv(beside / f"{name}.csv", index=False, lineterminator="\n")
    told = {"key": released.key, "as_at": released.as_at.isoformat(), "registers": sorted(released.registers)}
    (beside / "released.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    if proof:
        written = read_figures(beside / "figures.csv")
        told, _ = printed(written, proof.cells)
        told.rename("value").to_csv(beside / REGISTER, index_label="key", lineterminator="\n")
    if proof and (failures := proof.failures(written)):
        shutil.rmtree(beside)
        unproven = folder.with_name("unproven.txt")
        unproven.write_text("\n".join(failures) + "\n", encoding="utf-8")
        raise Refusal(
            f"{len(failures)} of the council's own figures are not proven to be safe, so nothing was released.",
            remedy=f"Why stands, for the owner only, in {unproven.name} in the quarter's private folder.",
        )
    if folder.exists():
        folder.rename(old)
    beside.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
