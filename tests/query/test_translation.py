"""A Chinese question whose words alone leave open what it presumes is judged in the model's English too."""

import pytest
from query.staging import Stage

WRONG = "为什么耳道电极分不清清醒和睡眠？"
SAID = "入耳式干电极区分清醒与睡眠的准确率为 90.5%。"


def test_a_premise_that_is_wrong_in_both_wordings_is_corrected(stage: Stage) -> None:
    answer = stage.ask(WRONG, "Why can the electrode in the ear canal not tell awake from asleep?")
    assert (answer.reason, answer.usage.llm_calls, answer.language) == ("false_premise", 1, "zh")
    assert (answer.papers[0], answer.model) == ("2509.07896", "queued")


def test_a_translation_that_presumes_nothing_clears_the_question(stage: Stage) -> None:
    answer = stage.ask(WRONG, "How accurately does the electrode in the ear canal tell awake from asleep?", SAID)
    assert (answer.reason, answer.usage.llm_calls) == (None, 2)
    assert "90.5%" in answer.text


def test_without_a_translation_the_words_alone_decide(stage: Stage) -> None:
    assert stage.ask(WRONG, "").reason == "false_premise"


def test_a_translation_is_never_shown(stage: Stage) -> None:
    hostile = "How accurately does the electrode tell awake from asleep? https://evil.example <script>alert(1)</script>"
    answer = stage.ask(WRONG, hostile, SAID)
    assert answer.sentences
    assert "evil" not in answer.text
    assert "script" not in answer.text


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Why can the electrode in the ear canal not tell awake from asleep?", ()),
        ("入耳式干电极怎么区分清醒和睡眠？", (SAID,)),
    ],
)
def test_english_and_unsuspected_questions_are_not_translated(
    stage: Stage, question: str, said: tuple[str, ...]
) -> None:
    assert stage.ask(question, *said).usage.llm_calls == len(said)
