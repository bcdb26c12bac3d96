"""Answers, papers and the head of the page as HTML."""

import dataclasses
import datetime
import re

import pytest
from exchanges import OTHER, PAPER, RETRIEVAL, SENTENCE, answered, citation

from rag.errors import ModelUnavailableError
from rag.models import Filters, Paper, Retrieval, Sentence, Usage
from rag.query.phrasing import harmless
from rag.serve.cards import CARDS_SHOWN, Manner, one_paper, sources
from rag.serve.conversation import Exchange
from rag.serve.page import Holdings, item, masthead, messages, reply, welcome
from rag.serve.suggestions import suggestions
from rag.serve.wording import CHINESE, ENGLISH, Wording

MANNER = Manner(words=ENGLISH)


def text_of(markup: str) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", markup)).strip()


def test_papers_and_passages_are_there_before_the_answer() -> None:
    panel = sources(Exchange(question="q").with_event(RETRIEVAL), MANNER)
    assert panel.index("2509.07277") < panel.index("2509.06988")
    assert '<blockquote class="match"><span class="words" lang="en">The system reaches 98.0% accuracy.</span>' in panel
    assert "Cited" not in panel
    assert "badge" not in panel


def test_a_cited_paper_comes_first_with_everything_about_it() -> None:
    panel = sources(
        answered(Sentence(text="x [2509.06988]", citations=(citation("Nothing here.", arxiv_id="2509.06988"),))), MANNER
    )
    assert panel.index("Other") < panel.index("Breast Cancer")
    panel = sources(answered(SENTENCE), MANNER)
    cited = panel.split("\n\n")[1]
    assert "Breast Cancer &lt;b&gt;Detection&lt;/b&gt;<sup>2</sup>" in cited
    for shown in (
        "https://arxiv.org/abs/2509.07277",
        "https://arxiv.org/pdf/2509.07277",
        "cs.CV",
        "cs.LG",
        "2025-09-10",
    ):
        assert shown in cited
    assert "<mark>The system reaches 98.0% accuracy.</mark> Both parts matter." in cited
    assert '<span class="badge supported">supported</span>' in cited
    assert "Author 7" in cited
    assert "and 3 more" in cited
    assert '<dd lang="zh-Hans">准确率达 98.0%。</dd>' in cited
    assert "javascript" not in panel


def test_the_badge_of_a_card_is_its_weakest_support() -> None:
    partly = Sentence(text="y", citations=(citation("Data are few.", "partial"),))
    assert 'class="badge partial"' in sources(answered(SENTENCE, partly), MANNER)


def test_a_card_for_a_paper_without_abstract_says_so() -> None:
    bare = Paper(arxiv_id="2509.00001", title="Bare", url="")
    panel = sources(
        Exchange(question="q").with_event(
            Retrieval(question="q", papers=(bare,), scores=(1.0,), passages=(), searched=1)
        ),
        MANNER,
    )
    assert ENGLISH.no_abstract in panel


def test_the_sample_says_at_each_abstract_that_it_is_retold() -> None:
    sample = Manner(words=ENGLISH, sample=True)
    assert ENGLISH.abstract_sample in sources(answered(SENTENCE), sample)
    assert ENGLISH.abstract_sample not in sources(answered(SENTENCE), MANNER)


def test_long_lists_keep_the_panel_short_and_every_citation_in_the_answer() -> None:
    ids = [f"2509.{number:05}" for number in range(CARDS_SHOWN + 5)]
    exchange = answered(
        *(Sentence(text=f"- One [{one}]", citations=(citation(arxiv_id=one, title=one),)) for one in ids)
    ).with_papers(Paper(arxiv_id=one, title=one, url="") for one in ids)
    assert sources(exchange, MANNER).count('class="card cited"') == CARDS_SHOWN
    assert "and 5 more" in sources(exchange, MANNER)
    body = reply(exchange, MANNER).split("<details")[0]
    assert body.count("<li>") == body.count('class="chip"') == len(ids)


def test_an_answer_links_its_citations_and_names_its_making() -> None:
    shown = reply(answered(SENTENCE), MANNER)
    assert 'href="https://arxiv.org/abs/2509.07277"' in shown
    told = text_of(shown)
    assert "1,164 papers searched in 31 ms" in told
    assert "answered in 4.2 s by m&lt;1&gt;" in told
    assert "1 quote behind this answer" in told
    assert "left this machine" not in told
    assert ENGLISH.sent_away in text_of(reply(answered(SENTENCE), Manner(words=ENGLISH, remote=True, model="qwen")))


def test_an_answer_without_a_model_says_so_and_sends_nothing_away() -> None:
    told = text_of(reply(answered(SENTENCE, usage=Usage()), Manner(words=ENGLISH, remote=True)))
    assert "without a language model" in told
    assert ENGLISH.sent_away not in told


@pytest.mark.parametrize("reason", ["not_in_corpus", "not_stated", "off_topic", "false_premise"])
def test_the_reason_of_an_abstention_is_shown(reason: str) -> None:
    shown = reply(answered(SENTENCE, reason=reason, abstained=reason != "false_premise"), MANNER)
    assert f'<p class="verdict">{ENGLISH.reason[reason]}</p>' in shown
    assert ("reply abstained" in shown) == (reason != "false_premise")


def test_lists_and_tables_are_shown_as_such() -> None:
    shown = reply(
        answered(
            Sentence(text="Two papers:"),
            Sentence(text="- One [2509.07277]", citations=(citation(),)),
            Sentence(text="- Two"),
            Sentence(text="| Paper | Result |\n|---|---|"),
            Sentence(text="| One [2509.07277] | <b>98.0%</b> |"),
        ),
        MANNER,
    )
    assert re.search(r"<p>Two papers:</p><ul><li>One <a [^>]+>.*?</a></li><li>Two</li></ul>", shown)
    assert '<thead><tr><th scope="col">Paper</th><th scope="col">Result</th></tr></thead>' in shown
    assert "<td>&lt;b&gt;98.0%&lt;/b&gt;</td></tr></tbody>" in shown


def test_the_rows_of_a_comparison_have_heads_of_their_own() -> None:
    head = Sentence(text="| | A | B |\n| --- | --- | --- |")
    shown = messages((answered(head, Sentence(text="| Result | one | two |"), layout="table"),), MANNER)[1]["content"]
    assert '<thead><tr><td></td><th scope="col">A</th><th scope="col">B</th></tr></thead>' in shown
    assert '<tr><th scope="row">Result</th><td>one</td><td>two</td></tr>' in shown


def test_chinese_sentences_are_joined_without_spaces() -> None:
    shown = reply(answered(Sentence(text="准确率是多少。"), Sentence(text="达到 98.0%。"), language="zh"), MANNER)
    assert "<p>准确率是多少。达到 98.0%。</p>" in shown
    assert '<div class="answer" lang="zh-Hans">' in shown


def test_each_stage_of_an_answer_says_what_is_going_on() -> None:
    started = Exchange(question="q")
    found = started.with_event(RETRIEVAL)
    begun = found.with_event(SENTENCE)
    assert [ENGLISH.searching in reply(started, MANNER), ENGLISH.reading in reply(found, MANNER)] == [True, True]
    assert ENGLISH.writing in reply(begun, MANNER)
    assert ENGLISH.stopped in reply(begun.stop(), MANNER)
    assert "98.0%" in reply(begun.stop(), MANNER)
    assert 'class="status"' not in reply(answered(SENTENCE), MANNER)


def test_a_problem_is_one_sentence_in_the_conversation() -> None:
    error = ModelUnavailableError("<x>", "its file is missing", "run 'make install'")
    shown = reply(Exchange(question="q").failed(str(error)), MANNER)
    assert "&lt;x&gt;" in shown
    assert "its file is missing; run 'make install'." in shown


def test_a_question_is_shown_as_it_was_written() -> None:
    first, second = messages((answered(SENTENCE),), MANNER)
    assert (first["role"], second["role"]) == ("user", "assistant")
    assert "How &lt;i&gt;accurate&lt;/i&gt;?<br>second line" in first["content"]


@pytest.mark.parametrize(("count", "told"), [(1, "1 paper searched"), (2, "2 papers searched")])
def test_one_paper_is_not_several(count: int, told: str) -> None:
    found = Retrieval(question="q", papers=(PAPER,), scores=(1.0,), passages=(), searched=count)
    assert told in text_of(
        reply(Exchange(question="q").with_event(found).with_event(answered(SENTENCE).answer), MANNER)
    )


@pytest.mark.parametrize("form", ["{title}: what it does", "《{title}》：它做什么"])
def test_the_title_that_an_item_begins_with_is_set_off(form: str) -> None:
    title = r"A \emph{study} of <i>ears</i>"
    line = form.format(title=harmless(title))
    shown = item(f"{line} [2509.07277].", {"2509.07277": title})
    assert shown.startswith("<strong>")
    assert shown.count("</strong>") == 1
    assert "A study of ‹i›ears‹/i›" in shown
    assert 'class="chip"' in shown.split("</strong>")[1]
    assert item("No title here.", {"2509.07277": title}) == "No title here."


def test_filters_that_an_answer_kept_to_are_named() -> None:
    filters = Filters(categories=("cs.CV",), authors=("Li",), since=datetime.date(2025, 9, 10))
    exchange = Exchange(question="q", filters=filters).with_event(
        Retrieval(question="q", papers=(PAPER,), scores=(1.0,), passages=(), searched=8, filters=filters)
    )
    told = text_of(reply(exchange.with_event(answered(SENTENCE).answer), MANNER))
    assert "cs.CV, Li, 2025-09-10–" in told


def test_the_masthead_tells_what_is_here_who_answers_and_where_text_goes() -> None:
    holdings = Holdings(papers=1164, days=("2025-09-09", "2025-09-10"))
    told = text_of(masthead(holdings, Manner(words=ENGLISH, model="qwen")))
    for expected in ("1,164 papers", "2025-09-09 to 2025-09-10 (2 days)", "qwen", ENGLISH.local, ENGLISH.scope_note):
        assert expected in told
    assert ENGLISH.sample_note not in told
    assert ENGLISH.sample_note in text_of(masthead(holdings, Manner(words=ENGLISH, sample=True)))
    away = text_of(masthead(holdings, Manner(words=ENGLISH, remote=True, model="qwen")))
    assert "questions and passages are sent to qwen" in away
    assert ENGLISH.local not in away
    chinese = text_of(masthead(Holdings(papers=1, days=(), embedder_remote=True), Manner(words=CHINESE)))
    assert "1 篇论文" in chinese
    assert CHINESE.remote_embedder in chinese
    assert CHINESE.local not in chinese


SLOT = re.compile(r"\{(\w+)\}")


def slots(value: object) -> object:
    """Return the slots of a wording's value, in the value's own form."""
    if isinstance(value, str):
        return sorted(SLOT.findall(value))
    if isinstance(value, tuple):
        return [slots(one) for one in value]
    return {key: slots(one) for key, one in value.items()} if isinstance(value, dict) else None


def test_both_languages_say_everything_with_the_same_slots() -> None:
    for field in dataclasses.fields(Wording):
        english, chinese = getattr(ENGLISH, field.name), getattr(CHINESE, field.name)
        if field.name not in {"language", "other"}:
            assert english
            assert chinese
            # a count of one is said in words, in one language more than in the other
            assert slots(english) == slots(chinese), field.name
    assert ENGLISH.welcome in welcome(ENGLISH)


def test_a_kept_answer_can_be_taken_along_and_suggests_what_to_ask() -> None:
    thread = "t" * 32
    told = messages((answered(SENTENCE), answered(SENTENCE)), MANNER, thread)
    for number, message in ((0, told[1]), (1, told[3])):
        for suffix in ("md", "bib", "csv"):
            assert f'href="/c/{thread}.{suffix}?lang=en&amp;n={number}"' in message["content"]
    assert ENGLISH.next_questions not in told[1]["content"]
    assert f'title="{ENGLISH.followups["method"]}"' in told[3]["content"]
    unkept = messages((answered(SENTENCE),), MANNER)[1]["content"]
    assert "/c/" not in unkept
    assert ENGLISH.next_questions not in unkept


def test_an_answer_without_citations_offers_its_text_alone() -> None:
    told = messages((answered(Sentence(text="Hello.")),), MANNER, "t" * 32)[1]["content"]
    assert ".md?" in told
    assert ".bib?" not in told
    assert ENGLISH.next_questions not in told


def test_two_papers_suggest_a_comparison_unless_that_was_the_question() -> None:
    other = Sentence(text="Two [2509.06988].", citations=(citation("Nothing here.", arxiv_id=OTHER.arxiv_id),))
    compare = ENGLISH.followups["compare"].format(a=PAPER.arxiv_id, b=OTHER.arxiv_id)
    assert suggestions(answered(SENTENCE, other))[0] == compare
    asked = suggestions(answered(SENTENCE, other, layout="table"))
    assert compare not in asked
    assert len(asked) == 2
    assert suggestions(answered(SENTENCE, language="zh")) == [
        CHINESE.followups[name] for name in ("method", "evaluation", "authors")
    ]


def test_the_nearest_passage_stands_in_until_the_answer_begins() -> None:
    found = Exchange(question="q").with_event(RETRIEVAL)
    assert "The system reaches 98.0% accuracy." in reply(found, MANNER)
    assert ENGLISH.nearest not in reply(found.with_event(SENTENCE), MANNER)
    assert ENGLISH.nearest not in reply(answered(SENTENCE), MANNER)


def test_a_card_says_what_of_its_summary_the_abstract_does_not() -> None:
    wrong = dataclasses.replace(PAPER, tldr="准确率达 89.0%，基于<b>NuNet</b>。", missing=("result",))
    panel = one_paper(wrong, MANNER)
    assert "2 details of this summary are not in the abstract: 89.0%, NuNet" in text_of(panel)
    assert "missing in the digest: Result" in text_of(panel)
    assert "<b>" not in panel
    chinese = one_paper(wrong, Manner(words=CHINESE))
    assert "卡片中有 2 处在摘要里找不到：89.0%, NuNet" in text_of(chinese)
    assert 'class="caution audit"' not in one_paper(PAPER, MANNER)
