"""The bench measures a real digest with the real models, each part in a process of its own."""

import dataclasses
import json
import os
from pathlib import Path

import pytest

from evals.bench import Bench, alone, measure
from evals.errors import RunError
from evals.memory import peak_mib
from rag.config import Settings, cache_folder
from rag.engines.weights import QWEN_0_5B, resolve
from rag.errors import ModelUnavailableError
from rag.ingest.sample import sample_digest_path


@pytest.mark.llm
def test_the_bench_of_two_papers(tmp_path: Path) -> None:
    try:
        resolve(QWEN_0_5B, cache_folder())
    except ModelUnavailableError as error:
        pytest.skip(str(error))
    digest = tmp_path / "2025-09-10.md"
    text = sample_digest_path().read_text(encoding="utf-8")
    digest.write_text(text[: text.index("### [3]")], encoding="utf-8")
    figures = measure(digest, Settings.load(llm="local-small"), asked=1)
    assert figures.papers == 2
    assert 0 < figures.embedder_share < 1
    assert figures.reindex_s < figures.index_s
    assert figures.retrieve_p50_ms <= figures.retrieve_p95_ms
    assert set(figures.warm_answer_s) == {"en", "zh"}
    memory = figures.memory_mib
    for part in ("embedder", "store", "language model"):
        assert memory["imports"] < memory[part] < memory["everything, after answering"]
    assert (figures.cold_first_words_s or 0) <= figures.cold_answer_s
    assert max(figures.warm_answer_s.values()) < figures.cold_answer_s


BENCH = Bench(
    papers=164,
    install_s=37.25,
    index_s=50.0,
    papers_per_s=3.28,
    embedder_share=0.934,
    reindex_s=0.03,
    retrieve_p50_ms=41.23456,
    retrieve_p95_ms=60.0,
    cold_first_words_s=9.0,
    cold_answer_s=11.0,
    warm_first_words_s={"en": 2.5, "zh": None},
    warm_answer_s={"en": 5.0, "zh": 0.25},
    memory_mib={"imports": 300.0, "store": 400.6},
)


def test_the_table_has_a_line_for_every_figure() -> None:
    assert BENCH.table().splitlines() == [
        "| what | measured |",
        "| --- | --- |",
        "| install, weights included | 37 s |",
        "| index 164 papers | 50.0 s, 3.3 papers/s, 93% inside the embedder |",
        "| index them again, nothing changed | 0.03 s |",
        "| retrieval, warm | 41 ms (p95 60 ms) |",
        "| new process to first words, whole answer | 9.0 s, 11.0 s |",
        "| first words, whole answer, warm, en | 2.5 s, 5.0 s |",
        "| first words, whole answer, warm, zh | no model ran, 0.2 s |",
        "| peak memory: imports | 300 MiB |",
        "| peak memory: store | 401 MiB |",
    ]
    assert "install" not in dataclasses.replace(BENCH, install_s=None).table()


def test_the_figures_are_json() -> None:
    told = json.loads(json.dumps(BENCH.as_dict()))
    assert told["retrieve_p50_ms"] == 41.235
    assert told["warm_first_words_s"] == {"en": 2.5, "zh": None}


def test_a_part_runs_in_a_process_of_its_own_and_its_faults_come_back() -> None:
    assert alone(os.getpid) != os.getpid()
    with pytest.raises(ZeroDivisionError):
        alone(divmod, 1, 0)
    with pytest.raises(RunError, match="bench: a process that was measured died; see that there is memory for it"):
        alone(os._exit, 1)


def test_memory_is_that_of_the_process_alone() -> None:
    big = bytearray(300 * 2**20)
    assert peak_mib() > 300
    assert 0 < alone(peak_mib) < 300, f"{len(big)} bytes here are not counted there"
