"""Two packs held against one another, and one against its manifest: small drawn packs, and the session's own."""

import io
import json

import pandas as pd
import pytest

from svip_lib.config.project import Project
from svip_lib.config.refusal import Refusal
from svip_lib.config.result import COLUMNS as FIGURES
from svip_lib.pack.history import compare, find_pack, summary, verify, write_changes
from svip_lib.pack.keys import hashes
from tests.conftest import run_svip

Q3, Q4 = "2025-26-Q3", "2025-26-Q4"
OWN = "E06000035"
THEN = """
indicator                            | category    | time_period | numerator | denominator | value | shorthand
ehc_requests_by_source_quarter_count | Health      | 202526Q3    |           |             |       | c
ehc_requests_by_source_quarter_count | Social care | 202526Q3    | 9         |             | 9     |
ehc_requests_by_source_quarter_count | School      | 202526Q3    | 90        |             | 90    |
plans_due_20_weeks_quarter_percent   |             | 202526Q2    | 41        | 164         | 25    |
plans_due_20_weeks_quarter_percent   |             | 202526Q3    | 66        | 256         | 25.78125 |
capital_spent_quarter_percent        |             | 202526Q3    |           |             |       | x
"""
NOW = """
indicator                            | category    | time_period | numerator | denominator | value | shorthand
ehc_requests_by_source_quarter_count | Health      | 202526Q3    | 7         |             | 7     |
ehc_requests_by_source_quarter_count | Social care | 202526Q3    |           |             |       | c
ehc_requests_by_source_quarter_count | Other       | 202526Q3    | 12        |             | 12    |
ehc_requests_by_source_quarter_count | Health      | 202526Q4    |           |             |       | c
plans_due_20_weeks_quarter_percent   |             | 202526Q3    | 65        | 250         | 26    |
on_roll_quarter_count                |             | 202526Q4    | 2662      |             | 2662  |
"""
PAGE = """<html><head><style>p {{ color: red }}</style></head><body><nav><p>Contents</p></nav><main>
<h2>1. {heading}</h2><p>1.1. Medway maintained {plans} plans in {month}. {prose}</p><details><p>Made by {plans} rules.</p></details>
<table id="s00-status-duty"><tr><th>Measure</th><th>Status</th></tr>
<tr><th>Plans in 20 weeks</th><td>{plans}</td><td><span class="status"><span class="mark">◆</span> {status}</span></td></tr></table>
</main></body></html>"""
WORDS = {"heading": "Plans", "plans": "3,041", "month": "January 2025", "prose": "Why is known.", "status": "Not met"}


def figures(text):
    """Figures of the council's own records, drawn as a table."""
    rows = pd.read_csv(io.StringIO(text.replace(" ", "").replace("Socialcare", "Social care")), sep="|", keep_default_na=False, dtype="str")
    fixed = {"area": OWN, "time_identifier": "Financial quarter", "base": "drawn", "measure": "actual", "origin": "synthetic"}
    return rows.assign(**fixed).reindex(columns=FIGURES, fill_value="")


def drawn(folder, quarter, rows=THEN, *, edition="public", as_at="2025-12-31", **words):
    """A pack of one section and a few figures, with its manifest."""
    (folder / "sections").mkdir(parents=True)
    figures(rows).assign(as_at=as_at).to_csv(folder / "figures.csv", index=False)
    (folder / "sections" / "00_member_summary.html").write_text(PAGE.format(**WORDS | words), encoding="utf-8")
    told = {"parameters": {"authority": "medway", "quarter": quarter, "edition": edition}, "content_key": "k", "versions": {}, "inputs": {}}
    (folder / "manifest.json").write_text(json.dumps(told | {"outputs": hashes(folder)}), encoding="utf-8")
    return folder


@pytest.fixture
def project(repository):
    return Project.find(repository)


def find(project, folder):
    return find_pack(project, str(folder), "medway", "public")


def between(project, *folders):
    return compare(project, *(find(project, folder) for folder in folders))


@pytest.fixture
def packs(tmp_path):
    then = drawn(tmp_path / Q3 / "public", Q3)
    prose = "Nobody knows why."
    words = {"plans": "4,287", "month": "March 2026", "status": "Met", "prose": prose}
    return then, drawn(tmp_path / Q4 / "public", Q4, NOW, as_at="2026-03-31", **words)


def test_every_figure_that_differs_is_told_as_what_it_is(project, packs):
    changes = between(project, *packs)
    told = changes[changes["area"] != ""].set_index(["about", "category", "time_period"])[["what", "then", "now"]]
    source, due = "ehc_requests_by_source_quarter_count", "plans_due_20_weeks_quarter_percent"
    assert {key: tuple(row) for key, *row in told.itertuples()} == {
        (source, "Health", "202526Q3"): ("newly told", "[c]", "7"),
        (source, "Social care", "202526Q3"): ("now withheld", "9", "[c]"),
        (source, "School", "202526Q3"): ("figure gone", "90", ""),
        (source, "Other", "202526Q3"): ("new figure", "", "12"),
        (source, "Health", "202526Q4"): ("new period", "", "[c]"),
        (due, "", "202526Q2"): ("period gone", "25 (41 of 164)", ""),
        (due, "", "202526Q3"): ("revised", "25.78125 (66 of 256)", "26 (65 of 250)"),
        ("capital_spent_quarter_percent", "", "202526Q3"): ("indicator gone", "[x]", ""),
        ("on_roll_quarter_count", "", "202526Q4"): ("new indicator", "", "2662"),
    }


def test_a_figure_that_was_not_available_and_now_is_counts_as_no_revision(project, tmp_path):
    known = THEN.replace("202526Q3    |           |             |       | x", "202526Q3 | 5 | 10 | 50 |")
    changes = between(project, drawn(tmp_path / "a", Q3), drawn(tmp_path / "b", Q4, known))
    assert changes[["what", "then", "now"]].to_numpy().tolist() == [["marked otherwise", "[x]", "50 (5 of 10)"]]


def test_a_status_is_told_with_its_word_then_and_its_word_now(project, packs):
    changes = between(project, *packs).query("what == 'status'")
    assert changes[["section", "about", "then", "now"]].to_numpy().tolist() == [
        ["00_member_summary", "status-duty: Plans in 20 weeks", "Not met", "Met"]
    ]


def test_a_sentence_that_differs_in_its_numbers_and_months_alone_is_not_another_wording(project, packs):
    changes = between(project, *packs).query("what == 'wording'")
    assert sorted(changes[["then", "now"]].to_numpy().tolist()) == [["", "Nobody knows why."], ["Why is known.", ""]]


def test_a_sentence_that_was_changed_stands_beside_what_it_was(project, tmp_path):
    then = drawn(tmp_path / "a", Q3, prose="In 2024 it was 3,175: down 134 since.")
    changes = between(project, then, drawn(tmp_path / "b", Q4, prose="In 2025 it was 3,041: up 1,246 since."))
    assert changes[["what", "then", "now"]].to_numpy().tolist() == [
        ["wording", "In 2024 it was 3,175: down 134 since.", "In 2025 it was 3,041: up 1,246 since."]
    ]


def test_what_matters_most_is_said_first_and_a_few_lines_a_section_are_enough(project, packs):
    changes = between(project, *packs)
    lines = list(summary(changes, OWN))
    heading = next(number for number, line in enumerate(lines) if line.startswith("10_ehc_plans"))
    assert lines[heading : heading + 3] == [
        "10_ehc_plans: newly told 1, now withheld 1, figure gone 1, new figure 1, new period 1",
        "  newly told: ehc_requests_by_source_quarter_count, Health, October to December 2025: [c] → 7",
        "  now withheld: ehc_requests_by_source_quarter_count, Social care, October to December 2025: 9 → [c]",
    ]
    many = pd.concat([changes] * 50)
    assert len(list(summary(many, OWN))) <= 7 * changes["section"].nunique()


def test_two_packs_that_tell_the_same_on_two_days_do_not_differ(project, tmp_path):
    one, other = drawn(tmp_path / "a", Q3), drawn(tmp_path / "b", Q4, as_at="2026-03-31", month="March 2026")
    assert between(project, one, other).empty


def test_the_same_two_packs_give_the_same_bytes(project, packs, tmp_path):
    for name in ("one.csv", "two.csv", "one.csv"):
        write_changes(between(project, *packs), tmp_path / "out" / name)
    one, two = (tmp_path / "out" / name for name in ("one.csv", "two.csv"))
    assert one.read_bytes() == two.read_bytes()
    assert len(pd.read_csv(one)) == len(between(project, *packs))


def test_nothing_is_written_into_a_pack_nor_over_another_file(project, packs, tmp_path):
    changes = between(project, *packs)
    with pytest.raises(Refusal, match="would change it"):
        write_changes(changes, packs[1] / "sections" / "changes.csv")
    (tmp_path / "notes.csv").write_text("mine\n", encoding="utf-8")
    with pytest.raises(Refusal, match="Another file stands here"):
        write_changes(changes, tmp_path / "notes.csv")
    assert (tmp_path / "notes.csv").read_text(encoding="utf-8") == "mine\n"
    with pytest.raises(Refusal, match="cannot be written"):
        write_changes(changes, tmp_path / "notes.csv" / "changes.csv")


def test_half_a_pack_another_edition_or_no_pack_is_refused(project, packs, tmp_path):
    (packs[0] / "figures.csv").unlink()
    with pytest.raises(Refusal, match=r"half a pack: it lacks figures.csv.*svip run 2025-26-Q3"):
        between(project, *packs)
    with pytest.raises(Refusal, match="one council and edition"):
        between(project, packs[1], drawn(tmp_path / "internal", Q4, edition="internal"))
    with pytest.raises(Refusal, match="There is no pack here"):
        find(project, tmp_path)
    with pytest.raises(Refusal, match=r"There is no pack here.* Build it with 'svip run 2024-25-Q1'"):
        find(project, "2024-25-Q1")
    (packs[0] / "manifest.json").write_text('{"outputs": []}', encoding="utf-8")
    with pytest.raises(Refusal, match="not the manifest of a pack"):
        find(project, packs[0])


def test_a_file_that_is_missing_changed_or_surplus_is_named(project, packs):
    pack = packs[1]
    assert [holds for holds, _ in verify(project, find(project, pack))] == [True, True, True]
    (pack / "figures.csv").write_text("other", encoding="utf-8")
    (pack / "sections" / "00_member_summary.html").unlink()
    (pack / "sections" / "new.html").write_text("", encoding="utf-8")
    assert list(verify(project, find(project, pack)))[:4] == [
        (True, "outputs: 0 of 2 are as the manifest says."),
        (False, "  changed: figures.csv"),
        (False, "  missing: sections/00_member_summary.html"),
        (False, "  surplus: sections/new.html"),
    ]


def test_an_input_that_is_another_here_does_not_hold_and_one_that_is_not_here_is_only_said(project, packs):
    file = packs[1] / "manifest.json"
    told = json.loads(file.read_text(encoding="utf-8")) | {"inputs": {"reference/areas.csv": "0", "reference/gone.csv": "0"}}
    file.write_text(json.dumps(told), encoding="utf-8")
    lines = list(verify(project, find(project, packs[1])))
    assert lines[1:] == [
        (True, "inputs: 0 of 2 are as the manifest says."),
        (False, "  changed: reference/areas.csv"),
        (True, "  not in this checkout: reference/gone.csv"),
        (True, "figures: not computed again, for code, data or packages here are not those that the pack was made with."),
    ]


def test_a_pack_that_calls_itself_published_must_have_been_frozen(project, tmp_path):
    lines = dict(reversed(line) for line in verify(project, find(project, drawn(tmp_path / "published", Q4))))
    assert lines["published: the manifest is not the one that was frozen."] is False


def test_the_packs_of_two_quarters_are_compared_by_their_quarters(whole_checkout, earlier_pack, pack, tmp_path):
    out = tmp_path / "changes.csv"
    done = run_svip(whole_checkout, "compare", Q3, Q4, "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"From {Q3}-public to {Q4}-public: ")
    changes = pd.read_csv(out, keep_default_na=False)
    status = changes[changes["about"] == "status-trajectory: Children with plans in mainstream schools"]
    assert status[["then", "now"]].to_numpy().tolist() == [["Not due yet", "Plan missed"]]
    plans = changes[(changes["about"] == "ehc_plans_count") & (changes["area"] == OWN) & (changes["time_period"] == "202526")]
    assert plans[["what", "then", "now"]].to_numpy().tolist() == [["new figure", "", "4287"]]
    sentence = "Medway maintained 4,287 EHC plans in January 2026, 1,033 (31.7%) above the plan of 3,254."
    assert sentence in set(changes[changes["section"] == "00_member_summary"]["now"])
    assert set(changes["section"]) <= {path.stem for path in (pack / "sections").glob("*.html")}


def test_the_sessions_pack_is_what_it_was_made_as_and_its_figures_are_computed_again(whole_checkout, pack):
    done = run_svip(whole_checkout, "verify", str(pack))
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 4
    assert lines[2].startswith("figures: computed again, all ")


def test_a_figure_that_was_changed_in_the_pack_is_found_by_computing_it_again(whole_checkout, pack, tmp_path):
    copy = tmp_path / "copy"
    (copy / "sections").mkdir(parents=True)
    for name in ("figures.csv", "manifest.json"):
        (copy / name).write_bytes((pack / name).read_bytes())
    text = (copy / "figures.csv").read_text(encoding="utf-8")
    row = f"{OWN},ehc_plans_count,,,202526,"
    line = next(line for line in text.splitlines() if line.startswith(row) and ",actual," in line)
    (copy / "figures.csv").write_text(text.replace(line, line.replace("4287.0", "4286.0")), encoding="utf-8")
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    (copy / "manifest.json").write_text(json.dumps(manifest | {"outputs": hashes(copy)}), encoding="utf-8")
    done = run_svip(whole_checkout, "verify", str(copy))
    assert done.returncode == 1
    assert "1 are told otherwise in figures.csv. The first: ehc_plans_count, 202526: 4286 → 4287." in done.stdout


def test_what_is_no_pack_is_refused_with_status_2(repository, tmp_path):
    for words in (["verify", str(tmp_path)], ["compare", str(tmp_path), Q4], ["verify", "2031-32-Q1"], ["verify", Q4, "--edition", "x"]):
        done = run_svip(repository, *words)
        assert (done.returncode, done.stderr.startswith("Refused: ")) == (2, True), done.stderr
