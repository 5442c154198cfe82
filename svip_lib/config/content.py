"""The content key: what the figures of a quarter are computed from, in one number that changes with anything of it."""

import hashlib
from importlib.metadata import version
from pathlib import Path

from svip_lib.config.cost_centres import FILE as COST_CENTRES
from svip_lib.config.periods import Quarter
from svip_lib.config.project import Project

# A change in the code of one of these is a change in the figures.
ROOMS = ("config", "intake", "indicators", "outlook", "figures.py", "disclosure")
COMPUTING = ("pandas", "scipy")


def content_key(project: Project, authority: str, quarter: Quarter) -> str:
    """Return a key that changes when anything changes that the figures are computed from: data, agreement, dictionary, code."""
    folder = project.authority(authority)
    named = [folder / name for name in ("authority.yaml", "agreement.yaml", COST_CENTRES)]
    named.append(project.quarter_folder(authority, quarter) / "quarter.yaml")
    data = [path for base in (project.reference, project.dictionary) for path in base.rglob("*") if path.is_file()]
    published = (folder for folder in project.released(authority).glob("20*-Q*") if Quarter.parse(folder.name) < quarter)
    data += [path for folder in published for path in folder.rglob("*") if path.is_file()]  # what it published itself binds later ones
    earlier = [project.find_extracts(authority, known) for known in project.quarters_before(authority, quarter)]
    data += [path for folder in earlier if folder for path in _told_of_earlier(folder)]
    before = project.find_extracts(authority, quarter.previous)  # its milestones, risks and conditions stand beside this quarter's
    data += [path for path in before.iterdir() if path.is_file()] if before else []
    extracts = project.find_extracts(authority, quarter)
    data += [path for path in extracts.rglob("*") if path.is_file()] if extracts else []
    code = [path for room in ROOMS for path in (project.root / "svip_lib").glob(f"{room}/**/*.py" if "." not in room else room)]
    digest = hashlib.sha256(f"{authority} {quarter} {[version(name) for name in COMPUTING]}".encode())
    for path in sorted({*named, *data, *code}):
        if path.is_file():
            base = project.data if path.is_relative_to(project.data) else project.root
            digest.update(path.relative_to(base).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _told_of_earlier(extracts: Path) -> list[Path]:
    """What an earlier quarter is told from: the figures that are kept of it, else its extracts."""
    kept = extracts / "figures.csv"
    return [kept] if kept.is_file() else list(extracts.iterdir())
