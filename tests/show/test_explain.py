"""How a figure was made, told from what was released and from nothing else."""

from dataclasses import replace

import pandas as pd
import pytest

from svip_lib.config.agreement import read_agreement
from svip_lib.config.refusal import Refusal
from svip_lib.show import explain as told
from svip_lib.show.given import Given
from tests.drawn import drawn_entry, drawn_release, drawn_row

COUNT = {"col_name": "ehc_plans_count", "indicator_unit": "", "indicator_dp": 0, "label": "EHC plans"}
SHARE = {"col_name": "placements_mainstream_percent", "polarity": "higher", "label": "In mainstream schools"}
QUARTERLY = {"col_name": "ehc_requests_quarter_count", "time_identifier": "Financial quarter", "base": "requests_received_quarter"}


@pytest.fixture
def given(repository):
    """What explains a drawn release, beside it."""
    agreement = read_agreement(repository / "data" / "authorities" / "medway" / "agreement.yaml")

    def make(released, *entries):
        source = {
            "title": "Plans",
            "publisher": "DfE",
            "release": "2026",
            "available_from": "2026-03-31",
            "verified": "False",
            "partial": "True",
        }
        registers = released.registers | {"sources": pd.DataFrame([{"id": "drawn"} | source, {"id": "council_return"} | source])}
        return Given(replace(released, registers=registers), agreement, {entry.name: entry for entry in entries}, repository, None)

    return make


def lines_of(given, released, entry, **wanted):
    made = given(released, entry)
    return told.explain(made, entry, told.find_figure(made.released, entry, **wanted), "all plans. Every plan.")


def own_row(entry, value, period="202526Q4", *, as_at="2026-03-31", **told):
    row = drawn_row(entry, value, period=period, **told)
    return row | {"as_at": as_at, "source_id": "council_return"}


def own_release(entry, rows):
    """A release of the council's own figures; what the gate withholds of them is drawn, and not found by it."""
    released = drawn_release(entry, rows=rows)
    own = released.rows["source_id"] == "council_return"
    return replace(released, rows=released.rows.assign(origin=released.rows["origin"].mask(own, "synthetic")))


def test_a_share_is_told_with_its_counts_base_rule_source_and_plan(given):
    entry = drawn_entry(**SHARE)
    rows = [
        drawn_row(entry, 38.77, numerator=1662, denominator=4287),
        drawn_row(entry, 38.8, measure="published"),
        drawn_row(entry, 42.0, measure="plan"),
    ]
    assert lines_of(given, drawn_release(entry, rows=rows), entry) == {
        "Figure": "In mainstream schools",
        "Period": "January 2026 (academic year 202526)",
        "Value": "38.8%; from published numbers",
        "Numerator": "1,662",
        "Denominator": "4,287",
        "Base": "all plans. Every plan.",
        "Unit": "per cent, decimals shown: 1",
        "Polarity": "higher is better",
        "Source": "Plans, 2026, held in part; DfE",
        "File": "data/reference/drawn",
        "Rule": "A share that is drawn for a test.",
        "Known from": "30 June 2026",
        "Verified": "the publisher's figure; its day of publication is [unverified]",
        "Published twin": "38.8%",
        "Plan": (
            "42.0%; paragraph 5.5 of Update on the Safety Valve Intervention Programme; "
            "verified: second reading against the report, 24 November 2026"
        ),
    }


def test_a_count_has_no_denominator_and_a_percentage_without_counts_says_so(given):
    count, share = drawn_entry(**COUNT), drawn_entry()
    assert lines_of(given, drawn_release(count, rows=[drawn_row(count, 7, numerator=7)]), count)["Denominator"] == "none: this is no share"
    rows = [drawn_row(share, 4.4, measure="published")]
    assert lines_of(given, drawn_release(share, rows=rows), share)["Numerator"] == "not in our files"


def test_a_figure_of_the_plan_is_told_with_paragraph_reader_and_day_and_one_that_nobody_read_without_a_value(given):
    entry = drawn_entry(**COUNT)
    rows = [drawn_row(entry, 4287), drawn_row(entry, 3135, period="202425", measure="plan")]
    lines = lines_of(given, drawn_release(entry, rows=rows), entry, period="January 2025")
    assert lines["Value"] == "3,135; planned"
    assert lines["File"] == "data/authorities/medway/agreement.yaml, ehc_plans_count"
    assert lines["Source"].startswith("paragraph 5.3 of Update on the Safety Valve")
    assert lines["Verified"] == "second reading against the report, 24 November 2026"
    assert "Plan" not in lines
    unread = drawn_row(entry, None, measure="plan") | {"shorthand": "unverified"}
    lines = lines_of(given, drawn_release(entry, rows=[drawn_row(entry, 4287), unread]), entry)
    assert lines["Plan"].startswith("[unverified]; ")


def test_a_plan_that_no_path_of_the_agreement_states_is_told_without_a_paper(given):
    entry = drawn_entry()
    released = drawn_release(entry, 38.8, plan=42.0)
    assert lines_of(given, released, entry)["Plan"] == "42.0%"
    only = drawn_release(entry, rows=[drawn_row(entry, 42.0, measure="plan")])
    assert lines_of(given, only, entry)["Value"] == "42.0%; planned"


def test_the_councils_own_figure_names_its_folder_and_says_that_it_is_synthetic(given):
    entry = drawn_entry(**QUARTERLY, indicator_unit="", indicator_dp=0)
    rows = [own_row(entry, 146), own_row(entry, 120, "202425Q4", as_at="2025-03-31")]
    lines = lines_of(given, own_release(entry, rows=rows), entry)
    assert lines["Value"] == "146; SYNTHETIC: from invented records in the form of the council's own"
    assert lines["File"] == "data/authorities/medway/quarters/2025-26-Q4/sample"
    assert "svip check" in lines["Verified"]
    earlier = lines_of(given, own_release(entry, rows=rows), entry, period="2024-25-Q4")
    assert earlier["File"] == "data/authorities/medway/quarters/2024-25-Q4/sample/figures.csv"


def test_a_count_of_the_councils_own_stands_beside_what_dfe_publishes_of_the_same_children(given):
    entry = drawn_entry(**QUARTERLY, indicator_unit="", indicator_dp=0)
    twin = drawn_entry(col_name="ehc_requests_count", label="Requests", time_identifier="Calendar year", indicator_unit="")
    rows = [own_row(entry, 146, "202526Q3"), drawn_row(twin, 900, period="2025", numerator=900)]
    made = given(own_release(entry, rows=rows), entry, twin)
    assert told.explain(made, entry, told.find_figure(made.released, entry), "all")["Published twin"] == "Requests, 2025: 900"


def test_a_withheld_figure_is_explained_as_withheld_and_never_told(given):
    entry = drawn_entry(**QUARTERLY)
    hidden = own_row(entry, None, numerator=None, denominator=268.0) | {"shorthand": "c"}
    released = own_release(entry, rows=[hidden, own_row(entry, 20.0, "202526Q3", numerator=2, denominator=10)])
    lines = lines_of(given, released, entry)
    assert lines["Value"].startswith("[c], withheld to protect children; ")
    assert (lines["Period"][:21], lines["Numerator"], lines["Denominator"]) == ("January to March 2026", "[c]", "268")


def test_a_category_is_found_by_its_name_or_its_words_and_without_one_the_largest_is_told(given):
    entry = drawn_entry(filter_grouping_column="drawn", indicator_unit="", indicator_dp=0, categories={"A": "Apples", "P": "Pears"})
    rows = [drawn_row(entry, 3, category="A"), drawn_row(entry, 8, category="P"), drawn_row(entry, 9, category="A", period="202425")]
    released = drawn_release(entry, rows=rows)
    assert lines_of(given, released, entry)["Figure"] == "Drawn share – Pears"
    assert lines_of(given, released, entry, category="a")["Value"][0] == "3"
    assert lines_of(given, released, entry, category="Apples", period="202425")["Value"][0] == "9"
    with pytest.raises(Refusal, match=r"category 'plums'. Choose one of: A \(Apples\), P \(Pears\)"):
        told.find_figure(released, entry, category="plums")


def test_a_period_that_is_not_there_is_refused_with_those_that_are(given):
    entry = drawn_entry()
    with pytest.raises(Refusal, match=r"period '2031'. Choose one of: 202526 \(January 2026\)"):
        told.find_figure(drawn_release(entry, 38.8), entry, "2031")


def test_what_was_not_supplied_is_refused_and_leaves_nothing_to_unfold():
    entry, other = drawn_entry(), drawn_entry(col_name="other_percent")
    released = drawn_release(entry, 38.8)
    assert told.headline_figure(released, other) is None
    with pytest.raises(Refusal, match="no figure that was known on 31 July 2026"):
        told.find_figure(released, other)


def test_the_part_of_the_page_says_in_its_summary_which_figure_it_is_of_and_escapes_its_words():
    html = told.details_html({"Figure": "Plans <b>", "Period": "January 2026 (academic year 202526)"})
    assert "<summary>How this figure was made: Plans &lt;b&gt;, January 2026</summary>" in html
    assert "<dt>Period</dt><dd>January 2026 (academic year 202526)</dd>" in html
