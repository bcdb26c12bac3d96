"""Conversations and feedback, kept in one SQLite file: each belongs to the browser that asked."""

from __future__ import annotations

import contextlib
import datetime
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.errors import ArxivRagError

FILE = "conversations.sqlite3"
TITLE_LENGTH = 120
LONGEST_COMMENT = 2000
"""Characters; what is longer is cut."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS exchange (
    thread TEXT NOT NULL, number INTEGER NOT NULL, reader TEXT NOT NULL, store TEXT NOT NULL,
    question TEXT NOT NULL, asked TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (thread, number)
);
CREATE INDEX IF NOT EXISTS by_reader ON exchange (reader, store);
CREATE TABLE IF NOT EXISTS feedback (
    thread TEXT NOT NULL, number INTEGER NOT NULL, liked INTEGER NOT NULL, comment TEXT NOT NULL, given TEXT NOT NULL,
    PRIMARY KEY (thread, number)
);
"""


class DiaryError(ArxivRagError):
    """A file of conversations that cannot be used."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(path, problem)
        self.path = path
        """The file."""
        self.problem = problem

    def __str__(self) -> str:
        """Return the sentence for the user."""
        return f"The conversations in {str(self.path)!r} cannot be kept or read ({self.problem}); check the file."


@dataclass(frozen=True, kw_only=True, slots=True)
class Thread:
    """One conversation in a list of them."""

    id: str
    """Unguessable; whoever knows it may read the conversation."""
    title: str
    """The first question."""
    questions: int
    """How many there are."""
    last: datetime.datetime
    """When the last one was asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Feedback:
    """What a reader thought of one answer."""

    thread: str
    """The conversation."""
    number: int
    """Which exchange of it, from 0."""
    liked: bool
    """Thumb up or down."""
    comment: str
    """In the reader's words; may be empty."""
    given: datetime.datetime
    """When."""
    transcripts: tuple[str, ...]
    """The exchanges up to that one, as `transcripts.written` wrote them."""


def new_id() -> str:
    """Return an id that nobody can guess, for a reader or a conversation."""
    return secrets.token_urlsafe(24)


@dataclass(frozen=True, slots=True)
class Diary:
    """The file of conversations; safe to share between threads and processes."""

    path: Path
    """The file; made when it is first needed."""
    store: str
    """The store that the conversations are about: those about another one are not shown."""

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection whose changes are committed at the end; raises DiaryError."""
        try:
            if not self.path.exists():
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self.path.touch(mode=0o600)
            with contextlib.closing(sqlite3.connect(self.path, timeout=10)) as connection, connection:
                connection.executescript(SCHEMA)
                yield connection
        except (sqlite3.Error, OSError) as error:
            raise DiaryError(self.path, str(error).lower()) from error

    def keep(self, reader: str, thread: str, number: int, question: str, data: str) -> None:
        """Write one exchange; what came after it in the conversation was taken back and is forgotten.

        Nothing is written into a conversation that is another reader's. Raises DiaryError.
        """
        values = (thread, number, reader, self.store, question, now().isoformat(), data)
        with self._open() as connection:
            if self._foreign(connection, reader, thread):
                return
            self._cut(connection, thread, number)
            connection.execute("INSERT INTO exchange VALUES (?, ?, ?, ?, ?, ?, ?)", values)

    def cut(self, reader: str, thread: str, number: int = 0) -> None:
        """Forget a reader's conversation from exchange `number` on, feedback included; raises DiaryError."""
        with self._open() as connection:
            if not self._foreign(connection, reader, thread):
                self._cut(connection, thread, number)

    def _foreign(self, connection: sqlite3.Connection, reader: str, thread: str) -> bool:
        """Return whether a conversation is another reader's."""
        found = connection.execute("SELECT 1 FROM exchange WHERE thread = ? AND reader <> ?", (thread, reader))
        return found.fetchone() is not None

    def _cut(self, connection: sqlite3.Connection, thread: str, number: int) -> None:
        for table in ("exchange", "feedback"):
            connection.execute(f"DELETE FROM {table} WHERE thread = ? AND number >= ?", (thread, number))  # noqa: S608

    def threads(self, reader: str) -> list[Thread]:
        """Return a reader's conversations, the latest first; raises DiaryError."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT thread, (SELECT question FROM exchange e WHERE e.thread = o.thread ORDER BY number LIMIT 1), "
                "count(*), max(asked) FROM exchange o WHERE reader = ? AND store = ? GROUP BY thread ORDER BY 4 DESC",
                (reader, self.store),
            ).fetchall()
        return [
            Thread(
                id=row[0], title=row[1][:TITLE_LENGTH], questions=row[2], last=datetime.datetime.fromisoformat(row[3])
            )
            for row in rows
        ]

    def read(self, thread: str, reader: str | None = None) -> list[str]:
        """Return a conversation's exchanges as they were written; none where it is gone or not this reader's.

        Raises DiaryError.
        """
        with self._open() as connection:
            rows = connection.execute(
                "SELECT reader, data FROM exchange WHERE thread = ? AND store = ? ORDER BY number", (thread, self.store)
            ).fetchall()
        return [data for owner, data in rows if reader in {None, owner}]

    def rate(self, reader: str, thread: str, number: int, *, liked: bool) -> None:
        """Keep a reader's thumb on an answer; an earlier comment stays. Raises DiaryError."""
        with self._open() as connection:
            connection.execute(
                "INSERT INTO feedback SELECT thread, number, ?, '', ? FROM exchange "
                "WHERE thread = ? AND number = ? AND reader = ? "
                "ON CONFLICT (thread, number) DO UPDATE SET liked = excluded.liked, given = excluded.given",
                (liked, now().isoformat(), thread, number, reader),
            )

    def comment(self, reader: str, thread: str, number: int, text: str) -> None:
        """Keep a reader's comment beside the thumb; raises DiaryError."""
        with self._open() as connection:
            connection.execute(
                "UPDATE feedback SET comment = ? WHERE thread = ? AND number = ? AND EXISTS "
                "(SELECT 1 FROM exchange e WHERE e.thread = feedback.thread AND e.reader = ?)",
                (text.strip()[:LONGEST_COMMENT], thread, number, reader),
            )

    def ratings(self, thread: str) -> dict[int, bool]:
        """Return exchange number to thumb for a conversation; raises DiaryError."""
        with self._open() as connection:
            rows = connection.execute("SELECT number, liked FROM feedback WHERE thread = ?", (thread,)).fetchall()
        return {number: bool(liked) for number, liked in rows}

    def feedback(self) -> Sequence[Feedback]:
        """Return all readers' feedback about this store, earliest first; raises DiaryError."""
        if not self.path.exists():
            return []
        with self._open() as connection:
            rows = connection.execute(
                "SELECT f.thread, f.number, f.liked, f.comment, f.given FROM feedback f JOIN exchange e "
                "ON e.thread = f.thread AND e.number = f.number WHERE e.store = ? ORDER BY f.given",
                (self.store,),
            ).fetchall()
        return [
            Feedback(
                thread=thread,
                number=number,
                liked=bool(liked),
                comment=comment,
                given=datetime.datetime.fromisoformat(given),
                transcripts=tuple(self.read(thread)[: number + 1]),
            )
            for thread, number, liked, comment, given in rows
        ]


def now() -> datetime.datetime:
    """Return the time, in UTC, to the microsecond."""
    return datetime.datetime.now(datetime.UTC)


def store_name(location: str) -> str:
    """Return how a store is named in the diary: a server by its address, a folder by its full path."""
    return location if location.startswith(("http://", "https://")) else str(Path(location).expanduser().resolve())
