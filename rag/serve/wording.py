"""The chat's own words, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.models import Language, Reason, Support


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """Every text of the interface in one language; `{name}` stands for a value."""

    language: Language
    """The language of these words."""
    other: tuple[Language, str]
    """The other interface language and its own name for itself."""
    tagline: str
    """What this is, under the name."""
    papers: tuple[str, str]
    """How many papers there are: one, and any other `{count}`."""
    undated: str
    """The days of a store whose digests have no date."""
    days: tuple[str, str]
    """One `{first}` day, or `{count}` days from `{first}` to `{last}`."""
    local: str
    """No text leaves the machine."""
    remote: str
    """Questions and passages are sent to `{model}`."""
    remote_embedder: str
    """Questions are sent away to be embedded."""
    scope_note: str
    """Only abstracts are known."""
    sample_note: str
    """The sample's texts are retold."""
    placeholder: str
    """In the empty question box."""
    question_label: str
    """Name of the question box."""
    ask: str
    """Button: send the question."""
    stop: str
    """Button: stop the answer."""
    conversation_label: str
    """Name of the conversation."""
    welcome: str
    """Headline of an empty conversation."""
    welcome_more: str
    """The sentence under it."""
    new_conversation: str
    """Button: forget everything."""
    filters: str
    """Heading of the filters while none is set."""
    filters_active: str
    """Heading of the filters while `{count}` are set."""
    category: str
    """Filter label."""
    author: str
    """Filter label."""
    author_hint: str
    """In the empty author box."""
    since: str
    """Filter label."""
    until: str
    """Filter label."""
    any_value: str
    """Choice of a filter that restricts nothing."""
    sources_hint: str
    """In the panel before the first question."""
    overview: str
    """Heading over the papers of the latest day."""
    further: str
    """`{count}` papers of that day have no card for want of room."""
    cited: str
    """Heading over cited papers."""
    found: str
    """Heading over retrieved papers while there is no answer."""
    also_found: str
    """Heading over retrieved papers that are not cited."""
    not_shown: str
    """`{count}` cited papers have no card for want of room."""
    no_papers: str
    """Nothing was retrieved."""
    searching: str
    """State: looking for papers."""
    reading: str
    """State: papers found, answer not yet begun."""
    writing: str
    """State: the answer is under way."""
    stopped: str
    """The answer was stopped."""
    searched: str
    """Foot of an answer: `{count}` papers were searched in `{milliseconds}` ms."""
    answered: str
    """Foot of an answer: `{seconds}` s by `{model}`."""
    answered_from_records: str
    """Foot of an answer: `{seconds}` s without a language model."""
    sent_away: str
    """Foot of an answer whose text left the machine."""
    evidence: tuple[str, str]
    """Heading over the quotes of one answer: one, and any other `{count}`."""
    copy: str
    """Button: copy the answer."""
    support: Mapping[Support, str]
    """How far a quote bears a sentence out."""
    reason: Mapping[Reason, str]
    """Why there is no plain answer."""
    fields: Mapping[str, str]
    """Names of the fields of a paper."""
    abstract_sample: str
    """Heading of an abstract that is retold."""
    card: str
    """Heading of the card that a model wrote."""
    card_note: str
    """What a reader should know of it."""
    no_abstract: str
    """The digest has no abstract of this paper."""
    more_authors: str
    """`{count}` further authors."""
    empty_store: str
    """The store holds no papers."""
    wrong_days: str
    """The first day is after the last."""
    failure: str
    """Something broke that was not foreseen."""


ENGLISH = Wording(
    language="en",
    other=("zh", "中文"),
    tagline="Question the day’s papers; every sentence is cited and checked.",
    papers=("1 paper", "{count} papers"),
    undated="date unknown",
    days=("{first}", "{first} to {last} ({count} days)"),
    local="nothing leaves this machine",
    remote="questions and passages are sent to {model}",
    remote_embedder="questions and papers are sent to a remote embedder",
    scope_note="knows abstracts and summary cards, not full texts",
    sample_note=(
        "Sample digest: real papers, but summaries and abstracts are retold for this sample, not the authors’ words."
    ),
    placeholder="Ask about the papers, in English or Chinese",
    question_label="Your question",
    ask="Ask",
    stop="Stop",
    conversation_label="Conversation",
    welcome="What would you like to know?",
    welcome_more="Ask about one paper, compare two, or look across all of them. Some questions to start with:",
    new_conversation="New conversation",
    filters="Filters",
    filters_active="Filters ({count} active)",
    category="Category",
    author="Author",
    author_hint="Part of a name",
    since="From day",
    until="To day",
    any_value="any",
    sources_hint="The papers behind an answer appear here, with the sentence that supports it.",
    overview="Papers",
    further="and {count} more",
    cited="Cited",
    found="Found",
    also_found="Also found",
    not_shown="and {count} more, linked in the answer",
    no_papers="No paper was searched for this question.",
    searching="Searching the papers",
    reading="Papers found, reading the best passages",
    writing="Writing and checking the next sentence",
    stopped="Stopped.",
    searched="{count} papers searched in {milliseconds} ms",
    answered="answered in {seconds} s by {model}",
    answered_from_records="answered in {seconds} s without a language model",
    sent_away="text left this machine",
    evidence=("1 quote behind this answer", "{count} quotes behind this answer"),
    copy="Copy answer",
    support={"supported": "supported", "partial": "partly supported", "unsupported": "not supported"},
    reason={
        "not_in_corpus": "Not among these papers",
        "not_stated": "Not stated in the abstract",
        "off_topic": "Not a question about these papers",
        "false_premise": "The question assumes something else than the paper says",
    },
    fields={
        "tldr": "TL;DR",
        "motivation": "Motivation",
        "method": "Method",
        "result": "Result",
        "conclusion": "Conclusion",
        "abstract": "Abstract",
        "title": "Title",
        "authors": "Authors",
        "categories": "Categories",
        "url": "Address",
    },
    abstract_sample="Abstract (retold for this sample)",
    card="Summary card",
    card_note="written by a model from the abstract; may be wrong",
    no_abstract="The digest has no abstract of this paper.",
    more_authors="and {count} more",
    empty_store="There are no papers yet; read a digest with “arxiv-rag index PATH”, then ask again here.",
    wrong_days="The first day is after the last one; exchange them in the filters.",
    failure="Something went wrong while answering; try again, and look at the terminal if it happens twice.",
)

CHINESE = Wording(
    language="zh",
    other=("en", "English"),
    tagline="向当天的论文提问，每句话都有出处并经过核对。",
    papers=("1 篇论文", "{count} 篇论文"),
    undated="日期未知",
    days=("{first}", "{first} 至 {last}（{count} 天）"),
    local="内容不会离开本机",
    remote="问题和原文片段会发送给 {model}",
    remote_embedder="问题和论文会发送给远程嵌入服务",
    scope_note="只了解摘要和摘要卡片，不了解论文全文",
    sample_note="示例日报：论文真实，但摘要与总结为本示例改写，并非作者原文。",
    placeholder="用中文或英文就这些论文提问",
    question_label="你的问题",
    ask="提问",
    stop="停止",
    conversation_label="对话",
    welcome="想了解什么？",
    welcome_more="可以问一篇论文、比较两篇，或者查遍全部。不妨从这些问题开始：",
    new_conversation="新对话",
    filters="筛选",
    filters_active="筛选（{count} 项生效）",
    category="类别",
    author="作者",
    author_hint="姓名的一部分",
    since="起始日期",
    until="截止日期",
    any_value="不限",
    sources_hint="回答所依据的论文和原句会显示在这里。",
    overview="论文",
    further="另有 {count} 篇",
    cited="引用的论文",
    found="找到的论文",
    also_found="其他相关论文",
    not_shown="另有 {count} 篇，回答中有链接",
    no_papers="这个问题没有检索论文。",
    searching="正在检索论文",
    reading="已找到论文，正在阅读最相关的段落",
    writing="正在撰写并核对下一句",
    stopped="已停止。",
    searched="检索了 {count} 篇论文，用时 {milliseconds} 毫秒",
    answered="{model} 用时 {seconds} 秒作答",
    answered_from_records="用时 {seconds} 秒作答，未使用语言模型",
    sent_away="内容已离开本机",
    evidence=("本回答依据 1 处原文", "本回答依据 {count} 处原文"),
    copy="复制回答",
    support={"supported": "有依据", "partial": "部分有依据", "unsupported": "依据不足"},
    reason={
        "not_in_corpus": "这些论文中没有",
        "not_stated": "摘要没有说明",
        "off_topic": "与这些论文无关",
        "false_premise": "问题的前提与论文不符",
    },
    fields={
        "tldr": "一句话总结",
        "motivation": "动机",
        "method": "方法",
        "result": "结果",
        "conclusion": "结论",
        "abstract": "英文摘要",
        "title": "标题",
        "authors": "作者",
        "categories": "类别",
        "url": "地址",
    },
    abstract_sample="英文摘要（为本示例改写）",
    card="摘要卡片",
    card_note="由模型根据摘要生成，可能有误",
    no_abstract="日报里没有这篇论文的摘要。",
    more_authors="等另外 {count} 人",
    empty_store="库里还没有论文；先用 “arxiv-rag index PATH” 读入一份日报，再回到这里提问。",
    wrong_days="起始日期晚于截止日期，请在筛选中调换。",
    failure="回答时出了问题；请重试，若再次出现请查看终端。",
)

WORDINGS: Mapping[Language, Wording] = {"en": ENGLISH, "zh": CHINESE}
