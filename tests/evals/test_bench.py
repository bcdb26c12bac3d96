"""The bench measures a real digest with the real models."""

from pathlib import Path

import pytest

from evals.bench import measure
from rag.config import Settings
from rag.errors import ModelUnavailableError
from rag.ingest.digest import read_digest
from rag.ingest.sample import sample_digest_path


@pytest.mark.llm
def test_the_bench_of_two_papers(tmp_path: Path) -> None:
    digest = tmp_path / "2025-09-10.md"
    text = sample_digest_path().read_text(encoding="utf-8")
    digest.write_text(text[: text.index("### [3]")], encoding="utf-8")
    try:
        figures = measure(digest, Settings.load(llm="local-small"))
    except ModelUnavailableError as error:
        pytest.skip(str(error))
    assert figures.papers == len(read_digest(digest).papers) == 2
    assert 0 < figures.embedder_share < 1
    assert figures.reindex_s < figures.index_s
    assert figures.memory_after_answers_mib >= figures.memory_after_retrieval_mib >= figures.memory_after_index_mib
