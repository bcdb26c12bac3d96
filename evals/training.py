"""The questions that late interaction is fitted to, with their papers: none of them is in an evaluation's cases.

`training/questions.jsonl` has a line for each: the paper's id, the question, and which of the abstract's sentences
answers it. The papers are read from a file of arXiv records.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
import numpy as np

from evals.corpora import papers_of
from evals.errors import RunError
from evals.fitting import DIMENSIONS, Course, Lesson, Progress, fit, principal, rarities
from rag.config import Settings, cache_folder
from rag.engines.embedders import MiniLMEmbedding, Tokens
from rag.engines.late import WEIGHTS, Floats, Projection
from rag.models import Paper
from rag.query.glossary import in_english
from rag.text import sentences

QUESTIONS = Path(__file__).parent / "training" / "questions.jsonl"
WEIGHTS_PATH = Path(str(files("rag.engines"))) / WEIGHTS
"""Where the program looks for what was fitted."""
POOL = 400
"""Papers among which a question's own is sought, drawn anew each time: about two days."""
RIVALS = 15
"""The nearest of them, which it is told apart from."""
PARTED = 6_160
"""Questions, the first ones, whose papers are also read by the sentence: they take longest and soon teach no more."""
ROUNDS = {"papers": 2, "sentences": 3}
"""How often each fit goes through the questions."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One line of the file."""

    arxiv_id: str
    text: str
    """In either language."""
    sentence: int
    """Which of the abstract's sentences answers it, from 0."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Training:
    """Questions and papers, token by token."""

    questions: Sequence[Tokens]
    papers: Sequence[Tokens]
    """Titles with abstracts."""
    whole: tuple[Floats, Floats]
    """(questions, n) and (papers, n) unit vectors of the whole texts."""
    gold: Sequence[int]
    """Each question's paper."""
    sentences: Sequence[tuple[Tokens, ...]]
    """Each question's paper by its sentences, the one that answers first; nothing where it has but one or was not read
    so."""

    def paper_lessons(self, chance: np.random.Generator) -> Iterator[Lesson]:
        """Yield each question with its paper and the nearest others of a pool."""
        asked, told = self.whole
        for place in chance.permutation(len(self.questions)):
            pool = chance.choice(len(self.papers), min(POOL, len(self.papers)), replace=False)
            pool = pool[pool != self.gold[place]]
            near = pool[np.argsort(-(told[pool] @ asked[place]), kind="stable")[:RIVALS]]
            yield Lesson(asked=self.questions[place], told=[self.papers[index] for index in (self.gold[place], *near)])

    def sentence_lessons(self, chance: np.random.Generator) -> Iterator[Lesson]:
        """Yield each question with the sentences of its paper."""
        for place in chance.permutation(len(self.questions)):
            if self.sentences[place]:
                yield Lesson(asked=self.questions[place], told=self.sentences[place])


def read_questions(path: Path) -> list[Question]:
    """Return the questions of a file; raises RunError."""
    try:
        told = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return [Question(arxiv_id=one["id"], text=one["question"], sentence=int(one["sentence"])) for one in told]
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = f"its questions cannot be read ({error})"
        raise RunError(str(path), problem, "write one JSON object with id, question and sentence a line") from error


def embedded(
    questions: Sequence[Question], papers: Sequence[Paper], embedder: MiniLMEmbedding, progress: Callable[[int], None]
) -> Training:
    """Return what the fits need; `progress` is called with the number of papers done since the last call."""
    known = {paper.arxiv_id: place for place, paper in enumerate(papers)}
    asked = [question for question in questions if question.arxiv_id in known]
    if not asked:
        raise RunError("fit", "the records hold none of the papers that are asked about", "give the whole archive")
    wholes: list[Tokens] = []
    parts: list[list[Tokens]] = []
    vectors: list[list[float]] = []
    parted = {question.arxiv_id for question in questions[:PARTED]}
    for paper in papers:
        text = f"{paper.title}\n{paper.abstract}"
        wholes.append(embedder.token_vectors(text))
        vectors.append(embedder.get_text_embedding(text))
        told = sentences(paper.abstract) if paper.arxiv_id in parted else []
        parts.append([embedder.token_vectors(sentence) for sentence in told])
        progress(1)
    worded = [in_english(question.text) for question in asked]
    gold = [known[question.arxiv_id] for question in asked]
    return Training(
        questions=[embedder.token_vectors(text) for text in worded],
        papers=wholes,
        whole=(
            np.array([embedder.get_query_embedding(text) for text in worded], dtype=np.float32),
            np.array(vectors, dtype=np.float32),
        ),
        gold=gold,
        sentences=[first(parts[place], question.sentence) for place, question in zip(gold, asked, strict=True)],
    )


def first(texts: Sequence[Tokens], place: int) -> tuple[Tokens, ...]:
    """Return texts with the one at `place` first; nothing where it is alone, is not there, or one of them is empty."""
    if len(texts) < 2 or not 0 <= place < len(texts) or not all(len(text.ids) for text in texts):
        return ()
    return (texts[place], *texts[:place], *texts[place + 1 :])


def fitted_anew(training: Training, vocabulary: int, tell: Callable[[str, Progress], None]) -> dict[str, Floats]:
    """Return the arrays of `late.npz`; `tell` hears of each fit's progress."""
    rarity = rarities(training.papers, vocabulary)
    matrix = principal(training.papers, np.random.default_rng(0))
    projection = Projection(matrix=matrix, salience=np.zeros(matrix.shape[1], dtype=np.float32), rarity=rarity)
    arrays = {"rarity": rarity}
    courses: dict[str, tuple[Course, int]] = {
        "papers": (training.paper_lessons, len(training.questions)),
        "sentences": (training.sentence_lessons, sum(map(bool, training.sentences))),
    }
    for kind, (course, count) in courses.items():
        for progress in fit(course, count, projection, rounds=ROUNDS[kind]):
            tell(kind, progress)
            projection = progress.projection
        arrays |= {f"{kind}_matrix": projection.matrix, f"{kind}_salience": projection.salience}
    return arrays


def fit_command(records: Path, questions: Path, out: Path) -> None:
    """Fit both projections and write them; raises RunError."""
    asked = read_questions(questions)
    wanted = {question.arxiv_id for question in asked}
    papers = [paper for paper in papers_of(records) if paper.arxiv_id in wanted]
    embedder = MiniLMEmbedding.load(cache_folder(), Settings.load().threads)
    with click.progressbar(length=len(papers), label="papers") as bar:
        training = embedded(asked, papers, embedder, bar.update)
    arrays = fitted_anew(
        training,
        embedder.vocabulary,
        lambda kind, progress: click.echo(f"{kind} {progress.share:.0%} loss {progress.loss:.3f}"),
    )
    halved: dict[str, Any] = {name: array.astype(np.float16) for name, array in arrays.items()}
    np.savez(out, **halved)
    click.echo(f"{len(training.questions)} questions, {len(papers)} papers, {DIMENSIONS} dimensions: {out}")
