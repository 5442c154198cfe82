"""Where things stand: the folder of the project, and the folders of each council and quarter in it."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from svip_lib.config.periods import Quarter
from svip_lib.config.refusal import Refusal

OWNER_ONLY = 0o700  # a folder for its owner
EDITIONS = ("public", "internal")
LATEST, NEWEST = "latest", "newest"
LANDMARKS = ("svip_lib", "notebooks", "data")
# A folder laid out like data/ that a run reads in its stead; kernels learn of it by this variable.
DATA_VARIABLE = "SVIP_DATA"


@dataclass(frozen=True)
class Project:
    """The checkout that the current folder belongs to, so that a copied checkout works on its own files.

    Attributes:
        root: The folder that holds ``notebooks``, ``svip_lib`` and ``data``.
        data: The folder that is read; ``root / "data"`` unless another was named.
    """

    root: Path
    data: Path

    @classmethod
    def find(cls, start: Path | None = None, data: Path | None = None) -> "Project":
        """Return the project around a folder: the current one, if none is named.

        Raises:
            Refusal: When no folder above holds a project, or the data folder does not exist.
        """
        start = (start or Path.cwd()).resolve()
        root = next((folder for folder in (start, *start.parents) if all((folder / mark).is_dir() for mark in LANDMARKS)), None)
        if root is None:
            raise Refusal(
                f"No SVIP project was found in '{start}' or above it.",
                remedy="Change into the project's folder (the one with notebooks, svip_lib and data) and try again.",
            )
        named = data or os.environ.get(DATA_VARIABLE)
        folder = Path(named).resolve() if named else root / "data"
        if not (folder / "authorities").is_dir():
            raise Refusal(
                f"The data folder '{named or folder}' has no folder 'authorities'.",
                remedy="Name a folder that is laid out like the project's own data folder.",
            )
        return cls(root, folder)

    @property
    def reference(self) -> Path:
        """The published figures in our own layout."""
        return self.data / "reference"

    @property
    def dictionary(self) -> Path:
        """The indicators and fields, described."""
        return self.data / "dictionary"

    @property
    def notebooks(self) -> Path:
        """The notebooks, one a section."""
        return self.root / "notebooks"

    @property
    def authorities(self) -> list[str]:
        """The names of the councils that have a folder."""
        return sorted(path.parent.name for path in self.data.glob("authorities/*/authority.yaml"))

    def authority(self, name: str) -> Path:
        """Return the folder of a council.

        Raises:
            Refusal: When there is none of that name; a name is never used as a path before it is known.
        """
        if not isinstance(name, str) or name not in self.authorities:
            raise Refusal(
                f"There is no authority called '{name}'.",
                remedy=f"Choose one of: {', '.join(self.authorities)}; or add a folder for it under data/authorities.",
            )
        return self.data / "authorities" / name

    def quarters(self, authority: str) -> list[Quarter]:
        """Return the quarters that a council has laid out, oldest first."""
        folders = (path.parent.name for path in (self.authority(authority) / "quarters").glob("*/quarter.yaml"))
        return sorted(Quarter.parse(name) for name in folders)

    def quarters_before(self, authority: str, quarter: Quarter) -> list[Quarter]:
        """Return the quarters before one of which a council keeps a folder, also those that can no longer be run, oldest first."""
        names = (path.name for path in (self.authority(authority) / "quarters").glob("20*-Q*") if path.is_dir())
        return sorted(known for known in map(Quarter.parse, names) if known < quarter)

    def quarter(self, authority: str, text: str = LATEST) -> Quarter:
        """Return a quarter of a council.

        Args:
            authority: The council.
            text: The quarter as ``2025-26-Q4``, ``latest`` for the newest that has its day ``as_at``, or ``newest`` for the newest
                that is laid out: one that is still being prepared must not take the place of the last pack.

        Raises:
            Refusal: When the council has no such quarter.
        """
        from svip_lib.config.authority import read_quarter  # its models take a moment to load, and most commands have no use for them

        known = self.quarters(authority)
        if text in (LATEST, NEWEST):
            ready = (one for one in reversed(known) if text == NEWEST or read_quarter(self.authority(authority), one).as_at)
            quarter = next(ready, None)
        else:
            quarter = Quarter.parse(text)
        if quarter is None or quarter not in known:
            raise Refusal(
                f"{authority} has no quarter {text}.",
                file=f"data/authorities/{authority}/quarters",
                remedy=f"Choose one of: {', '.join(map(str, known)) or 'none yet'}; or lay it out with 'svip new-quarter'.",
            )
        return quarter

    def quarter_folder(self, authority: str, quarter: Quarter) -> Path:
        """Return the folder of a council's quarter."""
        return self.authority(authority) / "quarters" / str(quarter)

    def find_extracts(self, authority: str, quarter: Quarter) -> Path | None:
        """Return the folder with a quarter's real extracts, where there are any, or else that with its synthetic sample; never both.

        The notes that say what is wanted, and hidden files, do not make a folder one with extracts.
        """
        folders = (self.quarter_folder(authority, quarter) / name for name in ("extracts", "sample"))
        return next((folder for folder in folders if any(extracts_in(folder))), None)

    def extracts(self, authority: str, quarter: Quarter) -> Path:
        """Return the folder of ``find_extracts``.

        Raises:
            Refusal: When there is none.
        """
        found = self.find_extracts(authority, quarter)
        if found is None:
            raise Refusal(
                f"There are no extracts for {quarter}.",
                file=self.quarter_folder(authority, quarter) / "extracts",
                remedy="Put the quarter's files into that folder, or name another with --data; 'svip sample' makes a synthetic return.",
            )
        return found

    def commentary(self, authority: str, quarter: Quarter, section: str) -> Path:
        """Return the Markdown file with the analyst's words on a section; it need not exist."""
        return self.authority(authority) / "commentary" / str(quarter) / f"{section}.md"

    def released(self, authority: str) -> Path:
        """Return the folder with what a council has published, a folder a quarter; it need not exist."""
        return self.authority(authority) / "released"

    def reports(self, authority: str, quarter: Quarter) -> Path:
        """Return the folder that holds everything written about a council's quarter."""
        return self.root / "reports" / authority / str(quarter)

    def private(self, authority: str, quarter: Quarter, edition: str) -> Path:
        """Return the folder, readable by its owner only, for what serves a run and is never published."""
        return self.reports(authority, quarter) / "private" / edition

    def sections(self) -> list[str]:
        """Return the names of the sections: every notebook whose name begins with two digits."""
        return sorted(path.stem for path in self.notebooks.glob("[0-9][0-9]_*.ipynb"))


def extracts_in(folder: Path) -> list[Path]:
    """Return what lies in a folder of extracts beside notes (``.md``) and hidden files."""
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in found if path.suffix.lower() != ".md" and not path.name.startswith((".", "~$"))]


def check_edition(edition: str) -> str:
    """Return the edition if there is such a one.

    Raises:
        Refusal: When it is neither ``public`` nor ``internal``.
    """
    if edition not in EDITIONS:
        raise Refusal(f"'{edition}' is not an edition.", remedy=f"Choose one of: {', '.join(EDITIONS)}.")
    return edition


def check_section(name: str, sections: list[str]) -> str:
    """Return the section that a number or a name stands for.

    Example:
        >>> check_section("10", ["10_ehc_plans", "30_placements"])
        '10_ehc_plans'
    """
    found = [section for section in sections if name in (section, section[:2])] if re.fullmatch(r"\w+", name) else []
    if not found:
        raise Refusal(f"There is no section '{name}'.", remedy=f"Choose one of: {', '.join(sections)}.")
    return found[0]
