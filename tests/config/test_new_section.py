"""A new section's notebook is the template with a name and a title, and nothing else is written."""

import nbformat
import pytest

from svip_lib.config.new_section import new_section, unwritten
from svip_lib.config.project import Project
from svip_lib.config.refusal import Refusal


@pytest.fixture
def project(checkout):
    return Project.find(checkout)


def sources(path):
    return [(cell.id, cell.cell_type, cell.source) for cell in nbformat.read(path, as_version=4).cells]


def test_the_notebook_differs_from_the_template_in_its_title_and_its_name_alone(project):
    made, template = sources(new_section(project, "35_needs", "Types of need")), sources(project.notebooks / "_section_template.ipynb")
    differ = [(now, before) for (_, _, now), (_, _, before) in zip(made, template, strict=True) if now != before]
    assert [now.splitlines()[0] for now, _ in differ] == ["# Types of need", "from svip_lib.section import open_section"]
    assert differ[1][0] == differ[1][1].replace("_section_template", "35_needs")
    assert "35_needs" in project.sections()


def test_a_section_that_is_there_is_never_written_over(project):
    made = new_section(project, "35_needs", "Types of need")
    made.write_text("mine", encoding="utf-8")
    with pytest.raises(Refusal, match="There is a section '35_needs' already"):
        new_section(project, "35_needs", "Types of need")
    assert made.read_text(encoding="utf-8") == "mine"


def test_a_section_is_named_as_long_as_words_of_the_template_stand_in_it(project):
    assert unwritten(project) == []
    made = new_section(project, "35_needs", "Types of need")
    assert unwritten(project) == ["35_needs"]
    made.write_text(made.read_text(encoding="utf-8").replace("[To be written", "Written"), encoding="utf-8")
    assert unwritten(project) == []
