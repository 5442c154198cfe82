import numpy as np
import pandas as pd

from svip_lib.config.upn import LETTERS, check_letters
from svip_lib.sample.numbers import pupil_numbers


def test_the_letter_is_that_of_the_numbers_that_the_sample_makes_by_another_way():
    serials = np.arange(500) * 19_997
    numbers = pupil_numbers(serials, 2010 + serials % 15, serials % 3 == 0)
    assert (check_letters(numbers) == numbers.str[0]).all()


def test_a_change_of_one_digit_changes_the_letter():
    right = check_letters(pd.Series(["X801200005001"]))[0]
    changed = pd.Series(["X801200005001"[:place] + digit + "X801200005001"[place + 1 :] for place in range(1, 13) for digit in "23456789"])
    assert (check_letters(changed[changed != "X801200005001"]) != right).all()
    assert right in LETTERS
