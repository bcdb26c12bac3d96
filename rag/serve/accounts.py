"""Names and passwords of those who may use a chat that others can reach: hashed in a file, asked for at the door."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import re
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import click
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response

from rag.errors import ConfigError

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
"""Addresses that this machine alone reaches."""
COST, BLOCK, PARALLEL = 2**14, 8, 5
"""scrypt's parameters for new passwords, as OWASP recommends them for 16 MB of memory."""
LARGEST_COST = 2**18
MEMORY = 1 << 29
"""Bytes that scrypt may use: enough for the largest cost."""
SHORTEST = 8
"""Characters of a password at least."""
NAME = re.compile(r"[^\s:#][^:\n]{0,63}")
LINE = re.compile(
    r"(?P<name>[^\s:#][^:]{0,63}):scrypt\$(?P<cost>\d{1,7})\$(?P<block>\d{1,2})\$(?P<parallel>\d{1,2})"
    r"\$(?P<salt>[0-9a-f]{16,128})\$(?P<hash>[0-9a-f]{64})",
    re.ASCII,
)
PENALTY = 0.5
"""Seconds before a wrong password is refused."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """One name with its hashed password."""

    name: str
    """The user."""
    cost: int
    """scrypt's n."""
    block: int
    """scrypt's r."""
    parallel: int
    """scrypt's p."""
    salt: bytes
    """Random, of this account alone."""
    hash: bytes
    """32 bytes."""

    def opens(self, password: str) -> bool:
        """Return whether a password is this account's; takes some 100 ms by design."""
        return hmac.compare_digest(self.derived(password), self.hash)

    def derived(self, password: str) -> bytes:
        """Return what scrypt makes of a password with this account's salt and cost."""
        return hashlib.scrypt(
            password.encode(), salt=self.salt, n=self.cost, r=self.block, p=self.parallel, maxmem=MEMORY, dklen=32
        )

    def __str__(self) -> str:
        """Return the line of the file."""
        cost = f"{self.cost}${self.block}${self.parallel}"
        return f"{self.name}:scrypt${cost}${self.salt.hex()}${self.hash.hex()}"


def new_account(name: str, password: str) -> Account:
    """Return an account; raises ConfigError for a name or password that cannot be used."""
    if not NAME.fullmatch(name):
        raise ConfigError("--auth", f"the name {name!r} cannot be used", "leave out colons and line breaks")
    if len(password) < SHORTEST:
        raise ConfigError("--auth", "the password is too short", f"take at least {SHORTEST} characters")
    salt = secrets.token_bytes(16)
    empty = Account(name=name, cost=COST, block=BLOCK, parallel=PARALLEL, salt=salt, hash=b"")
    return Account(name=name, cost=COST, block=BLOCK, parallel=PARALLEL, salt=salt, hash=empty.derived(password))


def read_accounts(path: Path) -> dict[str, Account]:
    """Return the accounts of a file by name; blank lines and those that begin with # are passed over.

    Raises ConfigError for a file that cannot be read, holds no account, or has a line that is none.
    """
    remedy = f"make it with 'python -m rag.serve.accounts {path} NAME'"
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("--auth", f"the file {str(path)!r} cannot be read", remedy) from error
    found: dict[str, Account] = {}
    for number, line in enumerate(map(str.strip, lines), start=1):
        if line and not line.startswith("#"):
            account = read_account(line)
            if account is None:
                raise ConfigError("--auth", f"line {number} of {str(path)!r} is no account", remedy)
            found[account.name] = account
    if not found:
        raise ConfigError("--auth", f"the file {str(path)!r} holds no account", remedy)
    return found


def accounts_for(host: str, file: Path | None) -> dict[str, Account] | None:
    """Return the accounts that a chat at `host` asks for; None where only this machine reaches it and no file is given.

    Raises ConfigError for a file that cannot be used, and where others could reach a chat without passwords.
    """
    if file is not None:
        return read_accounts(file)
    if host not in LOOPBACK:
        remedy = "make a file of passwords with 'python -m rag.serve.accounts FILE NAME' and add --auth FILE"
        raise ConfigError("--host", f"others can reach {host!r}, and no password is asked for", remedy)
    return None


def read_account(line: str) -> Account | None:
    """Return the account that a line tells; None for what is none, or whose cost no machine could bear."""
    match = LINE.fullmatch(line)
    if match is None:
        return None
    cost, block, parallel = (int(match[name]) for name in ("cost", "block", "parallel"))
    if not (2 <= cost <= LARGEST_COST and cost & (cost - 1) == 0 and 1 <= block <= 8 and 1 <= parallel <= 16):
        return None
    salt, digest = bytes.fromhex(match["salt"]), bytes.fromhex(match["hash"])
    return Account(name=match["name"], cost=cost, block=block, parallel=parallel, salt=salt, hash=digest)


@dataclass(frozen=True, slots=True)
class Door:
    """Lets in who knows a password, by HTTP's basic authentication."""

    accounts: Mapping[str, Account]
    """Who may come in."""
    _known: set[bytes] = field(default_factory=set)
    """Digests of the headers that were right: scrypt is too slow for every request."""
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    _one_by_one: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Passwords are tried one at a time: nobody can fill the memory with guesses."""

    async def refusal(self, header: str) -> Response | None:
        """Return the answer to a request whose `Authorization` header does not open the door; None where it does."""
        digest = hmac.digest(self._key, header.encode(), "sha256")
        if digest in self._known:
            return None
        name, password = credentials(header)
        if name or password:
            async with self._one_by_one:
                right = await run_in_threadpool(self.opens, name, password)
                if right:
                    self._known.add(digest)
                    return None
                await asyncio.sleep(PENALTY)
        headers = {"www-authenticate": 'Basic realm="arxiv-rag", charset="UTF-8"', "cache-control": "no-store"}
        return PlainTextResponse("A name and a password are needed.\n", status_code=401, headers=headers)

    def opens(self, name: str, password: str) -> bool:
        """Return whether name and password belong together; an unknown name takes as long as a known one."""
        account = self.accounts.get(name)
        if account is None:
            next(iter(self.accounts.values())).opens(password)
            return False
        return account.opens(password)


def credentials(header: str) -> tuple[str, str]:
    """Return name and password of an `Authorization` header; two empty texts where it holds none."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, password = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, password


def add_account(path: Path, account: Account) -> None:
    """Write an account into a file that its owner alone can read, in place of one of the same name."""
    old = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
    kept = [line for line in old if line.strip() and line.partition(":")[0].strip() != account.name]
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text("\n".join([*kept, str(account), ""]), encoding="utf-8")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("name")
@click.password_option()
def program(file: Path, name: str, password: str) -> None:
    """Put NAME with a password into FILE, for 'arxiv-rag chat --auth FILE'."""
    try:
        add_account(file, new_account(name, password))
    except ConfigError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{name} can now use the chat: arxiv-rag chat --auth {file} --host ADDRESS")


if __name__ == "__main__":
    sys.exit(program())
