"""The quarterly run: figures once, a notebook a section, pages and papers from them, and one swap at the end."""

import errno
import json
import os
import platform
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

import nbformat
from tqdm import tqdm

from svip_lib.config.agreement import read_agreement
from svip_lib.config.assurance import read_explanations, read_seen_by, read_sign_offs, read_switches
from svip_lib.config.authority import read_authority
from svip_lib.config.cells import as_csv
from svip_lib.config.content import content_key
from svip_lib.config.periods import Quarter, day_label, period_label
from svip_lib.config.project import DATA_VARIABLE, OWNER_ONLY, Project
from svip_lib.config.refusal import Changed, Refusal
from svip_lib.config.registry import read_dictionary
from svip_lib.disclosure.gate import PUBLIC, release_quarter
from svip_lib.disclosure.released import Read, Released, is_current
from svip_lib.pack.cover import COVER, SOURCE, covering_paper
from svip_lib.pack.execute import FAILED, Failure, Kernels, channels, check_channels, check_frame, check_parameters, execute_section
from svip_lib.pack.html import Body, Cover, Standing, page
from svip_lib.pack.keys import DRAWING, hashes, pack_key, place_of, section_key, standing
from svip_lib.pack.leaks import Finding
from svip_lib.pack.place import held, swap, sweep, write_whole
from svip_lib.pack.statement import statement_page
from svip_lib.pack.workers import (
    SUMMARY_PAPER,
    Made,
    Place,
    begin,
    make_page,
    make_paper,
    make_section,
    make_tables,
    paper_of,
    write,
)
from svip_lib.show.marks import mark
from svip_lib.show.words import is_synthetic
from svip_lib.status import statuses as every_status

LEAKS_TOLD = 5
WAITING = 4  # kernels: as many as one core has loaded while another computes the figures
RETURN = "council_return"  # the source of every figure of the council's own records


class SectionsFailed(Exception):
    """Some sections failed; the last good pack is as it was."""

    def __init__(self, failures: list[Failure], kept: Path):
        told = "\n".join(map(str, failures))
        super().__init__(
            f"{len(failures)} of the sections failed; the last good pack stays as it was.\n{told}\nWhat they left is in {kept}."
        )


class RunLog:
    """What a run did and how long each step took: kept outside the published folder, which depends on content alone."""

    def __init__(self, folder: Path):
        """Name the log after the moment; it is begun with its first line, so a run that is refused leaves none."""
        self.path = folder / f"{datetime.now(UTC):%Y-%m-%dT%H%M%S}Z-{os.getpid()}.jsonl"
        self._last = folder / "last.json"  # how long each step took when it was last done
        self.took: dict[str, float] = json.loads(self._last.read_text(encoding="utf-8")) if self._last.is_file() else {}
        self._begun = time.perf_counter()

    def add(self, step: str, seconds: float, outcome: str = "done") -> None:
        """Write one line: the step, its seconds, and how it ended."""
        line = {"step": step, "seconds": round(seconds, 2), "outcome": outcome}
        if outcome == "done":
            self.took[step] = line["seconds"]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def end(self) -> None:
        """Write what the whole took, and keep the steps' seconds for the order of the next run."""
        self.add("whole", time.perf_counter() - self._begun)
        write_whole(self._last, _as_json(self.took))


@dataclass
class Run:
    """One run: what is asked for, and what it tells of on its way."""

    project: Project
    released: Released
    log: RunLog
    bar: tqdm
    quiet: bool
    pdf: bool
    draft: bool
    place: Place
    kernels: Kernels
    findings: list[Finding] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)

    def tell(self, step: str, seconds: float, outcome: str = "done") -> None:
        """Note that a step is done: in the log, on the bar, and as a line where nobody asked for quiet."""
        self.log.add(step, seconds, outcome)
        self.bar.update()
        if not self.quiet:
            self.bar.write(f"{step:32}{seconds:6.1f} s  {outcome}")

    def make(self, name: str, make: Callable[[], bytes]) -> None:
        """Make a file of the pack here and now."""
        begun = time.perf_counter()
        self.findings += write(self.place, name, make())
        self.tell(name, time.perf_counter() - begun)

    def take(self, step: str, made: Made) -> Made:
        """Take what a worker made."""
        self.findings += made.findings
        self.kept |= made.kept
        self.tell(step, made.seconds)
        return made


def run_pack(  # noqa: PLR0913 - each is an option of the command
    project: Project,
    authority: str,
    quarter: Quarter,
    *,
    edition: str,
    only: list[str] = (),
    force: bool = False,
    pdf: bool = True,
    quiet: bool = False,
    draft: bool = True,
    wait: float = 0,
) -> Path:
    """Build the pack of an authority and quarter, and swap it into its place when it is whole.

    Args:
        project: Where things stand.
        authority: A council that has a folder.
        quarter: A quarter that it has laid out.
        edition: ``public`` or ``internal``.
        only: Sections to run anew though nothing changed; empty for none.
        force: Run every section anew.
        pdf: Whether the PDF files are made.
        quiet: Whether the progress bar is left out.
        draft: Whether it is a draft and says so; what is published stands in a folder of its own.
        wait: So many seconds another run of the same quarter may take to end.

    Returns:
        The folder of the pack.

    Raises:
        Refusal: When an input is missing or wrong, or something in the finished pack must not be published; no pack is changed then.
        SectionsFailed: When a notebook did not run to its end; the last good pack stays.
    """
    reports, private = project.reports(authority, quarter), project.private(authority, quarter, edition)
    target = place_of(project, authority, quarter, edition, draft=draft)
    check_channels(private / "notebooks")
    with _explained(reports), held(private.parent, wait):
        sweep(reports, reports / "runs", private, private / "notebooks", private / "kept")
        executed = private / "notebooks"
        for path in (executed / FAILED, *Path(tempfile.gettempdir()).glob(f"{channels(executed)}*")):
            shutil.rmtree(path, ignore_errors=True)
        asked = {"edition": edition, "pdf": pdf, "draft": draft}
        if not force and not only and standing(project, authority, quarter, **asked):
            return target
        key = pack_key(project, authority, quarter, **asked)
        _check(project, authority, quarter, edition)
        private.joinpath(f"{target.name}.json").unlink(missing_ok=True)
        steps = len(project.sections())
        bars = {"total": 6 + steps * (2 + pdf) + pdf, "disable": quiet or None, "desc": "pack", "unit": "step", "leave": False}
        with tqdm(**bars) as bar, _kernels_told(project):
            log = RunLog(reports / "runs")
            begun = time.perf_counter()
            kernels, building = Kernels(executed), reports / f".{edition}.{os.getpid()}"
            try:
                if not is_current(project, authority, quarter, edition):
                    kernels.begin(min(steps, WAITING))
                released = release_quarter(project, authority, quarter, edition)
                place = _place(project, released, building, private / "kept")
                run = Run(project, released, log, bar, quiet, pdf, draft, place, kernels)
                run.tell("figures", time.perf_counter() - begun)
                _build(run, only, force=force)
                if pack_key(project, authority, quarter, **asked) != key:
                    raise Changed(reports)
                swap(building, target)
            finally:
                kernels.end()
                shutil.rmtree(building, ignore_errors=True)
                sweep(private / "kept")  # where the workers worked
            told = {"key": key, "files": hashes(target)}
            write_whole(private / f"{target.name}.json", _as_json(told))
            log.end()
            if not quiet and (released.register("own_rows")["quarantined"].astype("str") != "0").any():
                bar.write("Rows of the council's own files were set aside: 'svip check' says which, and why.")
    return target


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Say in words what to do where there is no room, or no leave, to write, or a process is taken away."""
    try:
        yield
    except BrokenExecutor:
        raise Refusal(
            "A process that makes pages was ended from outside; the machine may have run out of memory.",
            file=folder,
            remedy="Run again; the last good pack is as it was, and what was done is not done again.",
        ) from None
    except OSError as mistake:
        if mistake.errno not in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM):
            raise
        raise Refusal(
            f"The pack cannot be written ({mistake.strerror}).",
            file=folder,
            remedy="Make room there, or ask for the right to write; the last good pack is as it was. Then run again.",
        ) from None


def _check(project: Project, authority: str, quarter: Quarter, edition: str) -> None:
    """Stop before anything starts where notebooks, commentary, dictionary and the council's logs do not fit each other."""
    sections = project.sections()
    for name in sections:
        check_parameters(project.notebooks / f"{name}.ipynb", _parameters(authority, quarter, edition))
        check_frame(project.notebooks / f"{name}.ipynb")
    for path in project.commentary(authority, quarter, "any").parent.glob("*.md"):
        if path.stem not in sections:
            raise Refusal("This commentary belongs to no section.", file=path, remedy=f"Name it after one of: {', '.join(sections)}.")
    for entry in read_dictionary(project.dictionary).values():
        if entry.section not in sections:
            raise Refusal(
                f"'{entry.name}' belongs to the section '{entry.section}', which has no notebook.",
                file="data/dictionary/indicators.csv",
                column="section",
                remedy=f"Choose one of: {', '.join(sections)}; or add the notebook.",
            )
    folder = project.authority(authority)
    read_seen_by(folder / "assurance", [body.id for body in read_agreement(folder / "agreement.yaml").governance])
    read_sign_offs(folder / "assurance")
    read_explanations(folder / "assurance")
    read_switches(folder / "assurance")


def _parameters(authority: str, quarter: Quarter, edition: str) -> dict[str, str]:
    return {"authority": authority, "quarter": str(quarter), "edition": edition}


def _place(project: Project, released: Released, building: Path, kept: Path) -> Place:
    """Where the run works; without the tokens of a council's children nothing can be looked through, and so nothing is built."""
    tokens = project.private(released.authority, released.quarter, "checks") / "tokens.json"
    own = project.find_extracts(released.authority, released.quarter) is not None
    if own and not tokens.is_file():
        raise Refusal("What the pack must not tell of children is not known.", file=tokens, remedy="Run 'svip check', and then again.")
    open_data = ["open_data"] if released.edition == PUBLIC else []
    parts = [building / name for name in ("sections", "charts", *open_data)]
    for folder in (*parts, kept):
        folder.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    for folder in (building, *parts):
        folder.chmod(0o755)
    return Place(building, kept, tokens if own else None, bool((released.rows["origin"] == "synthetic").any()))


def _build(run: Run, only: list[str], *, force: bool) -> None:
    """Make everything of the pack in the folder that is being built: what is in reach at once, and the longest first.

    Notebooks are run by kernels, a process each, so threads wait for them; pages and papers are made in processes of their own.
    """
    project, released, names = run.project, run.released, run.project.sections()
    executed = project.private(released.authority, released.quarter, released.edition) / "notebooks"
    executed.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    cover, failures, sections = cover_of(project, released, draft=run.draft), [], {}
    context = get_context("spawn")  # new processes rather than copies of this one, which has threads
    sys.warnoptions.append("ignore:resource_tracker")  # Python's own, which tidies up after a run that was stopped and need not say so
    with (
        ProcessPoolExecutor(os.cpu_count(), context, initializer=begin, initargs=(os.getpid(), run.place.kept)) as workers,
        ThreadPoolExecutor(max_workers=os.cpu_count()) as threads,
    ):
        _start(workers)
        tables = workers.submit(make_tables, project, released, cover, run.place)
        longest_first = sorted(names, key=lambda name: -run.log.took.get(name, (project.notebooks / f"{name}.ipynb").stat().st_size))
        running = {threads.submit(_execute, run, name, executed / f"{name}.ipynb", force or name in only): name for name in longest_first}
        if (project.authority(released.authority) / SOURCE).is_file():  # the council has a text for a covering paper
            run.make(COVER, lambda: covering_paper(project, released, cover))  # while the kernels work
        for done in as_completed(running):
            name = running[done]
            if failure := done.result():
                failures.append(failure)
            else:
                sections[name] = workers.submit(make_section, executed / f"{name}.ipynb", name, cover, run.place, pdf=run.pdf)
        if failures:
            raise SectionsFailed(failures, executed / FAILED)
        bodies = {}
        for name in names:
            try:
                web_page, *papers = sections[name].result()
            except Refusal:
                (executed / f"{name}.ipynb").unlink()  # what a page must not show is not kept from run to run either
                raise
            bodies[name] = run.take(f"sections/{name}.html", web_page).body
            for paper in papers:
                run.take(paper_of(name), paper)
        _make_whole(run, bodies, cover, workers)
        run.take("annex.xlsx", tables.result())
    run.make("manifest.json", lambda: _as_json(manifest(project, released, run.place.building)))
    if run.findings:
        told = "; ".join(map(str, run.findings[:LEAKS_TOLD]))
        for folder in (executed, run.place.kept):  # what was found is not kept from run to run either
            shutil.rmtree(folder, ignore_errors=True)
        raise Refusal(
            f"{len(run.findings)} things in the finished pack must not be published: {told}.",
            remedy="Take them out where they come from: commentary, notebook or agreement. Nothing was changed.",
        )
    for path in run.place.kept.iterdir():
        if path.suffix in (".body", ".pdf", ".xlsx") and path.name not in run.kept:
            path.unlink()  # of an earlier pack


def _start(workers: ProcessPoolExecutor) -> None:
    """Let every worker begin deaf to Ctrl-C, which a terminal sends to all at once: the run hears it, and ends them."""
    if os.name == "posix":
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    for _ in range(os.cpu_count()):
        workers.submit(os.getpid)
    if os.name == "posix":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _execute(run: Run, name: str, target: Path, anew: bool) -> Failure | None:
    """Run a section's notebook, unless it was run with the same content before."""
    begun, released = time.perf_counter(), run.released
    parameters = _parameters(released.authority, released.quarter, released.edition)
    key = section_key(run.project, name, parameters)

    def kept_under(read: list[Read]) -> dict:
        return {"key": key, "read": [list(part) for part in read], "slice": released.slice_key(read)}

    def still() -> None:
        figures = content_key(run.project, released.authority, released.quarter)
        if figures != released.key or section_key(run.project, name, parameters) != key:
            raise Changed(run.project.notebooks / f"{name}.ipynb")

    if not anew and (told := _kept(target)) and told == kept_under(told["read"]):
        run.tell(name, time.perf_counter() - begun, "unchanged")
        return None
    failure = execute_section(run.project.notebooks / f"{name}.ipynb", target, parameters, kept_under, still, run.kernels)
    run.tell(name, time.perf_counter() - begun, "failed" if failure else "done")
    return failure


def _make_whole(run: Run, bodies: dict[str, Body], cover: Cover, workers: ProcessPoolExecutor) -> None:
    """Make the page and the paper of the whole pack, of what its sections are made of already, and the file of figures."""
    every = list(bodies.values())
    also = {"the whole pack on paper (PDF)": "pack.pdf"} if run.pdf else {}
    if run.pdf and SUMMARY_PAPER in map(paper_of, bodies):
        also["the summary on two sides (PDF)"] = SUMMARY_PAPER
    also |= {"every figure as a workbook (XLSX)": "annex.xlsx", "every figure as a table (CSV)": "figures.csv"}
    also |= {"a covering paper for the committee (Word)": COVER} if (run.place.building / COVER).is_file() else {}
    making = {"pack.pdf": workers.submit(make_paper, every, cover, "pack.pdf", run.place)} if run.pdf else {}
    pages = {"index.html": partial(page, every, cover, also=also), "accessibility.html": partial(statement_page, cover)}
    making |= {name: workers.submit(make_page, name, make, run.place) for name, make in pages.items()}
    run.make("figures.csv", lambda: as_csv(run.released.rows))
    for name, made in making.items():
        run.take(name, made.result())


def _kept(executed: Path) -> dict:
    """What an executed notebook is kept under; nothing where there is none, or one of an older form."""
    with suppress(FileNotFoundError):
        told = nbformat.read(executed, as_version=4).metadata.get("svip", {})
        return dict(told) if "read" in told else {}
    return {}


@contextmanager
def _kernels_told(project: Project) -> Iterator[None]:
    """Kernels work on this checkout's code and data, wherever the environment's own copy of the library stands."""
    before = dict(os.environ)
    paths = [str(project.root), *filter(None, before.get("PYTHONPATH", "").split(os.pathsep))]
    os.environ |= {"PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)), DATA_VARIABLE: str(project.data)}
    try:
        yield
    finally:
        for name in ("PYTHONPATH", DATA_VARIABLE):
            os.environ.pop(name, None)
        os.environ |= {name: before[name] for name in ("PYTHONPATH", DATA_VARIABLE) if name in before}


def cover_of(project: Project, released: Released, *, draft: bool) -> Cover:
    """Return what a reader must know before the first section: whose pack it is, for when, and what kind of document."""
    folder = project.authority(released.authority)
    authority, programme = read_authority(folder), read_agreement(folder / "agreement.yaml").programme
    marks = {"Draft": "This pack is a draft: it has not been signed off or published by the council."} if draft else {}
    if released.edition == "internal":
        marks["Internal"] = "This edition is for use inside the council."
    if (released.rows["origin"] == "synthetic").any():
        marks["Synthetic"] = (
            "What this pack tells of the council's own records, quarter by quarter, is of invented children and sums: SYNTHETIC. They say "
            "nothing of the council, and do not go with the published figures beside them."
        )
    own = " and from the council's own return" if (released.rows["source_id"] == RETURN).any() else ""
    told: dict[str, list[Standing]] = {}
    for kind, statuses in every_status(released, read_dictionary(project.dictionary), authority.tolerance_percent).items():
        for entry, status in statuses:
            when = period_label(status.period, entry.time_identifier) if status.period else ""
            told.setdefault(entry.section, []).append(
                Standing(kind, entry.name, entry.label, mark(status.kind, status.word), when, is_synthetic(released, entry))
            )
    return Cover(
        statuses=told,
        title=f"{programme.name}: monitoring pack",
        council=authority.council,
        quarter=released.quarter.label,
        edition=f"{released.edition.capitalize()} edition",
        as_at=day_label(released.as_at),
        about=(
            f"How {authority.council}'s plan for pupils with high needs goes, and whether children and young people with special "
            f"educational needs get what the law entitles them to. Built from the Department for Education's published figures{own}."
        ),
        marks=marks,
        contact=authority.accessibility_contact,
        provenance={
            "Figures": "Department for Education, Open Government Licence v3.0; each figure names its source and its base",
            "Content key": released.key[:16],
            "Figures file": "figures.csv beside this page holds every number of the pack",
        },
    )


def manifest(project: Project, released: Released, building: Path) -> dict:
    """Return what a pack was made from and what it holds; nothing in it changes from one run to the next.

    Returns:
        Parameters, the content key of the figures, package versions, and the SHA-256 of every input and output.
    """
    folder = project.authority(released.authority)
    inputs = [path for base in (project.reference, project.dictionary, folder / "assurance") for path in base.rglob("*")]
    # Real extracts are in the content key and not listed: what a file is called may name a child.
    own = project.quarter_folder(released.authority, released.quarter)
    used = project.find_extracts(released.authority, released.quarter)
    inputs += [*folder.glob("*.yaml"), folder / "report_map.csv", folder / SOURCE, own / "quarter.yaml"]
    inputs += used.rglob("*") if used and used.name == "sample" else ()
    inputs += [project.commentary(released.authority, released.quarter, name) for name in project.sections()]
    books = [project.notebooks / f"{name}.ipynb" for name in project.sections()]
    return {
        "parameters": _parameters(released.authority, released.quarter, released.edition),
        "content_key": released.key,
        "versions": {"python": platform.python_version()} | {name: version(name) for name in DRAWING},
        "inputs": hashes(project.data, inputs) | hashes(project.root, books),
        "outputs": hashes(building),
    }


def _as_json(told: dict) -> bytes:
    return (json.dumps(told, indent=1) + "\n").encode()
