"""Papers to nodes and records: what is embedded, in which space, and by what a paper can be found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from llama_index.core.schema import MetadataMode, TextNode

from rag.engines.loading import SPACE
from rag.models import CARD_FIELDS, Paper
from rag.text import sentences
from vectorstore import Record
from vectorstore.records import kind_of, node_id

MOST_SENTENCES = 40
"""Sentences of one abstract that get a vector of their own: real abstracts have about eight."""


def paper_nodes(paper: Paper) -> dict[str, list[TextNode]]:
    """Return the nodes of a paper by embedding space, without embeddings.

    The title with the abstract (unit `paper`) and every sentence of the abstract (`abstract/0`, ...), embedded with the
    title in front. The card is in the lexical index alone: Chinese questions meet it there in their own words, and the
    abstract in English ones (rag/query/glossary.py).
    """
    nodes = [node(paper, "paper", f"{paper.title}\n{paper.abstract}".strip(), titled=False)]
    nodes += [
        node(paper, f"abstract/{number}", sentence, titled=True)
        for number, sentence in enumerate(sentences(paper.abstract)[:MOST_SENTENCES])
    ]
    return {SPACE: nodes}


def node(paper: Paper, unit: str, text: str, *, titled: bool) -> TextNode:
    """Return one node; its metadata are what Chroma filters by, of which only the title is embedded, where wanted."""
    metadata = {
        "arxiv_id": paper.arxiv_id,
        "unit": unit.partition("/")[0],
        "title": paper.title,
        "category": list(paper.categories) or [paper.category or "unknown"],
        "day": [int(day.strftime("%Y%m%d")) for day in paper.seen] or [0],
    }
    hidden = [key for key in metadata if key != "title" or not titled]
    made = TextNode(
        text=text,
        metadata=metadata,
        excluded_embed_metadata_keys=hidden,
        excluded_llm_metadata_keys=hidden,
        metadata_template="{value}",
        text_template="{metadata_str}. {content}",
    )
    made.id_ = node_id(paper.arxiv_id, unit, made.get_content(MetadataMode.EMBED))
    return made


def paper_record(paper: Paper, nodes: Mapping[str, Sequence[TextNode]], data: Mapping[str, Any]) -> Record:
    """Return the record of a paper whose nodes have been embedded, or are in the store; it hands back `data`."""
    days = tuple(day.isoformat() for day in paper.seen)
    return Record(
        id=paper.arxiv_id,
        hash=paper.content_hash,
        data=data,
        texts={
            "title": paper.title,
            "authors": " ".join(paper.authors),
            "abstract": paper.abstract,
            "card": "\n".join(getattr(paper, name) for name in CARD_FIELDS),
        },
        facets={
            "category": tuple(dict.fromkeys((*paper.categories, paper.category)))
            if paper.category
            else paper.categories,
            "section": (paper.section,) if paper.section else (),
            "author": paper.authors,
            "day": days,
            "dated": days or ((paper.published.isoformat(),) if paper.published else ()),
        },
        nodes={space: [part for part in members if not is_detail(part)] for space, members in nodes.items()},
        details={space: [part for part in members if is_detail(part)] for space, members in nodes.items()},
    )


def is_detail(part: TextNode) -> bool:
    """Return whether a node only tells how near a paper's parts are: sentences are, once the paper is a candidate."""
    return kind_of(part.node_id) == "abstract"
