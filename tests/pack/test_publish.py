"""Publishing: everything that speaks against it is told, and what was published once binds every later pack."""

import csv
import json

import nbformat
import pandas as pd
import pytest

from svip_lib.config.result import read_figures
from svip_lib.disclosure.cells import are_own_counts
from tests.conftest import copied, run_svip
from tests.drawn import as_if_real

Q3, Q4 = "2025-26-Q3", "2025-26-Q4"
COUNCIL = "data/authorities/medway"
ROLES = ("analyst", "assurer", "approver")


@pytest.fixture(scope="module")
def council(repository, tmp_path_factory):
    """A council whose extracts bear no mark of being invented, and whose pack is one notebook of tables, quick to run."""
    root = copied(repository, tmp_path_factory.mktemp("council") / "checkout")
    file = root / "data" / "dictionary" / "indicators.csv"
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(row | {"section": "90_data_quality", "chart": "table", "headline_category": ""} for row in rows)
    for path in (root / "notebooks").glob("[0-8]*.ipynb"):
        path.unlink()
    notebook = root / "notebooks" / "90_data_quality.ipynb"
    book = nbformat.read(notebook, as_version=4)
    book.cells = [*book.cells[:4], *(nbformat.v4.new_code_cell(f'section.show("{row["col_name"]}")') for row in rows), book.cells[-1]]
    nbformat.write(book, notebook)
    for path in (root / COUNCIL / "commentary").rglob("*.md"):
        path.unlink()
    for quarter in (Q3, Q4):
        folder = root / COUNCIL / "quarters" / quarter
        (folder / "sample").rename(folder / "extracts")
        as_if_real(folder / "extracts")
        kept = folder / "extracts" / "figures.csv"
        if kept.is_file():
            kept.write_text(kept.read_text(encoding="utf-8").replace(",synthetic,", ",council,"), encoding="utf-8")
    for path in (root / COUNCIL / "quarters").glob("*/sample/source.yaml"):
        path.write_text("synthetic: false\n", encoding="utf-8")
        figures = path.with_name("figures.csv")
        figures.write_text(figures.read_text(encoding="utf-8").replace(",synthetic,", ",council,"), encoding="utf-8")
    (root.parent / "council.key").write_bytes(bytes(range(32)))
    return root


def publish(root, quarter):
    return run_svip(root, "publish", quarter, "--quiet", SVIP_KEY_FILE=str(root.parent / "council.key"))


def sign(root, *lines):
    text = "quarter,what,about,role,signed_on\n" + "".join(f"{line}\n" for line in lines)
    (root / COUNCIL / "assurance" / "sign_offs.csv").write_text(text, encoding="utf-8")


# Requests that were withdrawn since bear no day, so which cases fell due in a past quarter is told anew, and signed for.
TOLD_ANEW = "plans_due_20_weeks_quarter_percent"


def signed(quarter):
    return [f"{quarter},pack,,{role},2026-08-01" for role in ROLES]


def signed_with_revisions(quarter):
    cells = [f"{TOLD_ANEW}.{part}@202526Q{number}" for part in ("numerator", "denominator") for number in (1, 2, 3)]
    return [*signed(quarter), *(f"{quarter},revision,{cell},{ROLES[0]},2026-08-01" for cell in cells)]


@pytest.fixture(scope="module")
def third_quarter(council):
    """The quarter before, published."""
    sign(council, *signed(Q3))
    done = publish(council, Q3)
    assert done.returncode == 0, done.stderr
    return council / COUNCIL / "released" / Q3


@pytest.fixture(scope="module")
def fourth_quarter(council, third_quarter):
    """The quarter after it, published too."""
    sign(council, *signed(Q3), *signed_with_revisions(Q4))
    done = publish(council, Q4)
    assert done.returncode == 0, done.stderr
    return council / COUNCIL / "released" / Q4


def test_a_synthetic_pack_is_never_published_and_leaves_nothing(checkout):
    done = run_svip(checkout, "publish", Q4, "--quiet")
    assert done.returncode == 2
    assert "SYNTHETIC" in done.stderr
    assert "signature of the analyst, the assurer, the approver" in done.stderr
    assert not (checkout / COUNCIL / "released").exists()
    assert not list(checkout.glob("reports/*/*/p*lished"))


def test_without_signatures_or_without_the_councils_key_nothing_is_published(council):
    sign(council, f"{Q3},pack,,analyst,2026-08-01")
    done = publish(council, Q3)
    assert (done.returncode, "signature of the assurer, the approver" in done.stderr) == (2, True)
    bare = run_svip(council, "publish", Q3, "--quiet", "--authority", "medway")
    assert bare.returncode == 2
    sign(council, f"{Q3},pack,,mayor,2026-08-01")
    wrong = publish(council, Q3)
    assert (wrong.returncode, "'mayor' is none of" in wrong.stderr, "line 2" in wrong.stderr) == (2, True, True)
    for day, told in (("01/08/2026", "is not a day"), ("2025-12-01", "had not ended")):
        sign(council, f"{Q3},pack,,analyst,{day}")
        assert told in publish(council, Q3).stderr


def test_what_was_published_is_kept_with_its_register_and_hashes_and_bears_no_draft_mark(council, third_quarter):
    assert {path.name for path in third_quarter.iterdir()} == {"figures.csv", "register.csv", "manifest.json"}
    pack = council / "reports" / "medway" / Q3 / "published"
    assert "This pack is a draft" not in (pack / "index.html").read_text(encoding="utf-8")
    assert (pack / "pack.pdf").is_file()
    assert json.loads((third_quarter / "manifest.json").read_text(encoding="utf-8")) == json.loads(
        (pack / "manifest.json").read_text(encoding="utf-8")
    )
    register = pd.read_csv(third_quarter / "register.csv", dtype={"value": "Int64"})
    assert register["value"].isna().sum() > 10
    assert (register["value"].dropna().between(1, 4)).sum() == 0


def test_a_published_pack_can_be_checked_against_what_was_frozen_and_its_figures_computed_again(council, fourth_quarter):
    sign(council, *signed(Q3), *signed_with_revisions(Q4))
    pack = council / "reports" / "medway" / Q4 / "published"
    done = run_svip(council, "verify", str(pack), SVIP_KEY_FILE=str(council.parent / "council.key"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "published: the manifest is the one that was frozen." in done.stdout
    assert "figures: computed again" in done.stdout


def test_what_is_published_is_never_rewritten(council, third_quarter):
    before = {path.name: path.read_bytes() for path in third_quarter.iterdir()}
    again = publish(council, Q3)
    assert (again.returncode, "never rewritten" in again.stderr) == (2, True)
    assert {path.name: path.read_bytes() for path in third_quarter.iterdir()} == before


def test_what_was_withheld_in_one_quarter_is_withheld_in_the_next(third_quarter, fourth_quarter):
    before, now = (
        pd.read_csv(folder / "register.csv", dtype={"value": "Int64"}).set_index("key")["value"]
        for folder in (third_quarter, fourth_quarter)
    )
    both = before.index.intersection(now.index)
    assert len(both) > 300
    assert (before[both].isna() == now[both].isna()).all()
    as_before = before.index[~before.index.str.startswith(TOLD_ANEW)].intersection(now.index)
    assert (before[as_before].dropna() == now[as_before].dropna()).all()
    figures = read_figures(fourth_quarter / "figures.csv")
    own = figures[are_own_counts(figures) & (figures["measure"] == "actual")]
    counts = own[own["denominator"].isna() & (own["category"] != "residual")]["value"].dropna()
    assert len(counts) > 300
    assert counts[counts.between(1, 4)].empty


def test_a_figure_that_is_told_otherwise_stops_publication_with_its_cell(council, third_quarter):
    """A request of the quarter before is taken out of the newest return: its source, outcome and total are each one less."""
    quarters = council / COUNCIL / "quarters" / Q4 / "extracts"
    file = next(quarters.glob("*_requests.csv"))
    whole = file.read_bytes()
    frozen = council / COUNCIL / "released" / Q4
    kept = frozen.rename(council.parent / "kept") if frozen.exists() else None
    try:
        table = pd.read_csv(file, dtype="str", keep_default_na=False)
        day = pd.to_datetime(table["receiveddate"].str[:11], format="%Y-%b-%d", errors="coerce")
        one = table[day.between("2025-11-01", "2025-11-30") & (table["requestoutcome"] == "N") & (table["requestsource"] == "2")].index[0]
        table.drop(index=one).to_csv(file, index=False)
        sign(council, *signed_with_revisions(Q4))
        done = publish(council, Q4)
    finally:
        file.write_bytes(whole)
        if kept:
            kept.rename(frozen)
    assert done.returncode == 2
    assert "'ehc_requests_quarter_count@202526Q3': another value by so few that the difference can be a child" in done.stderr
    assert "A revision needs a signature for its cell" in done.stderr


SHOWN = {
    "must not be published": 'display(HTML("<p>" + rows.iloc[0].str.cat(sep=", ") + "</p>"))',
    "A result holds a bare <style>": "display(rows.head())",
}


@pytest.mark.parametrize("told", SHOWN)
def test_a_notebook_that_shows_a_childs_record_is_stopped_and_the_last_pack_stays(council, third_quarter, told):
    """Nothing keeps an analyst from reading an extract in a notebook; so results have to be ours, and every finished byte is scanned."""
    notebook = council / "notebooks" / "90_data_quality.ipynb"
    whole = notebook.read_text(encoding="utf-8")
    pack = council / "reports" / "medway" / Q3 / "published"
    before = (pack / "index.html").read_bytes()
    book = nbformat.reads(whole, as_version=4)
    extract = next((council / COUNCIL / "quarters" / Q3 / "extracts").glob("*_person.csv"))
    read = (
        f"import pandas as pd\nfrom IPython.display import HTML\nrows = pd.read_csv({str(extract)!r}, dtype='str', keep_default_na=False)\n"
    )
    book.cells.insert(-1, nbformat.v4.new_code_cell(read + SHOWN[told]))
    nbformat.write(book, notebook)
    try:
        done = run_svip(council, "run", Q3, "--no-pdf", "--quiet", SVIP_KEY_FILE=str(council.parent / "council.key"))
    finally:
        notebook.write_text(whole, encoding="utf-8")
    assert done.returncode == 2
    assert told in done.stderr
    numbers = pd.read_csv(extract, dtype="str", keep_default_na=False)["upn"]
    assert not [number for number in numbers if number and number in done.stderr]
    assert (pack / "index.html").read_bytes() == before
    assert not (council / "reports" / "medway" / Q3 / "public").exists()
    kept = council / "reports" / "medway" / Q3 / "private" / "public"
    files = [path.read_bytes().lower() for part in ("notebooks", "kept") for path in (kept / part).rglob("*") if path.is_file()]
    assert not [number for number in numbers if number and any(number.lower().encode() in data for data in files)]
