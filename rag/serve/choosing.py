"""Active restrictions as chips, and what can be done with chosen papers, as safe HTML (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from rag.models import Filters, Paper
from rag.serve.markup import plain, sanitised
from rag.serve.wording import Wording
from rag.text import shortened

MOST_CHOSEN = 20
"""Papers that can be chosen at once."""
NAME_LENGTH = 36
"""Characters of a title in a chip."""


def active(limits: Filters, papers: Sequence[Paper], words: Wording) -> str:
    """Return a chip for each active restriction, then what can be done with the chosen papers; empty without any.

    `papers` are those of `limits.papers` that the store holds.
    """
    titles = {paper.arxiv_id: paper.title for paper in papers}
    chips = [
        *(drop_chip("category", name, name, words) for name in limits.categories),
        *(drop_chip("author", name, name, words) for name in limits.authors),
        *(drop_chip("since", str(limits.since), f"{words.since} {limits.since}", words) for _ in [0] if limits.since),
        *(drop_chip("until", str(limits.until), f"{words.until} {limits.until}", words) for _ in [0] if limits.until),
        *(drop_chip("paper", one, shown(one, titles.get(one, "")), words) for one in limits.papers),
    ]
    if not chips:
        return ""
    return sanitised(
        f'<div class="chips">{" ".join(chips)}{deeds(limits.papers, words) if limits.papers else ""}</div>'
    )


def shown(identifier: str, title: str) -> str:
    """Return how a chosen paper is named: its id and how its title begins."""
    return f"{identifier} {shortened(title, NAME_LENGTH)}".strip()


def drop_chip(kind: str, value: str, name: str, words: Wording) -> str:
    """Return the chip of one restriction; a click takes it away. Its `id` tells which."""
    label = plain(words.drop.format(name=name))
    return (
        f'<button class="drop {kind}" type="button" title="{label}">'
        f'<span class="value">{plain(value)}</span><span class="name">{plain(name)}</span></button>'
    )


def deeds(papers: Sequence[str], words: Wording) -> str:
    """Return what can be done with chosen papers: questions about them, and files of them."""
    listed = joined(papers, words)
    question = words.summarise_question[0 if len(papers) == 1 else 1].format(papers=listed)
    told = [say(words.summarise, question)]
    if len(papers) > 1:
        told.append(say(words.compare, words.compare_question.format(papers=listed)))
    ids = quote(",".join(papers), safe=",/")
    for suffix, name in (("bib", words.export_bibtex), ("csv", words.export_csv)):
        told.append(f'<a class="export" href="/papers.{suffix}?ids={ids}&amp;lang={words.language}">{plain(name)}</a>')
    return f' <span class="deeds">{" ".join(told)}</span>'


def say(label: str, question: str) -> str:
    """Return a button that asks a question."""
    return f'<button class="say" type="button" title="{plain(question)}">{plain(label)}</button>'


def joined(names: Sequence[str], words: Wording) -> str:
    """Return names as a sentence lists them."""
    last = " 和 " if words.language == "zh" else " and "
    comma = "、" if words.language == "zh" else ", "
    return last.join((comma.join(names[:-1]), names[-1])) if len(names) > 1 else names[0]
