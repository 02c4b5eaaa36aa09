"""Who has edited what counts against somebody is named; by docs/attendance.md."""

from uuid import UUID

import pytest

from schemas.events import Event
from tests.agents.attendance.telling import NINE, partition_after
from tests.agents.worlds import state_of
from tests.builders import EMPLOYEE, HR, MANAGER, at, leave, punch, tick, voided
from tests.facts import delivered, exception, notice

IN, OUT, LATE = punch(at("8:58"), name="p"), punch(at("17:00"), "out"), tick(at("0:00", 9))
ASKED = delivered(notice("absence_question", at("17:00"), NINE))


def edited(clock: str, by: UUID) -> Event:
    return punch(at(clock), name="p", revision=2, by=by)


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ([IN, edited("9:20", MANAGER), OUT], [MANAGER]),
        ([edited("9:20", MANAGER), IN, OUT], [MANAGER]),
        ([IN, edited("9:20", EMPLOYEE), OUT], []),
        ([IN, edited("8:59", MANAGER), OUT], []),
        ([IN, voided(IN, by=HR), OUT], [HR]),
        ([voided(IN, by=HR), IN, OUT], [HR]),
        ([ASKED, LATE, exception(NINE, "absence_confirmed", by=HR)], [HR]),
        ([leave(at("9:00"), at("10:00"), "refused", by=MANAGER), ASKED, LATE], [MANAGER]),
        ([leave(at("9:00"), at("10:00"), "refused", by=MANAGER), IN, OUT], []),
    ],
)
def test_the_editors_of_what_counts_less_are_named_but_the_employee(told: list[Event], named: list[UUID]) -> None:
    (row,) = state_of(partition_after(NINE, *told)).shifts
    assert list(row.editors) == sorted(each.bytes for each in named)
