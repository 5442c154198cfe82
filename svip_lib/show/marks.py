"""A status as a reader meets it: a shape and a word before a colour."""

from markupsafe import Markup

SHAPES = {"met": "✓", "near": "▲", "missed": "◆", "none": "•", "unverified": "◊"}


def mark(kind: str, word: str) -> str:
    """Return the word of a status with the shape and, for sighted readers, the colour of its kind, as finished HTML.

    Example:
        >>> print(mark("missed", "Plan missed"))
        <span class="status status-missed"><span class="mark" aria-hidden="true">◆</span> Plan missed</span>
    """
    told = Markup('<span class="status status-{}"><span class="mark" aria-hidden="true">{}</span> {}</span>')
    return str(told.format(kind, SHAPES[kind], word))
