"""A Chroma server in place of the folder: the same results, and two clients that see each other's writes."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from made_records import MODELS, faults, index_faults, record, state, vector

from vectorstore import Hit, StoreError
from vectorstore.records import Where
from vectorstore.store import Store

Client = Callable[[str], Store]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/api/v2/heartbeat", timeout=1).is_success
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run Chroma's own server and return its address."""
    port = free_port()
    chroma = Path(sys.executable).with_name("chroma")
    command = [chroma, "run", "--path", tmp_path_factory.mktemp("server"), "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while not answers(f"http://127.0.0.1:{port}"):
            assert process.poll() is None, "the Chroma server ended"
            assert time.monotonic() < deadline, "the Chroma server does not answer"
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
        process.terminate()


@pytest.fixture
def client(address: str, tmp_path: Path) -> Iterator[Client]:
    """Return a function that opens the server's store as another machine would: with a catalogue of its own."""
    stores: list[Store] = []

    def open_client(machine: str) -> Store:
        stores.append(Store.open(address, MODELS, tmp_path / machine))
        return stores[-1]

    yield open_client
    with stores[0].writing():
        stores[0].remove(stores[0].catalogue.ids())
    for store in stores:
        store.close()


def test_a_server_gives_what_a_folder_gives(client: Client, tmp_path: Path) -> None:
    server, folder = client("a"), Store.open(str(tmp_path / "store"), MODELS, tmp_path)
    for store in (server, folder):
        with store.writing():
            store.write([record(number) for number in range(12)])
            store.write([record(3, version=1)])
            store.remove(["2509.00005"])
    assert state(server) == state(folder)
    for store in (server, folder):
        assert faults(store) == []
    question = vector("paper 7 in version 0")
    told = [
        [(hit.id, round(hit.score, 4)) for hit in store.nearest("english", question, 5)] for store in (server, folder)
    ]
    assert told[0] == told[1]
    assert server.lexical("title7 diffusion", 5) == folder.lexical("title7 diffusion", 5)
    where = Where(equal={"category": ("cs.1",)})
    assert server.select(where) == folder.select(where)
    folder.close()


def test_each_client_sees_what_the_other_wrote_in_its_next_query(client: Client) -> None:
    first, second = client("a"), client("b")
    with first.writing():
        first.write([record(1), record(2)])
    second.refresh()
    assert second.catalogue.ids() == ["2509.00001", "2509.00002"]
    assert faults(second) == []
    assert second.lexical("title2", 1)[0].id == "2509.00002"
    with second.writing():
        second.write([record(2, version=1), record(3)])
        second.remove(["2509.00001"])
    hits = first.nearest("english", vector("paper 2 in version 1"), 1)
    assert hits == [Hit("2509.00002", pytest.approx(1.0, abs=1e-5))]
    assert sorted(first.catalogue.ids()) == ["2509.00002", "2509.00003"]
    assert faults(first) + index_faults(first) == []


def test_a_client_without_a_catalogue_makes_it_from_the_server(client: Client) -> None:
    first = client("a")
    with first.writing():
        first.write([record(number) for number in range(5)])
    assert state(client("new")) == state(first)


def test_other_embedders_are_refused(client: Client, address: str, tmp_path: Path) -> None:
    client("a")
    with pytest.raises(StoreError, match="'drawn-384', the settings name 'another'"):
        Store.open(address, MODELS | {"english": "another"}, tmp_path)


def test_a_server_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(StoreError) as refused:
        Store.open(address, MODELS, tmp_path)
    assert str(refused.value) == (
        f"The store {address!r}: the Chroma server cannot be reached; start it with 'chroma run'."
    )


@pytest.mark.parametrize("address", ["http://", "http://host:port", "https://:99999"])
def test_what_is_no_address_is_one_sentence(address: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="that is no address; write http://host:port"):
        Store.open(address, MODELS, tmp_path)


def test_a_server_that_ends_is_one_sentence(tmp_path: Path) -> None:
    port = free_port()
    chroma = Path(sys.executable).with_name("chroma")
    command = [chroma, "run", "--path", tmp_path / "data", "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while not answers(f"http://127.0.0.1:{port}") and time.monotonic() < deadline:
            time.sleep(0.1)
        store = Store.open(f"http://127.0.0.1:{port}", MODELS, tmp_path)
        process.terminate()
    with pytest.raises(StoreError, match="the Chroma server cannot be reached"):
        store.refresh()
    store.close()
