from datetime import date

import pandas as pd
import pytest

from svip_lib.config.tokens import Tokens, days_in, keyed_hash, spelt

KEY = b"the key of a test, thirty-two by"
CHILD = pd.DataFrame(
    {
        "forename": ["Zebedee"],
        "surname": ["Quuxworthy"],
        "upn": ["B801200005001"],
        "uniquelearnernumber": ["9990000001"],
        "postcode": ["ZZ99 3VZ"],
        "personbirthdate": [pd.Timestamp("2011-05-12")],
    }
)
FIGURES = "2011-05-12 2011-05-12T00:00:00 20110512 12052011 2011/05/12 12/05/2011 12.5.2011 12-05-2011 12_05_2011 5/12/2011 12/5/11"
CLOCKS = "1305158400 1305158400000 1305154800000 1305158400000000000"
WORDS = ["12may2011", "12 may 2011", "12th of may, 2011", "12-may-2011", "may 12, 2011", "may 12th 2011", "thursday 12 may 2011"]
NO_FIGURES = ["12,5,2011", "12 5 2011", "3.5.12", "31.2.2011", "0.20110512", "120520110", "1305158401000"]
NO_WORDS = ["12\nmay 2011", "may 2011", "v12 2011", "12 may 1871"]


def test_each_kind_of_token_is_known_again():
    tokens = Tokens.from_input(CHILD, KEY)
    assert tokens.kind("zebedee quuxworthy") == tokens.kind("quuxworthy zebedee") == "name of a child"
    asked = ["b801200005001", "9990000001", "zz993vz", "2011-05-12", "quuxworthy"]
    assert [tokens.kind(text) for text in asked] == ["pupil number", "learner number", "postcode of a child", "date of birth", None]
    assert tokens.has_word("quuxworthy")
    assert not tokens.has_word("quuxwortht")


def test_nothing_plain_is_kept_or_shown():
    tokens = Tokens.from_input(CHILD, KEY)
    kept = repr(vars(tokens) | {"_key": None}).lower()
    for secret in ("zebedee", "quuxworthy", "b801200005001", "zz993vz", "2011"):
        assert secret not in kept
    assert repr(tokens) == "Tokens(longest=2)"


def test_a_token_is_worth_nothing_under_another_key_and_is_not_the_hash_by_which_a_child_is_told_apart():
    tokens, other = Tokens.from_input(CHILD, KEY), Tokens.from_input(CHILD, KEY[::-1])
    assert not set(tokens._kinds) & set(other._kinds)
    apart = keyed_hash(pd.Series(["9990000001", "quuxworthy"]), KEY)
    assert not {kept.hex() for kept in tokens._kinds} & set(apart)


def test_a_day_that_the_pack_prints_itself_is_not_looked_for():
    tokens = Tokens.from_input(CHILD, KEY, public_days=[date(2011, 5, 12)])
    assert tokens.kind("2011-05-12") is None


def test_a_child_without_a_name_number_or_day_leaves_no_token_that_fits_everything():
    children = {"forename": ["", "Zoe"], "surname": ["Lee", None], "upn": ["", None], "personbirthdate": [None, ""]}
    assert not Tokens.from_input(pd.DataFrame(children), KEY)._kinds


@pytest.mark.parametrize("text", [*FIGURES.split(), *CLOCKS.split(), *WORDS])
def test_a_day_is_read_in_every_way_in_which_it_is_written(text):
    assert "2011-05-12" in days_in(f"born {text}; seen")


@pytest.mark.parametrize("text", [*NO_FIGURES, *NO_WORDS])
def test_what_only_looks_like_a_day_is_none(text):
    assert days_in(text) == set()


def test_a_spelling_is_the_same_in_capitals_with_accents_and_with_what_cannot_be_seen():
    assert spelt("ZO\u00cb\u200b QUUX\u00adWORTHY") == spelt("zoe quuxworthy")


def test_kept_tokens_find_the_same_and_hold_nothing_that_can_be_read(tmp_path):
    tokens, file = Tokens.from_input(CHILD, KEY), tmp_path / "tokens.json"
    tokens.write(file)
    again = Tokens.read(file, KEY)
    assert (again._kinds, again._shapes, again.longest) == (tokens._kinds, tokens._shapes, tokens.longest)
    text = file.read_text(encoding="utf-8").casefold()
    assert not [cell for column in CHILD for cell in CHILD[column].astype("str") if cell and cell.casefold() in text]
    assert Tokens.read(file, KEY[::-1]).kind("2011-05-12") is None
