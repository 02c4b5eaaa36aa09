"""Commands of the people who look at proposals. Named for the database role that they use."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from streams.cli.terminal import AsJson, person, show

if TYPE_CHECKING:
    from streams.settings import Settings

proposals = typer.Typer(no_args_is_help=True, help="What agents propose, and what became of it.")
Reader = Annotated[
    str | None, typer.Option("--as", help="Employee id of who looks at it; needed before they can decide on it.")
]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.add_typer(proposals, name="proposals")


def _settings() -> "Settings":
    from streams.settings import Settings

    return Settings.load()


@proposals.command("list")
def proposals_list(
    status: Annotated[
        str | None, typer.Option(help="Only those that stand at this status, for example routed.")
    ] = None,
    kind: Annotated[str | None, typer.Option(help="Only this kind, for example attendance_flag.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show proposals, newest first.

    Example: rollcall proposals list --status routed
    """
    from schemas.kinds import KINDS
    from schemas.lifecycle import STATUSES
    from streams.console import proposal_rows

    for option, given, known in (("--status", status, STATUSES), ("--kind", kind, KINDS)):
        if given is not None and given not in known:
            raise typer.BadParameter(f"there is no {given!r}; choose one of {', '.join(known)}", param_hint=option)
    rows = proposal_rows(_settings(), status, kind)
    if not as_json:  # which of several were shown as one is for machines
        rows = [{name: value for name, value in row.items() if name != "card"} for row in rows]
    show(rows, as_json=as_json, empty="no such proposals")


@proposals.command("show")
def proposals_show(proposal_id: UUID, reader: Reader = None, *, as_json: AsJson = False) -> None:
    """Show one proposal: what it would do, why, and every step of its life.

    Example: rollcall proposals show 2f0c9d1e-… --as 7d1b…
    """
    from connectors import reviews
    from streams.authority import check
    from streams.console import connection, proposal_story

    settings = _settings()
    if reader is not None:
        with connection(settings) as database:  # before it is read: what changes in between was not seen
            check(database, proposal_id, person(reader), "opened")
            reviews.opened(database, proposal_id, person(reader))
    story = proposal_story(settings, proposal_id)
    if as_json:
        show([story.document()], as_json=True, empty="")
        return
    typer.echo(story.text())
