"""The command line: ``svip``, the same as ``python -m svip_lib``."""

import os
import signal
import sys
import traceback
from contextlib import suppress
from pathlib import Path

import click

from svip_lib.config.periods import Quarter
from svip_lib.config.project import EDITIONS, LATEST, NEWEST, Project, check_edition, check_section
from svip_lib.config.refusal import Refusal

DONE, INCOMPLETE, REFUSED = 0, 1, 2
_MOVED = "SVIP_OWN_CODE"
_COUNCIL = click.option("--authority", default="medway", show_default=True, help="A council that has a folder under data/authorities.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def svip() -> None:
    """Build the quarterly monitoring pack of a council's Safety Valve Intervention Programme.

    Exit status: 0 done; 1 something that was asked for is missing; 2 refused, and nothing was written.
    """


@svip.command()
@click.argument("quarter", default=LATEST)
@click.option("--authority", default="medway", show_default=True, help="A council that has a folder under data/authorities, or: all.")
@click.option("--edition", default="public", show_default=True, help=f"One of: {', '.join(EDITIONS)}.")
@click.option(
    "--only", metavar="NN,…", help="Run these sections anew; the others are left as they are, unless something they need has changed."
)
@click.option("--force", is_flag=True, help="Run every section anew, changed or not.")
@click.option("--data", type=click.Path(path_type=Path), help="A folder laid out like data/, to be read in its stead.")
@click.option("--no-pdf", is_flag=True, help="Leave out the PDF files.")
@click.option("--wait", default=0, help="Seconds that another run of the same quarter may take to end.")
@click.option("--scheduler", metavar="ADDRESS", help="A Dask cluster whose workers share this folder: each council is a task of it.")
@click.option("--quiet", is_flag=True, help="Say nothing but what went wrong.")
def run(  # noqa: PLR0913 - each is an option of the command
    *,
    quarter: str,
    authority: str,
    edition: str,
    only: str | None,
    force: bool,
    data: Path | None,
    no_pdf: bool,
    wait: int,
    scheduler: str | None,
    quiet: bool,
) -> None:
    """Build the pack of QUARTER (as 2025-26-Q4; without it, the authority's newest that has a day)."""
    project = Project.find(data=data)
    check_edition(edition)
    wanted = [check_section(name.strip(), project.sections()) for name in only.split(",")] if only else []
    names = project.authorities if authority == "all" else [authority]
    asked = {"only": wanted, "force": force, "edition": edition, "pdf": not no_pdf, "wait": wait, "quiet": quiet}
    if scheduler:
        sys.exit(_run_on(scheduler, project, names, quarter, asked))
    missing = False
    for name in names:
        try:
            folder = _run(project, name, project.quarter(name, quarter), **asked)
        except Refusal as refusal:
            if authority != "all":
                raise
            click.echo(f"Refused, {name}: {refusal}", err=True)  # the other councils' packs are written all the same
            folder = None
        missing = missing or folder is None
        if folder is not None and not quiet:
            papers = "" if no_pdf else ", or pack.pdf"
            click.echo(f"The pack is in {folder.relative_to(project.root)}: open index.html{papers}.")
    sys.exit(INCOMPLETE if missing else DONE)


def _run_on(scheduler: str, project: Project, names: list[str], quarter: str, asked: dict) -> int:
    """Build the packs of councils on a cluster; return the exit status."""
    from svip_lib.pack.cluster import build_all

    words = [quarter, "--edition", asked["edition"], "--data", str(project.data)]
    words += ["--no-pdf"] * (not asked["pdf"]) + ["--force"] * asked["force"]
    words += ["--only", ",".join(asked["only"])] if asked["only"] else []
    missing = False
    for name, status, told in build_all(scheduler, project, names, words):
        missing = missing or status != DONE
        if told:
            click.echo(f"{name}: {told}", err=True)
        elif not asked["quiet"]:
            click.echo(f"{name}: its pack stands.")
    return INCOMPLETE if missing else DONE


def _run(project: Project, authority: str, quarter: Quarter, **how) -> Path | None:
    """Build a pack, unless it stands already; none is made where a section failed, which is said here."""
    from svip_lib.pack.keys import standing

    if not how["force"] and not how["only"]:
        folder = standing(project, authority, quarter, draft=True, edition=how["edition"], pdf=how["pdf"])
        if folder:
            return folder
    from svip_lib.pack.run import SectionsFailed, run_pack  # only now: it loads all that computes and draws

    try:
        return run_pack(project, authority, quarter, **how)
    except SectionsFailed as failure:
        click.echo(str(failure), err=True)
    return None


@svip.command()
@click.argument("quarter")
@_COUNCIL
@click.option("--quiet", is_flag=True, help="Say nothing but what went wrong.")
def publish(quarter: str, authority: str, quiet: bool) -> None:
    """Publish the pack of QUARTER, unless anything speaks against it, and keep for good what it told."""
    from svip_lib.pack.publish import publish as publish_pack
    from svip_lib.pack.run import SectionsFailed

    project = Project.find()
    known = project.quarter(authority, quarter)
    try:
        folder = publish_pack(project, authority, known, quiet=quiet)
    except SectionsFailed as failure:
        click.echo(str(failure), err=True)
        sys.exit(INCOMPLETE)
    if not quiet:
        frozen = project.released(authority) / str(known)
        click.echo(
            f"The pack to publish is in {folder.relative_to(project.root)}; what it told is kept in {frozen.relative_to(project.root)}."
        )


@svip.command()
@click.argument("then")
@click.argument("now")
@click.option("--authority", default="medway", show_default=True, help="The council, where quarters are named.")
@click.option("--edition", default="public", show_default=True, help="The edition, where quarters are named.")
@click.option("--out", type=click.Path(path_type=Path), help="The file for all that changed; without it, in the folder runs beside NOW.")
def compare(then: str, now: str, authority: str, edition: str, out: Path | None) -> None:
    """Say what changed from the pack THEN to the pack NOW (each a folder, or a quarter): figures, statuses and wording.

    All of it is written as CSV. The exit status is 0 whether or not something changed.
    """
    from svip_lib.pack import history

    project = Project.find()
    packs = [history.find_pack(project, text, authority, edition) for text in (then, now)]
    changes = history.compare(project, *packs)
    before, after = packs
    out = out or after.folder.parent / "runs" / f"compare-{before.name}-{after.name}.csv"
    history.write_changes(changes, out)
    click.echo(f"From {before.name} to {after.name}: " + (f"{len(changes):,} changes." if len(changes) else "nothing differs."))
    for line in history.summary(changes, history.own_area(project, after)):
        click.echo(line)
    click.echo(f"All of it is in {out}.")


@svip.command()
@click.argument("pack")
@click.option("--authority", default="medway", show_default=True, help="The council, where a quarter is named.")
@click.option("--edition", default="public", show_default=True, help="The edition, where a quarter is named.")
@click.option("--data", type=click.Path(path_type=Path), help="The folder that the pack was made from, instead of data/.")
def verify(pack: str, authority: str, edition: str, data: Path | None) -> None:
    """Check PACK (a folder, or a quarter): every file against its manifest, what it was made from, and its figures, computed again.

    What cannot be checked here is said. The exit status is 1 when something does not hold.
    """
    from svip_lib.pack import history

    project = Project.find(data=data)
    every = True
    for holds, line in history.verify(project, history.find_pack(project, pack, authority, edition)):
        every = every and holds
        click.echo(line)
    click.echo("All that could be checked holds." if every else "Something does not hold.")
    sys.exit(DONE if every else INCOMPLETE)


@svip.command()
@click.argument("name")
@click.argument("period", required=False)
@_COUNCIL
@click.option("--quarter", default=LATEST, show_default=True, help="The quarter whose pack tells the figure.")
@click.option("--edition", default="public", show_default=True, help=f"One of: {', '.join(EDITIONS)}.")
@click.option("--category", help="One of the categories of a figure that is broken down; without it, the one that leads.")
def explain(name: str, period: str | None, authority: str, quarter: str, edition: str, category: str | None) -> None:
    """Say how the figure NAME of PERIOD (without it, the newest) was made, by which rule, from which file, and who verified it.

    Only what the edition tells is explained: what is withheld from the public one stays withheld here.
    """
    import svip_lib.indicators  # noqa: F401  (to import them is to register them)
    from svip_lib.config.registry import find_indicator, read_bases, read_dictionary, rule_in_code
    from svip_lib.disclosure.gate import release_quarter
    from svip_lib.show import explain as show
    from svip_lib.show.given import Given

    project = Project.find()
    known = project.quarter(authority, quarter)
    entry = find_indicator(read_dictionary(project.dictionary), name)
    released = release_quarter(project, authority, known, check_edition(edition))
    row = show.find_figure(released, entry, period, category)
    lines = show.explain(Given.of(project, released), entry, row, read_bases(project.dictionary, defined=True)[entry.base])
    click.echo(f"{authority}, {known}, {edition} edition")
    for label, text in (lines | rule_in_code(name, project.root)).items():
        click.echo(f"{label + ':':20}{text}")


@svip.command()
@click.argument("folder", type=click.Path(path_type=Path))
def refresh(folder: Path) -> None:
    """Read a release of DfE's 'Education, health and care plans', as downloaded into FOLDER, into data/reference."""
    from svip_lib.intake.published import refresh as read_release

    click.echo(str(read_release(folder, Project.find().reference)))


@svip.command()
@click.argument("quarter", default=NEWEST)
@_COUNCIL
@click.option("--data", type=click.Path(path_type=Path), help="The folder with the quarter's extracts, instead of the one in data/.")
def check(quarter: str, authority: str, data: Path | None) -> None:
    """Read and check the council's own SEN2 return and registers for QUARTER (without it, the newest).

    Says what was mended, doubted and set aside; exit status 1 where anything was doubted or set aside.
    """
    from svip_lib.figures import census_beside_published
    from svip_lib.intake.own import read_own

    project = Project.find()
    known = project.quarter(authority, quarter)
    own = read_own(project, authority, known, folder=data or project.extracts(authority, known), anew=True)
    click.echo(own.checked.summary())
    for line in census_beside_published(project, authority, known, own):
        click.echo(f"  {line}")
    click.echo(f"Every finding is in {own.private.relative_to(project.root)}/checks.xlsx.")
    sys.exit(DONE if own.checked.in_order else INCOMPLETE)


@svip.command()
@click.argument("quarter", default=NEWEST)
@_COUNCIL
def status(quarter: str, authority: str) -> None:
    """Say what has arrived for QUARTER (without it, the newest), what is open, and which returns come next."""
    from datetime import date

    from svip_lib.intake.arrivals import standing

    project = Project.find()
    told = standing(project, authority, project.quarter(authority, quarter), date.today())
    click.echo(told.summary())
    sys.exit(DONE if told.in_order else INCOMPLETE)


@svip.command("new-quarter")
@click.argument("quarter")
@_COUNCIL
def new_quarter(quarter: str, authority: str) -> None:
    """Lay out QUARTER: its file, and a folder for the council's extracts with a note on each that is wanted."""
    from svip_lib.intake.new_quarter import lay_out

    project = Project.find()
    place = lay_out(project, authority, Quarter.parse(quarter)).relative_to(project.data.parent)
    click.echo(f"{place} is laid out: its folder extracts says what is wanted, and of whom.")
    click.echo(f"It has no pack, and is not the latest quarter, before as_at is set in {place}/quarter.yaml.")


@svip.command("new-section")
@click.argument("name")
@click.argument("title")
def new_section(name: str, title: str) -> None:
    """Make the notebook of a new section from the template: NAME is two digits and a name, as 35_needs; TITLE is in quotes."""
    from svip_lib.config.new_section import new_section as make

    place = make(Project.find(), name, title)
    click.echo(f"notebooks/{place.name} is there, with one figure as an example; 'svip run' takes it into the pack. What comes next:")
    click.echo("  1. Open it with 'make lab', say in it what it answers, and show its figures: section.show(\"…\").")
    click.echo(f"  2. Write '{name}' under section in data/dictionary/indicators.csv, in the rows of the indicators that are its own.")
    click.echo(f"  3. The words of a quarter go into data/authorities/<council>/commentary/<quarter>/{name}.md; it can do without.")
    click.echo(f"  4. svip run --only {name[:2]}")


@svip.command()
@click.option("--plans", default=3041, show_default=True, help="How many plans are active on census day.")
@click.option("--shape", default="blade", show_default=True, help="One of: blade, xml, workbook, template.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same bytes.")
@click.option("--year", default=2026, show_default=True, help="The year of the January census.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day of the twelve months that are told; made on that day.")
@click.option("--seen-on", type=click.DateTime(["%Y-%m-%d"]), help="An earlier day: the same children as they stood then.")
@click.option("--defects", is_flag=True, help="Plant one of each known kind of defect, and list them in planted.csv.")
@click.option("--registers/--no-registers", default=None, help="Write the council's other registers too; with the shape blade by default.")
@click.option(
    "--authority", default="medway", show_default=True, help="The council whose agreement and grant the registers are drawn from."
)
@click.option("--figures-of", metavar="QUARTER", help="Write, instead of a return, the figures of a quarter that has passed.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A folder that does not exist yet.")
def sample(  # noqa: PLR0913 - each is an option of the command
    *,
    plans: int,
    shape: str,
    seed: int,
    year: int,
    until,
    seen_on,
    defects: bool,
    registers: bool | None,
    authority: str,
    figures_of: str | None,
    out: Path,
) -> None:
    """Write a synthetic SEN2 return and the registers of the quarter in which it ends: invented children in the true formats."""
    from datetime import date

    from svip_lib.config.authority import read_authority
    from svip_lib.config.fields import read_fields
    from svip_lib.config.periods import read_census_dates
    from svip_lib.intake.open import read_csv_text
    from svip_lib.sample import write_sample
    from svip_lib.sample.history import write_history
    from svip_lib.sample.registers import read_programme

    project = Project.find()
    days = read_census_dates(project.reference / "census_dates.csv")
    if year not in days:
        raise Refusal(f"No census of {year} is known.", remedy=f"Choose a year from {min(days)} to {max(days)}.")
    if out.exists():
        raise Refusal(f"'{out}' exists already.", remedy="Name a folder that does not exist yet; nothing is overwritten.")
    area = read_authority(project.authority(authority)).area_code
    if figures_of:
        write_history(out, project, Quarter.parse(figures_of), authority=authority, plans=plans, seed=seed)
        click.echo(f"Synthetic figures of {figures_of} are in {out}.")
        return
    until, seen_on = until and until.date(), seen_on and seen_on.date()
    wanted = shape == "blade" if registers is None else registers
    quarter = Quarter.of(seen_on or until or date(year - 1, 12, 31))
    told = {
        "la": read_csv_text(project.reference / "areas.csv").set_index("area_code")["la_code"][area],
        "programme": read_programme(project, authority, area, quarter) if wanted else None,
        "fields": read_fields(project.dictionary),
    }
    planted = write_sample(
        out, plans=plans, shape=shape, seed=seed, census=days[year], defects=defects, until=until, seen_on=seen_on, **told
    )
    click.echo(f"{plans:,} synthetic plans are in {out}" + (f", with {len(planted)} planted defects." if defects else "."))


@svip.command()
@click.option("--as-at", type=click.DateTime(["%Y-%m-%d"]), help="With what was published by this day; without it, with all.")
def backtest(as_at) -> None:
    """Try the forecasts on the past of every council, and say whether they still do what is claimed of them.

    The exit status is 1 where they do not.
    """
    from datetime import date

    from svip_lib.figures import try_forecasts

    tried = try_forecasts(Project.find(), as_at.date() if as_at else date.max)
    for line in tried.lines():
        click.echo(line)
    sys.exit(DONE if all(mark.reached for mark in tried.marks()) else INCOMPLETE)


@svip.command(hidden=True)
@click.argument("quarter")
@click.option("--authority", required=True)
@click.option("--edition", default="public")
def figures(quarter: str, authority: str, edition: str) -> None:
    """Compute and release the figures of QUARTER where they are stale; notebooks call it, so that they never hold private data."""
    from svip_lib.disclosure.gate import release_quarter

    project = Project.find()
    project.authority(authority)
    release_quarter(project, authority, Quarter.parse(quarter), check_edition(edition))


def main() -> None:
    """Run the command; bad input is answered in one paragraph and exit status 2, never with a traceback."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        _use_own_code()
        svip(standalone_mode=True)
    except Refusal as refusal:
        click.echo(f"Refused: {refusal}", err=True)
        sys.exit(REFUSED)
    except PermissionError as mistake:
        click.echo(
            f"Refused: {mistake.filename}: {mistake.strerror}. Ask for the right to read and write there, or work in a copy.", err=True
        )
        sys.exit(REFUSED)
    except Exception as mistake:
        # What pandas says of a mistake may quote a child's cells; where it happened and of which kind it is do not.
        click.echo("".join(traceback.format_tb(mistake.__traceback__)), err=True, nl=False)
        kind = type(mistake).__name__
        click.echo(f"{kind}: a mistake of this program. Its words are left out, because they may quote the files.", err=True)
        sys.exit(INCOMPLETE)


def _stop(*_: object) -> None:
    """End at once, with all that was begun. What is half done needs no care: a run leaves nothing so when it is killed, either."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    import psutil

    killed = [None]
    while killed:  # a thread can begin another while they are looked for
        killed = []
        for child in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                if "resource_tracker" not in " ".join(child.cmdline()):  # Python's own: it frees what the others held, and ends by itself
                    child.kill()
                    killed.append(child)
        psutil.wait_procs(killed, timeout=1)
    line = "Stopped. The last good pack stays as it was; the same command goes on from here.\n"
    with suppress(OSError):
        os.write(2, (b"\r\x1b[K" if os.isatty(2) else b"") + line.encode())
    os._exit(INCOMPLETE)


def _use_own_code() -> None:
    """Start again with the code of the checkout around the current folder, where another copy of it was loaded."""
    try:
        root = Project.find().root
    except Refusal:
        return  # the command says so itself, or only its help was asked for
    if root not in Path(__file__).resolve().parents and _MOVED not in os.environ:
        path = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))
        os.execve(sys.executable, [sys.executable, "-m", "svip_lib", *sys.argv[1:]], os.environ | {"PYTHONPATH": path, _MOVED: "1"})


if __name__ == "__main__":
    main()
