"""How flags are shown, on the real server: of those that stand the highest; what one shift has raised is one card."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from streams.settings import Settings
from tests.sinks.events import START, uid

pytestmark = pytest.mark.stack
Connection = psycopg.Connection[Any]
SUBJECT = f"employee:{uid('employee')}"


@pytest.fixture
def server(migrated: Settings) -> Iterator[Connection]:
    with psycopg.connect(migrated.dsn("postgres"), autocommit=True) as opened:
        yield opened
        opened.execute("truncate mart.proposals, mart.decisions")


def propose(
    server: Connection, name: str, level: str | None, day: int, status: str = "routed", cause: str = ""
) -> None:
    """Without a level it is a review."""
    kind = "attendance_flag" if level else "disciplinary_review"
    payload = {"level": level, "last_start": START.replace(day=day).isoformat()}
    server.execute(
        "insert into mart.proposals (proposal_id, subject, agent, kind, shadow, cause, payload, tenant_id, topic,"
        " partition, log_offset) values (%s, %s, 'attendance', %s, false, %s, %s, 'default', 't', 0, 0)",
        (uid(name), SUBJECT, kind, cause or name, Jsonb(payload)),
    )
    server.execute(
        "insert into mart.decisions (event_id, proposal_id, subject, status, reason, causation_id, correlation_id,"
        " tenant_id, topic, partition, log_offset, occurred_at, recorded_at)"
        " values (%s, %s, %s, %s, '', %s, %s, 'default', 't', 0, 0, now(), now())",
        (uid(f"decision on {name}"), uid(name), SUBJECT, status, uid("cause"), uid("cause")),
    )


def shown(server: Connection) -> list[str]:
    found = server.execute("select proposal_id from mart.proposal_cards where not superseded").fetchall()
    names = {uid(name): name for name in ("early", "late", "high", "review")}
    return sorted(names[each] for (each,) in found)


def test_the_highest_flag_that_stands_is_shown_and_of_equals_the_newest(server: Connection) -> None:
    propose(server, "early", "manager", 2)
    propose(server, "late", "manager", 3)
    assert shown(server) == ["late"]
    propose(server, "high", "hr", 1, "applied")
    assert shown(server) == ["high"]


@pytest.mark.parametrize("status", ["withdrawn", "rejected", "expired", "reverted"])
def test_a_flag_that_does_not_stand_hides_none(server: Connection, status: str) -> None:
    propose(server, "early", "manager", 2)
    propose(server, "high", "hr", 3, status)
    assert shown(server) == ["early", "high"]


def test_a_flag_and_a_review_from_one_shift_are_one_card(server: Connection) -> None:
    propose(server, "high", "hr", 2, cause="shift")
    propose(server, "review", None, 2, cause="shift")
    assert shown(server) == ["high", "review"]
    assert server.execute("select count(distinct card) from mart.proposal_cards").fetchone() == (1,)
