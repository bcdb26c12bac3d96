"""Characters: what may stand in a paper's text and what may not (pure)."""

import re
import unicodedata

__all__ = ("clean_text",)

# JSON and Python read "\f" of "\frac" as one control character; these are the LaTeX commands that begin with such a
# letter, so that what is left ("\x0crac") tells with certainty what was meant.
_COMMANDS = {
    "\x07": "alpha approx angle aleph ast asymp arg arccos arcsin arctan",
    "\x08": (
        "bar because begin beta beth bf bigcap bigcup bigg Bigg biggl biggr big bigl bigoplus bigotimes bigr bigwedge"
        " binom bm bmod boldsymbol bot bowtie boxed box breve bullet"
    ),
    "\x0b": "vartheta varepsilon varphi varpi varrho varsigma vdash vdots vec vee vert Vert vspace",
    "\x0c": "fbox flat footnotesize forall frac frown",
    "\t": (
        "tan tanh tau tbinom text textbf textit textrm textsc textsf texttt textup tfrac therefore theta thickapprox"
        " tilde times to top triangle triangleq triangleleft triangleright"
    ),
    "\r": (
        "rangle rbrace rbrack rceil rfloor rho right rightarrow rightharpoonup rightleftharpoons rm root rtimes rvert"
    ),
}


def _lost_escapes() -> re.Pattern[str]:
    """Compile the pattern of a control character followed by the rest of a LaTeX command."""
    branches = []
    for control, names in _COMMANDS.items():
        rests = sorted((name[1:] for name in names.split()), key=len, reverse=True)
        branches.append(f"{re.escape(control)}(?=(?:{'|'.join(rests)})(?![A-Za-z]))")
    return re.compile("|".join(branches))


_LOST_ESCAPE = _lost_escapes()
_LOST_NEWLINE = re.compile(r"\n(?=abla(?![A-Za-z])|eq +[\d\\{-])")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff]")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff"
    "\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_SUSPECT = re.compile("|".join((_INVISIBLE.pattern, _SURROGATE.pattern, "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")))


def clean_text(raw: str) -> str:
    """Return `raw` on one line, NFC, without control, zero-width, bidirectional or lone surrogate characters.

    LaTeX commands whose first letter was eaten by an escape are restored where that is certain; markup is left alone.
    """
    if raw.isascii() and raw.isprintable():
        return " ".join(raw.split())
    text = raw
    if "\nabla" in text or "\neq" in text:
        text = _LOST_NEWLINE.sub(r"\\n", text)
    if _SUSPECT.search(text):
        text = _INVISIBLE.sub("", text)
        text = _LOST_ESCAPE.sub(_restore, text)
        text = _SURROGATE.sub("\ufffd", text)
    text = _CONTROL.sub(" ", text)
    return " ".join(unicodedata.normalize("NFC", text).split())


def _restore(match: re.Match[str]) -> str:
    """Return the backslash and letter that the control character stood for."""
    return "\\" + _COMMANDS[match.group()][0]
