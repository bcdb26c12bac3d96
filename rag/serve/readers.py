"""Who is asking: a browser, by the random cookie that it was given (pure)."""

from __future__ import annotations

import re
from http.cookies import CookieError, SimpleCookie

from rag.serve.diary import new_id

COOKIE = "arxiv-rag"
LASTS = 400 * 24 * 3600
"""Seconds that a browser keeps the cookie: as long as browsers keep any."""
IDENTITY = re.compile(r"[\w-]{16,64}", re.ASCII)


def reader_in(header: str) -> str:
    """Return the reader that a `Cookie` header names; empty where it names none."""
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found and IDENTITY.fullmatch(found.value) else ""


def cookie(*, secure: bool) -> str:
    """Return a `Set-Cookie` header for a new reader; no script can read it, no other site's form can send it."""
    end = "; Secure" if secure else ""
    return f"{COOKIE}={new_id()}; Path=/; Max-Age={LASTS}; HttpOnly; SameSite=Lax{end}"
