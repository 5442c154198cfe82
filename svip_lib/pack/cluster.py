"""Many councils on an existing Dask cluster, whose workers share this folder: a council is one task, run by the command itself.

A council's run is atomic, and what it made is kept under keys. So a task that a lost worker leaves behind is simply given to another,
which finds what was done; and nothing is put into its place twice.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from uuid import uuid4

from svip_lib.config.project import Project
from svip_lib.config.refusal import Refusal
from svip_lib.pack.place import watch

SECONDS_FOR_SCHEDULER = 10
SECONDS_FOR_ANOTHER_RUN = 600  # a worker that was lost may have left a run that takes a moment to notice
BESIDE_ITS_WORKER = "from svip_lib.pack.cluster import end_with; end_with({}); from svip_lib.__main__ import main; main()"


def build_all(scheduler: str, project: Project, authorities: list[str], words: list[str]) -> Iterator[tuple[str, int, str]]:
    """Build the packs of many councils on a cluster, each by ``svip run --authority …`` on one of its workers.

    Args:
        scheduler: The address of the cluster's scheduler, as ``tcp://localhost:8786``.
        project: Where things stand, the same for every worker.
        authorities: The councils.
        words: What else the command is given.

    Returns:
        For each council when it is done: its name, the exit status, and what was said of it.

    Raises:
        Refusal: When Dask is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise Refusal(
            "A cluster is reached through the package 'distributed', which is not installed.",
            remedy="Install it with: .venv/bin/python -m pip install '.[cluster]'; or leave out --scheduler.",
        ) from None
    try:
        client = Client(scheduler, timeout=SECONDS_FOR_SCHEDULER)
    except (OSError, ValueError):  # Dask's own error of a connection is an OSError
        raise Refusal(f"No scheduler of a Dask cluster answers at '{scheduler}'.", remedy="Give its address, or start it.") from None
    with client:
        run = uuid4().hex  # a council that is asked for again is run again; that nothing changed, the command finds by itself
        tasks = {
            client.submit(build, str(project.root), ["run", *words, "--authority", name], key=f"{name}-{run}", pure=False): name
            for name in authorities
        }
        for done in as_completed(tasks):
            status, told = done.result() if done.status == "finished" else (1, f"The cluster gave up: {done.exception()}")
            yield tasks[done], status, told


def build(root: str, words: list[str]) -> tuple[int, str]:
    """Run the command on a worker, in a process of its own that ends when the worker does; return its exit status and what it said."""
    command = [sys.executable, "-c", BESIDE_ITS_WORKER.format(os.getpid()), *words, "--quiet", "--wait", str(SECONDS_FOR_ANOTHER_RUN)]
    done = subprocess.run(command, cwd=root, env=os.environ | {"PYTHONPATH": root}, capture_output=True, text=True, check=False)
    return done.returncode, (done.stdout + done.stderr).strip()


def end_with(worker: int) -> None:
    """Let this process stop as for Ctrl-C when the worker that began it is gone."""
    watch(worker, lambda: os.kill(os.getpid(), signal.SIGTERM))
