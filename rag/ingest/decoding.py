"""Bytes to text: compression, encodings, and what is no text at all (pure)."""

import codecs
import re
import zlib
from typing import NamedTuple

__all__ = ("GZIP_MAGIC", "Decoded", "Unpacked", "binary_kind", "decode", "unpack")

GZIP_MAGIC = b"\x1f\x8b"
_MAGICS = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a ZIP archive (or an Office document)",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"SQLite format 3\x00": "an SQLite database",
    b"\x7fELF": "a program",
    b"GGUF": "a GGUF model",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ\x00": "an xz archive",
}
_SAMPLE = 65536
_UNTEXTUAL = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]")
_MAX_UNTEXTUAL = 0.05
_CHUNK = 1 << 24
_WIDE = re.compile(r"[^\x00-\x7f]")
_CHINESE = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")


class Unpacked(NamedTuple):
    """What came out of a gzip stream."""

    data: bytes
    problem: str
    """Empty, or what was wrong with the stream; `data` holds what could be read before."""
    too_large: bool


class Decoded(NamedTuple):
    """A file's text."""

    text: str
    problem: str
    """Empty, or what had to be assumed or replaced."""
    line: int
    """Where the problem first shows, counted from 1."""


def unpack(data: bytes, limit: int) -> Unpacked:
    """Return the content of all members of a gzip file, at most `limit` bytes of it."""
    parts: list[bytes] = []
    size = 0
    stream = zlib.decompressobj(wbits=31)
    pending = data
    while pending:
        try:
            part = stream.decompress(pending, _CHUNK)
        except zlib.error as error:
            return Unpacked(b"".join(parts), f"the gzip stream is damaged ({error})", False)
        parts.append(part)
        size += len(part)
        if size > limit:
            return Unpacked(b"", "", True)
        pending = stream.unconsumed_tail
        if stream.eof:
            pending = stream.unused_data
            stream = zlib.decompressobj(wbits=31)
            if not pending.startswith(GZIP_MAGIC):
                return Unpacked(b"".join(parts), "", False)
    parts.append(stream.flush())
    return Unpacked(b"".join(parts), "" if stream.eof else "the gzip stream ends early", False)


def binary_kind(data: bytes) -> str:
    """Return what kind of binary file this is (`a PDF`, `a binary file`), or an empty string for text."""
    for magic, kind in _MAGICS.items():
        if data.startswith(magic):
            return kind
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ""
    sample = data[:_SAMPLE]
    untextual = len(_UNTEXTUAL.findall(sample))
    return "a binary file" if untextual > 8 and untextual > _MAX_UNTEXTUAL * len(sample) else ""


def decode(data: bytes) -> Decoded:
    """Decode UTF-8 (a BOM is tolerated), UTF-16 with a BOM, or else GB 18030; replace what is invalid."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", "replace")
        return Decoded(text, "the file is UTF-16, not UTF-8; it was read as such", 1)
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return Decoded(data.decode("utf-8"), "", 0)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    text = data.decode("utf-8", "replace")
    replaced = text.count("\ufffd") - data.count(b"\xef\xbf\xbd")
    kept = len(_WIDE.findall(text)) - replaced
    if replaced > kept and (chinese := _as_gb18030(data)) is not None:
        return Decoded(chinese, "the file is not UTF-8; it was read as GB 18030", line)
    return Decoded(text, f"invalid UTF-8 was replaced in {replaced} place(s), first on this line", line)


def _as_gb18030(data: bytes) -> str | None:
    """Return the text if the bytes are plausibly Chinese in GB 18030: Latin-1 decodes too, into nonsense."""
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return None
    high_bytes = len(data.translate(None, delete=bytes(range(128))))
    wide, chinese = len(_WIDE.findall(text)), len(_CHINESE.findall(text))
    return text if high_bytes >= 1.8 * wide and chinese >= 0.9 * wide else None
