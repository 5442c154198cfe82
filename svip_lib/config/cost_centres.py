"""What each line of the council's ledger is told as: a kind of place, a service, or a part of the balance."""

from pathlib import Path

import pandas as pd

from svip_lib.config.fields import read_codes
from svip_lib.config.refusal import Refusal
from svip_lib.config.registry import dictionary_rows

FILE = "cost_centres.csv"
COLUMNS = ["cost_centre", "account", "item", "note", "verified_by", "verified_on"]
# Spending beside the seven categories of the DSG management plan. Independent alternative provision is a part of its category.
SERVICES, NOT_ALLOCATED, INDEPENDENT_AP = "services", "not_allocated", "independent_alternative_provision"
OUTSIDE = "outside_grant"  # paid by the council itself, so no part of the high needs block
INCOME = ["grant", "block_transfer", "council_contribution", "health_contribution", "social_care_contribution"]
PAYMENT, BROUGHT_FORWARD = "dfe_payment", "brought_forward"
# What a line is told as by its line of the Section 251 return, where the table does not name it and that line leaves no doubt.
BY_LINE = (
    dict.fromkeys(["1.2.6", "1.2.7"], "hospital_or_alternative_provision")
    | dict.fromkeys(["1.2.5", "1.2.8", "1.2.9", "1.2.10", "1.2.13", "1.4.11"], SERVICES)
    | {"1.2.11": "other", "1.9.3": BROUGHT_FORWARD}
    | dict.fromkeys(["2.1.1", "2.1.2", "2.1.4", "2.1.6", "2.1.7"], OUTSIDE)
)


def read_cost_centres(folder: Path, dictionary: Path) -> pd.DataFrame:
    """Return what each line of a council's ledger is told as; empty where the council has not said.

    Args:
        folder: The council's folder; its ``cost_centres.csv`` has a row a cost centre, or cost centre and account.
        dictionary: The folder with the seven categories.

    Raises:
        Refusal: When a row names an item that there is not, or stands twice, or a reader without a day; with its line.
    """
    file, found = folder / FILE, {}
    items = [*read_codes(dictionary)["dsg_category"], SERVICES, INDEPENDENT_AP, OUTSIDE, *INCOME, PAYMENT, BROUGHT_FORWARD]
    for line, row in dictionary_rows(file, *COLUMNS) if file.is_file() else ():
        place = row["cost_centre"], row["account"]
        if row["item"] not in items or not row["cost_centre"]:
            remedy = f"Name a cost centre, and choose one of: {', '.join(items)}."
            raise Refusal(f"'{row['item']}' is nothing that a ledger line is told as.", file=file, line=line, column="item", remedy=remedy)
        if place in found or bool(row["verified_by"]) != bool(row["verified_on"]):
            wrong = f"The cost centre '{' '.join(place).strip()}' stands twice, or has a reader without a day."
            raise Refusal(wrong, file=file, line=line, remedy="Keep one row, and give verified_by and verified_on together or neither.")
        found[place] = row
    return pd.DataFrame(found.values(), columns=COLUMNS, dtype="str")
