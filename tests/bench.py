"""Times what matters, side by side, and prints ratios: ``make bench`` (ARGS="--plans 720000 --runs 3").

1. The pack: every notebook by ``papermill`` and ``jupyter nbconvert --to html``, one at a time, against ``svip run --no-pdf``, both
   without anything cached, in turn.
2. A national SEN2 return: read and cleaned, with every check, and every figure of it computed.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOOLS = Path(sys.executable).parent


def seconds(*commands: list, cwd: Path, **environment: str) -> float:
    """How long the commands take, one after the other."""
    begun = time.perf_counter()
    for command in commands:
        subprocess.run(list(map(str, command)), cwd=cwd, check=True, capture_output=True, env=os.environ | environment)
    return time.perf_counter() - begun


def bench_pack(runs: int) -> None:
    """Print what the pack takes by hand and by the runner."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "checkout"
        for name in ("svip_lib", "notebooks", "data"):
            shutil.copytree(ROOT / name, place / name)
        books = sorted((place / "notebooks").glob("[0-9]*.ipynb"))
        by_hand = [
            command
            for book in books
            for command in (
                [TOOLS / "papermill", book, f"{folder}/{book.name}"],
                [TOOLS / "jupyter", "nbconvert", "--to", "html", f"{folder}/{book.name}"],
            )
        ]
        runner = [[sys.executable, "-m", "svip_lib", "run", "--no-pdf", "--quiet"]]
        times: dict[str, list[float]] = {"by hand": [], "svip run": [], "nothing changed": []}
        for _ in range(runs):
            for name, commands, cold in (("by hand", by_hand, True), ("svip run", runner, True), ("nothing changed", runner, False)):
                if cold:
                    shutil.rmtree(place / "reports", ignore_errors=True)
                times[name].append(seconds(*commands, cwd=place, PYTHONPATH=str(place)))
    middle = {name: statistics.median(measured) for name, measured in times.items()}
    for name, value in middle.items():
        print(f"pack, {len(books)} sections to HTML, {name}: {value:.1f} s ({middle['by hand'] / value:.1f} times by hand)")


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
    """Run both."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--plans", type=int, default=72_000)
    words.add_argument("--runs", type=int, default=1)
    told = words.parse_args()
    bench_return(told.plans)
    bench_pack(told.runs)


if __name__ == "__main__":
    main()
