"""Cleans a SEN2 return and keeps account: every mending, every row set aside and every doubt is one line with its place and rule.

A cell with one right reading is mended; a row without one goes to quarantine, with all that hangs on it. Rows in = rows clean
+ rows quarantined, for every table. Names, dates of birth, postcodes and pupil numbers serve the checks and end here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from svip_lib.config.fields import Codes, Field, Fields
from svip_lib.config.refusal import Refusal
from svip_lib.config.tokens import keyed_hash
from svip_lib.config.upn import FORM, check_letters
from svip_lib.intake.account import COLUMNS, QUARANTINE, REPAIR, WARN, Account, Rows
from svip_lib.intake.contracts import BLANK, CONTRACTS, DTYPES, DUPLICATE, TECHNICAL, breach, faults
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
    fields: Fields,
    codes: Codes,
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
    tables: dict[str, Rows] = {}
    lost: dict[str, pd.Series] = {}
    for name in TABLES:
        raw = sent.tables[name].reset_index(drop=True)
        rows = Rows(name, raw, raw.copy(), account)
        _read_cells(rows, fields[name], codes, sent.version)
        _hold_to_contract(rows, faults(CONTRACTS[name].schema(fields[name], codes, sent.version), rows.typed))
        if name == "sen2":  # one record about the file itself: it is looked at, and nothing is kept of it
            continue
        _check_links(rows, tables, lost)
        sound = rows.sound
        tables[name], lost[name] = Rows(name, sound, sound, account), rows.typed.loc[rows.bad, f"{name}tableid"]
    _check_rules(tables, account, last_day=pd.Timestamp(last_day), la_code=la_code, establishments=establishments)
    kept = _without_condemned(tables)
    _refuse_nothing_left(sent, kept)
    return hand_on(_without_persons(kept, key, fields), sent.tables, codes, sent.version, account)


def hand_on(tables: dict[str, pd.DataFrame], sent: dict[str, pd.DataFrame], codes: Codes, version: int, account: Account) -> Clean:
    """Return clean tables with their account, and with the number of rows that each had when it was sent.

    Raises:
        RuntimeError: When a table breaks its contract, which is a mistake of the cleaning; without any value.
    """
    for name, table in tables.items():
        if len(found := faults(CONTRACTS[name].clean_schema(account.fields[name], codes, version), table)):
            raise breach(name, found)
    told = [{"table": name, "rows_in": len(sent[name]), "clean": len(table)} for name, table in tables.items()]
    rows = pd.DataFrame(told, columns=["table", "rows_in", "clean"])
    return Clean(tables, rows.assign(quarantined=rows["rows_in"] - rows["clean"]), account.lines)


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


def _read_cells(rows: Rows, fields: dict[str, Field], codes: dict, version: int) -> None:
    """Read each column by its type; a cell that cannot be read is blanked with a warning, or costs the row where it is required."""
    raw = rows.raw
    for column, told in fields.items():
        if column.endswith(("tableid", *TECHNICAL)):
            continue
        dtype = DTYPES[told.type]
        if column not in raw:  # not asked for in that year, or blank throughout, where the shape leaves such columns out
            rows[column] = pd.Series(NOTHING.get(dtype, ""), index=raw.index, dtype=dtype)
        elif told.type in READERS:
            rows[column] = take_parsed(rows, told, READERS[told.type](raw[column]))
        elif told.type == "code":
            rows[column] = take_recoded(rows, told, codes[told.codes])
        if told.type == "flag":
            if told.is_of(version):
                rows.tell("flag_blank", raw[column] == "" if column in raw else pd.Series(True, index=raw.index), column)
            rows[column] = rows[column].fillna(False).astype(bool)


def take_parsed(rows: Rows, told: Field, parsed: Parsed, mended: set[str] = MENDED_DATES) -> pd.Series:
    """Return the values of a column, with a line for each cell that could not be read or was read from a form of its own."""
    for rule in parsed.rule[parsed.wrong].unique():
        rows.tell(rule, parsed.wrong & (parsed.rule == rule), told.column, QUARANTINE if told.required else WARN)
    for rule in mended & set(parsed.rule.unique()):
        rows.tell(rule, ~parsed.wrong & (parsed.rule == rule), told.column, REPAIR)
    return parsed.values  # noqa: PD011


def take_recoded(rows: Rows, told: Field, known: dict[str, str]) -> pd.Series:
    """Return codes, with those mended that differ only in case, or are written as their label, as a number with .0 or in the old code."""
    column, cells = told.column, rows.raw[told.column]
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
            rows.tell(rule, hit, column, REPAIR)
            result = result.mask(hit, cells.map(fits))
            left -= set(fits)
    if told.codes in CHANGED_MEANING and (result != "").any():
        first = rows.raw[result != ""].head(1)
        counted = pd.Series(f"{(result != '').sum():,} cells", index=first.index)
        rows.account.add("code_changed_meaning", REPAIR, rows.name, first, column, counted)
    return result


def _hold_to_contract(rows: Rows, found: pd.DataFrame) -> None:
    """Put what breaks the contract into the account: it costs the row where the cell is required, and else the cell."""
    if (found["row"] < 0).any():
        raise breach(rows.name, found)
    for (column, rule), part in found.groupby(["column", "rule"], sort=False):
        hit = pd.Series(rows.raw.index.isin(part["row"]), index=rows.raw.index)
        if rule == BLANK:  # a cell that is blank only because it could not be read has been told of
            hit &= rows.raw[column] == ""
        told = f"duplicate_{CONTRACTS[rows.name].record}_id" if rule == DUPLICATE else rule
        costly = rows.account.fields[rows.name][column].required
        rows.tell(told, hit, column, QUARANTINE if costly else WARN)
        if not costly:
            rows.typed.loc[hit, column] = ""


def _check_links(rows: Rows, tables: dict[str, Rows], lost: dict[str, pd.Series]) -> None:
    """Every record hangs on a record that is there; what hangs on a quarantined one goes with it."""
    contract = CONTRACTS[rows.name]
    link = f"{contract.parent}tableid"
    cells = rows.raw[link]
    if contract.parent == "sen2":
        orphan = ~cells.isin(cells.mode().head(1))
    else:
        there = _among(cells, tables[contract.parent][link])
        with_parent = ~there & _among(cells, lost[contract.parent])
        rows.tell("parent_quarantined", with_parent, link, QUARANTINE)
        orphan = ~there & ~with_parent
    rows.tell(f"orphan_{contract.record}", orphan, link, QUARANTINE)
    if rows.name in ("namedplan", "activeplans"):
        rows.tell(f"second_{contract.record}", cells.duplicated() & ~rows.bad, link, QUARANTINE)


def _check_rules(
    tables: dict[str, Rows], account: Account, *, last_day: pd.Timestamp, la_code: str, establishments: pd.DataFrame | None
) -> None:
    """The rules over several columns and tables, as plain masks; a row that breaks one of the hard ones is condemned."""
    for name, rows in tables.items():
        for column, told in account.fields[name].items():
            if told.type == "date" and column in rows.typed and column not in PLANNED_AHEAD:
                rows.tell("date_in_future", rows[column] > last_day, column, QUARANTINE if told.required else WARN)
    _check_persons(tables, last_day)
    _check_requests(tables, la_code)
    _check_plans(tables, la_code)
    _check_settings(tables, last_day, establishments)


def check_upns(rows: Rows, tell: Callable[..., None]) -> None:
    """Doubts about the form of pupil numbers, which are then told in capitals without blanks."""
    number = rows["upn"].astype("str")
    spelt = number.str.upper().str.replace(" ", "")
    given = spelt != ""
    tell("upn_spelling", given & (spelt != number), "upn", REPAIR)
    rows["upn"] = spelt
    form = spelt.str.fullmatch(FORM)
    tell("upn_format", given & ~form, "upn")
    tell("upn_check_letter", form & (check_letters(spelt.where(form, "")) != spelt.str[0]), "upn")


def _check_persons(tables: dict[str, Rows], last_day: pd.Timestamp) -> None:
    person = tables["person"]
    if len(person.raw):
        _refuse_other_columns(person.typed, str(person["file"].iloc[0]))
    check_upns(person, person.tell)
    given = person["upn"] != ""
    person.tell("upn_twice", given & person["upn"].duplicated(), "upn")
    uln = person["uniquelearnernumber"].astype("str")
    scientific = uln.str.contains(r"[eE]\+", regex=True)
    person.tell("uln_scientific", scientific, "uniquelearnernumber")
    person.tell("uln_format", (uln != "") & ~scientific & ~uln.str.fullmatch(r"\d{10}"), "uniquelearnernumber")
    reason = person["upnunknown"] != ""
    person.tell("upn_missing_without_reason", ~given & (uln == "") & ~reason, "upn")
    person.tell("upn_reason_beside_number", (given | (uln != "")) & reason, "upnunknown")
    begins = pd.Timestamp(last_day.year - (last_day.month < SCHOOL_YEAR_BEGINS), SCHOOL_YEAR_BEGINS - 1, 31)
    person["age"] = _age(person["personbirthdate"], begins)
    person.tell("age_outside_0_to_24", ~person["age"].between(0, OLDEST) & ~person.bad, "personbirthdate")
    asked = _among(person["persontableid"], tables["requests"]["persontableid"])
    person.tell("person_without_request", ~asked, "persontableid")


def _among(cells: pd.Series, others: pd.Series) -> pd.Series:
    """Which cells stand among the others; for long columns much quicker than ``isin``, which makes each text an object of Python."""
    return pd.Series(pd.Index(others.unique()).get_indexer(cells) >= 0, index=cells.index)


def _age(birth: pd.Series, day: pd.Timestamp) -> pd.Series:
    before = (birth.dt.month > day.month) | ((birth.dt.month == day.month) & (birth.dt.day > day.day))
    return day.year - birth.dt.year - before.astype("int64")


def _beside(links: pd.Series, table: pd.DataFrame, column: str) -> pd.Series:
    """A column of the record to which each link leads, by the column of the same name as the links."""
    records = table[[links.name, column]].drop_duplicates(links.name).set_index(links.name)
    return records[column].reindex(links).set_axis(links.index)


def _check_requests(tables: dict[str, Rows], la_code: str) -> None:
    requests, assessment = tables["requests"], tables["assessment"]
    person = tables["person"]
    birth = _beside(requests["persontableid"], person.typed, "personbirthdate")
    blamed = person["persontableid"].isin(requests["persontableid"][birth > requests["receiveddate"]])
    person.tell("date_of_birth_after_request", blamed, "personbirthdate", QUARANTINE)
    told, outcome = requests["requestoutcomedate"], requests["requestoutcome"]
    requests.tell("outcome_date_before_request", told < requests["receiveddate"], "requestoutcomedate", QUARANTINE)
    requests.tell("outcome_without_date", outcome.isin(["Y", "N"]) & told.isna(), "requestoutcomedate")
    requests.tell("outcome_date_not_expected", outcome.isin(["A", "W", "H"]) & told.notna(), "requestoutcomedate")
    requests.tell("la_code_format", ~requests["exported"].str.fullmatch(r"(\d{3})?"), "exported")
    requests.tell("exported_to_own_authority", requests["exported"] == la_code, "exported")
    decided = _beside(assessment["requeststableid"], requests.typed, "requestoutcomedate")
    early = assessment["assessmentoutcomedate"] < decided
    assessment.tell("assessment_outcome_before_request_outcome", early, "assessmentoutcomedate", QUARANTINE)
    unexpected = assessment["assessmentoutcome"].isin(["A", "W", "H"]) & assessment["assessmentoutcomedate"].notna()
    assessment.tell("outcome_date_not_expected", unexpected, "assessmentoutcomedate")


def _check_plans(tables: dict[str, Rows], la_code: str) -> None:
    plan, active, need = tables["namedplan"], tables["activeplans"], tables["senneed"]
    ceased, reason = plan["ceasedate"], plan["ceasereason"] != ""
    plan.tell("cease_before_start", ceased < plan["startdate"], "ceasedate", QUARANTINE)
    plan.tell("cease_reason_without_cease_date", reason & ceased.isna(), "ceasereason")
    plan.tell("cease_date_without_reason", ~reason & ceased.notna(), "ceasereason")
    assessment = tables["assessment"].typed
    outcome, issued = (_beside(plan["assessmenttableid"], assessment, told) for told in ("assessmentoutcome", "assessmentoutcomedate"))
    differs = (outcome == "Y") & issued.notna() & (plan["startdate"] != issued)
    plan.tell("plan_start_differs_from_issue", differs, "startdate")
    active.tell("transfer_from_own_authority", active["transferla"] == la_code, "transferla")
    active.tell("la_code_format", ~active["transferla"].str.fullmatch(r"(\d{3})?"), "transferla")
    active.tell("review_dates_crossed", active["reviewmeeting"] > active["lastreview"], "lastreview")
    unheld = (active["reviewoutcome"] != "") & active["reviewmeeting"].isna()
    active.tell("review_outcome_without_meeting", unheld, "reviewmeeting")
    rank = need["sentyperank"]
    need.tell("rank_out_of_range", rank.notna() & ~rank.isin([1, 2]), "sentyperank", QUARANTINE)
    sound = need.sound
    need.tell("same_need_twice", sound.duplicated(["activeplanstableid", "sentype"]).reindex(rank.index), "sentype")
    first = sound[sound["sentyperank"] == 1]
    again = first.duplicated("activeplanstableid").reindex(rank.index)
    need.tell("two_rank_1_needs", again, "sentyperank")
    alone = (rank != 1) & ~_among(need["activeplanstableid"], first["activeplanstableid"]) & ~need.bad
    need.tell("rank_2_without_rank_1", alone, "sentyperank")


def _check_settings(tables: dict[str, Rows], last_day: pd.Timestamp, establishments: pd.DataFrame | None) -> None:
    for name in ("plandetail", "placementdetail"):
        place = tables[name]
        for column in ("urn", "ukprn"):
            decimal = place[column].str.fullmatch(r"\d+\.0")
            place.tell("float_id", decimal, column, REPAIR)
            place[column] = place[column].str.removesuffix(".0")
        numbered = (place["urn"] != "") | (place["ukprn"] != "")
        place.tell("sensetting_beside_urn", numbered & (place["sensetting"] != ""), "sensetting")
        place.tell("setting_missing", ~numbered & (place["sensetting"] == ""), "urn")
        place.tell("urn_format", (place["urn"] != "") & ~place["urn"].str.fullmatch(r"\d{6}"), "urn")
        place.tell("ukprn_format", (place["ukprn"] != "") & ~place["ukprn"].str.fullmatch(r"1\d{7}"), "ukprn")
        untold = place["sensetting"].isin(["OTH", "NIEO"]) & (place["sensettingother"] == "")
        place.tell("setting_other_without_text", untold, "sensettingother")
        wrong = place["placementrank"].notna() & ~place["placementrank"].isin([1, 2])
        place.tell("rank_out_of_range", wrong, "placementrank", QUARANTINE)
    place = tables["placementdetail"]
    far = place["leavingdate"] >= FAR_FUTURE
    place.tell("far_future_as_open", far, "leavingdate", REPAIR)
    place["leavingdate"] = place["leavingdate"].mask(far)
    early = place["leavingdate"] < place["entrydate"]
    place.tell("leaving_before_entry", early, "leavingdate", QUARANTINE)
    sound = place.sound
    first = sound[(sound["placementrank"] == 1) & sound["leavingdate"].isna()]
    again = first.duplicated("activeplanstableid").reindex(far.index)
    place.tell("two_open_rank_1_placements", again, "placementrank")
    ranked = sound.loc[sound["placementrank"] == 1, "activeplanstableid"]
    alone = (place["placementrank"] != 1) & ~_among(place["activeplanstableid"], ranked) & ~place.bad
    place.tell("rank_2_without_rank_1", alone, "placementrank")
    request = _beside(place["activeplanstableid"], tables["activeplans"].typed, "requeststableid")
    child = _beside(request, tables["requests"].typed, "persontableid")
    age = _beside(child, tables["person"].typed, "age")
    place.tell("neet_under_16", (place["sensetting"] == "NEET") & (age < ADULT), "sensetting")
    place.tell("early_years_over_5", (place["sensetting"] == "EYP") & (age > EARLY_YEARS), "sensetting")
    plan = tables["namedplan"]
    of_request = _beside(plan["assessmenttableid"], tables["assessment"].typed, "requeststableid")
    ended = _beside(request, plan.typed.assign(requeststableid=of_request), "ceasedate")
    place.tell("placement_open_after_cease", ended.notna() & place["leavingdate"].isna(), "leavingdate")
    if establishments is not None:
        _check_schools(place, age, establishments)


def _check_schools(place: Rows, age: pd.Series, establishments: pd.DataFrame) -> None:
    schools = establishments[establishments["urn"] != ""].drop_duplicates("urn").set_index("urn")
    place.tell("urn_unknown", place["urn"].str.fullmatch(r"\d{6}") & ~place["urn"].isin(schools.index), "urn")
    beside = schools.reindex(place["urn"]).set_axis(age.index)
    unit = place["senunitindicator"] & (beside["sen_unit"] == "0")
    place.tell("sen_unit_not_listed", unit, "senunitindicator")
    low, high = (pd.to_numeric(beside[column], errors="coerce") for column in ("low_age", "high_age"))
    outside = place["leavingdate"].isna() & ((age < low - 1) | (age > high + 1))
    place.tell("age_outside_school", outside, "urn")


def _without_condemned(tables: dict[str, Rows]) -> dict[str, pd.DataFrame]:
    """Take condemned rows out, and all that hangs on them, from the root to the leaves."""
    for name, rows in tables.items():
        if above := tables.get(TABLES[name].parent):
            link = f"{above.name}tableid"
            rows.tell("parent_quarantined", _among(rows[link], above[link][above.bad]) & ~rows.bad, link, QUARANTINE)
    return {name: rows.sound for name, rows in tables.items()}


def school_year(born: pd.Series) -> pd.Series:
    """The school-year cohort of each date of birth, by the year in which it begins."""
    return born.dt.year - (born.dt.month < SCHOOL_YEAR_BEGINS).astype("int64")


def _without_persons(tables: dict[str, pd.DataFrame], key: bytes, fields: Fields) -> dict[str, pd.DataFrame]:
    """Put a keyed hash in the place of each child, the school-year cohort in that of a date of birth, and drop the rest."""
    person = tables["person"]
    number = person["upn"].where(person["upn"] != "", person["uniquelearnernumber"].astype("str"))
    number = number.where(number != "", "record " + person["persontableid"].astype("str"))
    # A number that stands twice tells no two children apart; who bears it second is told by the record.
    number = number.mask(number.duplicated(), number + " record " + person["persontableid"].astype("str"))
    marked = {"person": person.assign(child=keyed_hash(number, key), birth_year=school_year(person["personbirthdate"]))}
    for name in list(tables)[1:]:
        table, above = tables[name], marked[TABLES[name].parent]
        link = table[f"{TABLES[name].parent}tableid"]
        if name == "requests":  # which request of the child it is, by which all that follows from it is told
            nth = table.groupby("persontableid", sort=False).cumcount() + 1
        else:
            nth = _beside(link, above, "request")
        marked[name] = table.assign(child=_beside(link, above, "child"), request=nth)
    clean = {}
    for name, table in marked.items():
        added = CONTRACTS[name].added
        kept = [column for column, told in fields[name].items() if CONTRACTS[name].keeps(told)]
        clean[name] = table[[*added, *kept]].astype(added).reset_index(drop=True)
    return clean
