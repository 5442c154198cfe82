"""Places and the schemes that add to them; what nobody told says so."""

from collections.abc import Callable, Iterator
from datetime import date
from math import isnan

import pandas as pd

from svip_lib.config.agreement import Milestone
from svip_lib.config.periods import day_label, period_label
from svip_lib.show.given import NOT_STATED, NOT_SUPPLIED, UNVERIFIED, Given, Row, Table
from svip_lib.show.registers.entries import MILESTONE, PENCE, day_cell, matched, short_name, state
from svip_lib.show.words import number, plain

DAYS_OF_A_MONTH = 365.25 / 12
ON_ROLL = "On roll"
PLACES_BY_TYPE = {
    "places_by_type_quarter_count": "Places",
    "on_roll_by_type_quarter_count": ON_ROLL,
    "vacancies_by_type_quarter_count": "Empty",
    "over_numbers_by_type_quarter_count": "Over places",
    "empty_places_by_type_quarter_gbp": "Cost of empty",
}
PLACES_BY_NEED = {
    "places_by_need_quarter_count": "Places",
    "on_roll_by_need_quarter_count": ON_ROLL,
    "vacancies_by_need_quarter_count": "Empty",
}
PLACES_BY_YEAR = {
    "places_by_type_quarter_count": "First year",
    "places_year_by_type_quarter_count": "Computed",
    "places_year_stated_by_type_quarter_count": "As listed",
}
STAGES = {
    "Complete": "Done",
    "On track": "Under way",
    "Delayed": "Late",
    "Not started": "Not begun",
    "Cancelled": "Given up",
    "": "Not told",
}


def places_by_type(given: Given) -> pd.DataFrame:
    """Return the places of each kind: commissioned, filled, empty, and what the empty ones cost."""
    return _side_by_side(given, PLACES_BY_TYPE, whole="on_roll_quarter_count")


def places_by_need(given: Given, kind: str) -> pd.DataFrame:
    """Return the places of a kind for each need: commissioned, filled and empty."""
    frame = _side_by_side(given, PLACES_BY_NEED, kind=f"{kind}_")
    return frame.rename(columns={heading: "Need" for heading in frame.columns[:1]})


def places_by_year(given: Given) -> pd.DataFrame:
    """Return the places of the financial year as computed, beside those that the council's list states."""
    return _side_by_side(given, PLACES_BY_YEAR)


def _side_by_side(given: Given, columns: dict[str, str], whole: str = "", kind: str = "") -> pd.DataFrame:
    """Indicators with the same categories, a column each, and a last row with their sums; a sum with a withheld part is withheld.

    Categories without anything are left out; of ``kind`` only those that begin so are told, by the rest of their name.
    """
    entries = {heading: given.dictionary[name] for name, heading in columns.items()}
    tables = {heading: given.newest(entry.name).set_index("category") for heading, entry in entries.items()}
    first = next(iter(entries.values()))
    held = set().union(*(table.index for table in tables.values()))
    zero = [name for name in held if all((table["value"].get(name, 0) == 0) for table in tables.values())]
    order = [name for name in first.categories if name in held and name not in zero and name.startswith(kind)]
    if not order:
        return pd.DataFrame()
    frame = pd.DataFrame({first.filter_hint: [*(first.categories[name].rpartition(": ")[2] for name in order), "All"]})
    for heading, entry in entries.items():
        table = tables[heading].reindex(order)
        values, signs = table["value"], table["shorthand"].fillna("x")
        total, absent = values.sum(skipna=False), "c" if (signs == "c").any() else "x"
        if heading == ON_ROLL and whole and isnan(total):
            total = given.newest(whole)["value"].sum(min_count=1)
        cells = [number(value, entry, sign if isnan(value) else "") for value, sign in zip(values, signs, strict=True)]
        frame[heading] = [*cells, number(total, entry, absent if isnan(total) else "")]
    return frame


def _of_last_quarter(words: str, name: str) -> Callable[[Given], str]:
    """A caption that names the quarter for which figures of places stand."""

    def caption(given: Given) -> str:
        periods = given.released.select(name)["time_period"]
        when = period_label(periods.max(), given.dictionary[name].time_identifier) if len(periods) else ""
        return f"{words}, {when}" if when else words

    return caption


def _schemes(given: Given) -> list[tuple[str, Milestone | None, Row]]:
    """Each scheme of the agreement with its row of the register, then those that the register alone has: what adds places."""
    entries = [entry for entry in given.agreement.milestones if entry.kind == "capacity scheme" and not entry.superseded_by]
    rows, _ = matched(entries, given.rows("milestones"))
    _, others = matched(given.agreement.milestones, given.rows("milestones"))
    names = [short_name(entry, "scheme_", entry.need or "") for entry in entries]
    return [*zip(names, entries, rows, strict=True), *((row["title"], None, row) for row in others if row.get("places"))]


def schemes(given: Given) -> Iterator[Row]:
    """Give what the council's paper promised of each scheme; a school that was to be confirmed is unverified."""
    for name, entry, _ in _schemes(given):
        if entry:
            yield {
                "Scheme": name,
                "In the report": entry.text,
                "Need": entry.need or NOT_STATED,
                "Site": entry.site or UNVERIFIED,
                "Places": plain(entry.places, "", 0) if entry.places else NOT_STATED,
                "Due": _month(entry.due) if entry.due else NOT_STATED,
            }


def _month(due: str) -> str:
    """A month or day of the agreement in words.

    Example:
        >>> _month("2025-01"), _month("2025-01-06")
        ('January 2025', '6 January 2025')
    """
    return day_label(date.fromisoformat(due)) if due.count("-") > 1 else f"{date.fromisoformat(f'{due}-01'):%B %Y}"


def scheme_days(given: Given) -> Iterator[Row]:
    """Give when each scheme was planned, is now expected and was done, and by how many months it has slipped."""
    for name, _, row in _schemes(given):
        yield {
            "Scheme": name,
            "Planned": day_cell(row.get("planned_date", ""), NOT_SUPPLIED),
            "Expected": day_cell(row.get("forecast_date", ""), NOT_SUPPLIED),
            "Done": day_cell(row.get("actual_date", ""), "not yet" if row else NOT_SUPPLIED),
            "Slippage": slippage(row),
            "Status": state(row, MILESTONE),
        }


def slippage(row: Row) -> str:
    """Return by how many months a milestone is later than first agreed, by the day of its end or the one now expected.

    Where that day was another one a quarter before, it is said by how many months it has moved since.

    Example:
        >>> slippage({"planned_date": "2025-01-31", "forecast_date": "2025-09-01", "forecast_date_before": "2025-06-01"})
        '+7 months (+3 in the quarter)'
        >>> slippage({"planned_date": "2025-01-31", "forecast_date": "", "actual_date": "2025-02-03"}), slippage({})
        ('none', 'not supplied')
    """
    end, before = row.get("actual_date") or row.get("forecast_date"), row.get("forecast_date_before")
    if not end or not row.get("planned_date"):
        return NOT_SUPPLIED
    months, since = _months(row["planned_date"], end), _months(before, end) if before else 0
    told = f"{plain(months, '', 0, signed=True)} month{'s' * (abs(months) > 1)}" if months else "none"
    return f"{told} ({plain(since, '', 0, signed=True)} in the quarter)" if since else told


def _months(first: str, second: str) -> int:
    """How many months lie between two days, to the nearest."""
    return round((date.fromisoformat(second[:10]) - date.fromisoformat(first[:10])).days / DAYS_OF_A_MONTH)


def scheme_money(given: Given) -> pd.DataFrame:
    """Return the places that each scheme adds, its capital budget, and what was spent of it, with the sums."""
    told = [(name, row) for name, _, row in _schemes(given)]
    if not told:
        return pd.DataFrame()
    absent = [NOT_STATED if row else NOT_SUPPLIED for _, row in told]
    columns = {"places": "Places", "capital_budget": "Budget", "capital_spent": "Spent"}
    values = {name: pd.to_numeric(pd.Series([row.get(name, "") for _, row in told]), errors="coerce") for name in columns}
    frame = pd.DataFrame({"Scheme": [*(name for name, _ in told), "All that are stated"]})
    for name, heading in columns.items():
        unit, size = ("", 1) if name == "places" else ("£", PENCE)
        cells = [mark if isnan(value) else plain(value / size, unit, 0) for value, mark in zip(values[name], absent, strict=True)]
        frame[heading] = [*cells, plain(values[name].sum() / size, unit, 0) if values[name].notna().any() else NOT_SUPPLIED]
    spent, budget = ([*values[name], values[name].sum(min_count=1)] for name in ("capital_spent", "capital_budget"))
    shares = [100 * part / whole if whole else float("nan") for part, whole in zip(spent, budget, strict=True)]
    frame["Share spent"] = [
        mark if isnan(share) else plain(share, "%", 0) for share, mark in zip(shares, [*absent, NOT_SUPPLIED], strict=True)
    ]
    return frame


def scheme_places(given: Given) -> pd.DataFrame:
    """Return how many places the schemes add for each need, by where they stand; a scheme without a number of places is counted apart."""
    told = [
        {
            "need": (row.get("need") or (entry and entry.need) or NOT_STATED),
            "places": float(row.get("places") or (entry and entry.places) or "nan"),
            "stage": STAGES.get(row.get("status", ""), STAGES[""]),
        }
        for _, entry, row in _schemes(given)
    ]
    if not told:
        return pd.DataFrame()
    table = pd.DataFrame(told)
    stages = [stage for stage in STAGES.values() if stage in set(table["stage"])]
    wide = table.pivot_table(index="need", columns="stage", values="places", aggfunc="sum", sort=False).reindex(columns=stages)
    wide = wide.reindex(table["need"].unique()).fillna(0)
    wide["Size unknown"] = table[table["places"].isna()].groupby("need").size().reindex(wide.index).fillna(0)
    wide.loc["All needs"] = wide.sum()
    cells = wide.map(lambda value: plain(value, "", 0))
    cells["Size unknown"] = [f"{cell} scheme{'s' * (cell != '1')}" for cell in cells["Size unknown"]]
    return cells.rename_axis("Need").rename_axis(None, axis=1).reset_index().astype("str")


KINDS = {"special": "Special schools", "unit": "SEN units", "resourced": "Resourced provision"}
TABLES = {
    "places_by_type": Table(
        _of_last_quarter("Commissioned places by kind, and who was in them", "places_by_type_quarter_count"),
        places_by_type,
        numeric=True,
        indicators=(*PLACES_BY_TYPE, "on_roll_quarter_count"),
        supplied=True,
    ),
    **{
        f"places_{kind}": Table(
            _of_last_quarter(f"{words} by the need that their places are for", "places_by_need_quarter_count"),
            lambda given, kind=kind: places_by_need(given, kind),
            numeric=True,
            indicators=tuple(PLACES_BY_NEED),
            supplied=True,
        )
        for kind, words in KINDS.items()
    },
    "places_by_year": Table(
        "Places of the financial year, computed from both academic years and as the list states them",
        places_by_year,
        numeric=True,
        indicators=tuple(PLACES_BY_YEAR),
        supplied=True,
    ),
    "schemes": Table("What the council's report says of each scheme", schemes),
    "scheme_days": Table(
        "When each scheme was planned, is expected and was done", scheme_days, register="milestones", finished=("Status",)
    ),
    "scheme_money": Table("The places that each scheme adds, and its capital", scheme_money, numeric=True, register="milestones"),
    "scheme_places": Table(
        "The places of the schemes by need and by where the schemes stand", scheme_places, numeric=True, register="milestones"
    ),
}
