"""Prompts: Markdown files with `$name` slots, filled strictly both ways.

`$$` in a file is a dollar sign. A value is inserted as it is: a dollar sign or a brace in it means nothing.
"""

from collections.abc import Mapping
from importlib.resources import files
from string import Template

__all__ = ("PromptError", "fill", "names", "render", "slots")


class PromptError(ValueError):
    """A prompt that does not exist, or slots that do not fit it; names every one that is missing or extra."""


def names() -> tuple[str, ...]:
    """Return the names of all prompts, sorted."""
    return tuple(
        sorted(path.name.removesuffix(".md") for path in files(__name__).iterdir() if path.name.endswith(".md"))
    )


def slots(name: str) -> frozenset[str]:
    """Return the slots of a prompt; raises PromptError when there is no such prompt."""
    return frozenset(Template(read(name)).get_identifiers())


def render(name: str, **values: str | int) -> str:
    """Return the prompt `name` with every slot filled, without blank space around it.

    Raises PromptError when there is no such prompt, or when slots are missing or left over: it names all of them.
    """
    return fill(name, read(name), values)


def fill(name: str, text: str, values: Mapping[str, str | int]) -> str:
    """Return `text` with every slot filled; raises PromptError, in which `name` stands for the prompt."""
    template = Template(text)
    if not template.is_valid():
        raise PromptError(f"prompt {name!r}: a '$' starts no slot; write '$$' for a dollar sign")
    wanted, given = set(template.get_identifiers()), set(values)
    groups = (("missing", wanted - given), ("no slot for", given - wanted))
    faults = [f"{fault} {', '.join(map(repr, sorted(group)))}" for fault, group in groups if group]
    if faults:
        raise PromptError(f"prompt {name!r}: {'; '.join(faults)}")
    return template.substitute(values)


def read(name: str) -> str:
    """Return the text of a prompt's file; raises PromptError when there is none."""
    if name not in names():
        raise PromptError(f"there is no prompt {name!r}; there are {', '.join(names())}")
    return (files(__name__) / f"{name}.md").read_text(encoding="utf-8").strip()
