"""A small pack for trials of the real command: three sections of one figure each, without a return of the council's own."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import time
from uuid import uuid4

import nbformat
import psutil
import yaml

from svip_lib.pack.keys import hashes

SECTIONS = {
    "10_ehc_plans": "ehc_plans_count",
    "20_statutory_duties": "plans_20_weeks_percent_exc_exceptions",
    "30_placements": "placements_mainstream_percent",
}
PAGES = [f"sections/{name}.html" for name in SECTIONS]
NO_PAPER = ("run", "--quiet", "--no-pdf")
WITH_PAPER = ("run", "--quiet")
MARK = "TRIAL_OF"  # in the environment of every process of a trial
KNOWN = re.compile(
    r"run\.lock|public/(public\.json|released/\w+\.(csv|json)|notebooks/\d\d_\w+\.ipynb|kept/[0-9a-f]{64}\.(body|pdf|xlsx|clean))"
)


def notebook(name, *cells):
    """A section that shows one figure, and then does what a test wants of it."""
    head = 'authority = "medway"\nquarter = "latest"\nedition = "public"'
    opened = f'from svip_lib.section import open_section\n\nsection = open_section("{name}", authority, quarter, edition)\nsection.banner()'
    told = [opened, f'section.show("{SECTIONS[name]}")', *cells, "section.commentary()", "section.close()"]
    book = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}})
    book.cells = [nbformat.v4.new_markdown_cell("# A section\n\nDrawn for a test.")]
    book.cells += [nbformat.v4.new_code_cell(head, metadata={"tags": ["parameters"]}), *map(nbformat.v4.new_code_cell, told)]
    for place, cell in enumerate(book.cells):
        cell.id = f"cell-{place}"
    return nbformat.writes(book)


def make_small(project, sections=SECTIONS):
    """Leave of a copy of the project these sections, each with one indicator, and nothing that is the council's own."""
    council = project / "data/authorities/medway"
    for folder in (council / "quarters").iterdir():
        shutil.rmtree(folder / "sample" if folder.name == "2025-26-Q4" else folder)
    shutil.rmtree(council / "commentary")
    (council / "committee_paper.md").unlink()  # it names figures that are left out here
    file = council / "agreement.yaml"
    lists = yaml.safe_load(file.read_text(encoding="utf-8"))
    kept = {name: told if name in ("programme", "sources") else [] for name, told in lists.items()}
    file.write_text(yaml.safe_dump(kept, sort_keys=False, allow_unicode=True), encoding="utf-8")
    with (project / "svip_lib/indicators/__init__.py").open("a", encoding="utf-8") as code:
        code.write("\nfrom svip_lib.config.registry import FUNCTIONS\n\n")
        code.write(f"for name in set(FUNCTIONS) - set({[*sections.values()]}):\n    del FUNCTIONS[name]\n")
    dictionary = project / "data/dictionary/indicators.csv"
    with dictionary.open(encoding="utf-8", newline="") as text:
        rows = [row for row in csv.DictReader(text) if row["col_name"] in sections.values()]
    with dictionary.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    for path in (project / "notebooks").glob("[0-9]*"):
        path.unlink()
    for name in sections:
        (project / f"notebooks/{name}.ipynb").write_text(notebook(name), encoding="utf-8")
    return project


def say(project, words):
    file = project / "data/authorities/medway/commentary/2025-26-Q4/30_placements.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"written_on: 2026-08-03\n\n{words}\n", encoding="utf-8")
    return file


class Trial:
    """A small project of its own, with a folder for temporary files and a mark in the environment of all that runs in it."""

    def __init__(self, folder, place):
        self.folder, self.temp, self.mark = folder, place / "t", uuid4().hex
        self.reports = folder / "reports/medway/2025-26-Q4"
        self.temp.mkdir()

    def start(self, *words, patch="", **how):
        """Start the command; a patch is run first, in the same process."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("SVIP_", "PYTHONPATH"))}
        here = {
            "PYTHONPATH": str(self.folder),
            "TMPDIR": str(self.temp),
            "JUPYTER_RUNTIME_DIR": str(self.temp / "jupyter"),
            MARK: self.mark,
        }
        begin = ["-c", f"{patch}\nfrom svip_lib.__main__ import main\nmain()"] if patch else ["-m", "svip_lib"]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | how
        return subprocess.Popen([sys.executable, *begin, *words], cwd=self.folder, env=clean | here, **pipes)

    def run(self, *words, **how):
        """Run the command to its end: exit status, output and errors."""
        process = self.start(*words, **how)
        told = process.communicate(timeout=300)
        return process.returncode, *told

    def pack(self):
        return hashes(self.reports / "public")

    def logs(self):
        return sorted(self.reports.glob("runs/*.jsonl"), key=lambda path: path.stat().st_mtime_ns)

    def steps(self, known=()):
        """What the run that is on, or was last, has noted: each step and how it ended; nothing where it began no log."""
        new = [path for path in self.logs() if path not in known]
        lines = new[-1].read_text(encoding="utf-8").splitlines(keepends=True) if new else []
        return {told["step"]: told["outcome"] for told in map(json.loads, (line for line in lines if line.endswith("\n")))}

    def wait_for(self, phase, process, known):
        """Wait until a run has come to a phase."""
        begun = {
            "figures": lambda: not (self.reports / "private/public/public.json").exists(),
            "notebooks": lambda: "figures" in self.steps(known),
            "pages": lambda: SECTIONS.keys() <= self.steps(known).keys(),
            "papers": lambda: set(PAGES) <= self.steps(known).keys(),
            "swap": lambda: "manifest.json" in self.steps(known),
        }[phase]
        while not begun():
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.005)

    def processes(self):
        """What is alive of all that was started here."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get(MARK) == self.mark and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def left_over(self):
        """Every file that no run should leave: temporary ones, and such as nobody knows."""
        private = self.reports / "private"
        found = [path for path in self.temp.rglob("*") if not path.is_dir()]
        found += [path for path in self.temp.glob("svip-*")]
        found += [path for path in self.reports.rglob(".*")]
        files = [path for path in private.rglob("*") if path.is_file()]
        return found + [path for path in files if not KNOWN.fullmatch(path.relative_to(private).as_posix())]
