"""Who has signed for what, by role and never by name."""

import csv
from datetime import date
from pathlib import Path

import pandas as pd

from svip_lib.config.periods import Quarter
from svip_lib.config.refusal import Refusal

COLUMNS = ["quarter", "what", "about", "role", "signed_on"]
SIGNATURES = ("analyst", "assurer", "approver")
REVISION = "revision"
WHAT = ("pack", REVISION)


def read_sign_offs(folder: Path) -> pd.DataFrame:
    """Return every signature of a council: for a quarter's pack, or for a figure that it tells otherwise than an earlier pack did.

    Args:
        folder: The folder with ``sign_offs.csv``; without the file nobody has signed.

    Returns:
        One row a signature: ``quarter``, ``what`` (``pack`` or ``revision``), ``about`` (the cell of a revision), ``role`` and
        ``signed_on``.

    Raises:
        Refusal: When a row names what cannot be signed, or a role that does not sign.
    """
    file = folder / "sign_offs.csv"
    rows = []
    if file.is_file():
        with file.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            if reader.fieldnames != COLUMNS:
                raise Refusal("The heading is not right.", file=file, line=1, remedy=f"It is: {','.join(COLUMNS)}.")
            for row in reader:
                for column, known in (("what", WHAT), ("role", SIGNATURES)):
                    if row[column] not in known:
                        problem = f"'{row[column]}' is none of {', '.join(known)}."
                        raise Refusal(problem, file=file, line=reader.line_num, column=column, remedy="Correct the cell.")
                try:
                    early = date.fromisoformat(row["signed_on"]) <= Quarter.parse(row["quarter"]).last_day
                except ValueError:
                    problem = f"'{row['signed_on']}' is not a day."
                    raise Refusal(problem, file=file, line=reader.line_num, column="signed_on", remedy="Write 2026-08-01.") from None
                if early:
                    problem = f"{row['quarter']} had not ended on {row['signed_on']}."
                    raise Refusal(problem, file=file, line=reader.line_num, column="signed_on", remedy="Correct the day or the quarter.")
                rows.append(row)
    return pd.DataFrame(rows, columns=COLUMNS, dtype="str")
