"""Reads a YAML file into a pydantic model, and says on which line a mistake stands."""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from svip_lib.config.refusal import Refusal

# The parser in C reads the same and is ten times quicker; PyYAML has it on most systems.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Model = TypeVar("Model", bound=BaseModel)


class Entry(BaseModel):
    """A mapping in one of our YAML files: a key that is not listed is a typing error, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


def read_yaml(path: Path, model: type[Model]) -> Model:
    """Return the file as the given model.

    Args:
        path: A YAML file.
        model: The pydantic model that says which keys it may hold.

    Raises:
        Refusal: When the file is missing, is not YAML, or breaks the model; with the line of the first mistake.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Refusal("The file is missing.", file=path, remedy="Restore it from git.") from None
    except UnicodeDecodeError:
        raise Refusal("The file is not UTF-8 text.", file=path, remedy="Save it again as UTF-8.") from None
    try:
        tree = yaml.compose(text, Loader=LOADER)
        content = yaml.load(text, Loader=LOADER)
    except yaml.YAMLError as mistake:
        mark = getattr(mistake, "problem_mark", None)
        raise Refusal(
            f"This is not YAML: {getattr(mistake, 'problem', None) or mistake}.",
            file=path,
            line=mark.line + 1 if mark else None,
            remedy="Correct that line; mind colons, quotes and indents.",
        ) from None
    except ValueError:  # a word that looks like a day or a number and is none
        wrong = next((node for node in _nodes(tree, set()) if _is_unreadable(node)), tree)
        raise Refusal(
            f"'{wrong.value}' is no day of the calendar, and no number.",
            file=path,
            line=wrong.start_mark.line + 1,
            remedy="Write a day as 2026-08-01; put what is meant as words into quotes.",
        ) from None
    repeated = _repeated_key(tree)
    if repeated:
        raise Refusal(
            f"The key '{repeated.value}' stands twice in one mapping.",
            file=path,
            line=repeated.start_mark.line + 1,
            remedy="Keep one of the two.",
        )
    try:
        return model.model_validate(content)
    except ValidationError as mistakes:
        # A key that is not known is the typing error itself; the one that is therefore missing would be told of another line.
        first, rest = min(mistakes.errors(), key=lambda error: error["type"] != "extra_forbidden"), mistakes.error_count() - 1
        where = " → ".join(str(step) for step in first["loc"])
        more = f" ({rest} more follow.)" if rest else ""
        problem = "No such key is known here" if first["type"] == "extra_forbidden" else first["msg"].removeprefix("Value error, ")
        raise Refusal(
            f"'{where}': {problem}.{more}",
            file=path,
            line=_line(tree, first["loc"]),
            remedy="Correct the entry; those beside it, and the file's first lines, show the form.",
        ) from None


def _line(tree: yaml.Node | None, location: tuple) -> int | None:
    """The line of the deepest node on the way to the mistake: of the key that is wrong, or of the mapping that lacks one."""
    if tree is None:
        return 1
    node = mark = tree
    for step in location:
        if isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if str(key.value) == str(step)]
            if not found:
                break
            mark, node = found[0]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            mark = node = node.value[step]
    return mark.start_mark.line + 1


def _nodes(node: yaml.Node | None, walked: set[int]) -> Iterator[yaml.Node]:
    """A node and all that is in it, in the order of the file, each once; one may be referred to from within itself."""
    if node is None or id(node) in walked:
        return
    walked.add(id(node))
    yield node
    for part in node.value if isinstance(node, yaml.CollectionNode) else ():
        for inner in part if isinstance(part, tuple) else (part,):
            yield from _nodes(inner, walked)


def _repeated_key(tree: yaml.Node | None) -> yaml.Node | None:
    """PyYAML keeps the last of two equal keys in silence; an append-only record must not lose the first."""
    for node in _nodes(tree, set()):
        seen = set()
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if key.value in seen:
                return key
            seen.add(key.value)
    return None


def _is_unreadable(node: yaml.Node) -> bool:
    """Tell whether a word is not what it looks like, as the day 2026-02-30."""
    if isinstance(node, yaml.ScalarNode):
        try:
            yaml.SafeLoader("").construct_object(node)
        except ValueError:
            return True
    return False
