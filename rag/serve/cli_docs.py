"""The reference of the command line, made from every `--help`: `python -m rag.serve.cli_docs > docs/cli.md`."""

from __future__ import annotations

from collections.abc import Iterator

import click

from rag.serve.cli import program

HEAD = """# Command line

What `--help` says of each command. Made by `python -m rag.serve.cli_docs > docs/cli.md`; a test compares it.
"""


def render() -> str:
    """Return the page as Markdown."""
    return "\n".join([HEAD, *(section(context) for context in contexts())])


def contexts() -> Iterator[click.Context]:
    """Yield the contexts of the program and of all its commands, at a fixed width."""
    top = click.Context(program, info_name="arxiv-rag", terminal_width=100, help_option_names=["-h", "--help"])
    yield top
    for name in program.list_commands(top):
        command = program.get_command(top, name)
        if command:
            yield click.Context(command, info_name=name, parent=top, terminal_width=100)


def section(context: click.Context) -> str:
    """Return one command's help under its name."""
    return f"## {context.command_path}\n\n```text\n{context.get_help().rstrip()}\n```\n"


if __name__ == "__main__":
    click.echo(render(), nl=False)
