"""Places and schemes: what a register says, what it said before, and what nobody said."""

from tests.show.drawn import MILESTONE, made, words


def test_a_scheme_is_matched_by_its_words_and_an_unnamed_school_is_unverified(given):
    row = MILESTONE | {"title": "Resourced  provision for autism at Strood Academy.", "places": "25"}
    drawn = given(milestones=[row])
    schemes = made("schemes", drawn).set_index("Scheme")
    assert schemes.loc["ASD Strood Academy", ["Need", "Site", "Places", "Due"]].to_list() == ["ASD", "Strood Academy", "25", "not stated"]
    assert schemes.loc["ASD Second", "Site"] == "[unverified]"
    assert schemes.loc["Inspire New Build", "Due"] == "January 2025"
    days = made("scheme_days", drawn).set_index("Scheme")
    assert days.loc["ASD Strood Academy", "Planned"].replace("\xa0", " ") == "5 August 2025"
    assert days.loc["ASD Strood Academy", ["Done", "Slippage"]].to_list() == ["not yet", "+17 months (+2 in the quarter)"]
    assert words(days.loc["ASD Strood Academy", "Status"]) == "◆ Delayed"
    assert days.loc["ASD Second", "Slippage"] == "not supplied"


def test_a_scheme_that_only_the_register_has_is_told_too(given):
    drawn = given(milestones=[MILESTONE | {"title": "A new school", "places": "40", "need": "SEMH", "status": "Complete"}])
    assert "A new school" in set(made("scheme_days", drawn)["Scheme"])
    places = made("scheme_places", drawn).set_index("Need")
    assert places.loc["SEMH", "Done"] == "40"
    assert places.loc["All needs", "Size unknown"] == "3 schemes"


def test_capital_adds_up_over_the_schemes_that_state_it(given):
    titles = ["Expansion of Abbey Court special school, under way in 2022.", "Expansion of Bradfields special school, under way in 2022."]
    money = {"capital_budget": "10000000", "capital_spent": "2500000"}
    table = made("scheme_money", given(milestones=[MILESTONE | {"title": titles[0]} | money, MILESTONE | {"title": titles[1]}]))
    rows = table.set_index("Scheme")
    assert rows.loc["Abbey Court", ["Budget", "Spent", "Share spent"]].to_list() == ["£100,000", "£25,000", "25%"]
    assert rows.loc["Bradfields", ["Budget", "Share spent"]].to_list() == ["not stated", "not stated"]
    assert rows.loc["All that are stated", ["Budget", "Spent"]].to_list() == ["£100,000", "£25,000"]
