"""What people say to proposals becomes a row, with what they have seen; or they are told what to say instead."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import errors

from connectors import reviews
from connectors.commands import CommandRefused
from connectors.reviews import Review
from schemas.kinds import AttendanceFlag
from tests.connectors.conftest import PERSON, PROPOSAL, SUBJECT

pytestmark = pytest.mark.stack
Connection = psycopg.Connection[Any]
NOBODY = UUID(int=9)
THEN = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def decided(owner: Connection, console: Connection) -> Connection:
    """The console of a database in which the proposal is routed, and something newer was refused."""
    for number, (status, seen) in enumerate((("routed", "abc"), ("review_refused", None))):
        owner.execute(
            "insert into mart.decisions (event_id, proposal_id, subject, status, reason, causation_id, correlation_id,"
            " tenant_id, cause_offset, topic, partition, log_offset, occurred_at, recorded_at, binding)"
            " values (%s, %s, 'x', %s, '', %s, %s, 'default', %s, 't', 0, %s, now(), now(), %s)",
            (uuid4(), PROPOSAL, status, uuid4(), uuid4(), number, number, seen),
        )
    owner.commit()
    return console


def last(console: Connection, columns: str) -> Any:
    return console.execute(f"select {columns} from review_commands order by given_at desc limit 1").fetchone()


def test_a_decision_is_on_what_was_seen_and_says_for_how_long(decided: Connection) -> None:
    assert reviews.opened(decided, PROPOSAL, PERSON) == "abc"
    answer = reviews.review(decided, PROPOSAL, Review("approve", "talked about it"), reviewer_id=PERSON)
    row = last(decided, "id, subject, verdict, note, seen, considered >= 0")
    assert row == (answer, f"employee:{SUBJECT}", "approve", "talked about it", "abc", True)


def test_nobody_decides_on_what_they_have_not_opened(decided: Connection) -> None:
    with pytest.raises(CommandRefused, match=f"look at it first: rollcall proposals show {PROPOSAL} --as {PERSON}"):
        reviews.review(decided, PROPOSAL, Review("approve"), reviewer_id=PERSON)


@pytest.mark.parametrize(
    ("proposal", "who", "said", "words"),
    [
        (NOBODY, PERSON, Review("comment", "so"), "there is no proposal"),
        (PROPOSAL, NOBODY, Review("comment", "so"), "nobody has the employee id"),
        (PROPOSAL, PERSON, Review("maybe"), "choose one of: opened, comment"),
        (PROPOSAL, PERSON, Review("reject", " "), "reject needs a reason"),
        (PROPOSAL, PERSON, Review("edit", "so", "{}"), "that is no payload of attendance_flag: employee_id"),
    ],
)
def test_an_answer_to_nothing_by_nobody_without_reason_is_refused(
    console: Connection, proposal: UUID, who: UUID, said: Review, words: str
) -> None:
    with pytest.raises(CommandRefused, match=words):
        reviews.review(console, proposal, said, reviewer_id=who)


def test_an_edit_travels_in_canonical_form(decided: Connection) -> None:
    reviews.opened(decided, PROPOSAL, PERSON)
    flag = AttendanceFlag(employee_id=PERSON, shift_ids=(NOBODY,), first_start=THEN, last_start=THEN)
    spaced = flag.canonical().replace(":", ": ", 1)
    reviews.review(decided, PROPOSAL, Review("edit", "so", spaced), reviewer_id=PERSON)
    assert last(decided, "payload, seen") == (flag.canonical(), "abc")


def test_several_are_answered_one_by_one(decided: Connection) -> None:
    reviews.opened(decided, PROPOSAL, PERSON)
    results = reviews.review_many(decided, [PROPOSAL, NOBODY, PROPOSAL], Review("approve"), reviewer_id=PERSON)
    assert isinstance(results[PROPOSAL], UUID)
    assert isinstance(results[NOBODY], CommandRefused)
    assert last(decided, "batch is not null") == (True,)


def test_all_are_looked_at_before_anything_is_written(decided: Connection) -> None:
    reviews.opened(decided, PROPOSAL, PERSON)

    def check(proposal: UUID) -> None:
        assert last(decided, "verdict") == ("opened",), "nothing is written yet"
        if proposal == NOBODY:
            raise CommandRefused("not this one")

    said = Review("approve")
    results = reviews.review_many(decided, [PROPOSAL, NOBODY], said, reviewer_id=PERSON, check=check)
    assert list(results) == [PROPOSAL, NOBODY]
    assert str(results[NOBODY]) == "not this one"
    assert last(decided, "verdict") == ("approve",)


def test_no_more_than_20_at_once_and_nothing_but_yes_and_no(console: Connection) -> None:
    with pytest.raises(CommandRefused, match="21 are too many at once"):
        reviews.review_many(console, [uuid4() for _ in range(21)], Review("approve"), reviewer_id=PERSON)
    with pytest.raises(CommandRefused, match="choose approve or reject"):
        reviews.review_many(console, [PROPOSAL], Review("stop", "so"), reviewer_id=PERSON)


@pytest.mark.parametrize(
    "wrong",
    [
        "verdict, note) values ('approve', ''",  # on nothing that was seen
        "verdict, note, seen) values ('reject', '', 'abc'",
        "verdict, note, seen) values ('edit', 'so', 'abc'",
        "verdict, note) values ('snooze', ''",
        "verdict, note) values ('perhaps', ''",
    ],
)
def test_the_database_refuses_what_the_command_would(console: Connection, wrong: str) -> None:
    with pytest.raises(errors.CheckViolation):
        console.execute(
            f"insert into review_commands (proposal_id, subject, reviewer_id, {wrong.partition(')')[0]})"
            f" values (%s, 'employee:x', %s, {wrong.partition('(')[2]})",
            (PROPOSAL, PERSON),
        )


def test_the_database_refuses_the_twenty_first_of_a_batch(console: Connection) -> None:
    batch = uuid4()
    one = (
        "insert into review_commands (proposal_id, subject, reviewer_id, verdict, note, batch)"
        " values (%s, 'employee:x', %s, 'comment', 'so', %s)"
    )
    for _ in range(20):
        console.execute(one, (PROPOSAL, PERSON, batch))
    with pytest.raises(errors.CheckViolation, match="more than 20"):
        console.execute(one, (PROPOSAL, PERSON, batch))
