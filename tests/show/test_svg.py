"""A drawing is made small, and stays the same picture."""

import re

import pytest

from svip_lib.show.svg import compact

DRAWN = """<svg xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9" xmlns="http://www.w3.org/2000/svg">
 <defs><style type="text/css">*{{stroke-linejoin: round}}</style></defs>
 <g id="figure_1"><g id="axes_1"/><defs><path id="m0f" d="M 0 1.26 \nL 2 -3.04 \nC 1 2 3 4 5 6 \nL 7 8 \nz" style="stroke: #16191b"/></defs>
 <g clip-path="url(#p7)"><use xlink:href="#m0f" x="1.26" y="2.0"/></g>{}</g></svg>"""
TEXT = "<text style=\"font-size: 10px; font-family: 'Source Sans Pro'{}\" x='1' y='2' transform=\"rotate(-0 1 2)\">{}</text>"


def test_places_are_rounded_to_a_tenth_and_the_path_stays_the_same():
    assert 'd="M0,1.3,2,-3C1,2,3,4,5,6L7,8z"' in compact(DRAWN.format(""))
    assert 'x="1.3" y="2"' in compact(DRAWN.format(""))


def test_what_is_referred_to_keeps_a_name_and_nothing_else_has_one():
    svg = compact(DRAWN.format(""))
    assert re.findall(r' id="(\w+)"', svg) == re.findall(r'href="#(\w+)"', svg) == ["i1"]
    assert 'clip-path="url(#i0)"' in svg and "<g>" not in svg and "axes_1" not in svg
    assert 'style="stroke:#16191b"' in svg  # a colour is not a name


def test_a_style_that_comes_twice_is_written_once():
    svg = compact(DRAWN.format(2 * TEXT.format("", "12")))
    assert svg.count("font-size:10px") == 1 and svg.count('class="c1">12</text>') == 2


def test_a_pattern_is_named_where_it_fills_and_not_in_a_rule():
    hatched = '<path d="M 0 0 L 1 1" style="fill: url(#h)"/>'
    assert compact(DRAWN.format(2 * hatched)).count('style="fill:url(#') == 2


@pytest.mark.parametrize(("bold", "faces"), [("", ["400"]), ("; font-weight: 600", ["600"])])
def test_it_carries_only_the_faces_whose_letters_it_draws(bold, faces):
    assert re.findall(r"@font-face{[^}]*font-weight:(\d+)", compact(DRAWN.format(TEXT.format(bold, "Plans &amp; places")))) == faces
    assert ">Plans &amp; places</text>" in compact(DRAWN.format(TEXT.format(bold, "Plans &amp; places")))
