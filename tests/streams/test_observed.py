"""What a running role says of itself, against the tables: its counts, and its health while the database is away."""

import socket
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families as families

from streams import topics
from streams.migrate import migrate
from streams.settings import Settings
from tests.eventually import eventually
from tests.faults.counting import punch
from tests.faults.proxy import Proxy
from tests.fresh import fresh_database
from tests.hosts import site
from tests.streams.counting import TABLE
from tests.streams.test_endpoint import Said, get
from tests.streams.test_reader import Run

pytestmark = [pytest.mark.stack, pytest.mark.timeout(150)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def asked(port: int, path: str) -> Said:
    """What is answered; nobody there is no answer yet."""
    try:
        return get(port, path)
    except OSError as error:
        raise AssertionError(f"nobody answers at {port}") from error


def is_ready(port: int) -> None:
    status, text, _ = asked(port, "/readyz?verbose")
    assert status == HTTPStatus.OK, text


class Scrape:
    """The metrics of one moment."""

    def __init__(self, port: int) -> None:
        self._samples = [sample for family in families(asked(port, "/metrics").text) for sample in family.samples]

    def total(self, name: str, **labels: str) -> int:
        """The sum over all label sets that have these."""
        chosen = [each for each in self._samples if each.name == name and labels.items() <= each.labels.items()]
        return int(sum(each.value for each in chosen))


@pytest.fixture
def own(settings: Settings) -> Iterator[Settings]:
    topics.apply(settings)
    with fresh_database(settings) as fresh:
        migrate(fresh)
        with psycopg.connect(fresh.dsn("postgres")) as connection:
            connection.execute(TABLE)
        yield fresh


def test_a_reader_counts_what_the_tables_have_and_is_not_ready_while_its_database_is_away(
    own: Settings, proxy: Proxy
) -> None:
    run, port = Run(own), free_port()
    run.send(60, "raise it")
    run.start(ROLLCALL_POSTGRES_PORT=str(proxy.port), ROLLCALL_HTTP_PORT=str(port))
    try:
        eventually(lambda: is_ready(port), 60)
        run.complete(60)

        def counts_agree() -> None:
            seen = Scrape(port)
            assert seen.total("rollcall_rows_written_total") == len(run.counted()) == 60
            assert seen.total("rollcall_records_total", outcome="processed") == 61
            assert seen.total("rollcall_records_total", outcome="repeated") == 61 // 7  # as `send` does
            assert seen.total("rollcall_records_buried_total") == len(run.records(".dlq")) == 1
            assert seen.total("rollcall_records_emitted_total") == len(run.records(".out")) + 1
            assert seen.total("rollcall_claims_total") == seen.total("rollcall_partitions") == 3
            assert seen.total("rollcall_record_age_seconds_count") == seen.total("rollcall_batch_records_count") > 0
            assert seen.total("rollcall_lag_records") == seen.total("rollcall_outbox_pending") == 0

        eventually(counts_agree, 60)

        proxy.hole = True

        def red() -> None:
            status, text, _ = asked(port, "/readyz?verbose")
            assert status == HTTPStatus.SERVICE_UNAVAILABLE
            assert "[-]database failed: " in text
            assert "[+]kafka ok" in text

        eventually(red, 60)
        run.send(1)
        assert asked(port, "/livez").status == HTTPStatus.OK
        assert Scrape(port).total("rollcall_check_ok", check="database") == 0

        proxy.hole = False

        eventually(lambda: is_ready(port), 60)
        run.complete(60)
        eventually(lambda: Scrape(port).total("rollcall_rows_written_total") == len(run.counted()) == 61, 60)
    finally:
        run.stop()


def test_a_host_counts_what_it_has_emitted_and_buried(settings: Settings, tmp_path: Path) -> None:
    port = free_port()
    with site(settings, tmp_path, "observed", partitions=2) as place:
        for number in (1, 2, 3):
            for who in range(5):
                place.tell(punch(who, number))
        place.write(punch(0, 1).key, b"not Avro at all")
        place.tell(again := punch(1, 4))
        origin = place.write(again.key, place.codec.encode(place.source, again))
        place.write(again.key, place.codec.encode(place.source, again), origin=origin)
        place.start(settings={"http_port": port})
        place.caught_up(60)
        eventually(lambda: is_ready(port), 60)

        def counts_agree() -> None:
            seen = Scrape(port)
            assert seen.total("rollcall_records_total", outcome="processed") == place.position() - 1
            assert seen.total("rollcall_records_total", outcome="repeated") == 1
            assert seen.total("rollcall_records_buried_total") == len(place.read(place.source.dlq)) == 1
            assert seen.total("rollcall_records_emitted_total") == len(place.read(place.sink)) + 1
            assert seen.total("rollcall_partitions") == seen.total("rollcall_claims_total") == 2
            assert seen.total("rollcall_lag_records") == seen.total("rollcall_outbox_pending") == 0
            assert seen.total("rollcall_commit_seconds_count") > 0

        eventually(counts_agree, 60)
        assert place.stop() == [0]
