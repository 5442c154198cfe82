"""Changes of policy that somebody has named: off unless a role stands for them, and not for ever."""

from datetime import date

import pytest

from svip_lib.config.assurance import read_switches
from svip_lib.config.refusal import Refusal

HEAD = "id,says,from_january,growth_points,spread_percent,switched_on,author,valid_until\n"


def read(folder, row):
    (folder / "policy_switches.csv").write_text(f"{HEAD}{row}\n", encoding="utf-8")
    return read_switches(folder)


def test_a_switch_is_in_force_when_it_is_on_and_until_its_last_day(tmp_path):
    on = read(tmp_path, "reform,The law changes,2028,-1.5,5,yes,finance lead,2027-12-31")[0]
    assert (on.january, on.growth, on.spread, on.author) == (2028, -1.5, 5.0, "finance lead")
    assert on.in_force(date(2027, 12, 31))
    assert not on.in_force(date(2028, 1, 1))
    off = read(tmp_path, "reform,The law changes,2028,-1.5,5,no,,2027-12-31")[0]
    assert not off.in_force(date(2027, 1, 1))


def test_without_the_file_there_is_none_and_the_shipped_one_is_off(tmp_path, repository):
    assert read_switches(tmp_path) == []
    shipped = read_switches(repository / "data/authorities/medway/assurance")
    assert shipped
    assert not any(switch.on for switch in shipped)


@pytest.mark.parametrize(
    ("row", "column", "says"),
    [
        ("reform,The law,soon,0,5,no,,2027-12-31", "from_january", "no year"),
        ("reform,The law,2028,a lot,5,no,,2027-12-31", "growth_points", "no number"),
        ("reform,The law,2028,0,,no,,2027-12-31", "spread_percent", "no number"),
        ("reform,The law,2028,nan,5,no,,2027-12-31", "growth_points", "no number"),
        ("reform,The law,2028,0,5,maybe,,2027-12-31", "switched_on", "none of yes, no"),
        ("reform,The law,2028,0,5,yes,,2027-12-31", "author", "Nobody stands for it"),
        ("reform,The law,2028,0,5,no,,2027-02-30", "valid_until", "no day"),
    ],
)
def test_a_slip_is_told_with_its_line_and_column(tmp_path, row, column, says):
    with pytest.raises(Refusal) as refused:
        read(tmp_path, row)
    assert f"line 2, column '{column}'" in str(refused.value)
    assert says in str(refused.value)
