"""What changed from one pack to the next, and whether a pack is still what it was made as: from what the packs themselves hold."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from hashlib import sha256
from io import StringIO
from itertools import zip_longest
from pathlib import Path

import pandas as pd
from bs4 import BeautifulSoup
from pydantic import ValidationError

from svip_lib.config.authority import read_authority
from svip_lib.config.content import content_key
from svip_lib.config.periods import QUARTER_PATTERN, Quarter, period_label
from svip_lib.config.project import Project, check_edition
from svip_lib.config.refusal import Refusal
from svip_lib.config.registry import read_dictionary
from svip_lib.config.result import FORECAST, KEY, read_figures
from svip_lib.config.yaml_file import Entry
from svip_lib.disclosure.gate import release_anew
from svip_lib.pack.keys import hashes, place_of
from svip_lib.pack.plain_text import markup
from svip_lib.pack.ways import words_of

MANIFEST = "manifest.json"
WITHHELD = "c"
# What makes two figures of two packs the same one: the day of a quarter's own records is another in every pack.
SAME = [name for name in KEY if name != "as_at"]
PERIOD = ["indicator", "time_period"]
COLUMNS = ["section", "what", "about", *(name for name in SAME if name != "indicator"), "then", "now"]
# Every kind of change; what a reader must know first stands first.
KINDS = "newly told|now withheld|status|revised|marked otherwise|indicator gone|period gone|figure gone"
KINDS = f"{KINDS}|new indicator|new figure|new period|wording".split("|")
TOLD_OF_A_KIND, TOLD = 2, 6
ALIKE = 0.5  # two sentences that share less are two sentences, and not one that was changed
SENTENCE_END = re.compile(r"(?<=[.?!]) (?=[A-Z‘“\[])")
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
LONG = re.compile(r"\d+\.\d{3,}")  # a share as it was divided: whole in the file, short on the screen
NUMBER = re.compile(rf"[+−-]?£?\d[\d,.]*(?<![,.])(?:bn|m)?%?|\b(?:{MONTHS})\b")


class Parameters(Entry):
    """Whose pack it is."""

    authority: str
    quarter: str
    edition: str


class Manifest(Entry):
    """What a pack says of itself, as ``run.manifest`` wrote it."""

    parameters: Parameters
    content_key: str
    versions: dict[str, str]
    inputs: dict[str, str]
    outputs: dict[str, str]


@dataclass(frozen=True)
class Pack:
    """A pack that stands in a folder."""

    folder: Path
    manifest: Manifest

    @property
    def quarter(self) -> Quarter:
        """The quarter that it tells of."""
        return Quarter.parse(self.manifest.parameters.quarter)

    @property
    def name(self) -> str:
        """The pack in a word, for a line and for the name of a file."""
        return f"{self.quarter}-{self.folder.name}"

    def pages(self) -> dict[str, tuple[dict[str, str], list[str]]]:
        """Return the statuses and the sentences of each section."""
        files = [self.folder / name for name in self.manifest.outputs if re.fullmatch(r"sections/\w+\.html", name)]
        return {file.stem: read_page(file.read_text(encoding="utf-8")) for file in files}


def find_pack(project: Project, text: str, authority: str, edition: str) -> Pack:
    """Return the pack in a folder, or the draft of a quarter.

    Args:
        project: Where things stand.
        text: The folder, or a quarter as ``2025-26-Q4``.
        authority: The council, where a quarter is named.
        edition: The edition, where a quarter is named.

    Raises:
        Refusal: When there is no pack.
    """
    folder, first = Path(text).resolve(), ""
    if QUARTER_PATTERN.fullmatch(text) and not folder.is_dir():
        project.authority(authority)
        folder = place_of(project, authority, Quarter.parse(text), check_edition(edition), draft=True)
        first = f"Build it with 'svip run {text}'. "
    remedy = f"{first}Name the folder of a pack that 'svip run' has built whole, such as reports/medway/2025-26-Q4/public, or its quarter."
    if not (folder / MANIFEST).is_file():
        raise Refusal(f"There is no pack here, or half of one: {MANIFEST} is missing.", file=folder, remedy=remedy)
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except ValidationError:
        raise Refusal("This is not the manifest of a pack.", file=folder / MANIFEST, remedy=remedy) from None
    Quarter.parse(manifest.parameters.quarter)
    check_edition(manifest.parameters.edition)
    return Pack(folder, manifest)


def compare(project: Project, then: Pack, now: Pack) -> pd.DataFrame:
    """Return what changed between two packs of a council and edition, what matters most first within each section.

    Raises:
        Refusal: When they are of two councils or editions, or one of them is not whole.
    """
    for pack in (then, now):
        lacks = [name for name in pack.manifest.outputs if name.endswith((".csv", ".html")) and not (pack.folder / name).is_file()]
        if lacks:
            raise Refusal(
                f"This is half a pack: it lacks {', '.join(lacks)}.", file=pack.folder, remedy=f"Run 'svip run {pack.quarter}' again."
            )
    one, other = then.manifest.parameters, now.manifest.parameters
    if (one.authority, one.edition) != (other.authority, other.edition):
        raise Refusal(
            f"One pack is of {one.authority}, {one.edition} edition; the other of {other.authority}, {other.edition} edition.",
            remedy="Name two packs of one council and edition.",
        )
    sections = {name: entry.section for name, entry in read_dictionary(project.dictionary).items()}
    figures = _figures(*(read_figures(pack.folder / "figures.csv") for pack in (then, now)))
    figures = figures.assign(section=figures["indicator"].map(sections).fillna("no section")).rename(columns={"indicator": "about"})
    words = pd.DataFrame(_words(then.pages(), now.pages()), columns=["section", "what", "about", "then", "now"])
    found = pd.concat([figures, words], ignore_index=True).reindex(columns=COLUMNS).fillna("")
    rank = {
        "rank": found["what"].map(KINDS.index),
        "half": (found["then"] == "") | (found["now"] == ""),
        "other": found["area"] != own_area(project, now),
        "part": found["category"] != "",
    }
    return found.assign(**rank).sort_values(["section", *rank], kind="stable", ignore_index=True)[COLUMNS]


def own_area(project: Project, pack: Pack) -> str:
    """Return the code of the council's area."""
    return read_authority(project.authority(pack.manifest.parameters.authority)).area_code


def _figures(then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Every figure that two packs tell otherwise. Where a plan was stated on two days, the later one counts.

    Forecasts are left aside: each pack looks ahead anew, and how they did stands in the section on the outlook.
    """
    then, now = (rows[rows["measure"] != FORECAST] for rows in (then, now))
    old, new = (
        rows.assign(told=_told(rows)).sort_values("as_at", kind="stable").drop_duplicates(SAME, keep="last")[[*SAME, "told", "shorthand"]]
        for rows in (then, now)
    )
    both = old.merge(new, how="outer", on=SAME, suffixes=("_then", "_now"), validate="one_to_one")
    both = both[both["told_then"].fillna("") != both["told_now"].fillna("")]
    what = pd.Series("marked otherwise", index=both.index)
    what[(both["shorthand_then"] == "") & (both["shorthand_now"] == "")] = "revised"
    what[(both["shorthand_then"] == WITHHELD) & (both["shorthand_now"] == "")] = "newly told"
    what[both["shorthand_now"] == WITHHELD] = "now withheld"
    for side, other, words in (("told_then", then, "new {}"), ("told_now", now, "{} gone")):
        alone, known = both[side].isna(), pd.MultiIndex.from_frame(other[PERIOD])
        what[alone] = words.format("figure")
        what[alone & ~pd.MultiIndex.from_frame(both[PERIOD]).isin(known)] = words.format("period")
        what[alone & ~both["indicator"].isin(other["indicator"])] = words.format("indicator")
    return both.assign(what=what).rename(columns={"told_then": "then", "told_now": "now"})


def _told(rows: pd.DataFrame) -> pd.Series:
    """What a figure tells: its value, the two counts of a share, and its mark."""
    value, part, whole = (rows[name].map("{:.12g}".format) for name in ("value", "numerator", "denominator"))
    told = (value + (" (" + part + " of " + whole + ")").where(rows["denominator"].notna(), "")).where(rows["value"].notna(), "")
    return (told + (" [" + rows["shorthand"] + "]").where(rows["shorthand"] != "", "")).str.strip()


def read_page(html: str) -> tuple[dict[str, str], list[str]]:
    """Return what a section's page says in words.

    Returns:
        The statuses by table and row: the first of a row is the newest. And the sentences outside tables and folded notes.

    Example:
        >>> row = '<tr><th>EHC plans</th><td><span class="status"><span class="mark">◆</span> Plan missed</span></td></tr>'
        >>> read_page(f'<main><p>1.1. It rose. See below.</p><table id="s00-plan">{row}</table></main>')
        ({'plan: EHC plans': 'Plan missed'}, ['It rose.', 'See below.'])
    """
    soup = BeautifulSoup(html, "html.parser")
    page = soup.main or soup
    for element in page.select(".mark, details, nav"):
        element.decompose()
    statuses, seen = {}, Counter()
    for row in page.select("table tr:has(.status)"):
        name = f"{row.find_parent('table').get('id', '').partition('-')[2]}: {words_of(row.find(['th', 'td']))}"
        seen[name] += 1
        statuses[name if seen[name] == 1 else f"{name} ({seen[name]})"] = words_of(row.select_one(".status"))
    for table in page.find_all("table"):
        table.decompose()
    lines = (line.strip() for line in markup(str(page))["text"].splitlines())
    return statuses, [words for line in lines for words in SENTENCE_END.split(line) if any(map(str.isalpha, words))]


def _words(then: dict, now: dict) -> Iterator[tuple[str, ...]]:
    """Each status and each sentence that differs, but for numbers, days and months: those are told of as figures."""
    for section in sorted({*then, *now}):
        (old, before), (new, after) = then.get(section, ({}, [])), now.get(section, ({}, []))
        for name in sorted({*old, *new}):
            one, other = old.get(name, ""), new.get(name, "")
            if _bare(one) != _bare(other):
                yield section, "status", name, one, other
        matched = SequenceMatcher(None, list(map(_bare, before)), list(map(_bare, after)), autojunk=False)
        for kind, first, last, start, end in matched.get_opcodes():
            for one, other in zip_longest(before[first:last], after[start:end], fillvalue="") if kind != "equal" else ():
                alike = SequenceMatcher(None, one, other).ratio() >= ALIKE
                pairs = [(one, other)] if alike else [(one, ""), ("", other)]
                yield from ((section, "wording", "", *pair) for pair in pairs if any(pair))


def _bare(text: str) -> str:
    return NUMBER.sub("#", text)


def summary(changes: pd.DataFrame, own: str) -> Iterator[str]:
    """Say in a few lines a section what changed; the council's own area goes without saying."""
    for section, rows in changes.groupby("section"):
        counts = rows["what"].value_counts()
        yield f"{section}: {', '.join(f'{kind} {counts[kind]:,}' for kind in KINDS if kind in counts)}"
        for row in rows.groupby("what", sort=False).head(TOLD_OF_A_KIND).head(TOLD).itertuples():
            period = period_label(row.time_period, row.time_identifier) if row.time_period else ""
            about = ", ".join(filter(None, [row.about, row.area.replace(own, ""), row.category, period]))
            told = LONG.sub(lambda number: f"{float(number[0]):.2f}", f"{row.then or '–'} → {row.now or '–'}")
            yield ": ".join(filter(None, [f"  {row.what}", about, told]))


def write_changes(changes: pd.DataFrame, out: Path) -> None:
    """Write all that changed as CSV.

    Raises:
        Refusal: When it would get into a pack, or in place of another file, or cannot be written.
    """
    if any((folder / MANIFEST).is_file() for folder in out.resolve().parents):
        raise Refusal("What is written into a pack would change it.", file=out, remedy="Name a file outside with --out.")
    heading = ",".join(COLUMNS)
    try:
        if out.exists() and not out.read_bytes().startswith(heading.encode()):
            raise Refusal("Another file stands here.", file=out, remedy="Name one with --out that does not exist yet.")
        out.parent.mkdir(parents=True, exist_ok=True)
        changes.to_csv(out, index=False, lineterminator="\n")
    except OSError as mistake:
        raise Refusal(f"It cannot be written ({mistake.strerror}).", file=out, remedy="Name another file with --out.") from None


def verify(project: Project, pack: Pack) -> Iterator[tuple[bool, str]]:
    """Check a pack against its manifest, and against what it was made from as far as that is here.

    Yields:
        Whether something holds, and a line that says what; what cannot be checked here is said and speaks against nothing.
    """
    manifest = pack.manifest
    there = hashes(pack.folder)
    there.pop(MANIFEST)
    yield from _held_against("outputs", manifest.outputs, there, missing="missing")
    for name in sorted({*there} - {*manifest.outputs}):
        yield False, f"  surplus: {name}"
    files = {name: (project.root if name.startswith("notebooks/") else project.data) / name for name in manifest.inputs}
    here = {name: sha256(file.read_bytes()).hexdigest() for name, file in files.items() if file.is_file()}
    yield from _held_against("inputs", manifest.inputs, here, missing="not in this checkout")
    if manifest.parameters.authority not in project.authorities:
        yield True, f"figures: not computed again, for {manifest.parameters.authority} has no folder in this checkout."
        return
    if pack.folder.name == "published":
        frozen = project.released(manifest.parameters.authority) / str(pack.quarter) / MANIFEST
        same = frozen.is_file() and json.loads(frozen.read_bytes()) == json.loads((pack.folder / MANIFEST).read_bytes())
        yield same, f"published: the manifest is {'' if same else 'not '}the one that was frozen."
    if "figures.csv" in there:
        yield _figures_again(project, pack)


def _held_against(kind: str, told: dict[str, str], there: dict[str, str], missing: str) -> Iterator[tuple[bool, str]]:
    """How many files are as the manifest says, and by name those that are not."""
    same = sum(there.get(name) == told[name] for name in told)
    yield True, f"{kind}: {same} of {len(told)} are as the manifest says."
    for name in sorted(told):
        if name not in there:
            yield missing != "missing", f"  {missing}: {name}"
        elif there[name] != told[name]:
            yield False, f"  changed: {name}"


def _figures_again(project: Project, pack: Pack) -> tuple[bool, str]:
    """Compute the figures anew, where they would come from the same content, and hold those of the pack against them."""
    asked, file = pack.manifest.parameters, pack.folder / "figures.csv"
    if content_key(project, asked.authority, pack.quarter) != pack.manifest.content_key:
        return True, "figures: not computed again, for code, data or packages here are not those that the pack was made with."
    released = release_anew(project, asked.authority, pack.quarter, asked.edition)
    written = released.rows.to_csv(index=False, lineterminator="\n")
    rows = read_figures(StringIO(written))  # as a run does: what is written is read back
    if rows.to_csv(index=False, lineterminator="\n").encode() == file.read_bytes():
        return True, f"figures: computed again, all {len(rows):,} are as in figures.csv."
    changed = _figures(read_figures(file), rows)
    first = [f" The first: {row.indicator}, {row.time_period}: {row.then} → {row.now}." for row in changed.head(1).itertuples()]
    return False, f"figures: computed again, {len(changed)} are told otherwise in figures.csv.{''.join(first)}"
