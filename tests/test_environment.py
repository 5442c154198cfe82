"""What is installed is what is written down: one list of dependencies, one lock, and no third opinion in environment.yml."""

import ast
import itertools
import json
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]

# Declared, though no line of ours imports them.
USED_UNSEEN = {
    "brotli": "fontTools packs and unpacks WOFF2 fonts with it",
    "ipykernel": "the notebooks run in its kernel",
    "jupyterlab": "the analysts' editor",
    "pyarrow": "pandas keeps text in it, at a fifth of the memory",
}

PIN = re.compile(r"(?P<name>[a-z0-9][a-z0-9.-]*)==(?P<version>[0-9][^ ;]*)(?: ; [^\\/]+)? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?")


def _lines(lock: str) -> list[str]:
    return (ROOT / lock).read_text(encoding="utf-8").splitlines()


def _pins(lock: str) -> dict[str, str]:
    """The version of every package that the file fixes with at least one hash."""
    pairs = itertools.pairwise(_lines(lock))
    return {pin["name"]: pin["version"] for line, following in pairs if (pin := PIN.fullmatch(line)) and HASH.fullmatch(following)}


def _requirements(texts: list[str]) -> dict[str, Requirement]:
    return {canonicalize_name(requirement.name): requirement for requirement in map(Requirement, texts)}


def _unmet(texts: list[str], pins: dict[str, str]) -> list[str]:
    return [str(wish) for name, wish in _requirements(texts).items() if name not in pins or not wish.specifier.contains(pins[name])]


def _imported_modules() -> set[str]:
    """The outermost name of every module that the library or a notebook imports, our own and Python's left out."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "svip_lib").rglob("*.py")]
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources += ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    names = set()
    for node in (node for source in sources for node in ast.walk(ast.parse(source))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module)
    return {name.partition(".")[0] for name in names} - {"svip_lib"} - sys.stdlib_module_names


def test_every_dependency_is_locked_at_a_version_that_it_allows_and_with_a_hash():
    assert _unmet(PROJECT["dependencies"], _pins("requirements.lock")) == []


def test_every_dependency_of_the_tests_is_locked_too():
    both = _pins("requirements.lock") | _pins("requirements-test.lock")
    assert _unmet(PROJECT["optional-dependencies"]["test"] + PROJECT["optional-dependencies"]["cluster"], both) == []


def test_the_lock_of_the_tests_only_adds_to_the_other():
    assert _pins("requirements.lock").keys() & _pins("requirements-test.lock").keys() == set()


def test_the_package_is_built_with_nothing_that_is_not_locked():
    wanted = PYPROJECT["build-system"]["requires"]
    assert PYPROJECT["dependency-groups"]["build"] == wanted
    assert _unmet(wanted, _pins("requirements.lock")) == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-test.lock"])
def test_a_lock_names_no_host_no_folder_and_no_option(lock):
    strange = [line for line in _lines(lock) if not (PIN.fullmatch(line) or HASH.fullmatch(line) or re.fullmatch(r" *#[^/\\]*", line))]
    assert strange == []


def test_conda_takes_its_python_packages_from_the_lock():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    from_pip = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    assert from_pip == [["--only-binary :all:", "-r requirements.lock"]]


def test_conda_brings_the_python_of_the_project_and_no_package_that_the_lock_fixes():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    versions = dict(f"{entry}=".split("=")[:2] for entry in environment["dependencies"] if isinstance(entry, str))
    assert SpecifierSet(PROJECT["requires-python"]).contains(versions["python"])
    assert versions.keys() & _pins("requirements.lock").keys() == set()


def test_everything_that_is_imported_is_declared():
    declared = _requirements(PROJECT["dependencies"] + PROJECT["optional-dependencies"]["cluster"]).keys()
    homes = packages_distributions()
    undeclared = {name for name in _imported_modules() if declared.isdisjoint(map(canonicalize_name, homes.get(name, [])))}
    assert undeclared == set()


def test_everything_that_is_declared_is_used():
    homes = packages_distributions()
    imported = {canonicalize_name(home) for name in _imported_modules() for home in homes.get(name, [])}
    assert _requirements(PROJECT["dependencies"]).keys() - imported - USED_UNSEEN.keys() == set()


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@pytest.mark.parametrize(
    ("path", "ignored"),
    [
        ("data/authorities/medway/quarters/2025-26-Q4/extracts/caseload.csv", True),
        ("data/authorities/kent/quarters/2026-27-Q1/extracts/source.yaml", True),
        ("data/authorities/medway/quarters/2025-26-Q4/caseload.csv", True),
        ("data/authorities/medway/quarters/2025-26-Q4/sample/caseload.csv", False),
        ("data/authorities/medway/released/2025-26-Q4/figures.csv", False),
        ("reports/medway/2025-26-Q4/internal/pack.pdf", True),
        ("reports/README.md", False),
        ("reports/example/section.html", False),
        ("council.pem", True),
    ],
)
def test_git_ignores_children_s_records_packs_and_keys_and_nothing_that_it_should_keep(tmp_path, path, ignored):
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    shutil.copy(ROOT / ".gitignore", tmp_path)
    assert (subprocess.run(["git", "check-ignore", "--quiet", path], cwd=tmp_path, check=False).returncode == 0) is ignored


SKIPPING = """
    import pytest

    @pytest.mark.skip(reason="no Chromium")
    def test_skipped_by_a_mark(): ...

    def test_skipped_by_itself():
        pytest.skip("no Java")

    @pytest.mark.xfail(strict=True)
    def test_expected_to_fail():
        assert False

    def test_passed(): ...
"""


@pytest.mark.parametrize(
    ("svip_ci", "outcome"),
    [("1", {"failed": 1, "errors": 1, "xfailed": 1, "passed": 1}), ("", {"skipped": 2, "xfailed": 1, "passed": 1})],
)
def test_a_skipped_test_fails_only_where_every_tool_is_installed(pytester, monkeypatch, svip_ci, outcome):
    monkeypatch.setenv("SVIP_CI", svip_ci)
    pytester.makeconftest((ROOT / "tests/conftest.py").read_text(encoding="utf-8"))
    pytester.makepyfile(SKIPPING)
    pytester.runpytest().assert_outcomes(**outcome)


def test_a_skipped_module_fails_where_every_tool_is_installed(pytester, monkeypatch):
    monkeypatch.setenv("SVIP_CI", "1")
    pytester.makeconftest((ROOT / "tests/conftest.py").read_text(encoding="utf-8"))
    pytester.makepyfile('import pytest\n\npytest.importorskip("a_library_that_nobody_has")')
    result = pytester.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*a_library_that_nobody_has*", "With SVIP_CI=1 no test may be skipped."])
