"""Judge each shift by its punches; score them; propose lateness entries, flags and disciplinary reviews.

Reads the facts of one employee, closures and clock outages, and wakes when passing time alone says something of a
shift; emits ``ShiftJudged``, ``ReliabilityScored``, ``ProposalMade``, ``ProposalWithdrawn`` and ``NoticeRequested``.
The rules, and where the employee gets the benefit of the doubt, stand in ``docs/attendance.md``; who is told what, in
``docs/notices.md``.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from agents.attendance.chapters import closed, cuts, opened
from agents.attendance.following import followed, says_more
from agents.attendance.forgetting import bounded
from agents.attendance.judging import judged
from agents.attendance.learning import merged
from agents.attendance.lookback import concerns, is_forgotten, looks_back
from agents.attendance.noticing import told
from agents.attendance.places import concerned
from agents.attendance.proposing import NAME
from agents.attendance.saying import facts, judgement, vanished
from agents.attendance.stating import STATED, Stated, fact
from agents.attendance.timesheet import EVER, NEVER, VERSION, Shift, Span, Timesheet
from agents.attendance.upgrading import from_1, from_2, from_3
from agents.kernel import Agent, Outcome, Wake, World
from schemas.events import (
    ClockOutageConfirmed,
    ClockOutageEnded,
    ClockOutageSuspected,
    ClosureDeclared,
    Event,
    LocationDescribed,
    LocationFact,
    NoticeRequested,
    PolicyPublished,
    ProposalMade,
    ProposalWithdrawn,
    PunchRecorded,
    PunchVoided,
    ReliabilityScored,
    RowEvent,
    ShiftJudged,
    WorldEvent,
)
from schemas.policies import AttendancePolicy
from schemas.topics import WORKFORCE

__all__ = ["AGENT", "facts", "step"]

PLACES = (ClosureDeclared, ClockOutageSuspected, ClockOutageEnded, ClockOutageConfirmed, LocationDescribed)


def step(state: Timesheet | None, event: Event | Wake, world: World) -> Outcome[Timesheet]:
    """Learn a fact, judge the shifts that it touches, and tell whom that concerns."""
    return told(state, _judged(state, event, world), event, world)


def _judged(state: Timesheet | None, event: Event | Wake, world: World) -> Outcome[Timesheet]:
    """Return the judgements, and what follows from them: the score, and what is proposed."""
    if not isinstance(event, RowEvent):
        return Outcome(None) if state is None else _moved(state, event, None, world)
    stated = fact(event)
    if stated is None:
        return Outcome(state, wake_at=state.due if state else None)
    known = state or Timesheet(event.employee_id.bytes, rules=VERSION)
    if is_forgotten(known, stated[1]):
        return Outcome(state, wake_at=known.due)
    outcome = _moved(known, event, stated, world)
    if outcome.state is None or outcome.state is known:
        return outcome
    return replace(outcome, state=bounded(outcome.state, event.recorded_at, world))


def _moved(state: Timesheet, event: Event | Wake, stated: Stated | None, world: World) -> Outcome[Timesheet]:
    """Return what follows from an event; what is over is unfolded for it only if it says something of that."""
    sheet, spans = _learned(state, event, stated)
    old = looks_back(state, sheet, stated[1] if stated else None, spans)
    if not old and not (isinstance(event, WorldEvent) and concerns(state, event)):
        return _concluded(state, sheet, spans, event, world)
    whole = opened(state)
    outcome = _concluded(whole, *_learned(whole, event, stated), event, world)
    if outcome.state is None or outcome.state is whole:
        return replace(outcome, state=state)
    return replace(outcome, state=closed(outcome.state, cuts(state), world))


def _concluded(
    state: Timesheet, sheet: Timesheet, spans: Sequence[Span], event: Event | Wake, world: World
) -> Outcome[Timesheet]:
    """Return what is said now that this is known."""
    anew = sheet is not state and sheet.rules != VERSION
    if anew:
        turns = any(punch.way == "unknown" for punch in sheet.punches)
        sheet, spans = replace(sheet, rules=VERSION, turns=turns), [shift.span for shift in sheet.shifts]
    if sheet is state:
        return Outcome(state, wake_at=state.due)
    punched = not anew and isinstance(event, PunchRecorded | PunchVoided)
    shifts = judged(sheet, spans, world, punched=punched)
    news = [(was, now) for was, now in zip(sheet.shifts, shifts, strict=True) if now.version != was.version]
    news += vanished(state, sheet, event)
    more = anew or state.started != sheet.started or says_more(event, sheet, shifts, news)
    sheet = replace(sheet, shifts=shifts)
    follows: Sequence[Event] = ()
    if more:
        sheet, follows = followed(sheet, event, world)
    if isinstance(event, WorldEvent) and sheet == state:
        return Outcome(state, wake_at=sheet.due)
    return Outcome(sheet, (*(judgement(sheet, now, event) for _, now in news), *follows), sheet.due)


def _learned(state: Timesheet, event: Event | Wake, stated: Stated | None) -> tuple[Timesheet, Sequence[Span]]:
    """Return what is known now, and when: shifts around those times are judged again. Nothing new: the same state."""
    if stated is not None:
        return merged(state, *stated)
    if isinstance(event, Wake):
        return _waited(state, event)
    touched = _of_all(state, event)
    return replace(state) if touched else state, touched


def _waited(state: Timesheet, wake: Wake) -> tuple[Timesheet, Sequence[Span]]:
    """Return the sheet whose shifts that were due have been waited for until now."""
    due = [shift.span for shift in state.shifts if shift.due and shift.due <= wake.at]
    return replace(state, shifts=tuple(_after(shift, wake) for shift in state.shifts)) if due else state, due


def _after(shift: Shift, wake: Wake) -> Shift:
    if shift.due is None or shift.due > wake.at:
        return shift
    return replace(shift, waited=max(shift.waited or wake.at, wake.at))


def _of_all(sheet: Timesheet, event: Event) -> Sequence[Span]:
    """Return the times of which a fact for everybody says something here."""
    if isinstance(event, PolicyPublished):
        judges = event.policy == AttendancePolicy.name
        return [shift.span for shift in sheet.shifts if shift.span[1] >= event.effective_at] if judges else []
    if isinstance(event, LocationDescribed):
        return concerned(sheet.shifts, event.location_id.bytes, NEVER, EVER) if sheet.terms else []
    assert isinstance(event, LocationFact)
    return concerned(sheet.shifts, event.location_id.bytes, event.starts_at, getattr(event, "ends_at", EVER))


AGENT = Agent(
    name=NAME,
    version=VERSION,
    topic=WORKFORCE,
    consumes=tuple(STATED),
    consumes_world=(PolicyPublished, *PLACES),
    emits=(ShiftJudged, ReliabilityScored, ProposalMade, ProposalWithdrawn, NoticeRequested),
    state=Timesheet,
    step=step,
    upgrades={1: from_1, 2: from_2, 3: from_3},
)
