"""The PDF holds what the print page holds, in the same order, and says so to a screen reader."""

import re
from collections import Counter
from itertools import chain

import pikepdf
import pytest
from bs4 import BeautifulSoup

from svip_lib.config.refusal import Refusal
from svip_lib.pack.html import frame_page
from svip_lib.pack.pdf import bind, places, write_pdf
from svip_lib.pack.pdf_text import _Reader
from tests.tagged_pdf import Reading, bookmarks, differences, tags

PAGE = '<!doctype html><html lang="en-GB"><head><title>Plans</title></head><body><h1 id="top">Plans</h1>{}</body></html>'


@pytest.fixture(scope="module")
def file(frame, laid_out, tmp_path_factory):
    path = tmp_path_factory.mktemp("pdf") / "pack.pdf"
    bind(frame, laid_out, path)
    return path


@pytest.fixture(scope="module")
def pdf(file):
    with pikepdf.open(file) as opened:
        yield opened


@pytest.fixture(scope="module")
def elements(pdf):
    """Every tag in reading order."""
    return list(tags(pdf))


def content(page):
    streams = page.obj.Contents
    return b"\n".join(stream.read_bytes() for stream in (streams if isinstance(streams, pikepdf.Array) else [streams]))


def of(elements, kind):
    return [tag for tag in elements if tag.S == f"/{kind}"]


def test_the_paper_holds_what_its_pages_hold_in_their_order(parts, pdf, elements):
    assert differences(parts, pdf) == []
    assert len(of(elements, "Table")) == 8 and len(of(elements, "TR")) > 150


def test_the_bookmarks_are_the_headings(frame, parts, pdf):
    def headings(html):
        return [heading.get_text() for heading in BeautifulSoup(html, "html.parser").find_all(re.compile("^h[1-6]$"))]

    title, made, contents = headings(frame)
    assert bookmarks(pdf) == [title, made, contents, *chain.from_iterable(map(headings, parts))]


def test_the_contents_tell_the_page_on_which_each_section_begins(pdf):
    reading = Reading(pdf)
    (contents,) = [tag for tag in tags(pdf) if tag.S == "/NonStruct" and tag.P.S == "/Document" and len(tag.K) > 1]
    told = dict(re.findall(r"([^\W\d]+?)(\d+)", reading.words(contents).removeprefix("Contents")))
    begins = {reading.words(section.K[0]): next(reading.pieces(section)).page + 1 for section in reading.sections()}
    assert {name: int(told[name]) for name in begins} == begins
    assert list(begins) == ["EHCplans", "Placements"]


def test_every_page_bears_its_number_and_the_name_of_its_section(pdf):
    def foot(page):
        heads = [name for name in page.Resources.XObject if "Frame" in name and f"{name} Do".encode() in page.Contents[0].read_bytes()]
        return "".join(_Reader().shown(page.Resources.XObject[heads[0]], page.Resources.XObject[heads[0]].Resources))

    pages = list(pdf.pages)
    for number, page in enumerate(pages[2:-1], start=3):
        assert f"Page {number} of {len(pages)}" in " ".join(foot(page).split())
    assert "EHC plans" not in foot(pages[2]) and "EHC plans" in foot(pages[3])


def test_a_section_by_itself_keeps_of_a_link_to_another_its_words(bodies, cover, parts, laid_out, tmp_path):
    frame = frame_page(bodies[1:], cover, [places(laid_out[1])])
    bind(frame, laid_out[1:], tmp_path / "one.pdf")
    with pikepdf.open(tmp_path / "one.pdf") as pdf:
        assert differences(parts[1:], pdf) == []
        links = [link for page in pdf.pages for link in page.get("/Annots", [])]
        assert not [link for link in links if str(link.get("/A", {}).get("/URI", "")).startswith("pack:")]
        assert "section10." in Reading(pdf).words(Reading(pdf).sections()[0])


def test_header_cells_of_two_sections_are_told_apart(elements):
    names = [str(cell.ID) for cell in of(elements, "TH")]
    assert len(names) == len(set(names))
    asked = {str(header) for cell in of(elements, "TD") for header in cell.A.Headers}
    assert asked and asked <= set(names)


def test_every_header_cell_says_what_it_heads(elements):
    scopes = Counter((str(cell.P.P.S), str(cell.A.Scope)) for cell in of(elements, "TH"))
    assert set(scopes) == {("/THead", "/Column"), ("/TBody", "/Row")}


def test_a_table_over_several_pages_is_one_table_and_its_header_row_is_told_once(elements):
    (long,) = [table for table in of(elements, "Table") if len(table.K[-1].K) == 121]
    assert [str(part.S) for part in long.K] == ["/Caption", "/THead", "/TBody"]
    headers = {str(cell.ID) for cell in long.K[1].K[0].K}
    last = long.K[2].K[-1].K
    assert [str(header) for header in last[1].A.Headers] == [str(last[0].ID), str(long.K[1].K[0].K[1].ID)]
    assert len(headers) == 3


def test_what_the_tree_does_not_hold_is_marked_as_decoration(pdf):
    numbers = list(pdf.Root.StructTreeRoot.ParentTree.Nums)
    back = dict(zip((int(number) for number in numbers[::2]), numbers[1::2], strict=True))
    for page in pdf.pages:
        marked = [int(number) for number in re.findall(rb"/MCID (\d+)", content(page))]
        assert all(back[int(page.obj.StructParents)][number] is not None for number in marked)
    drawn = [each for each in pdf.objects if isinstance(each, pikepdf.Stream) and each.get("/Subtype") == "/Form"]
    heads = [each.read_bytes() for each in drawn if b"/Pagination" in each.read_bytes()]
    assert len(heads) == len(pdf.pages) - 2 and not any(b"/MCID" in head for head in heads)  # cover and contents bear their own


def test_a_link_says_where_it_leads_and_is_there_on_paper_too(pdf):
    links = [link for page in pdf.pages for link in page.get("/Annots", [])]
    said = {str(link.Dest): str(link.Contents) for link in links if "/Dest" in link}
    assert said["s10-how-many-plans-are-there"] == "Go to: How many plans are there?"
    assert all(link.F == 4 for link in links)


def test_a_figure_lies_where_it_says(elements):
    for figure in of(elements, "Figure"):
        left, bottom, right, top = (float(edge) for edge in figure.A.BBox)
        assert 50 < left < right < 545 and 55 < bottom < top < 790


def test_nothing_in_the_file_tells_when_it_was_made(pdf):
    assert not [key for key in pdf.docinfo if "Date" in key]
    assert not re.search(rb"\d{4}-\d\d-\d\dT|CreateDate|ModifyDate|MetadataDate", pdf.Root.Metadata.read_bytes())


def test_the_file_names_itself_its_language_and_its_standard(pdf):
    assert str(pdf.docinfo.Title).startswith("Safety Valve monitoring report")
    assert str(pdf.Root.Lang) == "en-GB"
    assert re.search(rb"pdfuaid:part[>=\"]+1", pdf.Root.Metadata.read_bytes())


def test_all_text_is_set_in_the_packs_own_typeface(pdf):
    fonts = {str(font.BaseFont).partition("+")[2] for page in pdf.pages for font in page.Resources.get("/Font", {}).values()}
    assert fonts and all(name.startswith("Source-Sans-Pro") for name in fonts)


def test_two_builds_give_the_same_bytes(parts, frame, file, laid_out, tmp_path):
    for number, (part, before) in enumerate(zip(parts, laid_out, strict=True)):
        write_pdf(part, tmp_path / f"{number}.pdf")
        assert (tmp_path / f"{number}.pdf").read_bytes() == before.read_bytes()
    bind(frame, laid_out, tmp_path / "again.pdf")
    assert (tmp_path / "again.pdf").read_bytes() == file.read_bytes()


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (
            '<img src="data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 width=%221%22 height=%221%22/%3E">',
            "no required alt",
        ),
        ('<a href="#nowhere">there</a>', "No anchor #nowhere"),
        ('<img alt="A chart" src="file:///etc/hostname">', "disallowed protocol"),
        ("<style>p {colour: red}</style><p>x</p>", "colour"),
    ],
)
def test_what_weasyprint_only_mutters_about_stops_the_pdf(body, problem, tmp_path):
    with pytest.raises(Refusal, match=problem):
        write_pdf(PAGE.format(body), tmp_path / "plans.pdf")
    assert not (tmp_path / "plans.pdf").exists()


def test_a_link_that_breaks_over_lines_is_one_link(tmp_path):
    words = "a link of very many words " * 12
    write_pdf(PAGE.format(f'<p><a href="#top">{words}</a></p>'), tmp_path / "plans.pdf")
    with pikepdf.open(tmp_path / "plans.pdf") as pdf:
        paragraph = pdf.Root.StructTreeRoot.K[0].K[1]
        assert [str(tag.S) for tag in paragraph.K] == ["/Link"]
        assert len([kid for kid in paragraph.K[0].K if not isinstance(kid, int)]) == len(pdf.pages[0].Annots) > 1
