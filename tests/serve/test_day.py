"""The list of a day's papers, the chips of restrictions, and the list of conversations, as HTML."""

from __future__ import annotations

import datetime
import re

import pytest
from exchanges import EXCHANGE, OTHER, PAPER

from rag.models import Filters, Paper
from rag.serve.cards import Manner
from rag.serve.choosing import active, joined
from rag.serve.day import MOST_LISTED, Order, listing
from rag.serve.diary import Thread
from rag.serve.threads import shared_page, thread_list
from rag.serve.wording import CHINESE, ENGLISH

HOSTILE = Paper(
    arxiv_id="2509.00666",
    title='<img src=x onerror="owned=1"> $\\href{javascript:owned}{x}$',
    url="javascript:owned",
    authors=("<b>Eve</b>",),
    category="<i>cs.CR</i>",
    tldr="<script>owned</script>",
)


def paper(number: int, category: str = "cs.CV", **values: object) -> Paper:
    told: dict[str, object] = {
        "title": f"T{number:05}",
        "url": "",
        "abstract": "A sentence. Another.",
        "tldr": "一句。",
    }
    return Paper(arxiv_id=f"2509.{number:05}", category=category, **{**told, **values})  # type: ignore[arg-type]


def titles(markup: str) -> list[str]:
    return re.findall(r'<h3 class="title"[^>]*>([^<]*)</h3>', markup)


def test_papers_are_listed_by_category_the_largest_first() -> None:
    told = listing([paper(1, "cs.RO"), paper(2), paper(3)], "category", ENGLISH)
    assert titles(told) == ["T00002", "T00003", "T00001"]
    assert re.findall(r'<h2 class="group">([\w.]+) <span class="count">(\d)', told) == [("cs.CV", "2"), ("cs.RO", "1")]
    assert "3 papers" in told
    assert 'title="Show cs.CV alone (2)"' in told
    assert 'class="fill w20"' in told
    assert 'class="fill w10"' in told


@pytest.mark.parametrize(
    ("order", "expected"), [("title", ["T00001", "T00002", "T00003"]), ("newest", ["T00002", "T00003", "T00001"])]
)
def test_papers_are_sorted(order: Order, expected: list[str]) -> None:
    days = {1: None, 2: datetime.date(2025, 9, 11), 3: datetime.date(2025, 9, 10)}
    told = listing([paper(number, date=day) for number, day in days.items()], order, ENGLISH)
    assert titles(told) == expected


def test_a_paper_without_card_or_abstract_is_marked_and_still_summed_up() -> None:
    told = listing([paper(1, tldr="", abstract="First one. Second."), paper(2, abstract="")], "title", ENGLISH)
    assert told.count(ENGLISH.no_card) == 1
    assert told.count(ENGLISH.abstract_missing) == 1
    assert '<p class="tldr" lang="en">First one.</p>' in told
    assert '<p class="tldr" lang="zh-Hans">一句。</p>' in told


def test_a_list_has_a_bound_and_says_what_it_leaves_out() -> None:
    told = listing([paper(number) for number in range(MOST_LISTED + 3)], "title", CHINESE)
    assert told.count("<article") == MOST_LISTED
    assert "另有 3 篇" in told
    assert ENGLISH.empty_store.split(";", maxsplit=1)[0] in listing([], "title", ENGLISH)


def test_hostile_papers_are_text_in_every_list() -> None:
    listed = listing([HOSTILE, paper(1)], "category", ENGLISH)
    chips = active(Filters(papers=(HOSTILE.arxiv_id,), authors=('"><img src=x>',)), [HOSTILE], ENGLISH)
    for markup in (listed, chips):
        assert not re.search(r"<(?:img|script|b|i)\b", markup)
        assert "javascript:" not in re.sub(r"\$[^$]*\$", "", markup)
    assert "&lt;img src=x" in listed


def test_chips_show_each_restriction_and_what_can_be_done() -> None:
    limits = Filters(
        categories=("cs.RO",),
        authors=("Field",),
        since=datetime.date(2025, 9, 10),
        papers=(PAPER.arxiv_id, "2509.06988"),
    )
    told = active(limits, [PAPER, OTHER], ENGLISH)
    assert re.findall(r'class="drop (\w+)"', told) == [
        "category",
        "author",
        "since",
        "paper",
        "paper",
    ]
    assert "2509.06988 Other" in told
    assert 'title="Compare 2509.07277 and 2509.06988."' in told
    assert 'href="/papers.bib?ids=2509.07277,2509.06988&amp;lang=en"' in told
    one = active(Filters(papers=("2509.07277",)), [], CHINESE)
    assert CHINESE.compare not in one
    assert 'title="2509.07277 提出了什么，有什么发现？"' in one
    assert active(Filters(), [], ENGLISH) == ""
    assert active(Filters(categories=("cs.RO",)), [], ENGLISH).count("<a") == 0


def test_names_are_joined_as_the_language_does() -> None:
    assert joined(["a", "b", "c"], ENGLISH) == "a, b and c"
    assert joined(["a", "b", "c"], CHINESE) == "a、b 和 c"


def test_conversations_are_listed_with_what_can_be_done() -> None:
    when = datetime.datetime(2026, 1, 2, 3, 4, tzinfo=datetime.UTC)
    told = thread_list([Thread(id="t" * 32, title="<b>Why?</b>", questions=2, last=when)], CHINESE)
    assert "&lt;b&gt;Why?&lt;/b&gt;" in told
    assert f'href="/zh/?lang=zh&amp;c={"t" * 32}"' in told
    assert f'href="/c/{"t" * 32}?lang=zh"' in told
    assert f'href="/c/{"t" * 32}.md?lang=zh"' in told
    assert "2 个问题" in told
    assert CHINESE.no_threads in thread_list([], CHINESE)


def test_a_conversation_to_be_read_has_no_box_and_nothing_inline() -> None:
    page = shared_page((EXCHANGE,), Manner(words=ENGLISH), "/assets")
    assert 'role="log"' in page
    assert 'href="https://arxiv.org/abs/2509.07277"' in page
    assert page.count('class="card cited"') == 1
    assert "<mark>" in page
    for inline in ("<textarea", "<form", "<style", "style=", "onclick", "<script>"):
        assert inline not in page
    assert ENGLISH.next_questions not in page
    assert CHINESE.gone in shared_page((), Manner(words=CHINESE), "/assets")


def test_a_summary_that_says_more_than_the_abstract_is_marked() -> None:
    wrong = paper(1, tldr="准确率92%，用时3秒。", abstract="It reaches 29%.")
    assert '<span class="badge partial">2 details not in the abstract</span>' in listing([wrong], "title", ENGLISH)
    assert "2 处不见于摘要" in listing([wrong], "title", CHINESE)
    assert "not in the abstract" not in listing([paper(2)], "title", ENGLISH)
