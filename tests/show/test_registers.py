"""Tables that set indicators beside each other, from released figures alone."""

import pytest

from svip_lib.config.registry import read_dictionary
from svip_lib.show.registers import plans_beside_pupils
from tests.drawn import drawn_release, drawn_row


@pytest.fixture(scope="module")
def dictionary(repository):
    return read_dictionary(repository / "data" / "dictionary")


def own(entry, value, category="", breakdown="", period="202526Q4"):
    told = {"origin": "synthetic", "breakdown": breakdown, "shorthand": "c" if value is None else ""}
    return drawn_row(entry, value, period=period, category=category) | told


def plans(dictionary):
    by_sex, by_group = dictionary["ehc_plans_by_sex_quarter_count"], dictionary["ehc_plans_by_ethnicity_quarter_count"]
    rows = [own(dictionary["ehc_plans_quarter_count"], 200)]
    rows += [own(by_sex, value, name, "sex") for name, value in (("male", 150), ("female", 50))]
    return rows + [own(by_group, value, name, "ethnicity") for name, value in (("asian", 20), ("white", 180))]


def test_plans_stand_beside_pupils_as_shares_of_all_and_every_column_says_that_its_children_are_invented(dictionary):
    pupils = dictionary["pupils_by_group_percent"]
    rows = plans(dictionary) + [own(pupils, value, name, "pupil_group") for name, value in (("female", 48.9), ("white", 71.2))]
    table = plans_beside_pupils(drawn_release(pupils, rows=rows, edition="internal"), dictionary)
    assert table.to_numpy().tolist() == [
        ["Girls and young women", "50", "25.0%", "48.9%"],
        ["Boys and young men", "150", "75.0%", "not supplied"],
        ["White", "180", "90.0%", "71.2%"],
        ["Asian", "20", "10.0%", "not supplied"],
    ]
    assert table.columns[1:].str.endswith(", SYNTHETIC").all()


def test_pupils_of_an_earlier_quarter_are_not_set_beside_plans_of_this_one(dictionary):
    pupils = dictionary["pupils_by_group_percent"]
    rows = [*plans(dictionary), own(pupils, 48.9, "female", "pupil_group", period="202526Q3")]
    table = plans_beside_pupils(drawn_release(pupils, rows=rows, edition="internal"), dictionary)
    assert set(table["Of all pupils, SYNTHETIC"]) == {"not supplied"}


def test_without_a_return_there_is_no_table(dictionary):
    pupils = dictionary["pupils_by_group_percent"]
    released = drawn_release(pupils, rows=[own(pupils, 51.1, "male", "pupil_group")], edition="internal")
    assert plans_beside_pupils(released, dictionary).empty
