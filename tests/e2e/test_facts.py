"""What people type becomes a row, and the row its event on the topic."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import chain
from uuid import UUID, uuid4

import pytest
from typer.testing import CliRunner, Result

from schemas.events import (
    AbsenceCalled,
    AttendanceExceptionRecorded,
    ClockOutageConfirmed,
    ClockSeen,
    ClosureDeclared,
    EmploymentRecorded,
    Event,
    ShiftDue,
    ShiftNotDue,
)
from schemas.topics import OPERATIONS, WORKFORCE
from streams.cli import app
from streams.decoding import Decoder
from streams.kafka import librdkafka
from streams.log import Log, Span
from streams.registry import Registry
from streams.settings import Settings
from tests.e2e.clinic import Clinic
from tests.eventually import eventually

pytestmark = [pytest.mark.stack, pytest.mark.timeout(180)]
HOUR = timedelta(hours=1)


def typed(settings: Settings, *words: object) -> Result:
    return CliRunner().invoke(app, ["facts", *map(str, words)], env={"ROLLCALL_HOME": str(settings.home)})


class Told:
    """What has been written to topics since this was made, one partition after the other."""

    def __init__(self, log: Log, registry: Registry) -> None:
        self.log, self.decoder = log, Decoder(registry.codec(), registry)
        self.found: dict[tuple[str, int, UUID], Event] = {}
        partitions = ((topic.name, each) for topic in (WORKFORCE, OPERATIONS) for each in range(topic.partitions))
        self.next = {partition: log.whole(*partition).end for partition in partitions}

    def of(self, *kinds: type[Event], about: set[UUID]) -> list[Event]:
        for partition, start in self.next.items():
            span = Span(*partition, start, self.log.whole(*partition).end)
            for record in chain.from_iterable(self.log.read(span)):
                event = self.decoder.decode(record.value)
                self.found[*partition, event.event_id] = event
            self.next[partition] = span.end
        return [each for each in self.found.values() if isinstance(each, kinds) and about & set(vars(each).values())]


@pytest.fixture
def told(installation: Settings) -> Iterator[Told]:
    with Log(librdkafka(installation), "tests.facts") as log, closing(Registry(installation.registry_url)) as registry:
        yield Told(log, registry)


def test_what_is_said_of_a_shift_is_told_to_whom_it_is_about(clinic: Clinic, told: Told) -> None:
    boss, now = clinic.manager_id, clinic.now()
    somebody = clinic.hire()
    shift = clinic.shift(somebody, now + HOUR)
    called = ("call", shift, "--as", boss, "--at", (now - HOUR).isoformat())
    excused = ("except", shift, "come_late", "--minutes", 30, "--as", boss, "--note", "the dentist")
    for words in (called, excused, ("contact", somebody, "--as", boss)):
        assert typed(clinic.settings, *words).exit_code == 0
    kinds = (EmploymentRecorded, AbsenceCalled, AttendanceExceptionRecorded)
    eventually(lambda: len(told.of(*kinds, about={somebody})) == 4, within=60)
    _, call, come_late, contact = told.of(*kinds, about={somebody})
    assert isinstance(call, AbsenceCalled)
    assert (call.shift_id, call.occurred_at) == (shift, now - HOUR)
    assert isinstance(come_late, AttendanceExceptionRecorded)
    assert (come_late.shift_id, come_late.kind, come_late.minutes, come_late.given_by) == (shift, "come_late", 30, boss)
    assert isinstance(contact, AttendanceExceptionRecorded)
    assert (contact.kind, contact.shift_id) == ("contacted", None)


def test_what_holds_at_a_place_is_told_to_everybody(clinic: Clinic, told: Told) -> None:
    now = clinic.now()
    span = ("--from", now.isoformat(), "--until", (now + HOUR).isoformat(), "--as", clinic.manager_id)
    assert typed(clinic.settings, "close", clinic.location_id, *span, "--note", "storm").exit_code == 0
    assert typed(clinic.settings, "outage", clinic.location_id, *span).exit_code == 0
    kinds = (ClosureDeclared, ClockOutageConfirmed)
    everywhere = WORKFORCE.partitions + OPERATIONS.partitions
    eventually(lambda: len(told.of(*kinds, about={clinic.location_id})) == 2 * everywhere, within=60)
    found = told.of(*kinds, about={clinic.location_id})
    assert {(type(each), each.starts_at, each.ends_at) for each in found if isinstance(each, kinds)} == {
        (kind, now, now + HOUR) for kind in kinds
    }


def test_who_is_due_and_which_clocks_are_alive_is_told_to_the_place(clinic: Clinic, told: Told) -> None:
    somebody, place, now = clinic.hire(), clinic.location_id, clinic.now()
    clinic.shift(somebody, now + HOUR)
    clinic.write("clock_heartbeats", device=f"door of {place}", location_id=place, at=now)
    punch = {"employee_id": somebody, "location_id": place, "direction": "in", "at": now}
    clinic.write("time_punches", **punch)
    clinic.write("time_punches", **punch, edited_by=clinic.manager_id)
    clinic.connection.execute("delete from public.shifts where employee_id = %s", (somebody,))
    eventually(lambda: told.of(ShiftNotDue, about={place}), within=60)
    found = told.of(ShiftDue, ShiftNotDue, ClockSeen, about={place})
    assert [type(each).__name__ for each in found] == ["ShiftDue", "ClockSeen", "ClockSeen", "ShiftNotDue"]
    assert [each.source for each in found if isinstance(each, ClockSeen)] == ["heartbeat", "punch"]


def test_what_nobody_can_say_is_refused_and_no_row_is_left(clinic: Clinic) -> None:
    somebody = clinic.hire()
    shift = clinic.shift(somebody, clinic.now())
    refused = typed(clinic.settings, "except", shift, "excused", "--as", somebody, "--note", "I was ill")
    assert "not for oneself to say" in str(refused.exception)
    assert typed(clinic.settings, "call", uuid4(), "--as", "me").exit_code == 2
    assert typed(clinic.settings, "outage", clinic.location_id, "--from", "2026-03-02T08:00").exit_code == 2
    assert clinic.rows("select 1 from public.attendance_exceptions where employee_id = %s", somebody) == []
