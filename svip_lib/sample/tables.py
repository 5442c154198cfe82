"""Turns invented cases into the nine tables of a return, numbered in the order in which the children are told.

Beside its own columns a table keeps those of the case (``age``, ``receiveddate``, ``startdate``, ``ceasedate``, ``active`` …), so that
a defect can be planted on a row that is right in every other way; the writer leaves out what the return does not ask for.
"""

from datetime import date

import numpy as np
import pandas as pd

from svip_lib.sample.children import FLOWS, NEVER, YEAR
from svip_lib.sample.numbers import learner_numbers, pupil_numbers
from svip_lib.sample.settings import Settings, bands_of, draw_groups
from svip_lib.sample.targets import (
    BANDS,
    ETHNICITY,
    GROUPS,
    INTERNSHIPS,
    MALE,
    NEED_TOTALS,
    NEEDS,
    RESIDENTIAL,
    REVIEW_IN_4_WEEKS,
    REVIEW_OUTCOMES,
    REVIEWED,
    shares,
)

TABLES_OF_CASES = ["requests", "assessment", "namedplan", "plandetail", "activeplans", "placementdetail", "senneed"]
NEIGHBOURS = ["886", "303", "883", "881", "305"]  # authorities that a child may have come from or gone to
MOVES = np.array([4, 11, 16, 19])  # ages at which children change setting in September
SECOND_PLACE, SECOND_NEED, BOARDS_SHORTER = 0.015, 0.3, 0.7  # of plans, of plans, of boarders: the last in January 2025, else assumed
KINDS = ["mainstream", "special", "college", "elsewhere"]
GROUP_KINDS = GROUPS["kind"].map(KINDS.index).to_numpy()
GROUP = {name: number for number, name in enumerate(GROUPS.index)}


def draw_tables(
    cases: pd.DataFrame, year: int, first: np.datetime64, day: date, la: str, rng: np.random.Generator
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Return the nine tables of the return by name, and the invented establishments.

    Args:
        cases: Requests, as ``draw_cases`` returns them.
        year: The census year.
        first: The first day of the twelve months in which something happens.
        day: The day on which the return is made; census day, unless it is made for a quarter.
        la: The three digits of the authority that makes the return.
        rng: Where chance comes from.
    """
    tables = {"sen2": _header(year, day, la), "person": _persons(cases, year, rng)}
    cases = cases.assign(persontableid=cases.person + 1, requeststableid=np.arange(len(cases)) + 1)
    tables["requests"] = _requests(cases, rng)
    assessed = cases[(cases.assessmentoutcome != "").to_numpy()].reset_index(drop=True)
    assessed["assessmenttableid"] = np.arange(len(assessed)) + 1
    tables["assessment"] = _assessments(assessed, year, rng)
    plans = assessed[assessed.startdate.notna().to_numpy()].reset_index(drop=True)
    plans["namedplantableid"] = plans["activeplanstableid"] = np.arange(len(plans)) + 1
    group = np.empty(len(plans), dtype=int)
    active, ages = plans.active.to_numpy(), plans.age.to_numpy()
    group[active] = draw_groups(ages[active], rng)
    group[~active] = draw_groups(ages[~active], rng, ceased=True)
    plans["kind"] = GROUP_KINDS[group]
    special = (plans.kind == KINDS.index("special")) & (plans.age >= MOVES[1])
    plans["res"] = np.where(_some(special, RESIDENTIAL, rng), np.where(rng.random(len(plans)) < BOARDS_SHORTER, "A", "B"), "")
    plans["wbp"] = np.where(_some(plans.kind == KINDS.index("college"), INTERNSHIPS, rng), "S", "")
    tables["namedplan"] = _named_plans(plans, rng)
    settings = Settings(group[active], ages[active])
    second = _some(active & (group != GROUP["placement_unknown"]), SECOND_PLACE, rng)
    places = settings.placed(group, ages, rng)
    tables["plandetail"] = _plan_details(plans, places, second)
    tables["activeplans"] = _active_plans(plans, year, first, day, la, rng)
    tables["placementdetail"] = _placements(plans, group, places, second, settings, year, first, rng)
    tables["senneed"] = _needs(plans, rng)
    return tables, settings.table


def _some(where, share: float, rng: np.random.Generator) -> np.ndarray:
    """Mark a share of the rows that a condition allows: exactly that share, and which ones by chance."""
    allowed = np.flatnonzero(where)
    marked = np.zeros(len(where), dtype=bool)
    marked[rng.permutation(allowed)[: round(share * len(allowed))]] = True
    return marked


def _header(year: int, day: date, la: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "sen2tableid": [1],
            "collection": "SEN2",
            "year": year,
            "referencedate": np.datetime64(day),
            "sourcelevel": "L",
            "lea": la,
            "softwarecode": "SYNTHETIC",
            "release": "SYNTHETIC sample",
            "serialno": 1,
            "datetime": np.datetime64(day),
            "dmo": "Y",
            "dco": "Y",
            "dsco": "Y",
        }
    )


def _persons(cases: pd.DataFrame, year: int, rng: np.random.Generator) -> pd.DataFrame:
    persons = cases.drop_duplicates("person")[["person", "personbirthdate", "age", "receiveddate"]].reset_index(drop=True)
    count, ages = len(persons), persons.age.to_numpy()
    sex = np.where(rng.permutation(count) < round(MALE * count), "M", "F")
    has_uln = _some(ages >= 14, 0.8, rng)  # noqa: PLR2004 - learner numbers are given out in Year 9
    no_upn = _some(ages <= 3, 0.4, rng) | _some(has_uln & (ages >= 20), 0.1, rng)  # noqa: PLR2004 - before school and after it
    number = persons.person.astype("str").str.zfill(5)
    return persons.assign(
        persontableid=persons.person + 1,
        sen2tableid=1,
        surname="Synthetica " + number,
        forename="Invented",
        sex=sex,
        gendercurrent=sex,
        ethnicity=rng.permutation(np.repeat(list(ETHNICITY), shares(list(ETHNICITY.values()), count))),
        postcode="ZZ99 9ZZ",
        upn=pupil_numbers(np.arange(count), year + 3 - ages, _some(~no_upn, 0.005, rng)).mask(no_upn, ""),
        uniquelearnernumber=learner_numbers(np.arange(count)).where(has_uln, ""),
        upnunknown=np.where(no_upn & ~has_uln, "UN1", ""),
    )


def _requests(cases: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    refused = cases.requestoutcome == "N"
    mediated = _some(refused, 0.36, rng)
    gone = _some(cases.requestoutcome == "W", 0.3, rng)
    return cases.assign(
        rya=_some(cases.age >= MOVES[1], 0.001, rng).astype(int),
        requestmediation=mediated.astype(int),
        requesttribunal=(_some(mediated, 0.2, rng) | _some(refused & ~mediated, 0.08, rng)).astype(int),
        exported=np.where(gone, rng.choice(NEIGHBOURS, len(cases)), ""),
    )


def _assessments(assessed: pd.DataFrame, year: int, rng: np.random.Generator) -> pd.DataFrame:
    exempt = FLOWS[min(FLOWS, key=lambda known: abs(known - year))].exempt
    issued, ended = assessed.assessmentoutcome == "Y", assessed.assessmentoutcome == "N"
    return assessed.assign(
        assessmentmediation=_some(ended, 0.17, rng).astype(int),
        assessmenttribunal=_some(ended, 0.19, rng).astype(int),
        othermediation=_some(issued, 0.01, rng).astype(int),
        othertribunal=_some(issued, 0.01, rng).astype(int),
        week20=_some(issued, exempt, rng).astype(int),
    )


def _named_plans(plans: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    budget = _some(plans.active, 0.003, rng)
    return plans.assign(
        planres=plans.res, planwbp=plans.wbp, pb=budget.astype(int), oa=_some(plans.active & ~budget, 0.01, rng).astype(int),
        dp=np.where(budget, "E", ""),
    )  # fmt: skip


def _plan_details(plans: pd.DataFrame, places: dict, second: np.ndarray) -> pd.DataFrame:
    """Section I: the setting as the plan names it; where the child is in none, the plan names a type of setting only."""
    named = plans.assign(**places, placementrank=1)
    nowhere = (named.urn == "") & (named.ukprn == "") & ~named.sensetting.isin(["EHE", "OLA", "EYP"])
    named["sensetting"] = named.sensetting.mask(nowhere, "OTH")
    named["sensettingother"] = named.sensettingother.mask(nowhere, "SYNTHETIC type of setting named")
    details = pd.concat([named, _elsewhere(plans[second])]).sort_values(["namedplantableid", "placementrank"], ignore_index=True)
    return details.assign(plandetailtableid=np.arange(len(details)) + 1)


def _elsewhere(plans: pd.DataFrame) -> pd.DataFrame:
    """A second placement: arrangements made by the authority beside the school."""
    nothing = dict.fromkeys(["urn", "ukprn", "sensettingother"], "")
    return plans.assign(**nothing, sensetting="OLA", senunitindicator=0, resourcedprovisionindicator=0, placementrank=2)


def _active_plans(plans: pd.DataFrame, year: int, first: np.datetime64, day: date, la: str, rng: np.random.Generator) -> pd.DataFrame:
    count, day = len(plans), np.datetime64(day)
    start, transferred = plans.startdate.to_numpy().astype("M8[D]"), plans.transferred.to_numpy()
    ceased = np.where(plans.ceasedate.isna(), day, plans.ceasedate).astype("M8[D]")
    chance = rng.random(count)
    this = chance < REVIEWED["this year"]
    meeting = first + rng.integers(0, YEAR, count) - np.where(this, 0, YEAR)
    held = (chance < sum(REVIEWED.values())) & (meeting > start + 30) & (meeting <= ceased) & ~transferred
    wait = np.where(rng.random(count) < REVIEW_IN_4_WEEKS, rng.integers(7, 29, count), rng.integers(29, 120, count))
    decided = held & (meeting + wait <= ceased)
    outcome = rng.choice(list(REVIEW_OUTCOMES), count, p=np.array(list(REVIEW_OUTCOMES.values())) / sum(REVIEW_OUTCOMES.values()))
    # The deadlines within the twelve months come before the moves of the September after them.
    spring = int(str(first)[:4]) + (str(first)[5:] > "02-15")
    moves_at = plans.age.to_numpy() + spring - (year - 1)
    due = np.where(moves_at == MOVES[1], np.datetime64(f"{spring}-02-15"), np.datetime64(f"{spring}-03-31"))
    moving = np.isin(moves_at, [MOVES[1], MOVES[2]]) & (start < first) & plans.active.to_numpy() & ~transferred
    elsewhere = np.array([code for code in NEIGHBOURS if code != la])
    came_from, final = elsewhere[rng.integers(0, len(elsewhere), count)], due + rng.integers(-30, 40, count)
    return plans.assign(
        transferla=np.where(transferred, came_from, ""),
        reviewmeeting=np.where(held, meeting, NEVER),
        reviewoutcome=np.where(decided, outcome, ""),
        lastreview=np.where(decided, meeting + wait, NEVER),
        reviewdraft=np.where(decided & (outcome == "A"), meeting + wait, NEVER),
        phasetransferduedate=np.where(moving, due, NEVER),
        phasetransferfinaldate=np.where(moving & (final <= day), final, NEVER),
    )


def _placements(
    plans: pd.DataFrame,
    group: np.ndarray,
    places: dict,
    second: np.ndarray,
    settings: Settings,
    year: int,
    first: np.datetime64,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Where each child is and, where it moved in the year, was."""
    ages, start = plans.age.to_numpy(), plans.startdate.to_numpy().astype("M8[D]")
    end = first + YEAR - 1
    ceased = plans.ceasedate.to_numpy().astype("M8[D]")
    september, earlier = _septembers(ages, year)
    fits = september <= np.where(np.isnat(ceased), end, ceased)
    entry = np.where(fits, np.maximum(start, september), start)
    entry = np.where(plans.transferred, np.maximum(start, first + rng.integers(30, YEAR, len(plans))), entry)
    now = plans.assign(**places, placementrank=1, entrydate=entry, leavingdate=ceased)

    unknown = np.flatnonzero(group == GROUP["placement_unknown"])
    was = np.where(ages < MOVES[3], GROUP["special_academy_free"], GROUP["general_fe_tertiary_colleges"])
    left = np.maximum(entry, first)
    left += ((end - left).astype(int) * rng.random(len(plans))).astype(int)
    ended = now.iloc[unknown].assign(leavingdate=left[unknown], **settings.placed(was[unknown], ages[unknown], rng))

    known = np.isin(GROUP_KINDS[group], [KINDS.index("mainstream"), KINDS.index("special")])
    was = np.where(known, group, GROUP["special_academy_free"])
    was[ages == MOVES[0]] = GROUP["nm_early_years"]
    moved = np.flatnonzero((entry == september) & (entry > first) & (start < september - 60) & plans.active & ~plans.transferred)
    before = now.iloc[moved].assign(
        leavingdate=september[moved] - 1,
        entrydate=np.maximum(start, earlier)[moved],
        **settings.placed(was[moved], ages[moved] - 1, rng),
    )
    beside = _elsewhere(now[second])
    rows = pd.concat([now[group != GROUP["placement_unknown"]], ended, before, beside])
    for kind in ("res", "wbp"):
        rows[kind] = rows[kind].where((rows.placementrank == 1) & (rows.leavingdate.isna() | rows.ceasedate.notna()), "")
    rows = rows.sort_values(["activeplanstableid", "entrydate", "placementrank"], kind="stable", ignore_index=True)
    alone = ~rows.activeplanstableid.duplicated(keep=False)
    return rows.assign(placementdetailtableid=np.arange(len(rows)) + 1, attendancepattern="", alone=alone)


def as_seen_on(tables: dict[str, pd.DataFrame], day: date) -> dict[str, pd.DataFrame]:
    """Return what the same tables would have held on an earlier day: nothing of what was yet to come.

    Args:
        tables: The nine tables, as ``draw_tables`` returns them.
        day: The earlier day, at the end of which the tables are looked at.
    """
    seen, then = {name: table.copy() for name, table in tables.items()}, pd.Timestamp(day)
    seen["sen2"]["referencedate"] = seen["sen2"]["datetime"] = np.datetime64(day)

    def keep(table: str, begins: str) -> None:
        seen[table] = seen[table][~(seen[table][begins] > then)].reset_index(drop=True)

    def forget(table: str, happened: str, blanks: dict[str, object]) -> None:
        late = seen[table][happened] > then
        for column, blank in blanks.items():
            seen[table].loc[late, column] = blank

    entered = seen["placementdetail"].groupby("requeststableid")["entrydate"].min()
    came = seen["activeplans"].loc[seen["activeplans"]["transferred"], "requeststableid"]
    elsewhere = set(entered[entered.index.isin(came) & (entered > then)].index)  # another authority still had them
    for table in TABLES_OF_CASES:
        seen[table] = seen[table][~seen[table]["requeststableid"].isin(elsewhere)].reset_index(drop=True)
    keep("requests", "receiveddate")
    seen["person"] = seen["person"][seen["person"]["persontableid"].isin(seen["requests"]["persontableid"])].reset_index(drop=True)
    keep("assessment", "requestoutcomedate")
    forget(
        "requests", "requestoutcomedate", {"requestoutcome": "A", "requestmediation": 0, "requesttribunal": 0, "requestoutcomedate": NEVER}
    )
    disputes = dict.fromkeys(["assessmentmediation", "assessmenttribunal", "othermediation", "othertribunal", "week20"], 0)
    forget("assessment", "assessmentoutcomedate", {"assessmentoutcome": "A", **disputes, "assessmentoutcomedate": NEVER})
    for table in TABLES_OF_CASES[2:]:
        keep(table, "startdate")
        forget(table, "ceasedate", {"active": True, "ceasereason": "", "ceasedate": NEVER})
    keep("placementdetail", "entrydate")
    forget("placementdetail", "leavingdate", {"leavingdate": NEVER})
    forget("activeplans", "lastreview", {"reviewoutcome": "", "reviewdraft": NEVER, "lastreview": NEVER})
    forget("activeplans", "reviewmeeting", {"reviewmeeting": NEVER})
    forget("activeplans", "phasetransferfinaldate", {"phasetransferfinaldate": NEVER})
    return seen


def _septembers(ages: np.ndarray, year: int) -> tuple[np.ndarray, np.ndarray]:
    """The 1 September on which a child of that age last changed setting, and the one on which it did so before."""
    step = np.searchsorted(MOVES, ages, side="right") - 1
    days = []
    for back in (0, 1):
        age = np.where(step - back < 0, 0, MOVES[np.maximum(step - back, 0)])
        days.append(((np.datetime64(f"{year - 1}", "Y") - (ages - age)).astype("M8[M]") + 8).astype("M8[D]"))
    return days[0], days[1]


def _needs(plans: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Primary needs to the published totals, rarest first, likelier where age and kind of placement make them so."""
    by_age, by_kind = NEEDS[BANDS].to_numpy(float), NEEDS[KINDS].to_numpy(float)
    weights = by_age[:, :, None] * by_kind[:, None, :] / by_age.sum(axis=1)[:, None, None]
    weights /= weights.sum(axis=0)
    bands = np.minimum(bands_of(plans.age.to_numpy()), len(BANDS) - 1)
    kinds = plans.kind.to_numpy()
    need, active = np.full(len(plans), "", dtype="U4"), plans.active.to_numpy()
    for running in (active, ~active):
        totals = dict(zip(NEED_TOTALS, shares(list(NEED_TOTALS.values()), int(running.sum())), strict=True))
        free = np.flatnonzero(running)
        for name in sorted(totals, key=totals.get):
            chance = weights[NEEDS.index.get_loc(name), bands[free], kinds[free]]
            taken = np.argsort(rng.exponential(size=len(free)) / chance, kind="stable")[: totals[name]]
            need[free[taken]] = name
            free = np.delete(free, taken)
    recorded = plans.assign(sentype=need, sentyperank=1)[need != ""]
    recorded["primary"] = recorded.sentype
    again = recorded[rng.random(len(recorded)) < SECOND_NEED].assign(sentyperank=2)
    again["sentype"] = np.where(again.sentype == "SLCN", "SEMH", "SLCN")
    rows = pd.concat([recorded, again]).sort_values(["activeplanstableid", "sentyperank"], ignore_index=True)
    return rows.assign(senneedtableid=np.arange(len(rows)) + 1, alone=~rows.activeplanstableid.duplicated(keep=False))
