"""Commands of people who write agents: agents new."""

from typing import Annotated

import typer

from streams.cli.terminal import say


def register(agents: typer.Typer) -> None:
    """Add this file's commands to the group of agents."""
    agents.command("new")(agents_new)


def agents_new(
    name: Annotated[str, typer.Argument(help="Its name, in small letters with underscores.")],
    topic: Annotated[str, typer.Option(help="Whose events it reads: workforce.")],
) -> None:
    """Write a new agent, its kind of proposal, its policy and its test into this checkout, green at once.

    Example: rollcall agents new short_break --topic workforce
    """
    from streams.scaffold import checkout, scaffold

    root = checkout()
    paths = [str(path.relative_to(root)) for path in scaffold(root, name, topic)]
    for path in paths:
        typer.echo(path)
    say(f"{name} is found by being there. Next: .venv/bin/pytest {paths[-1]}, then put your own rule into {paths[0]}")
