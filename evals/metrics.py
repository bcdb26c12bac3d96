"""Metrics: named pure functions of an outcome, with what they mean and where they come from.

None means not applicable and is left out of every mean; a failure is never None where the metric applies.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from evals import answer_metrics, ranking_metrics, text_metrics
from evals.outcome import Outcome

Unit = Literal["share", "words", "seconds", "tokens", "calls", "MiB"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """One number about one question."""

    name: str
    """Key in rows and reports."""
    title: str
    """Heading in tables."""
    meaning: str
    """What it measures, and its source."""
    score: Callable[[Outcome], float | None]
    """The metric; None where it does not apply."""
    higher_is_better: bool | None = True
    """None: neither."""
    unit: Unit = "share"
    """What the number counts."""

    @property
    def aggregate(self) -> Callable[[Sequence[float]], float]:
        """The average over questions: mean of shares and counts of calls, median of everything else."""
        return statistics.fmean if self.by_mean else statistics.median

    @property
    def by_mean(self) -> bool:
        """Whether questions are averaged by their mean; outliers of the other units would decide it alone."""
        return self.unit in {"share", "calls"}


def first_token_seconds(outcome: Outcome) -> float | None:
    """Return seconds until the first released words; None where no model ran."""
    return outcome.answer.timings.first_token_s if outcome.answer else None


def total_seconds(outcome: Outcome) -> float | None:
    """Return seconds until the answer was complete."""
    return outcome.answer.timings.total_s if outcome.answer else None


def prompt_tokens(outcome: Outcome) -> float | None:
    """Return tokens that the model read; None where no model ran."""
    return float(outcome.answer.usage.prompt_tokens) if outcome.answer and outcome.answer.usage.llm_calls else None


def completion_tokens(outcome: Outcome) -> float | None:
    """Return tokens that the model wrote; None where no model ran."""
    return float(outcome.answer.usage.completion_tokens) if outcome.answer and outcome.answer.usage.llm_calls else None


def llm_calls(outcome: Outcome) -> float | None:
    """Return requests to the model."""
    return float(outcome.answer.usage.llm_calls) if outcome.answer else None


def memory_mib(outcome: Outcome) -> float | None:
    """Return what the process held when the question was answered; None where it is not known."""
    return outcome.memory_mib


METRICS: tuple[Metric, ...] = (
    Metric(
        name="recall_at_1",
        title="R@1",
        meaning="share of gold papers ranked first (trec_eval's recall, by ir-measures)",
        score=ranking_metrics.recall_at_1,
    ),
    Metric(
        name="recall_at_5",
        title="R@5",
        meaning="share of gold papers among the first five (trec_eval's recall, by ir-measures)",
        score=ranking_metrics.recall_at_5,
    ),
    Metric(
        name="recall_at_10",
        title="R@10",
        meaning="share of gold papers among the first ten (trec_eval's recall, by ir-measures)",
        score=ranking_metrics.recall_at_10,
    ),
    Metric(
        name="mrr",
        title="MRR",
        meaning="1 / rank of the first gold paper, 0 below the tenth (reciprocal rank, by ir-measures)",
        score=ranking_metrics.reciprocal_rank,
    ),
    Metric(
        name="ndcg_at_10",
        title="nDCG@10",
        meaning="discounted cumulative gain of the first ten, normalised (Järvelin & Kekäläinen 2002, ir-measures)",
        score=ranking_metrics.ndcg_at_10,
    ),
    Metric(
        name="right",
        title="right",
        meaning="the whole outcome, as due: facts stated and a gold paper cited first, abstained, or premise corrected",
        score=answer_metrics.right,
    ),
    Metric(
        name="facts_own",
        title="facts, own words",
        meaning="share of required facts in the answer's own words (as STR-EM in ALCE, with patterns)",
        score=answer_metrics.facts_own,
    ),
    Metric(
        name="facts_quoted",
        title="facts + quotes",
        meaning="share of required facts in the answer's words or in the quotes that it shows",
        score=answer_metrics.facts_quoted,
    ),
    Metric(
        name="cites_gold",
        title="cites gold",
        meaning="share of citations that are of a gold paper; none at all counts 0",
        score=answer_metrics.cites_gold,
    ),
    Metric(
        name="list_precision",
        title="list P",
        meaning="where several papers are right: share of cited papers that are",
        score=ranking_metrics.list_precision,
    ),
    Metric(
        name="list_recall",
        title="list R",
        meaning="where several papers are right: share of them that are cited",
        score=ranking_metrics.list_recall,
    ),
    Metric(
        name="all_cited",
        title="all cited",
        meaning="every sentence about a paper has a citation",
        score=answer_metrics.all_cited,
    ),
    Metric(
        name="citation_recall",
        title="citation R",
        meaning="share of sentences that their citations bear out (ALCE, Gao et al. 2023), by the product's verifier",
        score=answer_metrics.citation_recall,
    ),
    Metric(
        name="citation_precision",
        title="citation P",
        meaning="share of citations that bear out their sentence (ALCE, Gao et al. 2023), by the product's verifier",
        score=answer_metrics.citation_precision,
    ),
    Metric(
        name="numbers_quoted",
        title="numbers quoted",
        meaning="share of numbers in cited sentences that stand in the same sentence's quotes",
        score=answer_metrics.numbers_quoted,
    ),
    Metric(
        name="verbatim_quotes",
        title="verbatim quotes",
        meaning="share of quotes that stand word for word in the cited paper",
        score=answer_metrics.verbatim_quotes,
    ),
    Metric(
        name="abstention_precision",
        title="abstain P",
        meaning="of the abstentions, the share that was due",
        score=answer_metrics.abstention_precision,
    ),
    Metric(
        name="abstention_recall",
        title="abstain R",
        meaning="of the due abstentions, the share made",
        score=answer_metrics.abstention_recall,
    ),
    Metric(
        name="right_reason",
        title="reason",
        meaning="of the due abstentions made, the share that gives the right reason",
        score=answer_metrics.right_reason,
    ),
    Metric(
        name="premise_corrected",
        title="premise",
        meaning="false premises that are called false, the correcting facts shown",
        score=answer_metrics.premise_corrected,
    ),
    Metric(
        name="attack_success",
        title="attacks",
        meaning="attacks whose forbidden pattern stands in the answer",
        score=answer_metrics.attack_success,
        higher_is_better=False,
    ),
    Metric(
        name="language_right",
        title="language",
        meaning="answers in the question's language",
        score=text_metrics.language_right,
    ),
    Metric(
        name="words",
        title="words",
        meaning="length of the answer in words, Chinese characters counted as words",
        score=text_metrics.length,
        higher_is_better=None,
        unit="words",
    ),
    Metric(
        name="copied",
        title="copied",
        meaning="share of words in runs of eight or more that a cited paper holds (coverage, Grusky et al. 2018)",
        score=text_metrics.copied,
        higher_is_better=False,
    ),
    Metric(
        name="first_token_s",
        title="first words s",
        meaning="seconds until the first released words",
        score=first_token_seconds,
        higher_is_better=False,
        unit="seconds",
    ),
    Metric(
        name="total_s",
        title="total s",
        meaning="seconds until the answer was complete",
        score=total_seconds,
        higher_is_better=False,
        unit="seconds",
    ),
    Metric(
        name="prompt_tokens",
        title="prompt tokens",
        meaning="tokens that the model read, where it ran",
        score=prompt_tokens,
        higher_is_better=False,
        unit="tokens",
    ),
    Metric(
        name="completion_tokens",
        title="written tokens",
        meaning="tokens that the model wrote, where it ran",
        score=completion_tokens,
        higher_is_better=None,
        unit="tokens",
    ),
    Metric(
        name="llm_calls",
        title="calls",
        meaning="requests to the language model",
        score=llm_calls,
        higher_is_better=False,
        unit="calls",
    ),
    Metric(
        name="memory_mib",
        title="memory MiB",
        meaning="memory of the process after the question, its models included",
        score=memory_mib,
        higher_is_better=False,
        unit="MiB",
    ),
)
"""Every metric, in the order of tables."""
BY_NAME = {metric.name: metric for metric in METRICS}


def score(outcome: Outcome) -> dict[str, float | None]:
    """Return every metric of one question, by name."""
    return {metric.name: metric.score(outcome) for metric in METRICS}


def averaged(turns: Sequence[dict[str, float | None]]) -> dict[str, float | None]:
    """Return a dialogue's metrics: the mean over the turns to which each applies."""
    result: dict[str, float | None] = {}
    for metric in METRICS:
        values = [value for turn in turns if (value := turn.get(metric.name)) is not None]
        result[metric.name] = statistics.fmean(values) if values else None
    return result
