"""The machine that this runs on: Python, what is installed, its clock beside the database's, room on its disks."""

import re
import sys
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from streams.doctor.examination import Check
from streams.doctor.finding import Finding, bad, listed, ok, warn
from streams.local.disk import NEEDED, room

OLDEST, TOO_NEW = (3, 11), (3, 14)
NOTICED, WRONG = timedelta(seconds=1), timedelta(minutes=1)
KEPT = 4 << 30
"""Bytes of log that a connector that is away may keep in the local PostgreSQL."""


def python(running: tuple[int, int]) -> Finding:
    """Whether this Python is one that everything is tested with."""
    said = f"Python {running[0]}.{running[1]}"
    if not OLDEST <= running < TOO_NEW:
        return bad(said, "make clean, then make PYTHON=python3.12 demo")
    return ok(said)


def packages(requirements: Iterable[str], installed: Callable[[str], str | None], extra: str | None = None) -> Finding:
    """Whether what is pinned to the letter is installed to the letter: private parts of it are used."""
    found = (re.fullmatch(r"([\w.-]+)==([^\s;]+)(?:.*extra == '(\w+)')?", each) for each in requirements)
    pinned = [(each[1], each[2]) for each in found if each and each[3] == extra]
    others = [f"{name} {installed(name)}, not {wanted}" for name, wanted in pinned if installed(name) != wanted]
    if others:
        return bad(listed(others), "uv pip sync requirements/core.txt, or in a checkout: make clean, then make demo")
    return ok(", ".join(f"{name} {wanted}" for name, wanted in pinned))


def clock(before: datetime, there: datetime, after: datetime) -> Finding:
    """Whether two clocks agree, as far as an answer's way allows to say."""
    off = max(before - there, there - after, timedelta())
    said = f"this machine's clock and PostgreSQL's differ by {off.total_seconds():.1f} s"
    fix = "let both follow a time server (chrony, systemd-timesyncd)"
    if off > WRONG:
        return bad(said, fix)
    return warn(said, fix) if off > NOTICED else ok("PostgreSQL's clock and this machine's agree")


def disk(folder: Path, free: int) -> Finding:
    """Whether there is room for what comes."""
    said = f"{free / (1 << 30):.1f} GB free at {folder}"
    if free < NEEDED:
        return bad(said, "make room, or name another place in ROLLCALL_HOME")
    return warn(said, "make room: a connector that is away may keep 4 GB") if free < KEPT else ok(said)


def installed_version(name: str) -> str | None:
    """Return what is installed of a package."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


CHECKS = (
    Check("Python", lambda _: python(sys.version_info[:2])),
    Check("packages", lambda _: packages(requires("rollcall") or (), installed_version)),
    Check("disk", lambda each: disk(each.settings.home, room(each.settings.home))),
)
AFTERWARDS = (Check("clock", lambda each: clock(*each.clocks()), needs=("PostgreSQL",)),)
