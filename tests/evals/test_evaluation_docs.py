"""The page about evaluation says what is there."""

import re
from pathlib import Path

import pytest
from click import Group

from evals.__main__ import main
from evals.cases import DATA, read_cases
from evals.metrics import METRICS
from evals.opening import SUBJECTS

PAGE = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(DATA.glob("*.jsonl")), ids=lambda path: path.stem)
def test_every_file_of_cases_is_listed_with_its_size(path: Path) -> None:
    line = re.search(rf"^\| `{re.escape(path.stem)}` \| (.*?) \|", PAGE, re.MULTILINE)
    assert line, path.stem
    told = [int(number) for number in re.findall(r"\b\d+\b(?! questions)", line.group(1))]
    assert sum(told) == len(list(read_cases(path)))


def test_every_flag_and_command_exists() -> None:
    assert isinstance(main, Group)
    flags = {flag for command in main.commands.values() for option in command.params for flag in option.opts}
    assert set(re.findall(r"--[a-z][a-z-]+", PAGE)) <= flags | {"--help"}
    assert set(re.findall(r"^ +evals ([a-z]+)", PAGE, re.MULTILINE)) <= set(main.commands)


def test_every_subject_is_told() -> None:
    assert set(SUBJECTS) - {"assistant"} <= set(re.findall(r"^\| `([a-z0-9-]+)` \|", PAGE, re.MULTILINE))


def test_every_metric_is_told() -> None:
    missing = [metric.title for metric in METRICS if re.split(r"[ @,]", metric.title)[0] not in PAGE]
    assert missing == []
