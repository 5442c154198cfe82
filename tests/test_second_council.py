"""A second council, run whole: its own name, area, neighbours, programme, targets, years and tolerance, and nothing supplied by itself.

It is fictional: in a copy of the project one area of the published figures is given another name and code, so that what the pack says is
said of nobody. Whatever in the library or the notebooks is the first council's alone shows here.
"""

import csv
import re
import shutil
import zipfile

import pytest
import yaml
from bs4 import BeautifulSoup

from svip_lib.config.registry import read_dictionary
from svip_lib.config.result import read_figures
from tests.conftest import copied, run_svip

pytestmark = pytest.mark.pack

AREA, REAL = ("E06999999", "Fiction"), ("E06000022", "Bath and North East Somerset")
COUNCIL = "Fictional Borough Council (FICTION)"
PROGRAMME = "High Needs Renewal Programme"
PLANS = {
    "202324": 2100,
    "202425": 2300,
    "202627": 2700,
}  # against 2,469 in January 2025: 7.3% above, within a tolerance of 12% and not of 5%
MAINSTREAM = {"202425": 48.0, "202728": 55.0}  # against 42.9%: 5.1 points short, within 12% of 48 and not within 5%
VERIFIED = {"source": "renewal_paper", "verified_by": "reader", "verified_on": "2025-10-01"}
UNVERIFIED = {"source": "renewal_paper", "verified_by": None, "verified_on": None}


def trajectory(indicator, unit, values):
    steps = [{"time_period": name, "label": name, "value": value, "kind": "plan"} for name, value in values.items()]
    told = {"id": f"path_{indicator}", "indicator": indicator, "text": "What the paper plans.", "paragraph": "2.1", "area": AREA[0]}
    return told | VERIFIED | {"unit": unit, "base": "all_ehc_plans", "time_identifier": "Academic year", "values": steps}


AGREEMENT = {
    "programme": {"id": "renewal", "code": "HNRP", "name": PROGRAMME, "text": "A programme drawn for a test.", "paragraph": "1.1"}
    | VERIFIED,
    "sources": [
        {
            "id": "renewal_paper",
            "title": "Renewal of high needs",
            "publisher": COUNCIL,
            "published_on": "2024-03-01",
            "url": None,
            "held": True,
        }
    ],
    "trajectories": [
        trajectory("ehc_plans_count", "plans", PLANS),
        trajectory("placements_mainstream_percent", "%", MAINSTREAM),
    ],
    "amounts": [
        {"id": "deficit_2023_24", "text": "The deficit at the end of 2023-24.", "kind": "actual", "value": 7.7, "unit": "£m"} | VERIFIED,
        {"id": "payments", "text": "What the department is to pay.", "kind": "unknown", "unit": "£"} | UNVERIFIED,
    ],
}


def write(path, told):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(told, sort_keys=False, allow_unicode=True), encoding="utf-8")


def lay_out(project):
    """Put the fictional council beside the first, and take the first one's folder away."""
    for path in (project / "data/reference").rglob("*.csv"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(REAL[0], AREA[0]).replace(f",{REAL[1]},", f",{AREA[1]},"), encoding="utf-8")
    first, second = project / "data/authorities/medway", project / "data/authorities/fiction"
    of_first = yaml.safe_load((first / "authority.yaml").read_text(encoding="utf-8"))
    neighbours = {
        "id": "drawn_2024",
        "label": "Neighbours drawn for a test",
        "model": "none",
        "in_force_from": "2024-01-01",
        "source": "none",
    }
    write(
        second / "authority.yaml",
        of_first
        | {"name": AREA[1], "council": COUNCIL, "area_code": AREA[0], "committee": "Learning Committee", "returns_calendar": []}
        | {"tolerance_percent": 12, "tolerance_source": "The council's own rule", "tolerance_note": "Drawn for a test."}
        | {"neighbour_sets": [neighbours | {"la_codes": ["801", "908", "865"]}]},
    )
    lists = yaml.safe_load((first / "agreement.yaml").read_text(encoding="utf-8"))
    write(second / "agreement.yaml", {name: [] for name in lists} | AGREEMENT)
    quarter = {"quarter": "2025-26-Q2", "as_at": "2025-11-30", "committee_date": None, "note": "Drawn for a test."}
    write(second / "quarters/2025-26-Q2/quarter.yaml", quarter)
    write(second / "assurance/roles.yaml", dict.fromkeys(["commissioner", "analyst", "assurer", "approver"]))
    for path in (first / "assurance").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            heading = next(csv.reader(file))
        (second / "assurance" / path.name).write_text(",".join(heading) + "\n", encoding="utf-8")
    shutil.rmtree(first)


@pytest.fixture(scope="module")
def council(repository, tmp_path_factory):
    """The whole pack of the fictional council, as the command makes it."""
    project = copied(repository, tmp_path_factory.mktemp("second") / "checkout")
    lay_out(project)
    done = run_svip(project, "run", "--authority", "fiction", "--no-pdf", "--quiet")
    assert done.returncode == 0, done.stderr
    return project / "reports/fiction/2025-26-Q2/public"


@pytest.fixture(scope="module")
def index(council):
    return BeautifulSoup((council / "index.html").read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="module")
def figures(council):
    return read_figures(council / "figures.csv")


@pytest.fixture(scope="module")
def dictionary(repository):
    return read_dictionary(repository / "data/dictionary")


def words(page):
    return " ".join(page.get_text(" ").split())


def test_every_page_bears_its_name_and_its_programme(council):
    pages = [path.read_text(encoding="utf-8") for path in sorted(council.rglob("*.html"))]
    assert len(pages) > 5
    for page in pages:
        assert f"{PROGRAMME}: monitoring pack – {COUNCIL}" in page


def words_of(path):
    """What can be read in a file; a workbook is a zip of many."""
    if not zipfile.is_zipfile(path):
        return path.read_text(encoding="utf-8")
    with zipfile.ZipFile(path) as archive:
        return "\n".join(archive.read(name).decode("utf-8") for name in archive.namelist())


def test_nothing_in_it_speaks_of_the_first_council_or_its_programme(council):
    first = re.compile(r"(?i:medway|E06000035|safety valve)|\bSVIP\b")
    for path in sorted(council.rglob("*")):
        assert not first.search(path.name)
        if path.is_file() and path.suffix != ".png":
            text = re.sub(r"base64,[\w+/=]+", "", words_of(path))
            found = [text[max(word.start() - 60, 0) : word.end() + 60] for word in first.finditer(text)]
            assert found == [], path.name


def test_its_plan_is_its_own_in_every_figure(figures):
    planned = figures[figures["measure"] == "plan"]
    told = planned.groupby("indicator")[["time_period", "value"]].apply(lambda rows: dict(rows.to_numpy())).to_dict()
    assert told == {"ehc_plans_count": PLANS, "placements_mainstream_percent": MAINSTREAM}


def test_its_statuses_follow_its_own_targets_and_its_own_tolerance(council):
    page = BeautifulSoup((council / "sections/00_member_summary.html").read_text(encoding="utf-8"), "html.parser")
    rows = [
        [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])]
        for row in page.select("table[id$=status-trajectory] tbody tr")
    ]
    assert rows == [
        ["EHC plans", "2,469 (January 2025)", "2,300", rows[0][3]],
        ["Children with plans in mainstream schools", "42.9% (January 2025)", "48.0%", rows[1][3]],
    ]
    assert [row[3].split(" ", 1)[1] for row in rows] == ["On plan", "Just short of plan"]


def test_it_is_told_against_its_own_plan_and_its_own_neighbours(index, figures):
    text = words(index)
    assert "Fiction maintained 2,469 EHC plans in January 2025, 169 (7.3%) above the plan of 2,300" in text
    assert "Bristol, City of" in text and "Cornwall" in text and "Swindon" not in text
    assert set(figures["area"]) == {AREA[0], "E06000023", "E06000052", "E06000054", "E12000009", "E92000001", "neighbours"}


def test_what_it_has_not_supplied_is_said_to_be_not_supplied(index, figures, dictionary):
    quarterly = [entry for entry in dictionary.values() if entry.time_identifier == "Financial quarter"]
    assert len(quarterly) > 15
    assert not set(figures["indicator"]) & {entry.name for entry in quarterly}
    assert not set(figures["origin"]) & {"synthetic"}
    for entry in quarterly:
        message = index.find("p", class_="message", id=re.compile(rf"(^|-){entry.name}$"))
        if message:  # those that only stand in a table of others have no message
            assert "not supplied" in message.get_text(), entry.name
    for table in ("What the council's own return brought, by table", "Plans by the council's own return beside the published census"):
        assert f"{table}: not supplied." in words(index)


def test_money_that_nobody_has_confirmed_is_unverified_and_what_its_paper_states_is_told(council):
    page = BeautifulSoup((council / "sections/40_high_needs_finance.html").read_text(encoding="utf-8"), "html.parser")
    text = words(page)
    assert "£7.7m" in text
    assert "What the department is to pay. not stated [unverified]" in text
    assert "our files hold no figure of Fiction" in text  # the block is held for the first council and its neighbours


def test_no_chart_stands_where_there_is_no_figure(index, figures, dictionary):
    told = set(figures.loc[(figures["area"] == AREA[0]) & figures["value"].notna(), "indicator"])
    drawn = [re.sub("^s[0-9]+-", "", chart["id"]) for chart in index.select("figure.chart[id]")]
    assert len(drawn) > 8
    for name in drawn:
        assert next(known for known in dictionary if name in (known, f"{known}_neighbours", f"{known}_outlook")) in told, name


def test_every_section_is_there_and_none_says_synthetic(council, repository):
    assert {path.stem for path in (council / "sections").glob("*.html")} == {
        path.stem for path in repository.glob("notebooks/[0-9]*.ipynb")
    }
    for path in council.rglob("*.html"):
        # A notebook may say of the pack at large that what is invented says so; that is not yet a figure that does.
        text = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").get_text(" ")
        said = re.sub(r"[^.]*\b(says|say) SYNTHETIC\b", "", text)
        assert "SYNTHETIC" not in said, path.name


def test_its_figures_are_explained_by_its_own_paper(council):
    done = run_svip(council.parents[3], "explain", "ehc_plans_count", "--authority", "fiction")
    assert done.returncode == 0, done.stderr
    assert re.search(r"Plan: +2,300; paragraph 2.1 of Renewal of high needs; verified: reader, 1 October 2025", done.stdout)
