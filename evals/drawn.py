"""Papers with vectors for the scale benchmark: embedded ones, and others whose vectors are drawn around those."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rag.engines.late import Words
from rag.ingest.indexing import drafted
from rag.models import Paper
from vectorstore import Record
from vectorstore.store import Store

Vectors = NDArray[np.float32]

SPREAD = 0.75
"""Length of the noise that is added to a unit vector: the drawn one has a cosine of about 0.8 to it, as papers of one
subject have to each other."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Embedded:
    """Real vectors of real papers, by embedding space."""

    whole: dict[str, Vectors]
    """(papers, dimensions) vectors of titles with abstracts."""
    parts: dict[str, Vectors]
    """(sentences, dimensions) vectors of sentences."""
    words: list[Words]
    """The words of each paper."""

    @classmethod
    def read(cls, store: Store) -> Embedded:
        """Return the vectors that a store holds."""
        stored = [*store.catalogue.all()]
        matrices = {space: [*store.vectors(space, stored).values()] for space in store.models}
        return cls(
            whole={space: np.stack([matrix[0] for matrix in each]) for space, each in matrices.items()},
            parts={space: np.concatenate([matrix[1:] for matrix in each]) for space, each in matrices.items()},
            words=[*store.words(record.id for record in stored).values()],
        )

    def record(self, paper: Paper) -> Record:
        """Return a paper's record with drawn vectors and the words of another paper, the same ones each time."""
        record = drafted({paper.date: paper})
        chance = np.random.default_rng([ord(letter) for letter in paper.arxiv_id])
        for space in record.nodes:
            nodes = record.all_nodes(space)
            around = [self.whole[space][chance.integers(len(self.whole[space]))]]
            around += [self.parts[space][chance.integers(len(self.parts[space]))] for _ in nodes[1:]]
            for node, vector in zip(nodes, drawn(np.stack(around), chance), strict=True):
                node.embedding = vector.tolist()
        return replace(record, words=self.words[chance.integers(len(self.words))] if self.words else None)


def drawn(around: Vectors, chance: np.random.Generator) -> Vectors:
    """Return (n, dimensions) unit vectors, each near one of those given."""
    noise = chance.standard_normal(around.shape, dtype=np.float32)
    near = around + SPREAD * noise / np.sqrt(around.shape[1], dtype=np.float32)
    unit: Vectors = near / np.linalg.norm(near, axis=1, keepdims=True)
    return unit
