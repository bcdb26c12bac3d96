"""Questions for every paper on a subject: all papers are looked at, none is left to a top-k."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rag.models import CARD_FIELDS, Paper, Sentence
from rag.query.corpus import Corpus
from rag.query.drafts import Draft
from rag.query.evidence import cite
from rag.query.phrasing import marked
from rag.query.records import COUNT, MOST_LISTED, say, scope_words
from rag.query.retrieval import Ranking
from rag.query.understand import Query
from rag.query.words import content_words, stems
from rag.text import sentences, shortened

ASKS_LIST = re.compile(
    r"\b(?:which|what|any|are there|list|name|show|find|give me|all|every)\b(?: \w+){0,3}? (?:papers|works|articles|entries|preprints|studies|ones|everything)\b|"
    r"\b(?:papers|works|entries|studies) (?:that|which|on|about|dealing|using|with|involving|working|related)\b|\blist (?:all|the|every)|\bwho(?: else)? is working on\b|"
    r"\b(?:is|are) there (?:any|a|some) (?:paper|papers|work|works|study)\b|\bany (?:paper|papers|work)s? (?:on|about|here)\b|"
    r"哪些(?:论文|文章|工作|研究|篇|方法)|哪几篇|有哪些|都有哪|有没有.{0,30}(?:论文|文章|工作|研究)|(?:论文|工作|研究|文章)(?:都)?有(?:哪些|哪几|什么)|列出|列举|所有.{0,20}(?:论文|工作)|有什么.{0,20}(?:论文|工作|研究)|(?:机器人|论文)呢[?？]?$",
    re.IGNORECASE,
)
SINGLE = re.compile(r"\b(?:which|what) (?:paper|work|study|article)\b(?! s)|哪(?:一)?篇(?!.*哪些)|是哪个工作", re.IGNORECASE)
SCAFFOLD = re.compile(
    r"\b(?:which|what|any|are|is|there|list|name|show|find|give|me|all|every|of|the|these|those|papers?|works?|articles?|entries|entry|preprints?|studies|study|ones|everything|"
    r"that|on|about|deal(?:s|ing)?|with|us(?:e|es|ing)|involv(?:e|es|ing)|working|work|related|to|who|else|in|here|this|digest|today'?s?|how|many|do|does|a|an|some|for|whose|abstracts?|say|says|they|it|their|"
    r"and|or|what purpose|purpose|what problem|problem|rather|than|whether|as|being|thing|tool|either|each|address(?:es)?|study|studies|train|build|mention(?:s|ed)?|focus(?:es)? on|propos(?:e|es)|data|"
    r"consider|explor(?:e|es)|investigat(?:e|es)|tackl(?:e|es)|appl(?:y|ies)|new|methods?|discuss(?:es)?|have|has|been|from|by|can|you|please|tell|count|number)\b|"
    r"哪些|哪几篇|有哪些|都有哪些|有没有|有什么|论文|文章|工作|研究|方面|方向|相关|关于|有关|涉及|提到|用到|用了|使用|采用|或者|不管是|作为|还是|各自|分别|解决|什么|问题|结论|是什么|各拿它做什么|要|做|的|了|在|和|与|里|摘要|列出|所有|这些|这批|哪|几篇|多少|篇|讨论|针对|无论是|都|吗|呢|请|给我|一下|今天|日报|收录|处理|任务|系列|模型来|比较了?|那|中|里面|被|方法|基线|结构|其|有",
    re.IGNORECASE,
)
TAIL = re.compile(r"[,，;；?？].*?(?:what (?:for|purpose|problem)|and for what|how|whether|for what|各自|分别|各拿|不管|无论|结论|解决什么|用来).*$", re.IGNORECASE)
MATCHED = 0.75
"""Least share of a subject's words that a paper on it holds."""


@dataclass(frozen=True, slots=True)
class Member:
    """A paper on the subject, with the sentence that shows it."""

    paper: Paper
    """The paper."""
    quote: str
    """The abstract's sentence nearest to the subject."""


def asks_for_list(query: Query) -> bool:
    """Return whether a question wants every paper on a subject."""
    if SINGLE.search(query.text) and not COUNT.search(query.text):
        return False
    return bool(ASKS_LIST.search(query.text) or COUNT.search(query.text))


ALTERNATIVES = re.compile(r"\bor\b|[/()（）、]|或者?|还是", re.IGNORECASE)
COMMON = 0.2
"""An alternative that a larger share of papers meets is no subject of its own: `predicting their effect`."""


def subjects(question: str) -> list[list[str]]:
    """Return the alternatives that say what a list is about, each as its content words."""
    core = TAIL.sub("", question)
    found = [content_words(SCAFFOLD.sub(" ", part)) for part in ALTERNATIVES.split(core)]
    return [words for words in found if words]


@dataclass(frozen=True)
class Holdings:
    """Which words each paper holds in title, abstract or card, and how telling each word is."""

    stems: list[set[str]]
    """Latin stems, per paper."""
    texts: list[str]
    """Lower-case text, per paper."""

    @classmethod
    def of(cls, papers: Sequence[Paper]) -> Holdings:
        """Read the papers."""
        texts = [" ".join((p.title, p.abstract, *(getattr(p, name) for name in CARD_FIELDS))).lower() for p in papers]
        return cls([stems(text) for text in texts], texts)

    def column(self, word: str) -> np.ndarray:  # type: ignore[type-arg]
        """Return (papers,) whether each holds a word; a longer Latin word also as the start of a name, Qwen in Qwen3."""
        if not word[0].isascii():
            return np.array([word in text for text in self.texts])
        if len(word) < 4:
            return np.array([word in known for known in self.stems])
        return np.array([word in known or any(other.startswith(word) for other in known) for known in self.stems])

    def shares(self, words: Sequence[str]) -> np.ndarray:  # type: ignore[type-arg]
        """Return (papers,) the share of the words that each holds, weighted by inverse document frequency."""
        columns = np.array([self.column(word) for word in words], dtype=float)
        weights = np.log((len(self.texts) + 1) / (columns.sum(axis=1) + 0.5))
        shares: np.ndarray = weights @ columns / weights.sum()  # type: ignore[type-arg]
        return shares


def members(query: Query, ranking: Ranking) -> list[Member]:
    """Return the papers on the subject of a question, nearest first."""
    alternatives = subjects(query.text)
    if not alternatives or not ranking.papers:
        return []
    holdings = Holdings.of(ranking.papers)
    similarity = ranking.legs["paper" if query.language == "en" else "card_best"]
    likeness = (similarity - similarity.mean()) / (similarity.std() or 1.0)
    each = [holdings.shares(words) for words in alternatives]
    telling = [shares for shares in each if (shares >= MATCHED).mean() <= COMMON] or each[:1]
    best = np.max(telling, axis=0)
    chosen = np.flatnonzero(((best >= MATCHED) & (likeness > -0.5)) | ((best >= 0.5) & (likeness > 2.0)))
    words = [word for part in alternatives for word in part]
    return [Member(ranking.papers[place], nearest_sentence(ranking, int(place), words)) for place in chosen]


def nearest_sentence(ranking: Ranking, place: int, wanted: Sequence[str]) -> str:
    """Return the abstract's sentence that holds most of the subject's words, the nearest in meaning among equals."""
    paper = ranking.papers[place]
    texts = sentences(paper.abstract) or [paper.title]
    scores = ranking.sentence_scores[place]
    held = [len(stems(text).intersection(wanted)) for text in texts]
    order = sorted(range(len(texts)), key=lambda i: (-held[i], -(scores[i] if i < len(scores) else 0.0)))
    return texts[order[0]]


def list_papers(query: Query, found: Sequence[Member], draft: Draft, corpus: Corpus) -> Iterator[Sentence]:
    """Yield the lead with the count, then a line for each paper."""
    draft.papers = tuple(member.paper.arxiv_id for member in found)
    draft.layout = "list"
    count = len(found)
    yield draft.release(
        say(
            query.language,
            f"{count} of the {len(corpus)} papers in the store {'matches' if count == 1 else 'match'}{scope_words(query, corpus)}:",
            f"在库中的 {len(corpus)} 篇论文里找到 {count} 篇{scope_words(query, corpus)}：",
        )
    )
    for member in found[:MOST_LISTED]:
        paper = member.paper
        gist = paper.tldr if query.language == "zh" and paper.tldr else shortened(member.quote, 220)
        name = f"《{paper.title}》：" if query.language == "zh" else f"{paper.title}: "
        yield draft.release(marked(f"- {name}{gist}", [paper.arxiv_id]), [cite(paper, draft.position, member.quote)])


