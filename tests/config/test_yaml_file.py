"""A file that people edit by hand is read strictly, and a slip in it is told with its line."""

from datetime import date

import pytest

from svip_lib.config.refusal import Refusal
from svip_lib.config.yaml_file import Entry, read_yaml


class Stage(Entry):
    name: str
    day: date | None = None


class Plan(Entry):
    title: str
    stages: list[Stage]


SOUND = "title: The plan\nstages:\n  - name: ' first '\n    day: 2026-01-15\n  - name: second\n"


def _read(folder, text, encoding="utf-8"):
    path = folder / "plan.yaml"
    path.write_bytes(text.encode(encoding))
    return read_yaml(path, Plan)


def test_a_sound_file_becomes_its_model_with_spaces_stripped(tmp_path):
    plan = _read(tmp_path, SOUND)
    assert plan == Plan(title="The plan", stages=[Stage(name="first", day=date(2026, 1, 15)), Stage(name="second")])


def test_an_entry_cannot_be_changed_after_reading(tmp_path):
    with pytest.raises(ValueError, match="frozen"):
        _read(tmp_path, SOUND).stages[0].name = "other"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (SOUND.replace("day: 2026-01-15", "dya: 2026-01-15"), 4, "'stages → 0 → dya': No such key is known here."),
        (SOUND.replace("2026-01-15", "15/01/2026"), 4, "'stages → 0 → day': Input should be a valid date"),
        (SOUND.replace("2026-01-15", "2026-13-15"), 4, "'2026-13-15' is no day of the calendar, and no number."),
        (SOUND.replace("The plan", "!!int three"), 1, "'three' is no day of the calendar, and no number."),
        (SOUND.replace("The plan", "0b_"), 1, "'0b_' is no day of the calendar, and no number."),
        (SOUND.replace("  - name: second", "  - day: 2026-02-01"), 5, "'stages → 1 → name': Field required."),
        (SOUND.replace("title: The plan\n", ""), 1, "'title': Field required."),
        (SOUND + "  - names: third\n", 6, "(1 more follow.)"),
        (SOUND.replace("title: The plan", "title: The plan: now"), 1, "This is not YAML: mapping values are not allowed"),
        (SOUND.replace("    day:", "\t  day:"), 4, "This is not YAML"),
        (SOUND + "title: Another\n", 6, "The key 'title' stands twice in one mapping."),
        (SOUND + "    name: third\n", 6, "The key 'name' stands twice in one mapping."),
        ("", 1, "Input should be a valid dictionary"),
        ("title: The plan\nstages: &all [*all]\n", 2, "'stages → 0': Input should be a valid dictionary or instance of Stage."),
    ],
)
def test_a_slip_is_told_with_file_and_line(tmp_path, text, line, message):
    with pytest.raises(Refusal) as refusal:
        _read(tmp_path, text)
    assert str(refusal.value).startswith(f"{tmp_path / 'plan.yaml'}, line {line}: ")
    assert message in str(refusal.value)


def test_a_missing_file_is_told_with_its_name(tmp_path):
    with pytest.raises(Refusal, match=r"plan\.yaml: The file is missing\."):
        read_yaml(tmp_path / "plan.yaml", Plan)


def test_a_file_that_is_not_utf_8_is_told(tmp_path):
    with pytest.raises(Refusal, match="not UTF-8"):
        _read(tmp_path, "title: caf\u00e9\nstages: []\n", encoding="latin-1")


def test_a_tag_that_would_make_an_object_is_not_yaml_for_us(tmp_path):
    with pytest.raises(Refusal, match="This is not YAML: could not determine a constructor"):
        _read(tmp_path, "title: !!python/object/apply:os.getcwd []\nstages: []\n")
