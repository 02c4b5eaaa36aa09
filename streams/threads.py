"""Run readers, one thread each, until the process is told to stop; the end of any of them is the end of all."""

import logging
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from streams.endings import Ending

log = logging.getLogger(__name__)


def run_together(loops: Sequence[Callable[[], None]], stopping: threading.Event) -> None:
    """Run loops that end when `stopping` is set; SIGTERM and SIGINT set it, and so does a loop that ends by itself.

    Raises:
        Exception: what the first of the loops died of.

    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    ending = Ending()
    with ThreadPoolExecutor(len(loops), thread_name_prefix="reader") as pool:
        running: set[Future[Any]] = {pool.submit(loop) for loop in loops}
        while running:  # with a timeout, for a signal is handled between two bytecodes of the main thread only
            ended, running = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
            if any(each.exception() for each in ended) and not stopping.is_set():
                log.error("one of %d readers has died: all stop", len(loops))
            if ended:
                stopping.set()
            if stopping.is_set():
                ending.begin()
            for each in ended:
                each.result()
    ending.safe()
