"""The whole installation: the stack's parts, prepared, with every role running; a minute of business time a second."""

from collections.abc import Iterator

import psycopg
import pytest

from connectors import commands
from schemas.policies import SupervisionPolicy
from streams import roles
from streams.local.runner import Stack
from streams.settings import Settings
from tests.e2e.clinic import Clinic


@pytest.fixture(scope="session")
def installation(stack: Stack, settings: Settings) -> Iterator[Settings]:
    """Settings of an installation in which everything runs and attendance is live."""
    quick = settings.model_copy(update={"heartbeat": settings.heartbeat / 100})
    roles.prepare(quick)
    with psycopg.connect(quick.dsn("rollcall_migrator"), autocommit=True) as connection:
        commands.set_clock(connection, rate=60)
        connection.execute(  # for a quarter already: what was before is not proposed
            "insert into public.agent_modes (agent, mode, author, set_at)"
            " values ('attendance', 'live', 'tests', rollcall.now() - interval '90 days')"
            " on conflict (agent) do update set mode = 'live', set_at = excluded.set_at"
        )
        commands.publish_policy(
            connection,
            SupervisionPolicy(autonomy={"lateness_entry": "semi_autonomous"}),
            author="tests",
            reason="tests",
        )
    for role in roles.roles():
        stack.start_role(role)
    yield quick
    for role in roles.roles():
        stack.stop_role(role.name)


@pytest.fixture
def clinic(installation: Settings) -> Iterator[Clinic]:
    opened = Clinic.open(installation)
    yield opened
    opened.connection.close()
