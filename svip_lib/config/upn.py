"""What is right about a unique pupil number by its form alone, whoever's it is."""

import pandas as pd

LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"  # without I, O and S, which are never used
FORM = r"[A-Z]\d{11}[0-9A-Z]"
NO_AUTHORITY = 999  # no local authority has this code, and so no school has given out such a number
WEIGHTS = range(2, 14)


def check_letters(numbers: pd.Series) -> pd.Series:
    """Return the letter with which each pupil number ought to begin: its digits by weights 2 to 13, modulo 23.

    Args:
        numbers: Numbers in capitals, thirteen characters each; for another text the letter means nothing.

    Example:
        >>> check_letters(pd.Series(["X801200005001", "X80120000500B"])).tolist()
        ['B', 'B']
    """
    total = pd.Series(0, index=numbers.index)
    for place, weight in enumerate(WEIGHTS, start=1):
        character = numbers.str[place]
        digit = pd.to_numeric(character, errors="coerce")
        letter = character.map({text: value for value, text in enumerate(LETTERS)})
        total = total + weight * digit.fillna(letter).fillna(0).astype("int64")
    return (total % len(LETTERS)).map(dict(enumerate(LETTERS)))
