"""Plants: known faults, planted in a copy of the project one at a time, each of which the gate must catch."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.corpora import ROOT
from evals.errors import RunError

FOLDERS = ("rag", "prompts", "vectorstore", "evals", "data")
"""What of the project a gate run reads."""
FAILED = re.compile(r"^\*\*(.+?)\*\* \((\w+), ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a source text."""

    path: str
    """The file, from the project's root."""
    old: str
    """What stands there exactly once."""
    new: str
    """What takes its place."""

    def apply(self, root: Path) -> None:
        """Change the file under `root`; raises RunError where `old` does not stand in it exactly once."""
        file = root / self.path
        text = file.read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise RunError(
                f"{self.path}", f"{self.old!r} stands in it {text.count(self.old)} times", "renew evals/plants.py"
            )
        file.write_text(text.replace(self.old, self.new), encoding="utf-8")


@dataclass(frozen=True, kw_only=True, slots=True)
class Plant:
    """A fault that may not be merged unnoticed; without edits, the product as it is, which must pass."""

    name: str
    """What it is called on the command line."""
    fault: str
    """What is wrong then."""
    edits: tuple[Edit, ...] = ()
    """How it is planted."""


PLANTS = (
    Plant(name="nothing", fault="nothing: the product as it is"),
    Plant(
        name="weights",
        fault="a title and abstract near to the question, or a card with its words, counts against a paper",
        edits=(
            Edit("rag/query/retrieval.py", '"paper": 0.55', '"paper": -0.55'),
            Edit("rag/query/retrieval.py", '"paper": 0.4,', '"paper": -0.4,'),
            Edit("rag/query/retrieval.py", '{"lexical": 0.2}', '{"lexical": -0.2}'),
        ),
    ),
    Plant(
        name="prompt",
        fault="the English prompt asks for small talk, the Chinese one for English",
        edits=(
            Edit(
                "prompts/answer_en.md",
                "Answer in English with one or two short sentences that begin with the answer itself",
                "Chat with the reader about the weather and how you feel today",
            ),
            Edit("prompts/answer_zh.md", "用一到两句中文直接回答，不要重复问题", "用英文聊聊今天的天气和你的心情"),
        ),
    ),
    Plant(
        name="wrong-paper",
        fault="every citation names one and the same paper",
        edits=(Edit("rag/query/evidence.py", "arxiv_id=paper.arxiv_id,", 'arxiv_id="2509.07896",'),),
    ),
    Plant(
        name="verifier",
        fault="every sentence counts as supported",
        edits=(
            Edit(
                "rag/query/evidence.py",
                'support: Support = "unsupported" if faults else level(best)',
                'support: Support = "supported"',
            ),
        ),
    ),
    Plant(
        name="sanitiser",
        fault="what the language model writes goes out with its markup, links and invented markers",
        edits=(
            Edit(
                "rag/query/phrasing.py",
                'return SPACED_STOP.sub("", " ".join(plain_text.split()))',
                'return " ".join(text.split())',
            ),
        ),
    ),
    Plant(
        name="abstention",
        fault="nothing is ever declined as absent or not stated",
        edits=(
            Edit(
                "rag/query/answering.py",
                "nothing_near = not meant and absent(query, ranking, names)",
                "nothing_near = False",
            ),
            Edit("rag/query/answering.py", "if not meant and unlike(query, ranking, names, evidence):", "if False:"),
            Edit("rag/query/answering.py", "if not_stated(query, evidence):", "if False:"),
            Edit("rag/query/phrasing.py", "return bool(REFUSED.search(text))", "return False"),
        ),
    ),
)
"""Every fault that the gate is proved with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """What the gate said of one plant."""

    plant: Plant
    """The fault."""
    code: int
    """The gate's exit code."""
    failed: tuple[str, ...]
    """Metrics it named, with their language."""
    output: str
    """All it printed."""
    seconds: float
    """How long it took."""

    @property
    def as_expected(self) -> bool:
        """Whether a fault was caught by a metric, or the product as it is passed."""
        return bool(self.failed) and self.code == 1 if self.plant.edits else self.code == 0

    def line(self) -> str:
        """Return a row of a Markdown table."""
        if self.code == 0:
            said = "passes"
        else:
            last = self.output.strip().splitlines()[-1:] or ["nothing was printed"]
            said = f"fails: {', '.join(self.failed)}" if self.failed else f"error: {last[0]}"
        verdict = "as it must" if self.as_expected else "**not as it must**"
        return f"| {self.plant.name}: {self.plant.fault} | {said} | {verdict} | {self.seconds:.0f} s |"


HEAD = "| planted | the gate | | time |\n| --- | --- | --- | --- |"


def chosen(names: Sequence[str]) -> list[Plant]:
    """Return the plants of some names, in that order, or all; raises RunError for a name that is none."""
    known = {plant.name: plant for plant in PLANTS}
    if unknown := [name for name in names if name not in known]:
        raise RunError(f"prove {unknown[0]}", "there is no such plant", f"use some of {', '.join(known)}")
    return [known[name] for name in names] or list(PLANTS)


def prove(plants: Sequence[Plant], llm: str) -> Iterator[Proof]:
    """Yield what the gate says of each plant, in a copy of the project; raises RunError where one cannot be planted."""
    for plant in plants:
        with tempfile.TemporaryDirectory(prefix="arxiv-rag-plant-") as folder:
            yield gate_over(plant, Path(folder), llm)


def planted(plant: Plant, folder: Path) -> Path:
    """Return a copy of the project in `folder`, the plant in it."""
    copy = folder / "project"
    for name in FOLDERS:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for edit in plant.edits:
        edit.apply(copy)
    return copy


def gate_over(plant: Plant, folder: Path, llm: str) -> Proof:
    """Return what the gate says of a copy of the project with one plant."""
    copy = planted(plant, folder)
    started = time.perf_counter()
    command = [sys.executable, "-m", "evals", "gate", "--llm", llm, "--out", str(folder / "rows")]
    # the copy comes first on the path, before an installed project
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    ran = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 (fixed)
    failed = tuple(f"{name} ({language})" for name, language in FAILED.findall(ran.stdout))
    output = f"{ran.stdout}\n{ran.stderr}"
    return Proof(plant=plant, code=ran.returncode, failed=failed, output=output, seconds=time.perf_counter() - started)
