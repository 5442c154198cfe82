"""The search for leaks, through a whole folder: a run looks through each file as it makes it."""

from pathlib import Path

from svip_lib.config.tokens import Tokens
from svip_lib.pack.leaks import Finding, Search, scan_file


def scan(folder: Path, tokens: Tokens | None = None) -> list[Finding]:
    """Everything in a folder that must not be published, in the order of the files; without tokens by its form alone."""
    paths = sorted(path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    assert paths, "there is nothing to scan"
    search = Search(tokens)
    return [found for path in paths for found in scan_file(path, path.relative_to(folder).as_posix(), search)]
