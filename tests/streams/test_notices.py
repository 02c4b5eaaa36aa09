"""Notices in words: those of this version, and of another."""

import pytest

from schemas.notices import NOTICES
from streams.notices import says, state


@pytest.mark.parametrize("kind", NOTICES)
def test_every_kind_has_words(kind: str) -> None:
    said = says(kind, {"start": "2026-11-02T23:30:00-05:00", "minutes": 11, "kind": "a flag"}, "Ann")
    assert kind not in said
    assert "23:30" in said or "02 Nov" in said or "a flag" in said


def test_what_this_version_does_not_know_is_at_least_named() -> None:
    assert says("from_tomorrow", {"a": 1}, "Ann") == 'from_tomorrow about Ann: {"a": 1}'
    assert says("absence_question", {}, "Ann") == "absence_question about Ann: {}"
    assert says("absence_question", {"start": "soon"}, "Ann") == 'absence_question about Ann: {"start": "soon"}'


def test_what_became_of_a_notice() -> None:
    assert state({"delivered_at": None, "read_at": None}) == "expired"
    assert state({"delivered_at": 1, "read_at": None}) == "delivered"
    assert state({"delivered_at": 1, "read_at": 2}) == "read"
