"""The page of a section by nbconvert's own command: ``jupyter nbconvert --to html --template svip [--execute] NOTEBOOK``."""

import ast
import os
import re
import sys
from pathlib import Path

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

from svip_lib.config.project import Project, check_edition
from svip_lib.config.refusal import Refusal
from svip_lib.disclosure.gate import release_quarter
from svip_lib.disclosure.released import PICTURE, READ
from svip_lib.pack.execute import take_out
from svip_lib.pack.html import page, section_body
from svip_lib.pack.keys import place_of
from svip_lib.pack.run import cover_of

NOT_RUN = "Only the prose of this section stands here: its notebook has not been run. With --execute it has its figures too."


class SectionPage(Preprocessor):
    """Gives the template the page that a run would make of the notebook; whatever would stop a run is said in one paragraph."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Make the page, and leave the notebook as it is."""
        try:
            resources["page"] = section_page(nb, Path(resources["metadata"].get("path") or "."), resources["metadata"]["name"])
        except Refusal as refusal:
            sys.exit(f"Refused: {refusal}")
        return nb, resources


def section_page(book: NotebookNode, folder: Path, name: str) -> str:
    """Return the page of one section, as in the pack.

    Args:
        book: The notebook, run or not; one that was not run gives its prose, and says so.
        folder: Where it lies, in the project.
        name: What it is called where it opens no section.

    Raises:
        Refusal: As a run does.
    """
    project = Project.find(folder)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    told = {key: value for cell in code for key, value in _parameters(cell).items()}
    authority, edition = told.get("authority", "medway"), check_edition(told.get("edition", "public"))
    quarter = project.quarter(authority, told.get("quarter", "latest"))
    opened = re.search(r'open_section\("(\w+)"', "\n".join(cell.source for cell in code))
    for kind in (READ, PICTURE):
        take_out(book, kind)
    cover = cover_of(project, release_quarter(project, authority, quarter, edition), draft=True)
    if all(cell.execution_count is None for cell in code):
        cover.marks["Not run"] = NOT_RUN
        book = NotebookNode(book | {"cells": [cell for cell in book.cells if cell.cell_type != "code"]})
    whole = place_of(project, authority, quarter, edition, draft=True) / "index.html"
    return page([section_body(book, opened[1] if opened else name)], cover, whole=Path(os.path.relpath(whole, folder.resolve())).as_posix())


def _parameters(cell: NotebookNode) -> dict[str, str]:
    """What a cell of parameters sets; the later one, which papermill puts in, holds."""
    if not {"parameters", "injected-parameters"} & set(cell.metadata.get("tags", [])):
        return {}
    lines = [line for line in ast.parse(cell.source).body if isinstance(line, ast.Assign)]
    return {line.targets[0].id: ast.literal_eval(line.value) for line in lines}
