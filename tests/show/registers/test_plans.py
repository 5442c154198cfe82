"""Whose plans they are, beside all pupils: of one quarter, and marked where they are invented."""

from svip_lib.show.given import Given
from svip_lib.show.registers.plans import plans_beside_pupils
from tests.drawn import drawn_release, drawn_row


def own(entry, value, category="", breakdown="", period="202526Q4"):
    told = {"origin": "synthetic", "breakdown": breakdown, "shorthand": "c" if value is None else ""}
    return drawn_row(entry, value, period=period, category=category) | told


def plans(dictionary):
    by_sex, by_group = dictionary["ehc_plans_by_sex_quarter_count"], dictionary["ehc_plans_by_ethnicity_quarter_count"]
    rows = [own(dictionary["ehc_plans_quarter_count"], 200)]
    rows += [own(by_sex, value, name, "sex") for name, value in (("male", 150), ("female", 50))]
    return rows + [own(by_group, value, name, "ethnicity") for name, value in (("asian", 20), ("white", 180))]


def beside_pupils(dictionary, rows):
    return plans_beside_pupils(Given(drawn_release(None, rows=rows, edition="internal"), None, dictionary, None, None))


def test_plans_stand_beside_pupils_as_shares_of_all_and_every_column_says_that_its_children_are_invented(dictionary):
    pupils = dictionary["pupils_by_group_percent"]
    rows = plans(dictionary) + [own(pupils, value, name, "pupil_group") for name, value in (("female", 48.9), ("white", 71.2))]
    table = beside_pupils(dictionary, rows)
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
    table = beside_pupils(dictionary, rows)
    assert set(table["Of all pupils, SYNTHETIC"]) == {"not supplied"}


def test_without_a_return_there_is_no_table(dictionary):
    pupils = dictionary["pupils_by_group_percent"]
    assert beside_pupils(dictionary, [own(pupils, 51.1, "male", "pupil_group")]).empty
