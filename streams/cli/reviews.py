"""Commands by which people answer proposals."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from streams.cli.terminal import AsJson, person, say, show

if TYPE_CHECKING:
    from connectors.reviews import Review
    from streams.settings import Settings

review = typer.Typer(no_args_is_help=True, help="Answer a proposal.")
Ids = Annotated[list[UUID], typer.Argument(metavar="PROPOSAL_ID...", help="One, or up to 20 that were opened each.")]
Reviewer = Annotated[str, typer.Option("--as", help="Employee id of the person who answers.")]
Note = Annotated[str, typer.Option("--note", help="Why; stays in PostgreSQL.")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.add_typer(review, name="review")


@review.command("approve")
def review_approve(proposal_ids: Ids, reviewer: Reviewer, note: Note = "", *, as_json: AsJson = False) -> None:
    """Approve a proposal that you have opened. Whether it counts is decided by the supervisor: see `proposals show`.

    Example: rollcall review approve 2f0c9d1e-… --as 7d1b… --note "talked about it"
    """
    _answer(proposal_ids, "approve", reviewer, note, as_json=as_json)


@review.command("reject")
def review_reject(proposal_ids: Ids, reviewer: Reviewer, note: Note, *, as_json: AsJson = False) -> None:
    """Reject a proposal that you have opened, and say why.

    Example: rollcall review reject 2f0c9d1e-… --as 7d1b… --note "the bus was late"
    """
    _answer(proposal_ids, "reject", reviewer, note, as_json=as_json)


@review.command("edit")
def review_edit(
    proposal_id: UUID,
    reviewer: Reviewer,
    note: Note,
    payload: Annotated[str, typer.Option(help="What it is to say: JSON, all fields of its kind.")],
) -> None:
    """Approve a proposal with other words. What weighs more, or is about somebody else, becomes a proposal of its own.

    Example: rollcall review edit 2f0c9d1e-… --as 7d1b… --note "clock was fast" --payload '{"minutes_late": 4, …}'
    """
    from connectors.reviews import Review

    _say(proposal_id, Review("edit", note, payload), reviewer)


@review.command("snooze")
def review_snooze(
    proposal_id: UUID, reviewer: Reviewer, until: Annotated[datetime, typer.Option(help="Date and time, in UTC.")]
) -> None:
    """Put the reminder off; the escalation and the end of a proposal's time stay where they are.

    Example: rollcall review snooze 2f0c9d1e-… --as 7d1b… --until 2026-03-09T08:00
    """
    from datetime import UTC

    from connectors.reviews import Review

    _say(proposal_id, Review("snooze", until=until.replace(tzinfo=UTC)), reviewer)


def _worded(verdict: str, name: str, does: str) -> None:
    def command(proposal_id: UUID, reviewer: Reviewer, note: Note) -> None:
        from connectors.reviews import Review

        _say(proposal_id, Review(verdict, note), reviewer)

    command.__doc__ = f'{does}\n\n    Example: rollcall review {name} 2f0c9d1e-… --as 7d1b… --note "why"'
    review.command(name)(command)


_worded("request_changes", "request-changes", "Ask for changes: until it is edited, only you can approve it as it is.")
_worded("comment", "comment", "Say something to a proposal, and decide nothing.")
_worded("contest", "contest", "Contest what is proposed or decided about yourself; somebody else then decides on it.")
_worded("stop", "stop", "Stop what was approved before it takes effect.")
_worded("revert", "revert", "Propose to take back what has taken effect; meanwhile it is suspended.")


@review.command("waive")
def review_waive(proposal_id: UUID, reviewer: Reviewer) -> None:
    """Give up the time to contest what is proposed about yourself.

    Example: rollcall review waive 2f0c9d1e-… --as 7d1b…
    """
    from connectors.reviews import Review

    _say(proposal_id, Review("waive"), reviewer)


@review.command("adopt")
def review_adopt(proposal_id: UUID, reviewer: Reviewer) -> None:
    """Have a proposal decided that its agent, which is live now, had made in shadow. Only an admin does.

    Example: rollcall review adopt 2f0c9d1e-… --as 7d1b…
    """
    from connectors.reviews import Review

    _say(proposal_id, Review("adopt"), reviewer)


def _answer(proposals: Sequence[UUID], verdict: str, reviewer: str, note: str, *, as_json: bool) -> None:
    from connectors import reviews
    from schemas.faults import Misconfigured
    from streams.authority import check_each
    from streams.console import connection

    said = reviews.Review(verdict, note)
    if len(proposals) == 1:
        recorded = _say(proposals[0], said, reviewer)
        if as_json:
            show([{"proposal": proposals[0], "recorded": recorded, "refused": None}], as_json=True, empty="")
        return
    who = person(reviewer)
    with connection(_settings()) as database:
        check = check_each(database, who, verdict)
        results = reviews.review_many(database, proposals, said, reviewer_id=who, check=check)
    refused = {each: str(answer) for each, answer in results.items() if isinstance(answer, Misconfigured)}
    rows = [
        {"proposal": each, "recorded": None if each in refused else answer, "refused": refused.get(each)}
        for each, answer in results.items()
    ]
    show(rows, as_json=as_json, empty="")
    say("rollcall proposals show ID says what came of each that is recorded")
    if refused:
        raise typer.Exit(1)


def _say(proposal_id: UUID, said: "Review", reviewer: str) -> UUID:
    from connectors import reviews
    from streams.authority import check
    from streams.console import connection

    reviewer_id = person(reviewer)
    with connection(_settings()) as database:
        check(database, proposal_id, reviewer_id, said.verdict)
        review_id = reviews.review(database, proposal_id, said, reviewer_id=reviewer_id)
    say(f"recorded as {review_id}; rollcall proposals show {proposal_id} says what came of it")
    return review_id


def _settings() -> "Settings":
    from streams.settings import Settings

    return Settings.load()
