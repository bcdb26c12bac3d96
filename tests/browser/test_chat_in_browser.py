"""The chat as a newcomer meets it: `arxiv-rag chat` on the sample digest, with the real engines."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from asking import ask, log
from playwright.sync_api import Page, expect


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    environment = {**os.environ, "XDG_DATA_HOME": str(tmp_path_factory.mktemp("chat")), "ARXIV_RAG_LLM": "local-small"}
    command = [sys.executable, "-m", "rag.serve.cli", "chat", "--port", "7990"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stdout is not None
        for line in server.stdout:
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                yield found.group()
                break
        else:
            pytest.fail("the chat did not say where it listens")
        server.terminate()


def test_a_question_of_record_is_answered_and_linked(page: Page) -> None:
    ask(page, "Who wrote 2509.07445?")
    link = log(page).locator('a[href="https://arxiv.org/abs/2509.07445"]').first
    expect(link).to_be_visible(timeout=30_000)
    expect(log(page)).to_contain_text("Harrison Field")


def test_a_chinese_list_names_every_paper(page: Page) -> None:
    ask(page, "哪些论文用到了扩散模型？")
    for paper in ("2509.07277", "2509.07530"):
        expect(log(page).locator(f'.answer a[href="https://arxiv.org/abs/{paper}"]').first).to_be_visible(
            timeout=30_000
        )


@pytest.mark.llm
def test_a_phrased_answer_shows_its_evidence(page: Page) -> None:
    page.locator("textarea").first.press_sequentially("How is a robot hand taught to turn things ", delay=40)
    ask(page, "How is a robot hand taught to turn objects by touch alone?")
    expect(log(page).locator('a[href="https://arxiv.org/abs/2509.07445"]').first).to_be_visible(timeout=120_000)
    expect(page.locator("#sources mark").first).to_be_visible(timeout=30_000)
    expect(log(page).locator(".foot")).to_contain_text("qwen2.5", timeout=30_000)


@pytest.mark.llm
def test_a_chinese_question_is_answered_in_chinese_and_followed_up(page: Page) -> None:
    ask(page, "怎样只凭触觉教会机械手转动物体？")
    expect(log(page).locator(".foot")).to_contain_text("qwen2.5", timeout=120_000)
    expect(log(page).locator(".answer")).to_contain_text(re.compile("[\u4e00-\u9fff]{4}"))
    expect(log(page).locator('.answer a[href="https://arxiv.org/abs/2509.07445"]').first).to_be_visible()
    ask(page, "它的作者是谁？")
    expect(log(page).locator(".answer").last).to_contain_text("Harrison Field", timeout=60_000)


@pytest.mark.llm
def test_what_no_paper_says_is_not_made_up(page: Page) -> None:
    ask(page, "How much does the robot hand of 2509.07445 cost?")
    expect(log(page).locator(".reply.abstained")).to_be_visible(timeout=120_000)
    expect(log(page).locator(".verdict")).to_be_visible()
