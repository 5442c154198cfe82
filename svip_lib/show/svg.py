"""A chart in as few bytes as its content takes, with the letters that it draws: a page carries dozens of them."""

import re
from collections import Counter
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from svip_lib.show.fonts import subset_face

EVERYWHERE = "*{stroke-linejoin:round;stroke-linecap:butt}"  # what matplotlib says once for the whole of its drawing
REFERENCE = re.compile(r'(?:(?<=url\(#)|(?<=href="#))\w+')
STRAIGHT = re.compile(r"[ML][^A-Za-z]*(?:L[^A-Za-z]*)+")


def compact(svg: str) -> str:
    """Return a drawing of matplotlib's as the same picture without groups, spare names and repeated styles, and with its own letters.

    Args:
        svg: The drawing; its text is text.
    """
    names = {name: f"i{number}" for number, name in enumerate(dict.fromkeys(REFERENCE.findall(svg)))}
    bare = re.sub(r' xmlns(:xlink)?="[^"]*"|(?<= )xlink:(?=href)', "", svg)  # names with their space are long, and said once below
    root = ElementTree.fromstring(REFERENCE.sub(lambda name: names[name[0]], bare))
    root.set("xmlns", "http://www.w3.org/2000/svg")
    for element in root.iter():
        _shorten(element, names)
    root[:] = [element for element in _flat(root) if element.find("style") is None]
    letters: dict[int, set[str]] = {400: set(), 600: set()}
    for element in root.iter("text"):
        letters[600 if "font-weight:600" in element.get("style", "") else 400] |= set("".join(element.itertext()))
    styles = Counter(element.get("style") for element in root.iter() if "style" in element.attrib)
    classes = {style: f"c{number}" for number, (style, times) in enumerate(styles.items()) if times > 1 and "url(" not in style}
    for element in root.iter():
        if (style := element.get("style")) in classes:
            element.set("class", classes[style])
            del element.attrib["style"]
    faces = [subset_face(weight, "normal", "".join(sorted(drawn))) for weight, drawn in letters.items() if drawn]
    rules = [f".{name}{{{style}}}" for style, name in classes.items()]
    root.insert(0, Element("style"))
    root[0].text = "".join([*faces, EVERYWHERE, *rules])
    return ElementTree.tostring(root, encoding="unicode").replace(" />", "/>")


def _shorten(element: Element, names: dict[str, str]) -> None:
    """Write an element's attributes without spaces, needless digits and names that nothing refers to."""
    told = element.attrib
    told["style"] = re.sub(r"\s*([:;,])\s*|'", r"\1", told.get("style", ""))
    told["id"] = names.get(told.get("id", ""), "")
    told["transform"] = re.sub(r"rotate\(-?0 [^)]*\)", "", told.get("transform", ""))  # text that stands straight
    for name in ("d", "x", "y"):
        # A tenth of a point is less than anybody sees.
        rounded = re.sub(r"-?\d+\.\d+", lambda number: f"{float(number[0]):.1f}".removesuffix(".0"), told.get(name, ""))
        tight = re.sub(r"\s*([A-Za-z])\s*", r"\1", rounded.strip())
        told[name] = re.sub(r"\s+", ",", STRAIGHT.sub(lambda line: line[0][0] + line[0][1:].replace("L", " "), tight))
    for name in [name for name, value in told.items() if not value]:
        del told[name]
    if element.tag not in ("text", "style"):
        element.text = None
    element.tail = None


def _flat(element: Element) -> Iterator[Element]:
    """What an element holds, without the groups that say nothing and the shapes that draw nothing."""
    for child in element:
        child[:] = _flat(child)
        if child.tag == "g" and not child.attrib:
            yield from child
        elif child.get("style") != "fill:none":
            yield child
