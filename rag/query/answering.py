"""From a question to a verified answer, released sentence by sentence."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from rag.engines.loading import Embedders, LanguageModel
from rag.models import Answer, Filters, Retrieval, Sentence, Turn
from rag.query.abstaining import absent_subject, not_stated, off_topic, wrong_premise
from rag.query.comparing import compare, compared
from rag.query.corpus import Corpus
from rag.query.drafts import Draft
from rag.query.evidence import Evidence
from rag.query.lists import asks_for_list, list_papers
from rag.query.plain import phrase
from rag.query.records import answer_from_records
from rag.query.retrieval import rank, to_retrieval
from rag.query.understand import Query, understand

SHOWN = 10
"""Papers that an answer names as retrieved."""

Event = Retrieval | Sentence | Answer


def answer_question(
    question: str,
    corpus: Corpus,
    embedders: Embedders,
    model: Callable[[], LanguageModel],
    *,
    filters: Filters = Filters(),
    history: Sequence[Turn] = (),
) -> Iterator[Event]:
    """Yield the retrieval, then each sentence as it is verified, then the complete answer.

    `model` is called where a language model is needed and may raise ModelUnavailableError.
    """
    started = time.perf_counter()
    query = understand(question, corpus, filters, history)
    draft = Draft(question=question, resolved=resolved(query, corpus), language=query.language, started=started)
    if not query.text or off_topic(query, corpus):
        yield from off_topic_events(query, draft, corpus)
        return
    scope = Filters(papers=query.focus) if query.focus else query.filters
    ranking = rank(query.text, corpus, embedders, scope)
    draft.retrieve_s = time.perf_counter() - started
    retrieval = to_retrieval(draft.resolved, ranking, corpus, scope, limit=SHOWN, seconds=draft.retrieve_s)
    draft.papers = tuple(paper.arxiv_id for paper in retrieval.papers)
    draft.passages = retrieval.passages
    yield retrieval
    yield from route(query, draft, ranking, corpus, embedders, model)
    yield draft.finish()
