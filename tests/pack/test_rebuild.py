"""Only what changed is made again: a section when what it has read, its cells or its words are others, and nothing when all is the same."""

import pytest

from tests.pack.small import NO_PAPER, SECTIONS, say

pytestmark = pytest.mark.pack


def outcomes(trial):
    """Run, and return how each section ended."""
    known = trial.logs()
    assert trial.run(*NO_PAPER) == (0, "", "")
    told = trial.steps(known)
    return {name: told[name] for name in SECTIONS}


def one_more_in_time(trial):
    """Let DfE have counted one plan more within 20 weeks in 2025."""
    file = trial.folder / "data/reference/ees_ehcp_2026_part/timeliness.csv"
    text = file.read_text(encoding="utf-8")
    assert "E06000035,2025,1121,1034,228,221,20.3,21.4," in text
    file.write_text(text.replace("1034,228,221,20.3,21.4,", "1034,228,222,20.3,21.5,"), encoding="utf-8")


@pytest.fixture
def standing(trial):
    """A pack that stands without papers."""
    assert trial.run(*NO_PAPER) == (0, "", "")
    return trial


def test_where_nothing_changed_nothing_is_begun(standing):
    known = standing.logs()
    assert standing.run(*NO_PAPER) == (0, "", "")
    assert standing.logs() == known


def test_of_a_figure_that_changed_only_the_section_that_has_read_it_is_run_again(standing):
    one_more_in_time(standing)
    assert outcomes(standing) == {"10_ehc_plans": "unchanged", "20_statutory_duties": "done", "30_placements": "unchanged"}


def test_of_words_that_changed_only_their_section_is_run_again(standing):
    say(standing.folder, "Something of note.")
    assert outcomes(standing) == {"10_ehc_plans": "unchanged", "20_statutory_duties": "unchanged", "30_placements": "done"}


def test_a_section_that_takes_the_tables_themselves_is_run_again_whatever_changed(standing):
    """What a notebook does with a whole table nobody sees, so all of it counts as read."""
    file = standing.folder / "notebooks/10_ehc_plans.ipynb"
    file.write_text(
        file.read_text(encoding="utf-8").replace("section.banner()", "section.banner(); len(section.released.rows)"), encoding="utf-8"
    )
    assert outcomes(standing)["10_ehc_plans"] == "done"
    one_more_in_time(standing)
    assert outcomes(standing) == {"10_ehc_plans": "done", "20_statutory_duties": "done", "30_placements": "unchanged"}


def test_a_section_that_is_asked_for_by_its_number_is_run_again_though_nothing_changed(standing):
    known = standing.logs()
    assert standing.run(*NO_PAPER, "--only", "20") == (0, "", "")
    assert {name: standing.steps(known)[name] for name in SECTIONS} == {
        "10_ehc_plans": "unchanged",
        "20_statutory_duties": "done",
        "30_placements": "unchanged",
    }
