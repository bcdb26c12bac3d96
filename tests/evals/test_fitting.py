"""The fit of late interaction: its slopes are right, and it learns what questions mean."""

from collections.abc import Iterator

import numpy as np
import pytest

from evals.fitting import BATCH, Lesson, fit, rarities, slopes_of
from rag.engines.embedders import Tokens
from rag.engines.late import Projection, late_interaction

SIZE = 12
VOCABULARY = 40


def text(chance: np.random.Generator, ids: list[int], table: np.ndarray) -> Tokens:
    """Return a text whose tokens lie near to those of a table."""
    vectors = table[ids] + 0.05 * chance.standard_normal((len(ids), table.shape[1]))
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return Tokens(np.array(ids), unit.astype(np.float16))


def test_the_slopes_are_those_of_the_loss() -> None:
    chance = np.random.default_rng(1)
    table = chance.standard_normal((VOCABULARY, SIZE))
    papers = [text(chance, list(chance.integers(0, VOCABULARY, 7)), table) for _ in range(4)]
    lesson = Lesson(asked=text(chance, [1, 2, 3], table), told=papers)
    values = {
        "matrix": chance.standard_normal((5, SIZE)),
        "salience": 0.1 * chance.standard_normal(SIZE),
        "sharpness": np.asarray(3.0),
    }
    rarity = chance.random(VOCABULARY) + 0.5
    _, slopes = slopes_of(lesson, values, rarity)
    for name, value in values.items():
        for place in list(np.ndindex(value.shape))[:20]:
            moved = []
            for step in (1e-5, -1e-5):
                other = value.astype(float).copy()
                other[place] += step
                moved.append(slopes_of(lesson, values | {name: other}, rarity)[0])
            assert slopes[name][place] == pytest.approx((moved[0] - moved[1]) / 2e-5, rel=1e-2, abs=1e-4), name


def test_it_learns_that_plain_words_mean_technical_ones() -> None:
    """Word i of the questions means word i + 20 of the papers: half of their dimensions are alike, half are not."""
    chance = np.random.default_rng(2)
    meaning = chance.standard_normal((20, SIZE // 2))
    table = np.hstack([np.vstack([meaning, meaning]), 1.5 * chance.standard_normal((VOCABULARY, SIZE // 2))])
    subjects = [list(chance.choice(20, 3, replace=False)) for _ in range(12 * BATCH)]
    papers = [text(chance, [subject + 20 for subject in about], table) for about in subjects]
    questions = [text(chance, about, table) for about in subjects]
    start = Projection(
        matrix=np.eye(SIZE, dtype=np.float32),
        salience=np.zeros(SIZE, dtype=np.float32),
        rarity=rarities(papers, VOCABULARY),
    )

    def course(chance: np.random.Generator) -> Iterator[Lesson]:
        for place in chance.permutation(len(questions)):
            rivals = chance.choice(len(papers), 8, replace=False)
            yield Lesson(asked=questions[place], told=[papers[place], *(papers[i] for i in rivals if i != place)])

    *_, last = fit(course, len(questions), start, rounds=50)
    assert last.share == 1

    def hits(by: Projection) -> int:
        told = [by.told(paper.vectors) for paper in papers[:60]]
        return sum(
            int(late_interaction(by.asked(each.ids, each.vectors), told).argmax()) == place
            for place, each in enumerate(questions[:60])
        )

    assert hits(last.projection) > hits(start) + 15
    assert last.loss < 1.0
