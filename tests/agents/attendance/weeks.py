"""Random histories of one employee, near the edges of the rules: made from a number, so each can be had again."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from schemas.events import Event, RowEvent, ShiftScheduled, WorldEvent
from schemas.policies import AttendancePolicy
from tests.agents.attendance.happenings import SAID, TERMS, Downtime
from tests.builders import (
    CLINIC,
    ELSEWHERE,
    EMPLOYEE,
    MANAGER,
    at,
    cancelled,
    leave,
    location,
    policy,
    punch,
    shift,
    tick,
    uid,
    voided,
)
from tests.facts import (
    called,
    delivered,
    employment,
    exception,
    notice,
)

OVER = tick(at("0:00", 15))
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SIDES = (
    -361,
    -360,
    -241,
    -240,
    -61,
    -60,
    -30,
    -7,
    -6,
    -5,
    -2,
    -1,
    0,
    0,
    1,
    2,
    5,
    6,
    7,
    30,
    59,
    60,
    61,
    240,
    241,
    360,
    361,
)
NOTICE = (1, 23, 24, 25, 48, 216, 216, 216)
ZONES = ("Asia/Kathmandu", "America/New_York", "Pacific/Chatham")


def history(seed: int) -> list[Event]:
    """Return what is told of somebody, each natural key with its revisions in order."""
    chance = Random(seed)
    shifts = _shifts(chance)
    told: list[Event] = [each for revisions in shifts for each in revisions]
    for number, revisions in enumerate(shifts):
        plan = chance.choice([each for each in revisions if isinstance(each, ShiftScheduled)])
        told += _punches(chance, plan, number)
        told += _words(chance, plan, number)
        told += _leave(chance, plan, number)
        told += _downtime(chance, plan, number)
    told += _terms(chance)
    return [*told, *_policies(chance)]


def arrival(seed: int, told: list[Event]) -> list[Event]:
    """Return an order in which a history can arrive, with repeats, with ticks in between, and all over at the end."""
    chance = Random(-seed)
    order = [*told, *chance.sample(told, min(2, len(told)))]
    chance.shuffle(order)
    for day in range(chance.randint(0, 3)):
        order.insert(chance.randint(0, len(order)), tick(at("12:00", day)))
    return [*order, OVER]


def _shifts(chance: Random) -> list[list[RowEvent]]:
    made: list[list[RowEvent]] = []
    begin = at("7:00") + chance.choice([0, 2, 7, 15]) * HOUR
    for number in range(chance.randint(1, 3)):
        hours = chance.choice([0.5, 4, 8, 8, 8, 12, 20])
        made.append(_revisions(chance, begin, hours, f"shift {number}"))
        gap = chance.choice([0, 10, 15, 16, 60, 300, 600, 900, 1440])
        begin += hours * HOUR + gap * MINUTE
    return made


def _revisions(chance: Random, begin: datetime, hours: float, name: str) -> list[RowEvent]:
    where = chance.choice([CLINIC, CLINIC, CLINIC, ELSEWHERE])
    kind = chance.choice(["work"] * 8 + ["training", "on_call"])
    recorded = begin - chance.choice(NOTICE) * HOUR
    planned = recorded if chance.random() < 0.5 else None
    made: list[RowEvent] = [shift(begin, hours, name=name, where=where, kind=kind, recorded=recorded, planned=planned)]
    while chance.random() < 0.3:
        recorded = max(recorded, begin - chance.choice([-3, *NOTICE]) * HOUR)
        last = made[-1]
        if isinstance(last, ShiftScheduled) and chance.random() < 0.4:
            made.append(cancelled(last, len(made) + 1).model_copy(update={"recorded_at": recorded}))
        else:
            start = begin + chance.choice([-120, -60, 0, 0, 60, 120, 600]) * MINUTE
            place = chance.choice([where, ELSEWHERE])
            again = shift(start, hours, name=name, revision=len(made) + 1, where=place, kind=kind, recorded=recorded)
            made.append(again)
    return made


def _punches(chance: Random, plan: ShiftScheduled, number: int) -> list[Event]:
    if chance.random() < 0.35:
        return []
    sides: list[tuple[str, datetime]] = []
    for way, side in (("in", plan.starts_at), ("out", plan.ends_at)):
        if chance.random() < 0.85:
            sides.append((way, side + chance.choice(SIDES) * MINUTE + timedelta(seconds=chance.choice([0, 0, 1, 59]))))
    if chance.random() < 0.25:
        middle = plan.starts_at + (plan.ends_at - plan.starts_at) / 2
        sides += [("out", middle), ("in", middle + chance.choice([1, 2, 30, 70]) * MINUTE)][: chance.randint(1, 2)]
    if chance.random() < 0.2 and sides:
        way, when = chance.choice(sides)
        sides.append(
            (chance.choice(["in", "out", way]), when + timedelta(seconds=chance.choice([59, 60, 61, 119, 120])))
        )
    made: list[Event] = [punch(when, way, name=f"{number} {each}") for each, (way, when) in enumerate(sides)]
    if chance.random() < 0.1 and made:
        made.append(voided(made[0]))  # type: ignore[arg-type]
    return made


def _words(chance: Random, plan: ShiftScheduled, number: int) -> list[Event]:
    made: list[Event] = []
    if chance.random() < 0.8:
        asked = notice("absence_question", plan.ends_at, plan, to="" if chance.random() < 0.9 else "role:hr")
        made.append(delivered(asked, plan.ends_at + chance.choice([0, 10, 30, 60]) * HOUR))
    if chance.random() < 0.15:
        made.append(called(plan, plan.ends_at + chance.choice([-9, 0, 23, 24, 25]) * HOUR, name=f"call {number}"))
    for each in range(chance.choice([0, 0, 1, 1, 2])):
        kind = chance.choice(SAID)
        minutes = chance.choice([5, 30, 600]) if kind in ("come_late", "leave_early") else None
        by = chance.choice([EMPLOYEE] if kind == "acknowledged" else [MANAGER, MANAGER, MANAGER, EMPLOYEE])
        when = plan.starts_at - chance.choice([-9, 1, 23, 40]) * HOUR
        made.append(exception(plan, kind, minutes, by=by, when=when, name=f"said {number} {each}"))
    return made


def _leave(chance: Random, plan: ShiftScheduled, number: int) -> list[Event]:
    if chance.random() < 0.7:
        return []
    begin, end = plan.starts_at, plan.ends_at
    since = chance.choice([begin - HOUR, begin, begin + HOUR, begin + 2 * HOUR, end - HOUR, end])
    until = since + chance.choice([1, 1, 2, 8, 30]) * HOUR
    status = chance.choice(["approved", "approved", "requested", "refused", "refused", "cancelled"])
    words: dict[str, Any] = {"protected": chance.random() < 0.3, "recorded": begin + chance.choice([-9, 0, 1]) * HOUR}
    return [leave(since, until, status, name=f"leave {number}", **words)]


def _downtime(chance: Random, plan: ShiftScheduled, number: int) -> list[WorldEvent]:
    if chance.random() < 0.65:
        return []
    side = chance.choice([plan.starts_at, plan.ends_at])
    since = side + chance.choice([-400, -241, -240, -60, -30, 0, 1, 60, 300, 360, 361]) * MINUTE
    until = since + chance.choice([1, 30, 60, 240, 600, 3000]) * MINUTE
    down = Downtime(since, until, chance.choice([plan.location_id, plan.location_id, CLINIC]), f"down {number}")
    people, removed = chance.choice([1, 2]), chance.random() < 0.1
    return chance.choice(
        [
            down.closed(),
            down.confirmed(),
            down.suspected(people, removed=removed),
            down.suspected(people),
            down.suspected(people, ended=False),
        ]
    )


def _terms(chance: Random) -> list[Event]:
    made: list[Event] = []
    for number in range(chance.choice([0, 0, 0, 1, 1, 2])):
        words = chance.choice((*TERMS[:2], *TERMS))
        when = at("0:00", chance.choice([-30, 0, 1])) + number * MINUTE
        made.append(employment(revision=number + 1, when=when, **{"hired_on": at("0:00", -9).date(), **words}))
    return [*made, *([location(CLINIC, chance.choice(ZONES), 2)] if made and chance.random() < 0.5 else [])]


def _policies(chance: Random) -> list[Event]:
    if chance.random() < 0.6:
        return []
    changes = {
        "grace": chance.choice([0, 5, 30]) * MINUTE,
        "handover": chance.choice([0, 15, 60]) * MINUTE,
        "early_window": chance.choice([1, 4, 24]) * HOUR,
        "late_window": chance.choice([1, 6, 24]) * HOUR,
        "longest_stint": chance.choice([8, 16, 24]) * HOUR,
        "no_show_after": chance.choice([1, 2, 24]) * HOUR,
        "plan_notice": chance.choice([0, 24, 48]) * HOUR,
        "call_grace": chance.choice([0, 24]) * HOUR,
        "credit_missing_punch": chance.choice([10, 75]),
    }
    place = {"location_id": str(ELSEWHERE), "changes": {"grace": "PT1H"}}
    held = {"job_position_id": str(uid("nurse")), "changes": {"grace": "PT2M", "credit_late": 40}}
    document = AttendancePolicy.model_validate({**changes, "overrides": chance.choice([[], [place], [held, place]])})
    return [policy(document, at("9:00", chance.choice([-9, 0, 1])))]
