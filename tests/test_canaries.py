"""No name, number, postcode or day of birth of a child is left anywhere by a check and a whole run: unmistakable ones are planted first.

They stand in every personal column of the return and of the registers, in rows that are set aside and in cells that cannot be read,
in the name of a stray file, and in the council's key.
"""

import re
import shutil
import zipfile
from datetime import date

import matplotlib as mpl
import pandas as pd
import pytest

from svip_lib.config.fields import read_fields
from svip_lib.config.refusal import Refusal
from svip_lib.intake.check import REGISTERS
from svip_lib.intake.sen2 import TABLES, read_sen2
from svip_lib.sample import write_sample
from tests.conftest import run_svip
from tests.drawn import as_if_real

QUARTER, PLACE = "2025-26-Q4", "data/authorities/medway/quarters/2025-26-Q4"
WORD = "Zanary"  # in every text that is planted
PLANTED = {
    "surname": f"{WORD}son",
    "forename": f"{WORD}etta",
    "personbirthdate": "2012-02-29",
    "postcode": "ZQ97 9QZ",
    "upn": "X555777500000",
    "uniquelearnernumber": "5557775599",
}
MALFORMED = {column: f"={WORD} {number} {value}" for number, (column, value) in enumerate(PLANTED.items())}
CANARIES = re.compile(
    rb"zanary|ZQ97\s?9QZ|X555\s?7775\d{5}|55577755\d\d|2012-02-29|20120229|29/02/2012|29 Feb(ruary)? 2012".replace(b" ", rb"\s"),
    re.IGNORECASE,
)


def content(path):
    """The bytes of a file, and those that stand in it packed: the parts of a workbook, the cells of a table."""
    packed = [path.read_bytes(), str(path).encode()]
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as parts:
            packed += [parts.read(name) for name in parts.namelist()]
    if path.suffix == ".parquet":
        packed.append(pd.read_parquet(path).to_csv().encode())
    return b"\n".join(packed)


def found(*folders, but=None):
    """Every file in which a canary stands, with the first that does; what stands in the repository too was not written by us."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    files = [path for path in files if but is None or not (but / path.relative_to(folders[0])).exists()]
    hits = {path: CANARIES.search(content(path)) for path in files}
    return {path.name: hit[0] for path, hit in hits.items() if hit}


def plant(folder, fields):
    """Put canaries into every personal column of the return; every kind of row that is set aside bears them too."""
    for table in TABLES:
        path = next(folder.glob(f"*_{table}.csv"))
        cells = pd.read_csv(path, dtype="str", keep_default_na=False)
        personal = [column for column, field in fields[table].items() if field.personal and column in cells]
        for column in personal:
            cells[column] = PLANTED.get(column, f"{WORD} was seen here")
        if table == "person":
            # Every child has a number of its own, of which all know the beginning.
            numbers = pd.Series(range(len(cells)))
            cells["upn"] = "X5557775" + numbers.astype("str").str.zfill(5)
            cells["uniquelearnernumber"] = ("55577755" + numbers.astype("str").str.zfill(2)).where(numbers < 90, "")
            cells.loc[5:9, list(MALFORMED)] = list(MALFORMED.values())  # a day that cannot be read costs the row
            cells.loc[10, "persontableid"] = cells.loc[9, "persontableid"]
            cells.loc[11, "sen2tableid"] = "no such record"
            cells.loc[12, "upn"] = "x555 777500012"
            cells.loc[13, "uniquelearnernumber"] += ".0"
        cells.to_csv(path, index=False)


def plant_registers(folder, fields):
    """Write every register with all its columns, and canaries in the personal ones."""
    for name in REGISTERS:
        cells = {field.heading: f"{WORD}, see file" if field.personal else "1" for field in fields[name].values()}
        pd.DataFrame([cells, cells]).to_csv(folder / f"{name}.csv", index=False)


@pytest.fixture(scope="module")
def fields(repository):
    return read_fields(repository / "data" / "dictionary")


@pytest.fixture
def extracts(checkout, fields):
    folder = checkout / PLACE / "extracts"
    write_sample(folder, plans=400, shape="blade", seed=7, census=date(2026, 1, 15), fields=fields, until=date(2026, 3, 31))
    as_if_real(folder)
    plant(folder, fields)
    plant_registers(folder, fields)
    (folder / f"{PLANTED['surname']} minutes.docx").write_text(PLANTED["forename"], encoding="utf-8")
    return folder


@pytest.fixture
def svip(checkout, tmp_path):
    """The command in an environment whose every place for caches, histories and logs can be searched."""
    for name in ("home", "temporary"):
        (tmp_path / name).mkdir()
    (tmp_path / "key").write_text(f"{WORD} is a key of more than 32 bytes", encoding="utf-8")
    places = {"HOME": tmp_path / "home", "TMPDIR": tmp_path / "temporary", "SVIP_KEY_FILE": tmp_path / "key"}
    # A list of fonts takes long to make anew, and holds none but fonts.
    settings = {name: str(path) for name, path in places.items()} | {"MPLCONFIGDIR": mpl.get_cachedir()}

    def call(*words):
        return run_svip(checkout, *words, **settings)

    return call


def test_the_search_finds_a_canary_in_whatever_it_is_packed(tmp_path):
    table = pd.DataFrame({"born": pd.to_datetime([PLANTED["personbirthdate"]]), "name": ["nobody"]})
    table.to_parquet(tmp_path / "a.parquet")
    pd.DataFrame({"name": [PLANTED["surname"]] * 50}).to_excel(tmp_path / "b.xlsx")
    (tmp_path / "c.log").write_text("a b zanary", encoding="utf-8")
    (tmp_path / "Zanaryson.txt").touch()
    (tmp_path / "sound.txt").write_text("nothing", encoding="utf-8")
    assert set(found(tmp_path)) == {"a.parquet", "b.xlsx", "c.log", "Zanaryson.txt"}


def test_a_check_and_a_whole_run_leave_no_canary_anywhere(repository, checkout, fields, extracts, svip, tmp_path):
    named = [name for name in REGISTERS if any(field.personal for field in fields[name].values())]
    assert len(found(extracts)) >= len(named) + 4  # they are in
    checked = svip("check", QUARTER)
    assert checked.returncode == 1, checked.stderr
    ran = svip("run", QUARTER, "--no-pdf")
    assert ran.returncode == 0, ran.stderr
    for said in (checked.stdout, checked.stderr, ran.stdout, ran.stderr):
        assert not CANARIES.search(said.encode()), said
    shutil.move(extracts, tmp_path / "taken away")
    kinds = {path.suffix for path in (checkout / "reports").rglob("*")}
    assert {".parquet", ".xlsx", ".csv", ".ipynb", ".html", ".json", ".jsonl"} <= kinds
    assert not found(checkout / "data", but=repository / "data")
    others = [folder for folder in checkout.iterdir() if folder.name != "data"]
    assert not found(*others, tmp_path / "home", tmp_path / "temporary")


def damage(extracts, change):
    path = next(extracts.glob("*_person.csv"))
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


DAMAGES = {
    "a record is too long": lambda text: f"{text}{','.join(PLANTED.values())}\n",
    "a record is cut off": lambda text: text[: text.rindex(PLANTED["postcode"])],
    "a quote is open": lambda text: text + text.splitlines()[1].replace(PLANTED["surname"], f'"{PLANTED["surname"]}') + "\n",
    "the heading is gone": lambda text: text.partition("\n")[2],
    "a name that is like a heading stands where it was": lambda text: text.partition("\n")[2].replace(PLANTED["surname"], "Surnam", 1),
    "a column stands twice": lambda text: text.replace("forename", "surname", 1),
    "it is another table": lambda text: "\n".join(line.replace(",", ";") for line in text.splitlines()),
    "a byte is nothing": lambda text: text.replace(PLANTED["surname"], f"\0{PLANTED['surname']}", 1),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_refusal_that_stops_everything_does_not_quote_the_file(extracts, fields, name):
    damage(extracts, DAMAGES[name])
    with pytest.raises(Refusal) as stop:
        read_sen2(extracts, fields)
    assert not CANARIES.search(str(stop.value).encode()), str(stop.value)
    assert "Surnam'" not in str(stop.value)


def test_a_mistake_of_the_program_is_told_by_its_place_and_kind_and_not_in_its_words(checkout, extracts, svip):
    code = checkout / "svip_lib" / "intake" / "check.py"
    begins = "    clean = clean_return("
    text = code.read_text(encoding="utf-8")
    assert begins in text
    code.write_text(text.replace(begins, "    pd.to_datetime(sent.tables['person']['surname'])\n" + begins), encoding="utf-8")
    failed = svip("check", QUARTER)
    assert failed.returncode == 1
    assert "check.py" in failed.stderr
    assert "Error: a mistake of this program" in failed.stderr
    assert not CANARIES.search((failed.stdout + failed.stderr).encode()), failed.stderr


def test_a_check_that_is_refused_says_nothing_of_the_child_and_leaves_nothing(extracts, svip, checkout, tmp_path):
    damage(extracts, DAMAGES["a record is too long"])
    refused = svip("check", QUARTER)
    assert refused.returncode == 2, refused.stderr
    assert "_person.csv, line" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not CANARIES.search((refused.stdout + refused.stderr).encode())
    assert not found(tmp_path / "home", tmp_path / "temporary")
    assert not (checkout / "reports").exists()
