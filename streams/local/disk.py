"""Room on the disks of the local stack: asked for before anything starts, for half a start is worse than none."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from schemas.faults import Misconfigured

NEEDED = 1 << 30
"""Bytes that a new installation takes in its first hours, downloads included."""


class NoRoom(Misconfigured):
    """A disk is full, or nearly."""


def room(folder: Path) -> int:
    """Return the bytes that are free where a folder is, or will be."""
    there = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
    return shutil.disk_usage(there).free


def check(folders: Iterable[Path], needed: int = NEEDED) -> None:
    """Refuse to start on a disk that will be full soon.

    Raises:
        NoRoom: naming folder and space.

    """
    for folder in folders:
        if (free := room(folder)) < needed:
            raise NoRoom(
                f"{folder} has {free >> 20} MB left, and {needed >> 20} MB are needed;"
                " mend: make room, or name another place in ROLLCALL_HOME and ROLLCALL_CACHE"
            )
