"""``rollcall explain``: where a proposal comes from and what became of it, for whoever has to answer for it."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.terminal import AsJson, say

if TYPE_CHECKING:
    from rich.tree import Tree

    from streams.explain.telling import Node


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command()(explain)


def explain(
    proposal: Annotated[str, typer.Argument(help="Id of a proposal, or its first eight digits or more.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show what a proposal rests on and what became of it, and fold it again. Exit 1 when other bytes come out.

    Example: rollcall explain 2f0c9d1e
    """
    import json

    from streams import explain as explaining
    from streams.explain import document, telling
    from streams.settings import Settings

    chain = explaining.explain(Settings.load(), proposal, say)
    if as_json:
        sys.stdout.write(json.dumps(document.document(chain), indent=2, ensure_ascii=False) + "\n")
    else:
        _print(telling.tree(chain))
    if not chain.identical:
        raise typer.Exit(1)


def _print(node: "Node") -> None:
    from streams.explain import telling

    if not sys.stdout.isatty():
        sys.stdout.writelines(f"{line}\n" for line in telling.lines(node))
        return
    from rich.console import Console

    Console(highlight=False).print(_branch(node))


def _branch(node: "Node") -> "Tree":
    from rich.text import Text
    from rich.tree import Tree

    style = {True: "bold green", False: "bold red", None: "bold"}[node.verdict]
    branch = Tree(Text("\n").join([Text(node.head, style), *(Text(note, "dim") for note in node.notes)]))
    branch.children.extend(_branch(child) for child in node.children)
    return branch
