"""What is forgotten."""

from datetime import timedelta

from agents.attendance import AGENT
from tests.agents.attendance.telling import late
from tests.agents.worlds import fold, live, state_of
from tests.builders import at, kinds, leave, punch, shift, unleave, voided
from tests.facts import employment


def test_old_facts_are_forgotten_and_the_standing_proposals_with_them() -> None:
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


def test_shifts_of_a_flag_are_forgotten_together() -> None:
    partition = live(AGENT)
    fold(AGENT, *late(0), *late(5), *late(9), *late(125), partition=partition)
    assert [each.starts_at for each in state_of(partition).shifts] == [at("9:00", day) for day in (0, 5, 9, 125)]
    later = punch(at("9:00", 126), "out")
    assert fold(AGENT, later, partition=partition) == []
    fold(AGENT, *late(132), partition=partition)
    assert [each.starts_at for each in state_of(partition).shifts] == [at("9:00", 125), at("9:00", 132)]


def test_state_stays_small_however_long_somebody_works_here() -> None:
    partition, sizes = live(AGENT), []
    for day in range(180):
        fold(AGENT, *late(day), partition=partition)
        sizes.append(len(AGENT.encode(state_of(partition))))
    assert max(sizes[150:]) < 1.1 * sizes[140]
    assert max(sizes) < 80_000


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
    sheet = state_of(partition)
    assert [each.verdict for each in sheet.shifts] == ["on_time"] * 90
    assert len(sheet.punches) == 360
    assert len(AGENT.encode(sheet)) <= 32 * 1024


ODD = timedelta(microseconds=654_321)
WAYS = (("in", "8:58"), ("out", "12:00"), ("in", "12:40"), ("out", "17:01"))
