"""Many councils on a Dask cluster: a worker is killed in the middle, every pack is there, and none was put into its place twice."""

import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from svip_lib.pack.keys import hashes
from tests.conftest import copied, run_svip
from tests.pack.councils import make_councils

pytestmark = pytest.mark.pack

# As many as England has (152) take some minutes: SVIP_COUNCILS=152 make test ARGS=tests/pack/test_cluster.py
COUNCILS, QUARTER = int(os.environ.get("SVIP_COUNCILS", "12")), "2025-26-Q4"


@pytest.fixture(scope="module")
def project(repository, tmp_path_factory):
    root = copied(repository, tmp_path_factory.mktemp("councils") / "checkout")
    make_councils(root, COUNCILS)
    return root


def packs(project):
    return sorted(path.parents[2].name for path in project.glob(f"reports/*/{QUARTER}/public/index.html"))


@pytest.fixture(scope="module")
def cluster(project, tmp_path_factory):
    """A scheduler and two workers on this machine, as an operator starts them: the address, and the two processes."""
    place = tmp_path_factory.mktemp("cluster")
    file = place / "scheduler.json"
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SVIP_")} | {"PYTHONPATH": str(project)}
    how = {"cwd": place, "env": clean, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = subprocess.Popen([*dask, "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)], **how)
    while not file.exists() or not file.read_text(encoding="utf-8"):
        assert scheduler.poll() is None
        time.sleep(0.05)
    address = json.loads(file.read_text(encoding="utf-8"))["address"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    workers = [subprocess.Popen([*worker, "--name", name], **how) for name in ("one", "two")]
    yield address, workers
    for process in (*workers, scheduler):
        process.terminate()
        process.wait(10)


def begun(worker):
    """The runs that a worker has begun and that are on."""
    return [child for child in psutil.Process(worker.pid).children() if "svip_lib.pack.cluster" in " ".join(child.cmdline())]


def test_a_worker_that_is_killed_leaves_no_council_without_a_pack_and_none_is_built_twice(project, cluster):
    address, workers = cluster
    command = [sys.executable, "-m", "svip_lib", "run", QUARTER, "--authority", "all", "--no-pdf", "--scheduler", address]
    run = subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while len(packs(project)) < COUNCILS // 2 or not begun(workers[0]):
        assert run.poll() is None, run.communicate()[1]
        time.sleep(0.05)
    orphans = begun(workers[0])
    workers[0].send_signal(signal.SIGKILL)
    output, errors = run.communicate(timeout=1800)
    assert (run.returncode, errors) == (0, "")
    assert packs(project) == [f"council_{number:03}" for number in range(1, COUNCILS + 1)]
    assert sorted(output.splitlines()) == [f"{name}: its pack stands." for name in packs(project)]
    assert not any(process.is_running() for process in orphans)
    for folder in project.glob(f"reports/*/{QUARTER}"):
        logs = [path.read_text(encoding="utf-8") for path in folder.glob("runs/*.jsonl")]
        assert sum('"whole"' in log for log in logs) == 1  # a run that was cut off has no such line
        told = json.loads((folder / "public/manifest.json").read_text(encoding="utf-8"))
        assert told["parameters"]["authority"] == folder.parent.name
        assert told["outputs"] == {name: value for name, value in hashes(folder / "public").items() if name != "manifest.json"}
        assert [path for path in folder.rglob(".*") if "kept" not in path.parts] == []


def test_a_scheduler_that_does_not_answer_is_told_and_nothing_is_begun(project):
    done = run_svip(project, "run", QUARTER, "--authority", "all", "--scheduler", "tcp://127.0.0.1:9")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Refused: No scheduler of a Dask cluster answers at 'tcp://127.0.0.1:9'.")


def test_a_council_that_is_refused_is_told_by_its_name_and_the_others_are_built(project, cluster):
    wrong = project / "data/authorities/council_007/authority.yaml"
    whole = wrong.read_text(encoding="utf-8")
    wrong.write_text(whole.replace("tolerance_percent: 5", "tolerance_percent: five"), encoding="utf-8")
    try:
        done = run_svip(project, "run", QUARTER, "--authority", "all", "--no-pdf", "--quiet", "--scheduler", cluster[0])
    finally:
        wrong.write_text(whole, encoding="utf-8")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("council_007: Refused: ")
    assert "authority.yaml" in done.stderr
    assert len(done.stderr.splitlines()) == 1
