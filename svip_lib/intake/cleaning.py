"""Cleans a SEN2 return and keeps account: every mending, every row set aside and every doubt is one line with its place and rule.

A cell with one right reading is mended; a row without one goes to quarantine, with all that hangs on it. Rows in = rows clean
+ rows quarantined, for every table. Names, dates of birth, postcodes and pupil numbers serve the checks and end here.
"""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from svip_lib.config.fields import Field
from svip_lib.config.refusal import Refusal
from svip_lib.config.tokens import keyed_hash
from svip_lib.config.upn import FORM, check_letters
from svip_lib.intake.account import COLUMNS, QUARANTINE, REPAIR, WARN, Account
from svip_lib.intake.contracts import BLANK, CONTRACTS, DTYPES, DUPLICATE, TECHNICAL, Contract, breach, faults
from svip_lib.intake.sen2 import TABLES, Sen2Return
from svip_lib.intake.values import Parsed, parse_dates, parse_flags, parse_integers

MENDED_DATES = {"excel_serial", "day_month_year", "month_day_year", "day_month_name"}
NOTHING = {"datetime64[s]": pd.NaT, "Int64": pd.NA, "bool": False}
READERS = {"date": parse_dates, "datetime": parse_dates, "integer": parse_integers, "flag": parse_flags}
CHANGED_MEANING = ("residential",)  # sets whose letters meant something else in the guides before 2025-26
OLD_SEX = {"1": "M", "2": "F", "0": "U", "9": "U"}
PLANNED_AHEAD = ("phasetransferduedate", "phasetransferfinaldate", "leavingdate")
FAR_FUTURE = pd.Timestamp("2090-01-01")
POSTCODE = r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}"
ENOUGH, HALF = 20, 0.5  # rows and share from which a column is judged
OLDEST, ADULT, EARLY_YEARS = 24, 16, 5
SCHOOL_YEAR_BEGINS = 9


@dataclass(frozen=True)
class Clean:
    """A return after cleaning.

    Attributes:
        tables: The clean tables, without any personal column.
        rows: One row a table: rows in, clean and quarantined.
        account: One line a finding.
    """

    tables: dict[str, pd.DataFrame]
    rows: pd.DataFrame
    account: pd.DataFrame


def clean_return(
    sent: Sen2Return,
    fields: dict[str, dict[str, Field]],
    codes: dict[str, dict[str, str]],
    *,
    la_code: str,
    year: int,
    last_day: date,
    key: bytes,
    establishments: pd.DataFrame | None = None,
) -> Clean:
    """Clean a return.

    Args:
        sent: The return as it was read.
        fields: The fields of every table.
        codes: The sets of codes.
        la_code: The authority's own three-digit code.
        year: The year of the SEN2 collection in whose form the return is.
        last_day: The last day that the return tells of: census day, or the last day of a quarter.
        key: The council's key; the same child has the same hash in every quarter, and nobody without the key can make it.
        establishments: Schools by ``urn``, with ``sen_unit``, ``resourced_provision``, ``low_age`` and ``high_age``, if there is a list.

    Raises:
        Refusal: When the return is of another authority or census, when most cells of a column are of another kind, or when no child
            is left.
        RuntimeError: When a clean table breaks its contract, which is a mistake of this module; without any value.
    """
    _check_header(sent, la_code, year)
    account = Account(fields, [pd.DataFrame(sent.findings, columns=COLUMNS)])
    tables, lost, sent_rows = {}, {}, {name: len(sent.tables[name]) for name in TABLES}
    for name in TABLES:
        raw = sent.tables[name].reset_index(drop=True)
        bad = pd.Series(False, index=raw.index)
        typed = _read_cells(name, raw, fields[name], codes, sent.version, account, bad)
        contract = CONTRACTS[name]
        _hold_to_contract(contract, raw, typed, faults(contract.schema(fields[name], codes, sent.version), typed), account, bad)
        if name == "sen2":  # one record about the file itself: it is looked at, and nothing is kept of it
            continue
        _check_links(contract, raw, tables, lost, account, bad)
        tables[name], lost[name] = typed[~bad], set(typed.loc[bad, f"{name}tableid"])
    _check_rules(tables, account, last_day=pd.Timestamp(last_day), la_code=la_code, establishments=establishments)
    _drop_condemned(tables, account)
    _refuse_nothing_left(sent, tables)
    rows = pd.DataFrame([{"table": name, "rows_in": sent_rows[name], "clean": len(table)} for name, table in tables.items()])
    rows["quarantined"] = rows["rows_in"] - rows["clean"]
    clean = _without_persons(tables, key, fields)
    for name, table in clean.items():
        if len(found := faults(CONTRACTS[name].clean_schema(fields[name], codes, sent.version), table)):
            raise breach(name, found)
    return Clean(clean, rows, account.lines)


def _refuse_other_columns(person: pd.DataFrame, file: str) -> None:
    """Stop where most numbers or postcodes do not look like any: then columns have changed places, and every check would be blind."""
    for column, form in (("upn", FORM), ("postcode", POSTCODE)):
        given = person[column].astype("str").loc[lambda cells: cells != ""].str.upper().str.replace(" ", "")
        if len(given) >= ENOUGH and given.str.fullmatch(form).mean() < HALF:
            raise Refusal(
                f"Most cells of the column '{column}' are something else.",
                file=file,
                column=column,
                remedy="Look whether two columns have changed places, and export again.",
            )


def _refuse_nothing_left(sent: Sen2Return, tables: dict[str, pd.DataFrame]) -> None:
    """Stop where not one child is left: then it is not the rows that are wrong but the file."""
    raw = sent.tables["person"]
    if len(raw) and tables["person"].empty:
        raise Refusal(
            f"Not one of the {len(raw):,} rows can be used.",
            file=str(raw["file"].iloc[0]),
            remedy="Look whether the columns stand under the right headings, and export again.",
        )


def _check_header(sent: Sen2Return, la_code: str, year: int) -> None:
    """A return of another council or year must stop everything: no row of it is ours. A workbook has no header to look at."""
    header = sent.tables["sen2"]
    if header.empty:
        return
    first = header.iloc[0]
    place = {"file": str(first["file"]), "line": int(first["line"])}
    if len(header) != 1:
        raise Refusal("A return has one header record.", **place, remedy="Export the return again.")
    if first["lea"] != la_code:
        raise Refusal(f"The return is of authority {first['lea']}, not {la_code}.", **place, column="lea", remedy="Take the right file.")
    if first["year"] not in ("", str(year)):
        raise Refusal(f"The return is of {first['year']}, not {year}.", **place, column="year", remedy="Take the right quarter's return.")


def _read_cells(
    name: str, raw: pd.DataFrame, fields: dict[str, Field], codes: dict, version: int, account: Account, bad: pd.Series
) -> pd.DataFrame:
    """Read each column by its type; a cell that cannot be read is blanked with a warning, or costs the row where it is required."""
    typed = raw.copy()
    for column, told in fields.items():
        if column.endswith(("tableid", *TECHNICAL)):
            continue
        dtype = DTYPES[told.type]
        if column not in raw:  # not asked for in that year, or blank throughout, where the shape leaves such columns out
            typed[column] = pd.Series(NOTHING.get(dtype, ""), index=raw.index, dtype=dtype)
        elif told.type in READERS:
            typed[column] = take_parsed(name, raw, told, READERS[told.type](raw[column]), account, bad)
        elif told.type == "code":
            typed[column] = take_recoded(name, raw, told, codes[told.codes], account)
        if told.type == "flag":
            if told.is_of(version):
                account.add("flag_blank", WARN, name, raw[raw[column] == ""] if column in raw else raw, column)
            typed[column] = typed[column].fillna(False).astype(bool)
    return typed


def take_parsed(
    name: str, raw: pd.DataFrame, told: Field, parsed: Parsed, account: Account, bad: pd.Series, mended: set[str] = MENDED_DATES
) -> pd.Series:
    """Return the values of a column, with a line for each cell that could not be read or was read from a form of its own."""
    column = told.column
    for rule in parsed.rule[parsed.wrong].unique():
        wrong = parsed.wrong & (parsed.rule == rule)
        account.add(rule, QUARANTINE if told.required else WARN, name, raw[wrong], column, raw[column])
    if told.required:
        bad |= parsed.wrong
    for rule in mended & set(parsed.rule.unique()):
        account.add(rule, REPAIR, name, raw[~parsed.wrong & (parsed.rule == rule)], column, raw[column])
    return parsed.values  # noqa: PD011


def take_recoded(name: str, raw: pd.DataFrame, told: Field, known: dict[str, str], account: Account) -> pd.Series:
    """Return codes, with those mended that differ only in case, or are written as their label, as a number with .0 or in the old code."""
    column, cells = told.column, raw[told.column]
    strange = sorted(set(cells.unique()) - set(known) - {""})
    labels = {label.casefold(): code for code, label in known.items()}
    cases = {code.casefold(): code for code in known}
    ways = {
        "code_case": {text: cases.get(text.casefold(), "") for text in strange},
        "code_label": {text: labels.get(text.casefold(), "") for text in strange},
        "code_float": {text: text.removesuffix(".0") for text in strange},
        "code_old": OLD_SEX if told.codes == "sex" else {},
    }
    result, left = cells, set(strange)
    for rule, way in ways.items():
        fits = {text: way[text] for text in left if way.get(text) in known}
        if fits:
            hit = cells.isin(list(fits))
            account.add(rule, REPAIR, name, raw[hit], column, cells)
            result = result.mask(hit, cells.map(fits))
            left -= set(fits)
    if told.codes in CHANGED_MEANING and (result != "").any():
        first = raw[result != ""].head(1)
        account.add("code_changed_meaning", REPAIR, name, first, column, pd.Series(f"{(result != '').sum():,} cells", index=first.index))
    return result


def _hold_to_contract(
    contract: type[Contract], raw: pd.DataFrame, typed: pd.DataFrame, found: pd.DataFrame, account: Account, bad: pd.Series
) -> None:
    """Put what breaks the contract into the account: it costs the row where the cell is required, and else the cell."""
    if (found["row"] < 0).any():
        raise breach(contract.table, found)
    for (column, rule), part in found.groupby(["column", "rule"], sort=False):
        rows = raw.iloc[part["row"]]
        if rule == BLANK:  # a cell that is blank only because it could not be read has been told of
            rows = rows[rows[column] == ""]
        told = f"duplicate_{contract.record}_id" if rule == DUPLICATE else rule
        costly = account.fields[contract.table][column].required
        account.add(told, QUARANTINE if costly else WARN, contract.table, rows, column, raw[column])
        if costly:
            bad.loc[rows.index] = True
        else:
            typed.loc[rows.index, column] = ""


def _check_links(contract: type[Contract], raw: pd.DataFrame, tables: dict, lost: dict, account: Account, bad: pd.Series) -> None:
    """Every record hangs on a record that is there; what hangs on a quarantined one goes with it."""
    name, parent = contract.table, contract.parent
    link = f"{parent}tableid"
    if parent == "sen2":
        first = raw[link].mode()
        orphan = (raw[link] != first.iloc[0]) if len(first) else pd.Series(False, index=raw.index)
    else:
        there = _among(raw[link], tables[parent][link])
        with_parent = pd.Series(False, index=raw.index)
        if lost[parent] and not there.all():
            with_parent |= ~there & raw[link].isin(lost[parent])
        account.add("parent_quarantined", QUARANTINE, name, raw[with_parent], link, raw[link])
        bad |= with_parent
        orphan = ~there & ~with_parent
    account.add(f"orphan_{contract.record}", QUARANTINE, name, raw[orphan], link, raw[link])
    bad |= orphan
    for only, rule in (("namedplan", "second_named_plan"), ("activeplans", "second_active_plan")):
        if name == only:
            second = raw[link].duplicated() & ~bad
            account.add(rule, QUARANTINE, name, raw[second], link, raw[link])
            bad |= second


def _check_rules(
    tables: dict[str, pd.DataFrame], account: Account, *, last_day: pd.Timestamp, la_code: str, establishments: pd.DataFrame | None
) -> None:
    """The rules over several columns and tables, as plain masks; a row that breaks one of the hard ones is condemned."""
    for name, table in tables.items():
        table["condemned"] = False
        for column, told in account.fields[name].items():
            if told.type == "date" and column in table and column not in PLANNED_AHEAD:
                late = table[column] > last_day
                level = QUARANTINE if told.required else WARN
                account.add("date_in_future", level, name, table[late], column, table[column])
                table["condemned"] |= late & told.required
    _check_persons(tables, account, last_day)
    _check_requests(tables, account, la_code)
    _check_plans(tables, account, la_code)
    _check_settings(tables, account, last_day, establishments)


def _tell(account: Account, tables: dict, name: str, rule: str, mask: pd.Series, column: str, level: str = WARN) -> None:
    """Write a finding, and condemn its rows where the level says so."""
    table = tables[name]
    mask = mask.fillna(False).astype(bool)
    account.add(rule, level, name, table[mask], column, table[column])
    if level == QUARANTINE:
        table["condemned"] |= mask


def _check_persons(tables: dict, account: Account, last_day: pd.Timestamp) -> None:
    person = tables["person"]
    if len(person):
        _refuse_other_columns(person, str(person["file"].iloc[0]))
    number, spelt = person["upn"].astype("str"), person["upn"].astype("str").str.upper().str.replace(" ", "")
    given = spelt != ""
    _tell(account, tables, "person", "upn_spelling", given & (spelt != number), "upn", REPAIR)
    person["upn"] = spelt
    form = spelt.str.fullmatch(FORM)
    _tell(account, tables, "person", "upn_format", given & ~form, "upn")
    _tell(account, tables, "person", "upn_check_letter", form & (check_letters(spelt.where(form, "")) != spelt.str[0]), "upn")
    _tell(account, tables, "person", "upn_twice", given & spelt.duplicated(keep=False) & spelt.duplicated(), "upn")
    uln = person["uniquelearnernumber"].astype("str")
    scientific = uln.str.contains(r"[eE]\+", regex=True)
    _tell(account, tables, "person", "uln_scientific", scientific, "uniquelearnernumber")
    _tell(account, tables, "person", "uln_format", (uln != "") & ~scientific & ~uln.str.fullmatch(r"\d{10}"), "uniquelearnernumber")
    reason = person["upnunknown"] != ""
    _tell(account, tables, "person", "upn_missing_without_reason", ~given & (uln == "") & ~reason, "upn")
    _tell(account, tables, "person", "upn_reason_beside_number", (given | (uln != "")) & reason, "upnunknown")
    begins = pd.Timestamp(last_day.year - (last_day.month < SCHOOL_YEAR_BEGINS), SCHOOL_YEAR_BEGINS - 1, 31)
    person["age"] = _age(person["personbirthdate"], begins)
    _tell(account, tables, "person", "age_outside_0_to_24", ~person["age"].between(0, OLDEST) & ~person["condemned"], "personbirthdate")
    asked = _among(person["persontableid"], tables["requests"]["persontableid"])
    _tell(account, tables, "person", "person_without_request", ~asked, "persontableid")


def _among(cells: pd.Series, others: pd.Series) -> pd.Series:
    """Which cells stand among the others; for long columns much quicker than ``isin``, which makes each text an object of Python."""
    return pd.Series(pd.Index(others.unique()).get_indexer(cells) >= 0, index=cells.index)


def _age(birth: pd.Series, day: pd.Timestamp) -> pd.Series:
    before = (birth.dt.month > day.month) | ((birth.dt.month == day.month) & (birth.dt.day > day.day))
    return day.year - birth.dt.year - before.astype("int64")


def _beside(tables: dict, name: str, parent: str, columns: list[str]) -> pd.DataFrame:
    """Columns of the parent beside each row, in the order of the rows."""
    link = f"{parent}tableid"
    return tables[parent].drop_duplicates(link).set_index(link)[columns].reindex(tables[name][link]).set_axis(tables[name].index)


def _check_requests(tables: dict, account: Account, la_code: str) -> None:
    requests, assessment = tables["requests"], tables["assessment"]
    birth = _beside(tables, "requests", "person", ["personbirthdate"])["personbirthdate"]
    early = birth > requests["receiveddate"]
    blamed = tables["person"]["persontableid"].isin(requests.loc[early, "persontableid"])
    _tell(account, tables, "person", "date_of_birth_after_request", blamed, "personbirthdate", QUARANTINE)
    told, outcome = requests["requestoutcomedate"], requests["requestoutcome"]
    _tell(account, tables, "requests", "outcome_date_before_request", told < requests["receiveddate"], "requestoutcomedate", QUARANTINE)
    _tell(account, tables, "requests", "outcome_without_date", outcome.isin(["Y", "N"]) & told.isna(), "requestoutcomedate")
    _tell(account, tables, "requests", "outcome_date_not_expected", outcome.isin(["A", "W", "H"]) & told.notna(), "requestoutcomedate")
    _tell(account, tables, "requests", "la_code_format", ~requests["exported"].str.fullmatch(r"(\d{3})?"), "exported")
    _tell(account, tables, "requests", "exported_to_own_authority", requests["exported"] == la_code, "exported")
    decided = _beside(tables, "assessment", "requests", ["requestoutcomedate"])["requestoutcomedate"]
    early = assessment["assessmentoutcomedate"] < decided
    _tell(account, tables, "assessment", "assessment_outcome_before_request_outcome", early, "assessmentoutcomedate", QUARANTINE)
    unexpected = assessment["assessmentoutcome"].isin(["A", "W", "H"]) & assessment["assessmentoutcomedate"].notna()
    _tell(account, tables, "assessment", "outcome_date_not_expected", unexpected, "assessmentoutcomedate")


def _check_plans(tables: dict, account: Account, la_code: str) -> None:
    plan, active = tables["namedplan"], tables["activeplans"]
    ceased, reason = plan["ceasedate"], plan["ceasereason"] != ""
    _tell(account, tables, "namedplan", "cease_before_start", ceased < plan["startdate"], "ceasedate", QUARANTINE)
    _tell(account, tables, "namedplan", "cease_reason_without_cease_date", reason & ceased.isna(), "ceasereason")
    _tell(account, tables, "namedplan", "cease_date_without_reason", ~reason & ceased.notna(), "ceasereason")
    issued = _beside(tables, "namedplan", "assessment", ["assessmentoutcome", "assessmentoutcomedate"])
    differs = (
        (issued["assessmentoutcome"] == "Y")
        & issued["assessmentoutcomedate"].notna()
        & (plan["startdate"] != issued["assessmentoutcomedate"])
    )
    _tell(account, tables, "namedplan", "plan_start_differs_from_issue", differs, "startdate")
    _tell(account, tables, "activeplans", "transfer_from_own_authority", active["transferla"] == la_code, "transferla")
    _tell(account, tables, "activeplans", "la_code_format", ~active["transferla"].str.fullmatch(r"(\d{3})?"), "transferla")
    _tell(account, tables, "activeplans", "review_dates_crossed", active["reviewmeeting"] > active["lastreview"], "lastreview")
    unheld = (active["reviewoutcome"] != "") & active["reviewmeeting"].isna()
    _tell(account, tables, "activeplans", "review_outcome_without_meeting", unheld, "reviewmeeting")
    need = tables["senneed"]
    _tell(
        account,
        tables,
        "senneed",
        "rank_out_of_range",
        need["sentyperank"].notna() & ~need["sentyperank"].isin([1, 2]),
        "sentyperank",
        QUARANTINE,
    )
    sound = need[~need["condemned"]]
    _tell(account, tables, "senneed", "same_need_twice", sound.duplicated(["activeplanstableid", "sentype"]).reindex(need.index), "sentype")
    first = sound[sound["sentyperank"] == 1]
    again = first.duplicated("activeplanstableid").reindex(need.index)
    _tell(account, tables, "senneed", "two_rank_1_needs", again, "sentyperank")
    alone = (need["sentyperank"] != 1) & ~_among(need["activeplanstableid"], first["activeplanstableid"]) & ~need["condemned"]
    _tell(account, tables, "senneed", "rank_2_without_rank_1", alone, "sentyperank")


def _check_settings(tables: dict, account: Account, last_day: pd.Timestamp, establishments: pd.DataFrame | None) -> None:
    for name in ("plandetail", "placementdetail"):
        place = tables[name]
        for column in ("urn", "ukprn"):
            decimal = place[column].str.fullmatch(r"\d+\.0")
            _tell(account, tables, name, "float_id", decimal, column, REPAIR)
            place[column] = place[column].str.removesuffix(".0")
        numbered = (place["urn"] != "") | (place["ukprn"] != "")
        _tell(account, tables, name, "sensetting_beside_urn", numbered & (place["sensetting"] != ""), "sensetting")
        _tell(account, tables, name, "setting_missing", ~numbered & (place["sensetting"] == ""), "urn")
        _tell(account, tables, name, "urn_format", (place["urn"] != "") & ~place["urn"].str.fullmatch(r"\d{6}"), "urn")
        _tell(account, tables, name, "ukprn_format", (place["ukprn"] != "") & ~place["ukprn"].str.fullmatch(r"1\d{7}"), "ukprn")
        untold = place["sensetting"].isin(["OTH", "NIEO"]) & (place["sensettingother"] == "")
        _tell(account, tables, name, "setting_other_without_text", untold, "sensettingother")
        wrong = place["placementrank"].notna() & ~place["placementrank"].isin([1, 2])
        _tell(account, tables, name, "rank_out_of_range", wrong, "placementrank", QUARANTINE)
    place = tables["placementdetail"]
    far = place["leavingdate"] >= FAR_FUTURE
    _tell(account, tables, "placementdetail", "far_future_as_open", far, "leavingdate", REPAIR)
    place["leavingdate"] = place["leavingdate"].mask(far)
    early = place["leavingdate"] < place["entrydate"]
    _tell(account, tables, "placementdetail", "leaving_before_entry", early, "leavingdate", QUARANTINE)
    sound = place[~place["condemned"]]
    first = sound[(sound["placementrank"] == 1) & sound["leavingdate"].isna()]
    again = first.duplicated("activeplanstableid").reindex(place.index)
    _tell(account, tables, "placementdetail", "two_open_rank_1_placements", again, "placementrank")
    ranked = sound.loc[sound["placementrank"] == 1, "activeplanstableid"]
    alone = (place["placementrank"] != 1) & ~_among(place["activeplanstableid"], ranked) & ~place["condemned"]
    _tell(account, tables, "placementdetail", "rank_2_without_rank_1", alone, "placementrank")
    request = _beside(tables, "placementdetail", "activeplans", ["requeststableid"])["requeststableid"]
    child = tables["requests"].drop_duplicates("requeststableid").set_index("requeststableid")["persontableid"].reindex(request)
    age = tables["person"].drop_duplicates("persontableid").set_index("persontableid")["age"].reindex(child).set_axis(place.index)
    _tell(account, tables, "placementdetail", "neet_under_16", (place["sensetting"] == "NEET") & (age < ADULT), "sensetting")
    _tell(account, tables, "placementdetail", "early_years_over_5", (place["sensetting"] == "EYP") & (age > EARLY_YEARS), "sensetting")
    plans = tables["namedplan"].merge(
        tables["assessment"][["assessmenttableid", "requeststableid"]].drop_duplicates("assessmenttableid"),
        on="assessmenttableid",
        how="left",
        validate="many_to_one",
    )
    ended = plans.drop_duplicates("requeststableid").set_index("requeststableid")["ceasedate"].reindex(request).set_axis(place.index)
    _tell(account, tables, "placementdetail", "placement_open_after_cease", ended.notna() & place["leavingdate"].isna(), "leavingdate")
    if establishments is not None:
        _check_schools(tables, account, age, establishments)


def _check_schools(tables: dict, account: Account, age: pd.Series, establishments: pd.DataFrame) -> None:
    place = tables["placementdetail"]
    schools = establishments[establishments["urn"] != ""].drop_duplicates("urn").set_index("urn")
    _tell(
        account, tables, "placementdetail", "urn_unknown", place["urn"].str.fullmatch(r"\d{6}") & ~place["urn"].isin(schools.index), "urn"
    )
    beside = schools.reindex(place["urn"]).set_axis(place.index)
    unit = place["senunitindicator"] & (beside["sen_unit"] == "0")
    _tell(account, tables, "placementdetail", "sen_unit_not_listed", unit, "senunitindicator")
    low, high = (pd.to_numeric(beside[column], errors="coerce") for column in ("low_age", "high_age"))
    outside = place["leavingdate"].isna() & ((age < low - 1) | (age > high + 1))
    _tell(account, tables, "placementdetail", "age_outside_school", outside, "urn")


def _drop_condemned(tables: dict[str, pd.DataFrame], account: Account) -> None:
    """Take condemned rows out, and all that hangs on them, from the root to the leaves."""
    gone: dict[str, set] = {}
    for name, table in tables.items():
        parent = TABLES[name].parent
        above = gone.get(parent, set())
        hanging = (table[f"{parent}tableid"].isin(above) if above else False) & ~table["condemned"]
        account.add("parent_quarantined", QUARANTINE, name, table[hanging], f"{parent}tableid", table[f"{parent}tableid"])
        out = table["condemned"] | hanging
        gone[name] = set(table.loc[out, f"{name}tableid"])
        tables[name] = table[~out].drop(columns="condemned")


def _without_persons(tables: dict[str, pd.DataFrame], key: bytes, fields: dict) -> dict[str, pd.DataFrame]:
    """Put a keyed hash in the place of each child, the school-year cohort in that of a date of birth, and drop the rest."""
    person = tables["person"]
    number = person["upn"].where(person["upn"] != "", person["uniquelearnernumber"].astype("str"))
    number = number.where(number != "", "record " + person["persontableid"].astype("str"))
    # A number that stands twice tells no two children apart; who bears it second is told by the record.
    number = number.mask(number.duplicated(), number + " record " + person["persontableid"].astype("str"))
    child = pd.Series(keyed_hash(number, key).to_numpy(), index=person["persontableid"])
    born = person["personbirthdate"]
    cohort = born.dt.year - (born.dt.month < SCHOOL_YEAR_BEGINS).astype("int64")
    result = {"person": person.assign(child=child.to_numpy(), birth_year=cohort)}
    request = tables["requests"].drop_duplicates("requeststableid").set_index("requeststableid")["persontableid"].map(child)
    chain = {"requests": tables["requests"]["requeststableid"], "assessment": tables["assessment"]["requeststableid"]}
    by_assessment = tables["assessment"].drop_duplicates("assessmenttableid").set_index("assessmenttableid")["requeststableid"]
    chain["namedplan"] = tables["namedplan"]["assessmenttableid"].map(by_assessment)
    by_plan = pd.Series(chain["namedplan"].to_numpy(), index=tables["namedplan"]["namedplantableid"])
    chain["plandetail"] = tables["plandetail"]["namedplantableid"].map(by_plan)
    chain["activeplans"] = tables["activeplans"]["requeststableid"]
    by_active = tables["activeplans"].drop_duplicates("activeplanstableid").set_index("activeplanstableid")["requeststableid"]
    chain |= {name: tables[name]["activeplanstableid"].map(by_active) for name in ("placementdetail", "senneed")}
    for name, of_request in chain.items():
        order = tables["requests"].groupby("persontableid", sort=False).cumcount() + 1
        numbered = pd.Series(order.to_numpy(), index=tables["requests"]["requeststableid"])
        result[name] = tables[name].assign(child=of_request.map(request), request=of_request.map(numbered))
    for name, table in result.items():
        contract = CONTRACTS[name]
        kept = [column for column, told in fields[name].items() if contract.keeps(told)]
        result[name] = table[[*contract.added, *kept]].astype(contract.added).reset_index(drop=True)
    return result
