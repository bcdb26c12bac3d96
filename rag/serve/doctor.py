"""What an installation needs, checked one by one, each fault with what to do about it."""

from __future__ import annotations

import importlib.metadata
import platform
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from packaging.requirements import Requirement

from rag.config import Settings, cache_folder
from rag.engines.loading import LOCAL_MODELS, Embedder, LanguageModel, load_embedder, load_language_model
from rag.engines.weights import MINILM, MINILM_TOKENIZER, Weights, resolve, sha256_of
from rag.errors import ConfigError, ModelUnavailableError
from rag.serve.opening import EmptyStoreError, filled_catalogue, folder_of, is_server
from vectorstore.errors import StoreError

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

    from vectorstore.store import Store

State = Literal["ok", "note", "fault"]
NEEDED_BYTES = 1 << 30
"""Free disk space below which assembling a model or indexing may fail."""
LIKENESS = ("A robot arm grasps a cup.", "The manipulator picks up a mug.", "Stock prices fell in October.")
"""The first two are nearer to each other than the last is to either."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing looked at."""

    name: str
    """What was looked at."""
    state: State
    """`ok`, `note` for what is worth knowing, `fault` for what keeps something from working."""
    detail: str
    """What was found, a clause without a full stop."""
    remedy: str = ""
    """What to do next; empty where nothing is to be done."""


def checks(settings: Settings) -> Iterator[Check]:
    """Yield every check as it is done; quick ones first."""
    yield python_check(sys.version_info[:2])
    yield libraries_check(requirements())
    for name, folder in (("disk of the models", cache_folder()), ("disk of the store", folder_of(settings.store))):
        if name != "disk of the store" or not is_server(settings.store):
            yield disk_check(name, folder)
    embedder_weights = (MINILM, MINILM_TOKENIZER) if settings.embedder == "local" else ()
    for weights in embedder_weights:
        yield weights_check(weights)
    embedder, check = embedder_check(settings)
    yield check
    yield store_check(settings, embedder)
    if settings.llm in LOCAL_MODELS:
        yield weights_check(LOCAL_MODELS[settings.llm])
    yield language_model_check(settings)


def python_check(version: tuple[int, int]) -> Check:
    """Check the interpreter."""
    detail = f"{platform.python_version()} at {sys.executable}"
    if version >= (3, 11):
        return Check(name="Python", state="ok", detail=detail)
    remedy = "install Python 3.11 or newer and run 'make install'"
    return Check(name="Python", state="fault", detail=detail, remedy=remedy)


def requirements() -> list[str] | None:
    """Return what the installed package says that it needs; None when it runs from a folder that is not installed."""
    try:
        return importlib.metadata.requires("arxiv-rag") or []
    except importlib.metadata.PackageNotFoundError:
        return None


def libraries_check(needed: list[str] | None) -> Check:
    """Check the versions of all libraries, extras aside."""
    if needed is None:
        detail = "arxiv-rag runs from a folder, so nothing tells which versions it needs"
        return Check(name="libraries", state="note", detail=detail, remedy="run 'make install'")
    parsed = [Requirement(text) for text in needed]
    applying = [each for each in parsed if each.marker is None or each.marker.evaluate({"extra": ""})]
    wrong = [told for each in applying if (told := mismatch(each))]
    if wrong:
        remedy = "run 'make install', or install arxiv-rag again"
        return Check(name="libraries", state="fault", detail=", ".join(wrong), remedy=remedy)
    return Check(name="libraries", state="ok", detail=f"{len(applying)} installed in versions that fit")


def mismatch(requirement: Requirement) -> str:
    """Return what is wrong with an installed library; empty when nothing is."""
    try:
        version = importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        return f"{requirement.name} is not installed"
    if requirement.specifier.contains(version, prereleases=True):
        return ""
    return f"{requirement.name} is {version} instead of {requirement.specifier}"


def disk_check(name: str, folder: Path) -> Check:
    """Check the free space where `folder` is or will be."""
    place = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
    free = shutil.disk_usage(place).free
    detail = f"{free / 2**30:.1f} GB free for {str(folder)!r}"
    if free >= NEEDED_BYTES:
        return Check(name=name, state="ok", detail=detail)
    remedy = "make room, or choose other folders with --store and XDG_CACHE_HOME"
    return Check(name=name, state="fault", detail=detail, remedy=remedy)


def weights_check(weights: Weights) -> Check:
    """Check that a model file is there and is, byte for byte, the publisher's."""
    try:
        path = resolve(weights, cache_folder())
        digest = sha256_of(path)
    except ModelUnavailableError as error:
        return Check(name=weights.name, state="fault", detail=error.problem, remedy=error.remedy)
    if digest == weights.sha256:
        return Check(name=weights.name, state="ok", detail=f"SHA-256 {digest[:12]}… as published")
    detail = f"{str(path)!r} has SHA-256 {digest[:12]}… instead of {weights.sha256[:12]}…"
    remedy = f"delete that file and run '{weights.install}'"
    return Check(name=weights.name, state="fault", detail=detail, remedy=remedy)


def embedder_check(settings: Settings) -> tuple[Embedder | None, Check]:
    """Check that the embedder works, and return it when it does."""
    try:
        embedder = load_embedder(settings)
        refuse_nonsense(embedder.model)
    except (ConfigError, ModelUnavailableError) as error:
        return None, Check(name="embedder", state="fault", detail=str(error).rstrip("."))
    where = ", to which text leaves this machine" if embedder.remote else ""
    return embedder, Check(name="embedder", state="ok", detail=f"{embedder.model.model_name}{where}")


def refuse_nonsense(embedder: BaseEmbedding) -> None:
    """Raise ModelUnavailableError when an embedder cannot be reached or takes unlike sentences for alike."""
    first, second, third = embedder.get_text_embedding_batch(list(LIKENESS))
    if product(first, second) <= product(first, third):
        raise ModelUnavailableError(embedder.model_name, "it takes unlike sentences for alike", "run 'make install'")


def product(first: list[float], second: list[float]) -> float:
    """Return the dot product of two vectors."""
    return sum(a * b for a, b in zip(first, second, strict=True))


def store_check(settings: Settings, embedder: Embedder | None) -> Check:
    """Check that the store opens with this embedder and holds a vector for every text."""
    try:
        with filled_catalogue(settings.store):
            pass
        if embedder is None:
            return Check(name="store", state="note", detail="not opened, for want of embedder")
        from vectorstore.store import Store

        store = Store.open(settings.store, embedder.identity, cache_folder())
        try:
            return filled_check(store)
        finally:
            store.close()
    except EmptyStoreError as error:
        return Check(name="store", state="note", detail=str(error).rstrip("."))
    except StoreError as error:
        return Check(name="store", state="fault", detail=f"{error.location!r}: {error.problem}", remedy=error.remedy)


def filled_check(store: Store) -> Check:
    """Check the number of papers and vectors of an open store."""
    vectors = sum(len(members) for stored in store.catalogue.all() for members in stored.nodes.values())
    detail = f"{store.location!r} holds {len(store)} papers and {vectors} vectors"
    lacking = store.lacking()
    if not lacking:
        return Check(name="store", state="ok", detail=detail)
    return Check(name="store", state="fault", detail=f"{detail}, {lacking} too few", remedy="run 'arxiv-rag rebuild'")


def language_model_check(settings: Settings) -> Check:
    """Check that the language model answers; one on this machine has to write a word that it is asked for."""
    started = time.perf_counter()
    try:
        model = load_language_model(settings)
        text = answer_of(model)
    except (ConfigError, ModelUnavailableError) as error:
        return Check(name="language model", state="fault", detail=str(error).rstrip("."))
    seconds = time.perf_counter() - started
    if model.server is not None and "apple" not in text.lower():
        remedy = "install the xllamacpp wheel again with 'make install', or choose another model with ARXIV_RAG_LLM"
        return Check(name="language model", state="fault", detail=f"{model.label} writes nonsense", remedy=remedy)
    where = ", to which text leaves this machine," if model.remote else ""
    detail = f"{model.label}{where} answered in {seconds:.1f} s, loading included"
    return Check(name="language model", state="ok", detail=detail)


def answer_of(model: LanguageModel) -> str:
    """Return what a model writes when it is asked for one word."""
    completion = model.complete("You repeat words.", "Write the word apple.", max_tokens=12)
    return "".join(completion.deltas)
