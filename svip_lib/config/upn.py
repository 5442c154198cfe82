"""What is right about a unique pupil number by its form alone, whoever's it is."""

import numpy as np
import pandas as pd

LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"  # without I, O and S, which are never used
FORM = r"[A-Z][0-9]{11}[0-9A-Z]"
NO_AUTHORITY = 999  # no local authority has this code, and so no school has given out such a number
WEIGHTS = range(2, 14)


def check_letters(numbers: pd.Series) -> pd.Series:
    """Return the letter with which each pupil number ought to begin: its digits by weights 2 to 13, modulo 23.

    Args:
        numbers: Numbers in capitals, thirteen characters each; of a blank the letter means nothing.

    Example:
        >>> check_letters(pd.Series(["X801200005001", "X80120000500B"])).tolist()
        ['B', 'B']
    """
    worth = np.zeros(128, dtype="int64")
    worth[[ord(digit) for digit in "0123456789"]] = range(10)
    worth[[ord(letter) for letter in LETTERS]] = range(len(LETTERS))
    characters = numbers.to_numpy(object).astype("S13").view("uint8").reshape(-1, 13)
    total = worth[characters[:, 1:]] @ np.array(WEIGHTS)
    return pd.Series(np.array(list(LETTERS))[total % len(LETTERS)], index=numbers.index, dtype="str")
