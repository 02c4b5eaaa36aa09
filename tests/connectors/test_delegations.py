"""A role is lent for a while: by whom, to whom, for how long; on the real PostgreSQL."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg import errors

from connectors import delegations
from connectors.commands import CommandRefused
from tests.connectors.conftest import Connection
from tests.connectors.house import House
from tests.connectors.test_tables import insert

pytestmark = pytest.mark.stack
AT = datetime(2126, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
def house(connection: Connection) -> House:
    return House(connection)


def test_a_delegation_runs_from_now_until_it_ends(house: House) -> None:
    before, given = house.now(), house.lend(house.ann)
    row = house.connection.execute("select starts_at, ends_at from delegations where id = %s", (given,)).fetchone()
    assert row is not None
    assert before <= row[0] <= house.now()
    ended = delegations.end(house.connection, given, ended_by=house.ann)
    assert row[0] <= ended <= house.now()
    with pytest.raises(CommandRefused, match="is over since"):
        delegations.end(house.connection, given, ended_by=house.ann)


def test_one_that_was_not_begun_never_runs_when_it_is_ended(house: House) -> None:
    given = house.lend(house.ann, starts_at=AT, ends_at=AT + timedelta(days=30))
    assert delegations.end(house.connection, given, ended_by=house.boss) == AT


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"delegate": "boss"}, "nobody delegates to themself"),
        ({"starts_at": AT, "ends_at": AT + timedelta(days=30, seconds=1)}, "lasts 30 days at most"),
        ({"starts_at": AT, "ends_at": AT}, "ends after it begins"),
        ({"starts_at": datetime(2020, 1, 1, tzinfo=UTC)}, "that is past"),
        ({"role": "admin"}, "does not hold the role admin there themself: what was delegated is not passed on"),
        ({"location_id": UUID(int=5)}, "does not hold the role manager there"),
        ({"delegate": UUID(int=5)}, "nobody has the employee id"),
        ({"reason": ""}, "delegations_reason_check"),
    ],
)
def test_what_is_no_delegation_is_refused_in_words(house: House, changed: dict[str, Any], said: str) -> None:
    to = changed.pop("delegate", house.ann)
    with pytest.raises(CommandRefused, match=said):
        house.lend(house.boss if to == "boss" else to, **changed)


def test_a_delegation_is_not_passed_on_nor_given_twice(house: House) -> None:
    house.lend(house.ann)
    with pytest.raises(CommandRefused, match="not passed on"), house.connection.transaction():
        house.lend(house.bob, delegator_id=house.ann)
    with pytest.raises(CommandRefused, match="end that one first"):
        house.lend(house.ann, location_id=house.place)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("role = 'hr', ended_by = delegator_id", "only its end can be changed"),
        ("ends_at = ends_at + interval '1 day', ended_by = delegator_id", "not made longer"),
        ("ends_at = rollcall.now()", "say who ends it"),
    ],
)
def test_only_the_end_of_a_delegation_changes_and_only_to_sooner(house: House, change: str, said: str) -> None:
    given = house.lend(house.ann)
    with pytest.raises(errors.CheckViolation, match=said):
        house.connection.execute(f"update delegations set {change} where id = %s".encode(), (given,))


def test_it_is_ended_by_those_concerned_or_an_admin_and_never_deleted(house: House) -> None:
    given = house.lend(house.ann)
    with pytest.raises(CommandRefused, match="does not end the delegation"), house.connection.transaction():
        delegations.end(house.connection, given, ended_by=house.bob)
    with pytest.raises(errors.RestrictViolation), house.connection.transaction():
        house.connection.execute("delete from delegations")
    with pytest.raises(CommandRefused, match="there is no delegation"), house.connection.transaction():
        delegations.end(house.connection, uuid4(), ended_by=house.bob)
    insert(house.connection, "person_roles", employee_id=house.bob, role="admin")
    assert delegations.end(house.connection, given, ended_by=house.bob)
