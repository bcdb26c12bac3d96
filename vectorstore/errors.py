"""What can go wrong with a store."""


class StoreError(Exception):
    """A store that cannot be opened, read or written; `str(error)` is one sentence that says what to do next."""

    def __init__(self, location: str, problem: str, remedy: str) -> None:
        super().__init__(location, problem, remedy)
        self.location = location
        """The store's folder or address."""
        self.problem = problem
        """What is wrong, a clause without a full stop."""
        self.remedy = remedy
        """What to do next, a clause without a full stop."""

    def __str__(self) -> str:
        """Return the sentence for the user."""
        return f"The store {self.location!r}: {self.problem}; {self.remedy}."
