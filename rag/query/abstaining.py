"""When the papers do not say it: off topic, not in the corpus, not stated, or asked on a false premise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rag.models import Language, Paper, Sentence
from rag.query.corpus import Corpus
from rag.query.drafts import Draft
from rag.query.evidence import Evidence, cite
from rag.query.mentions import coined_words, spelt
from rag.query.phrasing import marked
from rag.query.records import say, scope_words
from rag.query.retrieval import Ranking
from rag.query.understand import Query
from rag.query.verification import numbers
from rag.text import shortened

CHAT = re.compile(
    r"\b(?:weather|rain|snow|forecast for (?:today|tomorrow)|recipe|cook|bake|joke|poem|song|sing|haiku|story|translate this|capital of|president of|prime minister|stock price|"
    r"birthday|horoscope|weekend|how are you|who are you|your name|hello|hi there|good (?:morning|evening)|thank you|write (?:me )?(?:a|an|some) (?:python|javascript|java|c\+\+|code|function|script|program|poem|essay|email|letter|story|song)|"
    r"(?:python|javascript|java|rust|c\+\+|sql|bash) (?:function|script|code|program|snippet|component)|licen[cs]e keys?|your (?:favou?rite|opinion|feelings)|play (?:a )?game|restaurant|football|movie|lottery|flight|hotel|tell me about yourself)\b|"
    r"天气|下雨|下雪|气温|菜谱|食谱|做饭|怎么做(?:菜|蛋糕|红烧)|笑话|写(?:一?首|诗|歌|作文|小说|情书|邮件|代码|个函数|一段代码|一个(?:函数|程序|脚本|组件))|帮我用 ?\w+ ?写|首都|总统|股价|股票|彩票|生日|星座|周末|你好[吗啊呀]?|你是谁|你叫什么|听(?:什么)?歌|唱歌|聊天|喜欢(?:吃|听|看|什么)|推荐.{0,6}(?:餐厅|电影|歌|酒店)|航班|足球|翻译(?:下面|以下)",
    re.IGNORECASE,
)
"""What people say to a chat that is not about papers."""
ABOUT_PAPERS = re.compile(r"\b(?:papers?|abstracts?|authors?|digest|arxiv|studies|study|work)\b|论文|文章|摘要|作者|工作|研究", re.IGNORECASE)

NEAR: dict[Language, tuple[str, float]] = {"en": ("paper", 0.26), "zh": ("card_best", 0.872)}
"""Leg and least similarity of the nearest paper to a question about something that the corpus holds."""
FEW_WORDS: dict[Language, float] = {"en": 6.0, "zh": 14.0}
"""BM25 below which a question shares no telling words with any paper."""


def off_topic(query: Query) -> bool:
    """Return whether a question is nothing that papers could answer."""
    return bool(CHAT.search(query.text)) and not ABOUT_PAPERS.search(query.text) and not query.ids


def absent(query: Query, ranking: Ranking) -> bool:
    """Return whether no paper is near to what a question is about."""
    if not ranking.papers:
        return True
    if ranking.named:
        return False
    leg, least = NEAR[query.language]
    likeness = float(ranking.legs[leg].max())
    sentence = max((float(scores.max()) for scores in ranking.sentence_scores[:5] if len(scores)), default=0.0)
    words = float(ranking.legs["lexical"].max())
    near = max(likeness, sentence - 0.06) if query.language == "en" else likeness
    return near < least and words < FEW_WORDS[query.language] * (3 if near < least - 0.1 else 2)


def unknown_names(query: Query, corpus: Corpus) -> list[str]:
    """Return coined names in a question that no paper of the corpus holds."""
    return [
        word
        for word in coined_words(query.text)
        if not re.fullmatch(r"(?:[A-Z]{2,4}|arXiv|[A-Z]?\d[\w.]*)", word)
        and not corpus.store.catalogue.containing([word])
        and not any(spelt(word) in spelt(paper.title) for paper in corpus.get(corpus.store.catalogue.ids()[:500]))
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribute:
    """A detail that people ask for and abstracts seldom state."""

    asked: re.Pattern[str]
    """How a question asks for it."""
    stated: re.Pattern[str]
    """How an abstract would state it."""


def attribute(asked: str, stated: str) -> Attribute:
    """Return an attribute from two patterns."""
    return Attribute(asked=re.compile(asked, re.IGNORECASE), stated=re.compile(stated, re.IGNORECASE))


ATTRIBUTES = (
    attribute(r"\bGPU[- ]?hours?|GPU ?(?:小时|时)", r"GPU[- ]?hours?"),
    attribute(r"(?:how many|what|which|kind of|number of) (?:\w+ )?(?:GPUs?|graphics cards?|TPUs?|hardware|accelerators?)\b|(?:几|多少)(?:张|块|个)? ?(?:GPU|显卡|卡)|(?:什么|哪种|何种).{0,4}(?:GPU|显卡|硬件)|(?:GPU|显卡)(?:型号|是什么)", r"\bGPUs?\b|TPU|RTX|A100|H100|V100|Cerebras|Wafer"),
    attribute(r"learning rate|学习率", r"learning[- ]rate"),
    attribute(r"batch size|批(?:量)?大小|batch ?size", r"batch[- ]size"),
    attribute(r"\bepochs?\b|多少(?:个)?(?:轮训练|epoch)|训练了?(?:多少|几)(?:个)?(?:轮|epoch)", r"\bepochs?\b"),
    attribute(r"how many (?:trainable |learnable |model )?parameters|parameter count|number of parameters|(?:多少|几)(?:亿|万|个)?(?:可训练)?参数|参数量(?:是|有)?多少|参数规模", r"\d[\d.,]* ?[MB]\b|\bparameters?\b.{0,25}\d|\d[\d.]*[- ]?(?:million|billion|M|B|K|k)?[- ]parameter|\d+B\b"),
    attribute(r"how long (?:did|does|do) (?:the |its |their )?(?:training|it take to train|pre-?training)|training (?:time|duration)|how long training took|训练(?:了)?(?:多久|多长时间|时间|时长|花了|耗时)", r"train\w* (?:time|in|for|takes?|took|within).{0,30}(?:hour|day|minute|week)|(?:hours?|days|minutes) (?:of )?(?:training|on)"),
    attribute(r"\b(?:cost|price)s?\b.{0,40}(?:buy|purchase|build|produc|manufactur|dollar|usd|to train)|how much (?:would|does|did) .{0,60}\bcost\b|how expensive|(?:售价|价格|造价|成本|多少钱|花费)(?:是|为)?", r"\$|USD|dollar|\bcosts? (?:of|only|under|less|about)|\bprice"),
    attribute(r"\bfund(?:ed|ing)\b|\bgrant|资助|基金", r"\bfund(?:ed|ing)\b|\bgrant"),
    attribute(r"power (?:draw|consumption)|how many watts|\bwatts?\b|功耗|多少瓦|瓦特", r"\bwatts?\b|\d ?m?W\b|power consumption"),
    attribute(r"\boptimi[sz]er\b|优化器", r"optimi[sz]er|\bAdam|\bSGD\b|\bMuon\b|\bLion\b"),
    attribute(r"(?:how many|number of) (?:\w+ )?(?:hospitals|centers|centres|institutions|sites)|(?:几|多少)(?:家|所|个)(?:医院|中心|机构)", r"(?:hospitals?|cent(?:er|re)s?|institutions?|sites?)\b"),
    attribute(r"(?:how many|number of) (?:\w+ )?(?:patients|subjects|participants|people|volunteers|women|annotators|raters)\b|(?:几|多少)(?:名|位|个)(?:患者|病人|受试者|参与者|志愿者|人|标注)", r"\d[\d,]* (?:\w+[- ]){0,3}(?:patients?|subjects?|participants?|people|volunteers?|individuals|women|adults?|children|clinicians?|raters?|annotators?|cases|users?|persons?|humans?)|(?:n ?= ?\d)|(?:\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty)\b (?:\w+ ){0,2}(?:patients?|subjects?|participants?|people|volunteers?))|(?:patients?|participants?|subjects?|cohort)\W.{0,30}\d"),
    attribute(r"\bbattery|on one charge|续航|电池", r"battery|endurance|flight time"),
    attribute(r"\blicen[cs]e\b|许可证|开源协议", r"licen[cs]e"),
    attribute(r"inference (?:time|latency|speed|cost)|\blatency\b|frames per second|\bfps\b|推理(?:速度|时间|延迟|耗时)|延迟(?:是|为)?多少|帧率", r"\blatenc|inference|\bfps\b|frames per second|\bHz\b|real[- ]time|milliseconds?|\bms\b|seconds?|speed|faster|tokens? per second"),
    attribute(r"\bhow many (?:\w+ ){0,3}(?:layers|heads|blocks)\b|(?:几|多少)(?:层|个头|个注意力头)", r"\blayers?\b|\bheads?\b|blocks?"),
    attribute(r"\bram\b|how much memory|memory (?:footprint|usage)|显存|内存占用", r"memory|VRAM|\bGB\b|\bMB\b|footprint"),
    attribute(r"\b(?:random )?seeds?\b.{0,20}(?:used|many)|随机种子", r"seeds?"),
    attribute(r"which (?:programming language|framework|library)|implemented in|用(?:什么|哪个)(?:框架|语言)(?:实现|写)", r"pytorch|tensorflow|\bjax\b|python|c\+\+|implemented in|rust"),
    attribute(r"(?:which|what) (?:university|company|institution|lab)|affiliat|哪(?:个|所)(?:大学|公司|机构|单位|实验室)|作者单位", r"universit|institute|\bInc\b|laborator"),
    attribute(r"(?:which|what) (?:conference|journal|venue)|accepted (?:at|to|by)|published in|哪个(?:会议|期刊)|发表在|被.{0,6}(?:接收|录用)", r"conference|journal|accepted|workshop|challenge"),
)  # fmt: skip


def not_stated(query: Query, evidence: Evidence) -> bool:
    """Return whether a question asks one paper for a detail that its abstract does not hold.

    Either a detail that abstracts state in known words, or something about a dataset, benchmark or model that the
    abstract never names.
    """
    text = evidence.text
    comment = f"{text} {evidence.paper.comment}"
    asked = [detail for detail in ATTRIBUTES if detail.asked.search(query.text)]
    if any(not detail.stated.search(comment) for detail in asked):
        return True
    known = spelt(text)
    titles = spelt(evidence.paper.title)
    foreign = [
        word
        for word in coined_words(query.text)
        if spelt(word).removesuffix("s") not in known and spelt(word) not in titles and not generic(word)
    ]
    return bool(foreign) and bool(MEASURE.search(query.text))


MEASURE = re.compile(
    r"\b(?:score|accuracy|auroc|auc|f1|dice|iou|map|psnr|bleu|pass@|perplexity|error|rate|result|performance|how (?:much|many|well|high)|what .{0,30}(?:reach|achieve|get|report|obtain))|"
    r"多少|得分|准确率|精度|成绩|指标|结果|表现|几",
    re.IGNORECASE,
)
GENERIC = frozenset("ai llm llms vlm cnn gan mlp rl nlp gpu gpus cpu api rgb lidar auc auroc ood mri ct rgb3d dnn gnn vit url 3d 2d id pdf arxiv ml dl".split())


def generic(word: str) -> bool:
    """Return whether a word in capitals is a term of the field rather than somebody's name for something."""
    return spelt(word).removesuffix("s") in GENERIC or word.isdigit()


WORSE = re.compile(
    r"\b(?:worse|fail(?:s|ed|ing)?|lower(?:s|ed)? (?:the )?(?:precision|accuracy|performance|score|quality)|hurt(?:s)?|degrad(?:e|es|ed)|underperform(?:s|ed)?|lose(?:s)? to|lost to|inferior|slower than|least accurate|behind|drop(?:s|ped)?|decreas(?:e|es|ed)|not (?:help|improve|work)|unable|reduce[sd]? (?:the )?(?:accuracy|precision|performance))\b|"
    r"不如|更差|变差|反而(?:差|低|慢|下降)|失败|下降|降低了?(?:精度|准确|性能)|落后|不及|比.{1,30}(?:差|低|慢|更占)|没能|无法超过|最差|拖累",
    re.IGNORECASE,
)
BETTER = re.compile(
    r"\b(?:outperform(?:s|ed|ing)?|surpass(?:es|ed|ing)?|exceed(?:s|ed|ing)?|improv(?:e|es|ed|ing|ement|ements)|better|superior|beats?|state-of-the-art|gain(?:s|ed)?|higher|faster|best|boosts?|enhanc(?:e|es|ed|ing)|reduc(?:e|es|ed|ing|tion)|speedup)\b",
    re.IGNORECASE,
)
PRESUMES = re.compile(r"\bwhy\b|\bhow come\b|\bhow bad\b|\bhow (?:did|does|do)\b|\bwhat made\b|\bexplain why\b|为什么|为何|怎么会|原因|是怎样|怎么|如何", re.IGNORECASE)


def wrong_premise(query: Query, evidence: Evidence, scores: np.ndarray) -> int | None:  # type: ignore[type-arg]
    """Return the index of the abstract's sentence that contradicts what a question presumes; None when none does.

    A question that asks why something was worse is contradicted by a sentence about the same that reports a gain and
    no loss; one that presumes a number is contradicted when the abstract gives another number of the same thing.
    """
    if not PRESUMES.search(query.text):
        return None
    order = [int(index) for index in np.argsort(-scores)]
    if WORSE.search(query.text) and not any(WORSE.search(evidence.sentences[index]) for index in order[:3]):
        gains = [index for index in order[:4] if BETTER.search(evidence.sentences[index])]
        if gains:
            return gains[0]
    presumed = {value for value in numbers(query.text, words=False) if value > 1}
    if presumed and not presumed & numbers(evidence.text) and re.search(r"\bwhy\b|为什么|为何", query.text, re.IGNORECASE):
        numbered = [index for index in order if numbers(evidence.sentences[index], words=False)]
        if numbered:
            return numbered[0]
    return None


def correct(query: Query, evidence: Evidence, index: int, draft: Draft) -> Iterator[Sentence]:
    """Yield the correction of a false premise, cited."""
    draft.reason = "false_premise"
    paper, quote = evidence.paper, evidence.sentences[index]
    text = say(
        query.language,
        f"The paper does not report that; it says: {shortened(quote, 400)}",
        f"论文并没有这样说；摘要报告的是：{card_sentence(evidence, quote)}",
    )
    yield draft.release(marked(text, [paper.arxiv_id]), [cite(paper, draft.position, quote)])


def card_sentence(evidence: Evidence, quote: str) -> str:
    """Return the Chinese field that tells an English sentence, with the sentence itself."""
    from rag.query.plain import told

    return told(evidence.paper, evidence, quote)


def tell_absent(query: Query, draft: Draft, ranking: Ranking, corpus: Corpus, names: Sequence[str] = ()) -> Iterator[Sentence]:
    """Yield that nothing in the corpus is about it, what was searched, and the nearest papers."""
    draft.reason = "not_in_corpus"
    about = say(query.language, f" about {', '.join(names)}" if names else " about that", f"关于 {'、'.join(names)} 的" if names else "与此相关的")
    yield draft.release(
        say(
            query.language,
            f"I found nothing{about} in the {len(corpus)} papers of the store{scope_words(query, corpus)}.",
            f"在库中的 {len(corpus)} 篇论文里没有找到{about}论文{scope_words(query, corpus)}。",
        )
    )
    yield from nearest(query, draft, ranking.papers[:2])


def tell_not_stated(query: Query, draft: Draft, evidence: Evidence, scores: np.ndarray) -> Iterator[Sentence]:  # type: ignore[type-arg]
    """Yield that the abstract does not state it, and what it does say, cited."""
    draft.reason = "not_stated"
    paper = evidence.paper
    yield draft.release(
        marked(
            say(
                query.language,
                f"The abstract of “{paper.title}” does not state this (only abstracts are known here, not full texts).",
                f"《{paper.title}》的摘要没有说明这一点（这里只有摘要，没有全文）。",
            ),
            [paper.arxiv_id],
        ),
        [cite(paper, draft.position, paper.title, field="title")],
    )
    quote = evidence.sentences[int(scores.argmax())]
    text = say(query.language, f"What it does say: {shortened(quote, 300)}", f"它提到的是：{card_sentence(evidence, quote)}")
    yield draft.release(marked(text, [paper.arxiv_id]), [cite(paper, draft.position, quote)])


def nearest(query: Query, draft: Draft, papers: Sequence[Paper]) -> Iterator[Sentence]:
    """Yield the nearest papers, each with its own citation."""
    for paper in papers:
        text = say(query.language, f"Nearest: {paper.title}.", f"较接近的是《{paper.title}》。")
        yield draft.release(marked(text, [paper.arxiv_id]), [cite(paper, draft.position, paper.title, field="title")])


def tell_off_topic(query: Query, draft: Draft, corpus: Corpus) -> Iterator[Sentence]:
    """Yield that only questions about the papers are answered; the question is not repeated."""
    draft.reason = "off_topic"
    yield draft.release(
        say(
            query.language,
            f"I only answer questions about the {len(corpus)} papers in the store.",
            f"我只回答与库中 {len(corpus)} 篇论文有关的问题。",
        )
    )
