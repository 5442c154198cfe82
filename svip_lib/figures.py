"""Every figure of one authority and quarter, computed once from what was known on the quarter's day. Private: nothing here is released."""

import inspect
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

import svip_lib.indicators  # noqa: F401  (to import them is to register them)
from svip_lib.config.agreement import TOTAL, Agreement, read_agreement
from svip_lib.config.assurance import read_switches
from svip_lib.config.authority import Authority, read_as_at, read_authority, read_quarter
from svip_lib.config.cost_centres import read_cost_centres
from svip_lib.config.fields import read_codes
from svip_lib.config.periods import Quarter, academic_year_of, day_label, january_of, read_census_dates
from svip_lib.config.project import Project
from svip_lib.config.refusal import Refusal
from svip_lib.config.registry import FUNCTIONS, SUMS, Indicator, dictionary_rows, read_dictionary, read_placements
from svip_lib.config.result import COLUMNS, KEY, read_figures
from svip_lib.indicators.census import census, reconciled
from svip_lib.indicators.council import SOURCE, Council
from svip_lib.indicators.shape import NOT_AVAILABLE
from svip_lib.intake.own import Own, read_own, read_programme_before
from svip_lib.intake.published import Published, read_reference
from svip_lib.intake.register_cleaning import PROGRAMME
from svip_lib.outlook.ahead import MAINSTREAM, PLANS, Known, Outlook, look_ahead, look_back, trial
from svip_lib.outlook.backtest import Backtest
from svip_lib.outlook.ledger import read_ledger
from svip_lib.outlook.money import read_position
from svip_lib.outlook.nowcast import none, nowcast

ENGLAND = "E92000001"
NEIGHBOURS = "neighbours"
UNVERIFIED = "unverified"
DAY = r"\d{4}-\d\d-\d\d"
LAST_LOOK = ["indicator", "measure", "category", "time_period", "value"]
FOUND = ["level", "rule", "table", "rows", "says", "remedy"]
# Of each register of the programme, what names an entry, what it says, and what of it can change.
ENTRIES = {
    "milestones": ("id", "title", ["status", "forecast_date"]),
    "risks": ("id", "title", ["likelihood", "impact", "score"]),
    "conditions": ("number", "text", ["status"]),
}
NOT_MONEY = "not_money"  # the rule that an amount broke
OWN_RECORDS = "council"  # the parameter by which an indicator asks for the council's own records
PLANNED = ["area", "indicator", "category", "time_period", "time_identifier", "base", "measure", "value", "source_id", "as_at", "verified"]


@dataclass(frozen=True)
class Figures:
    """All figures of one authority and quarter in the one tidy shape, with the registers that explain them.

    Attributes:
        rows: One row a figure: the key and the values of ``indicators.shape``.
        areas: One row an area that occurs: ``area``, ``area_name``, ``la_code``, ``role`` (authority, neighbour, neighbour_before for
            one that stands in an earlier set only, region, England, neighbours for their mean).
        registers: Tables of words that the pack prints: ``sources``, ``repairs``, ``findings``, and of the council's own records
            ``own_rows`` (a row a table), ``own_findings`` (a row a rule and table) and ``revisions`` (a row a figure that an earlier
            quarter told otherwise); empty where it supplied none. ``last_look`` are the authority's published figures as they were
            known on the day of the pack before, by ``indicator``, ``category`` and ``time_period``. ``milestones``, ``risks`` and
            ``conditions`` are words: each entry with its ``origin``, whether it was ``listed`` a quarter before (``new``, ``still`` or
            ``gone``; empty where nobody knows), and what it was then (``status_before``). ``outlook``, ``backtest``, ``growth``,
            ``nowcast`` and ``under_way`` are words on what the forecasts rest on, and ``ledger`` holds those that earlier packs published.
    """

    authority: str
    quarter: Quarter
    as_at: date
    rows: pd.DataFrame
    areas: pd.DataFrame
    registers: dict[str, pd.DataFrame]


def compute_figures(project: Project, authority_name: str, quarter: Quarter) -> Figures:
    """Compute every figure of an authority and quarter.

    Args:
        project: Where things stand.
        authority_name: A council that has a folder.
        quarter: A quarter that the council has laid out; its ``as_at`` says what could be known.

    Returns:
        The figures: actual and published values of the authority, its neighbours, region and England, the mean of the
        neighbours for shares, and the plan of the agreement.

    Raises:
        Refusal: When a file is missing or wrong, or an indicator and the dictionary do not agree.
    """
    folder = project.authority(authority_name)
    authority, as_at = read_authority(folder), read_as_at(folder, quarter)
    dictionary = read_dictionary(project.dictionary)
    check_registry(dictionary)
    published = read_reference(project.reference, as_at)
    areas = _areas(authority_name, authority, published, as_at)
    known = {path.stem for path in project.reference.glob("*/*.csv")}
    told = _published_figures(published.rows[published.rows["area"].isin(areas["area"])], dictionary, known)
    file = folder / "agreement.yaml"
    agreement = read_agreement(file).known_on(as_at)
    plan = _plan(agreement, dictionary, areas, file)
    own = read_own(project, authority_name, quarter)  # last, so that a slip in a file of ours is told before children are read
    council = own_records(own, project, authority_name) if own else None
    counted = own_figures(council, dictionary) if council else pd.DataFrame(columns=COLUMNS)
    history = _history(project, authority_name, quarter, dictionary, authority.area_code)
    covered = told_again(history, counted)
    switches = [switch for switch in read_switches(folder / "assurance") if switch.in_force(as_at)]
    position = read_position(counted, told[(told["indicator"] == "high_needs_block_net_gbp") & (told["area"] == authority.area_code)])
    planned, printed = _agreed(plan, authority.area_code)
    authorities = _authorities(published)
    beside = Known(planned, agreement.standing_mitigations(), tuple(switches), position, printed)
    ahead = look_ahead(published.rows, authorities, authority.area_code, as_at, beside)
    under_way = _under_way(council, published, authority.area_code)
    forecasts = pd.concat([ahead.rows, under_way.rows], ignore_index=True).query("indicator in @dictionary")
    figures = pd.concat([told, plan, counted, history[~covered], forecasts], ignore_index=True)
    figures = pd.concat([figures, _neighbour_means(figures, areas, dictionary)], ignore_index=True)
    if figures.duplicated(KEY).any():
        twice = figures.loc[figures.duplicated(KEY), ["indicator", "area", "time_period", "category"]].iloc[0].to_list()
        raise Refusal(
            f"A figure has two values: {twice}.", remedy="An indicator must give one row a key; look at its merge or its categories."
        )
    before = read_programme_before(project, authority_name, quarter, own) if own else {}
    day = _day_of_last_look(project, authority_name, quarter)
    alone = [authority.area_code, ENGLAND]  # England has every column of a table; a council may have had no value in one
    then = published.rows_on(day) if day else published.rows.head(0)
    then = then[then["area"].isin(alone)]
    registers = {
        "sources": pd.concat([published.sources, _own_source(own, quarter)], ignore_index=True) if own else published.sources,
        "repairs": published.repairs,
        "findings": published.findings,
        **_account(own, project),
        "revisions": _revisions(history[covered], counted),
        **ahead.registers,
        **under_way.registers,
        "backtest": trial(published.rows, authorities),
        "ledger": read_ledger(project.released(authority_name), quarter),
        **{name: _programme_register(name, own, before.get(name)) for name in PROGRAMME},
        "cost_centres": read_cost_centres(folder, project.dictionary),
        "last_look": _published_figures(then, dictionary, known).query("area == @authority.area_code")[LAST_LOOK].dropna(),
    }
    here = [*areas["area"], ""]  # an entry without an area speaks of a whole file
    registers = {name: table[table["area_code"].isin(here)] if "area_code" in table else table for name, table in registers.items()}
    return Figures(authority_name, quarter, as_at, figures[COLUMNS].sort_values(KEY, ignore_index=True), areas, registers)


def try_forecasts(project: Project, as_at: date) -> Backtest:
    """Return how forecasts made from every January since 2018 would have done, with the published counts of all councils."""
    published = read_reference(project.reference, as_at)
    return look_back(published.rows, _authorities(published))


def census_beside_published(project: Project, authority_name: str, quarter: Quarter, own: Own) -> list[str]:
    """Set the newest January census that a council's return tells of beside DfE's numbers of it, as known on the quarter's day.

    Args:
        project: Where things stand.
        authority_name: A council that has a folder.
        quarter: The quarter; while it is being prepared, everything that is published counts as known.
        own: What the council holds; without a list of schools there is no census.

    Returns:
        One line for all plans and for each of DfE's groups of placements.
    """
    days = read_census_dates(project.reference / "census_dates.csv").values()
    day = max((day for day in days if day <= own.told.last_day), default=None)
    if own.establishments.empty or day is None:
        return []
    as_at = read_quarter(project.authority(authority_name), quarter).as_at
    rows = census(own.checked.clean.tables, read_placements(project.dictionary), own.establishments, pd.Timestamp(day))
    published = read_reference(project.reference, as_at or date.max).table("plans")
    there = (published["area"] == own.area) & (published["time_period"] == academic_year_of(day))
    unknown = f"not published by {day_label(as_at)}" if as_at else "not published"
    return [
        f"{told.group} on {day_label(day)}: {told.counted:,} "
        + (f"({unknown})" if pd.isna(told.published) else f"(DfE {told.published:,.0f}, residual {told.residual:+,.0f})")
        for told in reconciled(rows, published[there]).itertuples()
    ]


def check_registry(dictionary: dict[str, Indicator]) -> None:
    """Stop where an indicator has a function and no row, or a row and no function; the message names whatever is half added."""
    rows_only, functions_only = sorted(set(dictionary) - set(FUNCTIONS)), sorted(set(FUNCTIONS) - set(dictionary))
    if rows_only or functions_only:
        missing = [f"'{name}' has a row in indicators.csv and no function" for name in rows_only]
        missing += [f"'{name}' has a function and no row in indicators.csv" for name in functions_only]
        raise Refusal(
            f"An indicator is half added: {'; '.join(missing)}.",
            file="data/dictionary/indicators.csv",
            remedy="An indicator needs both, under one name.",
        )


def _areas(name: str, authority: Authority, published: Published, as_at: date) -> pd.DataFrame:
    """The authority and whom it is compared with, each with its role."""
    known = published.areas.rename(columns={"area_code": "area", "name": "area_name"})
    by_la_code = known[known["level"] == "Local authority"].set_index("la_code")["area"]
    own = known[known["area"] == authority.area_code]
    if own.empty or own["level"].iloc[0] != "Local authority":
        raise Refusal(
            f"The area '{authority.area_code}' is not an authority of areas.csv.",
            file=f"data/authorities/{name}/authority.yaml",
            remedy="Give the nine-character code of the authority, as E06000035.",
        )
    roles = {}
    neighbours = authority.neighbours_in_force(as_at)
    earlier = [entry for entry in authority.neighbour_sets if entry.in_force_from < neighbours.in_force_from]
    for entry, role in [*((entry, "neighbour_before") for entry in earlier), (neighbours, "neighbour")]:
        if lost := sorted(set(entry.la_codes) - set(by_la_code.index)):
            raise Refusal(
                f"The neighbours {', '.join(lost)} of the set '{entry.id}' are not in areas.csv.",
                file=f"data/authorities/{name}/authority.yaml",
                remedy="Give the three-digit codes of authorities that exist.",
            )
        roles |= dict.fromkeys(by_la_code[entry.la_codes], role)
        if authority.area_code in roles:
            raise Refusal(
                f"{authority.name} stands among its own neighbours in the set '{entry.id}'.",
                file=f"data/authorities/{name}/authority.yaml",
                remedy="Take its code out of the set.",
            )
    roles |= {authority.area_code: "authority", own["region_code"].iloc[0]: "region", ENGLAND: "England"}
    table = known[known["area"].isin(roles)][["area", "area_name", "la_code"]]
    table = table.assign(role=table["area"].map(roles))
    mean = pd.DataFrame({"area": [NEIGHBOURS], "area_name": [neighbours.label], "la_code": [""], "role": ["neighbours"]})
    return pd.concat([table, mean], ignore_index=True)


def _asks_for_own_records(entry: Indicator) -> bool:
    return list(inspect.signature(FUNCTIONS[entry.name]).parameters) == [OWN_RECORDS]


def own_records(own: Own, project: Project, authority: str) -> Council:
    """Return what a council holds, as the indicators use it.

    Raises:
        Refusal: When an amount of the ledger cannot be read: every total would be wrong by it, and look right.
    """
    account = own.checked.clean.account
    unread = account[(account["table"] == "ledger") & (account["rule"] == NOT_MONEY)]
    if len(unread):
        first = unread.iloc[0]
        raise Refusal(
            f"{len(unread)} of the ledger's amounts cannot be read, and no total of it can be told without them.",
            file=first["file"],
            line=int(first["line"]),
            column=first["column"],
            remedy="Correct the amount where it comes from; 'svip check' lists every such cell.",
        )
    return Council(
        clean=own.checked.clean.tables,
        establishments=own.establishments,
        placements=read_placements(project.dictionary),
        told=own.told,
        census_days=list(read_census_dates(project.reference / "census_dates.csv").values()),
        area=own.area,
        origin=own.origin,
        placement_types=read_codes(project.dictionary)["placement_category"],
        cost_centres=read_cost_centres(project.authority(authority), project.dictionary),
    )


def own_figures(council: Council, dictionary: dict[str, Indicator]) -> pd.DataFrame:
    """Return every figure of a council's own records, in the one shape."""
    asked = [entry for entry in dictionary.values() if _asks_for_own_records(entry)]
    return pd.concat([_in_shape(FUNCTIONS[entry.name](council), entry) for entry in asked], ignore_index=True)


def _history(project: Project, authority: str, quarter: Quarter, dictionary: dict[str, Indicator], area: str) -> pd.DataFrame:
    """The figures of earlier quarters, each as it was told then: as the council keeps them, and for the quarter before from its extracts.

    Raises:
        Refusal: When a file names an indicator that the pack does not know, or figures of another quarter.
    """
    parts = [pd.DataFrame(columns=COLUMNS)]
    for earlier in project.quarters_before(authority, quarter):
        folder = project.find_extracts(authority, earlier)
        file = folder / "figures.csv" if folder else None
        if file is None or not file.is_file():
            laid_out = file is not None and earlier == quarter.previous and earlier in project.quarters(authority)
            if laid_out and (own := read_own(project, authority, earlier)):
                told = own_figures(own_records(own, project, authority), dictionary)
                parts.append(told[told["time_period"] == earlier.code])
            continue
        rows = read_figures(file)
        for column, known in (("indicator", set(dictionary)), ("time_period", {earlier.code}), ("area", {area})):
            if strange := sorted(set(rows[column]) - known):
                raise Refusal(
                    f"'{strange[0]}' is not what this file may tell of.",
                    file=file,
                    line=int((rows[column] == strange[0]).to_numpy().argmax()) + 2,
                    column=column,
                    remedy=f"It holds this council's figures of {earlier} alone, by the names of data/dictionary/indicators.csv.",
                )
        parts.append(rows[COLUMNS])
    return pd.concat(parts, ignore_index=True)


def told_again(history: pd.DataFrame, counted: pd.DataFrame) -> pd.Series:
    """Tell of each figure of earlier quarters whether the return tells of it again; what only registers told stays as it was then.

    Example:
        >>> then = pd.DataFrame({"indicator": ["plans_count", "spending_gbp"], "time_period": ["202526Q3", "202526Q3"]})
        >>> now = pd.DataFrame({"indicator": ["plans_count", "spending_gbp"], "time_period": ["202526Q3", "202526Q4"]})
        >>> told_again(then, now).to_list()
        [True, False]
    """
    told = pd.MultiIndex.from_frame(history[["indicator", "time_period"]])
    now = pd.MultiIndex.from_frame(counted[["indicator", "time_period"]])
    # Parts of a whole that is told anew go with it, also where the return tells no parts of so small a whole.
    wholes = {name: [text.removesuffix(" = [*]") for text in texts if text.endswith(" = [*]")] for name, texts in SUMS.items()}
    with_whole = [any((whole, period) in now for whole in wholes.get(name, [])) for name, period in told]
    return pd.Series(told.isin(now) | np.array(with_whole, dtype=bool), index=history.index)


def _published_figures(rows: pd.DataFrame, dictionary: dict[str, Indicator], known: set[str]) -> pd.DataFrame:
    """Every figure of published rows, computed and as its publisher printed it."""
    tables = dict.fromkeys(known, rows.head(0)) | dict(iter(rows.groupby("table")))
    actual = [_compute(entry, tables) for entry in dictionary.values() if not _asks_for_own_records(entry)]
    printed = [_as_published(entry, tables) for entry in dictionary.values() if entry.published_column]
    return pd.concat([*actual, *printed], ignore_index=True)


def _day_of_last_look(project: Project, authority: str, quarter: Quarter) -> date | None:
    """The day on which the pack before looked at the world, if there is one."""
    folder = project.authority(authority)
    days = [read_quarter(folder, known).as_at for known in project.quarters(authority) if known < quarter]
    return max((day for day in days if day), default=None)


def _compute(entry: Indicator, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """One indicator's figures; the parameters of its function name the published tables that it is given."""
    function = FUNCTIONS[entry.name]
    wanted = list(inspect.signature(function).parameters)
    if strange := [name for name in wanted if name not in tables]:
        raise Refusal(
            f"The indicator '{entry.name}' asks for a table '{strange[0]}', which no release has.",
            file=inspect.getsourcefile(function),
            remedy=f"Its parameters must be among: {', '.join(sorted(tables))}; or the one parameter {OWN_RECORDS}.",
        )
    return _in_shape(function(**{name: tables[name] for name in wanted}), entry)


def _as_published(entry: Indicator, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The same figure as its publisher printed it, to stand beside the one that was computed."""
    table, column = entry.published_column.split(".")
    rows = tables.get(table)
    if rows is None or (len(rows) and column not in set(rows["measure"])):
        raise Refusal(
            f"The published table '{table}' has no column '{column}'.",
            file="data/dictionary/indicators.csv",
            column="published_column",
            remedy=f"Correct the row of '{entry.name}'.",
        )
    chosen = rows[rows["measure"] == column]
    figures = chosen.rename(columns={"available_from": "as_at"})
    return _in_shape(figures.assign(measure="published", numerator=float("nan"), denominator=float("nan")), entry)


def _in_shape(figures: pd.DataFrame, entry: Indicator) -> pd.DataFrame:
    """Complete an indicator's rows to the one shape; one name has one base."""
    if strange := sorted(set(figures["time_identifier"]) - {entry.time_identifier}):
        raise Refusal(
            f"The figures of '{entry.name}' are by {strange[0].lower()}, and the dictionary says {entry.time_identifier.lower()}.",
            file="data/dictionary/indicators.csv",
            column="time_identifier",
            remedy="Correct the row.",
        )
    constant = {"indicator": entry.name, "base": entry.base, "scenario": "", "quantile": ""}
    constant |= {name: told for name, told in {"measure": "actual", "origin": "published"}.items() if name not in figures}
    return figures.assign(**constant)[COLUMNS]


def _own_source(own: Own, quarter: Quarter) -> pd.DataFrame:
    """The council's own return as a source of the pack."""
    marked = "SYNTHETIC: invented children and sums in the form of the council's own" if own.checked.synthetic else "The council's own"
    told = {
        "id": SOURCE,
        "title": f"{marked} SEN2 return and registers",
        "publisher": "The council",
        "release": str(quarter),
        "available_from": own.told.last_day.isoformat(),
        "verified": "True",
        "partial": "False",
        "licence": "not published",
    }
    return pd.DataFrame([told])


def _account(own: Own | None, project: Project) -> dict[str, pd.DataFrame]:
    """What came in from the council, was mended and set aside: numbers of rows of files, by table and by rule."""
    if own is None:
        return {"own_rows": pd.DataFrame(columns=["table", "rows_in", "clean", "quarantined"]), "own_findings": pd.DataFrame(columns=FOUND)}
    says = {row["rule"]: row for _, row in dictionary_rows(project.dictionary / "rules.csv", "rule", "says", "remedy")}
    account = own.checked.clean.account
    found = account.groupby(["level", "rule", "table"], as_index=False).size().rename(columns={"size": "rows"})
    found = found.assign(
        says=found["rule"].map(lambda rule: says[rule]["says"]), remedy=found["rule"].map(lambda rule: says[rule]["remedy"])
    )
    return {"own_rows": own.checked.clean.rows, "own_findings": found[FOUND]}


def _programme_register(name: str, own: Own | None, before: pd.DataFrame | None) -> pd.DataFrame:
    """A register of the programme as words, each entry with what it was a quarter before; one that has gone since stands at the end."""
    now = own.checked.clean.tables.get(name) if own else None
    if now is None:
        return pd.DataFrame(columns=["origin", "listed"])
    key, says, state = ENTRIES[name]
    table = now.assign(listed="")
    if before is not None:
        then = before[[key, *state]].rename(columns={column: f"{column}_before" for column in state})
        known = now[key].isin(before[key])
        table = now.assign(listed=known.map({True: "still", False: "new"})).merge(then, how="left", on=key, validate="one_to_one")
        gone = before.loc[~before[key].isin(now[key]), [key, says]].assign(listed="gone")
        table = pd.concat([table, gone], ignore_index=True)
    table = table.assign(origin=own.origin)
    return table.apply(lambda cells: cells.astype("str").where(cells.notna(), ""))


def _revisions(told: pd.DataFrame, counted: pd.DataFrame) -> pd.DataFrame:
    """What an earlier quarter's pack told otherwise than the council's records tell it now."""
    key = ["indicator", "breakdown", "category", "time_period"]
    both = told.merge(counted, on=key, suffixes=("_then", "_now"), validate="one_to_one")
    return both.loc[both["value_then"] != both["value_now"], [*key, "value_then", "value_now"]]


def _plan(agreement: Agreement, dictionary: dict[str, Indicator], areas: pd.DataFrame, file: Path) -> pd.DataFrame:
    """What the agreement plans, and what the council's papers printed as known; a figure that nobody has verified has no value.

    Raises:
        Refusal: When a trajectory names an indicator, base or area that this pack does not know: a plan must not vanish in silence.
    """
    for path in agreement.trajectories:
        entry = dictionary.get(path.indicator)
        wrong = "indicator" if entry is None else "base" if path.base != entry.base else None if path.area in set(areas["area"]) else "area"
        if wrong:
            raise Refusal(
                f"The trajectory '{path.id}' has the {wrong} '{getattr(path, wrong)}', which is not that of this pack's figures.",
                file=file,
                remedy=f"Correct its {wrong}; indicators and their bases stand in data/dictionary/indicators.csv.",
            )
    rows = pd.DataFrame(agreement.trajectory_rows(), columns=PLANNED)
    whole = rows["category"] == TOTAL
    breakdown = rows["indicator"].map({name: entry.filter_grouping_column for name, entry in dictionary.items()})
    verified = rows["verified"].astype(bool)
    return rows.assign(
        category=rows["category"].mask(whole, ""),
        breakdown=breakdown.mask(whole, ""),
        as_at=rows["as_at"].astype(str),
        value=rows["value"].astype(float).where(verified),
        shorthand=pd.Series("", index=rows.index, dtype="str").mask(~verified, UNVERIFIED),
        origin="council",
        scenario="",
        quantile="",
        numerator=float("nan"),
        denominator=float("nan"),
    )[COLUMNS]


def _agreed(plan: pd.DataFrame, area: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What was agreed of that which the outlook tells, by January; and what the council's papers print as counted of its plans."""
    told = plan[plan["indicator"].isin([PLANS, MAINSTREAM]) & (plan["area"] == area) & plan["value"].notna()]
    told = told[told["as_at"].str.fullmatch(DAY)]  # of a paper without a day nobody knows what was known
    told = told.assign(january=told["time_period"].map(january_of)).sort_values("january")
    planned, printed = (
        told.loc[told["measure"] == measure, ["indicator", "january", "value", "as_at"]] for measure in ("plan", "published")
    )
    return planned, printed[printed["indicator"] == PLANS]


def _under_way(council: Council | None, published: Published, area: str) -> Outlook:
    """What the coming January may bring by the council's own open cases; nothing where it supplied no return."""
    told = published.rows.query("table == 'plans' and measure == 'ehcplans' and area == @area and value.notna()")["time_period"]
    return nowcast(council, max(map(january_of, told), default=0)) if council else none()


def _authorities(published: Published) -> list[str]:
    there = (published.areas["level"] == "Local authority") & (published.areas["closed"] == "")
    return published.areas.loc[there, "area_code"].to_list()


def _neighbour_means(figures: pd.DataFrame, areas: pd.DataFrame, dictionary: dict[str, Indicator]) -> pd.DataFrame:
    """The simple mean of the neighbours' shares, and how many of them it stands on; numbers of children are never averaged."""
    shares = [entry.name for entry in dictionary.values() if entry.indicator_unit == "%"]
    members = areas.loc[areas["role"] == "neighbour", "area"]
    rows = figures[figures["area"].isin(members) & figures["indicator"].isin(shares)]
    if rows.empty:
        return figures.head(0)
    same = [name for name in KEY if name not in ("area", "as_at")]
    means = rows.groupby(same, observed=True, as_index=False).agg(
        value=("value", "mean"), denominator=("value", "count"), as_at=("as_at", "max"), source_id=("source_id", "max")
    )
    means["shorthand"] = means["value"].isna().map({True: NOT_AVAILABLE, False: ""})
    return means.assign(area=NEIGHBOURS, numerator=float("nan"))[COLUMNS]
