"""What a generator or a model writes instead of a text, or before it: placeholders and repeated labels (pure)."""

import re

__all__ = ("is_placeholder", "strip_label")

_LONGEST = 120
_TRIM = " .。．!！?？,，;；:：'\"`*_~-–—…()（）[]【】<>《》「」『』“”‘’{}\\/|"
_PLACEHOLDERS = frozenset(
    {
        "error",
        "none",
        "null",
        "nil",
        "nan",
        "n/a",
        "na",
        "tbd",
        "undefined",
        "not available",
        "unavailable",
        "summary generation failed",
        "summary unavailable",
        "motivation analysis unavailable",
        "method extraction failed",
        "result analysis unavailable",
        "conclusion extraction failed",
        "processing failed",
        "failed to generate summary",
        "error: failed to generate summary",
        "this content has not passed the compliance test and has been hidden",
        "错误",
        "出错",
        "无",
        "暂无",
        "空",
        "失败",
        "未知错误",
        "不可用",
        "摘要生成失败",
        "总结生成失败",
        "生成失败",
        "生成摘要失败",
        "动机分析不可用",
        "动机分析失败",
        "方法提取失败",
        "结果分析不可用",
        "结果分析失败",
        "结论提取失败",
        "处理失败",
        "分析失败",
        "提取失败",
        "ai分析失败",
        "錯誤",
        "無",
        "暫無",
        "摘要生成失敗",
        "生成失敗",
        "處理失敗",
        "分析失敗",
        "エラー",
        "なし",
        "오류",
        "없음",
    }
)
_PREFIXED_ERROR = re.compile(r"(?:error|错误|錯誤)\s*[:：]\s*(?P<rest>.+)", re.DOTALL)
_REFUSAL = re.compile(
    r"(?:抱歉|对不起|很抱歉)?[,，]?(?:该|此|本|这个|这一)?(?:内容|內容)(?:未能?|没有|沒有|無法)通过?(?:過)?合[规規]性?(?:检测|测试|检查|审查|審查|檢測|測試)"
    r"[,，]?(?:并且?|因此)?(?:现|已经?|已經)?(?:被|予以)?(?:隐藏|屏蔽|隱藏)?"
)
_TLDR = r"TL\s?;?\s?DR"
_LABELS = {
    "tldr": rf"(?:{_TLDR}|Task|Summary|太长不看|一句话总结|摘要|总结|概要|任务|總結)",
    "motivation": rf"(?:{_TLDR}|Motivations?|(?:研究|论文)?(?:动机|背景|動機))",
    "method": rf"(?:{_TLDR}|Methods?|(?:研究|主要)?方法)",
    "result": rf"(?:{_TLDR}|Results?|(?:研究|实验|主要)?(?:结果|結果))",
    "conclusion": rf"(?:{_TLDR}|Conclusions?|(?:研究|主要)?(?:结论|結論))",
}
_REPEATED = {field: re.compile(rf"(?:{label}\s*[:：]\s*)+", re.IGNORECASE) for field, label in _LABELS.items()}


def is_placeholder(text: str) -> bool:
    """Tell whether the whole of `text` says only that there is nothing, or that a generator failed or refused."""
    if len(text) > _LONGEST:
        return False
    key = text.casefold().strip(_TRIM)
    if not key or key in _PLACEHOLDERS or _REFUSAL.fullmatch(key):
        return True
    error = _PREFIXED_ERROR.fullmatch(key)
    return error is not None and error["rest"] in _PLACEHOLDERS


def strip_label(field: str, text: str) -> str:
    """Remove the field's own label, and a stray `TL;DR:`, where the model repeated it at the start of its text."""
    pattern = _REPEATED.get(field)
    found = pattern.match(text) if pattern else None
    return text[found.end() :] if found else text
