"""Hypothesis strategies: what can happen to one employee within a few days, and the orders in which it can arrive."""

from datetime import datetime, timedelta

from hypothesis import strategies as st

from schemas.events import Event, RowEvent, ShiftScheduled, WorldEvent
from schemas.policies import AttendancePolicy
from tests.agents import laws
from tests.agents.attendance.happenings import SAID, TERMS, Downtime
from tests.builders import (
    CLINIC,
    ELSEWHERE,
    EMPLOYEE,
    MANAGER,
    MONDAY,
    at,
    cancelled,
    leave,
    location,
    policy,
    punch,
    shift,
    tick,
    unleave,
    voided,
)
from tests.facts import (
    called,
    delivered,
    employment,
    exception,
    notice,
    uncalled,
    unexcepted,
)

LAST_TICK = tick(at("0:00", 9))
INSTANTS = st.integers(0, 4 * 24 * 4).map(lambda quarters: MONDAY + timedelta(minutes=15 * quarters))
LATENESS = st.sampled_from([0, 1, 299, 300, 301, 359, 360, 361, 4000]).map(lambda seconds: timedelta(seconds=seconds))
POLICIES = st.builds(
    AttendancePolicy,
    grace=st.sampled_from([0, 5, 15]).map(lambda minutes: timedelta(minutes=minutes)),
    early_window=st.sampled_from([1, 4, 24]).map(lambda hours: timedelta(hours=hours)),
    late_window=st.sampled_from([1, 4, 24]).map(lambda hours: timedelta(hours=hours)),
    handover=st.sampled_from([0, 15, 60]).map(lambda minutes: timedelta(minutes=minutes)),
    no_show_after=st.sampled_from([1, 2, 24]).map(lambda hours: timedelta(hours=hours)),
    settle_after=st.sampled_from([0, 48]).map(lambda hours: timedelta(hours=hours)),
    plan_notice=st.sampled_from([0, 24, 72]).map(lambda hours: timedelta(hours=hours)),
    overrides=st.sampled_from([(), ({"location_id": ELSEWHERE, "changes": {"grace": "PT1H"}},)]),
    score_shifts=st.integers(1, 3),
    score_window=st.sampled_from([1, 14]).map(lambda days: timedelta(days=days)),
    flag_below=st.sampled_from([80, 100]),
    flag_rearm=st.sampled_from([0, 2]),
)


HOURS = st.sampled_from([0.5, 4, 8, 12, 30])
WAYS = st.sampled_from(["in", "in", "out", "out", "unknown"])
KINDS = st.sampled_from(["work", "work", "work", "training", "on_call"])
ABSENCES = st.sampled_from([1, 6, 24]).map(lambda hours: timedelta(hours=hours))
STATUSES = st.sampled_from(["approved", "approved", "requested", "refused"])
TWICE, THRICE, SELDOM = st.integers(1, 2), st.integers(1, 3), st.integers(0, 3).map(lambda drawn: drawn == 0)
# Strategies stand here, not where they are drawn from: to make one costs more than to draw from it.


AHEAD = st.sampled_from([0, 0, 3, 30, 300]).map(lambda hours: timedelta(hours=hours))
PLACES = st.sampled_from([CLINIC, CLINIC, ELSEWHERE])
BY = st.sampled_from([None, None, MANAGER, EMPLOYEE])
SAYING = st.sampled_from((*SAID, "contacted"))
SAYERS = st.sampled_from([MANAGER, MANAGER, EMPLOYEE])


def _shift(draw: st.DrawFn, number: int) -> list[RowEvent]:
    """Plan a shift, move it, cancel it, plan it again: what is newer is recorded later."""
    name, kind = f"shift {number}", draw(KINDS)
    made: list[RowEvent] = []
    for each in range(draw(THRICE)):
        made.append(_planned(draw, name, each + 1, kind, made))
    for each in range(draw(THRICE) - 1):
        last = made[-1]
        if isinstance(last, ShiftScheduled) and not each:
            void = cancelled(last, last.revision + 1)
            made.append(void.model_copy(update={"recorded_at": _recorded(draw, last.starts_at, made)}))
        else:
            made.append(_planned(draw, name, last.revision + 1, kind, made))
    return made


def _planned(draw: st.DrawFn, name: str, revision: int, kind: str, before: list[RowEvent]) -> ShiftScheduled:
    start, where, hours = draw(INSTANTS), draw(PLACES), draw(HOURS)
    recorded = _recorded(draw, start, before)
    made = shift(start, hours, name=name, revision=revision, where=where, recorded=recorded)
    return made.model_copy(update={"kind": kind, "planned_at": recorded if draw(SELDOM) else None})


def _recorded(draw: st.DrawFn, start: datetime, before: list[RowEvent]) -> datetime:
    return max([start - draw(AHEAD), *(each.recorded_at for each in before)])


def _words(draw: st.DrawFn, number: int, shifts: list[list[RowEvent]]) -> list[Event]:
    """What is said of a shift: calls, exceptions, and the question why nobody came."""
    planned = draw(st.sampled_from([each for revisions in shifts for each in revisions]))
    if not isinstance(planned, ShiftScheduled):
        return []
    when = draw(INSTANTS)
    call = called(planned, when, name=f"call {number}")
    kind = draw(SAYING)
    minutes = 30 if kind in ("come_late", "leave_early") else None
    about = None if kind == "contacted" else planned
    said = exception(about, kind, minutes, by=draw(SAYERS), when=when, name=f"said {number}")
    asked = notice("absence_question", when, planned, to=draw(st.sampled_from(["", "role:hr"])))
    gone = draw(SELDOM)
    told: list[list[Event]] = [
        [call, *([uncalled(call)] if gone else [])],
        [said, *([unexcepted(said)] if gone else [])],
        [delivered(asked, revision=number + 1)],
    ]
    return draw(st.sampled_from(told))


def _terms(draw: st.DrawFn, number: int) -> Event:
    return employment(revision=number + 1, when=draw(INSTANTS), **draw(st.sampled_from(TERMS)))


def _downtime(draw: st.DrawFn, number: int) -> list[WorldEvent]:
    since, where = draw(INSTANTS), draw(PLACES)
    down = Downtime(since, since + draw(ABSENCES), where, f"downtime {number}")
    gone, people = draw(SELDOM), draw(TWICE)
    told: list[list[WorldEvent]] = [
        down.closed(),
        down.moved(down.until + draw(ABSENCES), removed=gone),
        down.suspected(people, ended=False),
        down.suspected(people, removed=gone),
        down.confirmed(),
        [location(where, draw(st.sampled_from(["Asia/Kathmandu", "America/New_York"])))],
    ]
    return draw(st.sampled_from(told))


def _punch(draw: st.DrawFn, number: int, near: st.SearchStrategy[datetime]) -> list[RowEvent]:
    name = f"punch {number}"
    made = [
        punch(draw(near), draw(WAYS), name=name, revision=each + 1, by=draw(BY) if each else None)
        for each in range(draw(TWICE))
    ]
    return [*made, *([voided(made[-1], len(made) + 1, by=draw(BY))] if draw(SELDOM) else [])]


def _leave(draw: st.DrawFn, number: int) -> list[RowEvent]:
    since = draw(INSTANTS)
    until, status, name, protected = since + draw(ABSENCES), draw(STATUSES), f"leave {number}", draw(SELDOM)
    made = [
        leave(since, until, status, name=name, revision=each + 1, protected=protected) for each in range(draw(TWICE))
    ]
    return [*made, *([unleave(made[-1], len(made) + 1)] if draw(SELDOM) else [])]


@st.composite
def _facts_of_days(draw: st.DrawFn) -> list[Event]:
    shifts = [_shift(draw, number) for number in range(draw(SHIFTS))]
    starts = st.sampled_from([each.occurred_at for revisions in shifts for each in revisions])
    near = st.one_of(INSTANTS, st.tuples(starts, LATENESS).map(lambda drawn: drawn[0] + drawn[1]))
    punches = [_punch(draw, number, near) for number in range(draw(PUNCHES))]
    leaves = [_leave(draw, number) for number in range(draw(FEW))]
    policies: list[WorldEvent] = [policy(draw(POLICIES), draw(INSTANTS), number + 1) for number in range(draw(FEW))]
    told = [event for family in (shifts, punches, leaves) for revisions in family for event in revisions]
    words = [event for number in range(draw(FEW)) for event in _words(draw, number, shifts)]
    terms = [_terms(draw, number) for number in range(draw(FEW))]
    downtimes = [event for number in range(draw(FEW)) for event in _downtime(draw, number)]
    return [*policies, *told, *words, *terms, *downtimes]


SHIFTS, PUNCHES, FEW = st.integers(1, 5), st.integers(0, 7), st.integers(0, 2)
FACTS_OF_DAYS = _facts_of_days()
"""Facts, each natural key with its revisions in order, and now and then a policy."""


def arrivals(facts: list[Event]) -> st.SearchStrategy[list[Event]]:
    """Draw an order of arrival of these facts."""
    return laws.arrivals(facts, INSTANTS, LAST_TICK)
