"""Checks what a council holds for a quarter: what came in, was mended or set aside, and what is new or gone since the last check."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
from openpyxl import Workbook

from svip_lib.config.cells import harmless
from svip_lib.config.fields import read_codes, read_fields
from svip_lib.config.key import read_key
from svip_lib.config.project import OWNER_ONLY
from svip_lib.config.refusal import Refusal
from svip_lib.config.registry import dictionary_rows
from svip_lib.config.tokens import Tokens
from svip_lib.config.upn import FORM, NO_AUTHORITY, check_letters
from svip_lib.intake.arrivals import is_synthetic, read_establishments
from svip_lib.intake.cleaning import QUARANTINE, REPAIR, WARN, Clean, clean_return
from svip_lib.intake.register_cleaning import PROGRAMME, REGISTERS, clean_registers, match_notes
from svip_lib.intake.registers import read_register
from svip_lib.intake.sen2 import read_sen2

TOLD = "checked.json"
HALF = 0.5
PLACE = ["rule", "table", "file", "line", "column"]
OWNER_FILE = 0o600


@dataclass(frozen=True)
class Checked:
    """What a check found: the clean return and registers, what the readers noted, and how findings changed since the last check."""

    clean: Clean
    shape: str
    notes: list[str]
    totals: dict[str, str]
    synthetic: bool
    new: int
    mended: int

    @property
    def in_order(self) -> bool:
        """Whether nothing was set aside or doubted."""
        return not self.clean.account["level"].isin([WARN, QUARANTINE]).any()

    def summary(self) -> str:
        """Return the check in a few lines: rows of each table, findings by level, and what changed."""
        marked = " SYNTHETIC: no child of it exists." if self.synthetic else ""
        lines = [f"A return in the shape '{self.shape}'.{marked}"]
        lines += [
            f"  {row.table}: {row.rows_in:,} rows in = {row.clean:,} clean + {row.quarantined:,} quarantined"
            f"{self.totals.get(row.table, '')}"
            for row in self.clean.rows.itertuples()
        ]
        counts = self.clean.account["level"].value_counts()
        told = [f"{counts.get(level, 0):,} {words}" for level, words in ((REPAIR, "mended"), (WARN, "doubted"), (QUARANTINE, "set aside"))]
        lines.append(f"Findings: {', '.join(told)}. Since the last check: {self.mended:,} gone, {self.new:,} new.")
        return "\n".join([*lines, *(f"Note: {note}" for note in self.notes)])


def check_extracts(
    folder: Path,
    private: Path,
    dictionary: Path,
    *,
    la_code: str,
    year: int,
    last_day: date,
    as_at: date | None = None,
    public_days: frozenset[date] = frozenset(),
) -> Checked:
    """Read and clean the SEN2 return and the registers of a folder, and write the account and the clean tables for their owner only.

    Args:
        folder: The folder with the return, in one of its four shapes, and with ``establishments.csv`` where there is one.
        private: Where ``checks.xlsx`` and the clean tables go.
        dictionary: The folder with the fields, codes and rules.
        la_code: The authority's own three-digit code.
        year: The year of the SEN2 collection in whose form the return is.
        last_day: The last day that the return tells of.
        as_at: The last day of the quarter that the registers are of; that of the return unless another is given.
        public_days: Days that a pack prints because they are the council's own; no child is looked for in it by them.

    Raises:
        Refusal: When there is no return, it is another council's or year's, a register stands in two files or cannot be read, or
            no key was given for real children.
    """
    fields = read_fields(dictionary)
    synthetic = is_synthetic(folder)
    sent = read_sen2(folder, fields)
    if not synthetic and sent.tables["sen2"].astype("str").eq("SYNTHETIC").any(axis=None):
        raise Refusal(
            "The return says of itself that it is SYNTHETIC, and nothing beside it does.",
            file=folder / "source.yaml",
            remedy="Put the sample's source.yaml beside it; invented children must be marked wherever they are shown.",
        )
    if synthetic:
        _refuse_real_numbers(sent.tables["person"]["upn"], folder)
    codes, key, listed = read_codes(dictionary), read_key(synthetic=synthetic), read_establishments(folder, fields)
    clean = clean_return(sent, fields, codes, la_code=la_code, year=year, last_day=last_day, key=key, establishments=listed)
    registers = {name: read_register(path, name, fields) for name, path in registers_in(folder).items()}
    beside = clean_registers(registers, fields, codes, as_at=as_at or last_day, key=key, plans=clean.tables)
    notes = [*sent.notes, *(f"{name}: {' '.join(register.notes)}" for name, register in registers.items())]
    if "placement_costs" in registers:
        notes += match_notes(beside.tables["placement_costs"], clean.tables)
    account = pd.concat([clean.account, beside.account], ignore_index=True)
    clean = Clean(clean.tables | beside.tables, pd.concat([clean.rows, beside.rows], ignore_index=True), account)
    last = private / "checks.csv"
    before = pd.read_csv(last, dtype="str", keep_default_na=False)[PLACE] if last.is_file() else pd.DataFrame(columns=PLACE)
    now = clean.account[PLACE].astype("str")
    both = now.merge(before.drop_duplicates(), how="outer", indicator=True)
    new, mended = int((both["_merge"] == "left_only").sum()), int((both["_merge"] == "right_only").sum())
    checked = Checked(
        clean, sent.shape, notes, {name: _told(register.totals) for name, register in registers.items()}, synthetic, new, mended
    )
    tokens = Tokens.from_input(sent.tables["person"], key, public_days=public_days | _days_told(beside.tables))
    _write(checked, tokens, private, {row["rule"]: row for _, row in dictionary_rows(dictionary / "rules.csv", "rule", "says", "remedy")})
    return checked


def _refuse_real_numbers(numbers: pd.Series, folder: Path) -> None:
    """Stop where a return is marked as invented, and most of its pupil numbers are such as schools have given out."""
    formed = numbers.astype("str").loc[lambda told: told.str.fullmatch(FORM)]
    given_out = (check_letters(formed) == formed.str[0]) & (formed.str[1:4] != str(NO_AUTHORITY))
    if given_out.mean() > HALF:
        raise Refusal(
            "The return is marked SYNTHETIC, and its pupil numbers are such as schools have given out.",
            file=folder / "source.yaml",
            column="synthetic",
            remedy="Take the mark away and set the council's key; or put the real files into 'extracts', apart from the sample.",
        )


def registers_in(folder: Path) -> dict[str, Path]:
    """Return the files of the council's other registers, known by their names; one that stands in two files is refused."""
    found: dict[str, Path] = {}
    for path in sorted(path for path in folder.iterdir() if path.suffix.lower() in (".csv", ".xlsx")):
        name = path.stem.lower()
        if name in found:
            raise Refusal(f"'{found[name].name}' is the same register.", file=path, remedy="Keep the one that is meant.")
        if name in REGISTERS:
            found[name] = path
    return {name: found[name] for name in REGISTERS if name in found}


def _days_told(tables: dict[str, pd.DataFrame]) -> set[date]:
    """The days that the programme's registers name, and the pack prints."""
    dated = [tables[name].select_dtypes("datetime") for name in PROGRAMME if name in tables]
    return {day.date() for table in dated for column in table for day in table[column].dropna()}


def _told(totals: pd.DataFrame) -> str:
    """How many totals of a register were compared with their rows, in words."""
    differ = (totals["check"] == "differs").sum()
    return f"; {len(totals):,} totals checked, {differ:,} of them differ from their rows" if len(totals) else ""


def read_checked(private: Path) -> Checked:
    """Return what a check found, from the files that it left; of the account without the cells that were found."""
    told = json.loads((private / TOLD).read_text(encoding="utf-8"))
    tables = {name: _in_seconds(pd.read_parquet(private / f"{name}.parquet")) for name in told.pop("tables")}
    rows, account = (pd.read_csv(private / name, keep_default_na=False) for name in ("rows.csv", "checks.csv"))
    return Checked(clean=Clean(tables, rows, account), **told)


def _in_seconds(table: pd.DataFrame) -> pd.DataFrame:
    """Parquet knows no whole seconds, in which days are kept here."""
    return table.astype({name: "datetime64[s]" for name in table.select_dtypes("datetime").columns})


def _write(checked: Checked, tokens: Tokens, private: Path, rules: dict[str, dict]) -> None:
    """Write the account as a workbook and a table, and the clean tables as Parquet; each beside, then in its place."""
    private.mkdir(parents=True, exist_ok=True)
    private.chmod(OWNER_ONLY)
    account = checked.clean.account
    told = account.assign(
        says=account["rule"].map(lambda rule: rules[rule]["says"]), remedy=account["rule"].map(lambda rule: rules[rule]["remedy"])
    )
    book = Workbook(write_only=True)
    for title, table in (("Rows", checked.clean.rows), ("Findings", told)):
        sheet = book.create_sheet(title)
        sheet.append(list(table.columns))
        for row in table.itertuples(index=False):
            sheet.append([harmless(cell) for cell in row])
    _place(private / "checks.xlsx", book.save)
    _place(private / "checks.csv", lambda path: account.drop(columns="found").to_csv(path, index=False, lineterminator="\n"))
    _place(private / "rows.csv", lambda path: checked.clean.rows.to_csv(path, index=False, lineterminator="\n"))
    for name, table in checked.clean.tables.items():
        _place(private / f"{name}.parquet", table.to_parquet)
    _place(private / "tokens.json", tokens.write)
    told = {name: getattr(checked, name) for name in ("shape", "notes", "totals", "synthetic", "new", "mended")}
    _place(private / TOLD, lambda path: path.write_text(json.dumps(told | {"tables": list(checked.clean.tables)}), encoding="utf-8"))


def _place(path: Path, write: Callable[[Path], None]) -> None:
    beside = path.with_name(f".{path.name}")
    write(beside)
    beside.chmod(OWNER_FILE)
    beside.replace(path)
