"""The commands on a real Chroma server: what they say of a folder with the same papers."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.serve.conftest import Command

FEW = 3
"""Papers that are embedded here: each of them costs time."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """Run Chroma's own server and return its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    chroma = Path(sys.executable).with_name("chroma")
    command = [chroma, "run", "--path", tmp_path / "server", "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"http://127.0.0.1:{port}/api/v2/heartbeat", timeout=1).is_success:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
        process.terminate()


def test_every_command_says_of_a_server_what_it_says_of_a_folder(
    arxiv_rag: Command, server: str, tmp_path: Path
) -> None:
    told = ("It walks on ice. It falls seldom.", "It grasps cups of glass.", "It paints with oil.")
    records = [{"id": f"2509.0000{n}", "title": f"Robot {n}", "summary": text} for n, text in enumerate(told, start=1)]
    digest = tmp_path / "2025-09-05.jsonl"
    digest.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    said = []
    for place in (server, str(tmp_path / "store")):
        report = json.loads(arxiv_rag("index", digest, "--store", place, "--json").out)
        found = json.loads(arxiv_rag("search", "grasping cups", "--store", place, "--json").out)
        chinese = json.loads(arxiv_rag("search", "机器人如何抓取杯子？", "--store", place, "--json").out)
        shown = arxiv_rag("show", "2509.00002", "--store", place, "--json").out
        count = json.loads(arxiv_rag("ask", "How many papers are there?", "--store", place, "--json").out)
        removed = json.loads(arxiv_rag("remove", "2509.00001", "--store", place, "--json").out)
        left = arxiv_rag("papers", "--since", "2025-09-05", "--store", place, "--json").out
        ranked = [(each["papers"], each["passages"]) for each in (found, chinese)]
        said.append((report["added"], ranked, shown, count["answer"], count["papers"], removed["papers"], left))
    assert said[0] == said[1]
    assert said[0][0] == FEW
    assert said[0][1][0][0][0] == "2509.00002"
