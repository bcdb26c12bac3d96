"""What a catalogue lacks: vectors that a record keeps, and records that a lost file or other clients left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from vectorstore.catalogue import Catalogue
from vectorstore.chroma import Spaces
from vectorstore.records import Record, Stored, record_of, revived

if TYPE_CHECKING:
    from vectorstore.packing import Packed


def with_matrices(records: Sequence[Record], spaces: Iterable[str], catalogue: Catalogue) -> list[Record]:
    """Return the records with the vectors of all their nodes and words: new ones, or those that the catalogue has."""
    matrices: dict[str, dict[str, Packed]] = {record.id: {} for record in records}
    for space in spaces:
        known = catalogue.matrices(space, list(matrices))
        for record in records:
            members, matrix = known.get(record.id, ((), ()))
            kept = dict(zip(members, matrix, strict=True))
            vectors = [
                kept[node.node_id] if node.embedding is None else np.array(node.embedding, dtype=np.float16)
                for node in record.all_nodes(space)
            ]
            if vectors:
                matrices[record.id][space] = np.stack(vectors)
    words = catalogue.words([record.id for record in records if record.words is None])
    return [
        replace(record, matrices=matrices[record.id], words=words.get(record.id, record.words)) for record in records
    ]


def restore(catalogue: Catalogue, spaces: Spaces, *, since: int, generation: int) -> None:
    """Bring a catalogue to what Chroma holds, of which what was written after generation `since` is read."""
    existing = spaces.record_ids()
    gone = [identifier for identifier in catalogue.ids() if identifier not in existing]
    told = sorted(spaces.primary(since=since), key=lambda item: int(item[1]["generation"]))
    # of two that an interrupted update left, the later one is complete
    latest = {identifier: revived(identifier, str(metadata["record"])) for identifier, metadata in told}
    generation = max([generation, *(int(metadata["generation"]) for _, metadata in told)])
    catalogue.commit(generation, written=latest.values(), removed=gone)
    if since < 0:
        live = nodes_of(catalogue.all())
        catalogue.begin({record_of(node) for node in spaces.node_ids() if node not in live})


def nodes_of(records: Iterable[Stored]) -> set[str]:
    """Return the ids of all nodes of the records."""
    return {node for record in records for members in record.nodes.values() for node in members}
