"""States of earlier versions, brought to this one."""

from typing import Any


def from_1(state: list[Any]) -> list[Any]:
    """Return a state of version 1 as one of version 2: its proposals were raised when they last moved, as far as known.

    Who has approved what is in force was not kept: nobody is kept from deciding on a contest for that.
    """
    subject, cases, reviews, withdrawn = state
    return [subject, [_case(each) for each in cases], reviews, withdrawn]


def _case(case: list[Any]) -> list[Any]:
    *known, status, steps, decision, approval, reversal = case
    role, moved_at = known[6], known[-1]
    return [*known[:6], [role], *known[7:], moved_at, status, steps, 1, "", decision, approval, reversal]
