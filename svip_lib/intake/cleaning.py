"""Cleans a SEN2 return and keeps account: every mending, every row set aside and every doubt is one line with its place and rule.

A cell with one right reading is mended; a row without one goes to quarantine, with all that hangs on it. Rows in = rows clean
+ rows quarantined, for every table. Names, dates of birth, postcodes and pupil numbers serve the checks and end here.
"""

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from svip_lib.config.fields import Field
from svip_lib.config.refusal import Refusal
from svip_lib.config.tokens import keyed_hash
from svip_lib.config.upn import FORM, check_letters
from svip_lib.intake.sen2 import TABLES, Sen2Return
from svip_lib.intake.values import Parsed, parse_dates, parse_flags, parse_integers

REPAIR, WARN, QUARANTINE = "repair", "warn", "quarantine"
COLUMNS = ["level", "rule", "table", "file", "line", "column", "found"]
# What one record of each table is called in the names of rules.
RECORD = {
    "person": "person",
    "requests": "request",
    "assessment": "assessment",
    "namedplan": "named_plan",
    "plandetail": "plan_detail",
    "activeplans": "active_plan",
    "placementdetail": "placement",
    "senneed": "need",
}
UNUSED = ("orderseqcolumn", "nativeid", "sourceid")  # technical columns that nothing is computed from
MENDED_DATES = {"excel_serial", "day_month_year", "month_day_year", "day_month_name"}
NOTHING = {"date": pd.NaT, "datetime": pd.NaT, "integer": pd.NA, "flag": False}
DTYPES = {"date": "datetime64[s]", "datetime": "datetime64[s]", "integer": "Int64", "flag": "bool"}
OLD_SEX = {"1": "M", "2": "F", "0": "U", "9": "U"}
PLANNED_AHEAD = ("phasetransferduedate", "phasetransferfinaldate", "leavingdate")
FAR_FUTURE = pd.Timestamp("2090-01-01")
OLDEST, ADULT, EARLY_YEARS = 24, 16, 5
SCHOOL_YEAR_BEGINS = 9


@dataclass
class Account:
    """Every finding, one line each; of a personal column the shape of the value stands there and never the value."""

    fields: dict[str, dict[str, Field]]
    parts: list[pd.DataFrame] = field(default_factory=list)

    def add(self, rule: str, level: str, table: str, rows: pd.DataFrame, column: str = "", cells: pd.Series | None = None) -> None:
        """Write a line for each row.

        Args:
            rule: The rule's name.
            level: ``repair``, ``warn`` or ``quarantine``.
            table: The table.
            rows: The rows that are meant, with ``file`` and ``line``.
            column: The column that is meant, if one is.
            cells: The cells as they were found.
        """
        if len(rows) == 0:
            return
        told = self.fields[table].get(column)
        found = cells.reindex(rows.index).astype("str") if cells is not None else pd.Series("", index=rows.index)
        if told is not None and (told.personal or column.endswith("tableid")):
            found = shape(found)
        part = pd.DataFrame({"file": rows["file"].astype("str"), "line": rows["line"], "found": found})
        self.parts.append(part.assign(level=level, rule=rule, table=table, column=column)[COLUMNS])

    @property
    def lines(self) -> pd.DataFrame:
        """The whole account, by file and line."""
        empty = pd.DataFrame(columns=COLUMNS)
        return pd.concat([empty, *self.parts], ignore_index=True).sort_values(["file", "line", "rule"], kind="stable", ignore_index=True)


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


def shape(cells: pd.Series) -> pd.Series:
    """Return what the cells look like, and nothing of what they say.

    Example:
        >>> shape(pd.Series(["A123 b"])).to_list()
        ['A999 a']
    """
    return cells.str.replace("[A-Z]", "A", regex=True).str.replace("[a-z]", "a", regex=True).str.replace(r"\d", "9", regex=True)


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
        Refusal: When the return is of another authority or census.
    """
    _check_header(sent, la_code, year)
    account = Account(fields)
    tables, lost, sent_rows = {}, {}, {name: len(sent.tables[name]) for name in TABLES}
    for name in TABLES:
        raw = sent.tables[name].reset_index(drop=True)
        bad = pd.Series(False, index=raw.index)
        if name == "sen2":  # one record about the file itself: it is looked at, and nothing is kept of it
            _read_cells(name, raw, fields[name], codes, sent.version, account, bad)
            continue
        typed = _read_cells(name, raw, fields[name], codes, sent.version, account, bad)
        _check_keys(name, raw, typed, tables, lost, account, bad)
        tables[name], lost[name] = typed[~bad], set(typed.loc[bad, f"{name}tableid"])
    _check_rules(tables, account, last_day=pd.Timestamp(last_day), la_code=la_code, establishments=establishments)
    _drop_condemned(tables, account)
    rows = pd.DataFrame([{"table": name, "rows_in": sent_rows[name], "clean": len(table)} for name, table in tables.items()])
    rows["quarantined"] = rows["rows_in"] - rows["clean"]
    return Clean(_without_persons(tables, key, fields), rows, account.lines)


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
        if column.endswith(("tableid", *UNUSED)) or column in UNUSED:
            continue
        if column not in raw:  # not asked for in that year, or blank throughout, where the shape leaves such columns out
            typed[column] = pd.Series(NOTHING.get(told.type, ""), index=raw.index, dtype=DTYPES.get(told.type, "str"))
            continue
        cells = raw[column].astype("str")
        level = QUARANTINE if told.required else WARN
        if told.required:
            blank = cells == ""
            account.add("required_cell_blank", QUARANTINE, name, raw[blank], column)
            bad |= blank
        if told.type in ("date", "datetime", "integer", "flag"):
            reader = {"date": parse_dates, "datetime": parse_dates, "integer": parse_integers, "flag": parse_flags}[told.type]
            typed[column] = _parsed(name, raw, column, reader(cells), level, account, bad)
            if told.type == "flag" and told.is_of(version):
                account.add("flag_blank", WARN, name, raw[cells == ""], column)
                typed[column] = typed[column].fillna(False).astype(bool)
        elif told.type == "code":
            typed[column] = _coded(name, raw, told, codes[told.codes], account, bad)
    return typed


def _parsed(name: str, raw: pd.DataFrame, column: str, parsed: Parsed, level: str, account: Account, bad: pd.Series) -> pd.Series:
    for rule in parsed.rule[parsed.wrong].unique():
        wrong = parsed.wrong & (parsed.rule == rule)
        account.add(rule, level, name, raw[wrong], column, raw[column])
    if level == QUARANTINE:
        bad |= parsed.wrong
    for rule in MENDED_DATES & set(parsed.rule.unique()):
        account.add(rule, REPAIR, name, raw[~parsed.wrong & (parsed.rule == rule)], column, raw[column])
    return parsed.values  # noqa: PD011


def _coded(name: str, raw: pd.DataFrame, told: Field, known: dict[str, str], account: Account, bad: pd.Series) -> pd.Series:
    """Read codes; what differs only in case, is written as its label, as a number with .0 or in the old code is mended."""
    column, cells = told.column, raw[told.column].astype("str")
    level = QUARANTINE if told.required else WARN
    strange = sorted(set(cells.unique()) - set(known) - {""})
    if not strange:
        return cells
    result = cells.copy()
    open_cells = cells.isin(strange)
    labels = {label.casefold(): code for code, label in known.items()}
    ways = {
        "code_case": {text: text.upper() for text in strange},
        "code_label": {text: labels.get(text.casefold(), "") for text in strange},
        "code_float": {text: text.removesuffix(".0") for text in strange if text.endswith(".0")},
        "code_old": OLD_SEX if told.codes == "sex" else {},
    }
    for rule, way in ways.items():
        mended = cells.map(way).where(open_cells, "")
        fits = mended.isin(list(known)) & open_cells
        account.add(rule, REPAIR, name, raw[fits], column, cells)
        result = result.mask(fits, mended)
        open_cells &= ~fits
    account.add(f"code_unknown_{told.codes}", level, name, raw[open_cells], column, cells)
    if level == QUARANTINE:
        bad |= open_cells
    return result.mask(open_cells, "")


def _check_keys(name: str, raw: pd.DataFrame, typed: pd.DataFrame, tables: dict, lost: dict, account: Account, bad: pd.Series) -> None:
    """Every record has an id of its own and hangs on a record that is there; what hangs on a quarantined one goes with it."""
    own, parent = f"{name}tableid", TABLES[name].parent
    blank = raw[own] == ""
    account.add("id_blank", QUARANTINE, name, raw[blank], own)
    twice = raw[own].duplicated() & ~blank
    account.add(f"duplicate_{RECORD[name]}_id", QUARANTINE, name, raw[twice], own, raw[own])
    bad |= blank | twice
    link = f"{parent}tableid"
    if parent == "sen2":
        first = raw[link].mode()
        orphan = (raw[link] != first.iloc[0]) if len(first) else pd.Series(False, index=raw.index)
    else:
        there = pd.Series(pd.Index(tables[parent][link]).get_indexer(raw[link]) >= 0, index=raw.index)
        with_parent = pd.Series(False, index=raw.index)
        if lost[parent] and not there.all():
            with_parent |= ~there & raw[link].isin(lost[parent])
        account.add("parent_quarantined", QUARANTINE, name, raw[with_parent], link, raw[link])
        bad |= with_parent
        orphan = ~there & ~with_parent
    account.add(f"orphan_{RECORD[name]}", QUARANTINE, name, raw[orphan], link, raw[link])
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
    asked = person["persontableid"].isin(tables["requests"]["persontableid"])
    _tell(account, tables, "person", "person_without_request", ~asked, "persontableid")


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
    alone = (need["sentyperank"] != 1) & ~need["activeplanstableid"].isin(first["activeplanstableid"]) & ~need["condemned"]
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
    alone = (place["placementrank"] != 1) & ~place["activeplanstableid"].isin(ranked) & ~place["condemned"]
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
        kept = [
            column
            for column, told in fields[name].items()
            if column in table and not told.personal and not column.endswith(("tableid", *UNUSED))
        ]
        extra = ["child", "birth_year"] if name == "person" else ["child", "request"]
        result[name] = table[[*extra, *[column for column in kept if column not in UNUSED]]].reset_index(drop=True)
    return result
