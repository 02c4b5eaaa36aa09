"""When somebody may be told something (X22): own shifts, and local hours at both edges, also where clocks change."""

from zoneinfo import ZoneInfo

from msgspec.structs import replace

from agents.attendance.hours import at_work, zone
from agents.attendance.stating import fact
from agents.attendance.timesheet import Shift
from agents.kernel.hours import allowed, within
from schemas.policies.notices import NoticePolicy
from tests.agents.worlds import world
from tests.builders import at, location, shift

NEW_YORK, KOLKATA, APIA = ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata"), ZoneInfo("Pacific/Apia")
POLICY = NoticePolicy()


def planned(start: str, hours: float = 8, kind: str = "work") -> Shift:
    stated = fact(shift(at(start), hours, kind=kind))
    assert stated is not None
    assert isinstance(stated[1], Shift)
    return stated[1]


def test_inside_an_own_shift_is_as_good() -> None:
    own, here = at_work([planned("22:00")]), ZoneInfo("UTC")
    told = {asked: allowed(at(asked), own, here, POLICY) for asked in ("18:00", "19:00", "21:59", "22:00", "23:30")}
    assert told == {
        "18:00": at("18:00"),
        "19:00": at("22:00"),  # earlier than 7:00 of the next day
        "21:59": at("22:00"),
        "22:00": at("22:00"),
        "23:30": at("23:30"),
    }
    assert allowed(at("6:00", 1), own, here, POLICY) == at("7:00", 1), "the shift ends at six, and is over then"
    assert allowed(at("5:59", 1), own, here, POLICY) == at("5:59", 1)


def test_who_is_on_call_or_free_is_not_at_work() -> None:
    assert at_work([planned("22:00", kind="on_call")]) == ()
    assert at_work([replace(planned("22:00"), verdict="absent_excused")]) == ()
    assert within((), at("9:00")) is None


def test_the_zone_is_that_of_the_place_of_the_shift() -> None:
    one = planned("9:00")
    assert zone(one, world(location(zone="Asia/Kolkata"))) == KOLKATA
    assert zone(one, world()) is None
