"""The rules of attendance as a table, with values that can be derived by hand; rule by rule as docs/attendance.md."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agents.attendance import AGENT
from agents.kernel import Partition
from schemas.events import Event, PolicyPublished, ProposalMade, ProposalWithdrawn, ShiftJudged
from schemas.kinds import AttendanceFlag, LatenessEntry
from schemas.policies import AttendancePolicy
from tests.agents.worlds import fold, live, state_of
from tests.builders import (
    ELSEWHERE,
    EMPLOYEE,
    MANAGER,
    SUBJECT,
    at,
    cancelled,
    kinds,
    leave,
    policy,
    punch,
    shift,
    tick,
    uid,
    unleave,
    voided,
)

NINE = shift(at("9:00"))
"""Monday, 9:00 to 17:00."""
NOON = tick(at("12:00"))
AGENT_EPOCH = at("0:00", -365)


def judgements(events: list[Event]) -> list[tuple[str, int]]:
    return [(event.verdict, event.minutes) for event in events if isinstance(event, ShiftJudged)]


def verdict(*events: Event) -> tuple[str, int] | None:
    """Return the newest judgement of the shift at nine on Monday."""
    said = [
        event for event in fold(AGENT, *events) if isinstance(event, ShiftJudged) and event.shift_id == NINE.shift_id
    ]
    return (said[-1].verdict, said[-1].minutes) if said else None


def raised(events: list[Event], kind: str) -> list[ProposalMade]:
    return [event for event in events if isinstance(event, ProposalMade) and event.kind == kind]


def under(document: AttendancePolicy, *events: Event) -> list[Event]:
    return fold(AGENT, *events, partition=live(AGENT, policy(document, AGENT_EPOCH)))


# -- on time, late


@pytest.mark.parametrize(
    ("arrival", "expected"),
    [
        ("8:30", ("on_time", 0)),
        ("9:00", ("on_time", 0)),
        ("9:00:01", ("on_time", 0)),
        ("9:05", ("on_time", 0)),
        ("9:05:59", ("on_time", 0)),
        ("9:06", ("late", 6)),
        ("9:06:59", ("late", 6)),
        ("10:30", ("late", 90)),
        ("16:59", ("late", 479)),
        ("17:00", None),
        ("5:00", ("on_time", 0)),
        ("4:59:59", None),
    ],
)
def test_first_in_punch_decides_in_whole_minutes_after_the_grace(
    arrival: str, expected: tuple[str, int] | None
) -> None:
    assert verdict(NINE, punch(at(arrival))) == expected


def test_grace_of_less_than_a_minute_and_none_at_all() -> None:
    none = AttendancePolicy(grace=timedelta())
    assert judgements(under(none, NINE, punch(at("9:00:59")))) == [("on_time", 0)]
    assert judgements(under(none, NINE, punch(at("9:01")))) == [("late", 1)]


def test_earliest_in_punch_counts() -> None:
    assert verdict(NINE, punch(at("9:30")), punch(at("9:10"))) == ("late", 10)
    assert verdict(NINE, punch(at("9:30")), punch(at("8:55"))) == ("on_time", 0)


def test_place_of_the_punch_does_not_matter() -> None:
    assert verdict(NINE, punch(at("8:55"), where=ELSEWHERE)) == ("on_time", 0)


def test_who_left_before_the_start_is_not_there_until_they_come_back() -> None:
    early = [NINE, punch(at("8:30")), punch(at("8:50"), "out")]
    assert verdict(*early) == ("pending", 0)
    assert verdict(*early, punch(at("9:10"))) == ("late", 10)


def test_out_and_in_at_the_same_instant_are_a_handover() -> None:
    assert verdict(NINE, punch(at("8:00")), punch(at("9:00"), "out"), punch(at("9:00"))) == ("on_time", 0)


def test_lone_out_punch_shows_presence_and_nobody_knows_since_when() -> None:
    assert verdict(NINE, punch(at("17:02"), "out")) == ("on_time", 0)
    assert verdict(NINE, NOON, punch(at("21:00"), "out")) == ("on_time", 0)
    assert verdict(NINE, NOON, punch(at("21:00:01"), "out")) == ("missing", 0)


def test_forgotten_out_punch_of_yesterday_does_not_cover_today() -> None:
    yesterday = [shift(at("9:00", -1)), punch(at("8:58", -1))]
    assert verdict(*yesterday, NINE, NOON) == ("missing", 0)


# -- several shifts


def test_each_in_punch_counts_for_one_shift_even_if_the_out_was_forgotten() -> None:
    events = fold(AGENT, shift(at("9:00"), 3), shift(at("14:00"), 3), punch(at("9:10")), punch(at("14:20")))
    assert judgements(events) == [("late", 10), ("late", 20)]


def test_who_stays_for_the_next_shift_needs_no_new_punch() -> None:
    events = fold(AGENT, shift(at("7:00"), 6), shift(at("13:00"), 4), shift(at("17:15"), 2), punch(at("6:58")))
    assert judgements(events) == [("on_time", 0)] * 3
    gap = fold(AGENT, shift(at("7:00"), 6), shift(at("13:16"), 4), punch(at("6:58")), tick(at("23:00")))
    assert judgements(gap) == [("on_time", 0), ("missing", 0)]


def test_who_clocked_in_long_before_anything_began_did_not_stay_for_anything() -> None:
    events = fold(AGENT, shift(at("7:00"), 6), shift(at("13:00"), 4), punch(at("2:59")), tick(at("23:00")))
    assert judgements(events) == [("missing", 0)] * 2
    events = fold(AGENT, shift(at("7:00"), 6), shift(at("13:00"), 4), punch(at("3:00")), tick(at("23:00")))
    assert judgements(events) == [("on_time", 0)] * 2


def test_staying_ends_after_a_day() -> None:
    rounds = [shift(at("8:00") + timedelta(hours=hours), 8) for hours in (0, 8, 16, 24)]
    assert judgements(fold(AGENT, *rounds, punch(at("8:00")))) == [("on_time", 0)] * 4
    early = fold(AGENT, *rounds, punch(at("7:59")), tick(at("23:00", 1)))
    assert judgements(early) == [*[("on_time", 0)] * 3, ("missing", 0)]


def test_punch_at_the_very_end_of_a_shift_is_for_the_next() -> None:
    events = fold(AGENT, shift(at("9:00"), 3), shift(at("14:00"), 3), punch(at("12:00")), tick(at("23:00")))
    assert sorted(judgements(events)) == [("missing", 0), ("on_time", 0)]


def test_who_went_home_in_between_did_not_stay() -> None:
    events = fold(
        AGENT, shift(at("7:00"), 6), shift(at("13:00"), 4), punch(at("6:58")), punch(at("12:59"), "out"),
        tick(at("23:00")),
    )  # fmt: skip
    assert judgements(events)[-1] == ("missing", 0)


def test_early_arrival_is_for_the_coming_shift() -> None:
    events = fold(
        AGENT, shift(at("8:00"), 4), shift(at("13:00"), 4), punch(at("7:55")), punch(at("12:01"), "out"),
        punch(at("12:40")),
    )  # fmt: skip
    assert judgements(events) == [("on_time", 0), ("on_time", 0)]


def test_overnight_shift_is_judged_by_its_window_not_by_the_day() -> None:
    night = shift(at("22:00"), 8)
    assert judgements(fold(AGENT, night, punch(at("0:30", 1)))) == [("late", 150)]
    assert judgements(fold(AGENT, night, punch(at("21:50")), punch(at("6:00", 1), "out"))) == [("on_time", 0)]


# -- time zones: instants are all that counts


@pytest.mark.parametrize(
    ("zone", "night"),
    [("America/New_York", (2026, 3, 8)), ("America/New_York", (2026, 11, 1)), ("Europe/Berlin", (2026, 3, 29))],
)
def test_night_in_which_the_clocks_change_changes_nothing(zone: str, night: tuple[int, int, int]) -> None:
    local = ZoneInfo(zone)
    begin = datetime(*night, 0, 30, tzinfo=local)
    end = datetime(*night, 8, 30, tzinfo=local)
    elapsed = end.astimezone(ZoneInfo("UTC")) - begin.astimezone(ZoneInfo("UTC"))
    assert elapsed != timedelta(hours=8)
    worked = shift(begin.astimezone(ZoneInfo("UTC")), elapsed / timedelta(hours=1))
    assert judgements(fold(AGENT, worked, punch(worked.starts_at + timedelta(hours=3)))) == [("late", 180)]
    assert judgements(fold(AGENT, worked, tick(worked.starts_at + timedelta(hours=2)))) == [("missing", 0)]


def test_repeated_hour_is_two_different_hours() -> None:
    zone = ZoneInfo("America/New_York")
    first, second = (datetime(2026, 11, 1, 1, 30, tzinfo=zone, fold=fold_) for fold_ in (0, 1))
    planned = shift(first.astimezone(ZoneInfo("UTC")))
    assert judgements(fold(AGENT, planned, punch(second.astimezone(ZoneInfo("UTC"))))) == [("late", 60)]


# -- missing


def test_shift_is_missing_once_its_time_has_come_and_not_before() -> None:
    assert verdict(NINE, tick(at("10:59"))) is None
    assert verdict(NINE, tick(at("11:00"))) == ("missing", 0)
    assert len(fold(AGENT, NINE, tick(at("11:00")), tick(at("11:01")), tick(at("12:00")))) == 1


def test_who_comes_after_all_is_late() -> None:
    events = fold(AGENT, NINE, NOON, punch(at("12:30")))
    assert judgements(events) == [("missing", 0), ("late", 210)]


def test_shift_that_arrives_late_is_missing_at_the_next_tick() -> None:
    old = shift(at("9:00", -1))
    events = fold(AGENT, NINE, NOON, old)
    assert judgements(events) == [("missing", 0)]
    assert judgements(fold(AGENT, NINE, NOON, old, tick(at("12:01")))) == [("missing", 0)] * 2


def test_missing_shift_that_is_moved_is_open_again() -> None:
    later = shift(at("11:00"), name=f"shift of {NINE.starts_at.isoformat()}", revision=2)
    assert verdict(NINE, NOON, later) == ("pending", 0)
    assert verdict(NINE, NOON, later, tick(at("13:00"))) == ("missing", 0)


def test_two_no_shows_at_the_same_time_are_judged_by_one_wake_up() -> None:
    assert judgements(fold(AGENT, NINE, shift(at("9:00"), 2, name="other"), NOON)) == [("missing", 0)] * 2


# -- leave


@pytest.mark.parametrize(
    ("since", "until", "events", "expected"),
    [
        ("9:00", "17:00", [NOON], ("excused", 0)),
        ("0:00", "23:59", [punch(at("10:00"))], ("excused", 0)),
        ("9:00", "12:00", [punch(at("11:00"))], ("on_time", 0)),
        ("9:00", "12:00", [punch(at("12:04"))], ("on_time", 0)),
        ("9:00", "12:00", [punch(at("12:10"))], ("late", 10)),
        ("9:00", "12:00", [tick(at("13:59"))], None),
        ("9:00", "12:00", [tick(at("14:00"))], ("missing", 0)),
        ("9:30", "17:00", [], ("excused", 0)),
        ("15:00", "17:00", [NOON], ("missing", 0)),
        ("8:00", "9:00", [punch(at("9:10"))], ("late", 10)),
    ],
)
def test_approved_leave_moves_the_hour_at_which_work_is_due(
    since: str, until: str, events: list[Event], expected: tuple[str, int] | None
) -> None:
    assert verdict(NINE, leave(at(since), at(until)), *events) == expected


@pytest.mark.parametrize("status", ["requested", "refused", "cancelled"])
def test_leave_that_is_not_approved_excuses_nothing(status: str) -> None:
    assert verdict(NINE, leave(at("0:00"), at("23:00"), status), NOON) == ("missing", 0)


def test_one_leave_after_the_other_counts_as_one() -> None:
    morning = leave(at("8:00"), at("12:00"), name="morning")
    assert verdict(NINE, leave(at("12:00"), at("18:00"), name="afternoon"), morning, NOON) == ("excused", 0)


def test_leave_that_is_approved_afterwards_clears_and_its_removal_brings_back() -> None:
    day = leave(at("0:00"), at("23:00"), "requested")
    granted = leave(at("0:00"), at("23:00"), revision=2)
    told = [NINE, day, NOON]
    assert verdict(*told, granted) == ("excused", 0)
    assert verdict(*told, granted, unleave(granted, 3)) == ("pending", 0)
    assert verdict(*told, granted, unleave(granted, 3), tick(at("12:01"))) == ("missing", 0)


# -- corrections


def test_corrected_punch_supersedes_with_a_newer_version() -> None:
    wrong = punch(at("9:20"), name="p")
    right = punch(at("8:58"), name="p", revision=2)
    events = fold(AGENT, NINE, wrong, right)
    assert kinds(events) == ["ShiftJudged", "ProposalMade", "ShiftJudged", "ProposalWithdrawn"]
    assert [event.version for event in events if isinstance(event, ShiftJudged)] == [1, 2]
    assert judgements(fold(AGENT, NINE, right, wrong)) == [("on_time", 0)], "an older revision changes nothing"


def test_correction_to_other_minutes_withdraws_and_raises_anew() -> None:
    events = fold(AGENT, NINE, punch(at("9:20"), name="p"), punch(at("9:10"), name="p", revision=2))
    first, second = raised(events, "lateness_entry")
    assert [first.raised, second.raised] == [1, 2]
    assert first.proposal_id != second.proposal_id
    (gone,) = (event for event in events if isinstance(event, ProposalWithdrawn))
    assert gone.proposal_id == first.proposal_id
    assert events.index(gone) < events.index(second)


def test_voided_punch_never_happened() -> None:
    made = punch(at("9:20"))
    assert verdict(NINE, made, voided(made)) == ("pending", 0)
    assert verdict(NINE, voided(made), made) is None
    assert verdict(NINE, made, voided(made), NOON) == ("missing", 0)


def test_voided_punch_takes_no_shift_of_the_same_id_with_it() -> None:
    name = f"shift of {NINE.starts_at.isoformat()}"
    assert verdict(voided(punch(at("8:00"), name=name), 9), NINE, punch(at("9:20"))) == ("late", 20)


def test_voided_punch_can_come_back() -> None:
    made = punch(at("9:20"), name="p")
    assert verdict(NINE, made, voided(made), punch(at("9:20"), name="p", revision=3)) == ("late", 20)
    assert verdict(NINE, made, voided(made), voided(made, 3)) == ("pending", 0)


def test_cancelled_shift_is_judged_so_only_if_it_was_judged() -> None:
    assert fold(AGENT, NINE, cancelled(NINE)) == []
    events = fold(AGENT, NINE, punch(at("9:20")), cancelled(NINE))
    assert judgements(events) == [("late", 20), ("cancelled", 0)]
    assert kinds(events)[-1] == "ProposalWithdrawn"
    assert state_of(partition_after(NINE, cancelled(NINE), NINE)).shifts == ()


def partition_after(*events: Event) -> Partition:
    partition = live(AGENT)
    fold(AGENT, *events, partition=partition)
    return partition


def test_cancelled_shift_that_comes_back_goes_on_with_its_versions() -> None:
    again = shift(at("9:00"), revision=3)
    events = fold(AGENT, NINE, punch(at("9:20")), cancelled(NINE), again)
    assert [event.version for event in events if isinstance(event, ShiftJudged)] == [1, 2, 3]
    assert [each.raised for each in raised(events, "lateness_entry")] == [1, 2]


def test_cancelled_twice_is_cancelled_once() -> None:
    events = fold(AGENT, NINE, punch(at("9:20")), cancelled(NINE), cancelled(NINE, 3), shift(at("9:00"), revision=4))
    assert [event.version for event in events if isinstance(event, ShiftJudged)] == [1, 2, 3]


def test_shift_given_to_somebody_else_is_theirs() -> None:
    theirs = shift(at("9:00"), who=MANAGER, revision=2)
    events = fold(AGENT, NINE, NOON, cancelled(NINE), theirs, punch(at("9:10"), who=MANAGER))
    said = [(event.employee_id, event.verdict) for event in events if isinstance(event, ShiftJudged)]
    assert said == [(EMPLOYEE, "missing"), (EMPLOYEE, "cancelled"), (MANAGER, "late")]


def test_judged_shift_that_moves_is_judged_anew_even_if_the_verdict_stays() -> None:
    moved = shift(at("9:00"), name=f"shift of {NINE.starts_at.isoformat()}", revision=2, where=ELSEWHERE)
    events = fold(AGENT, NINE, punch(at("8:55")), moved)
    assert judgements(events) == [("on_time", 0), ("on_time", 0)]
    assert [event.location_id for event in events if isinstance(event, ShiftJudged)][-1] == ELSEWHERE
    longer = shift(at("9:00"), 9, revision=2)
    assert judgements(fold(AGENT, NINE, punch(at("8:55")), longer)) == [("on_time", 0)]


# -- what is proposed


def test_lateness_entry_cites_what_it_rests_on() -> None:
    arrival = punch(at("9:20"))
    (made,) = raised(fold(AGENT, NINE, arrival), "lateness_entry")
    expected = LatenessEntry(employee_id=EMPLOYEE, shift_id=NINE.shift_id, minutes_late=20)
    assert made.payload == expected.canonical()
    assert (made.subject, made.risk, made.cause) == (SUBJECT, "low", str(NINE.shift_id))
    assert made.evidence == [NINE.event_id, arrival.event_id]
    assert made.subject_version == at("9:20")
    assert made.expires_at == at("9:20", 14)
    (rule,) = made.rules
    assert "20 minutes after work was due" in rule
    assert "grace is 5 minutes" in rule


def flags(*events: Event) -> list[AttendanceFlag]:
    made = raised(fold(AGENT, *events), "attendance_flag")
    return [AttendanceFlag.model_validate_json(each.payload) for each in made]


def late(day: int) -> list[Event]:
    return [shift(at("9:00", day)), punch(at("9:30", day)), punch(at("17:00", day), "out")]


def missed(day: int) -> list[Event]:
    return [shift(at("9:00", day)), tick(at("11:00", day))]


def test_three_late_or_missing_shifts_raise_a_flag() -> None:
    assert flags(*late(0), *missed(1)) == []
    (flag,) = flags(*late(0), *missed(1), *late(2))
    assert flag.shift_ids == tuple(uid(f"shift of {at('9:00', day).isoformat()}") for day in (0, 1, 2))
    assert (flag.first_start, flag.last_start) == (at("9:00"), at("9:00", 2))


def test_flag_is_medium_and_asks_for_two_weeks_at_most() -> None:
    (made,) = raised(fold(AGENT, *late(0), *late(1), *missed(2)), "attendance_flag")
    assert made.risk == "medium"
    assert made.expires_at == at("11:00", 16)
    assert made.rules[-1] == "3 late or missing shifts within 14 days, 3 raise a flag"
    assert "no punch within 2 hours" in made.rules[2]


def test_each_late_shift_counts_for_one_flag() -> None:
    assert len(flags(*(event for day in range(5) for event in late(day)))) == 1
    assert len(flags(*(event for day in range(6) for event in late(day)))) == 2


def test_shifts_two_weeks_apart_do_not_count_together() -> None:
    assert flags(*late(0), *late(1), *late(14)) == []
    assert len(flags(*late(0), *late(1), *late(13))) == 1


def test_correction_that_removes_the_cause_withdraws_and_proposes_nothing() -> None:
    told = [*late(0), *late(1), *late(2)]
    before = len(fold(AGENT, *told))
    after = fold(AGENT, *told, punch(at("8:59", 1), name=f"in of {at('9:30', 1).isoformat()}", revision=2))[before:]
    assert sorted(kinds(after)) == ["ProposalWithdrawn", "ProposalWithdrawn", "ShiftJudged"]


def test_flag_moves_to_the_next_late_shift_when_one_of_its_shifts_is_cleared() -> None:
    told = [*late(0), *late(1), *late(2), *late(3)]
    right = punch(at("8:59"), name=f"in of {at('9:30').isoformat()}", revision=2)
    made = raised(fold(AGENT, *told, right), "attendance_flag")
    assert [each.cause for each in made] == [str(uid(f"shift of {at('9:00', day).isoformat()}")) for day in (2, 3)]


# -- policies


def published(document: AttendancePolicy, effective: datetime, version: int = 1) -> PolicyPublished:
    return policy(document, effective, version)


def test_policy_in_force_at_the_start_of_the_shift_judges_it() -> None:
    strict = published(AttendancePolicy(grace=timedelta()), at("0:00", 1))
    events = fold(AGENT, strict, NINE, shift(at("9:00", 1)), punch(at("9:03")), punch(at("9:03", 1)))
    said = [(event.verdict, event.policy_version) for event in events if isinstance(event, ShiftJudged)]
    assert said == [("on_time", 0), ("late", 1)]


def test_policy_that_comes_after_the_facts_judges_them_again() -> None:
    strict = published(AttendancePolicy(grace=timedelta()), at("8:59"))
    assert judgements(fold(AGENT, NINE, punch(at("9:03")), strict)) == [("on_time", 0), ("late", 3)]
    unrelated = strict.model_copy(update={"policy": "supervision", "document": "{}"})
    assert len(fold(AGENT, NINE, punch(at("9:03")), unrelated)) == 1


def test_policy_that_changes_no_judgement_changes_no_state() -> None:
    partition = partition_after(NINE, punch(at("8:55")))
    partition.take_changes()
    fold(AGENT, published(AttendancePolicy(grace=timedelta()), at("0:00", 1)), partition=partition)
    assert partition.take_changes().cells == {}


def test_duplicate_changes_no_state() -> None:
    partition = partition_after(NINE, punch(at("8:55")))
    partition.take_changes()
    fold(AGENT, NINE, punch(at("8:55")), partition=partition)
    assert partition.take_changes().cells == {}


def test_longer_grace_in_odd_seconds_is_named_as_it_is() -> None:
    odd = AttendancePolicy(grace=timedelta(seconds=90))
    (made,) = raised(under(odd, NINE, punch(at("9:02"))), "lateness_entry")
    assert "grace is 0:01:30" in made.rules[0]


# -- bounds


def test_old_facts_are_forgotten_and_the_standing_proposals_with_them() -> None:
    partition = live(AGENT)
    told = [*late(0), leave(at("0:00"), at("1:00")), voided(punch(at("3:00"))), unleave(leave(at("1:00"), at("2:00")))]
    fold(AGENT, *told, *late(70), partition=partition)
    sheet = state_of(partition)
    assert len(sheet.shifts) == 1
    assert len(sheet.punches) == 2
    assert (sheet.leaves, sheet.gone) == ((), ())
    assert len(sheet.raised) == 1


def test_forgetting_emits_nothing() -> None:
    before = fold(AGENT, *late(0))
    assert kinds(fold(AGENT, *late(0), *late(70))[len(before) :]) == ["ShiftJudged", "ProposalMade"]


def test_shifts_of_a_flag_are_forgotten_together() -> None:
    partition = live(AGENT)
    fold(AGENT, *late(0), *late(5), *late(9), *late(65), partition=partition)
    assert [each.starts_at for each in state_of(partition).shifts] == [at("9:00", day) for day in (0, 5, 9, 65)]
    later = punch(at("9:00", 66), "out")
    assert fold(AGENT, later, partition=partition) == []
    fold(AGENT, *late(72), partition=partition)
    assert [each.starts_at for each in state_of(partition).shifts] == [at("9:00", 65), at("9:00", 72)]


def test_state_stays_small_however_long_somebody_works_here() -> None:
    partition, sizes = live(AGENT), []
    for day in range(120):
        fold(AGENT, *late(day), partition=partition)
        sizes.append(len(AGENT.encode(state_of(partition))))
    assert max(sizes[90:]) < 1.1 * sizes[80]
    assert max(sizes) < 50_000
