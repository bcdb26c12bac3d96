"""Servers that speak OpenAI's protocol, and what is said when they do not work."""

import gc
import socket
import time

import httpx
import pytest
from scripted_server import Reply, Script, fault, serving, vectors, words

from rag.config import Settings
from rag.engines.embedders import RemoteEmbedding
from rag.engines.loading import LanguageModel, load_embedder, load_language_model
from rag.engines.remote import ATTEMPTS, Endpoint
from rag.errors import ConfigError, ModelUnavailableError
from rag.models import Usage


def model(url: str, timeout: float = 20) -> LanguageModel:
    return load_language_model(Settings(llm=f"m@{url}", timeout=timeout))


def text(url: str, timeout: float = 20) -> str:
    return "".join(model(url, timeout).complete("Be short.", "Hello?", max_tokens=5).deltas)


def embedder(url: str) -> RemoteEmbedding:
    embedding = load_embedder(Settings(embedder=f"m@{url}", timeout=20)).model
    assert isinstance(embedding, RemoteEmbedding)
    return embedding


def sentence(script: Script, kind: str, timeout: float = 20) -> str:
    """Return the one sentence that a failing call of a model or an embedder gives."""
    with pytest.raises(ModelUnavailableError) as refused:
        if kind == "llm":
            text(script.url, timeout)
        else:
            embedder(script.url).get_text_embedding("text")
    told = str(refused.value)
    assert told.startswith("The model 'm")
    assert told.endswith(".")
    assert "\n" not in told
    return told


def test_words_arrive_with_their_cost() -> None:
    with serving(words("Hel", "lo")) as script:
        completion = model(script.url).complete("Be short.", "Hello?", max_tokens=5)
        assert [*completion.deltas] == ["Hel", "lo"]
        assert completion.usage == Usage(llm_calls=1, prompt_tokens=7, completion_tokens=2)
    (request,) = script.requests
    assert request["path"] == "/v1/chat/completions"
    assert [message["content"] for message in request["body"]["messages"]] == ["Be short.", "Hello?"]
    assert (request["body"]["temperature"], request["body"]["seed"], request["body"]["max_tokens"]) == (0.0, 0, 5)


def test_vectors_have_unit_length_and_the_order_of_their_texts() -> None:
    with serving(vectors((3, 4), (0, 2), order=(1, 0))) as script:
        assert embedder(script.url).get_text_embedding_batch(["one", "two"]) == [pytest.approx([0.6, 0.8]), [0.0, 1.0]]
    assert script.requests[0]["body"]["input"] == ["one", "two"]
    with serving(vectors((0, 0))) as script:
        assert embedder(script.url).get_query_embedding("nothing") == [0.0, 0.0]


@pytest.mark.parametrize("kind", ["llm", "embedder"])
@pytest.mark.parametrize(
    ("reply", "requests", "told"),
    [
        (fault(401, "wrong key sk-1"), 1, "the server refuses the key; check OPENAI_API_KEY or ARXIV_RAG_API_KEY."),
        (fault(403), 1, "the server refuses the key"),
        (fault(404, "no such model"), 1, "the server does not know it; check its name and the address in the setting."),
        (fault(400, "too\nlong \x1b[31m"), 1, "the server answered with status 400 (Error code: 400"),
        (fault(429, code="insufficient_quota"), 1, "rate limit or quota is used up; wait a little, or use another."),
        (fault(429, retry_after="60"), 1, "rate limit or quota is used up"),
        (fault(429, retry_after="0.01"), ATTEMPTS, "rate limit or quota is used up"),
        (
            fault(503, retry_after="0"),
            ATTEMPTS,
            "the server answered with status 503; try again, or see the server's log.",
        ),
    ],
)
def test_a_fault_is_one_sentence_after_as_many_attempts_as_make_sense(
    kind: str, reply: Reply, requests: int, told: str
) -> None:
    with serving(reply) as script:
        said = sentence(script, kind)
    assert told in said
    assert "sk-1" not in said
    assert "\x1b" not in said
    assert len(script.requests) == requests


@pytest.mark.parametrize(
    "reply", [fault(429, retry_after="0.01"), fault(500, retry_after="0"), Reply(body="", torn=True)]
)
def test_what_passes_is_tried_again(reply: Reply) -> None:
    with serving(reply, words("fine")) as script:
        assert text(script.url) == "fine"
        assert len(script.requests) == 2
    with serving(reply, vectors((1, 0))) as script:
        assert embedder(script.url).get_text_embedding("text") == [1.0, 0.0]
        assert len(script.requests) == 2


@pytest.mark.parametrize("kind", ["llm", "embedder"])
def test_no_server_is_one_sentence_soon(kind: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        script = Script(url=f"http://127.0.0.1:{probe.getsockname()[1]}/v1", replies=[])
        started = time.monotonic()
        said = sentence(script, kind)
    assert "the server cannot be reached; check that it runs and its address is right." in said
    assert time.monotonic() - started < 8


def test_a_server_that_does_not_answer_is_given_up_once() -> None:
    with serving(Reply(pause=2.5)) as script:
        started = time.monotonic()
        said = sentence(script, "llm", timeout=0.5)
        assert time.monotonic() - started < 2
    assert "no answer came in time; try again, or raise ARXIV_RAG_TIMEOUT." in said
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    "after", ["", 'data: {"error": {"message": "out of memory", "code": 500}}\n\n', "data: {no json\n\n"]
)
def test_an_answer_that_breaks_off_is_one_sentence_and_keeps_its_first_words(after: str) -> None:
    with serving(words("first", "second", torn=True, after=after)) as script:
        completion = model(script.url).complete("", "", max_tokens=5)
        assert next(completion.deltas) == "first"
        with pytest.raises(ModelUnavailableError, match=r"the server broke off its answer|is no answer"):
            list(completion.deltas)
        assert len(script.requests) == 1


@pytest.mark.parametrize("kind", ["llm", "embedder"])
@pytest.mark.parametrize(
    "reply",
    [
        Reply(body="<html>Welcome</html>", headers={"Content-Type": "text/html"}),
        Reply(body="{}", headers={"Content-Type": "application/json"}),
        Reply(body="{not json", headers={"Content-Type": "application/json"}),
        Reply(body='{"object": "list", "data": [], "model": "m"}', headers={"Content-Type": "application/json"}),
    ],
)
def test_what_is_no_answer_is_told(kind: str, reply: Reply) -> None:
    with serving(reply) as script:
        said = sentence(script, kind)
    assert "what the server sent is no answer; check that the address is that of an OpenAI-compatible server." in said


def test_an_answer_left_unread_ends_its_request() -> None:
    with serving(words(*["word "] * 50)) as script:
        completion = model(script.url).complete("", "", max_tokens=5)
        assert next(completion.deltas) == "word "
        completion.deltas.close()  # type: ignore[attr-defined]
        assert completion.usage == Usage(llm_calls=1, completion_tokens=1)


def test_a_stream_left_unread_leaves_nothing_for_the_garbage_collector_to_close(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed: list[httpx.Response] = []
    close = httpx.Response.close

    def noted(response: httpx.Response) -> None:
        if not response.is_closed:
            closed.append(response)
        close(response)

    gc.collect()
    gc.disable()
    try:
        with serving(words(*["word "] * 50)) as script:
            completion = model(script.url).complete("", "", max_tokens=5)
            assert next(completion.deltas) == "word "
            monkeypatch.setattr(httpx.Response, "close", noted)
            completion.deltas.close()  # type: ignore[attr-defined]
            assert len(closed) == 1
            gc.collect()
            assert len(closed) == 1
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("value", "model_name", "base_url", "leaves"),
    [
        ("openai:gpt-4o-mini", "gpt-4o-mini", "https://api.openai.com/v1", True),
        ("qwen/7b@http://localhost:8000/v1/", "qwen/7b", "http://localhost:8000/v1", False),
        ("m@http://127.0.0.9:1/v1", "m", "http://127.0.0.9:1/v1", False),
        ("m@http://[::1]:1/v1", "m", "http://[::1]:1/v1", False),
        ("m@http://192.168.1.5:1/v1", "m", "http://192.168.1.5:1/v1", True),
        ("m@https://localhost.example.org/v1", "m", "https://localhost.example.org/v1", True),
    ],
)
def test_a_setting_names_model_and_address(value: str, model_name: str, base_url: str, leaves: bool) -> None:
    endpoint = Endpoint.parse("ARXIV_RAG_LLM", value)
    assert endpoint is not None
    assert (endpoint.model, endpoint.base_url, endpoint.leaves_machine) == (model_name, base_url, leaves)


def test_a_label_shows_no_password() -> None:
    assert Endpoint("m", "https://user:secret@example.org/v1").label == "m@example.org"


@pytest.mark.parametrize("value", ["local", "model.gguf", "/a/b@c.gguf", "some name"])
def test_other_values_name_no_server(value: str) -> None:
    assert Endpoint.parse("ARXIV_RAG_LLM", value) is None


@pytest.mark.parametrize(
    "value", ["openai:", "@http://localhost/v1", "m@http://", "m@http://host:port/v1", "m@http://h:99999"]
)
def test_half_a_setting_is_refused(value: str) -> None:
    with pytest.raises(ConfigError, match="write openai:MODEL or MODEL@http://host:port/v1"):
        Endpoint.parse("ARXIV_RAG_LLM", value)


def test_the_key_for_openai_goes_to_openai_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", " sk-secret\n")
    assert Endpoint("m", "https://api.openai.com/v1").key(Settings()) == "sk-secret"
    with serving(words("fine")) as script:
        assert text(script.url) == "fine"
    assert "sk-secret" not in script.requests[0]["key"]
    with serving(words("fine")) as script:
        load_language_model(Settings(llm=f"m@{script.url}", api_key="mine"))  # type: ignore[arg-type]
        other = load_language_model(Settings(llm=f"m@{script.url}", api_key="mine"))  # type: ignore[arg-type]
        assert "".join(other.complete("", "", max_tokens=1).deltas) == "fine"
    assert script.requests[0]["key"] == "Bearer mine"


@pytest.mark.parametrize("value", ["", "  "])
def test_a_missing_key_is_told_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", value)
    for load in (load_language_model, load_embedder):
        with pytest.raises(ConfigError) as refused:
            load(Settings(llm="openai:gpt-4o-mini", embedder="openai:text-embedding-3-small"))
        assert str(refused.value).startswith("OPENAI_API_KEY: it is not set and the model is OpenAI's; ")


def test_what_cannot_be_a_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-“quoted”")
    with pytest.raises(ConfigError, match="OPENAI_API_KEY: it holds characters that no key has"):
        load_language_model(Settings(llm="openai:gpt-4o-mini"))


def test_no_proxy_sees_what_stays_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with serving(words("fine")) as script:
        assert text(script.url) == "fine"


def test_what_is_remote_is_labelled_so() -> None:
    here = load_language_model(Settings(llm="m@http://127.0.0.1:1/v1"))
    there = load_language_model(Settings(llm="m@https://example.org/v1"))
    assert (here.label, here.remote, there.label, there.remote) == ("m@127.0.0.1:1", False, "m@example.org", True)
    embedder = load_embedder(Settings(embedder="e@https://example.org/v1"))
    assert embedder.remote
    assert embedder.identity == {"text": "e"}


def test_an_unknown_embedder_is_refused() -> None:
    with pytest.raises(
        ConfigError, match="ARXIV_RAG_EMBEDDER: no embedder 'glove'; use local, openai:MODEL or MODEL@URL"
    ):
        load_embedder(Settings(embedder="glove"))
