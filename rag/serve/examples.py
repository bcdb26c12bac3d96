"""Questions to start with, made from the papers at hand without a language model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from rag.models import Language, Paper

SAMPLE: Mapping[Language, tuple[str, ...]] = {
    "en": (
        "How accurate is the detection of breast cancer in thermographic images?",
        "Which papers use diffusion models?",
        "How many labelled examples does spatial control of a diffusion model need?",
        "四旋翼的一个螺旋桨失效后如何控制？",
    ),
    "zh": (
        "乳腺热成像识别乳腺癌的准确率是多少？",
        "哪些论文用到了扩散模型？",
        "四旋翼的一个螺旋桨失效后如何控制？",
        "How well does in-ear sensing tell sleep from wakefulness?",
    ),
}
"""Questions about papers of the sample digest."""
ABOUT: Mapping[Language, str] = {"en": "What is new about {}?", "zh": "{} 用了什么方法？"}
COUNT: Mapping[Language, str] = {"en": "How many {} papers are there?", "zh": "{} 有多少篇论文？"}
NAMED = re.compile(r"([A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*): ", re.ASCII)
"""A title that begins with the name of what it presents; letters, digits and hyphens alone get into a question."""
CATEGORY = re.compile(r"[a-z-]{2,12}(?:\.[A-Za-z-]{2,8})?", re.ASCII)


def questions(papers: Sequence[Paper], language: Language, *, sample: bool = False) -> list[str]:
    """Return up to four questions in `language` that the papers can answer, the last in the other language."""
    if sample:
        return list(SAMPLE[language])
    names, category = coined_names(papers), main_category(papers)
    asked = [ABOUT[language].format(name) for name in names[:2]]
    if category:
        asked.insert(1, COUNT[language].format(category))
    other: Language = "zh" if language == "en" else "en"
    return asked + [ABOUT[other].format(name) for name in names[2:3]]


def coined_names(papers: Sequence[Paper]) -> list[str]:
    """Return names that titles begin with, of papers that have an abstract; each has two capitals at least."""
    found = (NAMED.match(paper.title) for paper in papers if paper.abstract)
    names = [match[1] for match in found if match and 3 <= len(match[1]) <= 24 and re.search(r"[A-Z].*[A-Z]", match[1])]
    return list(dict.fromkeys(names))


def main_category(papers: Sequence[Paper]) -> str:
    """Return the most frequent main category; empty where papers have none."""
    counts = Counter(paper.category for paper in papers if CATEGORY.fullmatch(paper.category))
    return counts.most_common(1)[0][0] if counts else ""
