"""Real snippets, each with an oddity: what is right for every one of them."""

import datetime
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.ingest.digest import Digest, read_digest
from rag.models import Paper

CARD = ("tldr", "motivation", "method", "result", "conclusion")
NO_CARD = {"missing": CARD}
Check = Callable[[str], bool]


def starts(text: str) -> Check:
    """Return a check on the beginning."""
    return lambda value: value.startswith(text)


def ends(text: str) -> Check:
    """Return a check on the end."""
    return lambda value: value.endswith(text)


def has(text: str) -> Check:
    """Return a check on a part."""
    return lambda value: text in value


# number: IDs, fields of the last paper, parts of the warnings in their order
EXPECTED: dict[int, tuple[list[str], dict[str, Any], list[str]]] = {
    1: (
        ["2503.11731", "2503.11742", "2503.11750"],
        {"authors": has("Jun Liu"), "abstract": "", "section": "", "category": ""},
        ["ends before its abstract"],
    ),
    2: (
        ["2503.13531", "2503.13576", "2503.13587"],
        {"tldr": starts("提出了一种名为UniFuture"), "motivation": ends("以确保一致的预测。"), "missing": ("category",)},
        ["is not closed"],
    ),
    3: (
        ["2504.08901", "2504.08902"],
        {"section": "cs.CV", "category": "cs.CV", "missing": ()},
        ["cs.CV 362, read 2; cs.CL 194, read 0", "is not closed"],
    ),
    4: ([], {}, ["declares 59 papers, but no readable entry follows", "cs.CL 19, read 0; cs.DB 3, read 0"]),
    5: ([], {}, ["no new papers that day"]),
    6: ([], {}, ["no new papers that day"]),
    7: (
        ["2508.04412"],
        {
            "section": "cs.AI",
            "categories": ("cs.AI", "cs.CL", "cs.HC"),
            "published": datetime.date(2025, 8, 6),
            "authors": ("Thassilo M. Schiepanski", "Nicholas Piël"),
            "conclusion": ends("证实了DOM层次结构对LLM的有效性。"),
            "tldr": starts("提出D2Snap"),
            "comment": "",
            "missing": ("abstract",),
        },
        ["cs.AI 276, read 1"],
    ),
    8: (
        ["2506.14913"],
        {"categories": ("cs.CR",), "comment": "18 pages, 12 figures", "published": None, "missing": ("abstract",)},
        [],
    ),
    9: (
        ["2512.07862", "2512.07916", "2512.07923"],
        {"version": 1, "authors": ("Souta Shimozono", "Chisa Hotta"), "abstract": starts("We propose an alternative")},
        [],
    ),
    10: (
        ["2505.00766", "2505.00767"],
        {
            "authors": ("Gloria Isbrandt", "Frank Pollmann", "Michael Knap"),
            "version": None,
            "abstract": starts("Spin ice systems"),
            "missing": ("category", *CARD),
        },
        [],
    ),
    11: ([], {}, ["prose that links 12 times to arXiv"]),
    12: ([], {}, ["prose that links 10 times to arXiv"]),
    13: (["cond-mat/9212029", "2002.02232"], {"authors": ("Elizabeth Crosson", "Samuel Slezak")}, []),
    14: (
        ["2508.04511"],
        {"title": "Argumentative Debates for Transparent Bias Detection [Technical Report]"},
        [],
    ),
    15: (
        ["2508.12791"],
        {"title": "[Social] Allostasis: Or, How I Learned To Stop Worrying and Love The Noise"},
        [],
    ),
    16: (
        ["2605.03031"],
        {
            "title": "Cyclic codes over the ring Z2[u,v](u2(1+u),v2(1+v2))",
            "abstract": ends("over the ring Z2[u,v](u2(1+u),v2(1+v2))."),
        },
        [],
    ),
    17: (
        ["2508.05571"],
        {"title": r"Fairy$\pm i$: the First 2-bit Complex LLM with All Parameters in $\{\pm1, \pm i\}$"},
        [],
    ),
    18: (["2508.00718"], {"title": ends(r"Open$\unicode{x2013}$Source Synthetic$\unicode{x2013}$Data SDK")}, []),
    19: (["2508.04428"], {"title": starts(r"\textsc{SimInstruct}: A Responsible Tool")}, []),
    20: (["2606.13126"], {"title": "MiniPIC: Flexible Position-Independent Caching in <100LOC"}, []),
    21: (["2508.21637"], {"title": "A-MHA*: Anytime Multi-Heuristic A*", "result": starts("A-MHA*는 3D")}, []),
    22: (
        ["2606.20531"],
        {
            "authors": (
                "Mariia Gladkova",
                "Tarun Yenamandra",
                "Edmond Boyer",
                "Robert Maier",
                "Tony Tung",
                "Daniel Cremers",
            )
        },
        [],
    ),
    23: (["2506.10327"], {"authors": has("Henry M. Cathey, Jr."), "tldr": starts("本调查总结了")}, []),
    24: (["2509.02208"], {"authors": lambda names: names[:2] == ("Baichuan-M2 Team", "Chengfeng Dou")}, []),
    25: (["2509.00607", "2509.00620"], {"version": 1, "authors": ("Robert A. Lawrence", "Matt I. J. Probert")}, []),
    26: (["2604.12374"], {"authors": lambda names: len(names) > 300 and names[0] == "NVIDIA"}, []),
    27: (["2601.17413"], NO_CARD | {"abstract": starts("AI agents are")}, ["'Summary generation failed'"]),
    28: (
        ["2508.12790"],
        NO_CARD | {"abstract": starts("Reinforcement Learning from")},
        ["only a placeholder ('Error')"],
    ),
    29: (["2506.04487"], NO_CARD, ["'Error: Failed to generate summary.'"]),
    30: (["2601.18511"], NO_CARD, []),
    31: (["2510.16302"], {"missing": ("result",), "method": starts("基于认知科学"), "conclusion": starts("DTKG")}, []),
    32: (["2508.20206"], {"result": has("5-10 %의")}, []),
    33: (["2508.00523"], {"result": has(r"$\beta$-약한 DR-슈퍼모듈러 및 $\beta$-약한")}, []),
    34: (
        ["2508.01681"],
        {"result": has(r"\boldsymbol{\beta}_T \times \frac{\text{sqrt}(T)}{\boldsymbol{\tau_*}})$")},
        [],
    ),
    35: (["2509.01098"], {"result": has(r"$ \mathcal{O}(n)$"), "conclusion": starts("RankEval")}, []),
    36: (["2507.23449"], {name: has(r"$\text{ℓ}_p$-SVDD") for name in ("tldr", "motivation")}, []),
    37: (["2508.06247"], {"method": has(r'$O\big( ("log k)^2\root{kmT}\big )$의'), "result": starts("CMOSS")}, []),
    38: (["2606.19416"], {"result": has("77.1 %에"), "conclusion": has("80.5 %로")}, []),
    39: (["2601.23088"], {"result": has("86 의 히트율"), "conclusion": starts("본 연구는")}, []),
    40: (
        ["2605.11205"],
        {"conclusion": has(r"$ρ g \neq 0.996$를 유지"), "abstract": starts("Benchmark evaluation")},
        [],
    ),
    41: (
        ["2509.08116"],
        {
            "method": starts("PhysioCLR는 생리학적"),
            "abstract": lambda text: all(f" {name}: " in text for name in ("Methods", "Results", "Conclusion")),
        },
        [],
    ),
    42: (
        ["2601.14349"],
        {
            "motivation": starts("생물정보학 모델을"),
            "abstract": starts("Motivation: Developing"),
            "links": ("https://github.com/PRISM-DGU/MARBLE",),
        },
        [],
    ),
    43: (["2512.20630"], {"tldr": starts("Microprobe is a new method")}, []),
    44: (
        ["2512.00247"],
        {"result": starts("1）证明了"), "conclusion": starts("Carroll-Schrödinger量子系统在1+1维")},
        [],
    ),
    45: (["2605.29843"], {"conclusion": starts("HARP is an efficient"), "tldr": starts("HARP replaces")}, []),
    46: (
        ["2601.17588"],
        {"method": has("from experience. 2. Argue that"), "result": starts("The paper demonstrates")},
        [],
    ),
    47: (["2507.14504"], {"abstract": has("the weighted versions of #2-SAT and #3-SAT can be solved in $")}, []),
    48: (["2506.11012"], {"tldr": starts("This survey paper"), "line": 42}, ["twice, on line 1 too"]),
    49: (["2506.04879"], {"tldr": has("在水\ufffd\ufffd\ufffd输入下")}, []),
    50: (
        ["2507.03745"],
        {
            "abstract": ends('<a href="https://cumulo-autumn.github.io/StreamDiT/">this https URL.</a>'),
            "links": ("https://cumulo-autumn.github.io/StreamDiT/",),
        },
        [],
    ),
    51: (["2012.10187"], {"tldr": starts("遠隔監視関係抽出"), "categories": ("cs.CL",)}, []),
    52: (["2507.23229"], {"tldr": ends("공격 프레임워크를 제안합니다.")}, []),
    53: (
        ["2504.05355"],
        {
            "comment": "This submission has been withdrawn in accordance with our institution's publication policy, "
            "which requires additional internal review and approval prior to public release",
            "categories": ("cs.LG", "cs.GT", "econ.TH"),
        },
        [],
    ),
    54: (["2504.07128"], {"title": "DeepSeek-R1 Thoughtology: Let's <think> about LLM Reasoning"}, []),
    55: (["2606.11988"], {"method": ends('"method_type": "analytical_discussion"}')}, []),
    56: (["2507.14418"], {"conclusion": has("基于LLM的技术面试练习工具")}, []),
    57: (["2511.22862"], {"conclusion": has("[이 URL](https://github.com/Luchicken/BriMPR)에서")}, []),
    58: (["2508.13673"], {"tldr": has("机制的生\ufffd\ufffd启发式SNN")}, []),
    59: (["2410.04571"], {"comment": has("formerly appeared as arXiv:2505.21959v1"), "version": None}, []),
    60: (["2507.23080"], NO_CARD | {"categories": ("cs.MA",), "comment": ""}, []),
    61: (["2507.23080"], {"conclusion": starts("이 연구는 다중 에이전트"), "missing": ()}, []),
    62: (["2508.05687"], {"categories": ("cs.MA", "cs.AI"), "missing": ()}, []),
    63: (["2601.17533"], {"links": ("https://github.com/shwksnshwowk-wq/GIA",), "comment": starts("Yuchuan Luo")}, []),
    64: (["2601.18842"], {"links": ("https://futuresis.github.io/GUIGuard-page/",), "missing": ()}, []),
    65: (
        ["2503.13531"],
        {"tldr": starts("使用Stable Diffusion分析"), "comment": has("to avoid potential copyright")},
        [],
    ),
    66: (["2503.05714"], {"abstract": starts("This research paper"), "tldr": starts("本文批判性地")}, []),
    67: (["2506.05214"], NO_CARD | {"abstract": starts("Graph Neural Networks")}, []),
    68: (["2506.05355"], {"version": 1, "categories": ("cs.CR",), "missing": ()}, []),
    69: (["2506.05566"], NO_CARD | {"version": 1, "category": "cs.AR"}, []),
    70: (
        ["2606.18250"],
        NO_CARD
        | {
            "version": 1,
            "url": "https://arxiv.org/abs/2606.18250",
            "published": datetime.date(2026, 6, 16),
            "links": ("https://fr3d-wm.github.io",),
        },
        [],
    ),
    71: (["2506.20039"], NO_CARD | {"version": 1, "categories": ("cs.MA", "cs.AI", "cs.GT", "cs.LG")}, []),
    72: (["2506.20039"], {"version": 1, "missing": (), "abstract": starts("Team formation")}, []),
    73: (["2506.20770"], NO_CARD | {"published": datetime.date(2025, 6, 25)}, []),
    74: (["2506.20770"], {"missing": (), "published": datetime.date(2025, 6, 25)}, []),
    75: (["2507.02057"], NO_CARD | {"categories": ("cs.CR", "cs.AI"), "section": "cs.CR"}, []),
    76: (["2507.02057"], {"missing": (), "categories": ("cs.CR", "cs.AI"), "tldr": starts("MGC是一个编译器框架")}, []),
    77: (["2508.03858"], NO_CARD | {"section": "cs.AI", "categories": ("cs.AI", "cs.ET", "cs.MA")}, []),
}


def snippet(shared: Path, number: int) -> Digest:
    """Read one of the snippets."""
    (path,) = (shared / "data/tricky_digests").glob(f"{number:02}_*")
    return read_digest(path)


@pytest.mark.parametrize("number", EXPECTED)
def test_snippet(shared: Path, number: int) -> None:
    ids, fields, warnings = EXPECTED[number]
    digest = snippet(shared, number)
    assert [paper.arxiv_id for paper in digest.papers] == ids
    for name, expected in fields.items():
        value = getattr(digest.papers[-1], name)
        assert expected(value) if callable(expected) else value == expected, (name, value)
    told = [warning.message for warning in digest.warnings]
    assert len(told) == len(warnings), told
    assert all(part in message for part, message in zip(warnings, told, strict=True)), told


def test_every_snippet_is_covered(shared: Path) -> None:
    numbers = {int(path.name[:2]) for path in (shared / "data/tricky_digests").glob("[0-9][0-9]_*")}
    assert numbers == set(EXPECTED)


@pytest.mark.parametrize("number", EXPECTED)
def test_no_unprintable_character_is_left(shared: Path, number: int) -> None:
    for paper in snippet(shared, number).papers:
        for text in texts(paper):
            assert text == unicodedata.normalize("NFC", text)
            assert not {unicodedata.category(character) for character in text} & {"Cc", "Cf", "Cs"}


def test_affiliations_and_repeated_names(shared: Path) -> None:
    first = snippet(shared, 25).papers[0]
    assert first.authors[:4] == ("Xi Chen", "Andrew Bradfield", "Chirag Patel", "Pavel Savechenkov")
    assert snippet(shared, 13).papers[0].authors == ("B. Sriram Shastry", "Bill Sutherland")


def texts(paper: Paper) -> list[str]:
    """Return all text of a paper."""
    own = [paper.title, paper.abstract, paper.comment, *(getattr(paper, name) for name in CARD)]
    return [*own, *paper.authors, *paper.categories, *paper.links]
