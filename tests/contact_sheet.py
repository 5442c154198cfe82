"""Puts every page of a paper side by side into one picture, to be looked at: ``make contact-sheet`` (ARGS="PAPER --out PICTURE")."""

import argparse
import subprocess
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
ACROSS, GAP = 12, 8  # pages in a row, and pixels between them
GREY = "#d9dde1"


def contact_sheet(paper: Path, picture: Path, dots: int) -> int:
    """Draw the pages of a paper in rows, and return how many there are."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["pdftoppm", "-r", str(dots), "-png", paper, f"{folder}/page"], check=True)
        pages = [Image.open(path) for path in sorted(Path(folder).iterdir())]
        wide, high = (max(page.size[edge] for page in pages) + GAP for edge in (0, 1))
        sheet = Image.new("RGB", (wide * min(ACROSS, len(pages)) + GAP, high * -(-len(pages) // ACROSS) + GAP), GREY)
        for place, page in enumerate(pages):
            sheet.paste(page, (GAP + wide * (place % ACROSS), GAP + high * (place // ACROSS)))
        picture.parent.mkdir(parents=True, exist_ok=True)
        sheet.save(picture)
    return len(pages)


def main() -> None:
    """Take the newest pack where none is named."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("paper", nargs="?", type=Path)
    told.add_argument("--out", type=Path, default=ROOT / "reports" / "contact-sheet.png")
    told.add_argument("--dots", type=int, default=30, help="dots an inch")
    asked = told.parse_args()
    found = sorted(ROOT.glob("reports/*/*/public/pack.pdf"), key=lambda path: path.stat().st_mtime)
    if not (asked.paper or found):
        told.error("there is no pack yet; 'make pack' builds one")
    paper = asked.paper or found[-1]
    print(f"{contact_sheet(paper, asked.out, asked.dots)} pages of {paper} in {asked.out}")


if __name__ == "__main__":
    main()
