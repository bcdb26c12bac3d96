"""Prompts are filled strictly both ways; values are data."""

import re
from pathlib import Path

import pytest

import prompts

SHIPPED = sorted(path.stem for path in Path(prompts.__file__).parent.glob("*.md"))


def test_every_file_is_listed() -> None:
    assert list(prompts.names()) == SHIPPED
    assert SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_prompt_renders(name: str) -> None:
    values = {slot: f"<{slot}>" for slot in prompts.slots(name)}
    rendered = prompts.render(name, **values)
    assert all(value in rendered for value in values.values())
    assert rendered == rendered.strip() != ""
    assert not re.search(r"\$[a-z{]", rendered)


def test_slots_braces_and_dollars() -> None:
    text = '{"json": "$question"} for $$5, at most ${count} times'
    assert prompts.fill("cost", text, {"question": "多少?", "count": 2}) == '{"json": "多少?"} for $5, at most 2 times'


def test_values_are_never_read_as_slots() -> None:
    values = {"question": "$sources ${sources} $$", "sources": "{0} %s"}
    assert prompts.fill("ask", "$question / $sources", values) == "$sources ${sources} $$ / {0} %s"


def test_all_missing_and_extra_slots_are_named_at_once() -> None:
    with pytest.raises(prompts.PromptError) as caught:
        prompts.fill("ask", "$question / $sources / $language", {"language": "en", "tone": "dry", "style": "terse"})
    assert str(caught.value) == "prompt 'ask': missing 'question', 'sources'; no slot for 'style', 'tone'"


def test_a_shipped_prompt_takes_no_extra_slot() -> None:
    name = prompts.names()[0]
    values = dict.fromkeys(prompts.slots(name), "x")
    with pytest.raises(prompts.PromptError, match="no slot for 'unheard_of'"):
        prompts.render(name, **values, unheard_of="x")


@pytest.mark.parametrize("name", ["answers", "../README", "", "answer.md"])
def test_an_unknown_prompt_is_answered_with_those_there_are(name: str) -> None:
    with pytest.raises(prompts.PromptError, match=f"there are {', '.join(SHIPPED)}"):
        prompts.render(name)


def test_a_dollar_that_starts_no_slot_is_refused() -> None:
    with pytest.raises(prompts.PromptError, match=r"write '\$\$'"):
        prompts.fill("cost", "It costs $5 for $question", {"question": "x"})
