"""The gate: one way through it, and what lies behind it is for its owner only."""

import shutil
import stat
from dataclasses import replace
from datetime import date
from unittest.mock import MagicMock

import pandas as pd
import pytest

from svip_lib.config.content import content_key
from svip_lib.config.periods import Quarter
from svip_lib.config.project import Project
from svip_lib.config.refusal import Refusal
from svip_lib.config.result import COLUMNS, read_figures
from svip_lib.disclosure import gate
from svip_lib.disclosure.gate import release, release_quarter
from svip_lib.disclosure.released import EVERYTHING, Released, is_current, read_released
from svip_lib.figures import Figures
from tests.drawn import AREAS, NOTHING_PUBLISHED, POLICY, drawn_entry, drawn_release, drawn_row

Q4 = Quarter(2025, 4)


@pytest.fixture
def project(checkout):
    return Project(checkout, checkout / "data")


def test_nobody_but_the_gate_makes_a_released_value():
    released = drawn_release(drawn_entry(), actual=1.0)
    told = {name: getattr(released, name) for name in ("authority", "quarter", "edition", "as_at", "rows", "areas", "registers", "key")}
    with pytest.raises(TypeError, match=r"only svip_lib\.disclosure releases figures"):
        Released(**told)


def test_of_a_figure_that_was_not_released_there_are_no_rows():
    assert drawn_release(drawn_entry(), actual=1.0).select("other_count").empty


class TestWhatIsRead:
    """A section's slice of the figures is what it has read of them."""

    @pytest.fixture
    def released(self):
        entry, other = drawn_entry(), drawn_entry(col_name="other_count")
        rows = [drawn_row(entry, 5.0), drawn_row(entry, 7.0, measure="plan"), drawn_row(other, 9.0)]
        return drawn_release(entry, rows=rows)

    @staticmethod
    def told_otherwise(released, indicator):
        rows = released.rows.assign(value=released.rows["value"] + (released.rows["indicator"] == indicator))
        return replace(released, rows=rows)

    def test_rows_and_registers_are_noted_as_they_are_asked_for(self, released):
        name = "other_count"
        assert released.select(name)["value"].to_list() == [9.0]
        assert released.read == {("figures", "indicator", name)}
        released.register("sources")
        released.register("last_look", "indicator", name)
        assert released.measured("plan")["value"].to_list() == [7.0]
        assert released.read == {
            ("figures", "indicator", name),
            ("sources", "", ""),
            ("last_look", "indicator", name),
            ("figures", "measure", "plan"),
        }

    @pytest.mark.parametrize("table", ["rows", "registers"])
    def test_who_takes_a_table_itself_has_read_everything(self, released, table):
        assert len(getattr(released, table))
        assert released.read == {EVERYTHING}

    def test_its_key_changes_with_what_was_read_and_with_nothing_else(self, released):
        mine = [("figures", "indicator", "other_count")]
        key = released.slice_key(mine)
        assert key == released.slice_key([["figures", "indicator", "other_count"]])
        assert self.told_otherwise(released, drawn_entry().name).slice_key(mine) == key
        assert self.told_otherwise(released, "other_count").slice_key(mine) != key
        assert self.told_otherwise(released, drawn_entry().name).slice_key([EVERYTHING]) != released.slice_key([EVERYTHING])
        assert replace(released, as_at=date(2031, 1, 1)).slice_key(mine) != key
        assert replace(released, areas=released.areas.assign(role="neighbour")).slice_key(mine) != key

    def test_of_what_is_not_there_nothing_is_read_and_that_is_noted_too(self, released):
        none = [("figures", "indicator", "third_count"), ("no_register", "", "")]
        assert released.register("no_register").empty
        assert released.slice_key(none) != released.slice_key([])


def test_figures_come_back_from_disk_as_they_were_released(project):
    released = release_quarter(project, "medway", Q4, "public")
    again = read_released(project, "medway", Q4, "public")
    pd.testing.assert_frame_equal(released.rows, again.rows)
    assert again.as_at == released.as_at
    told = {"sources", "repairs", "findings", "own_rows", "own_findings", "revisions", "cost_centres", "last_look", "withheld", "rounded"}
    told |= {
        "milestones",
        "risks",
        "conditions",
        "outlook",
        "backtest",
        "growth",
        "nowcast",
        "under_way",
        "ledger",
        "targets",
        "outlook_money",
    }
    assert again.registers.keys() == told


def test_what_lies_before_publication_is_for_its_owner_only(project):
    release_quarter(project, "medway", Q4, "public")
    private = project.reports("medway", Q4) / "private"
    assert stat.S_IMODE(private.stat().st_mode) == 0o700


def test_released_figures_are_current_until_something_that_they_come_from_changes(project):
    release_quarter(project, "medway", Q4, "public")
    assert is_current(project, "medway", Q4, "public")
    for path in (
        "data/reference/areas.csv",
        "data/authorities/medway/agreement.yaml",
        "data/authorities/medway/cost_centres.csv",
        "data/dictionary/bases.csv",
        "svip_lib/indicators/shape.py",
    ):
        file = project.root / path
        before = file.read_bytes()
        file.write_bytes(before + b"\n")
        assert not is_current(project, "medway", Q4, "public"), path
        file.write_bytes(before)
    assert is_current(project, "medway", Q4, "public")


def test_the_key_knows_content_and_not_place(project, tmp_path):
    elsewhere = shutil.copytree(project.root, tmp_path / "elsewhere")
    assert content_key(Project(elsewhere, elsewhere / "data"), "medway", Q4) == content_key(project, "medway", Q4)


def test_a_shorthand_is_not_read_back_as_a_missing_word(tmp_path):
    entry = drawn_entry()
    rows = drawn_release(entry, rows=[drawn_row(entry, None), drawn_row(entry, 0.1 + 0.2, period="202425")]).rows
    rows.to_csv(tmp_path / "figures.csv", index=False)
    again = read_figures(tmp_path / "figures.csv")
    assert again["shorthand"].to_list() == ["x", ""]
    assert again["value"].iloc[1] == 0.1 + 0.2


def test_few_rows_that_were_set_aside_are_not_told_in_the_public_edition(project):
    file = next(project.find_extracts("medway", Q4).glob("*_senneed.csv"))
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join([*lines, lines[-1], lines[-1]]), encoding="utf-8")  # two records under an id that stands already
    told = {}
    for edition in ("public", "internal"):
        released = release_quarter(project, "medway", Q4, edition)
        told[edition] = released.registers["own_rows"].set_index("table").loc["senneed", ["clean", "quarantined"]].astype("str").to_list()
        found = released.registers["own_findings"].set_index("rule")["rows"].astype("str")
        assert found["duplicate_need_id"] == {"public": "[c]", "internal": "2"}[edition]
    assert told["public"] == ["[c]", "[c]"]
    assert told["internal"][1] == "2"


def test_the_internal_edition_is_exact_and_the_public_one_withholds(project):
    public, internal = (release_quarter(project, "medway", Q4, edition) for edition in ("public", "internal"))
    assert (public.rows["shorthand"] == "c").sum() > 20
    assert not (internal.rows["shorthand"] == "c").any()
    assert "withheld" not in internal.registers


@pytest.mark.parametrize(("edition", "told"), [("public", 0), ("internal", 1)])
def test_what_is_told_inside_alone_passes_the_gate_of_the_internal_edition_only(edition, told):
    entry = drawn_entry(col_name="variance_by_category_and_need_gbp", time_identifier="Financial quarter")
    row = drawn_row(entry, 7.0, period="202526Q4", category="asd") | {"origin": "council"}
    words = {name: pd.DataFrame() for name in ("sources", "repairs", "findings")}
    figures = Figures("medway", Q4, date(2026, 7, 31), pd.DataFrame([row])[COLUMNS], AREAS, words)
    released = release(figures, edition, key="drawn", policy=POLICY, register=NOTHING_PUBLISHED)[0]
    assert len(released.rows) == told


def test_figures_of_content_that_changed_meanwhile_are_not_kept(monkeypatch):
    """Kept under the key of what was there before, they would be taken for its figures when the change is taken back."""
    keys, kept = iter(["before", "after"]), []
    monkeypatch.setattr(gate, "content_key", lambda *_: next(keys))
    monkeypatch.setattr(gate, "_write", lambda *written: kept.append(written))
    for name in ("key_on_disk", "read_authority", "read_register", "compute_figures"):
        monkeypatch.setattr(gate, name, lambda *_: MagicMock())
    monkeypatch.setattr(gate, "release", lambda *_: (MagicMock(), None))
    with pytest.raises(Refusal, match="changed while it was being made"):
        release_quarter(MagicMock(), "drawn", Q4, "public")
    assert not kept
