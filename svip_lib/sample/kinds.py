"""The mistakes that can be planted in a synthetic return, what should be found for each, and how much it should cost.

A rule's level follows one principle. ``repair``: the cell can mean one thing only, and is put right and counted. ``warn``: the row is
kept and listed; a cell that cannot be read or contradicts others, in a column that is not required, is left blank. ``quarantine``: the
row cannot be placed, or a required cell cannot be read or contradicts another; it is set aside, with what hangs on it. ``stop``: the
file cannot be read as the table it should be, and nothing is computed from it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from svip_lib.sample.numbers import LETTERS
from svip_lib.sample.tables import KINDS

Level = Literal["stop", "quarantine", "warn", "repair"]
Row = pd.Series


@dataclass(frozen=True)
class Kind:
    """One kind of mistake.

    Args:
        id: Its name.
        table: The table in which it is planted.
        column: The column in which it should be found; empty for a whole file.
        rule: The rule that should find it.
        level: What it should cost.
        planted: What is done, in words.
        where: Which rows may have it, as a condition on the columns of ``draw_tables``; empty for any.
        cells: What the row is changed to, by column: words, or a day.
        added: Whether the row is a changed copy at the end of the table, so that the row it is copied from stays right.
        needs: What a shape must have to hold it, in words of ``LACKS``.
        heading: For a whole column: what it is called instead, or the name of a column that is put beside the others.
        change: For a whole file: its new bytes, or nothing when it should not be there.
    """

    id: str
    table: str
    column: str
    rule: str
    level: Level
    planted: str
    where: str = ""
    cells: Callable[[Row], dict] | None = None
    added: bool = False
    needs: str = ""
    heading: str = ""
    change: Callable[[bytes], bytes | None] | None = None


def days(count: int) -> pd.Timedelta:
    """Return a length of time to move a date by."""
    return pd.Timedelta(days=count)


def serial(day: pd.Timestamp) -> int:
    """Return a day as Excel counts it."""
    return (day - pd.Timestamp("1899-12-30")).days


def edit(id: str, table: str, column: str, rule: str, level: Level, planted: str, where: str, cell, **more) -> Kind:
    """Return a kind that changes one cell: to fixed words, or to what a function makes of the row."""
    return Kind(id, table, column, rule, level, planted, where, lambda row: {column: cell(row) if callable(cell) else cell}, **more)


def unknown(id: str, table: str, column: str, codes: str, level: Level, where: str, cell: str) -> Kind:
    """Return a kind that writes a code that is not in its set."""
    return edit(id, table, column, f"code_unknown_{codes}", level, "A code that is not in the set.", where, cell)


def blank(id: str, table: str, column: str, where: str) -> Kind:
    """Return a kind that empties a required cell."""
    return edit(id, table, column, "required_cell_blank", "quarantine", "A required cell is blank.", where, "")


def _blank_flag(id: str, table: str, column: str, where: str) -> Kind:
    return edit(id, table, column, "flag_blank", "warn", "Neither yes nor no is said; read as no, and counted.", where, "")


def _no_flag(id: str, table: str, column: str, where: str, cell: str) -> Kind:
    return edit(id, table, column, "not_a_flag", "warn", "Neither yes nor no.", where, cell)


def added_row(
    id: str, table: str, column: str, rule: str, level: Level, planted: str, where: str = "", /, needs: str = "", **cells
) -> Kind:
    """Return a kind that adds a copy of a row with fixed words in some cells."""
    return Kind(id, table, column, rule, level, planted, where, lambda _: cells, added=True, needs=needs)


def _orphan(table: str, parent: str, name: str, **cells) -> Kind:
    words = f"A {name} whose parent is not in the return."
    return added_row(f"orphan_{name}", table, parent, f"orphan_{name}", "quarantine", words, needs="ids", **cells, **{parent: "999999999"})


def _duplicate(table: str, name: str, **cells) -> Kind:
    words = f"A second {name} with the id of another."
    key, rule = f"{table}tableid", f"duplicate_{name}_id"
    return Kind(rule, table, key, rule, "quarantine", words, "", lambda row: {key: row[key]} | cells, added=True, needs="ids")


def _whole(id: str, table: str, column: str, rule: str, level: Level, planted: str, change) -> Kind:
    return Kind(id, table, column, rule, level, planted, change=change, needs="encoding")


def _without(column: bytes) -> Callable[[bytes], bytes]:
    """Take one column out of a CSV file that has no quotes."""

    def change(data: bytes) -> bytes:
        lines = [line.split(b",") for line in data.split(b"\n")]
        place = lines[0].index(column)
        return b"\n".join(b",".join(cells[:place] + cells[place + 1 :]) for cells in lines)

    return change


def _widened(data: bytes, heading: bytes, cell: bytes) -> bytes:
    first, *rest = data.rstrip(b"\n").split(b"\n")
    return b"\n".join([first + b"," + heading, *(line + b"," + cell for line in rest)]) + b"\n"


OWN = "{own}"  # stands for the authority's own code
_NO_IDS = dict(upn="", uniquelearnernumber="", upnunknown="UN1")
_NOWHERE = dict(urn="", ukprn="", sensetting="", sensettingother="", senunitindicator="0")
_OPEN = "active and leavingdate.isna() and placementrank == 1"
_AT_SCHOOL = f"{_OPEN} and urn != ''"
_REVIEWED = "active and reviewmeeting.notna() and reviewoutcome != '' and reviewoutcome != 'C'"
_SCHOOL = KINDS.index("mainstream")

DEFECTS = [
    # The header has one row, which is the only one that two mistakes may share.
    edit("header_time_serial", "sen2", "datetime", "excel_serial", "repair", "A time as a number of Excel.", "",
          lambda row: f"{serial(row.datetime)}.375", needs="written_time"),
    _blank_flag("header_flag_blank", "sen2", "dco", ""),
    # Children
    edit("birth_after_request", "person", "personbirthdate", "date_of_birth_after_request", "quarantine", "Born after the request.",
          "upn != ''", lambda row: row.receiveddate + days(9)),
    edit("birth_in_future", "person", "personbirthdate", "date_in_future", "quarantine", "Born after census day.", "age < 20",
          lambda row: row.personbirthdate + days(365 * 26)),
    edit("birth_too_long_ago", "person", "personbirthdate", "age_outside_0_to_24", "warn", "Aged 25 or over, with a plan that runs.",
          "age > 3 and age < 20 and upn != ''", lambda row: row.personbirthdate - days(365 * 26)),
    edit("birth_in_1900", "person", "personbirthdate", "age_outside_0_to_24", "warn", "1 January 1900 for a day that is not known.",
          "upn != ''", lambda row: pd.Timestamp("1900-01-01")),
    blank("birth_blank", "person", "personbirthdate", "upn != ''"),
    edit("birth_day_first", "person", "personbirthdate", "day_month_year", "repair", "Day first, with a day above 12.",
          "personbirthdate.dt.day > 12", lambda row: f"{row.personbirthdate:%d/%m/%Y}"),
    edit("birth_serial", "person", "personbirthdate", "excel_serial", "repair", "A day as a number of Excel.", "upn != ''",
          lambda row: serial(row.personbirthdate)),
    edit("birth_no_such_day", "person", "personbirthdate", "no_such_day", "quarantine", "31 February.", "upn != ''",
          lambda row: f"{row.personbirthdate.year}-02-31"),
    edit("birth_two_digits", "person", "personbirthdate", "two_digit_year", "quarantine", "A year of two digits.",
          "personbirthdate.dt.day > 12", lambda row: f"{row.personbirthdate:%d/%m/%y}"),
    edit("sex_old_code", "person", "sex", "code_old", "repair", "1 for male, as older extracts have it.", "sex == 'M'", "1"),
    edit("sex_word", "person", "sex", "code_label", "repair", "The word for the code.", "sex == 'F'", "Female"),
    edit("sex_lower_case", "person", "sex", "code_case", "repair", "The code in lower case.", "sex == 'F'", "f"),
    unknown("sex_unknown", "person", "sex", "sex", "warn", "upn != ''", "X"),
    unknown("ethnicity_unknown", "person", "ethnicity", "ethnicity", "warn", "upn != ''", "WBRT"),
    edit("upn_check_letter", "person", "upn", "upn_check_letter", "warn", "Another check letter.", "upn != ''",
          lambda row: LETTERS[(LETTERS.tolist().index(row.upn[0]) + 1) % len(LETTERS)] + row.upn[1:]),
    edit("upn_short", "person", "upn", "upn_format", "warn", "One digit too few.", "upn != ''", lambda row: row.upn[:12]),
    edit("upn_spelling", "person", "upn", "upn_spelling", "repair", "In lower case and with spaces.", "upn != ''",
          lambda row: f"{row.upn[:4]} {row.upn[4:]}".lower()),
    added_row("upn_twice", "person", "upn", "upn_twice", "warn", "Another child with the same number.", "upn.str.len() == 13",
           uniquelearnernumber=""),
    edit("upn_missing", "person", "upn", "upn_missing_without_reason", "warn", "No number and no reason.",
          "upn != '' and uniquelearnernumber == ''", ""),
    edit("upn_reason_beside", "person", "upnunknown", "upn_reason_beside_number", "warn", "A reason beside the number.", "upn != ''",
          "UN1"),
    unknown("upn_reason_unknown", "person", "upnunknown", "upn_unknown", "warn", "upnunknown != ''", "UN4"),
    edit("uln_scientific", "person", "uniquelearnernumber", "uln_scientific", "warn", "Written by Excel as a power of ten.",
          "uniquelearnernumber != ''", "9.99E+09"),
    edit("uln_short", "person", "uniquelearnernumber", "uln_format", "warn", "Nine digits.", "uniquelearnernumber != ''",
          lambda row: row.uniquelearnernumber[:9]),
    _duplicate("person", "person", **_NO_IDS),
    _orphan("person", "sen2tableid", "person", **_NO_IDS),
    added_row("person_id_blank", "person", "persontableid", "id_blank", "quarantine", "A child without an id.", needs="ids",
           persontableid="", **_NO_IDS),
    added_row("person_without_request", "person", "persontableid", "person_without_request", "warn", "A child without a request.",
           **_NO_IDS),
    # Requests
    _orphan("requests", "persontableid", "request"),
    _duplicate("requests", "request"),
    edit("parent_id_float", "requests", "persontableid", "float_id", "repair", "An id as a decimal.", "requestoutcome == 'N'",
          lambda row: f"{row.persontableid}.0", needs="ids whole_ids"),
    blank("received_blank", "requests", "receiveddate", "requestoutcome == 'A'"),
    edit("received_ambiguous", "requests", "receiveddate", "ambiguous_day_month", "quarantine",
          "Day and month could be exchanged, and no other cell shows their order.",
          "receiveddate.dt.day <= 12 and receiveddate.dt.day != receiveddate.dt.month and requestoutcome in ('A', 'N')",
          lambda row: f"{row.receiveddate:%d/%m/%Y}"),
    edit("received_in_future", "requests", "receiveddate", "date_in_future", "quarantine", "After census day.",
          "requestoutcome == 'A'", lambda row: row.receiveddate + days(400)),
    edit("outcome_before_request", "requests", "requestoutcomedate", "outcome_date_before_request", "quarantine",
          "Decided before the request.", "requestoutcome == 'N'", lambda row: row.receiveddate - days(5)),
    edit("outcome_without_date", "requests", "requestoutcomedate", "outcome_without_date", "warn", "Refused on no day.",
          "requestoutcome == 'N'", ""),
    edit("outcome_date_not_expected", "requests", "requestoutcomedate", "outcome_date_not_expected", "warn",
          "Awaiting a decision that has a day.", "requestoutcome == 'A'", lambda row: row.receiveddate + days(2)),
    unknown("outcome_unknown", "requests", "requestoutcome", "outcome", "quarantine", "requestoutcome == 'N'", "Q"),
    blank("outcome_blank", "requests", "requestoutcome", "requestoutcome == 'A'"),
    edit("outcome_lower_case", "requests", "requestoutcome", "code_case", "repair", "The code in lower case.",
          "requestoutcome == 'N'", "n"),
    unknown("source_unknown", "requests", "requestsource", "request_source", "warn", "requestsource != ''", "7"),
    edit("source_float", "requests", "requestsource", "code_float", "repair", "A code as a decimal.", "requestsource != ''",
          lambda row: f"{row.requestsource}.0"),
    _no_flag("flag_unreadable", "requests", "requestmediation", "requestoutcome == 'N'", "maybe"),
    _blank_flag("flag_blank_request", "requests", "rya", "requestoutcome == 'N'"),
    edit("exported_shape", "requests", "exported", "la_code_format", "warn", "Two digits for an authority.", "requestoutcome == 'A'",
          "88"),
    edit("exported_to_own", "requests", "exported", "exported_to_own_authority", "warn", "Moved to where it was.",
          "requestoutcome == 'A'", OWN),
    # Assessments
    _orphan("assessment", "requeststableid", "assessment"),
    _duplicate("assessment", "assessment"),
    edit("assessed_before_outcome", "assessment", "assessmentoutcomedate", "assessment_outcome_before_request_outcome", "quarantine",
          "Ended before it was begun.", "assessmentoutcome == 'N' and requestoutcomedate.notna()",
          lambda row: row.requestoutcomedate - days(3)),
    edit("assessed_in_future", "assessment", "assessmentoutcomedate", "date_in_future", "warn", "After census day.",
          "assessmentoutcome == 'N'", lambda row: row.assessmentoutcomedate + days(800)),
    edit("assessed_on_no_day", "assessment", "assessmentoutcomedate", "outcome_date_not_expected", "warn",
          "Awaiting an outcome that has a day.", "assessmentoutcome == 'A'", lambda row: row.requestoutcomedate + days(1)),
    unknown("assessment_unknown", "assessment", "assessmentoutcome", "outcome", "quarantine", "assessmentoutcome == 'A'", "X"),
    _blank_flag("week20_blank", "assessment", "week20", "assessmentoutcome == 'Y'"),
    _no_flag("week20_unreadable", "assessment", "week20", "assessmentoutcome == 'Y'", "2"),
    # Plans
    _orphan("namedplan", "assessmenttableid", "named_plan"),
    _duplicate("namedplan", "named_plan"),
    added_row("second_named_plan", "namedplan", "assessmenttableid", "second_named_plan", "quarantine", "Two plans from one assessment.",
           "active"),
    edit("ceased_before_start", "namedplan", "ceasedate", "cease_before_start", "quarantine", "Ended before it began.",
          "ceasedate.notna()", lambda row: row.startdate - days(30)),
    edit("reason_without_date", "namedplan", "ceasereason", "cease_reason_without_cease_date", "warn", "A reason, and no day.",
          "active", "9"),
    edit("date_without_reason", "namedplan", "ceasereason", "cease_date_without_reason", "warn", "A day, and no reason.",
          "ceasedate.notna()", ""),
    unknown("reason_unknown", "namedplan", "ceasereason", "cease_reason", "warn", "ceasedate.notna()", "12"),
    edit("ceased_on_a_word", "namedplan", "ceasedate", "not_a_date", "warn", "A word for a day.", "active", "ongoing"),
    edit("start_not_issue", "namedplan", "startdate", "plan_start_differs_from_issue", "warn", "Not the day of issue.",
          "assessmentoutcome == 'Y'", lambda row: row.startdate - days(60)),
    blank("start_blank", "namedplan", "startdate", "active"),
    edit("start_month_first", "namedplan", "startdate", "month_day_year", "repair", "Month first, with a day above 12.",
          "active and startdate.dt.day > 12", lambda row: f"{row.startdate:%m/%d/%Y}"),
    unknown("residential_unknown", "namedplan", "planres", "residential", "warn", "active", "Z"),
    unknown("work_based_unknown", "namedplan", "planwbp", "work_based", "warn", "active", "Q"),
    _no_flag("budget_unreadable", "namedplan", "pb", "active", "N/K"),
    # Settings named in plans
    _orphan("plandetail", "namedplantableid", "plan_detail"),
    _duplicate("plandetail", "plan_detail"),
    edit("named_twice", "plandetail", "sensetting", "sensetting_beside_urn", "warn", "A type of setting beside a school.",
          "active and urn != ''", "EHE"),
    Kind("named_nowhere", "plandetail", "urn", "setting_missing", "warn", "Neither a school nor a type of setting.",
         "active and urn != ''", lambda _: _NOWHERE),
    edit("named_rank_3", "plandetail", "placementrank", "rank_out_of_range", "quarantine", "A third rank.",
          "active and placementrank == 1", "3"),
    edit("named_urn_short", "plandetail", "urn", "urn_format", "warn", "Five digits.", "active and urn != ''", lambda row: row.urn[:5]),
    _blank_flag("named_unit_blank", "plandetail", "senunitindicator", "active and urn != ''"),
    edit("named_other_untold", "plandetail", "sensettingother", "setting_other_without_text", "warn", "'Other', and not what.",
          "active and sensetting == 'OTH'", ""),
    edit("encoding_cp1252", "plandetail", "sensettingother", "encoding_cp1252", "repair",
          "A dash as Windows stores it, in the whole file.", "active and sensetting == 'OTH'", "SYNTHETIC \u2013 named type",
          needs="encoding", change=lambda data: data.decode().encode("cp1252")),
    # Plans as they run
    _orphan("activeplans", "requeststableid", "active_plan"),
    _duplicate("activeplans", "active_plan"),
    added_row("second_active_plan", "activeplans", "requeststableid", "second_active_plan", "quarantine", "Two plans from one request.",
           "active"),
    edit("transfer_from_own", "activeplans", "transferla", "transfer_from_own_authority", "warn", "Came from where it is.", "active",
          OWN),
    edit("transfer_shape", "activeplans", "transferla", "la_code_format", "warn", "A letter in the code of an authority.", "active",
          "88X"),
    Kind("review_dates_crossed", "activeplans", "lastreview", "review_dates_crossed", "warn", "The decision before the meeting.",
         _REVIEWED, lambda row: {"reviewmeeting": row.lastreview, "lastreview": row.reviewmeeting, "reviewdraft": ""}),
    unknown("review_outcome_unknown", "activeplans", "reviewoutcome", "review_outcome", "warn", _REVIEWED, "R"),
    Kind("review_unheld", "activeplans", "reviewmeeting", "review_outcome_without_meeting", "warn", "An outcome without a meeting.",
         _REVIEWED, lambda _: {"reviewmeeting": ""}),
    edit("review_in_future", "activeplans", "reviewmeeting", "date_in_future", "warn", "After census day.",
          "active and reviewmeeting.notna() and reviewoutcome == ''", lambda row: row.reviewmeeting + days(800)),
    edit("review_on_a_word", "activeplans", "lastreview", "not_a_date", "warn", "A word for a day.",
          "active and reviewmeeting.isna()", "tbc"),
    # Placements
    _orphan("placementdetail", "activeplanstableid", "placement"),
    _duplicate("placementdetail", "placement"),
    edit("left_before_entry", "placementdetail", "leavingdate", "leaving_before_entry", "quarantine", "Left before it came.",
          "active and leavingdate.notna()", lambda row: row.entrydate - days(10)),
    Kind("two_open_first_places", "placementdetail", "placementrank", "two_open_rank_1_placements", "warn",
         "In two main placements at once.", _AT_SCHOOL, lambda _: {}, added=True),
    edit("second_without_first", "placementdetail", "placementrank", "rank_2_without_rank_1", "warn", "A second placement alone.",
          f"{_AT_SCHOOL} and alone", "2"),
    blank("place_rank_blank", "placementdetail", "placementrank", f"{_AT_SCHOOL} and alone"),
    edit("placed_twice", "placementdetail", "sensetting", "sensetting_beside_urn", "warn", "A type of setting beside a school.",
          _AT_SCHOOL, "OLA"),
    Kind("placed_nowhere", "placementdetail", "urn", "setting_missing", "warn", "Neither a school nor a type of setting.",
         _AT_SCHOOL, lambda _: _NOWHERE),
    Kind("setting_unknown", "placementdetail", "sensetting", "code_unknown_sen_setting", "warn", "A code that is not in the set.",
         _AT_SCHOOL, lambda _: _NOWHERE | {"sensetting": "HOM"}),
    edit("urn_float", "placementdetail", "urn", "float_id", "repair", "A number of a school as a decimal.", _AT_SCHOOL,
          lambda row: f"{row.urn}.0"),
    edit("urn_unknown", "placementdetail", "urn", "urn_unknown", "warn", "A school that is not in the list.", _AT_SCHOOL, "899999"),
    edit("ukprn_shape", "placementdetail", "ukprn", "ukprn_format", "warn", "A number that does not begin with 1.",
          f"{_OPEN} and ukprn != ''", lambda row: "2" + row.ukprn[1:]),
    edit("unit_not_listed", "placementdetail", "senunitindicator", "sen_unit_not_listed", "warn",
          "In a unit that the school does not have.", f"{_AT_SCHOOL} and kind == {_SCHOOL} and senunitindicator == 0", "1"),
    _blank_flag("unit_blank", "placementdetail", "senunitindicator", _AT_SCHOOL),
    Kind("neet_under_16", "placementdetail", "sensetting", "neet_under_16", "warn", "Out of education at school age.",
         f"{_AT_SCHOOL} and age < 15", lambda _: _NOWHERE | {"sensetting": "NEET"}),
    Kind("early_years_over_5", "placementdetail", "sensetting", "early_years_over_5", "warn", "In a nursery at school age.",
         f"{_AT_SCHOOL} and age > 6", lambda _: _NOWHERE | {"sensetting": "EYP"}),
    edit("too_old_for_school", "placementdetail", "urn", "age_outside_school", "warn",
          "In the primary school of the list at 15 or over.", f"{_AT_SCHOOL} and age >= 15 and senunitindicator == 0", "900001"),
    blank("entry_blank", "placementdetail", "entrydate", f"{_AT_SCHOOL} and alone"),
    edit("entry_in_future", "placementdetail", "entrydate", "date_in_future", "quarantine", "After census day.",
          f"{_AT_SCHOOL} and alone", lambda row: row.entrydate + days(365 * 15)),
    edit("entry_serial", "placementdetail", "entrydate", "excel_serial", "repair", "A day as a number of Excel.", _AT_SCHOOL,
          lambda row: serial(row.entrydate)),
    edit("leaving_far_off", "placementdetail", "leavingdate", "far_future_as_open", "repair", "31 August 2099 for 'still there'.",
          _AT_SCHOOL, lambda row: pd.Timestamp("2099-08-31")),
    edit("open_after_cease", "placementdetail", "leavingdate", "placement_open_after_cease", "warn",
          "Still there though the plan ended.", "ceasedate.notna() and leavingdate.notna()", ""),
    # Needs
    _orphan("senneed", "activeplanstableid", "need"),
    _duplicate("senneed", "need"),
    unknown("need_old", "senneed", "sentype", "sen_type", "quarantine", "active and alone", "BESD"),
    edit("need_lower_case", "senneed", "sentype", "code_case", "repair", "The code in lower case.", "active and alone",
          lambda row: row.sentype.lower()),
    edit("need_word", "senneed", "sentype", "code_label", "repair", "The words for the code.",
          "active and alone and sentype == 'ASD'", "Autistic spectrum disorder"),
    blank("need_blank", "senneed", "sentype", "active and alone"),
    edit("need_rank_alone", "senneed", "sentyperank", "rank_2_without_rank_1", "warn", "A second need alone.", "active and alone", "2"),
    edit("need_twice", "senneed", "sentype", "same_need_twice", "warn", "The second need is the first.",
          "active and sentyperank == 2", lambda row: row.primary),
    Kind("need_third", "senneed", "sentyperank", "rank_out_of_range", "quarantine", "A third rank.", "active and sentyperank == 2",
         lambda _: {"sentyperank": "3", "sentype": "OTH"}, added=True),
    Kind("two_first_needs", "senneed", "sentyperank", "two_rank_1_needs", "warn", "Two primary needs.",
         "active and alone and sentype != 'OTH'", lambda _: {"sentype": "OTH"}, added=True),
    # Whole files that can still be read
    _whole("byte_order_mark", "senneed", "", "byte_order_mark", "repair", "Begins with the mark of UTF-8.",
           lambda data: b"\xef\xbb\xbf" + data),
    Kind("heading_typo", "requests", "requestsource", "column_alias", "repair", "A supplier's spelling of a heading.",
         heading="rquestsource", needs="names"),
    Kind("heading_case", "namedplan", "ceasedate", "column_case", "repair", "A heading in capitals.", heading="CEASEDATE",
         needs="names capitals"),
    Kind("column_unknown", "assessment", "casenote", "column_unknown", "warn", "A column that the return does not have.",
         heading="casenote"),
    # Whole files that cannot be read: planted one at a time, by `spoil`
    _whole("table_missing", "senneed", "", "table_missing", "stop", "The file is not there.", lambda data: None),
    _whole("file_empty", "person", "", "file_empty", "stop", "The file has no byte.", lambda data: b""),
    _whole("file_not_text", "activeplans", "", "file_not_text", "stop", "A packed file under the name of a CSV.",
           lambda data: b"PK\x03\x04\x00\x00" + data),
    _whole("column_missing", "requests", "requestoutcome", "column_missing", "stop", "A required column is not there.",
           _without(b"requestoutcome")),
    _whole("column_twice", "namedplan", "startdate", "column_twice", "stop", "A required column stands twice.",
           lambda data: _widened(data, b"startdate", b"")),
    _whole("row_too_long", "placementdetail", "", "row_length", "stop", "A comma too many in a row.",
           lambda data: data.rstrip(b"\n") + b",\n"),
    _whole("quote_open", "plandetail", "", "quote_not_closed", "stop", "A quote that is never closed.", lambda data: data.replace(b",",
           b',"', 1)),
    _whole("header_twice", "sen2", "", "header_not_one", "stop", "Two header records.", lambda data: data + data.split(b"\n")[1] + b"\n"),
    _whole("other_authority", "sen2", "lea", "authority_differs", "stop", "The return of another authority.",
           lambda data: re.sub(rb",L,\d{3},", b",L,001,", data)),
    _whole("other_census", "sen2", "year", "census_differs", "stop", "The return of another year.",
           lambda data: re.sub(rb",SEN2,\d{4},", b",SEN2,2019,", data)),
]  # fmt: skip
