"""The built distribution, installed without the checkout; and lock files that say what pyproject.toml says."""

import json
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from rag.engines.weights import MINILM, MINILM_TOKENIZER, QWEN_0_5B, QWEN_1_5B, Weights

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command and return what it wrote to stdout; the test fails with its stderr when it fails."""
    done = subprocess.run(command, check=False, cwd=cwd, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def build(target: str, source: Path, out: Path) -> Path:
    """Build an sdist or a wheel of a source tree with the tools that are installed: no network."""
    run(sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", out, cwd=source)
    (built,) = out.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel of the checkout."""
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a virtual environment that holds the wheel.

    The dependencies are seen where they are; the checkout, though installed there too, is not: what makes an editable
    install work is not read from a folder that is merely on the path.
    """
    folder = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(folder, symlinks=True)
    uv = Path(sysconfig.get_path("scripts")) / "uv"
    run(
        uv,
        "pip",
        "install",
        "--quiet",
        "--offline",
        "--no-deps",
        "--python",
        folder / "bin" / "python",
        wheel,
        cwd=folder,
    )
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return folder


def python(installed: Path, code: str) -> object:
    """Run code there, far from the checkout, and return what it printed, as JSON."""
    return json.loads(run(installed / "bin" / "python", "-I", "-c", code, cwd=installed))


def files(wheel: Path) -> list[str]:
    """Return the names of the files in a wheel, without its metadata."""
    with zipfile.ZipFile(wheel) as archive:
        return sorted(name for name in archive.namelist() if ".dist-info/" not in name)


def test_the_wheel_holds_three_packages_and_nothing_else(wheel: Path) -> None:
    assert {name.split("/")[0] for name in files(wheel)} == {"rag", "prompts", "vectorstore"}
    strange = [name for name in files(wheel) if not re.search(r"\.(py|md|css|js|toml|svg|npz)$|/py\.typed$", name)]
    assert strange == []


def test_the_wheel_is_typed_and_licensed(wheel: Path) -> None:
    assert {f"{name}/py.typed" for name in ("rag", "prompts", "vectorstore")} <= set(files(wheel))
    with zipfile.ZipFile(wheel) as archive:
        (licence,) = (name for name in archive.namelist() if name.endswith("/licenses/LICENSE"))
        assert b"Apache License" in archive.read(licence)


def test_the_sdist_makes_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(build("sdist", ROOT, tmp_path / "sdist")) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # before Python 3.11.4 there is none
        archive.extractall(tmp_path / "source")
    (source,) = (tmp_path / "source").iterdir()
    again = build("wheel", source, tmp_path / "again")
    with zipfile.ZipFile(wheel) as first, zipfile.ZipFile(again) as second:
        assert {item.filename: item.CRC for item in first.infolist() if not item.filename.endswith("/RECORD")} == {
            item.filename: item.CRC for item in second.infolist() if not item.filename.endswith("/RECORD")
        }
    assert {"Makefile", "requirements.lock", "requirements-weights.lock", "tests", "evals", "data"} <= {
        path.name for path in source.iterdir()
    }


def test_this_distribution_alone_owns_its_generic_names(installed: Path) -> None:
    code = (
        "import json, importlib.metadata as m; owners = m.packages_distributions();"
        "print(json.dumps({name: sorted(set(owners.get(name, []))) for name in ('rag', 'prompts', 'vectorstore')}))"
    )
    assert python(installed, code) == {name: ["arxiv-rag"] for name in ("rag", "prompts", "vectorstore")}


def test_packages_come_from_the_wheel_and_development_stays_behind(installed: Path) -> None:
    code = (
        "import json, importlib.util as u; spec = u.find_spec;"
        "print(json.dumps([[spec(n).origin for n in ('rag', 'prompts', 'vectorstore')], "
        "[n for n in ('evals', 'tests') if spec(n)]]))"
    )
    origins, present = python(installed, code)  # type: ignore[misc]
    assert all(Path(origin).is_relative_to(installed) for origin in origins)
    assert present == []


def test_a_prompt_renders_from_the_wheel(installed: Path) -> None:
    code = (
        "import json, prompts; name = prompts.names()[0]; slots = prompts.slots(name);"
        "print(json.dumps([sorted(slots), prompts.render(name, **{slot: f'<{slot}>' for slot in slots})]))"
    )
    slots, rendered = python(installed, code)  # type: ignore[misc]
    assert all(f"<{slot}>" in rendered for slot in slots)
    assert rendered


def test_the_sample_digest_is_in_the_wheel_and_in_the_checkout(installed: Path) -> None:
    from rag.ingest.sample import sample_digest_path

    code = (
        "import json; from rag.ingest.sample import sample_digest_path as path;"
        "from rag.ingest.digest import read_digest;"
        "print(json.dumps([str(path()), path().read_text('utf-8'), len(read_digest(path()).papers)]))"
    )
    path, text, papers = python(installed, code)  # type: ignore[misc]
    assert Path(path).is_relative_to(installed)
    assert papers == 24
    assert text == (ROOT / "data" / "sample_digest.md").read_text(encoding="utf-8")
    assert text == sample_digest_path().read_text(encoding="utf-8")


def test_the_command_works(installed: Path) -> None:
    command = installed / "bin" / "arxiv-rag"
    assert "chat" in run(command, "--help", cwd=installed)
    assert PROJECT["version"] in run(command, "--version", cwd=installed)


def locked(name: str) -> dict[str, list[tuple[str, str]]]:
    """Return project -> [(version, marker)] of a lock file."""
    pins: dict[str, list[tuple[str, str]]] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if found := re.match(r"([a-z0-9][a-z0-9-]*)==(\S+)(?: ; (.*?))?(?: \\)?$", line):
            pins.setdefault(found[1], []).append((found[2], found[3] or ""))
    return pins


@pytest.mark.parametrize(
    ("lock", "requirements"),
    [
        ("requirements.lock", PROJECT["dependencies"] + EXTRAS["dev"]),
        ("requirements-weights.lock", EXTRAS["local"] + EXTRAS["local-small"]),
    ],
)
def test_lock_files_hold_what_is_asked_for(lock: str, requirements: list[str]) -> None:
    pins = locked(lock)
    for requirement in map(Requirement, requirements):
        versions = [version for version, _ in pins.get(canonicalize_name(requirement.name), [])]
        assert versions, f"{requirement} is not in {lock}: run 'make lock'"
        assert all(requirement.specifier.contains(version) for version in versions), f"{requirement} is not {versions}"


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-weights.lock"])
def test_lock_files_hold_hashes_and_no_addresses(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(entries) == sum(map(len, locked(lock).values()))
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text
    assert "index" not in re.findall(r"--([a-z]+)", text)


def test_weights_are_locked_apart() -> None:
    assert not set(locked("requirements.lock")) & set(locked("requirements-weights.lock"))


@pytest.mark.parametrize(
    ("weights", "requirements"),
    [
        (QWEN_1_5B, EXTRAS["local"]),
        (QWEN_0_5B, EXTRAS["local-small"]),
        (MINILM, PROJECT["dependencies"]),
        (MINILM_TOKENIZER, PROJECT["dependencies"]),
    ],
)
def test_every_wheel_that_carries_weights_is_pinned(weights: Weights, requirements: list[str]) -> None:
    pinned = {Requirement(line).name for line in requirements if "==" in line}
    assert {distribution for distribution, _ in weights.parts} <= pinned
