"""How well papers are ranked, by ir-measures (trec_eval's definitions), and how complete lists are. Pure."""

from __future__ import annotations

from functools import lru_cache

import ir_measures

from evals.outcome import Outcome

R1, R5, R10, RR, NDCG = (ir_measures.parse_measure(name) for name in ("R@1", "R@5", "R@10", "RR@10", "nDCG@10"))


@lru_cache(maxsize=4096)
def measured(ranking: tuple[str, ...], gold: tuple[str, ...]) -> dict[ir_measures.Measure, float]:
    """Return all ranking measures of one question; every gold paper is equally relevant."""
    qrels = [ir_measures.Qrel("q", paper, 1) for paper in gold]
    run = [ir_measures.ScoredDoc("q", paper, -float(rank)) for rank, paper in enumerate(ranking)]
    return {metric.measure: metric.value for metric in ir_measures.iter_calc([R1, R5, R10, RR, NDCG], qrels, run)}


def ranked(outcome: Outcome, measure: ir_measures.Measure) -> float | None:
    """Return a measure of the ranking; None where no paper is right or nothing was retrieved; 0 where it failed."""
    if not outcome.ask.gold or (outcome.ranking is None and not outcome.failed):
        return None
    return measured(outcome.ranking or (), outcome.ask.gold)[measure]


def recall_at_1(outcome: Outcome) -> float | None:
    """Return the share of gold papers ranked first."""
    return ranked(outcome, R1)


def recall_at_5(outcome: Outcome) -> float | None:
    """Return the share of gold papers among the first five."""
    return ranked(outcome, R5)


def recall_at_10(outcome: Outcome) -> float | None:
    """Return the share of gold papers among the first ten."""
    return ranked(outcome, R10)


def reciprocal_rank(outcome: Outcome) -> float | None:
    """Return 1 / rank of the first gold paper, 0 below the tenth."""
    return ranked(outcome, RR)


def ndcg_at_10(outcome: Outcome) -> float | None:
    """Return the normalised discounted cumulative gain of the first ten."""
    return ranked(outcome, NDCG)


def is_list(outcome: Outcome) -> bool:
    """Return whether several papers are right, so that an answer must name them all."""
    return outcome.ask.behaviour == "answer" and len(outcome.ask.gold) > 1


def list_precision(outcome: Outcome) -> float | None:
    """Return the share of cited papers that belong on the list; None where no list is asked for or nothing is cited."""
    if not is_list(outcome) or not outcome.cited:
        return None
    return len(set(outcome.cited) & set(outcome.ask.gold)) / len(outcome.cited)


def list_recall(outcome: Outcome) -> float | None:
    """Return the share of the list's papers that are cited; None where no list is asked for."""
    if not is_list(outcome) or (outcome.answer is None and not outcome.failed):
        return None
    return len(set(outcome.cited) & set(outcome.ask.gold)) / len(outcome.ask.gold)
