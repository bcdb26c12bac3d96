"""Numbers with their units, as English and Chinese prose writes them: digits, words, scales, fractions (pure)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rag.query.units import ANY, implications, units
from vectorstore.lexical import ENGLISH_STOP

RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+")
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
ESCAPED = re.compile(r"\\u((?:[4-9][0-9a-f]|30|ff|20)[0-9a-f]{2})")
"""A character that a generator left escaped: Chinese, and its marks."""
CIRCLED = re.compile("[\u2460-\u249b]")
DASHES = re.compile("[\u2010-\u2015\u2212]")
GREEK = "alpha|beta|gamma|delta|epsilon|lambda|pi|sigma|tau|phi|psi|omega|rho|theta|eta"
LATEX = (
    (re.compile(r"\{,\}|(?<=\d)\\[,;:! ](?=\d{3})"), ","),
    (re.compile(r"\\[td]?frac\{?(\d+)\}?\{?(\d+)\}?"), r"\1/\2"),
    (re.compile(r"\\(?:times|cdot)(?![A-Za-z])"), "×"),
    (re.compile(r"\^\{?\s*\\circ\s*\}?|\\(?:text)?degree(?![A-Za-z])"), "°"),
    (re.compile(r"\\mu(?![a-z])\s*"), "μ"),
    (re.compile(r"\\([%$&#_])"), r"\1"),
    (re.compile(r"\\(?:sim|approx|simeq|thicksim)(?![A-Za-z])|\\~|~"), " ~ "),
    (re.compile(rf"\\({GREEK})(?![a-z])"), r"\1"),
    (re.compile(r"\\[A-Za-z]+\*?"), " "),
    (re.compile(r"[{}$\\]"), ""),
    (re.compile(r"(?<=\d) +(?=%)"), ""),
)
"""What LaTeX writes around words and numbers, and what is left of it."""
ENUMERATOR = re.compile(r"(?<![\w.\-+^])[(（]?(?:\d|i{1,3}|iv|v)[)）]|(?<![\w.\-])[1-9][.、:](?=\s*[^\W\d])")
"""What counts off the points of a text."""

SCALES: Mapping[str, float] = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "bn": 1e9, "trillion": 1e12, "k": 1e3, "K": 1e3,
    "M": 1e6, "B": 1e9, "T": 1e12, "百": 1e2, "千": 1e3, "万": 1e4, "十万": 1e5, "百万": 1e6, "千万": 1e7, "亿": 1e8,
    "十亿": 1e9, "百亿": 1e10, "千亿": 1e11, "万亿": 1e12, "萬": 1e4, "億": 1e8, "만": 1e4, "억": 1e8, "조": 1e12,
}  # fmt: skip
DIGITS = re.compile(
    r"(?P<number>\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d+)?|\d+(?:\.\d+)?|(?<![\w.])\.\d+)"
    r"(?:[eE](?P<e>[-+]?\d{1,3})(?![\w.])|\s?[×*x]\s?10(?:\^\(?|\(|(?=[-+]))(?P<exponent>[-+]?\d{1,3})\)?"
    r"|\^(?P<power>[-+]?\d{1,3}))?"
    r"(?P<scale>[ -]?(?:trillion|billion|million|thousand|hundred|bn)(?![a-z])|[kKMBT](?![A-Za-z0-9])"
    r"|\s?(?:[十百千]?[万亿]|万亿|[萬億만억조]|[百千](?!分|米|瓦|赫|克)))?"
)
LOOSE_SCALE = re.compile(r" ([kKMBT])(?![A-Za-z0-9])")
"""A scale apart from its number, which may as well be a unit."""
WORDS: Mapping[str, int] = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90, "hundred": 100, "thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000,
    "hundreds": 100, "thousands": 1000, "millions": 1_000_000, "billions": 1_000_000_000, "tens": 10,
}  # fmt: skip
ONE_WORD = "(?:" + "|".join(sorted(WORDS, key=len, reverse=True)) + ")"
SPELT = re.compile(
    rf"\b{ONE_WORD}(?:(?: |-|(?<=hundred) and |(?<=thousand) and | of ){ONE_WORD})*(?=\b|fold)", re.IGNORECASE
)
HAN_DIGITS = {"〇": 0, "两": 2} | {numeral: value for value, numeral in enumerate("零一二三四五六七八九")}
HAN_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
HAN = "[零〇一二两三四五六七八九十百千万亿]"
HAN_SHARE = re.compile(rf"({HAN}+|\d+)分之({HAN}+|\d+(?:\.\d+)?)")
HAN_HALF = re.compile(r"一半|减半|半数")
HAN_NUMBER = re.compile(
    rf"(?<![\d.第数几上成每统进唯单同任逐之{HAN[1:-1]}])(?<!\d )({HAN}+)"
    r"(?=大?个|多个|[种类倍项篇次年天层步台名位条组轮款张例折秒帧套块级家株小周米度幅段阶人座位部](?![体别似型分])|分钟|大[^\x00-\x7f])"
)
SPACED = re.compile(r"(?<![\d.,])\d{1,3}(?: \d{3})+(?![\d.,]\d)")
FRACTION = re.compile(r"(?<![\d./])(\d{1,4})/(\d{1,4})(?![\d./])")
BETWEEN = re.compile(r"\s?(?:-|~|到|至|to|/|→|±|\+-)\s?")
"""What stands between numbers that share the unit of the last one."""
ABOUT = re.compile(
    r"(?:约为?|近|超过?|逾|高达|至少|[大小低少]于|不[到足]|[<>~]|about|almost|nearly|over|around|under|below)\s*$"
)
ABOUT_AFTER = re.compile(r"\s?(?:以[上下内]|左右|余|多|内|\+)")
NEAR = 16
"""Characters around a number that tell what it is."""
EARLIEST_YEAR = 1000
"""From here on 年 names a year and does not count years."""
FACTOR = re.compile("[^A-Za-z0-9]?[x×]")
NEXT_WORD = re.compile("[ -]?([A-Za-z][a-z]*)(?![A-Za-z0-9])")
"""A plain word; names of measures, such as mIoU and AP, are none."""
AFTER_LETTERS = re.compile(r"[A-Za-z][-.]?$|[_^]-?$|[A-Za-z][-.]?\d+[./-]$|@$")
NO_NOUN = ENGLISH_STOP | frozenset(
    """
    vs than compared respectively faster slower smaller larger higher lower better less fewer greater cheaper lighter
    longer shorter points point scale scales factor per across within without during after before when while if only
    accuracy recall precision score scores speedup speedups speed acceleration improvement improvements reduction gain
    gains increase decrease boost drop
    """.split()
)
"""Words after a number that are not what it counts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Quantity:
    """One number of a text."""

    text: str
    """As it is written, LaTeX undone, with its unit."""
    values: tuple[float, ...]
    """What it can mean, the likeliest first: `5-10k` begins with 5 or 5000."""
    unit: str = ""
    """Its unit as audit.toml names it; empty where none is known."""
    dimension: str = ""
    """What the unit measures; empty where none is known, `*` for what fits any."""
    size: float = 1.0
    """The unit in terms of the dimension's own."""
    start: int = 0
    """Where it begins in the flattened text."""
    end: int = 0
    """Where it ends there."""
    about: bool = False
    """Whether it is said to be rounded, or a bound."""
    named: bool = False
    """Whether it is part of a name such as GPT-4."""
    spelt: bool = False
    """Whether it is written in words or Chinese numerals."""
    context: str = ""
    """The characters around it, where it is written in digits."""
    noun: bool = False
    """Whether the next word is a thing that it counts, so that no unit can be meant."""


def flatten(text: str) -> str:
    """Return text with LaTeX, full width, superscripts and kinds of dashes undone."""
    text = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    # a full-width comma would look like a separator of thousands, a circled number like a plain one
    text = CIRCLED.sub(" ", text.replace("，", ", ").replace("⁄", "/"))
    raised = RAISED.sub(lambda found: "^" + found.group().translate(SUPERSCRIPTS), text)
    plain = DASHES.sub("-", unicodedata.normalize("NFKC", raised))
    for pattern, replacement in LATEX:
        plain = pattern.sub(replacement, plain)
    return plain


def with_unit(quantity: Quantity, text: str) -> Quantity:
    """Return a quantity with the unit that follows it, or the dollar sign before it."""
    pattern, meanings = units()
    found = pattern.match(text, quantity.end)
    name, dimension, size = meanings[(found.lastindex or 1) - 1] if found else ("", "", 1.0)
    if found and not (name == "year" and quantity.values[0] >= EARLIEST_YEAR):
        told = replace(quantity, unit=name, dimension=dimension, size=size, end=found.end())
        return replace(told, text=text[quantity.start : found.end()])
    before = text[max(0, quantity.start - 2) : quantity.start]
    if before.endswith("$"):
        return replace(quantity, unit="dollar", dimension="money")
    if FACTOR.fullmatch(before):
        return replace(quantity, unit="x", dimension="times", named=False)
    following = NEXT_WORD.match(text, quantity.end)
    return replace(quantity, noun=bool(following and following[1].lower() not in NO_NOUN))


def quantities(text: str) -> list[Quantity]:
    """Return the numbers of a flattened text in order, ranges sharing their last unit."""
    text = ENUMERATOR.sub(lambda found: " " * len(found.group()), text)
    found = [*written(text), *spaced(text), *spelt(text), *han_numbers(text), *shares(text)]
    found = sorted((with_unit(one, text) if not one.dimension else one for one in found), key=lambda one: one.start)
    for index in range(len(found) - 2, -1, -1):
        one, following = found[index], found[index + 1]
        if following.dimension and not one.dimension and BETWEEN.fullmatch(text, one.end, following.start):
            found[index] = replace(
                one, unit=following.unit, dimension=following.dimension, size=following.size, noun=False
            )
    return found


def written(text: str) -> Iterator[Quantity]:
    """Yield the numbers in digits."""
    matches = list(DIGITS.finditer(text))
    scales = [SCALES.get((match["scale"] or "").strip(" -"), 1.0) for match in matches]
    for (first, second), following in zip(pairwise(matches), range(1, len(matches)), strict=True):
        joined = re.fullmatch(r"\s?(?:-|~|到|至|to)\s?", text[first.end() : second.start()])
        if joined and scales[following - 1] == 1:
            scales[following - 1] = -scales[following]
    for match, scale in zip(matches, scales, strict=True):
        number = float(match["number"].replace(",", ""))
        if match["power"]:
            number = power(number, int(match["power"]))
        exponent = match["e"] or match["exponent"]
        value = number * power(10.0, int(exponent)) if exponent else number
        before, after = text[max(0, match.start() - NEAR) : match.start()], text[match.end() : match.end() + NEAR]
        loose = LOOSE_SCALE.match(after)
        other = -scale if scale < 0 else SCALES[loose[1]] if loose else 1
        yield Quantity(
            text=match.group().strip(),
            values=(value * max(scale, 1), *((value * other,) if other != 1 else ())),
            start=match.start(),
            end=match.end(),
            about=bool(ABOUT.search(before) or ABOUT_AFTER.match(after)),
            named=is_named(before, after),
            context=f"{before:>{NEAR}}{after}",
        )


def spaced(text: str) -> Iterator[Quantity]:
    """Yield the numbers whose thousands stand apart, which may as well be several: none of them is a claim."""
    for match in SPACED.finditer(text):
        value = float(match.group().replace(" ", ""))
        yield Quantity(text=match.group(), values=(value,), start=match.start(), end=match.end(), named=True)


def power(base: float, exponent: int) -> float:
    """Return a power, 0 where it is beyond what a number can hold."""
    try:
        return float(base**exponent)
    except (OverflowError, ZeroDivisionError):
        return 0.0


def is_named(before: str, after: str) -> bool:
    """Return whether a number between these texts belongs to a name or a formula: F1, GPT-4, x_2, 3DGS, 5-layer."""
    if re.match(r"\s?(?:%|倍)", after):
        return False
    if before.endswith("分之"):
        return True
    if re.search(r"\d[xXkKMB]-$", before):
        return False
    if AFTER_LETTERS.search(before):
        return True
    if not re.match(r"-?[A-Za-z_]", after):
        return False
    return not units()[0].match(after)


def spelt(text: str) -> Iterator[Quantity]:
    """Yield the numbers in English words."""
    for match in SPELT.finditer(text):
        words = [WORDS[word.lower()] for word in re.findall(ONE_WORD, match.group(), re.IGNORECASE)]
        values = tuple(dict.fromkeys((float(added(words)), *map(float, words))))
        yield Quantity(text=match.group(), values=values, start=match.start(), end=match.end(), spelt=True)


def implied(text: str) -> Iterator[Quantity]:
    """Yield the numbers that words of a flattened English text say without naming them: twice, half, September."""
    pattern, meanings = implications()
    for match in pattern.finditer(text.lower()):
        value, unit = meanings[(match.lastindex or 1) - 1]
        yield Quantity(
            text=match.group(),
            values=(value,),
            dimension=ANY if unit == ANY else "",
            start=match.start(),
            end=match.end(),
            spelt=True,
            noun=unit != ANY,
        )


def added(words: Sequence[int]) -> int:
    """Return the number that words make up: two hundred and five thousand."""
    total = current = 0
    for word in words:
        if word >= 1000:
            total += max(current, 1) * word
            current = 0
        else:
            current = max(current, 1) * word if word == 100 else current + word
    return total + current


def han_numbers(text: str) -> Iterator[Quantity]:
    """Yield the numbers in Chinese numerals that count something."""
    for match in HAN_NUMBER.finditer(text):
        value = han_value(match[1])
        if value:
            yield Quantity(text=match[1], values=(value,), start=match.start(), end=match.end(), spelt=True)


def shares(text: str) -> Iterator[Quantity]:
    """Yield fractions and halves, which fit any unit."""
    found: list[tuple[re.Match[str], float]] = [(match, 0.5) for match in HAN_HALF.finditer(text)]
    for match in HAN_SHARE.finditer(text):
        below, above = (float(part) if part[0].isdigit() else han_value(part) for part in match.groups())
        found += [(match, above / below)] if below else []
    found += [(match, int(match[1]) / int(match[2])) for match in FRACTION.finditer(text) if int(match[2])]
    for match, value in found:
        yield Quantity(
            text=match.group(), values=(value,), dimension=ANY, start=match.start(), end=match.end(), spelt=True
        )


def han_value(numerals: str) -> float:
    """Return what Chinese numerals say: 三百五十, 十二, 二〇二五, 两万."""
    if not any(one in HAN_SCALES for one in numerals):
        return float("".join(str(HAN_DIGITS[one]) for one in numerals))
    total = section = digit = 0
    for one in numerals:
        if one in HAN_DIGITS:
            digit = HAN_DIGITS[one]
        elif HAN_SCALES[one] >= HAN_SCALES["万"]:
            total = max(total + section + digit, 1) * HAN_SCALES[one]
            section = digit = 0
        else:
            section += max(digit, 1) * HAN_SCALES[one]
            digit = 0
    return float(total + section + digit)
