"""Writes the covering committee paper in Word: the council's own order of headings, and every figure in it by its name."""

import re
import traceback
from collections.abc import Callable
from datetime import datetime, time
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx
import mistune
import pandas as pd
from bs4 import BeautifulSoup, Tag
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Twips
from docx.text.paragraph import Paragraph
from jinja2 import FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from svip_lib.config.authority import read_quarter
from svip_lib.config.periods import day_label
from svip_lib.config.project import Project
from svip_lib.config.refusal import Refusal
from svip_lib.config.registry import find_indicator, read_bases
from svip_lib.disclosure.released import Released
from svip_lib.pack.body import TEMPLATES
from svip_lib.pack.html import Cover
from svip_lib.pack.keys import titles
from svip_lib.show import changes, statuses, tables, words
from svip_lib.show.given import UNVERIFIED, Given
from svip_lib.show.registers import TABLES

COVER, SOURCE = "cover.docx", "committee_paper.md"
BLANK = TEMPLATES / "word"  # a Word file without words, taken apart
PUNCTUATION = re.compile(r"([\\`*_{}\[\]()<>#+.!|~-])")
WITHOUT_NUMBER = "{-}"
TEXT_WIDTH = Twips(11906 - 2 * 1304)  # of the blank sheet
MOST_LETTERS, CELL_MARGIN = 32, 6  # letters: a column has room for so many of its longest cell; what a cell's edges take of it
# What may stand in a paragraph, a heading or a list: anything else would be lost on its way into Word.
WITHIN = {"li", "p", "strong"}


def covering_paper(project: Project, released: Released, cover: Cover) -> bytes:
    """Return the paper that goes to the committee with the pack; the same content gives the same bytes.

    Args:
        project: Where things stand; the council's folder holds ``committee_paper.md``.
        released: The released figures.
        cover: What a reader must know first: its marks stand at the head of the paper and of each page.

    Raises:
        Refusal: When the paper asks for something that there is not, or holds what has no form in Word.
    """
    given, source = Given.of(project, released), project.authority(released.authority) / SOURCE
    meeting = read_quarter(source.parent, released.quarter).committee_date
    paper = _Paper(cover, given, day_label(meeting) if meeting else "Date of the meeting: to be set")
    told = BeautifulSoup(mistune.create_markdown(escape=False)(_told(project, given, source)), "html.parser")
    for element in told.find_all(True, recursive=False):
        if not paper.write(element):
            problem = f"The paper has no form for a <{element.name}> ('{_text(element)[:40]}')."
            raise Refusal(
                problem, file=source, remedy="Use headings, paragraphs, bullets, lines that begin with >, and the tables named there."
            )
    return _fixed(paper.document)


def _told(project: Project, given: Given, source: Path) -> str:
    """The council's text with each name in it replaced by what it stands for; whatever comes from data is text and no Markdown."""
    content = {
        "agreement": given.agreement,
        "as_at": day_label(given.released.as_at),
        "committee": given.authority.committee,
        "council": given.authority.council,
        "plan_day": day_label(given.report_day) if len(given.released.measured("plan")) else "",
        "programme": given.agreement.programme.name,
        "quarter": given.released.quarter.label,
        "report_author": given.authority.report_author,
        "sections": "; ".join(titles(project).values()),
    }
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(source.parent),
        undefined=StrictUndefined,
        finalize=lambda value: value if isinstance(value, Markup) else PUNCTUATION.sub(r"\\\1", str(value)),
    )
    try:
        return environment.get_template(SOURCE).render(content | _blocks(project, given))
    except (TemplateError, TypeError, Refusal) as mistake:
        lines = [frame.lineno for frame in traceback.extract_tb(mistake.__traceback__) if frame.filename == str(source)]
        raise Refusal(
            f"{str(mistake).rstrip('.')}.",
            file=source,
            line=getattr(mistake, "lineno", None) or next(iter(lines), None),
            remedy="What the paper can ask for stands at its head.",
        ) from None


def _blocks(project: Project, given: Given) -> dict[str, Callable[..., str]]:
    """What the paper can ask for by name; a table comes as HTML, as the notebooks show it."""
    released, bases = given.released, read_bases(project.dictionary)
    how = given.authority.short_trend_quarters, given.authority.long_trend_quarters

    def find(names: tuple[str, ...]) -> list:
        return [find_indicator(given.dictionary, name) for name in names]

    def sentence(name: str) -> str:
        (entry,) = find((name,))
        marked = "SYNTHETIC. " if words.is_synthetic(released, entry) else ""
        return f"{words.message(released, entry)}. {marked}Base: {bases[entry.base]}."

    def html(frame: pd.DataFrame, caption: str, **named: set[str] | list[str]) -> Markup:
        written = tables.table_html(frame, anchor="table", caption=caption, **named)
        return Markup(" ".join(written.splitlines()))  # in Markdown an empty line would end it

    def table(name: str) -> Markup:
        if name not in TABLES:
            raise Refusal(f"There is no table '{name}'", remedy="")
        told = TABLES[name]
        frame = told.frame(given)
        if frame.empty:
            return Markup("<p>{}: {}.</p>").format(told.says(given), told.absent(given))
        return html(frame, told.heading(given), numeric=set(frame.columns[1:]) if told.numeric else set(), finished=set(told.finished))

    def trajectory() -> Markup:
        frame = statuses.trajectory(given)
        return html(frame, statuses.TRAJECTORY, finished={"Status"}) if len(frame) else Markup("<p>{}</p>").format(statuses.NO_PLAN)

    def stated(name: str) -> Markup:
        told = [f"{entry.text} {UNVERIFIED}" if entry.unverified else entry.text for entry in getattr(given.agreement, name)]
        items = Markup("").join(Markup("<li>{}</li>").format(text) for text in told)
        return Markup("<ul>{}</ul>").format(items) if items else Markup("<p>None is stated.</p>")

    def beside(*names: str) -> Markup:
        frame = tables.comparison(released, find(names))
        return html(frame, tables.BESIDE, numeric=set(frame.columns[1:]))

    return {
        "sentence": sentence,
        "table": table,
        "stated": stated,
        "trajectory": trajectory,
        "duty": lambda: html(statuses.duty(given), statuses.DUTY, finished={"Status"}),
        "changes": lambda *names: html(
            changes.since_last_look(released, find(names), *how), changes.CAPTION, notes=[changes.NOTE.format(how[1])]
        ),
        "beside": beside,
    }


class _Paper:
    """The Word file that is being written, element by element."""

    def __init__(self, cover: Cover, given: Given, meeting: str):
        self.document, self._cover, self._given, self._meeting = _blank(), cover, given, meeting
        self._text_style, self._tables = "Body Text", 0
        told = self.document.core_properties
        told.author = told.last_modified_by = cover.council
        told.subject, told.language = cover.quarter, "en-GB"
        told.created = told.modified = datetime.combine(given.released.as_at, time())
        section = self.document.sections[0]
        section.header.paragraphs[0].text = " · ".join(word.upper() for word in cover.marks)
        section.footer.paragraphs[0].add_run("Page ")
        _field(section.footer.paragraphs[0], "PAGE", "1")

    def write(self, element: Tag) -> bool:
        """Write one element of the text; say no where Word has no form for it, or it is not the title and there is none yet."""
        if "table-scroll" in element.get("class", ()):
            self._table(element)
            return True
        writers = {"h1": self._head, "h2": self._heading, "p": self._paragraph, "ul": self._bullets, "blockquote": self._to_be_written}
        begun = bool(self.document.paragraphs) or element.name == "h1"
        if not begun or element.name not in writers or {inner.name for inner in element.find_all(True)} - WITHIN:
            return False
        writers[element.name](element)
        return True

    def _head(self, element: Tag) -> None:
        for word, sentence in self._cover.marks.items():
            line = self.document.add_paragraph(style="Mark")
            line.add_run(f"{word}. ", style="Strong")
            line.add_run(sentence)
        title, authority = f"{_text(element)}, {self._cover.quarter}", self._given.authority
        self.document.core_properties.title = title
        for whose in (self._cover.council, authority.committee, self._meeting):
            self.document.add_paragraph(whose, style="Subtitle")
        self.document.add_paragraph(title, style="Title")
        for label, role in (("Report from: ", authority.report_from), ("Author: ", authority.report_author)):
            line = self.document.add_paragraph(style="Body Text")
            line.add_run(label, style="Strong")
            line.add_run(role)

    def _heading(self, element: Tag) -> None:
        text = _text(element)
        numbered = not text.endswith(WITHOUT_NUMBER)
        self._text_style = "Numbered paragraph" if numbered else "Body Text"
        self.document.add_paragraph(text.removesuffix(WITHOUT_NUMBER).strip(), style="Heading 1" if numbered else "Heading without number")

    def _paragraph(self, element: Tag) -> None:
        note = "table-note" in element.get("class", ())
        if note:  # it stays with the end of its table
            for cell in self.document.tables[-1].rows[-1].cells:
                cell.paragraphs[0].paragraph_format.keep_with_next = True
        _fill(self.document.add_paragraph(style="Table note" if note else self._text_style), element)

    def _bullets(self, element: Tag) -> None:
        for item in element.find_all("li"):
            _fill(self.document.add_paragraph(style="List Bullet"), item)

    def _to_be_written(self, element: Tag) -> None:
        self.document.add_paragraph(style=self._text_style).add_run(f"[{_text(element)}]", style="To be written")

    def _table(self, box: Tag) -> None:
        """A table with its caption; its first row is marked as heads, so that a screen reader tells them and each page repeats them."""
        self._tables += 1
        self.document.paragraphs[-1].paragraph_format.keep_with_next = True  # what leads up to a table is not left on the page before
        caption = self.document.add_paragraph("Table ", style="Caption")
        _field(caption, "SEQ Table \\* ARABIC", str(self._tables))
        caption.add_run(f". {_text(box.caption)}")
        rows = [line.find_all(["th", "td"]) for line in box.find_all("tr")]
        table = self.document.add_table(len(rows), len(rows[0]), style="Table Grid")
        table._tbl.tblPr.append(OxmlElement("w:tblCaption", {qn("w:val"): _text(box.caption)}))
        letters = [min(max(len(_text(cell)) for cell in column), MOST_LETTERS) for column in zip(*rows, strict=True)]
        widths = [TEXT_WIDTH * (many + CELL_MARGIN) // (sum(letters) + CELL_MARGIN * len(letters)) for many in letters]
        for row, cells in zip(table.rows, rows, strict=True):
            row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
            for cell, told, width in zip(row.cells, cells, widths, strict=True):
                cell.width = width
                line = cell.paragraphs[0]
                line.style = "Table heading" if row._tr is table.rows[0]._tr else "Table text"
                line.add_run(_text(told))
                if "num" in told.get("class", ()):
                    line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width


def _fill(paragraph: Paragraph, element: Tag) -> None:
    for piece in element.find_all(string=True):
        text = re.sub(r"[ \n]+", " ", piece)
        if text.strip() or paragraph.runs:
            paragraph.add_run(text, style="Strong" if piece.find_parent("strong") else None)


def _field(paragraph: Paragraph, code: str, shown: str) -> None:
    """Something that Word counts by itself, with what it shows until then."""
    field = OxmlElement("w:fldSimple", {qn("w:instr"): code})
    field.append(paragraph.add_run(shown)._r)
    paragraph._p.append(field)


def _text(element: Tag) -> str:
    return re.sub(r"[ \n]+", " ", element.get_text()).strip()


def _blank() -> Document:
    """A Word file without words: A4, the styles and the numbers of a committee paper."""
    packed = BytesIO()
    with ZipFile(packed, "w") as parts:
        for path in sorted(path for path in BLANK.rglob("*") if path.is_file()):
            parts.write(path, path.relative_to(BLANK).as_posix())
    return docx.Document(packed)


def _fixed(document: Document) -> bytes:
    """The file as bytes, without the moment at which each part of it was packed."""
    made, again = BytesIO(), BytesIO()
    document.save(made)
    with ZipFile(made) as parts, ZipFile(again, "w") as packed:
        for name in parts.namelist():
            packed.writestr(ZipInfo(name), parts.read(name), ZIP_DEFLATED)
    return again.getvalue()
