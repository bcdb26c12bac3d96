"""The catalogue: records, facets and a lexical index in one SQLite file, made again from Chroma when it is lost."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from vectorstore.errors import StoreError
from vectorstore.lexical import tokens
from vectorstore.records import Hit, Record, Stored, Where

FIELDS = ("title", "authors", "abstract", "card")
"""Lexical fields of a record."""
WEIGHTS = (2.0, 1.0, 1.0, 1.0)
"""BM25 weight of each field."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
    key INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, hash TEXT NOT NULL, data TEXT NOT NULL, units TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS facet (key INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL COLLATE NOCASE);
CREATE INDEX IF NOT EXISTS facet_value ON facet (name, value);
CREATE INDEX IF NOT EXISTS facet_key ON facet (key);
CREATE VIRTUAL TABLE IF NOT EXISTS lexicon USING fts5 (title, authors, abstract, card, tokenize = 'unicode61');
CREATE TABLE IF NOT EXISTS mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""
CHUNK = 500
"""Most values bound in one statement; SQLite's own limit is higher."""


class Catalogue:
    """An open catalogue; safe to share between threads."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._lock = threading.RLock()

    @classmethod
    def open(cls, path: Path) -> Catalogue:
        """Open or create the file; raises StoreError when it is no database."""
        try:
            connection = sqlite3.connect(path, timeout=10, check_same_thread=False, isolation_level=None)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.executescript(SCHEMA)
        except sqlite3.Error as error:
            raise StoreError(str(path), f"its catalogue cannot be opened ({error})", "delete that file, it is made again") from error
        return cls(connection, path)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple]:  # type: ignore[type-arg]
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    @property
    def generation(self) -> int:
        """The mark of the last commit: it grows with each."""
        rows = self._rows("SELECT value FROM mark WHERE name = 'generation'")
        return int(rows[0][0]) if rows else 0

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
        for start in range(0, len(wanted), CHUNK):
            part = wanted[start : start + CHUNK]
            sql = f"SELECT id, hash, data, units FROM record WHERE id IN ({holes(part)})"  # noqa: S608 (holes only)
            for identifier, digest, data, units in self._rows(sql, part):
                found[identifier] = Stored(id=identifier, hash=digest, data=json.loads(data), units=json.loads(units))
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
        rows = self._rows("SELECT value FROM facet WHERE name = ? AND value = ? LIMIT 1", (name, value))
        return str(rows[0][0]) if rows else None

    def write(self, records: Sequence[Record], generation: int) -> None:
        """Insert or replace records and set the mark, in one transaction."""
        with self.transaction() as connection:
            for record in records:
                self._put(connection, record)
            set_generation(connection, generation)

    def remove(self, ids: Sequence[str], generation: int) -> None:
        """Delete records and set the mark, in one transaction."""
        with self.transaction() as connection:
            for identifier in ids:
                for (key,) in connection.execute("SELECT key FROM record WHERE id = ?", (identifier,)).fetchall():
                    forget(connection, key)
                    connection.execute("DELETE FROM record WHERE key = ?", (key,))
            set_generation(connection, generation)

    def _put(self, connection: sqlite3.Connection, record: Record) -> None:
        data = json.dumps(record.data, ensure_ascii=False)
        units = json.dumps(record.units)
        (key,) = connection.execute(
            "INSERT INTO record (id, hash, data, units) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
            "hash = excluded.hash, data = excluded.data, units = excluded.units RETURNING key",
            (record.id, record.hash, data, units),
        ).fetchone()
        forget(connection, key)
        values = [(key, name, value) for name, values in record.facets.items() for value in values]
        connection.executemany("INSERT INTO facet (key, name, value) VALUES (?, ?, ?)", values)
        columns = [" ".join(tokens(record.texts.get(field, ""))) for field in FIELDS]
        connection.execute(
            "INSERT INTO lexicon (rowid, title, authors, abstract, card) VALUES (?, ?, ?, ?, ?)", (key, *columns)
        )

    def search(self, question: str, limit: int) -> list[Hit]:
        """Return the records that share terms with the question, by BM25 over all fields."""
        words = list(dict.fromkeys(tokens(question)))
        if not words:
            return []
        weights = ", ".join(str(weight) for weight in WEIGHTS)
        sql = (
            f"SELECT record.id, -bm25(lexicon, {weights}) FROM lexicon "  # noqa: S608 (constants only)
            "JOIN record ON record.key = lexicon.rowid WHERE lexicon MATCH ? ORDER BY 2 DESC LIMIT ?"
        )
        return [Hit(str(identifier), float(score)) for identifier, score in self._rows(sql, (any_of(words), limit))]

    def containing(self, phrases: Sequence[str], fields: Sequence[str] = FIELDS) -> list[str]:
        """Return the ids of records in which all terms of at least one phrase stand next to each other."""
        spelt = [" ".join(tokens(phrase)) for phrase in phrases]
        query = " OR ".join(quoted(words) for words in spelt if words)
        if not query:
            return []
        sql = "SELECT record.id FROM lexicon JOIN record ON record.key = lexicon.rowid WHERE lexicon MATCH ? ORDER BY record.key"
        return [row[0] for row in self._rows(sql, (f"{{{' '.join(fields)}}} : ({query})",))]

    def select(self, where: Where) -> set[str] | None:
        """Return the ids of the records that meet the condition; None when it asks for nothing."""
        if not where:
            return None
        clauses: list[str] = []
        values: list[str] = []
        for name, wanted in where.equal.items():
            clauses.append(facet_clause(f"value IN ({holes(wanted)})"))
            values += [name, *wanted]
        for name, wanted in where.contain.items():
            clauses.append(facet_clause(" OR ".join(["instr(lower(value), ?) > 0"] * len(wanted))))
            values += [name, *(part.lower() for part in wanted)]
        for name, (low, high) in where.between.items():
            clauses.append(facet_clause("value >= ? AND value <= ?"))
            values += [name, low or "", high or "\U0010ffff"]
        if where.ids:
            clauses.append(f"id IN ({holes(where.ids)})")
            values += where.ids
        sql = f"SELECT id FROM record WHERE {' AND '.join(clauses)}"  # noqa: S608 (clauses hold no data)
        return {row[0] for row in self._rows(sql, values)}


def facet_clause(condition: str) -> str:
    """Return the SQL that a record has a facet which meets `condition`."""
    return f"key IN (SELECT key FROM facet WHERE name = ? AND ({condition}))"  # noqa: S608 (conditions hold no data)


def holes(values: Sequence[object]) -> str:
    """Return as many placeholders as there are values."""
    return ", ".join("?" * len(values))


def quoted(words: str) -> str:
    """Return an FTS5 string: nothing in it is an operator."""
    return '"' + words.replace('"', '""') + '"'


def any_of(words: Iterable[str]) -> str:
    """Return the FTS5 query that any of the words meets."""
    return " OR ".join(quoted(word) for word in words)


def forget(connection: sqlite3.Connection, key: int) -> None:
    """Delete what was derived from a record."""
    connection.execute("DELETE FROM facet WHERE key = ?", (key,))
    connection.execute("DELETE FROM lexicon WHERE rowid = ?", (key,))


def set_generation(connection: sqlite3.Connection, generation: int) -> None:
    """Set the mark that tells readers of a commit."""
    connection.execute("INSERT OR REPLACE INTO mark (name, value) VALUES ('generation', ?)", (generation,))
