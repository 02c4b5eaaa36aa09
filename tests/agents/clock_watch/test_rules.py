"""When clocks are taken for dead, and when that is taken back."""

from datetime import timedelta

import pytest

from agents.clock_watch import AGENT, step
from agents.clock_watch.place import MEMORY
from agents.kernel import Outcome, Partition
from agents.kernel.downtime import Outage
from schemas.events import ClockOutageSuspected, Event, Mode
from schemas.policies.clocks import ClockPolicy
from tests.agents.clock_watch.telling import ANN, BEN, comes, folded, gone, late, outages, place_of, watch
from tests.agents.worlds import live, world
from tests.builders import CLINIC, ELSEWHERE, MINUTE, at, kinds, mode, policy, tick, uid
from tests.facts import clock_seen

BOTH = (comes(ANN, at("8:00")), comes(BEN, at("8:00")))
DEAD = (*BOTH, clock_seen(at("7:00")), tick(at("8:30")))
"""The clock was last heard of at seven, and two people are due at eight."""


def test_two_people_are_due_and_half_an_hour_later_no_clock_has_been_heard_of() -> None:
    assert outages(*DEAD[:-1], tick(at("8:29"))) == []
    assert outages(*DEAD) == [Outage(at("7:00"), None, 2)]


def test_outage_ends_with_the_next_sign_of_life() -> None:
    partition = live(AGENT)
    told = watch(partition, [*DEAD, clock_seen(at("10:00"))])
    assert kinds(told) == ["ClockOutageSuspected", "ClockOutageEnded"]
    assert outages(partition=partition) == [Outage(at("7:00"), at("10:00"), 2)]


def test_punch_in_time_shows_that_the_clock_works() -> None:
    assert outages(*BOTH, clock_seen(at("7:00")), clock_seen(at("8:04"), source="punch"), tick(at("12:00"))) == []


def test_who_has_punched_before_they_are_due_is_not_missed() -> None:
    punches = [clock_seen(at(when), source="punch") for when in ("7:50", "7:58")]
    assert outages(*BOTH, *punches, tick(at("12:00"))) == []
    assert outages(*BOTH, *punches[1:], tick(at("12:00"))) == [Outage(at("7:58"), None, 1)], "one of them is"
    beats = [clock_seen(at(when)) for when in ("7:50", "7:58")]
    assert outages(*BOTH, *beats, tick(at("12:00"))) == [Outage(at("7:58"), None, 2)], "a device is not a person"
    assert outages(*BOTH, clock_seen(at("7:29"), source="punch"), punches[1], tick(at("12:00"))) == [
        Outage(at("7:58"), None, 1)
    ], "nobody comes so early"


def test_punch_accounts_for_who_was_due_first() -> None:
    four = [*BOTH, *(comes(uid(name), at("7:30")) for name in ("cleo", "dan"))]
    punches = [clock_seen(at(when), source="punch") for when in ("7:25", "7:28", "7:55", "7:58")]
    assert outages(*four, *punches, tick(at("12:00"))) == []
    assert outages(*four, *punches[1:], tick(at("12:00"))) == [Outage(at("7:58"), None, 1)]


def test_who_is_accounted_for_does_not_hide_who_is_due_after_them() -> None:
    came = [clock_seen(at(when), source="punch") for when in ("7:50", "7:58")]
    others = [comes(uid(name), at("9:00")) for name in ("cleo", "dan")]
    assert outages(*BOTH, *others, *came, tick(at("9:30"))) == [Outage(at("7:58"), None, 2)]


def test_who_was_accounted_for_at_the_start_is_due_again_at_the_end() -> None:
    came = [clock_seen(at(when), source="punch") for when in ("7:50", "7:58")]
    partition = live(AGENT)
    assert outages(*BOTH, *came, tick(at("16:29")), partition=partition) == []
    assert outages(tick(at("16:30")), partition=partition) == [Outage(at("12:00"), None, 2)]


def test_clock_that_is_heard_of_just_in_time_was_never_dead() -> None:
    assert outages(*BOTH, clock_seen(at("7:00")), clock_seen(at("8:29"))) == []
    assert outages(*BOTH, clock_seen(at("7:00")), clock_seen(at("8:30"))) == [Outage(at("7:00"), at("8:30"), 2)]


def test_place_of_which_nothing_is_known_is_not_watched() -> None:
    assert step(None, mode(AGENT.name, "live"), world()) == Outcome(None)


def test_quiet_night_is_no_outage_and_nobody_is_woken() -> None:
    partition = live(AGENT)
    assert outages(clock_seen(at("18:00")), tick(at("6:00", 1)), clock_seen(at("7:50", 1)), partition=partition) == []
    assert all(cell.wake_at is None for cell in partition.cells.values())


def test_beats_of_a_device_are_signs_of_life_though_nobody_comes() -> None:
    beats = [clock_seen(at("6:00") + 5 * MINUTE * number) for number in range(12 * 14)]
    assert outages(*BOTH, *beats, tick(at("19:00"))) == []


def test_place_with_one_person_may_be_an_absence() -> None:
    alone = (comes(ANN, at("8:00")), clock_seen(at("7:00")), tick(at("8:30")))
    assert outages(*alone) == [Outage(at("7:00"), None, 1)]
    assert outages(*alone, tick(at("17:00"))) == [Outage(at("7:00"), None, 1)], "their end makes no second person"


def test_second_person_makes_it_an_outage() -> None:
    partition = live(AGENT)
    first = (comes(ANN, at("8:00")), comes(BEN, at("9:00")), clock_seen(at("7:00")))
    told = watch(partition, [*first, *(tick(at("8:30") + MINUTE * number) for number in range(61))])
    assert [each.people for each in told if isinstance(each, ClockOutageSuspected)] == [1, 2]
    assert [each.recorded_at for each in told] == [at("8:30"), at("9:30")]
    assert outages(partition=partition) == [Outage(at("7:00"), None, 2)]


def test_end_of_a_shift_counts_as_well_as_a_start() -> None:
    late_shift, early = comes(BEN, at("14:00")), comes(ANN, at("6:00"))
    seen = [clock_seen(at("5:58"), source="punch"), clock_seen(at("13:30"))]
    assert outages(late_shift, early, *seen, tick(at("14:30"))) == [Outage(at("13:30"), None, 2)]


def test_outage_begins_at_most_so_long_before_somebody_was_due() -> None:
    assert outages(*BOTH, clock_seen(at("18:00", -1)), tick(at("8:30"))) == [Outage(at("4:00"), None, 2)]
    assert outages(*BOTH, tick(at("8:30"))) == [Outage(at("4:00"), None, 2)], "never heard of at all"


def test_other_places_are_other_places() -> None:
    assert outages(*DEAD[:-1], clock_seen(at("8:00"), where=ELSEWHERE), tick(at("8:30"))) == [
        Outage(at("7:00"), None, 2)
    ]


# -- late truth


BURST = [late(when, at("13:00")) for when in (at("7:58"), at("8:03"), at("12:58"), at("13:00"))]
"""Six hours later the clock is there again, with what was punched meanwhile."""


def test_burst_after_six_hours_takes_the_outage_back_once_the_punches_are_there_too() -> None:
    partition = live(AGENT)
    assert outages(*DEAD, *BURST, partition=partition) == [Outage(at("7:00"), None, 2)]
    assert outages(tick(at("13:14")), partition=partition) == [Outage(at("7:00"), None, 2)]
    assert outages(tick(at("13:15")), partition=partition) == []


def test_burst_leaves_what_is_still_silent() -> None:
    others = [comes(ANN, at("10:00"), name="later"), comes(BEN, at("10:30"), name="late")]
    partition = live(AGENT)
    watch(partition, [*DEAD, *others, *BURST])
    assert Outage(at("8:03"), at("12:58"), 2) in outages(partition=partition), "what is new is told at once"
    assert outages(tick(at("13:15")), partition=partition) == [Outage(at("8:03"), at("12:58"), 2)]


def test_clock_that_is_dead_for_two_days_is_dead_at_every_moment() -> None:
    days = [comes(who, at("8:00", day)) for day in range(3) for who in (ANN, BEN)]
    partition = live(AGENT)
    watch(partition, [*days, clock_seen(at("7:00")), tick(at("8:30"))])
    hours = [tick(at("9:00") + timedelta(hours=number)) for number in range(46)]
    assert all(outages(hour, partition=partition) == [Outage(at("7:00"), None, 2)] for hour in hours)
    assert outages(clock_seen(at("7:55", 2)), partition=partition) == [Outage(at("7:00"), at("7:55", 2), 2)]


def test_shift_that_is_cancelled_later_makes_it_less_and_then_nothing() -> None:
    partition = live(AGENT)
    watch(partition, DEAD)
    first, second = gone(BOTH[0], at("9:00")), gone(BOTH[1], at("9:20"))
    assert outages(first, tick(at("9:14")), partition=partition) == [Outage(at("7:00"), None, 2)]
    assert outages(tick(at("9:15")), partition=partition) == [Outage(at("7:00"), None, 1)]
    assert outages(second, tick(at("9:34")), partition=partition) == [Outage(at("7:00"), None, 1)]
    assert outages(tick(at("9:35")), partition=partition) == []


def test_what_becomes_true_again_before_it_was_taken_back_stands() -> None:
    partition = live(AGENT)
    watch(partition, [*DEAD, gone(BOTH[0], at("9:00"))])
    assert watch(partition, [comes(ANN, at("8:00"), name="once more"), tick(at("9:15")), tick(at("12:00"))]) == []
    assert outages(partition=partition) == [Outage(at("7:00"), None, 2)]


def test_shift_that_is_entered_when_it_has_long_begun_counts() -> None:
    alone = (BOTH[0], clock_seen(at("7:00")), tick(at("8:30")))
    entered = comes(BEN, at("8:00")).model_copy(update={"recorded_at": at("12:00")})
    assert outages(*alone, entered, tick(at("12:01"))) == [Outage(at("7:00"), None, 2)]


def test_shift_that_was_moved_is_due_when_it_is_now() -> None:
    moved = comes(BEN, at("14:00"), name=f"{BEN} {at('8:00')}", revision=2)
    assert outages(moved, *DEAD) == [Outage(at("7:00"), None, 1)]
    assert outages(*DEAD[:-1], moved, tick(at("14:30"))) == [Outage(at("7:00"), None, 2)]


def test_clock_that_is_fast_has_not_been_alive_in_the_future() -> None:
    fast = clock_seen(at("8:00", 300)).model_copy(update={"recorded_at": at("7:00")})
    assert outages(*BOTH, fast, tick(at("8:30"))) == [Outage(at("7:00"), None, 2)]


# -- policy and modes


@pytest.mark.parametrize(("effective", "since", "told"), [("7:00", "7:55", 0), ("7:01", "7:00", 1)])
def test_policy_in_force_at_the_last_sign_of_life_judges(effective: str, since: str, told: int) -> None:
    patient = policy(ClockPolicy(silence=timedelta(hours=1), lookback=timedelta(minutes=5)), at(effective))
    assert len(outages(patient, *DEAD)) == told
    assert outages(patient, *DEAD[:-1], tick(at("9:00"))) == [Outage(at(since), None, 2)]


def test_policy_that_is_published_later_judges_what_is_known_again() -> None:
    partition = live(AGENT)
    watch(partition, DEAD)
    patient = policy(ClockPolicy(silence=timedelta(hours=2)), at("6:30")).model_copy(update={"recorded_at": at("8:31")})
    assert outages(patient, tick(at("8:46")), partition=partition) == []
    assert outages(tick(at("10:00")), partition=partition) == [Outage(at("7:00"), None, 2)]


@pytest.mark.parametrize("word", ["disabled", "paused", "shadow"])
def test_only_when_live_anything_is_suspected(word: Mode) -> None:
    partition = Partition([AGENT], world(mode(AGENT.name, word)))
    assert watch(partition, [*DEAD, clock_seen(at("12:00"))]) == []


@pytest.mark.parametrize("word", ["paused", "shadow"])
def test_who_goes_live_tells_what_is_the_case(word: Mode) -> None:
    partition = Partition([AGENT], world(mode(AGENT.name, word)))
    watch(partition, DEAD)
    goes_live = mode(AGENT.name, "live", 2).model_copy(update={"recorded_at": at("9:00")})
    assert outages(goes_live, tick(at("9:00")), partition=partition) == [Outage(at("7:00"), None, 2)]
    assert watch(partition, [tick(at("9:01")), tick(at("9:02"))]) == []


def test_outage_that_ends_while_the_agent_is_paused_has_ended() -> None:
    partition = live(AGENT)
    watch(partition, [*DEAD, mode(AGENT.name, "paused", 2)])
    assert outages(clock_seen(at("10:00")), partition=partition) == [Outage(at("7:00"), at("10:00"), 2)]


def test_what_was_missed_while_disabled_is_told_after_the_rebuild() -> None:
    log = [*DEAD[:-1], mode(AGENT.name, "live", 2), tick(at("8:30"))]
    log += watch(Partition([AGENT]), log)
    over = mode(AGENT.name, "live", 4).model_copy(update={"recorded_at": at("12:00")})
    log += [mode(AGENT.name, "disabled", 3), *BURST[:2], tick(at("11:00")), over]
    rebuilt = Partition([AGENT], rebuilding=True)
    for event in log:  # silently: the host leaves out what it emits
        folded(rebuilt, event)
    assert list(rebuilt.world.outages(CLINIC)) == [Outage(at("7:00"), None, 2)]
    assert outages(tick(at("13:15")), partition=rebuilt) == []


# -- bounds


def test_what_is_old_is_forgotten_and_does_not_come_back_as_silence() -> None:
    partition = live(AGENT)
    for day in range(40):
        watch(partition, [comes(ANN, at("8:00", day)), comes(BEN, at("8:00", day)), *beats(day)])
        assert outages(partition=partition) == []
    place = place_of(partition)
    assert len(place.shifts) <= 2 * (MEMORY.days + 2)
    assert len(place.alive) <= 3 * (MEMORY.days + 2)
    assert len(AGENT.encode(place)) < 4_000


def beats(day: int) -> list[Event]:
    comes = [clock_seen(at("7:55", day), who, source="punch") for who in ("ann", "ben")]
    return [*comes, tick(at("9:00", day)), clock_seen(at("16:01", day))]


def test_clock_that_is_never_heard_of_again_needs_no_more_room_than_another() -> None:
    partition = live(AGENT)
    watch(partition, DEAD)
    for day in range(1, 60):
        watch(partition, [comes(ANN, at("8:00", day)), comes(BEN, at("8:00", day)), tick(at("23:00", day))])
    assert outages(partition=partition) == [Outage(at("7:00"), None, 2)]
    assert outages(clock_seen(at("7:00", 60)), partition=partition) == [Outage(at("7:00"), at("7:00", 60), 2)]
    assert len(place_of(partition).shifts) <= 2 * (MEMORY.days + 3), "and the two that it rests on"


def test_month_that_is_planned_ahead_does_not_hide_who_is_due_first() -> None:
    ahead = [comes(who, at("8:00", day), known=at("0:00")) for day in range(30) for who in (ANN, BEN)]
    assert outages(clock_seen(at("7:00")), *reversed(ahead), tick(at("8:30"))) == [Outage(at("7:00"), None, 2)]
    ahead += [comes(BEN, at("7:30"), name="first of all")]
    assert outages(clock_seen(at("7:00")), *ahead, tick(at("8:29"))) == [Outage(at("7:00"), None, 1)]
