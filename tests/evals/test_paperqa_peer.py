"""The PaperQA peer: a child process in an environment of its own, its keys made citations, its failures rows."""

import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from handmade import GAP, PAPERS, SOUND, ask
from llama_index.core import VectorStoreIndex
from llama_index.llms.openai_like import OpenAILike

from evals.__main__ import guarded
from evals.cases import DATA, load_cases
from evals.commands import named
from evals.errors import RunError
from evals.metrics import score
from evals.outcome import Outcome
from evals.peers import paperqa_peer
from evals.peers.child import Child
from evals.peers.e5 import E5Embedding
from evals.peers.entries import open_index, pieces
from evals.peers.environment import environment_python, make_environment
from evals.peers.paperqa_peer import SCRIPT, PaperQA, child_environment, keyed, mla
from evals.subject import observe
from rag.config import Settings
from rag.engines.loading import Embedder, LanguageModel, load_embedder

STAND_IN = """
import json, sys

opening = json.loads(sys.stdin.readline())
papers = {paper["id"]: paper for paper in opening["papers"]}
print(json.dumps({"version": "0", "texts": sum(len(paper["pieces"]) for paper in papers.values())}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    if "crash" in asked["question"]:
        sys.exit("Segmentation of the corpus failed")
    if "fail" in asked["question"]:
        print(json.dumps({"error": "Timeout: the model took too long."}), flush=True)
        continue
    contexts = [
        {"key": f"pqac-0000000{place}", "paper": paper["id"], "score": 9 - place, "quote": paper["pieces"][0]["text"]}
        for place, paper in enumerate(papers.values())
    ]
    said = "The robot gets through 91% of the 40 doors (pqac-00000000). It sleeps (pqac-deadbeef, pqac-00000001)."
    if "cannot" in asked["question"]:
        contexts, said = [], "I cannot answer this question due to insufficient information."
    same = len(asked["vector"]) == len(papers["2509.00001"]["pieces"][0]["vector"])
    call = {"system": opening["endpoint"]["api_base"], "user": f"vectors alike: {same}", "raw": said}
    calls = [call | {"prompt_tokens": 70, "completion_tokens": 4}] * 2
    print(json.dumps({"answer": said, "contexts": contexts, "calls": calls}), flush=True)
"""
"""Speaks as the real child does."""


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return load_embedder(Settings(embedder="local"))


@pytest.fixture(scope="module")
def e5() -> E5Embedding:
    return E5Embedding.load(2)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, e5: E5Embedding) -> VectorStoreIndex:
    return open_index(list(PAPERS.values()), e5, tmp_path_factory.mktemp("entries"))


@pytest.fixture
def peer(tmp_path: Path, index: VectorStoreIndex, e5: E5Embedding, embedder: Embedder) -> Iterator[PaperQA]:
    """Yield the peer with the stand-in at the other end."""
    script = tmp_path / "child.py"
    script.write_text(STAND_IN, encoding="utf-8")
    llm = OpenAILike(model="m", api_base="http://127.0.0.1:9/v1", api_key="k")
    made = PaperQA(
        index=index, known=PAPERS, model=LanguageModel(llm=llm, label="m", remote=False), embedding=e5,
        embedder=embedder,
        settings=Settings(), python=Path(sys.executable), script=script,
    )  # fmt: skip
    yield made
    made.child().close()


def test_keys_of_contexts_become_citations(peer: PaperQA) -> None:
    (seen,) = observe(peer, [ask()])
    assert seen.error == ""
    assert seen.answer is not None
    assert seen.answer.text == "The robot gets through 91% of the 40 doors. [2509.00001] It sleeps. [2509.00002]"
    first, second = seen.answer.citations
    assert (first.arxiv_id, first.sentence, first.support) == (GAP.arxiv_id, 0, "supported")
    assert "success rate of 91%" in first.quote
    assert (second.arxiv_id, second.sentence) == (SOUND.arxiv_id, 1)
    assert seen.ranking == (GAP.arxiv_id, SOUND.arxiv_id)
    assert seen.retrieval is not None
    assert seen.retrieval.scores == (9.0, 8.0)
    assert not seen.answer.abstained
    told = score(Outcome(kind="single", ask=ask(), ranking=seen.ranking, answer=seen.answer, papers=PAPERS))
    assert (told["right"], told["all_cited"], told["verbatim_quotes"]) == (1.0, 1.0, 1.0)


def test_every_call_is_counted_and_kept(peer: PaperQA) -> None:
    (seen,) = observe(peer, [ask()])
    assert seen.answer is not None
    usage = seen.answer.usage
    assert (usage.llm_calls, usage.prompt_tokens, usage.completion_tokens) == (2, 140, 8)
    assert seen.answer.timings.first_token_s == seen.answer.timings.total_s > 0
    assert len(seen.prompts) == 2
    assert (seen.prompts[0].system, seen.prompts[0].user) == ("http://127.0.0.1:9/v1", "vectors alike: True")


def test_its_own_words_for_not_knowing_are_an_abstention(peer: PaperQA) -> None:
    (seen,) = observe(peer, [ask(question="What cannot be known?")])
    assert seen.answer is not None
    assert seen.answer.abstained
    assert seen.ranking == ()


def test_a_crash_is_a_row_that_failed_and_the_next_question_is_answered(peer: PaperQA) -> None:
    (crashed,) = observe(peer, [ask(question="Does it crash?")])
    assert "PaperQA: its process ended (Segmentation of the corpus failed)" in crashed.error
    (failed,) = observe(peer, [ask(question="Does it fail?")])
    assert "PaperQA: Timeout: the model took too long; " in failed.error
    (seen,) = observe(peer, [ask()])
    assert seen.answer is not None


def test_the_child_ends_with_its_object() -> None:
    echo = "import sys\nfor line in sys.stdin: print(line, end='', flush=True)"
    child = Child("echo", [sys.executable, "-c", echo], {})
    assert child.ask({"one": "词"}) == {"one": "词"}
    process = child._process
    del child
    assert process.poll() == 0


def test_the_real_script_says_what_its_environment_lacks(tmp_path: Path) -> None:
    child = Child("PaperQA", [sys.executable, "-I", "-S", str(SCRIPT)], child_environment(tmp_path))
    with pytest.raises(RunError, match=r"its process ended .*No module named 'paperqa'"):
        child.ask({"model": "m", "endpoint": {}, "papers": []})
    assert not child.alive
    child.close()


def test_the_child_gets_no_keys_of_other_services(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    told = child_environment(tmp_path)
    assert "secret" not in told.values()
    assert (told["LITELLM_LOCAL_MODEL_COST_MAP"], told["PQA_HOME"]) == ("True", str(tmp_path))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("One (pqac-00000001, pqac-00000002). Two.", [("One.", ["pqac-00000001", "pqac-00000002"]), ("Two.", [])]),
        ("One. (pqac-00000001)", [("One.", ["pqac-00000001"])]),
        ("One pqac-00000001.", [("One.", ["pqac-00000001"])]),
        ("一 (pqac-00000001)。二。", [("一。", ["pqac-00000001"]), ("二。", [])]),
        ("One (a remark) stays.", [("One (a remark) stays.", [])]),
        ("(pqac-00000001)", []),
    ],
)
def test_keys_go_with_their_sentence(text: str, told: list[tuple[str, list[str]]]) -> None:
    assert keyed(text) == told


def test_a_paper_is_cited_as_mla_has_it() -> None:
    assert mla(GAP) == 'Ada Byron. Li Wei. "GapNet: Walking Through Doors." arXiv:2509.00001.'


def test_chunks_come_with_their_vectors(index: VectorStoreIndex, e5: E5Embedding) -> None:
    (piece,) = pieces(index)[SOUND.arxiv_id]
    assert SOUND.abstract in piece.text
    assert piece.vector == pytest.approx(e5.get_text_embedding(piece.text), abs=1e-3)


def test_a_missing_environment_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["evals", "run", "--subject", "paperqa", "--out", str(tmp_path / "out")])
    assert guarded() == 1
    told = [line for line in capsys.readouterr().err.splitlines() if "paper-qa" in line]
    assert len(told) == 1
    assert told[0].endswith("make it with 'python -m evals peers'.")


def wheel(folder: Path) -> Path:
    """Write a wheel of one line."""
    path = folder / "smallest-1.0-py3-none-any.whl"
    told = {
        "smallest.py": "VERSION = 1\n",
        "smallest-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: smallest\nVersion: 1.0\n",
        "smallest-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "smallest-1.0.dist-info/RECORD": "smallest.py,,\n",
    }
    with zipfile.ZipFile(path, "w") as file:
        for name, text in told.items():
            file.writestr(name, text)
    return path


def test_an_environment_is_made_apart_and_only_whole(tmp_path: Path) -> None:
    folder = tmp_path / "environment"
    python = make_environment(f"smallest @ {wheel(tmp_path).as_uri()}", folder)
    say = "import json, smallest, sys; input(); print(json.dumps({'prefix': sys.prefix, 'version': smallest.VERSION}))"
    child = Child("smallest", [str(python), "-I", "-c", say], {})
    assert child.ask({}) == {"prefix": str(folder), "version": 1}
    child.close()
    with pytest.raises(RunError, match=r"^none .*: it cannot be installed \(error: .*none-1\.0"):
        make_environment(f"none @ {(tmp_path / 'none-1.0-py3-none-any.whl').as_uri()}", folder)
    with pytest.raises(RunError, match="its environment is not at"):
        environment_python("smallest", folder)


def test_the_fixed_questions_are_held_and_stand_alone() -> None:
    cases = named(load_cases([DATA]), Path(paperqa_peer.__file__).with_name("questions.txt"))
    kinds = Counter((case.kind, case.language) for case in cases)
    assert len(cases) == 20
    assert {case.split for case in cases} == {"held"}
    assert {case.corpus for case in cases} == {"seed"}
    assert kinds["single", "en"] == kinds["single", "zh"] == 5
    assert all(kinds[kind, "en"] == kinds[kind, "zh"] for kind, _ in kinds)
    assert [len(case.turns) for case in cases] == [1] * 20
