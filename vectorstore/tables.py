"""The catalogue's tables: made, looked into, thrown away where they are damaged or of another version."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vectorstore.errors import StoreError

VERSION = 5
"""Of the tables below; a file of another version is made again from Chroma."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
    key INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, hash TEXT NOT NULL, data TEXT NOT NULL, nodes TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS vectors (key INTEGER NOT NULL, space TEXT NOT NULL, data BLOB NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS vectors_key ON vectors (key, space);
CREATE TABLE IF NOT EXISTS words (key INTEGER PRIMARY KEY, dimensions INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS facet (
    key INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL COLLATE NOCASE, folded TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS facet_value ON facet (name, value);
CREATE INDEX IF NOT EXISTS facet_key ON facet (key);
CREATE VIRTUAL TABLE IF NOT EXISTS lexicon USING fts5 (title, authors, abstract, tokenize = 'unicode61');
CREATE VIRTUAL TABLE IF NOT EXISTS cards USING fts5 (card, tokenize = 'unicode61');
CREATE VIRTUAL TABLE IF NOT EXISTS term USING fts5vocab (lexicon, row);
CREATE VIRTUAL TABLE IF NOT EXISTS card_term USING fts5vocab (cards, row);
CREATE TABLE IF NOT EXISTS mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS pending (id TEXT PRIMARY KEY);
"""
TABLES = ("record", "vectors", "words", "facet", "lexicon", "cards", "mark", "pending")
"""Looked into on opening, so that damage is met there."""


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
