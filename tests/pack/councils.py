"""Many councils in one project, each with a pack that is quick to run: one section of one published figure."""

import csv
import re
import shutil

from tests.pack.small import make_small

SECTION = {"10_ehc_plans": "ehc_plans_count"}


def make_councils(project, number):
    """Let a copy of the project hold so many councils, fictional but for the published figures that each is given; return their names."""
    make_small(project, SECTION)
    with (project / "data/reference/areas.csv").open(encoding="utf-8", newline="") as file:
        areas = [row for row in csv.DictReader(file) if row["level"] == "Local authority" and row["closed"] == ""]
    councils = project / "data/authorities"
    pattern = councils / "medway"
    told = (pattern / "authority.yaml").read_text(encoding="utf-8")
    names = [f"council_{place:03}" for place in range(1, number + 1)]
    for name, area, *others in zip(names, areas, areas[1:] + areas[:1], areas[2:] + areas[:2], strict=False):
        folder = shutil.copytree(pattern, councils / name)
        neighbours = ", ".join(f'"{other["la_code"]}"' for other in others)
        changed = told.replace("name: Medway", f"name: {name}").replace("E06000035", area["area_code"])
        changed = re.sub(r"la_codes: \[.*\]", f"la_codes: [{neighbours}]", changed)
        (folder / "authority.yaml").write_text(changed, encoding="utf-8")
    shutil.rmtree(pattern)
    assert len(list(councils.iterdir())) == number
    return names
