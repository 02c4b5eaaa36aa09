"""What aiokafka's group coordinator leaves out, put onto one before it joins its group for the first time."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from schemas.faults import Misconfigured
from streams.pins import COORDINATOR, assert_has
from streams.rivals import Rivals

log = logging.getLogger(__name__)
PAUSE = 0.2
"""Seconds between two looks at the cluster's topics."""


def complete(coordinator: Any, fatal: Callable[[BaseException], None]) -> None:
    """Let a coordinator assign only what it has seen, and notice another process of its name.

    Raises:
        Misconfigured: this is not the aiokafka that the transport was proved on.

    """
    assert_has(coordinator, COORDINATOR)
    _see_before_assigning(coordinator)
    _notice_rivals(coordinator, fatal)


def _see_before_assigning(coordinator: Any) -> None:
    """Assign, as the group's leader, once the broker shows the topic.

    A broker that has just started may not. aiokafka then assigns nothing to anybody, until it looks at the metadata
    again five minutes later.
    """
    assign, client = coordinator._perform_assignment, coordinator._client  # noqa: SLF001

    async def seen(response: Any) -> Any:
        while True:
            assigned = await assign(response)
            topics: set[str] = coordinator._group_subscription  # noqa: SLF001
            missing = sorted(each for each in topics if not client.cluster.partitions_for_topic(each))
            if not missing:
                return assigned
            log.warning("the broker shows no partitions of %s yet: nothing is assigned before", ", ".join(missing))
            await client.force_metadata_update()
            await asyncio.sleep(PAUSE)

    coordinator._perform_assignment = seen  # noqa: SLF001


def _notice_rivals(coordinator: Any, fatal: Callable[[BaseException], None]) -> None:
    """End when another process has taken our static id.

    aiokafka does not know the broker's word for it, joins again under the same id, and so puts the other one out: the
    two would take turns for ever.
    """
    beat, static_id = coordinator._do_heartbeat, coordinator._group_instance_id  # noqa: SLF001
    rivals = Rivals(coordinator._session_timeout_ms / 1000)  # noqa: SLF001

    async def watched() -> bool:
        known = bool(coordinator.member_id)
        rivals.beats(coordinator.member_id, time.monotonic())
        alive: bool = await beat()
        if alive:
            rivals.alive(time.monotonic())
        elif static_id and known and not coordinator.member_id and rivals.put_out(time.monotonic()):
            coordinator._do_rejoin_group = _never_again  # noqa: SLF001
            fatal(
                Misconfigured(
                    f"put out of the group while alive: another process runs as {static_id}; stop one, or give each a"
                    " ROLLCALL_INSTANCE of its own"
                )
            )
        return alive

    coordinator._do_heartbeat = watched  # noqa: SLF001


async def _never_again(_: Any) -> bool:
    """Stands for joining the group, in a process that is about to end and must not put anybody out before."""
    await asyncio.sleep(0.1)
    return False
