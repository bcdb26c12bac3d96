"""Corpora: the digests that cases are asked about."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evals.errors import CorpusError
from rag.ingest.digest import read_digest
from rag.ingest.streaming import stream_papers
from rag.models import Paper

ROOT = Path(__file__).resolve().parents[1]
SHARED = "ARXIV_RAG_SHARED"
ARCHIVE = Path("data") / "papers_50k.jsonl.gz"
"""Records of arXiv, in the shared folder, that stand for an archive."""


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
    among: int = 0
    """How many arXiv records of the same categories stand beside them, as in an archive."""

    def papers(self) -> list[Paper]:
        """Return the papers, read anew; raises DigestError."""
        papers = read_digest(self.path).papers
        kept = list(papers) if self.cards else [without_card(paper) for paper in papers]
        return [*kept, *others(kept, self.among)] if self.among else kept


def find_corpus(name: str, *, cards: bool = True, among: int = 0) -> Corpus:
    """Return the digest of a name, among so many others; raises CorpusError when it is not on this machine."""
    path = corpus_path(name)
    remedy = f"set {SHARED} to the folder of shared data, or run the cases of 'sample'"
    told = ([] if cards else [b"without cards"]) + ([f"among {among}".encode()] if among else [])
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CorpusError(name, f"there is no {str(path)!r}", remedy) from error
    if among and not (shared_folder() / ARCHIVE).is_file():
        raise CorpusError(name, f"there is no {str(shared_folder() / ARCHIVE)!r}", remedy)
    digest = hashlib.sha256(b"\0".join([content, *told])).hexdigest()
    return Corpus(name=name, path=path, digest=digest, cards=cards, among=among)


def others(papers: Sequence[Paper], count: int) -> list[Paper]:
    """Return `count` other records of the papers' categories, from all over the archive; raises CorpusError."""
    ids, categories = {paper.arxiv_id for paper in papers}, {paper.category for paper in papers}
    found = [
        paper
        for paper in papers_of(shared_folder() / ARCHIVE)
        if paper.category in categories and paper.arxiv_id not in ids
    ]
    if len(found) < count:
        raise CorpusError(str(ARCHIVE), f"it has {len(found)} papers of these categories", "take fewer with --among")
    return found[:: len(found) // count][:count]


def papers_of(path: Path) -> Iterator[Paper]:
    """Yield the papers of a file of records, each once; raises DigestError."""
    known: set[str] = set()
    for each in stream_papers(path):
        if isinstance(each, Paper) and each.abstract and each.arxiv_id not in known:
            known.add(each.arxiv_id)
            yield each


def without_card(paper: Paper) -> Paper:
    """Return a paper as arXiv itself has it."""
    return replace(paper, tldr="", motivation="", method="", result="", conclusion="")


def shared_folder() -> Path:
    """Return the folder of shared data, there or not."""
    return Path(os.environ.get(SHARED) or ROOT.parent / "shared")


def corpus_path(name: str) -> Path:
    """Return where the digest of a name lies; raises CorpusError for the user's digest when there is none."""
    if name == "sample":
        return ROOT / "data" / "sample_digest.md"
    shared = shared_folder()
    if name != "seed":
        return shared / "data" / "digests" / f"{name}.md"
    found = sorted((shared / "seeds").glob("*.txt"))
    if not found:
        raise CorpusError(
            name, f"no digest in {str(shared / 'seeds')!r}", f"set {SHARED}, or run the cases of 'sample'"
        )
    return found[0]
