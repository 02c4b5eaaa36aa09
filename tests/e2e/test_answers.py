"""The same answer twice, two people at once, a stale view, an answer from the log again: one outcome, all are told."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from threading import Barrier
from typing import Any
from uuid import UUID

import psycopg
import pytest
from confluent_kafka import Producer

from connectors import commands, reviews
from connectors.reviews import Review
from schemas.origin import HEADER, Origin, Place
from schemas.policies import RoutingPolicy
from schemas.policies.routing import Rule
from schemas.topics import PROPOSALS
from streams.kafka import librdkafka
from streams.log import Log
from streams.outbox import partition_of
from tests.e2e.clinic import Clinic
from tests.eventually import eventually

pytestmark = [pytest.mark.stack, pytest.mark.timeout(180)]
LONG = 60.0


def decided(clinic: Clinic, flag: UUID) -> Counter[str]:
    """How often each step was made."""
    return Counter(
        status for (status,) in clinic.rows("select status from mart.decisions where proposal_id = %s", flag)
    )


def told(clinic: Clinic, review_id: UUID) -> tuple[str, str | None]:
    """Why an answer does not count, and by which status the decision that stands was made."""
    query = (
        "select r.reason, w.status from mart.decisions r left join mart.decisions w"
        " on w.decision_id = r.decision_id and w.status <> 'review_refused' where r.review_id = %s"
    )
    ((reason, winner),) = eventually(lambda: clinic.rows(query, review_id), LONG)
    return reason, winner


def test_who_says_the_same_twice_is_told_that_it_is_decided(clinic: Clinic) -> None:
    somebody, flag = clinic.suspect()
    reviews.opened(clinic.connection, flag, clinic.manager_id)
    said = [
        reviews.review(clinic.connection, flag, Review("approve", "so"), reviewer_id=clinic.manager_id)
        for _ in range(2)
    ]
    reason, winner = told(clinic, said[1])
    assert (reason.split()[:2], winner) == (["it", "is"], "approved")
    eventually(lambda: clinic.proposals(somebody, "attendance_flag") == [(flag, "applied")], LONG)
    assert decided(clinic, flag) == {"routed": 1, "approved": 1, "review_refused": 1, "applied": 1}
    assert len(clinic.rows("select 1 from public.attendance_flags where proposal_id = %s", flag)) == 1


def test_of_two_people_who_answer_at_once_one_decides_and_the_other_is_told_which(clinic: Clinic) -> None:
    _, flag = clinic.suspect()
    people = {clinic.manager_id: "approve", clinic.holds("manager"): "reject"}
    together = Barrier(2)

    def say(who: UUID) -> UUID:
        with psycopg.connect(clinic.settings.dsn("rollcall_console"), autocommit=True) as connection:
            reviews.opened(connection, flag, who)
            together.wait(30)
            return reviews.review(connection, flag, Review(people[who], "so"), reviewer_id=who)

    with ThreadPoolExecutor(2) as pool:
        said = dict(zip(people, pool.map(say, people), strict=True))
    refused = "select review_id from mart.decisions where proposal_id = %s and status = 'review_refused'"
    ((loser,),) = eventually(lambda: clinic.rows(refused, flag), LONG)
    (winning,) = (people[who] for who, each in said.items() if each != loser)
    counts = decided(clinic, flag)
    assert (counts["approved"], counts["rejected"]) == ((1, 0) if winning == "approve" else (0, 1))
    reason, winner = told(clinic, loser)
    assert reason.startswith("it is already")
    assert winner in ("approved", "rejected", "applied")


def test_an_answer_to_what_has_changed_since_it_was_looked_at_is_refused(clinic: Clinic) -> None:
    rule = Rule(
        name="two-here",
        when=f'kind == "attendance_flag" && site == "{clinic.location_id}"',
        then="two_roles",
        roles=("manager", "hr"),
    )
    commands.publish_policy(clinic.connection, RoutingPolicy(rules=(rule,)), author="tests", reason="two here")
    hr = clinic.holds("hr")
    somebody, flag = clinic.suspect()
    reviews.opened(clinic.connection, flag, clinic.manager_id)  # before HR edits it
    ((payload,),) = clinic.rows("select payload from mart.proposals where proposal_id = %s", flag)
    edit = Review("edit", "one was excused", json.dumps({**payload, "score": 790}))
    reviews.opened(clinic.connection, flag, hr)
    reviews.review(clinic.connection, flag, edit, reviewer_id=hr)
    stale = reviews.review(clinic.connection, flag, Review("approve", "so"), reviewer_id=clinic.manager_id)
    reason, standing = told(clinic, stale)
    assert reason == "it has changed since it was looked at: look at it again"
    assert standing == "routed"
    assert clinic.rows("select 1 from public.attendance_flags where proposal_id = %s", flag) == []

    clinic.answer(flag, "approve")
    eventually(lambda: clinic.proposals(somebody, "attendance_flag") == [(flag, "applied")], LONG)
    score = "select score_tenths from public.attendance_flags where proposal_id = %s"
    assert clinic.rows(score, flag) == [(790,)]
    commands.publish_policy(clinic.connection, RoutingPolicy(), author="tests", reason="no more")


def test_an_answer_that_comes_from_the_log_again_changes_nothing(clinic: Clinic) -> None:
    somebody, flag = clinic.suspect()
    given = clinic.answer(flag, "approve")
    eventually(lambda: clinic.proposals(somebody, "attendance_flag") == [(flag, "applied")], LONG)
    copies = copied(clinic, somebody, str(given))
    assert copies == 3
    late = clinic.answer(flag, "reject")  # in the same partition, after the copies
    assert told(clinic, late) == ("it is already applied", "applied")
    assert decided(clinic, flag) == {"routed": 1, "approved": 1, "applied": 1, "review_refused": 1}
    effects = "select outcome from rollcall.ledger where proposal_id = %s"
    assert clinic.rows(effects, flag) == [("applied",)]


def copied(clinic: Clinic, somebody: UUID, review_id: str) -> int:
    """Write the record of an answer three times more: as it is, and twice as if somebody had copied the topic."""
    key = f"employee:{somebody}".encode()
    partition = partition_of(key, PROPOSALS.partitions)
    with Log(librdkafka(clinic.settings), "tests.answers") as log:
        span = log.whole(PROPOSALS.name, partition)
        mine: list[Any] = [record for record in chain.from_iterable(log.read(span)) if record.key == key]
    (record,) = (each for each in mine if review_id.encode() in (each.value or b""))
    producer = Producer(librdkafka(clinic.settings))
    others = [(name, value) for name, value in record.headers if name != HEADER]
    for number in range(3):
        anew = Origin(f"copy|{review_id}|0", Place(1, number)).header() if number else record.header(HEADER)
        producer.produce(PROPOSALS.name, record.value, key, partition, headers=[*others, (HEADER, anew)])
    assert producer.flush(30) == 0
    return 3
