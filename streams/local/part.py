"""What the runner knows of a part or a role: how to start it, when it is ready, how it likes to be stopped."""

import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from schemas.faults import Stop


class PartFailed(Stop):
    """A part of the stack does not become ready, or does not end."""

    runbook = "local-stack"


def _always() -> bool:
    return True


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Role:
    """One of this project's own processes. ``once`` is added to the environment of its first start only."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    once: Mapping[str, str] = field(default_factory=dict)
    answers: bool = False
    """Whether it says at ``/readyz`` when it is ready, on the port that it is given; else it is when it runs."""


@dataclass(frozen=True, slots=True)
class Part:
    """A child process of the runner."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    once: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    user: tuple[int, int] | None = None
    """User and group to run as; ``None``: as ourselves."""
    port: int | None = None
    after: tuple[str, ...] = ()
    """Parts that must be ready before this one is started."""
    before: Callable[[], None] = _nothing
    """Done once, before the first start."""
    ready: Callable[[], bool] = _always
    """Whether it serves; must answer within seconds."""
    once_ready: Callable[[], None] = _nothing
    """Done once, after the first start."""
    archive: Path | None = None
    """Where the classes that its JVM loads are kept for the next start."""
    stop_signal: signal.Signals = signal.SIGTERM
    grace: timedelta = timedelta(seconds=15)
    """From the stop signal to SIGKILL."""
    endless: bool = True
    """Whether an end with exit code 0 is an accident too."""
