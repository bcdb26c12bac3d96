"""Records with vectors that are drawn from their content, and what other processes do with them."""

import hashlib
import random
import time
from collections.abc import Sequence
from multiprocessing.synchronize import Event
from pathlib import Path

import numpy as np
from llama_index.core.schema import TextNode
from numpy.typing import NDArray

from vectorstore.records import Record, kind_of, node_id
from vectorstore.store import Store

MODELS = {"english": "drawn-384", "multilingual": "drawn-384-too"}
SENTENCES = 6
CARD = ("tldr", "motivation", "method", "result", "conclusion")
SHELVES = (("english", "paper"), *(("multilingual", name) for name in CARD))


def vector(content: str) -> list[float]:
    """Return a unit vector that only this content has."""
    seed = int.from_bytes(hashlib.sha256(content.encode()).digest()[:8], "big")
    drawn = np.random.default_rng(seed).normal(size=384)
    return [float(value) for value in drawn / np.linalg.norm(drawn)]


def words(number: int, version: int) -> NDArray[np.int8]:
    """Return (words, 8) vectors that only this content has."""
    return np.random.default_rng([number, version]).integers(-127, 128, (2 + number % 5, 8), dtype=np.int8)


def node(identifier: str, unit: str, content: str) -> TextNode:
    metadata = {"arxiv_id": identifier, "unit": unit.partition("/")[0], "category": ["cs.CL"], "day": [20250905]}
    return TextNode(id_=node_id(identifier, unit, content), text=content, metadata=metadata, embedding=vector(content))


def record(number: int, version: int = 0, **changes: object) -> Record:
    """Return a record; one of another version has other sentences but the same card."""
    identifier = f"2509.{number:05d}"
    english = [node(identifier, "paper", f"paper {number} in version {version}")]
    sentences = [node(identifier, f"abstract/{k}", f"sentence {k} of {number}, {version}") for k in range(SENTENCES)]
    card = [node(identifier, name, f"{name} of {number}") for name in CARD]
    values: dict[str, object] = {
        "id": identifier,
        "hash": f"{number}-{version}",
        "data": {"number": number, "version": version},
        "texts": {"title": f"title{number} version{version}", "abstract": "a diffusion policy", "card": "扩散策略"},
        "facets": {
            "category": ("cs.CL", f"cs.{number % 3}"),
            "author": ("Ann Öztürk", "Bo Li"),
            "day": ("2025-09-05",),
        },
        "nodes": {"english": english, "multilingual": card},
        "details": {"english": sentences},
        "words": words(number, version),
    }
    return Record(**(values | changes))  # type: ignore[arg-type]


def write(folder: Path, records: Sequence[Record], batch: int = 16) -> None:
    """Open a store, write records in batches and close it."""
    store = Store.open(str(folder), MODELS, folder / "cache")
    with store.writing():
        for start in range(0, len(records), batch):
            store.write(records[start : start + batch])
    store.close()


def faults(store: Store) -> list[str]:
    """Return what is wrong with the vectors of a store: nothing, if each is drawn from its own record's content."""
    found = []
    stored = [*store.get(store.catalogue.ids()).values()]
    made = {told.id: record(told.data["number"], told.data["version"]) for told in stored}
    held = store.words(made)
    found += [f"words of {key}" for key, each in made.items() if not np.array_equal(held[key], each.words)]  # type: ignore[arg-type]
    for space in MODELS:
        matrices = store.vectors(space, stored)
        for told in (told for told in stored if told.nodes.get(space)):
            drawn = {part.node_id: part.embedding for part in made[told.id].all_nodes(space)}
            expected = np.array([drawn[node] for node in told.nodes[space]])
            if told.id not in matrices or not np.allclose(matrices[told.id], expected, atol=1e-4):
                found.append(f"{space} vectors of {told.id}")
    return found


def index_faults(store: Store) -> list[str]:
    """Return which nodes Chroma lacks, has too many, or holds with another vector than their record's."""
    found = []
    stored = [*store.get(store.catalogue.ids()).values()]
    made = {told.id: record(told.data["number"], told.data["version"]) for told in stored}
    indexed = {part.node_id: part.embedding for each in made.values() for space in MODELS for part in each.nodes[space]}
    for space, unit in SHELVES:
        wanted = {node for told in stored for node in told.nodes.get(space, ()) if kind_of(node) == unit}
        with store.vector_store(space, unit)._access() as collection:
            told_of = collection.get(include=["embeddings"])
        held = dict(zip(told_of["ids"], told_of["embeddings"], strict=True))
        found += [f"indexed vector of {node}" for node in wanted ^ held.keys()]
        found += [f"indexed vector of {node}" for node in wanted & held.keys() if not near(held[node], indexed[node])]
    return found


def near(vector: Sequence[float], other: Sequence[float]) -> bool:
    return np.allclose(vector, other, atol=1e-5)


def state(store: Store) -> dict[str, object]:
    """Return all but the vectors that two stores which hold the same have in common."""
    told = {record.id: (record.hash, record.data, record.nodes) for record in store.catalogue.all()}
    nodes = {}
    for shelf in SHELVES:
        with store.vector_store(*shelf)._access() as collection:
            found = collection.get(include=["metadatas", "documents"])
        rows = zip(found["ids"], found["metadatas"], found["documents"], strict=True)
        ours = {"generation", "record"}
        nodes[shelf] = {
            key: ({name: value for name, value in metadata.items() if name not in ours}, text)
            for key, metadata, text in rows
        }
    return {"records": told, "nodes": nodes, "pending": store.catalogue.pending}


def write_until_killed(folder: Path, count: int, version: int) -> None:
    write(folder, [record(number, version) for number in range(count)])


def hold_write_lock(folder: Path, held: Event, release: Event) -> None:
    store = Store.open(str(folder), MODELS, folder / "cache")
    with store.writing():
        held.set()
        release.wait(60)
    store.close()


def write_slowly(folder: Path, numbers: range, version: int, started: Event) -> None:
    """Write record by record, as an indexing process that embeds in between."""
    pause = random.Random(5)
    store = Store.open(str(folder), MODELS, folder / "cache")
    with store.writing():
        started.set()
        for number in numbers:
            store.write([record(number, version)])
            time.sleep(pause.random() / 20)
    store.close()
