"""The released figures as a workbook that a screen reader can walk (gptables): who asks for the numbers gets all of them in one file.

A section's figures stand on two sheets: the council's own, and beside each other those of all councils. Behind them are the tables of DfE's
management plan for the dedicated schools grant, in its order. Nothing is computed here but what a sheet sets side by side.
"""

import io
import warnings
import zipfile
from collections.abc import Iterable
from datetime import datetime, time

import numpy as np
import pandas as pd
from gptables import Cover as Front
from gptables import GPTable, produce_workbook
from xlsxwriter.worksheet import Worksheet

from svip_lib.config.cells import harmless_table
from svip_lib.config.periods import period_label
from svip_lib.config.registry import Indicator
from svip_lib.config.result import FORECAST
from svip_lib.disclosure.released import Released
from svip_lib.pack.html import Cover
from svip_lib.pack.management_plan import management_plan
from svip_lib.pack.told import NOT_SUPPLIED, ORIGINS, Sheet, in_words, values
from svip_lib.show.words import REVISED, SHORTHAND, UNITS, revised

NARROWEST, WIDEST = 11, 40  # letters of a column
FEW, WIDEST_OF_FEW = 2, 85  # columns, and letters of one of them
LINE, TITLE_LINE = 16, 22  # points of a line of words, and of a title, whose letters are half as large again
A3, A4, ON_A4 = 8, 9, 130  # the numbers by which Excel knows a size of paper; letters that are read without effort across the smaller
CORE, LANGUAGE = "docProps/core.xml", b"<dc:language>en-GB</dc:language></cp:coreProperties>"
NOTES = {
    "value": "Values are rounded as in the pack; figures.csv holds them in full. A value that cannot be told has a shorthand in its place.",
    "counts": "The two counts that a share or a change is computed from. [z] where there are none, [x] where our files have none.",
    "base": "Whom or what a figure is about. Figures on different bases count different children, and are never taken from one another.",
    "as at": "The day from which the figure could be known. A pack sees nothing that was told later.",
    "origin": "Who tells a figure. What is marked SYNTHETIC is invented, to show the pack at work, and tells of no council or child.",
}
IN_NOTES = {"Value": "value", "Number": "counts", "Out of": "counts", "Base": "base", "As at": "as at", "Origin": "origin"}
BEFORE, BEHIND = ["Figure", "Breakdown", "Category", "Period", "Kind of figure", "Unit"], ["Base", "Source", "As at", "Origin"]
OWN = [*BEFORE[:-1], "Number", "Out of", "Value", "Unit", "Revised", *BEHIND]


def annex(released: Released, dictionary: dict[str, Indicator], bases: dict[str, str], titles: dict[str, str], cover: Cover) -> bytes:
    """Return the workbook; the same figures give the same bytes.

    Args:
        released: What the gate let through; anything else is refused.
        dictionary: The indicators, described.
        bases: What each base counts, with its definition.
        titles: The title of each section, by its name.
        cover: What the reader must know first.

    Raises:
        TypeError: When the figures did not come through the gate.
    """
    if not isinstance(released, Released):
        raise TypeError("the annex shows released figures only")
    sheets = [*_sections(released, dictionary, bases, titles), *management_plan(released, dictionary), _definitions(dictionary, bases)]
    file = io.BytesIO()
    with warnings.catch_warnings():  # gptables 2.0 asks pandas for what pandas 4 will no longer do; the lock holds pandas below it
        warnings.filterwarnings("ignore", category=pd.errors.Pandas4Warning, module=r"gptables\.")
        book = produce_workbook(
            file,
            {sheet.tab: _as_table(sheet, cover) for sheet in sheets},
            cover=_front(cover),
            contentsheet_options={"instructions": "This worksheet contains one table: a row for each sheet of figures, with a link to it."},
            notes_table=pd.DataFrame(NOTES.items(), columns=["Reference", "Note"]),
            auto_width=False,
            workbook_options={"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
        )
    front = _front(cover)
    told = {"title": front.title, "subject": cover.quarter, "author": cover.council, "category": ", ".join(cover.marks)}
    book.set_properties(told | {"created": datetime.combine(released.as_at, time())})
    tables = [pd.DataFrame({"": [front.title, "", *front.intro, "", *front.about]})]
    tables += [pd.DataFrame({"": [sheet.tab for sheet in sheets], " ": [sheet.title for sheet in sheets]})]
    tables += [pd.DataFrame({"Note number": "", "Note": NOTES.values()}), *(sheet.table for sheet in sheets)]
    for worksheet, table in zip(book.worksheets(), tables, strict=True):
        _lay_out(worksheet, table)
    book.close()
    return _with_language(file.getvalue())


def _lay_out(worksheet: Worksheet, table: pd.DataFrame) -> None:
    """Give a sheet widths, and heights for words that wrap, which not every program finds by itself; and lay it out to be printed."""
    first = worksheet.dim_rowmax + 1 - len(table)  # the table is the last thing on its sheet
    letters = pd.DataFrame({place: table[name].astype("str").str.len() for place, name in enumerate(table)})
    longest = letters.max().combine(pd.Series([len(name) for name in table]), max)
    widths = (longest + 2).clip(NARROWEST, WIDEST_OF_FEW if len(longest) <= FEW else WIDEST)
    for place, width in widths.items():
        worksheet.set_column(place, place, width)
    for row, lines in np.ceil(letters / (widths - 1)).max(axis=1).items():
        if lines > 1:
            worksheet.set_row(first + row, LINE * lines)
    if not first:
        worksheet.set_row(0, TITLE_LINE * np.ceil(2 * letters[0][0] / widths[0]))  # a title that stands within the column
    worksheet.set_landscape()
    worksheet.set_paper(A4 if widths.sum() <= ON_A4 else A3)
    worksheet.fit_to_pages(1, 0)
    if first:
        worksheet.repeat_rows(first - 1)


def _front(cover: Cover) -> Front:
    """What stands on the cover: whose figures, of when, and first of all what kind of figures."""
    synthetic = "SYNTHETIC in part. " if "Synthetic" in cover.marks else ""
    marks = [f"{name.upper()}. {text}" for name, text in cover.marks.items()]
    return Front(
        title=f"{synthetic}{cover.title}: annex of figures",
        intro=[*marks, f"{cover.council}. {cover.quarter}. {cover.edition}. What was known on {cover.as_at}.", cover.about],
        about=[
            "Each sheet holds one table. The sheets of a section hold every figure that the pack tells of it: first the council's own, "
            "each with its base, its source and the day from which it could be known, then those of all councils beside each other.",
            "The sheets that begin with DSG are the tables of DfE's management plan for the dedicated schools grant, in its order and "
            f"ready to be pasted. What this pack does not hold is {NOT_SUPPLIED}, and nothing is put in its place.",
            "Words in square brackets in a cell are shorthand, explained above each table.",
            *(f"{name}: {text}." for name, text in cover.provenance.items() if name != "Figures file"),
        ],
    )


def _as_table(sheet: Sheet, cover: Cover) -> GPTable:
    """A sheet as gptables takes it, with its shorthand explained."""
    cells = pd.concat([sheet.table[name] for name in sheet.table]).astype("str") if len(sheet.table) else pd.Series(dtype="str")
    used = [mark for mark in SHORTHAND if cells.str.contains(f"[{mark}]", regex=False).any()]
    notes = {name: f"$${IN_NOTES[name]}$$" for name in sheet.table if name in IN_NOTES}
    whole = [
        place for place, name in enumerate(sheet.table) if all(isinstance(cell, str) or cell == int(cell) for cell in sheet.table[name])
    ]
    rows = f"This worksheet contains one table of {len(sheet.table):,} rows. Notes are explained on the notes worksheet."
    return GPTable(
        harmless_table(sheet.table),
        f"table_{sheet.tab.lower().replace(' ', '_')}",
        sheet.title,
        subtitles=[
            f"{cover.council}, {cover.quarter}, known on {cover.as_at}. {cover.edition}. {'. '.join(cover.marks)}".strip(),
            *sheet.says,
        ],
        instructions=rows if notes else rows.partition(" Notes")[0],
        legend=[f"[{mark}] = {SHORTHAND[mark]}" for mark in used],
        table_notes=notes,
        additional_formatting=[{"column": {"columns": [place], "format": {"num_format": "#,##0"}}} for place in whole],
    )


def _sections(released: Released, dictionary: dict[str, Indicator], bases: dict[str, str], titles: dict[str, str]) -> Iterable[Sheet]:
    """Two sheets for each section that has figures: the council's own, a row a figure; and a column an area, a row a period."""
    rows, area = _told(released, dictionary, bases), released.area("authority")
    names = released.areas.set_index("area")["area_name"]
    for section, title in titles.items():
        here, number = rows[rows["section"] == section], section.partition("_")[0]
        own, others = here[here["area"] == area], here[here["area"] != area]
        if len(own):
            yield Sheet(f"{number} own", f"{_marked(own)}{title}: figures of {names[area]}", own[OWN].reset_index(drop=True))
        if len(others):
            wide = here.pivot(index=[*BEFORE, *BEHIND], columns="area", values="Value")
            wide = wide.loc[pd.MultiIndex.from_frame(others[[*BEFORE, *BEHIND]].drop_duplicates())]
            wide = wide.reindex(columns=[area, *wide.columns.drop(area, errors="ignore")]).fillna(NOT_SUPPLIED)
            table = wide.rename(columns=names).reset_index()[[*BEFORE, *names[wide.columns], *BEHIND]]
            yield Sheet(f"{number} beside others", f"{_marked(others)}{title}: councils, region and England side by side", table)


def _told(released: Released, dictionary: dict[str, Indicator], bases: dict[str, str]) -> pd.DataFrame:
    """Every released figure in a reader's words, in the order of the dictionary and of time."""
    rows = released.rows
    lines = ((name, category) for name, entry in dictionary.items() for category in ("", *entry.categories))
    order = {line: place for place, line in enumerate(lines)}
    places = [order.get(pair, order[pair[0], ""]) for pair in zip(rows["indicator"], rows["category"], strict=True)]
    rows = rows.assign(place=places).sort_values(["place", "breakdown", "time_period", "measure", "scenario", "quantile"], kind="stable")
    entries = [dictionary[name] for name in rows["indicator"]]
    before = released.register("last_look")
    again = {(name, *at) for name in set(before.get("indicator", ())) for at in revised(released, dictionary[name])}
    own = (rows["area"] == released.area("authority")) & (rows["origin"] == "published")
    places = zip(rows["indicator"], rows["category"], rows["time_period"], strict=True)
    newly = own & pd.Series([place in again for place in places], rows.index)
    register = released.register("sources")
    sources = {line.id: f"{line.publisher}: {line.title}, {line.release}" for line in register.itertuples()} if "title" in register else {}
    forecast = "forecast: " + rows["scenario"].str.replace("_", " ") + ", quantile " + rows["quantile"]
    words = in_words(rows, dictionary)
    return pd.DataFrame(
        {
            "area": rows["area"],
            "section": [entry.section for entry in entries],
            "Figure": [entry.label for entry in entries],
            "Breakdown": words["breakdown"],
            "Category": words["category"],
            "Period": [period_label(*pair) for pair in zip(rows["time_period"], rows["time_identifier"], strict=True)],
            "Kind of figure": rows["measure"].where(rows["measure"] != FORECAST, forecast),
            "Number": _counts(rows, "numerator"),
            "Out of": _counts(rows, "denominator"),
            "Value": values(rows, dictionary),
            "Unit": [UNITS[entry.indicator_unit] for entry in entries],
            "Revised": newly.map({True: f"[{REVISED}]", False: "no"}),
            "Base": rows["base"].map({name: text.partition(". ")[0] for name, text in bases.items()}),
            "Source": rows["source_id"].map(lambda source: sources.get(source, source.replace("_", " "))),
            "As at": rows["as_at"],
            "Origin": words["origin"],
        }
    )


def _counts(rows: pd.DataFrame, column: str) -> list:
    """One of the two counts behind a figure; what is missing beside a withheld figure is withheld too."""
    never = ~rows[column].notna().groupby(rows["indicator"]).transform("any")
    absent = never.map({True: "[z]", False: "[x]"}).mask(rows["shorthand"] == "c", "[c]")
    return [mark if pd.isna(value) else float(value) for value, mark in zip(rows[column], absent, strict=True)]


def _marked(rows: pd.DataFrame) -> str:
    """How a title begins where some, or all, of its figures are invented."""
    invented = rows["Origin"] == ORIGINS["synthetic"]
    return "" if not invented.any() else "SYNTHETIC. " if invented.all() else "SYNTHETIC in part. "


def _definitions(dictionary: dict[str, Indicator], bases: dict[str, str]) -> Sheet:
    """What each figure means, on which base, how to read it and where it comes from."""
    head = ["Figure", "What it counts", "On which base", "How to read it", "Where from"]
    lines = [[entry.label, entry.definition, bases[entry.base], entry.reading, entry.source] for entry in dictionary.values()]
    return Sheet("Definitions", "What each figure means", pd.DataFrame(lines, columns=head))


def _with_language(workbook: bytes) -> bytes:
    """The workbook with its language set, which XlsxWriter has no word for; a screen reader speaks in it."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as told, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name in told.namelist():
            data = told.read(name)
            data = data.replace(b"</cp:coreProperties>", LANGUAGE) if name == CORE else data
            made.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)  # dated as nothing is, so that two are the same bytes
    return file.getvalue()
