"""Properties that hold for any digest: round trips, truncation, and no exception for any bytes."""

import json
import random
import time
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from digest_template import FIELDS, Card, render, render_card
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.ingest.cleaning import clean_text
from rag.ingest.digest import Digest, parse_digest
from rag.ingest.labels import is_placeholder, strip_label

FUZZ_SECONDS = 8
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ANY_TEXT = st.text(max_size=60)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Co", "Cn")), min_size=1, max_size=60)


def plain(field: str) -> st.SearchStrategy[str]:
    """Return texts for a field that need no repair, and are neither placeholders nor template lines."""
    return (
        WORDS.map(clean_text)
        .filter(lambda text: not is_placeholder(text) and strip_label(field, text) == text)
        .filter(lambda text: field != "title" or not text.endswith("\\"))
    )


NAMES = st.from_regex(r"[A-Z][a-zé]{1,8}( [A-Z]\.)? [A-Z][a-z']{1,8}[a-z]", fullmatch=True)
CARDS = st.builds(
    Card,
    title=plain("title"),
    authors=st.lists(NAMES, min_size=1, max_size=4).map(tuple),
    category=st.sampled_from(["cs.CV", "cs.LG", "quant-ph", "cond-mat.mtrl-sci"]),
    **{field: plain(field) for field in FIELDS},
)


def numbered(cards: list[Card]) -> list[Card]:
    """Give each card an identifier of its own, and put them in the digest's order."""
    order = list(dict.fromkeys(card.category for card in cards))
    cards = sorted(cards, key=lambda card: order.index(card.category))
    return [replace(card, arxiv_id=f"2509.{number:05}") for number, card in enumerate(cards)]


def assert_sane(digest: Digest) -> None:
    """Check what must hold for every digest."""
    ids = [paper.arxiv_id for paper in digest.papers]
    assert len(ids) == len(set(ids))
    assert digest.papers or digest.warnings
    for paper in digest.papers:
        own = [paper.title, paper.comment, paper.section, *(getattr(paper, field) for field in FIELDS)]
        for text in [*own, *paper.authors, *paper.categories, *paper.links]:
            assert not {unicodedata.category(character) for character in text} & {"Cc", "Cs", "Zl", "Zp"}
            assert text == " ".join(text.split())
        assert paper.url == f"https://arxiv.org/abs/{paper.arxiv_id}"
        assert all(not getattr(paper, name) for name in paper.missing)
        assert paper.categories[:1] == ((paper.category,) if paper.category else ())
        assert paper.line > 0
    for warning in digest.warnings:
        assert warning.message and "\n" not in warning.message and warning.line >= 0


@given(st.lists(CARDS, min_size=1, max_size=3).map(numbered))
@SLOW
def test_round_trip(cards: list[Card]) -> None:
    digest = parse_digest(render(cards))
    assert digest.warnings == ()
    assert [paper.arxiv_id for paper in digest.papers] == [card.arxiv_id for card in cards]
    for paper, card in zip(digest.papers, cards, strict=True):
        assert (paper.title, paper.authors, paper.category) == (card.title, card.authors, card.category)
        assert paper.section == card.category
        for field in FIELDS:
            assert getattr(paper, field) == getattr(card, field)


@given(st.binary(max_size=400))
@SLOW
def test_any_bytes(data: bytes) -> None:
    assert_sane(parse_digest(data))


@given(ANY_TEXT, ANY_TEXT, st.lists(ANY_TEXT, max_size=3), st.sampled_from(FIELDS))
@SLOW
def test_any_text_in_an_entry(title: str, text: str, authors: list[str], field: str) -> None:
    assert_sane(parse_digest(render_card(Card(title=title, authors=tuple(authors), **{field: text}))))


@given(st.recursive(st.none() | st.booleans() | st.floats() | ANY_TEXT, lambda part: st.lists(part, max_size=3)))
@SLOW
def test_any_json_in_a_record(value: object) -> None:
    for name in ("id", "title", "authors", "categories", "summary", "AI", "published", "code_url"):
        record = {"id": "2509.00001", "title": "T", "summary": "S"} | {name: value}
        assert_sane(parse_digest(json.dumps(record) + "\n"))


@given(st.text(max_size=200))
def test_cleaning_is_idempotent(raw: str) -> None:
    cleaned = clean_text(raw)
    assert clean_text(cleaned) == cleaned
    assert cleaned.encode().decode() == cleaned


def test_truncation_keeps_all_complete_entries() -> None:
    cards = numbered([Card(), Card(title="二", abstract="Short. " * 30), Card(category="cs.LG", tldr="三")])
    data = render(cards).encode()
    whole = parse_digest(data).papers
    ends = [data.index(b"</details>", data.index(card.arxiv_id.encode())) + 10 for card in cards]
    for size in range(len(data)):
        papers = parse_digest(data[:size]).papers
        complete = sum(end <= size for end in ends)
        assert papers[:complete] == whole[:complete]
        assert [paper.arxiv_id for paper in papers[complete:]] in ([], [card.arxiv_id for card in cards[complete:][:1]])


MUTATIONS: list[Callable[[random.Random, list[bytes]], None]] = [
    lambda rng, lines: lines.__delitem__(rng.randrange(len(lines))),
    lambda rng, lines: lines.insert(rng.randrange(len(lines)), rng.randbytes(rng.randrange(1, 30))),
    lambda rng, lines: lines.insert(rng.randrange(len(lines)), lines[rng.randrange(len(lines))]),
    lambda rng, lines: lines.__setitem__(rng.randrange(len(lines)), b""),
    lambda rng, lines: rng.shuffle(lines) if rng.random() < 0.02 else None,
    lambda rng, lines: lines.__delitem__(slice(rng.randrange(len(lines)), rng.randrange(len(lines)))),
]


def mutate(rng: random.Random, data: bytes) -> bytes:
    """Damage a digest in a few places: lines lost, repeated, moved, bytes put in or changed."""
    lines = data.split(b"\n")
    for _ in range(rng.randrange(1, 12)):
        rng.choice(MUTATIONS)(rng, lines)
        lines = lines or [b""]
    damaged = bytearray(b"\n".join(lines))
    for _ in range(rng.randrange(4)):
        if damaged:
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
    return bytes(damaged)


@pytest.mark.parametrize("pattern", ["digests/*.md", "tricky_digests/*.md", "tricky_digests/*.jsonl"])
def test_damaged_real_digests(shared: Path, pattern: str) -> None:
    files = [path.read_bytes() for path in sorted((shared / "data").glob(pattern)) if path.name != "README.md"]
    rng = random.Random(20250910)
    deadline = time.perf_counter() + FUZZ_SECONDS / 3
    while time.perf_counter() < deadline:
        data = rng.choice(files)
        start = rng.randrange(max(1, len(data) - 30_000))
        assert_sane(parse_digest(mutate(rng, data[start : start + 30_000])))


def test_lost_lines_do_not_mix_papers(shared: Path) -> None:
    """Whatever line is lost, no abstract takes in another paper's."""
    text = (shared / "data/digests/2025-09-10.md").read_bytes().decode()
    lines = text.split("\n")[:330]
    whole = {paper.arxiv_id: paper for paper in parse_digest("\n".join(lines)).papers}
    for index in range(len(lines)):
        for paper in parse_digest("\n".join(lines[:index] + lines[index + 1 :])).papers:
            original = whole[paper.arxiv_id]
            assert len(paper.abstract) <= len(original.abstract)
            if not lines[index].strip():
                assert paper.abstract == original.abstract
