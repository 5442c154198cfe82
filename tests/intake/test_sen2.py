"""A SEN2 return is the same nine tables of text, whichever of its four shapes it comes in."""

import csv
from xml.sax.saxutils import escape

import openpyxl
import pandas as pd
import pytest

from svip_lib.config.fields import columns_by_heading, plain, read_fields
from svip_lib.config.refusal import Refusal
from svip_lib.intake.account import Finding
from svip_lib.intake.sen2 import TABLES, read_sen2
from svip_lib.intake.values import parse_dates

STAMP = "16-01-2025"
# A child who was refused and asked again, and one whose older plan has a second placement and a second need; both are invented.
RETURN = {
    "sen2": "sen2tableid collection year referencedate sourcelevel lea\n1 SEN2 2025 2025-01-16 L 887",
    "person": """persontableid sen2tableid surname forename personbirthdate sex ethnicity upn
        1 1 Quillfeather Ada 2015-03-02 F WBRI X999200000001
        2 1 Zzyzx Bo 2008-11-30 M _ X999200000002""",
    "requests": """requeststableid persontableid receiveddate requestsource rya requestoutcomedate requestoutcome requesttribunal
        1 1 2024-02-01 1 0 2024-03-10 N 0
        2 1 2024-05-01 2 0 2024-06-01 Y 0
        3 2 2019-09-01 2 0 _ H 0""",
    "assessment": """assessmenttableid requeststableid assessmentoutcome assessmentoutcomedate week20
        1 2 Y 2024-09-15 0
        2 3 H _ 0""",
    "namedplan": """namedplantableid assessmenttableid startdate pb ceasedate ceasereason
        1 1 2024-09-15 0 _ _
        2 2 2020-01-20 1 2024-12-31 4""",
    "plandetail": """plandetailtableid namedplantableid urn sensetting placementrank senunitindicator
        1 1 118330 _ 1 1
        2 2 _ OLA 1 0
        3 2 118331 _ 2 0""",
    "activeplans": """activeplanstableid requeststableid transferla reviewmeeting reviewoutcome lastreview
        1 2 _ _ _ _
        2 3 886 2024-06-01 M 2024-06-20""",
    "placementdetail": """placementdetailtableid activeplanstableid urn sensetting placementrank entrydate leavingdate
        1 1 118330 _ 1 2024-09-20 _
        2 2 _ NEET 1 2023-09-01 _
        3 2 118331 _ 2 2022-09-01 2023-07-20""",
    "senneed": """senneedtableid activeplanstableid sentype sentyperank
        1 1 ASD 1
        2 2 SEMH 1
        3 2 SLCN 2""",
}
TAGS = {"personbirthdate": "PersonBirthDate", "upn": "UPN", "lea": "LEA", "sensetting": "SENsetting", "sentype": "SENtype"}
ELEMENTS = dict(
    zip(TABLES, "Header Person Requests Assessment NamedPlan PlanDetail ActivePlans PlacementDetail SENneed".split(), strict=True)
)


@pytest.fixture(scope="module")
def fields(repository):
    return read_fields(repository / "data" / "dictionary")


def drawn() -> dict[str, pd.DataFrame]:
    """The return above as tables; an underscore stands for a blank cell."""
    tables = {}
    for table, text in RETURN.items():
        heading, *rows = (line.split() for line in text.splitlines())
        tables[table] = pd.DataFrame(rows, columns=heading, dtype="str").replace("_", "")
    return tables


def by_child_and_request(tables: dict[str, pd.DataFrame], table: str) -> pd.DataFrame:
    """A table as workbooks have it: without ids of its own, but with those of the child and the request."""
    cells, parent = tables[table], TABLES[table].parent
    while parent not in ("", "sen2"):
        key = f"{parent}tableid"
        above = tables[parent][[key, *(name for name in tables[parent] if name == f"{TABLES[parent].parent}tableid")]]
        cells, parent = cells.merge(above, on=key, how="left", validate="many_to_one"), TABLES[parent].parent
    kept = {"persontableid", "requeststableid"}
    return cells[[name for name in cells if not name.endswith("tableid") or name in kept]]


def as_blade(folder, tables, stamp=STAMP):
    def from_collect(column):
        is_day = column.str.fullmatch(r"\d{4}-\d\d-\d\d")
        return column.mask(is_day, pd.to_datetime(column.where(is_day)).dt.strftime("%Y-%b-%d 00:00:00"))

    for table, cells in tables.items():
        cells.apply(from_collect).to_csv(folder / f"Blade-Export_{stamp}_{table}.csv", index=False, quoting=csv.QUOTE_MINIMAL)
    return folder


def as_xml(folder, tables):
    def record(table, row):
        inner = "".join(f"<{TAGS.get(n, n)}>{escape(v)}</{TAGS.get(n, n)}>\n" for n, v in row.items() if v and not n.endswith("tableid"))
        for below, place in TABLES.items():
            if place.parent == table and table != "sen2":
                mine = tables[below][tables[below][f"{table}tableid"] == row[f"{table}tableid"]]
                inner += "".join(record(below, each) for each in mine.to_dict("records"))
        return f"<{ELEMENTS[table]}>\n{inner}</{ELEMENTS[table]}>\n"

    header = record("sen2", tables["sen2"].iloc[0].to_dict())
    persons = "".join(record("person", row) for row in tables["person"].to_dict("records"))
    path = folder / "return.xml"
    path.write_text(f'<?xml version="1.0"?>\n<Message>\n{header}<Persons>\n{persons}</Persons>\n</Message>\n', encoding="utf-8")
    return path


def as_workbook(folder, tables, with_ids=False):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for table, place in list(TABLES.items())[1:]:
        cells = tables[table] if with_ids else by_child_and_request(tables, table)
        sheet = book.create_sheet(place.sheet)
        for row in [cells.columns.to_list(), *cells.to_numpy().tolist()]:
            sheet.append([float(cell) if cell.isdigit() else cell or None for cell in row])
    book.save(folder / "case system.xlsx")
    return folder / "case system.xlsx"


def as_form(folder, tables, fields, change=lambda sheet: None):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Data Entry Template"
    for table, place in TABLES.items():
        cells = by_child_and_request(tables, table)
        headings = [f"{fields[table].get(name, fields['person']['persontableid']).heading} \n\n(as in the guide)" for name in cells]
        if "requeststableid" in cells.columns and table != "requests":
            headings[cells.columns.get_loc("requeststableid")] = "Requests record ID\n\n(This must match the relevant ID)"
        sheet.append([place.title])
        sheet.append(["Record Type", *headings])
        for row in cells.to_numpy().tolist():
            sheet.append(["1", *row])
        sheet.append(["1"])  # the form is filled in beforehand for more children than there are
        sheet.append([])
    change(sheet)
    book.save(folder / "template.xlsx")
    return folder / "template.xlsx"


def written(shape, folder, fields, tables=None):
    tables = tables or drawn()
    return {
        "blade": lambda: as_blade(folder, tables),
        "xml": lambda: as_xml(folder, tables),
        "workbook": lambda: as_workbook(folder, tables),
        "template": lambda: as_form(folder, tables, fields),
    }[shape]()


def refused(path, fields) -> str:
    with pytest.raises(Refusal) as stop:
        read_sen2(path, fields)
    assert "Quillfeather" not in str(stop.value)
    assert "Zzyzx" not in str(stop.value)
    return str(stop.value)


def change(folder, table, old, new):
    path = folder / f"Blade-Export_{STAMP}_{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


SHAPES = ["blade", "xml", "workbook", "template"]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_children_give_the_same_tables_in_every_shape(tmp_path, fields, shape):
    found = read_sen2(written(shape, tmp_path, fields), fields)
    assert found.shape == shape
    assert found.version == 2025
    assert list(found.tables) == list(TABLES)
    for table, expected in drawn().items():
        if (shape, table) == ("workbook", "sen2"):
            continue
        got = found.tables[table].reindex(columns=expected.columns, fill_value="")
        for column in expected:
            if fields[table][column].type == "date":
                assert parse_dates(got[column]).values.equals(parse_dates(expected[column]).values), (table, column)  # noqa: PD011
            else:
                assert got[column].to_list() == expected[column].to_list(), (table, column)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_table_is_text_with_file_and_line_and_rows_counted_from_zero(tmp_path, fields, shape):
    path = written(shape, tmp_path, fields)
    for table, cells in read_sen2(path, fields).tables.items():
        assert cells.columns.to_list()[-2:] == ["file", "line"]
        assert set(cells.columns[:-2]) <= set(fields[table])
        assert (cells.dtypes[:-2] == "str").all()
        assert cells["line"].dtype == "int64"
        assert set(cells["file"]) <= {f"Blade-Export_{STAMP}_{table}.csv" if shape == "blade" else path.name}
        assert cells.index.equals(pd.RangeIndex(len(cells)))


def test_lines_are_those_of_the_file(tmp_path, fields):
    tables = drawn()
    for shape, lines in {"blade": [2, 3], "workbook": [2, 3], "template": [8, 9]}.items():
        folder = tmp_path / shape
        folder.mkdir()
        assert read_sen2(written(shape, folder, fields, tables), fields).tables["person"]["line"].to_list() == lines
    path = as_xml(tmp_path, tables)
    needs = read_sen2(path, fields).tables["senneed"]["line"]
    assert [path.read_text(encoding="utf-8").splitlines()[line - 1] for line in needs] == ["<SENneed>"] * 3


def test_a_line_end_within_a_cell_does_not_shift_the_lines(tmp_path, fields):
    folder = as_blade(tmp_path, drawn())
    change(folder, "person", "Ada", '"Ada\nBeth"')
    assert read_sen2(folder, fields).tables["person"]["line"].to_list() == [2, 4]


def test_a_workbook_with_ids_of_its_own_keeps_them(tmp_path, fields):
    tables = drawn()
    ids = {"1": "70", "2": "80", "3": "90"}
    for cells in tables.values():
        for column in cells.columns[cells.columns.str.endswith("tableid")]:
            cells[column] = cells[column].map(ids)
    found = read_sen2(as_workbook(tmp_path, tables, with_ids=True), fields).tables
    assert found["plandetail"]["namedplantableid"].to_list() == ["70", "80", "80"]
    assert found["senneed"]["senneedtableid"].to_list() == ["70", "80", "90"]


def test_a_record_that_could_belong_to_two_is_left_without_a_parent(tmp_path, fields):
    tables = drawn()
    again = tables["assessment"].assign(assessmenttableid=["3", "4"])
    tables["assessment"] = pd.concat([tables["assessment"], again[again["requeststableid"] == "2"]])
    book = openpyxl.load_workbook(as_workbook(tmp_path, drawn()))
    book["Assessments"].append([cell.value for cell in book["Assessments"][2]])
    book.save(tmp_path / "case system.xlsx")
    plans = read_sen2(tmp_path / "case system.xlsx", fields).tables["namedplan"]
    assert plans["assessmenttableid"].to_list() == ["", "2"]


def test_a_record_of_a_request_that_is_not_there_is_left_without_a_parent(tmp_path, fields):
    book = openpyxl.load_workbook(as_workbook(tmp_path, drawn()))
    needs = book["SEN Need"]
    column = next(cell.column for cell in needs[1] if cell.value == "requeststableid")
    needs.cell(2, column).value = 99
    book.save(tmp_path / "case system.xlsx")
    assert read_sen2(tmp_path / "case system.xlsx", fields).tables["senneed"]["activeplanstableid"].to_list() == ["", "2", "2"]


def test_a_workbook_without_a_header_says_so_and_takes_the_year_from_its_columns(tmp_path, fields):
    found = read_sen2(as_workbook(tmp_path, drawn()), fields)
    assert found.tables["sen2"].empty
    assert {"year", "referencedate", "lea"} <= set(found.tables["sen2"].columns)
    assert found.findings == [Finding("warn", "header_missing", "sen2", "case system.xlsx", 1, "", "census of 2025, by the columns")]


def test_a_workbook_may_bring_its_header_and_other_sheets(tmp_path, fields):
    book = openpyxl.load_workbook(as_workbook(tmp_path, drawn()))
    header = book.create_sheet("Header")
    header.append(["sen2tableid", "year", "referencedate", "lea"])
    header.append(["H", 2025, "2025-01-16", "887"])
    book.create_sheet("Notes").append(["Quillfeather"])
    book.save(tmp_path / "case system.xlsx")
    found = read_sen2(tmp_path / "case system.xlsx", fields)
    assert set(found.tables["person"]["sen2tableid"]) == {"H"}
    assert any("the sheet 'Notes' is not one of the return" in note for note in found.notes)
    assert found.findings == []


@pytest.mark.parametrize(("sheet", "words"), [("Plan Detail", "no sheet 'Plan Detail'"), ("Person", "no sheet 'Person'")])
def test_a_workbook_without_a_sheet_is_refused(tmp_path, fields, sheet, words):
    book = openpyxl.load_workbook(as_workbook(tmp_path, drawn()))
    del book[sheet]
    book.save(tmp_path / "case system.xlsx")
    assert words in refused(tmp_path / "case system.xlsx", fields)


def test_ids_that_a_spreadsheet_made_decimals_of_are_whole_again_and_told_each_by_its_line(tmp_path, fields):
    folder = as_blade(tmp_path, drawn())
    change(folder, "requests", "\n1,1,", "\n1.0,1.0,")
    found = read_sen2(folder, fields)
    assert found.tables["requests"]["requeststableid"].to_list() == ["1", "2", "3"]
    file = f"Blade-Export_{STAMP}_requests.csv"
    assert found.findings == [Finding("repair", "float_id", "requests", file, 2, column) for column in ("requeststableid", "persontableid")]


def test_a_column_of_nothing_but_decimals_is_told_once_at_its_heading(tmp_path, fields):
    folder = as_blade(tmp_path, drawn())
    file = f"Blade-Export_{STAMP}_person.csv"
    cells = pd.read_csv(folder / file, dtype="str", keep_default_na=False)
    cells.assign(persontableid=cells["persontableid"] + ".0").to_csv(folder / file, index=False)
    told = Finding("repair", "float_id", "person", file, 1, "persontableid", "all 2 ids of the column")
    assert read_sen2(folder, fields).findings == [told]


def test_letters_that_were_encoded_twice_are_doubted_and_a_true_capital_with_a_tilde_is_not(tmp_path, fields):
    folder = as_blade(tmp_path, drawn())
    person = folder / f"Blade-Export_{STAMP}_person.csv"
    change(folder, "person", "Zzyzx,Bo", "JO\u00c3O,Zo\u00c3\u00ab")
    assert read_sen2(folder, fields).findings == [Finding("warn", "text_encoded_twice", "person", person.name, 3, "forename")]


def test_the_encodings_of_excel_are_told_by_the_first_cell_that_shows_them(tmp_path, fields):
    folder = as_blade(tmp_path, drawn())
    needs, person = (folder / f"Blade-Export_{STAMP}_{table}.csv" for table in ("senneed", "person"))
    needs.write_bytes(b"\xef\xbb\xbf" + needs.read_bytes())
    change(folder, "person", "Zzyzx,Bo", "Zzyzx,Zoë")
    person.write_bytes(person.read_text(encoding="utf-8").encode("cp1252"))
    assert read_sen2(folder, fields).findings == [
        Finding("repair", "encoding_cp1252", "person", person.name, 3, "forename"),
        Finding("repair", "byte_order_mark", "senneed", needs.name, 1),
    ]


def test_the_misspelt_name_of_a_supplier_is_read_and_told(tmp_path, fields):
    folder = as_blade(tmp_path, drawn())
    change(folder, "requests", "requestsource", "rquestsource")
    found = read_sen2(folder, fields)
    assert found.tables["requests"]["requestsource"].to_list() == ["1", "2", "2"]
    told = Finding("repair", "column_alias", "requests", f"Blade-Export_{STAMP}_requests.csv", 1, "requestsource", "rquestsource")
    assert found.findings == [told]


def test_the_one_heading_of_collect_with_capitals_is_known(tmp_path, fields):
    folder = as_blade(tmp_path, drawn())
    change(folder, "senneed", "sentyperank\n", "sentyperank,NativeId\n")
    path = folder / f"Blade-Export_{STAMP}_senneed.csv"
    heading, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([heading, *(f"{row},N7" for row in rows)]), encoding="utf-8")
    found = read_sen2(folder, fields)
    assert set(found.tables["senneed"]["nativeid"]) == {"N7"}
    assert (found.notes, found.findings) == ([], [])


def test_an_unknown_column_is_told_by_its_heading_and_set_aside(tmp_path, fields):
    tables = drawn()
    tables["person"]["favourite colour"] = "Quillfeather"
    found = read_sen2(as_blade(tmp_path, tables), fields)
    assert "favourite colour" not in found.tables["person"]
    assert found.findings == [Finding("warn", "column_unknown", "person", f"Blade-Export_{STAMP}_person.csv", 1, "favourite colour")]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_required_column_under_another_name_is_refused_with_its_nearest_heading(tmp_path, fields, shape):
    tables = drawn()
    tables["person"] = tables["person"].rename(columns={"personbirthdate": "personbirthday"})
    path = written(shape, tmp_path, fields | {"person": fields["person"] | {"personbirthday": _renamed(fields)}}, tables)
    message = refused(path, fields)
    assert "has no column 'personbirthdate' (Date of birth); the heading 'personbirthday" in message
    assert "Give it one of its names: personbirthdate, Date of birth" in message


def _renamed(fields):
    return fields["person"]["personbirthdate"].model_copy(update={"heading": "personbirthday"})


def test_a_required_column_that_is_left_out_is_refused(tmp_path, fields):
    tables = drawn()
    del tables["requests"]["requestoutcome"]
    message = refused(as_blade(tmp_path, tables), fields)
    assert f"Blade-Export_{STAMP}_requests.csv, column 'requestoutcome': The table 'requests' has no column" in message


@pytest.mark.parametrize("second", ["rquestsource", "requestsource"])
def test_two_columns_that_are_the_same_are_refused(tmp_path, fields, second):
    tables = drawn()
    tables["requests"]["spare"] = "1"
    folder = as_blade(tmp_path, tables)
    change(folder, "requests", "spare", second)
    assert "column 'requestsource': Two columns of the table 'requests' are this one" in refused(folder, fields)


def test_a_file_that_is_missing_is_refused_with_its_name(tmp_path, fields):
    folder = as_blade(tmp_path, drawn())
    (folder / f"Blade-Export_{STAMP}_plandetail.csv").unlink()
    assert f"Blade-Export_{STAMP}_plandetail.csv is missing" in refused(folder, fields)


def test_two_exports_in_one_folder_are_refused(tmp_path, fields):
    as_blade(tmp_path, drawn())
    as_blade(tmp_path, drawn(), stamp="17-02-2025")
    message = refused(tmp_path, fields)
    assert "exports of different dates" in message
    assert "16-01-2025" in message
    assert "17-02-2025" in message


def test_names_of_files_may_differ_in_case_and_copies_are_told(tmp_path, fields):
    folder = as_blade(tmp_path, drawn())
    person = folder / f"Blade-Export_{STAMP}_person.csv"
    (folder / f"Blade-Export_{STAMP}_person (1).csv").write_bytes(person.read_bytes())
    person.rename(folder / f"BLADE-EXPORT_{STAMP}_Person.CSV")
    found = read_sen2(folder, fields)
    assert len(found.tables["person"]) == 2
    assert found.notes == [f"Blade-Export_{STAMP}_person (1).csv: is not one of the nine files and was not read."]


def test_the_folder_of_one_return_may_be_named_instead_of_its_file(tmp_path, fields):
    as_xml(tmp_path, drawn())
    (tmp_path / "~$case system.xlsx").write_bytes(b"lock of Excel")
    assert read_sen2(tmp_path, fields).shape == "xml"
    as_blade(tmp_path, drawn())
    found = read_sen2(tmp_path, fields)
    assert found.shape == "blade"
    assert found.notes == ["return.xml: stands beside the files from COLLECT and was not read."]


def test_a_register_may_lie_beside_a_return_that_is_one_file(tmp_path, fields):
    as_xml(tmp_path, drawn())
    (tmp_path / "Ledger.xlsx").write_bytes(b"read by its own reader")
    assert read_sen2(tmp_path, fields).shape == "xml"


def test_where_there_is_no_return_or_more_than_one_that_is_said(tmp_path, fields):
    assert "no XML file or workbook" in refused(tmp_path, fields)
    as_xml(tmp_path, drawn())
    as_workbook(tmp_path, drawn())
    assert "2 XML files and workbooks: case system.xlsx, return.xml" in refused(tmp_path, fields)
    assert "no such file" in refused(tmp_path / "nowhere", fields)


def test_one_file_of_nine_is_not_a_return(tmp_path, fields):
    as_blade(tmp_path, drawn())
    assert "Name the folder" in refused(tmp_path / f"Blade-Export_{STAMP}_person.csv", fields)


@pytest.mark.parametrize(
    ("left_out", "added", "version"),
    [
        ([], {}, 2025),
        (["requestsource"], {}, 2024),
        (
            ["requestsource", "reviewmeeting", "reviewoutcome", "sex"],
            {"person": "gendercurrent", "placementdetail": "attendancepattern"},
            2023,
        ),
        (["requestsource"], {"activeplans": "phasetransferduedate"}, 2025),
    ],
)
def test_without_a_year_the_columns_tell_the_census(tmp_path, fields, left_out, added, version):
    tables = drawn()
    tables["sen2"]["year"] = ""
    for table, cells in tables.items():
        tables[table] = cells.drop(columns=[name for name in left_out if name in cells])
        if table in added:
            tables[table][added[table]] = ""
    found = read_sen2(as_blade(tmp_path, tables), fields)
    assert found.version == version
    assert found.notes == [f"The header does not name one census year; by its columns the return is that of {version}."]


def test_a_year_that_the_columns_contradict_is_believed_and_told(tmp_path, fields):
    tables = drawn()
    tables["sen2"]["year"] = "2023"
    found = read_sen2(as_blade(tmp_path, tables), fields)
    assert found.version == 2023
    assert "the census of 2023, which does not have these columns: person.sex, requests.requestsource" in found.notes[0]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Header>", "Head>", "no Header"),
        ("PlanDetail>", "PlacementDetail>", "'PlacementDetail' stands in a record 'namedplan' and belongs into 'activeplans'"),
        ("<Persons>", "<Persons><Requests/>", "'Requests' stands in a record 'sen2' and belongs into 'person'"),
        ("<Message>", '<!DOCTYPE m [<!ENTITY a "b">]><Message>', "document type"),
    ],
)
def test_xml_that_is_built_otherwise_is_refused_with_its_line(tmp_path, fields, old, new, words):
    path = as_xml(tmp_path, drawn())
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    message = refused(path, fields)
    assert words in message
    assert "return.xml, line " in message


def test_a_child_without_a_plan_and_codes_that_stand_several_times_are_read_from_xml(tmp_path, fields):
    path = as_xml(tmp_path, drawn())
    text = path.read_text(encoding="utf-8")
    codes = "<DP>E</DP><DP>S</DP><Colour>Quillfeather</Colour><CeaseReason/>"
    path.write_text(text.replace("<NamedPlan>", f"<NamedPlan>{codes}", 1), encoding="utf-8")
    found = read_sen2(path, fields)
    assert found.tables["namedplan"]["dp"].to_list() == ["E S", ""]
    line = text.splitlines().index("<NamedPlan>") + 1
    assert found.findings == [Finding("warn", "column_unknown", "namedplan", "return.xml", line, "Colour")]


def test_a_table_without_a_record_has_its_columns_all_the_same(tmp_path, fields):
    tables = drawn()
    tables["senneed"] = tables["senneed"].iloc[:0]
    needs = read_sen2(as_xml(tmp_path, tables), fields).tables["senneed"]
    assert needs.empty
    assert {"senneedtableid", "activeplanstableid", "sentype", "sentyperank"} <= set(needs.columns)
    assert (needs.dtypes[:-2] == "str").all()


def test_the_two_review_dates_of_the_form_are_not_exchanged(tmp_path, fields):
    def rename(sheet):
        for row in sheet.iter_rows():
            for cell in row:
                if str(cell.value).startswith("Annual review meeting date"):
                    cell.value = "Annual Review Meeting Date"
                elif str(cell.value).startswith("Review decision date"):
                    cell.value = "EHC Plan Review Decisions Date"

    reviews = read_sen2(as_form(tmp_path, drawn(), fields, rename), fields).tables["activeplans"]
    assert reviews[["reviewmeeting", "lastreview"]].iloc[1].to_list() == ["2024-06-01", "2024-06-20"]


@pytest.mark.parametrize("new", ["", "Person Record"])
def test_a_form_in_which_a_title_is_missing_or_stands_twice_is_refused(tmp_path, fields, new):
    def retitle(sheet):
        next(cell for cell in sheet["A"] if cell.value == "Plan Detail Records").value = new

    assert "'Plan Detail Records'" in refused(as_form(tmp_path, drawn(), fields, retitle), fields)


def test_formulas_are_refused_in_a_workbook(tmp_path, fields):
    book = openpyxl.load_workbook(as_workbook(tmp_path, drawn()))
    book["Person"]["A2"] = "=1"
    book.save(tmp_path / "case system.xlsx")
    assert "The sheet 'Person' has a formula (row 2, column 1)" in refused(tmp_path / "case system.xlsx", fields)


@pytest.mark.parametrize("shape", SHAPES)
def test_no_note_or_finding_holds_what_stands_in_a_personal_column(tmp_path, fields, shape):
    found = read_sen2(written(shape, tmp_path, fields), fields)
    notes = " ".join([*found.notes, *map(str, found.findings)])
    personal = [name for column in ("surname", "forename", "upn", "personbirthdate") for name in drawn()["person"][column]]
    assert not [value for value in personal if value in notes]


TEMPLATE_HEADINGS = {
    "sen2": "Collection Name|Year|Reference Date|Source Level|LA Number|Software Code|Release|Serial Number"
    "|Date & Time \n(ccyy-mm-ddThh:mm:ss)"
    "|Designated Medical Officer|Designated Clinical Officer|Designated Social Care Officer",
    "person": "Person ID\n\n(This must be a unique ID for each Person record)|LA\n(From Header Record)|Surname|Forename"
    "|Date of Birth \n(ccyy-mm-dd)|Gender|Sex|Ethnicity|Post Code|UPN - Unique Pupil Number|ULN - Young Persons Unique Learner Number"
    "|UPN and ULN unavailable – Reason",
    "requests": "Requests record ID\n\n(This must be a unique ID for each Requests record)|Date request was received"
    "|Source of request for an EHC needs assessment|Initial Request Whilst In RYA|Request Outcome Date|Request Outcome|Request Mediation"
    "|Request Tribunal|Exported - Child or young person moves out of LA before assessment is completed",
    "assessment": "Assessment Outcome - Decision to issue EHC plan|Assessment Outcome Date|Assessment Mediation|Assessment Tribunal"
    "|Other Mediation|Other Tribunal|Twenty week time limit exceptions apply",
    "namedplan": "EHC Plan Start Date|Residential Settings|Work Based Learning Activity|Personal Budget taken up"
    "|Personal Budget - Organised Arrangements|Personal Budget - Direct Payments|Date EHC plan ceased|Reason EHC plan ceased",
    "plandetail": "URN - Unique Reference Number|UKPRN - UK Provider Reference Number|SEN Setting – Establishment type|SEN Setting - Other"
    "|Placement Rank (1=Primary, 2=Secondary)|SEN Unit Indicator|Resourced Provision Indicator",
    "activeplans": "EHC Plan transferred in from another LA during calendar year|Residential Settings|Work Based Learning Activity"
    "|EHC Plan Review Decisions Date|Annual Review Decision|Annual review – date draft amended EHC plan issued"
    "|Phase transfer review - due date for any amended plan|Phase transfer review - final plan date|Annual Review Meeting Date",
    "placementdetail": "Placement Start Date|Placement Leaving Date|Attendance Pattern|Residential Settings|Work Based Learning Activity",
    "senneed": "SEN Type of Need|SEN Type of Need rank  (1=Primary, 2=Secondary)",
}


@pytest.mark.parametrize("table", TEMPLATE_HEADINGS)
def test_every_heading_of_the_form_of_dfe_is_one_of_our_columns(fields, table):
    known = columns_by_heading(fields[table])
    assert [heading for heading in TEMPLATE_HEADINGS[table].split("|") if plain(heading) not in known] == []
