"""A hostile file ends in a refusal or in clean data with a line in the account: never in a traceback, nor in a machine at a stand."""

import io
import json
import random
import subprocess
import sys
import zipfile
from datetime import date

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from svip_lib.config.fields import read_codes, read_fields
from svip_lib.config.refusal import Refusal
from svip_lib.intake.cleaning import clean_return
from svip_lib.intake.open import read_csv_text, read_workbook_text, read_xml_tree
from svip_lib.intake.registers import read_register
from svip_lib.intake.sen2 import read_sen2
from svip_lib.sample import write_sample

CENSUS = date(2025, 1, 16)
HEADING = "Cost Centre,Current Budget,Actual YTD\n"
SECONDS, GIGABYTE = 5, 1_000_000_000
# name: the file, and where and how it is refused by the reader of tables, and of registers; nothing where it is read.
LONG = ("line 2: The line has more than", "more than")
FILES = {
    "utf_16": ((HEADING + "0123,1,2\n").encode("utf-16"), ("line 1: The file is not text",) * 2),
    "nul": (HEADING.encode() + b"01\x0023,1,2\n", ("line 2: The file is not text",) * 2),
    "no_encoding": (HEADING.encode() + b"\x81\x8d,1,2\n", ("line 2: A character is neither",) * 2),
    "mark_alone": (b"\xff\xfe", ("", "None of the first")),
    "semicolons": ((HEADING + "1,2,3\n").replace(",", ";").encode(), ("line 1: The cells are separated by semicolons",) * 2),
    "tabs": ((HEADING + "1,2,3\n").replace(",", "\t").encode(), ("line 1: The cells are separated by tabs",) * 2),
    "extra_cell": ((HEADING + "1,2,3\n1,2,3,4\n").encode(), ("line 3: The line has 4 cells",) * 2),
    "short_line": ((HEADING + "1,2,3\n1,2\n").encode(), ("line 3: The line has 2 cells",) * 2),
    "names_for_nothing": ((HEADING + "NA,None,Null\n").encode(), ("", "")),
    "formulas": ((HEADING + '=1+1,"=HYPERLINK(""x"")",@SUM(A1)\n').encode(), ("", "")),
    "long_cell": ((HEADING + "x" * 40_000_000 + ",1,2\n").encode(), LONG),
    "long_cell_in_quotes": ((HEADING + '"' + "x" * 40_000_000 + '",1,2\n').encode(), LONG),
    "quoted_lines": ((HEADING + '"' + "x\n" * 20_000_000 + '",1,2\n').encode(), ("line 2: A quote", "line 2: A quote")),
    "many_cells": ((HEADING + "," * 40_000_000 + "\n").encode(), LONG),
    "wide_heading": (b"a," * 400_000 + b"b\n1\n", ("line 1: The first line has more than", "line 1: The table is larger")),
    "many_lines": ((HEADING + "1,2,3\n" * 1_000_000).encode(), ("", "line 200001: The table is larger")),
    "empty_lines": ((HEADING + "\n" * 3_000_000 + "1,2,3\n").encode(), ("", "line 1048577: The table is larger")),
}
CHILD = """
import json, resource, sys, time
from pathlib import Path
from svip_lib.config.fields import read_fields
from svip_lib.config.refusal import Refusal
from svip_lib.intake.open import read_csv_text
from svip_lib.intake.registers import read_register

folder, dictionary, allowed = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
fields = read_fields(dictionary)
readers = [read_csv_text, lambda path: read_register(path, "ledger", fields).table]
read_csv_text(folder / "short.csv")  # whatever is loaded late is loaded now
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + allowed, used + allowed))
for name in sys.argv[4:]:
    told = []
    for read in readers:
        begun = time.perf_counter()
        try:
            outcome = f"read {len(read(folder / name))}"
        except Refusal as refusal:
            outcome = str(refusal)
        told.append((outcome, time.perf_counter() - begun))
    print(json.dumps(told), flush=True)
"""


@pytest.fixture(scope="module")
def fields(repository):
    return read_fields(repository / "data" / "dictionary")


@pytest.fixture(scope="module")
def outcomes(repository, tmp_path_factory):
    """What one child process, which may take a gigabyte, made of every file."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "short.csv").write_text(HEADING + "1,2,3\n", encoding="utf-8")
    for name, (content, _) in FILES.items():
        (folder / name).with_suffix(".csv").write_bytes(content)
    command = [sys.executable, "-c", CHILD, str(folder), str(repository / "data" / "dictionary"), str(GIGABYTE)]
    done = subprocess.run([*command, *(f"{name}.csv" for name in FILES)], cwd=repository, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(zip(FILES, map(json.loads, done.stdout.splitlines()), strict=True))


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of memory is Linux's")
@pytest.mark.parametrize("name", FILES)
def test_a_hostile_csv_is_read_or_refused_with_its_place_within_five_seconds_and_a_gigabyte(outcomes, name):
    for (outcome, seconds), expected in zip(outcomes[name], FILES[name][1], strict=True):
        assert seconds < SECONDS
        if expected:
            assert f"{name}.csv" in outcome
            assert expected in outcome
        else:
            assert outcome.startswith("read ")


def test_a_word_that_means_nothing_elsewhere_and_a_leading_zero_stay_as_they_are(tmp_path, fields):
    (tmp_path / "ledger.csv").write_text(f"{HEADING}0163,NA,None\nNull,nan,-\n", encoding="utf-8")
    table = read_register(tmp_path / "ledger.csv", "ledger", fields).table
    assert table[["cost_centre", "current_budget", "actual_to_date"]].to_numpy().tolist() == [["0163", "NA", "None"], ["Null", "nan", "-"]]


@pytest.fixture
def blade(tmp_path, fields):
    write_sample(tmp_path / "blade", plans=40, shape="blade", seed=1, census=CENSUS, fields=fields)
    return tmp_path / "blade"


def account(folder, fields, repository):
    codes = read_codes(repository / "data" / "dictionary")
    return clean_return(
        read_sen2(folder, fields), fields, codes, la_code="887", year=2025, last_day=CENSUS, key=b"a key of the test"
    ).account


def persons(folder):
    """The file of persons, its heading and its lines, as an attacker or an editor would change them."""
    path = next(folder.glob("*_person.csv"))
    heading, *lines = path.read_text(encoding="utf-8-sig").splitlines()
    return path, heading, lines


def test_a_heading_that_is_repeated_among_the_records_is_set_aside_with_a_line_in_the_account(blade, fields, repository):
    path, heading, lines = persons(blade)
    path.write_text("\n".join([heading, *lines[:5], heading, *lines[5:]]), encoding="utf-8")
    found = account(blade, fields, repository)
    told = found[(found["line"] == 7) & (found["file"] == path.name)]
    assert "orphan_person" in set(told["rule"])
    assert "surname" not in set(told["found"])


@pytest.mark.parametrize("cell", ["01/02/2013", "=1+1", "=HYPERLINK(1)", "Null", "31/02/2013", "1e9", "9" * 5_000])
def test_a_day_that_cannot_be_read_one_way_is_never_guessed_and_costs_the_row(blade, fields, repository, cell):
    path, heading, lines = persons(blade)
    place = heading.split(",").index("personbirthdate")
    cells = lines[3].split(",")
    cells[place] = cell
    path.write_text("\n".join([heading, *lines[:3], ",".join(cells), *lines[4:]]), encoding="utf-8")
    found = account(blade, fields, repository)
    told = found[(found["line"] == 5) & (found["file"] == path.name) & (found["column"] == "personbirthdate")]
    assert set(told["level"]) == {"quarantine"}


@pytest.mark.parametrize("ends", ["\r", "\r\n", "\n", "\r\r\n"])
def test_the_line_ends_of_any_system_give_the_same_table(tmp_path, ends):
    (tmp_path / "ends.csv").write_bytes(f"a,b{ends}1,2{ends}{ends}3,4".encode())
    assert read_csv_text(tmp_path / "ends.csv").to_numpy().tolist() == [["1", "2"], ["3", "4"]]


@pytest.fixture(scope="module")
def sound(tmp_path_factory, fields):
    """A sound return as XML and as a workbook, in bytes that a test may damage."""
    folder = tmp_path_factory.mktemp("sound")
    for shape in ("xml", "workbook"):
        write_sample(folder / shape, plans=20, shape=shape, seed=1, census=CENSUS, fields=fields)
    return next(folder.glob("xml/*.xml")).read_bytes(), next(folder.glob("workbook/*.xlsx")).read_bytes()


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The bytes after a few cuts, insertions and changes at random places."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 5)):
        place = chance.randrange(len(changed) + 1)
        pieces = (b"", bytes([chance.randrange(256)]), chance.choice([b'"', b"<", b"&", b"\0", b"\n", b"]]>", b"9" * 40]))
        changed[place : place + chance.choice([0, 1, 1, 7, 300])] = chance.choice(pieces)
    return bytes(changed)


def read_or_refused(read, path, content):
    path.write_bytes(content)
    try:
        read(path)
    except Refusal as refusal:
        assert path.name in str(refusal)


UNTIED = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


@settings(max_examples=60, **UNTIED)
@example(b"\xff\xfe")
@example(b"a,b")
@given(st.one_of(st.binary(max_size=60), st.text('a1,";\n\r\t £é=\x85', max_size=60).map(str.encode)))
def test_no_bytes_of_a_csv_file_end_in_a_traceback(tmp_path, fields, content):
    for head in (b"", HEADING.encode()):
        read_or_refused(read_csv_text, tmp_path / "drawn.csv", head + content)
        read_or_refused(lambda path: read_register(path, "ledger", fields), tmp_path / "drawn.csv", head + content)


@settings(max_examples=30, **UNTIED)
@given(st.integers(0, 2**32))
def test_no_damage_to_an_xml_file_ends_in_a_traceback(tmp_path, fields, sound, seed):
    content = damaged(sound[0], random.Random(seed))
    read_or_refused(read_xml_tree, tmp_path / "drawn.xml", content)
    read_or_refused(lambda path: read_sen2(path, fields), tmp_path / "drawn.xml", content)


@settings(max_examples=30, **UNTIED)
@given(st.integers(0, 2**32), st.booleans())
def test_no_damage_to_a_workbook_or_to_a_part_of_it_ends_in_a_traceback(tmp_path, fields, sound, seed, within):
    chance, content = random.Random(seed), sound[1]
    if within:  # a part is damaged and zipped again, so that the damage reaches the reader of cells
        parts, made = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
        victim = chance.choice(parts.namelist())
        with zipfile.ZipFile(made, "w") as again:
            for name in parts.namelist():
                again.writestr(name, damaged(parts.read(name), chance) if name == victim else parts.read(name))
        content = made.getvalue()
    else:
        content = damaged(content, chance)
    read_or_refused(read_workbook_text, tmp_path / "drawn.xlsx", content)
    read_or_refused(lambda path: read_sen2(path, fields), tmp_path / "drawn.xlsx", content)
    read_or_refused(lambda path: read_register(path, "ledger", fields), tmp_path / "drawn.xlsx", content)
