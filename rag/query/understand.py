"""What a question asks for: its intent, its filters, and what a follow-up refers to. Rules only, both languages."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rag.models import Filters, Language, Turn
from rag.query.corpus import Corpus
from rag.query.mentions import arxiv_ids, coined_words
from rag.text import clean, detect_language
from vectorstore.lexical import tokens

Intent = Literal["plain", "list", "compare", "record", "off_topic"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """A question as understood."""

    asked: str
    """The question's own words, cleaned."""
    text: str
    """What to search for: the asking part, without instructions beside it."""
    language: Language
    """Language of the question, and of the answer."""
    filters: Filters
    """Explicit filters, completed by what the question says."""
    focus: tuple[str, ...] = ()
    """Papers of the conversation that a follow-up refers to; empty for a question that stands alone."""
    ids: tuple[str, ...] = ()
    """arXiv ids that the question names, whether the store holds them or not."""


CATEGORY = re.compile(
    r"\b((?:astro-ph|cond-mat|cs|econ|eess|hep-(?:ex|lat|ph|th)|math|nlin|nucl-(?:ex|th)|physics|q-bio|q-fin|stat)\.[A-Za-z]{2}(?:-[a-z]+)?|quant-ph|gr-qc|math-ph)\b"
)
BACK = re.compile(
    r"\b(it|its|they|them|their|theirs|he|she|those|these|this (?:one|paper|work|method|approach|study|model)|that (?:one|paper|work|method|approach|study|model)|"
    r"the (?:one|other|others|same|first|second|third|last|former|latter)(?: one| paper)?|such an?|the (?:paper|authors|method|model|study|approach)(?= (?:use|report|claim|say|compare|test|evaluate|train)))\b|"
    r"它|他们|她|该(?:论文|方法|工作|模型|文)|这(?:篇|个|种|项|两篇|些|里)|那(?:篇|个|种|项|两篇|些)|其(?!他|它|实|余)|上述|前者|后者|前一|后一|另一|另外一|第[一二三四五六七八九十\d]+(?:篇|个)|作者(?:们)?(?=用|做|是怎|怎)",
    re.IGNORECASE,
)
CONTINUES = re.compile(
    r"^(?:and|but|so|then|also|ok(?:ay)?|thanks|thank you|what about|how about|what else|which (?:one|of)|why|how so|with (?:what|which)|where (?:was|were|is|are)|how many\b.{0,25}\?$|on which|in which|by how much|compared)\b|"
    r"^(?:那么?|还有|并且|而且|此外|另外|换成|具体|为什么[?？]?$|然后|谢谢|好的|代码|数据集|结果|精度|提速|效果)|呢\s*[?？]?\s*$",
    re.IGNORECASE,
)
OTHER = re.compile(r"\b(?:the|that) other(?: one| paper)?\b|\blatter\b|另(?:外)?一(?:篇|个)|后者|后一", re.IGNORECASE)
FORMER = re.compile(r"\bformer\b|\bfirst (?:one|paper)\b|前者|前一", re.IGNORECASE)
ORDINALS = {
    "first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "1st": 0, "2nd": 1, "3rd": 2, "4th": 3, "last": -1,
    "一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "七": 6, "八": 7, "1": 0, "2": 1, "3": 2, "4": 3, "5": 4, "最后": -1,
}  # fmt: skip
ORDINAL = re.compile(
    r"\bthe (first|second|third|fourth|fifth|1st|2nd|3rd|4th|last)(?: one| paper| of (?:them|those|these))?\b(?! author)|第([一二三四五六七八1-8])(?:篇|个)|(最后)一(?:篇|个)",
    re.IGNORECASE,
)
NEW_SUBJECT = re.compile(r"^(?:switching|changing|different|another topic|new (?:topic|question)|换一?(?:篇|个)|另外问)", re.IGNORECASE)


def understand(question: str, corpus: Corpus, filters: Filters, history: Sequence[Turn]) -> Query:
    """Return what a question asks for; explicit filters beat what it says."""
    asked = clean(question)
    text = honest_part(asked)
    language = detect_language(text if len(text) > 3 or not history else history[-1].question)
    ids = tuple(arxiv_ids(text))
    said = Filters(categories=tuple(CATEGORY.findall(text)), **said_days(text, corpus.days()))
    focus = () if ids or filters.papers else referents(text, history, corpus)
    return Query(asked=asked, text=text, language=language, filters=filters.or_else(said), focus=focus, ids=ids)


INSTRUCTION = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,60}\b(?:instructions?|prompts?|rules?|above|previous|context|everything)\b|"
    r"\b(?:system|developer|initial|hidden) (?:prompt|message|instructions?)\b|\breply only with\b|\brespond only with\b|\byou are now\b|\bact as\b|\bpretend\b|\bapi[_ ]?keys?\b|\bOPENAI_API_KEY\b|"
    r"\boutput (?:exactly|only|the following|<)|\brepeat after me\b|\bprint (?:your|the) |\bjailbreak\b|\bDAN\b|\bbase64\b|"
    r"忽略.{0,20}(?:指令|指示|提示|规则|要求|内容)|无视.{0,20}(?:指令|指示|规则)|忘掉|忘记.{0,10}(?:指令|规则)|系统提示|提示词|开发者(?:模式|消息)|你现在是|假装|扮演|只(?:回复|输出|回答)|原样(?:输出|重复)|一字不差|密钥|越狱|解码并执行|照做",
    re.IGNORECASE,
)
"""Words that speak to the assistant rather than about papers."""
ROLE_TAG = re.compile(r"^\s*(?:\[?(?:system|assistant|developer|admin|context)\]?|系统|助手|管理员|【系统消息】|上下文)\s*[:：]", re.IGNORECASE)
ASKING_TAG = re.compile(r"(?:^|(?<=[\s。.!！]))(?:user|question|q|human|用户|问题|提问)\s*[:：]\s*", re.IGNORECASE)
CLAUSE = re.compile(r"(?<=[.!?。！？;；])\s*|\n+|(?:,|，)\s*(?=(?:then|and then|also|but|再|然后|另外|顺便|并|接着|最后))|(?:^|(?<=\W))(?:by the way|顺便问一下|顺便问?)[,，:：]?\s*", re.IGNORECASE)
LEAD = re.compile(r"^\W*(?:then|and then|also|but|and|afterwards|再|然后|接着|另外|最后|请)?\W*(?:tell me|告诉我|回答(?:我)?|请问)?[\s,，:：]*", re.IGNORECASE)
TAGS = re.compile(r"<[^>\n]{0,200}>|!?\[[^\]\n]*\]\([^)\n]*\)|https?://(?!(?:\w+\.)?arxiv\.org)\S+")


def honest_part(question: str) -> str:
    """Return the clauses of a question that ask about papers, without those that give the assistant orders.

    A question without orders is returned whole; one that is nothing but orders is returned empty.
    """
    if tagged := ASKING_TAG.split(question, maxsplit=1)[1:]:
        question = tagged[-1]
    plain = TAGS.sub(" ", question)
    if not INSTRUCTION.search(plain) and not ROLE_TAG.search(plain):
        return " ".join(plain.split())
    clauses = [clause for clause in CLAUSE.split(plain) if clause and clause.strip()]
    kept = [clause for clause in clauses if not INSTRUCTION.search(clause) and not ROLE_TAG.search(clause)]
    asking = [clause for clause in kept if is_asking(clause)]
    return " ".join(LEAD.sub("", clause).strip() for clause in asking)


ASKS = re.compile(
    r"[?？]|\b(?:what|which|who|whom|whose|when|where|why|how|does|do|did|is|are|can|list|compare|summari[sz]e|name|describe|explain|find)\b|"
    r"什么|哪|谁|怎|如何|为何|为什么|多少|几|吗|呢|比较|总结|介绍|列出|是否|有没有|区别|概括",
    re.IGNORECASE,
)


def is_asking(clause: str) -> bool:
    """Return whether a clause asks for something and has a subject."""
    return bool(ASKS.search(clause)) and len(tokens(clause)) >= 2


def said_days(question: str, days: Sequence[str]) -> dict[str, datetime.date | None]:
    """Return since and until as the question says them, `today` being the latest digest day of the store."""
    iso = [datetime.date.fromisoformat(day) for day in re.findall(r"\b\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d)\b", question)]
    if len(iso) >= 2:
        return {"since": min(iso), "until": max(iso)}
    if iso:
        after = re.search(r"\bsince\b|\bafter\b|\bfrom\b|以来|之后|以后|起", question, re.IGNORECASE)
        before = re.search(r"\buntil\b|\bbefore\b|\bup to\b|之前|以前|截至", question, re.IGNORECASE)
        return {"since": None if before and not after else iso[0], "until": None if after else iso[0]}
    if not days:
        return {}
    latest = datetime.date.fromisoformat(days[-1])
    if re.search(r"\btoday'?s?\b|今天|今日|当天", question, re.IGNORECASE):
        return {"since": latest, "until": latest}
    if re.search(r"\byesterday'?s?\b|昨天|昨日", question, re.IGNORECASE):
        day = latest - datetime.timedelta(days=1)
        return {"since": day, "until": day}
    return {}


def referents(text: str, history: Sequence[Turn], corpus: Corpus) -> tuple[str, ...]:
    """Return the papers of the conversation that a follow-up refers to; empty when it stands alone."""
    last = next((turn for turn in reversed(history) if turn.papers), None)
    if last is None or NEW_SUBJECT.search(text):
        return ()
    several = next((turn for turn in reversed(history) if len(turn.papers) > 1), last)
    if match := ORDINAL.search(text):
        place = ORDINALS[next(group for group in match.groups() if group).lower()]
        if -1 <= place < len(several.papers):
            return (several.papers[place],)
    if OTHER.search(text) and len(several.papers) > 1:
        since = history[history_index(history, several) + 1 :]
        used = {paper for turn in since for paper in turn.papers} or {several.papers[0]}
        left = tuple(paper for paper in several.papers if paper not in used)
        return left or several.papers[1:2]
    if FORMER.search(text) and len(several.papers) > 1:
        return several.papers[:1]
    if re.search(r"其中|among (?:them|those|these)|of (?:them|those|these)|which one|the one", text, re.IGNORECASE):
        return several.papers
    if BACK.search(text) or (CONTINUES.search(text) and not coined_words(text)) or len(tokens(text)) <= 2:
        return last.papers
    return ()


def history_index(history: Sequence[Turn], turn: Turn) -> int:
    """Return the place of a turn in the conversation."""
    return next(index for index, other in enumerate(history) if other is turn)
