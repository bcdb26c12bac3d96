"""Everything that this package raises on purpose: one root, leaves that carry data and name the next step.

The store's own error, `vectorstore.StoreError`, stands below this package and beside this root.
"""

from pathlib import Path


class ArxivRagError(Exception):
    """Root of the package's errors; `str(error)` is one sentence that says what to do next."""


class DigestError(ArxivRagError):
    """A digest that cannot be read at all."""

    path: Path
    """The file that was asked for."""
    reason: str
    """What is wrong with it, a clause without a full stop."""
    remedy: str
    """What to do next, a clause without a full stop."""

    def __init__(self, path: Path, reason: str, remedy: str) -> None:
        super().__init__(path, reason, remedy)
        self.path = path
        self.reason = reason
        self.remedy = remedy

    def __str__(self) -> str:
        """Return the sentence for the user."""
        return f"Cannot read the digest {str(self.path)!r}: {self.reason}; {self.remedy}."


class ConfigError(ArxivRagError):
    """A setting that cannot be used."""

    def __init__(self, setting: str, problem: str, remedy: str) -> None:
        super().__init__(setting, problem, remedy)
        self.setting = setting
        """The setting's name, as the user knows it."""
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        """Return the sentence for the user."""
        return f"{self.setting}: {self.problem}; {self.remedy}."


class ModelUnavailableError(ArxivRagError):
    """A model that cannot be found, loaded or reached."""

    def __init__(self, model: str, problem: str, remedy: str, *, retryable: bool = False) -> None:
        super().__init__(model, problem, remedy)
        self.model = model
        """The model's name or address."""
        self.problem = problem
        self.remedy = remedy
        self.retryable = retryable
        """Whether the same call may work a little later."""

    def __str__(self) -> str:
        """Return the sentence for the user."""
        return f"The model {self.model!r} cannot answer: {self.problem}; {self.remedy}."


class UnknownPaperError(ArxivRagError):
    """A paper that the store does not hold."""

    def __init__(self, arxiv_id: str) -> None:
        super().__init__(arxiv_id)
        self.arxiv_id = arxiv_id

    def __str__(self) -> str:
        """Return the sentence for the user."""
        return f"No paper {self.arxiv_id!r} in the store; list what it holds with 'arxiv-rag papers'."
