"""Where a store's files lie."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from vectorstore.connections import is_server
from vectorstore.errors import StoreError


def writable(folder: Path, location: str) -> Path:
    """Return the folder, made where it does not exist; raises StoreError when it cannot be written."""
    remedy = "choose another with --store"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise StoreError(location, "that is not a folder", remedy) from error
    except OSError as error:
        raise StoreError(location, f"the folder cannot be made ({error.strerror})", remedy) from error
    if not os.access(folder, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        raise StoreError(location, "the folder may not be written", remedy)
    return folder


def catalogue_folder(location: str, cache: Path) -> Path:
    """Return where a store's catalogue lies: in its folder, or for a server in a cache of this machine's own."""
    if is_server(location):
        return cache / "catalogues" / hashlib.sha256(location.rstrip("/").encode()).hexdigest()[:16]
    return Path(location).expanduser()
