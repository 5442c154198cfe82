"""Pupil and learner numbers in the right form that no child can have."""

import numpy as np
import pandas as pd

from svip_lib.config import upn

LETTERS = np.array(list(upn.LETTERS))
SERIALS = 10_000_000


def check_letters(digits: np.ndarray) -> np.ndarray:
    """Return the first letter of a pupil number for the twelve digits that follow it: weights 2 to 13, modulo 23.

    Example:
        >>> check_letters(np.array([801200005001])).tolist()
        ['B']
    """
    total = np.zeros(len(digits), dtype=np.int64)
    for weight in range(13, 1, -1):
        digits, digit = np.divmod(digits, 10)
        total += weight * digit
    return LETTERS[total % len(LETTERS)]


def pupil_numbers(serials: np.ndarray, years: np.ndarray, temporary: np.ndarray) -> pd.Series:
    """Return unique pupil numbers of an authority that does not exist, with the check letter that their form asks for.

    Args:
        serials: A different number below ten million for each child.
        years: The year in which it was given; its last two digits are told.
        temporary: Whether the number ends in a letter, as one that is given for a while.
    """
    digits = upn.NO_AUTHORITY * 10**9 + (years % 100) * SERIALS + serials
    last = digits % 10
    # A letter's value is its place among the letters: B for 1, C for 2; so the check letter is that of the digit it replaces.
    text = pd.Series(digits.astype("U12"))
    text = text.str.slice(0, 11) + pd.Series(np.where(temporary, LETTERS[last], last.astype("U1")))
    return pd.Series(check_letters(digits)) + text


def learner_numbers(serials: np.ndarray) -> pd.Series:
    """Return ten digits whose last is not the check digit (weights 10 to 2, modulo 11), so that no learner has them."""
    nine = 999_000_000 - serials
    rest, total = nine, np.zeros(len(nine), dtype=np.int64)
    for weight in range(2, 11):
        rest, digit = np.divmod(rest, 10)
        total += weight * digit
    right = 10 - total % 11
    return pd.Series((nine * 10 + (right + 5) % 10).astype("U10"))
