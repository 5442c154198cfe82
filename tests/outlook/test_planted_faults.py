"""Faults that would spoil a forecast, planted one by one: each is refused, mended or branded, and named."""

from datetime import date

import pandas as pd
import pytest

from svip_lib.config.agreement import read_agreement
from svip_lib.config.fields import read_codes, read_fields
from svip_lib.config.refusal import Refusal
from svip_lib.intake.cleaning import clean_return
from svip_lib.intake.open import read_csv_text
from svip_lib.intake.published import read_reference, refresh
from svip_lib.intake.sen2 import read_sen2
from svip_lib.sample import write_sample
from svip_lib.show import outlook, words
from svip_lib.show.given import Given
from tests.drawn import drawn_entry, drawn_release, drawn_row
from tests.intake.test_published import Download, empty_reference

CENSUS = date(2025, 1, 16)


def regional_total_in_a_local_row(repository, folder):
    """Yorkshire's new plans of 2022 stood in the row of each of its councils."""
    download = Download(folder / "download")
    for place in ("Barnsley", "Wakefield"):
        download.set("newplans", place, new_ehc_plans="5")
        download.add("newplans", place, topic="Age when plan started", category="age 9", new_ehc_plans="1")
    refresh(download.write(), empty_reference(folder / "reference"))
    return "; ".join(read_reference(folder / "reference", date(2026, 12, 31)).repairs["rule"])


def stock_and_flow_that_leave_more_than_five_per_cent(repository, folder):
    entry = drawn_entry(col_name=outlook.RESIDUAL, time_identifier="Calendar year")
    released = drawn_release(entry, rows=[drawn_row(entry, 5.1, period="2024", numerator=51, denominator=1000)])
    return outlook.gate(Given(released, None, {}, folder, None)).state


def shares_of_other_children_on_one_axis(repository, folder):
    entry = drawn_entry()
    rows = [drawn_row(entry, 38.8), drawn_row(entry, 42.0, period="202627", measure="plan") | {"base": "plan_table_3"}]
    with pytest.raises(ValueError, match="never mixed") as stop:
        words.shown(drawn_release(entry, rows=rows), entry)
    return str(stop.value)


def child_that_stands_twice(repository, folder):
    dictionary = repository / "data" / "dictionary"
    fields = read_fields(dictionary)
    write_sample(folder, plans=40, shape="blade", seed=1, census=CENSUS, fields=fields)
    file = next(folder.glob("*_person.csv"))
    table = pd.read_csv(file, dtype="str", keep_default_na=False)
    given = table.index[table["upn"] != ""]
    table.loc[given[1], "upn"] = table.loc[given[0], "upn"]
    table.to_csv(file, index=False)
    told = {"la_code": "887", "year": CENSUS.year, "last_day": CENSUS, "key": b"k" * 32}
    schools = read_csv_text(folder / "establishments.csv")
    return "; ".join(
        clean_return(read_sen2(folder, fields), fields, read_codes(dictionary), establishments=schools, **told).account["rule"]
    )


def census_of_a_day_that_has_not_come(repository, folder):
    reference = empty_reference(folder / "reference")
    refresh(Download(folder / "download").write(), reference)
    file = reference / "ees_ehcp_2025" / "plans.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(",202425,", ",202526,"), encoding="utf-8")
    with pytest.raises(Refusal) as stop:
        read_reference(reference, date(2026, 12, 31))
    return str(stop.value)


def table_of_the_plan_that_is_filled_up_to_a_hundred(repository, folder):
    file = folder / "agreement.yaml"
    text = (repository / "data/authorities/medway/agreement.yaml").read_text(encoding="utf-8")
    first = text.index("category: special,", text.index("indicator: placements_table_3_percent"))
    row = text[text.rindex("\n", 0, first) : text.index("\n", first)]
    value = float(row.split("value:")[1].split(",")[0])
    file.write_text(text.replace(row, row.replace(f"value: {value:g}", f"value: {value + 100 - 91.7:.1f}"), 1), encoding="utf-8")
    with pytest.raises(Refusal) as stop:
        read_agreement(file)
    return str(stop.value)


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        (regional_total_in_a_local_row, "regional_total_in_local_row"),
        (stock_and_flow_that_leave_more_than_five_per_cent, "withheld"),
        (shares_of_other_children_on_one_axis, "'plan_table_3' counts other children"),
        (child_that_stands_twice, "upn_twice"),
        (census_of_a_day_that_has_not_come, "'202526' could not have been counted by 2025-06-26"),
        (table_of_the_plan_that_is_filled_up_to_a_hundred, "the figures make 100, not 91.7"),
    ],
)
def test_a_planted_fault_is_caught_and_named(repository, tmp_path, fault, named):
    assert named in fault(repository, tmp_path)
