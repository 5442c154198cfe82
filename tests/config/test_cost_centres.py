"""What a council's ledger lines are told as: read with the line of every mistake."""

import pytest

from svip_lib.config.cost_centres import COLUMNS, FILE, read_cost_centres
from svip_lib.config.refusal import Refusal

HEAD = ",".join(COLUMNS)


@pytest.fixture
def read(tmp_path, repository):
    def reading(*lines):
        (tmp_path / FILE).write_text("\n".join([HEAD, *lines, ""]), encoding="utf-8")
        return read_cost_centres(tmp_path, repository / "data" / "dictionary")

    return reading


def test_a_council_without_the_list_has_an_empty_one(tmp_path, repository):
    assert list(read_cost_centres(tmp_path, repository / "data" / "dictionary")) == COLUMNS


def test_codes_keep_their_zeros(read):
    assert read("0411,,state_special,,,")["cost_centre"].to_list() == ["0411"]


@pytest.mark.parametrize(
    ("lines", "where"),
    [
        (["0411,,special schools,,,"], "line 2, column 'item'"),
        ([",,grant,,,"], "line 2, column 'item'"),
        (["0411,,grant,,,", "0411,,services,,,"], "line 3"),
        (["0411,1,grant,,,", "0411,2,services,,Finance lead (role),"], "line 3"),
    ],
)
def test_what_is_no_item_stands_twice_or_has_a_reader_without_a_day_is_refused(read, lines, where):
    with pytest.raises(Refusal) as refused:
        read(*lines)
    assert where in str(refused.value)
