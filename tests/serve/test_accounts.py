"""Passwords of a chat that others can reach."""

from __future__ import annotations

import base64
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from rag.errors import ConfigError
from rag.serve import accounts, web
from rag.serve.accounts import (
    Account,
    Door,
    accounts_for,
    add_account,
    credentials,
    new_account,
    program,
    read_account,
    read_accounts,
)

PASSWORD = "correct horse: battery"
ADA = new_account("ada", PASSWORD)


def basic(name: str, password: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    async def inside(request: Request) -> JSONResponse:
        return JSONResponse({"in": True})

    monkeypatch.setattr(accounts, "PENALTY", 0.01)
    app = Starlette(routes=[Route("/{path:path}", inside, methods=["GET", "POST"])])
    with TestClient(web.Guard(app, None, Door({"ada": ADA})), base_url="http://chat.example") as client:
        yield client


@pytest.mark.parametrize("path", ["/config", "/c/" + "a" * 32, "/arxiv-rag/chat.js", "/gradio_api/queue/join"])
def test_nothing_is_served_without_a_password(client: TestClient, path: str) -> None:
    for headers in ({}, {"authorization": "Bearer x"}, {"authorization": "Basic %%%"}):
        for method in ("GET", "POST"):
            response = client.request(method, path, headers=headers)
            assert response.status_code == 401
            assert response.headers["www-authenticate"].startswith("Basic realm=")
            assert "in" not in response.text.split()


def test_the_right_password_opens_every_time_and_others_never(client: TestClient) -> None:
    for _ in range(2):
        assert client.get("/config", headers=basic("ada", PASSWORD)).json() == {"in": True}
    for name, password in (("ada", "wrong horse"), ("bob", PASSWORD), ("ada", ""), ("", PASSWORD), ("ADA", PASSWORD)):
        assert client.get("/config", headers=basic(name, password)).status_code == 401


def test_a_known_password_is_not_derived_again(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    client.get("/config", headers=basic("ada", PASSWORD))

    def refuse(self: Account, password: str) -> bool:
        raise AssertionError(password)

    monkeypatch.setattr(Account, "opens", refuse)
    assert client.get("/config", headers=basic("ada", PASSWORD)).status_code == 200


def test_websockets_are_refused(client: TestClient) -> None:
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/queue"):
        pass


def test_the_file_holds_hashes_and_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "accounts"
    add_account(file, ADA)
    add_account(file, new_account("bob", "another password"))
    add_account(file, new_account("ada", "a newer password"))
    text = file.read_text(encoding="utf-8")
    assert "password" not in text
    assert PASSWORD not in text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    found = read_accounts(file)
    assert set(found) == {"ada", "bob"}
    assert found["ada"].opens("a newer password")
    assert not found["ada"].opens(PASSWORD)


def test_two_users_of_one_password_have_different_hashes() -> None:
    assert new_account("ada", PASSWORD).hash != ADA.hash


@pytest.mark.parametrize(
    "line",
    [
        "ada",
        "ada:secret",
        "ada:scrypt$16384$8$5$00$00",
        str(ADA).replace("$16384$", "$16383$"),
        str(ADA).replace("$16384$", "$9999999$"),
        str(ADA).replace("scrypt", "md5"),
        " :" + str(ADA).partition(":")[2],
    ],
)
def test_a_line_that_is_no_account_is_named(line: str, tmp_path: Path) -> None:
    assert read_account(line) is None
    (tmp_path / "file").write_text(f"# mine\n\n{line}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"line 3 of .* is no account; make it with"):
        read_accounts(tmp_path / "file")


def test_a_file_without_accounts_lets_nobody_in(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("# nobody\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="holds no account"):
        accounts_for("127.0.0.1", tmp_path / "file")
    with pytest.raises(ConfigError, match="cannot be read"):
        accounts_for("127.0.0.1", tmp_path / "missing")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "chat.example", ""])
def test_an_address_that_others_reach_is_refused_without_passwords(host: str) -> None:
    with pytest.raises(ConfigError, match="no password is asked for; make a file of passwords"):
        accounts_for(host, None)


def test_this_machine_alone_needs_none() -> None:
    assert accounts_for("127.0.0.1", None) is None


@pytest.mark.parametrize(("name", "password"), [("a:b", PASSWORD), ("", PASSWORD), ("#a", PASSWORD), ("ada", "short")])
def test_names_and_passwords_that_cannot_be_used(name: str, password: str) -> None:
    with pytest.raises(ConfigError):
        new_account(name, password)


def test_the_command_makes_the_file(tmp_path: Path) -> None:
    file = tmp_path / "accounts"
    done = CliRunner().invoke(program, [str(file), "ada"], input=f"{PASSWORD}\n{PASSWORD}\n")
    assert done.exit_code == 0, done.output
    assert "--auth" in done.output
    assert read_accounts(file)["ada"].opens(PASSWORD)
    refused = CliRunner().invoke(program, [str(file), "bob"], input="short\nshort\n")
    assert refused.exit_code == 1
    assert "too short" in refused.output


def test_a_password_may_hold_colons_and_any_letters() -> None:
    assert credentials(basic("ada", "a:b:密码")["authorization"]) == ("ada", "a:b:密码")
