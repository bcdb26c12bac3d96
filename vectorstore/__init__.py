"""Records and their vectors in Chroma, and a lexical catalogue beside it; knows nothing of papers or answers."""

from vectorstore.errors import StoreError
from vectorstore.records import Hit, Record, Where

__all__ = ("Hit", "Record", "StoreError", "Where")
