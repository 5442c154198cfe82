"""The runner, on notebooks that go wrong in every way that we know of."""

import json
import os
import shutil
import threading
import time
from contextlib import nullcontext
from pathlib import Path

import nbformat
import psutil
import pytest
import zmq

from svip_lib.config.refusal import Refusal
from svip_lib.disclosure.released import EVERYTHING, PICTURE, READ
from svip_lib.pack.execute import CHANNEL, Kernels, check_channels, check_parameters, execute_section
from svip_lib.pack.place import held, swap, sweep

PARAMETERS = {"authority": "medway", "quarter": "2025-26-Q4", "edition": "public"}
HEAD = 'authority = "medway"\nquarter = "latest"\nedition = "public"'


def notebook(path, *cells, head=HEAD):
    book = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}})
    book.cells = [nbformat.v4.new_code_cell(head, metadata={"tags": ["parameters"]})] + [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(book, path)
    return path


def run(tmp_path, *cells):
    source = notebook(tmp_path / "10_drawn.ipynb", *cells)
    (tmp_path / "executed").mkdir(exist_ok=True)
    return execute_section(source, tmp_path / "executed" / "10_drawn.ipynb", PARAMETERS, key=lambda read: {"key": "k", "read": read})


def test_a_notebook_gets_its_parameters_and_is_kept_under_its_key(tmp_path):
    assert run(tmp_path, "print(authority, quarter, edition)") is None
    book = nbformat.read(tmp_path / "executed" / "10_drawn.ipynb", as_version=4)
    assert "medway 2025-26-Q4 public" in json.dumps(book.cells[-1].outputs)
    assert book.metadata.svip == {"key": "k", "read": [list(EVERYTHING)]}  # it does not say what it has read


def test_what_a_notebook_says_that_it_has_read_is_taken_out_of_it_and_kept_beside_it(tmp_path):
    told = {READ: [["figures", "indicator", "ehc_plans_count"], ["sources", "", ""]]}
    assert run(tmp_path, f"display({told!r}, raw=True); print('shown')") is None
    book = nbformat.read(tmp_path / "executed" / "10_drawn.ipynb", as_version=4)
    assert book.metadata.svip.read == told[READ]
    assert [output.output_type for output in book.cells[-1].outputs] == ["stream"]


def test_the_pictures_of_a_notebook_are_taken_out_of_it_and_kept_beside_its_page(tmp_path):
    cell = f"display({{{PICTURE!r}: {{'one': 'MQ=='}}}}, raw=True); display({{{PICTURE!r}: {{'two': 'Mg=='}}}}, raw=True); print('shown')"
    assert run(tmp_path, cell) is None
    book = nbformat.read(tmp_path / "executed" / "10_drawn.ipynb", as_version=4)
    assert book.metadata[PICTURE] == {"one": "MQ==", "two": "Mg=="}
    assert [output.output_type for output in book.cells[-1].outputs] == ["stream"]


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("import os; os.kill(os.getpid(), 9)", "died"),
        ("import sys; sys.exit(0)", "did not run to its end"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("def f(:", "SyntaxError"),
        ("import sys; print('lost a row', file=sys.stderr)", "lost a row"),
        ("import warnings; warnings.warn('old')", "wrote a warning"),
    ],
    ids=["an error", "a killed kernel", "an exit that reports success", "an interrupt", "no Python", "an error output", "a warning"],
)
def test_a_section_that_does_not_run_to_its_end_failed_at_that_cell(tmp_path, cell, told):
    failure = run(tmp_path, "x = 1", cell, "y = 2")
    assert failure.section == "10_drawn"
    assert told in failure.reason
    assert cell in failure.source
    assert len(str(failure).splitlines()) < 12
    assert not (tmp_path / "executed" / "10_drawn.ipynb").exists()
    kept = nbformat.read(tmp_path / "executed" / "failed" / "10_drawn.ipynb", as_version=4)
    assert cell in [one.source for one in kept.cells]


def test_the_last_good_run_of_a_section_stays_when_the_next_one_fails(tmp_path):
    assert run(tmp_path, "print('good')") is None
    good = (tmp_path / "executed" / "10_drawn.ipynb").read_bytes()
    assert run(tmp_path, "1 / 0")
    assert (tmp_path / "executed" / "10_drawn.ipynb").read_bytes() == good


def test_a_refusal_in_a_notebook_is_told_without_a_traceback(tmp_path):
    failure = run(
        tmp_path,
        'from svip_lib.config.refusal import Refusal\nraise Refusal("The cell is wrong.", file="a.csv", line=3, remedy="Mend it.")',
    )
    assert failure.reason == "Refused. a.csv, line 3: The cell is wrong. Mend it."


def test_a_refusal_of_many_words_is_told_whole(tmp_path):
    words = "The cell is wrong in a way that takes many words to say. " * 4
    failure = run(tmp_path, f'from svip_lib.config.refusal import Refusal\nraise Refusal("{words.strip()}", remedy="Mend it.")')
    assert failure.reason == f"Refused. {words}Mend it."


def test_nothing_is_left_of_the_channel_to_a_kernel(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    run(tmp_path, "x = 1")
    assert not list(tmp_path.glob("svip-*"))


def test_a_kernel_that_waits_has_loaded_the_library_and_one_that_nobody_takes_ends(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    executed, kernels = tmp_path / "executed", Kernels(tmp_path / "executed")
    executed.mkdir()
    kernels.begin(2)
    while not len(list(tmp_path.glob("svip-*/loaded"))) == 2:
        time.sleep(0.05)
    begun = {child.pid: child for child in psutil.Process().children()}
    for number, told in (("20", "True"), ("30", "False")):
        source = notebook(tmp_path / f"{number}_drawn.ipynb", "import sys; print('svip_lib.section' in sys.modules)")
        if number == "30":  # instead of one that died while it waited, a new one is begun
            [last] = [child for child in begun.values() if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
            last.kill()
            last.wait(5)
        assert execute_section(source, executed / source.name, PARAMETERS, key=lambda read: {}, kernels=kernels) is None
        assert nbformat.read(executed / source.name, as_version=4).cells[-1].outputs[0].text == f"{told}\n"
    kernels.begin(1)
    while not [child for child in psutil.Process().children() if child.pid not in begun]:
        time.sleep(0.05)
    kernels.end()
    assert not [child for child in psutil.Process().children() if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    assert not list(tmp_path.glob("svip-*"))


@pytest.mark.filterwarnings("error")  # what a thread raises is a warning of pytest
def test_where_there_is_no_room_for_a_kernel_that_waits_none_does_and_nothing_is_printed(tmp_path, monkeypatch, capfd):
    with monkeypatch.context() as full:
        full.setattr("tempfile.tempdir", str(tmp_path / "gone"))
        kernels = Kernels(tmp_path)
        kernels.begin(2)
        kernels.end()
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(os.name != "posix", reason="elsewhere runner and kernel talk through ports")
def test_a_temporary_folder_whose_name_leaves_no_room_for_channels_is_refused_before_anything_starts(tmp_path, monkeypatch):
    """A kernel could not listen there, and the runner would wait for it for ever."""
    behind = len(f"/svip-01234567-01234567{CHANNEL}-5")
    for letters, fits in ((zmq.IPC_PATH_MAX_LEN - behind, True), (zmq.IPC_PATH_MAX_LEN - behind + 1, False)):
        place = f"/tmp/{'x' * (letters - len('/tmp/'))}"
        monkeypatch.setattr("tempfile.tempdir", place)
        with nullcontext() if fits else pytest.raises(Refusal, match="Set TMPDIR to a folder with a shorter name"):
            check_channels(tmp_path)
        with nullcontext() if fits else pytest.raises(zmq.ZMQError, match="longer than"), zmq.Context() as context:
            Path(place, "svip-01234567-01234567").mkdir(parents=True)
            try:
                context.socket(zmq.REP).bind(f"ipc://{place}/svip-01234567-01234567{CHANNEL}-5")
            finally:
                context.destroy(0)
                shutil.rmtree(place)


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ('authority = "medway"\nquarter = "latest"', "it lacks edition"),
        (HEAD + '\nquartr = "latest"', "nobody gives it quartr"),
        (HEAD.replace('"latest"', "202526"), "'quarter' must be text, not 202526"),
    ],
)
def test_parameters_are_checked_by_name_and_type_before_anything_starts(tmp_path, head, told):
    with pytest.raises(Refusal, match=told):
        check_parameters(notebook(tmp_path / "10_drawn.ipynb", head=head), PARAMETERS)


def test_a_swap_puts_the_new_pack_in_place_of_the_old_and_leaves_nothing_beside_it(tmp_path):
    for name, text in (("public", "old"), (".public.1", "new")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.html").write_text(text)
    swap(tmp_path / ".public.1", tmp_path / "public")
    assert (tmp_path / "public" / "index.html").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["public"]


def test_a_swap_that_was_cut_off_between_its_two_steps_is_put_right_by_the_next_run(tmp_path):
    (tmp_path / ".public.7.old").mkdir()
    (tmp_path / ".public.7.old" / "index.html").write_text("old")
    (tmp_path / ".public.7").mkdir()
    sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["public"]
    assert (tmp_path / "public" / "index.html").read_text() == "old"


@pytest.mark.skipif(os.name != "posix", reason="folders are guarded in another way on this system")
def test_a_swap_that_cannot_be_done_leaves_the_old_pack(tmp_path):
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "index.html").write_text("old")
    with pytest.raises(Refusal, match="cannot be put into its place"):
        swap(tmp_path / "is_not_there", tmp_path / "public")
    assert (tmp_path / "public" / "index.html").read_text() == "old"


def test_a_quarter_that_another_run_holds_is_waited_for_no_longer_than_is_said(tmp_path):
    with held(tmp_path / "private"):
        begun = time.monotonic()
        with pytest.raises(Refusal, match="Another run builds this quarter's pack"), held(tmp_path / "private", wait=1):
            pass
        assert 1 <= time.monotonic() - begun < 5
        assert (tmp_path / "private" / "run.lock").exists()  # who was refused takes nobody's lock away


def test_a_run_that_waits_goes_on_when_the_other_lets_go(tmp_path):
    first = held(tmp_path / "private")
    first.__enter__()
    threading.Timer(0.7, lambda: first.__exit__(None, None, None)).start()
    with held(tmp_path / "private", wait=30):
        assert (tmp_path / "private" / "run.lock").exists()
