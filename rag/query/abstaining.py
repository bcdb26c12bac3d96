"""When the papers do not say it: off topic, not in the corpus, not stated, or asked on a false premise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from rag.models import Language, Paper, Sentence
from rag.query.corpus import Corpus
from rag.query.cues import cue, details
from rag.query.drafts import Draft
from rag.query.evidence import Evidence, cite
from rag.query.mentions import coined_words, spelt
from rag.query.phrasing import marked
from rag.query.records import say, scope_words
from rag.query.retrieval import NEAR, Ranking
from rag.query.understand import Query
from rag.query.verification import claimed, numbers
from rag.text import shortened

CHAT = cue("chat")
"""What people say to a chat that is not about papers."""
ABOUT_PAPERS = cue("about_papers")

FEW_WORDS: dict[Language, float] = {"en": 6.0, "zh": 14.0}
"""BM25 below which a question shares no telling words with any paper."""


def off_topic(query: Query) -> bool:
    """Return whether a question is nothing that papers could answer."""
    return bool(CHAT.search(query.text)) and not ABOUT_PAPERS.search(query.text) and not query.ids


def absent(query: Query, ranking: Ranking) -> bool:
    """Return whether no paper is near to what a question is about."""
    if not ranking.papers:
        return True
    if ranking.named:
        return False
    leg, least = NEAR[query.language]
    likeness = float(ranking.legs[leg].max())
    sentence = max((float(scores.max()) for scores in ranking.sentence_scores[:5] if len(scores)), default=0.0)
    words = float(ranking.legs["lexical"].max())
    near = max(likeness, sentence - 0.06) if query.language == "en" else likeness
    return near < least and words < FEW_WORDS[query.language] * (3 if near < least - 0.1 else 2)


def unknown_names(query: Query, corpus: Corpus) -> list[str]:
    """Return coined names in a question that no paper of the corpus holds."""
    return [
        word
        for word in coined_words(query.text)
        if not re.fullmatch(r"(?:[A-Z]{2,4}|arXiv|[A-Z]?\d[\w.]*)", word)
        and not corpus.store.catalogue.containing([word])
        and not any(spelt(word) in spelt(paper.title) for paper in corpus.get(corpus.store.catalogue.ids()[:500]))
    ]


def not_stated(query: Query, evidence: Evidence) -> bool:
    """Return whether a question asks one paper for a detail that its abstract does not hold.

    Either a detail that abstracts state in known words, or something about a dataset, benchmark or model that the
    abstract never names.
    """
    text = evidence.text
    comment = f"{text} {evidence.paper.comment}"
    asked = [detail for detail in details() if detail.asked.search(query.text)]
    if any(not detail.stated.search(comment) for detail in asked):
        return True
    if HOW_MANY.search(query.text) and not numbers(evidence.paper.abstract):
        return True
    known = spelt(text)
    titles = spelt(evidence.paper.title)
    foreign = [
        word
        for word in coined_words(query.text)
        if spelt(word).removesuffix("s") not in known and spelt(word) not in titles and not generic(word)
    ]
    return bool(foreign) and bool(MEASURE.search(query.text))


HOW_MANY = cue("how_many")
"""A question for a count: an abstract without any number does not state it."""
MEASURE = cue("measure")
GENERIC = frozenset(
    [
        "ai",
        "llm",
        "llms",
        "vlm",
        "cnn",
        "gan",
        "mlp",
        "rl",
        "nlp",
        "gpu",
        "gpus",
        "cpu",
        "api",
        "rgb",
        "lidar",
        "auc",
        "auroc",
        "ood",
        "mri",
        "ct",
        "rgb3d",
        "dnn",
        "gnn",
        "vit",
        "url",
        "3d",
        "2d",
        "id",
        "pdf",
        "arxiv",
        "ml",
        "dl",
    ]
)


def generic(word: str) -> bool:
    """Return whether a word in capitals is a term of the field rather than somebody's name for something."""
    return spelt(word).removesuffix("s") in GENERIC or word.isdigit()


WORSE = cue("worse")
BETTER = cue("better")
PRESUMES = cue("presumes")


def wrong_premise(query: Query, evidence: Evidence, scores: np.ndarray) -> int | None:  # type: ignore[type-arg]
    """Return the index of the abstract's sentence that contradicts what a question presumes; None when none does.

    A question that asks why something was worse is contradicted by a sentence about the same that reports a gain and
    no loss; one that presumes a number is contradicted when the abstract gives another number of the same thing.
    """
    if not PRESUMES.search(query.text):
        return None
    order = [int(index) for index in np.argsort(-scores)]
    if WORSE.search(query.text) and not any(WORSE.search(evidence.sentences[index]) for index in order[:3]):
        gains = [index for index in order[:4] if BETTER.search(evidence.sentences[index])]
        if gains:
            return gains[0]
    presumed = {value for value in claimed(query.text) if value > 1}
    if (
        presumed
        and not presumed & numbers(evidence.text)
        and re.search(r"\bwhy\b|为什么|为何", query.text, re.IGNORECASE)
    ):
        numbered = [index for index in order if numbers(evidence.sentences[index], words=False)]
        if numbered:
            return numbered[0]
    return None


def correct(query: Query, evidence: Evidence, index: int, draft: Draft) -> Iterator[Sentence]:
    """Yield the correction of a false premise, cited."""
    draft.reason = "false_premise"
    paper, quote = evidence.paper, evidence.sentences[index]
    text = say(
        query.language,
        f"The paper does not report that; it says: {shortened(quote, 400)}",
        f"论文并没有这样说；摘要报告的是：{card_sentence(evidence, quote)}",
    )
    yield draft.release(marked(text, [paper.arxiv_id]), [cite(paper, draft.position, quote)])


def card_sentence(evidence: Evidence, quote: str) -> str:
    """Return the Chinese field that tells an English sentence, with the sentence itself."""
    from rag.query.plain import told

    return told(evidence.paper, evidence, quote)


def tell_absent(
    query: Query, draft: Draft, ranking: Ranking, corpus: Corpus, names: Sequence[str] = ()
) -> Iterator[Sentence]:
    """Yield that nothing in the corpus is about it, what was searched, and the nearest papers."""
    draft.reason = "not_in_corpus"
    about = say(
        query.language,
        f" about {', '.join(names)}" if names else " about that",
        f"关于 {'、'.join(names)} 的" if names else "与此相关的",
    )
    yield draft.release(
        say(
            query.language,
            f"I found nothing{about} in the {len(corpus)} papers of the store{scope_words(query, corpus)}.",
            f"在库中的 {len(corpus)} 篇论文里没有找到{about}论文{scope_words(query, corpus)}。",
        )
    )
    yield from nearest(query, draft, ranking.papers[:2])


def tell_not_stated(query: Query, draft: Draft, evidence: Evidence, scores: np.ndarray) -> Iterator[Sentence]:  # type: ignore[type-arg]
    """Yield that the abstract does not state it, and what it does say, cited."""
    draft.reason = "not_stated"
    paper = evidence.paper
    yield draft.release(
        marked(
            say(
                query.language,
                f"The abstract of “{paper.title}” does not state this (only abstracts are known here, not full texts).",
                f"《{paper.title}》的摘要没有说明这一点（这里只有摘要，没有全文）。",
            ),
            [paper.arxiv_id],
        ),
        [cite(paper, draft.position, paper.title, field="title")],
    )
    quote = evidence.sentences[int(scores.argmax())]
    text = say(
        query.language, f"What it does say: {shortened(quote, 300)}", f"它提到的是：{card_sentence(evidence, quote)}"
    )
    yield draft.release(marked(text, [paper.arxiv_id]), [cite(paper, draft.position, quote)])


def nearest(query: Query, draft: Draft, papers: Sequence[Paper]) -> Iterator[Sentence]:
    """Yield the nearest papers, each with its own citation."""
    for paper in papers:
        text = say(query.language, f"Nearest: {paper.title}.", f"较接近的是《{paper.title}》。")
        yield draft.release(marked(text, [paper.arxiv_id]), [cite(paper, draft.position, paper.title, field="title")])


def tell_off_topic(query: Query, draft: Draft, corpus: Corpus) -> Iterator[Sentence]:
    """Yield that only questions about the papers are answered; the question is not repeated."""
    draft.reason = "off_topic"
    yield draft.release(
        say(
            query.language,
            f"I only answer questions about the {len(corpus)} papers in the store.",
            f"我只回答与库中 {len(corpus)} 篇论文有关的问题。",
        )
    )
