"""The quarterly run: figures once, a notebook a section, pages and papers from them, and one swap at the end."""

import json
import os
import platform
import re
import shutil
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

import nbformat
import papermill
from jupyter_client import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError
from tqdm import tqdm

from svip_lib.config.agreement import read_agreement
from svip_lib.config.authority import read_authority
from svip_lib.config.key import read_key
from svip_lib.config.periods import Quarter, day_label
from svip_lib.config.project import DATA_VARIABLE, Project
from svip_lib.config.refusal import Refusal
from svip_lib.config.registry import read_dictionary
from svip_lib.config.tokens import Tokens
from svip_lib.disclosure.gate import OWNER_ONLY, release_quarter
from svip_lib.disclosure.released import Released
from svip_lib.pack.html import Body, Cover, page, print_page, section_body
from svip_lib.pack.leaks import scan

SECONDS_A_CELL = 300
LEAKS_TOLD = 5
RETURN = "council_return"  # the source of every figure of the council's own records
# What the look of a section depends on beside our own code.
DRAWING = (
    "afcharts",
    "fonttools",
    "font-source-sans-pro",
    "ipykernel",
    "matplotlib",
    "nbconvert",
    "pandas",
    "papermill",
    "pikepdf",
    "seaborn",
    "weasyprint",
)
ROOMS = ("config/**/*.py", "disclosure/**/*.py", "status.py", "section.py", "show/**/*.py")
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Failure:
    """A section that did not run to its end: where it stopped, and why."""

    section: str
    cell: int | None
    source: str
    reason: str

    def __str__(self) -> str:
        """The failure in a few lines: section, cell, its source, and the end of the traceback."""
        where = f"cell {self.cell}" if self.cell is not None else "before its first cell"
        code = "".join(f"\n    | {line}" for line in self.source.splitlines()[:8])
        return f"{self.section}, {where}:{code}\n    {self.reason}"


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

    def add(self, step: str, begun: float, outcome: str = "done") -> None:
        """Write one line: the step, its seconds, and how it ended."""
        line = {"step": step, "seconds": round(time.perf_counter() - begun, 2), "outcome": outcome}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def run_pack(  # noqa: PLR0913 - each is an option of the command
    project: Project,
    authority: str,
    quarter: Quarter,
    edition: str,
    *,
    only: list[str] = (),
    force: bool = False,
    pdf: bool = True,
    quiet: bool = False,
    draft: bool = True,
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

    Returns:
        The folder of the pack.

    Raises:
        Refusal: When an input is missing or wrong, or something in the finished pack must not be published; no pack is changed then.
        SectionsFailed: When a notebook did not run to its end; the last good pack stays.
    """
    log = RunLog(project.reports(authority, quarter) / "runs")
    parameters = {"authority": authority, "quarter": str(quarter), "edition": edition}
    sections = project.sections()
    for name in sections:
        check_parameters(project.notebooks / f"{name}.ipynb", parameters)
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
    with tqdm(total=len(sections) + 2 + pdf * (len(sections) + 1), disable=quiet, desc="figures", unit="step", leave=False) as bar:
        begun = time.perf_counter()
        released = release_quarter(project, authority, quarter, edition)
        log.add("figures", begun)
        bar.update()
        _tell_kernels(project)
        executed = project.private(authority, quarter, edition) / "notebooks"
        executed.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)

        def execute(name: str) -> Failure | None:
            begun = time.perf_counter()
            source, target = project.notebooks / f"{name}.ipynb", executed / f"{name}.ipynb"
            key = section_key(project, source, parameters, released)
            fresh = _is_fresh(target, key) and not force and name not in only
            failure = None if fresh else execute_section(source, target, parameters, key)
            log.add(name, begun, "failed" if failure else "unchanged" if fresh else "done")
            bar.update()
            return failure

        # The work is done by the kernels, a process each, so threads are enough to keep every core busy.
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            longest_first = sorted(sections, key=lambda name: -(project.notebooks / f"{name}.ipynb").stat().st_size)
            failures = [failure for failure in pool.map(execute, longest_first) if failure]
        if failures:
            raise SectionsFailed(failures, executed / "failed")
        building = project.reports(authority, quarter) / f".{edition}.{os.getpid()}"
        shutil.rmtree(building, ignore_errors=True)
        try:
            _assemble(project, released, executed, building, pdf=pdf, draft=draft, bar=bar, log=log)
            begun = time.perf_counter()
            _refuse_leaks(project, released, building)
            log.add("leak scan", begun)
            target = building.with_name(edition if draft else "published")
            swap(building, target)
        finally:
            shutil.rmtree(building, ignore_errors=True)
        bar.update()
    return target


def check_parameters(notebook: Path, parameters: dict[str, str]) -> None:
    """Stop before anything starts where a notebook does not take the parameters that the run gives, by name and by type.

    Raises:
        Refusal: When a parameter is missing, unknown or of another type; papermill itself would only warn.
    """
    try:
        known = papermill.inspect_notebook(str(notebook))
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, AttributeError, KeyError) as mistake:
        raise Refusal(
            f"This is not a notebook ({type(mistake).__name__}).",
            file=notebook,
            remedy="Restore it from git, or save it again in JupyterLab.",
        ) from None
    missing, surplus = sorted(set(parameters) - set(known)), sorted(set(known) - set(parameters))
    if missing or surplus:
        told = [f"it lacks {', '.join(missing)}"] * bool(missing) + [f"nobody gives it {', '.join(surplus)}"] * bool(surplus)
        raise Refusal(
            f"The cell tagged 'parameters' does not fit the run: {' and '.join(told)}.",
            file=notebook,
            remedy=f"It must set exactly: {', '.join(parameters)}.",
        )
    for name, told in known.items():
        if told["default"][:1] not in ("'", '"'):
            raise Refusal(
                f"The parameter '{name}' must be text, not {told['default']}.", file=notebook, remedy="Put its value into quotes."
            )


def check_frame(notebook: Path) -> None:
    """Stop where a notebook opens another section than its own, or does not close it: then nobody would miss what it leaves out.

    Raises:
        Refusal: When one of the two calls is missing.
    """
    code = "\n".join(cell.source for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code")
    for call in (f'open_section("{notebook.stem}"', "section.close("):
        if call not in code:
            raise Refusal(f"The notebook lacks the call {call}…).", file=notebook, remedy="Compare it with the template.")


def execute_section(source: Path, target: Path, parameters: dict[str, str], key: str) -> Failure | None:
    """Run one notebook; it counts as run only when every one of its cells was completed without an error.

    Args:
        source: The notebook.
        target: Where the executed notebook is kept, for its owner only.
        parameters: What its parameters cell is given.
        key: The content key that the executed notebook is kept under.

    Returns:
        Nothing, or the failure; what a failed notebook left is kept aside, and the last good one stays.
    """
    beside = target.with_name(f".{os.getpid()}-{target.name}")
    reason, begun = None, []
    try:
        with tempfile.TemporaryDirectory(prefix="svip-") as sockets:
            papermill.execute_notebook(
                str(source),
                str(beside),
                parameters=parameters,
                kernel_name="python3",
                progress_bar=False,
                execution_timeout=SECONDS_A_CELL,
                request_save_on_cell_execute=False,
                shutdown_kernel="immediate",
                on_cell_start=lambda cell, cell_index: begun.append(cell),
                **_without_ports(sockets),
            )
    except PapermillExecutionError as error:
        reason = ANSI.sub("", "\n".join(error.traceback[-1:]) if error.traceback else f"{error.ename}: {error.evalue}").strip()
    except (DeadKernelError, CellTimeoutError, RuntimeError) as error:
        reason = ANSI.sub("", str(error)).strip().splitlines()[0]
    failure = _first_unfinished(beside, source.stem, begun, reason)
    if failure:
        if beside.exists():
            aside = target.parent / "failed"
            aside.mkdir(mode=OWNER_ONLY, exist_ok=True)
            beside.replace(aside / target.name)
        return failure
    book = nbformat.read(beside, as_version=4)
    book.metadata["svip"] = {"key": key}
    nbformat.write(book, beside)
    beside.replace(target)
    return None


def _without_ports(sockets: str) -> dict:
    """Let runner and kernel talk through files in a folder of the kernel's own, so that nothing crosses an unencrypted port."""
    if os.name != "posix":
        return {}

    class PrivateKernel(AsyncKernelManager):
        def __init__(self, **settings):
            super().__init__(**settings)
            self.transport, self.ip = "ipc", f"{sockets}/k"

    return {"kernel_manager_class": PrivateKernel}


def _first_unfinished(executed: Path, name: str, begun: list, reason: str | None) -> Failure | None:
    """The cell at which a notebook stopped, counted among its own code cells.

    Papermill marks the cells behind a killed kernel as completed, or writes no notebook at all, so its word is not taken:
    each cell is looked at.
    """
    cells = nbformat.read(executed, as_version=4).cells if executed.exists() else begun
    code = [cell for cell in cells if cell.cell_type == "code" and "injected-parameters" not in cell.metadata.get("tags", [])]
    for number, cell in enumerate(code, start=1):
        failed = any(output.output_type == "error" for output in cell.outputs)
        if failed or cell.execution_count is None or cell.metadata.get("papermill", {}).get("status") != "completed":
            return Failure(name, number, cell.source, reason or "the cell did not run to its end, though the kernel reported no error")
        if told := [output.text for output in cell.outputs if output.output_type == "stream" and output.name == "stderr"]:
            last = told[0].strip().splitlines()[-1]
            return Failure(
                name, number, cell.source, f"the cell wrote a warning or an error, which must be neither printed nor hidden: {last}"
            )
    if reason or not executed.exists():
        return Failure(name, len(code) or None, code[-1].source if code else "", reason or "papermill wrote no notebook")
    return None


def section_key(project: Project, source: Path, parameters: dict[str, str], released: Released) -> str:
    """Return a key that changes with anything that a section shows: its cells, its figures, its words, the code that draws it.

    Outputs and execution counts are not in it, so running a notebook by hand changes nothing.
    """
    cells = [(cell.cell_type, cell.source, cell.metadata.get("tags", [])) for cell in nbformat.read(source, as_version=4).cells]
    digest = sha256(json.dumps([cells, parameters, released.key, [version(name) for name in DRAWING]]).encode())
    folder = project.authority(released.authority)
    files = [project.commentary(released.authority, released.quarter, source.stem), folder / "report_map.csv"]
    files += sorted((folder / "assurance").glob("*"))
    for pattern in ROOMS:
        files += sorted((project.root / "svip_lib").glob(pattern))
    for path in files:
        if path.is_file():
            digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _is_fresh(executed: Path, key: str) -> bool:
    with suppress(FileNotFoundError):
        return nbformat.read(executed, as_version=4).metadata.get("svip", {}).get("key") == key
    return False


def _tell_kernels(project: Project) -> None:
    """Kernels work on this checkout's code and data, wherever the environment's own copy of the library stands."""
    os.environ["PYTHONPATH"] = os.pathsep.join(
        dict.fromkeys([str(project.root), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))])
    )
    os.environ[DATA_VARIABLE] = str(project.data)


def _refuse_leaks(project: Project, released: Released, building: Path) -> None:
    """Stop where the finished pack holds anything that must not leave the council; the message names the place and never the thing."""
    kept = project.private(released.authority, released.quarter, "checks") / "tokens.json"
    own = project.find_extracts(released.authority, released.quarter) is not None
    if own and not kept.is_file():
        raise Refusal("What the pack must not tell of children is not known.", file=kept, remedy="Run 'svip check', and then again.")
    synthetic = (released.rows["origin"] == "synthetic").any()
    findings = scan(building, Tokens.read(kept, read_key(synthetic=bool(synthetic))) if own else None)
    if findings:
        told = "; ".join(map(str, findings[:LEAKS_TOLD]))
        raise Refusal(
            f"{len(findings)} things in the finished pack must not be published: {told}.",
            remedy="Take them out where they come from: commentary, notebook or agreement. Nothing was changed.",
        )


def _assemble(
    project: Project, released: Released, executed: Path, building: Path, *, pdf: bool, draft: bool, bar: tqdm, log: RunLog
) -> None:
    """Write the pack into a folder of its own."""
    begun = time.perf_counter()
    (building / "sections").mkdir(parents=True)
    bodies = [section_body(executed / f"{name}.ipynb", name) for name in project.sections()]
    cover = _cover(project, released, draft=draft)
    also = {"the whole pack on paper (PDF)": "pack.pdf"} if pdf else {}
    index = page(bodies, cover, also=also | {"every figure as a table (CSV)": "figures.csv"})
    (building / "index.html").write_text(index, encoding="utf-8")
    for name, body in zip(project.sections(), bodies, strict=True):
        html = page([body], cover, whole="../index.html", also={"this section on paper (PDF)": f"{name}.pdf"} if pdf else None)
        (building / "sections" / f"{name}.html").write_text(html, encoding="utf-8")
    released.rows.to_csv(building / "figures.csv", index=False, lineterminator="\n")
    log.add("html", begun)
    if pdf:
        _write_papers(building, project.sections(), bodies, cover, bar, log)
    (building / "manifest.json").write_text(json.dumps(manifest(project, released, building), indent=1) + "\n", encoding="utf-8")


def _write_papers(building: Path, names: list[str], bodies: list[Body], cover: Cover, bar: tqdm, log: RunLog) -> None:
    """Write the whole pack on paper, and beside it the sections: typesetting keeps one core busy for each."""
    from svip_lib.pack.pdf import write_pdf  # WeasyPrint takes a second to load, and --no-pdf has no use for it

    papers = [("pack", bodies)] + [(f"sections/{name}", [body]) for name, body in zip(names, bodies, strict=True)]
    papers.sort(key=lambda paper: -sum(len(body.html) for body in paper[1]))  # the longest first
    begun = time.perf_counter()
    # New processes rather than copies of this one, which has threads.
    with ProcessPoolExecutor(min(os.cpu_count() or 1, len(papers)), get_context("spawn")) as pool:
        written = {pool.submit(write_pdf, print_page(parts, cover), building / f"{name}.pdf"): name for name, parts in papers}
        for done in as_completed(written):
            done.result()
            log.add(f"{written[done]}.pdf", begun)
            bar.update()


def _cover(project: Project, released: Released, *, draft: bool) -> Cover:
    folder = project.authority(released.authority)
    authority, programme = read_authority(folder), read_agreement(folder / "agreement.yaml").programme
    marks = {"Draft": "This pack is a draft: it has not been signed off or published by the council."} if draft else {}
    if released.edition == "internal":
        marks["Internal"] = "This edition is for use inside the council."
    if (released.rows["origin"] == "synthetic").any():
        marks["Synthetic"] = "What this pack tells of the council's own records, quarter by quarter, is of invented children: SYNTHETIC."
    own = " and from the council's own return" if (released.rows["source_id"] == RETURN).any() else ""
    return Cover(
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
    inputs += [*folder.glob("*.yaml"), folder / "report_map.csv", own / "quarter.yaml"]
    inputs += used.rglob("*") if used and used.name == "sample" else ()
    inputs += [project.commentary(released.authority, released.quarter, name) for name in project.sections()]
    books = [project.notebooks / f"{name}.ipynb" for name in project.sections()]
    outputs = [path for path in building.rglob("*") if path.is_file()]
    return {
        "parameters": {"authority": released.authority, "quarter": str(released.quarter), "edition": released.edition},
        "content_key": released.key,
        "versions": {"python": platform.python_version()} | {name: version(name) for name in DRAWING},
        "inputs": _hashes(inputs, project.data) | _hashes(books, project.root),
        "outputs": _hashes(outputs, building),
    }


def _hashes(paths: list[Path], base: Path) -> dict[str, str]:
    return {path.relative_to(base).as_posix(): sha256(path.read_bytes()).hexdigest() for path in sorted(paths) if path.is_file()}


def swap(new: Path, place: Path) -> None:
    """Put a finished folder into its place; the one that stood there goes only when the new one stands.

    Raises:
        Refusal: When the folder cannot be written to; the old pack stays.
    """
    old = place.with_name(f".{place.name}.{os.getpid()}.old")
    try:
        if place.exists():
            place.rename(old)
        new.rename(place)
    except OSError as mistake:
        if old.exists() and not place.exists():
            old.rename(place)
        raise Refusal(
            f"The pack cannot be put into its place ({mistake.strerror}).",
            file=place,
            remedy="Close what holds it open, or free its folder.",
        ) from None
    shutil.rmtree(old, ignore_errors=True)
