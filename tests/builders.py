"""Events for tests: every builder has defaults and one knob that the test turns; times read as on a clock."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from schemas.events import (
    AgentModeChanged,
    ApplicationReported,
    DelegationDescribed,
    EmployeeDescribed,
    Event,
    LeaveRecorded,
    LeaveRemoved,
    LocationDescribed,
    PersonRoleDescribed,
    PolicyPublished,
    ProposalEvent,
    ProposalMade,
    ProposalWithdrawn,
    PunchRecorded,
    PunchVoided,
    ReviewGiven,
    ShiftCancelled,
    ShiftScheduled,
    Tick,
)
from schemas.ids import DEFAULT_TENANT, derive
from schemas.kinds import LatenessEntry
from schemas.policies import Policy

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def at(text: str, day: int = 0) -> datetime:
    """Return ``HH:MM`` or ``HH:MM:SS`` in UTC, so many days after Monday 2 March 2026."""
    hours, minutes, *seconds = map(int, text.split(":"))
    return MONDAY + timedelta(days=day, hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)


def uid(name: str) -> UUID:
    """Return the id that a name stands for in tests."""
    return derive("test", name)


EMPLOYEE, MANAGER, HR, ADMIN = uid("employee"), uid("manager"), uid("hr"), uid("admin")
CLINIC, ELSEWHERE = uid("clinic"), uid("elsewhere")
SUBJECT = f"employee:{EMPLOYEE}"


def envelope(purpose: str, when: datetime, *parts: object, recorded: datetime | None = None) -> dict[str, Any]:
    """Return the fields that every event has."""
    event_id = derive("test", purpose, when, *parts)
    return {
        "event_id": event_id,
        "occurred_at": when,
        "recorded_at": recorded or when,
        "tenant_id": DEFAULT_TENANT,
        "causation_id": event_id,
        "correlation_id": event_id,
    }


def shift(
    start: datetime,
    hours: float = 8,
    *,
    name: str = "",
    revision: int = 1,
    who: UUID = EMPLOYEE,
    where: UUID = CLINIC,
    kind: str = "work",
    recorded: datetime | None = None,
    planned: datetime | None = None,
    by: UUID | None = None,
) -> ShiftScheduled:
    name = name or f"shift of {start.isoformat()}"
    return ShiftScheduled(
        **envelope("shift", start, name, revision, recorded=recorded),
        employee_id=who,
        shift_id=uid(name),
        location_id=where,
        starts_at=start,
        ends_at=start + timedelta(hours=hours),
        kind=kind,
        planned_at=planned,
        edited_by=by,
        revision=revision,
    )


def cancelled(planned: ShiftScheduled, revision: int = 2) -> ShiftCancelled:
    return ShiftCancelled(
        **envelope("cancelled", planned.recorded_at, planned.shift_id, revision),
        employee_id=planned.employee_id,
        shift_id=planned.shift_id,
        revision=revision,
    )


def punch(
    when: datetime,
    direction: str = "in",
    *,
    name: str = "",
    revision: int = 1,
    who: UUID = EMPLOYEE,
    where: UUID = CLINIC,
    recorded: datetime | None = None,
    by: UUID | None = None,
) -> PunchRecorded:
    name = name or f"{direction} of {when.isoformat()}"
    return PunchRecorded(
        **envelope("punch", when, name, revision, recorded=recorded),
        employee_id=who,
        punch_id=uid(name),
        direction=direction,
        location_id=where,
        source="kiosk",
        device=None,
        edited_by=by,
        revision=revision,
    )


def voided(made: PunchRecorded, revision: int = 2, *, by: UUID | None = None) -> PunchVoided:
    return PunchVoided(
        **envelope("voided", made.recorded_at, made.punch_id, revision),
        employee_id=made.employee_id,
        punch_id=made.punch_id,
        edited_by=by,
        revision=revision,
    )


def leave(
    since: datetime,
    until: datetime,
    status: str = "approved",
    *,
    name: str = "leave",
    revision: int = 1,
    protected: bool = False,
    recorded: datetime | None = None,
    by: UUID | None = None,
) -> LeaveRecorded:
    return LeaveRecorded(
        **envelope("leave", since, name, revision, recorded=recorded),
        employee_id=EMPLOYEE,
        leave_id=uid(name),
        starts_at=since,
        ends_at=until,
        status=status,
        protected=protected,
        edited_by=by,
        revision=revision,
    )


def unleave(taken: LeaveRecorded, revision: int = 2) -> LeaveRemoved:
    return LeaveRemoved(
        **envelope("unleave", taken.recorded_at, taken.leave_id, revision),
        employee_id=taken.employee_id,
        leave_id=taken.leave_id,
        revision=revision,
    )


@lru_cache(maxsize=4096)
def tick(when: datetime) -> Tick:
    return Tick(**envelope("tick", when), revision=0, at=when)


LONG_AGO = MONDAY - timedelta(days=2 * 365)
"""When agents were switched, unless a test says otherwise."""


def mode(agent: str, word: str, revision: int = 1, when: datetime = LONG_AGO) -> AgentModeChanged:
    return AgentModeChanged(**envelope("mode", when, agent, revision), revision=revision, agent=agent, mode=word)


def policy(document: Policy, effective: datetime = MONDAY, version: int = 1) -> PolicyPublished:
    return PolicyPublished(
        **envelope("policy", effective, document.name, version),
        revision=version,
        policy=document.name,
        version=version,
        effective_at=effective,
        document=document.canonical(),
    )


def employed(who: UUID = EMPLOYEE, where: UUID = CLINIC, manager: UUID | None = MANAGER) -> EmployeeDescribed:
    return EmployeeDescribed(
        **envelope("employee", MONDAY, who),
        revision=1,
        employee_id=who,
        manager_id=manager,
        location_id=where,
        job_position_id=None,
        hired_on=MONDAY.date(),
        ended_on=None,
    )


def location(where: UUID = CLINIC, zone: str = "UTC", revision: int = 1) -> LocationDescribed:
    return LocationDescribed(
        **envelope("location", MONDAY, where, revision), revision=revision, location_id=where, zone=zone
    )


def role(
    who: UUID, word: str, where: UUID | None = CLINIC, *, revision: int = 1, removed: bool = False
) -> PersonRoleDescribed:
    return PersonRoleDescribed(
        **envelope("role", MONDAY, who, word, where, revision),
        revision=revision,
        person_role_id=derive("test", who, word, where),
        employee_id=who,
        role=word,
        location_id=where,
        removed=removed,
    )


def delegated(
    giver: UUID,
    to: UUID,
    word: str = "manager",
    *,
    where: UUID | None = None,
    since: datetime = MONDAY,
    until: datetime | None = None,
    removed: bool = False,
    revision: int = 1,
) -> DelegationDescribed:
    return DelegationDescribed(
        **envelope("delegation", since, giver, to, word, revision),
        revision=revision,
        delegation_id=derive("test", giver, to, word, where),
        delegator_id=giver,
        delegate_id=to,
        role=word,
        location_id=where,
        starts_at=since,
        ends_at=until or since + timedelta(days=7),
        removed=removed,
    )


def proposal(
    name: str = "entry",
    *,
    kind: str = "lateness_entry",
    payload: str = "",
    risk: str = "low",
    when: datetime = MONDAY,
    shadow: bool = False,
    lifetime: timedelta = timedelta(days=14),
    policy_version: int = 0,
    cause_at: datetime | None = None,
    cause: str = "",
) -> ProposalMade:
    entry = LatenessEntry(employee_id=EMPLOYEE, shift_id=uid("shift"), minutes_late=9)
    return ProposalMade(
        **envelope("proposal", when, name),
        subject=SUBJECT,
        proposal_id=uid(name),
        agent="attendance",
        agent_version=1,
        kind=kind,
        cause=cause or str(uid("shift")),
        raised=1,
        payload=payload or entry.canonical(),
        risk=risk,
        shadow=shadow,
        evidence=[uid("punch")],
        rules=["late"],
        policy_version=policy_version,
        subject_version=when,
        expires_at=when + lifetime,
        cause_at=cause_at,
    )


def withdrawal(made: ProposalMade, when: datetime | None = None) -> ProposalWithdrawn:
    return ProposalWithdrawn(
        **envelope("withdrawal", when or made.recorded_at, made.proposal_id),
        subject=made.subject,
        proposal_id=made.proposal_id,
        agent=made.agent,
        kind=made.kind,
        reason="corrected",
        shadow=made.shadow,
        evidence=[uid("punch")],
    )


def review(
    made: ProposalMade,
    verdict: str = "approve",
    *,
    by: UUID = MANAGER,
    when: datetime | None = None,
    name: str = "",
    subject: str = "",
    **said: Any,
) -> ReviewGiven:
    name = name or f"review of {made.proposal_id} by {by}: {verdict}"
    return ReviewGiven(
        **envelope("review", when or made.recorded_at, name),
        subject=subject or made.subject,
        proposal_id=made.proposal_id,
        review_id=uid(name),
        verdict=verdict,
        reviewer_id=by,
        revision=1,
        **said,
    )


def report(
    made: ProposalEvent, decision_id: UUID, outcome: str = "applied", when: datetime | None = None
) -> ApplicationReported:
    return ApplicationReported(
        **envelope("report", when or made.recorded_at, decision_id, outcome),
        subject=made.subject,
        proposal_id=made.proposal_id,
        application_id=derive("test", decision_id, outcome),
        decision_id=decision_id,
        outcome=outcome,
        reason="as reported",
        revision=1,
    )


def kinds(events: list[Event]) -> list[str]:
    """Return the names of the events' types."""
    return [type(event).__name__ for event in events]
