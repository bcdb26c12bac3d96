"""Corpora: the digests that cases are asked about."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path

from evals.errors import CorpusError
from rag.ingest.digest import read_digest
from rag.models import Paper

ROOT = Path(__file__).resolve().parents[1]
SHARED = "ARXIV_RAG_SHARED"


@dataclass(frozen=True, kw_only=True, slots=True)
class Corpus:
    """One digest by the name that cases use."""

    name: str
    """`sample`, `seed`, or a day such as `2025-09-05`."""
    path: Path
    """Its file."""
    digest: str
    """SHA-256 (hex) of the file, and of what is left out."""
    cards: bool = True
    """Whether the papers keep their Chinese cards."""

    def papers(self) -> list[Paper]:
        """Return the papers, read anew; raises DigestError."""
        papers = read_digest(self.path).papers
        return list(papers) if self.cards else [without_card(paper) for paper in papers]


def find_corpus(name: str, *, cards: bool = True) -> Corpus:
    """Return the digest of a name; raises CorpusError when it is not on this machine."""
    path = corpus_path(name)
    try:
        content = path.read_bytes()
    except OSError as error:
        remedy = f"set {SHARED} to the folder of shared data, or run the cases of 'sample'"
        raise CorpusError(name, f"there is no {str(path)!r}", remedy) from error
    digest = hashlib.sha256(content if cards else content + b"\0without cards").hexdigest()
    return Corpus(name=name, path=path, digest=digest, cards=cards)


def without_card(paper: Paper) -> Paper:
    """Return a paper as arXiv itself has it."""
    return replace(paper, tldr="", motivation="", method="", result="", conclusion="")


def corpus_path(name: str) -> Path:
    """Return where the digest of a name lies; raises CorpusError for the user's digest when there is none."""
    if name == "sample":
        return ROOT / "data" / "sample_digest.md"
    shared = Path(os.environ.get(SHARED) or ROOT.parent / "shared")
    if name != "seed":
        return shared / "data" / "digests" / f"{name}.md"
    found = sorted((shared / "seeds").glob("*.txt"))
    if not found:
        raise CorpusError(
            name, f"no digest in {str(shared / 'seeds')!r}", f"set {SHARED}, or run the cases of 'sample'"
        )
    return found[0]
