"""A small agent for tests of the kernel: it counts punches, proposes at each, withdraws at an out, wakes on demand."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from agents.kernel import Agent, Outcome, Wake, World
from schemas.events import Event, PolicyPublished, ProposalMade, ProposalWithdrawn, PunchRecorded, ShiftJudged
from schemas.topics import WORKFORCE
from tests.builders import EMPLOYEE, proposal, uid

HOUR = timedelta(hours=1)


class Count(Struct, frozen=True):
    punches: int = 0
    wakes: int = 0
    policies: int = 0


def made(number: int) -> ProposalMade:
    return proposal(f"proposal {number}")


def judged(cause: Event | Wake, number: int) -> ShiftJudged:
    return ShiftJudged.caused_by(
        cause, number, employee_id=EMPLOYEE, shift_id=uid("shift"), location_id=uid("clinic"),
        starts_at=cause.occurred_at, version=number, verdict="late", minutes=number, policy_version=0,
    )  # fmt: skip


def withdrawn(cause: Event | Wake, proposal_id: UUID) -> ProposalWithdrawn:
    return ProposalWithdrawn.caused_by(
        cause, proposal_id, subject="employee:x", proposal_id=proposal_id, agent="counting", kind="lateness_entry",
        reason="", evidence=[],
    )  # fmt: skip


def step(state: Count | None, event: Event | Wake, _: World) -> Outcome[Count]:
    """Device tells what to do: ``wake``, ``forget``, ``propose``, ``withdraw``; else judge."""
    count = state or Count()
    match event:
        case Wake():
            return Outcome(replace(count, wakes=count.wakes + 1), (judged(event, count.wakes + 1),))
        case PolicyPublished():
            return Outcome(replace(count, policies=count.policies + 1), (judged(event, 1),))
        case PunchRecorded():
            count = replace(count, punches=count.punches + 1)
            return _told(count, event)
    raise AssertionError(event)


def _told(count: Count, event: PunchRecorded) -> Outcome[Count]:
    match event.device:
        case "wake":
            return Outcome(count, wake_at=event.occurred_at + HOUR)
        case "forget":
            return Outcome(None)
        case "propose":
            return Outcome(count, (made(1),))
        case "withdraw":
            return Outcome(count, (withdrawn(event, made(1).proposal_id),))
        case "raise":
            raise ValueError("cannot be folded")
    return Outcome(count, (judged(event, count.punches),))


def agent(name: str = "counting", step: Callable[..., Outcome[Count]] = step, **given: Any) -> Agent[Count]:
    declared: dict[str, Any] = {
        "version": 1,
        "consumes": (PunchRecorded,),
        "emits": (ShiftJudged, ProposalMade, ProposalWithdrawn),
        "state": Count,
    }
    return Agent(name=name, topic=WORKFORCE, step=step, **{**declared, **given})
