"""The command line asks what the supervisor asks, of the tables, before it records an answer."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg
import pytest

from connectors.commands import CommandRefused, publish_policy
from connectors.reviews import Review, review
from schemas.policies import RoutingPolicy
from streams.authority import approver_rows, check, check_each
from streams.console import NotFound, proposal_rows, proposal_story
from streams.database import Connection
from streams.migrate import migrate
from streams.settings import Settings
from tests.fresh import fresh_database

pytestmark = pytest.mark.stack
PLACE, ANN, BOSS, ADMIN, OUTSIDE, FLAG, LONELY, LATE, GRAVE = (UUID(int=number) for number in range(1, 10))
THEN = datetime(2031, 1, 2, tzinfo=UTC)
WORLD = f"""
update rollcall.captures set confirmed_at = clock_timestamp();
insert into locations (id, name, zone) values ('{PLACE}', 'North', 'UTC');
insert into employees (id, name, location_id, hired_on)
    select id, 'Person ' || right(id::text, 1), '{PLACE}', '2026-01-01'
    from unnest('{{{ANN},{BOSS},{ADMIN},{OUTSIDE}}}'::uuid[]) id;
insert into person_roles (employee_id, role) values ('{BOSS}', 'manager'), ('{ADMIN}', 'admin');
insert into mart.proposals
    (proposal_id, subject, agent, kind, shadow, tenant_id, topic, partition, editors, recorded_at)
    values ('{FLAG}', 'employee:{ANN}', 'attendance', 'attendance_flag', false, 'default', 't', 0, '{{{BOSS}}}', now()),
           ('{LONELY}', 'employee:{ADMIN}', 'attendance', 'attendance_flag', false, 'default', 't', 0, null, now()),
           ('{LATE}', 'employee:{ANN}', 'attendance', 'lateness_entry', false, 'default', 't', 0, null, now()),
           ('{GRAVE}', 'employee:{ANN}', 'attendance', 'lateness_entry', false, 'default', 't', 0, null, now());
insert into mart.decisions (event_id, decision_id, proposal_id, subject, status, reason, causation_id, correlation_id,
    tenant_id, topic, partition, log_offset, occurred_at, recorded_at, seats, risk,
    expires_at)
    select gen_random_uuid(), gen_random_uuid(), id, 'x', status, '', id, id, 'default', 't', 0, 0, now(), now(),
        seats, risk, '{THEN}'
    from (values ('{FLAG}'::uuid, 'routed', '{{manager}}'::text[], 'medium'),
        ('{LONELY}', 'unroutable', '{{admin}}', 'high'),
        ('{LATE}', 'routed', '{{manager}}', 'low'), ('{GRAVE}', 'routed', '{{admin}}', 'high'))
        v (id, status, seats, risk);
insert into mart.decisions (event_id, decision_id, proposal_id, subject, status, reason, causation_id, correlation_id,
    tenant_id, topic, partition, log_offset, occurred_at, recorded_at)  -- since then an answer to it was refused
    select gen_random_uuid(), decision_id, proposal_id, subject, 'review_refused', 'so', causation_id, correlation_id,
        tenant_id, topic, partition, 1, occurred_at, recorded_at
    from mart.decisions where proposal_id = '{FLAG}'
"""


@pytest.fixture(scope="module")
def installation(settings: Settings) -> Iterator[Settings]:
    with fresh_database(settings) as fresh:
        migrate(fresh)
        with psycopg.connect(fresh.dsn("rollcall_migrator")) as owner:
            owner.execute(WORLD.encode())
        yield fresh


@pytest.fixture
def console(installation: Settings) -> Iterator[Connection]:
    with psycopg.connect(installation.dsn("rollcall_console")) as connection:
        yield connection
        connection.rollback()


def test_who_may_not_is_told_why_before_anything_is_recorded(console: Connection) -> None:
    for person, action, said in (
        (ANN, "approve", "nobody decides about themself"),
        (BOSS, "approve", "who edited what it rests on does not approve it alone"),
        (OUTSIDE, "reject", "does not hold the role manager"),
        (ANN, "stop", "nobody decides about themself"),
        (BOSS, "adopt", "does not hold the role admin"),
    ):
        with pytest.raises(CommandRefused, match=f"{said}.*rollcall proposals approvers"):
            check(console, FLAG, person, action)


@pytest.mark.parametrize(
    ("person", "action", "said"),
    [
        (BOSS, "contest", "only the subject contests, or gives up the time to"),
        (OUTSIDE, "waive", "only the subject contests, or gives up the time to"),
        (OUTSIDE, "opened", "nothing gives this person leave to view it"),
        (OUTSIDE, "comment", "nothing gives this person leave to comment on it"),
    ],
)
def test_who_may_not_look_or_speak_is_not_sent_to_those_who_decide(
    console: Connection, person: UUID, action: str, said: str
) -> None:
    with pytest.raises(CommandRefused, match=f"{said}$"):
        check(console, FLAG, person, action)


def test_who_may_is_let_through(console: Connection) -> None:
    check(console, FLAG, ADMIN, "approve")
    check(console, FLAG, BOSS, "reject")
    check(console, FLAG, ANN, "contest")


def test_a_proposal_that_there_is_not_is_named(console: Connection) -> None:
    with pytest.raises(NotFound, match="there is no proposal"):
        check(console, uuid4(), ANN, "approve")


def test_the_external_approver_of_the_policy_may_what_nobody_else_may(console: Connection) -> None:
    with pytest.raises(CommandRefused, match="does not hold the role admin"):
        check(console, LONELY, OUTSIDE, "approve")
    publish_policy(console, RoutingPolicy(external_approver=OUTSIDE), author="ann", reason="one admin")
    check(console, LONELY, OUTSIDE, "approve")


def test_who_may_approve_is_listed_by_name(installation: Settings) -> None:
    assert approver_rows(installation, FLAG) == [{"id": ADMIN, "name": "Person 4"}]
    assert approver_rows(installation, LONELY) == []


def test_of_several_each_is_checked_and_the_grave_ones_are_decided_alone(console: Connection) -> None:
    check_each(console, BOSS, "approve")(LATE)
    for person, proposal, said in (
        (OUTSIDE, LATE, "does not hold the role manager"),
        (ADMIN, GRAVE, "lateness_entry of high risk is decided on its own"),
        (ADMIN, FLAG, "attendance_flag of medium risk is decided on its own"),
    ):
        with pytest.raises(CommandRefused, match=said):
            check_each(console, person, "approve")(proposal)


def test_a_proposal_is_shown_with_what_was_said_to_it_and_when_it_expires_now(installation: Settings) -> None:
    with psycopg.connect(installation.dsn("rollcall_console")) as connection:
        review(connection, LATE, Review("comment", "the bus was late"), reviewer_id=ANN)
    (said,) = proposal_story(installation, LATE).words
    assert (said["by"], said["verdict"], said["note"]) == ("Person 2", "comment", "the bus was late")
    listed = {each["proposal_id"]: each["expires_at"] for each in proposal_rows(installation, "routed", None)}
    assert listed[LATE] == THEN
