"""One store, one process: what is written is found, what is changed leaves nothing behind."""

import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from llama_index.core import VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.vector_stores.types import MetadataFilter, MetadataFilters
from made_records import MODELS, faults, index_faults, node, record, state, vector, words

from vectorstore import Hit, StoreError
from vectorstore.store import CATALOGUE, Store

Opened = Callable[..., Store]


def test_a_record_comes_back_as_it_was_written(opened: Opened) -> None:
    store = opened()
    with store.writing():
        store.write([record(1), record(2)])
    told = store.get(["2509.00002", "2509.00001", "2509.09999"])
    assert list(told) == ["2509.00002", "2509.00001"]
    assert told["2509.00001"].data == {"number": 1, "version": 0}
    assert told["2509.00001"].hash == "1-0"
    assert len(store) == 2
    assert faults(store) == []


def test_a_store_opens_again_with_all_that_it_held(opened: Opened, tmp_path: Path) -> None:
    store = opened()
    with store.writing():
        store.write([record(number) for number in range(5)])
    before = state(store)
    store.close()
    assert state(opened()) == before


def test_the_nearest_record_is_the_one_whose_vector_was_asked_for(opened: Opened, filled: Path) -> None:
    store = opened(filled)
    hits = store.nearest("english", vector("paper 7 in version 0"), 5)
    assert hits[0].id == "2509.00007"
    assert hits[0].score == pytest.approx(1.0, abs=1e-5)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.id for hit in hits}) == 5


def test_nearest_looks_at_one_kind_of_unit_alone(opened: Opened, filled: Path) -> None:
    store = opened(filled)
    method = vector("method of 7")
    assert store.nearest("multilingual", method, 1, unit="method") == [Hit("2509.00007", pytest.approx(1.0, abs=1e-5))]
    assert store.nearest("multilingual", method, 1, unit="result")[0].score < 0.5


def test_details_are_compared_within_their_record_and_never_searched(opened: Opened, filled: Path) -> None:
    store = opened(filled)
    sentence = vector("sentence 3 of 7, 0")
    assert store.nearest("english", sentence, 1)[0].score < 0.5
    assert store.nearest("english", sentence, 1, unit="abstract") == []
    (matrix,) = store.vectors("english", [store.get(["2509.00007"])["2509.00007"]]).values()
    assert list(np.round(matrix @ sentence, 3)).index(1.0) == 4


def test_a_changed_record_leaves_no_node_behind(opened: Opened) -> None:
    store, fresh = opened(), opened(Path(str(opened().location) + "-fresh"))
    with store.writing():
        store.write([record(1), record(2)])
        store.write([record(1, version=1)])
    with fresh.writing():
        fresh.write([record(1, version=1), record(2)])
    assert state(store) == state(fresh)
    assert store.nearest("english", vector("paper 1 in version 1"), 1)[0].id == "2509.00001"
    assert store.nearest("english", vector("paper 1 in version 0"), 1)[0].score < 0.5
    assert faults(store) == []


def test_nodes_without_an_embedding_keep_theirs_and_take_new_metadata(opened: Opened) -> None:
    store = opened()
    with store.writing():
        store.write([record(1)])
        again = record(1, data={"number": 1, "version": 0, "more": True})
        for part in (part for space in MODELS for part in again.all_nodes(space)):
            part.embedding = None
            part.metadata["category"] = ["cs.RO"]
        store.write([again])
    assert faults(store) + index_faults(store) == []
    assert store.get(["2509.00001"])["2509.00001"].data["more"] is True
    nodes = state(store)["nodes"]
    assert {tuple(metadata["category"]) for space in nodes.values() for metadata, _ in space.values()} == {("cs.RO",)}


def test_a_removed_record_is_gone_everywhere(opened: Opened) -> None:
    store = opened()
    with store.writing():
        store.write([record(1), record(2)])
        store.remove(["2509.00001", "never there"])
    assert store.catalogue.ids() == ["2509.00002"]
    assert store.lexical("title1", 5) == []
    assert all("2509.00001" not in key for space in state(store)["nodes"].values() for key in space)


def test_writing_nothing_changes_nothing(opened: Opened) -> None:
    store = opened()
    generation = store.catalogue.generation
    with store.writing():
        store.write([])
    assert store.catalogue.generation == generation


def test_vectors_of_a_record_read_before_it_changed_are_the_new_ones(opened: Opened) -> None:
    store = opened()
    with store.writing():
        store.write([record(1)])
        stale = store.get(["2509.00001"])["2509.00001"]
        store.write([record(1, version=1)])
    matrix = store.vectors("english", [stale])["2509.00001"]
    assert matrix[0] == pytest.approx(vector("paper 1 in version 1"), abs=1e-4)


def test_records_without_nodes_in_a_space_have_no_vectors_there(opened: Opened) -> None:
    store = opened()
    bare = record(1)
    bare = replace(bare, nodes={"english": bare.nodes["english"]})
    with store.writing():
        store.write([bare])
    assert store.vectors("multilingual", [*store.get(["2509.00001"]).values()]) == {}


def test_words_are_kept_unless_others_are_given(opened: Opened) -> None:
    store = opened()
    with store.writing():
        store.write([record(1), record(2, words=None)])
        assert store.words(["2509.00001", "2509.00002", "never there"]).keys() == {"2509.00001"}
        store.write([record(1, hash="told anew", words=None)])
        assert np.array_equal(store.words(["2509.00001"])["2509.00001"], words(1, 0))
        store.write([record(1, version=1)])
    assert np.array_equal(store.words(["2509.00001"])["2509.00001"], words(1, 1))


def test_many_threads_read_while_one_writes(opened: Opened) -> None:
    store = opened()
    with store.writing():
        store.write([record(number) for number in range(4)])
    wrong: list[str] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            hits = store.nearest("english", vector("paper 2 in version 0"), 3)
            if not hits or hits[0].id != "2509.00002":
                wrong.append(str(hits))
            wrong.extend(faults(store))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    with store.writing():
        for number in range(4, 12):
            store.write([record(number)])
    done.set()
    for reader in readers:
        reader.join()
    assert wrong == []


class DrawnEmbedding(BaseEmbedding):
    """Embeds as `made_records.vector` does."""

    def _get_query_embedding(self, query: str) -> list[float]:
        return vector(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return vector(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return vector(text)


def test_a_llama_index_index_over_a_space_retrieves_its_nodes(opened: Opened) -> None:
    store = opened()
    with store.writing():
        store.write([record(number) for number in range(5)])
    index = VectorStoreIndex.from_vector_store(store.vector_store("english"), embed_model=DrawnEmbedding())
    retriever = index.as_retriever(similarity_top_k=1)
    (found,) = retriever.retrieve("paper 3 in version 0")
    assert found.node.node_id.startswith("2509.00003#paper#")
    assert found.node.get_content() == "paper 3 in version 0"
    assert found.node.metadata["arxiv_id"] == "2509.00003"
    with store.writing():
        store.write([record(8)])
    assert retriever.retrieve("paper 8 in version 0")[0].node.metadata["arxiv_id"] == "2509.00008"
    filters = MetadataFilters(filters=[MetadataFilter(key="arxiv_id", value="2509.00001")])
    (found,) = index.as_retriever(similarity_top_k=1, filters=filters).retrieve("paper 3 in version 0")
    assert found.node.metadata["arxiv_id"] == "2509.00001"


def test_a_llama_index_view_writes_nothing(opened: Opened) -> None:
    view = opened().vector_store("english")
    for write in (
        lambda: view.add([node("x", "paper", "text")]),
        lambda: view.delete("x"),
        lambda: view.delete_nodes(["x"]),
        view.clear,
    ):
        with pytest.raises(TypeError, match="for reading"):
            write()


def test_a_lost_catalogue_is_made_again_from_chroma(opened: Opened, filled: Path, tmp_path: Path) -> None:
    whole = state(opened(filled))
    shutil.copytree(filled, tmp_path / "store")
    for name in (CATALOGUE, CATALOGUE + "-wal", CATALOGUE + "-shm"):
        (tmp_path / "store" / name).unlink(missing_ok=True)
    store = opened()
    assert state(store) == whole
    assert faults(store) == []
    assert store.lexical("title7", 1)[0].id == "2509.00007"
    with store.writing():
        store.write([record(7, version=1)])
    assert faults(store) == []


@pytest.mark.parametrize("content", [b"", b"this is no database" * 500, None])
def test_a_damaged_catalogue_is_made_again(opened: Opened, filled: Path, tmp_path: Path, content: bytes | None) -> None:
    whole = state(opened(filled))
    shutil.copytree(filled, tmp_path / "store")
    file = tmp_path / "store" / CATALOGUE
    # None: the tables' own page is lost, the header is whole
    file.write_bytes(file.read_bytes()[:100] + b"\x55" * 8000 if content is None else content)
    assert state(opened()) == whole


def test_a_store_built_with_another_embedder_is_refused_with_the_command_that_rebuilds_it(filled: Path) -> None:
    with pytest.raises(StoreError) as refused:
        Store.open(str(filled), MODELS | {"english": "other-model"}, filled)
    assert "'drawn-384'" in str(refused.value)
    assert "'other-model'" in str(refused.value)
    assert "arxiv-rag rebuild" in str(refused.value)
    assert str(refused.value).count("\n") == 0
