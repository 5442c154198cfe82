"""Makes the notebook of a new section from the template, so that nothing has to be copied and renamed by hand."""

import re
from pathlib import Path

import nbformat

from svip_lib.config.project import Project
from svip_lib.config.refusal import Refusal

TEMPLATE, TITLE, UNWRITTEN = "_section_template", "Title of the section, in plain words", "[To be written"
NAME = re.compile(r"[0-9]{2}_[a-z][a-z0-9_]{1,58}[a-z0-9]")


def new_section(project: Project, name: str, title: str) -> Path:
    """Write the notebook of a section that is new; nothing that is there is touched, and nothing else is written.

    Args:
        project: Where things stand.
        name: Two digits, which say where it stands in the pack, and a name: ``35_needs``.
        title: What a reader sees above it, in one line.

    Returns:
        The notebook.

    Raises:
        Refusal: When the name or the title is unsound, or the number or the name is another section's.
    """
    if not NAME.fullmatch(name):
        raise Refusal(f"'{name}' is no name of a section.", remedy="Write two digits and a name in small letters, as 35_needs.")
    taken = [other for other in project.sections() if name[:2] == other[:2] or name[3:] == other[3:]]
    if taken:
        raise Refusal(f"There is a section '{taken[0]}' already.", remedy="Choose a number and a name that no other section has.")
    if not title.strip() or not title.isprintable() or title.lstrip().startswith("#"):
        raise Refusal(
            "The title must be one line of words.", remedy='Put it into quotes, as in: svip new-section 35_needs "Types of need".'
        )
    book = nbformat.read(project.notebooks / f"{TEMPLATE}.ipynb", as_version=4)
    for cell in book.cells:
        cell.source = cell.source.replace(f'"{TEMPLATE}"', f'"{name}"').replace(TITLE, title.strip())
    place = project.notebooks / f"{name}.ipynb"
    with place.open("x", encoding="utf-8") as file:
        nbformat.write(book, file)
    return place


def unwritten(project: Project) -> list[str]:
    """Return the sections in which words of the template still stand for the author's own."""
    return [name for name in project.sections() if UNWRITTEN in (project.notebooks / f"{name}.ipynb").read_text(encoding="utf-8")]
