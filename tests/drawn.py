"""Small releases drawn for a test: one indicator, one authority and those it is compared with."""

from datetime import date

import pandas as pd

from svip_lib.config.agreement import read_agreement
from svip_lib.config.authority import Thresholds
from svip_lib.config.periods import Quarter
from svip_lib.config.registry import Indicator
from svip_lib.config.result import COLUMNS
from svip_lib.disclosure.gate import release
from svip_lib.disclosure.released import Released
from svip_lib.figures import Figures
from svip_lib.sample.registers import Programme

AREAS = pd.DataFrame(
    [
        ("E06000035", "Medway", "authority"),
        ("E12000008", "South East", "region"),
        ("E92000001", "England", "England"),
        ("E06000030", "Swindon", "neighbour"),
        ("E08000027", "Dudley", "neighbour"),
        ("neighbours", "Neighbours (drawn)", "neighbours"),
    ],
    columns=["area", "area_name", "role"],
)


def drawn_entry(**changes) -> Indicator:
    told = {
        "col_name": "drawn_percent",
        "col_type": "Indicator",
        "label": "Drawn share",
        "indicator_grouping": "Drawn",
        "indicator_unit": "%",
        "indicator_dp": 1,
        "filter_hint": "",
        "filter_grouping_column": "",
        "section": "10_ehc_plans",
        "definition": "A share that is drawn for a test.",
        "base": "all_ehc_plans",
        "time_identifier": "Academic year",
        "polarity": "none",
        "statutory": "no",
        "chart": "series",
        "published_column": "",
        "sentence": "{area} had {value} in {period}",
        "reading": "It says nothing beyond the test.",
        "headline_category": "",
        "signed": "no",
        "shown_from": "",
        "source": "Drawn for a test",
        "owner": "Nobody",
    }
    return Indicator.model_validate(told | changes)


def drawn_row(entry, value, *, area="E06000035", period="202526", measure="actual", category="", numerator=None, denominator=None):
    return {
        "area": area,
        "indicator": entry.name,
        "breakdown": "drawn" if category else "",
        "category": category,
        "time_period": period,
        "time_identifier": entry.time_identifier,
        "base": entry.base,
        "measure": measure,
        "scenario": "",
        "quantile": "",
        "origin": "council" if measure == "plan" else "published",
        "as_at": "2026-06-30",
        "numerator": numerator,
        "denominator": denominator,
        "value": value,
        "shorthand": "" if value is not None else "x",
        "source_id": "drawn",
    }


POLICY = Thresholds(default=5, sensitive=10, sensitive_breakdowns=[], owner=None, reason="For a test.")
NOTHING_PUBLISHED = pd.DataFrame({"value": pd.Series(dtype="Int64")}, index=pd.Index([], dtype="str", name="key"))


def drawn_release(entry, actual=None, plan=None, rows=(), last_look=(), edition="public") -> Released:
    """Release one figure and its plan, or the rows that are given."""
    rows = list(rows) or [drawn_row(entry, actual)] + ([drawn_row(entry, plan, measure="plan")] if plan is not None else [])
    frame = pd.DataFrame(rows)[COLUMNS].astype({"numerator": float, "denominator": float, "value": float})
    words = {"sources": pd.DataFrame({"id": ["drawn"]}), "repairs": pd.DataFrame(), "findings": pd.DataFrame()}
    words["last_look"] = pd.DataFrame(last_look, columns=["indicator", "measure", "category", "time_period", "value"])
    figures = Figures("medway", Quarter(2025, 4), date(2026, 7, 31), frame, AREAS, words)
    return release(figures, edition, key="drawn", policy=POLICY, register=NOTHING_PUBLISHED)[0]


def drawn_programme(repository) -> Programme:
    """What the registers of the census quarter of January 2025 are drawn from."""
    return Programme(Quarter(2024, 4), read_agreement(repository / "data" / "authorities" / "medway" / "agreement.yaml"), 43_034_923)


def as_if_real(folder) -> None:
    """Take the marks of a sample away, so that its children count as real."""
    (folder / "source.yaml").unlink()
    header = next(folder.glob("*_sen2.csv"))
    header.write_text(header.read_text(encoding="utf-8").replace("SYNTHETIC", "Example"), encoding="utf-8")
