"""Events as sinks and applier meet them; every builder has defaults and knobs by name."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from schemas.events import (
    DecisionMade,
    Event,
    NoticeRequested,
    ProposalMade,
    ProposalWithdrawn,
    ReliabilityScored,
    ReviewRefused,
    ShiftJudged,
)
from schemas.ids import derive
from schemas.kinds import LatenessEntry, Payload, binding
from schemas.notices import NOTICES, About, requested
from sinks import Recorded, Run

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


def uid(name: object) -> UUID:
    return derive("test", name)


def envelope(name: object, at: datetime = START) -> dict[str, Any]:
    return {
        "event_id": uid(("event", name)),
        "occurred_at": at,
        "recorded_at": at,
        "tenant_id": "default",
        "causation_id": uid("cause"),
        "correlation_id": uid("cause"),
    }


def judged(
    version: int = 1, minutes: int = 7, shift: str = "shift", at: datetime = START, employee: str = "employee"
) -> ShiftJudged:
    return ShiftJudged(
        **envelope((shift, version), at),
        employee_id=uid(employee),
        shift_id=uid(shift),
        location_id=uid("clinic"),
        starts_at=START,
        version=version,
        verdict="late" if minutes else "on_time",
        minutes=minutes,
        policy_version=0,
    )


def scored(version: int = 1, tenths: int | None = 850) -> ReliabilityScored:
    return ReliabilityScored(
        **envelope(("score", version)),
        employee_id=uid("employee"),
        version=version,
        tenths=tenths,
        eligible=20,
        since=START - timedelta(days=90),
        until=START,
        policy_version=0,
    )


def proposed(name: str = "proposal", at: datetime = START) -> ProposalMade:
    return ProposalMade(
        **envelope(name, at),
        subject=f"employee:{uid('employee')}",
        proposal_id=uid(name),
        agent="attendance",
        agent_version=1,
        kind="lateness_entry",
        cause="shift",
        raised=1,
        payload="{}",
        risk="low",
        evidence=[uid("punch")],
        rules=["late by 7 minutes"],
        policy_version=0,
        subject_version=at,
        expires_at=at + timedelta(days=14),
    )


def withdrawn(name: str = "proposal", at: datetime = START) -> ProposalWithdrawn:
    return ProposalWithdrawn(
        **envelope(("withdrawn", name), at),
        subject=f"employee:{uid('employee')}",
        proposal_id=uid(name),
        agent="attendance",
        kind="lateness_entry",
        reason="punch_corrected",
        evidence=[],
    )


ENTRY = LatenessEntry(employee_id=uid("employee"), shift_id=uid("shift"), minutes_late=7)


def decided(
    status: str = "auto_approved", name: str = "decision", *, payload: Payload = ENTRY, **changed: Any
) -> DecisionMade:
    text = payload.canonical()
    fields = {
        **envelope((status, name)),
        "subject": f"employee:{uid('employee')}",
        "proposal_id": uid("proposal"),
        "decision_id": uid(name),
        "agent": "attendance",
        "kind": "lateness_entry",
        "status": status,
        "reason": "low_risk",
        "role": None,
        "reviewer_id": None,
        "risk": "low",
        "cause": "shift",
        "payload": text,
        "binding": binding(text, START, 0),
        "policy_version": 0,
        "subject_version": START,
        "reverses": None,
        "expires_at": START + timedelta(days=14),
    }
    return DecisionMade.model_validate({**fields, **changed})


def review_refused() -> ReviewRefused:
    return ReviewRefused(
        **envelope("refused"),
        subject=f"employee:{uid('employee')}",
        proposal_id=uid("proposal"),
        review_id=uid("review"),
        reviewer_id=uid("manager"),
        reason="decided_before",
        winner=uid("decision"),
    )


def notice(
    kind: str = "absence_question",
    to: str = "",
    *,
    shift: str = "shift",
    employee: str = "employee",
    expires: datetime = datetime(2999, 1, 1, tzinfo=UTC),
) -> NoticeRequested:
    about = About(NOTICES[kind], uid(employee), uid(shift))
    recipient = to or f"employee:{uid(employee)}"
    return requested(about, judged(), recipient, expires_at=expires, details={"start": "2026-03-02T08:00:00-05:00"})


def recorded(
    event: Event, offset: int = 0, *, partition: int = 0, topic: str = "topic", by: str | None = None
) -> Recorded:
    """`by`: the agent that emitted it, folding offset 100 of partition 4."""
    run = Run(by, "rollcall.workforce.v1", 4, 100) if by else None
    return Recorded(topic, partition, offset, event, run)
