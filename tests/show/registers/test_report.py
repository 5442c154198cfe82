"""The report's own money and slips, and what nobody has verified: each is told, and nothing without a reader has a value."""

from tests.show.drawn import made


def test_what_nobody_verified_is_told_with_the_list_that_it_stands_in_and_without_a_value(given):
    table = made("unverified", given()).set_index("Entry")
    assert table.loc["The sum that DfE agreed to pay."].to_list() == ["amounts", "[unverified]"]
    assert "successor evidence" in set(table["Kind"])


def test_sums_that_nobody_has_confirmed_are_counted_in_one_last_row_and_none_is_a_national_rule(given):
    drawn = given()
    whole, stated = made("amounts", drawn), made("amounts_stated", drawn)
    unknown = (whole["Value"] == "[unverified]").sum()
    assert stated.iloc[-1].to_list() == [f"Further sums that nobody has confirmed: {unknown}", "several", "[unverified]", "several"]
    assert (len(stated), (stated["Value"] == "[unverified]").sum()) == (len(whole) - unknown + 1, 1)
    rules = {amount.text for amount in drawn.agreement.amounts if amount.kind == "national rule"}
    assert rules and not rules & set(whole["Amount"])


def test_a_slip_of_the_report_stands_beside_what_we_found(given):
    table = made("report_findings", given())
    assert list(table) == ["Paragraph", "The report says", "We found", "So"]
    assert len(table) == len(given().agreement.findings)
