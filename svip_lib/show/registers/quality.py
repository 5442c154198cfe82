"""How good the figures are, and who answers for them: sources, repairs, findings, reconciliation, sign-off, logs."""

from collections.abc import Iterator
from datetime import date

import pandas as pd

from svip_lib.config.assurance import SIGNATURES, read_sign_offs
from svip_lib.config.authority import Roles
from svip_lib.config.periods import day_label, period_label
from svip_lib.config.refusal import Refusal
from svip_lib.config.yaml_file import read_yaml
from svip_lib.show.given import Given, Row, Table
from svip_lib.show.registers.entries import spaced
from svip_lib.show.words import number, plain, plain_all

ROWS = {"rows_in": "Rows in", "clean": "Clean", "quarantined": "Set aside"}
ALL_PLANS = "All plans"


def sources(given: Given, used: set[str] | None = None) -> pd.DataFrame:
    """Return one row a source: what it is, who published it, and from when it could be known.

    Args:
        given: What tables are made of.
        used: The sources that are wanted; all of them, if none are named.
    """
    table = given.released.register("sources")
    table = table[table["id"].isin(used)] if used is not None else table
    known = table["available_from"] + table["verified"].map({"True": "", "False": " (day not verified)"})
    partial = table["partial"].map({"True": "in part", "False": "in full"})
    return pd.DataFrame(
        {
            "Source": table["title"],
            "Publisher": table["publisher"],
            "Release": table["release"],
            "Held": partial,
            "Known from": known,
            "Licence": table["licence"],
        }
    )


def published_and_computed(given: Given) -> pd.DataFrame:
    """Return one row an indicator: how often our share equals the published one when both are rounded as published.

    Returns:
        Text: the indicator, the number of figures compared, how many differ, and the largest difference in points.
    """
    rows = given.released.rows
    rows = rows[(rows["origin"] == "published") & (rows["area"] != given.released.area("neighbours"))]
    key = ["indicator", "area", "category", "time_period"]
    wide = rows.pivot_table(index=key, columns="measure", values="value", observed=True)
    both = wide.reindex(columns=["actual", "published"]).dropna().reset_index()
    decimals = both["indicator"].map({name: entry.indicator_dp for name, entry in given.dictionary.items()})
    both["gap"] = (both["actual"] - both["published"]).abs()
    # Half a unit of the last printed digit, and a little for the way in which computers hold decimals.
    both["differs"] = both["gap"] > 0.5 / 10.0**decimals + 1e-9
    told = both.groupby("indicator", sort=False).agg(compared=("differs", "size"), differ=("differs", "sum"), gap=("gap", "max"))
    told = told.reindex([name for name in given.dictionary if name in told.index])
    return pd.DataFrame(
        {
            "Indicator": [given.dictionary[name].label for name in told.index],
            "Figures compared": plain_all(told["compared"]),
            "Differ after rounding": plain_all(told["differ"]),
            "Largest difference": plain_all(told["gap"], decimals=2),
        }
    )


def repairs(given: Given) -> pd.DataFrame:
    """Return what was mended in the published files on the way in, for the areas of this pack."""
    table = given.released.register("repairs")
    names = given.released.areas.set_index("area")["area_name"]
    return pd.DataFrame(
        {
            "Table": table["table"].map(spaced),
            "Area": table["area_code"].map(names).fillna("all"),
            "Period": table["time_period"].replace("", "all"),
            "Column": table["column"],
            "Was": table["was"],
            "Now": table["now"],
            "Rule": table["rule"].map(spaced),
        }
    )


def oddities(given: Given) -> pd.DataFrame:
    """Return what in the published figures of the authority looks wrong and was left as published."""
    table = given.released.register("findings")
    table = table[table["area_code"] == given.released.area("authority")]
    return pd.DataFrame(
        {
            "Table": table["table"].map(spaced),
            "Period": table["time_period"],
            "Column": table["column"],
            "Value": table["value"],
            "Why it is listed": table["rule"].map(spaced),
        }
    )


def own_rows(given: Given) -> pd.DataFrame:
    """Return what the council's own return brought: for each of its tables the rows that came in, are clean and were set aside."""
    table = given.released.register("own_rows")
    if table.empty:
        return table
    frame = pd.DataFrame({"Table": [*table["table"].map(spaced), "all tables"]})
    for name, heading in ROWS.items():
        counts = pd.to_numeric(table[name], errors="coerce")  # the number of few rows is withheld
        frame[heading] = plain_all([*counts, counts.sum(skipna=False)], "[c]")
    return frame


def own_findings(given: Given) -> pd.DataFrame:
    """Return what in the council's own return was mended, doubted and set aside, by rule, with what would put it right."""
    table = given.released.register("own_findings")
    table = table.assign(order=table["level"].map({"quarantine": 0, "warn": 1, "repair": 2})).sort_values(["order", "table", "rule"])
    return pd.DataFrame(
        {
            "What was done": table["level"].map({"quarantine": "Set aside", "warn": "Kept, in doubt", "repair": "Mended"}),
            "Table": table["table"].map(spaced),
            "Rows": [plain(int(value), "", 0) if str(value).isdigit() else value for value in table["rows"]],
            "Why": table["says"],
            "What would put it right": table["remedy"],
        }
    )


def reconciliation(given: Given) -> pd.DataFrame:
    """Return the plans of the last January by the council's own return beside the published census, with what neither explains."""
    own, published = given.dictionary["ehc_plans_january_council_count"], given.dictionary["placements_by_group_percent"]
    mine = given.own(own.name).set_index("category")
    if mine.empty:
        return pd.DataFrame()
    theirs = given.own(published.name, measure="actual")
    theirs = theirs[theirs["time_period"] == mine["time_period"].iloc[0]].set_index("category")["numerator"]
    frame = pd.DataFrame({"own": mine["value"], "shorthand": mine["shorthand"], "published": theirs}).reindex(list(own.categories))
    frame = frame.fillna({"shorthand": "x"})
    absent = "c" if (frame["shorthand"] == "c").any() else "x"
    frame.loc[ALL_PLANS] = {"own": frame["own"].sum(skipna=False), "shorthand": absent, "published": frame["published"].sum()}
    label = period_label(mine["time_period"].iloc[0], own.time_identifier)
    gap = frame["own"] - frame["published"]
    return pd.DataFrame(
        {
            own.filter_hint: [own.categories.get(name, name) for name in frame.index],
            f"Own return, {label}": [
                number(value, own, "" if pd.notna(value) else mark) for value, mark in zip(frame["own"], frame["shorthand"], strict=True)
            ],
            "Published by DfE": plain_all(frame["published"]),
            "Residual": [
                (f"[{mark or 'x'}]" if pd.isna(value) else plain(value, "", 0, signed=True))
                for value, mark in zip(gap, frame["shorthand"], strict=True)
            ],
        }
    )


def withheld(given: Given) -> pd.DataFrame:
    """Return how many figures of the council's own records there are, and how many are withheld, so that no child can be told."""
    table = given.released.register("withheld").reindex(columns=["figures", "withheld"])
    headings = {"figures": "Figures of the council's own records", "withheld": "Withheld"}
    return pd.DataFrame({heading: plain_all(table[name].astype("int64")) for name, heading in headings.items()})


def revisions(given: Given) -> Iterator[Row]:
    """Give what an earlier quarter's pack told otherwise than the council's records tell it now."""
    for row in given.rows("revisions"):
        entry = given.dictionary[row["indicator"]]
        values = {"As told then": "value_then", "As told now": "value_now"}  # in the internal edition only: the difference can be a child
        yield {
            "Measure": entry.label,
            "Category": entry.categories.get(row["category"], "all"),
            "Period": period_label(row["time_period"], entry.time_identifier),
            **{heading: number(float(row[name]), entry) for heading, name in values.items() if name in row},
        }


def sign_off(given: Given) -> Iterator[Row]:
    """Give who signs for the pack, by role, and on which day each has."""
    roles, signed = read_yaml(given.assurance / "roles.yaml", Roles), read_sign_offs(given.assurance)
    days = signed[(signed["quarter"] == str(given.released.quarter)) & (signed["what"] == "pack")].set_index("role")["signed_on"]
    for role in SIGNATURES:
        yield {
            "Signs as": role.capitalize(),
            "Post": getattr(roles, role) or "not yet named",
            "Signed on": day_label(date.fromisoformat(days[role])) if role in days else "not yet signed",
        }


def log(given: Given, name: str) -> pd.DataFrame:
    """Return one of the council's logs (decisions, assumptions) as it stands, without its machine names.

    Raises:
        Refusal: When the file is missing.
    """
    path = given.assurance / f"{name}.csv"
    try:
        table = pd.read_csv(path, dtype="str", keep_default_na=False)
    except (FileNotFoundError, pd.errors.ParserError, pd.errors.EmptyDataError) as mistake:
        raise Refusal(
            f"The log cannot be read ({mistake}).", file=path, remedy="Restore it from git, or quote cells with commas."
        ) from None
    table = table.replace("", "not given")
    return table.rename(columns=lambda heading: spaced(heading).capitalize())


OWN = ("ehc_plans_quarter_count",)  # by which a table about the council's own records tells whether these are invented
TABLES = {
    "sources": Table("Where the figures come from", sources),
    "published_and_computed": Table(
        "Shares that we computed beside the same shares as published, over all areas of this pack", published_and_computed, numeric=True
    ),
    "repairs": Table("What was mended in published files", repairs),
    "oddities": Table("What looks wrong in the figures published for the authority, and was left as published", oddities),
    "own_rows": Table("What the council's own return brought, by table", own_rows, numeric=True, indicators=OWN, register="own_rows"),
    "own_findings": Table(
        "What in the council's own return was mended, doubted or set aside", own_findings, indicators=OWN, register="own_rows"
    ),
    "reconciliation": Table(
        "Plans by the council's own return beside the published census",
        reconciliation,
        numeric=True,
        indicators=("ehc_plans_january_council_count",),
        register="own_rows",
    ),
    "withheld": Table("Figures that are withheld to protect children", withheld, numeric=True, indicators=OWN),
    "revisions": Table("Figures of earlier quarters that the council's records now tell otherwise", revisions, indicators=OWN),
    "sign_off": Table("Who signs for this pack", sign_off),
    "decisions": Table("Decisions that shape this pack", lambda given: log(given, "decisions")),
    "assumptions": Table("Assumptions that this pack rests on", lambda given: log(given, "assumptions")),
}
