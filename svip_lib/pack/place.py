"""Where a pack stands: one run at a time builds it beside the old one, and one step puts it in its place."""

import ctypes
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from svip_lib.config.project import OWNER_ONLY
from svip_lib.config.refusal import Refusal

BETWEEN_LOOKS = 0.5  # seconds
HERE, EXCHANGE = -100, 2  # of Linux: paths count from the current folder; the two change places in one step


@contextmanager
def held(folder: Path, wait: float = 0) -> Iterator[None]:
    """Hold a council's quarter for one run. The system lets go of it by itself when the run ends, however it ends.

    Args:
        folder: The private folder of the quarter.
        wait: So many seconds another run may take to let go of it.

    Raises:
        Refusal: When another run holds it.
    """
    lock, end = folder / "run.lock", time.monotonic() + wait
    while (file := _taken(lock)) is None:
        if time.monotonic() >= end:
            raise Refusal(
                "Another run builds this quarter's pack.",
                file=folder.parent,
                remedy="Wait until it is done, or stop it; then run again.",
            )
        time.sleep(BETWEEN_LOOKS)
    with file:
        try:
            yield
        finally:
            if list(folder.iterdir()) == [lock]:  # a run that was refused leaves nothing, not even the place of its lock
                with suppress(OSError):
                    lock.unlink()
                    for place in (folder, *folder.parents):
                        place.rmdir()  # until one is not empty


def _taken(lock: Path) -> IO | None:
    """The lock's file, held; nothing where another run holds it. One that its last holder took away meanwhile holds nobody off."""
    while True:
        lock.parent.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
        try:
            file = lock.open("a")
        except FileNotFoundError:
            continue
        if not _locked(file):
            file.close()
            return None
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), lock.stat()):
                return file
        file.close()


def _locked(file) -> bool:
    try:
        if os.name == "posix":
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    except OSError:
        return False
    return True


def watch(parent: int, end: Callable[[], object]) -> None:
    """Call ``end`` when the process that began this one is gone, also when it was killed and could tell nobody."""

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(BETWEEN_LOOKS)
        end()

    threading.Thread(target=look, daemon=True).start()


def sweep(*folders: Path) -> None:
    """Take away what earlier runs left when they were killed: everything whose name begins with a dot. Only one run is at work here."""
    for folder in folders:
        for old in folder.glob(".*.old"):
            if not (place := folder / old.name.split(".")[1]).exists():
                old.rename(place)  # a swap in two steps was cut off between them
        for path in folder.glob(".*") if folder.is_dir() else ():
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that at every moment it is either as it was or whole."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(data)
    beside.replace(path)


def swap(new: Path, place: Path) -> None:
    """Put a finished folder into its place: at every moment either the old pack stands there, or the new one.

    Raises:
        Refusal: When the folder cannot be written to; the old pack stays.
    """
    old = place.with_name(f".{place.name}.{os.getpid()}.old")
    try:
        if place.exists() and _exchanged(new, place):
            new.rename(old)
        else:
            if place.exists():
                place.rename(old)
            new.rename(place)
    except OSError as mistake:
        if old.exists() and not place.exists():
            old.rename(place)
        raise Refusal(
            f"The pack cannot be put into its place ({mistake.strerror}).",
            file=place,
            remedy="Close what holds it open, or free its folder.",
        ) from None
    shutil.rmtree(old, ignore_errors=True)


def _exchanged(one: Path, other: Path) -> bool:
    """Let two folders change places in one step, where the system can; else two steps must do."""
    with suppress(OSError, AttributeError):
        return ctypes.CDLL(None).renameat2(HERE, os.fsencode(one), HERE, os.fsencode(other), EXCHANGE) == 0
    return False
