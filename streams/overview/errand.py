"""A question that is asked in a thread of its own, so that whoever waits can stop waiting; never twice at a time."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from schemas.faults import Unavailable

T = TypeVar("T")


class Errand(Generic[T]):
    """One question; the thread ends with the process."""

    def __init__(self, what: str, ask: Callable[[], T]) -> None:
        self._what, self._ask = what, ask
        self._answer: list[T] = []
        self._error: BaseException | None = None
        self._began = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=what, daemon=True)
        self._thread.start()

    @property
    def under_way(self) -> bool:
        """Whether there is no answer yet."""
        return self._thread.is_alive()

    def wait(self, until: float) -> T:
        """Return the answer, or raise what was raised in place of one; `until` is a ``time.monotonic()``.

        Raises:
            Unavailable: there is none by then.

        """
        self._thread.join(max(0.0, until - time.monotonic()))
        if self._thread.is_alive():
            waited = time.monotonic() - self._began
            raise Unavailable(f"{self._what} has not answered within {waited:.1f} s")
        if self._error is not None:
            raise self._error
        return self._answer[0]

    def _run(self) -> None:
        try:
            self._answer.append(self._ask())
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
            self._error = error


class Errands:
    """The questions under way: one that is still open is waited for again, not asked again."""

    def __init__(self) -> None:
        self._known: dict[str, Errand[object]] = {}

    def send(self, what: str, ask: Callable[[], T]) -> Errand[T]:
        """Ask, unless the last such question is still open; one name is always the same question."""
        known = self._known.get(what)
        if known is None or not known.under_way:
            known = self._known[what] = Errand(what, ask)
        return known  # type: ignore[return-value]
