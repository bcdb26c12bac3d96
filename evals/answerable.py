"""The questions that answerability is fitted to: of each paper one that it answers, one that it does not, a false one.

`training/answerable.jsonl` has a line for each: the paper's id, the question, and the place of the sentence that
answers it; with `"kind": "missing"` nothing does, with `"kind": "false"` the sentence contradicts it. Those of
`training/questions.jsonl` are answered too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, get_args

import autograd.numpy as anp
import click
import numpy as np
from autograd import value_and_grad
from numpy.typing import NDArray

from evals.corpora import papers_of
from evals.errors import RunError
from evals.fitting import BATCH, Parameters
from rag.config import Settings, cache_folder
from rag.engines.answerability import WEIGHTS, Side, logits_of
from rag.engines.embedders import MiniLMEmbedding, Tokens
from rag.engines.late import Floats, fitted
from rag.models import Paper
from rag.query.glossary import asked_in_english
from rag.text import sentences

QUESTIONS = Path(__file__).parent / "training" / "answerable.jsonl"
WEIGHTS_PATH = Path(str(files("rag.engines"))) / WEIGHTS
"""Where the program looks for what was fitted."""
HIDDEN = 64
"""Numbers that a comparison of a word with what it met gives."""
HIDDEN_KIND = 32
"""Numbers between the question and what kind it is, and between what is covered and whether something lacks."""
ROUNDS = 2
"""How often the fit goes through the questions, before it goes once more through them and those put to other papers."""
POOL = 200
"""Papers of which the nearest one, the question's own left out, is another paper that does not answer it: a day's."""
RATE = 2e-3
"""Adam's step for the layers, falling to nothing."""
RATES = {"ask": 5e-4, "tell": 5e-4, "met": 5e-4, "own": 5e-4, "salience": 1e-3, "sharpness": 2e-2}
"""The same for the others."""
SHARPNESS = 15.0
"""What cosines are multiplied with before attention, at first."""
LEAST_WORDS = 3
"""Words of a question."""
TOLD = 100
"""Steps after which the fit tells how far it is."""

Kind = Literal["stated", "missing", "false"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One line of the file."""

    arxiv_id: str
    text: str
    """In either language."""
    sentence: int
    """Which of the abstract's sentences answers or contradicts it, from 0; -1 where none does."""
    kind: Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Lesson:
    """A question beside its paper's title and sentences."""

    asked: Tokens
    told: Sequence[Tokens]
    right: int
    """Place of the right logit."""


def read_questions(path: Path) -> list[Question]:
    """Return the questions of a file; raises RunError."""
    try:
        told = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        found = [
            Question(
                arxiv_id=one["id"],
                text=one["question"],
                sentence=int(one["sentence"]),
                kind=one.get("kind", "stated"),
            )
            for one in told
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = f"its questions cannot be read ({error})"
        raise RunError(str(path), problem, "write one JSON object with id, question and sentence a line") from error
    if unknown := {question.kind for question in found} - set(get_args(Kind)):
        raise RunError(str(path), f"there is no kind {sorted(unknown)[0]!r}", f"use one of {', '.join(get_args(Kind))}")
    return found


def lesson_of(question: Question, asked: Tokens, told: Sequence[Tokens]) -> Lesson | None:
    """Return a question beside its paper; None where its sentence is not there or it has hardly any words."""
    texts = len(told)
    place = question.sentence + 1  # the title comes first
    right = {"missing": 1, "stated": 2 + place, "false": 2 + texts + place}[question.kind]
    if len(asked.ids) < LEAST_WORDS or (question.kind != "missing" and not 0 < place < texts):
        return None
    return Lesson(asked=asked, told=told, right=right) if all(len(text.ids) for text in told) else None


def embedded(
    questions: Sequence[Question], papers: Sequence[Paper], embedder: MiniLMEmbedding, progress: Callable[[int], None]
) -> list[Lesson]:
    """Return the lessons; `progress` is called with the number of papers done since the last call."""
    told: dict[str, list[Tokens]] = {}
    for paper in papers:
        told[paper.arxiv_id] = [embedder.token_vectors(text) for text in (paper.title, *sentences(paper.abstract))]
        progress(1)
    known = [question for question in questions if question.arxiv_id in told]
    if not known:
        raise RunError("answerable", "the records hold none of the papers that are asked about", "give the archive")
    asked = (embedder.token_vectors(asked_in_english(question.text)) for question in known)
    found = (lesson_of(question, words, told[question.arxiv_id]) for question, words in zip(known, asked, strict=True))
    return [lesson for lesson in found if lesson]


def at_first(size: int, chance: np.random.Generator) -> dict[str, Floats]:
    """Return weights to begin with, for vectors of `size`: late interaction's space of sentences, layers at random."""
    view = fitted()["sentences"]
    small = len(view.matrix)
    shapes = {
        "compare_own": (small, HIDDEN),
        "compare_met": (small, HIDDEN),
        "compare_both": (small, HIDDEN),
        "compare_nearness": (3, HIDDEN),
        "text_in": (2 * HIDDEN + 2, HIDDEN),
        "text_out": (HIDDEN, 2),
        "whole_in": (2 * HIDDEN + 1, HIDDEN_KIND),
        "whole_out": (HIDDEN_KIND, 2),
        "kind_in": (size, HIDDEN_KIND),
        "kind_out": (HIDDEN_KIND, 4),
    }
    inputs = {name: 3 * small + 3 if name.startswith("compare") else shape[0] for name, shape in shapes.items()}
    layers = {name: chance.uniform(-1, 1, shape) / inputs[name] ** 0.5 for name, shape in shapes.items()}
    biases = {f"{name}_bias": np.zeros(shape[1]) for name, shape in shapes.items() if not name.startswith("compare")}
    spaces = {name: view.matrix.copy() for name in ("ask", "tell", "met", "own")}
    others = {"salience": view.salience.copy(), "sharpness": np.asarray(SHARPNESS), "compare_bias": np.zeros(HIDDEN)}
    return {name: values.astype(np.float32) for name, values in (spaces | layers | biases | others).items()}


def loss_of(values: dict[str, Any], side: Side, right: int) -> Any:
    """Return the cross entropy of the right logit."""
    logits = logits_of(side, values, anp)
    top = anp.max(logits)
    return anp.log(anp.sum(anp.exp(logits - top))) + top - logits[right]


def put_to_others(lessons: Sequence[Lesson], chance: np.random.Generator) -> list[Lesson]:
    """Return every second question beside the nearest other paper of a pool, which does not answer it."""
    papers = {id(lesson.told): lesson.told for lesson in lessons}
    keys = list(papers)
    centres = np.array([centre(papers[key]) for key in keys])
    found: list[Lesson] = []
    for lesson in lessons[::2]:
        pool = chance.choice(len(keys), min(POOL, len(keys)), replace=False)
        nearness = centres[pool] @ centre([lesson.asked])
        others = [pool[place] for place in np.argsort(-nearness, kind="stable") if keys[pool[place]] != id(lesson.told)]
        found += [Lesson(asked=lesson.asked, told=papers[keys[other]], right=0) for other in others[:1]]
    return found


def centre(texts: Sequence[Tokens]) -> Floats:
    """Return the unit vector in the middle of all tokens."""
    middle = np.concatenate([text.vectors for text in texts]).astype(np.float32).mean(axis=0)
    unit: Floats = middle / np.linalg.norm(middle)
    return unit


def fit(
    lessons: Sequence[Lesson],
    tell: Callable[[str], None],
    *,
    rounds: int = ROUNDS,
    start: dict[str, Floats] | None = None,
) -> dict[str, Floats]:
    """Return the weights that a fit to the lessons gives, from a start on; `tell` hears how far it is."""
    chance = np.random.default_rng(0)
    rarity = fitted()["papers"].rarity
    start = start or at_first(lessons[0].asked.vectors.shape[1], chance)
    learnt = Parameters(values=start, rates={name: RATES.get(name, RATE) for name in start})
    slopes_of = value_and_grad(loss_of)
    total = rounds * (len(lessons) // BATCH)
    losses: list[float] = []
    for batch in batches(len(lessons), rounds, chance):
        slopes: dict[str, Floats] = {}
        for place in batch:
            lesson = lessons[place]
            loss, each = slopes_of(learnt.values, Side.of(lesson.asked, lesson.told, rarity), lesson.right)
            losses.append(float(loss))
            slopes = {name: slopes.get(name, 0) + slope / BATCH for name, slope in each.items()}
        learnt.step(slopes, 1 - learnt.steps / total)
        if learnt.steps % TOLD == 0 or learnt.steps == total:
            tell(f"{learnt.steps / total:.0%} loss {np.mean(losses):.3f}")
            losses.clear()
    return learnt.values


def batches(count: int, rounds: int, chance: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Yield the places of so many lessons in batches, in another order each round."""
    for _ in range(rounds):
        order = chance.permutation(count)
        yield from (order[start : start + BATCH] for start in range(0, count - BATCH + 1, BATCH))


def fit_command(records: Path, paths: Sequence[Path], out: Path, rounds: int = ROUNDS) -> None:
    """Fit the weights to the questions of some files and write them; raises RunError."""
    asked = [question for path in paths for question in read_questions(path)]
    wanted = {question.arxiv_id for question in asked}
    papers = [paper for paper in papers_of(records) if paper.arxiv_id in wanted]
    embedder = MiniLMEmbedding.load(cache_folder(), Settings.load().threads)
    with click.progressbar(length=len(papers), label="papers") as bar:
        lessons = embedded(asked, papers, embedder, bar.update)
    learnt = fit(lessons, click.echo, rounds=rounds)
    others = put_to_others(lessons, np.random.default_rng(0))
    learnt = fit([*lessons, *others], click.echo, rounds=1, start=learnt)
    halved: dict[str, Any] = {name: array.astype(np.float16) for name, array in learnt.items()}
    np.savez(out, **halved)
    click.echo(f"{len(lessons)} questions, {len(papers)} papers: {out}")
