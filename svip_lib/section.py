"""What a notebook holds: open a section, show its figures, close it."""

import base64
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
from IPython.display import HTML, display
from markupsafe import Markup
from matplotlib.figure import Figure

from svip_lib.config.periods import day_label
from svip_lib.config.project import Project, check_edition, check_section
from svip_lib.config.refusal import Refusal
from svip_lib.config.registry import Indicator, find_indicator, read_bases
from svip_lib.disclosure.released import PICTURE, READ, Released, is_current, read_released
from svip_lib.show import changes, charts, commentary, explain, outlook, slides, statuses, tables, words
from svip_lib.show.given import UNVERIFIED, Given
from svip_lib.show.registers import TABLES, quality

STYLESHEET = Path(__file__).parent / "pack" / "template" / "report.css"


def open_section(name: str, authority: str = "medway", quarter: str = "latest", edition: str = "public") -> "Section":
    """Open a section of the pack for an authority, quarter and edition.

    Stale figures are computed first, in a process of their own, so that Run All in JupyterLab just works and a notebook
    never holds anything but released figures.

    Args:
        name: The name of the notebook, as ``10_ehc_plans``.
        authority: A council that has a folder under ``data/authorities``.
        quarter: As ``2025-26-Q4``; ``latest`` for the newest that has its day ``as_at``.
        edition: ``public`` or ``internal``.

    Raises:
        Refusal: When a name is unknown, or a file that the figures need is missing or wrong.
    """
    project = Project.find()
    if project.root not in Path(__file__).resolve().parents:
        raise Refusal(
            f"This notebook stands in '{project.root}', but svip_lib was loaded from another copy of the project.",
            remedy="Start JupyterLab with 'make lab' in the project's folder.",
        )
    check_edition(edition)
    known = project.quarter(authority, quarter)
    if not is_current(project, authority, known, edition):
        command = [sys.executable, "-m", "svip_lib", "figures", str(known), "--authority", authority, "--edition", edition]
        done = subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Refusal(done.stderr.strip().removeprefix("Refused: "), remedy="")
    # Styles and reading are told in one: a run takes both out again, and JupyterLab shows what it understands.
    display({"text/html": _style(), READ: []}, raw=True)
    return Section(name, project, read_released(project, authority, known, edition))


class Section:
    """A section that is being told: each call shows one thing, and ``close`` makes sure that nothing was left out."""

    def __init__(self, name: str, project: Project, released: Released):
        """Read what the section needs beside its figures: the council, its agreement, the dictionary."""
        self.name = check_section(name, project.sections()) if not name.startswith("_") else name
        self._number = self.name[:2].lstrip("0_") or "0"
        self.released = released
        self._given = given = Given.of(project, released)
        self.authority, self.agreement, self.dictionary = given.authority, given.agreement, given.dictionary
        self._bases = read_bases(project.dictionary)
        self._defined = read_bases(project.dictionary, defined=True)
        self._commentary = project.commentary(released.authority, released.quarter, self.name)
        self._shown: list[str] = []
        self._charts = self._tables = 0

    def banner(self) -> None:
        """Say what the reader has before them: whose figures, for when, known when, and what is not verified."""
        lacking = len(self.agreement.unverified())
        internal = " Internal edition, for use inside the council." if self.released.edition == "internal" else ""
        told = "{}, {}. What was known on {}. Entries of the agreement that are unverified and stand without a value: {}.{}"
        words = Markup(told).format(self.authority.council, self.released.quarter.label, day_label(self.released.as_at), lacking, internal)
        _show(Markup('<p class="subtitle">{}</p>').format(words))

    def show(self, name: str, chart: str | None = None) -> None:
        """Show an indicator: its message, chart, table, what it means, and, to be unfolded, how its newest figure was made.

        Args:
            name: The indicator, as in the dictionary.
            chart: Another kind of chart than the dictionary's: ``series``, ``bars``, ``neighbours`` or ``table``.
        """
        (entry,) = self._tell(name)
        anchor = name if chart is None else f"{name}_{chart}"
        entry = entry.model_copy(update={"chart": chart}) if chart else entry
        message = words.message(self.released, entry)
        base = self._bases[entry.base]
        subtitle, source = words.subtitle(self.released, entry, base), words.source_line(self.released, entry)
        svg = self._draw(entry, anchor, message, subtitle, source)
        parts, named = [], f"{words.mark(self.released, entry)}{entry.label}"
        if svg:
            alternative = words.alternative_text(self.released, entry, charts.KINDS[entry.chart][0])
            parts.append(self._figure(anchor, message, subtitle, charts.as_image(svg, alternative), f"{named}. Source: {source}"))
        else:
            parts.append(Markup('<p class="message" id="{}">{}</p><p class="subtitle">{}</p>').format(anchor, message, subtitle))
        if len(words.own_rows(self.released, entry)):
            frame = tables.indicator_table(self.released, entry)
            notes = [f"Source: {source}. {entry.definition}"]
            parts.append(self._table(frame, f"{anchor}-table", named, numeric=set(frame.columns[1:]), notes=notes))
        parts.append(Markup('<p class="meaning">{}</p>').format(words.meaning(self.released, entry)))
        newest = explain.headline_figure(self.released, entry)
        if newest is not None and chart is None:  # shown in another chart too, it is explained once
            parts.append(explain.details_html(explain.explain(self._given, entry, newest, self._defined[entry.base])))
        _show(Markup("\n").join(parts))

    def outlook(self, name: str) -> None:
        """Show what may come of an indicator if things carry on: its message, chart and table; branded where the figures are in doubt."""
        entry = self._indicator(name).model_copy(update={"chart": "fan"})
        message, stand = outlook.message(self._given, entry), outlook.gate(self._given)
        frame = outlook.ranges(self._given, entry)
        if frame.empty:
            _show(Markup('<p class="message" id="{}_outlook">{}</p>').format(name, message))
            return
        source = f"{words.source_line(self.released, entry)}; the forecast is this pack's own"
        alternative = outlook.alternative_text(self._given, entry)
        known = f"known on {day_label(self.released.as_at)}; {outlook.standing(self._given)}"
        subtitle = f"{words.subtitle(self.released, entry, self._bases[entry.base])}; {known}"
        doubted = outlook.WARNING if stand.state in ("in doubt", "withheld") else ""
        alone = f"Not to be relied on. {doubted} {subtitle}" if doubted else subtitle
        svg = self._draw(entry, f"{name}_outlook", message, alone, source)
        named = f"{words.mark(self.released, entry)}{entry.label}"
        parts = [self._figure(f"{name}_outlook", message, subtitle, charts.as_image(svg, alternative), f"{named}. Source: {source}")]
        if doubted:
            parts.append(Markup('<div class="unverified"><p><strong>Not to be relied on.</strong> {}</p></div>').format(doubted))
        caption, numbers = f"{named}: what may come", set(frame.columns[1:])
        parts.append(self._table(frame, f"{name}_outlook-table", caption, numeric=numbers, notes=[outlook.NOTE]))
        parts.append(explain.details_html(outlook.explained(self._given, entry, self._defined[entry.base])))
        _show(Markup("\n").join(parts))

    def outlook_headline(self, name: str) -> None:
        """Show what the outlook says of an indicator in one sentence, or why it says nothing."""
        entry = self._indicator(name)
        item = Markup('<ul class="headlines"><li>{}. <span class="base">Base: {}.</span></li></ul>')
        _show(item.format(outlook.message(self._given, entry), self._bases[entry.base]))

    def under_way(self) -> None:
        """Show what the council's open cases let expect of the coming January, in a sentence and by its parts; or why nothing."""
        _show(Markup('<p class="message" id="under_way">{}</p>').format(outlook.under_way(self._given)))
        if self._given.rows("under_way"):
            self.table("outlook_under_way")
            entry = self._indicator(outlook.PLANS)
            _show(explain.details_html(outlook.under_way_explained(self._given, entry, self._defined[entry.base])))

    def headlines(self, *names: str) -> None:
        """Show the messages of some indicators as a list, the most important first, each with its base."""
        items = []
        for entry in self._tell(*names):
            item = Markup('<li>{}. <span class="base">{}Base: {}.</span></li>')
            items.append(item.format(words.message(self.released, entry), words.mark(self.released, entry), self._bases[entry.base]))
        _show(Markup('<ul class="headlines">{}</ul>').format(Markup("").join(items)))

    def statuses(self) -> None:
        """Show the two statuses side by side, never averaged: the agreement's trajectory, and the duties of the law."""
        frame, caption = statuses.trajectory(self._given), statuses.TRAJECTORY
        if len(frame):
            trajectory = self._table(frame, "status-trajectory", caption, finished={"Status"})
        else:
            trajectory = Markup('<p class="subtitle">{}</p>').format(statuses.NO_PLAN)
        duty = self._table(statuses.duty(self._given), "status-duty", statuses.DUTY, finished={"Status"})
        self._shown += [entry.name for told in statuses.every(self._given).values() for entry, _ in told]
        _show(Markup('<div class="statuses"><div>{}</div><div>{}</div></div>').format(trajectory, duty))

    def changes(self, *names: str) -> None:
        """Show for some indicators what the pack before told of them, what this one tells, and the short and the long trend."""
        how = self.authority.short_trend_quarters, self.authority.long_trend_quarters
        frame = changes.since_last_look(self.released, self._tell(*names), *how)
        _show(self._table(frame, "changes", changes.CAPTION, notes=[changes.NOTE.format(how[1])]))

    def compare(self, *names: str) -> None:
        """Show some shares beside those of the neighbours, the region and England, each at one time and on one base."""
        entries = self._tell(*names)
        frame = tables.comparison(self.released, entries)
        bases = "; ".join(dict.fromkeys(f"{self._bases[entry.base]}" for entry in entries))
        _show(self._table(frame, "comparison", tables.BESIDE, numeric=set(frame.columns[1:]), notes=[f"Bases, in order: {bases}."]))

    def stated(self, name: str) -> None:
        """Show what the council's papers state in one of the agreement's lists, as sentences, each with its source."""
        items = []
        for entry in getattr(self.agreement, name):
            told = self._given.source(entry)
            day = f", {day_label(told.published_on)}" if told.published_on else ""
            unverified = f" {UNVERIFIED}" if entry.unverified else ""
            item = Markup('<li>{} <span class="base">Source: {}{}.{}</span></li>')
            items.append(item.format(entry.text, told.publisher.partition(", report to")[0], day, unverified))
        _show(Markup("<ul>{}</ul>").format(Markup("").join(items)) if items else Markup('<p class="table-note">None is stated.</p>'))

    def table(self, name: str) -> None:
        """Show one of the tables that are not an indicator's: one of ``TABLES``; an invented one says SYNTHETIC."""
        if name not in TABLES:
            raise Refusal(f"There is no table '{name}'.", remedy=f"Choose one of: {', '.join(TABLES)}.")
        table, given = TABLES[name], self._given
        frame = table.frame(given)
        self._shown += [*table.indicators, *table.named(given)]
        if frame.empty:
            _show(Markup('<p class="table-note">{}: {}.</p>').format(table.says(given), table.absent(given)))
            return
        numeric, finished = set(frame.columns[1:]) if table.numeric else set(), set(table.finished)
        how = {"numeric": numeric, "finished": finished, "notes": table.notes(given)}
        _show(self._table(frame, f"register-{name}", table.heading(given), **how))

    def commentary(self) -> None:
        """Show the analyst's words on this quarter, if there are any; every figure in them is named and never typed.

        Raises:
            Refusal: As ``read_commentary`` does.
        """
        if not self._commentary.is_file():
            return
        _show(commentary.read_commentary(self._commentary, self.released, self.dictionary))

    def close(self) -> None:
        """Show the sources of what was shown, and make sure that every indicator of this section has been.

        Raises:
            Refusal: When the dictionary gives this section an indicator that the notebook does not show.
        """
        own = [entry.name for entry in self.dictionary.values() if entry.section == self.name]
        forgotten = [name for name in own if name not in self._shown]
        if forgotten:
            raise Refusal(
                f"This section does not show: {', '.join(forgotten)}.",
                file=f"notebooks/{self.name}.ipynb",
                remedy='Add a cell section.show("…") for each, or move it to another section in data/dictionary/indicators.csv.',
            )
        if own:  # a section that only tells what others show leaves the sources to them
            rows = pd.concat([self.released.select(name, measure=["actual", "published"]) for name in dict.fromkeys(self._shown)])
            frame = quality.sources(self._given, set(rows["source_id"]))
            if len(frame):
                _show(self._table(frame, "sources", "Sources of this section"))
        # The run, and no reader, is told what of the released figures this section was made from.
        display({READ: sorted(self.released.read)}, raw=True)

    def _indicator(self, name: str) -> Indicator:
        return find_indicator(self.dictionary, name)

    def _tell(self, *names: str) -> list[Indicator]:
        """The indicators of these names, which are told herewith."""
        entries = [self._indicator(name) for name in names]
        self._shown += names
        return entries

    def _draw(self, entry: Indicator, anchor: str, message: str, *beside: str) -> str | None:
        """Draw a chart for the page; the same as a picture for slides is handed to the run, and to no reader."""
        inside = "INTERNAL. " if self.released.edition == "internal" else ""

        def hand_over(figure: Figure) -> None:
            picture = slides.slide(figure, f"{inside}{message}", *beside)
            display({PICTURE: {anchor: base64.b64encode(picture).decode()}}, raw=True)

        return charts.draw(self.released, entry, hand_over)

    def _figure(self, anchor: str, message: str, subtitle: str, image: str, caption: str) -> Markup:
        self._charts += 1
        figure = '<figure class="chart" id="{}"><p class="message">{}</p><p class="subtitle">{}</p>{}<figcaption>{}</figcaption></figure>'
        number = f"Figure {self._number}.{self._charts}"
        # On a phone the chart keeps its size, so that its letters can be read, and scrolls in a frame that the keyboard reaches.
        frame = Markup('<div class="chart-scroll" role="group" tabindex="0" aria-label="{}">{}</div>').format(number, Markup(image))
        return Markup(figure).format(anchor, message, subtitle, frame, f"{number}. {caption}")

    def _table(self, frame: pd.DataFrame, anchor: str, caption: str, **how: set[str] | list[str]) -> Markup:
        self._tables += 1
        return tables.table_html(frame, anchor=anchor, caption=f"Table {self._number}.{self._tables}. {caption}", **how)


def _style() -> str:
    """The report's stylesheet, held to the results of a notebook: everything else on that page is JupyterLab's own."""
    sheet = re.sub(r":root|\bbody\b", "&", STYLESHEET.read_text(encoding="utf-8"))
    undone = "table { table-layout: auto; } tbody tr { background: none; }"  # what JupyterLab lays down for tables
    return f"<style>.jp-OutputArea-output.jp-RenderedHTML {{\n{sheet}{undone} }}</style>"


def _show(html: Markup) -> None:
    """Put finished HTML into the notebook; everything that came from data was escaped on its way here."""
    display(HTML(str(html)))
