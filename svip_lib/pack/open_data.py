"""The released figures as DfE's platform for open data takes them: a file for each subject and kind of year, and one that describes it.

A row is an area, a period, a kind of figure and a category; each indicator has a column. The mean of the neighbours is no area of DfE's and
is left out, and a base or a source has no column there: they stand in the annex.
"""

import pandas as pd

from svip_lib.config.cells import as_csv
from svip_lib.config.registry import Indicator
from svip_lib.disclosure.released import Released
from svip_lib.pack.told import in_words

LEVELS = {"England": "National", "region": "Regional"} | dict.fromkeys(("authority", "neighbour", "neighbour_before"), "Local authority")
COUNTRY = {"country_code": "E92000001", "country_name": "England"}
PLACES = ["region_code", "region_name", "old_la_code", "new_la_code", "la_name"]
NOT_APPLICABLE = "z"
# The columns by which rows are chosen, and how DfE's platform offers them.
FILTERS = {
    "category": ("Category", "Which children, places or money", "breakdown"),
    "measure": ("Kind of figure", "Actual, as published, planned or forecast", ""),
    "scenario": ("Scenario", "From where a forecast looks ahead", ""),
    "quantile": ("Quantile", "How far up in the range of a forecast", ""),
    "origin": ("Origin", "Who tells the figure, and whether it is invented", ""),
}
META = ["col_name", "col_type", "label", "indicator_grouping", "indicator_unit", "indicator_dp", "filter_hint", "filter_grouping_column"]


def open_data(released: Released, dictionary: dict[str, Indicator]) -> dict[str, bytes]:
    """Return the files by their names: the figures of each section and kind of year, and DfE's metadata beside them."""
    rows = in_words(released.rows, dictionary).merge(_geography(released), on="area", validate="many_to_one")
    files = {}
    for (section, kind), here in rows.groupby([rows["indicator"].map(lambda name: dictionary[name].section), "time_identifier"]):
        name = f"{section.partition('_')[2]}_{kind.lower().replace(' ', '_')}"
        table, meta = _wide(here, [dictionary[name] for name in dictionary if (here["indicator"] == name).any()])
        files |= {f"{name}.csv": as_csv(table), f"{name}.meta.csv": as_csv(meta)}
    return files


def _geography(released: Released) -> pd.DataFrame:
    """Each area in DfE's columns; a column that is not of its level is empty."""
    areas = released.areas[released.areas["role"].isin(LEVELS)]
    level = areas["role"].map(LEVELS)
    told = {"area": areas["area"], "geographic_level": level} | COUNTRY
    for name, of, column in zip(
        PLACES, ["Regional"] * 2 + ["Local authority"] * 3, "area area_name la_code area area_name".split(), strict=True
    ):
        told[name] = areas[column].where(level == of, "")
    return pd.DataFrame(told)


def _wide(rows: pd.DataFrame, entries: list[Indicator]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A table with a column an indicator, and for a share one each for its two counts where they are known; and its metadata."""
    parts, meta = [], [[name, "Filter", label, "", "", "", hint, by] for name, (label, hint, by) in FILTERS.items()]
    for entry in entries:
        own = rows[rows["indicator"] == entry.name]
        about = [entry.indicator_grouping, entry.indicator_unit, entry.indicator_dp, "", ""]
        columns = {"value": (entry.name, entry.label, about)}
        if entry.indicator_unit == "%" and own["denominator"].notna().any():
            for column, says in (("numerator", "number"), ("denominator", "out of")):
                columns[column] = (f"{entry.name}_{column}", f"{entry.label}: {says}", [entry.indicator_grouping, "", 0, "", ""])
        for column, (name, label, how) in columns.items():
            told = zip(own[column], own["shorthand"], strict=True)
            cells = [mark or "x" if pd.isna(value) else int(value) if value == int(value) else value for value, mark in told]
            parts.append(own.assign(column=name, cell=pd.Series(cells, own.index, dtype="object")))
            meta.append([name, "Indicator", label, *how])
    keys = ["time_period", "time_identifier", "geographic_level", *COUNTRY, *PLACES, "breakdown", *FILTERS]
    long = pd.concat(parts)
    quarter = long["time_period"].str.partition("Q")
    long["time_identifier"] = long["time_identifier"].where(quarter[2] == "", "Financial year Q" + quarter[2])
    long = long.assign(time_period=quarter[0], **{name: long[name].replace("", "Not a forecast") for name in ("scenario", "quantile")})
    wide = long.pivot(index=keys, columns="column", values="cell").fillna(NOT_APPLICABLE).reset_index()
    names = [line[0] for line in meta if line[1] == "Indicator"]
    return wide[[*keys, *names]], pd.DataFrame(meta, columns=META)
