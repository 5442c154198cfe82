"""The web page and the print page: what a reader gets, and what stops a section on its way there."""

import base64
import hashlib
import re
from dataclasses import replace
from itertools import pairwise

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from svip_lib.config.refusal import Refusal
from svip_lib.pack.html import Standing, frame_page, page, part_page, section_body
from svip_lib.pack.pdf import places
from svip_lib.show.explain import details_html


def parsed(html):
    return BeautifulSoup(html, "html.parser", multi_valued_attributes=None)


def told(*parts, title="# Plans"):
    """A notebook of Markdown (text) and results (cells)."""
    cells = [part if isinstance(part, nbformat.NotebookNode) else new_markdown_cell(part) for part in (title, *parts)]
    return new_notebook(cells=cells)


def shown(html="", kind="display_data", **data):
    """A cell that ran and showed one result."""
    bundle = {"text/html": html} if html else {key.replace("_", "/"): value for key, value in data.items()}
    return new_code_cell("section.show()", execution_count=1, outputs=[new_output(kind, bundle)])


@pytest.fixture(scope="module")
def pack(bodies, cover):
    return page(bodies, cover)


@pytest.fixture(scope="module")
def single(bodies, cover):
    return page(bodies[:1], cover, whole="index.html")


@pytest.fixture(scope="module")
def paper(frame, parts):
    """The paper as one page: each section in the place that the frame keeps for it."""
    soup = parsed(frame)
    for leaves, part in zip(soup.select(".leaves"), parts, strict=True):
        leaves.replace_with(parsed(part.replace('href="pack:', 'href="#')).select_one("main > section"))
    return str(soup)


# --- the page ---


def test_a_page_runs_nothing_and_fetches_nothing(pack, single):
    for html in (pack, single):
        soup = parsed(html)
        assert not soup.find_all(["script", "link", "iframe", "object", "embed"])
        assert not [name for element in soup.find_all(True) for name in element.attrs if name.startswith("on")]
        assert all(image["src"].startswith("data:") for image in soup.find_all("img"))
        assert set(re.findall(r"url\((\w+:)", str(soup.style))) == {"data:"}
        assert "@import" not in html


def test_the_policy_lets_in_the_pages_own_stylesheet_and_nothing_else(pack, single):
    for html in (pack, single):
        policy = parsed(html).find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
        (style,) = re.findall(r"<style>(.*?)</style>", html, flags=re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}'" in policy
        assert policy.startswith("default-src 'none'") and "unsafe" not in policy and "script-src" not in policy
        assert not parsed(html).find_all(style=True)


def test_anchors_are_unique_over_the_pack_and_every_link_and_label_meets_one(pack, paper):
    for html in (pack, paper):
        soup = parsed(html)
        anchors = [element["id"] for element in soup.find_all(id=True)]
        assert len(anchors) == len(set(anchors)) > 20
        labels = [name for element in soup.find_all(attrs={"aria-labelledby": True}) for name in element["aria-labelledby"].split()]
        links = [link["href"][1:] for link in soup.select('a[href^="#"]')]
        assert set(labels + links) <= set(anchors)
    assert pack.count('id="s10-ehc_plans_count-table"') == pack.count('id="s30-ehc_plans_count-table"') == 1


def test_the_contents_name_every_heading(pack, single, paper):
    for html in (pack, single, paper):
        soup = parsed(html)
        listed = [(link["href"], link.get_text()) for link in soup.nav.find_all("a")]
        found = soup.find_all(re.compile("^h[1-6]$"))
        headings = [heading for heading in found if heading.find_parent(["main", "footer"]) and not heading.find_parent("nav")]
        assert listed == [(f"#{heading['id']}", heading.get_text()) for heading in headings]


def test_a_page_has_one_title_and_skips_no_level(pack, single, paper):
    for html, title in ((pack, "Safety Valve monitoring report"), (single, "EHC plans"), (paper, "Safety Valve monitoring report")):
        headings = parsed(html).find_all(re.compile("^h[1-6]$"))
        levels = [int(heading.name[1]) for heading in headings]
        assert [heading.get_text() for heading in headings if heading.name == "h1"] == [title]
        assert all(below <= above + 1 for above, below in pairwise(levels))


def test_a_page_says_its_language_and_lets_the_keyboard_pass_the_contents(pack):
    soup = parsed(pack)
    assert soup.html["lang"] == "en-GB"
    assert soup.body.find("a")["href"] == "#main" and soup.main["id"] == "main"


def test_marks_and_provenance_are_on_every_page(pack, single, paper):
    for html in (pack, single, paper):
        text = " ".join(parsed(html).get_text().split())
        assert "Synthetic. The council's own figures are made up" in text
        assert "sha256 3f9a0c" in text
    assert parsed(paper).body["data-marks"] == "DRAFT · SYNTHETIC"


def test_words_of_the_cover_are_words_and_never_markup(bodies, cover):
    html = page(bodies, replace(cover, title="<b>Plans</b> & places"))
    assert "<b>Plans" not in html and "&lt;b&gt;Plans" in html


def test_two_builds_give_the_same_bytes(pack, parts, frame, laid_out, bodies, cover):
    assert page(bodies, cover) == pack
    assert [part_page(body) for body in bodies] == parts
    assert frame_page(bodies, cover, [places(file) for file in laid_out]) == frame


def test_two_sections_with_one_number_are_refused(bodies, cover):
    twin = replace(bodies[0], slug="10_twin")
    with pytest.raises(Refusal, match="'s10' stands twice"):
        page([bodies[0], twin], cover)


def test_a_link_to_another_section_stays_in_the_pack_and_leads_to_its_file_from_a_page_of_its_own(pack, bodies, cover, paper):
    def target(html):
        return {link["href"] for link in parsed(html).main.find_all("a", string="section 10")}

    assert target(pack) == target(paper) == {"#s10-how-many-plans-are-there"}
    assert target(page(bodies[1:], cover, whole="index.html")) == {"10_ehc_plans.html#s10-how-many-plans-are-there"}
    assert target(part_page(bodies[1], cover)) == set()


def test_a_link_to_a_heading_that_another_section_lacks_is_refused_in_the_pack(bodies, cover):
    astray = section_body(told("See [there](10_ehc_plans.ipynb#No-such-heading)."), "20_duties")
    with pytest.raises(Refusal, match="'s10-no-such-heading', which is not on the page"):
        page([bodies[0], astray], cover)


def test_paper_opens_what_it_cannot_unfold_and_lists_what_it_cannot_pair(paper):
    soup = parsed(paper)
    assert not soup.find_all(["details", "summary", "dl", "dt", "dd"])
    assert "Plans in force on the census day" in soup.get_text()
    assert [item.get_text() for item in soup.select("main ul.provenance")[0].find_all("li")] == [
        "Source: SEN2 2026",
        "Known since: 25 June 2026",
    ]


def test_how_a_figure_was_made_is_folded_on_the_page_and_left_out_on_paper(cover):
    lines = {"Figure": "Plans", "Period": "January 2026", "Base": "all plans that were counted"}
    body = section_body(told("Words.", shown(str(details_html(lines)))), "10_x")
    folded = parsed(page([body], cover)).find("details", class_="explain")
    assert not folded.has_attr("open") and folded.summary.get_text() == "How this figure was made: Plans, January 2026"
    on_paper = parsed(part_page(body)).main.get_text()
    assert "Words." in on_paper and "all plans that were counted" not in on_paper and "How this figure" not in on_paper


def test_a_sign_and_a_pound_sign_stay_together_at_the_end_of_a_line():
    text = "<p>It fell by −£1.2m &amp; rose by +£94 to £3m.</p>"
    cells = '<table class="numbers"><tr><td>−£1.2m</td></tr></table><table><tr><td class="num">−£1.2m</td></tr></table>'
    soup = parsed(section_body(told(shown(text + cells)), "10_x").html)
    assert [part.get_text() for part in soup.find_all("span", class_="whole")] == ["−£1.2m", "+£94"]
    assert soup.p.get_text() == "It fell by −£1.2m & rose by +£94 to £3m."


def test_what_can_be_followed_or_unfolded_on_the_page_is_left_out_on_paper_and_the_figures_stand_open(pack, paper):
    assert parsed(pack).select("main details.figures > table, main details.figures table")
    assert not parsed(paper).select("details, .here, .take, .chart-scroll, .figures")
    assert "Show the figures" not in paper and "Link to" not in paper
    assert len(parsed(paper).find_all("table")) == len(parsed(pack).main.find_all("table"))


def test_the_statuses_of_each_section_stand_on_top_and_lead_to_their_figures(bodies, cover):
    mark = '<span class="status status-missed"><span class="mark" aria-hidden="true">◆</span> Plan missed</span>'
    plans, places = (
        Standing("Trajectory", "ehc_plans_count", "EHC plans", mark, "January 2026"),
        Standing("Duty", "elsewhere", "<b>Places</b>", mark, "", synthetic=True),
    )
    told = replace(cover, statuses={"10_ehc_plans": [plans, places]})
    top = parsed(page(bodies, told)).main.find("nav")
    assert [" ".join(item.get_text().split()) for item in top.select("li li")] == [
        "◆ Plan missed Trajectory: EHC plans, January 2026",
        "◆ Plan missed Duty: <b>Places</b>, SYNTHETIC",
    ]
    assert [link["href"] for link in top.find_all("a")] == ["#s10", "#s10-ehc_plans_count", "#s10", "#s30"]
    assert " ".join(top.find("p", class_="of").get_text().split()) == "Without a plan or duty of their own: Placements."
    assert parsed(page(bodies[1:], told, whole="../index.html")).main.find("nav") is None
    assert parsed(page(bodies[:1], told, whole="../index.html")).main.nav.h2.get_text() == "How this section stands"


def test_every_page_leads_to_the_accessibility_statement(pack, bodies, cover):
    assert parsed(pack).footer.a["href"] == "accessibility.html"
    assert parsed(page(bodies[:1], cover, whole="../index.html")).footer.a["href"] == "../accessibility.html"


def test_a_chart_keeps_its_own_letters_on_the_web_and_takes_the_pages_on_paper(pack, paper):
    def drawing(html):
        return base64.b64decode(parsed(html).img["src"].split(",")[1]).decode()

    assert "@font-face" in drawing(pack) and "@font-face" not in drawing(paper)
    assert "January 2026" in drawing(paper)


# --- the notebook ---


def test_every_result_reaches_the_page_and_no_code_does(pack):
    parts = [f"<p>result {n}</p>" for n in range(4)]
    book = told(shown(parts[0]), shown(parts[1], kind="execute_result"), shown(text_markdown="*result 2*"), shown(text_plain="<result 3>"))
    html = section_body(book, "10_x").html
    assert [html.count(f"result {n}") for n in range(4)] == [1, 1, 1, 1]
    assert "<em>result 2</em>" in html and "<pre>&lt;result 3&gt;</pre>" in html
    assert "section.show" not in html and "section.show" not in pack


@pytest.mark.parametrize("data", [{"image_png": "iVBORw0KGgo="}, {"image_svg+xml": "<svg/>"}, {"text_plain": " "}])
def test_a_result_that_would_leave_nothing_on_the_page_is_refused(data):
    with pytest.raises(Refusal, match="A result of cell 2 would leave nothing"):
        section_body(told(shown(**data)), "10_x")


def test_a_file_gives_the_same_section_as_the_notebook_in_it(tmp_path):
    book = told("Words.", shown("<p>result</p>"))
    nbformat.write(book, tmp_path / "10_x.ipynb")
    assert section_body(tmp_path / "10_x.ipynb", "10_x") == section_body(book, "10_x")


def test_a_failed_cell_stops_the_section():
    book = told(shown("<p>fine</p>"))
    book.cells[1].outputs.append(new_output("error", ename="KeyError", evalue="'plans'", traceback=["…"]))
    with pytest.raises(Refusal, match=r"notebooks/10_x.ipynb: Cell 2 failed: KeyError: 'plans'\."):
        section_body(book, "10_x")


def test_a_notebook_that_stopped_half_way_is_refused():
    with pytest.raises(Refusal, match="Cell 3 did not run"):
        section_body(told(shown("<p>fine</p>"), new_code_cell("section.close()")), "10_x")


@pytest.mark.parametrize("text", ["findfont: Font family 'Arial' not found.", "x.py:3: FutureWarning: this will change"])
def test_a_warning_stops_the_section(text):
    cell = new_code_cell("x", execution_count=1, outputs=[new_output("stream", name="stderr", text=text)])
    with pytest.raises(Refusal, match="Cell 2 warned"):
        section_body(told(cell), "10_x")


def test_progress_is_left_out_in_silence():
    cell = new_code_cell("x", execution_count=1, outputs=[new_output("stream", name="stderr", text="100%|####| 3/3")])
    assert "100%" not in section_body(told("Words.", cell), "10_x").html


@pytest.mark.parametrize(
    ("markdown", "problem"),
    [
        (["### Deep"], "'Deep' stands too deep"),
        (["## a", "### b", "#### c", "##### d", "###### e"], "'e' stands too deep"),
        (["# Another title"], "has one title"),
        (["[on](#nowhere)"], "'#nowhere' leads nowhere"),
        (["[file](notes.docx)"], "'notes.docx' leads nowhere"),
        (["[run](javascript:alert())"], "leads nowhere"),
        (["Done ☃"], r"no '☃' \(snowman\)"),
        (["<script>1</script>"], "bare <script>"),
        (['<p onclick="1">x</p>'], "bare <p>"),
        (['<p style="color:red">x</p>'], "its own style, 'color:red'"),
    ],
)
def test_what_not_everyone_could_read_or_reach_is_refused(markdown, problem):
    with pytest.raises(Refusal, match=problem):
        section_body(told(*markdown), "10_x")


def test_a_section_without_a_title_is_refused():
    with pytest.raises(Refusal, match="has one title"):
        section_body(told("Words.", title="## Not a title"), "10_x")


@pytest.mark.parametrize(
    "alt", ["", 'alt=""', 'alt="chart.png"', 'alt="The message"', 'alt="No description has been provided for this image"']
)
def test_a_picture_without_words_of_its_own_is_refused(alt):
    figure = f'<figure><p>The message</p><img {alt} src="data:image/png;base64,iVBORw0KGgo="></figure>'
    with pytest.raises(Refusal, match="no words of its own"):
        section_body(told(shown(figure)), "10_x")


def test_a_picture_outside_the_page_is_refused():
    with pytest.raises(Refusal, match="lies outside the page"):
        section_body(told("![A chart of plans](https://example.org/plans.png)"), "10_x")


def test_a_bare_data_frame_is_refused():
    frame = "<div><style scoped>.dataframe {}</style><table border='1' class='dataframe'><tr><td>1</td></tr></table></div>"
    with pytest.raises(Refusal, match="bare <style>"):
        section_body(told(shown(frame, kind="execute_result")), "10_x")


def test_a_markdown_table_is_aligned_by_class_and_scoped():
    table = parsed(section_body(told("| Age | Plans |\n|:---|---:|\n| 0–4 | 210 |"), "10_x").html).table
    assert [(cell["scope"], cell["class"]) for cell in table.find_all("th")] == [("col", "align-left"), ("col", "align-right")]
    assert not table.find_all(style=True)


def test_a_table_shown_twice_keeps_its_own_label_each_time():
    table = (
        '<div role="group" aria-labelledby="t-caption"><table id="t"><caption id="t-caption">T</caption><tr><td>1</td></tr></table></div>'
    )
    soup = parsed(section_body(told("## T", shown(table), "## T", shown(table), "[first](#t)"), "10_x").html)
    assert [group["aria-labelledby"] for group in soup.select("[role=group]")] == ["s10-t-caption", "s10-t-caption-2"]
    assert [caption["id"] for caption in soup.find_all("caption")] == ["s10-t-caption", "s10-t-caption-2"]
    assert len({element["id"] for element in soup.find_all(id=True)}) == 6


PICTURE = '<img alt="A line that rises." src="data:image/png;base64,iVBO">'
CHART = f'<figure id="places">{PICTURE}<figcaption>Figure 10.1. Plans.</figcaption></figure>'
TABLE = '<table id="{}"><caption>Table 10.{}. Plans</caption><tr><th>Period</th></tr></table>'


@pytest.mark.parametrize(
    ("markdown", "target", "words"),
    [
        ("[figure](#places)", "#s10-places", "Figure 10.1"),
        ("[Table](#places)", "#s10-places-table", "Table 10.1"),
        ("[table](#neighbours)", "#s10-register-neighbours", "Table 10.2"),
        ("[this chart](#places)", "#s10-places", "this chart"),
    ],
)
def test_a_link_to_a_figure_or_table_by_name_is_told_by_its_number(markdown, target, words):
    shows = shown(CHART + TABLE.format("places-table", 1) + TABLE.format("register-neighbours", 2))
    (link,) = parsed(section_body(told(f"See {markdown}.", shows), "10_x").html).select("a:not(.here)")
    assert (link["href"], link.get_text()) == (target, words)


def test_a_link_to_a_figure_for_which_a_council_has_nothing_leads_to_the_sentence_that_says_so():
    shows = shown('<p class="message" id="places">Places: not supplied</p>')
    (link,) = parsed(section_body(told("See [figure](#places).", shows), "10_x").html).find_all("a")
    assert (link["href"], link.get_text()) == ("#s10-places", "figure")


@pytest.mark.parametrize("markdown", ["[figure](#pupils)", "[figure](#places-table)", "[table](20_y.ipynb#places)", "[figure](#places2)"])
def test_a_link_to_a_figure_or_table_that_is_not_in_the_section_is_refused(markdown):
    with pytest.raises(Refusal, match=r"There is no (figure|table) '"):
        section_body(told(f"See {markdown}.", shown(CHART + TABLE.format("places-table", 1))), "10_x")


def test_every_paragraph_bears_a_number_that_is_the_same_on_the_page_and_on_paper(pack, paper):
    def numbered(html):
        return {number.get_text(): number.parent.get_text() for number in parsed(html).select("main p > span.paragraph")}

    assert numbered(pack) == numbered(paper)
    assert list(numbered(pack)) == [f"{section}.{number}" for section in (10, 30) for number in range(1, 7)]
    assert numbered(pack)["10.3"].startswith("10.3 There are 930 more plans")


def test_the_summary_keeps_the_numbers_that_it_gives_itself():
    assert "span" not in section_body(told("1.1. It rose."), "00_x").html


def test_links_find_a_heading_as_jupyterlab_does():
    html = section_body(told("## How many plans?", "[up](#How-many-plans?) [top](#Plans)"), "10_x").html
    assert 'href="#s10-how-many-plans"' in html and 'href="#s10"' in html
