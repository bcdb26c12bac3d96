"""Markdown digests, all generations of the template: text -> entries (pure, linear in the text).

An entry runs from its heading to `</details>` (or, in plain listings, to the next heading). What looks like a heading
or a label elsewhere is text: abstracts may hold anything.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.ingest.cards import read_card, read_listing
from rag.ingest.cleaning import clean_text
from rag.ingest.entries import DigestWarning, Entry, Reading
from rag.ingest.fields import find_arxiv_id, is_category

__all__ = ("read_markdown",)

_NUMBERED = re.compile(r"#{2,4}[ \t]*\[\d{1,9}\][ \t]*\[")
_UNNUMBERED = re.compile(r"#{2,4}[ \t]*\[")
_LISTED = re.compile(r"\[\d{1,9}\]\.[ \t]*\[\*")
_DECLARED = re.compile(
    r"[-*] \[(?P<name>[^\[\]]{1,80})\]\(#[^()]{0,80}\) ?(?:\[Total: ?(?P<en>\d{1,9})\]|[(（](?P<zh>\d{1,9}) ?篇[)）])",
    re.ASCII,
)
_ANCHOR = re.compile(r"<(?:div|a) id=['\"]?[^<>'\"]{0,80}['\"]?> ?</(?:div|a)>")
_DECORATION = ("[⬆", "---", "***", "<div", "</div", "<a ", "</a", "</details", "#", "- [")
_CARD_SIGNS = ("Main category:", "TL;DR:", "TLDR:", "Motivation:", "Abstract:")


@dataclass(kw_only=True, slots=True)
class _Block:
    """An entry under construction."""

    line: int
    title: str
    address: str
    listed: bool
    section: str
    lines: list[str] = field(default_factory=list)
    wrapped: int = 0
    """How many of the next lines still belong to the heading."""
    opened: bool = False
    closed: bool = False
    problems: list[str] = field(default_factory=list)

    @property
    def inside(self) -> bool:
        """Whether `<details>` is open, so that only a clear sign ends the entry."""
        return self.opened and not self.closed

    def add(self, line: str) -> None:
        """Take one more line, noting where the card opens and closes."""
        if self.wrapped:
            self.wrapped -= 1
            return
        if not self.listed:
            mark = line.strip()
            self.opened = self.opened or mark == "<details>"
            self.closed = mark == "</details>"
        if not self.closed:
            self.lines.append(line)


@dataclass(kw_only=True, slots=True)
class _Scan:
    """The state of one pass over the lines."""

    source: str
    blocks: list[_Block] = field(default_factory=list)
    warnings: list[DigestWarning] = field(default_factory=list)
    declared: dict[str, int] = field(default_factory=dict)
    declared_line: int = 0
    section: str = ""
    current: _Block | None = None
    stray: bool = False
    """Whether text that belongs to no entry has been warned about since the last heading."""

    @property
    def inside(self) -> bool:
        """Whether an entry is open."""
        return self.current is not None and self.current.inside

    def warn_stray(self, line: int) -> None:
        """Warn about text that belongs to no entry, once for each gap between entries."""
        if not self.stray:
            self.stray = True
            message = "this text belongs to no entry (a heading is missing or damaged); it was left out"
            self.warnings.append(DigestWarning(file=self.source, line=line, message=message))


def read_markdown(text: str, source: str) -> Reading:
    """Return the entries, the declared counts and what was damaged."""
    lines = text.split("\n")
    scan = _Scan(source=source)
    for index, raw in enumerate(lines):
        _take_line(scan, lines, index, raw.rstrip("\r"))
    return Reading(
        entries=tuple(_entry(block) for block in scan.blocks),
        warnings=tuple(scan.warnings),
        declared=scan.declared,
        declared_line=scan.declared_line,
    )


def _take_line(scan: _Scan, lines: Sequence[str], index: int, line: str) -> None:
    """Move the scan over one line."""
    block = _unwrapped_heading(lines, index, line) if line.startswith(("#", "[")) else None
    if block is not None and scan.inside and not _ends_open_entry(lines, index, block):
        if find_arxiv_id(block.address):
            _problems(scan).append(f"line {index + 1} looks like an entry but stands inside this one; kept as its text")
        block = None
    if block is not None:
        block.line, block.section = index + 1, scan.section
        scan.blocks.append(block)
        scan.current, scan.stray = block, False
    elif (not scan.inside or _after_break(lines, index)) and (name := _section(line)) is not None:
        scan.section, scan.current = name or scan.section, None
    elif scan.current is None:
        _take_outside(scan, index, line)
    elif not scan.current.closed:
        scan.current.add(line)
    elif line.strip() and not line.startswith(_DECORATION):
        scan.warn_stray(index + 1)


def _take_outside(scan: _Scan, index: int, line: str) -> None:
    """Read a line of the table of contents; of other lines outside the entries, warn about what looks like a card."""
    found = _DECLARED.match(line.strip()) if line.lstrip().startswith(("-", "*")) else None
    if found and not scan.blocks:
        scan.declared[clean_text(found["name"])] = int(found["en"] or found["zh"])
        scan.declared_line = scan.declared_line or index + 1
    elif line.startswith(_CARD_SIGNS):
        scan.warn_stray(index + 1)


def _heading(line: str) -> _Block | None:
    """Return a new block if the line is an entry's heading, whole or damaged."""
    mark = line.rstrip()
    if listed := _LISTED.match(mark):
        title, _, rest = mark[listed.end() :].partition("*](")
        address, closing, _ = rest.replace('"', ")").partition(")")
        return _Block(line=0, title=title, address=address if closing else "", listed=True, section="")
    numbered = _NUMBERED.match(mark)
    found = numbered or _UNNUMBERED.match(mark)
    if found is None:
        return None
    cut = mark.rfind("](", found.end() - 1)
    title = mark[found.end() : cut] if cut >= 0 else mark[found.end() :]
    address, closing, _ = mark[cut + 2 :].partition(")") if cut >= 0 else ("", "", "")
    if not numbered and "arxiv" not in address.lower() and not find_arxiv_id(address):
        return None
    # An address that is not closed was cut off, and half an identifier may be another paper's.
    return _Block(line=0, title=title, address=address if closing else "", listed=False, section="")


def _unwrapped_heading(lines: Sequence[str], index: int, line: str) -> _Block | None:
    """Return the heading that begins on a line, its title perhaps broken over the next ones."""
    block = _heading(line)
    if block is None or block.address or not _NUMBERED.match(line):
        return block
    whole = line
    for wrapped, follower in enumerate(lines[index + 1 : index + 4], start=1):
        if not follower.strip() or follower.startswith(("#", "*", "<")):
            break
        whole = f"{whole.rstrip()} {follower.strip()}"
        longer = _heading(whole)
        if longer is not None and longer.address:
            longer.wrapped = wrapped
            return longer
    return block


def _ends_open_entry(lines: Sequence[str], index: int, block: _Block) -> bool:
    """Tell whether a heading inside an open entry is the next one (this one was cut off) rather than quoted text."""
    following = lines[index + 1] if index + 1 < len(lines) else ""
    return not lines[index - 1].strip() or (bool(find_arxiv_id(block.address)) and following.startswith(("*", "> *")))


def _after_break(lines: Sequence[str], index: int) -> bool:
    """Tell whether the line before is blank or a section's anchor."""
    before = lines[index - 1].strip()
    return index > 0 and (not before or _ANCHOR.fullmatch(before) is not None)


def _section(line: str) -> str | None:
    """Return the section that a line opens, an empty string for its anchor, None for any other line."""
    if line.startswith("<"):
        return "" if _ANCHOR.fullmatch(line.strip()) else None
    if not line.startswith(("# ", "## ")):
        return None
    name, back, _ = line.lstrip("#").partition("[[Back]]")
    name = clean_text(name)
    return name if back or is_category(name) else None


def _problems(scan: _Scan) -> list[str]:
    """Return the list that the open entry's problems go to."""
    return scan.current.problems if scan.current else []


def _entry(block: _Block) -> Entry:
    """Read the fields of one block."""
    card = read_listing(block.lines) if block.listed else read_card(block.lines)
    problems = [*block.problems, *card.problems]
    if block.inside:
        problems.append("the entry is not closed by </details> (cut off?); what there is was kept")
    elif "abstract" not in card.texts and not card.without_abstract:
        problems.append("the entry ends before its abstract (cut off?); what there is was kept")
    return Entry(
        line=block.line,
        addresses=(block.address, *card.addresses),
        title=block.title,
        authors=card.authors,
        section=block.section,
        categories=card.categories,
        published=card.published,
        texts=card.texts,
        problems=tuple(problems),
    )
