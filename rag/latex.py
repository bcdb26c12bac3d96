"""LaTeX around plain words, which abstracts are written in, taken off for reading. Pure."""

from __future__ import annotations

import re
import unicodedata

STYLED = re.compile(r"\\(?:text(?:bf|it|tt|sc|rm|sf)?|emph|underline|mbox|math(?:rm|bf|it|tt|sf))\s?\{([^{}$\\]*)\}")
LINK = re.compile(r"\\href\s?\{[^{}]*\}\s?\{([^{}]*)\}")
CITED = re.compile(r"[\s~]?\\(?:cite[pt]?|footnote)\s?\{[^{}]*\}")
FORMULA = re.compile(r"\$((?=[^$]*\\)[^$\n]{1,40}|(?!\s)[^$\n]{1,40}(?<!\s)(?=\$(?!\d)))\$")
"""What stands between dollars, where they are no sums of money."""
SIGNS = (
    (re.compile(r"\{?\\(?:sim|approx|thicksim)(?![A-Za-z])\}?\s*"), "~"),
    (re.compile(r"\s?\{?\\times(?![A-Za-z])\}?"), "×"),
    (re.compile(r"\\rightarrow(?![A-Za-z])\s?"), "→"),
    (re.compile(r"\^\{?2\}?"), "²"),
    (re.compile(r"\^\{?3\}?"), "³"),
    (re.compile(r"\\([%&#_])"), r"\1"),
)
"""Signs that LaTeX spells out."""
TIE = re.compile(r"(?<=[A-Za-z.)])~(?=[A-Za-z(\d])|(?<=\d)~(?=[A-Za-z])")
ACCENT = re.compile(
    r"(?!\\'s\b|\\\"[^aeiouyAEIOUY{\\])"  # an escaped apostrophe or quotation mark
    r"\{?\\(?:([`'^\"~=.])\s?|([uvHcrk])(?=\s|\{)\s?)(?:\{\\?([A-Za-z])\}|\\?([A-Za-z]))\}?"
)
"""A letter with an accent: `\\"a`, `\\'{e}`, `\\v{s}`."""
COMBINING = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    '"': "\u0308",
    "~": "\u0303",
    "=": "\u0304",
    ".": "\u0307",
    "u": "\u0306",
    "v": "\u030c",
    "H": "\u030b",
    "c": "\u0327",
    "r": "\u030a",
    "k": "\u0328",
}
"""Unicode's combining character for each accent."""
LETTER = re.compile(r"\{?\\(ss|o|O|ae|AE|oe|OE|l|L|aa|AA)(?![A-Za-z])\s?(?:\{\})?\}?")
LETTERS = dict(zip("ss o O ae AE oe OE l L aa AA".split(), "ßøØæÆœŒłŁåÅ", strict=True))
QUOTED = re.compile(r"``(.{1,200}?)(?:''|\")", re.DOTALL)


def untyped(text: str) -> str:
    r"""Return a text without the LaTeX around plain words and numbers: `\emph{very}~good`, `$40\times$`, `D\"aniken`.

    A formula that holds more than these is left as it is.
    """
    if "\\" in text or "$" in text:
        while (bare := STYLED.sub(r"\1", text)) != text:
            text = bare  # one inside the other
        text = CITED.sub("", LINK.sub(r"\1", text))
        text = LETTER.sub(lambda found: LETTERS[found[1]], ACCENT.sub(accented, text))
        text = SIGNS[-1][0].sub(r"\1", FORMULA.sub(plain_formula, text))
    return QUOTED.sub(r"“\1”", TIE.sub(" ", text))


def accented(found: re.Match[str]) -> str:
    """Return a letter with its accent as one character; itself where there is no such character."""
    letter = unicodedata.normalize("NFC", f"{found[3] or found[4]}{COMBINING[found[1] or found[2]]}")
    return letter if len(letter) == 1 else found.group()


def plain_formula(found: re.Match[str]) -> str:
    """Return what a formula says without its dollars; itself where it is more than signs and numbers."""
    said = found[1]
    for pattern, sign in SIGNS:
        said = pattern.sub(sign, said)
    return found.group() if re.search(r"[\\{}^_]", said) else said
