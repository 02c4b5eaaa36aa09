"""Every role of the running installation says that it is ready, where `rollcall status` says that it answers."""

import pytest

from streams import roles
from streams.local.child import State
from streams.local.runner import Stack
from streams.local.status import PartStatus
from streams.settings import Settings
from tests.eventually import eventually
from tests.streams.test_observed import Scrape, is_ready

pytestmark = [pytest.mark.stack, pytest.mark.timeout(200)]
NAMES = {role.name for role in roles.roles()}


def test_every_role_is_ready_where_it_answers(installation: Settings, stack: Stack) -> None:
    def known() -> dict[str, PartStatus]:
        found = {part.name: part for part in stack.status() if part.name in NAMES}
        assert {part.state for part in found.values()} == {State.READY}
        return found

    found = eventually(known, 60)
    assert found.keys() == NAMES
    for name, part in found.items():
        assert part.port is not None
        eventually(lambda: is_ready(part.port or 0), 60)  # noqa: B023
        assert Scrape(part.port).total("rollcall_build_info", role=name) == 1


def test_a_host_says_in_which_mode_its_agents_are(installation: Settings, stack: Stack) -> None:
    (port,) = (part.port for part in stack.status() if part.name == "agents-workforce")
    assert port is not None

    def live() -> None:
        seen = Scrape(port)
        assert seen.total("rollcall_agent_mode", agent="attendance", mode="live") == 6
        assert seen.total("rollcall_agent_mode", agent="attendance") == 6

    eventually(live, 60)
