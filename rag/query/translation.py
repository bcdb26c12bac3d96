"""A Chinese question in the language model's English, for what its words one by one do not carry."""

from __future__ import annotations

from collections.abc import Callable

import prompts
from rag.engines.loading import LanguageModel
from rag.query.drafts import Draft

LONGEST = 80
"""Tokens of a translation."""


def translated(question: str, draft: Draft, model: Callable[[], LanguageModel]) -> str:
    """Return a question as the language model puts it into English, to compare with and not to show.

    Raises ModelUnavailableError.
    """
    engine = model()
    completion = engine.complete(prompts.render("translate"), question, max_tokens=LONGEST)
    text = "".join(completion.deltas).strip()
    draft.usage += completion.usage
    draft.model = engine.label
    return text
