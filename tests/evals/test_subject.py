"""The assistant as a subject: real retrieval over a real store, its model's calls recorded."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from handmade import GAP, PAPERS, SOUND, ask
from query.staging import QueuedLLM

from evals.corpora import Corpus, find_corpus
from evals.errors import CorpusError, RunError
from evals.opening import Opening
from evals.peers.retrievers import WordsOnly
from evals.stores import code_hash, source_files, store_name
from evals.subject import AssistantSubject, RecordedAssistant, RecordedModel, observe
from rag.config import Settings
from rag.engines.loading import LanguageModel

SAID = "It reaches a success rate of 91%."


class ScriptedAssistant(RecordedAssistant):
    """An assistant whose model says what a test wants."""

    @property
    def language_model(self) -> LanguageModel:
        """Return a model with one thing to say."""
        queued = LanguageModel(llm=QueuedLLM([SAID]), label="queued", remote=False)
        return RecordedModel.around(queued, self.calls)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScriptedAssistant]:
    settings = Settings(store=str(tmp_path_factory.mktemp("evals") / "store"), embedder="local", slots=1)
    with ScriptedAssistant.open(settings) as opened:
        opened.index(list(PAPERS.values()))
        yield opened


def test_an_answer_is_kept_with_its_retrieval_and_prompts(assistant: ScriptedAssistant) -> None:
    subject = AssistantSubject(assistant)
    (seen,) = observe(subject, [ask()])
    assert seen.error == ""
    assert seen.retrieval is not None
    assert seen.retrieval.papers[0] == GAP.arxiv_id
    assert seen.retrieval.scores[0] > seen.retrieval.scores[1]
    assert seen.answer is not None
    assert "91%" in seen.answer.text
    (prompt,) = seen.prompts
    assert "success rate of 91%" in prompt.user
    assert prompt.raw == SAID
    assert subject.papers() == {paper.arxiv_id: assistant.paper(paper.arxiv_id) for paper in (GAP, SOUND)}


def test_a_recorded_model_is_the_model_in_everything_else() -> None:
    model = LanguageModel(llm=QueuedLLM([]), label="queued", remote=True, prompt_budget=321)
    recorded = RecordedModel.around(model, [])
    assert {field.name: getattr(recorded, field.name) for field in fields(model)} == {
        field.name: getattr(model, field.name) for field in fields(model)
    }


def test_retrieval_alone_needs_no_model(assistant: ScriptedAssistant) -> None:
    before = len(assistant.calls)
    (seen,) = observe(AssistantSubject(assistant), [ask()], retrieve_only=True)
    assert (seen.answer, len(assistant.calls)) == (None, before)
    assert seen.ranking is not None
    assert seen.ranking[0] == GAP.arxiv_id


def test_words_alone_rank_but_do_not_answer(assistant: ScriptedAssistant) -> None:
    peer = WordsOnly(assistant=assistant)
    assert peer.search(ask(question="door frames")).papers == (GAP.arxiv_id,)
    filtered = ask(question="door frames sleep", filters={"category": ["cs.LG"]})
    assert peer.search(filtered).papers == (SOUND.arxiv_id,)
    (seen,) = observe(peer, [ask()])
    assert "it ranks papers and answers nothing" in seen.error


def test_an_unknown_subject_is_refused() -> None:
    with pytest.raises(RunError, match="use one of assistant"):
        Opening(settings=Settings()).subject("oracle", Corpus(name="x", path=Path("x"), digest="0"))


def test_the_sample_is_always_here_and_other_days_say_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_corpus("sample").path.name == "sample_digest.md"
    monkeypatch.setenv("ARXIV_RAG_SHARED", str(tmp_path))
    for name in ("seed", "2025-09-05"):
        with pytest.raises(CorpusError, match="ARXIV_RAG_SHARED"):
            find_corpus(name)


def test_a_store_is_named_after_what_decides_its_content() -> None:
    corpus = Corpus(name="x", path=Path("x"), digest="0")
    name = store_name(corpus, Settings())
    assert name == store_name(corpus, Settings(llm="local-small"))
    assert name != store_name(corpus, Settings(embedder="e5@http://localhost:1/v1"))
    assert name != store_name(Corpus(name="x", path=Path("x"), digest="1"), Settings())


def test_prompts_are_part_of_the_code_that_decides_an_outcome() -> None:
    assert any(file.suffix == ".md" for file in source_files("prompts"))
    assert code_hash(["prompts"]) != code_hash(["prompts", "rag/text.py"])


def test_cards_can_be_taken_away() -> None:
    with_cards, without = find_corpus("sample"), find_corpus("sample", cards=False)
    assert with_cards.digest != without.digest
    assert all(paper.card_fields for paper in with_cards.papers())
    assert not any(paper.card_fields for paper in without.papers())
    assert [paper.abstract for paper in without.papers()] == [paper.abstract for paper in with_cards.papers()]


def test_others_of_the_same_categories_stand_beside_a_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIV_RAG_SHARED", str(tmp_path))
    with pytest.raises(CorpusError, match="papers_50k"):
        find_corpus("sample", among=2)
    known = find_corpus("sample").papers()
    records = [
        {"id": identifier, "title": f"On {identifier}", "authors": ["A. Byron"], "categories": [category],
         "date": "2025-06-11", "abstract": "It is about something else."}
        for identifier, category in (
            (known[0].arxiv_id, known[0].category), ("2501.00001", known[0].category), ("2501.00002", "econ.TH"),
            ("2501.00003", known[0].category), ("2501.00004", known[0].category), ("2501.00005", known[0].category),
        )
    ]  # fmt: skip
    (tmp_path / "data").mkdir()
    with gzip.open(tmp_path / "data" / "papers_50k.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(record) + "\n" for record in records)
    corpus = find_corpus("sample", among=2)
    assert corpus.digest != find_corpus("sample").digest
    assert [paper.arxiv_id for paper in corpus.papers()[len(known) :]] == ["2501.00001", "2501.00004"]
    with pytest.raises(CorpusError, match="take fewer with --among"):
        find_corpus("sample", among=9).papers()
