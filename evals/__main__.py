"""`python -m evals`: run cases, check them, compare runs, report and gate."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from rag.errors import ArxivRagError
from vectorstore.errors import StoreError

PATH = click.Path(path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """Evaluate the assistant: cases in, rows, scores and a report out."""


@main.command()
@click.argument("cases", nargs=-1, type=PATH)
@click.option("--split", type=click.Choice(["dev", "held", "all"]), help="[default: dev; all with --ids]")
@click.option("--ids", type=PATH, help="Just the cases that this file names, one id a line, wherever they are.")
@click.option("--out", type=PATH, required=True, help="Folder for rows and report; run again to resume.")
@click.option(
    "--corpus-store", type=PATH, help="Folder that keeps one store per corpus [default: the program's cache]."
)
@click.option(
    "--subject",
    default="assistant",
    show_default=True,
    help="Or a peer: citation-query-engine, paperqa, bm25, dense; or a part of the ranking: one-vector, without-...",
)
@click.option("--config", type=PATH, help="A TOML file of settings; --set, --llm and --embedder override it.")
@click.option("--llm", help="As ARXIV_RAG_LLM.")
@click.option("--embedder", help="As ARXIV_RAG_EMBEDDER.")
@click.option("--set", "assignments", multiple=True, metavar="NAME=VALUE", help="Any other setting; may be repeated.")
@click.option("--kinds", help="Kinds of cases, separated by commas [default: all].")
@click.option("--languages", help="en, zh or both, separated by commas [default: both].")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many of each kind, language and corpus.")
@click.option("--retrieve-only", is_flag=True, help="Rank papers; no language model.")
@click.option("--without-cards", is_flag=True, help="Take the Chinese cards away first, as in an English archive.")
@click.option("--among", type=click.IntRange(min=0), default=0, help="Set so many other arXiv records beside them.")
@click.option("--no-cache", is_flag=True, help="Ask everything anew.")
@click.option(
    "--price", metavar="IN,OUT", help="Dollars for a million tokens, for an estimate before and the cost after."
)
def run(**options: Any) -> None:
    """Run CASES (files, folders, or names such as single_seed; default: the sample's) and print the scores."""
    from evals.commands import Choice, Target, load_settings, run_command

    choice = Choice(
        paths=options["cases"],
        ids=options["ids"],
        split=options["split"] or ("dev" if options["ids"] is None else "all"),
        kinds=options["kinds"],
        languages=options["languages"],
        limit=options["limit"],
    )
    target = Target(
        out=options["out"],
        subject=options["subject"],
        stores=options["corpus_store"],
        retrieve_only=options["retrieve_only"],
        cards=not options["without_cards"],
        among=options["among"],
        cached=not options["no_cache"],
        price=options["price"],
    )
    told = {name: options[name] for name in ("config", "llm", "embedder")}
    run_command(choice, target, load_settings(options["assignments"], **told))


@main.command()
@click.argument("cases", nargs=-1, type=PATH)
@click.option("--split", type=click.Choice(["dev", "held", "all"]), default="dev", show_default=True)
@click.option("--out", type=PATH, required=True, help="Folder for every run, ranking.md and the report.")
@click.option(
    "--corpus-store", type=PATH, help="Folder that keeps one store per corpus [default: the program's cache]."
)
@click.option("--kinds", default="single", show_default=True, help="Kinds of cases, separated by commas.")
@click.option("--embedder", help="As ARXIV_RAG_EMBEDDER.")
def rank(cases: tuple[Path, ...], **options: Any) -> None:
    """Rank papers for CASES with the assistant, with parts of it left out, and with plain rankers, side by side."""
    from evals.commands import Choice, load_settings, rank_command

    choice = Choice(paths=cases, split=options["split"], kinds=options["kinds"])
    settings = load_settings([], embedder=options["embedder"])
    rank_command(choice, options["out"], settings, options["corpus_store"])


@main.command()
@click.argument("cases", nargs=-1, type=PATH)
def check(cases: tuple[Path, ...]) -> None:
    """Look for bad cases in CASES (default: all of this repository); exit 1 when there are any."""
    from evals.commands import check_command

    check_command(cases)


@main.command()
def peers() -> None:
    """Make the environments of peers that have one of their own (paperqa); needs a package index."""
    from evals.commands import peers_command

    peers_command()


@main.command()
@click.argument("before", type=PATH)
@click.argument("after", type=PATH)
@click.option("--metric", default="right", show_default=True, help="By which metric cases count as flipped.")
@click.option("--every-group", is_flag=True, help="Show every kind and language, not just what is marked.")
@click.option("--json", "out", type=PATH, help="Also write the whole comparison as JSON.")
def compare(before: Path, after: Path, metric: str, every_group: bool, out: Path | None) -> None:
    """Compare the runs BEFORE and AFTER (their --out folders), case by case."""
    from evals.commands import compare_command

    compare_command(before, after, metric=metric, every_group=every_group, out=out)


@main.command()
@click.argument("runs", nargs=-1, type=PATH, required=True)
@click.option("--out", type=PATH, required=True, help="Folder for report.html, report.json and report.md.")
def report(runs: tuple[Path, ...], out: Path) -> None:
    """Write one report about RUNS (their --out folders), side by side."""
    from evals.commands import report_command

    report_command(runs, out)


@main.command()
@click.argument("run_folder", metavar="RUN", type=PATH)
@click.option("--judge", required=True, help="The model that judges: openai:MODEL or MODEL@BASE_URL.")
@click.option("--against", type=PATH, help="Compare answers with this run's, each pair in both orders.")
@click.option("--allow-same-model", is_flag=True, help="Let a model judge its own answers.")
@click.option("--json", "out", type=PATH, help="Also write every verdict as JSON.")
def judge(run_folder: Path, judge: str, against: Path | None, allow_same_model: bool, out: Path | None) -> None:
    """Have a stronger language model judge RUN's citations (ALCE), or its answers against another run's."""
    from evals.commands import judge_command

    judge_command(run_folder, against, judge=judge, allow_same=allow_same_model, out=out)


@main.command()
@click.option("--update", is_flag=True, help="Make a new baseline from several runs; to be reviewed.")
@click.option("--runs", type=click.IntRange(min=1), default=3, show_default=True, help="Runs of an update.")
@click.option("--llm", default="local", show_default=True, help="As ARXIV_RAG_LLM; each model has its own baseline.")
@click.option("--baseline", type=PATH, help="Another baseline file.")
@click.option("--out", type=PATH, help="Folder for rows [default: in the program's cache].")
def gate(update: bool, runs: int, llm: str, baseline: Path | None, out: Path | None) -> None:
    """Run the sample's cases against the committed baseline; exit 1 when a metric got worse by more than noise."""
    from evals.commands import gate_command, load_settings

    settings = load_settings([], llm=llm, embedder="local")
    gate_command(settings, out=out, update=update, runs=runs, baseline=baseline)


@main.command()
@click.argument("plants", nargs=-1)
@click.option("--llm", default="local", show_default=True, help="As ARXIV_RAG_LLM; each model has its own baseline.")
def prove(plants: tuple[str, ...], llm: str) -> None:
    """Plant known faults (PLANTS; default: all) in copies of the project; exit 1 unless the gate catches each.

    `nothing` is the product as it is, which must pass; name it several times to see that it always does.
    """
    from evals.commands import prove_command

    prove_command(plants, llm)


@main.command()
@click.argument("digest", type=PATH, required=False)
@click.option("--llm", help="As ARXIV_RAG_LLM.")
@click.option("--install", is_flag=True, help="Also time 'make install' in a fresh clone.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
def bench(digest: Path | None, llm: str | None, install: bool, as_json: bool) -> None:
    """Measure speed and memory on DIGEST [default: the sample digest]."""
    import json

    from evals.bench import measure
    from rag.config import Settings
    from rag.ingest.sample import sample_digest_path

    figures = measure(digest or sample_digest_path(), Settings.load(llm=llm), install=install)
    click.echo(json.dumps(figures.as_dict(), indent=2) if as_json else figures.table())


@main.command()
@click.argument("digest", type=PATH, required=False)
@click.option("--llm", help="As ARXIV_RAG_LLM.")
@click.option("--readers", type=click.IntRange(min=1), default=10, show_default=True, help="Readers who ask at once.")
@click.option("--rounds", type=click.IntRange(min=2), default=20, show_default=True, help="Questions of each reader.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
def load(digest: Path | None, llm: str | None, readers: int, rounds: int, as_json: bool) -> None:
    """Measure the chat over DIGEST [default: the sample digest] while several readers ask at once."""
    import json

    from evals.load import measure
    from rag.config import Settings
    from rag.ingest.sample import sample_digest_path

    figures = measure(digest or sample_digest_path(), Settings.load(llm=llm), readers=readers, rounds=rounds)
    click.echo(json.dumps(figures.as_dict(), indent=2) if as_json else figures.table())


@main.command()
@click.argument("papers", type=PATH)
@click.option(
    "--sizes", default="164,1000,5000,50000", show_default=True, help="Papers in the store, separated by commas."
)
@click.option(
    "--budget", type=float, default=180.0, show_default=True, help="Seconds of embedding; the next run goes on."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a size instead of a table.")
def scale(papers: Path, sizes: str, budget: float, as_json: bool) -> None:
    """Measure search, memory, disk and the cost of a day on archives of several sizes, from PAPERS (.jsonl.gz)."""
    import json

    from evals.scale import HEAD, measure
    from rag.config import Settings

    try:
        wanted = [int(size) for size in sizes.split(",")]
    except ValueError as error:
        raise click.BadParameter("write numbers, separated by commas", param_hint="'--sizes'") from error
    embedded = 0
    for figures in measure(papers, Settings.load(), wanted, budget):
        if not embedded and not as_json:
            click.echo(HEAD)
        embedded = figures.embedded
        click.echo(json.dumps(figures.as_dict()) if as_json else figures.line())
    if not as_json:
        click.echo(f"\nVectors of {embedded} papers are real; those of the others are drawn around them.")


@main.command()
@click.argument("papers", type=PATH)
@click.option(
    "--questions", type=PATH, multiple=True, help="Other files of questions; all but the first for the last round."
)
@click.option("--out", type=PATH, help="Where the projections go [default: into the program].")
def fit(papers: Path, questions: tuple[Path, ...], out: Path | None) -> None:
    """Fit the projections of late interaction to the training questions about PAPERS (.jsonl.gz)."""
    from evals import answerable, training

    paths = questions or (training.QUESTIONS, answerable.QUESTIONS)
    training.fit_command(papers, paths, out or training.WEIGHTS_PATH)


@main.command()
@click.argument("papers", type=PATH)
@click.option("--questions", type=PATH, multiple=True, help="Other files of questions.")
@click.option("--out", type=PATH, help="Where the weights go [default: into the program].")
def answerable(papers: Path, questions: tuple[Path, ...], out: Path | None) -> None:
    """Fit what tells whether a paper answers a question to the training questions about PAPERS (.jsonl.gz)."""
    from evals import answerable, training

    paths = questions or (answerable.QUESTIONS, training.QUESTIONS)
    answerable.fit_command(papers, paths, out or answerable.WEIGHTS_PATH)


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
