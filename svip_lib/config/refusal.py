"""The one exception that a user is meant to read: what is wrong, where, and what to do about it."""

from pathlib import Path
from textwrap import wrap

REFUSED = "Refused."  # how it begins in a notebook


class Refusal(Exception):
    """Bad input, told in one paragraph to the person who can mend it; every command answers it with exit status 2.

    Args:
        problem: What is wrong, as a full sentence without a child's name or identifier in it.
        remedy: What to do, as a full sentence.
        file: The file in which it stands.
        line: The line of that file, counted from 1 as an editor does.
        column: The name of the column.

    Example:
        >>> print(Refusal("'12a' is not a number.", file="caseload.csv", line=7, column="ehcplans", remedy="Correct the cell."))
        caseload.csv, line 7, column 'ehcplans': '12a' is not a number. Correct the cell.
    """

    def __init__(
        self,
        problem: str,
        *,
        remedy: str,
        file: str | Path | None = None,
        line: int | None = None,
        column: str | None = None,
    ):
        place = [str(file)] if file else []
        place += [f"line {line}"] if line else []
        place += [f"column '{column}'"] if column else []
        super().__init__(f"{', '.join(place)}: {problem} {remedy}" if place else f"{problem} {remedy}")

    def __reduce__(self) -> tuple:
        """Let a refusal go from one process to another with its words: it is not made of its arguments."""
        return _said_again, (type(self), self.args)

    def _render_traceback_(self) -> list[str]:
        """What JupyterLab shows in place of a traceback: the same one paragraph, broken between words and not within a name."""
        return wrap(f"{REFUSED} {self}", 96, break_long_words=False, break_on_hyphens=False)


def _said_again(kind: type[Refusal], words: tuple) -> Refusal:
    refusal = kind.__new__(kind)
    refusal.args = words
    return refusal


class Changed(Refusal):
    """What a pack is made from changed while it was being made: what came of it is neither shown nor kept."""

    def __init__(self, file: str | Path):
        super().__init__(
            "Something that the pack is made from changed while it was being made.",
            file=file,
            remedy="Run again; no pack was changed, and what stayed the same is not made again.",
        )
