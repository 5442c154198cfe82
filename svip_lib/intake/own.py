"""What the council itself holds of a quarter: its own return, cleaned, with the account of what was mended and set aside. Private."""

from dataclasses import dataclass

import pandas as pd

from svip_lib.config.authority import ReturnFile, read_authority, read_quarter
from svip_lib.config.fields import read_fields
from svip_lib.config.periods import Quarter
from svip_lib.config.project import Project
from svip_lib.config.refusal import Refusal
from svip_lib.intake.arrivals import read_establishments
from svip_lib.intake.check import Checked, check_extracts
from svip_lib.intake.open import read_csv_text

EMPTY = pd.DataFrame(columns=["urn", "ukprn", "type_code"], dtype="str")


@dataclass(frozen=True)
class Own:
    """The council's own records of a quarter after cleaning.

    Attributes:
        area: The council's area code.
        told: What the return tells of: its collection year, its first and its last day.
        checked: The clean tables and the account.
        establishments: The schools and colleges by ``urn`` and ``ukprn``, with their type.
    """

    area: str
    told: ReturnFile
    checked: Checked
    establishments: pd.DataFrame

    @property
    def origin(self) -> str:
        """Where the figures come from: ``council``, or ``synthetic`` for a sample."""
        return "synthetic" if self.checked.synthetic else "council"


def read_own(project: Project, authority: str, quarter: Quarter, *, folder=None) -> Own | None:
    """Read, check and clean what a council holds of a quarter; nothing where it has supplied nothing.

    Args:
        project: Where things stand.
        authority: The council.
        quarter: The quarter.
        folder: The folder with the extracts; by default the quarter's own, and where it has none, that of its synthetic sample.

    Raises:
        Refusal: When the return cannot be read, is another council's or period's, or quarter.yaml does not say what it tells of.
    """
    folder = folder or project.find_extracts(authority, quarter)
    if folder is None:
        return None
    told = read_quarter(project.authority(authority), quarter).own_return
    if told is None:
        raise Refusal(
            "The quarter has a return, and nothing says what it tells of.",
            file=project.quarter_folder(authority, quarter) / "quarter.yaml",
            column="own_return",
            remedy="Add own_return with the year of the SEN2 collection, first_day and last_day.",
        )
    area = read_authority(project.authority(authority)).area_code
    la_codes = read_csv_text(project.reference / "areas.csv").set_index("area_code")["la_code"]
    private = project.private(authority, quarter, "checks")
    days = {"last_day": told.last_day, "as_at": quarter.last_day}
    checked = check_extracts(folder, private, project.dictionary, la_code=la_codes[area], year=told.year, **days)
    schools = read_establishments(folder, read_fields(project.dictionary))
    return Own(area, told, checked, EMPTY if schools is None else schools)
