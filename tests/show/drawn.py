"""Rows of the council's registers as a test draws them, and a cell as its reader reads it."""

import re

from svip_lib.show.registers import TABLES

MILESTONE = {
    "id": "M1",
    "title": "Build.",
    "condition": "",
    "site": "",
    "need": "",
    "places": "",
    "planned_date": "2025-08-05",
    "forecast_date": "2027-01-05",
    "actual_date": "",
    "status": "Delayed",
    "capital_budget": "",
    "capital_spent": "",
    "origin": "synthetic",
    "listed": "still",
    "status_before": "On track",
    "forecast_date_before": "2026-11-05",
}
RISK = dict.fromkeys("mitigation money_at_risk owner_role target_score raised_date".split(), "") | {
    "id": "R1",
    "title": "A risk.",
    "likelihood": "B",
    "impact": "II",
    "score": "BII",
    "score_before": "CII",
    "status": "Open",
    "review_date": "2026-07-30",
    "origin": "council",
    "listed": "still",
}


def words(cell):
    """A cell without its marks."""
    return re.sub(r"<[^>]*>", "", cell)


def made(name, given):
    """A table by its name, as a notebook asks for it."""
    return TABLES[name].frame(given)
