"""Ways to a figure: links to it, and its numbers folded beneath it."""

import csv
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup

from svip_lib.pack.ways import add_ways, table_csv

TABLE = (
    '<div class="table-scroll"><table id="{0}-table"><caption>Table 1.2. {1}Plans</caption>'
    "<thead><tr><th>Period</th><th>Plans</th></tr></thead>"
    "<tbody><tr><th>Jan 2026</th><td>{2}</td></tr></tbody></table></div>\n<p class='table-note'>[x] = not available.</p>"
)
FIGURE = '<figure id="plans"><p class="message">Up</p><figcaption>Figure 1.1. {}Plans. Source: SEN2</figcaption></figure>'


def soup(html):
    found = BeautifulSoup(f"<div>{html}<p class='meaning'>It rose.</p></div>", "html.parser", multi_valued_attributes=None)
    add_ways(found)
    return found


def rows(html):
    link = soup(html).find("a", download=True)
    return list(csv.reader(unquote(link["href"].partition(",")[2]).removeprefix("\ufeff").splitlines()))


def test_the_table_of_a_chart_is_folded_with_its_notes_and_the_meaning_stays_in_view():
    folded = soup(FIGURE.format("") + TABLE.format("plans", "", "4,287")).details
    assert folded.summary.get_text() == "Show the figures: Table 1.2. Plans"
    assert folded.find("p", class_="table-note").get_text() == "[x] = not available."
    assert folded.find_next_sibling().get_text() == "It rose."


def test_a_table_without_a_chart_stays_open_and_its_link_leads_to_the_message_above_it():
    html = soup('<p class="message" id="plans">Up</p>' + TABLE.format("plans", "", "4,287"))
    assert html.details is None
    (link,) = html.select("a.here")
    assert (link["href"], link.get_text()) == ("#plans", "Link to table 1.2")
    assert soup(TABLE.format("plans", "", "1")).select_one("a.here")["href"] == "#plans-table"


def test_a_chart_has_one_link_to_itself_that_says_which_it_is():
    links = soup(FIGURE.format("") + TABLE.format("plans", "", "4,287")).select("a.here")
    assert [(link["href"], link.get_text()) for link in links] == [("#plans", "Link to figure 1.1")]


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        *(("4,287", "4287"), ("−1,033", "-1033"), ("+3.2", "3.2"), ("38.8%", "38.8%"), ("−£1.2m", "−£1.2m")),
        *(("[c]", "[c]"), ("=1+1", "'=1+1"), ("@sum", "'@sum"), ("-cmd", "'-cmd"), ("+£1.2m", "'+£1.2m")),
    ],
)
def test_a_cell_is_a_number_or_words_and_never_a_formula(shown, told):
    assert rows(FIGURE.format("") + TABLE.format("plans", "", shown)) == [["Period", "Plans"], ["Jan 2026", told]]


def test_a_file_of_invented_figures_says_so_in_its_name_and_in_each_row():
    html = FIGURE.format("SYNTHETIC. ") + TABLE.format("plans", "SYNTHETIC. ", "12")
    assert soup(html).find("a", download=True)["download"] == "plans-SYNTHETIC.csv"
    assert rows(html) == [["Period", "Plans", "Marked"], ["Jan 2026", "12", "SYNTHETIC"]]


def test_two_tables_alike_give_the_same_bytes():
    table = soup(TABLE.format("plans", "", "4,287")).table
    assert table_csv(table, synthetic=False) == table_csv(table, synthetic=False) == "\ufeffPeriod,Plans\nJan 2026,4287\n"
