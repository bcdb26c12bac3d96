"""What of a paper is embedded, in which space, and by what it can be found."""

import dataclasses
import datetime

from llama_index.core.schema import MetadataMode, TextNode

from rag.engines.loading import SPACE
from rag.ingest.chunks import MOST_SENTENCES, paper_nodes, paper_record
from rag.models import Paper

PAPER = Paper(
    arxiv_id="2509.00001",
    title="LiGuard",
    url="https://arxiv.org/abs/2509.00001",
    authors=("Ann Smith", "Bo Li"),
    section="cs.CV",
    category="cs.CV",
    categories=("cs.CV", "cs.RO"),
    seen=(datetime.date(2025, 9, 5), datetime.date(2025, 9, 7)),
    abstract="It guards lidar. It is fast, e.g. on a CPU.",
    tldr="一种方法",
    method="激光雷达",
)


def embedded(nodes: list[TextNode]) -> list[str]:
    return [node.get_content(MetadataMode.EMBED) for node in nodes]


def units(nodes: list[TextNode]) -> list[str]:
    return [node.node_id.split("#")[1] for node in nodes]


def test_what_is_embedded_is_the_whole_and_every_sentence_with_its_title() -> None:
    nodes = paper_nodes(PAPER)[SPACE]
    assert units(nodes) == ["paper", "abstract/0", "abstract/1"]
    assert embedded(nodes) == [
        "LiGuard\nIt guards lidar. It is fast, e.g. on a CPU.",
        "LiGuard. It guards lidar.",
        "LiGuard. It is fast, e.g. on a CPU.",
    ]
    assert [node.text for node in nodes[1:]] == ["It guards lidar.", "It is fast, e.g. on a CPU."]


def test_the_card_is_in_the_lexical_index_alone() -> None:
    nodes = paper_nodes(PAPER)
    assert list(nodes) == [SPACE]
    bare = paper_nodes(dataclasses.replace(PAPER, tldr="", method=""))
    assert embedded(nodes[SPACE]) == embedded(bare[SPACE])
    assert paper_record(PAPER, nodes, PAPER.to_dict()).texts["card"].split() == ["一种方法", "激光雷达"]


def test_a_paper_with_a_title_alone_has_one_node() -> None:
    nodes = paper_nodes(dataclasses.replace(PAPER, abstract="", tldr="", method=""))
    assert {space: embedded(members) for space, members in nodes.items()} == {SPACE: ["LiGuard"]}


def test_an_endless_abstract_has_so_many_sentences_and_no_more() -> None:
    endless = dataclasses.replace(PAPER, abstract="Word word. " * 500)
    assert len(paper_nodes(endless)[SPACE]) == MOST_SENTENCES + 1


def test_ids_are_stable_and_change_with_what_is_embedded_alone() -> None:
    ids = {node.node_id for members in paper_nodes(PAPER).values() for node in members}
    other_day = dataclasses.replace(PAPER, seen=(), authors=("Someone",), line=9)
    assert {node.node_id for members in paper_nodes(other_day).values() for node in members} == ids
    changed = dataclasses.replace(PAPER, abstract="It guards lidar. It is slow.")
    assert len({node.node_id for members in paper_nodes(changed).values() for node in members} - ids) == 2
    retitled = dataclasses.replace(PAPER, title="LiGuard 2")
    assert len({node.node_id for members in paper_nodes(retitled).values() for node in members} & ids) == 0


def test_chroma_can_filter_by_what_a_node_carries() -> None:
    (whole, *_) = paper_nodes(PAPER)[SPACE]
    assert whole.metadata == {
        "arxiv_id": "2509.00001",
        "unit": "paper",
        "title": "LiGuard",
        "category": ["cs.CV", "cs.RO"],
        "day": [20250905, 20250907],
    }


def test_a_paper_without_category_and_day_still_has_lists() -> None:
    (whole, *_) = paper_nodes(dataclasses.replace(PAPER, category="", categories=(), seen=()))[SPACE]
    assert whole.metadata["category"] == ["unknown"]
    assert whole.metadata["day"] == [0]


def test_a_record_can_be_found_by_all_that_the_paper_says() -> None:
    record = paper_record(PAPER, paper_nodes(PAPER), PAPER.to_dict())
    assert record.texts["authors"] == "Ann Smith Bo Li"
    assert "激光雷达" in record.texts["card"]
    assert record.facets["category"] == ("cs.CV", "cs.RO")
    assert record.facets["author"] == ("Ann Smith", "Bo Li")
    assert record.facets["day"] == ("2025-09-05", "2025-09-07")
    assert record.hash == PAPER.content_hash
    bare = dataclasses.replace(PAPER, category="", categories=(), section="", seen=())
    assert paper_record(bare, {}, {}).facets == {
        "category": (),
        "section": (),
        "author": bare.authors,
        "day": (),
        "dated": (),
    }
