"""Commands that declare and switch: db, topics, connectors, agents, policy."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli import author
from streams.cli.terminal import AsJson, say, show

if TYPE_CHECKING:
    from streams.settings import Settings

db = typer.Typer(no_args_is_help=True, help="The database's schema.")
topics = typer.Typer(no_args_is_help=True, help="Topics and event schemas, as declared in code.")
connectors = typer.Typer(no_args_is_help=True, help="Change data capture.")
agents = typer.Typer(no_args_is_help=True, help="Agents and their modes.")
policy = typer.Typer(no_args_is_help=True, help="Policies: every number under a name, versioned.")
Person = Annotated[str, typer.Option("--as", help="Who says so: recorded with the row.")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    for name, group in (("db", db), ("topics", topics), ("connectors", connectors), ("agents", agents)):
        app.add_typer(group, name=name)
    app.add_typer(policy, name="policy")
    author.register(agents)


def _settings() -> "Settings":
    from streams.settings import Settings

    return Settings.load()


@db.command("migrate")
def db_migrate(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only name what would be applied.")] = False,
    as_json: AsJson = False,
) -> None:
    """Apply the migrations that this version has and the database lacks.

    Example: rollcall db migrate --dry-run
    """
    from streams import migrate

    applied = migrate.migrate(_settings(), dry_run=dry_run)
    if as_json or (dry_run and applied):
        show([{"migration": name} for name in applied], as_json=as_json, empty="")
    if dry_run and applied:
        say(f"{len(applied)} to apply: rollcall db migrate does it")
        return
    say(f"applied: {', '.join(applied)}" if applied else "nothing to do: the database is as this version declares")


@topics.command("apply")
def topics_apply() -> None:
    """Create the declared topics and register the event schemas.

    Example: rollcall topics apply
    """
    from streams import topics as declared

    for line in declared.apply(_settings()):
        say(line)
    say("topics and schemas are as declared")


@connectors.command("apply")
def connectors_apply() -> None:
    """Bring the Debezium connector to its declaration, and open the captured tables for writing.

    Example: rollcall connectors apply
    """
    from streams import connect

    for line in connect.apply(_settings()):
        say(line)
    say("the connector runs as declared; captured tables take rows")


@connectors.command("status")
def connectors_status(*, as_json: AsJson = False) -> None:
    """Show the connector and its tasks. Exit 1 when one of them does not run.

    Example: rollcall connectors status --json
    """
    from streams import connect

    rows = [{"part": part, "state": state} for part, state in connect.status(_settings()).items()]
    show(rows, as_json=as_json, empty="no connector yet: rollcall connectors apply")
    if not rows or any(row["state"] != "RUNNING" for row in rows):
        raise typer.Exit(1)


@agents.command("list")
def agents_list(*, as_json: AsJson = False) -> None:
    """Show every agent, its mode and how far behind it is.

    Example: rollcall agents list
    """
    from streams.console import agent_rows

    show(agent_rows(_settings()), as_json=as_json, empty="no agents")


def _switch(name: str, mode: str, author: str) -> None:
    from connectors import commands
    from streams.console import check_agent, connection

    check_agent(name)
    with connection(_settings()) as database:
        commands.set_mode(database, name, mode, author=author)
    say(f"{name} is {mode} from this row's commit on")


@agents.command("pause")
def agents_pause(
    name: Annotated[str | None, typer.Argument(help="Which agent; or --all.")] = None,
    author: Person = "operator",
    *,
    everyone: Annotated[bool, typer.Option("--all", help="All agents, in one transaction: the kill switch.")] = False,
) -> None:
    """Let an agent fold but propose nothing; nothing approved takes effect. It only takes back what it proposed live.

    Example: rollcall agents pause --all --as ines
    """
    if (name is None) == (not everyone):
        raise typer.BadParameter("say which agent, or --all")
    if name is not None:
        _switch(name, "paused", author)
        return
    from connectors import commands
    from streams.console import connection, switched_agents

    with connection(_settings()) as database:
        commands.pause_all(database, switched_agents(), author=author)
    say("all agents are paused from this commit on: nothing more takes effect")


@agents.command("shadow")
def agents_shadow(name: str, author: Person = "operator") -> None:
    """Record what an agent would propose, and let nothing come of it.

    Example: rollcall agents shadow attendance
    """
    _switch(name, "shadow", author)


@agents.command("live")
def agents_live(
    name: str,
    author: Person = "operator",
    *,
    apply_held: Annotated[
        bool, typer.Option("--apply-held", help="What was approved meanwhile and waits takes effect now.")
    ] = False,
) -> None:
    """Let an agent's proposals be decided and applied.

    What was approved while it was not live waits: apply it with --apply-held, or drop each with `review stop` before.
    What it has proposed in shadow is listed, for an admin to adopt with `review adopt`.

    Example: rollcall agents live attendance --as ines
    """
    from streams.cli.resuming import check_held, offer_standing

    if not apply_held:
        check_held(_settings(), name)
    _switch(name, "live", author)
    offer_standing(_settings(), name)


@policy.command("publish")
def policy_publish(
    document: Annotated[
        Path, typer.Argument(help="YAML: `policy: <name>`, and its fields.", exists=True, dir_okay=False)
    ],
    reason: Annotated[str, typer.Option(help="Why; recorded with the version.")],
    author: Person = "operator",
) -> None:
    """Publish a policy's next version. Fields left out have their defaults.

    Example: rollcall policy publish attendance.yaml --as ines --reason "ten minutes in winter"
    """
    from connectors import commands
    from streams.console import connection, read_policy

    parsed = read_policy(document)
    with connection(_settings()) as database:
        version = commands.publish_policy(database, parsed, author=author, reason=reason)
    say(f"{parsed.name} version {version} is published")


@policy.command("show")
def policy_show(name: str) -> None:
    """Print the policy in force, as YAML that `publish` takes.

    Example: rollcall policy show attendance > attendance.yaml
    """
    from streams.console import policy_text

    typer.echo(policy_text(_settings(), name), nl=False)


@policy.command("list")
def policy_list(*, as_json: AsJson = False) -> None:
    """Show all published versions; where there is none, the shipped default holds.

    Example: rollcall policy list
    """
    from streams.console import policy_rows

    show(policy_rows(_settings()), as_json=as_json, empty="nothing published: the shipped defaults hold")
