"""Scans every byte of a published folder for what must never be published: children, machines, notebooks, and what is out of sight."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pandas as pd

from svip_lib.config.tokens import NUMBERS, WORD, Tokens, days_in, spelt
from svip_lib.config.upn import NO_AUTHORITY, check_letters
from svip_lib.pack.unwrap import TOO_LARGE, UNREADABLE, Trouble, Unwrapper, form

# What may be published, and what each kind of file must be by its own beginning.
PUBLISHED = {
    ".html": "text",
    ".svg": "text",
    ".csv": "text",
    ".json": "text",
    ".md": "text",
    ".txt": "text",
    ".pdf": "pdf",
    ".png": "png",
    ".xlsx": "zip",
    ".docx": "zip",
}
LARGEST = 60_000_000  # bytes of one file
AT_ONCE = 4_000_000  # letters that are looked through in one go
OVERLAP = 200
GAP = "[ _-]?"  # what people put between the groups of a number; never the end of a cell
# Whatever may be a number of a child. It is looked for from its first digit, because a text has few of them.
LIKE_A_NUMBER = re.compile(rf"\d(?<!\d\d)(?<!\d\.\d)(?:(?:{GAP}\d){{9,}}|[a-z\d]?[ +_-]{{0,2}}\d[a-z]{{2}}(?![^\W_]))")
UPN = re.compile(rf"(?<![^\W_])[a-z](?:{GAP}\d){{11}}{GAP}[0-9a-z](?![^\W_])")
OTHERS = [
    re.compile(rf"(?<![^\W_])\d(?:{GAP}\d){{9}}(?![^\W_])"),
    re.compile(r"(?<![^\W_])[a-z]{1,2}\d[a-z\d]?[ +_-]{0,2}\d[a-z]{2}(?![^\W_])"),
]
# By its form alone a number is known in few groups only: more are a row of figures, or a line of a drawing.
GROUPED = re.compile(r"[a-z](?=\d)(?=[^ -]*(?:[ -][^ -]+){0,4}$)[\d -]+[\da-z]")
# Each begins with what is the same in all that it finds, because that is quickly looked for.
SIGNS = [
    ("path of a machine", re.compile(r"/(?<![\w.~-]/)(?:home|root|users|srv|mnt|opt|tmp|var|private)/\w")),
    ("path of a machine", re.compile(r":(?<=[a-z]:)(?<![^\W_][a-z]:)[\\/]{1,2}[\w .-]+[\\/]")),
    ("path of a machine", re.compile(r"file:/")),
    ("path of a machine", re.compile(r"\\\\[\w.-]+\\\w")),
    ("notebook", re.compile(r"injected-parameters")),
    ("notebook", re.compile(r'"nbformat"\s*:')),
    ("notebook", re.compile(r'"cell_type"\s*:')),
    ("notebook", re.compile(r'"papermill"\s*:\s*\{')),
]
# Accounts of machines rather than of people; some of these are words of every stylesheet.
ACCOUNT = ("USER", "LOGNAME", "USERNAME", "HOME", "USERPROFILE")  # where a system says whose account is running
NOBODY = {"", "root", "user", "admin", "runner", "ubuntu", "debian", "jovyan", "jenkins", "build", "nobody", "home"}


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that must not be published: in which file, where in it, and what kind of thing; never the thing itself."""

    file: str
    place: str
    kind: str

    def __str__(self) -> str:
        return f"{self.file}, {self.place}: {self.kind}" if self.place else f"{self.file}: {self.kind}"


def scan_file(path: Path, name: str, search: "Search") -> list[Finding]:
    """Return everything in one file, and in its name, that must not be published.

    Args:
        path: The file.
        name: What it is called in the folder that is published.
        search: What is looked for; it remembers the words that it has met, so one serves for many files.
    """
    findings: dict[Finding, None] = {}
    named = set(search.kinds(name))
    told = "a file whose name must not be told" if named else name
    findings |= {Finding(told, "file name", kind): None for kind in sorted(named)}
    known: set[tuple[str, str]] = set()
    for place, kind in _findings(path, search):
        layer, _, part = place.rpartition(", ")
        # The source of a page is read too, and is told only where it holds more than what was found in the page's parts.
        if not part.startswith("source") or (layer, kind) not in known:
            known.add((layer, kind))
            findings[Finding(told, "a part whose name is a finding too" if set(search.kinds(place)) else place, kind)] = None
    return list(findings)


def _findings(path: Path, search: "Search") -> Iterator[tuple[str, str]]:
    suffix = path.suffix.lower()
    if path.is_symlink() or not path.is_file():
        yield "", "a link or device, not a file"
        return
    if suffix not in PUBLISHED:
        yield "", "a notebook" if suffix == ".ipynb" else "a type of file that is not published"
    if path.stat().st_size > LARGEST:
        yield "", TOO_LARGE
        return
    try:
        data = path.read_bytes()
    except OSError:
        yield "", UNREADABLE
        return
    if suffix in PUBLISHED and form(data) != PUBLISHED[suffix]:
        yield "", "not what its name says"
    for part in Unwrapper().parts(data):
        if isinstance(part, Trouble):
            yield part
        else:
            yield from ((part.place, kind) for kind in search.kinds(part.text))


class Search:
    """Looks through texts for tokens and signs, and remembers the words that it has met."""

    def __init__(self, tokens: Tokens | None):
        self.tokens = tokens
        self.met: dict[str, bool] = {}
        accounts = {Path(os.environ.get(name, "")).name.casefold() for name in ACCOUNT} - NOBODY
        words = [re.escape(account) for account in sorted(accounts)]
        self.signs = SIGNS + [("account of a user", re.compile(rf"{word}(?<![^\W_]{word})(?![^\W_])")) for word in words]

    def kinds(self, text: str) -> Iterator[str]:
        """Give the kinds of what is found in a text; one may come more than once."""
        for start in range(0, len(text), AT_ONCE):
            part = spelt(text[start : start + AT_ONCE + OVERLAP])
            yield from (kind for kind, sign in self.signs if sign.search(part))
            digits = [match.span() for match in LIKE_A_NUMBER.finditer(part)]
            starts = {at for first, end in digits for at in range(max(0, first - 2), max(first, end - 10) + 1)}
            numbers = {match[0] for at in starts if (match := UPN.match(part, at))}
            if _right(numbers):
                yield NUMBERS["upn"]
            if self.tokens:
                numbers |= {match[0] for pattern in OTHERS for at in starts if (match := pattern.match(part, at))}
                candidates = {"".join(WORD.findall(number)) for number in numbers} | days_in(part)
                yield from filter(None, map(self.tokens.kind, candidates))
                yield from self._names(WORD.findall(part))

    def _names(self, words: list[str]) -> Iterator[str]:
        """Names, and numbers that stand as one word: only words that are part of one are put together with their neighbours."""
        distinct = set(words)
        self.met |= {word: self.tokens.has_word(word) for word in distinct.difference(self.met)}
        theirs = {word for word in distinct if self.met[word]}
        yield from filter(None, map(self.tokens.kind, theirs))
        pairs = [at for at, (word, following) in enumerate(pairwise(words)) if word in theirs and following in theirs]
        phrases = {tuple(words[at : at + length]) for at in pairs for length in range(2, self.tokens.longest + 1)}
        yield from filter(None, (self.tokens.kind(" ".join(phrase)) for phrase in phrases if theirs.issuperset(phrase)))


def _right(numbers: set[str]) -> bool:
    """Whether one of the numbers is a pupil number by its form and check letter alone, and of an authority that there is."""
    close = [re.sub("[ -]", "", number).upper() for number in numbers if GROUPED.fullmatch(number)]
    if not close:
        return False
    whole = pd.Series(close)
    return bool(((check_letters(whole) == whole.str[0]) & (whole.str[1:4] != str(NO_AUTHORITY))).any())
