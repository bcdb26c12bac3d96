"""Language, sentences and safe text: pure functions on strings."""

from __future__ import annotations

import re
import unicodedata

from rag.models import Language

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
LATIN_WORD = re.compile(r"[A-Za-z](?:[A-Za-z'\-]|\.(?=[A-Za-z]))*")
CHINESE_FUNCTION = re.compile(r"[的了吗呢么怎哪谁几是有在与和用为被把请对]")

ABBREVIATIONS = frozenset(
    "al approx cf dr e.g eg eq eqs etc fig figs i.e ie inc jr mr mrs ms no nos prof ref refs resp sec secs st vol vs "
    "w.r.t dept univ est ca viz a.k.a u.s u.k".split()
)
"""Words after which a full stop ends no sentence, without their last stop."""
ENDS = re.compile(r"[.!?]+[\"')\]}”’]*(?=\s+\S)|[。！？；]+[”’」』）)]*(?=\S)")
INVISIBLE = re.compile(
    r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f"
    r"\u2028-\u202e\u2060-\u206f"
    r"\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""Characters that nobody sees but a terminal, a browser or a model may obey; newline and tab are not among them."""

TERMINAL = re.compile(r"(?:\x1b\[[0-9;:?]*|\x9b[0-9;:?]+)[@-~]|\x1b\][^\x07\x1b\n]{0,500}(?:\x07|\x1b\\)")
"""Sequences that a terminal obeys (colours, cursor, window title): they go as a whole, `[31m` included.

The single character U+009B needs a parameter after it: before a letter it is more likely a stray byte of a text.
"""


def detect_language(text: str) -> Language:
    """Return `zh` for text that a Chinese reader wrote, technical English terms inside or not, else `en`."""
    han = len(HAN.findall(text))
    if not han:
        return "en"
    words = len(LATIN_WORD.findall(text))
    return "zh" if han > words * 2 or (han > words / 2 and CHINESE_FUNCTION.search(text)) else "en"


def clean(text: str) -> str:
    """Return text without terminal sequences, invisible and control characters, composed (NFC) and stripped."""
    whole = text.encode("utf-8", "ignore").decode("utf-8")  # half a surrogate pair is no text
    return unicodedata.normalize("NFC", INVISIBLE.sub("", TERMINAL.sub("", whole))).strip()


def sentences(text: str) -> list[str]:
    """Split English or Chinese prose into sentences, each a verbatim slice of `text` without the space around it."""
    pieces: list[str] = []
    start = 0
    for match in ENDS.finditer(text):
        if is_end(text, match):
            pieces.append(text[start : match.end()])
            start = match.end()
    pieces.append(text[start:])
    return [piece.strip() for piece in pieces if piece.strip()]


def is_end(text: str, match: re.Match[str]) -> bool:
    """Return whether a stop ends a sentence: not after abbreviations or initials, nor in front of small letters."""
    mark = match.group()
    if mark[0] in "。！？；":
        return True
    following = text[match.end() :].lstrip()
    if following[:1].islower():
        return False
    if mark[0] != ".":
        return True
    before = text[: match.start()].rsplit(maxsplit=1)
    word = before[-1].lstrip("([{\"'“‘").lower() if before else ""
    if word in ABBREVIATIONS or (len(word) == 1 and word.isalpha()):
        return word == "al" and following[:1].isupper() and not following[:4].isupper()
    return not re.fullmatch(r"\(?[0-9ivx]{1,3}", word) or len(before) > 1


def shortened(text: str, limit: int) -> str:
    """Return `text`, cut at a word with an ellipsis when it is longer than `limit` characters."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit // 2 else cut) + "…"
