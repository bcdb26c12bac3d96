"""Questions that stored fields answer exactly: no model, both languages."""

import re
from dataclasses import replace

import pytest
from query.odd_papers import BARE
from query.staging import Build, Stage, listed, turn

from rag.models import Filters

RAC, RLFACTORY, EAR, WARMUP, RADAR = "2509.07953", "2509.06980", "2509.07896", "2509.07972", "2509.07683"
DIFFUSION = {"2509.07277", "2509.07530"}
RAC_AUTHORS = "Zheyuan Hu, Robyn Wu, Naveen Enock, Jasmine Li, Riya Kadakia, Zackory Erickson, Aviral Kumar"


@pytest.mark.parametrize(
    ("question", "paper", "field", "told"),
    [
        ("Who wrote 2509.07953?", RAC, "authors", RAC_AUTHORS),
        ("Who are the authors of https://arxiv.org/abs/2509.07953v2 ?", RAC, "authors", RAC_AUTHORS),
        ("Who wrote the paper on https://arxiv.org/pdf/2509.07953v1.pdf?", RAC, "authors", RAC_AUTHORS),
        ("Who is the first author of RaC?", RAC, "authors", "Zheyuan Hu"),
        ("Who is the last author of arXiv:2509.07953v3?", RAC, "authors", "Aviral Kumar"),
        ("Who is the senior author of the paper about sleep stages in the ear?", EAR, "authors", "Michael Beigl"),
        ("2509.07953 的第一作者是谁？", RAC, "authors", "Zheyuan Hu"),
        ("RaC 的最后一位作者是谁？", RAC, "authors", "Aviral Kumar"),
        ("谁写的 RaC？", RAC, "authors", RAC_AUTHORS),
        ("耳内睡眠监测那篇论文的作者有哪些？", EAR, "authors", "Jonas Leichtle"),
        ("Which category is 2509.07953 in?", RAC, "categories", "cs.RO"),
        ("RLFactory 属于哪个类别？", RLFACTORY, "categories", "cs.LG"),
        ("Where can I find the code of RLFactory?", RLFACTORY, "url", "https://github.com/Simple-Efficient/RL-Factory"),
        ("RLFactory 的代码链接在哪？", RLFACTORY, "url", "https://github.com/Simple-Efficient/RL-Factory"),
        ("What is the title of 2509.07972?", WARMUP, "title", "Learning Rate Warmup"),
        ("2509.07972 的题目是什么？", WARMUP, "title", "Learning Rate Warmup"),
        ("Is 2509.07953 in the store?", RAC, "title", "Yes"),
        ("2509.07953 收录了吗？", RAC, "title", "有"),
    ],
)
def test_a_field_of_one_paper_is_told_and_cited(stage: Stage, question: str, paper: str, field: str, told: str) -> None:
    answer = stage.ask(question)
    assert told in answer.text
    assert [(citation.arxiv_id, citation.field) for citation in answer.citations] == [(paper, field)]
    assert answer.papers[0] == paper
    assert not answer.abstained
    assert answer.usage.llm_calls == 0
    assert answer.timings.first_token_s is None


def test_an_old_identifier_is_a_paper_like_any_other(odd: Stage) -> None:
    assert "Giulia Bianchi" in odd.ask("Who wrote cond-mat/9212029v2?").text
    assert "cond-mat.dis-nn, cond-mat.stat-mech" in odd.ask("cond-mat/9212029 属于哪个类别？").text


@pytest.mark.parametrize(
    ("question", "identifier"),
    [
        ("Is 2501.00001 in the digest?", "2501.00001"),
        ("Tell me about hep-th/9901001v2", "hep-th/9901001"),
        ("What does https://arxiv.org/abs/2501.00001v3 propose?", "2501.00001"),
        ("2501.00001 在库里吗？", "2501.00001"),
    ],
)
def test_an_unknown_identifier_is_said_to_be_absent(stage: Stage, question: str, identifier: str) -> None:
    answer = stage.ask(question)
    assert (answer.abstained, answer.reason) == (True, "not_in_corpus")
    assert identifier in answer.text
    assert "24" in answer.text, "it says what was searched"


@pytest.mark.parametrize(
    ("question", "paper"),
    [
        ("Is there a GitHub link for the radar SLAM parking paper?", RADAR),
        ("雷达泊车 SLAM 那篇的代码开源了吗？", RADAR),
    ],
)
def test_code_that_no_abstract_links_is_not_stated(stage: Stage, question: str, paper: str) -> None:
    answer = stage.ask(question)
    assert answer.reason == "not_stated"
    assert [(citation.arxiv_id, citation.field) for citation in answer.citations] == [(paper, "url")]


@pytest.mark.parametrize(
    "question",
    [
        "Which papers did Robyn Wu write?",
        "Which paper lists ROBYN WU as an author?",
        "Robyn Wu's papers",
        "Robyn Wu 写了哪些论文？",
        "How many papers did Robyn Wu author?",
    ],
)
def test_papers_of_an_author_are_all_listed(stage: Stage, question: str) -> None:
    answer = stage.ask(question)
    assert answer.papers == tuple(listed(answer)) == (RAC,)
    assert [(citation.field, citation.quote) for citation in answer.citations] == [("authors", RAC_AUTHORS)]


def test_an_author_of_several_papers_and_of_first_places(odd: Stage) -> None:
    assert set(odd.ask("Which papers are by Giulia Bianchi?").papers) == {"cond-mat/9212029", "2509.00888"}
    assert odd.ask("Which papers have Hana Sato as last author?").papers == ("2509.00888",)
    assert odd.ask("Which papers have Hana Sato as first author?").papers == ()


def test_no_paper_in_first_place_is_not_no_paper(odd: Stage) -> None:
    assert "first author" in odd.ask("Which papers have Hana Sato as first author?").text


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Are there papers by Yann LeCun?", "Yann LeCun"),
        ("Did Geoffrey Hinton author anything here?", "Geoffrey Hinton"),
        ("Yann LeCun 有论文收录吗？", "Yann LeCun"),
    ],
)
def test_an_unknown_author_is_said_to_have_none(stage: Stage, question: str, name: str) -> None:
    answer = stage.ask(question)
    assert answer.reason == "not_in_corpus"
    assert name in answer.text
    assert not answer.citations


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("How many papers are there?", 24),
        ("How many papers are in cs.RO?", 8),
        ("how many cs.CL papers?", 0),
        ("How many papers are from 2025-09-10?", 24),
        ("How many papers are there today?", 24),
        ("How many papers are there in today's digest?", 24),
        ("这里一共有多少篇论文？", 24),
        ("cs.CV 有多少篇论文？", 8),
        ("cs.CL 有几篇论文？", 0),
        ("今天有多少篇论文？", 24),
    ],
)
def test_counts_cover_the_whole_store_and_say_so(stage: Stage, question: str, count: int) -> None:
    answer = stage.ask(question)
    assert str(count) in answer.text.replace("2025-09-1", "")
    assert len(answer.papers) == count
    assert not answer.abstained
    assert "2025-09-1" in answer.text, "it names the days that it covers"


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("How many papers yesterday?", 1),
        ("昨天有几篇论文？", 1),
        pytest.param("How many papers until 2025-09-09?", 1),
        pytest.param("How many papers between 2025-09-09 and 2025-09-10?", 4),
        ("How many papers in cs.LG?", 1),
    ],
)
def test_counts_by_day_and_by_any_category_of_a_paper(odd: Stage, question: str, count: int) -> None:
    answer = odd.ask(question)
    assert (len(answer.papers), answer.abstained) == (count, False)


@pytest.mark.parametrize(
    ("question", "papers"),
    [
        ('How many papers have "Diffusion" in the title?', DIFFUSION),
        ("Which titles contain the word diffusion?", DIFFUSION),
        ("哪些论文的标题里有 Diffusion？", DIFFUSION),
        ("哪些论文的标题包含“Reinforcement Learning”？", {RLFACTORY, "2509.07707"}),
        ("Which titles contain the word diffusion or reinforcement?", {*DIFFUSION, RLFACTORY, "2509.07707"}),
        ("标题里含有 Diffusion 或 Reinforcement 的论文是哪几篇？", {*DIFFUSION, RLFACTORY, "2509.07707"}),
        ("Which titles contain “Reinforcement” and “Framework”?", {RLFACTORY}),
        ("Which titles contain the word diffusion, and how many are there?", DIFFUSION),
    ],
)
def test_titles_with_a_word(stage: Stage, question: str, papers: set[str]) -> None:
    answer = stage.ask(question)
    assert set(answer.papers) == set(listed(answer)) == papers
    assert {citation.field for citation in answer.citations} == {"title"}
    assert str(len(papers)) in answer.sentences[0].text


def test_titles_with_a_sign(stage: Stage, odd: Stage) -> None:
    assert odd.ask("Which titles contain a question mark?").papers == ("cond-mat/9212029",)
    assert odd.ask("哪些论文标题带问号？").papers == ("cond-mat/9212029",)
    absent = stage.ask("Which titles contain a question mark?")
    assert (absent.reason, absent.papers) == ("not_in_corpus", ())


def test_a_word_inside_another_is_not_that_word(stage: Stage) -> None:
    assert stage.ask("Which titles contain the word able?").reason == "not_in_corpus"


@pytest.mark.parametrize(
    ("question", "papers"),
    [
        ("Which paper has the most authors?", {RLFACTORY}),
        ("哪篇论文作者最多？", {RLFACTORY}),
        ("Which paper has the fewest authors?", {"2509.07647", "2509.07966", "2509.07321"}),
        ("作者最少的论文是哪篇？", {"2509.07647", "2509.07966", "2509.07321"}),
        ("Which papers have more than seven authors?", {RLFACTORY, "2509.07021", "2509.07362"}),
        ("Which papers have at least 12 authors?", {RLFACTORY}),
        ("Which papers have more than 12 authors?", set()),
        ("作者超过 7 位的论文有哪些？", {RLFACTORY, "2509.07021", "2509.07362"}),
        ("作者不少于 12 位的论文有哪些？", {RLFACTORY}),
    ],
)
def test_papers_by_the_number_of_their_authors(stage: Stage, question: str, papers: set[str]) -> None:
    answer = stage.ask(question)
    assert set(answer.papers) == set(listed(answer)) == papers
    assert answer.abstained == (not papers)


def test_a_paper_without_authors_is_not_the_one_with_the_fewest(odd: Stage) -> None:
    assert odd.ask("Which paper has a single author?").papers == ("cond-mat/9212029",)


def test_days_of_the_digests(stage: Stage, odd: Stage, build: Build) -> None:
    assert "2025-09-10" in stage.ask("Which day is this digest from?").text
    assert "2025-09-09, 2025-09-10" in odd.ask("库里的论文是哪几天的？").text
    unknown = build("undated", [replace(BARE, date=None)]).ask("Which day is this digest from?")
    assert (unknown.reason, unknown.citations) == ("not_stated", ())


def test_categories_with_their_counts(stage: Stage, odd: Stage) -> None:
    for question in ("Which categories are in the store?", "库里有哪些类别？"):
        answer = stage.ask(question)
        assert all(f"{category} (8)" in answer.text for category in ("cs.CV", "cs.RO", "cs.LG"))
        assert len(answer.papers) == 24
    assert "cs.CV (1)" in odd.ask("Which categories are there?").text, "every category of a paper counts"


def test_a_paper_without_authors_or_abstract_is_still_known(odd: Stage) -> None:
    assert "q-bio.PE" in odd.ask("What is the category of 2509.00777?").text
    assert odd.ask("Where is the code of 2509.00777?").reason == "not_stated"


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote ZorbNet?",
        "ZorbNet 的作者是谁？",
        "Where is the code of ZorbNet?",
        "Who wrote the paper about quantum chromodynamics on the lattice?",
        "What category is the paper on medieval poetry in?",
        "Who wrote it?",
    ],
)
def test_records_of_what_is_absent_are_not_those_of_another_paper(stage: Stage, question: str) -> None:
    assert stage.ask(question).abstained


@pytest.mark.parametrize(
    ("question", "count"),
    [
        pytest.param("How many papers are in cs.CV or cs.LG?", 16),
        pytest.param("How many papers are there since 2025-09-11?", 0),
        pytest.param("List all papers in cs.RO", 8),
        pytest.param("哪些论文属于 cs.RO？", 8),
        pytest.param("List all papers", 24),
        pytest.param("Which papers are from today?", 24),
    ],
)
def test_the_papers_of_categories_and_days(stage: Stage, question: str, count: int) -> None:
    answer = stage.ask(question)
    assert (len(answer.papers), answer.abstained) == (count, False)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        pytest.param("Is RaC in the store?", "Yes"),
        pytest.param("RaC 收录了吗？", "有"),
        pytest.param("Is the code of the radar parking paper available?", RADAR),
        pytest.param("雷达泊车那篇的代码公开了吗？", RADAR),
    ],
)
def test_other_ways_to_ask(stage: Stage, question: str, told: str) -> None:
    assert told in stage.ask(question).text


@pytest.mark.parametrize(
    "question", ["Are 2509.07953 and 2501.00001 in the store?", "谁写的 2509.07953 和 2501.00001？"]
)
def test_an_unknown_identifier_among_known_ones_is_named(stage: Stage, question: str) -> None:
    assert "2501.00001" in stage.ask(question).text


def test_an_explicit_author_filter_holds_beside_a_named_author(odd: Stage) -> None:
    answer = odd.ask("Which papers are by Giulia Bianchi?", filters=Filters(authors=("Sato",)))
    assert answer.papers == ("2509.00888",)


@pytest.mark.parametrize("question", ["Who wrote 2509.07953?", "Is 2501.00001 in the digest?"])
def test_at_least_ten_papers_are_ranked_where_nothing_is_listed(stage: Stage, question: str) -> None:
    assert len(stage.ask(question).papers) >= 10


def test_a_single_author_is_one_author(stage: Stage, odd: Stage) -> None:
    assert odd.ask("Which papers have only one author?").papers == ("cond-mat/9212029",)


@pytest.mark.parametrize("question", ["Which papers were written by a single author?", "哪些论文只有一位作者？"])
def test_where_every_paper_has_several_authors_none_has_one(stage: Stage, question: str) -> None:
    answer = stage.ask(question)
    assert answer.abstained
    assert not listed(answer)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        pytest.param("How many authors does RaC have?", " 7 "),
        pytest.param("RaC 有几位作者？", " 7 "),
        pytest.param("Which papers have exactly 12 authors?", RLFACTORY),
        pytest.param("Papers by Wang?", "Yingsheng Wang"),
    ],
)
def test_more_about_authors(stage: Stage, question: str, told: str) -> None:
    assert told in stage.ask(question, "Nothing.").text


@pytest.mark.parametrize(
    "question",
    ["Who wrote the reward functions for turning objects by touch?", "用触觉让机械手转动物体的奖励函数是谁写的？"],
)
def test_who_wrote_a_part_of_a_paper_is_no_question_for_its_authors(stage: Stage, question: str) -> None:
    answer = stage.ask(question, "Nothing.")
    assert {citation.field for citation in answer.citations} == {"abstract"}


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Who's behind RaC?", RAC_AUTHORS),
        ("How many people are on the RaC paper?", "7"),
        ("RaC 这篇有几个人写的？", "7"),
        ("What is the arXiv number of the RaC paper?", f"https://arxiv.org/abs/{RAC}"),
        ("RaC 署名第一的是谁？", "Zheyuan Hu"),
    ],
)
def test_everyday_words_ask_for_fields_too(stage: Stage, question: str, told: str) -> None:
    answer = stage.ask(question)
    assert told in answer.text
    assert answer.papers[0] == RAC


@pytest.mark.parametrize("question", ["Which papers link to github.com?", "代码放在 github.com 上的有哪些？"])
def test_a_domain_names_the_papers_that_link_to_it(stage: Stage, question: str) -> None:
    answer = stage.ask(question)
    linking = {p.arxiv_id for p in stage.corpus.papers() if any("//github.com/" in link for link in p.links)}
    assert set(answer.papers) == linking
    assert len(linking) > 3
    nothing = stage.ask("Which papers link to huggingface.co?")
    assert (nothing.reason, "0 link to huggingface.co" in nothing.text) == ("not_in_corpus", True)


def test_a_section_may_be_called_by_its_name(stage: Stage) -> None:
    by_code, by_name = stage.ask("Which papers are in cs.RO?"), stage.ask("Which papers are in the robotics section?")
    assert by_code.papers == by_name.papers
    assert set(by_name.papers) == {paper.arxiv_id for paper in stage.corpus.papers(Filters(categories=("cs.RO",)))}


@pytest.mark.parametrize(
    "question",
    [
        "Who is on both 2509.07953 and 2509.07445?",
        "Do RaC and Text2Touch share any authors?",
        "RaC 和 Text2Touch 有共同的作者吗？",
    ],
)
def test_papers_without_a_common_author_are_said_to_have_none(stage: Stage, question: str) -> None:
    answer = stage.ask(question)
    assert "share no author" in answer.text or "没有共同的作者" in answer.text
    assert set(answer.papers) == {RAC, "2509.07445"}
    assert {citation.field for citation in answer.citations} == {"authors"}


def test_authors_of_two_papers_are_those_of_both(odd: Stage) -> None:
    both = ("cond-mat/9212029", "2509.00888")
    for question, history in (
        ("Who shows up on both cond-mat/9212029 and 2509.00888?", []),
        ("Do the two share any authors?", [turn(*both)]),
        ("这两篇有共同作者吗？", [turn(*both)]),
    ):
        answer = odd.ask(question, history=history)
        assert answer.sentences[0].text.rstrip(":：").endswith("Giulia Bianchi")
        assert set(answer.papers) == set(both)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("cs.CV or cs.RO: which of the two has more papers, and how big is the gap?", "8 cs.CV, 8 cs.RO papers: 16"),
        ("cs.CV 加上 cs.RO，总共多少篇？", "cs.CV 8 篇，cs.RO 8 篇；合计 16 篇"),
        ("这批一共多少篇，其中 cs.CV 占几篇？", "其中 cs.CV 论文 8 篇"),
        (
            "How many papers are there, and how many of them are cs.CV?",
            "8 are cs.CV papers",
        ),
    ],
)
def test_counts_of_several_categories_and_of_a_part(stage: Stage, question: str, told: str) -> None:
    answer = stage.ask(question)
    assert told in answer.text
    assert answer.usage.llm_calls == 0


@pytest.mark.parametrize(
    "question", ["Which are the top two papers by the most authors?", "署名人数最多的前两篇是哪两篇？"]
)
def test_the_first_few_by_their_authors(stage: Stage, question: str) -> None:
    numbers = sorted((len(paper.authors) for paper in stage.corpus.papers()), reverse=True)
    told = [len(paper.authors) for paper in stage.corpus.get(listed(stage.ask(question)))]
    assert told == [number for number in numbers if number >= numbers[1]]


@pytest.mark.parametrize("question", ["Which has more authors?", "作者更多的是哪一篇？"])
def test_the_papers_of_the_conversation_are_ranked_by_their_authors(stage: Stage, question: str) -> None:
    few, many = sorted(stage.corpus.get([RAC, RLFACTORY]), key=lambda paper: len(paper.authors))
    assert len(few.authors) < len(many.authors)
    assert listed(stage.ask(question, history=[turn(RAC, RLFACTORY)])) == [many.arxiv_id]


@pytest.mark.parametrize(
    "question",
    ["The thing by Zheyuan Hu about long tasks - which one is it?", "Zheyuan Hu 写的、跟机器人有关的是哪篇？"],
)
def test_which_paper_of_somebody_is_told_by_its_title(stage: Stage, question: str) -> None:
    answer = stage.ask(question)
    assert "RaC: Robot Learning" in answer.text
    assert [(citation.arxiv_id, citation.field) for citation in answer.citations] == [(RAC, "title")]


@pytest.mark.parametrize(
    ("question", "said", "papers"),
    [
        ("Which authors do RaC and DepthVision have in common?", "share no author", {"2509.07953", "2509.07463"}),
        ("Are RaC and DepthVision by the same people?", "share no author", {"2509.07953", "2509.07463"}),
        ("RaC 一共几位作者？", "7", {"2509.07953"}),
        ("2509.07953 是哪篇论文", "RaC: Robot Learning", {"2509.07953"}),
        ("which paper is 2509.07953?", "RaC: Robot Learning", {"2509.07953"}),
        ("What else did the first author of RaC write?", "no other paper by Zheyuan Hu than", {"2509.07953"}),
        ("RaC 的一作还有别的论文吗？", "没有 Zheyuan Hu 的其他论文", {"2509.07953"}),
    ],
)
def test_everyday_questions_about_authors_and_ids(stage: Stage, question: str, said: str, papers: set[str]) -> None:
    answer = stage.ask(question)
    assert said in answer.text
    assert papers <= set(answer.papers)
    assert not answer.usage.llm_calls


@pytest.mark.parametrize("question", ["Which papers link to Hugging Face?", "哪篇论文附了 Hugging Face 的链接"])
def test_a_site_may_be_called_by_its_name(stage: Stage, question: str) -> None:
    answer = stage.ask(question)
    linked = {
        paper.arxiv_id for paper in stage.corpus.papers() if any("huggingface.co" in link for link in paper.links)
    }
    assert set(answer.papers) == linked
    assert "huggingface.co" in answer.text


def test_papers_of_so_many_people(stage: Stage) -> None:
    answer = stage.ask("只有三个人署名的论文有哪些？")
    signed = {paper.arxiv_id for paper in stage.corpus.papers() if len(paper.authors) == 3}
    assert signed
    assert set(answer.papers) == signed


@pytest.mark.parametrize(
    "question",
    [
        "How do the authors of the radar SLAM for parking measure the speed of the car?",
        "Staging sleep in the ear was linked to sleeping well. How strong was that link?",
        "In the comparison of ways to park by radar SLAM, how much did the other sensors add?",
    ],
)
def test_what_only_sounds_like_a_question_of_record_or_a_comparison_is_put_to_the_paper(
    stage: Stage, question: str
) -> None:
    answer = stage.ask(question, "NOT STATED", "NOT STATED", "NOT STATED", "NOT STATED")
    assert answer.usage.llm_calls > 0 or answer.reason in {"not_stated", "false_premise"}
    assert not any(citation.field in {"authors", "url"} for citation in answer.citations)
    assert answer.layout != "table"


@pytest.mark.parametrize(
    "question", ["Total number of papers in this issue, please.", "这期一共几篇论文，报个数", "文章加起来是几篇？"]
)
def test_a_total_may_be_asked_for_in_other_words(stage: Stage, question: str) -> None:
    answer = stage.ask(question)
    assert str(len(stage.corpus)) in answer.text
    assert not answer.abstained


@pytest.mark.parametrize("question", ["各类目分别有几篇？", "几个类目各自多少篇，报个数"])
def test_every_category_is_counted(stage: Stage, question: str) -> None:
    answer = stage.ask(question)
    assert {category for paper in stage.corpus.papers() for category in [paper.category]} <= set(
        re.findall(r"[a-z]+\.[A-Z]+", answer.text)
    )


def test_what_filters_cut_off_is_told_with_how_many_there_are(stage: Stage) -> None:
    answer = stage.ask("Do you carry anything about knots from the category math.NT?")
    assert f"without them {len(stage.corpus)} papers are there" in answer.text


def test_the_address_of_the_source_may_be_asked_for_in_one_word(stage: Stage) -> None:
    assert not stage.ask("讲触觉手内旋转、让大模型写奖励函数的那篇，源码发我").abstained
