"""What is forgotten, and what is remembered all the same."""

from datetime import timedelta

from agents.attendance import AGENT
from agents.attendance.chapters import opened
from agents.attendance.forgetting import WEEK
from agents.attendance.settled import settled
from agents.kernel import World
from schemas.events import ProposalMade, ProposalWithdrawn, ReliabilityScored
from schemas.policies import AttendancePolicy
from tests.agents.attendance.telling import came, days, late, raised, scores
from tests.agents.worlds import fold, live, state_of
from tests.builders import at, kinds, leave, policy, punch, shift, unleave, voided
from tests.facts import employment


def test_old_facts_are_forgotten_and_the_standing_entries_with_them() -> None:
    partition = live(AGENT)
    told = [*late(0), leave(at("0:00"), at("1:00")), voided(punch(at("3:00"))), unleave(leave(at("1:00"), at("2:00")))]
    fold(AGENT, *told, *late(130), partition=partition)
    sheet = state_of(partition)
    assert len(sheet.shifts) == 1
    assert len(sheet.punches) == 2
    assert (sheet.leaves, sheet.gone) == ((), ())
    assert len(sheet.raised) == 1


def test_forgetting_emits_nothing() -> None:
    before = fold(AGENT, *late(0))
    assert kinds(fold(AGENT, *late(0), *late(130))[len(before) :]) == ["ShiftJudged", "ProposalMade", "ShiftJudged"]


def test_score_rests_on_shifts_of_which_the_facts_are_forgotten() -> None:
    partition = live(AGENT, policy(AttendancePolicy(history=timedelta(days=30)), at("0:00", -1)))
    assert scores(fold(AGENT, *days("11111h"), *days("1111h", since=60), partition=partition)) == [950, 909]
    sheet = state_of(partition)
    assert [len(opened(sheet).shifts), len(settled(sheet))] == [5, 11]


def test_flag_stands_when_its_facts_are_forgotten_and_is_not_raised_again() -> None:
    partition = live(AGENT)
    (made,) = raised(fold(AGENT, *days("111111hhhhh"), partition=partition), "attendance_flag")
    told = [event for day in range(14, 300, 3) for event in (late if day % 2 else came)(day)]  # 75 all the time
    emitted = fold(AGENT, *told, partition=partition)
    assert raised(emitted, "attendance_flag") == []
    assert [each for each in emitted if isinstance(each, ProposalWithdrawn)] == []
    assert made.proposal_id
    sheet = state_of(partition)
    assert not sheet.armed.manager
    assert sheet.armed.hr
    assert sheet.armed.started
    assert all(each.kind == "lateness_entry" for each in sheet.raised), (
        "it is 180 days old, and is not checked any more"
    )
    oldest = sheet.armed.since - AttendancePolicy().score_window
    assert oldest - 2 * WEEK < min(each.starts_at for each in settled(sheet)) < oldest + WEEK
    better = fold(AGENT, *[event for day in range(300, 330) for event in came(day)], partition=partition)
    assert max(each.tenths or 0 for each in better if isinstance(each, ReliabilityScored)) >= 820
    falls = fold(AGENT, *[event for day in range(330, 355) for event in late(day)], partition=partition)
    assert [each.kind for each in falls if isinstance(each, ProposalMade)].count("attendance_flag") == 1


def test_what_was_not_looked_at_any_more_is_not_when_flags_are_to_be_checked_for_longer() -> None:
    longer = policy(AttendancePolicy(flag_memory=timedelta(days=300)), at("0:00", 200))
    partition = live(AGENT, longer)
    fold(AGENT, *days("111111hhhhh"), *came(199), partition=partition)
    since = state_of(partition).armed.since
    assert since == at("0:00", 199 - 180)
    fold(AGENT, *came(201), partition=partition)
    assert state_of(partition).armed.since == since


def test_state_stays_small_however_long_somebody_works_here() -> None:
    partition, sizes = live(AGENT), []
    for day in range(0, 400, 2):
        fold(AGENT, *late(day), partition=partition)
        sizes.append(len(AGENT.encode(state_of(partition))))
    assert max(sizes[150:]) < 1.1 * sizes[140]
    assert max(sizes) < 32 * 1024


def test_ninety_days_of_four_punches_each_weigh_less_than_32_kib() -> None:
    """As a clock and a log write them: microseconds, and revisions that fill eight bytes."""
    partition, number = live(AGENT), 3 << 60
    fold(AGENT, employment(when=at("0:00", -30)), partition=partition)
    for day in range(90):
        planned = shift(at("9:00", day), recorded=at("9:00:01", day - 14))
        ways = [punch(at(clock, day) + ODD, way) for way, clock in WAYS]
        for event in (planned, *ways):
            number += 999
            recorded = event.recorded_at + ODD
            fold(AGENT, event.model_copy(update={"revision": number, "recorded_at": recorded}), partition=partition)
    sheet = opened(state_of(partition))
    assert [each.verdict for each in sheet.shifts] == ["on_time"] * 90
    assert len(sheet.punches) == 360
    assert len(AGENT.encode(state_of(partition))) <= 24 * 1024


ODD = timedelta(microseconds=654_321)
WAYS = (("in", "8:58"), ("out", "12:00"), ("in", "12:40"), ("out", "17:01"))


def test_a_fact_for_everybody_says_nothing_of_whom_nothing_is_known() -> None:
    outcome = AGENT.step(None, policy(AttendancePolicy(), at("0:00")), World())
    assert (outcome.state, outcome.emitted, outcome.wake_at) == (None, (), None)
