"""Wait for what will become true, with a deadline, instead of sleeping for as long as it may take."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

Found = TypeVar("Found")

PAUSE = timedelta(milliseconds=20)


def eventually(check: Callable[[], Found], within: timedelta | float = 10.0) -> Found:
    """The first true value of ``check``; after ``within`` (seconds) its ``AssertionError``, or one with its last value.

    ``check`` may assert instead of returning: returning ``None`` counts as true then.
    """
    seconds = within.total_seconds() if isinstance(within, timedelta) else within
    end = time.monotonic() + seconds
    while True:
        late = time.monotonic() >= end
        try:
            found = check()
        except AssertionError:
            if late:
                raise
        else:
            if found or found is None:
                return found
            if late:
                raise AssertionError(f"still {found!r} after {seconds} s")
        time.sleep(PAUSE.total_seconds())
