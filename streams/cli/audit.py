"""Commands for the audit trail: is it whole, and what does it say."""

import json
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from streams.cli.terminal import AsJson, say, show

if TYPE_CHECKING:
    from rich.progress import Progress

    from streams.settings import Settings

audit = typer.Typer(no_args_is_help=True, help="The audit trail: who decided what, and that nobody has changed it.")
SHOWN = ("sequence", "recorded_at", "event", "subject", "status", "verdict", "outcome", "mode", "reviewer_id")


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.add_typer(audit, name="audit")


def _settings() -> "Settings":
    from streams.settings import Settings

    return Settings.load()


@audit.command("verify")
def audit_verify(
    *,
    alone: Annotated[
        bool, typer.Option("--alone", help="Without the heads in Kafka: a cut end may then go unseen.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look at every row of the chain. Exit 1 when one was changed, deleted, swapped or cut off, and say which.

    Example: rollcall audit verify --json
    """
    from streams.audit import AuditBroken, verify

    settings = _settings()
    with _progress() as progress:
        task = progress.add_task("rows of the audit trail")
        verdict = verify(settings, lambda seen, total: progress.update(task, completed=seen, total=total), alone=alone)
    if as_json:
        typer.echo(json.dumps(verdict.document(), indent=2))
    for note in verdict.restored:
        say(note)
    for each in verdict.broken:
        say(f"broken at row {each.sequence}: {each.said}")
    if not verdict.ok:
        raise AuditBroken(f"the audit trail is broken, first at row {verdict.broken[0].sequence}")
    say(f"{verdict.rows} rows hold, also against {verdict.heads} published heads")


def _progress() -> "AbstractContextManager[Progress]":
    from rich.console import Console
    from rich.progress import Progress

    return Progress(console=Console(stderr=True), transient=True)


@audit.command("list")
def audit_list(
    about: Annotated[str | None, typer.Option(help="Only about this subject, for example employee:7d1b….")] = None,
    proposal: Annotated[UUID | None, typer.Option(help="Only about this proposal.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 100,
    *,
    as_json: AsJson = False,
) -> None:
    """Show entries, newest first; all that they say with --json.

    Example: rollcall audit list --proposal 2f0c9d1e-…
    """
    from streams.audit import trail

    found = trail(_settings(), about, proposal, limit)
    shown = found if as_json else [{name: each.get(name) for name in SHOWN} for each in found]
    show(shown, as_json=as_json, empty="no such entries")
