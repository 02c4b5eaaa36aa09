"""A group's leader assigns what the broker shows, and nothing before; who is put out for good ends."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from schemas.faults import Misconfigured
from streams import coordination
from streams.rivals import TURNS

TOPIC = "rollcall.workforce.v1"


class Broker:
    """A cluster that shows its topic only after so many looks, and the client that looks."""

    def __init__(self, after: int) -> None:
        self.cluster, self._after = self, after

    def partitions_for_topic(self, _: str) -> set[int] | None:
        return None if self._after else {0, 1}

    async def force_metadata_update(self) -> None:
        self._after -= 1


def coordinator(broker: Broker, *, known: bool = True) -> Any:
    made = SimpleNamespace(
        _client=broker, _group_instance_id="agents-0", _session_timeout_ms=10_000, _group_subscription={TOPIC},
        _coordination_task=None, _rejoin_needed_fut=None, check_errors=None, generation=1, member_id="one",
    )  # fmt: skip

    async def assign(_: object) -> dict[str, set[int]]:
        return {"one": broker.partitions_for_topic(TOPIC) or set()}

    async def beat() -> bool:
        made.member_id = "one" if known else ""
        return known

    async def join(_: object) -> bool:
        return True

    made._perform_assignment, made._do_heartbeat, made._do_rejoin_group = assign, beat, join
    return made


@pytest.mark.parametrize("after", [0, 2])
def test_a_leader_assigns_what_the_broker_shows(monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    monkeypatch.setattr(coordination, "PAUSE", 0.0)
    made, ends = coordinator(Broker(after)), list[BaseException]()
    coordination.complete(made, ends.append)

    assert asyncio.run(made._perform_assignment(None)) == {"one": {0, 1}}
    assert not ends


def test_who_is_put_out_again_and_again_ends_and_puts_nobody_out() -> None:
    made, ends = coordinator(Broker(0), known=False), list[BaseException]()
    coordination.complete(made, ends.append)

    async def turns() -> None:
        for number in range(TURNS):
            assert not ends
            made.member_id = f"member-{number}"
            assert not await made._do_heartbeat()

    asyncio.run(turns())
    assert [type(each) for each in ends] == [Misconfigured]
    assert not asyncio.run(made._do_rejoin_group(None))


def test_another_aiokafka_is_refused() -> None:
    with pytest.raises(Misconfigured, match="is it another version"):
        coordination.complete(SimpleNamespace(member_id=""), list[BaseException]().append)
