"""The accessibility statement tells of tests that there are, and of what was not tested."""

import re
from dataclasses import replace

import pytest
import yaml
from bs4 import BeautifulSoup

from svip_lib.pack.statement import TESTED, statement_page

TOLD = yaml.safe_load(TESTED.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def statement(cover):
    return " ".join(BeautifulSoup(statement_page(cover), "html.parser").main.get_text().split())


@pytest.mark.parametrize("entry", TOLD["tested"], ids=lambda entry: entry["test"].partition("::")[2])
def test_whatever_is_said_to_be_tested_has_its_test(entry, repository, statement):
    path, _, name = entry["test"].partition("::")
    assert re.search(rf"^def {name}\(", (repository / path).read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert f"{entry['what']}: {entry['how']}; {entry['result']}." in statement


def test_it_says_what_the_regulations_ask_for(statement):
    for words in (
        "the web pages and PDFs of this report, which Medway Council publishes",
        "(Websites and Mobile Applications) (No. 2) Accessibility Regulations 2018",
        "partially compliant with the Web Content Accessibility Guidelines (WCAG) version 2.2, level AA",
        "The Equality and Human Rights Commission (EHRC) is responsible for enforcing",
        "Equality Advisory and Support Service (EASS)",
        "The statement was prepared on 26 November 2026",
    ):
        assert words in statement
    assert all(f"{text};" in statement for text in TOLD["not_tested"])
    assert all(problem["what"] in statement and problem["instead"] in statement for problem in TOLD["problems"])


def test_a_team_that_is_not_named_is_said_to_be_unverified_and_one_that_is_named_is_told(cover, statement):
    assert "Which team answers has not been named yet [unverified]" in statement
    named = statement_page(replace(cover, contact="the web team: example.gov.uk/contact"))
    assert "contact the web team: example.gov.uk/contact." in named and "[unverified]" not in named
