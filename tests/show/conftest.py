"""What tables are made of, drawn for a test."""

from datetime import date

import pandas as pd
import pytest

from svip_lib.config.agreement import read_agreement
from svip_lib.config.authority import read_authority
from svip_lib.config.periods import Quarter
from svip_lib.config.registry import read_dictionary
from svip_lib.config.result import COLUMNS
from svip_lib.disclosure.gate import release
from svip_lib.figures import Figures
from svip_lib.show.given import Given
from tests.drawn import AREAS, NOTHING_PUBLISHED, POLICY, drawn_entry, drawn_row


@pytest.fixture(scope="module")
def dictionary(repository):
    return read_dictionary(repository / "data" / "dictionary")


@pytest.fixture
def given(repository, dictionary):
    """What tables are made of, with the registers that a test draws."""
    folder = repository / "data" / "authorities" / "medway"
    agreement = read_agreement(folder / "agreement.yaml")

    def draw(rows=(), log=None, **registers):
        frame = pd.DataFrame(list(rows) or [drawn_row(drawn_entry(), 1.0)])[COLUMNS]
        frame = frame.astype({"numerator": float, "denominator": float, "value": float})
        tables = {name: pd.DataFrame(told).fillna("") for name, told in registers.items()}
        tables["own_rows"] = pd.DataFrame({"table": []})
        figures = Figures("medway", Quarter(2025, 4), date(2026, 7, 31), frame, AREAS, tables)
        released = release(figures, "public", key="drawn", policy=POLICY, register=NOTHING_PUBLISHED)[0]
        return Given(released, agreement, dictionary, log or folder / "assurance", read_authority(folder))

    return draw
