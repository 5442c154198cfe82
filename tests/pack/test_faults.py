"""A run that is stopped, starved or misled: the last good pack is as it was, nothing is left behind, and the next run succeeds.

Each fault strikes the real command on the small pack.
"""

import os
import random
import re
import resource
import shutil
import signal
import subprocess
import termios
import time

import nbformat
import pytest

from tests.pack.small import NO_PAPER, PAGES, SECTIONS, WITH_PAPER, notebook, say

pytestmark = pytest.mark.pack

STOPPED = "Stopped. The last good pack stays as it was; the same command goes on from here.\n"
SECONDS_TO_END = 5
ORPHANED = "[IPKernelApp] WARNING | Parent appears to have exited, shutting down.\n"  # of a kernel that was just being started
FUTURE, PAST = 4102444800, 631152000  # the years 2100 and 1990


def renew(trial):
    """Let there be something to do in every section, and return the pack that must stay till it is done, and the logs that are there."""
    with (trial.folder / "data/authorities/medway/authority.yaml").open("a", encoding="utf-8") as file:
        file.write("# renewed\n")
    return trial.pack(), trial.logs()


def assert_unharmed(trial, before, *words, done=(), new_one=False):
    """After every fault: the pack is as it was, no process lives, the next run succeeds, uses what was done, and leaves nothing behind."""
    end = time.monotonic() + SECONDS_TO_END
    while alive := trial.processes():
        assert time.monotonic() < end, [process.cmdline() for process in alive]
        time.sleep(0.05)
    stands, known = trial.pack(), trial.logs()
    assert stands == before or new_one
    assert trial.run(*words) == (0, "", "")
    assert stands in (before, trial.pack())
    assert set(trial.pack()) >= {"index.html", "figures.csv", "manifest.json", *PAGES}
    assert trial.left_over() == []
    if len(trial.logs()) > len(known):  # else the whole new pack stood already, and there was nothing to do
        assert {name: outcome for name, outcome in trial.steps(known).items() if name in done} == dict.fromkeys(done, "unchanged")
    else:
        assert stands == trial.pack()


BAD_CELLS = {
    "an error, and an exit that reports success": ({"20": "1 / 0", "30": "import sys; sys.exit(0)"}, ["ZeroDivisionError", "to its end"]),
    "no end, and a killed kernel": ({"20": "while True: pass", "30": "import os; os.kill(os.getpid(), 9)"}, ["imed out", "died"]),
}


@pytest.mark.parametrize(("cells", "reasons"), BAD_CELLS.values(), ids=BAD_CELLS)
def test_sections_that_fail_are_named_and_kept_aside_while_the_others_are_run(trial, cells, reasons):
    before, _ = renew(trial)
    names = [name for name in SECTIONS if name[:2] in cells]
    for name in names:
        (trial.folder / f"notebooks/{name}.ipynb").write_text(notebook(name, cells[name[:2]]), encoding="utf-8")
    status, output, errors = trial.run(*NO_PAPER, patch="import svip_lib.pack.execute as execute; execute.SECONDS_A_CELL = 12")
    assert (status, output) == (1, "")
    assert errors.startswith("2 of the sections failed; the last good pack stays as it was.\n")
    assert trial.steps()["10_ehc_plans"] == "done"
    assert len(errors.splitlines()) < 40
    for name, reason in zip(names, reasons, strict=True):
        assert f"{name}, cell 4:\n    | {cells[name[:2]]}\n" in errors
        assert reason in errors
        kept = nbformat.read(trial.reports / f"private/public/notebooks/failed/{name}.ipynb", as_version=4)
        assert cells[name[:2]] in [cell.source for cell in kept.cells]
        (trial.folder / f"notebooks/{name}.ipynb").write_text(notebook(name), encoding="utf-8")
    assert_unharmed(trial, before, *NO_PAPER, done=["10_ehc_plans"])


CHANCE = random.Random(20260331)
PHASES = ["figures", "notebooks", "pages", "papers", "swap"]
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGKILL] * 3 + [signal.SIGKILL]
CHANCE.shuffle(SIGNALS)
# Each phase is struck once as it begins and once at a random moment of the seconds that it lasts on a quiet machine.
LASTING = {"figures": 1.5, "notebooks": 4.0, "pages": 0.4, "papers": 2.0, "swap": 0.2}
MOMENTS = [(phase, 0.0) for phase in PHASES] + [(phase, round(CHANCE.uniform(0, LASTING[phase]), 2)) for phase in PHASES]


@pytest.mark.parametrize(
    ("moment", "number"),
    list(zip(MOMENTS, SIGNALS, strict=True)),
    ids=lambda told: told.name if isinstance(told, signal.Signals) else f"{told[1]} s after {told[0]} began",
)
def test_a_run_that_is_stopped_or_killed_harms_nothing_and_what_it_did_is_used(trial, moment, number):
    (phase, seconds), (before, known) = moment, renew(trial)
    words = WITH_PAPER if phase in ("papers", "swap") else NO_PAPER
    process = trial.start(*words)
    trial.wait_for(phase, process, known)
    time.sleep(seconds)
    process.send_signal(number)
    output, errors = process.communicate(timeout=SECONDS_TO_END)
    errors = errors.replace(ORPHANED, "")
    to_swap = "manifest.json" in trial.steps(known)  # the new pack may stand, and Python itself may be ending: it hears no handler then
    if process.returncode:
        expected = [(-9, "", "")] if number == signal.SIGKILL else [(1, "", STOPPED)]
        assert (process.returncode, output, errors) in expected + [(-number, "", "")] * to_swap
    done = [name for name, outcome in trial.steps(known).items() if name in SECTIONS and outcome == "done"]
    assert_unharmed(trial, before, *words, done=done, new_one=process.returncode == 0 or to_swap)


def test_a_run_that_is_killed_within_the_swap_leaves_one_of_the_two_packs_whole(trial):
    before, _ = renew(trial)
    patch = (
        "import os, svip_lib.pack.place as place\n"
        "exchanged = place._exchanged\n"
        "place._exchanged = lambda *folders: exchanged(*folders) and os.kill(os.getpid(), 9)"
    )
    status, *_ = trial.run(*NO_PAPER, patch=patch)
    assert status == -9
    assert trial.pack() != before
    assert_unharmed(trial, before, *NO_PAPER, done=SECTIONS, new_one=True)


@pytest.mark.parametrize("phase", ["notebooks", "papers"])
def test_ctrl_c_in_a_terminal_ends_everything_with_one_line(trial, phase):
    """The terminal sends the signal to every process of its group, workers too, and none of them may answer."""
    before, known = renew(trial)
    ours, theirs = os.openpty()
    told = {"stdin": theirs, "stdout": theirs, "stderr": theirs, "start_new_session": True}
    process = trial.start(*WITH_PAPER, preexec_fn=lambda: _take(theirs), **told)
    os.close(theirs)
    trial.wait_for(phase, process, known)
    os.write(ours, b"\x03")
    process.wait(timeout=SECONDS_TO_END)
    time.sleep(1)  # for what a worker might still say
    said = os.read(ours, 100_000).decode().replace("\r\n", "\n")
    os.close(ours)
    assert process.returncode == 1
    assert re.sub(r"\x1b\[\w", "", said).replace("^C\r", "") == STOPPED
    assert_unharmed(trial, before, *WITH_PAPER)


def test_a_process_that_is_taken_away_from_a_run_is_told(trial):
    """As the system does where memory runs out."""
    before, known = renew(trial)
    process = trial.start(*WITH_PAPER)
    trial.wait_for("papers", process, known)
    for worker in trial.processes():
        if "spawn_main" in " ".join(worker.cmdline()):
            worker.kill()
    output, errors = process.communicate(timeout=300)
    assert (process.returncode, output) == (2, "")
    assert re.fullmatch(r"Refused: \S+: A process that makes pages was ended from outside; .*\n", errors)
    assert_unharmed(trial, before, *WITH_PAPER, done=SECTIONS)


def _take(terminal):
    import fcntl

    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)


def mounted(*words):
    """Whether a mount could be made; only the superuser can, and not in every container."""
    return os.geteuid() == 0 and subprocess.run(["mount", *map(str, words)], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("kilobytes", [8, 200, 500])
def test_a_full_disk_is_told_and_harms_nothing(trial, kilobytes):
    """The reports stand on a small disk of their own where one can be mounted; else no file may grow beyond the same size."""
    before, _ = renew(trial)
    used = shutil.copytree(trial.folder / "reports", trial.folder / "used")
    blocks = sum(-(-path.stat().st_size // 4096) + 1 for path in used.rglob("*"))
    size = f"size={blocks * 4 + kilobytes}k"
    if mounted("-t", "tmpfs", "-o", size, "tmpfs", trial.folder / "reports"):
        try:
            shutil.copytree(used, trial.folder / "reports", dirs_exist_ok=True)
            told = trial.run(*WITH_PAPER)
            stands = trial.pack()
            shutil.rmtree(used)
            shutil.copytree(trial.folder / "reports", used)
        finally:
            subprocess.run(["umount", str(trial.folder / "reports")], check=True)
        shutil.rmtree(trial.folder / "reports")
        used.rename(trial.folder / "reports")
        assert stands == before
    else:
        told = trial.run(
            *WITH_PAPER, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes << 10, resource.RLIM_INFINITY))
        )
    assert told[:2] == (2, "")
    assert re.fullmatch(r"Refused: \S+: The pack cannot be written \((No space left on device|File too large)\)\. Make room .*\n", told[2])
    assert_unharmed(trial, before, *WITH_PAPER)


@pytest.mark.skipif(os.name != "posix", reason="folders are guarded in another way on this system")
def test_a_folder_that_cannot_be_written_to_is_told_and_harms_nothing(trial):
    """The superuser may write to every folder but one that is mounted for reading; of others the right is taken."""
    before, _ = renew(trial)
    folders = [trial.reports, *(path for path in trial.reports.rglob("*") if path.is_dir())]
    if mount := mounted("--bind", trial.reports, trial.reports):
        subprocess.run(["mount", "-o", "remount,ro,bind", str(trial.reports)], check=True)
    elif os.geteuid() == 0:
        pytest.skip("the superuser can write everywhere, and nothing can be mounted here")
    else:
        modes = [(folder, folder.stat().st_mode) for folder in folders]
        for folder in folders:
            folder.chmod(0o500)
    try:
        status, output, errors = trial.run(*NO_PAPER)
    finally:
        if mount:
            subprocess.run(["umount", str(trial.reports)], check=True)
        else:
            for folder, mode in modes:
                folder.chmod(mode)
    assert (status, output) == (2, "")
    assert re.fullmatch(r"Refused: \S+: The pack cannot be written \((Read-only file system|Permission denied)\)\. .*\n", errors)
    assert_unharmed(trial, before, *NO_PAPER)


def test_words_that_change_during_a_run_are_refused_and_told_by_the_next(trial):
    before, known = renew(trial)
    process = trial.start(*NO_PAPER)
    trial.wait_for("notebooks", process, known)
    say(trial.folder, "Changed in between.")
    output, errors = process.communicate(timeout=300)
    assert (process.returncode, output) == (2, "")
    assert "changed while it was being made" in errors
    assert_unharmed(trial, before, *NO_PAPER)
    assert "Changed in between." in (trial.reports / "public/index.html").read_text(encoding="utf-8")


def test_data_that_change_during_a_run_and_are_changed_back_leave_no_trace(trial):
    before, known = renew(trial)
    file = trial.folder / "data/authorities/medway/authority.yaml"
    text = file.read_text(encoding="utf-8")
    process = trial.start(*NO_PAPER)
    trial.wait_for("notebooks", process, known)
    file.write_text(text.replace("council: Medway Council", "council: Another Council"), encoding="utf-8")
    output, errors = process.communicate(timeout=300)
    assert (process.returncode, output) == (2, "")
    assert "changed while it was being made" in errors
    file.write_text(text, encoding="utf-8")
    assert_unharmed(trial, before, *NO_PAPER)
    assert "Another Council" not in (trial.reports / "public/index.html").read_text(encoding="utf-8")


def test_of_two_runs_at_once_the_second_is_refused(trial):
    before, known = renew(trial)
    first = trial.start(*NO_PAPER)
    trial.wait_for("figures", first, known)
    status, output, errors = trial.run(*NO_PAPER)
    assert (status, output) == (2, "")
    assert re.fullmatch(r"Refused: \S+: Another run builds this quarter's pack\. Wait until it is done, .*\n", errors)
    assert first.poll() is None
    assert (*first.communicate(timeout=300), first.returncode) == ("", "", 0)
    assert_unharmed(trial, before, *NO_PAPER, new_one=True)


def test_a_clock_that_was_set_back_changes_nothing(trial):
    before, _ = renew(trial)
    words = say(trial.folder, "Said by a clock that was set back.")
    for path in [trial.folder / "reports", *(trial.folder / "reports").rglob("*")]:
        os.utime(path, (FUTURE, FUTURE))
    os.utime(words, (PAST, PAST))
    assert_unharmed(trial, before, *NO_PAPER)
    assert "a clock that was set back" in (trial.reports / "public/index.html").read_text(encoding="utf-8")
