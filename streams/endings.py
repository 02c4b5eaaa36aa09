"""The end of a process, which no thread may delay: a library that hangs when it shall stop is left behind."""

import logging
import os
import threading

log = logging.getLogger(__name__)
LIMIT = 20.0
"""Seconds; whoever starts processes gives them at least 30 (docker stop, Kubernetes)."""
EX_SOFTWARE = 70
"""Exit code of a process that had not done what it must do at its end."""


class Ending:
    """From `begin` on the process has so many seconds; `safe` says that nothing is left to be done in them."""

    def __init__(self, limit: float = LIMIT) -> None:
        self._code = EX_SOFTWARE
        self._timer = threading.Timer(limit, self._leave)
        self._timer.daemon = True

    def begin(self) -> None:
        """Count from the first call on; never called off, for the interpreter too waits for threads that hang."""
        if self._timer.ident is None:
            self._timer.start()

    def safe(self) -> None:
        """All is stored: whatever still hangs, this is no failure."""
        self._code = 0

    def _leave(self) -> None:
        hanging = [each.name for each in threading.enumerate() if each is not threading.current_thread()]
        log.warning("leaving with threads that do not end: %s", ", ".join(hanging))
        os._exit(self._code)
