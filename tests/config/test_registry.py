"""The dictionary of indicators."""

import shutil

import pytest

import svip_lib.indicators  # noqa: F401  (to import them is to register them)
from svip_lib.config.refusal import Refusal
from svip_lib.config.registry import FUNCTIONS, indicator, read_dictionary


@pytest.fixture
def dictionary(tmp_path, repository):
    return shutil.copytree(repository / "data" / "dictionary", tmp_path / "dictionary")


def change(dictionary, old, new):
    file = dictionary / "indicators.csv"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_every_row_has_a_base_that_is_described(dictionary):
    assert all(entry.base for entry in read_dictionary(dictionary).values())


def test_counts_of_children_are_never_good_or_bad(dictionary):
    counts = [entry for entry in read_dictionary(dictionary).values() if entry.name.endswith("_count")]
    assert counts
    assert {entry.polarity for entry in counts} == {"none"}


def test_a_name_ends_in_its_unit(dictionary):
    units = {"_count": "", "_percent": "%", "_gbp": "£", "_exceptions": "%", "_fte": ""}
    for name, entry in read_dictionary(dictionary).items():
        ending = next(ending for ending in units if name.endswith(ending))
        assert entry.indicator_unit == units[ending], name


def test_categories_come_in_the_order_of_their_file(dictionary):
    assert list(read_dictionary(dictionary)["ehc_plans_stock_flow_count"].categories) == [
        "opening",
        "new",
        "ceased",
        "expected",
        "closing",
        "residual",
    ]


def test_an_unknown_polarity_is_refused_with_line_and_column(dictionary):
    change(dictionary, ",none,no,series,", ",good,no,series,")
    with pytest.raises(Refusal, match=r"indicators\.csv, line 2, column 'polarity'"):
        read_dictionary(dictionary)


def test_an_unknown_base_is_refused_with_those_that_are_known(dictionary):
    change(dictionary, ",all_ehc_plans,", ",everyone,")
    with pytest.raises(Refusal, match=r"line 2, column 'base'.*all_ehc_plans, pupils_in_schools"):
        read_dictionary(dictionary)


def test_a_row_with_a_cell_too_many_is_refused_with_its_line(dictionary):
    change(dictionary, "EHC plans,Plans,", "EHC plans,Plans,,")
    with pytest.raises(Refusal, match=r"line 2: The row has more or fewer cells"):
        read_dictionary(dictionary)


def test_a_name_that_stands_twice_is_refused(dictionary):
    change(dictionary, "ehc_plans_growth_percent,", "ehc_plans_count,")
    with pytest.raises(Refusal, match="'ehc_plans_count' stands twice"):
        read_dictionary(dictionary)


def test_two_functions_of_one_name_are_a_mistake_of_ours():
    assert "ehc_plans_count" in FUNCTIONS
    with pytest.raises(ValueError, match="two indicators are called ehc_plans_count"):

        @indicator
        def ehc_plans_count():
            return None
