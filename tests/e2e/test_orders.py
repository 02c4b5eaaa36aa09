"""The same facts in five orders, over every real part: the same judgements and the same standing proposals."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from tests.e2e.clinic import Clinic
from tests.eventually import eventually

pytestmark = [pytest.mark.stack, pytest.mark.timeout(180)]
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def story(clinic: Clinic, employee: UUID, now: datetime) -> list[Callable[[], object]]:
    """Three days: late, nobody came, late by a punch that is then corrected; and a leave that changes nothing."""
    late, absent, corrected = now - 9 * DAY, now - 5 * DAY, now - 3 * HOUR
    punch = uuid4()

    def punched_and_corrected() -> None:
        clinic.write("time_punches", id=punch, employee_id=employee, direction="in", at=corrected + 2 * MINUTE)
        clinic.connection.execute(
            "update public.time_punches set at = %s where id = %s", (corrected + 16 * MINUTE, punch)
        )

    return [
        lambda: clinic.shift(employee, late),
        lambda: clinic.punch(employee, late + 30 * MINUTE),
        lambda: clinic.punch(employee, late + 8 * HOUR, "out"),
        lambda: clinic.shift(employee, absent),
        lambda: clinic.shift(employee, corrected),
        punched_and_corrected,
        lambda: clinic.write(
            "leave_requests", employee_id=employee, starts_at=absent, ends_at=absent + DAY, status="requested"
        ),
    ]


def outcome(clinic: Clinic, employee: UUID) -> tuple[list[object], list[object]]:
    verdicts = clinic.rows(
        "select verdict, minutes from mart.attendance where employee_id = %s order by starts_at", employee
    )
    standing = clinic.rows(
        "select kind, status from mart.proposal_status where subject = %s and status not in ('withdrawn', 'reverted')"
        " order by kind, payload",
        f"employee:{employee}",
    )
    return verdicts, standing


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
        [("late", 30), ("absent_provisional", 0), ("late", 16)],
        [("attendance_flag", "routed"), ("lateness_entry", "applied"), ("lateness_entry", "applied")],
    )
    for employee in employees:
        ends_as(clinic, employee, expected)
