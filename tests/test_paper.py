"""The paper of one real run as it lies on a table: no heading alone at the foot of a page, no row in two pieces, no page half empty."""

from itertools import pairwise

import pikepdf
import pytest

from tests.tagged_pdf import HEADING, Reading, below, kind_of

pytestmark = pytest.mark.pack
LEAST_FILLED = 0.5  # of a page that is not a section's last
FILLED = 0.85  # of all pages together, a section's last ones aside


@pytest.fixture(scope="module")
def reading(pack):
    with pikepdf.open(pack / "pack.pdf") as pdf:
        yield Reading(pdf)


def pages_of(reading, tag):
    return {piece.page for piece in reading.pieces(tag)}


def depths(reading):
    """How far down each page is filled, in points from its foot, a section at a time."""
    for section in reading.sections():
        lowest = {}
        for piece in reading.pieces(section):
            edge = float(piece.tag.A.BBox[1]) if kind_of(piece.tag) == "Figure" else piece.lowest
            lowest[piece.page] = min(edge, lowest.get(piece.page, edge))
        yield lowest


def test_no_heading_stands_apart_from_what_it_heads(reading):
    apart, seen = [], 0
    for section in reading.sections():
        pieces = list(reading.pieces(section))
        place = {piece.tag.objgen: number for number, piece in enumerate(pieces)}
        for tag in below(section):
            if HEADING.match(kind_of(tag)) or kind_of(tag) in ("Caption", "THead"):
                seen += 1
                last = place[list(reading.pieces(tag))[-1].tag.objgen]
                if kind_of(tag) != "Caption" or kind_of(tag.P) == "Table":  # that of a figure stands beneath it
                    apart += [reading.words(tag)] if pieces[last].page != pieces[last + 1].page else []
    assert apart == [] and seen > 200


def test_no_row_and_no_figure_is_in_two_pieces(reading):
    whole = [tag for section in reading.sections() for tag in below(section) if kind_of(tag) in ("TR", "Figure")]
    assert [reading.words(tag) for tag in whole if len(pages_of(reading, tag)) > 1] == []
    charts = [tag.P for tag in whole if kind_of(tag) == "Figure"]
    assert [reading.words(chart) for chart in charts if len(pages_of(reading, chart)) > 1] == []  # with its message and its source
    assert len(charts) > 50


def test_no_page_is_half_empty_but_a_sections_last(reading):
    found = list(depths(reading))
    foot, top = min(min(lowest.values()) for lowest in found), 842 - 62
    filled = {page + 1: (top - lowest[page]) / (top - foot) for lowest in found for page in sorted(lowest)[:-1]}
    print(f"{len(reading.pdf.pages)} pages, filled to {sum(filled.values()) / len(filled):.0%}")
    assert {page: round(share, 2) for page, share in filled.items() if share < LEAST_FILLED} == {}
    assert sum(filled.values()) / len(filled) > FILLED
    assert all(later == earlier + 1 for lowest in found for earlier, later in pairwise(sorted(lowest)))
