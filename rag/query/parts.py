"""The parts of a question that asks for several things at once. Pure."""

from __future__ import annotations

from rag.query.cues import cue


def parts(question: str) -> list[str]:
    """Return the stretches of a question that each ask for something, what leads up to one with it.

    A question that asks for one thing is returned whole.
    """
    found: list[str] = []
    pending = ""
    for clause in cue("part_start").split(question):
        pending = f"{pending} {clause.strip()}".strip()
        if cue("part_asks").search(clause):
            found.append(pending)
            pending = ""
    if found and pending:
        found[-1] = f"{found[-1]} {pending}"
    return found or [question]
