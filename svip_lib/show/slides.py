"""Charts as pictures for slides: the same drawing, with its message above it and its source beneath, since pictures travel alone."""

import io
import textwrap

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

DPI = 160  # of the 7.2 inches of a chart: as many points as a slide has, to within a third
MARGIN, GAP, POINTS_AN_INCH = 20, 10, 72  # pixels; pixels; an inch by its definition
# How each line is set, and how many letters fit on it.
MESSAGE, SMALL = ({"fontsize": 13, "fontweight": 600}, 86), ({"fontsize": 9}, 132)
COLOURS = 128  # a chart has few, and a picture that has no more is a quarter of the bytes
LINE = 1.35  # the height of a line by that of its letters


def slide(figure: Figure, message: str, subtitle: str, source: str) -> bytes:
    """Return a chart that has been laid out already as a PNG that can be read without its page.

    Args:
        figure: The chart; it is drawn once more as it stands, because laying it out again would take longer than drawing it.
        message: What it says.
        subtitle: What is measured, on which base, where and when; and that it is SYNTHETIC where it is.
        source: Where the figures come from.
    """
    figure.set_layout_engine("none")
    figure.set_dpi(DPI)
    chart = np.pad(_pixels(figure), ((GAP, GAP), (0, 0), (0, 0)), constant_values=255)
    parts = [_written([(message, *MESSAGE), (subtitle, *SMALL)], figure), chart, _written([(f"Source: {source}.", *SMALL)], figure)]
    picture = np.pad(np.concatenate(parts), ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)), constant_values=255)
    file = io.BytesIO()
    Image.fromarray(picture).quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(file, "PNG")
    return file.getvalue()


def _written(texts: list[tuple[str, dict, int]], beside: Figure) -> np.ndarray:
    """Texts as wide as a figure, line by line."""
    lines = [(line, how) for text, how, letters in texts for line in textwrap.wrap(text, letters)]
    heights = [LINE * how["fontsize"] / POINTS_AN_INCH for _, how in lines]
    figure = Figure(figsize=(beside.get_size_inches()[0], sum(heights)), dpi=DPI, facecolor="white")
    for place, (line, how) in enumerate(lines):
        figure.text(0, 1 - sum(heights[:place]) / sum(heights), line, va="top", **how)
    return _pixels(figure)


def _pixels(figure: Figure) -> np.ndarray:
    """A figure as rows of red, green and blue."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3]
