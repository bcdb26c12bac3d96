"""The chat as a process: where it listens, what it says, how it ends."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path


def test_the_chat_says_where_it_listens_and_ends_quietly(sample_store: Path, tmp_path: Path) -> None:
    """A taken port is passed over, a missing model is told at once, Ctrl-C leaves no traceback, open pages or not."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "rag.serve.cli", "chat", "--store", str(sample_store), "--port", str(port)]
        model = tmp_path / "missing.gguf"
        environment = {**os.environ, "ARXIV_RAG_LLM": str(model)}
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        ) as server:
            assert server.stdout
            assert server.stderr
            said = server.stdout.readline()
            try:
                assert said.startswith("Chat at http://127.0.0.1:")
                address = said.split()[-1]
                assert int(address.rpartition(":")[2]) > port
                with urllib.request.urlopen(address, timeout=20) as response:
                    assert "nonce-" in response.headers["content-security-policy"]
                # what a page keeps open as long as it is shown
                heartbeat = urllib.request.urlopen(f"{address}/gradio_api/heartbeat/reader", timeout=20)
                assert b"ALIVE" in heartbeat.readline()
                warning = server.stderr.readline()
            finally:
                server.send_signal(signal.SIGINT)
                _, errors = server.communicate(timeout=30)
        heartbeat.close()
    assert str(model) in warning
    assert "Until then" in warning
    assert "Traceback" not in errors
    assert server.returncode == 0
