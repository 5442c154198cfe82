"""Charts' pictures: those of a draft say so, and are otherwise what was drawn."""

import io

import numpy as np
from PIL import Image

from svip_lib.pack.pictures import drafted

SAYS = "This pack is a draft."


def picture():
    """A picture of few colours, as the notebooks hand it over."""
    colours = np.zeros((90, 400, 3), dtype="uint8") + 255
    colours[30:60, 100:300] = (0x12, 0x43, 0x6D)
    file = io.BytesIO()
    Image.fromarray(colours).quantize(16).save(file, "PNG")
    return file.getvalue()


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def test_a_line_stands_above_the_picture_and_the_picture_is_as_it_was():
    drawn, made = pixels(picture()), pixels(drafted(picture(), SAYS))
    line = made[: len(made) - len(drawn)]
    assert (made[len(line) :] == drawn).all()
    assert (line.min(axis=2) < 128).sum() > 200
    assert line[:5].min() == line[:, :5].min() == 255


def test_the_same_picture_is_the_same_bytes_and_says_nothing_else():
    made = drafted(picture(), SAYS)
    assert made == drafted(picture(), SAYS)
    assert Image.open(io.BytesIO(made)).info == {}
