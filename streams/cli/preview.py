"""Commands about effects: what a proposal would change, and the proposal to take back what it has changed."""

import json
from uuid import UUID

import typer

from streams.cli.console import proposals
from streams.cli.reviews import Note, Reviewer
from streams.cli.terminal import AsJson, person, say, show


def register(_: typer.Typer) -> None:
    """Nothing: the commands belong to `proposals`, which is registered with the others of its group."""


@proposals.command("preview")
def proposals_preview(proposal_id: UUID, *, as_json: AsJson = False) -> None:
    """Show the rows that approving would change, before and after, as PostgreSQL says; or that reverting would.

    The effect is run and rolled back. Exit 1 when it could not be applied now.

    Example: rollcall proposals preview 2f0c9d1e-…
    """
    from streams.foreseeing import foresee
    from streams.settings import Settings

    foreseen = foresee(Settings.load(), proposal_id)
    verdict = foreseen.verdict
    if as_json:
        typer.echo(json.dumps(foreseen.document(), indent=2, default=str))
    else:
        show(foreseen.rows(), as_json=False, empty="no row would be changed")
    why = f" ({verdict.reason})" if verdict.reason else ""
    say(f"{'taking it back' if foreseen.reverts else 'approving it'} would end as: {verdict.outcome}{why}")
    for each in verdict.difference:
        say(f"  {each.of}, {each.field}: {each.before} -> {each.now}")
    if foreseen.waits:
        say(f"  it would wait first: {foreseen.waits.reason}")
    if verdict.outcome not in ("applied", "reverted"):
        raise typer.Exit(1)


@proposals.command("revert")
def proposals_revert(proposal_id: UUID, reviewer: Reviewer, note: Note) -> None:
    """Propose to take back what a proposal has changed. It goes the way of every proposal; meanwhile it is suspended.

    Example: rollcall proposals revert 2f0c9d1e-… --as 7d1b… --note "the clock was an hour fast"
    """
    from connectors import reviews
    from streams.console import connection
    from streams.settings import Settings

    reviewer_id = person(reviewer)
    with connection(Settings.load()) as database:
        said = reviews.review(database, proposal_id, reviews.Review("revert", note), reviewer_id=reviewer_id)
    say(f"recorded as {said}; rollcall proposals show {proposal_id} says what came of it")
