"""What earlier packs printed is read from what was published, and from nothing else."""

from svip_lib.config.periods import Quarter
from svip_lib.disclosure.register import read_register


def test_of_each_cell_the_newest_pack_before_the_quarter_counts_and_not_what_a_publication_left_that_was_cut_off(tmp_path):
    for folder, value in {"2025-26-Q2": "7", "2025-26-Q3": "", "2025-26-Q4": "9", ".2025-26-Q3.4711": "11"}.items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "register.csv").write_text(f"key,value\nplans,{value}\n{folder[-2:]},1\n", encoding="utf-8")
    register = read_register(tmp_path, Quarter(2025, 4))
    assert register["value"].isna().to_dict() == {"Q2": False, "plans": True, "Q3": False}
