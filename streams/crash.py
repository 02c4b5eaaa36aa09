"""Named points at which a test lets a process die: `ROLLCALL_CRASH=after_fold:3` is SIGKILL at the third passing.

`stop-after_fold:3` is SIGSTOP instead: a process that sleeps through its own replacement and then goes on.
"""

import os
import signal
from collections.abc import Callable
from typing import Literal, get_args

from schemas.faults import Misconfigured

Point = Literal["after_poll", "after_fold", "before_commit", "after_commit", "after_send", "after_effect"]
Crash = Callable[[Point], None]
STOP = "stop-"


def never(point: Point) -> None:
    """Pass."""


def crash_at(spec: str | None) -> Crash:
    """Return what is called at each point; `spec` is the setting.

    Raises:
        Misconfigured: the setting names no point.

    """
    if not spec:
        return never
    name, _, count = spec.partition(":")
    wanted = name.removeprefix(STOP)
    if wanted not in get_args(Point) or not (count or "1").isdigit():
        raise Misconfigured(f"crash: {spec!r} is not [stop-]POINT[:N] with a POINT of {', '.join(get_args(Point))}")
    deadly = signal.SIGSTOP if name.startswith(STOP) else signal.SIGKILL
    left = int(count or 1)

    def passed(point: Point) -> None:
        nonlocal left
        if point == wanted:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), deadly)

    return passed
