"""The questions that late interaction is fitted to, with their papers: none of them is in an evaluation's cases.

`training/questions.jsonl` has a line for each: the paper's id, the question, and which of the abstract's sentences
answers it. In a last round those of answerability go with them, for they are about one paper each as well. The papers
are read from a file of arXiv records.
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
from numpy.typing import NDArray

from evals.corpora import papers_of
from evals.errors import RunError
from evals.fitting import DIMENSIONS, Course, Lesson, Progress, fit, principal, rarities
from rag.config import Settings, cache_folder
from rag.engines.embedders import MiniLMEmbedding, Tokens
from rag.engines.late import WEIGHTS, Floats, Projection, late_interaction
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
NEAREST = 100
"""Papers of all that are nearest to a question, among which its rivals of the last round are."""
HARDEST = 40
"""Of these, the first ones by late interaction itself, as fitted so far: from them `RIVALS` are drawn."""


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
    first: int
    """How many of the questions, the first ones, every course goes through."""
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
        for place in chance.permutation(self.first):
            pool = chance.choice(len(self.papers), min(POOL, len(self.papers)), replace=False)
            pool = pool[pool != self.gold[place]]
            near = pool[np.argsort(-(told[pool] @ asked[place]), kind="stable")[:RIVALS]]
            yield Lesson(asked=self.questions[place], told=[self.papers[index] for index in (self.gold[place], *near)])

    def sentence_lessons(self, chance: np.random.Generator) -> Iterator[Lesson]:
        """Yield each question with the sentences of its paper."""
        for place in chance.permutation(self.first):
            if self.sentences[place]:
                yield Lesson(asked=self.questions[place], told=self.sentences[place])

    def rivals(self, projection: Projection, progress: Callable[[int], None]) -> list[NDArray[np.intp]]:
        """Return each question's hardest papers, of all but its own: as an archive sets them beside it."""
        middles = np.array([middle(paper) for paper in self.papers])
        words = [projection.told(paper.vectors) for paper in self.papers]
        found = []
        for place, question in enumerate(self.questions):
            near = np.argsort(-(middles @ middle(question)), kind="stable")[:NEAREST]
            met = late_interaction(projection.asked(question.ids, question.vectors), [words[index] for index in near])
            hardest = near[np.argsort(-met, kind="stable")[:HARDEST]]
            found.append(hardest[hardest != self.gold[place]])
            progress(1)
        return found

    def archive_lessons(self, rivals: Sequence[NDArray[np.intp]]) -> Course:
        """Return the course that puts each question to its paper and some of its `rivals`."""

        def course(chance: np.random.Generator) -> Iterator[Lesson]:
            for place in chance.permutation(len(self.questions)):
                some = chance.choice(rivals[place], min(RIVALS, len(rivals[place])), replace=False)
                told = [self.papers[index] for index in (self.gold[place], *some)]
                yield Lesson(asked=self.questions[place], told=told)

        return course


def read_questions(path: Path) -> list[Question]:
    """Return the questions of a file; raises RunError."""
    try:
        told = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return [Question(arxiv_id=one["id"], text=one["question"], sentence=int(one["sentence"])) for one in told]
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = f"its questions cannot be read ({error})"
        raise RunError(str(path), problem, "write one JSON object with id, question and sentence a line") from error


def embedded(
    questions: Sequence[Question],
    others: Sequence[Question],
    papers: Sequence[Paper],
    embedder: MiniLMEmbedding,
    progress: Callable[[int], None],
) -> Training:
    """Return what the fits need; `others` are of the last round alone.

    `progress` is called with the number of papers done since the last call.
    """
    known = {paper.arxiv_id: place for place, paper in enumerate(papers)}
    asked = [question for question in (*questions, *others) if question.arxiv_id in known]
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
        first=sum(question.arxiv_id in known for question in questions),
        papers=wholes,
        whole=(
            np.array([embedder.get_query_embedding(text) for text in worded], dtype=np.float32),
            np.array(vectors, dtype=np.float32),
        ),
        gold=gold,
        sentences=[first(parts[place], question.sentence) for place, question in zip(gold, asked, strict=True)],
    )


def middle(text: Tokens) -> Floats:
    """Return the (n,) unit vector in the middle of a text's tokens."""
    mean: Floats = text.vectors.astype(np.float32).mean(axis=0)
    unit: Floats = mean / np.linalg.norm(mean)
    return unit


def first(texts: Sequence[Tokens], place: int) -> tuple[Tokens, ...]:
    """Return texts with the one at `place` first; nothing where it is alone, is not there, or one of them is empty."""
    if len(texts) < 2 or not 0 <= place < len(texts) or not all(len(text.ids) for text in texts):
        return ()
    return (texts[place], *texts[:place], *texts[place + 1 :])


def fitted_anew(
    training: Training, vocabulary: int, tell: Callable[[str, Progress], None], progress: Callable[[int], None]
) -> dict[str, Floats]:
    """Return the arrays of `late.npz`.

    `tell` hears of each fit's progress, `progress` of the questions for which rivals were sought.
    """
    rarity = rarities(training.papers, vocabulary)
    matrix = principal(training.papers, np.random.default_rng(0))
    projection = Projection(matrix=matrix, salience=np.zeros(matrix.shape[1], dtype=np.float32), rarity=rarity)

    def taught(kind: str, course: Course, count: int, start: Projection, rounds: int) -> Projection:
        for step in fit(course, count, start, rounds=rounds):
            tell(kind, step)
            start = step.projection
        return start

    papers = taught("papers", training.paper_lessons, training.first, projection, ROUNDS["papers"])
    parted = sum(map(bool, training.sentences[: training.first]))
    fits = {"sentences": taught("sentences", training.sentence_lessons, parted, papers, ROUNDS["sentences"])}
    lessons = training.archive_lessons(training.rivals(papers, progress))
    fits["papers"] = taught("archive", lessons, len(training.questions), papers, 1)
    arrays = {"rarity": rarity}
    for kind, fitted in fits.items():
        arrays |= {f"{kind}_matrix": fitted.matrix, f"{kind}_salience": fitted.salience}
    return arrays


def fit_command(records: Path, paths: Sequence[Path], out: Path) -> None:
    """Fit both projections to questions, those of the first file first, and write them; raises RunError."""
    asked, others = read_questions(paths[0]), [one for path in paths[1:] for one in read_questions(path)]
    wanted = {question.arxiv_id for question in (*asked, *others)}
    papers = [paper for paper in papers_of(records) if paper.arxiv_id in wanted]
    embedder = MiniLMEmbedding.load(cache_folder(), Settings.load().threads)
    with click.progressbar(length=len(papers), label="papers") as bar:
        training = embedded(asked, others, papers, embedder, bar.update)
    with click.progressbar(length=len(training.questions), label="rivals") as bar:
        arrays = fitted_anew(
            training,
            embedder.vocabulary,
            lambda kind, step: click.echo(f"{kind} {step.share:.0%} loss {step.loss:.3f}"),
            bar.update,
        )
    halved: dict[str, Any] = {name: array.astype(np.float16) for name, array in arrays.items()}
    np.savez(out, **halved)
    click.echo(f"{len(training.questions)} questions, {len(papers)} papers, {DIMENSIONS} dimensions: {out}")
