"""The pack's one typeface, Source Sans Pro (SIL Open Font Licence), so that every machine draws the same."""

import base64
import io
from functools import cache
from pathlib import Path

import font_source_sans_pro
from fontTools import subset
from fontTools.ttLib import TTFont

FAMILY = "Source Sans Pro"
FOLDER = Path(font_source_sans_pro.__file__).parent / "files"
# Kerning and ligatures take half a second to read for each picture, and captions of a few words do not need them.
SLOW = ("GDEF", "GPOS", "GSUB")
FACES = {
    (400, "normal"): "SourceSansPro-Regular.ttf",
    (600, "normal"): "SourceSansPro-Semibold.ttf",
    (400, "italic"): "SourceSansPro-It.ttf",
}


def font_file(weight: int, style: str = "normal") -> Path:
    """Return the file of a face; the weights are 400 and 600."""
    return FOLDER / FACES[weight, style]


@cache
def subset_face(weight: int, style: str, characters: str) -> str:
    """Return an ``@font-face`` rule that holds just the characters asked for, as compressed bytes in the rule itself.

    Args:
        weight: 400 or 600.
        style: ``normal`` or ``italic``.
        characters: The characters that are drawn, sorted, so that the same text gives the same bytes.
    """
    font = TTFont(font_file(weight, style), recalcTimestamp=False)
    for table in SLOW:
        del font[table]
    # Without hints for coarse screens, which are a third of the bytes; no screen of these years needs them.
    options = subset.Options(flavor="woff2", notdef_outline=True, name_IDs=[], hinting=False)
    chooser = subset.Subsetter(options)
    chooser.populate(text=characters)
    chooser.subset(font)
    font.flavor = "woff2"
    file = io.BytesIO()
    font.save(file)
    data = base64.b64encode(file.getvalue()).decode()
    source = f"url(data:font/woff2;base64,{data}) format('woff2')"
    return f"@font-face{{font-family:'{FAMILY}';font-weight:{weight};font-style:{style};src:{source}}}"
