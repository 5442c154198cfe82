"""What is done beside the run in processes of their own: pages from executed notebooks, papers from pages, and the search for leaks.

Each result is kept in the quarter's private folder under the key of what it was made from, so that it is made once.
"""

import gc
import os
import pickle
import tempfile
import time
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import nbformat

from svip_lib.config.key import read_key
from svip_lib.config.project import OWNER_ONLY, Project
from svip_lib.config.registry import read_bases, read_dictionary
from svip_lib.config.tokens import Tokens
from svip_lib.disclosure.released import EVERYTHING, PICTURE, Released
from svip_lib.pack.body import SUMMARY
from svip_lib.pack.html import Body, Cover, frame_page, page, part_page, section_body
from svip_lib.pack.keys import DRAWING, ROOMS, titles
from svip_lib.pack.leaks import Finding, Search, scan_file
from svip_lib.pack.open_data import open_data
from svip_lib.pack.pictures import drafted
from svip_lib.pack.place import watch, write_whole

SUMMARY_PAPER = "summary.pdf"
LIBRARY = Path(__file__).parents[1]


@dataclass(frozen=True)
class Place:
    """Where a run works: the folder that is being built, what is kept from run to run, and the children of whom nothing may be told.

    Attributes:
        building: The pack that is being built.
        kept: The private folder of what is kept.
        tokens: The file of the tokens; none where the council supplied nothing.
        synthetic: Whether its children are invented.
    """

    building: Path
    kept: Path
    tokens: Path | None
    synthetic: bool


@dataclass(frozen=True)
class Made:
    """What a worker made: the findings in its files, what it kept, and how long it took."""

    findings: list[Finding]
    kept: set[str]
    seconds: float
    body: Body | None = None


def begin(run: int, kept: Path) -> None:
    """Let this process end when the run does, also when that is killed and can tell nobody; what it leaves then, the next run finds."""
    gc.set_threshold(200_000, 50, 1000)  # WeasyPrint holds on to all that it makes: looking for waste in it took a seventh of its time
    work = kept / f".{os.getpid()}"
    work.mkdir(mode=OWNER_ONLY)
    tempfile.tempdir = str(work)
    watch(run, lambda: os._exit(1))


def paper_of(name: str) -> str:
    """Return where the paper of a section stands in the pack.

    Example:
        >>> paper_of("00_member_summary"), paper_of("10_ehc_plans")
        ('summary.pdf', 'sections/10_ehc_plans.pdf')
    """
    return SUMMARY_PAPER if name.startswith(SUMMARY) else f"sections/{name}.pdf"


def make_section(executed: Path, name: str, cover: Cover, place: Place, *, pdf: bool) -> list[Made]:
    """Make the web page of one section from its executed notebook, and its paper, as soon as the section is whole."""
    page = make_section_page(executed, name, cover, place, pdf=pdf)
    return [page, make_paper([page.body], cover, paper_of(name), place)] if pdf else [page]


def make_section_page(executed: Path, name: str, cover: Cover, place: Place, *, pdf: bool) -> Made:
    """Make the web page of one section from its executed notebook."""
    begun = time.perf_counter()
    key = _key(executed.read_bytes())
    file = place.kept / f"{key}.body"
    if file.is_file():
        body, pictures = pickle.loads(file.read_bytes())
    else:
        book = nbformat.read(executed, as_version=4)
        body, pictures = section_body(book, name), {chart: b64decode(told) for chart, told in book.metadata.get(PICTURE, {}).items()}
        write_whole(file, pickle.dumps((body, pictures)))
    also = {"this section on paper (PDF)": os.path.relpath(paper_of(name), "sections")} if pdf else None
    html = page([body], cover, whole="../index.html", also=also)
    findings = write(place, f"sections/{name}.html", html.encode())
    for chart, picture in pictures.items():
        findings += write(place, f"charts/{chart}.png", drafted(picture, cover.marks["Draft"]) if "Draft" in cover.marks else picture)
    return Made(findings, {file.name}, time.perf_counter() - begun, body)


def make_tables(project: Project, released: Released, cover: Cover, place: Place) -> Made:
    """Make the released figures as files: the workbook, and in the public edition the open data."""
    begun = time.perf_counter()
    dictionary, bases = read_dictionary(project.dictionary), read_bases(project.dictionary, defined=True)
    headings = titles(project)
    file = place.kept / f"{_key(released.slice_key([EVERYTHING]).encode(), repr((dictionary, bases, headings, cover)).encode())}.xlsx"
    if not file.is_file():
        from svip_lib.pack.annex import annex  # gptables takes a while to load

        write_whole(file, annex(released, dictionary, bases, headings, cover))
    files = {"annex.xlsx": file.read_bytes()}
    if released.edition == "public":
        files |= {f"open_data/{name}": data for name, data in open_data(released, dictionary).items()}
    findings = [found for name, data in files.items() for found in write(place, name, data)]
    return Made(findings, {file.name}, time.perf_counter() - begun)


def make_page(name: str, make: Callable[[], str], place: Place) -> Made:
    """Make a web page that is not kept: that of the whole pack, or the accessibility statement."""
    begun = time.perf_counter()
    return Made(write(place, name, make().encode()), set(), time.perf_counter() - begun)


def make_paper(bodies: list[Body], cover: Cover, name: str, place: Place) -> Made:
    """Make the PDF of one section, or of the whole pack: of parts that are laid out once for both. The summary is a paper by itself."""
    begun = time.perf_counter()
    if name == SUMMARY_PAPER:
        parts = [_laid_out(part_page(bodies[0], cover), place)]
        file = parts[0]
    else:
        from svip_lib.pack.pdf import bind, places  # WeasyPrint takes a second to load

        parts = [_laid_out(part_page(body), place) for body in bodies]
        frame = frame_page(bodies, cover, [places(part) for part in parts])
        names = [part.name.encode() for part in parts]
        file = _once(place.kept / f"{_key(frame.encode(), *names)}.pdf", partial(bind, frame, parts))
    return Made(write(place, name, file.read_bytes()), {path.name for path in (file, *parts)}, time.perf_counter() - begun)


def _laid_out(page: str, place: Place) -> Path:
    from svip_lib.pack.pdf import write_pdf

    return _once(place.kept / f"{_key(page.encode())}.pdf", partial(write_pdf, page))


def _once(file: Path, write: Callable[[Path], None]) -> Path:
    """The file, written unless it is kept already; half of it stands there never."""
    if not file.is_file():
        beside = file.with_name(f".{file.name}.{os.getpid()}")
        write(beside)
        beside.replace(file)
    return file


def look_through(name: str, place: Place) -> list[Finding]:
    """Return what in a file of the pack must not be published; a file that was clean before is not looked through again."""
    data = (place.building / name).read_bytes()
    file = place.kept / f"{_key(data, place.tokens.read_bytes() if place.tokens else b'', name.encode())}.clean"
    if file.is_file():
        file.touch()
        return []
    findings = scan_file(place.building / name, name, _search(place))
    if not findings:
        write_whole(file, b"")
    return findings


@cache
def _search(place: Place) -> Search:
    return Search(Tokens.read(place.tokens, read_key(synthetic=place.synthetic)) if place.tokens else None)


def write(place: Place, name: str, data: bytes) -> list[Finding]:
    """Write a file of the pack, and return what in it must not be published."""
    (place.building / name).write_bytes(data)
    return look_through(name, place)


@cache
def _code() -> bytes:
    """What a page, paper or workbook is made with, beside its content."""
    code = sorted({path for room in (*ROOMS, "pack/**/*") for path in LIBRARY.glob(room) if path.is_file() and path.suffix != ".pyc"})
    return b"".join(sha256(path.read_bytes()).digest() for path in code) + repr([version(name) for name in DRAWING]).encode()


def _key(*content: bytes) -> str:
    return sha256(b"\0".join(sha256(part).digest() for part in (*content, _code()))).hexdigest()
