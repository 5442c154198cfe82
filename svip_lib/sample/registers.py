"""Synthetic registers beside a synthetic return, of one quarter: ledger, costs, budget, places, milestones, risks, conditions, pupils.

Costs are of the children of the return, by their invented numbers; places are those of its invented schools; milestones and risks are
worded as the council's public papers word them. Every date, sum and status is invented, and every file says so in its first row.
"""

import csv
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd

from svip_lib.config.agreement import Agreement, read_agreement
from svip_lib.config.cost_centres import INDEPENDENT_AP
from svip_lib.config.fields import Field
from svip_lib.config.periods import Quarter
from svip_lib.config.project import Project
from svip_lib.config.refusal import Refusal
from svip_lib.intake.open import read_csv_text
from svip_lib.intake.values import parse_money
from svip_lib.sample.defects import Defect
from svip_lib.sample.kinds import Kind
from svip_lib.sample.register_kinds import REGISTER_DEFECTS
from svip_lib.sample.shapes import save_book
from svip_lib.sample.targets import FLOWS, GROUPS, NEEDS, shares

# Budget lines with what they cost in 2021-22, in pounds. Source: Section 251 outturn 2021-22 of Medway, for the top-ups together, and
# for independent providers, alternative provision, hospital education and therapies. Assumed: every other line, and all splits.
# `pays` names the kinds of placement whose costs the line carries; its forecast is what they come to in the year. `item` is what the
# line is told as; the shipped cost_centres.csv says the same.
LINES = pd.read_csv(
    StringIO("""\
group,cost_centre,cost_centre_name,account,account_name,s251_line,weight,pays,item
Places,04110,Special school places,31010,Place funding,1.0.2,1150000,,state_special
Places,04111,Resourced provision places,31010,Place funding,1.0.2,610000,,resourced_provision_or_sen_unit
Places,04112,Pupil referral unit places,31010,Place funding,1.0.2,240000,,hospital_or_alternative_provision
Top-ups and fees,04120,Top-up mainstream schools,31020,Top-up funding,1.2.1,1210000,,mainstream
Top-ups and fees,04121,Top-up special schools,31020,Top-up funding,1.2.1,3054648,,state_special
Top-ups and fees,04122,Top-up mainstream academies,31020,Top-up funding,1.2.2,2500000,,mainstream
Top-ups and fees,04123,Top-up special academies,31020,Top-up funding,1.2.2,6700000,,state_special
Top-ups and fees,04124,Top-up further education,31020,Top-up funding,1.2.2,1500000,,post_16
Top-ups and fees,04130,Independent special schools,32010,Day fees,1.2.3,14200000,E_INSS Day|E_OINS Day,nmss_or_independent
Top-ups and fees,04130,Independent special schools,32020,Residential fees,1.2.3,1449430,E_INSS Residential,nmss_or_independent
Top-ups and fees,04131,Non-maintained special,32010,Day fees,1.2.3,750000,E_NMSS Day|E_NMSS Residential,nmss_or_independent
Top-ups and fees,04132,Specialist post-16,32010,Day fees,1.2.3,3250000,SPI Day|SPI Residential,post_16
Services,04140,Alternative provision,32030,Commissioned places,1.2.7,418082,,hospital_or_alternative_provision
Services,04140,Alternative provision,32040,Independent providers,1.2.7,150000,,independent_alternative_provision
Services,04150,Hospital education,32030,Commissioned places,1.2.6,558151,,hospital_or_alternative_provision
Services,04160,SEN support service,11010,Salaries,1.2.5,780000,,services
Services,04160,SEN support service,21010,Supplies,1.2.5,90000,,services
Services,04161,Sensory support,11010,Salaries,1.2.5,410000,,services
Services,04162,Therapies,33010,Health contracts,1.2.13,198000,,services
Services,04163,Support for inclusion,11010,Salaries,1.2.8,330000,,services
Services,04164,Personal budgets,34010,Direct payments,1.2.11,60000,,other
"""),
    dtype="str",
    keep_default_na=False,
).astype({"weight": int})
OVER = 0.07  # by how much forecasts are above the budget: assumed
# What comes in, and what was brought forward, in pounds. All invented, and the same digit throughout so that nobody takes one for a fact:
# no such sum was agreed or paid. The grant is what spending is budgeted at; health and social care pay what the placements say.
INCOME = pd.read_csv(
    StringIO("""\
cost_centre,cost_centre_name,account,account_name,s251_line,amount,item
04190,High needs grant,80010,Grant,,0,grant
04191,Transfer from schools block,80020,Transfer,,-555000,block_transfer
04192,Council contribution,80030,Transfer,,-222000,council_contribution
04193,Health contributions,80040,Contribution,,-444000,health_contribution
04193,Social care contributions,80050,Contribution,,-333000,social_care_contribution
04194,Payment by the department,80060,Grant,,-1111000,dfe_payment
04199,Deficit brought forward,90010,Reserve,1.9.3,7777000,brought_forward
"""),
    dtype="str",
    keep_default_na=False,
).astype({"amount": int})
# The places that the budget was built on: how many for each plan of the year's end, and what a need costs beside others. Assumed.
PLANNED, DEAR = 0.75, {"PMLD": 1.4, "MSI": 1.4, "SLD": 1.2, "ASD": 1.1, "SEMH": 1.1, "MLD": 0.8, "SPLD": 0.7}
CATEGORIES = {
    "mainstream": ["mainstream_la_maintained", "mainstream_academy", "mainstream_free_school"],
    "resourced_provision_or_sen_unit": ["mainstream_la_maintained_senunit", "mainstream_academy_senunit"],
    "state_special": ["special_la_maintained", "special_academy_free"],
    "nmss_or_independent": ["special_independent", "special_non_maintained", "mainstream_independent"],
    "hospital_or_alternative_provision": ["ap_pru_academy"],
    "post_16": ["general_fe_tertiary_colleges", "specialist_post_16_institutions"],
    "other": [
        "elective_home_education",
        "other_arrangements_la",
        "other_placement_settings",
        "neet",
        "nm_early_years",
        "placement_unknown",
    ],
}
# What a placement costs a year in pounds, by the GIAS type of its provider, and the type that the register writes. Assumed, so that
# the children of January 2025 come to what independent providers cost in 2021-22, raised as the high needs block rose.
PROVIDERS = pd.DataFrame(
    [("10", "E_INSS", 57_000), ("8", "E_NMSS", 52_000), ("11", "E_OINS", 24_000), ("32", "SPI", 31_000)],
    columns=["type_code", "placement_type", "cost"],
)
BOARDING = 2.4  # times the cost of a day placement
SPLITS = {"Day": ("100", "0", "0"), "Shared": ("80", "12", "8"), "Residential": ("50", "20", "30")}
SHARED = 12  # one day placement in so many is paid for together with health and social care: assumed
# Kinds of place by the GIAS type of the school, and the place funding of each; schools listed with a unit have places in it alone.
PLACE_TYPES = {"7": "special", "12": "special", "44": "special", "36": "special", "33": "special", "42": "ap", "18": "college"}
RATES = {"special": 10_000, "ap": 10_000, "unit": 6_000, "college": 6_000}
FILLED, ELSEWHERE, AGE_OF_POST_16 = 0.95, 0.06, 16  # of the places, of the pupils: assumed
PER_PLACE = 40_000  # pounds of capital a new place: assumed
# Pupils for each plan, and how many in a thousand of them are in each group: assumed.
PUPILS_A_PLAN, A_THOUSAND = 10, 1000
PUPILS = dict(female=489, male=511, white=712, mixed=64, asian=81, black=97, other_ethnic_group=14, ethnicity_unknown=32)
# What the places of a special school or unit are for, in turn: assumed.
DESIGNATIONS = {"special": ["SLD and PMLD", "SEMH", "ASD", "MLD"], "unit": ["ASD", "SLCN", "SEMH", "MLD"]}
MARK = "SYNTHETIC: invented by svip sample, nothing in it is a record of the council"
ALTERNATIVE = "hospital_or_alternative_provision"
Texts = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Programme:
    """What the registers of a quarter are drawn from.

    Args:
        quarter: The quarter that they tell of.
        agreement: The council's agreement, for the names of milestones, schemes and risks.
        grant: The high needs block after deductions, in pounds, for all of Medway's published plans; budgets add to it in proportion
            to the plans that are drawn.
    """

    quarter: Quarter
    agreement: Agreement
    grant: int


def read_programme(project: Project, authority: str, area: str, quarter: Quarter) -> Programme:
    """Return what the registers of a council's quarter are drawn from, with the high needs block of the nearest year that is known.

    Args:
        project: The project.
        authority: The council's folder.
        area: Its code.
        quarter: The quarter.

    Raises:
        Refusal: When no high needs block of the council is known.
    """
    blocks = read_csv_text(project.reference / "dsg_allocations" / "high_needs_block.csv")
    known = blocks[blocks["area_code"] == area]
    if known.empty:
        raise Refusal(f"No high needs block of {authority} is known.", remedy="Write the sample with --no-registers.")
    nearest = (known["time_period"].astype(int) - int(quarter.financial_year)).abs().idxmin()
    grant = int(known.loc[nearest, "high_needs_block_after_deductions_gbp"])
    return Programme(quarter, read_agreement(project.authority(authority) / "agreement.yaml"), grant)


def write_registers(
    folder: Path,
    *,
    tables: dict[str, pd.DataFrame],
    establishments: pd.DataFrame,
    programme: Programme,
    plans: int,
    seed: int,
    fields: dict[str, dict[str, Field]],
    defects: bool = False,
) -> list[Defect]:
    """Write seven registers, the ledger and the places as workbooks and the others as CSV; the same arguments, the same bytes.

    Args:
        folder: Where to write.
        tables: The tables of the return, as ``draw_tables`` returns them.
        establishments: The invented schools and colleges.
        programme: The quarter, the agreement and the grant.
        plans: How many plans the sample was asked for; budgets are in proportion.
        seed: Where chance begins.
        fields: The fields of every table.
        defects: Plant one mistake of each kind of ``REGISTER_DEFECTS``.

    Returns:
        The mistakes that were planted.
    """
    rng, chance = np.random.default_rng([seed, 2]), np.random.default_rng([seed, 3])
    quarter = programme.quarter
    costs = _costs(tables, establishments, quarter, rng)
    # One budget for all quarters of a financial year, though the number of running plans changes from one to the next.
    grant = programme.grant * plans / FLOWS[min(FLOWS, key=lambda known: abs(known - quarter.start_year - 1))].plans
    ledger = _ledger(grant, costs, quarter, rng)
    texts = {
        "ledger": _with_income(ledger, costs, quarter),
        "placement_costs": costs,
        "placement_budget": _placement_budget(ledger, plans),
        "places": _places(tables, establishments, quarter, rng),
        "milestones": _milestones(programme, np.random.default_rng([seed, 4])),
        "risks": _risks(programme),
        "conditions": _conditions(programme),
        "pupils": pd.DataFrame(
            {"category": list(PUPILS), "pupils": [str(part * PUPILS_A_PLAN * plans // A_THOUSAND) for part in PUPILS.values()]}
        ),
    }
    found = []
    for name, text in texts.items():
        kinds = [kind for kind in REGISTER_DEFECTS if kind.table == name and defects]
        planted, at = _plant(text.assign(is_total=""), [kind for kind in kinds if "is_total" not in kind.where], chance)
        if "group" in planted:
            planted, at = _with_totals(planted, at, fields[name])
        planted, more = _plant(planted, [kind for kind in kinds if "is_total" in kind.where], chance)
        columns = [column for column in text if column in fields[name]]
        headings = {column: fields[name][column].heading for column in columns}
        file, first = _write(folder, name, planted[columns].rename(columns=headings), quarter)
        found += [Defect(file, first + row, name, kind.column, kind.id, kind.rule, kind.level) for kind, row in (at | more).items()]
    return found


def _plant(rows: pd.DataFrame, kinds: list[Kind], rng: np.random.Generator) -> tuple[pd.DataFrame, dict[Kind, int]]:
    """Change or copy one row for each kind, and say which: no row has two mistakes, and a row that was copied stays right."""
    rows, wrong, copied, at = rows.reset_index(drop=True), set(), set(), {}
    for kind in kinds:
        pool = rows[~rows.index.isin(wrong if kind.added else wrong | copied)]
        pool = pool.query(kind.where) if kind.where else pool
        if pool.empty:
            raise Refusal(f"The sample is too small for the defect '{kind.id}'.", remedy="Ask for at least 1,000 plans.")
        source = int(pool.index[rng.integers(len(pool))])
        cells = kind.cells(rows.loc[source])
        row = len(rows) if kind.added else source
        rows.loc[row] = rows.loc[source]
        for column, cell in cells.items():
            rows.loc[row, column] = cell
        wrong.add(row)
        copied |= {source} if kind.added else set()
        at[kind] = row
    return rows, at


def _with_totals(rows: pd.DataFrame, at: dict[Kind, int], known: dict[str, Field]) -> tuple[pd.DataFrame, dict[Kind, int]]:
    """Put a row with the sums below each group, and one below all; what cannot be read is not in a sum."""
    key = next(column for column, told in known.items() if told.required)
    sums = [column for column in rows if column in known and known[column].type == "money"]
    amounts = rows[sums].apply(lambda cells: parse_money(cells).values.astype("Float64").fillna(0) / 100)  # noqa: PD011 - a field

    def total(label: str, own: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame([dict.fromkeys(rows.columns, "") | {"is_total": "yes", key: label} | own.sum().map(_plain).to_dict()])

    parts, moved = [], {}
    for group, own in rows.groupby("group", sort=False):
        begin = len(moved) + len(parts) // 2
        moved |= {row: begin + nth for nth, row in enumerate(own.index)}
        parts += [own, total(f"Sub-total {group}", amounts.loc[own.index])]
    every = pd.concat([*parts, total("Grand total", amounts)], ignore_index=True)
    return every, {kind: moved[row] for kind, row in at.items()}


def _plain(amount: float) -> str:
    """An amount without needless decimals."""
    return f"{amount:.2f}".removesuffix(".00")


def _write(folder: Path, name: str, table: pd.DataFrame, quarter: Quarter) -> tuple[str, int]:
    """Write a register below two rows of title; return the file's name and the row of the first record."""
    titles = [[MARK], [f"{name.replace('_', ' ').capitalize()} at the end of {quarter.label}"]]
    rows = [*titles, list(table.columns), *table.to_numpy().tolist()]
    if name in ("ledger", "places"):
        from openpyxl import Workbook

        book, file = Workbook(write_only=True), f"{name}.xlsx"
        sheet = book.create_sheet(name.capitalize())
        codes = {place for place, heading in enumerate(table.columns) if heading in CODES}
        for row in rows:
            sheet.append([_cell(cell, place in codes) for place, cell in enumerate(row)])
        save_book(book, folder / file)
    else:
        file = f"{name}.csv"
        with (folder / file).open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows(rows)
    return file, len(titles) + 2


CODES = {"Cost Centre", "Account", "URN", "UKPRN", "S251 Line"}  # text in a workbook, so that leading zeros stay


def _cell(cell: str, is_code: bool) -> object:
    number = pd.NA if is_code or not cell else pd.to_numeric(cell, errors="coerce")
    return number.item() if pd.notna(number) else cell or None


def _of_the_year(costs: pd.DataFrame, quarter: Quarter) -> pd.Series:
    """What each placement costs from April to March, in pounds: a part of a year for a part of a year."""
    first, last = pd.Timestamp(quarter.start_year, 4, 1), pd.Timestamp(quarter.start_year + 1, 3, 31)
    begin = pd.to_datetime(costs["start_date"]).clip(lower=first)
    end = pd.to_datetime(costs["end_date"].mask(costs["end_date"] == "")).fillna(last).clip(upper=last)
    days = (end - begin).dt.days.add(1).clip(lower=0)
    return costs["annual_cost"].astype(float) * days / ((last - first).days + 1)


def _ledger(grant: float, costs: pd.DataFrame, quarter: Quarter, rng: np.random.Generator) -> pd.DataFrame:
    """One row a cost centre and account; budgets add to the grant, and forecasts of top-ups and fees are mostly above them."""
    period = 3 * quarter.number
    budget = shares(LINES["weight"], round(grant / 100)) * 100
    original = budget + np.where(np.arange(len(LINES)) % 2, 500, -500)
    forecast = np.round(budget * (1 + OVER * rng.uniform(0, 2, len(LINES)) * (LINES["group"] == "Top-ups and fees"))).astype(int)
    fees = _of_the_year(costs, quarter).groupby(costs["placement_type"] + " " + costs["residence"]).sum()
    carried = LINES["pays"].str.split("|").map(lambda kinds: fees.reindex(kinds).sum())
    forecast = np.where(LINES["pays"] != "", np.round(carried), forecast).astype(int)
    spent = np.round(forecast * (period / 12) * rng.uniform(0.93, 0.99, len(LINES)), 2)
    ordered = np.round((forecast - spent) * rng.uniform(0.2, 0.8, len(LINES)), 2)
    return LINES.drop(columns=["weight", "pays"]).assign(**_amounts(original, budget, spent, ordered, forecast, quarter))


def _amounts(original, budget, spent, ordered, forecast, quarter: Quarter) -> dict[str, pd.Series | str]:
    """The columns of money, and the year and period that they are of, as they are written."""
    figures = {
        "original_budget": original,
        "current_budget": budget,
        "actual_to_date": spent,
        "commitments": ordered,
        "forecast_outturn": forecast,
        "variance": forecast - budget,
    }
    told = {"financial_year": f"{quarter.start_year}/{(quarter.start_year + 1) % 100:02d}", "period": str(3 * quarter.number)}
    return told | {name: pd.Series(cells).map(_plain) for name, cells in figures.items()}


def _with_income(ledger: pd.DataFrame, costs: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """The ledger with what comes in, as credits, and with the deficit that was brought forward."""
    part = _of_the_year(costs, quarter)
    paid = {f"{name}_contribution": (part * costs[f"{name}_share"].astype(float) / 100).sum() for name in ("health", "social_care")}
    budget = INCOME["amount"].mask(INCOME["item"] == "grant", -ledger["current_budget"].astype(int).sum())
    forecast = (-INCOME["item"].map(paid)).fillna(budget).round().astype(int)
    spent = np.where(INCOME["item"] == "brought_forward", forecast, np.round(forecast * quarter.number / 4, 2))
    lines = INCOME.drop(columns="amount").assign(group="Income", **_amounts(budget, budget, spent, 0 * budget, forecast, quarter))
    return pd.concat([ledger, lines], ignore_index=True)


def _placement_budget(ledger: pd.DataFrame, plans: int) -> pd.DataFrame:
    """One row a category and need: places and cost of each, which come to the budget of the category's lines to the penny.

    One place of each category is for a need that is not known yet; it takes what is left over.
    """
    budget = ledger["current_budget"].astype(float).groupby(ledger["item"].replace(INDEPENDENT_AP, ALTERNATIVE)).sum()
    ages = ["under_5", "5_to_10", "11_to_15", "16_to_19", "20_to_24"]
    rows = []
    for category, groups in CATEGORIES.items():
        many = max(round(PLANNED * plans * GROUPS.loc[groups, ages].sum(axis=None) / GROUPS[ages].sum(axis=None)), 2)
        needs = NEEDS.loc[NEEDS.index != "", GROUPS["kind"][groups[0]]]
        places = pd.Series(shares(needs, many - 1), index=needs.index)
        places = places[places > 0]
        dear = places.index.map(lambda need: DEAR.get(need, 1.0))
        pence = round(100 * budget[category])
        cost = np.floor(pence / ((places * dear).sum() + 1) * dear).astype(int)
        rows += [(category, need, places[need], each) for need, each in zip(places.index, cost, strict=True)]
        rows.append((category, "", 1, pence - int((places * cost).sum())))
    table = pd.DataFrame(rows, columns=["dsg_category", "primary_need", "planned_fte", "planned_unit_cost"])
    return table.assign(planned_fte=table["planned_fte"].map(str), planned_unit_cost=(table["planned_unit_cost"] / 100).map(_plain))


def _costs(tables: dict, establishments: pd.DataFrame, quarter: Quarter, rng: np.random.Generator) -> pd.DataFrame:
    """One row a placement with an independent, non-maintained or specialist provider, running or ended in the year of the census."""
    bought = establishments[establishments["type_code"].isin(PROVIDERS["type_code"])].merge(PROVIDERS, on="type_code", validate="m:1")
    place = tables["placementdetail"]
    place = place.assign(number=place["urn"].where(place["urn"] != "", place["ukprn"]))
    bought["number"] = bought["urn"].where(bought["urn"] != "", bought["ukprn"])
    rows = place.drop(columns=["urn", "ukprn"]).merge(bought, on="number", how="inner", validate="m:1")
    person = tables["person"][["persontableid", "upn", "surname", "forename"]]
    need = tables["senneed"].drop_duplicates("activeplanstableid")[["activeplanstableid", "primary"]]
    rows = rows.merge(person, on="persontableid", validate="m:1").merge(need, on="activeplanstableid", how="left", validate="m:1")
    rows = rows[(rows["upn"] != "") & (rows["placementrank"] == 1)].reset_index(drop=True)
    residence = np.where(rows["res"] != "", "Residential", "Day")
    weeks = np.where(residence == "Residential", np.where(rows["res"] == "A", 52, 38), rng.choice([38, 39], len(rows)))
    cost = rows["cost"] * rng.lognormal(-0.045, 0.3, len(rows)) * np.where(residence == "Residential", BOARDING, 1)
    weekly = np.round(cost / weeks / 5).astype(int) * 5
    running = rows["leavingdate"].isna()
    last = np.datetime64(quarter.first_day) + rng.integers(0, 80, len(rows))
    paid = np.where((rows.index % SHARED == 0) & (residence == "Day"), "Shared", residence)
    split = pd.DataFrame([SPLITS[kind] for kind in paid], columns=["education_share", "health_share", "social_care_share"])
    return pd.DataFrame(
        {
            "upn": rows["upn"],
            "surname": rows["surname"],
            "forename": rows["forename"],
            "date_of_birth": _days(rows["personbirthdate"]),
            "primary_need": rows["primary"].fillna(""),
            "placement_name": rows["name"],
            "urn": rows["urn"],
            "ukprn": rows["ukprn"],
            "placement_type": rows["placement_type"],
            "residence": residence,
            "weeks": weeks.astype("U3"),
            "start_date": _days(rows["entrydate"]),
            "end_date": _days(rows["leavingdate"]),
            "weekly_cost": weekly.astype("U9"),
            "annual_cost": (weekly * weeks).astype("U9"),
            **split,
            "purchase_order": "PO" + (rows.index + 100_001).astype("str"),
            "status": np.where(running, "Active", "Ceased"),
            "last_updated": _days(pd.Series(last)),
            "owner": "Placements officer (role)",
            "plan_ceased": np.where(rows["ceasedate"].notna(), "yes", ""),
        }
    )


def _days(days: pd.Series) -> pd.Series:
    return days.dt.strftime("%Y-%m-%d").fillna("").astype("str")


def _places(tables: dict, establishments: pd.DataFrame, quarter: Quarter, rng: np.random.Generator) -> pd.DataFrame:
    """One row a school and stage: places of this academic year and the next, those of the financial year, and the roll."""
    place = tables["placementdetail"]
    there = place[place["active"] & place["leavingdate"].isna() & (place["placementrank"] == 1)]
    number = there["urn"].where(there["urn"] != "", there["ukprn"])
    stage = pd.Series(np.where(there["age"] >= AGE_OF_POST_16, "post-16", "pre-16"), index=there.index)
    own = pd.DataFrame({"number": number, "post_16": stage}).value_counts(sort=False).rename("own").reset_index()
    schools = establishments.assign(
        number=establishments["urn"].where(establishments["urn"] != "", establishments["ukprn"]),
        place_type=establishments["type_code"].map(PLACE_TYPES).mask(establishments["sen_unit"] == 1, "unit"),
    )
    rows = schools[schools["place_type"].notna()].merge(own, on="number", validate="1:m")
    # A college has places after 16 alone.
    rows = rows[(rows["place_type"] != "college") | (rows["post_16"] == "post-16")].reset_index(drop=True)
    other = rng.binomial(rows["own"], ELSEWHERE)
    roll = rows["own"] + other
    places = np.ceil(roll / FILLED).astype(int)
    following = places + np.where(rows["place_type"] == "special", np.ceil(places * 0.04), rng.integers(0, 2, len(rows)) * 2).astype(int)
    old = np.where(rows["post_16"] == "pre-16", 5, 4)
    months = places * old + following * (12 - old)
    rate = rows["place_type"].map(RATES)
    figures = {
        "places": places,
        "places_next_year": following,
        "places_financial_year": months / 12,
        "rate": rate,
        "place_funding": months * rate / 12,
        "on_roll": roll,
        "own_pupils": rows["own"],
        "other_pupils": other,
        "vacancies": places - roll,
    }
    return pd.DataFrame(
        {
            "school_name": rows["name"],
            "urn": rows["urn"],
            "ukprn": rows["ukprn"],
            "place_type": rows["place_type"],
            "designation": _designations(rows),
            "age_range": rows["low_age"].astype("str") + " to " + rows["high_age"].astype("str"),
            "post_16": rows["post_16"],
            **{name: pd.Series(cells).map(_plain) for name, cells in figures.items()},
            "on_roll_date": quarter.first_day.isoformat(),
        }
    )


def _designations(rows: pd.DataFrame) -> pd.Series:
    """What each school's places are for; colleges and alternative provision are for no need in particular."""
    told = pd.Series("", index=rows.index)
    for kind, names in DESIGNATIONS.items():
        own = rows.loc[rows["place_type"] == kind, "number"]
        told[own.index] = np.array(names)[pd.factorize(own)[0] % len(names)]
    return told.astype("str")


def _milestones(programme: Programme, rng: np.random.Generator) -> pd.DataFrame:
    """The milestones of the agreement, with invented days: the same day agreed in each quarter of a year, and done when its day has come.

    Every third one runs late, by three months to two years.
    """
    told, quarter = programme.agreement.milestones, programme.quarter
    count = len(told)
    begin, last = pd.Timestamp(quarter.start_year, 4, 1), pd.Timestamp(quarter.last_day)
    drawn = pd.Series(begin + pd.to_timedelta(rng.integers(-500, 900, count), unit="D"))
    planned = pd.to_datetime(pd.Series([entry.due for entry in told]), format="mixed").fillna(drawn)
    slip = np.where(np.arange(count) % 3 == 1, rng.integers(90, 730, count), rng.integers(0, 25, count))
    end = planned + pd.to_timedelta(slip, unit="D")
    done, late = end <= last, planned <= last
    under_way = planned <= last + pd.Timedelta(days=365)
    places = np.array([entry.places or 0 for entry in told])
    capital = pd.Series(places * PER_PLACE)
    part = np.select([done, late, under_way], [100, 60, 25], 0)
    return pd.DataFrame(
        {
            "id": [f"M{number:02d}" for number in range(1, count + 1)],
            "title": [entry.text for entry in told],
            "workstream": [f"SYNTHETIC {entry.kind}" for entry in told],
            "condition": [_condition(entry.paragraph, programme) for entry in told],
            "site": [entry.site or "" for entry in told],
            "need": [entry.need or "" for entry in told],
            "places": pd.Series(places).astype("str").mask(places == 0, ""),
            "planned_date": _british(planned),
            "forecast_date": _british(end.where(late, planned)),
            "actual_date": _british(end).where(done, ""),
            "status": np.select([done, late, under_way], ["Complete", "Delayed", "On track"], "Not started"),
            "rag": np.select([done, late, under_way], ["B", "A", "G"], ""),
            "capital_budget": capital.astype("str").mask(places == 0, ""),
            "capital_spent": (capital * part // 100).astype("str").mask(places == 0, ""),
            "owner": np.where([entry.kind == "activity" for entry in told], "Programme lead (role)", "Capital programme lead (role)"),
        }
    )


def _british(days) -> pd.Series:
    """Days as councils type them; the days above 12 in the column prove their order."""
    return pd.Series(pd.to_datetime(days)).dt.strftime("%d/%m/%Y")


def _condition(paragraph: str | None, programme: Programme) -> str:
    """The synthetic number of the condition that stands for a milestone's priority."""
    for number, priority in enumerate(programme.agreement.priorities, start=1):
        if (paragraph or "").startswith(priority.paragraph):
            return f"S{number}"
    return ""


def _risks(programme: Programme) -> pd.DataFrame:
    """The risks of the agreement, with invented scores on the council's matrix of letters and numerals."""
    told, quarter = programme.agreement.risks, programme.quarter
    count = len(told)
    matrix = pd.DataFrame([("B", "II"), ("C", "II"), ("B", "I"), ("D", "III")], columns=["likelihood", "impact"])
    scored = matrix.iloc[np.arange(count) % len(matrix)].reset_index(drop=True)
    scored["likelihood"] = [chr(ord(letter) - _moves(number, quarter)) for number, letter in enumerate(scored["likelihood"])]
    first = pd.Timestamp(quarter.first_day)
    return scored.assign(
        id=[f"R{number}" for number in range(1, count + 1)],
        title=[entry.text for entry in told],
        score=scored["likelihood"] + scored["impact"],
        target_score="DIII",
        rag=np.where(scored["likelihood"] == "D", "G", "A"),
        mitigation="SYNTHETIC: an action that nobody has taken",
        money_at_risk=[str(250_000 * (number % 4 + 1)) for number in range(count)],
        status="Open",
        raised_date=_british(first - pd.to_timedelta(np.arange(count) * 31 + 200, unit="D")),
        review_date=_british(first + pd.to_timedelta(np.arange(count) * 70 + 130, unit="D")),
        owner="Risk owner (role)",
    )


def _moves(number: int, quarter: Quarter) -> int:
    """Whether an entry is told otherwise in this quarter than in others: a third of them are, so that a pack has a change to show."""
    return int(number % 3 == quarter.number % 3)


def _conditions(programme: Programme) -> pd.DataFrame:
    """Stand-ins for the numbered conditions, which are not public: one a priority and one an indicator of the public report."""
    told, last = [*programme.agreement.priorities, *programme.agreement.kpis], pd.Timestamp(programme.quarter.last_day)
    steps = ["Met", "On track", "At risk", "Not on track"]
    status = np.array([steps[min(number % len(steps) + _moves(number, programme.quarter), len(steps) - 1)] for number in range(len(told))])
    measures = [entry.trajectories[0] if getattr(entry, "trajectories", ()) else "" for entry in told]
    return pd.DataFrame(
        {
            "number": [f"S{number}" for number in range(1, len(told) + 1)],
            "text": [f"SYNTHETIC stand-in for a condition: {entry.text}" for entry in told],
            "due_date": _british(pd.DatetimeIndex([last + pd.Timedelta(days=365 + nth) for nth in range(len(told))])),
            "measure": measures,
            "status": status,
            "rag": np.select([status == "At risk", status == "Not on track"], ["A", "R"], "G"),
            "evidence": np.where(status == "Met", "SYNTHETIC paper", ""),
            "reported_date": _british(pd.DatetimeIndex([last - pd.Timedelta(days=3)] * len(told))),
            "owner": "Condition owner (role)",
        }
    )
