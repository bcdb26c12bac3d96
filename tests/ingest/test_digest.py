"""Whole digests: the user's, seven days of others, and what is no digest."""

import datetime
import gzip
import pickle
import re
import time
from pathlib import Path

import pytest
from digest_template import Card, render

from rag.errors import ArxivRagError, DigestError
from rag.ingest.digest import Digest, parse_digest, read_digest

SEED = "seeds/000_4b4a7fa2605955bc.txt"
CARD = ("tldr", "motivation", "method", "result", "conclusion")


def messages(digest: Digest) -> str:
    """Return all warnings in one text."""
    return "\n".join(warning.message for warning in digest.warnings)


def raw_entries(text: str) -> list[str]:
    """Cut a digest into entries by the simplest means, as an oracle."""
    return re.split(r"^### ", text, flags=re.MULTILINE)[1:]


def test_seed_is_read_exactly(shared: Path) -> None:
    text = (shared / SEED).read_bytes().decode()
    digest = read_digest(shared / SEED)
    entries = raw_entries(text)
    assert len(digest.papers) == len(entries) == 164
    assert dict(digest.declared) == {"cs.CV": 74, "cs.RO": 26, "cs.LG": 64}
    assert [paper.arxiv_id for paper in digest.papers] == re.findall(r"\(https://arxiv.org/abs/([\d.]+)\)\n", text)
    for paper, raw in zip(digest.papers, entries, strict=True):
        assert raw.startswith(f"[{digest.papers.index(paper) + 1}] [{paper.title}]({paper.url})\n")
        assert ",".join(paper.authors) == raw.split("\n")[1].strip("*").replace(",:", "")
        assert paper.category == re.findall(r"^Main category: (.*)$", raw, re.MULTILINE)[0] == paper.section
        abstract = raw.split("\nAbstract: ")[1].split("\n</details>")[0]
        assert paper.abstract == " ".join(line.strip() for line in abstract.strip().split("\n"))
        assert text.split("\n")[paper.line - 1] == "### " + raw.split("\n")[0]


def test_seed_cards(shared: Path) -> None:
    text = (shared / SEED).read_bytes().decode()
    digest = read_digest(shared / SEED)
    for paper, raw in zip(digest.papers, raw_entries(text), strict=True):
        if paper.arxiv_id == "2509.07623":
            continue
        assert paper.missing == ()
        for name, label in zip(CARD, ("TL;DR", "Motivation", "Method", "Result", "Conclusion"), strict=True):
            told = raw.split(f"\n{label}: ")[1].split("\n\n")[0]
            assert " ".join(told.split()) == getattr(paper, name)


def test_seed_placeholders_are_missing(shared: Path) -> None:
    digest = read_digest(shared / SEED)
    (paper,) = (paper for paper in digest.papers if paper.missing)
    assert paper.arxiv_id == "2509.07623"
    assert paper.missing == CARD
    assert all(getattr(paper, name) == "" for name in CARD)
    assert paper.abstract
    assert [(warning.arxiv_id, warning.line) for warning in digest.warnings] == [("2509.07623", paper.line)]


def test_seed_is_quick(shared: Path) -> None:
    start = time.perf_counter()
    read_digest(shared / SEED)
    assert time.perf_counter() - start < 0.3 * 3  # the machine may be busy


@pytest.mark.parametrize(
    ("day", "papers", "placeholders"),
    [("04", 100, 0), ("05", 166, 0), ("06", 120, 0), ("07", 120, 0), ("08", 167, 0), ("09", 284, 2), ("10", 149, 0)],
)
def test_other_days(shared: Path, day: str, papers: int, placeholders: int) -> None:
    path = shared / f"data/digests/2025-09-{day}.md"
    text = path.read_bytes().decode()
    digest = read_digest(path)
    assert len(digest.papers) == papers == len(raw_entries(text)) == sum(digest.declared.values())
    assert len(digest.warnings) == placeholders == sum(bool(paper.missing) for paper in digest.papers)
    assert digest.date == datetime.date(2025, 9, int(day)) == digest.papers[0].date
    assert all(paper.abstract and paper.authors and paper.category for paper in digest.papers)


def test_metadata_records(shared: Path) -> None:
    digest = read_digest(shared / "data/papers_50k.jsonl.gz")
    assert len(digest.papers) == 50_000
    assert digest.warnings == ()
    assert digest.date is None
    paper = digest.papers[0]
    assert (paper.arxiv_id, paper.category, paper.authors) == ("0906.1608", "cond-mat", ("Axel van de Walle",))
    assert paper.published == datetime.date(2025, 6, 11)
    assert paper.missing == CARD


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("2025-09-10.md", None, "2025-09-10"),
        ("daily_2025-09-10_zh.txt", None, "2025-09-10"),
        ("2025-09-10.md", "2024-01-02", "2025-09-10"),
        ("digest.txt", "2024-01-02", "2024-01-02"),
        ("2025-13-45.md", None, None),
        ("2025-02-30_2025-03-01.md", None, "2025-03-01"),
        ("12025-09-101.md", None, None),
        ("2509.12345.md", None, None),
    ],
)
def test_date(name: str, given: str | None, expected: str | None) -> None:
    digest = parse_digest(render([Card()]), source=name, date=datetime.date.fromisoformat(given) if given else None)
    assert digest.date == (datetime.date.fromisoformat(expected) if expected else None)
    assert digest.papers[0].date == digest.date
    assert digest.papers[0].source == name


@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.jsonl", "a.gz", "a", "a.pdf"])
def test_content_not_suffix_decides(tmp_path: Path, name: str) -> None:
    text = render([Card()]).encode()
    for content in (text, gzip.compress(text), b'{"id": "2509.00001", "title": "A Title", "summary": "We."}\n'):
        path = tmp_path / name
        path.write_bytes(content)
        assert [paper.arxiv_id for paper in read_digest(path).papers] == ["2509.00001"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"%PDF-1.7\n1 0 obj", "a PDF"),
        (b"PK\x03\x04" + bytes(50), "a ZIP archive"),
        (bytes(range(32)) * 40, "a binary file"),
        (gzip.compress(b"\x89PNG\r\n\x1a\n" + bytes(99), mtime=0), "a PNG image"),
        (b"\x1f\x8b garbage", "the gzip stream is damaged"),
        (b"x" * 2001, "larger than 2,000 bytes"),
        (gzip.compress(b"x" * 100_000, mtime=0), "larger than 2,000 bytes"),
    ],
)
def test_unreadable_content_raises(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "digest.md"
    path.write_bytes(content)
    with pytest.raises(DigestError, match=re.escape(reason)) as caught:
        read_digest(path, max_bytes=2000)
    told = str(caught.value)
    assert told.startswith(f"Cannot read the digest '{path}': ")
    assert told.endswith(".") and "\n" not in told


def test_missing_file_and_folder_raise(tmp_path: Path) -> None:
    with pytest.raises(DigestError, match="there is no such file; check the path"):
        read_digest(tmp_path / "absent.md")
    with pytest.raises(DigestError, match="it is a folder; name the files in it"):
        read_digest(tmp_path)
    with pytest.raises(DigestError, match="null"):
        read_digest(Path("a\x00b"))


def test_error_survives_pickling() -> None:
    error = DigestError(Path("a.md"), "it is a PDF, not text", "give a digest")
    copy = pickle.loads(pickle.dumps(error))
    assert isinstance(error, ArxivRagError)
    assert (str(copy), copy.path, copy.reason) == (str(error), error.path, error.reason)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the file is empty"),
        (b" \n\n\t\n", "the file is empty"),
        (gzip.compress(b"", mtime=0), "the file is empty"),
        (b"# News\n\nNothing to see.\n", "does not look like a digest"),
        ("### 今日没有找到新论文。\n".encode(), "there were no new papers"),
        (b"- see https://arxiv.org/abs/2509.00001 and https://arxiv.org/abs/2509.00002", "prose that links 2 times"),
        (b'[{"id": "2509.00001"}]', "one JSON array"),
        (b'{"title": "no id"}\n', "no entry has a valid arXiv ID"),
        (b"%PDF-1.7", "the file is a PDF, not text"),
        (b"- [cs.CV](#cs.CV) [Total: 3]\n\n# cs.CV [[Back]](#toc)\n", "declares 3 papers, but no readable entry"),
    ],
)
def test_nothing_read_is_told(content: bytes, told: str) -> None:
    digest = parse_digest(content, source="a.md")
    assert digest.papers == ()
    assert "no paper was read" in messages(digest) and told in messages(digest)
    assert all(warning.file == "a.md" for warning in digest.warnings)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings(encoding: str) -> None:
    digest = parse_digest(render([Card(tldr="一种方法，用于检测。" * 5)]).encode(encoding))
    assert digest.papers == parse_digest(render([Card(tldr="一种方法，用于检测。" * 5)])).papers
    assert ("it was read as" in messages(digest)) == (encoding in ("utf-16", "gb18030"))


def test_invalid_bytes_are_replaced_and_told() -> None:
    data = render([Card()]).encode().replace(b"We study", b"We \xe9tudy")
    digest = parse_digest(data)
    assert digest.papers[0].abstract.startswith("We \ufffdtudy a thing")
    line = data[: data.index(b"\xe9tudy")].count(b"\n") + 1
    assert [(warning.line, "invalid UTF-8" in warning.message) for warning in digest.warnings] == [(line, True)]


def test_latin_1_is_not_taken_for_chinese() -> None:
    data = b"# r\xe9sum\xe9 \xe9t\xe9\n" + render([Card()]).encode("ascii", "ignore")
    assert "GB 18030" not in messages(parse_digest(data))


def test_cut_gzip_keeps_what_came_before() -> None:
    cards = [Card(arxiv_id=f"2509.{number:05}", abstract=f"{number} {number * 7919} words.") for number in range(400)]
    data = gzip.compress(render(cards).encode())
    digest = parse_digest(data[: len(data) // 2])
    assert 10 < len(digest.papers) < 400
    assert "the gzip stream ends early" in messages(digest)


def test_windows_and_old_mac_line_ends() -> None:
    text = render([Card(), Card(arxiv_id="2509.00002")])
    for variant in (text.replace("\n", "\r\n"), text.replace("\n", "\r")):
        assert parse_digest(variant).papers == parse_digest(text).papers


def test_same_paper_twice_keeps_the_fuller() -> None:
    poor, rich = Card(tldr="Error", category="cs.LG"), Card()
    for cards in ([poor, rich], [rich, poor]):
        digest = parse_digest(render(cards))
        (paper,) = digest.papers
        assert paper.tldr == rich.tldr
        assert paper.categories == ("cs.CV", "cs.LG")
        assert "stands in the file twice" in messages(digest)
        assert "table of contents" not in messages(digest)


def test_wrong_counts_are_told() -> None:
    text = render([Card(), Card(arxiv_id="2509.00002", category="cs.RO")]).replace("[Total: 1]", "[Total: 5]", 1)
    (warning,) = parse_digest(text).warnings
    assert warning.message.endswith("declares other numbers than were read: cs.CV 5, read 1")
    assert warning.line == 5


def test_content_hash_ignores_day_and_place() -> None:
    first, other, moved = (
        parse_digest(text, source=name).papers[0]
        for text, name in (
            (render([Card()]), "2025-09-01.md"),
            (render([Card(tldr="别的")]), "2025-09-01.md"),
            ("\n\n" + render([Card()]), "2025-09-02.md"),
        )
    )
    assert first.content_hash == moved.content_hash != other.content_hash
    assert (first.date, first.line) != (moved.date, moved.line)
