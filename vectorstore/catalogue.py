"""The catalogue: records, facets and a lexical index in one SQLite file, made again from Chroma when it is lost."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from vectorstore.errors import StoreError
from vectorstore.lexical import normalized, phrases, tokens
from vectorstore.records import Hit, Record, Stored, Where

FIELDS = ("title", "authors", "abstract", "card")
"""Lexical fields of a record."""
WEIGHTS = (2.0, 1.0, 1.0, 1.0)
"""BM25 weight of each field."""
VERSION = 2
"""Of the tables below; a file of another version is made again from Chroma."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
    key INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, hash TEXT NOT NULL, data TEXT NOT NULL, nodes TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS facet (
    key INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL COLLATE NOCASE, folded TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS facet_value ON facet (name, value);
CREATE INDEX IF NOT EXISTS facet_key ON facet (key);
CREATE VIRTUAL TABLE IF NOT EXISTS lexicon USING fts5 (title, authors, abstract, card, tokenize = 'unicode61');
CREATE TABLE IF NOT EXISTS mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS pending (id TEXT PRIMARY KEY);
"""
TABLES = ("record", "facet", "lexicon", "mark", "pending")
"""Looked into on opening, so that damage is met there."""
CHUNK = 500
"""Most records read at once."""
MOST_TERMS = 400
"""Terms of one question that are searched for: FTS5 refuses an expression of several thousand."""


class Catalogue:
    """An open catalogue; safe to share between threads."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._lock = threading.RLock()
        self._file = path.stat().st_ino

    @classmethod
    def open(cls, path: Path) -> Catalogue:
        """Open or create the file; one that is damaged or of another version is thrown away. Raises StoreError."""
        with explained(path):
            try:
                connection = connect(path)
            except sqlite3.DatabaseError as error:
                if error.sqlite_errorcode not in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
                    raise
                discard(path)
                connection = connect(path)
            return cls(connection, path)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @property
    def is_current(self) -> bool:
        """Whether the file is still the one that was opened: a rebuilt store has another."""
        try:
            return self._path.stat().st_ino == self._file
        except OSError:
            return False

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing."""
        with self._lock, explained(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple]:  # type: ignore[type-arg]
        with self._lock, explained(self._path):
            return self._connection.execute(sql, values).fetchall()

    @property
    def generation(self) -> int:
        """The mark of the last commit: it grows with each."""
        rows = self._rows("SELECT value FROM mark WHERE name = 'generation'")
        return int(rows[0][0]) if rows else 0

    @property
    def pending(self) -> list[str]:
        """Ids of the records whose nodes a writer has begun to change and not finished."""
        return [row[0] for row in self._rows("SELECT id FROM pending ORDER BY id")]

    def begin(self, ids: Iterable[str]) -> None:
        """Note that the nodes of these records are about to change."""
        with self.transaction() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO pending (id) VALUES (?)", [(identifier,) for identifier in ids]
            )

    def finish(self) -> None:
        """Note that all nodes are as the records say."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM pending")

    def __len__(self) -> int:
        """Return how many records there are."""
        return int(self._rows("SELECT count(*) FROM record")[0][0])

    def ids(self) -> list[str]:
        """Return all record ids in the order of their arrival."""
        return [row[0] for row in self._rows("SELECT id FROM record ORDER BY key")]

    def get(self, ids: Iterable[str]) -> dict[str, Stored]:
        """Return those of the records that exist, by id, in the order asked for."""
        wanted = list(dict.fromkeys(ids))
        found: dict[str, Stored] = {}
        sql = "SELECT id, hash, data, nodes FROM record WHERE id IN (SELECT value FROM json_each(?))"
        for start in range(0, len(wanted), CHUNK):
            for identifier, digest, data, nodes in self._rows(sql, (listed(wanted[start : start + CHUNK]),)):
                found[identifier] = Stored(id=identifier, hash=digest, data=json.loads(data), nodes=json.loads(nodes))
        return {identifier: found[identifier] for identifier in wanted if identifier in found}

    def all(self) -> Iterator[Stored]:
        """Yield every record in the order of arrival."""
        ids = self.ids()
        for start in range(0, len(ids), CHUNK):
            yield from self.get(ids[start : start + CHUNK]).values()

    def facets(self, name: str) -> list[tuple[str, int]]:
        """Return the values of a facet with the number of records that have each, most frequent first."""
        sql = "SELECT value, count(DISTINCT key) FROM facet WHERE name = ? GROUP BY value ORDER BY 2 DESC, 1"
        return [(str(value), int(count)) for value, count in self._rows(sql, (name,))]

    def spelling(self, name: str, value: str) -> str | None:
        """Return a facet's value as it was written, compared without case; None when no record has it."""
        rows = self._rows("SELECT value FROM facet WHERE name = ? AND value = ? LIMIT 1", (name, storable(value)))
        return str(rows[0][0]) if rows else None

    def commit(self, generation: int, *, written: Iterable[Record] = (), removed: Iterable[str] = ()) -> None:
        """Delete records, insert or replace others and set the mark, in one transaction."""
        with self.transaction() as connection:
            for identifier in removed:
                for (key,) in connection.execute("SELECT key FROM record WHERE id = ?", (identifier,)).fetchall():
                    forget(connection, key)
                    connection.execute("DELETE FROM record WHERE key = ?", (key,))
            for record in written:
                put(connection, record)
            connection.execute("INSERT OR REPLACE INTO mark (name, value) VALUES ('generation', ?)", (generation,))

    def search(self, question: str, limit: int) -> list[Hit]:
        """Return the records that share terms with the question, by BM25 over all fields."""
        words = list(dict.fromkeys(tokens(question)))[:MOST_TERMS]
        if not words:
            return []
        weights = ", ".join(str(weight) for weight in WEIGHTS)
        sql = (
            f"SELECT record.id, -bm25(lexicon, {weights}) FROM lexicon "  # noqa: S608 (constants only)
            "JOIN record ON record.key = lexicon.rowid WHERE lexicon MATCH ? ORDER BY 2 DESC, record.key LIMIT ?"
        )
        query = " OR ".join(quoted(word) for word in words)
        return [Hit(str(identifier), float(score)) for identifier, score in self._rows(sql, (query, limit))]

    def containing(self, phrases_: Sequence[str], fields: Sequence[str] = FIELDS) -> list[str]:
        """Return the ids of records that hold at least one of the phrases: its terms next to each other, in order."""
        spelt = [phrases(phrase[:MOST_TERMS]) for phrase in phrases_]
        parts = [" AND ".join(quoted(" ".join(terms)) for terms in stretches) for stretches in spelt if stretches]
        if not parts:
            return []
        query = " OR ".join(f"({part})" for part in parts)
        sql = "SELECT record.id FROM lexicon JOIN record ON key = lexicon.rowid WHERE lexicon MATCH ? ORDER BY key"
        return [row[0] for row in self._rows(sql, (f"{{{' '.join(fields)}}} : ({query})",))]

    def select(self, where: Where) -> set[str] | None:
        """Return the ids of the records that meet the condition; None when it asks for nothing."""
        if not where:
            return None
        clauses: list[str] = []
        values: list[str] = []
        for name, wanted in where.equal.items():
            clauses.append(facet_clause("value IN (SELECT value FROM json_each(?))"))
            values += [name, listed(wanted)]
        for name, wanted in where.contain.items():
            clauses.append(
                facet_clause("EXISTS (SELECT 1 FROM json_each(?) AS part WHERE instr(folded, part.value) > 0)")
            )
            values += [name, listed([normalized(part) for part in wanted])]
        for name, (low, high) in where.between.items():
            clauses.append(facet_clause("value >= ? AND value <= ?"))
            values += [name, low or "", high or "\U0010ffff"]
        if where.ids:
            clauses.append("id IN (SELECT value FROM json_each(?))")
            values.append(listed(where.ids))
        sql = f"SELECT id FROM record WHERE {' AND '.join(clauses)}"  # noqa: S608 (clauses hold no data)
        return {row[0] for row in self._rows(sql, values)}


def connect(path: Path) -> sqlite3.Connection:
    """Return a connection to a catalogue of this version; raises sqlite3.Error."""
    connection = sqlite3.connect(path, timeout=30, check_same_thread=False, isolation_level=None)
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if version != VERSION and tables:
            connection.close()
            discard(path)
            return connect(path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
        for table in TABLES:
            connection.execute(f"SELECT count(*) FROM (SELECT * FROM {table} LIMIT 100)").fetchone()  # noqa: S608
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def discard(path: Path) -> None:
    """Delete a catalogue's files."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what SQLite raises into StoreError with one sentence."""
    try:
        yield
    except sqlite3.Error as error:
        store = str(path.parent)
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise StoreError(store, "the disk is full", "make room and try again") from error
        if error.sqlite_errorcode in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            remedy = f"close every arxiv-rag and delete {str(path)!r}: it is made again"
            raise StoreError(store, "its catalogue is damaged", remedy) from error
        raise StoreError(store, f"its catalogue cannot be used ({error})", "run 'arxiv-rag doctor'") from error


def put(connection: sqlite3.Connection, record: Record) -> None:
    """Insert or replace one record and all that is derived from it."""
    (key,) = connection.execute(
        "INSERT INTO record (id, hash, data, nodes) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
        "hash = excluded.hash, data = excluded.data, nodes = excluded.nodes RETURNING key",
        (record.id, record.hash, storable(json.dumps(record.data, ensure_ascii=False)), json.dumps(record.node_ids)),
    ).fetchone()
    forget(connection, key)
    told = [(name, storable(value)) for name, values in record.facets.items() for value in values]
    facets = [(key, name, value, normalized(value)) for name, value in told]
    connection.executemany("INSERT INTO facet (key, name, value, folded) VALUES (?, ?, ?, ?)", facets)
    columns = [" ".join(tokens(record.texts.get(field, ""))) for field in FIELDS]
    connection.execute(
        "INSERT INTO lexicon (rowid, title, authors, abstract, card) VALUES (?, ?, ?, ?, ?)", (key, *columns)
    )


def forget(connection: sqlite3.Connection, key: int) -> None:
    """Delete what was derived from a record."""
    connection.execute("DELETE FROM facet WHERE key = ?", (key,))
    connection.execute("DELETE FROM lexicon WHERE rowid = ?", (key,))


def facet_clause(condition: str) -> str:
    """Return the SQL that a record has a facet which meets `condition`."""
    return f"key IN (SELECT key FROM facet WHERE name = ? AND ({condition}))"  # noqa: S608 (conditions hold no data)


def listed(values: Iterable[str]) -> str:
    """Return the values as one JSON list, which SQL takes apart again: however many, they are one parameter."""
    return json.dumps([storable(value) for value in values])


def storable(text: str) -> str:
    """Return text that SQLite can take: halves of surrogate pairs cannot be written as UTF-8."""
    return text.encode("utf-8", "replace").decode()


def quoted(words: str) -> str:
    """Return an FTS5 string: nothing in it is an operator."""
    return '"' + words.replace('"', '""') + '"'
