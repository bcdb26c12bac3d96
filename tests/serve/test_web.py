"""The guard before the chat, and where it listens."""

import re
import socket
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from rag.errors import ConfigError
from rag.serve import web
from rag.serve.accounts import LOOPBACK

PAGE = (
    '<!doctype html><html\n\tlang="en"\n><head><script>let a = "\\u003cscript>";</script><script src="/x.js"></script>'
)


async def page(request: Request) -> HTMLResponse:
    assert "accept-encoding" not in request.headers
    return HTMLResponse(PAGE)


async def other(request: Request) -> JSONResponse:
    return JSONResponse({"ok": True})


@pytest.fixture
def client() -> Iterator[TestClient]:
    inner = Starlette(routes=[Route("/", page), Route("/zh/", page), Route("/config", other)])
    with TestClient(web.Guard(inner, LOOPBACK), base_url="http://127.0.0.1:7860", follow_redirects=False) as client:
        yield client


def test_each_page_carries_a_policy_with_a_nonce_of_its_own(client: TestClient) -> None:
    nonces = set()
    for _ in range(2):
        response = client.get("/")
        policy = response.headers["content-security-policy"]
        nonce = re.search(r"script-src 'self' 'nonce-([\w-]{20,})';", policy)
        assert nonce
        assert response.text.count(f'<script nonce="{nonce[1]}"') == 2
        assert "unsafe-eval" not in policy
        for directive in ("object-src 'none'", "base-uri 'self'", "frame-ancestors 'none'", "connect-src 'self'"):
            assert directive in policy
        nonces.add(nonce[1])
    assert len(nonces) == 2


def test_every_response_forbids_sniffing_and_tells_no_referrer(client: TestClient) -> None:
    for path in ("/", "/config"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_the_page_follows_the_browser_and_can_be_switched(client: TestClient) -> None:
    chinese = {"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"}
    assert client.get("/", headers=chinese).headers["location"] == "/zh/"
    assert client.get("/?lang=en", headers=chinese).status_code == 200
    assert 'lang="zh-Hans"' in client.get("/zh/").text
    assert 'lang="en"' in client.get("/").text
    assert client.get("/zh").headers["location"] == "/zh/"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de-DE,de;q=0.9", "en"),
        ("zh", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("en;q=0.5,zh-TW;q=0.9", "zh"),
        ("fr,zh;q=0.4", "zh"),
        ("zh;q=0,en", "en"),
        ("zh;q=nonsense", "en"),
    ],
)
def test_the_preferred_language_is_read_from_the_header(accepted: str, language: str) -> None:
    assert web.preferred_language(accepted) == language


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost", "LOCALHOST:9", "[::1]:7860"])
def test_its_own_names_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/config", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:7860", "evil.example:127", "", "[::1"])
def test_another_name_for_this_machine_is_refused(client: TestClient, host: str) -> None:
    """A page elsewhere whose name was pointed at this machine must not read the store."""
    assert client.get("/config", headers={"host": host}).status_code == 400


def test_a_taken_port_is_passed_over() -> None:
    with web.listen("127.0.0.1", 18760) as first:
        taken = first.getsockname()[1]
        first.listen()
        with web.listen("127.0.0.1", taken) as second:
            assert second.getsockname()[1] > taken
            assert web.address("127.0.0.1", second) == f"http://127.0.0.1:{second.getsockname()[1]}"


def test_an_address_that_is_not_here_is_one_clear_sentence() -> None:
    with pytest.raises(ConfigError, match=r"--host: cannot listen at '192\.0\.2\.1'"):
        web.listen("192.0.2.1", 7860)


def test_all_addresses_are_shown_as_one_that_can_be_opened() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert web.address("0.0.0.0", listener).startswith("http://127.0.0.1:")
        assert web.address("::", listener).startswith("http://[::1]:")
