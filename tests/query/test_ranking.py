"""Papers for a question: the right one first in both languages, filters kept, passages verbatim."""

import datetime

import numpy as np
import pytest
from query.staging import Stage, source_of

from rag.models import Filters, Retrieval
from rag.query.retrieval import best_mean, fuse, retrieve, weighted, z_scores


def found(stage: Stage, question: str, filters: Filters = Filters(), limit: int = 10) -> Retrieval:
    return retrieve(question, stage.corpus, stage.embedder, filters=filters, limit=limit)


@pytest.mark.parametrize(
    ("question", "paper"),
    [
        ("How can an image be told to come from outside the training classes without seeing the data?", "2509.06988"),
        ("Which memory is saved when scenes are rendered with splats on phones?", "2509.07021"),
        ("How are tumors in heat pictures of the breast recognised?", "2509.07277"),
        ("Can hidden marks in generated pictures survive cropping?", "2509.07647"),
        ("Where do cars get their position from in a parking lot in bad weather?", "2509.07683"),
        ("What happens when a drone loses a propeller?", "2509.07707"),
        ("Why is the step size raised slowly at the start of optimisation?", "2509.07972"),
        ("怎样在不接触训练集的情况下识别分布外输入？", "2509.06988"),
        ("如何用热图识别乳腺肿瘤？", "2509.07277"),
        ("生成图像里的隐藏标记能否抵御裁剪？", "2509.07647"),
        ("无人机失去一个螺旋桨之后怎么办？", "2509.07707"),
        ("训练开始时为什么要逐步升高学习率？", "2509.07972"),
    ],
)
def test_a_paper_is_found_without_its_name(stage: Stage, question: str, paper: str) -> None:
    assert found(stage, question).papers[0].arxiv_id == paper


def test_a_named_paper_comes_first(stage: Stage) -> None:
    question = "Is RaC about breast cancer detection in thermographic images with diffusion augmentation?"
    assert found(stage, question).papers[0].arxiv_id == "2509.07953"


def test_scores_fall_and_passages_are_verbatim(stage: Stage) -> None:
    for question in ("How do robots recover from failure?", "机器人如何从失败中恢复？"):
        retrieval = found(stage, question)
        assert list(retrieval.scores) == sorted(retrieval.scores, reverse=True)
        assert len(retrieval.papers) == len(retrieval.scores) == 10
        papers = {paper.arxiv_id: paper for paper in retrieval.papers}
        assert {passage.arxiv_id for passage in retrieval.passages} == set(papers)
        for passage in retrieval.passages:
            assert passage.text in source_of(papers[passage.arxiv_id], passage.field)
        assert retrieval.searched == 24


def test_the_limit_cuts_the_same_ranking(stage: Stage) -> None:
    whole = found(stage, "robots", limit=30).papers
    assert len(whole) == 24
    assert found(stage, "robots", limit=3).papers == whole[:3]
    assert found(stage, "robots", limit=0).papers == ()


@pytest.mark.parametrize(
    ("filters", "papers"),
    [
        (Filters(categories=("cs.LG",)), {"2509.00888"}),
        (Filters(categories=("cs.LG", "cs.SD")), {"2509.00888", "2509.00666"}),
        (Filters(authors=("bianchi",)), {"2509.00888", "cond-mat/9212029"}),
        (Filters(authors=("o'neil", "%")), {"2509.00666"}),
        (Filters(papers=("cond-mat/9212029",)), {"cond-mat/9212029"}),
        (Filters(since=datetime.date(2025, 9, 10)), {"2509.00666", "2509.00777", "2509.00888"}),
        (Filters(until=datetime.date(2025, 9, 9)), {"cond-mat/9212029"}),
        (Filters(categories=("cs.CV",), authors=("Sato",)), {"2509.00888"}),
        (Filters(categories=("cs.SD",), authors=("Sato",)), set()),
        (Filters(categories=("cs",)), set()),
        (Filters(categories=("' OR 1=1 --",)), set()),
    ],
)
def test_filters_are_kept(odd: Stage, filters: Filters, papers: set[str]) -> None:
    for question in ("What is measured?", "测量了什么？"):
        retrieval = found(odd, question, filters)
        assert {paper.arxiv_id for paper in retrieval.papers} == papers
        assert retrieval.searched == len(papers)


def test_a_filtered_out_paper_is_not_found_by_name(stage: Stage) -> None:
    papers = found(stage, "What does RaC do? 2509.07953", Filters(categories=("cs.CV",))).papers
    assert len(papers) == 8
    assert "2509.07953" not in {paper.arxiv_id for paper in papers}


def test_an_old_paper_without_card_is_found_in_chinese(odd: Stage) -> None:
    assert found(odd, "自旋玻璃的记忆能保持多久？").papers[0].arxiv_id == "cond-mat/9212029"


def test_scores_on_one_scale() -> None:
    assert z_scores(np.array([])).tolist() == []
    assert z_scores(np.array([2.0, 2.0])).tolist() == [0, 0]
    assert z_scores(np.array([1.0, 3.0])).tolist() == [-1, 1]
    assert best_mean(np.array([1.0, 5.0, 3.0]), 2) == 4
    assert best_mean(np.array([]), 2) == 0
    legs = {"a": np.array([1.0, 3.0]), "b": np.array([30.0, 10.0])}
    assert weighted(legs, {"a": 1.0, "b": 0.5}).tolist() == [-0.5, 0.5]


def test_a_card_is_neither_an_advantage_nor_a_handicap() -> None:
    legs = {"text": np.array([2.0, 1.0, 0.0]), "card": np.array([5.0, 4.0, 0.0])}
    both = fuse(legs, {"text": 0.4}, {"card": 0.6}, np.array([True, True, False]))
    by_text = fuse(legs, {"text": 0.4}, {"card": 0.6}, np.zeros(3, dtype=bool))
    assert np.argsort(-both).tolist() == np.argsort(-by_text).tolist() == [0, 1, 2]
    assert both[2] == by_text[2] == pytest.approx(z_scores(legs["text"])[2])
