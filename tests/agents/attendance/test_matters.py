"""Who is to look after somebody who has not come and not called: from sheets that are judged, written by hand."""

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from agents.attendance.matters import matters
from agents.attendance.memory import Armed
from agents.attendance.noticing import told
from agents.attendance.stating import fact
from agents.attendance.timesheet import VERSION, Punch, Shift, Timesheet
from agents.kernel import Outcome, Wake
from schemas.events import NoticeRequested, RowEvent, WorldEvent
from schemas.policies import AttendancePolicy
from schemas.policies.notices import NoticePolicy
from tests.agents.worlds import STAFF, world
from tests.builders import EMPLOYEE, MANAGER, at, employed, location, policy, punch, shift, tick
from tests.facts import outage_suspected

BOSS = f"employee:{MANAGER}"
WELFARE, NEVER = "welfare_check", "never_started"


def stated(event: RowEvent) -> object:
    known = fact(event)
    return known[1] if known else None


def missed(day: int, verdict: Any = "no_call_no_show") -> Shift:
    found = stated(shift(at("9:00", day), name=f"shift {day}"))
    assert isinstance(found, Shift)
    return replace(found, verdict=verdict, settled=True, version=1)


def clocked(day: int) -> Punch:
    found = stated(punch(at("9:00", day)))
    assert isinstance(found, Punch)
    return found


LONG_AGO = clocked(-30)


def sheet(*shifts: Shift, punches: tuple[Punch, ...] = (LONG_AGO,)) -> Timesheet:
    return Timesheet(EMPLOYEE.bytes, shifts, punches, rules=VERSION)


def woken(
    known: Timesheet, when: datetime, *facts: WorldEvent
) -> tuple[Timesheet, list[tuple[str, str]], datetime | None]:
    """Return the sheet after a wake-up, who was told what, and when there may be more."""
    outcome = told(None, Outcome(known), Wake("attendance", str(EMPLOYEE), when), world(*(facts or STAFF)))
    assert outcome.state is not None
    said = [(each.kind, each.recipient) for each in outcome.emitted if isinstance(each, NoticeRequested)]
    return outcome.state, said, outcome.wake_at


def test_manager_and_hr_are_asked_to_look_after_whoever_has_not_come_and_not_called() -> None:
    after, said, later = woken(sheet(missed(0)), at("17:00", 2))
    assert said == [(WELFARE, BOSS), (WELFARE, "role:hr")]
    assert later is None
    assert woken(after, at("17:01", 2))[1] == []


def test_hr_alone_where_there_is_no_manager() -> None:
    assert woken(sheet(missed(0)), at("17:00", 2), location(), employed(manager=None))[1] == [(WELFARE, "role:hr")]


def test_in_the_night_it_waits_for_the_morning() -> None:
    after, said, later = woken(sheet(missed(0)), at("21:00", 2))
    assert (said, later) == ([], at("7:00", 3))
    assert len(woken(after, at("7:00", 3))[1]) == 2


def test_no_shows_in_a_row_are_one_matter_until_somebody_has_heard_of_them() -> None:
    after, said, _ = woken(sheet(missed(0), missed(1)), at("17:00", 3))
    assert len(said) == 2
    assert woken(replace(after, shifts=(missed(0), missed(1), missed(2))), at("17:00", 4))[1] == []
    heard = replace(after, shifts=(missed(0), missed(1), missed(3)), punches=(LONG_AGO, clocked(2)))
    assert len(woken(heard, at("17:00", 5))[1]) == 2


def test_a_no_show_that_is_found_before_the_one_that_was_told_is_the_same_matter() -> None:
    after, _, _ = woken(sheet(missed(1)), at("17:00", 3))
    assert woken(replace(after, shifts=(missed(0), missed(1))), at("17:00", 4))[1] == []


def test_a_no_show_that_has_become_old_is_told_to_nobody() -> None:
    assert woken(sheet(missed(0), missed(9)), at("17:01", 14))[1] == []
    assert len(woken(sheet(missed(0)), at("16:59", 14))[1]) == 2


def test_hr_is_told_once_and_for_all_of_somebody_who_has_never_punched() -> None:
    new = sheet(missed(0), punches=())
    after, said, later = woken(new, at("17:00", 2))
    assert (said, later) == ([(WELFARE, BOSS), (WELFARE, "role:hr")], at("17:30", 2))
    after, said, _ = woken(after, at("17:30", 2))
    assert said == [(NEVER, "role:hr")]
    again = replace(after, shifts=(missed(0), missed(40)))
    assert NEVER not in [kind for kind, _ in woken(again, at("17:00", 42))[1]]
    assert [each.kind for each in woken(again, at("17:00", 62))[0].notices.told] == [NEVER]


def test_whose_punches_are_forgotten_has_not_never_punched() -> None:
    for known, kinds in ((Armed(), {WELFARE, NEVER}), (Armed(started=True), {WELFARE})):
        after, _, _ = woken(replace(sheet(missed(0), punches=()), armed=known), at("17:00", 2))
        assert {each.kind for each in woken(after, at("18:00", 2))[0].notices.told} == kinds


def test_a_shift_that_somebody_says_was_worked_ends_the_matter() -> None:
    after, said, _ = woken(sheet(missed(0), missed(1, "missing_in"), missed(2)), at("17:00", 4))
    assert len(said) == 2  # of the first; of the second when they have rested
    assert len(woken(after, at("17:30", 4))[1]) == 2


def test_an_unexplained_absence_is_asked_about_and_its_manager_not_told() -> None:
    unexplained = replace(missed(0, "absent_unexplained"), settled=False)
    assert woken(sheet(unexplained), at("17:00"))[1] == [("absence_question", f"employee:{EMPLOYEE}")]


def test_nothing_is_said_where_nobody_knows_what_time_it_is() -> None:
    shifts = (missed(0, "absent_provisional"), missed(1))
    assert [each.kind for each in matters(sheet(*shifts), at("12:00", 3), world())] == ["absence_provisional"]
    assert woken(sheet(*shifts), at("12:00", 3), employed())[1:] == ([], None)


def test_what_says_nothing_of_what_there_is_to_tell_leaves_the_sheet_as_it_is() -> None:
    state, _, _ = woken(sheet(missed(0)), at("21:00", 2))
    known = world(*STAFF)
    for event in (policy(AttendancePolicy()), policy(NoticePolicy()), Wake("attendance", "", at("22:00", 2))):
        outcome = told(state, Outcome(state, wake_at=at("12:00", 3)), event, known)
        assert outcome.state is state
        assert outcome.wake_at == at("7:00", 3)
    assert told(None, Outcome(None), tick(at("9:00")), known) == Outcome(None)


def test_an_outage_concerns_whom_is_waited_for() -> None:
    found = stated(shift(at("9:00")))
    assert isinstance(found, Shift)
    state, _, later = woken(sheet(found), at("8:00"))
    assert later == at("9:11")
    silent = outage_suspected(at("9:00"))
    after = told(state, Outcome(state), silent, world(*STAFF, silent))
    assert after.wake_at is None
