"""The digest audit: what a card says that its abstract does not bear out, and what it may say in other words."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rag.ingest.digest import read_digest
from rag.ingest.sample import sample_digest_path
from rag.models import Paper
from rag.query.audit import audit
from rag.query.naming import names
from rag.query.quantities import flatten, quantities

DIGIT = re.compile(r"(?<![A-Za-z0-9_.\-@^,])\d+(?:\.\d+)?(?![A-Za-z0-9_,.\-)）、]|[A-Za-z])")
UNITS = {"%": "倍", "倍": "%", "毫秒": "秒", "小时": "天", "天": "小时", "万": "亿", "亿": "万", "GB": "MB", "dB": "%"}


def paper(card: str, abstract: str, title: str = "A title") -> Paper:
    return Paper(arxiv_id="2509.00001", title=title, url="", abstract=abstract, result=card)


def found(card: str, abstract: str, title: str = "A title") -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in audit(paper(card, abstract, title)).findings]


BORNE_OUT = [
    ("准确率达９５．５％。", "It reaches 95.5% accuracy."),
    ("提升5.2个百分点，约50%。", r"It gains 5.2 points, by $\sim$50\%."),
    ("百分之五十的样本，一半的时间。", "Half of the samples and 50% of the time."),
    ("成功率98%。", "A success rate of 0.98."),
    ("参数减少80%以上。", "It uses less than 20% of the parameters."),
    ("速度提升2倍，误差翻倍。", "It is twice as fast and doubles the error."),
    ("快2.5倍，压缩40倍。", r"It is $2.5\times$ faster, with up to 40 compression."),
    ("训练110万张图像，1.2亿参数。", "Trained on 1.1M images with 120 million parameters."),
    ("共有12000条，10,000帧。", "There are 12k entries and 10 000 frames."),
    ("误差为3.7×10^{-24}。", r"The error is $3.7 \times 10^{-24}$."),
    ("延迟0.5秒，训练两小时，120分钟。", "A latency of 500 ms after two hours of training."),
    ("延迟5微秒。", r"A latency of $5\,\mu s$."),
    ("在三个数据集上评估。", "We evaluate on COCO, LVIS, and ADE20K."),
    ("三种方法，10个任务。", "Three methods and ten tasks."),
    ("五折交叉验证，六个月。", "Five-fold cross-validation over a six-month period."),
    ("5-10倍，16到18帧。", "From 5 to 10 times, 16–18 frames."),
    ("减少33%。", "It is reduced by one third."),
    ("1）方法一；2）方法二。①先②后", "It has parts."),
    ("低于12毫秒，约59%。", "It takes 11.8 ms and reaches 58.9%."),
    ("2024年，9月。", "In September 2024."),
    ("两个模块，一种方法，第二阶段，二进制。", "It is a method."),
    ("使用大语言模型LLM和ViT、LoRA。", "We use large language models, a vision transformer and low-rank adaptation."),
    ("Qwen-2.5 7B和ResNet50、COCO2017。", "We use Qwen2.5-7B, ResNet-50 and COCO 2017."),
    ("基于3D高斯（3DGS）的SOTA方法。", "A 3D Gaussian splatting method."),
    ("LLM驱动的智能体，Lagrange乘子。", "An agent driven by LLMs with Lagrangian multipliers."),
    ("用时45.8ms，参数0.65M，波长650-850nm。", "It takes 45.8 milliseconds, 0.65 million parameters, 650 to 850 nm."),
    ("GPT 5和Top 5准确率。", "GPT-5 in top-5 accuracy."),
    ("Schrödinger方程$x_1+Y^2$。", "The Schrödinger equation."),
    (r"\u63d0\u51fa\u4e86。", "It says nothing."),
    ("We propose a method. The Model works on MRI.", "It is a model for magnetic resonance imaging (MRI)."),
]


@pytest.mark.parametrize(("card", "abstract"), BORNE_OUT)
def test_the_same_in_other_words_is_no_finding(card: str, abstract: str) -> None:
    assert found(card, abstract) == []


NOT_BORNE_OUT = [
    ("平均节省28.4%成本。", "It cuts cost by 29.4%.", ("number", "28.4%")),
    ("准确率92.3%。", "It reaches 93.2%.", ("number", "92.3%")),
    ("速度提升2倍以上。", "A two-pass method with a 1.85x speedup.", ("number", "2倍")),
    ("训练13万TB数据。", "Trained on 130 TB.", ("number", "13万TB")),
    ("六个数据集。", "We use 5 datasets.", ("number", "六")),
    ("延迟12秒。", "A latency of 12 ms.", ("unit", "12秒")),
    ("快12.5%。", "It is 12.5 times faster.", ("unit", "12.5%")),
    ("4个任务。", "We use GPT-4 on many tasks.", ("number", "4")),
    ("在nuScenes上评估。", "We evaluate on Waymo.", ("name", "nuScenes")),
    ("基于Gumbel-Sinkholm方法。", "It uses Gumbel-Sinkhorn.", ("name", "Gumbel-Sinkholm")),
    ("扩展了视觉字谜（Visual Anagrams）。", "It makes pictures.", ("name", "Visual Anagrams")),
    ("采用Llama3。", "We use Llama.", ("name", "Llama3")),
]


@pytest.mark.parametrize(("card", "abstract", "expected"), NOT_BORNE_OUT)
def test_what_the_abstract_does_not_say_is_found(card: str, abstract: str, expected: tuple[str, str]) -> None:
    assert found(card, abstract) == [expected]


def test_the_title_bears_out_too_and_a_finding_says_where_it_stands() -> None:
    assert found("XBusNet达到95%。", "It works well.", "XBusNet: 95% right") == []
    told = audit(replace(paper("准确率92%。", "It reaches 29%."), source="2025-09-10.md", line=7))
    (finding,) = told.findings
    assert (told.source, told.line, finding.field, told.doubtful, told.checked) == (
        "2025-09-10.md", 7, "result", ("92%",), 1,
    )  # fmt: skip
    assert finding.reason == "neither in the abstract nor in the title, which has '29%'"


def test_what_is_missing_is_found_and_without_an_abstract_nothing_else() -> None:
    told = audit(replace(paper("准确率92%。", ""), missing=("tldr", "abstract")))
    assert [(one.kind, one.field, one.text) for one in told.findings] == [
        ("missing", "tldr", ""),
        ("missing", "abstract", ""),
    ]
    assert (told.doubtful, told.checked) == ((), 0)


def test_ranges_share_their_unit_and_names_have_no_quantity() -> None:
    told = quantities(flatten("5-10% of GPT-4, 256×256, 1.5x-2x"))
    assert [(one.values[0], one.unit, one.named) for one in told] == [
        (5.0, "%", False), (10.0, "%", False), (4.0, "", True), (256.0, "", False), (256.0, "", False),
        (1.5, "x", False), (2.0, "x", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["$" * 5000, "1" * 5000, "9,999" * 2000, "1^" * 3000, "9^99999", "一" * 5000, "A-" * 5000]
)
def test_no_text_breaks_it_or_takes_long(text: str) -> None:
    assert audit(paper(text, f"{text} and 3 more, {text}")).arxiv_id == "2509.00001"


def planted(one: Paper, chance: random.Random, others: list[str]) -> Iterator[tuple[str, str, Paper]]:
    """Yield (kind, field, paper) with one number, unit or name of a card exchanged."""
    for field in one.card_fields:
        text = getattr(one, field)
        for match in DIGIT.finditer(text):
            number, rest = match.group(), text[match.end() :]
            if float(number) < 2:
                continue
            wrong = str((int(number[-1]) + chance.randint(1, 9)) % 10)
            yield "number", field, replace(one, **{field: text[: match.end() - 1] + wrong + rest})
            unit = next((unit for unit in UNITS if rest.startswith(unit)), None)
            if unit:
                yield "unit", field, replace(one, **{field: text[: match.end()] + UNITS[unit] + rest[len(unit) :]})
        for run in names(text):
            if len(run[0]) > 3 and any(map(str.isupper, run[0])) and text.count(run[0]) == 1:
                yield "name", field, replace(one, **{field: text.replace(run[0], chance.choice(others))})


def recall(papers: tuple[Paper, ...]) -> dict[str, float]:
    """Return by kind how many of the planted errors are found in the field that they were planted in."""
    chance = random.Random(7)
    everything = " ".join(f"{one.title} {one.abstract}" for one in papers)
    coined = sorted(set(re.findall(r"\b[A-Z][a-z]+[A-Z][A-Za-z]{3,}\b", everything)))
    hits: dict[str, list[bool]] = {"number": [], "unit": [], "name": []}
    for one in papers:
        told = f"{one.title} {one.abstract}".lower()
        before = {(finding.field, finding.text) for finding in audit(one).findings}
        for kind, field, wrong in planted(one, chance, [word for word in coined if word.lower() not in told]):
            after = {(finding.field, finding.text) for finding in audit(wrong).findings}
            hits[kind].append(any(where == field for where, _ in after - before))
    return {kind: sum(each) / len(each) for kind, each in hits.items()}


def test_planted_errors_in_the_sample_are_found_and_nothing_else() -> None:
    papers = read_digest(sample_digest_path()).papers
    assert [one.arxiv_id for one in papers if audit(one).findings] == []
    rates = recall(papers)
    assert min(rates.values()) >= 0.9, rates


@pytest.mark.parametrize(
    ("digest", "expected"),
    [
        (
            "seeds/000_4b4a7fa2605955bc.txt",
            {
                ("2509.07623", ""), ("2509.07928", "2倍"), ("2509.06979", "6125天"), ("2509.07238", "28.4%"),
                ("2509.07282", "Gumbel-Sinkholm"),
            },
        ),
        ("data/digests/2025-09-04.md", {("2509.03212", "EmoCompanion"), ("2509.03467", "4万")}),
    ],
)  # fmt: skip
def test_real_digests_are_found_wrong_where_they_are(shared: Path, digest: str, expected: set[tuple[str, str]]) -> None:
    papers = read_digest(shared / digest).papers
    assert {(one.arxiv_id, finding.text) for one in papers for finding in audit(one).findings} == expected


def test_errors_planted_in_a_real_digest_are_found(shared: Path) -> None:
    rates = recall(read_digest(shared / "seeds/000_4b4a7fa2605955bc.txt").papers[::3])
    assert min(rates.values()) >= 0.9, rates
