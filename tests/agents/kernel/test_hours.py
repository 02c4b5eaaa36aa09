"""When somebody may be told something (X22): local hours at both edges, also where clocks change."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from agents.kernel.hours import opening
from schemas.policies.notices import NoticePolicy

NEW_YORK, KOLKATA, APIA = ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata"), ZoneInfo("Pacific/Apia")
POLICY = NoticePolicy()


def local(text: str, here: ZoneInfo) -> datetime:
    """Return a time on the wall as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=here).astimezone(UTC)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("2026-03-02 06:59:59", "2026-03-02 07:00:00"),
        ("2026-03-02 07:00:00", "2026-03-02 07:00:00"),
        ("2026-03-02 18:59:59", "2026-03-02 18:59:59"),
        ("2026-03-02 19:00:00", "2026-03-03 07:00:00"),
        ("2026-03-02 00:00:00", "2026-03-02 07:00:00"),
        ("2026-02-28 23:00:00", "2026-03-01 07:00:00"),
        ("2026-12-31 19:00:00", "2027-01-01 07:00:00"),
        ("2026-03-07 19:00:00", "2026-03-08 07:00:00"),  # 11 hours on: the night that summer time begins
        ("2026-03-08 01:30:00", "2026-03-08 07:00:00"),
        ("2026-10-31 19:00:00", "2026-11-01 07:00:00"),  # 13 hours on: the night that it ends
        ("2026-11-01 01:30:00", "2026-11-01 07:00:00"),
    ],
)
@pytest.mark.parametrize("here", [NEW_YORK, KOLKATA, ZoneInfo("UTC")], ids=str)
def test_hours_are_those_on_the_wall_half_open(asked: str, told: str, here: ZoneInfo) -> None:
    assert opening(local(asked, here), here, POLICY) == local(told, here)


def test_a_night_on_which_clocks_change_is_as_long_as_it_is() -> None:
    spring, autumn = local("2026-03-07 19:00:00", NEW_YORK), local("2026-10-31 19:00:00", NEW_YORK)
    assert [(opening(each, NEW_YORK, POLICY) - each).seconds // 3600 for each in (spring, autumn)] == [11, 13]


def test_a_day_that_a_place_has_left_out_is_left_out() -> None:
    """Apia went from the end of 29 December 2011 to the beginning of the 31st."""
    evening = local("2011-12-29 19:00:00", APIA)
    assert opening(evening, APIA, POLICY).astimezone(APIA).isoformat() == "2011-12-31T07:00:00+14:00"


def test_hours_are_the_policys() -> None:
    early = NoticePolicy(opens=time(5, 30), closes=time(6))
    assert opening(local("2026-03-02 06:00", KOLKATA), KOLKATA, early) == local("2026-03-03 05:30", KOLKATA)
