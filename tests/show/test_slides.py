"""A chart as a picture for a slide: as its page shows it, with what must be known of it drawn in."""

from io import BytesIO

import numpy as np
from PIL import Image

from svip_lib.show import charts, slides
from tests.drawn import drawn_entry, drawn_release, drawn_row


def pictures(*words):
    """The same small chart as often as there are texts to set around it, with the SVG that is made of it."""
    entry, made = drawn_entry(), []
    released = drawn_release(entry, rows=[drawn_row(entry, 30.0 + year, period=f"20{18 + year}{19 + year}") for year in range(5)])
    svgs = [charts.draw(released, entry, lambda figure, told=told: made.append(slides.slide(figure, *told))) for told in words]
    return made, svgs, charts.draw(released, entry)


def pixels(png):
    return np.asarray(Image.open(BytesIO(png)).convert("L"))


TOLD = ("Medway had 34.0% in January 2023", "Drawn share, per cent; base: all plans", "Drawn for a test")


def test_the_same_chart_is_the_same_bytes_and_the_page_has_the_chart_that_it_had_before():
    (one, two), svgs, plain = pictures(TOLD, TOLD)
    assert one == two
    assert svgs == [plain, plain]


def test_message_subtitle_and_source_are_drawn_in():
    bare, *others = pictures(("i", "i", "i"), (TOLD[0], "i", "i"), ("i", TOLD[1], "i"), ("i", "i", TOLD[2]))[0]
    ink = (pixels(bare) < 128).sum()
    assert all((pixels(other) < 128).sum() > ink + 200 for other in others)


def test_a_long_message_takes_a_second_line_and_nothing_is_cut_at_the_edge():
    short, long = pictures(TOLD, ("Mainstream schools " * 7, *TOLD[1:]))[0]
    assert pixels(long).shape[0] > pixels(short).shape[0]
    assert pixels(long).shape[1] == pixels(short).shape[1]
    for picture in (pixels(short), pixels(long)):
        assert picture[:, : slides.MARGIN].min() > 250
        assert picture[:, -slides.MARGIN :].min() > 250


def test_the_bytes_say_nothing_but_the_picture():
    (made,), *_ = pictures(TOLD)
    assert Image.open(BytesIO(made)).info == {}
    assert len(made) < 60_000
