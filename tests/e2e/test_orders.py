"""The same facts in five orders, over every real part: the same judgements, score and standing proposals."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from tests.e2e.clinic import Clinic
from tests.eventually import eventually

pytestmark = [pytest.mark.stack, pytest.mark.timeout(180)]
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


WORKED = range(15, 5, -1)
"""How many days ago: six in time, then four late."""


def story(clinic: Clinic, employee: UUID, now: datetime) -> list[Callable[[], object]]:
    """Ten days of work; nobody came; late by a punch that is then corrected; and a leave that changes nothing."""
    absent, corrected = now - 5 * DAY, now - DAY
    punch = uuid4()

    def punched_and_corrected() -> None:
        clinic.write("time_punches", id=punch, employee_id=employee, direction="in", at=corrected + 2 * MINUTE)
        clinic.connection.execute(
            "update public.time_punches set at = %s where id = %s", (corrected + 16 * MINUTE, punch)
        )

    def day(ago: int) -> Callable[[], object]:
        return lambda: clinic.worked(employee, now - ago * DAY, minutes=30 if ago <= 9 else 0)

    return [
        *(day(ago) for ago in WORKED),
        lambda: clinic.shift(employee, absent),
        lambda: clinic.shift(employee, corrected),
        punched_and_corrected,
        lambda: clinic.punch(employee, corrected + 8 * HOUR, "out"),
        lambda: clinic.write(
            "leave_requests", employee_id=employee, starts_at=absent, ends_at=absent + DAY, status="requested"
        ),
    ]


def outcome(clinic: Clinic, employee: UUID) -> tuple[list[object], list[object], list[object]]:
    verdicts = clinic.rows(
        "select verdict, minutes from mart.attendance where employee_id = %s order by starts_at", employee
    )
    standing = clinic.rows(
        "select kind, status from mart.proposal_status where subject = %s and status not in ('withdrawn', 'reverted')"
        " order by kind, payload",
        f"employee:{employee}",
    )
    score = clinic.rows("select tenths from mart.reliability where employee_id = %s", employee)
    return verdicts, standing, score


def ends_as(clinic: Clinic, employee: UUID, expected: object) -> None:
    eventually(lambda: outcome(clinic, employee) == expected, within=60)


def test_five_orders_of_the_same_facts_end_alike(clinic: Clinic) -> None:
    now = clinic.now()
    chance = random.Random(5)
    employees = [clinic.hire() for _ in range(5)]
    for employee in employees:
        facts = story(clinic, employee, now)
        chance.shuffle(facts)
        for fact in facts:
            fact()
    expected = (
        [*[("on_time", 0)] * 6, *[("late", 30)] * 4, ("absent_unexplained", 0), ("late", 16)],
        [("attendance_flag", "routed"), *[("lateness_entry", "applied")] * 5],
        [(773,)],
    )
    for employee in employees:
        ends_as(clinic, employee, expected)
