"""Cleans the council's registers beside the return, and keeps the same account of them, with the same promise: no row is lost.

Each cell is read by the type of its field; the doubts that need several cells stand below, one function a register. Names, dates of
birth and pupil numbers end here: a child is a keyed hash, the same as in the clean return.
"""

import re
from collections.abc import Callable
from datetime import date

import pandas as pd

from svip_lib.config.fields import Codes, Field, Fields
from svip_lib.config.periods import APRIL, MONTHS, OLD_MONTHS, over_financial_year, six_digits
from svip_lib.config.tokens import keyed_hash
from svip_lib.intake.account import QUARANTINE, REPAIR, WARN, Account, Rows
from svip_lib.intake.cleaning import FAR_FUTURE, Clean, check_upns, hand_on, school_year, take_parsed, take_recoded
from svip_lib.intake.contracts import CONTRACTS, DTYPES
from svip_lib.intake.registers import Register
from svip_lib.intake.values import parse_dates, parse_integers, parse_money, parse_numbers

READERS = {"date": parse_dates, "datetime": parse_dates, "integer": parse_integers, "number": parse_numbers, "money": parse_money}
# A day written day first is the form of such files and no mending; a number for a day, or a dash for nought, is one.
MENDED = {"excel_serial", "month_day_year", "scaled", "dash_zero"}
SCALE = {"£k": 1_000, "£m": 1_000_000}
NUMBERED = (
    "cost_centre account period upn child_id uln urn ukprn laestab purchase_order id number condition likelihood impact score".split()
)
NO_DAY = pd.Timestamp("1900-01-01")
OF_THE_PAST = ("date_of_birth", "last_updated", "on_roll_date", "actual_date", "raised_date", "reviewed_date", "reported_date")
COSTS = ["annual_cost", "weekly_cost", "top_up", "place_funding"]
SHARES = ["education_share", "health_share", "social_care_share"]
PERIODS = range(1, 15)
POUND, CLOSE = 100, 0.01
HALF_A_PLACE = 0.5
A_ROLE = "(role)"  # how an owner ends who is no person
YEAR = re.compile(r"(?P<kind>AY|FY)? ?(?P<century>20)?(?P<first>\d\d)(?: ?(?:[-/–]|to) ?(?:20)?(?P<second>\d\d))?", re.I | re.ASCII)
PERIOD = re.compile(r"(?:20\d\d[/-]?)?(?:period|month|p|m)? ?(\d\d?)", re.I | re.ASCII)
MONTH = re.compile(rf"({'|'.join(MONTHS)})[a-z]*[ '/-]*(?:20)?(?:\d\d)?|20\d\d-(\d\d)-\d\d(?: 00:00:00)?", re.I | re.ASCII)


def clean_registers(
    sent: dict[str, Register],
    fields: Fields,
    codes: Codes,
    *,
    as_at: date,
    key: bytes,
    plans: dict[str, pd.DataFrame] | None = None,
) -> Clean:
    """Clean the registers that a council has sent, each by itself and against the others.

    Args:
        sent: The registers by table, as ``read_register`` returns them.
        fields: The fields of every table.
        codes: The sets of codes.
        as_at: The last day of the quarter.
        key: The council's key; with it a child has the same hash here as in the clean return.
        plans: The tables of the clean return, if there is one: a cost that runs on after its plan has ended is told.

    Returns:
        The clean tables: one row a record, every column of the field table that names nobody; money in pence (``Int64``), shares
        in per cent. ``placement_costs`` has ``child``, and ``birth_year`` where dates of birth were sent.
    """
    account = Account(fields)
    rows = {name: _typed(name, sent[name], fields[name], codes, account) for name in REGISTERS if name in sent}
    for name, register in rows.items():
        _check_values(register, fields[name], pd.Timestamp(as_at))
        CHECKS[name](register, pd.Timestamp(as_at))
        _tell_totals(name, sent[name].totals, account)
    if "placement_costs" in rows:
        costs = rows["placement_costs"]
        costs["child"] = keyed_hash(costs["upn"], key)
        _check_children(costs)
        if plans is not None:
            _check_plans(costs, plans, pd.Timestamp(as_at))
    if "conditions" in rows:
        known = rows["conditions"]["number"]
        for name in {"milestones", "risks"} & set(rows):
            named = rows[name]["condition"]
            rows[name].doubt("condition_unknown", (named != "") & ~named.isin(known), "condition")
    tables = {name: _without_persons(register, fields[name]) for name, register in rows.items()}
    return hand_on(tables, {name: register.raw for name, register in rows.items()}, codes, as_at.year, account)


def match_notes(costs: pd.DataFrame, plans: dict[str, pd.DataFrame]) -> list[str]:
    """Say how many children of the costs are in the return, and how many with a running plan have a cost.

    Args:
        costs: The clean ``placement_costs``.
        plans: The tables of the clean return.
    """
    children, known = pd.Index(costs["child"].unique()), plans["person"]["child"]
    named = plans["namedplan"]
    running = pd.Index(named.loc[named["ceasedate"].isna(), "child"].unique())
    found, costed = int(children.isin(known).sum()), int(running.isin(children).sum())
    return [
        f"Of {len(children):,} children in placement_costs {found:,} are in the return; "
        f"of {len(running):,} children with a running plan there {costed:,} are in placement_costs."
    ]


def _typed(name: str, sent: Register, known: dict[str, Field], codes: dict, account: Account) -> Rows:
    """Read each column by its type; a cell that cannot be read is blanked with a warning, or costs the row where it is required."""
    raw = sent.table
    rows = Rows(name, raw, pd.DataFrame(index=raw.index), account)
    for column, told in known.items():
        if column not in raw:
            rows[column] = pd.Series(pd.NA if told.type in READERS else "", index=raw.index).astype(DTYPES[told.type])
            continue
        level = QUARANTINE if told.required else WARN
        if told.required:
            rows.tell("required_cell_blank", raw[column] == "", column, QUARANTINE)
        if told.type in READERS:
            parsed = READERS[told.type](raw[column])
            values = take_parsed(rows, told, parsed, MENDED)
            scale = SCALE.get(sent.units.get(column, ""), 1)
            rows[column] = values.mask(parsed.rule != "scaled", values * scale) if scale != 1 else values
        elif told.type == "code":
            read = take_recoded(rows, told, codes[told.codes])
            unknown = ~read.isin([*codes[told.codes], ""])
            rows.tell(f"code_unknown_{told.codes}", unknown, column, level)
            rows[column] = read.mask(unknown, "")
        else:
            rows[column] = _text(rows, column, level)
    return rows


def _text(rows: Rows, column: str, level: str) -> pd.Series:
    """Text with single spaces; a code without the '.0' of a spreadsheet, and none where a spreadsheet has dropped its last digits."""
    cells = rows.raw[column].str.replace(r"\s+", " ", regex=True)
    if column not in NUMBERED:
        return cells
    floats = cells.str.fullmatch(r"[0-9]+\.0+")
    rows.tell("float_id", floats, column, REPAIR)
    rounded = cells.str.fullmatch(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]+")
    rows.tell("digits_lost", rounded, column, level)
    return cells.mask(floats, cells.str.split(".").str[0]).mask(rounded, "").astype("str")


def _check_values(rows: Rows, known: dict[str, Field], as_at: pd.Timestamp) -> None:
    """Days that stand for none, what cannot have happened yet, and numbers below nought: only a ledger has credits."""
    for column, told in known.items():
        if told.type in ("money", "number") and rows.name != "ledger":
            rows.doubt("below_zero", rows[column] < 0, column)
        if told.type not in ("date", "datetime"):
            continue
        days = rows[column]
        far = days >= FAR_FUTURE
        if column == "end_date":
            rows.doubt("far_future_as_open", far, column, REPAIR)
            placeholder = days == NO_DAY
        else:
            placeholder = (days == NO_DAY) | far
        rows.doubt("day_for_none", placeholder, column, QUARANTINE if told.required else WARN)
        rows[column] = days.mask(far | placeholder)
        if column in OF_THE_PAST:
            rows.doubt("day_after_quarter", rows[column] > as_at, column)


def _tell_totals(name: str, totals: pd.DataFrame, account: Account) -> None:
    """A line for each amount of a total that is not what its rows add up to, and for each total that could not be compared."""
    unknown = totals[totals["check"] == "not checked"]
    account.add("total_not_checked", WARN, name, unknown)
    wrong = totals[totals["check"] == "differs"]
    told = wrong.assign(part=wrong["differences"].str.split("; ")).explode("part", ignore_index=True)
    parts = told["part"].astype("str").str.split(" ", n=1, expand=True).reindex(columns=[0, 1])
    for column in parts[0].unique():
        account.add("total_differs", WARN, name, told[parts[0] == column], column, parts[1])


def _repeated(rows: Rows, columns: list[str]) -> pd.Series:
    """Rows that say in some columns what an earlier sound row says."""
    return rows.sound.duplicated(columns).reindex(rows.typed.index, fill_value=False)


def _differ(stated: pd.Series, computed: pd.Series, tolerance: pd.Series | float) -> pd.Series:
    """Where two figures are both there and further apart than they may be."""
    return (stated.astype("Float64") - computed.astype("Float64")).abs() > tolerance


def _check_ledger(rows: Rows, as_at: pd.Timestamp) -> None:
    rows["period"] = _mapped(rows, "period", _period, "period_unknown").astype("Int64")
    rows["financial_year"] = _mapped(rows, "financial_year", _year, "year_unknown").fillna("").astype("str")
    lengths = rows["cost_centre"].str.len().where(rows["cost_centre"].str.fullmatch("[0-9]+"))
    rows.doubt("leading_zeros_lost", lengths < lengths.max(), "cost_centre")
    rows.doubt("ledger_row_repeated", _repeated(rows, ["cost_centre", "account", "s251_line", "financial_year", "period"]), "cost_centre")
    spent = rows["actual_to_date"] + rows["commitments"].fillna(0)
    rows.doubt("forecast_below_spend", (rows["forecast_outturn"] < spent) & (rows["forecast_outturn"] >= 0), "forecast_outturn")
    # Some councils print an overspend as positive and some as negative: the sign is that of most rows.
    over = rows["forecast_outturn"] - rows["current_budget"]
    as_over, as_under = ((_differ(rows["variance"], sign * over, POUND) == False).sum() for sign in (1, -1))  # noqa: E712 - NA is neither
    rows.doubt("variance_differs", _differ(rows["variance"], over if as_over >= as_under else -over, POUND), "variance")


def _mapped(rows: Rows, column: str, read: Callable[[str], object], rule: str) -> pd.Series:
    """A column of text as what a function makes of each text that occurs; told where it makes nothing of one."""
    cells = rows[column]
    values = cells.map({text: read(text) for text in cells.unique()})
    rows.doubt(rule, (cells != "") & values.isna(), column)
    return values


def _period(text: str) -> int | None:
    """The accounting period that a cell names: 1 is April.

    Example:
        >>> [_period(text) for text in ("4", "P04", "2022/04", "Jul-22", "2022-07-01", "15", "summer")]
        [4, 4, 4, 4, 4, None, None]
    """
    if month := MONTH.fullmatch(text):
        number = MONTHS.index(month[1].casefold()) + 1 if month[1] else int(month[2])
        return (number - APRIL) % 12 + 1 if number in range(1, 13) else None
    found = PERIOD.fullmatch(text)
    return int(found[1]) if found and int(found[1]) in PERIODS else None


def _year(text: str) -> str | None:
    """The year across two that a cell names, in DfE's six digits.

    Example:
        >>> [_year(text) for text in ("22/23", "2022-23", "AY22", "FY 2022 to 2023", "2022/24", "22", "last")]
        ['202223', '202223', '202223', '202223', None, None, None]
    """
    found = YEAR.fullmatch(text)
    if not found or not (found["kind"] or found["century"] or found["second"]):
        return None
    first = 2000 + int(found["first"])
    return six_digits(first) if found["second"] in (None, six_digits(first)[4:]) else None


def _check_placement_costs(rows: Rows, as_at: pd.Timestamp) -> None:
    check_upns(rows, rows.doubt)
    rows.doubt("urn_format", (rows["urn"] != "") & ~rows["urn"].str.fullmatch(r"\d{6}"), "urn")
    rows.doubt("ukprn_format", (rows["ukprn"] != "") & ~rows["ukprn"].str.fullmatch(r"1\d{7}"), "ukprn")
    rows["year"] = _mapped(rows, "year", _year, "year_unknown").fillna("").astype("str")
    rows.doubt("end_before_start", rows["end_date"] < rows["start_date"], "end_date", QUARANTINE)
    if "end_date" in rows.raw:
        blank = rows.raw["end_date"] == ""
        rows.doubt("ceased_without_end", (rows["status"] == "Ceased") & blank, "end_date")
    rows.doubt("active_after_end", (rows["status"] == "Active") & (rows["end_date"] <= as_at), "status")
    sent = [column for column in COSTS if column in rows.raw]
    rows.doubt("cost_missing", rows["end_date"].isna() & (rows.raw[sent] == "").all(axis=1) & bool(sent), "annual_cost")
    annual = rows["annual_cost"].astype("Float64")
    by_week = rows["weekly_cost"].astype("Float64") * rows["weeks"]
    rows.doubt("cost_unit_unclear", _differ(annual, by_week, (annual.abs() * CLOSE).clip(lower=POUND)), "annual_cost")
    _check_shares(rows)


def _check_shares(rows: Rows) -> None:
    """Read the parts that services pay: each row as hundredths, as parts of one or as pounds, whichever adds up."""
    numbers, unread = pd.DataFrame(index=rows.raw.index), pd.Series(False, index=rows.raw.index)
    for column in SHARES:
        parsed = parse_money(rows[column].str.removesuffix("%"))
        for rule in parsed.rule[parsed.wrong].unique():
            rows.doubt(rule, parsed.wrong & (parsed.rule == rule), column)
        numbers[column] = parsed.values.astype("Float64") / POUND  # noqa: PD011 - a field of ours
        unread |= parsed.wrong
    total = numbers.sum(axis=1, min_count=1).mask(unread)
    cost = (rows["annual_cost"] / POUND).where(rows["annual_cost"] > 0)
    is_percent, is_part = (total - 100).abs() <= 1, (total - 1).abs() <= 2 * CLOSE
    is_money = ((total - cost).abs() <= 1).fillna(False) & ~is_percent.fillna(False) & ~is_part.fillna(False)
    whole = is_percent | is_part | is_money
    first = next((column for column in SHARES if column in rows.raw), SHARES[0])
    rows.doubt("shares_not_whole", total.notna() & ~whole, first)
    if is_percent.any():
        rows.doubt("share_in_other_form", is_part, first, REPAIR)
    percent = numbers.mul(100).div(total, axis=0)
    for column in SHARES:
        rows[column] = percent[column].where(whole.fillna(False))


def _check_children(rows: Rows) -> None:
    """Doubts about one child's rows together; of the same placement twice the row that was changed last is kept."""
    order = rows.typed.assign(place=rows["placement_name"].str.casefold(), line=rows.raw["line"])[~rows.bad]
    order = order.sort_values(["last_updated", "line"], na_position="first", kind="stable")
    again = order.duplicated(["child", "start_date", "place"], keep="last").reindex(rows.typed.index, fill_value=False)
    rows.doubt("placement_repeated", again, "upn", QUARANTINE)
    sound = rows.sound
    born = sound["date_of_birth"]
    other = born != born.groupby(sound["child"]).transform("first")
    rows.doubt("born_on_two_days", (other & born.notna()).reindex(rows.typed.index, fill_value=False), "date_of_birth")
    running = sound[sound["end_date"].isna() & ~sound["status"].isin(["Planned", "Ceased", "Withdrawn"])].sort_values("start_date")
    second = running.duplicated("child").reindex(rows.typed.index, fill_value=False)
    rows.doubt("two_running_placements", second, "placement_name")


def _check_plans(rows: Rows, plans: dict[str, pd.DataFrame], as_at: pd.Timestamp) -> None:
    """The money finding: a placement that is still paid for though every plan of the child has ended."""
    ended = plans["namedplan"].groupby("child")["ceasedate"].agg(["count", "size", "max"])
    last = rows.typed["child"].map(ended.loc[ended["count"] == ended["size"], "max"])
    running = rows["end_date"].isna() | (rows["end_date"] > as_at)
    paid = (rows.typed[COSTS].fillna(0) > 0).any(axis=1)
    rows.doubt("cost_after_plan", (last <= as_at) & running & paid & ~rows["status"].isin(["Ceased", "Withdrawn"]), "end_date")


def _check_places(rows: Rows, as_at: pd.Timestamp) -> None:
    places, roll = rows["places"], rows["on_roll"]
    rows.doubt("places_row_repeated", _repeated(rows, ["school_name", "urn", "place_type", "post_16", "designation"]), "school_name")
    rows.doubt("urn_format", (rows["urn"] != "") & ~rows["urn"].str.fullmatch(r"\d{6}"), "urn")
    rows.doubt("over_numbers", roll > places, "on_roll")
    rows.doubt("roll_differs_from_its_parts", _differ(roll, rows["own_pupils"] + rows["other_pupils"], 0), "on_roll")
    rows.doubt("vacancies_differ", _differ(rows["vacancies"], (places - roll).clip(lower=0), 0), "vacancies")
    old = rows["post_16"].map(OLD_MONTHS).astype("Float64")
    weighted = over_financial_year(places, rows["places_next_year"], old)
    rows.doubt("places_not_weighted", _differ(rows["places_financial_year"], weighted, HALF_A_PLACE), "places_financial_year")
    # The places of the year are printed to two decimals, so the money may differ by a hundredth of a place.
    bought = rows["places_financial_year"] * rows["rate"]
    rows.doubt("place_funding_differs", _differ(rows["place_funding"], bought, rows["rate"] * CLOSE), "place_funding")


def _check_placement_budget(rows: Rows, as_at: pd.Timestamp) -> None:
    rows.doubt("planned_row_repeated", _repeated(rows, ["dsg_category", "primary_need"]), "dsg_category")


def _check_colours(rows: Rows) -> None:
    good = rows["status"].isin(["On track", "Met", "Complete"]) & (rows["rag"] == "R")
    ill = rows["status"].isin(["Not on track", "At risk", "Delayed"]) & rows["rag"].isin(["G", "B"])
    rows.doubt("colour_against_status", good | ill, "rag")


def _check_milestones(rows: Rows, as_at: pd.Timestamp) -> None:
    rows.doubt("reference_repeated", _repeated(rows, ["id"]), "id", QUARANTINE)
    _check_colours(rows)
    done = rows["status"] == "Complete"
    if "actual_date" in rows.raw:
        rows.doubt("complete_without_day", done & (rows.raw["actual_date"] == ""), "actual_date")
    rows.doubt("done_and_not_complete", (rows["status"] != "") & ~done & rows["actual_date"].notna(), "status")
    unfinished = ~done & (rows["status"] != "Cancelled") & rows["actual_date"].isna() & rows["forecast_date"].isna()
    rows.doubt("overdue_without_forecast", unfinished & (rows["planned_date"] <= as_at), "forecast_date")
    rows.doubt("capital_overspent", rows["capital_spent"] > rows["capital_budget"], "capital_spent")


def _check_risks(rows: Rows, as_at: pd.Timestamp) -> None:
    rows.doubt("reference_repeated", _repeated(rows, ["id"]), "id", QUARANTINE)
    chance, weight, score = (rows[column].str.casefold().str.replace(" ", "") for column in ("likelihood", "impact", "score"))
    numeric = [pd.to_numeric(cells, errors="coerce").astype("Float64") for cells in (chance, weight, score)]
    by_letter = chance.str.fullmatch("[a-f]") & (weight != "") & (score != "") & (score != chance + weight)
    rows.doubt("score_differs", _differ(numeric[2], numeric[0] * numeric[1], 0).fillna(False) | by_letter, "score")


def _check_conditions(rows: Rows, as_at: pd.Timestamp) -> None:
    rows.doubt("reference_repeated", _repeated(rows, ["number"]), "number", QUARANTINE)
    _check_colours(rows)
    if "evidence" in rows.raw:
        rows.doubt("met_without_evidence", (rows["status"] == "Met") & (rows["evidence"] == ""), "evidence")
    rows.doubt("due_and_not_reported", (rows["status"] == "Not due") & (rows["due_date"] <= as_at), "status")


def _without_persons(rows: Rows, known: dict[str, Field]) -> pd.DataFrame:
    """The sound rows without what names a person: a hash for the child, the school year for the date of birth."""
    table = rows.typed[[column for column, told in known.items() if not told.personal]]
    if rows.name == "placement_costs":
        table = table.assign(child=rows["child"], birth_year=school_year(rows["date_of_birth"]).astype("Int64"))[
            ["child", "birth_year", *table.columns]
        ]
    if "owner_role" in CONTRACTS[rows.name].worked_out:
        owner = rows["owner"]
        table = table.assign(owner_role=owner.str.removesuffix(A_ROLE).str.strip().where(owner.str.endswith(A_ROLE), "").astype("str"))
    return table[~rows.bad].reset_index(drop=True)


CHECKS = {
    "ledger": _check_ledger,
    "placement_costs": _check_placement_costs,
    "placement_budget": _check_placement_budget,
    "places": _check_places,
    "milestones": _check_milestones,
    "risks": _check_risks,
    "conditions": _check_conditions,
    "pupils": lambda rows, as_at: rows.doubt("reference_repeated", _repeated(rows, ["category"]), "category", QUARANTINE),
}
REGISTERS = tuple(CHECKS)
# The registers of the programme itself: they are about no child, and their entries are printed.
PROGRAMME = ("milestones", "risks", "conditions")
