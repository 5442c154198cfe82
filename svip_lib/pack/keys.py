"""What a pack and a section are made from, each in one key: where the key is the same, nothing is made again.

Nothing here loads a library that computes or draws, so that a run in which nothing changed is over at once.
"""

import json
from collections.abc import Iterable
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from svip_lib.config.content import content_key
from svip_lib.config.periods import Quarter
from svip_lib.config.project import Project

# What the look of a section depends on beside our own code.
DRAWING = (
    "afcharts",
    "fonttools",
    "font-source-sans-pro",
    "gptables",
    "ipykernel",
    "matplotlib",
    "nbconvert",
    "pandas",
    "papermill",
    "pikepdf",
    "pillow",
    "python-docx",
    "seaborn",
    "weasyprint",
    "xlsxwriter",
)
# The code that a section runs.
ROOMS = ("config/**/*.py", "disclosure/released.py", "status.py", "section.py", "show/**/*.py")


def pack_key(project: Project, authority: str, quarter: Quarter, **how: object) -> str:
    """Return a key that changes with anything that a whole pack is made from, and with how it is asked for."""
    files = [path for pattern in ("**/*.py", "pack/template/**/*") for path in (project.root / "svip_lib").glob(pattern)]
    files += sorted((project.authority(authority) / "assurance").glob("*"))
    files += [project.authority(authority) / name for name in ("report_map.csv", "committee_paper.md")]
    names = project.sections()
    files += [project.commentary(authority, quarter, name) for name in names]
    cells = [notebook_cells(project.notebooks / f"{name}.ipynb") for name in names]
    told = [content_key(project, authority, quarter), how, names, cells, [version(name) for name in DRAWING]]
    return _digest(repr(told).encode(), files)


def place_of(project: Project, authority: str, quarter: Quarter, edition: str, *, draft: bool) -> Path:
    """Return the folder in which a pack stands: drafts by their edition, and apart from them what is published."""
    return project.reports(authority, quarter) / (edition if draft else "published")


def standing(project: Project, authority: str, quarter: Quarter, *, edition: str, pdf: bool, draft: bool) -> Path | None:
    """Return the folder of the pack, if it was made from what there is now, and nobody has touched it since."""
    target = place_of(project, authority, quarter, edition, draft=draft)
    made = project.private(authority, quarter, edition) / f"{target.name}.json"
    if not made.is_file():
        return None
    told = json.loads(made.read_text(encoding="utf-8"))
    key = pack_key(project, authority, quarter, edition=edition, pdf=pdf, draft=draft)
    return target if told["key"] == key and told["files"] == hashes(target) else None


def section_key(project: Project, name: str, parameters: dict[str, str]) -> str:
    """Return a key that changes with anything that a section shows beside figures: its cells, its words, the code that draws it.

    Outputs and execution counts are not in it, so running a notebook by hand changes nothing. What it shows of the figures it tells
    itself when it is run, and their key is kept beside this one.

    Args:
        project: Where things stand.
        name: The section.
        parameters: What its parameters cell is given.
    """
    folder = project.authority(parameters["authority"])
    files = [path for pattern in ROOMS for path in (project.root / "svip_lib").glob(pattern)]
    files += [folder / "authority.yaml", folder / "agreement.yaml", folder / "report_map.csv", *(folder / "assurance").glob("*")]
    files += project.dictionary.rglob("*")
    files.append(project.commentary(parameters["authority"], Quarter.parse(parameters["quarter"]), name))
    told = [notebook_cells(project.notebooks / f"{name}.ipynb"), parameters, [version(name) for name in DRAWING]]
    return _digest(repr(told).encode(), files)


def notebook_cells(path: Path) -> list:
    """Return what of a notebook is its author's: the cells' kinds, texts and tags. A file that is no notebook is left to be refused."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return [(cell["cell_type"], "".join(cell["source"]), cell["metadata"].get("tags", [])) for cell in cells]
    except (ValueError, KeyError, TypeError, AttributeError):
        return [path.read_bytes()]


def titles(project: Project) -> dict[str, str]:
    """Return the title of each section, by its name: the first line of its notebook."""
    cells = {name: notebook_cells(project.notebooks / f"{name}.ipynb") for name in project.sections()}
    return {name: text.partition("\n")[0].removeprefix("# ") for name, [(_, text, _), *_] in cells.items()}


def hashes(folder: Path, paths: Iterable[Path] | None = None) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder, or of some, by its path from there; none where there is no such folder."""
    every = sorted(folder.rglob("*") if paths is None else paths)
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in every if path.is_file()}


def _digest(told: bytes, files: Iterable[Path]) -> str:
    digest = sha256(told)
    for path in sorted(set(files)):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + sha256(path.read_bytes()).digest())
    return digest.hexdigest()
