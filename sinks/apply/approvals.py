"""Whose approval counts: what a decision says of it, held against what people have said in PostgreSQL (S0-P5)."""

from collections.abc import Sequence
from datetime import datetime
from itertools import permutations
from typing import NamedTuple
from uuid import UUID

from pydantic import ValidationError

from schemas.events import DecisionMade
from schemas.kinds import KINDS, Payload, riskier
from sinks.apply.effect import Difference, Moved, Rows

Seats = Sequence[tuple[str, list[str]]]
"""The roles that are asked, and for each the roles that fill it."""
DECIDING = ["manager", "hr", "admin"]
BY_WORD = ("", "approve", "edit")
"""What has happened when the reviewer is one who has approved; empty in decisions from before it was said."""
WORDS = (
    "select verdict, seen, payload, given_at from public.review_commands where proposal_id = %s and subject = %s"
    " and reviewer_id = %s and given_at <= %s and verdict in ('approve', 'edit', 'reject', 'request_changes')"
    " order by given_at"
)


class Word(NamedTuple):
    """What somebody has said to a proposal, when, and on what."""

    verdict: str
    seen: str | None
    payload: str | None
    at: datetime


def approving(decision: DecisionMade) -> tuple[UUID, ...]:
    """Return by whose word a decision says that it was made, each once; nobody's: it was to happen on its own."""
    by = [decision.reviewer_id] if decision.happening in BY_WORD and decision.reviewer_id else []
    return tuple(dict.fromkeys(decision.approvals or by))


def moved(connection: Rows, decision: DecisionMade, people: Sequence[UUID]) -> Moved | None:
    """Return why these people's approval is not enough now, or None when it is."""
    if decision.subject in {f"employee:{person}" for person in people}:
        return Moved("approved_by_subject")
    words = {person: word for person in people if (word := _approval(connection, decision, person)) is not None}
    seats = _seats(decision)
    if len(words) < len(seats) or (len(words) > 1 and _one_pair_of_eyes(connection, decision, words)):
        return Moved("approvals_missing", (Difference("proposal", "approvals", len(seats), len(words)),))
    lost = [person for person in words if not _may(connection, decision, person, DECIDING)]
    if lost:
        return _lost(lost, seats)
    seated = any(_seated(connection, decision, way, seats) for way in permutations(words, len(seats)))
    return None if seated else _lost(tuple(words), seats)


def _seated(connection: Rows, decision: DecisionMade, people: Sequence[UUID], seats: Seats) -> bool:
    return all(_may(connection, decision, person, roles) for person, (_, roles) in zip(people, seats, strict=True))


def _lost(people: Sequence[UUID], seats: Seats) -> Moved:
    asked = " or ".join(seat for seat, _ in seats)
    return Moved(
        "approver_lost_role", tuple(Difference(f"employee {person}", "may decide as", asked, None) for person in people)
    )


def _seats(decision: DecisionMade) -> Seats:
    """Return the seats that are asked, never fewer than the risk does, and the roles that fill each.

    An admin fills any, HR those of kinds that are HR's (X21).
    """
    kind = KINDS[decision.kind]
    above = ["admin", "hr"] if kind.hr else ["admin"]
    risk, seats = riskier(decision.risk, kind.floor), list(decision.seats) or [kind.role]
    if risk in ("high", "critical") and "admin" not in seats:
        seats[-1] = "admin"
    if risk == "critical" and len(seats) < 2:
        seats.insert(0, kind.role)
    return [(seat, [seat, *above]) for seat in seats]


def _approval(connection: Rows, decision: DecisionMade, person: UUID) -> Word | None:
    """Return somebody's approval of what is to be applied, unless they have said otherwise before it was decided."""
    said = (decision.proposal_id, decision.subject, person, decision.recorded_at)
    words = [Word(*row) for row in connection.execute(WORDS, said).fetchall()]
    matching = [number for number, word in enumerate(words) if _is_on_this(word, decision)]
    if not matching:
        return None
    after = words[matching[-1] + 1 :]
    taken_back = any(
        word.verdict == "request_changes" or (word.verdict == "reject" and word.seen == decision.binding)
        for word in after
    )
    return None if taken_back else words[matching[-1]]


def _is_on_this(word: Word, decision: DecisionMade) -> bool:
    if word.verdict == "edit":
        return _canonical(decision.kind, word.payload) == decision.payload
    return word.verdict == "approve" and word.seen == decision.binding


def _canonical(kind: str, payload: str | None) -> str | None:
    try:
        read: Payload = KINDS[kind].payload.model_validate_json(payload or "")
    except ValidationError:
        return None
    return read.canonical()


def _one_pair_of_eyes(connection: Rows, decision: DecisionMade, words: dict[UUID, Word]) -> bool:
    since = min(word.at for word in words.values())
    said = (list(words), since, decision.recorded_at)
    row = connection.execute("select rollcall.acted_for_each_other(%s, %s, %s)", said).fetchone()
    return row is None or bool(row[0])


def _may(connection: Rows, decision: DecisionMade, person: UUID, roles: list[str]) -> bool:
    said = (person, roles, decision.subject, decision.recorded_at)
    row = connection.execute("select rollcall.may_still_decide(%s, %s, %s, %s)", said).fetchone()
    return row is not None and bool(row[0])
