"""Exchanges about two papers, as the tests of page and exports need them."""

from __future__ import annotations

import datetime

from rag.models import Answer, Citation, Paper, Passage, Retrieval, Sentence, Support, Timings, Usage
from rag.serve.conversation import Exchange

PAPER = Paper(
    arxiv_id="2509.07277",
    title="Breast Cancer <b>Detection</b>$^{2}$",
    url="https://arxiv.org/abs/2509.07277",
    authors=tuple(f"Author {number}" for number in range(11)),
    category="cs.CV",
    categories=("cs.CV", "cs.LG"),
    date=datetime.date(2025, 9, 10),
    abstract="Data are few. The system reaches 98.0% accuracy. Both parts matter.",
    tldr="准确率达 98.0%。",
    source="2025-09-10.md",
)
OTHER = Paper(arxiv_id="2509.06988", title="Other", url="", abstract="Nothing here.")


def citation(
    quote: str = "The system reaches 98.0% accuracy.", support: Support = "supported", **values: object
) -> Citation:
    told = {"arxiv_id": PAPER.arxiv_id, "title": PAPER.title, "url": "javascript:alert(1)", "sentence": 0, "score": 0.9}
    return Citation(**{**told, "field": "abstract", "quote": quote, "support": support, **values})


SENTENCE = Sentence(text="It reaches 98.0% accuracy [2509.07277].", citations=(citation(),))
RETRIEVAL = Retrieval(
    question="q",
    papers=(PAPER, OTHER),
    scores=(1.0, 0.5),
    passages=(
        Passage(arxiv_id=PAPER.arxiv_id, field="title", text="a title", score=2.0),
        Passage(arxiv_id=PAPER.arxiv_id, field="abstract", text="The system reaches 98.0% accuracy.", score=1.0),
        Passage(arxiv_id=OTHER.arxiv_id, field="abstract", text="Nothing here.", score=0.1),
    ),
    searched=1164,
    seconds=0.031,
)


def answered(*sentences: Sentence, question: str = "How <i>accurate</i>?\nsecond line", **values: object) -> Exchange:
    told = {"question": "q", "resolved": "q", "language": "en", "sentences": sentences, "model": "m<1>"}
    told |= {"usage": Usage(llm_calls=1), "timings": Timings(total_s=4.21)}
    exchange = Exchange(question=question).with_event(RETRIEVAL)
    return exchange.with_event(Answer(**{**told, **values}))


EXCHANGE = answered(SENTENCE)
