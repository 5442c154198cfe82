"""The one shape of figures."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from svip_lib.config.refusal import Refusal
from svip_lib.indicators.shape import count, percent, published_rows, wide, with_previous

AREA, YEAR = "E06000035", ("2025", "Calendar year")


def test_a_share_is_computed_from_the_two_counts_beside_it():
    figure = percent(wide(published_rows(AREA, *YEAR, part=221, whole=1034), "part", "whole"), "part", "whole").iloc[0]
    assert (figure["numerator"], figure["denominator"]) == (221, 1034)
    assert round(figure["value"], 1) == 21.4


def test_a_share_of_nothing_is_not_applicable_and_not_zero():
    figure = percent(wide(published_rows(AREA, *YEAR, part=0, whole=0), "part", "whole"), "part", "whole").iloc[0]
    assert math.isnan(figure["value"])
    assert figure["shorthand"] == "z"


def test_a_value_that_its_publisher_did_not_have_stays_missing_and_says_so():
    rows = published_rows(AREA, *YEAR, part=float("nan"), whole=10)
    rows.loc[rows["measure"] == "part", "shorthand"] = "x"
    figure = percent(wide(rows, "part", "whole"), "part", "whole").iloc[0]
    assert math.isnan(figure["value"])
    assert figure["shorthand"] == "x"


def test_a_column_that_no_file_has_is_refused_and_not_taken_for_a_missing_figure():
    with pytest.raises(Refusal, match=r"column 'wantd': No file .* has a column 'wantd'. Its columns are: wanted"):
        wide(published_rows(AREA, *YEAR, wanted=1), "wantd")


def test_of_a_table_that_could_not_be_known_there_are_no_figures():
    assert count(wide(published_rows(AREA, *YEAR, wanted=1).head(0), "wanted"), "wanted").empty


@given(st.floats(allow_nan=True, allow_infinity=False, width=32), st.sampled_from([0.0, 1.0, 250.0, float("nan")]))
def test_a_figure_has_either_a_value_or_a_reason_why_not(part, whole):
    figures = percent(wide(published_rows(AREA, *YEAR, part=part, whole=whole), "part", "whole"), "part", "whole")
    assert ((figures["shorthand"] == "") == figures["value"].notna()).all()


def test_the_year_before_is_found_by_year_and_a_gap_is_not_bridged():
    table = pd.concat(
        [
            wide(published_rows(AREA, period, "Academic year", plans=plans), "plans")
            for period, plans in (("201819", 1), ("201920", 2), ("202122", 4))
        ]
    )
    before = with_previous(table, "plans").set_index("time_period")["previous"]
    assert before["201920"] == 1
    assert math.isnan(before["202122"])


def test_a_key_that_stands_twice_is_never_averaged():
    rows = published_rows(AREA, *YEAR, part=1)
    with pytest.raises(ValueError, match="duplicate"):
        wide(pd.concat([rows, rows]), "part")
