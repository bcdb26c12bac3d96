"""Lists by subject: complete, one item and one citation for each paper."""

import pytest
from query.odd_papers import SPIN_GLASS
from query.staging import Build, Stage, listed, unquoted_numbers

from rag.models import Filters, Paper
from rag.query.lists import paper_vectors, subjects
from rag.query.verification import contained_across

DIFFUSION = {"2509.07277", "2509.07530", "2509.07647"}
REINFORCED = {"2509.06980", "2509.07707", "2509.07945"}
LORA = {"2509.06984", "2509.07945"}


@pytest.mark.parametrize(
    ("question", "papers"),
    [
        ("Which papers use diffusion models?", DIFFUSION),
        ("哪些论文用到了扩散模型？", DIFFUSION),
        ("List all papers on reinforcement learning", REINFORCED),
        ("有哪些论文用到了强化学习？", REINFORCED),
        ("How many papers use reinforcement learning?", REINFORCED),
        ("有多少篇论文用到强化学习？", REINFORCED),
        ("List every paper that mentions LoRA", LORA),
        ("哪些论文提到了 LoRA？", LORA),
        ("Are there any papers about sleep?", {"2509.07896"}),
        ("Which papers are about LiDAR?", {"2509.07463"}),
        ("Which papers deal with watermarks or sleep?", {"2509.07647", "2509.07896"}),
        ("Which papers are about driving?", {"2509.07321", "2509.07683"}),
    ],
)
def test_a_list_is_the_complete_set(stage: Stage, question: str, papers: set[str]) -> None:
    answer = stage.ask(question)
    assert set(answer.papers) == papers
    assert listed(answer) == list(answer.papers)
    assert str(len(papers)) in answer.sentences[0].text
    assert not answer.sentences[0].citations, "a sentence about the corpus rests on `papers`"
    assert (answer.layout, answer.abstained, answer.usage.llm_calls) == ("list", False, 0)


def test_every_item_stands_on_a_line_of_its_own(stage: Stage) -> None:
    lines = stage.ask("Which papers use diffusion models?").text.split("\n")
    assert [line[:2] for line in lines[1:]] == ["- "] * 3


def test_an_english_item_has_only_numbers_of_its_quote(stage: Stage) -> None:
    for question in ("Which papers use diffusion models?", "List all papers on reinforcement learning"):
        assert not unquoted_numbers(stage.ask(question))


def test_a_chinese_item_has_only_numbers_of_its_quote(stage: Stage) -> None:
    assert not unquoted_numbers(stage.ask("哪些论文用到了扩散模型？"))


@pytest.mark.parametrize(
    "question",
    [
        "Which papers are about quantum chromodynamics?",
        "Are there any papers on beekeeping?",
        "有没有关于量子计算的论文？",
    ],
)
def test_a_list_of_nothing_says_so_and_names_the_nearest(stage: Stage, question: str) -> None:
    answer = stage.ask(question)
    assert (answer.abstained, answer.reason) == (True, "not_in_corpus")
    assert "24" in answer.sentences[0].text
    assert [len(sentence.citations) for sentence in answer.sentences] == [0, 1, 1]
    assert len(answer.papers) >= 10


def test_a_filter_narrows_a_list(stage: Stage) -> None:
    question = "Which papers are about reinforcement learning?"
    assert set(stage.ask(question, filters=Filters(categories=("cs.RO",))).papers) == {"2509.07707"}
    assert set(stage.ask(question, filters=Filters(authors=("adnan maq",))).papers) == {"2509.07707"}


@pytest.mark.parametrize(
    ("question", "papers"),
    [
        pytest.param("Which papers in cs.RO use LLMs?", {"2509.07445"}),
        pytest.param(
            "What papers deal with SLAM or localization?",
            {"2509.07683", "2509.07362"},
        ),
    ],
)
def test_lists_that_miss_papers(stage: Stage, question: str, papers: set[str]) -> None:
    answer = stage.ask(question)
    assert not answer.abstained
    assert papers <= set(answer.papers)


@pytest.mark.parametrize(
    ("question", "alternatives"),
    [
        ("Which papers use diffusion models?", [["diffus", "model"]]),
        ("List all papers on sleep or radar", [["sleep"], ["radar"]]),
        ("List the papers", []),
        ("Is there any new work on table images?", [["tabl", "imag"]]),
        ("Anything about farming, forests or botany?", [["farm"], ["forest"], ["botany"]]),
        ("’s new for wind turbines, e.g. their control", [["wind", "turbin"]]),
    ],
)
def test_what_a_list_is_about(question: str, alternatives: list[list[str]]) -> None:
    assert subjects(question) == alternatives


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("What are today's papers about?"),
        pytest.param("Summarize the digest"),
        pytest.param("今天有什么论文？"),
        pytest.param("Which papers do not use reinforcement learning?"),
    ],
)
def test_lists_of_most_of_the_papers(stage: Stage, question: str) -> None:
    answer = stage.ask(question)
    assert not answer.abstained
    assert len(answer.papers) > 20


@pytest.mark.parametrize(
    "question", ["What is new in touch sensing?", "Any advances in touch sensing?", "触觉方面有什么新进展？"]
)
def test_what_is_new_on_a_subject_is_a_list(stage: Stage, question: str) -> None:
    answer = stage.ask(question)
    assert answer.layout == "list"
    assert "2509.07445" in {citation.arxiv_id for citation in answer.citations}


def test_what_is_nearly_as_near_as_the_first_is_on_the_subject_too(stage: Stage) -> None:
    answer = stage.ask("Which papers are about driving?")
    assert "2509.07683" in answer.papers  # about parking


def test_what_is_new_about_a_paper_is_asked_of_that_paper(stage: Stage) -> None:
    answer = stage.ask(
        "What is new about Text2Touch?", "Text2Touch rotates faster and more stably than a baseline tuned by people."
    )
    assert answer.layout == "prose"


def test_a_chinese_subject_is_looked_for_in_english_abstracts_too(odd: Stage) -> None:
    assert "2509.00777" in {citation.arxiv_id for citation in odd.ask("哪些论文研究养蜂？").citations}


def test_what_a_chinese_list_says_of_a_paper_is_borne_out_by_its_quote(stage: Stage) -> None:
    answer = stage.ask("哪些论文用到了扩散模型？")
    for sentence in answer.sentences[1:]:
        (citation,) = sentence.citations
        told = sentence.text.split("》：")[1].split(" [")[0]
        assert told.strip("“”") in citation.quote or contained_across(told, citation.quote) >= 0.2


@pytest.mark.parametrize(
    ("question", "papers"),
    [
        ("Any work on reinforcement learning in here? Tell me what each one does.", REINFORCED),
        ("What's there on reinforcement learning?", REINFORCED),
        ("Is anybody working on reinforcement learning, be it for robots or for language models?", REINFORCED),
        ("reinforcement learning: which methods are there?", REINFORCED),
        ("Show me the reinforcement learning work.", REINFORCED),
        ("Did anything come out on reinforcement learning?", REINFORCED),
        ("用强化学习的都有谁？", REINFORCED),
        ("强化学习相关的有哪些，各自做什么？", REINFORCED),
        ("和强化学习有关的论文都列一下，各是做什么的", REINFORCED),
        ("强化学习这类论文给我看看", REINFORCED),
    ],
)
def test_a_list_may_be_asked_for_in_everyday_words(stage: Stage, question: str, papers: set[str]) -> None:
    answer = stage.ask(question)
    assert (answer.layout, set(answer.papers)) == ("list", papers)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("Any work on brain tumours in here? Tell me what each one does.", [["brain", "tumor"]]),
        ("deblurring: which methods are there?", [["deblurr"]]),
        ("papers about drugs: discovering them or screening them", [["drug"]]),
        ("和音乐有关的论文都列一下，各是做什么的", [["音乐"], ["music"]]),
    ],
)
def test_what_is_asked_of_each_paper_is_not_the_subject(told: str, words: list[list[str]]) -> None:
    assert subjects(told) == words


def test_a_short_word_is_not_the_start_of_another(stage: Stage) -> None:
    assert stage.ask("Which papers deal with sign language translation?").reason == "not_in_corpus"


def test_a_line_says_what_its_paper_does_in_a_sentence_that_stands_alone(stage: Stage, build: Build) -> None:
    (citation,) = stage.ask("Which papers deal with radar?").citations
    assert citation.quote.startswith("The authors turn to radar SLAM")
    bees = Paper(
        arxiv_id="2509.00333",
        title="Counting visits of bees",
        url="https://arxiv.org/abs/2509.00333",
        abstract=(
            "Bees visit flowers in bad weather too, and bees are hard to see. It is bees that pay for it. "
            "We propose BeeCount, a camera trap that counts bees."
        ),
    )
    (citation,) = build("bees", [bees, SPIN_GLASS]).ask("Which papers are about bees?").citations
    assert citation.quote == "We propose BeeCount, a camera trap that counts bees."


def test_a_part_of_the_subject_does_not_make_a_paper_of_it(build: Build) -> None:
    def paper(number: int, title: str, abstract: str) -> Paper:
        arxiv_id = f"2509.004{number:02}"
        return Paper(arxiv_id=arxiv_id, title=title, url=f"https://arxiv.org/abs/{arxiv_id}", abstract=abstract)

    fooled = [
        paper(
            number,
            f"Adversarial examples for recognition models of {thing}",
            f"Adversarial examples fool recognition models of {thing}. We train image classification to resist them.",
        )
        for number, thing in enumerate(("traffic signs", "street names", "bird songs", "handwriting", "fingerprints"))
    ]
    flowers = paper(50, "Image classification of alpine flowers", "We do image classification of 40 alpine flowers.")
    things = "tides harps moss rivers bees glaciers bread tea ferns chess amber kites wells snow rye dunes salt".split()
    others = [paper(60 + place, f"On {thing}", f"We study {thing} by hand.") for place, thing in enumerate(things)]
    stage = build("fooled", [*fooled, flowers, *others])
    asked = stage.ask("Which papers study image classification, or recognition models, under adversarial examples?")
    assert set(asked.papers) == {paper.arxiv_id for paper in fooled}


@pytest.mark.parametrize(
    ("question", "papers"),
    [
        ("Anything today on diffusion models?", DIFFUSION),
        ("Does anyone use diffusion models?", DIFFUSION),
        ("Is anyone training with reinforcement learning?", REINFORCED),
        ("今天有扩散模型的论文吗？", DIFFUSION),
        ("扩散模型，有人研究吗？", DIFFUSION),
        ("有没有人用强化学习？", REINFORCED),
    ],
)
def test_a_list_may_be_asked_for_in_passing(stage: Stage, question: str, papers: set[str]) -> None:
    assert set(stage.ask(question).papers) == papers


def test_a_paper_that_was_removed_meanwhile_has_a_vector_of_zeros(stage: Stage) -> None:
    first, removed, last = paper_vectors(("2509.07896", "2509.00000", "2509.07953"), stage.corpus)
    assert not removed.any()
    assert first.any()
    assert last.any()
