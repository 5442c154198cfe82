"""The covering paper in Word: the council's headings, numbers that Word counts, every figure by name, and the same bytes each time."""

import re
import zipfile
from io import BytesIO

import docx
import pytest
from bs4 import BeautifulSoup
from docx.oxml.ns import qn

from svip_lib.config.project import Project
from svip_lib.config.refusal import Refusal
from svip_lib.config.registry import read_dictionary
from svip_lib.pack.cover import SOURCE, TEXT_WIDTH, covering_paper
from tests.drawn import drawn_release, drawn_row
from tests.pack.scan import scan

# The order of the council's report of November 2022.
HEADINGS = [
    "Summary",
    "Budget and policy framework",
    "Background",
    "Evidence informed practice",
    "Safety Valve Intervention Programme: the plan",
    "Performance indicators",
    "Risk management",
    "Financial implications",
    "Legal implications",
    "Recommendations",
    "Lead officer contact",
    "Appendices",
    "Background papers",
]
TITLE = "# A report\n\n"


@pytest.fixture(scope="module")
def released(repository):
    entry = read_dictionary(repository / "data/dictionary")["ehc_plans_count"]
    rows = [drawn_row(entry, value, period=period) for value, period in ((3041.0, "202425"), (4287.0, "202526"))]
    return drawn_release(entry, rows=rows)


@pytest.fixture
def write(checkout, released, cover):
    """Write the council's paper, or another text in its place, and return the file."""

    def make(text=None):
        project, file = Project.find(checkout), checkout.parent / "cover.docx"
        if text is not None:
            (project.authority("medway") / SOURCE).write_text(text, encoding="utf-8")
        file.write_bytes(covering_paper(project, released, cover))
        return file

    return make


def told(file):
    return [(line.style.name, line.text) for line in docx.Document(file).paragraphs]


def of(file, *styles):
    return [text for style, text in told(file) if style in styles]


def test_the_headings_stand_in_the_order_of_the_councils_own_report(write):
    assert of(write(), "Heading 1", "Heading without number") == HEADINGS


def test_word_counts_headings_and_paragraphs_and_no_number_is_typed(write):
    document = docx.Document(write())
    numbering = document.part.numbering_part.element
    levels = {
        level.find(qn("w:pStyle")).get(qn("w:val")): level.find(qn("w:lvlText")).get(qn("w:val")) for level in numbering.iter(qn("w:lvl"))
    }
    assert levels == {"Heading1": "%1.", "NumberedParagraph": "%1.%2", "ListBullet": "•"}
    for name in ("Heading 1", "Numbered paragraph", "List Bullet"):
        assert document.styles[name].element.pPr.numPr is not None
    assert document.styles["Heading without number"].base_style.name == "Normal"
    assert not [line.text for line in document.paragraphs if line.text[:1].isdigit() and line.style.name not in ("Subtitle", "Table note")]


def test_paragraphs_have_numbers_beneath_a_heading_with_a_number_and_none_beneath_another(write):
    file = write(TITLE + "## First {-}\n\nPlain.\n\n## Second\n\nCounted.\n\n- Bullet\n\n> To be written by the clerk: this.\n")
    assert told(file)[-6:] == [
        ("Heading without number", "First"),
        ("Body Text", "Plain."),
        ("Heading 1", "Second"),
        ("Numbered paragraph", "Counted."),
        ("List Bullet", "Bullet"),
        ("Numbered paragraph", "[To be written by the clerk: this.]"),
    ]


def test_what_a_person_has_to_write_is_marked_by_words_and_by_a_style_of_its_own(write):
    runs = [run.text for line in docx.Document(write()).paragraphs for run in line.runs if run.style.name == "To be written"]
    assert len(runs) == 5
    assert all(text.startswith("[To be written by the ") for text in runs)
    assert any("legal adviser" in text for text in runs)


def test_it_says_first_what_kind_of_paper_it_is_and_on_every_page_again(write, cover):
    file = write()
    marks = [f"{word}. {sentence}" for word, sentence in cover.marks.items()]
    assert told(file)[: len(marks)] == [("Mark", text) for text in marks]
    assert docx.Document(file).sections[0].header.paragraphs[0].text == "DRAFT · SYNTHETIC"


def test_it_has_a_title_and_a_language_and_tells_committee_and_roles(write):
    file = write()
    document = docx.Document(file)
    title = "Safety Valve Intervention Programme: monitoring report, January to March 2026, quarter 4 of 2025-26"
    assert (document.core_properties.title, document.core_properties.language) == (title, "en-GB")
    assert of(file, "Title") == [title]
    assert document.styles.element.find(f".//{qn('w:lang')}").get(qn("w:val")) == "en-GB"
    assert "Children and Young People Overview and Scrutiny Committee" in of(file, "Subtitle")
    assert "Date of the meeting: to be set" in of(file, "Subtitle")
    assert "Report from: Director of People, Children and Adults" in of(file, "Body Text")


def test_a_figure_comes_by_its_name_and_a_missing_one_says_so(write):
    summary = of(write(), "List Bullet")[:2]
    assert summary[0].startswith("Medway maintained 4,287 EHC plans in January 2026. Base: ")
    assert summary[1].startswith("Children with plans in mainstream schools: our files hold no figure of Medway")


def test_a_table_has_a_caption_that_counts_and_a_first_row_that_is_marked_as_heads(write):
    document = docx.Document(write())
    captions = [line for line in document.paragraphs if line.style.name == "Caption"]
    assert len(captions) == len(document.tables) >= 5
    for table, caption in zip(document.tables, captions, strict=True):
        assert caption._p.find(qn("w:fldSimple")).get(qn("w:instr")).startswith("SEQ Table")
        assert [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows] == [True] + [False] * (len(table.rows) - 1)
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) in "".join(caption._p.itertext())
        assert all(cell.text for row in table.rows for cell in row.cells)


def test_a_column_is_as_wide_as_its_cells_want_and_a_table_as_wide_as_the_text(write):
    for table in docx.Document(write()).tables:
        assert sum(column.width for column in table.columns) == pytest.approx(TEXT_WIDTH, rel=0.01)
        longest = [max(len(cell.text) for cell in column.cells) for column in table.columns]
        assert table.columns[longest.index(max(longest))].width == max(column.width for column in table.columns)
        assert all([cell.width for cell in row.cells] == [column.width for column in table.columns] for row in table.rows)


def test_what_leads_up_to_a_table_and_what_is_noted_beneath_stay_with_it(write):
    document = docx.Document(write())
    lines = document.paragraphs
    for place in (place for place, line in enumerate(lines) if line.style.name == "Caption"):
        assert lines[place - 1].paragraph_format.keep_with_next
    noted = [BeautifulSoup(table._tbl.getnext().xml, "xml").find("pStyle")["w:val"] == "TableNote" for table in document.tables]
    assert any(noted)
    for table, note in zip(document.tables, noted, strict=True):
        assert all(bool(cell.paragraphs[0].paragraph_format.keep_with_next) is note for cell in table.rows[-1].cells)


def test_it_holds_no_picture_so_that_none_lacks_words(write):
    with zipfile.ZipFile(write()) as parts:
        assert not [name for name in parts.namelist() if "media" in name]
        assert b"<w:drawing" not in parts.read("word/document.xml")


def test_two_builds_give_the_same_bytes_and_no_time_but_the_packs_day(write):
    first = write().read_bytes()
    assert write().read_bytes() == first
    with zipfile.ZipFile(BytesIO(first)) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    told = docx.Document(BytesIO(first)).core_properties
    assert {told.created.isoformat(), told.modified.isoformat()} == {"2026-07-31T00:00:00+00:00"}


def test_words_from_a_file_are_words_and_neither_markdown_nor_code(write, checkout):
    file = checkout / "data/authorities/medway/authority.yaml"
    text = file.read_text(encoding="utf-8")
    strange = "Council's *own* [x](y) <b>_a_</b> {{ 1 }} | Committee"
    file.write_text(
        text.replace("committee: Children and Young People Overview and Scrutiny Committee", f'committee: "{strange}"'), encoding="utf-8"
    )
    assert of(write(TITLE + "The {{ committee }} is asked."), "Body Text")[-1] == f"The {strange} is asked."


def test_a_council_without_a_plan_is_not_given_one(write):
    assert any("holds no plan" in text for text in of(write(), "Numbered paragraph"))


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ('{{ sentence("ehc_plan_count") }}', 3, "There is no indicator 'ehc_plan_count'"),
        ('{{ table("no_such") }}', 3, "There is no table 'no_such'"),
        ("{{ comittee }}", 3, "'comittee' is undefined"),
        ("Words\n\n{{ committee", 5, "unexpected end of template"),
        ("{{ duty(1, 2) }}", 3, "takes 0 positional arguments"),
        ("![a chart](chart.png)", None, "The paper has no form for a <p>"),
        ("### Too deep", None, "The paper has no form for a <h3> ('Too deep')"),
        ("- one\n    - within", None, "The paper has no form for a <ul>"),
    ],
)
def test_a_slip_in_the_paper_is_told_with_its_file_and_line(write, text, line, problem):
    with pytest.raises(Refusal) as refusal:
        write(TITLE + text)
    assert problem in str(refusal.value)
    assert f"{SOURCE}{f', line {line}' if line else ''}:" in str(refusal.value)


def test_a_paper_without_a_title_is_refused(write):
    with pytest.raises(Refusal, match="The paper has no form for a <h2>"):
        write("## Summary\n\nWords.\n")


def test_no_figure_is_typed_into_the_council_s_text(repository):

    text = (repository / "data/authorities/medway" / SOURCE).read_text(encoding="utf-8")
    assert not re.search(r"\d[\d,.]*\s?(%|per cent|plans|children|pupils)|£\s?\d", text)
    assert "Medway" not in text


def test_the_scan_for_leaks_reads_every_part_of_it(write):
    file = write(TITLE + "Kept in /var/plans/here.\n")
    assert [(finding.place, finding.kind) for finding in scan(file.parent) if finding.file == file.name] == [
        ("document.xml, text", "path of a machine")
    ]


@pytest.mark.pack
def test_the_pack_holds_it_links_to_it_and_tells_the_same_as_its_summary(pack):
    text = "\n".join(text for _, text in told(pack / "cover.docx"))
    for sentence in (
        "Medway maintained 4,287 EHC plans in January 2026, 1,033 (31.7%) above the plan of 3,254. Base: ",
        "21.4% of new plans in Medway were issued within 20 weeks in 2025",
        "SYNTHETIC",
    ):
        assert sentence in text
    page = BeautifulSoup((pack / "index.html").read_text(encoding="utf-8"), "html.parser")
    assert page.find("a", href="cover.docx").text == "a covering paper for the committee (Word)"
    summary = BeautifulSoup((pack / "sections/00_member_summary.html").read_text(encoding="utf-8"), "html.parser")
    tables = {table.cell(0, 2).text: table for table in docx.Document(pack / "cover.docx").tables}
    for anchor, head in (("status-trajectory", "Plan"), ("status-duty", "The law asks")):
        rows = summary.find(id=f"s00-{anchor}").find_all("tr")
        page_cells = [[" ".join(cell.get_text().split(" ")) for cell in row.find_all(["th", "td"])] for row in rows]
        assert [[cell.text for cell in row.cells] for row in tables[head].rows] == page_cells
