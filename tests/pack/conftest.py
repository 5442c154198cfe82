"""One small section in every shape that the notebooks emit, for the tests of the two pages and the PDF; and the small pack."""

import base64
import io
import shutil
import tempfile
from pathlib import Path

import matplotlib as mpl
import nbformat
import pytest
from matplotlib import font_manager
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from svip_lib.pack.html import Cover, frame_page, part_page, section_body
from svip_lib.pack.pdf import places, write_pdf
from svip_lib.show.fonts import FAMILY, font_file, subset_face
from tests.conftest import copied
from tests.pack.small import WITH_PAPER, Trial, make_small, say

font_manager.fontManager.addfont(font_file(400))
LETTERS = "".join(sorted(set("0123456789.,JanuaryPlacesMedwayEngland ")))
STATUS = '<span class="status status-{0}"><span class="mark" aria-hidden="true">{1}</span> {2}</span>'
STATUSES = [("met", "✓", "On plan"), ("near", "▲", "Just off plan"), ("missed", "◆", "Plan missed"), ("none", "◌", "Not judged")]


def chart(alt="Line chart of plans, January 2023 to 2026. It rises in every year, from 3,010 to 3,940. All values are in the table."):
    """A chart as the sections show one: text in a subset of the typeface that the picture carries."""
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "sample", "font.family": FAMILY, "font.size": 11}):
        figure = Figure(figsize=(7.2, 3.4), layout="constrained")
        axes = figure.subplots()
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.grid(axis="y", color="#d9dde1")
        axes.plot(
            ["January 2023", "January 2024", "January 2025", "January 2026"], [3010, 3322, 3634, 3940], color="#12436D", linewidth=2.5
        )
        axes.set_ylim(0)
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    svg = file.getvalue().replace("<defs>", f"<style>{subset_face(400, 'normal', LETTERS)}</style><defs>", 1)
    image = f'<img alt="{alt}" src="data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}">'
    return (
        '<figure class="chart" id="ehc_plans_count"><p class="message">Plans rose by 30.9 % in three years</p>'
        f'<p class="subtitle">EHC plans in force, number, Medway, January 2023 to January 2026</p>{image}'
        "<figcaption>Figure 10.1. Source: SEN2, tables of June 2026. Base: all plans that the council maintains.</figcaption></figure>"
    )


def table(rows=6, anchor="ehc_plans_count-table"):
    """A table as the sections show one."""
    body = "".join(
        f'<tr><th scope="row">January {2000 + row}</th><td class="num">{3010 + 31 * row:,}</td><td class="num">{row / 7:.1f}</td></tr>'
        for row in range(rows)
    )
    return (
        f'<div class="table-scroll" role="group" tabindex="0" aria-labelledby="{anchor}-caption"><table id="{anchor}">'
        f'<caption id="{anchor}-caption">EHC plans in force</caption><thead><tr><th scope="col">Period</th>'
        '<th scope="col" class="num">Medway (number)</th><th scope="col" class="num">Change on the year (%)</th></tr></thead>'
        f'<tbody>{body}<tr class="total"><th scope="row">Whole time</th><td class="num">3,940</td>'
        '<td class="num missing">[x]</td></tr></tbody></table></div><p class="table-note">[x] = not available.</p>'
    )


def statuses(name):
    """One of the two tables of statuses."""
    marks = [STATUS.format(*status) for status in [*STATUSES, ("unverified", "☐", "Unverified")]]
    rows = "".join(
        f'<tr><th scope="row">Share of plans in mainstream places</th><td class="text">40.{n}\u00a0%</td><td class="text">42.0\u00a0%</td>'
        f'<td class="text">{mark}</td></tr>'
        for n, mark in enumerate(marks)
    )
    return (
        f'<div class="table-scroll" role="group" tabindex="0" aria-labelledby="{name}-caption"><table id="{name}">'
        f'<caption id="{name}-caption">The {name}</caption><thead><tr><th scope="col">Measure</th><th scope="col">Newest figure</th>'
        f'<th scope="col">Plan</th><th scope="col">Status</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


PARTS = [
    '<div class="banner"><p><strong>Draft.</strong> Four entries of the agreement have not been verified.</p></div>',
    '<ul class="headlines"><li>Medway maintains 3,940 plans, 306 more than a year ago.</li><li>41.2 % were issued in 20 weeks.</li></ul>',
    f'<div class="statuses"><div>{statuses("trajectory")}</div><div>{statuses("duty")}</div></div>',
    chart() + table() + '<p class="meaning">There are 930 more plans than in January 2023: about six more every week of the year.</p>',
    '<div class="unverified"><p><strong>Unverified.</strong> The planned number was read from a chart; nobody confirmed it.</p></div>',
    '<blockquote class="commentary"><p>Requests from <em>early years</em> settings doubled after Easter.</p></blockquote>',
    '<details class="method"><summary>How it is counted</summary><p>Plans in force on the census day, those issued that day included.</p>'
    '</details><dl class="provenance"><dt>Source</dt><dd>SEN2 2026</dd><dt>Known since</dt><dd>25 June 2026</dd></dl>',
]
PROSE = """## How many plans are there?

The number of plans drives every cost. See [method](#Method-and-limits) and [the law](https://www.legislation.gov.uk/ukpga/2014/6).

| Age | Plans |
|:----|------:|
| 0–4 | 210   |
| 5–10 | 1,204 |
"""


def notebook(title="EHC plans", outputs=(), prose=PROSE):
    """An executed notebook: a title, its prose, one cell a result, and how it was made."""
    results = [nbformat.NotebookNode(new_output("display_data", {"text/html": part, "text/plain": "a result"})) for part in PARTS]
    cells = [new_code_cell("section.show()", execution_count=n, outputs=[result]) for n, result in enumerate([*results, *outputs], 1)]
    method = new_markdown_cell("## Method and limits\n\nPublished figures are used as they are.\n\n### What is left out\n\nNothing known.")
    return new_notebook(cells=[new_markdown_cell(f"# {title}\n\nWho has a plan."), new_markdown_cell(prose), *cells, method])


@pytest.fixture(scope="session")
def bodies():
    """Two sections of a pack, the second with a table of several pages and a link to the first."""
    long = [new_output("display_data", {"text/html": table(120, "long")})]
    onward = "## Where?\n\nPlans are counted in [section 10](10_ehc_plans.ipynb#How-many-plans-are-there?)."
    return [section_body(notebook(), "10_ehc_plans"), section_body(notebook("Placements", long, onward), "30_placements")]


@pytest.fixture(scope="session")
def cover():
    """A cover with all that it can hold."""
    return Cover(
        title="Safety Valve monitoring report",
        council="Medway Council",
        quarter="January to March 2026, quarter 4 of 2025-26",
        edition="Public edition",
        as_at="30 April 2026",
        about="How the council's agreement with the Department for Education is being met: children's plans, places, money and the law.",
        marks={"Draft": "Not yet signed off.", "Synthetic": "The council's own figures are made up; published figures are real."},
        provenance={"Figures": "sha256 3f9a0c", "Software": "svip_lib 0.1.0"},
    )


@pytest.fixture(scope="session")
def parts(bodies):
    """The pages from which the two sections are laid out."""
    return [part_page(body) for body in bodies]


@pytest.fixture(scope="session")
def laid_out(parts, tmp_path_factory):
    """The two sections, laid out."""
    files = [tmp_path_factory.mktemp("parts") / f"{number}.pdf" for number in range(len(parts))]
    for part, file in zip(parts, files, strict=True):
        write_pdf(part, file)
    return files


@pytest.fixture(scope="session")
def frame(bodies, cover, laid_out):
    """The page from which all of the paper but its sections is laid out."""
    return frame_page(bodies, cover, [places(file) for file in laid_out])


@pytest.fixture(scope="session")
def good(repository, tmp_path_factory):
    """A small project with a good pack; each test works on a copy."""
    place = tmp_path_factory.mktemp("good")
    project = make_small(copied(repository, place / "checkout"))
    say(project, "Nothing of note.")
    assert Trial(project, place).run(*WITH_PAPER) == (0, "", "")
    return project


@pytest.fixture
def trial(good):
    """A copy of the project with its good pack, in a place with a short name: a channel's name must not be long."""
    with tempfile.TemporaryDirectory(prefix="f") as place:
        trial = Trial(shutil.copytree(good, Path(place) / "c"), Path(place))
        yield trial
        for process in trial.processes():
            process.kill()
