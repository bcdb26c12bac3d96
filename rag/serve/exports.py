"""What a reader takes along: Markdown with references, BibTeX, CSV (pure)."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence

from rag.models import CARD_FIELDS, Paper
from rag.serve.conversation import Conversation, Exchange
from rag.serve.markup import abs_url
from rag.serve.wording import Wording
from rag.text import INVISIBLE

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the beginning of a formula, in half and full width."""
MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~$!&])")
"""What is syntax somewhere in Markdown; a backslash makes it text."""
AT_START = re.compile(r"^(\s*)([-+=>]|\d+[.)])")
TEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"} | {
    mark: "\\" + mark for mark in "&%$#_{}"
}
"""Characters that TeX takes for orders, and how they are written as themselves."""
MATH = re.compile(r"(?<!\\)(\$(?!\s)[^$]{1,200}?(?<!\s)\$)")
"""A formula in a title: it stays one, since BibTeX's readers know TeX."""
STOP_WORDS = frozenset("a an the on in of for to and with from by is are at as".split())


def line(text: str) -> str:
    """Return text on one line without invisible characters."""
    return " ".join(INVISIBLE.sub("", text).split())


def literal(text: str) -> str:
    """Return text on one line as Markdown that shows it literally."""
    return AT_START.sub(r"\1\\\2", MARKDOWN.sub(r"\\\1", line(text)))


def markdown(conversation: Conversation, words: Wording) -> str:
    """Return a conversation as Markdown: questions as headings, answers, then a numbered list of what they cite."""
    pieces = [f"# {literal(conversation[0].question)}" if conversation else "# arxiv-rag"]
    for number, exchange in enumerate(conversation):
        if number:
            pieces.append(f"## {literal(exchange.question)}")
        pieces.append(spoken(exchange, words))
    references = [reference(paper) for paper in cited_papers(conversation)]
    if references:
        pieces += [f"## {words.references}", "\n".join(references)]
    models = dict.fromkeys(exchange.answer.model for exchange in conversation if exchange.answer)
    pieces.append(f"*{words.export_note.format(model=literal(', '.join(filter(None, models))) or 'arxiv-rag')}*")
    return "\n\n".join(piece for piece in pieces if piece) + "\n"


def spoken(exchange: Exchange, words: Wording) -> str:
    """Return an answer as Markdown, each sentence's quote under it."""
    if exchange.problem:
        return f"*{literal(exchange.problem)}*"
    layout = exchange.answer.layout if exchange.answer else "prose"
    if layout == "prose":
        joint = "" if exchange.answer and exchange.answer.language == "zh" else " "
        text = joint.join(marked(sentence.text) for sentence in exchange.sentences)
    else:
        text = "\n".join(row for sentence in exchange.sentences for row in rows_of(sentence.text))
    cited = [one for sentence in exchange.sentences for one in sentence.citations]
    quotes = dict.fromkeys(
        f"> {literal(one.quote)} \\[{one.arxiv_id}, {words.support[one.support]}\\]" for one in cited if one.quote
    )
    return "\n\n".join(part for part in (text, "\n>\n".join(quotes)) if part)


def rows_of(text: str) -> list[str]:
    """Return the lines of a list item or table row, the marks of lists and tables kept."""
    told = []
    for row in text.splitlines():
        found = re.match(r"\s*([-*•]|\d{1,3}[.)])\s+", row)
        if row.startswith("|"):
            told.append("|".join(marked(cell) if cell.strip(" :-") else cell for cell in row.split("|")))
        elif found:
            told.append(f"- {marked(row[found.end() :])}")
        elif row.strip():
            told.append(f"{marked(row)}  ")
    return told


def marked(text: str) -> str:
    """Return a sentence as Markdown whose markers are links to arxiv.org."""
    return re.sub(
        r"\\\[((?:\d{4}\.\d{4,5}|[a-z-]{2,16}(?:\.[A-Z]{2})?/\d{7})(?:v\d{1,3})?)\\\]",
        lambda found: f"[[{found[1]}]({abs_url(found[1])})]",
        literal(text),
    )


def reference(paper: Paper) -> str:
    """Return one entry of a list of references."""
    names = ", ".join(paper.authors[:10]) + (" et al." if len(paper.authors) > 10 else "")
    year = f" ({year_of(paper)})" if year_of(paper) else ""
    authors = f"{literal(names)}{year}. " if names else ""
    return f"- {authors}{literal(paper.title)}. [arXiv:{paper.arxiv_id}]({abs_url(paper.arxiv_id)})"


def cited_papers(conversation: Conversation) -> list[Paper]:
    """Return the papers that answers cite, in order of mention."""
    known = {paper.arxiv_id: paper for exchange in conversation for paper in exchange.papers}
    cited = dict.fromkeys(identifier for exchange in conversation for identifier in exchange.cited)
    return [known[identifier] for identifier in cited if identifier in known]


def bibtex(papers: Iterable[Paper]) -> str:
    """Return papers as BibTeX entries with keys of their own."""
    taken: dict[str, int] = {}
    entries = []
    for paper in papers:
        key = bibtex_key(paper)
        taken[key] = taken.get(key, 0) + 1
        entries.append(bibtex_entry(paper, key if taken[key] == 1 else f"{key}-{taken[key]}"))
    return "\n".join(entries)


def bibtex_entry(paper: Paper, key: str) -> str:
    """Return one paper as BibTeX, as arXiv itself exports it."""
    fields = {
        "title": "{" + tex(paper.title) + "}",
        "author": " and ".join(tex(name) for name in paper.authors),
        "year": year_of(paper),
        "eprint": paper.arxiv_id,
        "archivePrefix": "arXiv",
        "primaryClass": tex(paper.category),
        "url": abs_url(paper.arxiv_id),
    }
    told = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@misc{{{key},\n{told}\n}}\n"


def bibtex_key(paper: Paper) -> str:
    """Return a key such as `field2025text2touch`; letters and digits alone."""
    family = ascii_word(paper.authors[0].split()[-1]) if paper.authors and paper.authors[0].split() else ""
    first = next((word for word in map(ascii_word, paper.title.split()) if word and word not in STOP_WORDS), "")
    return f"{family}{year_of(paper)}{first}" or "arxiv" + ascii_word(paper.arxiv_id)


def ascii_word(text: str) -> str:
    """Return the letters and digits of a word in lower case, without accents."""
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", text).lower())[:24]


def year_of(paper: Paper) -> str:
    """Return a paper's year, by its id where no date tells; empty where nothing does."""
    if paper.published:
        return str(paper.published.year)
    found = re.match(r"(\d\d)\d\d\.|[a-z.-]+(?:\.[A-Z]{2})?/(\d\d)", paper.arxiv_id)
    if not found:
        return ""
    two = int(found[1] or found[2])
    return str(1900 + two if two > 90 else 2000 + two)


def tex(text: str) -> str:
    """Return text as TeX that shows it literally; formulas stay formulas, and no brace is left open."""
    pieces = MATH.split(line(text))
    return "".join(piece if place % 2 and balanced(piece) else escaped(piece) for place, piece in enumerate(pieces))


def escaped(text: str) -> str:
    """Return text in which nothing is an order to TeX."""
    return "".join(TEX.get(letter, letter) for letter in text)


def balanced(text: str) -> bool:
    """Return whether every brace is closed, and none before it is opened."""
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", text):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def papers_csv(papers: Iterable[Paper], words: Wording) -> str:
    """Return papers side by side as CSV: facts of record, then the card's fields and the abstract."""
    names = ("arXiv", "title", "authors", "categories", "date", *CARD_FIELDS, "abstract", "url")
    rows = [
        (
            paper.arxiv_id,
            paper.title,
            "; ".join(paper.authors),
            " ".join(paper.categories or (paper.category,)),
            paper.date.isoformat() if paper.date else "",
            *(getattr(paper, name) for name in CARD_FIELDS),
            paper.abstract,
            abs_url(paper.arxiv_id),
        )
        for paper in papers
    ]
    return csv_text([[words.fields.get(name, name) for name in names], *rows])


def answer_csv(conversation: Conversation, words: Wording) -> str:
    """Return what answers say of each paper as CSV, a row a citation, quote and support beside it."""
    names = words.fields
    rows: list[Sequence[str]] = [("arXiv", names["title"], words.said, words.quoted, words.support_label, names["url"])]
    for sentence in (sentence for exchange in conversation for sentence in exchange.sentences):
        for one in sentence.citations:
            support = words.support[one.support]
            said = said_of(sentence.text, one.arxiv_id)
            rows.append((one.arxiv_id, one.title, said, one.quote, support, abs_url(one.arxiv_id)))
    return csv_text(rows)


def said_of(text: str, arxiv_id: str) -> str:
    """Return what a sentence says of a paper: of a table's row its label with the paper's own cell, else all of it."""
    row = text.split("\n", maxsplit=1)[0]
    if not row.startswith("|"):
        return text
    label, *cells = (cell.strip() for cell in row.strip().strip("|").split("|"))
    own = next((cell for cell in cells if f"[{arxiv_id}]" in cell), "")
    return ": ".join(part for part in (label, own) if part)


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as CSV for spreadsheets: with a byte order mark, and no cell that would run as a formula."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return out.getvalue()


def harmless(cell: str) -> str:
    """Return a cell's text on one line, with an apostrophe in front where it would be a formula."""
    told = line(cell)
    return f"'{told}" if told.startswith(FORMULA) else told
