"""Publishes a quarter: looks for every reason not to, builds the pack without its draft mark, and writes down for good what it told."""

import os
import shutil
from pathlib import Path

import pandas as pd

from svip_lib.config.assurance import REVISION, SIGNATURES, read_sign_offs
from svip_lib.config.authority import read_authority
from svip_lib.config.new_section import unwritten
from svip_lib.config.periods import Quarter, period_label
from svip_lib.config.project import Project
from svip_lib.config.refusal import Refusal
from svip_lib.disclosure.gate import PUBLIC, release_quarter
from svip_lib.disclosure.register import FILE, against_the_register, read_register
from svip_lib.disclosure.released import Released
from svip_lib.pack.run import run_pack
from svip_lib.show.commentary import RECONSIDER, praises

CELLS_TOLD = 5


def publish(project: Project, authority: str, quarter: Quarter, *, quiet: bool = False) -> Path:
    """Publish a quarter's pack, and freeze its figures, its register and its hashes for every later pack to be held against.

    Args:
        project: Where things stand.
        authority: A council that has a folder.
        quarter: A quarter that it has laid out and not published yet.
        quiet: Whether the progress bar is left out.

    Returns:
        The folder of the published pack.

    Raises:
        Refusal: When anything speaks against it; then nothing is written.
    """
    frozen = project.released(authority) / str(quarter)
    if frozen.exists():
        raise Refusal(
            f"{quarter} has been published, and what is published is never rewritten.", file=frozen, remedy="Publish a later quarter."
        )
    released = release_quarter(project, authority, quarter, PUBLIC)
    objections = [*_synthetic(released), *_unsigned(project, authority, quarter), *_told_otherwise(project, authority, quarter)]
    objections += _ill_worded(project, authority, quarter)
    objections += [f"In the section {name} there is text to be written." for name in unwritten(project)]
    if objections:
        raise Refusal(
            f"{quarter} cannot be published yet: {' '.join(objections)}",
            file=project.authority(authority) / "assurance" / "sign_offs.csv",
            remedy="'svip run' builds the draft meanwhile.",
        )
    pack = run_pack(project, authority, quarter, edition=PUBLIC, draft=False, quiet=quiet)
    beside = frozen.with_name(f".{quarter}.{os.getpid()}")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    private = project.private(authority, quarter, PUBLIC) / "released"
    for file in (private / "figures.csv", private / FILE, pack / "manifest.json"):
        if file.is_file():  # there is no register where the council has supplied nothing
            shutil.copyfile(file, beside / file.name)
    beside.rename(frozen)
    return pack


def _synthetic(released: Released) -> list[str]:
    """Invented children are for trying things out, and are never registered."""
    told = released.rows[released.rows["origin"] == "synthetic"]
    periods = sorted({period_label(*pair) for pair in zip(told["time_period"], told["time_identifier"], strict=True)})
    where = f"Figures of {', '.join(periods)} are SYNTHETIC: they come from invented children. Put the council's own into the folders"
    return [f"{where} 'extracts' of those quarters, and take 'sample' away."] if periods else []


def _unsigned(project: Project, authority: str, quarter: Quarter) -> list[str]:
    """The signatures that the pack lacks."""
    signed = read_sign_offs(project.authority(authority) / "assurance")
    there = set(signed.loc[(signed["quarter"] == str(quarter)) & (signed["what"] == "pack"), "role"])
    missing = [role for role in SIGNATURES if role not in there]
    return [f"It lacks the signature of the {', the '.join(missing)}."] if missing else []


def _ill_worded(project: Project, authority: str, quarter: Quarter) -> list[str]:
    """Sentences of the commentary that are to be reconsidered before they are published."""
    files = sorted(project.commentary(authority, quarter, "any").parent.glob("*.md"))
    return [f"{path.name}, line {line}: {RECONSIDER}." for path in files for line, _ in praises(path)]


def _told_otherwise(project: Project, authority: str, quarter: Quarter) -> list[str]:
    """What the pack tells otherwise than an earlier one, and nobody has signed for."""
    printed = project.private(authority, quarter, PUBLIC) / "released" / FILE
    if not printed.is_file():
        return []
    now = pd.read_csv(printed, dtype={"key": "str", "value": "Int64"}).set_index("key")["value"]
    found = against_the_register(now, read_register(project.released(authority), quarter))
    signed = read_sign_offs(project.authority(authority) / "assurance")
    signed = set(signed.loc[(signed["quarter"] == str(quarter)) & (signed["what"] == REVISION), "about"])
    threshold = read_authority(project.authority(authority)).thresholds.default
    told = []
    for cell in found.itertuples():
        if cell.what == "another value" and cell.key in signed:
            continue
        few = " by so few that the difference can be a child" if cell.what == "another value" and abs(cell.by) < threshold else ""
        told.append(f"'{cell.key}': {cell.what}{few}.")
    more = [f"And {len(told) - CELLS_TOLD} more."] if len(told) > CELLS_TOLD else []
    return [*told[:CELLS_TOLD], *more, "A revision needs a signature for its cell."] if told else []
