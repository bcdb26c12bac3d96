"""`python -m evals`: run cases, check them, compare runs, report and gate."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from rag.errors import ArxivRagError
from vectorstore.errors import StoreError

PATH = click.Path(path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """Evaluate the assistant: cases in, rows, scores and a report out."""


@main.command()
@click.argument("cases", nargs=-1, type=PATH)
@click.option("--split", type=click.Choice(["dev", "held", "all"]), default="dev", show_default=True)
@click.option("--out", type=PATH, required=True, help="Folder for the rows and the report; run again to resume.")
@click.option("--corpus-store", type=PATH, help="Folder that keeps one store per corpus [default: the program's cache].")
@click.option("--subject", default="assistant", show_default=True, help="assistant, or a peer: citation-query-engine, bm25, dense.")
@click.option("--llm", help="As ARXIV_RAG_LLM.")
@click.option("--embedder", help="As ARXIV_RAG_EMBEDDER.")
@click.option("--set", "assignments", multiple=True, metavar="NAME=VALUE", help="Any other setting; may be repeated.")
@click.option("--kinds", help="Kinds of cases, separated by commas [default: all].")
@click.option("--languages", help="en, zh or both, separated by commas [default: both].")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many cases of each kind and language.")
@click.option("--retrieve-only", is_flag=True, help="Rank papers; no language model.")
@click.option("--no-cache", is_flag=True, help="Ask everything anew.")
def run(**options: object) -> None:
    """Run CASES (files, folders, or names such as single_seed; default: the sample's) and print the scores."""
    from evals.commands import run_command

    run_command(**options)  # type: ignore[arg-type]


@main.command()
@click.argument("cases", nargs=-1, type=PATH)
def check(cases: tuple[Path, ...]) -> None:
    """Look for bad cases in CASES (default: all of this repository); exit 1 when there are any."""
    from evals.commands import check_command

    check_command(cases)


def guarded() -> int:
    """Run the command line; return the exit code. Errors are one sentence on stderr."""
    try:
        main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return 2
    except click.Abort:
        return 130
    except (ArxivRagError, StoreError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(guarded())
