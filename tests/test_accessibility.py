"""The pack of one real run is open to everybody: its pages in every mode and by keyboard, its papers to a screen reader."""

import contextlib
import re
import shutil
import subprocess
from collections import defaultdict
from importlib.resources import files
from pathlib import Path

import pikepdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright

from tests.tagged_pdf import bookmarks, tags

pytestmark = pytest.mark.pack

MODES = [("light", 1280), ("dark", 1280), ("light", 320)]  # 320 px is a phone, and a desk's screen at 400 %
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "resultTypes": ["violations"]}
WEB = re.compile(r"https://[\w.-]+/")
SAMPLE = "sections/40_high_needs_finance"  # the shortest paper with a chart


@pytest.fixture(scope="module")
def pages(pack):
    """Every page of the pack, by its place in it."""
    found = {path.relative_to(pack).as_posix(): path.read_text(encoding="utf-8") for path in sorted(pack.rglob("*.html"))}
    return {name: BeautifulSoup(html, "html.parser") for name, html in found.items()}


@pytest.fixture(scope="module")
def papers(pack, pages):
    """Every page's paper, by the page's place."""
    with contextlib.ExitStack() as stack:
        places = {name: pack / ("pack.pdf" if name == "index.html" else Path(name).with_suffix(".pdf")) for name in pages}
        assert set(places.values()) == set(pack.rglob("*.pdf"))
        yield {name: stack.enter_context(pikepdf.open(path)) for name, path in places.items()}


def differences(expected, got):
    """The places at which two results by place differ, with both results."""
    return {name: (expected[name], got[name]) for name in expected if expected[name] != got[name]}


# --- the pages, in a browser ---


@pytest.fixture(scope="module")  # and not longer: a test that starts an event loop of its own would find Playwright's running
def browser():
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed, so nobody looked at the pages. On Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        # Root, as which the tests run in a container, cannot have Chromium's sandbox; what is opened here is our own and offline.
        yield playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])


@pytest.fixture
def tab(browser):
    """An empty tab of a browser that is cut off from the network."""
    with browser.new_context(offline=True, reduced_motion="reduce") as context:
        yield context.new_page()


def faults(tab, file, modes=MODES):
    """What is wrong with a page, a line for each fault: what it fetches, what the browser says of it, what axe finds in each mode.

    The page's own policy stays in force: Playwright puts axe in as a debugger would.
    """
    found = []
    told = {
        "request": lambda asked: found.append(f"fetches {asked.url}") if asked.url not in (file.as_uri(), tab.url) else None,
        "console": lambda said: found.append(f"says {said.text}"),
        "pageerror": lambda error: found.append(f"breaks off: {error}"),
    }
    for event, note in told.items():
        tab.on(event, note)
    tab.goto(file.as_uri())
    for scheme, width in modes:
        tab.emulate_media(color_scheme=scheme)
        tab.set_viewport_size({"width": width, "height": 900})
        mode = f"{scheme}, {width} px:"
        if tab.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{mode} scrolls sideways")
        for violation in Axe().run(tab, options=RULES).response["violations"]:
            found += [f"{mode} {violation['id']}, {violation['help']}: {node['html'][:150]}" for node in violation["nodes"]]
    for event, note in told.items():
        tab.remove_listener(event, note)
    return found
