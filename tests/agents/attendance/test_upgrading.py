"""States of version 1 are read, their versions go on, and all of them is judged again by the rules of today."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from agents.attendance import AGENT
from agents.attendance.timesheet import Timesheet
from agents.kernel import Cell, Partition
from agents.kernel.partition import Place
from schemas.events import Event, ShiftJudged
from schemas.kinds import LatenessEntry
from tests.agents.worlds import fold, live, state_of
from tests.builders import EMPLOYEE, at, punch, tick, uid

PAYLOAD = LatenessEntry(employee_id=EMPLOYEE, shift_id=uid("missed"), minutes_late=20).canonical()


def of_version_1(*, approved: bool = True) -> bytes:
    """Return a timesheet as version 1 stored it: late, not come, on leave for a part, and all that was taken back."""

    def planned(name: str, day: int, verdict: str, minutes: int = 0) -> list[Any]:
        stated = [uid(name).bytes, 1, at("0:00", day), uid(f"event of {name}").bytes]
        return [*stated, at("9:00", day), at("17:00", day), uid("clinic").bytes, 3, verdict, minutes, 0, None]

    def punched(name: str, clock: str, *, inward: bool) -> list[Any]:
        return [uid(name).bytes, 1, at(clock), uid(f"event of {name}").bytes, at(clock), inward]

    shifts = [planned("late", 0, "late", 20), planned("missed", 1, "missing"), planned("partly", 2, "excused")]
    punches = [punched("in", "9:20", inward=True), punched("out", "16:00", inward=False)]
    leaves = [[uid("leave").bytes, 1, at("0:00"), at("11:00", 2), at("17:00", 2), approved]]
    gone = [[uid("gone").bytes, 2, at("0:00"), "punches", 0]]
    raised = [["lateness_entry", uid("missed").bytes, 1, PAYLOAD]]
    return msgspec.msgpack.encode(
        [EMPLOYEE.bytes, shifts, punches, leaves, gone, raised, at("11:00", 2), at("0:00", -60)]
    )


def restored(raw: bytes) -> Partition:
    partition = live(AGENT)
    partition.load({Place(AGENT.name, str(EMPLOYEE)): Cell(AGENT.restore(1, raw), None, {})})
    return partition


def said(events: list[Event]) -> list[tuple[int, str, int]]:
    return [(each.version, each.verdict, each.minutes_early) for each in events if isinstance(each, ShiftJudged)]


def test_what_was_known_is_known() -> None:
    sheet = AGENT.restore(1, of_version_1())
    assert isinstance(sheet, Timesheet)
    assert [each.way for each in sheet.punches] == ["in", "out"]
    assert [each.verdict for each in sheet.shifts] == ["late", "absent_provisional", "absent_excused"]
    assert {each.waited for each in sheet.shifts} == {at("11:00", 2)}
    assert (sheet.gone[0].id, sheet.raised[0].payload) == (uid("gone").bytes, "20")
    assert (sheet.horizon, sheet.rules) == (at("0:00", -60), 1)


def test_next_fact_judges_all_of_it_again_and_versions_go_on() -> None:
    partition = restored(of_version_1())
    events = fold(AGENT, punch(at("9:00", 5)), partition=partition)
    assert said(events) == [(4, "late_and_early", 60), (4, "absent_excused", 0)]
    later = fold(AGENT, punch(at("9:30", 5)), tick(at("23:00", 5)), partition=partition)
    assert said(later) == [(4, "absent_unexplained", 0)], "nobody was asked, long ago"


@pytest.mark.parametrize(("approved", "status"), [(True, "approved"), (False, "requested")])
def test_leave_is_read_as_is_best_for_the_employee(*, approved: bool, status: str) -> None:
    (leave,) = AGENT.restore(1, of_version_1(approved=approved)).leaves
    assert (leave.status, leave.protected) == (status, approved)
    assert leave.ends_at - leave.starts_at == timedelta(hours=6)


def test_states_of_version_2_are_read_and_judged_again() -> None:
    ours = [uid("p").bytes, 1, at("9:21"), uid("event of p").bytes]
    shift_ = [
        uid("late").bytes,
        1,
        at("0:00"),
        uid("event of late").bytes,
        at("9:00"),
        at("17:00"),
        uid("clinic").bytes,
    ]
    said_ = ["work", 3, "late", 20, 0, True, False, 0, None, None]
    punches = [[*ours, at("9:20"), "in"], [uid("o").bytes, *ours[1:], at("16:00"), "out"]]
    raw = msgspec.msgpack.encode([EMPLOYEE.bytes, [[*shift_, *said_]], punches, [], [], [], at("0:00", -60), 2])
    sheet = AGENT.restore(2, raw)
    assert [(each.way, each.recorded_at, each.event_id) for each in sheet.punches] == [
        ("in", at("9:21"), uid("event of p").bytes),
        ("out", at("16:00"), b""),
    ]
    partition = live(AGENT)
    partition.load({Place(AGENT.name, str(EMPLOYEE)): Cell(sheet, None, {})})
    events = fold(AGENT, punch(at("9:00", 5), "unknown"), tick(at("17:00", 5)), partition=partition)
    assert said(events) == [(4, "late", 0), (5, "late_and_early", 60)]
    assert state_of(partition).turns
