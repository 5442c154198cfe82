"""What a notebook shows in a real kernel: the report's styles for its results, and a refusal in place of a traceback."""

import re

import nbclient
import nbformat
import pytest

from svip_lib.disclosure.released import READ
from svip_lib.section import _style


@pytest.fixture
def run(checkout, monkeypatch):
    """Run cells in a kernel of their own, in the project's folder of notebooks, and return what the last of them put out."""
    monkeypatch.setenv("PYTHONPATH", str(checkout))

    def call(*cells):
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        place = {"metadata": {"path": str(checkout / "notebooks")}}
        nbclient.NotebookClient(book, kernel_name="python3", allow_errors=True, resources=place, timeout=200).execute()
        return book.cells[-1].outputs

    return call


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ('open_section("10_ehc_plans", edition="secret")', "Refused. 'secret' is not an edition. Choose one of: public, internal."),
        ('open_section("10_ehc_plans", quarter="2025-26-Q9")', "Refused. '2025-26-Q9' is not a quarter"),
        ('open_section("10_ehc_plans", authority="kent")', "Refused. There is no authority called 'kent'"),
    ],
)
def test_a_refusal_in_a_cell_is_its_words_and_no_traceback(run, call, told):
    (error,) = run(f"from svip_lib.section import open_section\n{call}")
    assert error.output_type == "error"
    assert " ".join(error.traceback).startswith(told)
    assert "open_section" not in " ".join(error.traceback)
    assert max(map(len, error.traceback)) <= 96


def test_a_section_brings_the_styles_of_the_report_to_its_results_in_one_output_that_a_run_takes_out(run):
    first, banner = run('from svip_lib.section import open_section\nopen_section("10_ehc_plans").banner()')
    assert first.data["text/html"] == _style()
    assert first.data[READ] == []
    assert "subtitle" in banner.data["text/html"]


def test_the_styles_touch_nothing_but_results():
    sheet = re.sub(r"/\*.*?\*/", "", _style().removeprefix("<style>").removesuffix("</style>"), flags=re.S)
    assert sheet.startswith(".jp-OutputArea-output.jp-RenderedHTML {")
    assert sheet.count("{") == sheet.count("}")
    assert not re.search(r":root|\b(html|body)\b|@import|url\(", sheet)
