"""What score and flags are given: each shift that is judged to its end, in order of its start."""

from agents.attendance import AGENT
from agents.attendance.score import in_force
from agents.attendance.settled import record, settled
from schemas.events import Event
from schemas.policies import AttendancePolicy
from schemas.policies.attendance import Override
from tests.agents.attendance.telling import NINE, came, no_show, partition_after
from tests.agents.worlds import fold, live, state_of
from tests.builders import CLINIC, ELSEWHERE, MANAGER, at, leave, policy, punch, shift, tick, uid
from tests.facts import employment, exception


def told(*events: Event) -> list[tuple[str, int | None, bool]]:
    partition = partition_after(*events)
    found = settled(state_of(partition))
    assert [each.order for each in found] == sorted(each.order for each in found)
    return [(each.verdict, each.credit, each.protected) for each in found]


def test_a_shift_counts_once_its_out_is_known_and_an_absence_not_before_it_is_explained() -> None:
    assert told(NINE, punch(at("9:20"))) == []
    assert told(NINE, punch(at("9:20")), punch(at("17:00"), "out")) == [("late", 50, False)]
    assert told(NINE, tick(at("12:00"))) == []


def test_leave_that_excuses_is_protected_or_not() -> None:
    for protected in (False, True):
        day = leave(at("0:00"), at("23:00"), protected=protected)
        assert told(NINE, day, tick(at("12:00"))) == [("absent_excused", None, protected)]


def test_of_a_no_show_it_says_when_the_employee_was_last_heard_of_and_who_has_said_so() -> None:
    partition = partition_after(*came(0), *no_show(1), *no_show(2), exception(None, "contacted", when=at("20:00", 1)))
    first, second, third = settled(state_of(partition))
    assert (first.verdict, first.contact_at, first.editors) == ("on_time", None, ())
    assert (second.verdict, second.contact_at, second.editors) == ("no_call_no_show", at("17:00"), (MANAGER.bytes,))
    assert third.contact_at == at("20:00", 1)
    assert third.location_id == uid("clinic").bytes


def test_policy_in_force_is_that_of_the_place_and_of_the_position_then() -> None:
    vet = uid("vet")
    strict = Override(location_id=ELSEWHERE, job_position_id=vet, changes={"flag_below": 95})
    partition = live(AGENT, policy(AttendancePolicy(overrides=(strict,)), at("0:00", -1)))
    there = [shift(at("9:00", 1), where=ELSEWHERE), punch(at("9:00", 1)), punch(at("17:00", 1), "out")]
    fold(AGENT, employment(job_position_id=vet), *came(0), *there, partition=partition)
    assert [in_force(each, partition.world)[1].flag_below for each in settled(state_of(partition))] == [80, 95]
    nobody = live(AGENT, policy(AttendancePolicy(overrides=(strict,)), at("0:00", -1)))
    fold(AGENT, *there, partition=nobody)
    assert [in_force(each, nobody.world)[1].flag_below for each in settled(state_of(nobody))] == [80]


def test_shifts_between_two_of_one_place_keep_what_is_in_force_at_theirs() -> None:
    strict = {"location_id": ELSEWHERE, "changes": {"flag_below": 95}}
    known = live(AGENT, policy(AttendancePolicy.model_validate({"overrides": [strict]}), at("0:00", -30)))
    for day, where in enumerate((CLINIC, ELSEWHERE, CLINIC)):
        fold(
            AGENT,
            shift(at("9:00", day), where=where),
            punch(at("9:00", day)),
            punch(at("17:00", day), "out"),
            partition=known,
        )
    here = record(state_of(known), known.world)
    assert [here.in_force(place)[1].flag_below for place in range(3)] == [80, 95, 80]
