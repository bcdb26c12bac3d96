"""llama.cpp's server in this process: behind a key, on loopback, and one sentence for files that it cannot load."""

import os
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from rag.config import Settings, cache_folder
from rag.engines.llama import LlamaServer
from rag.engines.loading import TOP_TOKENS, LanguageModel, gguf_file, load_embedder, load_language_model
from rag.engines.threads import settle_threads
from rag.engines.weights import QWEN_0_5B, resolve
from rag.errors import ConfigError, ModelUnavailableError


@pytest.fixture(scope="module")
def model() -> Iterator[LanguageModel]:
    """Return the 0.5B model, loaded by the path of its file."""
    try:
        path = resolve(QWEN_0_5B, cache_folder())
    except ModelUnavailableError:
        pytest.skip("the weights of local-small are not installed: run 'make install-small'")
    yield load_language_model(Settings(llm=str(path), slots=2, context_window=1024))


@pytest.fixture
def server(model: LanguageModel) -> LlamaServer:
    assert model.server is not None
    return model.server


@pytest.mark.llm
def test_it_answers_in_words_and_counts_tokens(model: LanguageModel) -> None:
    completion = model.complete("You are terse.", "Which city is the capital of France? One word.", max_tokens=8)
    assert "Paris" in "".join(completion.deltas)
    assert completion.usage.llm_calls == 1
    assert completion.usage.prompt_tokens > 10
    assert 0 < completion.usage.completion_tokens <= 8
    assert (model.label, model.remote) == (QWEN_0_5B.name.removesuffix(".gguf"), False)


@pytest.mark.llm
def test_it_tells_how_likely_its_first_words_were_and_can_be_stopped(model: LanguageModel) -> None:
    completion = model.complete("You are terse.", "Write the numbers from one to ninety.", max_tokens=200)
    assert next(completion.deltas)
    assert 0.99 <= sum(completion.opening.values()) <= 1.01 or len(completion.opening) == TOP_TOKENS
    assert all(0 <= share <= 1 for share in completion.opening.values())
    assert isinstance(completion.deltas, Generator)
    completion.deltas.close()
    assert (completion.usage.llm_calls, completion.usage.completion_tokens) == (1, 1)
    assert "Paris" in "".join(model.complete("You are terse.", "The capital of France?", max_tokens=8).deltas)


@pytest.mark.llm
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer none"}, {"Authorization": "Bearer"}])
def test_without_the_key_it_says_nothing(server: LlamaServer, headers: dict[str, str]) -> None:
    assert urlsplit(server.base_url).hostname == "127.0.0.1"
    assert len(server.api_key) > 30
    body = {"model": "m", "messages": [{"role": "user", "content": "Hello?"}], "max_tokens": 1}
    refused = httpx.post(f"{server.base_url}/chat/completions", json=body, headers=headers)
    assert refused.status_code == 401
    assert httpx.get(f"{server.base_url.removesuffix('/v1')}/slots", headers=headers).status_code != 200
    allowed = {"Authorization": f"Bearer {server.api_key}"}
    assert httpx.post(f"{server.base_url}/chat/completions", json=body, headers=allowed).status_code == 200


@pytest.mark.llm
def test_two_questions_at_once_get_their_own_answers(model: LanguageModel) -> None:
    def capital(country: str) -> str:
        question = f"Which city is the capital of {country}? One word."
        return "".join(model.complete("You are terse.", question, max_tokens=8).deltas)

    with ThreadPoolExecutor(2) as pool:
        italy, japan = pool.map(capital, ["Italy", "Japan"])
    assert "Rome" in italy
    assert "Tokyo" in japan


@pytest.mark.llm
def test_the_same_question_has_the_same_answer(model: LanguageModel) -> None:
    told = ["".join(model.complete("", "Name three colours.", max_tokens=12).deltas) for _ in range(2)]
    assert told[0] == told[1]


@pytest.mark.llm
def test_a_prompt_beyond_its_context_is_one_sentence(model: LanguageModel) -> None:
    with pytest.raises(ModelUnavailableError) as refused:
        list(model.complete("", "word " * 3000, max_tokens=8).deltas)
    assert "the server answered with status 400" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.llm
def test_another_key_is_refused_in_one_sentence(server: LlamaServer) -> None:
    stranger = load_language_model(Settings(llm=f"m@{server.base_url}"))
    with pytest.raises(ModelUnavailableError, match="the server refuses the key; check OPENAI_API_KEY"):
        list(stranger.complete("", "Hello?", max_tokens=1).deltas)


@pytest.mark.llm
def test_it_is_an_openai_compatible_server_to_others(server: LlamaServer) -> None:
    settings = Settings(llm=f"anything@{server.base_url}", api_key=server.api_key)  # type: ignore[arg-type]
    assert "".join(load_language_model(settings).complete("", "Say hello.", max_tokens=5).deltas)
    # this model embeds nothing, and says so
    settings = Settings(embedder=f"anything@{server.base_url}", api_key=server.api_key)  # type: ignore[arg-type]
    with pytest.raises(ModelUnavailableError, match="the server answered with status"):
        load_embedder(settings).model.get_query_embedding("text")


def start(path: Path) -> LlamaServer:
    return LlamaServer.start(path, threads=1, slots=1, context_window=1024)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x03\x04 a zip", "the file is not in the GGUF format; set ARXIV_RAG_LLM to a GGUF file"),
        (b"", "the file is not in the GGUF format"),
        (b"GGUF", "get the file again, it may be incomplete, or choose another model with ARXIV_RAG_LLM"),
        (b"GGUF\x03\0\0\0" + b"\xff" * 4000, "get the file again"),
    ],
)
def test_a_file_that_is_no_model_is_one_sentence(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelUnavailableError) as refused:
        start(path)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.llm
def test_a_model_cut_short_is_one_sentence(tmp_path: Path) -> None:
    try:
        whole = resolve(QWEN_0_5B, cache_folder())
    except ModelUnavailableError:
        pytest.skip("the weights of local-small are not installed: run 'make install-small'")
    path = tmp_path / "short.gguf"
    with whole.open("rb") as file:
        path.write_bytes(file.read(30_000_000))
    with pytest.raises(ModelUnavailableError, match=r"llama\.cpp cannot load .*short\.gguf'; get the file again"):
        start(path)


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match=r"the file cannot be read \(No such file or directory\)"):
        start(tmp_path / "none.gguf")
    with pytest.raises(ConfigError, match="ARXIV_RAG_LLM: 'gpt-9' is no model and no file; use local, local-small"):
        gguf_file("gpt-9")
    with pytest.raises(ConfigError, match="is no model and no file"):
        gguf_file(str(tmp_path))


def test_threads_spin_briefly_unless_the_user_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_WAIT_POLICY")
    monkeypatch.setenv("GOMP_SPINCOUNT", "7")
    settle_threads()
    assert (os.environ["OMP_WAIT_POLICY"], os.environ["GOMP_SPINCOUNT"]) == ("PASSIVE", "7")
