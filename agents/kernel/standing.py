"""What should stand against what stands: the withdrawals and proposals that make up the difference.

An agent says what should stand from all that it knows; a late truth that removes a cause then withdraws by itself.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from agents.kernel.contract import Agent
from schemas.events import Cause, Event, ProposalMade, ProposalWithdrawn
from schemas.ids import derive
from schemas.kinds import Kind, Payload

Key = tuple[str, bytes]
"""Name of a kind, and what was judged."""


class Raised(Struct, frozen=True, array_like=True, gc=False):
    """A proposal: how often it was raised for this cause, and its payload while it stands."""

    kind: str
    cause: bytes
    times: int
    payload: str = ""


class Cited(Protocol):
    """A fact that a proposal rests on."""

    @property
    def event_id(self) -> bytes: ...
    @property
    def recorded_at(self) -> datetime: ...


class Wanted(NamedTuple):
    """A proposal that should stand. `cause` is the natural key of what was judged: one proposal per kind and cause."""

    kind: Kind
    cause: UUID
    payload: Payload
    cited: tuple[Cited, ...]
    rules: tuple[str, ...]
    """Why, in plain words."""
    policy_version: int
    expires_at: datetime


def difference(
    raised: Iterable[Raised], payloads: Mapping[Key, str]
) -> tuple[tuple[Raised, ...], list[Raised], list[Raised]]:
    """Return what stands once it is as it should, what is to be withdrawn for that, and what is to be raised."""
    known = {(each.kind, each.cause): each for each in raised}
    gone, new = [], []
    for key, each in known.items():
        if each.payload and payloads.get(key) != each.payload:
            gone.append(each)
            known[key] = replace(each, payload="")
    for key, payload in payloads.items():
        each = known.get(key, Raised(*key, 0))
        if not each.payload:
            known[key] = replace(each, times=each.times + 1, payload=payload)
            new.append(known[key])
    return tuple(known[key] for key in sorted(known)), gone, new


def stand(
    by: Agent[Any], subject: str, raised: Iterable[Raised], wanted: Iterable[Wanted], cause: Cause
) -> tuple[tuple[Raised, ...], tuple[Event, ...]]:
    """Return what stands now, and the withdrawals and proposals that bring it about, withdrawals first."""
    want = {(each.kind.name, each.cause.bytes): each for each in wanted}
    after, gone, new = difference(raised, {key: each.payload.canonical() for key, each in want.items()})
    said = [_withdrawal(by, subject, each, cause) for each in gone]
    return after, (*said, *(_proposal(by, want[each.kind, each.cause], each, cause) for each in new))


def proposal_id(agent: str, subject: str, raised: Raised) -> UUID:
    """Return the id of what an agent has raised so many times about a subject."""
    return derive(agent, subject, raised.kind, UUID(bytes=raised.cause), raised.times)


def _withdrawal(by: Agent[Any], subject: str, raised: Raised, cause: Cause) -> Event:
    identity = proposal_id(by.name, subject, raised)
    return ProposalWithdrawn.caused_by(
        cause,
        identity,
        subject=subject,
        proposal_id=identity,
        agent=by.name,
        kind=raised.kind,
        reason="what it rests on is judged differently now",
        evidence=[cause.event_id],
    )


def _proposal(by: Agent[Any], want: Wanted, raised: Raised, cause: Cause) -> Event:
    identity = proposal_id(by.name, want.payload.subject, raised)
    return ProposalMade.caused_by(
        cause,
        identity,
        subject=want.payload.subject,
        proposal_id=identity,
        agent=by.name,
        agent_version=by.version,
        kind=raised.kind,
        cause=str(want.cause),
        raised=raised.times,
        payload=raised.payload,
        risk=want.kind.floor,
        evidence=[UUID(bytes=fact.event_id) for fact in want.cited],
        rules=list(want.rules),
        policy_version=want.policy_version,
        subject_version=max(fact.recorded_at for fact in want.cited),
        expires_at=want.expires_at,
    )
