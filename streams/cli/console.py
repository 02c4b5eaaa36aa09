"""Commands of the people who decide: proposals, review. Named for the database role that they use."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from streams.cli.terminal import AsJson, say, show

if TYPE_CHECKING:
    from streams.settings import Settings

proposals = typer.Typer(no_args_is_help=True, help="What agents propose, and what became of it.")
review = typer.Typer(no_args_is_help=True, help="Answer a proposal.")
Reviewer = Annotated[str, typer.Option("--as", help="Employee id of the person who answers.")]
Note = Annotated[str, typer.Option("--note", help="Why; stays in PostgreSQL.")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    for name, group in (("proposals", proposals), ("review", review)):
        app.add_typer(group, name=name)


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
    from streams.console import proposal_rows

    show(proposal_rows(_settings(), status, kind), as_json=as_json, empty="no such proposals")


@proposals.command("show")
def proposals_show(proposal_id: UUID, *, as_json: AsJson = False) -> None:
    """Show one proposal: what it would do, why, and every step of its life.

    Example: rollcall proposals show 2f0c9d1e-… --json
    """
    from streams.console import proposal_story

    story = proposal_story(_settings(), proposal_id)
    if as_json:
        show([story.document()], as_json=True, empty="")
        return
    typer.echo(story.text())


@review.command("approve")
def review_approve(proposal_id: UUID, reviewer: Reviewer, note: Note) -> None:
    """Approve a proposal. Whether it counts is decided by the supervisor: see `proposals show`.

    Example: rollcall review approve 2f0c9d1e-… --as 7d1b… --note "talked about it"
    """
    _answer(proposal_id, "approve", reviewer, note)


@review.command("reject")
def review_reject(proposal_id: UUID, reviewer: Reviewer, note: Note) -> None:
    """Reject a proposal.

    Example: rollcall review reject 2f0c9d1e-… --as 7d1b… --note "the bus was late"
    """
    _answer(proposal_id, "reject", reviewer, note)


def _answer(proposal_id: UUID, verdict: str, reviewer: str, note: str) -> None:
    from connectors import commands
    from streams.console import connection

    try:
        reviewer_id = UUID(reviewer)
    except ValueError:
        raise typer.BadParameter(f"{reviewer!r} is not an employee id", param_hint="--as") from None
    with connection(_settings()) as database:
        review_id = commands.review(database, proposal_id, verdict, reviewer_id=reviewer_id, note=note)
    say(f"recorded as {review_id}; rollcall proposals show {proposal_id} says what came of it")
