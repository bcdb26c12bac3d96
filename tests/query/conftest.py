"""Two stores embedded by the real models: the sample digest, and a few papers with everything odd about them."""

import datetime
from collections.abc import Iterator, Sequence

import pytest
from query.odd_papers import ODD_PAPERS
from query.staging import Build, Stage

from rag.config import Settings, cache_folder
from rag.engines.loading import Embedder, load_embedder
from rag.ingest.digest import read_digest
from rag.ingest.indexing import index_papers
from rag.ingest.sample import sample_digest_path
from rag.models import Paper
from rag.query.corpus import Corpus
from rag.query.glossary import Glossary
from vectorstore.store import Store


@pytest.fixture(scope="session", autouse=True)
def glossary() -> Glossary:
    """Read the glossary before property tests time their examples."""
    return Glossary.load()


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    """Return a function that indexes papers into a store of their own; the stores are closed at the end."""
    embedder: Embedder = load_embedder(Settings(embedder="local"))
    stores: list[Store] = []

    def built(name: str, papers: Sequence[Paper]) -> Stage:
        folder = tmp_path_factory.mktemp(name) / "store"
        stores.append(Store.open(str(folder), embedder.identity, cache_folder()))
        index_papers(papers, stores[-1], embedder)
        return Stage(corpus=Corpus(stores[-1]), embedder=embedder)

    yield built
    for store in stores:
        store.close()


@pytest.fixture(scope="session")
def stage(build: Build) -> Stage:
    """Return the sample digest's 24 papers; not to be written to."""
    return build("sample", read_digest(sample_digest_path(), datetime.date(2025, 9, 10)).papers)


@pytest.fixture(scope="session")
def odd(build: Build) -> Stage:
    """Return the papers of `odd_papers`; not to be written to."""
    return build("odd", ODD_PAPERS)
