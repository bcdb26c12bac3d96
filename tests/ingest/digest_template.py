"""The newest Markdown template, written out for tests: papers -> text."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

FIELDS = ("tldr", "motivation", "method", "result", "conclusion", "abstract")


@dataclass(frozen=True, kw_only=True)
class Card:
    """What the template is filled with."""

    arxiv_id: str = "2509.00001"
    title: str = "A Title"
    authors: tuple[str, ...] = ("Ann Author", "Bo Writer")
    category: str = "cs.CV"
    tldr: str = "一句话总结。"
    motivation: str = "研究动机在此。"
    method: str = "我们提出一种方法。"
    result: str = "准确率提高 3.5%。"
    conclusion: str = "方法有效。"
    abstract: str = "We study a thing. It works well, by 3.5% on two data sets."


def render_card(card: Card, number: int = 1) -> str:
    """Return one entry."""
    abstract = "\n".join(textwrap.wrap(card.abstract, 79, break_long_words=False, break_on_hyphens=False))
    return (
        f"### [{number}] [{card.title}](https://arxiv.org/abs/{card.arxiv_id})\n*{','.join(card.authors)}*\n\n"
        f"Main category: {card.category}\n\nTL;DR: {card.tldr}\n\n\n<details>\n  <summary>Details</summary>\n"
        f"Motivation: {card.motivation}\n\nMethod: {card.method}\n\nResult: {card.result}\n\n"
        f"Conclusion: {card.conclusion}\n\nAbstract: {abstract}\n\n</details>\n\n\n"
    )


def render(cards: Sequence[Card]) -> str:
    """Return a digest: the table of contents, then the cards by category."""
    sections = dict.fromkeys(card.category for card in cards)
    counts = {name: sum(card.category == name for card in cards) for name in sections}
    toc = "".join(f"- [{name}](#{name}) [Total: {count}]\n" for name, count in counts.items())
    text = f"<div id=toc></div>\n\n# Table of Contents\n\n{toc}\n\n"
    number = 0
    for name in sections:
        text += f"<div id='{name}'></div>\n\n# {name} [[Back]](#toc)\n\n"
        for card in cards:
            if card.category == name:
                number += 1
                text += render_card(card, number)
    return text
