"""What is folded up is remembered: as long as a flag cites it, and as long as there is room."""

import zlib
from datetime import datetime, timedelta
from functools import partial

import msgspec
import pytest

from agents.attendance import AGENT
from agents.attendance.chapters import opened
from agents.attendance.settled import settled
from agents.attendance.timesheet import Timesheet
from agents.kernel import Cell, Partition
from agents.kernel.partition import Place
from schemas.events import Event, ProposalWithdrawn, ShiftJudged
from schemas.policies import AttendancePolicy
from schemas.policies.breaks import BreakPolicy
from tests.agents.attendance.telling import came, days, ending, in_time, no_show, raised, said
from tests.agents.worlds import fold, live, state_of
from tests.builders import CLINIC, ELSEWHERE, EMPLOYEE, at, location, policy, punch, shift, tick
from tests.facts import closure, employment

FLAGGED = days("111111hhhhh")
"""Raises a flag by its last shift."""


def corrected(day: int, when: datetime) -> Event:
    """The punch of a late day is corrected long after it."""
    return in_time(day).model_copy(update={"recorded_at": when})


def weekdays(since: int, until: int) -> list[Event]:
    return [event for day in range(since, until) if day % 7 < 5 for event in came(day)]


@pytest.mark.parametrize(("day", "taken_back"), [(100, True), (150, True), (185, True), (220, False)])
def test_late_correction_takes_back_a_flag_as_long_as_it_is_checked(day: int, *, taken_back: bool) -> None:
    partition = live(AGENT)
    (flag,) = raised(fold(AGENT, *FLAGGED, partition=partition), "attendance_flag")
    fold(AGENT, *weekdays(14, day), partition=partition)
    emitted = fold(AGENT, corrected(6, at("12:00", day)), corrected(7, at("12:01", day)), partition=partition)
    withdrawn = {each.proposal_id for each in emitted if isinstance(each, ProposalWithdrawn)}
    assert (flag.proposal_id in withdrawn) is taken_back
    assert bool(said(emitted)) is taken_back, "what nobody remembers is not judged anew: it takes a person"


def test_flag_that_is_not_checked_any_more_is_not_withdrawn_for_that() -> None:
    partition = live(AGENT, policy(AttendancePolicy(flag_memory=timedelta(days=20)), at("0:00", -1)))
    emitted = fold(AGENT, *FLAGGED, *weekdays(14, 60), partition=partition)
    assert len(raised(emitted, "attendance_flag")) == 1
    assert [each for each in emitted if isinstance(each, ProposalWithdrawn)] == []


def test_weeks_that_no_flag_cites_are_forgotten_and_what_they_count_for_is_not() -> None:
    partition = live(AGENT)
    fold(AGENT, *FLAGGED, *weekdays(14, 185), partition=partition)
    sheet = state_of(partition)
    assert {each.starts_at for each in opened(sheet).shifts} >= {at("9:00", day) for day in range(11)}
    assert at("9:00", 45) not in {each.starts_at for each in opened(sheet).shifts}
    assert len(settled(sheet)) == 11 + len(weekdays(14, 185)) / 3


def test_forgotten_shift_is_not_judged_as_a_new_one() -> None:
    partition = live(AGENT)
    fold(AGENT, *weekdays(0, 185), partition=partition)
    before = state_of(partition)
    old = shift(at("9:00", 3), revision=2, recorded=at("12:00", 185))
    assert fold(AGENT, old, tick(at("12:00", 190)), partition=partition) == []
    assert state_of(partition).shifts == before.shifts


def heavy_months() -> tuple[Timesheet, int]:
    """Four punches on each of 200 days, half of them late: the sheet, and the most it ever weighed."""
    partition, heaviest, number = live(AGENT), 0, 3 << 60
    fold(AGENT, employment(when=at("0:00", -30)), partition=partition)
    for day in range(200):
        clocks = (("in", "9:30" if day % 2 else "8:58"), ("out", "12:00"), ("in", "12:40"), ("out", "17:01"))
        for event in (shift(at("9:00", day)), *(punch(at(clock, day), way) for way, clock in clocks)):
            number += 999
            fold(AGENT, event.model_copy(update={"revision": number}), partition=partition)
        heaviest = max(heaviest, len(AGENT.encode(state_of(partition))))
    return state_of(partition), heaviest


def test_heavy_months_stay_within_the_room_there_is() -> None:
    sheet, heaviest = heavy_months()
    assert heaviest <= 32 * 1024
    assert min(each.starts_at for each in opened(sheet).shifts) > at("0:00", 200 - 120), "no room for all"


def test_what_is_forgotten_does_not_depend_on_how_well_zlib_compresses(monkeypatch: pytest.MonkeyPatch) -> None:
    well = heavy_months()[0]
    monkeypatch.setattr(zlib, "compress", partial(zlib.compress, level=0))
    badly = heavy_months()[0]
    assert [bool(each.facts) for each in badly.past.chapters] == [bool(each.facts) for each in well.past.chapters]
    assert len(AGENT.encode(badly)) > len(AGENT.encode(well))


def test_out_that_comes_weeks_late_belongs_to_the_in_that_is_folded_up() -> None:
    partition = live(AGENT, policy(AttendancePolicy(longest_stint=timedelta(hours=24)), at("0:00", -1)))
    shifts = [shift(at("7:00", day), 12) for day in range(40)]
    told: list[Event] = []
    for day, planned in enumerate(shifts):
        told += [planned, punch(at("6:58", day))]
        told += [punch(at("19:00", day), "out")] if day != 17 else []
        told += [tick(at("6:00", day + 1))]
    fold(AGENT, *told, partition=partition)
    (cut,) = (each.until for each in state_of(partition).past.chapters if each.until.date() == at("0:00", 18).date())
    out = punch(cut + timedelta(minutes=20), "out").model_copy(update={"recorded_at": at("12:00", 40)})
    assert ending(out, of=shifts[17].shift_id, partition=partition) == ("on_time", 0, 0, 100, True)


def test_contact_before_the_fold_is_contact() -> None:
    partition, months = live(AGENT), [no_show(0), weekdays(1, 3), no_show(32), no_show(33)]
    fold(AGENT, *(event for part in months for event in part), partition=partition)
    assert state_of(partition).past.heard == at("17:00", 2)
    assert [each.contact_at for each in settled(state_of(partition))[-2:]] == [at("17:00", 2), at("17:00", 2)]


def rounds(weeks: int, working: int) -> list[Event]:
    """A device that does not ask, so many days a week."""
    told: list[Event] = []
    for day in (day for day in range(7 * weeks) if day % 7 < working):
        told += [shift(at("9:00", day)), punch(at("8:58", day), "unknown"), punch(at("17:00", day), "unknown")]
        told.append(tick(at("17:01", day)))
    return told


def test_punches_that_take_turns_are_folded_up_at_weekends() -> None:
    partition = live(AGENT)
    emitted = fold(AGENT, *rounds(8, 5), partition=partition)
    sheet = state_of(partition)
    assert [each.until.weekday() for each in sheet.past.chapters] == [6] * 5
    assert sheet.turns
    assert {each.verdict for each in emitted if isinstance(each, ShiftJudged)} == {"on_time"}


def test_turns_without_a_pause_are_kept_as_they_are_until_they_are_old() -> None:
    partition = live(AGENT)
    fold(AGENT, *rounds(22, 7), partition=partition)
    sheet = state_of(partition)
    assert [each.facts for each in sheet.past.chapters] == [b""] * len(sheet.past.chapters) != []
    assert sheet.past.safe is None
    assert len(settled(sheet)) == 22 * 7
    assert at("0:00", 154 - 120 - 16) < sheet.shifts[0].starts_at < at("0:00", 154 - 120 + 2)


def test_first_punch_of_an_unknown_kind_looks_at_what_is_folded_up() -> None:
    partition = live(AGENT)
    fold(AGENT, *weekdays(0, 60), partition=partition)
    chapters = len(state_of(partition).past.chapters)
    fold(AGENT, shift(at("9:00", 60)), punch(at("8:59", 60), "unknown"), partition=partition)
    sheet = state_of(partition)
    assert sheet.turns
    assert len(sheet.past.chapters) >= chapters > 0


def test_place_with_another_zone_judges_what_is_folded_up() -> None:
    partition, first = live(AGENT), employment(when=at("0:00", -30), hired_on=at("0:00", 1).date())
    told = [first, shift(at("22:00", 0)), punch(at("21:59", 0)), punch(at("6:00", 1), "out"), *weekdays(2, 60)]
    emitted = fold(AGENT, *told, partition=partition)
    assert said(emitted)[0].verdict == "not_employed"
    moved = fold(AGENT, location(CLINIC, "Asia/Kathmandu", 2), location(ELSEWHERE, "UTC", 2), partition=partition)
    assert [each.verdict for each in said(moved)] == ["on_time"]


def test_closure_of_long_ago_judges_what_is_folded_up() -> None:
    partition = live(AGENT)
    fold(AGENT, *FLAGGED, *weekdays(14, 60), partition=partition)
    storm = closure(at("0:00", 6), at("12:00", 6)).model_copy(update={"recorded_at": at("0:00", 60)})
    assert [each.verdict for each in said(fold(AGENT, storm, partition=partition))] == ["on_time"]
    elsewhere = closure(at("0:00", 7), at("12:00", 7), where=ELSEWHERE, name="elsewhere")
    assert fold(AGENT, elsewhere, policy(BreakPolicy(), at("0:00", 60)), partition=partition) == []
    over = storm.model_copy(update={"revision": 2, "removed": True})
    assert [each.verdict for each in said(fold(AGENT, over, partition=partition))] == ["late"]


def of_version_3(partition: Partition) -> bytes:
    """Return a sheet as version 3 stored it: shifts without facts were whole, entries carried their payload."""
    sheet = opened(state_of(partition))
    raw = msgspec.msgpack.decode(AGENT.encode(sheet))
    older = msgspec.msgpack.decode(msgspec.msgpack.encode(settled(state_of(partition))))
    raised_ = [[kind, cause, times, f'{{"minutes_late":{mark}}}'] for kind, cause, times, mark in raw[5]]
    return msgspec.msgpack.encode([*raw[:1], [], [], *raw[3:5], raised_, raw[6], 3, *raw[8:14], older, *raw[14:16]])


def test_state_of_version_3_is_folded_up() -> None:
    before = live(AGENT)
    fold(AGENT, *days("1111h"), partition=before)
    sheet = AGENT.restore(3, of_version_3(before))
    assert [(each.verdict, each.credit) for each in settled(sheet)] == [("on_time", 100)] * 4 + [("late", 50)]
    assert [each.payload for each in sheet.raised] == ["30"]
    after = live(AGENT)
    after.load({Place(AGENT.name, str(EMPLOYEE)): Cell(sheet, None, {})})
    fold(AGENT, *came(7), partition=after)
    assert len(settled(state_of(after))) == 6


def test_state_of_older_rules_that_is_folded_up_is_judged_anew() -> None:
    partition = live(AGENT)
    fold(AGENT, *weekdays(0, 60), partition=partition)
    older = msgspec.structs.replace(state_of(partition), rules=0)
    again = live(AGENT, policy(AttendancePolicy(credit_on_time=90), at("0:00", -1)))
    again.load({Place(AGENT.name, str(EMPLOYEE)): Cell(older, None, {})})
    emitted = fold(AGENT, shift(at("9:00", 70)), partition=again)
    assert {each.credit for each in said(emitted)} == {90}
    assert len(said(emitted)) == len(weekdays(0, 60)) / 3
