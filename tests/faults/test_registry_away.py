"""A registry that goes away when a schema has to be asked for: the partition waits in place, and goes on."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from schemas.avro import schema
from schemas.events import PunchRecorded, ShiftJudged
from schemas.wire import headers
from streams.deadletter import FOR
from streams.settings import Settings
from streams.turns import ASKED_AGAIN
from tests.eventually import eventually
from tests.faults.counting import punch
from tests.hosts import Site, site

pytestmark = [pytest.mark.stack, pytest.mark.timeout(150)]
NEWER = 77_000
"""An id that no worker has learnt."""
KNOWN: set[int] = set()
"""What the registry knows of."""


class Answers(BaseHTTPRequestHandler):
    """As much of the registry's interface as is asked for: the text of a schema."""

    def do_GET(self) -> None:
        known = any(self.path.endswith(f"/schemas/ids/{each}") for each in KNOWN)
        body = json.dumps({"schema": json.dumps(schema(PunchRecorded))}).encode()
        self.send_response(200 if known else 404)
        self.end_headers()
        self.wfile.write(body if known else b"{}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def registry(port: int) -> Iterator[None]:
    with ThreadingHTTPServer(("127.0.0.1", port), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def place(settings: Settings, tmp_path: Path) -> Iterator[Site]:
    with site(settings, tmp_path, "registry_away", partitions=1) as made:
        yield made


@pytest.fixture
def port() -> int:
    KNOWN.clear()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def of_a_newer_schema(place: Site, *said: tuple[str, bytes]) -> None:
    event = punch(0, 1)
    value = place.codec.encode(place.source, event)
    place.write(event.key, value[:1] + NEWER.to_bytes(4, "big") + value[5:], [*headers(event), *said])


def told(place: Site) -> list[tuple[int, int]]:
    return [(each.version, each.minutes) for each in place.events(place.sink) if isinstance(each, ShiftJudged)]


def test_a_record_whose_schema_cannot_be_asked_for_waits_until_it_can(place: Site, port: int) -> None:
    KNOWN.add(NEWER)
    of_a_newer_schema(place)
    place.tell(punch(0, 2))
    place.flush()
    worker = place.start(settings={"registry_url": f"http://127.0.0.1:{port}"})

    eventually(lambda: "waiting: the schema registry" in worker.said(), 60)
    assert place.position() == 0
    assert worker.process.poll() is None

    with registry(port):
        place.caught_up(60)
    assert told(place) == [(1, 1), (2, 2)]


def test_a_record_that_was_buried_before_its_schema_was_registered_is_read_when_it_comes_again(
    place: Site, port: int
) -> None:
    with registry(port):
        place.start(settings={"registry_url": f"http://127.0.0.1:{port}"})
        of_a_newer_schema(place)
        place.caught_up(60)
        assert told(place) == []
        assert [dict(each.headers)["dlq-cause"] for each in place.read(place.source.dlq)] == [b"UnknownSchema"]

        KNOWN.add(NEWER)
        soon = time.monotonic() + ASKED_AGAIN
        eventually(lambda: time.monotonic() > soon)
        of_a_newer_schema(place, (FOR, place.reader.encode()))
        place.caught_up(60)
    assert told(place) == [(1, 1)]
