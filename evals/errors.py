"""What the evaluation raises on purpose; each is one sentence that says what to do next."""

from __future__ import annotations

from pathlib import Path

from rag.errors import ArxivRagError


class CaseError(ArxivRagError):
    """A case that cannot be used."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(path, line, problem)
        self.path = path
        """The file of cases."""
        self.line = line
        """The line in it, from 1."""
        self.problem = problem
        """What is wrong, a clause without a full stop."""

    def __str__(self) -> str:
        """Return the sentence for the user."""
        return f"{self.path}:{self.line}: {self.problem}; correct the case, then run 'python -m evals check'."


class CorpusError(ArxivRagError):
    """A digest that cases speak of and that is not here."""

    def __init__(self, corpus: str, problem: str, remedy: str) -> None:
        super().__init__(corpus, problem, remedy)
        self.corpus = corpus
        """The name that the cases use."""
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        """Return the sentence for the user."""
        return f"The corpus {self.corpus!r} is not here: {self.problem}; {self.remedy}."


class RunError(ArxivRagError):
    """A run that cannot be made or read."""

    def __init__(self, what: str, problem: str, remedy: str) -> None:
        super().__init__(what, problem, remedy)
        self.what = what
        """The run, file or option that is at fault."""
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        """Return the sentence for the user."""
        return f"{self.what}: {self.problem}; {self.remedy}."
