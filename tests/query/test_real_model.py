"""The whole path with the embedded language model, the small one."""

from collections.abc import Iterator

import pytest
from query.staging import Stage, check, unquoted_numbers

from rag.config import Settings, cache_folder
from rag.engines.loading import LanguageModel, load_language_model
from rag.engines.weights import QWEN_0_5B, installed, is_stamped
from rag.models import Answer
from rag.query.answering import answer_question
from rag.text import HAN

pytestmark = pytest.mark.llm


@pytest.fixture(scope="module")
def small() -> Iterator[LanguageModel]:
    """Return the 0.5B model, served in this process; skip where its weights are not installed."""
    joined = cache_folder() / QWEN_0_5B.sha256[:16] / QWEN_0_5B.name
    if not is_stamped(joined, QWEN_0_5B) and not all(installed(*part) for part in QWEN_0_5B.parts):
        pytest.skip("the weights of local-small are not installed: run 'make install-small'")
    yield load_language_model(Settings(llm="local-small", slots=1))


def asked(stage: Stage, small: LanguageModel, question: str) -> Answer:
    *_, answer = answer_question(question, stage.corpus, stage.embedder, lambda: small)
    assert isinstance(answer, Answer)
    check(answer, stage.corpus)
    assert not unquoted_numbers(answer)
    return answer


def test_an_english_question_is_answered_cited_and_counted(stage: Stage, small: LanguageModel) -> None:
    answer = asked(stage, small, "How accurately does the in-ear system tell awake from asleep?")
    assert {citation.arxiv_id for citation in answer.citations} == {"2509.07896"}
    assert "90.5%" in answer.text
    assert answer.language == "en"
    assert answer.usage.llm_calls in {1, 2}  # the small model sometimes asks for the whole abstract
    assert answer.usage.prompt_tokens > 100
    assert answer.usage.completion_tokens > 3
    assert answer.model == QWEN_0_5B.name.removesuffix(".gguf")


def test_a_chinese_question_is_answered_in_chinese(stage: Stage, small: LanguageModel) -> None:
    answer = asked(stage, small, "乳腺热成像的方法准确率达到多少？")
    assert {citation.arxiv_id for citation in answer.citations} == {"2509.07277"}
    assert "98.0%" in answer.text
    assert answer.language == "zh"
    assert len(HAN.findall(answer.text)) > len(answer.text) / 5


def test_the_model_does_not_follow_an_abstract(odd: Stage, small: LanguageModel) -> None:
    answer = asked(odd, small, "In the whale paper, for how many minutes do humpback whales repeat their songs?")
    assert "20 minutes" in answer.text
    assert answer.citations[0].arxiv_id == "2509.00666"
