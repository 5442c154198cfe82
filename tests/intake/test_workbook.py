"""A workbook is read as the text that an analyst sees in it, and a hostile one is refused before it can do harm."""

import datetime as dt
import re
import resource
import time
import zipfile

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from svip_lib.config.refusal import Refusal
from svip_lib.intake.open import read_sheet_names, read_workbook_text

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@pytest.fixture
def saved(tmp_path):
    """A workbook written by openpyxl: rows by name of sheet."""

    def write(sheets: dict[str, list[list]], name="book.xlsx", change=lambda book: None):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        change(book)
        book.save(tmp_path / name)
        return tmp_path / name

    return write


@pytest.fixture
def packed(tmp_path):
    """A workbook written by hand: the content of its one sheet, and parts to add or to replace."""

    def write(cells: str = "", parts: dict[str, str | bytes] | None = None, name="book.xlsx", ns=MAIN, declare=""):
        whole = {
            "_rels/.rels": f'<Relationships xmlns="{LINKS}"><Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
            "</Relationships>",
            "xl/workbook.xml": f'<workbook xmlns="{ns}" xmlns:r="{OFFICE}">'
            '<sheets><sheet name="Data" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{LINKS}">'
            f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="/xl/worksheets/sheet1.xml"/>'
            f'<Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
            "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>shared</t></si></sst>',
            "xl/worksheets/sheet1.xml": f'{declare}<worksheet xmlns="{ns}"><sheetData>{cells}</sheetData></worksheet>',
        }
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, content in (whole | (parts or {})).items():
                archive.writestr(part, content)
        return tmp_path / name

    return write


def refused(path, **options) -> str:
    """The message of the refusal, which must come within 5 seconds of work and 1 GB."""
    begin, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Refusal) as stop:
        read_workbook_text(path, **options)
    assert time.process_time() - begin < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1_000_000
    assert path.name in str(stop.value)
    return str(stop.value)


def test_cells_are_the_text_that_an_analyst_sees(saved):
    rich = CellRichText("two ", TextBlock(InlineFont(b=True), "parts"))
    row = [
        "text",
        1,
        1.0,
        2.5,
        0.1 + 0.2,
        True,
        False,
        dt.date(2022, 9, 28),
        dt.datetime(2022, 9, 28, 10, 30),
        None,
        "007",
        " x ",
        rich,
        -3,
        1e20,
    ]
    cells = read_workbook_text(saved({"Data": [row]}))["Data"]
    assert cells.loc[1].to_list() == [
        *("text", "1", "1", "2.5", "0.3", "1", "0", "2022-09-28", "2022-09-28T10:30:00", "", "007", " x ", "two parts", "-3", "1e+20"),
    ]
    assert (cells.dtypes == "str").all()


def test_the_index_is_the_row_of_the_sheet_and_column_0_is_column_a(saved):
    cells = read_workbook_text(saved({"Data": [["a"], [], [None, None, "c"]]}))["Data"]
    assert cells.index.to_list() == [1, 3]
    assert cells.loc[3].to_list() == ["", "", "c"]


def test_sheets_come_by_name_in_their_order_also_empty_and_hidden_ones(saved):
    def hide(book):
        book["Old"].sheet_state = "veryHidden"

    path = saved({"Person": [["a"]], "Empty": [], "Old": [["b"]]}, change=hide)
    assert read_sheet_names(path) == ["Person", "Empty", "Old"]
    assert [len(cells) for cells in read_workbook_text(path).values()] == [1, 0, 1]


def test_days_counted_from_1904_are_the_same_days(saved):
    def count_as_on_a_mac(book):
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904

    path = saved({"Data": [[dt.date(2022, 9, 28)]]}, change=count_as_on_a_mac)
    assert read_workbook_text(path)["Data"].loc[1, 0] == "2022-09-28"


def test_a_number_in_a_format_that_is_no_date_stays_a_number(saved):
    def format_as(book):
        for cell, code in zip(book["Data"][1], ["£#,##0.00", "0%", '0.0"d"', "[h]:mm"], strict=True):
            cell.number_format = code

    path = saved({"Data": [[1234.5, 0.5, 44832, 1.5]]}, change=format_as)
    assert read_workbook_text(path)["Data"].loc[1].to_list() == ["1234.5", "0.5", "44832", "1.5"]


def test_a_day_that_excel_cannot_show_stays_the_number_it_is(saved):
    def as_date(book):
        book["Data"]["A1"].number_format = "dd/mm/yyyy"

    assert read_workbook_text(saved({"Data": [[99999999]]}, change=as_date))["Data"].loc[1, 0] == "99999999"


def test_cells_without_places_follow_one_another_and_every_kind_is_read(packed):
    kinds = (
        '<row><c t="s"><v>0</v></c><c t="inlineStr"><is><t>in </t><t>line</t></is></c><c t="b"><v>1</v></c><c t="e"><v>#REF!</v></c></row>'
    )
    cells = read_workbook_text(packed(f'{kinds}<row r="4"><c r="C4"><v>3.0</v></c></row><row><c><v>5</v></c></row>'))["Data"]
    assert cells.loc[1].to_list() == ["shared", "in line", "1", "#REF!"]
    assert cells.loc[4].to_list() == ["", "", "3", ""]
    assert cells.loc[5].to_list() == ["5", "", "", ""]


def test_the_size_that_a_sheet_claims_to_have_is_not_believed(packed):
    narrow = f'<worksheet xmlns="{MAIN}"><dimension ref="A1"/><sheetData><row r="2"><c r="B2"><v>7</v></c></row></sheetData></worksheet>'
    wide = narrow.replace('"A1"', '"A1:XFD1048576"')
    for content in (narrow, wide):
        cells = read_workbook_text(packed(parts={"xl/worksheets/sheet1.xml": content}))["Data"]
        assert cells.loc[2].to_list() == ["", "7"]


FORMULA = '<row r="3"><c r="B3" t="str"><f>A1&amp;"x"</f><v>result</v></c></row>'


def test_a_formula_is_refused_with_its_cell_and_told_how_to_be_rid_of_it(packed):
    message = refused(packed(FORMULA))
    assert "The sheet 'Data' has a formula (row 3, column 2)" in message
    assert "paste it as values" in message


def test_of_a_form_with_formulas_the_saved_results_are_read_and_counted(packed):
    cells = read_workbook_text(packed(FORMULA), calculated=True)["Data"]
    assert cells.loc[3, 1] == "result"
    assert cells.attrs["formulas"] == 1


def test_a_formula_without_a_saved_result_is_never_read_as_an_empty_cell(saved):
    assert "without a saved result (row 1, column 1)" in refused(saved({"Data": [["=1+1"]]}), calculated=True)


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="1"><c r="XFD1"><v>1</v></c></row>',
        '<row r="1048576"><c><v>1</v></c></row>',
        '<row r="1">' + "<c><v>1</v></c>" * 300 + "</row>",
        "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c><c r="XFD{row}"><v>1</v></c></row>' for row in range(1, 3000)),
    ],
)
def test_a_cell_far_out_is_refused(packed, cells):
    assert "outside the 200,000 rows and 256 columns" in refused(packed(cells))


def test_four_million_rows_are_refused_before_they_are_unpacked(packed):
    path = packed("<row><c><v>1</v></c></row>" * 4_000_000)
    assert "104 MB" in refused(path)


def test_many_small_cells_within_the_size_are_refused(packed):
    rows = (f"<row>{''.join(f'<c><v>{row + column}</v></c>' for column in range(8))}</row>" for row in range(120_000))
    assert "more cells than are read" in refused(packed("".join(rows)))


@pytest.mark.parametrize(("size", "words"), [(150_000_000, "150 MB"), (40_000_000, "200 times its size")])
def test_a_long_text_that_was_packed_small_is_refused(packed, size, words):
    assert words in refused(packed(f'<row><c t="str"><v>{"a" * size}</v></c></row>'))


def test_a_sheet_that_is_almost_empty_and_very_wide_is_refused(packed):
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in range(2, 100_000))
    assert "too wide" in refused(packed(f'<row r="1"><c r="IV1"><v>1</v></c></row>{rows}'))


def test_a_deep_nest_of_elements_is_refused(packed):
    assert "more cells than are read" in refused(packed("<x>" * 1000 + "</x>" * 1000))


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize("declare", [LAUGHS, OUTSIDE, "<!DOCTYPE x>"])
def test_a_document_type_is_refused_in_the_sheet_and_in_every_other_part(packed, declare):
    assert "declares a document type" in refused(packed(declare=declare))
    assert "declares a document type" in refused(packed(parts={"docProps/app.xml": f"{declare}<x/>"}))


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"xl/externalLinks/externalLink1.xml": "<x/>"}, "linked to other files"),
        ({"xl/connections.xml": "<x/>"}, "linked to other files or to a database"),
        ({"xl/vbaProject.bin": b"macro"}, "holds macros"),
        ({"xl/workbook.bin": b"binary"}, "not an Excel workbook"),
        ({"xl/worksheets/sheet1.xml": "<worksheet>"}, "damaged"),
        ({"xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{LINKS}"/>'}, "damaged"),
        ({f"x{number}": "" for number in range(2_000)}, "parts are not read"),
    ],
)
def test_what_no_extract_holds_is_refused(packed, parts, words):
    assert words in refused(packed(parts=parts))


@pytest.mark.parametrize("cells", ['<row r="x"/>', '<row><c r="1A"/></row>', '<row><c t="s"><v>7</v></c></row>', '<row><c s="x"/></row>'])
def test_a_sheet_that_contradicts_itself_is_refused(packed, cells):
    assert re.search("damaged|place is not a place", refused(packed(cells)))


def test_the_strict_format_which_would_seem_empty_is_refused(packed):
    assert "'strict'" in refused(packed(ns="http://purl.oclc.org/ooxml/spreadsheetml/main"))


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old.xls", "old format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "locked.xlsx", "password"),
        (b"a,b\n1,2\n", "really.xlsx", "not an Excel workbook"),
        (b"", "empty.xlsx", "not an Excel workbook"),
        (b"PK\x03\x04 cut off", "cut.xlsx", "not an Excel workbook"),
    ],
)
def test_another_kind_of_file_is_refused_whatever_it_is_called(tmp_path, content, name, words):
    path = tmp_path / name
    path.write_bytes(content)
    assert words in refused(path)


def test_a_workbook_with_macros_in_its_name_is_refused(packed):
    assert "macros" in refused(packed(name="register.xlsm"))


def test_a_workbook_that_was_cut_off_is_refused(saved):
    path = saved({"Data": [["a", "b"]] * 50})
    path.write_bytes(path.read_bytes()[:-200])
    assert "damaged" in refused(path)


def test_a_workbook_with_a_changed_byte_is_refused(packed):
    path = packed("<row><c><v>123456</v></c></row>")
    with zipfile.ZipFile(path) as archive:
        place = archive.getinfo("xl/worksheets/sheet1.xml").header_offset + 80
    content = bytearray(path.read_bytes())
    content[place] ^= 0xFF
    path.write_bytes(content)
    assert "damaged" in refused(path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    for path in (tmp_path / "nowhere.xlsx", tmp_path):
        assert "cannot be opened" in refused(path)
