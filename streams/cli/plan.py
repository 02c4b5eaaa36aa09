"""Commands that show what `apply` would do, and print what others have to run."""

from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.operate import connectors, topics
from streams.cli.terminal import AsJson, say, show

if TYPE_CHECKING:
    from streams.plans import Change
    from streams.settings import Settings


def register(app: typer.Typer) -> None:  # noqa: ARG001 - the groups are there already
    """Add this file's commands to the groups of those that do it."""
    topics.command("plan")(topics_plan)
    connectors.command("plan")(connectors_plan)


def _settings() -> "Settings":
    from streams.settings import Settings

    return Settings.load()


def topics_plan(*, as_json: AsJson = False) -> None:
    """Show what `topics apply` would create, set and register.

    Example: rollcall topics plan
    """
    from streams.plans import topic_changes

    _tell(topic_changes(_settings()), "rollcall topics apply", as_json=as_json)


def connectors_plan(
    *,
    sql: Annotated[
        bool, typer.Option("--sql", help="Print what a superuser of PostgreSQL has to run, and nothing else.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what `connectors apply` would change, or print the SQL that PostgreSQL's superuser has to run first.

    Example: rollcall connectors plan --sql
    """
    from streams.plans import connector_changes, superuser_statements

    if not sql:
        _tell(connector_changes(_settings()), "rollcall connectors apply", as_json=as_json)
        return
    lines, why = superuser_statements(_settings())
    if why:
        say(f"{why}\nso this is all of it, as for a server that has nothing of ours yet")
    if as_json:
        show([{"sql": line} for line in lines], as_json=True, empty="")
    else:
        typer.echo("\n".join(lines), nl=bool(lines))
    say(f"{len(lines)} statements are left for a superuser")


def _tell(changes: "list[Change]", command: str, *, as_json: bool) -> None:
    show([change._asdict() for change in changes], as_json=as_json, empty="nothing to do: all is as declared")
    if changes:
        say(f"{len(changes)} change{'s' if len(changes) > 1 else ''}: {command} makes them")
