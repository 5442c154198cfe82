"""Synthetic returns and registers: invented children in the true shapes, calibrated to published totals, with or without mistakes.

Nothing in a sample can be a real child's or school's: names are invented words, pupil numbers belong to an authority that does not
exist, postcodes and establishments likewise. Every sample says SYNTHETIC, in its header and in the note beside it.
"""

import csv
import dataclasses
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from svip_lib.config.fields import Field
from svip_lib.config.refusal import Refusal
from svip_lib.sample.children import draw_cases
from svip_lib.sample.defects import Defect, change_files, choose, plant, unheld
from svip_lib.sample.registers import Programme, write_registers
from svip_lib.sample.shapes import WRITERS, blade_name, rendered
from svip_lib.sample.tables import as_seen_on, draw_tables


def write_sample(  # noqa: PLR0913 - each says one thing of the sample, and most have a default
    folder: Path,
    *,
    plans: int,
    shape: str,
    seed: int,
    census: date,
    fields: dict[str, dict[str, Field]],
    la: str = "887",
    defects: bool = False,
    until: date | None = None,
    seen_on: date | None = None,
    programme: Programme | None = None,
) -> list[Defect]:
    """Write a synthetic SEN2 return with its establishments and a note that says what it is; the same arguments, the same bytes.

    Args:
        folder: Where to write; made if it is not there.
        plans: How many plans are active on census day.
        shape: ``blade`` (nine CSV files of COLLECT), ``xml``, ``workbook`` (of a case system) or ``template`` (DfE's form). The
            same seed gives the same children in every shape.
        seed: Where chance begins.
        census: Census day.
        fields: The fields of every table, from ``read_fields``.
        la: The three digits of the authority that makes the return; Medway's unless another is named.
        defects: Plant one mistake of each kind of ``DEFECTS`` that the shape can hold and that does not stop the reading, and list
            them in ``planted.csv``; why a kind is left out stands in ``source.yaml``.
        until: The last day of the twelve months that are told, on which the return is then made; without it they are the calendar
            year before the census, and the return is made on census day.
        seen_on: An earlier day within those months; the return then shows the same children as they stood on it.
        programme: What the council's other registers are drawn from; they stand beside the return where it is given.

    Returns:
        The mistakes that were planted, in the order of ``planted.csv``.

    Raises:
        Refusal: When the shape is not one of the four, or there are too few plans.
    """
    if shape not in WRITERS:
        raise Refusal(f"'{shape}' is not a shape of the return.", remedy=f"Choose one of: {', '.join(WRITERS)}.")
    chance = np.random.default_rng(seed)
    last, day = until or date(census.year - 1, 12, 31), until or census
    first = np.datetime64(pd.Timestamp(last) - pd.DateOffset(years=1) + pd.Timedelta(days=1), "D")
    cases = draw_cases(plans, census.year, first, chance)
    tables, establishments = draw_tables(cases, census.year, first, day, la, chance)
    if seen_on:
        tables, day = as_seen_on(tables, seen_on), seen_on
    # Mistakes have a chance of their own, so that the children are the same with them and without.
    chance = np.random.default_rng([seed, 1])
    planted = choose(tables, fields, year=census.year, shape=shape, la=la, rng=chance) if defects else []

    def texts(table: str) -> pd.DataFrame:
        text = rendered(table, tables[table], fields, census.year, shape)
        return plant(table, text, planted, shape) if planted else text

    folder.mkdir(parents=True, exist_ok=True)
    places = [(one.kind.table, one.row) for one in planted]
    lines = WRITERS[shape](folder, texts, places, fields=fields, census=day)
    found = [
        Defect(*lines[one.kind.table, one.row], one.kind.table, one.kind.column, one.kind.id, one.kind.rule, one.kind.level)
        for one in planted
    ]
    if defects and shape == "blade":
        found += change_files(folder, lambda table: blade_name(table, day))
    establishments.to_csv(folder / "establishments.csv", index=False, lineterminator="\n")
    if programme:
        beside = {"tables": tables, "establishments": establishments, "programme": programme}
        found += write_registers(folder, **beside, plans=plans, seed=seed, fields=fields, defects=defects)
    told = {"plans": plans, "shape": shape, "seed": seed, "census": census, "made_on": day, "la": la, "defects": len(found)}
    if defects and (left_out := unheld(fields, year=census.year, shape=shape)):
        told["not_planted"] = left_out
    told |= {"registers_at": str(programme.quarter), "high_needs_block_gbp": programme.grant} if programme else {}
    title = "SYNTHETIC SEN2 return: invented children, calibrated to totals that the Department for Education published"
    write_note(folder, title, **told)
    if found:
        with (folder / "planted.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([field.name for field in dataclasses.fields(Defect)])
            writer.writerows(dataclasses.astuple(defect) for defect in found)
    return found


def write_note(folder: Path, title: str, **arguments) -> None:
    """Say beside the files that they are synthetic, and how to make them again."""
    note = {"synthetic": True, "title": title, "made_by": "svip_lib.sample", **arguments}
    text = yaml.safe_dump(note, sort_keys=False, allow_unicode=True, width=120)
    (folder / "source.yaml").write_text(text, encoding="utf-8", newline="\n")
