"""What a question of a conversation is about, settled by what it is near to, where its words alone do not tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.engines.loading import Embedder
from rag.models import Filters, Language, Turn
from rag.query.abstaining import off_topic, presence, unknown_names
from rag.query.corpus import Corpus
from rag.query.cues import cue
from rag.query.evidence import Evidence
from rag.query.followups import OWN_WORDS, in_words_of_another, sets_beside
from rag.query.glossary import Glossary, in_english
from rag.query.retrieval import Ranking, rank
from rag.query.understand import Query
from rag.query.words import content_words
from rag.text import HAN

FOLLOWS = 1.8
"""Presence of the nearest paper below which a question is about the paper before.

Few of the development questions that stand alone are below it, and most of the follow-ups to which another paper is
nearer.
"""
LEAD: dict[Language, float] = {"en": 3.5, "zh": 1.5}
"""Fused score by which another paper leads the one before if it is meant.

Above what follow-ups of the development conversations have, below what changes of subject have.
"""
SUBJECT = 7
"""Letters of an English word's stem from which on it names a subject: exoplanets, where catch and worth do not."""
LEAST_LETTERS = 4
"""Of an English word that tells something: not one, on, up."""
NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}\b")
"""A name inside an English sentence: Rome."""
CLAUSE_END = re.compile(r"[^,.:;?!，。：；？！—]*$")
"""What stands behind the last punctuation mark: the clause of a pronoun, when the text ends before it."""
DESCRIBED = 2.5
"""Presence from which on `the one about ...` describes a paper of its own, not one of the conversation."""


def still_held(history: Sequence[Turn], corpus: Corpus) -> tuple[Turn, ...]:
    """Return a conversation without the papers that have been removed from the store since."""
    return tuple(
        replace(turn, papers=tuple(paper for paper in turn.papers if corpus.paper(paper) is not None))
        for turn in history
    )


def settled(query: Query, history: Sequence[Turn], corpus: Corpus, embedder: Embedder) -> Query:
    """Return a question with the papers that it is about, those of the conversation if it stands for no other."""
    talked = tuple(dict.fromkeys(paper for turn in reversed(history) for paper in turn.papers))
    if not talked or not query.text or query.ids or query.people or query.listed or query.filters.papers:
        return query
    if query.focus and sets_beside(query.text):
        return query
    if query.focus and not description(query.text) and not cue("introduces").search(query.text):
        return replace(query, focus=()) if introduced(query, talked, corpus, embedder) else query
    ranking = rank(query.text, corpus, embedder, query.filters)
    if not ranking.papers or ranking.named:
        return query
    return replace(query, focus=about(query, ranking, history, talked, corpus, embedder))


def about(
    query: Query,
    ranking: Ranking,
    history: Sequence[Turn],
    talked: Sequence[str],
    corpus: Corpus,
    embedder: Embedder,
) -> tuple[str, ...]:
    """Return the papers of the conversation that a question is about by its ranking; empty where it stands alone."""
    if cue("introduces").search(query.text):
        return newcomer(ranking, talked)
    if words := description(query.text):
        return described(words, query, ranking, talked, corpus, embedder)
    last = next(turn.papers for turn in reversed(history) if turn.papers)
    if in_words_of_another(query.text, last, corpus):
        return ()
    goes_on = may_go_on(query, ranking, last, corpus, embedder)
    return () if stands_alone(query, ranking, corpus, goes_on=goes_on) else last


def may_go_on(query: Query, ranking: Ranking, last: Sequence[str], corpus: Corpus, embedder: Embedder) -> bool:
    """Return whether a question may well be about the one paper before: hardly another is nearer, nor is it strange."""
    scores = {paper.arxiv_id: float(score) for paper, score in zip(ranking.papers, ranking.scores, strict=False)}
    if len(last) != 1 or last[0] not in scores:
        return False
    if float(ranking.scores[0]) - scores[last[0]] > LEAD[query.language]:
        return False
    judgement = Evidence(corpus.get(last)[0], embedder).answerability(query.text)
    return judgement is not None and judgement.strangeness < 0


def newcomer(ranking: Ranking, talked: Sequence[str]) -> tuple[str, ...]:
    """Return the paper that `there is also one on ...` brings up where one talked of is nearer; empty where none is."""
    papers = [paper.arxiv_id for paper in ranking.papers]
    others = [paper for paper in papers if paper not in talked]
    return tuple(others[:1]) if papers[:1] != others[:1] else ()


def introduced(query: Query, talked: Sequence[str], corpus: Corpus, embedder: Embedder) -> bool:
    """Return whether a pronoun stands for a paper that the words before it describe: `the robot, who made that one`."""
    pointers = [match for name in ("back", "back_pronoun") for match in cue(name).finditer(query.text)]
    before = CLAUSE_END.sub("", query.text[: min((match.start() for match in pointers), default=0)])
    if len(content_words(before)) < OWN_WORDS:
        return False
    ranking = rank(before, corpus, embedder, query.filters)
    return presence(ranking) >= DESCRIBED and ranking.papers[0].arxiv_id not in talked


def description(text: str) -> str:
    """Return the words by which a question tells one paper from others: `the one about ...`; empty where none do."""
    match = cue("described_one").search(text)
    return next((group for group in match.groups() if group), "").strip() if match else ""


def described(
    words: str, query: Query, ranking: Ranking, talked: Sequence[str], corpus: Corpus, embedder: Embedder
) -> tuple[str, ...]:
    """Return the paper of the conversation that is described; empty where it is another one."""
    if cue("negated_description").search(words):
        return tuple(told(words, query.focus or talked, corpus, embedder)[-1:])
    nearest = ranking.papers[0].arxiv_id
    if nearest in talked:
        return (nearest,)
    if cue("one_more").search(query.text):
        others = [paper.arxiv_id for paper in rank(f"{words}. {query.text}", corpus, embedder, query.filters).papers]
        return tuple(other for other in others if other not in talked)[:1]
    if presence(ranking) >= DESCRIBED:
        return ()
    return tuple(told(words, talked, corpus, embedder)[:1])


def told(words: str, papers: Sequence[str], corpus: Corpus, embedder: Embedder) -> list[str]:
    """Return papers in the order in which words describe them."""
    return [paper.arxiv_id for paper in rank(words, corpus, embedder, Filters(papers=tuple(papers))).papers]


def stands_alone(query: Query, ranking: Ranking, corpus: Corpus, *, goes_on: bool = False) -> bool:
    """Return whether a question needs no conversation: it asks for papers, for talk, or has a subject of its own.

    One that `goes_on` has a subject of the paper before, if any.
    """
    asks_for_papers = any(cue(name).search(query.text) for name in ("asks_list", "count", "overview", "new_subject"))
    if asks_for_papers or off_topic(query, ranking) or unknown_names(query, corpus):
        return True
    return not goes_on and (presence(ranking) >= FOLLOWS or brings_subject(query.text, corpus))


def brings_subject(text: str, corpus: Corpus) -> bool:
    """Return whether a question is about something that no paper speaks of.

    A long word, a name or, of Chinese words, one that is none of the field's: 披萨.
    """
    said = content_words(text)
    words = [word for word in said if len(word) >= SUBJECT and word.isascii()] + NAME.findall(text)
    if any(not corpus.store.catalogue.containing([word]) for word in words):
        return True
    spoken = [word for word in said if len(word) > 1 and HAN.search(word)]
    return any(is_strange(word, corpus) for word in spoken)


def is_strange(word: str, corpus: Corpus) -> bool:
    """Return whether a Chinese word has English that no paper holds, by the dictionary and not by the field's terms."""
    if word in Glossary.of_questions().terms:
        return False
    english = [each for each in in_english(word).split() if len(each) >= LEAST_LETTERS and each.isascii()]
    return bool(english) and not any(corpus.store.catalogue.containing([each]) for each in (word, *english))
