"""Times what matters, side by side, and prints ratios: ``make bench`` (ARGS="--plans 720000 --runs 3 --growth").

1. A national SEN2 return: read and cleaned, with every check, and every figure of it computed.
2. The pack, the same files by each way, in turn: by hand (``papermill``, ``jupyter nbconvert --to html`` and ``--to webpdf`` a notebook
   at a time, and once more for all of them joined), by ``svip run`` without anything kept, with one commentary changed, and with nothing
   changed. Wall and CPU seconds, and the memory of all processes at its peak.
3. The outlook: the futures of one council, and of all of them.
4. With ``--growth``: what more sections, councils and plans cost.
"""

import argparse
import csv
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import nbformat
import playwright
import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
TOOLS = Path(sys.executable).parent
QUARTER = "2025-26-Q4"
STEPS = {
    "figures": r"figures",
    "notebooks": r"\d\d_\w+",
    "pages": r"index\.html|sections/.*\.html",
    "papers": r"(pack|summary)\.pdf|sections/.*\.pdf",
    "looking through": r"figures\.csv|manifest\.json",
}
MEMORY_EVERY = 1.0  # seconds


@dataclass
class Cost:
    """What commands took: wall and CPU seconds, and gigabytes at the peak of all their processes (shared pages counted once)."""

    wall: float
    cpu: float
    memory: float


def cost_of(*commands: list, cwd: Path, **environment: str) -> Cost:
    """Run commands one after the other."""
    peak, over = [0.0], threading.Event()

    def look() -> None:
        while not over.wait(MEMORY_EVERY):
            held = 0
            for process in psutil.Process().children(recursive=True):
                try:
                    held += process.memory_full_info().pss
                except psutil.Error:
                    continue
            peak[0] = max(peak[0], held / 1e9)

    watcher = threading.Thread(target=look)
    watcher.start()
    used, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    try:
        for command in commands:
            done = subprocess.run(
                list(map(str, command)), cwd=cwd, check=False, capture_output=True, text=True, env=os.environ | environment
            )
            if done.returncode:
                sys.exit(f"{' '.join(map(str, command))}\n{done.stderr[-3000:]}")
    finally:
        wall, now = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
        over.set()
        watcher.join()
    return Cost(wall, now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime, peak[0])


@contextmanager
def checkout() -> Iterator[Path]:
    """A copy of the project, without anything that was made from it."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "checkout"
        for name in ("svip_lib", "notebooks", "data"):
            shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__", "extracts"))
        yield place


def browsers(place: Path) -> Path:
    """Let Playwright, which nbconvert prints with, find the system's browser where it looks for its own."""
    known = json.loads((Path(playwright.__file__).parent / "driver/package/browsers.json").read_text(encoding="utf-8"))
    revision = next(told["revision"] for told in known["browsers"] if told["name"] == "chromium-headless-shell")
    folder = place / f"chromium_headless_shell-{revision}" / "chrome-headless-shell-linux64"
    folder.mkdir(parents=True)
    (folder / "chrome-headless-shell").symlink_to(shutil.which("chromium"))
    return place


def by_hand(place: Path, made: Path) -> list[list]:
    """The commands that make the same files with the notebooks' own tools: each section's page and paper, and those of all joined."""
    convert = [TOOLS / "jupyter", "nbconvert", "--no-input", "--log-level=ERROR"]
    paper = [*convert, "--to", "webpdf", "--disable-chromium-sandbox"]
    books = sorted((place / "notebooks").glob("[0-9]*.ipynb"))
    commands = [
        command
        for book in books
        for command in (
            [TOOLS / "papermill", book, made / book.name],
            [*convert, "--to", "html", made / book.name],
            [*paper, made / book.name],
        )
    ]
    join = [sys.executable, __file__, "--join", made / "pack.ipynb", *(made / book.name for book in books)]
    return [*commands, join, [*convert, "--to", "html", made / "pack.ipynb"], [*paper, made / "pack.ipynb"]]


def join(target: Path, *books: Path) -> None:
    """Put executed notebooks into one."""
    read = [nbformat.read(book, as_version=4) for book in books]
    whole = nbformat.v4.new_notebook(cells=[cell for book in read for cell in book.cells], metadata=read[0].metadata)
    for number, cell in enumerate(whole.cells):
        cell.id = f"cell-{number}"
    nbformat.write(whole, target)


def bench_pack(runs: int) -> None:
    """Print what the pack takes by hand and by the runner, and where the runner's time goes."""
    costs: dict[str, list[Cost]] = {}
    with checkout() as place, tempfile.TemporaryDirectory() as folder:
        shown = browsers(Path(folder) / "browsers")
        words = next((place / "data/authorities/medway/commentary" / QUARTER).glob("[1-9]*.md"))
        runner = [[sys.executable, "-m", "svip_lib", "run", "--quiet"]]
        for number in range(runs):
            made = Path(folder) / f"by_hand_{number}"
            made.mkdir()
            for name in ("a. by hand", "b. svip run, nothing kept", "c. one commentary changed", "d. nothing changed"):
                if name[0] in "ab":
                    shutil.rmtree(place / "reports", ignore_errors=True)
                if name[0] == "c":
                    words.write_text(f"{words.read_text(encoding='utf-8')}\nOnce more ({number + 1}).\n", encoding="utf-8")
                commands = by_hand(place, made) if name[0] == "a" else runner
                cost = cost_of(*commands, cwd=place, PYTHONPATH=str(place), PLAYWRIGHT_BROWSERS_PATH=str(shown))
                costs.setdefault(name, []).append(cost)
                if name[0] == "b":
                    took = json.loads((place / f"reports/medway/{QUARTER}/runs/last.json").read_text(encoding="utf-8"))
            hand, ours = (len(list(path.rglob("*.pdf"))) for path in (made, place / f"reports/medway/{QUARTER}/public"))
            assert hand == ours, f"{hand} papers by hand, {ours} by the runner"
    middle = {
        name: [statistics.median(getattr(cost, part) for cost in told) for part in ("wall", "cpu", "memory")]
        for name, told in costs.items()
    }
    print(f"pack, {ours} papers and as many pages, median of {runs}: wall, CPU, memory at its peak; times by hand")
    for name, (wall, cpu, memory) in middle.items():
        print(f"  {name:30}{wall:7.1f} s {cpu:7.1f} s {memory:5.2f} GB {middle['a. by hand'][0] / wall:7.1f}")
    print("  where the time of b goes (seconds of single steps, two or more of which are done at a time):")
    for name, pattern in STEPS.items():
        print(f"    {name:18}{sum(value for step, value in took.items() if re.fullmatch(pattern, step)):6.1f} s")


def bench_outlook() -> None:
    """Print the CPU seconds of the headline's futures: one council's 10,000 (half a second at most), and 1,000 of each (a second)."""
    import numpy as np

    from svip_lib.intake.published import read_reference
    from svip_lib.outlook import donors
    from svip_lib.outlook.panel import read_panel

    published = read_reference(ROOT / "data" / "reference", date(2026, 7, 31))
    there = (published.areas["level"] == "Local authority") & (published.areas["closed"] == "")
    panel = read_panel(published.table("plans"), published.areas.loc[there, "area_code"].to_list()).whole()
    for councils, simulations, most in ((1, 10_000, 0.5), (len(panel.areas), 1000, 1.0)):
        begun = time.process_time()
        donors.draw(panel, np.arange(councils), simulations=simulations, seed=1)
        print(f"outlook, {councils} x {simulations:,} futures: {time.process_time() - begun:.2f} CPU seconds (at most {most})")


def bench_growth() -> None:
    """Print what more sections, councils (of one section each, without papers) and plans cost."""
    from tests.pack.councils import make_councils

    print("growth | number | wall | CPU | memory")
    runner = [sys.executable, "-m", "svip_lib", "run", "--quiet"]
    for number in (5, 10, 20, 40):
        with checkout() as place:
            lay_out_sections(place, number)
            told("sections", number, cost_of(runner, cwd=place, PYTHONPATH=str(place)))
    for number in (1, 8, 32):
        with checkout() as place:
            make_councils(place, number)
            told("councils", number, cost_of([*runner, "--authority", "all", "--no-pdf"], cwd=place, PYTHONPATH=str(place)))
    for number in (3_000, 12_000, 72_000, 720_000):
        told("plans", number, cost_of([sys.executable, __file__, "--only-return", "--plans", str(number)], cwd=ROOT))


def lay_out_sections(place: Path, number: int) -> None:
    """Let there be so many sections of much the same size: the one on statutory duties, and copies of it."""
    kept = "20_statutory_duties"
    dictionary = place / "data/dictionary/indicators.csv"
    with dictionary.open(encoding="utf-8", newline="") as file:
        rows = [row | {"section": kept} for row in csv.DictReader(file)]
    with dictionary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    shutil.rmtree(place / "data/authorities/medway/commentary")
    for book in (place / "notebooks").glob("[0-9]*.ipynb"):
        if book.stem != kept:
            book.unlink()
    pattern = (place / f"notebooks/{kept}.ipynb").read_text(encoding="utf-8")
    for copy in range(30, 30 + number - 1):
        (place / f"notebooks/{copy}_duties.ipynb").write_text(pattern.replace(kept, f"{copy}_duties"), encoding="utf-8")
    section = place / "svip_lib/section.py"  # the sections that are left need not show what the others did
    section.write_text(section.read_text(encoding="utf-8").replace("if name not in self._shown]", "if not self._shown]"), encoding="utf-8")


def told(what: str, number: int, cost: Cost) -> None:
    """Print one line of growth, at once: the whole takes most of an hour."""
    print(f"{what} | {number:,} | {cost.wall:.0f} s | {cost.cpu:.0f} s | {cost.memory:.2f} GB", flush=True)


def bench_return(plans: int) -> None:
    """Print what a return of that size takes to read and clean, and the memory at its peak."""
    from svip_lib.config.authority import ReturnFile
    from svip_lib.config.fields import read_codes, read_fields
    from svip_lib.config.registry import read_dictionary, read_placements
    from svip_lib.figures import own_figures
    from svip_lib.indicators.council import Council
    from svip_lib.intake.cleaning import clean_return
    from svip_lib.intake.open import read_csv_text
    from svip_lib.intake.sen2 import read_sen2
    from svip_lib.sample import write_sample

    fields, codes = read_fields(ROOT / "data" / "dictionary"), read_codes(ROOT / "data" / "dictionary")
    with tempfile.TemporaryDirectory() as folder:
        census = date(2025, 1, 16)
        if os.fork() == 0:  # drawn in a process of its own, so that its memory is not counted
            write_sample(Path(folder), plans=plans, shape="blade", seed=1, census=census, fields=fields)
            os._exit(0)
        os.wait()
        begun = time.perf_counter()
        sent = read_sen2(Path(folder), fields)
        read = time.perf_counter()
        schools = read_csv_text(Path(folder) / "establishments.csv")
        clean = clean_return(
            sent, fields, codes, la_code="887", year=census.year, last_day=census, key=b"bench" * 8, establishments=schools
        )
        done = time.perf_counter()
        told = ReturnFile(year=census.year, first_day=date(2024, 1, 1), last_day=census)
        council = Council(clean.tables, schools, read_placements(ROOT / "data" / "dictionary"), told, [census], "E92000001", "synthetic")
        figures = len(own_figures(council, read_dictionary(ROOT / "data" / "dictionary")))
        counted = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    rows = int(clean.rows["rows_in"].sum())
    took = f"read {read - begun:.1f} s, cleaned {done - read:.1f} s, {figures:,} figures {counted - done:.1f} s, peak {peak:.1f} GB"
    print(f"return, {plans:,} plans, {rows:,} rows: {took}")


def main() -> None:
    """Run what is asked for."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--plans", type=int, default=72_000)
    words.add_argument("--runs", type=int, default=1)
    words.add_argument("--growth", action="store_true", help="also what more sections, councils and plans cost; this takes most of an hour")
    words.add_argument("--only-return", action="store_true")
    words.add_argument("--join", type=Path, nargs="+", help=argparse.SUPPRESS)
    told = words.parse_args()
    if told.join:
        join(*told.join)
        return
    bench_return(told.plans)
    if told.only_return:
        return
    bench_outlook()
    bench_pack(told.runs)
    if told.growth:
        bench_growth()


if __name__ == "__main__":
    main()
