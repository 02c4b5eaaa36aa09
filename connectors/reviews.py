"""What people say to proposals: each review is one row of ``public.review_commands``.

Whether it counts, the supervisor decides; what comes of it comes through the change log.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from psycopg import errors
from pydantic import ValidationError

from connectors.commands import CommandRefused, Connection, clear, only
from schemas.faults import Misconfigured
from schemas.kinds import KINDS
from schemas.reviews import BATCH, DECIDING, REASONED, VERDICTS


@dataclass(frozen=True, slots=True)
class Review:
    """What is said: an edit has a payload, a snooze an end, and most of it a reason."""

    verdict: str
    note: str = ""
    payload: str | None = None
    """JSON; brought into canonical form."""
    until: datetime | None = None


class About(NamedTuple):
    """Whom a proposal is about, and what it is."""

    subject: str
    kind: str


def opened(connection: Connection, proposal_id: UUID, reviewer_id: UUID) -> str | None:
    """Write down that somebody looks at a proposal, and return the hash of what there is to see.

    Raises:
        CommandRefused: there is no such proposal or person.

    """
    seen = _shown(connection, proposal_id)
    _write(connection, proposal_id, reviewer_id, Review("opened"), (seen, None))
    return seen


def review(connection: Connection, proposal_id: UUID, said: Review, *, reviewer_id: UUID) -> UUID:
    """Answer a proposal as it was when the reviewer opened it last, and return the answer's id.

    Raises:
        CommandRefused: there is no such proposal, person or answer; a reason is missing, or they have not opened it.

    """
    return _said(connection, proposal_id, said, reviewer_id)


def review_many(
    connection: Connection,
    proposals: Sequence[UUID],
    said: Review,
    *,
    reviewer_id: UUID,
    check: Callable[[UUID], None] = lambda _: None,
) -> dict[UUID, UUID | Misconfigured]:
    """Answer several proposals with the same words; return for each the answer's id, or why there is none.

    All are looked at before anything is written: the reviewer has opened each, and `check` raises nothing against it.

    Raises:
        CommandRefused: they are too many, a reason is missing, or the answer is not one to give to several.

    """
    if len(set(proposals)) > BATCH:
        raise CommandRefused(f"{len(set(proposals))} are too many at once: answer at most {BATCH}")
    if said.verdict not in ("approve", "reject"):
        raise CommandRefused(f"{said.verdict!r} is not said to several at once: choose approve or reject")
    _check_words(said)

    batch, results, seen = uuid4(), dict[UUID, UUID | Misconfigured](), dict[UUID, str]()
    for each in dict.fromkeys(proposals):
        try:
            check(each)
            seen[each] = _seen(connection, each, reviewer_id)
        except Misconfigured as refused:
            results[each] = refused
    for each in seen:
        try:
            results[each] = _write(connection, each, reviewer_id, said, (seen[each], batch))
        except CommandRefused as refused:
            results[each] = refused
    return {each: results[each] for each in dict.fromkeys(proposals)}


def _check_words(said: Review) -> None:
    if said.verdict not in VERDICTS:
        raise CommandRefused(f"{said.verdict!r} is not an answer; choose one of: {', '.join(VERDICTS)}")
    if said.verdict in REASONED and not said.note.strip():
        raise CommandRefused(f"{said.verdict} needs a reason: --note")


def _said(connection: Connection, proposal_id: UUID, said: Review, reviewer_id: UUID) -> UUID:
    _check_words(said)
    if said.payload is not None:
        said = Review(said.verdict, said.note, _canonical(connection, proposal_id, said.payload))
    seen = _seen(connection, proposal_id, reviewer_id) if said.verdict in DECIDING else None
    return _write(connection, proposal_id, reviewer_id, said, (seen, None))


def _write(
    connection: Connection, proposal_id: UUID, reviewer_id: UUID, said: Review, at: tuple[str | None, UUID | None]
) -> UUID:
    subject = _proposal(connection, proposal_id).subject
    try:
        with clear(), connection.transaction():
            row = connection.execute(
                "insert into public.review_commands"
                " (proposal_id, subject, verdict, reviewer_id, note, payload, until, seen, batch)"
                " values (%s, %s, %s, %s, %s, %s, %s, %s, %s) returning id",
                (proposal_id, subject, said.verdict, reviewer_id, said.note, said.payload, said.until, *at),
            ).fetchone()
    except errors.ForeignKeyViolation as error:
        raise CommandRefused(f"nobody has the employee id {reviewer_id}") from error
    answered: UUID = only(row)
    return answered


def _shown(connection: Connection, proposal_id: UUID) -> str | None:
    row = connection.execute(
        "select binding from mart.decisions where proposal_id = %s and status <> 'review_refused'"
        " order by cause_offset desc nulls last, log_offset desc limit 1",
        (proposal_id,),
    ).fetchone()
    return None if row is None else row[0]


def _seen(connection: Connection, proposal_id: UUID, reviewer_id: UUID) -> str:
    row = connection.execute(
        "select seen from public.review_commands where proposal_id = %s and reviewer_id = %s and verdict = 'opened'"
        " order by given_at desc, seen nulls last limit 1",
        (proposal_id, reviewer_id),
    ).fetchone()
    if row is None or row[0] is None:
        _proposal(connection, proposal_id)
        raise CommandRefused(
            f"{reviewer_id} has not opened it;"
            f" look at it first: rollcall proposals show {proposal_id} --as {reviewer_id}"
        )
    seen: str = row[0]
    return seen


def _canonical(connection: Connection, proposal_id: UUID, payload: str) -> str:
    name = _proposal(connection, proposal_id).kind
    if name not in KINDS:
        raise CommandRefused(f"there is no kind {name!r} here: it cannot be edited")
    try:
        return KINDS[name].payload.model_validate_json(payload).canonical()
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise CommandRefused(f"that is no payload of {name}: {wrong}") from error


def _proposal(connection: Connection, proposal_id: UUID) -> About:
    row = connection.execute(
        "select subject, kind from mart.proposals where proposal_id = %s", (proposal_id,)
    ).fetchone()
    if row is None:
        raise CommandRefused(f"there is no proposal {proposal_id}; rollcall proposals list shows those that there are")
    return About(*row)
