"""Question the day's arXiv papers, in English or Chinese, with every sentence cited and checked.

digest file -> ingest (papers, nodes) -> vectorstore (Chroma, catalogue)
question -> query (understand, retrieve, select, answer, verify) -> Answer
serve (command line, batch, chat) -> assistant -> the two lines above
"""

from rag.models import Answer, Citation, Filters, Paper, Passage, Retrieval, Sentence, Turn

__all__ = ("Answer", "Citation", "Filters", "Paper", "Passage", "Retrieval", "Sentence", "Turn")
