"""Settings come from the environment and the command line; what is wrong is named."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from rag.config import Settings, available_processors, cache_folder, data_folder
from rag.errors import ConfigError


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("ARXIV_RAG_"):
            monkeypatch.delenv(name)


def test_without_settings_all_is_local() -> None:
    settings = Settings.load()
    assert (settings.llm, settings.embedder, settings.api_key) == ("local", "local", None)
    assert settings.store == str(data_folder() / "store")
    assert 1 <= settings.threads <= 256


def test_every_setting_is_a_variable_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIV_RAG_STORE", "/tmp/elsewhere")
    monkeypatch.setenv("ARXIV_RAG_THREADS", "3")
    monkeypatch.setenv("ARXIV_RAG_TIMEOUT", "2.5")
    monkeypatch.setenv("ARXIV_RAG_LLM", "")
    settings = Settings.load()
    assert (settings.store, settings.threads, settings.timeout) == ("/tmp/elsewhere", 3, 2.5)
    assert settings.llm == "local", "an empty variable is none"


def test_what_is_given_explicitly_beats_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIV_RAG_LLM", "local-small")
    assert Settings.load(llm="model.gguf", store=None).llm == "model.gguf"
    assert Settings.load(llm=None).llm == "local-small"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("ARXIV_RAG_THREADS", "many", "ARXIV_RAG_THREADS: input should be a valid integer"),
        ("ARXIV_RAG_THREADS", "0", "ARXIV_RAG_THREADS: input should be greater than or equal to 1"),
        ("ARXIV_RAG_TIMEOUT", "-1", "ARXIV_RAG_TIMEOUT: input should be greater than 0"),
        ("ARXIV_RAG_STOER", "x", "ARXIV_RAG_STOER: there is no such setting; perhaps ARXIV_RAG_STORE is meant."),
        ("ARXIV_RAG_COLOUR", "x", "ARXIV_RAG_COLOUR: there is no such setting; the settings are ARXIV_RAG_API_KEY, "),
    ],
)
def test_a_wrong_setting_is_one_sentence_that_names_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as refused:
        Settings.load()
    assert str(refused.value).startswith(told)
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


def test_a_key_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIV_RAG_API_KEY", "sk-secret")
    settings = Settings.load()
    assert settings.api_key is not None
    assert settings.api_key.get_secret_value() == "sk-secret"
    assert "sk-secret" not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"


def test_settings_cannot_be_changed_or_misspelt() -> None:
    with pytest.raises(ValidationError):
        Settings.load().llm = "other"  # type: ignore[misc]
    with pytest.raises(ConfigError, match="ARXIV_RAG_LLLM"):
        Settings.load(lllm="local")


def test_folders_are_the_platform_s(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert data_folder() == tmp_path / "data" / "arxiv-rag"
    assert cache_folder() == tmp_path / "cache" / "arxiv-rag"


@pytest.mark.parametrize(
    ("quota", "most"), [("150000 100000", 2), ("10000 100000", 1), ("max 100000", 256), ("nonsense", 256), (None, 256)]
)
def test_a_container_s_share_of_processors_counts(tmp_path: Path, quota: str | None, most: int) -> None:
    if quota is not None:
        (tmp_path / "cpu.max").write_text(quota)
    assert available_processors(tmp_path / "cpu.max") == min(most, available_processors(tmp_path / "none"))
