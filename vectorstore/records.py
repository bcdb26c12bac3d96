"""What goes into a store and what comes out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vectorstore.packing import as_text, from_text, words_from_text

if TYPE_CHECKING:
    from llama_index.core.schema import TextNode

    from vectorstore.packing import Packed, Words


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One thing to store, with everything by which it can be found."""

    id: str
    """Stable identifier."""
    hash: str
    """Changes when the data change."""
    data: Mapping[str, Any]
    """JSON object that is handed back as it is."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Lexical field (one of `catalogue.FIELDS`) to plain text."""
    facets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Facet name to values, for filters."""
    nodes: Mapping[str, Sequence[TextNode]] = field(default_factory=dict)
    """Embedding space to nodes, with ids from `node_id`; a node without an embedding keeps the one that it has."""
    details: Mapping[str, Sequence[TextNode]] = field(default_factory=dict)
    """Likewise, nodes that are compared within the record alone: `Store.vectors` gives them, `nearest` does not."""
    matrices: Mapping[str, Packed] = field(default_factory=dict)
    """Embedding space to (nodes, dimensions) vectors of all nodes there; filled in by the store."""
    words: Words | None = None
    """Vectors of its words, which `Store.words` gives; None keeps those that the store has."""

    @property
    def node_ids(self) -> dict[str, tuple[str, ...]]:
        """Embedding space to the ids of the nodes there, the details last."""
        return {space: tuple(node.node_id for node in self.all_nodes(space)) for space in self.nodes}

    def all_nodes(self, space: str) -> list[TextNode]:
        """Return the nodes in a space, the details last."""
        return [*self.nodes.get(space, ()), *self.details.get(space, ())]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """A record as the store hands it back."""

    id: str
    """Stable identifier."""
    hash: str
    """The hash it was written with."""
    data: Mapping[str, Any]
    """The JSON object it was written with."""
    nodes: Mapping[str, Sequence[str]]
    """Embedding space to the ids of the nodes that have a vector there, in the order in which they were written."""

    @property
    def units(self) -> dict[str, tuple[str, ...]]:
        """Embedding space to the units of the nodes there, such as `paper` or `abstract/0`, in the same order."""
        return {space: tuple(unit_of(node) for node in nodes) for space, nodes in self.nodes.items()}


@dataclass(frozen=True, slots=True)
class Hit:
    """A record found, with a score that is higher for better ones."""

    id: str
    """The record."""
    score: float
    """Comparable among the hits of one search."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Where:
    """A condition on facets: values of one facet are alternatives, different facets all hold."""

    equal: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Facet to values, compared without case."""
    contain: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Facet to parts of values, compared without case and accents."""
    between: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)
    """Facet to inclusive bounds, compared as text (ISO dates sort so)."""
    ids: Sequence[str] = ()
    """Record ids."""

    def __bool__(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.equal or self.contain or self.between or self.ids)


def node_id(record_id: str, unit: str, content: str) -> str:
    """Return the id of a record's node, `<record id>#<unit>#<digest of what is embedded>`.

    Other content has another id: a node is never changed in place, so an interrupted update leaves the old one whole.
    """
    return f"{record_id}#{unit}#{hashlib.sha256(content.encode()).hexdigest()[:12]}"


def unit_of(identifier: str) -> str:
    """Return the unit of a node id."""
    return identifier.split("#")[1]


def kind_of(identifier: str) -> str:
    """Return the kind of a node id's unit: `abstract` for `abstract/0`."""
    return unit_of(identifier).partition("/")[0]


def record_of(identifier: str) -> str:
    """Return the record id of a node id."""
    return identifier.partition("#")[0]


def carried(record: Record) -> str:
    """Return all of a record but its nodes' contents as JSON, to travel with its first node."""
    told = {
        "hash": record.hash,
        "data": dict(record.data),
        "texts": dict(record.texts),
        "facets": {name: list(values) for name, values in record.facets.items()},
        "nodes": record.node_ids,
        "vectors": {space: as_text(matrix) for space, matrix in record.matrices.items()},
        "words": None if record.words is None else [record.words.shape[1], as_text(record.words)],
    }
    return json.dumps(told, ensure_ascii=False)


def revived(identifier: str, text: str) -> Record:
    """Return the record that `carried` wrote, its nodes reduced to their ids."""
    from llama_index.core.schema import TextNode

    told = json.loads(text)
    vectors = told.pop("vectors")
    words = told.pop("words")
    nodes = {space: tuple(TextNode(id_=node) for node in members) for space, members in told.pop("nodes").items()}
    matrices = {space: from_text(data, len(nodes[space])) for space, data in vectors.items()}
    read = words_from_text(words[1], words[0]) if words else None
    return Record(id=identifier, nodes=nodes, matrices=matrices, words=read, **told)
