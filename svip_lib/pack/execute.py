"""Runs one notebook through papermill, and takes nobody's word for it: a section is run when every one of its cells is."""

import asyncio
import logging
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread
from zlib import crc32

import nbformat
import papermill
import zmq
from jupyter_client import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from svip_lib.config.project import OWNER_ONLY
from svip_lib.config.refusal import REFUSED, Refusal
from svip_lib.disclosure.released import EVERYTHING, PICTURE, READ, Read

SECONDS_A_CELL, SECONDS_TO_LOAD = 300, 30
FAILED = "failed"
CHANNEL, DRAWN_LETTERS = "/k", 8  # how the channels are called, with a number behind; letters that a temporary folder's name is given
for _told in ("papermill", "traitlets", "asyncio"):  # what they say of a kernel that died is told in the failure, once
    logging.getLogger(_told).addHandler(logging.NullHandler())
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


class Kernels:
    """Kernels that begin, and load the library, while there is nothing for them to do yet, one after the other on a core that is idle.

    They load no data: what they know of a pack is what the first cell of their notebook opens.
    """

    def __init__(self, executed: Path):
        """Keep none yet; ``executed`` is where the executed notebooks will lie."""
        self._prefix, self._waiting, self._over, self._folders = channels(executed), SimpleQueue(), Event(), []
        self._thread: Thread | None = None

    def begin(self, number: int) -> None:
        """Let so many kernels begin."""
        self._thread = Thread(target=self._begin, args=(number,))
        self._thread.start()

    def _begin(self, number: int) -> None:
        for _ in range(number):
            if self._over.is_set():
                return
            try:
                sockets = tempfile.mkdtemp(prefix=self._prefix)
                self._folders.append(sockets)
                kernel, loaded = _private(sockets)(kernel_name="python3"), Path(sockets, "loaded")
                lines = f"--IPKernelApp.exec_lines=import svip_lib.section, pathlib; pathlib.Path({str(loaded)!r}).touch()"
                asyncio.run(kernel.start_kernel(extra_arguments=[lines]))
            except OSError:
                return  # where there is no room for it, the notebook that wants a kernel finds that out, and says so
            self._waiting.put(kernel)
            until = time.monotonic() + SECONDS_TO_LOAD
            while not loaded.exists() and not self._over.wait(0.05) and time.monotonic() < until:
                continue

    def take(self, sockets: str) -> type[AsyncKernelManager]:
        """Return what a notebook gets its kernel from: one that waits, or else a new one that talks in the folder ``sockets``."""
        waiting = None
        while waiting is None or not asyncio.run(waiting.is_alive()):
            try:
                waiting = self._waiting.get_nowait()
            except Empty:
                return _private(sockets)

        class Begun(AsyncKernelManager):
            def __new__(cls, **settings):
                return waiting

        return Begun

    def end(self) -> None:
        """End those that nobody took."""
        self._over.set()
        if self._thread:
            self._thread.join()
        while not self._waiting.empty():
            asyncio.run(self._waiting.get_nowait().shutdown_kernel(now=True))
        for folder in self._folders:
            shutil.rmtree(folder, ignore_errors=True)


def execute_section(
    source: Path,
    target: Path,
    parameters: dict[str, str],
    key: Callable[[list[Read]], dict],
    still: Callable[[], object] = lambda: None,
    kernels: Kernels | None = None,
) -> Failure | None:
    """Run one notebook; it counts as run only when every one of its cells was completed without an error.

    Args:
        source: The notebook.
        target: Where the executed notebook is kept, for its owner only.
        parameters: What its parameters cell is given.
        key: What the executed notebook is kept under, made from what it has read of the figures.
        still: Raises where that is no longer the key of what there is now, so that nothing is kept under it that was made from else.
        kernels: Kernels that wait already.

    Returns:
        Nothing, or the failure; what a failed notebook left is kept aside, and the last good one stays.
    """
    beside = target.with_name(f".{os.getpid()}-{target.name}")
    reason, begun = None, []
    try:
        with tempfile.TemporaryDirectory(prefix=channels(target.parent)) as sockets:
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
                kernel_manager_class=(kernels or Kernels(target.parent)).take(sockets),
            )
    except PapermillExecutionError as error:
        told = error.traceback or [f"{error.ename}: {error.evalue}"]
        reason = ANSI.sub("", " ".join(told) if told[0].startswith(REFUSED) else told[-1]).strip()
    except (DeadKernelError, CellTimeoutError, RuntimeError) as error:
        reason = ANSI.sub("", str(error)).strip().splitlines()[0]
    still()
    failure = _first_unfinished(beside, source.stem, begun, reason)
    if failure:
        if not beside.exists():  # papermill writes nothing of a kernel that died or that was given up
            book = nbformat.read(source, as_version=4)
            book.cells = begun
            for cell in begun[-1:]:
                cell.outputs.append(nbformat.v4.new_output("error", ename=FAILED, evalue=failure.reason, traceback=[failure.reason]))
            nbformat.write(book, beside)
        aside = target.parent / FAILED
        aside.mkdir(mode=OWNER_ONLY, exist_ok=True)
        beside.replace(aside / target.name)
        return failure
    book = nbformat.read(beside, as_version=4)
    read = [tuple(part) for told in take_out(book, READ) for part in told]
    book.metadata["svip"] = key(read or [EVERYTHING])
    book.metadata[PICTURE] = {name: picture for told in take_out(book, PICTURE) for name, picture in told.items()}
    nbformat.write(book, beside)
    beside.replace(target)
    return None


def take_out(book: nbformat.NotebookNode, kind: str) -> list:
    """Take out of a notebook what it tells the run alone, such as what it has read of the figures; of which one may say nothing."""
    told = []
    for cell in (cell for cell in book.cells if cell.cell_type == "code"):
        told += [output["data"][kind] for output in cell.outputs if kind in output.get("data", {})]
        cell.outputs = [output for output in cell.outputs if kind not in output.get("data", {})]
    return told


def channels(executed: Path) -> str:
    """Return how the folders begin in which runner and kernels talk; below the executed notebooks their names would grow too long."""
    return f"svip-{crc32(os.fsencode(executed.resolve())):08x}-"


def check_channels(executed: Path) -> None:
    """Stop where the temporary folder's name leaves no room for the names of the channels, of which a system allows some hundred letters.

    Raises:
        Refusal: When it is too long; a runner would wait for ever for a kernel that cannot listen.
    """
    drawn = f"{tempfile.gettempdir()}/{channels(executed)}{'x' * DRAWN_LETTERS}{CHANNEL}-5"
    if os.name == "posix" and len(os.fsencode(drawn)) > zmq.IPC_PATH_MAX_LEN:
        raise Refusal(
            "The name of the temporary folder is too long; runner and notebooks could not talk in it.",
            file=tempfile.gettempdir(),
            remedy="Set TMPDIR to a folder with a shorter name, such as /tmp.",
        )


def _private(sockets: str) -> type[AsyncKernelManager]:
    """Let runner and kernel talk through files in a folder of the kernel's own, so that nothing crosses an unencrypted port."""
    if os.name != "posix":
        return AsyncKernelManager

    class PrivateKernel(AsyncKernelManager):
        def __init__(self, **settings):
            super().__init__(**settings)
            self.transport, self.ip, self.connection_file = "ipc", f"{sockets}{CHANNEL}", f"{sockets}/kernel.json"

    return PrivateKernel


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
