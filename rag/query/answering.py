"""From a question to a verified answer, released sentence by sentence."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from rag.engines.loading import Embedder, LanguageModel
from rag.models import Answer, Filters, Language, Retrieval, Sentence, Turn
from rag.query.abstaining import (
    absent,
    correct,
    not_stated,
    off_topic,
    tell_absent,
    tell_not_stated,
    tell_off_topic,
    unknown_names,
    unlike,
    wrong_premise,
)
from rag.query.comparing import compare, summarise
from rag.query.conversation import settled, still_held
from rag.query.corpus import Corpus
from rag.query.cues import cue
from rag.query.drafts import Draft
from rag.query.evidence import Evidence, cite
from rag.query.facts import scope, tell
from rag.query.lists import asks_for_list, tell_list
from rag.query.partial import content_parts, tell_beside_record, tell_each, unstated_parts
from rag.query.parts import parts
from rag.query.phrasing import marked
from rag.query.plain import measured, phrase
from rag.query.quoting import in_language
from rag.query.records import answer_from_records
from rag.query.retrieval import Ranking, close_second, rank, to_retrieval
from rag.query.sides import compared
from rag.query.translation import translated
from rag.query.understand import Query, understand
from rag.query.wording import say

SHOWN = 10
"""Papers that an answer names as retrieved."""

STRANGER: dict[Language, float] = {"en": 1.0, "zh": 0.4}
"""What strangeness counts beside the fused scores of the first two papers.

Chosen on the development questions of evals/data/single_*.jsonl.
"""
STRANGE_RIVAL = 2.0
"""Strangeness above which a second paper neither comes first nor is asked what the first one does not tell."""
Event = Retrieval | Sentence | Answer


def answer_question(
    question: str,
    corpus: Corpus,
    embedder: Embedder,
    model: Callable[[], LanguageModel],
    *,
    filters: Filters = Filters(),
    history: Sequence[Turn] = (),
) -> Iterator[Event]:
    """Yield the retrieval, then each sentence as it is verified, then the complete answer.

    `model` is called where a language model is needed and may raise ModelUnavailableError.
    """
    started = time.perf_counter()
    history = still_held(history, corpus)
    query = settled(understand(question, corpus, filters, history), history, corpus, embedder)
    draft = Draft(question=question, resolved=resolved(query, corpus), language=query.language, started=started)
    scope = Filters(papers=query.focus) if query.focus else query.filters
    text = query.text or query.asked
    ranking = rank(text, corpus, embedder, scope) if text else None
    if ranking is None or off_topic(query, ranking):
        yield to_retrieval(draft.resolved, None, corpus, query.filters, limit=0, seconds=0.0)
        yield from tell_off_topic(query, draft, corpus)
        yield draft.finish()
        return
    query = replace(query, text=text)
    draft.retrieve_s = time.perf_counter() - started
    retrieval = to_retrieval(draft.resolved, ranking, corpus, scope, limit=SHOWN, seconds=draft.retrieve_s)
    draft.papers = tuple(paper.arxiv_id for paper in retrieval.papers)
    draft.passages = retrieval.passages
    yield retrieval
    recent = history[-1].papers if history else ()
    yield from sentences_of(query, draft, ranking, corpus, embedder, model, recent=recent)
    yield draft.finish()


def sentences_of(
    query: Query,
    draft: Draft,
    ranking: Ranking,
    corpus: Corpus,
    embedder: Embedder,
    model: Callable[[], LanguageModel],
    *,
    recent: Sequence[str] = (),
) -> Iterator[Sentence]:
    """Yield the sentences of the route that a question takes: exact where it can be exact, else phrased.

    A paper that the answer before was about, `recent`, is meant where it is the nearest, however far it is.
    """
    names = [] if ranking.named else unknown_names(query, corpus)
    talked_of = bool(ranking.papers) and ranking.papers[0].arxiv_id in recent
    meant = bool(query.focus) or talked_of
    nothing_near = not meant and absent(query, ranking, names)
    known = {paper.arxiv_id for paper in corpus.get(query.ids)}
    if known and (unknown := [identifier for identifier in query.ids if identifier not in known]):
        slots = {"id": ", ".join(unknown), "total": str(len(corpus)), "scope": scope(query, corpus)}
        yield draft.release(say(query.language, "not_in_store", **slots))
    if ranking.named and cue("compares").search(query.text) and (strangers := unknown_names(query, corpus)):
        slots = {"names": ", ".join(strangers), "total": str(len(corpus)), "scope": scope(query, corpus)}
        yield draft.release(say(query.language, "not_in_corpus_names", **slots))
    if fact := answer_from_records(query, corpus, () if nothing_near else ranking.papers):
        asked = content_parts(query, fact)
        yield from tell(fact, draft, goes_on=bool(asked))
        if asked:
            yield from tell_beside_record(asked, Evidence(fact.papers[0], embedder, meant=True), draft, model)
        return
    if side_by_side := compared(query, ranking, corpus, embedder):
        yield from compare(query, side_by_side, draft, embedder, model)
        return
    if asks_for_list(query, named=bool(ranking.named)):
        yield from tell_list(query, ranking, draft, corpus, embedder, names)
        return
    if not ranking.papers:
        yield from tell_absent(query, draft, ranking, corpus, names)
        return
    evidence = Evidence(ranking.papers[0], embedder, meant=meant or bool(ranking.named))
    rival = None if query.focus or ranking.named else rival_of(ranking, embedder)
    if rival and likelier(rival, evidence, ranking):
        evidence, rival = rival, evidence
        draft.papers = tuple(dict.fromkeys((evidence.paper.arxiv_id, *draft.papers)))
    if not meant and unlike(query, ranking, names, evidence):
        yield from tell_absent(query, draft, ranking, corpus, names)
        return
    yield from about_one_paper(query, draft, evidence, model, rival)


def rival_of(ranking: Ranking, embedder: Embedder) -> Evidence | None:
    """Return the second paper of a ranking where it is close and may be the one that is meant."""
    second = close_second(ranking)
    if second is None:
        return None
    rival = Evidence(second, embedder)
    judgement = rival.answerability(ranking.question)
    return None if judgement and judgement.strangeness > STRANGE_RIVAL else rival


def likelier(rival: Evidence, first: Evidence, ranking: Ranking) -> bool:
    """Return whether the second paper of a ranking is so much less strange to a question that it comes first."""
    ours, theirs = (evidence.answerability(ranking.question) for evidence in (first, rival))
    if ours is None or theirs is None:
        return False
    ahead = float(ranking.scores[0] - ranking.scores[1])
    return STRANGER[ranking.language] * (ours.strangeness - theirs.strangeness) > ahead


def found_paper(query: Query, draft: Draft, evidence: Evidence) -> Sentence:
    """Release which paper it is that a question asks for, with the sentence that is likeliest to show it."""
    paper, quote = evidence.paper, evidence.sentences[int(evidence.scores(query.text).argmax())]
    gist = in_language(evidence, quote, query.language)
    text = say(query.language, "list_item", title=paper.title, gist=gist)
    return draft.release(marked(text, [paper.arxiv_id]), [cite(paper, draft.position, quote)])


def about_one_paper(
    query: Query,
    draft: Draft,
    evidence: Evidence,
    model: Callable[[], LanguageModel],
    rival: Evidence | None = None,
) -> Iterator[Sentence]:
    """Yield the summary of one paper, or that it is the one which a question looks for, or what it says to it."""
    if cue("sums_up").search(query.text):
        yield from summarise(evidence.paper, draft)
        return
    if cue("single").search(query.text) and not query.focus:
        yield found_paper(query, draft, evidence)
        if len(parts(query.text)) == 1:
            return
    yield from answer_from_paper(query, draft, evidence, model, rival)


def answer_from_paper(
    query: Query, draft: Draft, evidence: Evidence, model: Callable[[], LanguageModel], rival: Evidence | None
) -> Iterator[Sentence]:
    """Yield the answer that one paper gives, a correction of the premise, or that it does not say.

    A paper that is hardly nearer than its `rival` may give way to it.
    """
    scores, asked = evidence.scores(query.text), parts(query.text)
    translate = partial(translated, query.text, draft, model)
    if absent := unstated_parts(query, asked, evidence):
        stated = [part for part in asked if part not in absent]
        if not (yield from tell_each(stated, absent, evidence, draft, model)):
            yield from tell_not_stated(query, draft, evidence, scores)
        return
    if not_stated(query, evidence):
        yield from tell_not_stated(query, draft, evidence, scores)
        return
    if (contradiction := wrong_premise(query, evidence, scores, translate)) is not None:
        yield from correct(query, evidence, contradiction, draft)
        return
    if told := (yield from phrase(query.text, evidence, draft, model(), rival=rival)):
        draft.papers = tuple(dict.fromkeys((told.paper.arxiv_id, *draft.papers)))
    elif len(asked) > 1 and (yield from tell_each(asked, (), evidence, draft, model)):
        return
    elif not (yield from measured(query.text, evidence, draft)):
        yield from tell_not_stated(query, draft, evidence, scores)


def resolved(query: Query, corpus: Corpus) -> str:
    """Return the question as it stands alone: a follow-up with the papers that it refers to."""
    if not query.focus:
        return query.asked
    titles = "; ".join(paper.title for paper in corpus.get(query.focus[:3]))
    return f"{query.asked} ({titles})"
