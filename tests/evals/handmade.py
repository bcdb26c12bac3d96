"""What the tests of evaluation share: papers, answers and a subject that says what a test wants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evals.cases import Ask, Case, parse_case
from evals.outcome import Outcome
from evals.rows import Observation, Retrieved
from rag.models import Answer, Citation, Paper, Sentence, Timings, Turn, Usage

GAP = Paper(
    arxiv_id="2509.00001",
    title="GapNet: Walking Through Doors",
    url="https://arxiv.org/abs/2509.00001",
    authors=("Ada Byron", "Li Wei"),
    category="cs.RO",
    categories=("cs.RO",),
    tldr="GapNet 让机器人穿过狭窄的门，成功率 91%。",
    abstract="Robots collide with door frames. GapNet reaches a success rate of 91% on 40 doors. It runs at 12 Hz.",
)
SOUND = Paper(
    arxiv_id="2509.00002",
    title="Quiet Sleep from Sound",
    url="https://arxiv.org/abs/2509.00002",
    authors=("Mei Lin",),
    category="cs.LG",
    categories=("cs.LG",),
    tldr="用声音监测睡眠。",
    abstract="Sleep is staged from sound alone. A microphone suffices.",
)
PAPERS = {paper.arxiv_id: paper for paper in (GAP, SOUND)}


def case(**changes: Any) -> Case:
    """Return a single-paper case about the first paper, changed as wanted."""
    told = {
        "id": "one",
        "kind": "single",
        "language": "en",
        "split": "dev",
        "corpus": "sample",
        "question": "What success rate does the robot reach at doors?",
        "gold": [GAP.arxiv_id],
        "facts": [r"\b91\b"],
        "behaviour": "answer",
    }
    told |= changes
    return parse_case({key: value for key, value in told.items() if value is not None})


def ask(**changes: Any) -> Ask:
    """Return the question of such a case."""
    return case(**changes).turns[0]


def cite(paper: Paper, quote: str, sentence: int = 0, **changes: Any) -> Citation:
    """Return a citation."""
    told: dict[str, Any] = {"field": "abstract", "support": "supported", "score": 0.9} | changes
    return Citation(arxiv_id=paper.arxiv_id, title=paper.title, url=paper.url, sentence=sentence, quote=quote, **told)


def said(text: str, *citations: Citation) -> Sentence:
    """Return a sentence."""
    return Sentence(text=text, citations=citations)


def answer(*sentences: Sentence, **changes: Any) -> Answer:
    """Return an answer of some sentences."""
    told: dict[str, Any] = {
        "question": "q",
        "resolved": "q",
        "language": "en",
        "papers": tuple(PAPERS),
        "usage": Usage(llm_calls=1, prompt_tokens=200, completion_tokens=20),
        "timings": Timings(retrieve_s=0.1, first_token_s=1.0, total_s=2.0),
    }
    return Answer(sentences=sentences, **(told | changes))


RIGHT = answer(
    said(
        "It gets through 91% of the time [2509.00001].",
        cite(GAP, "GapNet reaches a success rate of 91% on 40 doors."),
    )
)


def outcome(given: Answer | None = RIGHT, asked: Ask | None = None, **changes: Any) -> Outcome:
    """Return the outcome of one question."""
    told: dict[str, Any] = {"kind": "single", "papers": PAPERS, "ranking": tuple(PAPERS)} | changes
    return Outcome(ask=asked or ask(), answer=given, **told)


@dataclass(frozen=True, kw_only=True)
class Parrot:
    """A subject that answers by rote: questions to answers, or to errors that it raises."""

    answers: Mapping[str, Answer | Exception]
    engine: str = "parrot"
    asked: list[tuple[str, tuple[Turn, ...]]] = field(default_factory=list)

    def papers(self) -> Mapping[str, Paper]:
        """Return two papers."""
        return PAPERS

    def search(self, ask: Ask) -> Retrieved:
        """Rank them as they come."""
        self.asked.append((ask.question, ()))
        return Retrieved(papers=tuple(PAPERS), scores=(0.9, 0.1), seconds=0.01)

    def ask(self, ask: Ask, history: Sequence[Turn]) -> Observation:
        """Answer by rote."""
        self.asked.append((ask.question, tuple(history)))
        given = self.answers[ask.question]
        if isinstance(given, Exception):
            raise given
        return Observation(retrieval=Retrieved(papers=given.papers), answer=given)
