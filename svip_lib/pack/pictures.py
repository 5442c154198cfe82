"""The charts' pictures as a pack holds them: those of a draft say so, because a picture in slides has left its pack behind."""

import io
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from svip_lib.show.fonts import font_file

EDGE, LETTERS = 20, 20  # pixels: as the picture's own margin and its small print have it
PAPER, INK = "#ffffff", "#0b0c0c"


def drafted(picture: bytes, says: str) -> bytes:
    """Return a chart's picture with a line above all the rest.

    Args:
        picture: The PNG as its notebook drew it, which does not know whether anybody has signed for it.
        says: The line.

    Returns:
        The PNG, as much higher, in the colours that it had.
    """
    chart = Image.open(io.BytesIO(picture))
    strip = _strip(says, chart.width).quantize(palette=chart, dither=Image.Dither.NONE)
    whole = Image.new("P", (chart.width, chart.height + strip.height))
    whole.putpalette(chart.getpalette())
    whole.paste(strip, (0, 0))
    whole.paste(chart, (0, strip.height))
    file = io.BytesIO()
    whole.save(file, "PNG")
    return file.getvalue()


@cache
def _strip(says: str, width: int) -> Image.Image:
    strip = Image.new("RGB", (width, EDGE + LETTERS), PAPER)
    letters = ImageFont.truetype(font_file(600), LETTERS)
    ImageDraw.Draw(strip).text((EDGE, EDGE), says, fill=INK, font=letters, anchor="lt")
    return strip
