"""Commands for deciding in somebody's place: delegate give, end, list."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from streams.cli.facts import zoned
from streams.cli.terminal import AsJson, say, show

delegate = typer.Typer(no_args_is_help=True, help="Let somebody else use a role of yours, for 30 days at most.")
Zoned = Annotated[datetime, typer.Option("--until", parser=zoned, metavar="TIME", help="Like 2026-03-02T08:00-05:00.")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.add_typer(delegate, name="delegate")


@delegate.command("give")
def delegate_give(  # noqa: PLR0913
    to: Annotated[UUID, typer.Argument(help="Employee id of the delegate.")],
    person: Annotated[UUID, typer.Option("--as", help="Employee id of the delegator, who holds the role.")],
    until: Zoned,
    note: Annotated[str, typer.Option("--note", help="Why; stays in PostgreSQL.")],
    role: Annotated[str, typer.Option(help="manager, hr or admin.")] = "manager",
    since: Annotated[
        datetime | None, typer.Option("--from", parser=zoned, metavar="TIME", help="As --until; without it, now.")
    ] = None,
    location: Annotated[UUID | None, typer.Option(help="Only there; without it, wherever the role is held.")] = None,
) -> None:
    """Delegate a role of yours. It cannot be passed on, and binds the delegate as it binds you.

    Example: rollcall delegate give 7d1b… --as 2f0c… --until 2026-03-16T00:00-05:00 --note "on leave"
    """
    from connectors.delegations import Loan, give
    from streams.console import connection
    from streams.settings import Settings

    with connection(Settings.load()) as database:
        given = give(database, Loan(person, to, role, until, note, location, since))
    say(f"recorded as {given}; rollcall delegate end {given} --as {person} ends it")


@delegate.command("end")
def delegate_end(
    delegation_id: UUID,
    person: Annotated[UUID, typer.Option("--as", help="Its delegator, its delegate, or an admin.")],
) -> None:
    """End a delegation from now on; what was decided under it stays decided.

    Example: rollcall delegate end 2f0c9d1e-… --as 7d1b…
    """
    from connectors.delegations import end
    from streams.console import connection
    from streams.settings import Settings

    with connection(Settings.load()) as database:
        at = end(database, delegation_id, ended_by=person)
    say(f"{delegation_id} ends at {at.isoformat(timespec='seconds')}")


@delegate.command("list")
def delegate_list(
    *, past: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False, as_json: AsJson = False
) -> None:
    """Show who decides in whose place, and for how long.

    Example: rollcall delegate list --all
    """
    from streams.delegations import delegation_rows
    from streams.settings import Settings

    show(delegation_rows(Settings.load(), past=past), as_json=as_json, empty="nobody has delegated anything")
