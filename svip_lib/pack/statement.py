"""The accessibility statement that the law asks for: what was tested and how, what was not, what is known to be wrong, whom to tell."""

import yaml
from bs4 import BeautifulSoup

from svip_lib.config.periods import day_label
from svip_lib.pack.body import TEMPLATES, Body, Heading
from svip_lib.pack.html import Cover, page, render

TITLE = Heading(1, "accessibility", "Accessibility statement")
TESTED = TEMPLATES / "accessibility.yaml"


def statement_page(cover: Cover) -> str:
    """Return the accessibility statement as a page of the pack.

    Args:
        cover: What the reader must know first; whose report it is, and whom to tell of a problem.
    """
    told = yaml.safe_load(TESTED.read_text(encoding="utf-8"))
    told["prepared_on"] = day_label(told["prepared_on"])
    html = render("accessibility.html.j2", council=cover.council, contact=cover.contact, **told)
    headings = [Heading(2, heading["id"], heading.get_text()) for heading in BeautifulSoup(html, "html.parser").find_all("h2")]
    return page([Body("accessibility", (TITLE, *headings), html)], cover, whole="index.html")
