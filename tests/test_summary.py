"""The summary for members: two sides of paper, in words that a reader of fourteen can follow."""

import re

import pikepdf
import pytest
from bs4 import BeautifulSoup

SIDES = 2
GRADE = 9.0  # Flesch-Kincaid, in American school years


@pytest.fixture(scope="session")
def prose(pack):
    """Every sentence of the summary that is not in a table, as a reader meets it."""
    soup = BeautifulSoup((pack / "sections" / "00_member_summary.html").read_text(encoding="utf-8"), "html.parser")
    section = soup.select_one("main section")
    for part in section.select(".table-scroll, .table-note, .explain, .subtitle, .base"):
        part.decompose()
    return [re.sub(r"^\d+(\.\d+)*\.\s", "", item.get_text(" ", strip=True)) for item in section.select("p, li")]


def syllables(word):
    """How many syllables a word has: its groups of vowels, less a silent e at its end."""
    groups = re.findall(r"[aeiouy]+", word.lower())
    silent = len(groups) > 1 and re.search(r"([^aeiouyl]|[aeiouy]l)e$", word.lower()) is not None
    return max(len(groups) - silent, 1)


def grade(paragraphs):
    """The Flesch-Kincaid grade: 0.39 words a sentence + 11.8 syllables a word - 15.59. A number is read as one word."""
    sentences = [sentence for text in paragraphs for sentence in re.split(r"(?<=[.!?:])\s+", text) if re.search(r"\w", sentence)]
    words = [word for sentence in sentences for word in re.findall(r"[A-Za-z][A-Za-z'’-]*|[\d][\d.,%]*", sentence)]
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


@pytest.mark.parametrize(
    ("word", "count"), [("plan", 1), ("school", 1), ("council", 2), ("money", 2), ("people", 2), ("whole", 1), ("education", 4)]
)
def test_syllables_are_counted_as_they_are_spoken(word, count):
    assert syllables(word) == count


def test_the_grade_rises_with_long_sentences_of_long_words():
    assert grade(["The cat sat on the mat. It was fat."]) < GRADE
    assert grade(["Authorities implementing interventionist programmes necessitate comprehensive accountability arrangements."]) > GRADE


def test_the_summary_can_be_read_at_grade_nine(prose):
    reached = grade(prose)
    print(f"The summary's Flesch-Kincaid grade is {reached:.1f}")
    assert len(prose) > 15
    assert reached <= GRADE


def test_the_summary_fits_two_sides_of_a4_by_itself(pack):
    with pikepdf.open(pack / "summary.pdf") as paper:
        assert len(paper.pages) == SIDES
        assert {tuple(round(float(edge)) for edge in page.MediaBox) for page in paper.pages} == {(0, 0, 595, 842)}


def test_the_summary_tells_money_and_duty_apart_and_what_the_committee_is_asked(pack):
    text = BeautifulSoup((pack / "sections" / "00_member_summary.html").read_text(encoding="utf-8"), "html.parser").get_text(" ")
    for told in ("Trajectory:", "Duty:", "Since you last looked", "What happens if targets are missed?", "How we compare"):
        assert told in text
    for told in ("What the data cannot say", "To note this report and comment on it", "Who signs for this pack"):
        assert told in text
