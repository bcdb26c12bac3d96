"""Large files of records: streamed, with the same papers and warnings as a small one has."""

import gzip
import json
from pathlib import Path

import pytest
from hash_embedding import hash_embedder

from rag.errors import DigestError, ModelUnavailableError
from rag.ingest.digest import DigestWarning, read_digest
from rag.ingest.indexing import BATCH, index_papers
from rag.ingest.streaming import LINES, is_large_records, stream_papers
from rag.models import Paper
from vectorstore.store import Store

RECORD = {
    "title": "A gait",
    "authors": ["Ann Lee"],
    "categories": ["cs.RO", "cs.LG"],
    "main_category": "cs.RO",
    "date": "2025-06-11",
    "abstract": "It walks. It runs.",
}


def line(number: int) -> str:
    return json.dumps({"id": f"2506.{number:05d}", **RECORD})


def records(path: Path, *lines: str) -> Path:
    content = "\n".join(lines).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def papers_in(path: Path) -> list[Paper]:
    return [each for each in stream_papers(path) if isinstance(each, Paper)]


@pytest.mark.parametrize("name", ["papers.jsonl.gz", "papers.jsonl"])
def test_a_stream_gives_what_reading_at_once_gives(tmp_path: Path, name: str) -> None:
    path = records(tmp_path / name, *map(line, range(LINES)), "{", "[]", "", json.dumps({"title": "x"}), line(LINES))
    digest = read_digest(path)
    streamed = [*stream_papers(path)]
    assert [each for each in streamed if isinstance(each, Paper)] == list(digest.papers)
    assert [each for each in streamed if isinstance(each, DigestWarning)] == list(digest.warnings)
    assert papers_in(path)[-1].line == LINES + 5
    assert papers_in(path)[0].categories == ("cs.RO", "cs.LG")


def test_only_large_files_of_records_are_streamed(tmp_path: Path) -> None:
    path = records(tmp_path / "papers.jsonl", line(1))
    assert not is_large_records(path)
    assert is_large_records(path, least=10)
    assert not is_large_records(records(tmp_path / "a.md", "# cs.RO", "words"), least=1)
    assert not is_large_records(tmp_path / "none.jsonl", least=0)
    assert not is_large_records(tmp_path, least=0)


def test_a_stream_that_breaks_off_keeps_what_came_before(tmp_path: Path) -> None:
    path = records(tmp_path / "papers.jsonl.gz", *map(line, range(4 * LINES)))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 3 // 4])
    *papers, warning = stream_papers(path)
    assert len(papers) >= LINES
    assert isinstance(warning, DigestWarning)
    assert "what came before was kept" in warning.message


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DigestError, match="no such file"):
        next(stream_papers(tmp_path / "none.jsonl"))


def test_of_a_stream_that_ends_in_a_fault_all_commits_stay_and_are_not_repeated(tmp_path: Path) -> None:
    path = records(tmp_path / "papers.jsonl", *map(line, range(3 * BATCH)))
    embedder = hash_embedder()
    store = Store.open(str(tmp_path / "store"), embedder.identity, tmp_path)

    def one_commit_done(done: int) -> None:
        raise ModelUnavailableError("hash", f"it ended after {done}", "start it")

    with pytest.raises(ModelUnavailableError):
        index_papers(papers_in(path), store, embedder, one_commit_done)
    assert len(store) == BATCH
    report = index_papers(papers_in(path), store, embedder)
    assert (len(report.added), len(report.unchanged)) == (2 * BATCH, BATCH)
    store.close()
