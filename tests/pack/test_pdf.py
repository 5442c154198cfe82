"""The PDF holds what the print page holds, in the same order, and says so to a screen reader."""

import re
from collections import Counter

import pikepdf
import pytest
from bs4 import BeautifulSoup

from svip_lib.config.refusal import Refusal
from svip_lib.pack.html import print_page
from svip_lib.pack.pdf import write_pdf

TAGS = {"ul": "L", "ol": "L", "li": "LI", "img": "Figure", "a": "Link", "figcaption": "Caption", "blockquote": "BlockQuote"}
TAGS |= {name: name.upper() for name in ("p", "h1", "h2", "h3", "h4", "tr", "th", "td")}
TAGS |= {"table": "Table", "thead": "THead", "tbody": "TBody", "caption": "Caption"}
PAGE = '<!doctype html><html lang="en-GB"><head><title>Plans</title></head><body><h1 id="top">Plans</h1>{}</body></html>'


@pytest.fixture(scope="module")
def paper(bodies, cover):
    return print_page(bodies, cover)


@pytest.fixture(scope="module")
def file(paper, tmp_path_factory):
    path = tmp_path_factory.mktemp("pdf") / "pack.pdf"
    write_pdf(paper, path)
    return path


@pytest.fixture(scope="module")
def pdf(file):
    with pikepdf.open(file) as opened:
        yield opened


@pytest.fixture(scope="module")
def elements(pdf):
    """Every tag in reading order."""

    def below(tag):
        yield tag
        for kid in tag.get("/K", []):
            if isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == pikepdf.Name.StructElem:
                yield from below(kid)

    return list(below(pdf.Root.StructTreeRoot.K[0]))


def of(elements, kind):
    return [tag for tag in elements if tag.S == f"/{kind}"]


def test_the_pdf_has_the_same_parts_as_the_page(paper, elements):
    page = Counter(TAGS[element.name] for element in BeautifulSoup(paper, "html.parser").body.find_all(list(TAGS)))
    tagged = Counter(str(tag.S)[1:] for tag in elements)
    assert {kind: tagged[kind] for kind in page} == dict(page)
    assert page["Table"] == 8 and page["TR"] > 150


def test_every_alternative_text_of_the_page_is_in_the_pdf_in_its_order(paper, elements):
    alts = [image["alt"] for image in BeautifulSoup(paper, "html.parser").find_all("img")]
    assert [str(tag.Alt) for tag in of(elements, "Figure")] == alts


def test_the_bookmarks_are_the_headings(paper, pdf):
    def titles(items):
        for item in items:
            yield item.title
            yield from titles(item.children)

    with pdf.open_outline() as outline:
        assert list(titles(outline.root)) == [
            heading.get_text() for heading in BeautifulSoup(paper, "html.parser").find_all(re.compile("^h[1-6]$"))
        ]


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
        marked = [int(number) for number in re.findall(rb"/MCID (\d+)", page.Contents.read_bytes())]
        assert all(back[int(page.obj.StructParents)][number] is not None for number in marked)
    heads = [page.Contents.read_bytes().count(b"/Pagination") for page in pdf.pages]
    assert heads[0] == 0 and min(heads[1:]) >= 3


def test_a_link_says_where_it_leads_and_is_there_on_paper_too(pdf):
    links = [link for page in pdf.pages for link in page.get("/Annots", [])]
    said = {str(link.Dest): str(link.Contents) for link in links if "/Dest" in link}
    assert said["s10-how-many-plans-are-there"] == "Go to: How many plans are there?"
    assert said["provenance"] == "Go to: How this report was made"
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


def test_two_builds_give_the_same_bytes(paper, file, tmp_path):
    write_pdf(paper, tmp_path / "again.pdf")
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
