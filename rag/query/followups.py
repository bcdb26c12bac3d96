"""What a question of a conversation refers to: papers of earlier answers, places in a list, an earlier question."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.models import Language, Turn
from rag.query.corpus import Corpus
from rag.query.cues import cue, details
from rag.query.days import CHINESE_NUMBERS, ENGLISH_NUMBERS, without_days
from rag.query.mentions import CATEGORY, coined_words
from rag.query.words import content_words
from rag.text import HAN, detect_language
from vectorstore.lexical import tokens

ENGLISH_PLACES = {
    word: place
    for place, word in enumerate(
        (
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
            "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
        ).split()
    )
} | {"last": -1, "final": -1, "最后": -1}
COMMON = 0.25
"""Share of the papers from which on a word that they hold is no subject: model, method, training."""
RARE = 0.05
"""Share of the papers up to which a word that they hold tells what a question is about."""
RARE_WORDS: dict[Language, int] = {"en": 2, "zh": 3}
"""So many of them that another paper holds, and none of those before, change the subject."""
OWN_WORDS = 3
"""Content words in front of a pronoun that can be what it stands for."""


def places_in(text: str) -> list[int]:
    """Return the places of a list that a question points at, counted from 0, or back from the end below 0."""
    if match := cue("several_places").search(text):
        group = next(group for group in match.groups() if group)
        first = not match.group().lower().startswith(("the last", "最后", "后"))
        count = place_number(group) + 1
        return list(range(count)) if first else list(range(-count, 0))
    found = [next(group for group in match.groups() if group) for match in cue("ordinal").finditer(text)]
    if cue("from_the_end").search(text):
        return [-1 - place_number(word) for word in found[:1]]
    return list(dict.fromkeys(place_number(word) for word in found))


def place_number(word: str) -> int:
    """Return a place, counted from 0, that is written as a word, in digits or in Chinese; -1 for the last."""
    word = word.lower()
    if word in ENGLISH_PLACES:
        return ENGLISH_PLACES[word]
    if digits := re.match(r"\d+", word):
        return int(digits.group()) - 1
    if word in ENGLISH_NUMBERS:
        return ENGLISH_NUMBERS[word] - 1
    tens, ten, ones = word.rpartition("十")
    value = (CHINESE_NUMBERS.get(tens, 1) * 10 if ten else 0) + CHINESE_NUMBERS.get(ones, 0)
    return max(value, 1) - 1


def place_beyond(text: str, history: Sequence[Turn]) -> tuple[str, ...]:
    """Return the papers of an earlier list where a question points at a place that it does not have; else nothing."""
    listed = list_before(history)
    places = places_in(text)
    beyond = [place for place in places if place >= len(listed) or place < -len(listed)]
    return listed if listed and beyond else ()


def list_before(history: Sequence[Turn]) -> tuple[str, ...]:
    """Return the papers of the latest answer that named several, else all that were talked of, the first one first."""
    named = [turn.papers for turn in reversed(history) if turn.papers]
    talked = tuple(dict.fromkeys(paper for papers in reversed(named) for paper in papers))
    return next((papers for papers in named if len(papers) > 1), talked)


def referents(text: str, history: Sequence[Turn], corpus: Corpus) -> tuple[str, ...]:
    """Return the papers of the conversation that a follow-up refers to; empty when it stands alone."""
    last = next((turn for turn in reversed(history) if turn.papers), None)
    if last is None or cue("new_subject").search(text):
        return ()
    several = list_before(history)
    if pointed := pointed_at(text, history, several):
        return pointed
    if cue("among").search(text) and (len(several) > 1 or not stands_alone(text, several, corpus)):
        return several
    beside = sets_beside(text)
    if not beside and (brings_list(text) or described(text, last.papers, corpus)):
        return ()
    if beside or cue("back").search(text) or cue("back_pronoun").search(text):
        return () if not beside and has_antecedent(text, last.papers, corpus) else last.papers
    continues = cue("continues").search(text) and not coined_words(text)
    continues = continues and not in_words_of_another(text, last.papers, corpus)
    return last.papers if continues or len(tokens(text)) <= 2 or of_any_paper(text, corpus) else ()


def sets_beside(text: str) -> bool:
    """Return whether a question compares the paper before with one that it describes."""
    return all(cue(name).search(text) for name in ("compares", "beside_it")) and any(
        cue(name).search(text) for name in ("described_paper", "described_one")
    )


def of_any_paper(text: str, corpus: Corpus) -> bool:
    """Return whether a question names no subject: it asks for what any paper has, such as accuracy or code."""
    if coined_words(text):
        return False
    for detail in details():
        text = detail.asked.sub(" ", text)
    rest = cue("of_any_paper").sub(" ", text)
    catalogue = corpus.store.catalogue
    common = COMMON * len(corpus)
    return all(len(catalogue.containing([word])) >= common for word in content_words(rest))


def brings_list(text: str) -> bool:
    """Return whether a question asks for papers of its own, so that `they` are those."""
    return bool(cue("asks_list").search(text) or cue("count").search(text)) and not cue("demonstrative").search(text)


def described(text: str, papers: Sequence[str], corpus: Corpus) -> bool:
    """Return whether a question describes a paper of its own, `the burned-area mapping paper`, and not one of these."""
    return bool(cue("described_paper").search(text)) and stands_alone(text, papers, corpus)


def has_antecedent(text: str, papers: Sequence[str], corpus: Corpus) -> bool:
    """Return whether a pronoun stands for a noun of the same question: `a robot ..., how does it ...`."""
    pronoun = cue("back_pronoun").search(text)
    if not pronoun or cue("demonstrative").search(text):
        return False
    before = text[: pronoun.start()]
    own = cue("own_noun").search(before) and len(content_words(before)) >= OWN_WORDS
    return bool(own) and stands_alone(text, papers, corpus)


def stands_alone(text: str, papers: Sequence[str], corpus: Corpus) -> bool:
    """Return whether the paper nearest by its words is none of these."""
    return any(hit.id not in papers for hit in corpus.store.catalogue.search(text, 1))


def in_words_of_another(text: str, papers: Sequence[str], corpus: Corpus) -> bool:
    """Return whether a question has words that few papers hold, the nearest by words among them, and none of these."""
    catalogue = corpus.store.catalogue
    nearest = [hit.id for hit in catalogue.search(text, 1)]
    holders = [set(catalogue.containing([word])) for word in content_words(text)]
    rare = [held for held in holders if held.issuperset(nearest) and len(held) <= max(1.0, RARE * len(corpus))]
    enough = bool(nearest) and len(rare) >= RARE_WORDS[detect_language(text)]
    return enough and not any(held.intersection(papers) for held in rare)


def pointed_at(text: str, history: Sequence[Turn], several: Sequence[str]) -> tuple[str, ...]:
    """Return the papers of an earlier list that a question points at: the second one, the other one, the former."""
    if places := places_in(text):
        return tuple(several[place] for place in places if -len(several) <= place < len(several))
    if len(several) < 2:
        return ()
    if cue("other").search(text):
        start = max(index for index, turn in enumerate(history) if turn.papers == several) + 1
        used = {paper for turn in history[start:] for paper in turn.papers} or {several[0]}
        return tuple(paper for paper in several if paper not in used) or tuple(several[1:2])
    return tuple(several[:1]) if cue("former").search(text) else ()


def carried_on(text: str, history: Sequence[Turn], corpus: Corpus) -> str:
    """Return the earlier question for papers that a mere `And in cs.LG?`, `And yesterday?` or `And on sleep?` varies.

    Empty for every question that says more, and where no earlier one asked for papers.
    """
    earlier = [turn.question.partition(" (")[0] for turn in reversed(history)]
    asked = next((question for question in earlier if asks_for_papers(question)), "")
    if not asked:
        return ""
    categories = CATEGORY.findall(text)
    undated = without_days(text)
    if not re.search(r"\w", cue("connector").sub(" ", CATEGORY.sub(" ", undated))):
        if categories and CATEGORY.search(asked):
            return " ".join(CATEGORY.sub(", ".join(categories), asked).split())
        if categories:
            return f"{', '.join(categories)}: {asked}"
        said = cue("lead").sub("", text).rstrip("?？ ")
        return f"{said}: {' '.join(without_days(asked).split())}" if undated != text else ""
    return on_another_subject(text, history[-1], corpus) if asked == earlier[0] else ""


def on_another_subject(text: str, last: Turn, corpus: Corpus) -> str:
    """Return the question for papers that a mere `And on sleep?` means; empty where it is about the last paper."""
    match = cue("varies_topic").search(text)
    if not match or cue("attribute").search(text):
        return ""
    subject = next(group for group in match.groups() if group)
    if len(last.papers) == 1 and not stands_alone(subject, last.papers, corpus):
        return ""
    return f"哪些论文研究{subject}？" if HAN.search(subject) else f"Which papers are about {subject}?"


def asks_for_papers(question: str) -> bool:
    """Return whether a question asks for papers, their number or an overview of them."""
    return any(cue(name).search(question) for name in ("asks_list", "count", "overview"))
