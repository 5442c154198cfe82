"""The tables of words that the pack prints: sources, findings, what is unverified, and how computed and published figures compare."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from svip_lib.config.agreement import Agreement, Amount
from svip_lib.config.assurance import SIGNATURES, read_sign_offs
from svip_lib.config.authority import Authority, Roles
from svip_lib.config.periods import Quarter, day_label, january_of, period_label
from svip_lib.config.refusal import Refusal
from svip_lib.config.registry import Indicator, dictionary_rows
from svip_lib.config.yaml_file import read_yaml
from svip_lib.disclosure.released import Released
from svip_lib.show import money
from svip_lib.show.words import is_synthetic, number, plain

UNVERIFIED = "[unverified]"
# What the entries of each list of the agreement are called.
TRACKED = {
    "trajectories": "planned path",
    "amounts": "amount",
    "priorities": "priority",
    "milestones": "milestone",
    "recommendations": "recommendation",
    "risks": "risk",
    "consequences": "consequence",
    "governance": "body",
    "kpis": "performance indicator",
    "conditions": "condition",
    "findings": "finding",
}
ALL_PLANS = "All plans"
ROWS = {"rows_in": "Rows in", "clean": "Clean", "quarantined": "Set aside"}


def sources(released: Released, used: set[str] | None = None) -> pd.DataFrame:
    """Return one row a source: what it is, who published it, and from when it could be known.

    Args:
        released: The released figures.
        used: The sources that are wanted; all of them, if none are named.
    """
    table = released.registers["sources"]
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


def published_and_computed(released: Released, dictionary: dict[str, Indicator]) -> pd.DataFrame:
    """Return one row an indicator: how often our share equals the published one when both are rounded as published.

    Returns:
        Text: the indicator, the number of figures compared, how many differ, and the largest difference in points.
    """
    rows = released.rows[(released.rows["origin"] == "published") & (released.rows["area"] != released.area("neighbours"))]
    key = ["indicator", "area", "category", "time_period"]
    both = (
        rows.pivot_table(index=key, columns="measure", values="value", observed=True)
        .reindex(columns=["actual", "published"])
        .dropna()
        .reset_index()
    )
    decimals = both["indicator"].map({name: entry.indicator_dp for name, entry in dictionary.items()})
    places = 10.0**decimals
    # Half a unit of the last printed digit, and a little for the way in which computers hold decimals.
    both["differs"] = (both["actual"] - both["published"]).abs() > 0.5 / places + 1e-9
    both["gap"] = (both["actual"] - both["published"]).abs()
    told = both.groupby("indicator", sort=False).agg(compared=("differs", "size"), differ=("differs", "sum"), gap=("gap", "max"))
    told = told.reindex([name for name in dictionary if name in told.index])
    return pd.DataFrame(
        {
            "Indicator": [dictionary[name].label for name in told.index],
            "Figures compared": [plain(value, "", 0) for value in told["compared"]],
            "Differ after rounding": [plain(value, "", 0) for value in told["differ"]],
            "Largest difference": [plain(value, "", 2) for value in told["gap"]],
        }
    )


def table_3(released: Released, dictionary: dict[str, Indicator]) -> pd.DataFrame:
    """Return the plan's Table 3 and, beside it, the published shares that come closest to it; no difference is formed.

    Returns:
        Text: a row a kind of place, and for each January of the plan what was planned and the closest actual.
    """
    plan, closest = dictionary["placements_table_3_percent"], dictionary["placements_closest_to_table_3_percent"]
    planned = released.select(plan.name, measure="plan", area=released.area("authority"))
    if planned.empty:
        return pd.DataFrame()
    actual = released.select(closest.name, measure="actual", area=released.area("authority"))
    frame = pd.DataFrame({plan.filter_hint: list(plan.categories.values())}, index=list(plan.categories))
    for period in sorted(planned["time_period"].unique()):
        label = period_label(period, plan.time_identifier)
        for heading, rows, entry in ((f"{label}, plan", planned, plan), (f"{label}, closest", actual, closest)):
            cells = rows[rows["time_period"] == period].set_index("category")["value"].reindex(frame.index)
            frame[heading] = [number(value, entry, "x" if pd.isna(value) else "") for value in cells]
    return frame


def table_3_quarters(released: Released, dictionary: dict[str, Indicator]) -> pd.DataFrame:
    """Return the plan's Table 3 and the council's own quarters by its kinds of place, in the order of time; no difference is formed.

    Returns:
        Text: a row a January of the plan and a last day of a quarter, each on a base of its own.
    """
    plan, own = dictionary["placements_table_3_percent"], dictionary["placements_by_table_3_quarter_percent"]
    planned = released.select(plan.name, measure="plan", area=released.area("authority"))
    counted = released.select(own.name, measure="actual", area=released.area("authority"))
    if counted.empty:
        return pd.DataFrame()
    says_own = "SYNTHETIC" if is_synthetic(released, own) else "own records"
    januaries = {period: date(january_of(period), 1, 31) for period in planned["time_period"]}
    last_days = {code: Quarter.from_code(code).last_day for code in counted["time_period"]}
    parts = []
    for rows, days, says, absent in ((planned, januaries, "plan", "[x]"), (counted, last_days, says_own, "[z]")):
        cells = [number(value, own, mark) for value, mark in zip(rows["value"], rows["shorthand"], strict=True)]
        told = rows.assign(cell=cells, day=rows["time_period"].map(days), says=says)
        wide = told.pivot(index=["day", "says"], columns="category", values="cell").reindex(columns=list(plan.categories))
        parts.append(wide.astype("object").fillna(absent))
    frame = pd.concat(parts).sort_index().rename(columns=plan.categories)
    when = [f"{f'{day:%B %Y}' if says == 'plan' else day_label(day)}, {says}" for day, says in frame.index]
    frame.insert(0, "When", when)
    return frame


def neighbours_by_group(released: Released, dictionary: dict[str, Indicator], authority: Authority, day: date) -> pd.DataFrame:
    """Return the authority, its neighbours, its region and England by DfE's groups of places, each in per cent of all its plans.

    Args:
        released: The released figures.
        dictionary: The indicators.
        authority: The council, which knows its neighbours by date.
        day: The neighbours are those of this day, and the January is the newest before it that at least half of them have.

    Returns:
        Text: a row an area, with the number of plans that is the base of its shares.
    """
    entry = dictionary["placements_by_group_percent"]
    rows = released.select(entry.name, measure="actual")
    if all(known.in_force_from > day for known in authority.neighbour_sets):
        return pd.DataFrame()
    members = released.areas.loc[released.areas["la_code"].isin(authority.neighbours_in_force(day).la_codes), "area"]
    known = rows[rows["area"].isin(members) & rows["value"].notna()].groupby("time_period")["area"].nunique()
    periods = [period for period in known.index if 2 * known[period] >= len(members) and january_of(period) <= day.year]
    if not periods:
        return pd.DataFrame()
    here = rows[rows["time_period"] == periods[-1]]
    shares = here.pivot(index="area", columns="category", values="value").reindex(columns=list(entry.categories))
    near = shares.reindex(members).sort_values(shares.columns[0], ascending=False)
    mean = near.mean().rename(f"Neighbours, mean of {known[periods[-1]]}").to_frame().T
    others = [shares.reindex([released.area(role)]) for role in ("region", "England")]
    table = pd.concat([shares.reindex([released.area("authority")]), near, mean, *others])
    plans = here.groupby("area")["denominator"].max()
    bases = ["[x]" if pd.isna(value) else plain(value, "", 0) for value in plans.reindex(table.index)]
    names = released.areas.set_index("area")["area_name"]
    frame = pd.DataFrame({f"Area, {period_label(periods[-1], entry.time_identifier)}": [names.get(area, area) for area in table.index]})
    frame["All plans"] = ["[z]" if area in mean.index else base for area, base in zip(table.index, bases, strict=True)]
    for category, heading in entry.categories.items():
        frame[heading] = [number(value, entry, "x" if pd.isna(value) else "") for value in table[category]]
    return frame


def repairs(released: Released) -> pd.DataFrame:
    """Return what was mended in the published files on the way in, for the areas of this pack."""
    table = released.registers["repairs"]
    names = released.areas.set_index("area")["area_name"]
    return pd.DataFrame(
        {
            "Table": table["table"].map(_spaced),
            "Area": table["area_code"].map(names).fillna("all"),
            "Period": table["time_period"].replace("", "all"),
            "Column": table["column"],
            "Was": table["was"],
            "Now": table["now"],
            "Rule": table["rule"].map(_spaced),
        }
    )


def oddities(released: Released) -> pd.DataFrame:
    """Return what in the published figures of the authority looks wrong and was left as published."""
    table = released.registers["findings"]
    table = table[table["area_code"] == released.area("authority")]
    return pd.DataFrame(
        {
            "Table": table["table"].map(_spaced),
            "Period": table["time_period"],
            "Column": table["column"],
            "Value": table["value"],
            "Why it is listed": table["rule"].map(_spaced),
        }
    )


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def own_rows(released: Released) -> pd.DataFrame:
    """Return what the council's own return brought: for each of its tables the rows that came in, are clean and were set aside."""
    table = released.registers["own_rows"]
    if table.empty:
        return table
    frame = pd.DataFrame({"Table": [*table["table"].map(_spaced), "all tables"]})
    for name, heading in ROWS.items():
        counts = pd.to_numeric(table[name], errors="coerce")  # the number of few rows is withheld
        frame[heading] = ["[c]" if pd.isna(value) else plain(value, "", 0) for value in [*counts, counts.sum(skipna=False)]]
    return frame


def own_findings(released: Released) -> pd.DataFrame:
    """Return what in the council's own return was mended, doubted and set aside, by rule, with what would put it right."""
    table = released.registers["own_findings"]
    table = table.assign(order=table["level"].map({"quarantine": 0, "warn": 1, "repair": 2})).sort_values(["order", "table", "rule"])
    return pd.DataFrame(
        {
            "What was done": table["level"].map({"quarantine": "Set aside", "warn": "Kept, in doubt", "repair": "Mended"}),
            "Table": table["table"].map(_spaced),
            "Rows": [plain(int(value), "", 0) if str(value).isdigit() else value for value in table["rows"]],
            "Why": table["says"],
            "What would put it right": table["remedy"],
        }
    )


def withheld(released: Released) -> pd.DataFrame:
    """Return how many figures of the council's own records there are, and how many are withheld, so that no child can be told."""
    table = released.registers.get("withheld", pd.DataFrame(columns=["figures", "withheld"]))
    headings = {"figures": "Figures of the council's own records", "withheld": "Withheld"}
    return pd.DataFrame({heading: [plain(int(value), "", 0) for value in table[name]] for name, heading in headings.items()})


def revisions(released: Released, dictionary: dict[str, Indicator]) -> pd.DataFrame:
    """Return what an earlier quarter's pack told otherwise than the council's records tell it now."""
    table = released.registers["revisions"]
    entries = [dictionary[name] for name in table["indicator"]]
    frame = pd.DataFrame(
        {
            "Measure": [entry.label for entry in entries],
            "Category": [entry.categories.get(name, "all") for entry, name in zip(entries, table["category"], strict=True)],
            "Period": [period_label(name, entry.time_identifier) for entry, name in zip(entries, table["time_period"], strict=True)],
        }
    )
    for name, heading in (("value_then", "As told then"), ("value_now", "As told now")):
        if name in table:  # in the internal edition only: the difference can be a child
            frame[heading] = [number(float(value), entry) for value, entry in zip(table[name], entries, strict=True)]
    return frame


def reconciliation(released: Released, dictionary: dict[str, Indicator]) -> pd.DataFrame:
    """Return the plans of the last January by the council's own return beside the published census, with what neither explains."""
    own, published = dictionary["ehc_plans_january_council_count"], dictionary["placements_by_group_percent"]
    mine = released.select(own.name, area=released.area("authority")).set_index("category")
    if mine.empty:
        return pd.DataFrame()
    theirs = released.select(published.name, area=released.area("authority"), measure="actual")
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
            "Published by DfE": ["[x]" if pd.isna(value) else plain(value, "", 0) for value in frame["published"]],
            "Residual": [
                (f"[{mark or 'x'}]" if pd.isna(value) else plain(value, "", 0, signed=True))
                for value, mark in zip(gap, frame["shorthand"], strict=True)
            ],
        }
    )


def plans_beside_pupils(released: Released, dictionary: dict[str, Indicator]) -> pd.DataFrame:
    """Return whose plans they are by sex and by ethnic group, as shares of all plans, beside the shares of all pupils."""
    pupils, plans = dictionary["pupils_by_group_percent"], dictionary["ehc_plans_quarter_count"]
    whole = released.select(plans.name, area=released.area("authority")).tail(1)
    if whole["value"].isna().all():
        return pd.DataFrame()
    now = {"area": released.area("authority"), "time_period": whole["time_period"].iloc[0]}
    mine = pd.concat([released.select(f"ehc_plans_by_{name}_quarter_count", **now) for name in ("sex", "ethnicity")])
    mine = mine.set_index("category").reindex([name for name in pupils.categories if name in set(mine["category"])])
    theirs = released.select(pupils.name, **now).set_index("category")["value"].reindex(mine.index)
    shares, mark = 100 * mine["value"] / whole["value"].iloc[0], ", SYNTHETIC" if is_synthetic(released, plans) else ""
    cells = [(plans, mine["value"]), (pupils, shares)]
    counts, of_plans = ([number(value, entry, why) for value, why in zip(told, mine["shorthand"], strict=True)] for entry, told in cells)
    return pd.DataFrame(
        {
            pupils.filter_hint: mine.index.map(pupils.categories),
            f"Plans on {day_label(Quarter.from_code(now['time_period']).last_day)}{mark}": counts,
            f"Of all plans{mark}": of_plans,
            f"Of all pupils{mark}": ["not supplied" if pd.isna(share) else number(share, pupils) for share in theirs],
        }
    )


def report_findings(agreement: Agreement) -> pd.DataFrame:
    """Return the slips and gaps of the council's own report, with what follows from each."""
    entries = agreement.findings
    return pd.DataFrame(
        {
            "Paragraph": [entry.paragraph or "whole report" for entry in entries],
            "The report says": [entry.text for entry in entries],
            "We found": [entry.found for entry in entries],
            "So": [entry.consequence for entry in entries],
        }
    )


def report_map(path: Path, agreement: Agreement, dictionary: dict[str, Indicator]) -> pd.DataFrame:
    """Return where this pack tracks each paragraph of the council's report, or why it does not; nothing where a council has no such map.

    Raises:
        Refusal: When a row names what is neither an indicator nor an entry of the agreement, or says both or neither of the two.
    """
    if not path.is_file():
        return pd.DataFrame()
    names = {
        entry.id: f"{TRACKED.get(place[0], place[0])} \N{LEFT SINGLE QUOTATION MARK}{_spaced(entry.id)}\N{RIGHT SINGLE QUOTATION MARK}"
        for place, entry in agreement.entries()
    }
    names |= {name: entry.label for name, entry in dictionary.items()}
    rows = []
    for line, row in dictionary_rows(path, "paragraph", "says", "section", "tracked_by", "not_tracked_because"):
        tracked, why = row["tracked_by"].split("|") if row["tracked_by"] else [], row["not_tracked_because"]
        told = {"file": path, "line": line, "column": "tracked_by"}
        if bool(tracked) == bool(why):
            raise Refusal("A paragraph is either tracked or not.", **told, remedy="Fill exactly one of tracked_by and not_tracked_because.")
        if lost := [name for name in tracked if name not in names]:
            remedy = "Name indicators of data/dictionary/indicators.csv and ids of agreement.yaml, with | between them."
            raise Refusal(f"'{lost[0]}' is neither an indicator nor an entry of the agreement.", **told, remedy=remedy)
        sections = ", ".join(name[:2] for name in row["section"].split("|")) if tracked else "none"
        rows.append((row["paragraph"], row["says"], sections, "; ".join(names[name] for name in tracked) or f"not tracked: {why}"))
    return pd.DataFrame(rows, columns=["Paragraph", "It says", "Section", "Tracked by"])


def unverified(agreement: Agreement) -> pd.DataFrame:
    """Return every entry of the agreement that nobody has verified; its value is not told, if it has one."""
    found = agreement.unverified()
    return pd.DataFrame(
        {"Entry": [text for _, _, text in found], "Kind": [kind.replace("_", " ") for kind, _, _ in found], "Value": UNVERIFIED}
    )


def amounts(agreement: Agreement) -> pd.DataFrame:
    """Return the sums of money that the agreement names; an unknown one stands without a value."""
    entries = [entry for entry in agreement.amounts if (entry.unit or "").startswith("£") and not entry.superseded_by]
    entries = [entry for entry in entries if entry.kind != "national rule"]  # no part of what was agreed
    return pd.DataFrame(
        {
            "Amount": [entry.text for entry in entries],
            "Period": [entry.period.label if entry.period else "not stated" for entry in entries],
            "Value": [amount_text(entry) for entry in entries],
            "Paragraph": [entry.paragraph or "not in the report" for entry in entries],
        }
    )


def amounts_stated(agreement: Agreement) -> pd.DataFrame:
    """Return the sums of money that the agreement states; those that nobody knows are counted in one last row."""
    table = amounts(agreement)
    unknown = table["Value"] == UNVERIFIED
    rest = {
        "Amount": f"Further sums that nobody has confirmed: {unknown.sum()}",
        "Period": "several",
        "Value": UNVERIFIED,
        "Paragraph": "several",
    }
    return pd.concat([table[~unknown], pd.DataFrame([rest])], ignore_index=True) if unknown.any() else table


def sign_off(folder: Path, quarter: Quarter) -> pd.DataFrame:
    """Return who signs for the pack, by role, and on which day each has."""
    roles, signed = read_yaml(folder / "roles.yaml", Roles), read_sign_offs(folder)
    days = signed[(signed["quarter"] == str(quarter)) & (signed["what"] == "pack")].set_index("role")["signed_on"]
    return pd.DataFrame(
        {
            "Signs as": [role.capitalize() for role in SIGNATURES],
            "Post": [getattr(roles, role) or "not yet named" for role in SIGNATURES],
            "Signed on": [day_label(date.fromisoformat(days[role])) if role in days else "not yet signed" for role in SIGNATURES],
        }
    )


def assurance(path: Path) -> pd.DataFrame:
    """Return one of the council's logs (decisions, assumptions) as it stands, without its machine names.

    Raises:
        Refusal: When the file is missing.
    """
    try:
        table = pd.read_csv(path, dtype="str", keep_default_na=False)
    except (FileNotFoundError, pd.errors.ParserError, pd.errors.EmptyDataError) as mistake:
        raise Refusal(
            f"The log cannot be read ({mistake}).", file=path, remedy="Restore it from git, or quote cells with commas."
        ) from None
    table = table.replace("", "not given")
    return table.rename(columns=lambda name: name.replace("_", " ").capitalize())


def amount_text(entry: Amount) -> str:
    """Return an amount as it is printed in its source, or the word that says that nobody has verified it."""
    if entry.value is None or entry.unverified:
        return UNVERIFIED
    return entry.label or (f"£{entry.value:,.1f}m" if entry.unit == "£m" else plain(entry.value, "£", 0))


@dataclass(frozen=True)
class Given:
    """What the tables are made of: released figures, the agreement as known, the dictionary, the council's logs and its own file."""

    released: Released
    agreement: Agreement
    dictionary: dict[str, Indicator]
    assurance: Path
    authority: Authority

    @property
    def report_day(self) -> date:
        """The day of the paper that the plan stands in; without a plan, the first of all days."""
        days = self.released.rows.loc[self.released.rows["measure"] == "plan", "as_at"]
        return date.fromisoformat(days.min()) if len(days) else date.min


# Every table that a notebook can ask for: its caption, and how it is made.
TABLES: dict[str, tuple[str, Callable[[Given], pd.DataFrame]]] = {
    "table_3": (
        "What the plan's own table of placements projects, and the published shares that come closest to it (unconfirmed)",
        lambda given: table_3(given.released, given.dictionary),
    ),
    "table_3_quarters": (
        "Table 3 as planned, on its own base, which is not known; and by the council's records, on all plans less further education"
        " and placement not recorded (closest, and unconfirmed)",
        lambda given: table_3_quarters(given.released, given.dictionary),
    ),
    "neighbours_by_group": (
        "Today's neighbours by kind of place, in per cent of each authority's plans",
        lambda given: neighbours_by_group(given.released, given.dictionary, given.authority, given.released.as_at),
    ),
    "neighbours_by_group_then": (
        "The neighbours when the plan was written by kind of place, in per cent of each authority's plans",
        lambda given: neighbours_by_group(given.released, given.dictionary, given.authority, given.report_day),
    ),
    "sources": ("Where the figures come from", lambda given: sources(given.released)),
    "published_and_computed": (
        "Shares that we computed beside the same shares as published, over all areas of this pack",
        lambda given: published_and_computed(given.released, given.dictionary),
    ),
    "repairs": ("What was mended in published files", lambda given: repairs(given.released)),
    "oddities": (
        "What looks wrong in the figures published for the authority, and was left as published",
        lambda given: oddities(given.released),
    ),
    "own_rows": ("What the council's own return brought, by table", lambda given: own_rows(given.released)),
    "own_findings": ("What in the council's own return was mended, doubted or set aside", lambda given: own_findings(given.released)),
    "reconciliation": (
        "Plans by the council's own return beside the published census",
        lambda given: reconciliation(given.released, given.dictionary),
    ),
    "plans_beside_pupils": (
        "Plans by sex and by ethnic group, beside all pupils of schools in the area",
        lambda given: plans_beside_pupils(given.released, given.dictionary),
    ),
    "withheld": ("Figures that are withheld to protect children", lambda given: withheld(given.released)),
    "revisions": (
        "Figures of earlier quarters that the council's records now tell otherwise",
        lambda given: revisions(given.released, given.dictionary),
    ),
    "report_findings": ("Slips and gaps in the council's report", lambda given: report_findings(given.agreement)),
    "report_map": (
        "Where each paragraph of the council's report is tracked",
        lambda given: report_map(given.assurance.parent / "report_map.csv", given.agreement, given.dictionary),
    ),
    "unverified": ("What nobody has verified", lambda given: unverified(given.agreement)),
    "amounts": ("The money that the agreement names", lambda given: amounts(given.agreement)),
    "amounts_stated": ("The money that the council's report states", lambda given: amounts_stated(given.agreement)),
    "sign_off": ("Who signs for this pack", lambda given: sign_off(given.assurance, given.released.quarter)),
    "block": ("The high needs block before and after what goes to academies directly", lambda given: money.block(given.released)),
    "income": ("What comes in for high needs", lambda given: money.ledger(given.released, given.dictionary, "high_needs_income_gbp")),
    "ledger": (
        "High needs spending by kind of place",
        lambda given: money.ledger(given.released, given.dictionary, "high_needs_ledger_gbp"),
    ),
    "ledger_by_line": (
        "High needs spending by line of the Section 251 return",
        lambda given: money.ledger(given.released, given.dictionary, "high_needs_ledger_by_line_gbp"),
    ),
    "variance_by_category": (
        "Why spending differs from its budget, by kind of place",
        lambda given: money.variance_by_category(given.released, given.dictionary),
    ),
    "variance_by_need": (
        "What number and mix of places add to spending, by main type of need",
        lambda given: money.variance_by_need(given.released, given.dictionary),
    ),
    "variance_by_category_and_need": (
        "Why spending differs from its budget, down to kind of place and need",
        lambda given: money.variance_by_category_and_need(given.released, given.dictionary),
    ),
    "placement_years": (
        "Places in full-time-equivalent years and what each costs",
        lambda given: money.placement_years(given.released, given.dictionary),
    ),
    "independent_three_ways": (
        "Independent places counted three ways, with their money",
        lambda given: money.independent_three_ways(given.released, given.dictionary),
    ),
    "alternative_provision": (
        "Spending on alternative provision, beside the amount proposed as its cap",
        lambda given: money.alternative_provision(given.released, given.dictionary, given.agreement),
    ),
    "funding": ("Who pays for bought placements, in a full year", lambda given: money.funding(given.released, given.dictionary)),
    "cost_centres": ("What each line of the ledger is told as", lambda given: money.cost_centres(given.released, given.dictionary)),
    "decisions": ("Decisions that shape this pack", lambda given: assurance(given.assurance / "decisions.csv")),
    "assumptions": ("Assumptions that this pack rests on", lambda given: assurance(given.assurance / "assumptions.csv")),
}
# The indicators that a table shows beside each other.
INDICATORS = {
    "table_3": ("placements_table_3_percent", "placements_closest_to_table_3_percent"),
    "table_3_quarters": ("placements_by_table_3_quarter_percent",),
    "neighbours_by_group": ("placements_by_group_percent",),
    "neighbours_by_group_then": ("placements_by_group_percent",),
    "reconciliation": ("ehc_plans_january_council_count",),
    "plans_beside_pupils": ("pupils_by_group_percent",),
    "block": ("high_needs_block_net_gbp",),
}
# Those of the ledger, what its budget was built on, and bought placements.
OF_MONEY = {
    "income": ("high_needs_income_gbp",),
    "ledger": ("high_needs_ledger_gbp",),
    "ledger_by_line": ("high_needs_ledger_by_line_gbp",),
    "variance_by_category": ("variance_by_category_gbp",),
    "variance_by_need": ("variance_by_need_gbp", "placement_years_by_need_fte"),
    "variance_by_category_and_need": ("variance_by_category_and_need_gbp",),
    "placement_years": ("placement_years_fte", "placement_unit_cost_gbp"),
    "independent_three_ways": ("independent_placements_quarter_count", "bought_placements_count", "bought_placements_gbp"),
    "alternative_provision": ("alternative_provision_gbp",),
    "funding": ("placements_by_funding_count", "placements_by_funding_gbp"),
}
INDICATORS |= OF_MONEY
# Of what a council supplies.
OF_OWN_RECORDS = ("own_rows", "own_findings", "reconciliation", "table_3_quarters", "plans_beside_pupils", *OF_MONEY)
OF_NUMBERS = (
    "published_and_computed",
    "table_3",
    "table_3_quarters",
    "neighbours_by_group",
    "neighbours_by_group_then",
    "own_rows",
    "reconciliation",
    "plans_beside_pupils",
    "withheld",
    "block",
    *OF_MONEY,
)
