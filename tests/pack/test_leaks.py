"""The scan is tried on what could go wrong: each way in which a child was planted in a file, and files that only look alike."""

import base64
import gzip
import itertools
import json
import math
import zipfile
import zlib
from datetime import date, datetime
from html import escape
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import nbformat
import numpy as np
import pandas as pd
import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from openpyxl import Workbook
from openpyxl.worksheet.hyperlink import Hyperlink
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from weasyprint import HTML, Attachment

from svip_lib.config.tokens import Tokens
from svip_lib.pack import leaks, unwrap
from svip_lib.pack.leaks import PUBLISHED
from svip_lib.sample.numbers import pupil_numbers
from tests.pack.scan import scan

KEY = b"the key of a test, thirty-two by"
# Nobody's: the surname is no name, and no school was ever given the number's last digits.
FORENAME, SURNAME, UPN, POSTCODE, BORN = "Zebedee", "Quuxworthy", "B801200005001", "ZZ99 3VZ", date(2011, 5, 12)
CHILD = f"{FORENAME} {SURNAME}"
CHILDREN = pd.DataFrame(
    [
        (FORENAME, SURNAME, UPN, "9990000001", POSTCODE, BORN),
        # Children whose names are words, and one whose birthday stands in a table of months.
        ("May", "Lee", "", "", "", date(2012, 12, 5)),
        ("Ali", "Kent", "", "", "", date(2015, 1, 31)),
        ("Kim", "Du", "", "", "", None),
    ],
    columns=["forename", "surname", "upn", "uniquelearnernumber", "postcode", "personbirthdate"],
).assign(personbirthdate=lambda children: pd.to_datetime(children["personbirthdate"]))
NAME, NUMBER, DAY, PLACE = "name of a child", "pupil number", "date of birth", "postcode of a child"


@pytest.fixture(scope="module")
def tokens():
    return Tokens.from_input(CHILDREN, KEY)


def page(body, head=""):
    return f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Plans</title>{head}</head><body><p>{body}</p></body></html>'


def base64_of(data):
    return base64.b64encode(data).decode()


def embedded(mime, data):
    return f'<img alt="" src="data:{mime};base64,{base64_of(data)}">'


def svg(comment="", title="Plans", text="Plans"):
    return f'<svg xmlns="http://www.w3.org/2000/svg"><!-- {comment} --><title>{title}</title><text><tspan>{text}</tspan></text></svg>'


def picture(form="PNG", **settings):
    file = BytesIO()
    Image.new("RGB", (4, 4)).save(file, form, **settings)
    return file.getvalue()


def png(*, zipped=False, international=False):
    told = PngInfo()
    (told.add_itxt if international else told.add_text)("Description", f"Plan of {CHILD}", zip=zipped)
    return picture(pnginfo=told)


def jpeg():
    exif = Image.Exif()
    exif[0x010E] = f"Photograph of {CHILD}"
    return picture("JPEG", exif=exif)


def workbook(change=None, **properties):
    book = Workbook()
    book.active.append(["Period", "Plans"])
    book.active.append(["January 2026", 3010])
    for name, value in properties.items():
        setattr(book.properties, name, value)
    if change:
        change(book)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def second_sheet(state):
    def change(book):
        book.create_sheet("Workings").append([SURNAME, FORENAME, UPN])
        book["Workings"].sheet_state = state

    return change


def paper(body="Plans", head="", attachment=None):
    attachments = [Attachment(string=attachment, name="rows.csv")] if attachment else []
    return HTML(string=page(body, head)).write_pdf(attachments=attachments)


def changed_paper(change, **saving):
    file = BytesIO()
    with pikepdf.open(BytesIO(paper())) as pdf:
        change(pdf)
        pdf.save(file, **saving)
    return file.getvalue()


def with_hidden_stream(pdf):
    pdf.Root.PieceInfo = pdf.make_indirect(
        pikepdf.Dictionary(Private=pdf.make_stream(zlib.compress(CHILD.encode()), Filter=pikepdf.Name.FlateDecode))
    )


def with_xmp(pdf):
    with pdf.open_metadata() as metadata:
        metadata["dc:title"] = CHILD


def drawn_paper():
    """A PDF of matplotlib's, whose letters are drawn by the codes of its own fonts."""
    figure, file = Figure(), BytesIO()
    figure.text(0.1, 0.5, f"Plan of {CHILD}")
    figure.savefig(file, format="pdf")
    return file.getvalue()


def archive(members):
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return file.getvalue()


def notebook(*cells, **metadata):
    """A notebook file; the ids of its cells, drawn by chance, are nothing that a test may stand on."""
    return nbformat.writes(new_notebook(cells=list(cells), metadata=metadata)).encode()


def shown(mime, data):
    return new_code_cell("table", outputs=[new_output("display_data", data={mime: data})])


TRACEBACK = new_code_cell("run()", outputs=[new_output("error", ename="KeyError", evalue=CHILD, traceback=[f"KeyError: '{CHILD}'"])])
PARAMETERS = new_code_cell(f"child = '{CHILD}'", metadata={"tags": ["injected-parameters"]})
PICTURED = new_markdown_cell("![plan](attachment:plan.png)", attachments={"plan.png": {"image/png": base64_of(png())}})
ALTAIR = {"data": {"values": [{"plans": 1, "surname": SURNAME, "forename": FORENAME, "born": 1305158400000}]}, "mark": "bar"}
EPOCH = int(pd.Timestamp(BORN).timestamp()) * 1000
SOFT, NARROW = "\u00ad", "\u00a0"

PLANTED = {
    "a notebook's table": ("10.ipynb", notebook(shown("text/html", f"<td>{CHILD}</td>")), "source", NAME),
    "a notebook's traceback": ("10.ipynb", notebook(TRACEBACK), "source", NAME),
    "papermill's parameters": ("10.ipynb", notebook(PARAMETERS, papermill={"parameters": {"child": CHILD}}), "source", NAME),
    "a picture attached to a cell": ("10.ipynb", notebook(PICTURED), "base64 1, chunk tEXt", NAME),
    "the text of a page": ("index.html", page(f"The plan of {CHILD} was late."), "text", NAME),
    "a comment": ("index.html", page(f"Plans<!-- {CHILD} -->"), "comments", NAME),
    "entities": ("index.html", page("".join(f"&#{ord(letter)};" for letter in CHILD)), "text", NAME),
    "escapes of a script": (
        "index.html",
        page("", f"<script>x='{''.join(f'{chr(92)}u{ord(letter):04x}' for letter in CHILD)}'</script>"),
        "source with escapes resolved",
        NAME,
    ),
    "a name split by tags": ("index.html", page(f"Zeb<b>ed</b>ee Quux{SOFT}wor<wbr>thy"), "text", NAME),
    "a space that does not break": ("index.html", page(f"{SURNAME},{NARROW}{FORENAME}"), "text", NAME),
    "small letters": ("index.html", page(CHILD.lower()), "text", NAME),
    "a number in groups": ("index.html", page("b 8012 0000 5001"), "text", NUMBER),
    "an attribute": ("index.html", page(f'<span data-child="{escape(CHILD)}">1</span>'), "attributes", NAME),
    "a picture in the page": (
        "index.html",
        page(f'<img alt="" src="data:image/png;base64,{base64_of(png())}">'),
        "base64 1, chunk tEXt",
        NAME,
    ),
    "what a chart does not draw": ("chart.html", page("", f"<script>draw({json.dumps(ALTAIR)})</script>"), "source without labels", NAME),
    "the comment that matplotlib makes of a title": ("chart.svg", svg(comment=CHILD), "comments", NAME),
    "the title of a drawing": ("chart.svg", svg(title=CHILD), "text", NAME),
    "a drawing in the page": (
        "index.html",
        page(embedded("image/svg+xml", svg(text=CHILD).encode())),
        "base64 1, text",
        NAME,
    ),
    "a drawing spelt out in the page": (
        "index.html",
        page(f'<img alt="" src="data:image/svg+xml,{quote(svg(text=CHILD))}">'),
        "address 1, text",
        NAME,
    ),
    "a table to take away": (
        "index.html",
        page(f'<a download="plans.csv" href="data:text/csv;charset=utf-8,{quote(f"Name,Plans{chr(10)}{CHILD},1")}">Plans</a>'),
        "address 1, source",
        NAME,
    ),
    "a note in a PNG": ("chart.png", png(), "chunk tEXt", NAME),
    "a packed note in a PNG": ("chart.png", png(zipped=True), "chunk zTXt", NAME),
    "an international note in a PNG": ("chart.png", png(zipped=True, international=True), "chunk iTXt", NAME),
    "a packed note in a PNG in a page": (
        "index.html",
        page(embedded("image/png", png(zipped=True))),
        "base64 1, chunk zTXt",
        NAME,
    ),
    "what a photograph says": ("photo.jpg", jpeg(), "EXIF", NAME),
    "the page of a PDF": ("pack.pdf", paper(f"The plan of {CHILD}"), "page 1 text", NAME),
    "a drawn PDF": ("pack.pdf", drawn_paper(), "page 1 text", NAME),
    "the title of a PDF": ("pack.pdf", changed_paper(lambda pdf: pdf.docinfo.update({"/Title": CHILD})), "document information", NAME),
    "the author of a PDF": ("pack.pdf", paper(head=f'<meta name="author" content="{CHILD}">'), "document information", NAME),
    "the XMP of a PDF": ("pack.pdf", changed_paper(with_xmp), "metadata, text", NAME),
    "a file attached to a PDF": ("pack.pdf", paper(attachment=f"surname,forename\n{SURNAME},{FORENAME}\n"), "attachment, source", NAME),
    "a stream that no page uses": ("pack.pdf", changed_paper(with_hidden_stream), "stream", NAME),
    "a sheet that is very hidden": ("annex.xlsx", workbook(second_sheet("veryHidden")), "sheet2.xml, text", NAME),
    "text that the sheets of a workbook share": (
        "annex.xlsx",
        archive({"xl/sharedStrings.xml": f"<sst><si><t>{SURNAME}</t></si><si><r><t>Zebe</t></r><r><t>dee</t></r></si></sst>"}),
        "sharedStrings.xml, text",
        NAME,
    ),
    "a paragraph of a document, its words in parts": (
        "cover.docx",
        archive({"word/document.xml": f"<w:p><w:r><w:t>{SURNAME}, Zebe</w:t></w:r><w:r><w:t>dee</w:t></w:r></w:p>"}),
        "document.xml, text",
        NAME,
    ),
    "the head of each page of a document": ("cover.docx", archive({"word/header1.xml": f"<w:t>{CHILD}</w:t>"}), "header1.xml, text", NAME),
    "who wrote a document": ("cover.docx", archive({"docProps/core.xml": f"<dc:creator>{CHILD}</dc:creator>"}), "core.xml, text", NAME),
    "who made a workbook": ("annex.xlsx", workbook(creator=CHILD), "core.xml, text", NAME),
    "a day kept as a number": (
        "annex.xlsx",
        workbook(lambda book: book.active.append([datetime(2011, 5, 12), 1])),
        "sheet1.xml, dates",
        DAY,
    ),
    "UTF-16": ("rows.csv", f"surname,forename\n{SURNAME},{FORENAME}\n".encode("utf-16"), "source", NAME),
    "UTF-16 without a mark": ("rows.csv", f"surname,forename\n{SURNAME},{FORENAME}\n".encode("utf-16-le"), "source", NAME),
    "gzip": ("rows.csv.gz", gzip.compress(f"{SURNAME},{FORENAME}".encode()), "gzip, source", NAME),
    "zip": ("rows.zip", archive({"a/rows.csv": f"{SURNAME},{FORENAME}"}), "rows.csv, source", NAME),
    "a zip within a zip": (
        "rows.zip",
        archive({"in.zip": archive({"rows.csv": f"{SURNAME},{FORENAME}"})}),
        "in.zip, rows.csv, source",
        NAME,
    ),
    "the name of a file": (f"{FORENAME}_{SURNAME}.csv", "plans\n1\n", "file name", NAME),
    "a day in thousandths of a second": ("chart.json", json.dumps({"born": EPOCH}), "source", DAY),
    "a day at midnight in summer": ("chart.json", json.dumps({"born": EPOCH - 3_600_000}), "source", DAY),
    "a day of the ISO form": ("rows.csv", "born\n2011-05-12\n", "source", DAY),
    "a day as it is written here": ("rows.csv", "born\n12/05/2011\n", "source", DAY),
    "a day in words": ("notes.md", "Born on 12th May 2011.\n", "source", DAY),
    "a day in words, the month before": ("notes.txt", "Born on May 12, 2011.\n", "source", DAY),
    "a postcode": ("rows.csv", "postcode\nzz993vz\n", "source", PLACE),
    "a learner's number": ("rows.csv", "uln\n9990000001\n", "source", "learner number"),
}


def written(folder, name, content):
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def told(findings):
    return {(finding.place, finding.kind) for finding in findings}


@pytest.mark.parametrize(("name", "content", "place", "kind"), PLANTED.values(), ids=PLANTED)
def test_a_child_is_found_wherever_it_was_planted_and_never_named(tmp_path, tokens, name, content, place, kind):
    findings = scan(written(tmp_path / "pack", name, content), tokens)
    assert (place, kind) in told(findings)
    words = " ".join(map(repr, findings)).lower() + " ".join(map(str, findings)).lower()
    for secret in (FORENAME, SURNAME, UPN, POSTCODE, "3vz", "9990000001", "2011", "may 12"):
        assert secret.lower() not in words


def test_every_file_that_was_planted_is_clean_without_its_child(tmp_path):
    """So the scan finds the child, and not the file: what is left is what the file is."""
    nobody = Tokens.from_input(CHILDREN.iloc[:0], KEY)
    for number, (name, content, *_) in enumerate(PLANTED.values()):
        written(tmp_path / "pack", f"{number}{Path(name).suffix}", content)
    kinds = {finding.kind for finding in scan(tmp_path / "pack", nobody)}
    assert kinds == {"a type of file that is not published", "a notebook", "notebook", "hidden sheet", NUMBER}


CLEAN_PAGE = page(
    """<h1>Plans in Kent and Medway</h1>
    <p>In May 2025 the Lee Valley had 1,305 plans; in Kent, may the reader note, 12 fewer. Ali wrote on 5&nbsp;June; Lee in May.</p>
    <table><tr><th>Kent</th><td>12</td><td>May 2011</td><td>5</td><td>2012</td></tr><tr><td>31</td><td>01</td><td>2015</td></tr>
    <tr><td>A</td><td>8</td><td>0</td><td>1</td><td>2</td><td>0</td><td>0</td><td>0</td><td>0</td><td>5</td><td>0</td><td>0</td><td>1</td></tr>
    </table><p>Kimdu is a place. Gun Wharf, Dock Road, Chatham ME4 4TR. Release 3.12.12, <code>B801200005002</code> is no pupil's number,
    and Z999120000001 is nobody's. <a href="https://www.gov.uk/government/statistics">Source</a></p>""",
    head="<style>:root { color: #12436D }</style>",
)


def clean_paper():
    table = "<table><tr><td>12</td><td>May 2011</td></tr><tr><td>5</td><td>December 2012</td></tr></table>"
    return paper(f"Lee in May, Kent and Ali: 1,305 plans. {table}")


CLEAN = {
    "index.html": CLEAN_PAGE,
    "pack.pdf": clean_paper(),
    "chart.svg": svg(text="Plans, May"),
    "chart.png": picture(),
    "annex.xlsx": workbook(lambda book: book.active.append([40675, "a number that is no day"])),
    "figures.csv": "area,time,value\nKent,May 2011,12\nLee,12,May\nE06000035,202526,0.4267123456789012\n12,05,2011\n",
    "manifest.json": json.dumps({"versions": {"papermill": "2.7.0"}, "outputs": {"index.html": "b" + "8012000050012" * 4}}),
}


@pytest.mark.parametrize("name", CLEAN)
def test_a_file_that_only_looks_like_a_leak_is_clean(tmp_path, tokens, name):
    assert scan(written(tmp_path / "pack", name, CLEAN[name]), tokens) == []


def test_a_name_is_found_in_either_order_with_all_forenames_or_one_and_in_any_spelling(tmp_path):
    child = pd.DataFrame({"forename": ["Zo\u00eb Anne"], "surname": ["O'Quux-Worthy"]})
    tokens = Tokens.from_input(child, KEY)
    for text in ("Zoe O\u2019Quux-Worthy's", "OQUUXWORTHY, Zo\u00eb Anne", "zoe_anne_o_quux_worthy", "\uff3aoe O'Quux Worthy"):
        assert told(scan(written(tmp_path / "pack", "notes.txt", text), tokens)) == {("source", NAME)}, text
    assert scan(written(tmp_path / "pack", "notes.txt", "Zoe Worthy, Anne O'Quux"), tokens) == []


def test_without_tokens_a_pupil_number_is_known_by_its_check_letter_and_a_synthetic_one_is_nobodys(tmp_path):
    serials = np.arange(2000)
    synthetic = pupil_numbers(serials, 2020 - serials % 5, serials % 7 == 0)
    content = "\n".join([*synthetic, "A801200005001", "ME4 4TR", "12 May 2011", CHILD])
    assert scan(written(tmp_path / "pack", "figures.csv", content)) == []
    assert told(scan(written(tmp_path / "pack", "figures.csv", content + "\nb8012 0000 5001"))) == {("source", NUMBER)}


def test_a_number_that_was_entered_wrongly_is_found_as_it_was_entered(tmp_path):
    tokens = Tokens.from_input(pd.DataFrame({"upn": ["B80120000500"]}), KEY)
    assert told(scan(written(tmp_path / "pack", "figures.csv", "upn\nB80120000500\n"), tokens)) == {("source", NUMBER)}


STRUCTURE = {
    "a path of Linux": ("index.html", page(f"/{'home'}/analyst/extracts"), "path of a machine"),
    "a path of Windows": ("manifest.json", json.dumps({"input": "C:\\Data\\extracts"}), "path of a machine"),
    "a path of a Mac": ("index.html", page(f"see /{'Users'}/analyst"), "path of a machine"),
    "a share": ("notes.md", "\\\\fileserver\\children", "path of a machine"),
    "an address of a file": ("index.html", page('<a href="file:///extracts">1</a>'), "path of a machine"),
    "the account that ran it": ("index.html", page("written by quillfeather"), "account of a user"),
    "a notebook by another name": ("figures.json", notebook(), "notebook"),
    "papermill's cell": ("index.html", page('<div class="celltag_injected-parameters">1</div>'), "notebook"),
    "a hidden sheet": ("annex.xlsx", workbook(second_sheet("hidden")), "hidden sheet"),
    "a formula": ("annex.xlsx", workbook(lambda book: book.active.append(["=1+1"])), "formula"),
    "a link to another workbook": (
        "annex.xlsx",
        archive({"xl/workbook.xml": "<workbook/>", "xl/externalLinks/externalLink1.xml": "<externalLink/>"}),
        "link to another file",
    ),
}


@pytest.mark.parametrize(("name", "content", "kind"), STRUCTURE.values(), ids=STRUCTURE)
def test_what_gives_a_machine_a_notebook_or_a_hidden_part_away_is_found(tmp_path, monkeypatch, name, content, kind):
    monkeypatch.setenv("USER", "quillfeather")
    assert kind in {finding.kind for finding in scan(written(tmp_path / "pack", name, content))}


def test_a_link_to_a_page_is_no_link_to_another_file(tmp_path):
    def link(book):
        book.active["A1"].hyperlink = Hyperlink(ref="A1", target="https://www.gov.uk/")

    assert scan(written(tmp_path / "pack", "annex.xlsx", workbook(link))) == []


def encrypted_zip():
    """A zip whose one member says that it is encrypted."""
    data = bytearray(archive({"rows.csv": "x"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def unreadable_font(pdf):
    for item in pdf.objects:
        if isinstance(item, pikepdf.Dictionary) and "/ToUnicode" in item:
            del item.ToUnicode


SECRET = pikepdf.Encryption(owner="o", user="u")
OPEN_SECRET = pikepdf.Encryption(owner="o", user="")
NOT_CLEAN = {
    "a PDF with a password": ("pack.pdf", changed_paper(lambda pdf: None, encryption=SECRET), "encrypted"),
    "a PDF that opens without its password": ("pack.pdf", changed_paper(lambda pdf: None, encryption=OPEN_SECRET), "encrypted"),
    "a PDF that says not what its letters are": ("pack.pdf", changed_paper(unreadable_font), "cannot be read"),
    "a PDF with something behind its end": ("pack.pdf", paper() + b"rows", "cannot be read"),
    "half a PDF": ("pack.pdf", paper()[:2000], "cannot be read (PdfError)"),
    "a zip with a password": ("rows.zip", encrypted_zip(), "encrypted"),
    "a workbook with an unknown part": ("annex.xlsx", archive({"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0\x00\x01"}), "cannot be read"),
    "half a zip": ("annex.xlsx", archive({"a.xml": "<a/>"})[:40], "cannot be read (BadZipFile)"),
    "half a gzip": ("rows.csv.gz", gzip.compress(b"rows" * 99)[:-9], "cannot be read (ValueError)"),
    "a PNG with something behind its end": ("chart.png", picture() + b"rows", "bytes behind the end"),
    "half a PNG": ("chart.png", picture()[:30], "cannot be read (error)"),
    "a picture of an unknown kind": (
        "index.html",
        page(embedded("image/gif", b"GIF89a" + bytes(40))),
        "cannot be read",
    ),
    "a table of an unknown kind": ("rows.parquet", b"PAR1" + bytes(9), "a type of file that is not published"),
    "a type that is not published": ("rows.xml", "<rows/>", "a type of file that is not published"),
    "a zip by the name of a table": ("rows.csv", archive({"rows.csv": "1"}), "not what its name says"),
    "bytes by the name of a page": ("index.html", bytes(range(256)), "cannot be read"),
    "a wrapping without end": ("rows.txt", b"rows", "too large to scan"),
}
for _ in range(9):
    NOT_CLEAN["a wrapping without end"] = ("rows.zip", archive({"in.zip": NOT_CLEAN["a wrapping without end"][1]}), "too large to scan")


@pytest.mark.parametrize(("name", "content", "kind"), NOT_CLEAN.values(), ids=NOT_CLEAN)
def test_what_cannot_be_read_is_never_clean(tmp_path, name, content, kind):
    assert kind in {finding.kind for finding in scan(written(tmp_path / "pack", name, content))}


def test_a_file_too_large_is_a_finding(tmp_path, monkeypatch):
    monkeypatch.setattr(leaks, "LARGEST", 10)
    assert told(scan(written(tmp_path / "pack", "rows.csv", "12345678901"))) == {("", "too large to scan")}


def test_a_bomb_is_not_unpacked(tmp_path):
    content = gzip.compress(bytes(300_000_000))
    assert ("gzip", "too large to scan") in told(scan(written(tmp_path / "pack", "rows.gz", content)))


def test_a_link_is_not_followed(tmp_path):
    folder = written(tmp_path / "pack", "index.html", page("Plans"))
    (folder / "more.html").symlink_to(tmp_path)
    assert scan(folder) == [leaks.Finding("more.html", "", "a link or device, not a file")]


def test_files_in_folders_within_are_scanned_and_their_names_withheld(tmp_path, tokens):
    written(written(tmp_path / "pack", "a.csv", "1") / SURNAME, f"{FORENAME}.csv", UPN)
    assert [str(finding) for finding in scan(tmp_path / "pack", tokens)] == [
        f"a file whose name must not be told, file name: {NAME}",
        f"a file whose name must not be told, source: {NUMBER}",
    ]


def test_the_name_of_a_part_is_withheld_too(tmp_path, tokens):
    content = archive({f"{SURNAME} {FORENAME}.csv": UPN})
    assert ("a part whose name is a finding too", NUMBER) in told(scan(written(tmp_path / "pack", "rows.zip", content), tokens))


def test_an_empty_folder_is_refused_rather_than_clean(tmp_path):
    with pytest.raises(AssertionError, match="nothing to scan"):
        scan(tmp_path)


BEGINNINGS = [b"", *itertools.chain(*unwrap.BEGINNINGS.values()), b"\xff\xfe", b"<![", b"<svg "]
WHOLE = [paper(), workbook(), png(zipped=True), jpeg(), CLEAN_PAGE.encode(), gzip.compress(b"rows"), archive({"a.svg": svg()})]


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    name=st.sampled_from([*(f"a{suffix}" for suffix in PUBLISHED), "a.gz", "a.jpg", "a.ipynb", "a"]),
    beginning=st.sampled_from(BEGINNINGS),
    rest=st.binary(max_size=300),
)
def test_no_bytes_end_in_a_traceback(tmp_path, tokens, name, beginning, rest):
    folder = tmp_path / name
    assert isinstance(scan(written(folder, name, beginning + rest), tokens), list)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(whole=st.sampled_from(WHOLE), places=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_no_broken_file_ends_in_a_traceback(tmp_path, tokens, whole, places):
    broken = bytearray(whole)
    for place, value in places:
        broken[math.floor(place * (len(broken) - 1))] = value
    assert isinstance(scan(written(tmp_path / "pack", "a.html", bytes(broken)), tokens), list)
