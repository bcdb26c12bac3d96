"""Sentences as they are released: markers, plain text, and the words that the product itself says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rag.latex import untyped
from rag.models import Language
from rag.text import clean, sentences

REFUSAL: dict[Language, str] = {"en": "NOT STATED", "zh": "未说明"}
"""What the model writes when the notes do not hold the answer; the same words stand in the prompts."""
REFUSED = re.compile(
    r"^\W*(?:not stated|未说明|没有说明|摘录中(?:没有|未)|(?:the )?notes do not|not (?:mentioned|specified|provided))",
    re.IGNORECASE,
)
EMPHASIS = re.compile(r"\*{1,3}|`+")
MARKUP = re.compile(
    r"!?\[[^\]\n]*\]\([^)\n]*\)|</?[a-zA-Z!][^>\n]{0,200}>|(?:https?|javascript|data|ftp):\S+|www\.\S+"
    r"|```.*?(?:```|$)|^#{1,6}\s|^\s*(?:[-•>]|\d+[.)])\s+",
    re.MULTILINE | re.DOTALL | re.IGNORECASE,
)
"""Links, images, tags, addresses, code and Markdown: nothing of it is an answer's own words."""
ADDRESS_LAST = re.compile(
    r"(?:\b(?:at|from|via|see|under|on)|[:：在见于为是])\W*(?:https?://|www\.)[\x21-\x7e]+\W*$", re.IGNORECASE
)
TARGET = r"\((?:[^()\n]|\([^()\n]*\))*\)"
LINKED = re.compile(rf"!?\[([^\]\n]*)\]{TARGET}")
IMAGE = re.compile(rf"!\[[^\]\n]*\]{TARGET}")
BRACKETED = re.compile(r"\s*[\[【](?:arXiv:?\s*)?[^\]】\n]{0,40}[\]】]")
SPACED_STOP = re.compile(r"\s+(?=[.,;!?。，；！？](?:\s|$))")
"""Space before a stop, where something was taken out."""
AUTHORS = {
    "we": "the authors",
    "us": "the authors",
    "our": "the authors'",
    "ours": "the authors' own",
    "ourselves": "themselves",
}
FIRST_PERSON = re.compile(r"(?<![\w'’.-])(?:[Ww]e|us|[Oo]urs?|[Oo]urselves)(?![\w-]|\.\w)")
"""Not US, nor what is part of a name: OUR-Net."""
END = re.compile(r"([.!?。！？]+[\"'”’)）]*)\Z")
FULL_STOP = re.compile(r"([.。]+[\"'”’)）]*)\Z")


def marked(sentence: str, ids: Iterable[str]) -> str:
    """Return a sentence with its markers before its full stop; after the question mark of a title or a question."""
    markers = "".join(f"[{identifier}]" for identifier in dict.fromkeys(ids))
    match = FULL_STOP.search(sentence)
    if not match:
        return f"{sentence} {markers}"
    return f"{sentence[: match.start()]} {markers}{match.group(1)}"


def plain(text: str) -> str:
    """Return model output as plain words: invisible characters, markup, addresses and invented markers removed.

    Of a link its words stay.
    """
    plain_text = LINKED.sub(r"\1", IMAGE.sub(" ", untyped(clean(text))))
    while (reduced := EMPHASIS.sub("", BRACKETED.sub("", MARKUP.sub(" ", plain_text)))) != plain_text:
        plain_text = reduced  # what one removal leaves may be markup again
    return SPACED_STOP.sub("", " ".join(plain_text.split()))


TAG = re.compile(r"<(/?[a-zA-Z!][^>\n]{0,200})>")
FORGED = re.compile(
    r"[\[【]\s*(?:arXiv:?\s*)?(?:\d{4}\.\d{4,5}|[a-z\-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?\s*[\]】]", re.IGNORECASE
)


def leads_nowhere(raw: str) -> bool:
    """Return whether model output ends with an address: without it the sentence says nothing."""
    return bool(ADDRESS_LAST.search(raw))


def harmless(text: str) -> str:
    """Return a paper's own text for an answer: links as their words, tags in other brackets, no markers but ours."""
    safe = untyped(clean(text))
    while (reduced := FORGED.sub("", LINKED.sub(r"\1", safe))) != safe:
        safe = reduced
    return TAG.sub(r"‹\1›", safe).replace("](", "] (").replace("javascript:", "javascript ")


def stopped(sentence: str, language: Language) -> str:
    """Return a sentence that ends with a stop."""
    return sentence if END.search(sentence) else sentence.rstrip(" ,;，；:：") + ("。" if language == "zh" else ".")


def in_third_person(sentence: str, language: Language) -> str:
    """Return a sentence in which the authors, as `we` in their paper, are `the authors`: the answer is not theirs."""
    if language == "zh":
        return sentence.replace("我们", "作者")
    return FIRST_PERSON.sub(told_of_authors, sentence)


def told_of_authors(first: re.Match[str]) -> str:
    """Return what stands for a pronoun of the first person plural."""
    told = AUTHORS[first[0].lower()]
    return told[0].upper() + told[1:] if first[0][0].isupper() else told


def refused(text: str) -> bool:
    """Return whether the model wrote that the notes do not say it."""
    return bool(REFUSED.search(text))


def complete_sentences(deltas: Iterable[str]) -> Iterator[str]:
    """Yield each sentence of a stream as soon as the next one has begun, and the rest at its end."""
    pending = ""
    for delta in deltas:
        pending += delta
        pieces = sentences(pending.lstrip())
        if len(pieces) > 1 or (pieces and pending.rstrip(" ").endswith("\n")):
            done = pieces[:-1] if len(pieces) > 1 else pieces
            yield from done
            pending = pieces[-1] if len(pieces) > 1 else ""
    yield from sentences(pending)
