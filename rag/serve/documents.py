"""What the chat serves beside its pages: conversations to be read by others, and files to take along."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from rag.assistant import Assistant
from rag.errors import ArxivRagError
from rag.models import Language
from rag.serve.cards import Manner
from rag.serve.choosing import MOST_CHOSEN
from rag.serve.conversation import Conversation
from rag.serve.diary import Diary
from rag.serve.exports import answer_csv, bibtex, cited_papers, markdown, papers_csv
from rag.serve.markup import IDENTIFIER
from rag.serve.threads import shared_page
from rag.serve.transcripts import read
from rag.serve.web import ASSETS_PATH, preferred_language
from rag.serve.wording import WORDINGS
from vectorstore import StoreError

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'none'; frame-ancestors 'none'"
)
"""Content security policy of a conversation to be read: nothing inline, nothing from elsewhere."""
TYPES = {"md": "text/markdown", "bib": "application/x-bibtex", "csv": "text/csv"}
NUMBER = re.compile(r"\d{1,4}", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Documents:
    """The routes beside the page."""

    assistant: Assistant
    """Knows the papers."""
    diary: Diary
    """Knows the conversations."""
    manner: Manner
    """How pages are written, but for the language."""

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [Route("/c/{name}", self.conversation), Route("/papers.{suffix}", self.papers)]

    def conversation(self, request: Request) -> Response:
        """Return a conversation as a page, or as a file of the kind that the suffix names; `n` picks one answer."""
        thread, _, suffix = request.path_params["name"].partition(".")
        manner = dataclasses.replace(self.manner, words=WORDINGS[language_of(request)])
        try:
            told = self.told(thread)
        except (ArxivRagError, StoreError) as error:
            return PlainTextResponse(f"{error}\n", status_code=503)
        if suffix == "":
            headers = {"content-security-policy": POLICY, "cache-control": "no-store"}
            page = shared_page(told, manner, ASSETS_PATH)
            return HTMLResponse(page, status_code=200 if told else 404, headers=headers)
        number = request.query_params.get("n", "")
        if NUMBER.fullmatch(number):
            told = told[int(number) : int(number) + 1]
        if suffix not in TYPES or not told:
            return PlainTextResponse(f"{manner.words.gone}\n", status_code=404)
        if suffix == "md":
            return attachment(markdown(told, manner.words), "md")
        if suffix == "bib":
            return attachment(bibtex(cited_papers(told)), "bib")
        return attachment(answer_csv(told, manner.words), "csv")

    def told(self, thread: str) -> Conversation:
        """Return a conversation as it was kept; empty where it is gone."""
        corpus = self.assistant.corpus()
        return tuple(read(data, corpus.get) for data in self.diary.read(thread))

    def papers(self, request: Request) -> Response:
        """Return the papers that `ids` names, by commas, as BibTeX or CSV."""
        words = WORDINGS[language_of(request)]
        ids = [one for one in request.query_params.get("ids", "").split(",") if IDENTIFIER.fullmatch(one)]
        try:
            papers = self.assistant.corpus().get(ids[:MOST_CHOSEN])
        except StoreError as error:
            return PlainTextResponse(f"{error}\n", status_code=503)
        suffix = request.path_params["suffix"]
        if suffix not in {"bib", "csv"} or not papers:
            return PlainTextResponse("There is no such paper.\n", status_code=404)
        return attachment(bibtex(papers) if suffix == "bib" else papers_csv(papers, words), suffix)


def language_of(request: Request) -> Language:
    """Return the interface language that a request asks for, else the browser's."""
    asked = request.query_params.get("lang")
    if asked == "zh":
        return "zh"
    return "en" if asked == "en" else preferred_language(request.headers.get("accept-language", ""))


def attachment(content: str, suffix: str) -> Response:
    """Return a file to be saved, never to be shown."""
    headers = {"content-disposition": f'attachment; filename="arxiv-rag.{suffix}"', "cache-control": "no-store"}
    return Response(content, media_type=f"{TYPES[suffix]}; charset=utf-8", headers=headers)
