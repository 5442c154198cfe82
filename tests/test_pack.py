"""The pack as one real run makes it, looked at from many sides."""

import csv
import hashlib
import json
import re
import shutil
from urllib.parse import unquote

import pandas as pd
import pikepdf
import pytest
from bs4 import BeautifulSoup

from svip_lib.config.registry import read_dictionary
from svip_lib.config.result import COLUMNS, KEY, read_figures
from svip_lib.show.registers import TABLES
from tests.conftest import run_svip

pytestmark = pytest.mark.pack
SECTIONS = [
    "00_member_summary",
    "10_ehc_plans",
    "20_statutory_duties",
    "30_placements",
    "40_high_needs_finance",
    "50_capacity",
    "60_agreement",
    "70_risks",
    "80_outlook",
    "90_data_quality",
]


@pytest.fixture(scope="module")
def index(pack):
    return BeautifulSoup((pack / "index.html").read_text(encoding="utf-8"), "html.parser")


def test_it_holds_what_it_promises_and_nothing_else(pack):
    pages = [f"sections/{name}.html" for name in SECTIONS] + [f"sections/{name}.pdf" for name in SECTIONS[1:]]
    whole = ["index.html", "accessibility.html", "pack.pdf", "summary.pdf", "annex.xlsx", "cover.docx", "figures.csv", "manifest.json"]
    expected = {*whole, *pages}
    there = {path.relative_to(pack).as_posix() for path in pack.rglob("*") if path.is_file()}
    pictures, data = ({name for name in there if name.startswith(part)} for part in ("charts/", "open_data/"))
    assert there - pictures - data == expected
    assert all(re.fullmatch(r"charts/\w+\.png", name) for name in pictures) and len(pictures) > 30
    assert {name for name in data if ".meta." not in name} == {name.replace(".meta", "") for name in data if ".meta." in name} != set()
    assert [path.name for path in pack.parent.iterdir() if path.name.startswith(".")] == []


def test_every_indicator_is_shown_with_its_message_table_and_meaning(pack, index, repository):
    for entry in read_dictionary(repository / "data" / "dictionary").values():
        if index.find(id=re.compile(rf"(^|-){entry.name}$")) is None:
            table = next((name for name, table in TABLES.items() if entry.name in table.indicators), None)
            assert table and index.find(id=re.compile(f"(^|-)register-{table}$")), entry.name
            continue
        assert index.find(id=re.compile(rf"(^|-){entry.name}-table$")).caption, entry.name


def test_under_every_figure_stands_folded_how_its_newest_one_was_made(index):
    shown = [part.get("id") for part in index.select("figure.chart, p.message[id]") if not part["id"].endswith("_neighbours")]
    explained = index.select("details.explain")
    assert len(explained) == len(shown) > 30
    assert not [details for details in explained if details.has_attr("open") or details.find(id=True)]
    plans = next(details for details in explained if details.summary.get_text() == "How this figure was made: EHC plans, January 2026")
    lines = {term.get_text(): term.find_next_sibling("dd").get_text() for term in plans.find_all("dt")}
    assert lines["Value"] == "4,287; from published numbers"
    assert lines["File"] == "data/reference/ees_ehcp_2026_part"
    assert lines["Plan"].startswith("3,254; paragraph 5.3 of ")
    invented = [details for details in explained if "quarters/" in details.get_text()]
    assert invented and all("SYNTHETIC" in details.get_text() for details in invented)


def test_the_command_explains_a_figure_as_the_page_does_and_adds_its_function(pack, whole_checkout, index):
    done = run_svip(whole_checkout, "explain", "ehc_plans_count")
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    page = next(details for details in index.select("details.explain") if "EHC plans, January 2026" in details.summary.get_text())
    for term in page.find_all("dt"):
        assert f"{term.get_text()}: {term.find_next_sibling('dd').get_text()}" in said
    assert "Function: ehc_plans_count in svip_lib/indicators/ehc_plans.py: Number of children" in said


def test_the_command_explains_a_withheld_figure_as_withheld_and_refuses_a_period_that_is_not_there(pack, whole_checkout):
    figures = read_figures(pack / "figures.csv")
    hidden = figures[(figures["shorthand"] == "c") & figures["numerator"].isna() & figures["denominator"].isna()].iloc[0]
    category = ["--category", hidden["category"]] if hidden["category"] else []
    done = run_svip(whole_checkout, "explain", hidden["indicator"], hidden["time_period"], *category)
    assert done.returncode == 0, done.stderr
    assert re.search(r"Value: +\[c\], withheld to protect children; SYNTHETIC.*\nNumerator: +\[c\]\nDenominator: +\[c\]\n", done.stdout)
    done = run_svip(whole_checkout, "explain", "ehc_plans_count", "2031")
    assert done.returncode == 2
    assert "the period '2031'. Choose one of: 200910 (January 2010)" in done.stderr


def test_every_chart_has_words_of_its_own_that_state_its_message(index):
    images = index.find_all("img")
    assert len(images) >= 20
    for image in images:
        assert re.match(r"(SYNTHETIC\. )?((Line|Bar|Dot|Waterfall) chart|Set of small line charts) of ", image["alt"])
        assert image["alt"].endswith("All values are in the table that follows.")
        message = image.find_parent("figure").find("p", class_="message").get_text()
        assert message in image["alt"]
    assert len({image["alt"] for image in images}) == len(images)


def test_every_chart_has_a_link_to_itself_and_its_figures_folded_with_a_file_that_equals_its_table(index):
    charts = index.select("figure.chart")
    for chart in charts:
        assert chart.select_one("a.here")["href"] == f"#{chart['id']}"
        folded = next(part for part in chart.find_next_siblings() if part.name == "details")
        assert folded["class"] == ["figures"] and not folded.has_attr("open")
        assert folded.summary.get_text() == f"Show the figures: {folded.caption.get_text()}"
        link = folded.select_one(".take a")
        synthetic = "SYNTHETIC" in chart.figcaption.get_text()
        assert ("SYNTHETIC" in link["download"], "SYNTHETIC" in folded.caption.get_text()) == (synthetic, synthetic)
        rows = list(csv.reader(unquote(link["href"].partition(",")[2]).removeprefix("\ufeff").splitlines()))
        assert all(row[-1] in ("SYNTHETIC", "Marked") for row in rows) == synthetic
        cells = [[" ".join(cell.get_text().split()) for cell in row.find_all(["th", "td"])] for row in folded.find_all("tr")]
        for told, shown in zip(rows, cells, strict=True):
            assert not [cell for cell in told if cell[:1] in ("=", "+", "@")]
            bare = [re.sub("[,+']", "", cell).replace("−", "-") for cell in shown]
            assert [re.sub("[,+']", "", cell).replace("−", "-") for cell in told[: len(shown)]] == bare
    assert len({link["download"] for link in index.select(".take a")}) == len(charts) > 50


def test_every_section_says_on_top_how_it_stands_as_the_summary_does(index, pack):
    top = index.select_one("main > nav.standing")
    links = [*top.select("a.section"), *top.select("p.of a")]  # those without a plan or duty of their own follow in one line
    headings = index.select("main > section > h2")
    assert sorted((link["href"][1:], link.get_text()) for link in links) == sorted((head["id"], head.get_text()) for head in headings)
    assert len(top.select("a.section")) > 3 and len(top.select("p.of a")) > 3
    told = sorted(mark.get_text(" ", strip=True) for mark in top.select(".status"))
    assert told == sorted(mark.get_text(" ", strip=True) for mark in index.select(".statuses .status"))
    assert top.get_text().count("SYNTHETIC") == index.select_one(".statuses").get_text().count(", SYNTHETIC)")
    duties = BeautifulSoup((pack / "sections/20_statutory_duties.html").read_text(encoding="utf-8"), "html.parser")
    assert {mark.get_text(" ", strip=True)[2:] for mark in duties.select("nav.standing .status")} == {"Not met"}
    assert duties.select_one("nav.standing a[href='#s20-plans_20_weeks_percent_exc_exceptions']")


def test_the_headline_figures_stand_in_the_summary(pack):
    text = BeautifulSoup((pack / "sections/00_member_summary.html").read_text(encoding="utf-8"), "html.parser").get_text(" ")
    for told in (
        "Medway maintained 4,287 EHC plans in January 2026, 1,033 (31.7%) above the plan of 3,254.",
        "38.8% of children with plans in Medway were in mainstream schools in January 2026, 3.2 percentage points below the plan of 42.0%.",
        "21.4% of new plans in Medway were issued within 20 weeks in 2025",
    ):
        assert told in " ".join(text.split())


def test_the_two_statuses_stand_side_by_side_as_words(pack):
    page = BeautifulSoup((pack / "sections/00_member_summary.html").read_text(encoding="utf-8"), "html.parser")
    words = [mark.get_text(" ", strip=True).split(" ", 1)[1] for mark in page.select(".statuses .status")]
    assert words == ["Above plan", "Above plan", "Plan missed", "Plan missed", *["Not met"] * 5]
    assert page.select_one(".statuses").get_text().count(", SYNTHETIC)") == 3  # the balance, reviews, phase transfer
    assert not re.search(r"overall (status|rating)", page.get_text().lower())


def test_what_nobody_has_verified_is_shown_as_such_and_without_a_value(pack):
    finance = (pack / "sections/40_high_needs_finance.html").read_text(encoding="utf-8")
    assert finance.count("[unverified]") >= 8
    assert "14.42" not in finance


def test_the_slips_of_the_report_are_printed(pack):
    text = BeautifulSoup((pack / "sections/90_data_quality.html").read_text(encoding="utf-8"), "html.parser").get_text(" ")
    for slip in ("91.7", "89.8", "89.9", "90.6", "51.2", "five", "applications", "31.9"):
        assert slip in text, slip


def test_table_3_and_its_closest_actual_stand_in_a_table_of_their_own_without_a_difference(pack):
    page = BeautifulSoup((pack / "sections/30_placements.html").read_text(encoding="utf-8"), "html.parser")
    table = page.find(id=re.compile("register-table_3$"))
    heads = [th.get_text() for th in table.thead.find_all("th")]
    assert heads[1:3] == ["January 2023, plan", "January 2023, closest"]
    assert not [head for head in heads if "ifference" in head]
    assert "unconfirmed" in table.caption.get_text()
    row = next(row for row in table.tbody.find_all("tr") if row.th.get_text().startswith("Mainstream"))
    assert [cell.get_text() for cell in row.find_all("td")] == ["35.4%", "35.0%", "37.9%", "30.7%", "40.4%", "32.5%", "42.0%", "43.3%"]


def test_figures_csv_holds_every_number_in_the_one_shape(pack):
    figures = read_figures(pack / "figures.csv")
    assert list(figures.columns) == COLUMNS
    assert not figures.duplicated(KEY).any()
    own = figures[(figures["area"] == "E06000035") & (figures["indicator"] == "ehc_plans_count") & (figures["measure"] == "actual")]
    assert own.set_index("time_period")["value"]["202526"] == 4287


def test_the_manifest_tells_what_was_read_and_written_and_nothing_of_the_run(pack):
    manifest = json.loads((pack / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["parameters"] == {"authority": "medway", "quarter": "2025-26-Q4", "edition": "public"}
    for name, digest in manifest["outputs"].items():
        assert hashlib.sha256((pack / name).read_bytes()).hexdigest() == digest
    assert {"reference/ees_ehcp_2025/plans.csv", "authorities/medway/agreement.yaml", "notebooks/10_ehc_plans.ipynb"} <= set(
        manifest["inputs"]
    )
    assert {"python", "pandas", "weasyprint"} <= set(manifest["versions"])
    assert not re.search(r"20\d\d-\d\d-\d\dT|seconds|/tmp|/home", json.dumps(manifest))


def test_no_file_of_the_pack_leads_back_to_the_machine_that_made_it(pack, whole_checkout):
    for path in pack.rglob("*"):
        if path.is_file():
            assert str(whole_checkout).encode() not in path.read_bytes(), path.name


def test_the_earlier_quarter_does_not_know_january_2026_and_this_one_does(pack, earlier_pack):
    for name in ("figures.csv", "index.html", *[f"sections/{section}.html" for section in SECTIONS]):
        assert "4,287" not in (earlier_pack / name).read_text(encoding="utf-8")
    earlier = read_figures(earlier_pack / "figures.csv")
    known = earlier[(earlier["time_period"] == "202526") & ~earlier["measure"].isin(["plan", "forecast"])]
    assert known.empty
    assert (earlier[earlier["time_period"] == "202526"]["measure"] == "forecast").any()  # what it may be, and not what it was
    assert "Medway maintained 3,041 EHC plans in January 2025, 94 (3.0%) below the plan of 3,135" in (
        earlier_pack / "index.html"
    ).read_text(encoding="utf-8")
    assert "4,287" in (pack / "index.html").read_text(encoding="utf-8")


def test_a_second_build_from_nothing_gives_the_same_bytes_in_every_form(pack, whole_checkout):
    before = {path: path.read_bytes() for path in pack.rglob("*") if path.is_file()}
    shutil.rmtree(pack.parent / "private")  # nothing that was computed or run before is taken over
    done = run_svip(whole_checkout, "run", "--quiet")
    assert done.returncode == 0, done.stderr
    after = {path: path.read_bytes() for path in pack.rglob("*") if path.is_file()}
    assert before.keys() == after.keys()
    assert {path.suffix for path in before} == {".html", ".pdf", ".csv", ".xlsx", ".docx", ".png", ".json"}
    assert [path.name for path in before if before[path] != after[path]] == []


def test_every_paper_has_a_title_and_a_language(pack):
    for path in sorted(pack.rglob("*.pdf")):
        with pikepdf.open(path) as pdf:
            assert pdf.Root.Lang == "en-GB"
            assert pdf.Root.MarkInfo.Marked
            with pdf.open_metadata() as metadata:
                assert metadata["pdfuaid:part"] == "1"
                assert "Medway Council" in metadata["dc:title"]


def test_a_failing_section_leaves_the_last_good_pack_and_tells_its_cell(pack, whole_checkout, tmp_path):
    before = {path: path.read_bytes() for path in pack.rglob("*") if path.is_file()}
    book = whole_checkout / "notebooks" / "40_high_needs_finance.ipynb"
    good = book.read_text(encoding="utf-8")
    book.write_text(good.replace('section.show(\\"high_needs_block_gbp\\")', 'section.show(\\"high_needs_blok_gbp\\")'), encoding="utf-8")
    try:
        done = run_svip(whole_checkout, "run", "--quiet")
    finally:
        book.write_text(good, encoding="utf-8")
    assert done.returncode == 1
    assert re.search(r"40_high_needs_finance, cell \d+:", done.stderr)
    assert "There is no indicator 'high_needs_blok_gbp'" in done.stderr
    assert "Traceback" not in done.stderr
    assert {path: path.read_bytes() for path in pack.rglob("*") if path.is_file()} == before


def test_an_indicator_that_a_section_forgets_stops_the_run(pack, whole_checkout):
    book = whole_checkout / "notebooks" / "40_high_needs_finance.ipynb"
    good = book.read_text(encoding="utf-8")
    book.write_text(good.replace('section.show(\\"high_needs_block_gbp\\")', "authority"), encoding="utf-8")
    try:
        done = run_svip(whole_checkout, "run", "--quiet")
    finally:
        book.write_text(good, encoding="utf-8")
    assert done.returncode == 1
    assert "This section does not show: high_needs_block_gbp" in done.stderr


def test_a_commentary_that_names_no_indicator_stops_the_run_with_file_and_line(pack, whole_checkout):
    words = whole_checkout / "data/authorities/medway/commentary/2025-26-Q4/40_high_needs_finance.md"
    words.write_text("written_on: 2026-11-24\n\nThe balance was {balance_gbp}.\n", encoding="utf-8")
    try:
        done = run_svip(whole_checkout, "run", "--quiet")
    finally:
        words.unlink()
    assert done.returncode == 1
    assert "40_high_needs_finance.md, line 3: '{balance_gbp}' is not an indicator" in done.stderr


def test_what_the_runs_took_is_kept_outside_the_pack(pack):
    logs = list((pack.parent / "runs").glob("*.jsonl"))
    assert logs
    steps = pd.read_json(logs[0], lines=True)["step"].to_list()
    assert steps[0] == "figures"
    assert "10_ehc_plans" in steps
