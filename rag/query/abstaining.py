"""When the papers do not say it: off topic, not in the corpus, not stated, or asked on a false premise."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from rag.models import Language, Sentence
from rag.query.corpus import Corpus
from rag.query.cues import cue, details
from rag.query.drafts import Draft
from rag.query.evidence import Evidence, cite
from rag.query.facts import scope, searched
from rag.query.mentions import coined_words, generic, member, spelt
from rag.query.phrasing import marked, stopped
from rag.query.premises import contradicting
from rag.query.quoting import in_language
from rag.query.retrieval import Ranking, Scores
from rag.query.understand import Query
from rag.query.verification import numbers
from rag.query.wording import say

PRESENT: dict[Language, Mapping[str, float]] = {
    "en": {"late-interaction": 21.0, "paper": 6.7, "lexical": 0.28, "lead": 1.04},
    "zh": {"late-interaction": 16.6, "lexical": 0.2, "lead": 0.87},
}
"""Logistic weights of the first paper's scores and of its lead, by which one can tell whether it is meant.

Fitted on the development questions of evals/data/single_*.jsonl and on lists, each put to its own day and to others,
and on questions about other sciences.
"""
ABSENT: dict[Language, float] = {"en": 13.2, "zh": 10.0}
"""Weighted sum below which nothing is there: few of the questions about a paper that is there are below it."""
WORDLESS: Mapping[str, float] = {"paper": 10.0, "lexical": 0.5, "lead": 2.2}
WORDLESS_ABSENT = 2.5
"""The same, in either language, where the embedder tells no words."""
NAME_DOUBT = 1.5
"""How much more it takes when the question names something that no paper holds."""
CHAT_DOUBT = 0.5
"""How much more it takes in a question in words of small talk: weather and songs are research too."""
CHAT_NEAR = 0.25
"""Least cosine of a paper to a question in such words: `What is the weather?` shares words with papers, no subject."""
STRANGE = 0.5
"""What answerability counts beside presence: the logarithm of the odds that the question is about another paper."""
STRANGE_LEAST: dict[Language, float] = {"en": 0.3, "zh": 1.5}
"""Of both, below which nothing is there."""
UNSTATED: dict[Language, float] = {"en": 0.5, "zh": 0.9}
"""Logarithm of the odds that a paper does not answer a question, above which it is taken not to."""
DENIED = 0.2
"""Logarithm of the odds that it contradicts what the question presumes rather than answers it, from which on it does.

Like UNSTATED chosen so that two or three in a hundred of the development questions that papers answer are above.
"""
DENIED_WHY: dict[Language, float] = {"en": 0.2, "zh": 0.0}
"""How much more that takes where a reason is asked for: most of these presume something, and few of them wrongly."""
SUSPECTED = -0.5
"""The same odds of a Chinese question, word by word in English, from which on it is translated and judged once more.

What is presumed often lies between the words; four in five of the questions that a paper answers need no translation
(docs/evaluation.md).
"""
MEANT_DOUBT = 1.0
"""How much more either takes of a paper that the question names or refers to, for such questions are short."""
ORDER_DOUBT = 2.0
"""How much more it takes in what reads as nothing but orders: papers are about prompts and jailbreaks too.

The development attacks that are mere orders reach 0.5, questions about a paper seldom less than 2.
"""


def off_topic(query: Query, ranking: Ranking) -> bool:
    """Return whether a question is small talk or an order that has nothing to do with the papers."""
    if not query.text:
        return presence(ranking) < ORDER_DOUBT
    if not cue("chat").search(query.text) or cue("about_papers").search(query.text) or query.ids or ranking.named:
        return False
    return presence(ranking) < CHAT_DOUBT or ranking.legs["paper"].max() < CHAT_NEAR


def absent(query: Query, ranking: Ranking, unknown: Sequence[str]) -> bool:
    """Return whether no paper is near to what a question is about; a name that no paper holds makes that likelier."""
    if ranking.papers and (ranking.named or query.people):
        return False
    return presence(ranking) < (NAME_DOUBT if unknown else 0.0)


def unlike(query: Query, ranking: Ranking, unknown: Sequence[str], evidence: Evidence) -> bool:
    """Return the same of a question that one paper answers, by how strange the first one, `evidence`, is to it too."""
    if evidence.answerability(query.text) is None or ranking.named or query.people or unknown:
        return absent(query, ranking, unknown)
    return clearness(query, ranking, evidence) < STRANGE_LEAST[query.language]


def clearness(query: Query, ranking: Ranking, first: Evidence, weight: float = STRANGE) -> float:
    """Return the presence of the first paper, less `weight` times how strange it is to the question."""
    judgement = first.answerability(query.text)
    return presence(ranking) - (weight * judgement.strangeness if judgement else 0.0)


def presence(ranking: Ranking) -> float:
    """Return how clearly the first paper is what a question is about: below 0 it is likely that none is.

    How far it leads, in standard deviations of the fused scores, counts above what the best of so many papers leads by
    chance, the square root of twice the logarithm of their number; shared words by the logarithm of the number of
    papers, which is how telling the rarest word can be.
    """
    if not ranking.papers:
        return -math.inf
    spread = ranking.scores.std() or 1.0
    lead = (ranking.scores[0] - ranking.scores.mean()) / spread - math.sqrt(2 * math.log(len(ranking.papers)))
    words = {name: float(ranking.legs[name][0]) / math.log(1 + ranking.stored) for name in ("lexical", "glossed")}
    language = ranking.language
    if language == "zh" and not ranking.papers[0].card_fields:  # nothing Chinese to share words with
        language, words = "en", {"lexical": words["glossed"]}
    first = (
        {name: float(ranking.legs[name][0]) for name in ("paper", "late-interaction")} | {"lead": float(lead)} | words
    )
    weights, least = PRESENT[language], ABSENT[language]
    if not ranking.legs["late-interaction"].any():
        weights, least = WORDLESS, WORDLESS_ABSENT
    return sum(weight * first[name] for name, weight in weights.items()) - least


def unknown_names(query: Query, corpus: Corpus) -> list[str]:
    """Return coined names in a question that no paper of the corpus holds; `CLIP-like` is no name of its own."""
    catalogue = corpus.store.catalogue
    return [name for name in named(query.text) if is_proper(name) and not catalogue.containing([name])]


def named(question: str) -> list[str]:
    """Return the coined names of a question; `CLIP-like` is CLIP."""
    return [member(word) for word in coined_words(question)]


def is_proper(name: str) -> bool:
    """Return whether a coined word is somebody's name for something: not a mere acronym, number or unit."""
    return len(name) > 4 and not generic(name) and not re.fullmatch(r"arXiv|[A-Z]?\d[\w.]*", name)


def not_stated(query: Query, evidence: Evidence) -> bool:
    """Return whether a question asks one paper for a detail that its abstract does not hold.

    Either a detail that abstracts state in known words, or something about a dataset, benchmark or model that the
    abstract never names, or what none of its sentences is likely to answer.
    """
    judgement = evidence.answerability(query.text)
    if judgement is not None and judgement.doubt > UNSTATED[query.language] + MEANT_DOUBT * evidence.meant:
        return True
    if lacks_detail(query.text, evidence):
        return True
    known = spelt(evidence.text)
    foreign = [word for word in named(query.text) if spelt(word).removesuffix("s") not in known and not generic(word)]
    return bool(foreign) and bool(cue("measure").search(query.text))


def lacks_detail(question: str, evidence: Evidence) -> bool:
    """Return whether a question asks for a detail that abstracts state in known words, and this one has none of them.

    Or for a number of something where it has no number at all.
    """
    comment = f"{evidence.text} {evidence.paper.comment}"
    asked = [detail for detail in details() if detail.asked.search(question)]
    if any(not detail.stated.search(comment) for detail in asked):
        return True
    return bool(cue("how_many").search(question)) and not numbers(evidence.paper.abstract)


def wrong_premise(query: Query, evidence: Evidence, scores: Scores, translate: Callable[[], str]) -> int | None:
    """Return the index of the abstract's sentence that contradicts what a question presumes; None when none does.

    `translate` gives a Chinese question in English where its words one by one leave that open.
    """
    found = contradicting(query.text, evidence.sentences, evidence.card_borne_out, [float(score) for score in scores])
    if found is not None or cue("open").search(query.text):
        return found
    judgements = [evidence.answerability(query.text)]
    if query.language == "zh" and judgements[0] is not None and judgements[0].denial > SUSPECTED:
        judgements.append(evidence.answerability(translate()))
    told = [judgement for judgement in judgements if judgement is not None]
    if not told:
        return None
    least = DENIED + MEANT_DOUBT * evidence.meant
    least += DENIED_WHY[query.language] if cue("why").search(query.text) else 0.0
    denial = sum(judgement.denial for judgement in told) / len(told)
    return int(np.sum([judgement.denies[1:] for judgement in told], axis=0).argmax()) if denial > least else None


def correct(query: Query, evidence: Evidence, index: int, draft: Draft) -> Iterator[Sentence]:
    """Yield the correction of a false premise, cited."""
    draft.reason = "false_premise"
    paper, quote = evidence.paper, evidence.sentences[index]
    told = in_language(evidence, quote, query.language)
    text = stopped(say(query.language, "correction", quote=told), query.language)
    yield draft.release(marked(text, [paper.arxiv_id]), [cite(paper, draft.position, quote)])


def tell_absent(
    query: Query, draft: Draft, ranking: Ranking, corpus: Corpus, names: Sequence[str] = ()
) -> Iterator[Sentence]:
    """Yield that nothing in the corpus is about it, what was searched, and the nearest papers."""
    draft.reason = "not_in_corpus"
    slots: dict[str, str | int] = {"total": searched(query, corpus), "scope": scope(query, corpus)}
    if query.filters and not ranking.papers:
        yield draft.release(say(query.language, "filtered_out", scope=slots["scope"], total=len(corpus)))
    elif names:
        yield draft.release(say(query.language, "not_in_corpus_names", names=", ".join(names), **slots))
    else:
        yield draft.release(say(query.language, "not_in_corpus", **slots))
    for key, paper in zip(("nearest", "nearest_next"), ranking.papers, strict=False):
        text = say(query.language, key, title=paper.title)
        citation = cite(paper, draft.position, paper.title, field="title")
        yield draft.release(marked(text, [paper.arxiv_id]), [citation])


def tell_not_stated(query: Query, draft: Draft, evidence: Evidence, scores: Scores) -> Iterator[Sentence]:
    """Yield that the abstract does not state it, and what it does say, cited."""
    draft.reason = "not_stated"
    paper = evidence.paper
    text = say(query.language, "not_stated", title=paper.title)
    yield draft.release(marked(text, [paper.arxiv_id]), [cite(paper, draft.position, paper.title, field="title")])
    quote = evidence.sentences[int(scores.argmax())]
    told = in_language(evidence, quote, query.language)
    text = stopped(say(query.language, "does_say", quote=told), query.language)
    yield draft.release(marked(text, [paper.arxiv_id]), [cite(paper, draft.position, quote)])


def tell_off_topic(query: Query, draft: Draft, corpus: Corpus) -> Iterator[Sentence]:
    """Yield that only questions about the papers are answered; the question is not repeated."""
    draft.reason = "off_topic"
    yield draft.release(say(query.language, "off_topic", total=len(corpus)))
