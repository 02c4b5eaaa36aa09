"""Look at an installation: every part is asked at once, and nobody is waited for longer than there is time."""

from datetime import UTC, datetime, timedelta

from connectors.debezium import Door
from schemas.faults import Unavailable
from streams.connect_rest import Connect
from streams.doctor.connect import running
from streams.overview import assembly
from streams.overview.errand import Errands
from streams.overview.places import children, parts, places
from streams.overview.records import Kept, Records
from streams.overview.seen import Capture, Overview
from streams.overview.stored import Stored, stored
from streams.overview.waiting import Waiting
from streams.registry import Registry
from streams.settings import Settings

WITHIN = timedelta(seconds=2)
"""For all of a look; starting Python comes on top."""
FIRST = 0.5
"""Share of it after which whoever has not answered at all is away."""


class Observer:
    """Looks as often as it is asked to; what it has learnt of the log it keeps."""

    def __init__(self, settings: Settings, within: timedelta = WITHIN, door: Door | None = None) -> None:
        self._settings, self._door, self._where = settings, door or Door(), places(settings)
        self._within, self._errands = within.total_seconds(), Errands()
        self._records = Records(settings, self._within)

    def look(self) -> Overview:
        """Return what there is to see; what is wrong with a part is seen, not raised."""
        waiting, where = Waiting(self._errands, self._within), self._where
        asked = (
            waiting.ask("postgres", f"PostgreSQL at {where['postgres']}", self._stored, FIRST),
            waiting.ask("kafka", f"Kafka at {where['kafka']}", self._records.reach, FIRST),
            waiting.ask("connect", f"Kafka Connect at {where['connect']}", self._capture, FIRST),
            waiting.ask("registry", f"the schema registry at {where['registry']}", self._registry, FIRST),
        )
        known, reached, capture, _ = (answer() for answer in asked)
        assert isinstance(known, Stored | None)
        assert isinstance(capture, Capture | None)
        kept = self._records.kept(waiting, known) if reached else None
        return self._overview(waiting, known, capture, kept)

    def _overview(self, waiting: Waiting, known: Stored | None, capture: Capture | None, kept: Kept | None) -> Overview:
        home, away = self._settings.home, tuple(waiting.away)
        seen = Overview(
            at=datetime.now(UTC),
            home=str(home),
            parts=parts(children(home), self._where, {each.part for each in away}),
            capture=capture,
            away=away,
        )
        return seen if known is None else assembly.with_stored(seen, known, kept)

    def _stored(self) -> Stored:
        return stored(self._settings, self._door)

    def _capture(self) -> Capture:
        try:
            status = Connect.of(self._settings, self._door.name).status()
            found = status or {"connector": {"state": "missing"}, "tasks": []}
            tasks = {f"task {task['id']}": task["state"] for task in found["tasks"]}
            return Capture({"connector": found["connector"]["state"], **tasks}, running(status))
        except (ValueError, KeyError, TypeError) as error:
            raise self._stranger("Kafka Connect", "connect", error) from error

    def _registry(self) -> None:
        try:
            Registry.of(self._settings).answers()
        except ValueError as error:
            raise self._stranger("the schema registry", "registry", error) from error

    def _stranger(self, what: str, part: str, error: Exception) -> Unavailable:
        place = self._where[part]
        return Unavailable(f"{place} answers, and not as {what} does: {error}; mend: check ROLLCALL_{part.upper()}_URL")
