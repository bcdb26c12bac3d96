"""The sample digest in a real store, embedded by the real models."""

from collections.abc import Iterator

import pytest
from query.staging import Stage

from rag.config import Settings, cache_folder
from rag.engines.loading import Embedders, load_embedders
from rag.ingest.digest import read_digest
from rag.ingest.indexing import index_papers
from rag.ingest.sample import sample_digest_path
from vectorstore.store import Store


@pytest.fixture(scope="session")
def embedders() -> Embedders:
    return load_embedders(Settings(embedder="local"))


@pytest.fixture(scope="session")
def sample_store(tmp_path_factory: pytest.TempPathFactory, embedders: Embedders) -> Iterator[Store]:
    """Return a store with the sample digest; not to be written to."""
    store = Store.open(str(tmp_path_factory.mktemp("sample") / "store"), embedders.identity, cache_folder())
    index_papers(read_digest(sample_digest_path()).papers, store, embedders)
    yield store
    store.close()


@pytest.fixture(scope="session")
def stage(sample_store: Store, embedders: Embedders) -> Stage:
    return Stage.over(sample_store, embedders)
