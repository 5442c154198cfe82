"""What must not be found in a published file, kept in a form that gives nobody away: keyed hashes of names, numbers and days."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from svip_lib.config.periods import MONTHS

NAME, DAY = "name of a child", "date of birth"
NUMBERS = {"upn": "pupil number", "uniquelearnernumber": "learner number", "postcode": "postcode of a child"}
NAMES, BIRTH = ("forename", "surname"), "personbirthdate"
WHOLE, PART = b"leak: whole", b"leak: word"
SHORTEST_NUMBER = 8  # of a number that is a word by itself; a shorter one is looked for in its own form only
WORD = re.compile(r"[^\W_]+")
# Accents that stand by themselves once a letter is taken apart, and what is in a text but not to be seen.
UNSEEN = re.compile(r"[\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufeff]")
TH = r"(?:st|nd|rd|th)?"
MONTH = rf"(?P<m>{'|'.join(MONTHS)})[a-z]*\.?"
YEARS = range(1990, 2040)  # in which somebody may be born who is a child or young person in one of our quarters
# Whatever may be a day. It begins with a digit, which few letters of a text are, and so is quickly looked for.
LIKE_A_DAY = re.compile(
    r"\d(?<!\d\d)(?<!\d\.\d)(?:\d{7,18}|\d{3}([-/._])\d\d\1\d\d|\d?([-/._])\d\d?\2\d{4}|\d?/\d\d?/\d\d"
    rf"|\d?{TH}(?:[ -]?(?:of )?(?:{'|'.join(MONTHS)})[a-z]*\.?,?[ -]?|,? )\d{{4}})(?!\d)"
)
WITH_MONTH = re.compile(
    rf"(?P<d>\d\d?){TH}[ -]?(?:of )?{MONTH},?[ -]?(?P<y>\d{{4}})$|{MONTH.replace('<m>', '<month>')} (?P<day>\d\d?){TH},? (?P<year>\d{{4}})$"
)
BEFORE = len("september. ")
# Days as computers count them, in seconds, or in thousandths, millionths or billionths of one: digits → in a second.
TICKS = {9: 1, 10: 1, 12: 10**3, 13: 10**3, 15: 10**6, 16: 10**6, 18: 10**9, 19: 10**9}
HOURS = {0, 23}  # midnight, as it is in winter and in British summer


@dataclass(frozen=True)
class Tokens:
    """The children of a return as a leak scan needs them: it can ask whether a word is theirs, and can name none of them.

    Attributes:
        longest: The number of words of the longest name.
    """

    _key: bytes = field(repr=False)
    _kinds: dict[bytes, str] = field(repr=False)
    _shapes: frozenset[tuple[int, bool]] = field(repr=False)  # of their words: how long, and whether of digits alone
    longest: int = 1

    @classmethod
    def from_input(cls, persons: pd.DataFrame, key: bytes, *, public_days: Iterable[date] = ()) -> "Tokens":
        """Return the tokens of a return; nothing in them can be read without the council's key.

        Args:
            persons: One row a child, with those of the columns ``surname, forename, upn, uniquelearnernumber, postcode,
                personbirthdate`` that there are. A date of birth is a date, or text in a form that ``days_in`` reads.
            key: The council's key.
            public_days: Days that the pack prints because they are the council's or DfE's own. A child born on one of them is
                not looked for by the day alone.
        """
        columns = {name: persons[name].astype("str").fillna("") for name in (*NUMBERS, *NAMES, BIRTH) if name in persons}
        plain, nobody = {}, pd.Series(dtype="str")
        for column, kind in NUMBERS.items():
            joined = {"".join(WORD.findall(spelt(value))) for value in columns.get(column, nobody).unique()}
            plain |= {number: kind for number in joined if number}
        if columns.keys() >= set(NAMES):
            pairs = set(zip(*(columns[name] for name in NAMES), strict=True))
            plain |= {phrase: NAME for forename, surname in pairs for phrase in _phrases(forename, surname)}
        born = {day for value in columns.get(BIRTH, nobody).unique() for day in days_in(spelt(value))}
        plain |= {day: DAY for day in born - {day.isoformat() for day in public_days}}
        words = {word for text, kind in plain.items() if kind == NAME or len(text) >= SHORTEST_NUMBER for word in text.split(" ")}
        kinds = {_digest(text, key, WHOLE): kind for text, kind in plain.items()} | {_digest(word, key, PART): "word" for word in words}
        return cls(key, kinds, frozenset(map(_shape, words)), max((len(text.split(" ")) for text in plain), default=1))

    def write(self, path: Path) -> None:
        """Keep the tokens without their key, for a scan that comes later."""
        kinds = {digest.hex(): kind for digest, kind in sorted(self._kinds.items())}
        path.write_text(json.dumps({"longest": self.longest, "shapes": sorted(self._shapes), "kinds": kinds}), encoding="utf-8")

    @classmethod
    def read(cls, path: Path, key: bytes) -> "Tokens":
        """Return tokens that were kept; with another key than theirs they find nothing."""
        told = json.loads(path.read_text(encoding="utf-8"))
        kinds = {bytes.fromhex(digest): kind for digest, kind in told["kinds"].items()}
        return cls(key, kinds, frozenset(map(tuple, told["shapes"])), told["longest"])

    def kind(self, text: str) -> str | None:
        """What a name, a number without gaps, or a day as ``2011-05-12`` is to a child of the return; nothing for most."""
        return self._kinds.get(_digest(text, self._key, WHOLE))

    def has_word(self, word: str) -> bool:
        """Whether a word is a part of any name or number, so that what stands around it is worth a look."""
        return _shape(word) in self._shapes and _digest(word, self._key, PART) in self._kinds


def _phrases(forename: str, surname: str) -> Iterator[str]:
    """A full name in the forms in which people write it: either name first, with all forenames or one, O'Neill or ONeill."""
    firsts = WORD.findall(spelt(forename))
    joined = re.sub(r"['’-]", "", surname)
    lasts = {" ".join(WORD.findall(spelt(text))) for text in (surname, joined)} - {""}
    for first in {" ".join(firsts), *firsts[:1]} - {""}:
        for last in lasts:
            yield f"{first} {last}"
            yield f"{last} {first}"


def _shape(word: str) -> tuple[int, bool]:
    return len(word), word.isdigit()


def spelt(text: str) -> str:
    r"""Return a text as it is compared: in small letters, without accents, joined letters or what cannot be seen.

    Example:
        >>> spelt("ZO\u00cb of \ufb01ve")
        'zoe of five'
    """
    return (text if text.isascii() else UNSEEN.sub("", unicodedata.normalize("NFKD", text))).casefold()


def days_in(text: str) -> set[str]:
    """Return the days that a text names, each as ``2011-05-12``, in whichever of the usual ways it is written.

    Args:
        text: As ``spelt`` gives it. A date of figures may be read in two ways: 5/12/2011 is a day in December, and one in May.

    Example:
        >>> sorted(days_in("born 12 may 2011, seen 13/05/2011, or 1305331200000"))
        ['2011-05-12', '2011-05-13', '2011-05-14']
    """
    found = set()
    for candidate in {text[max(0, match.start() - BEFORE * (" " in match[0])) : match.end()] for match in LIKE_A_DAY.finditer(text)}:
        if candidate.isdigit():
            readings = _without_marks(candidate)
        elif named := WITH_MONTH.search(candidate):
            readings = [named.group("y", "m", "d") if named["y"] else named.group("year", "month", "day")]
        elif " " not in candidate and len(parts := re.split("[-/._]", candidate)) == len("ymd"):
            readings = [parts] if len(parts[0]) == len("2011") else [parts[::-1], (parts[2], parts[0], parts[1])]
        else:
            continue
        found |= {day for reading in readings if (day := _day(*reading))}
    return {day.isoformat() for day in found if day.year in YEARS}


def _without_marks(digits: str) -> list[tuple[str, str, str]]:
    """The days that a row of digits may be: of eight the year before or behind, of more a time as computers count it."""
    if len(digits) == len("20110512"):
        return [(digits[:4], digits[4:6], digits[6:]), (digits[4:], digits[2:4], digits[:2])]
    second, rest = divmod(int(digits), TICKS.get(len(digits), 10**19))
    if rest or second % 3600 or second // 3600 % 24 not in HOURS:
        return []
    day = datetime.fromtimestamp(second, UTC) + timedelta(hours=1)
    return [(f"{day:%Y}", f"{day:%m}", f"{day:%d}")]


def _day(year: str, month: str, day: str) -> date | None:
    """A day as it is written; none where the calendar has no such day."""
    with suppress(ValueError):
        return date(int(f"20{year}"[-4:]), MONTHS.index(month) + 1 if month in MONTHS else int(month), int(day))
    return None


def keyed_hash(values: pd.Series, key: bytes) -> pd.Series:
    """Return a keyed hash of each value: the same for the same child under the same key, and nothing to anybody else."""
    codes, unique = pd.factorize(values)
    hashes = np.array([_digest(str(value), key).hex() for value in unique], dtype=object)
    return pd.Series(hashes[codes], index=values.index, dtype="str")


def _digest(text: str, key: bytes, purpose: bytes = b"") -> bytes:
    """A keyed hash; another for each purpose, so that what serves one cannot be set against what serves another."""
    return hashlib.blake2b(text.encode(), key=key[:64], person=purpose, digest_size=12).digest()
