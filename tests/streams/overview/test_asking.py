import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from schemas.faults import Unavailable
from streams.overview.errand import Errand, Errands
from streams.overview.seen import Away
from streams.overview.waiting import Waiting

LONG = 60.0


@contextmanager
def closed_door() -> Iterator[threading.Event]:
    """What a question waits behind; open at the end."""
    door = threading.Event()
    try:
        yield door
    finally:
        door.set()


def refuses() -> int:
    raise Unavailable("nobody listens; mend: start it")


def test_an_answer_is_returned_and_what_was_raised_is_raised_again() -> None:
    assert Errand("one", lambda: 1).wait(time.monotonic() + LONG) == 1
    with pytest.raises(Unavailable, match="nobody listens"):
        Errand("none", refuses).wait(time.monotonic() + LONG)


def test_nobody_is_waited_for_longer_than_there_is_time() -> None:
    with closed_door() as door:
        errand = Errand("PostgreSQL at x", door.wait)
        with pytest.raises(Unavailable, match=r"PostgreSQL at x has not answered within 0\.\d s"):
            errand.wait(time.monotonic())
        assert errand.under_way


def test_a_question_that_is_open_is_not_asked_again() -> None:
    errands = Errands()
    with closed_door() as door:
        first = errands.send("a", door.wait)
        assert errands.send("a", door.wait) is first
        assert errands.send("b", lambda: True) is not first
    first.wait(time.monotonic() + LONG)
    assert errands.send("a", lambda: True) is not first


def test_who_does_not_answer_is_noted_and_the_others_are_heard() -> None:
    waiting = Waiting(Errands(), within=LONG)
    answers = [waiting.ask("kafka", "Kafka", refuses, 1), waiting.ask("connect", "Connect", lambda: 2, 1)]
    assert [answer() for answer in answers] == [None, 2]
    assert waiting.away == [Away("kafka", "nobody listens", "start it")]
