"""The catalogue: records, facets and a lexical index in one SQLite file, made again from Chroma when it is lost."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from vectorstore.lexical import normalized, phrases, tokens
from vectorstore.packing import unpacked, unpacked_words
from vectorstore.records import Hit, Record, Stored, Where
from vectorstore.sql import facet_clause, listed, quoted, storable
from vectorstore.tables import connect, discard, explained

if TYPE_CHECKING:
    from vectorstore.packing import Packed, Words

FIELDS = ("title", "authors", "abstract", "card")
"""Lexical fields of a record. Cards have an index of their own: BM25 counts a record as long as its index holds of it,
and a card would make its paper long where the question has words of the abstract."""
TITLE_WEIGHT = 2.0
"""BM25 weight of the title; other fields have 1."""
IS_LISTED = "AND record.id IN (SELECT value FROM json_each(?))"
CHUNK = 500
"""Most records read at once."""
MOST_TERMS = 400
"""Terms of one question that are searched for: FTS5 refuses an expression of several thousand."""
MOST_MATCHES = 20_000
"""Records that the terms of one question may match in sum: each costs time, and common terms tell little."""


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

    def nodes(self, ids: Iterable[str]) -> set[str]:
        """Return the ids of all nodes of some records."""
        sql = "SELECT nodes FROM record WHERE id IN (SELECT value FROM json_each(?))"
        told = [json.loads(row[0]) for row in self._rows(sql, (listed(ids),))]
        return {node for spaces in told for members in spaces.values() for node in members}

    def matrices(self, space: str, ids: Sequence[str]) -> dict[str, tuple[tuple[str, ...], Packed]]:
        """Return record id to node ids and their (nodes, dimensions) vectors, of records that have any in `space`."""
        found: dict[str, tuple[tuple[str, ...], Packed]] = {}
        sql = (
            "SELECT id, nodes, vectors.data FROM record JOIN vectors USING (key) "
            "WHERE id IN (SELECT value FROM json_each(?)) AND space = ?"
        )
        for start in range(0, len(ids), CHUNK):
            for identifier, nodes, data in self._rows(sql, (listed(ids[start : start + CHUNK]), space)):
                members = tuple(json.loads(nodes)[space])
                found[identifier] = members, unpacked(data, len(members))
        return found

    def words(self, ids: Sequence[str]) -> dict[str, Words]:
        """Return record id to the vectors of its words, of records that have any."""
        found: dict[str, Words] = {}
        sql = (
            "SELECT id, dimensions, words.data FROM record JOIN words USING (key) "
            "WHERE id IN (SELECT value FROM json_each(?))"
        )
        for start in range(0, len(ids), CHUNK):
            for identifier, dimensions, data in self._rows(sql, (listed(ids[start : start + CHUNK]),)):
                found[identifier] = unpacked_words(data, dimensions)
        return found

    def all(self) -> Iterator[Stored]:
        """Yield every record in the order of arrival."""
        ids = self.ids()
        for start in range(0, len(ids), CHUNK):
            yield from self.get(ids[start : start + CHUNK]).values()

    def facets(self, name: str) -> list[tuple[str, int]]:
        """Return the values of a facet with the number of records that have each, most frequent first."""
        sql = "SELECT value, count(DISTINCT key) FROM facet WHERE name = ? GROUP BY value ORDER BY 2 DESC, 1"
        return [(str(value), int(count)) for value, count in self._rows(sql, (name,))]

    def last(self, name: str) -> str | None:
        """Return a facet's last value in the order of text; None where there is none."""
        rows = self._rows("SELECT value FROM facet WHERE name = ? ORDER BY value DESC LIMIT 1", (name,))
        return str(rows[0][0]) if rows else None

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

    def search(self, question: str, limit: int, among: Iterable[str] | None = None) -> list[Hit]:
        """Return the records that share terms with the question, by BM25; only of those `among`.

        Cards count where the question has other letters than Latin ones.
        """
        words = list(dict.fromkeys(tokens(question)))[:MOST_TERMS]
        indexes = [("lexicon", "term", f"lexicon, {TITLE_WEIGHT}")]
        if not all(map(str.isascii, words)):
            indexes.append(("cards", "card_term", "cards"))
        parts: list[str] = []
        values: list[str | int] = []
        for index, vocabulary, weighted in indexes:
            if telling := self._telling(words, vocabulary):
                parts.append(f"SELECT rowid, -bm25({weighted}) AS score FROM {index} WHERE {index} MATCH ?")  # noqa: S608 (constants only)
                values.append(" OR ".join(map(quoted, telling)))
        if not parts:
            return []
        sql = (
            f"WITH met AS MATERIALIZED ({' UNION ALL '.join(parts)}) "  # noqa: S608 (constants only)
            "SELECT record.id, sum(met.score) FROM met JOIN record ON record.key = met.rowid "
            f"{'' if among is None else IS_LISTED} GROUP BY record.key ORDER BY 2 DESC, record.key LIMIT ?"
        )
        values += [*([] if among is None else [listed(among)]), limit]
        return [Hit(str(identifier), float(score)) for identifier, score in self._rows(sql, values)]

    def _telling(self, words: list[str], vocabulary: str) -> list[str]:
        """Return the rarer of the words, so many as a search is quick with; all of them in a small store."""
        if len(words) * len(self) <= MOST_MATCHES:
            return words
        sql = f"SELECT term, doc FROM {vocabulary} WHERE term IN (SELECT value FROM json_each(?))"  # noqa: S608 (constant)
        # what SQLite cuts into several terms, such as 2.5, is not found here and counts as rare
        counts = dict(self._rows(sql, (listed(words),)))
        telling: list[str] = []
        left = MOST_MATCHES
        for word in sorted(words, key=lambda word: int(counts.get(word, 0))):
            left -= int(counts.get(word, 0))
            if left < 0 and telling:
                break
            telling.append(word)
        return telling

    def containing(self, phrases_: Sequence[str], fields: Sequence[str] = FIELDS) -> list[str]:
        """Return the ids of records that hold at least one of the phrases: its terms next to each other, in order."""
        spelt = [phrases(phrase[:MOST_TERMS]) for phrase in phrases_]
        parts = [" AND ".join(quoted(" ".join(terms)) for terms in stretches) for stretches in spelt if stretches]
        if not parts:
            return []
        query = " OR ".join(f"({part})" for part in parts)
        held = {
            "lexicon": [field for field in fields if field != "card"],
            "cards": ["card"] if "card" in fields else [],
        }
        met = [f"SELECT rowid FROM {index} WHERE {index} MATCH ?" for index in held if held[index]]  # noqa: S608 (constants)
        sql = f"SELECT id FROM record WHERE key IN ({' UNION '.join(met)}) ORDER BY key"  # noqa: S608 (constants only)
        return [row[0] for row in self._rows(sql, [f"{{{' '.join(of)}}} : ({query})" for of in held.values() if of])]

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
    matrices = [(key, space, matrix.tobytes()) for space, matrix in record.matrices.items()]
    connection.executemany("INSERT INTO vectors (key, space, data) VALUES (?, ?, ?)", matrices)
    if record.words is not None and len(record.words):
        row = key, record.words.shape[1], record.words.tobytes()
        connection.execute("INSERT INTO words (key, dimensions, data) VALUES (?, ?, ?)", row)
    *columns, card = (" ".join(tokens(record.texts.get(field, ""))) for field in FIELDS)
    connection.execute("INSERT INTO lexicon (rowid, title, authors, abstract) VALUES (?, ?, ?, ?)", (key, *columns))
    if card:
        connection.execute("INSERT INTO cards (rowid, card) VALUES (?, ?)", (key, card))


def forget(connection: sqlite3.Connection, key: int) -> None:
    """Delete what was derived from a record."""
    connection.execute("DELETE FROM vectors WHERE key = ?", (key,))
    connection.execute("DELETE FROM words WHERE key = ?", (key,))
    connection.execute("DELETE FROM facet WHERE key = ?", (key,))
    connection.execute("DELETE FROM lexicon WHERE rowid = ?", (key,))
    connection.execute("DELETE FROM cards WHERE rowid = ?", (key,))
