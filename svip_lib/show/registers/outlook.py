"""What the outlook rests on: how the method did for all councils, what growth others held, and what it was made from."""

from collections.abc import Iterator

import pandas as pd

from svip_lib.config.assurance import read_switches
from svip_lib.config.periods import ACADEMIC, Quarter, day_label, period_label
from svip_lib.config.result import CARRY_ON, CUMULATIVE, FORECAST, IN_YEAR, TOGETHER
from svip_lib.show import outlook
from svip_lib.show.given import UNVERIFIED, Given, Row, Table
from svip_lib.show.registers.entries import day_cell
from svip_lib.show.words import NO_BREAK, headline, number, plain

BALANCE = "high_needs_balance_gbp"
MONEY_TARGETS = {
    IN_YEAR: "The year's spending stays within what comes in",
    CUMULATIVE: "No deficit is left",
}
KINDS = {
    "mainstream": "mainstream schools",
    "special_state": "state special schools",
    "independent": "independent special schools",
    "further_education": "colleges",
    "other": "other places",
}
AHEAD = {"1": "One year ahead", "2": "Two years ahead", "3": "Three years ahead"}
HEADLINE, NO_SHOCKS = "England's growth", "stock and flow, no shared shocks (from 2021)"


def trial(given: Given) -> pd.DataFrame:
    """Return by how much each way to forecast missed on average, over all councils and Januaries that it was tried on, and its ranges."""
    told = pd.DataFrame(given.rows("backtest"))
    if told.empty:
        return told
    parts = {}
    for column, says, unit in (("error", "mean error", "%"), ("held_80", "8-in-10 range held", " times in 100")):
        rows = told[(told[column] != "") & ((told["method"] == HEADLINE) | (column == "error") | (told["method"] == NO_SHOCKS))]
        wide = rows.pivot(index="method", columns="ahead", values=column).rename(columns=AHEAD)
        for method, cells in wide.sort_values(AHEAD["1"], key=lambda cells: cells.astype(float)).iterrows():
            parts[f"{method[0].upper()}{method[1:]}: {says}"] = cells + unit
    frame = pd.DataFrame(parts).T.reindex(columns=list(AHEAD.values())).astype("object").fillna("[x]")
    frame.insert(0, "Way to forecast", frame.index)
    return frame


def growth(given: Given) -> Iterator[Row]:
    """Give how many councils held the growth of their plans as low as the agreement meant to."""
    for row in given.rows("growth"):
        yield {
            "The plan": f"{row['planned']}% from January {row['planned_from']} to January {row['planned_until']}",
            "Councils that held growth as low": f"{row['as_low']} of {row['councils']}",
            "Over as many years": f"January {row['first']} to January {row['last']}",
        }


def scenarios(given: Given) -> Iterator[Row]:
    """Give what may come in each scenario: from the January in which the plan was made until its end, and from the newest January."""
    plans, mainstream = (given.dictionary[name] for name in outlook.THINGS)
    for start in (outlook.plan_start(given), None):
        period = outlook.last_ahead(given, start)
        if not period:
            continue
        seen = f"January{NO_BREAK}{start}" if start else "the newest January"
        for scenario, says in outlook.SCENARIOS.items():
            name = outlook.named(scenario, start)
            told = [outlook.middle_and_range(given, entry, name, period) for entry in (plans, mainstream)]
            if not told[0] and scenario != CARRY_ON:
                told = ["nothing is agreed for these years", "nothing is agreed for these years"]
            label = period_label(period, plans.time_identifier).replace(" ", NO_BREAK)
            cells = dict(zip(("EHC plans", "In mainstream schools"), told, strict=True))
            yield {"What is done": says, "Seen from": seen, "To": label} | cells
        came = [outlook.counted(given, entry, period) for entry in (plans, mainstream)]
        if start:
            yield {"What is done": "What came", "Seen from": "[z]", "To": label, "EHC plans": came[0], "In mainstream schools": came[1]}


def targets(given: Given) -> Iterator[Row]:
    """Give how likely each target is, or was, to be met in each scenario, and all of them together, from the same futures."""
    told = pd.DataFrame(given.rows("targets"))
    for start in (outlook.plan_start(given), None) if len(told) else ():
        rows = {says: told[told["scenario"] == outlook.named(scenario, start)] for scenario, says in outlook.SCENARIOS.items()}
        for row in rows[outlook.SCENARIOS[CARRY_ON]].drop_duplicates("target", keep="last").itertuples():
            marked = "SYNTHETIC. " if row.origin == "synthetic" else ""
            cells = {}
            for says, there in rows.items():
                same = there[(there["target"] == row.target) & (there["time_period"] == row.time_period)]["chance"]
                cells[says] = outlook.chance_in_words(given, same.iloc[0], start) if len(same) else "nothing is agreed for these years"
            seen = f"January{NO_BREAK}{start}" if start else "the newest January"
            yield {"Target": f"{marked}{_target(given, row)}", "Seen from": seen} | cells


def _target(given: Given, row: tuple) -> str:
    """What a target asks for, and when."""
    if row.target == TOGETHER:
        return "All of these together, each at its last day"
    if row.target not in given.dictionary:
        return f"{MONEY_TARGETS[row.target]}, {_year_end(row.time_period)}"
    entry, when = given.dictionary[row.target], period_label(row.time_period, row.time_identifier)
    plan = given.own(entry.name, measure="plan", time_period=row.time_period)
    value = number(plan["value"].iloc[0], entry)
    return f"No more than {value} plans, {when}" if entry.name == outlook.PLANS else f"At least {value} in mainstream schools, {when}"


def _year_end(period: str) -> str:
    return day_label(Quarter.from_code(period).last_day)


def balances(given: Given) -> Iterator[Row]:
    """Give the balance of each year ahead as things stand, and cumulative, in millions: their middle and range, never to the pound."""
    entry = given.dictionary[BALANCE]
    rows = given.own(BALANCE, measure=FORECAST)
    for scenario, says in outlook.SCENARIOS.items():
        wide = rows[rows["scenario"] == scenario].pivot(index=["time_period", "category"], columns="quantile", values="value")
        for (period, category), row in wide.sort_index(level=[0, 1], ascending=[True, False]).iterrows():
            low, middle, high = (headline(row[quantile], entry) for quantile in (outlook.LOW, outlook.MIDDLE, outlook.HIGH))
            yield {
                "On": _year_end(period),
                "Balance": entry.categories[category],
                "What is done": says,
                "Middle": middle,
                "8 times in 10": f"{low} to {high}",
            }


def balances_basis(given: Given) -> Iterator[Row]:
    """Give what the money ahead rests on."""
    yield from ({"What": row["what"], "Said": row["said"]} for row in given.rows("outlook_money"))


def mitigations(given: Given) -> Iterator[Row]:
    """Give what the agreement states to change a rate, year by year, and how much of it is known to be delivered."""
    for entry in given.agreement.mitigations:
        unit = {"growth": "points of growth", "new_plans": "% of new plans", "places": f"% of children move to {KINDS.get(entry.to)}"}
        changes = "; ".join(f"{period_label(period, ACADEMIC)}: {plain(change, '', 1)}" for period, change in entry.changes.items())
        yield {
            "What is done": entry.text,
            "What it changes": UNVERIFIED if entry.unverified else f"{changes} ({unit[entry.rate]})",
            "Delivered": "no record" if entry.delivered is None else plain(entry.delivered, "%", 0),
            "Where from": f"paragraph {entry.paragraph}, {entry.verified_by or 'read by nobody yet'}",
        }


def needed(given: Given) -> Iterator[Row]:
    """Give what would have to be true, or would have had to be, for what was agreed to be kept: so many children fewer or more."""
    counts = given.own(outlook.PLANS, measure="actual").set_index("time_period")["value"]
    for name in outlook.THINGS:
        entry = given.dictionary[name]
        plan = given.own(name, measure="plan").dropna(subset="value")
        own = given.own(name, measure="actual").dropna(subset="value")
        if plan.empty or own.empty:
            continue
        agreed, when = plan.iloc[-1], period_label(plan["time_period"].iloc[-1], entry.time_identifier)
        came = own[own["time_period"] == agreed["time_period"]]
        newest = (came if len(came) else own).iloc[-1]
        if name == outlook.PLANS:
            gap = newest["value"] - agreed["value"]
            says = f"{plain(abs(gap), '', 0)} plans {'fewer' if gap > 0 else 'more'}"
        else:
            gap = agreed["value"] / 100 * counts[newest["time_period"]] - newest["numerator"]
            says = f"{plain(abs(gap), '', 0)} {'more children' if gap > 0 else 'children fewer'} in mainstream schools"
        yield {
            "Agreed": f"{entry.label}: {number(agreed['value'], entry)}, {when}",
            "Counted": f"{number(newest['value'], entry)}, {period_label(newest['time_period'], entry.time_identifier)}",
            "For it to be kept": f"there {'would have had to be' if len(came) else 'would have to be'} {says}",
        }


def switches(given: Given) -> Iterator[Row]:
    """Give each change of policy that somebody has named, and whether it is switched on."""
    for switch in read_switches(given.assurance):
        changes = [f"{plain(switch.growth, '', 1, signed=True)} points of growth a year"] if switch.growth else []
        changes += [f"ranges as wide as a spread of {switch.spread:g}% makes them"] if switch.spread else []
        yield {
            "Change": switch.says,
            "From": f"January{NO_BREAK}{switch.january}",
            "What it does": "; ".join(changes) or "nothing",
            "Switched on": f"yes, by the {switch.author}" if switch.in_force(given.released.as_at) else "no",
            "No longer than": day_cell(switch.valid_until.isoformat()),
        }


def score(given: Given) -> list[str]:
    """Return the score of published forecasts in a sentence: how many held, and whether they were too high or too low."""
    rows = list(ledger(given))
    if not rows:
        return []
    held = sum(row["Was it in the range?"] == "yes" for row in rows)
    low = sum(row["More or fewer than the middle"].startswith("+") for row in rows)
    return [f"Of {len(rows)} published forecasts {held} held their 8-in-10 range. What came was above the middle of {low} of them."]


def basis(given: Given) -> Iterator[Row]:
    """Give what the outlook was made from, and whether its figures add up."""
    for what, said in outlook.basis(given).items():
        yield {"What": what, "Said": said}


def ledger(given: Given) -> Iterator[Row]:
    """Give each published forecast whose January has been counted since, what came, and by how much its middle was off."""
    for row in given.rows("ledger"):
        entry = given.dictionary[row["indicator"]]
        own = given.own(entry.name, measure="actual", category=row["category"], time_period=row["time_period"])
        came, middle, low, high = own["value"].dropna(), *(float(row[name]) for name in ("middle", "low", "high"))
        if len(came):
            off = came.iloc[0] - middle
            yield {
                "Published with": row["quarter"],
                "Measure": f"{entry.label}: {entry.categories[row['category']]}" if row["category"] else entry.label,
                "For": period_label(row["time_period"], entry.time_identifier),
                "8 times in 10": f"{number(low, entry)} to {number(high, entry)}",
                "What came": number(came.iloc[0], entry),
                "More or fewer than the middle": plain(off, entry.indicator_unit, entry.indicator_dp, signed=True),
                "Was it in the range?": "yes" if low <= came.iloc[0] <= high else "no",
            }


TABLES = {
    "outlook_looked_back": Table(
        "What the same method would have said, with what was known then",
        lambda given: outlook.looked_back(given, given.dictionary[outlook.PLANS]),
    ),
    "outlook_scenarios": Table("What may come, by what is done", scenarios, said=outlook.doubts),
    "outlook_targets": Table("How likely each target is to be met, or was", targets),
    "outlook_mitigations": Table("What the agreement states to change, year by year", mitigations),
    "outlook_needed": Table("What would have to be true", needed),
    "outlook_balances": Table("Balance of high needs in the years ahead", balances, register="outlook_money", said=outlook.doubts),
    "outlook_balances_basis": Table("What the balances ahead rest on", balances_basis, register="outlook_money"),
    "outlook_switches": Table("Changes of policy that no forecast can see", switches),
    "outlook_trial": Table("The ways to forecast, tried on every council from 2018 on", trial, numeric=True),
    "outlook_growth": Table("How many councils held growth as low as the plan meant to", growth),
    "outlook_ledger": Table("Published forecasts, and what came", ledger, said=score),
    "outlook_under_way": Table(
        "What is already under way, to tens, and not tried on the past", outlook.parts_under_way, numeric=True, register="under_way"
    ),
    "outlook_basis": Table("What the outlook is made from", basis),
}
