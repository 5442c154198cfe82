"""Synthetic figures of a quarter that has passed: what is left when its extracts are no longer kept."""

import tempfile
from datetime import date
from pathlib import Path

from svip_lib.config.authority import ReturnFile, read_authority
from svip_lib.config.fields import read_fields
from svip_lib.config.periods import Quarter, read_census_dates
from svip_lib.config.project import Project
from svip_lib.config.registry import FOLLOWS, INSIDE, read_dictionary
from svip_lib.figures import own_figures, own_records
from svip_lib.intake.check import check_extracts
from svip_lib.intake.open import read_csv_text
from svip_lib.intake.own import Own
from svip_lib.sample import write_note, write_sample
from svip_lib.sample.registers import read_programme


def write_history(folder: Path, project: Project, quarter: Quarter, *, authority: str, plans: int, seed: int) -> None:
    """Write the synthetic figures of a quarter: those that the pack would have computed on its last day.

    Args:
        folder: Where ``figures.csv`` and the note beside it go.
        project: Where dictionary and reference stand.
        quarter: The quarter.
        authority: The council's folder.
        plans: How many plans are active at the end of its financial year.
        seed: Where chance begins; the same as for the returns of the same financial year.
    """
    area = read_authority(project.authority(authority)).area_code
    la_code = read_csv_text(project.reference / "areas.csv").set_index("area_code")["la_code"][area]
    fields = read_fields(project.dictionary)
    days = read_census_dates(project.reference / "census_dates.csv")
    year, end = quarter.start_year + 1, date(quarter.start_year + 1, 3, 31)
    with tempfile.TemporaryDirectory() as place:
        drawn = Path(place)
        beside = {"until": end, "seen_on": quarter.last_day, "programme": read_programme(project, authority, area, quarter)}
        write_sample(drawn, plans=plans, shape="blade", seed=seed, census=days[year], fields=fields, la=la_code, **beside)
        told = ReturnFile(year=year, first_day=date(quarter.start_year, 4, 1), last_day=quarter.last_day)
        checked = check_extracts(drawn, drawn / "private", project.dictionary, la_code=la_code, year=year, last_day=told.last_day)
        schools = read_csv_text(drawn / "establishments.csv")
    own = Own(area, told, checked, schools, folder)
    figures = own_figures(own_records(own, project, authority), read_dictionary(project.dictionary))
    figures = figures[(figures["time_period"] == quarter.code) & (figures["indicator"].map(FOLLOWS) != INSIDE)]
    folder.mkdir(parents=True, exist_ok=True)
    figures.to_csv(folder / "figures.csv", index=False, lineterminator="\n")
    write_note(folder, "SYNTHETIC figures of a past quarter, from invented children", quarter=str(quarter), plans=plans, seed=seed)
