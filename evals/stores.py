"""Stores: one for each corpus, built once and kept until the digest, the embedder or the indexing code changes."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from tqdm import tqdm

from evals.corpora import Corpus
from evals.errors import CorpusError
from rag.assistant import Assistant
from rag.config import Settings, cache_folder

A = TypeVar("A", bound=Assistant)

INDEXING_CODE = (
    "rag/ingest",
    "rag/engines/embedders.py",
    "rag/engines/late.py",
    "rag/engines/late.npz",
    "rag/models.py",
    "rag/text.py",
    "vectorstore",
)
"""What decides what a store holds."""


def open_assistant(corpus: Corpus, settings: Settings, stores: Path | None, kind: type[A]) -> A:
    """Return an assistant of some kind over a store of the corpus, which is built when it is not there yet.

    Stores lie in `stores` (default: the program's cache), named after the digest's content, the embedder and the code
    that indexes. Raises what Assistant.open and Assistant.index raise, and DigestError.
    """
    folder = stores_folder(stores) / store_name(corpus, settings)
    assistant = kind.open(settings.model_copy(update={"store": str(folder)}))
    if not isinstance(assistant, kind):
        raise TypeError(f"opening {kind.__name__} gave {type(assistant).__name__}")
    papers = corpus.papers()
    if len(assistant.papers()) < len(papers):
        with tqdm(total=len(papers), desc=f"index {corpus.name}", file=sys.stderr, leave=False) as bar:
            assistant.index(papers, bar.update)
    return assistant


def stores_folder(stores: Path | None) -> Path:
    """Return the folder that keeps stores: as given, else in the program's cache."""
    return stores or cache_folder() / "evals" / "stores"


def store_name(corpus: Corpus, settings: Settings) -> str:
    """Return a folder name that changes with whatever changes the store."""
    told = "\n".join((corpus.digest, settings.embedder, code_hash(INDEXING_CODE)))
    return f"{corpus.name}-{hashlib.sha256(told.encode()).hexdigest()[:16]}"


def entries_hash(corpus: Corpus, model: str) -> str:
    """Return what names the plain index of a corpus by one model: the product's code changes nothing in it."""
    return hashlib.sha256(f"{corpus.digest}\n{model}".encode()).hexdigest()[:16]


def code_hash(parts: Iterable[str]) -> str:
    """Return the SHA-256 (hex) of the sources, prompts and data in some files and folders of this project."""
    total = hashlib.sha256()
    for part in parts:
        for file in source_files(part):
            total.update(str(file.name).encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()


def source_files(part: str) -> list[Path]:
    """Return the files of a path such as `rag/ingest`, compiled ones and the judge's prompts left out."""
    package, *rest = part.split("/")
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise CorpusError(part, "the package is not installed", "run 'make install'")
    path = Path(next(iter(spec.submodule_search_locations))).joinpath(*rest)
    found = path.rglob("*") if path.is_dir() else [path]
    # what the judge is told changes no answer
    return sorted(
        file for file in found if file.is_file() and file.suffix != ".pyc" and not file.name.startswith("judge_")
    )
