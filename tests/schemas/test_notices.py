"""Kinds of notices: words for each, and the same notice for the same matter and recipient."""

import json
from datetime import datetime, timedelta

import pytest

from schemas.notices import NOTICES, About, Notice, employee, requested, role
from tests.builders import EMPLOYEE, at, punch, uid

CAUSE, OTHER = punch(at("9:00")), punch(at("9:01"))
EXPIRES = at("9:00", day=14)
QUESTION = About(NOTICES["absence_question"], EMPLOYEE, uid("shift"))


@pytest.mark.parametrize("known", NOTICES.values(), ids=lambda known: known.name)
def test_every_kind_has_somebody_it_is_for_words_and_an_end(known: Notice) -> None:
    assert known.to
    assert known.lifetime > timedelta()
    assert "{" not in known.words.format(who="Ann", start=datetime(2026, 3, 2, 8, 30), kind="flag")  # noqa: DTZ001


def test_asked_for_again_it_is_the_same_notice() -> None:
    first, again = (
        requested(QUESTION, cause, employee(EMPLOYEE), expires_at=EXPIRES, details={"start": "8", "a": 1})
        for cause in (CAUSE, OTHER)
    )
    assert first.notice_id == again.notice_id
    assert first.event_id != again.event_id
    assert first.key == f"employee:{EMPLOYEE}"
    assert json.loads(first.details) == {"a": 1, "start": "8"}
    assert first.details == '{"a": 1, "start": "8"}'


def test_another_recipient_is_another_notice() -> None:
    told = [
        requested(QUESTION, CAUSE, each, expires_at=EXPIRES, details={}) for each in (role("hr"), employee(EMPLOYEE))
    ]
    assert len({each.notice_id for each in told}) == 2
