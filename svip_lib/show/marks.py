"""A status as a reader meets it: a shape and a word before a colour."""

from markupsafe import Markup, escape

from svip_lib.status import Status

SHAPES = {"met": "✓", "near": "▲", "missed": "◆", "none": "•", "unverified": "◊"}


def status_html(status: Status) -> Markup:
    """Return a status with its shape, its word and, for sighted readers, its colour.

    Example:
        >>> print(status_html(Status("missed", "Plan missed", "202526")))
        <span class="status status-missed"><span class="mark" aria-hidden="true">◆</span> Plan missed</span>
    """
    shape = SHAPES[status.kind]
    return Markup('<span class="status status-{}"><span class="mark" aria-hidden="true">{}</span> {}</span>').format(
        status.kind, shape, escape(status.word)
    )
