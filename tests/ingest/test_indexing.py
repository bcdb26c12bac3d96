"""Papers into a store: nothing twice, nothing stale, nothing lost."""

import dataclasses
import datetime
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hash_embedding import HashEmbedding, hash_embedder
from llama_index.core.schema import MetadataMode

from rag.engines.loading import SPACE, Embedder
from rag.errors import ModelUnavailableError
from rag.ingest.chunks import paper_nodes
from rag.ingest.digest import read_digest
from rag.ingest.indexing import BATCH, index_papers
from rag.models import Paper
from vectorstore import StoreError
from vectorstore.store import Store

SAMPLE = Path(__file__).parents[2] / "data" / "sample_digest.md"
FRIDAY, SATURDAY = datetime.date(2025, 9, 5), datetime.date(2025, 9, 6)


@pytest.fixture(scope="module")
def papers() -> list[Paper]:
    return [*read_digest(SAMPLE).papers]


@pytest.fixture
def embedder() -> Embedder:
    return hash_embedder()


@pytest.fixture
def store(tmp_path: Path, embedder: Embedder) -> Iterator[Store]:
    opened = Store.open(str(tmp_path / "store"), embedder.identity, tmp_path)
    yield opened
    opened.close()


def calls(embedder: Embedder) -> int:
    return len(embedder.model.texts) if isinstance(embedder.model, HashEmbedding) else 0


def content(store: Store) -> dict[str, object]:
    """Return everything by which two stores could differ."""
    told = {}
    stored = {record.id: record for record in store.catalogue.all()}
    for space in store.models:
        matrices = store.vectors(space, [*stored.values()])
        for identifier, record in stored.items():
            told[space, identifier] = (record.hash, record.data, record.nodes[space], matrices[identifier].tolist())
    with store.vector_store(SPACE, "paper")._access() as collection:
        told["shelf"] = sorted(collection.get(include=[])["ids"])
    return told


def test_a_digest_is_added_and_a_second_time_nothing_happens(
    store: Store, embedder: Embedder, papers: list[Paper]
) -> None:
    first = index_papers(papers, store, embedder)
    assert (first.papers, len(first.added), first.updated, first.unchanged) == (24, 24, (), ())
    assert 0 < first.embed_seconds < first.seconds
    assert [Paper.from_dict(record.data) for record in store.catalogue.all()] == [
        dataclasses.replace(paper, seen=(paper.date,) if paper.date else ()) for paper in papers
    ]
    before, generation, work = content(store), store.catalogue.generation, calls(embedder)
    again = index_papers(papers, store, embedder)
    assert (again.added, again.updated, len(again.unchanged)) == ((), (), 24)
    assert again.seconds < 1
    assert content(store) == before
    assert store.catalogue.generation == generation
    assert calls(embedder) == work


def test_every_vector_is_that_of_its_text(store: Store, embedder: Embedder, papers: list[Paper]) -> None:
    index_papers(papers, store, embedder)
    matrices = store.vectors(SPACE, [*store.catalogue.all()])
    for paper in papers:
        texts = [node.get_content(MetadataMode.EMBED) for node in paper_nodes(paper)[SPACE]]
        expected = [embedder.model.get_query_embedding(text) for text in texts]
        assert np.allclose(matrices[paper.arxiv_id], expected, atol=1e-3)


def test_changed_text_is_updated_and_what_stayed_is_not_embedded_again(
    store: Store, embedder: Embedder, papers: list[Paper], tmp_path: Path
) -> None:
    index_papers(papers, store, embedder)
    work = calls(embedder)
    changed = dataclasses.replace(papers[3], abstract=papers[3].abstract + " One more sentence.")
    report = index_papers([*papers[:3], changed, *papers[4:]], store, embedder)
    assert (report.added, report.updated, len(report.unchanged)) == ((), (changed.arxiv_id,), 23)
    assert calls(embedder) - work == 2, "the whole abstract and the new sentence"
    fresh = Store.open(str(tmp_path / "fresh"), embedder.identity, tmp_path)
    index_papers([*papers[:3], changed, *papers[4:]], fresh, embedder)
    assert content(store) == content(fresh)
    fresh.close()


def test_the_same_papers_on_another_day_are_updated_without_embedding(
    store: Store, embedder: Embedder, papers: list[Paper]
) -> None:
    friday = [dataclasses.replace(paper, date=FRIDAY) for paper in papers]
    saturday = [dataclasses.replace(paper, date=SATURDAY) for paper in papers[:5]]
    index_papers(friday, store, embedder)
    work = calls(embedder)
    report = index_papers(saturday, store, embedder)
    assert (len(report.updated), report.added, calls(embedder)) == (5, (), work)
    told = Paper.from_dict(store.get([papers[0].arxiv_id])[papers[0].arxiv_id].data)
    assert (told.date, told.seen) == (SATURDAY, (FRIDAY, SATURDAY))
    assert dict(store.catalogue.facets("day")) == {"2025-09-05": 24, "2025-09-06": 5}
    with store.vector_store(SPACE)._access() as collection:
        metadatas = collection.get(where={"arxiv_id": papers[0].arxiv_id}, include=["metadatas"])["metadatas"]
    assert {tuple(metadata["day"]) for metadata in metadatas} == {(20250905, 20250906)}


def test_the_order_of_digests_does_not_matter(
    store: Store, embedder: Embedder, papers: list[Paper], tmp_path: Path
) -> None:
    friday = [dataclasses.replace(paper, date=FRIDAY, tldr="") for paper in papers[:4]]
    saturday = [dataclasses.replace(paper, date=SATURDAY, method="", title=paper.title + "!") for paper in papers[2:6]]
    other = Store.open(str(tmp_path / "other"), embedder.identity, tmp_path)
    for digest in (friday, saturday):
        index_papers(digest, store, embedder)
    for digest in (saturday, friday, saturday):
        index_papers(digest, other, embedder)
    for paper in papers[:6]:
        assert Paper.from_dict(store.get([paper.arxiv_id])[paper.arxiv_id].data) == Paper.from_dict(
            other.get([paper.arxiv_id])[paper.arxiv_id].data
        )
    other.close()


def test_a_paper_given_twice_is_one(store: Store, embedder: Embedder, papers: list[Paper]) -> None:
    report = index_papers([papers[0], papers[0], papers[1]], store, embedder)
    assert (report.papers, len(report.added), len(store)) == (2, 2, 2)


def test_progress_counts_every_paper_once(store: Store, embedder: Embedder, papers: list[Paper]) -> None:
    steps: list[int] = []
    index_papers(papers, store, embedder, steps.append)
    assert steps == [BATCH, 24 - BATCH]
    steps.clear()
    index_papers(papers, store, embedder, steps.append)
    assert sum(steps) == 24


def test_nothing_given_is_nothing_done(store: Store, embedder: Embedder) -> None:
    report = index_papers([], store, embedder)
    assert (report.papers, report.added, len(store)) == (0, (), 0)


class FailingEmbedding(HashEmbedding):
    """Fails once it has embedded so many texts."""

    left: int = 0

    def _get_text_embedding(self, text: str) -> list[float]:
        self.left -= 1
        if self.left < 0:
            raise ModelUnavailableError(self.model_name, "the server cannot be reached", "check that it runs")
        return super()._get_text_embedding(text)


def test_what_was_committed_before_an_embedder_failed_stays(
    store: Store, embedder: Embedder, papers: list[Paper]
) -> None:
    texts = sum(len(paper_nodes(paper)[SPACE]) for paper in papers[:BATCH])
    failing = dataclasses.replace(embedder, model=FailingEmbedding(model_name="hash", left=texts))
    with pytest.raises(ModelUnavailableError):
        index_papers(papers, store, failing)
    assert len(store) == BATCH
    report = index_papers(papers, store, embedder)
    assert (len(report.added), len(report.unchanged)) == (24 - BATCH, BATCH)


def test_two_indexing_runs_at_once_are_refused(store: Store, embedder: Embedder, papers: list[Paper]) -> None:
    with store.writing(), pytest.raises(StoreError, match="another process is indexing"):
        index_papers(papers, store, embedder)
    assert len(index_papers(papers, store, embedder).added) == 24


def test_a_paper_that_another_version_cut_otherwise_is_cut_anew(
    store: Store, embedder: Embedder, papers: list[Paper]
) -> None:
    index_papers(papers[:2], store, embedder)
    stored = store.get([papers[0].arxiv_id])[papers[0].arxiv_id]
    from rag.ingest.chunks import paper_record

    nodes = {space: members[:1] for space, members in paper_nodes(papers[0]).items()}
    with store.writing():
        store.write([paper_record(papers[0], nodes, stored.data)])
    report = index_papers(papers[:2], store, embedder)
    assert (report.updated, report.unchanged) == ((papers[0].arxiv_id,), (papers[1].arxiv_id,))
    assert len(store.get([papers[0].arxiv_id])[papers[0].arxiv_id].nodes[SPACE]) > 1
