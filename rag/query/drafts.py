"""An answer while it is being made."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.models import Answer, Citation, Language, Layout, Passage, Reason, Sentence, Timings, Usage


@dataclass(slots=True)
class Draft:
    """What has been found and released so far; `finish` makes an Answer of it."""

    question: str
    """As asked."""
    resolved: str
    """As understood."""
    language: Language
    """Of question and answer."""
    started: float = field(default_factory=time.perf_counter)
    """`time.perf_counter()` at the question."""
    model: str = ""
    """The language model's name, once it was used."""
    papers: tuple[str, ...] = ()
    """Ids, ranked, or exactly the complete set."""
    passages: tuple[Passage, ...] = ()
    """What matched."""
    sentences: list[Sentence] = field(default_factory=list)
    """Released sentences."""
    layout: Layout = "prose"
    """How they are joined."""
    reason: Reason | None = None
    """Why the papers do not say it, or that a premise was corrected."""
    usage: Usage = Usage()
    """Model use."""
    retrieve_s: float = 0.0
    """Seconds until the papers were ranked."""
    first_s: float | None = None
    """Seconds until the first sentence was released."""

    def release(self, text: str, citations: Sequence[Citation] = ()) -> Sentence:
        """Add a sentence, its citations numbered for its place, and return it."""
        if self.first_s is None:
            self.first_s = time.perf_counter() - self.started
        sentence = Sentence(text=text, citations=tuple(citations))
        self.sentences.append(sentence)
        return sentence

    @property
    def position(self) -> int:
        """The place of the next sentence."""
        return len(self.sentences)

    def finish(self) -> Answer:
        """Return the answer as it stands; every cited paper is among its papers."""
        cited = [citation.arxiv_id for sentence in self.sentences for citation in sentence.citations]
        return Answer(
            question=self.question,
            resolved=self.resolved,
            language=self.language,
            sentences=tuple(self.sentences),
            layout=self.layout,
            abstained=self.reason is not None and self.reason != "false_premise",
            reason=self.reason,
            papers=tuple(dict.fromkeys((*self.papers, *cited))),
            passages=self.passages,
            usage=self.usage,
            timings=Timings(
                retrieve_s=round(self.retrieve_s, 4),
                first_token_s=round(self.first_s, 4) if self.first_s is not None and self.usage.llm_calls else None,
                total_s=round(time.perf_counter() - self.started, 4),
            ),
            model=self.model,
        )
