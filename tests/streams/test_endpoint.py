"""A role's endpoint, asked over HTTP."""

import socket
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from http.client import HTTPConnection
from typing import NamedTuple

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as families

from schemas.faults import Misconfigured
from streams.endpoint import Endpoint, pages
from streams.health import Health, Pace, Vitals
from streams.metrics import METERS, Meter, Metric, Tally
from streams.store import Input

READER = Vitals("sink.a", "t", beat=0, assigned=1, paces={0: Pace(7, 9, 0)}, modes={("attendance", "live"): 6})


class Said(NamedTuple):
    status: int
    text: str
    headers: Mapping[str, str]


def get(port: int, path: str, **headers: str) -> Said:
    asking = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        asking.request("GET", path, headers=headers)
        answer = asking.getresponse()
        return Said(answer.status, answer.read().decode(), dict(answer.getheaders()))
    finally:
        asking.close()


class Role:
    """A role that is made up: what is wrong with its database, and when its loop last turned."""

    def __init__(self) -> None:
        self.trouble: str | None = None
        self.now = 1.0
        self.health = Health([lambda: READER], {"database": lambda: self.trouble}, lambda: self.now)


@pytest.fixture
def role() -> Role:
    return Role()


@pytest.fixture
def port(role: Role) -> Iterator[int]:
    with Endpoint("127.0.0.1", 0, pages("sinks", role.health)) as endpoint:
        yield endpoint.port


def test_who_is_well_says_ok(port: int) -> None:
    for path in ("/livez", "/readyz", "/readyz/"):
        assert get(port, path)[:2] == (HTTPStatus.OK, "ok")
    assert get(port, "/readyz?verbose").text == (
        "[+]database ok\n[+]loops ok\n[+]group ok\n[+]partitions ok\n[+]halted ok\n[+]progress ok\n"
        "readyz check passed\n"
    )


def test_who_is_not_says_why_without_being_asked(port: int, role: Role) -> None:
    role.trouble = "PostgreSQL (readyz): server closed\n\tthe connection"
    status, text, _ = get(port, "/readyz")
    assert status == HTTPStatus.SERVICE_UNAVAILABLE
    assert text.startswith("[-]database failed: PostgreSQL (readyz): server closed the connection\n[+]loops ok\n")
    assert text.endswith("readyz check failed\n")
    assert get(port, "/livez").status == HTTPStatus.OK


def test_a_loop_that_stands_still_ends_its_life(port: int, role: Role) -> None:
    role.now = 100.0
    assert get(port, "/livez")[:2] == (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "[+]ping ok\n[-]loops failed: sink.a of t has not turned for 100 s\nlivez check failed\n",
    )


def test_other_paths_are_told_what_there_is(port: int) -> None:
    assert get(port, "/metricz")[:2] == (HTTPStatus.NOT_FOUND, "/livez\n/readyz\n/metrics\n")


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two partitions of one reader."""
    METERS.clear()
    for partition, records in ((0, 3), (1, 40)):
        meter = METERS.setdefault(Input("sink.a", "t", partition), Meter())
        meter.count(Tally(records, passed_over=1, repeated=2, emitted=4, buried=1, written=5, oldest=0))
        meter.commits.observe(0.02)
        meter.claims += 1
    yield
    METERS.clear()


@pytest.mark.usefixtures("counted")
def test_a_scrape_says_every_metric_of_the_table_under_its_labels(port: int) -> None:
    found = {family.name: family for family in families(get(port, "/metrics").text)}
    for metric in Metric:
        family = found[metric.called.removesuffix("_total")]
        assert (family.documentation, family.type) == (metric.says, metric.kind)
        labels = {*family.samples[0].labels} - {"le"}
        assert labels == {*metric.labels}, metric
    assert {name for name in found if name.startswith("rollcall")} == {
        metric.called.removesuffix("_total") for metric in Metric
    }
    assert {"process_resident_memory_bytes", "process_cpu_seconds", "python_gc_collections"} <= found.keys()


@pytest.mark.usefixtures("counted")
def test_a_scrape_says_what_was_counted(port: int) -> None:
    samples = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in families(get(port, "/metrics").text)
        for sample in family.samples
    }

    def value(name: str, **labels: str) -> float:
        return samples[(name, *sorted(labels.items()))]

    place = {"reader": "sink.a", "topic": "t"}
    assert value("rollcall_records_total", **place, partition="1", outcome="processed") == 40
    assert value("rollcall_records_total", **place, partition="1", outcome="repeated") == 2
    assert value("rollcall_records_total", **place, partition="0", outcome="passed_over") == 1
    assert value("rollcall_rows_written_total", **place, partition="0") == 5
    assert value("rollcall_batch_records_bucket", **place, le="2.0") == 0
    assert value("rollcall_batch_records_bucket", **place, le="5.0") == 1
    assert value("rollcall_batch_records_bucket", **place, le="+Inf") == 2
    assert value("rollcall_batch_records_sum", **place) == 43
    assert value("rollcall_commit_seconds_bucket", **place, le="0.02") == 2
    assert value("rollcall_lag_records", **place, partition="0") == 2
    assert value("rollcall_agent_mode", agent="attendance", mode="live") == 6
    assert value("rollcall_check_ok", check="progress") == 1


@pytest.mark.usefixtures("counted")
def test_a_scraper_that_speaks_openmetrics_is_answered_so(port: int) -> None:
    said = get(port, "/metrics", Accept="application/openmetrics-text;version=1.0.0")
    assert said.headers["Content-Type"].startswith("application/openmetrics-text")
    assert "rollcall_records" in {family.name for family in openmetrics(said.text)}  # type: ignore[no-untyped-call]


def test_a_port_that_is_taken_is_said_with_its_setting() -> None:
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        taken = somebody.getsockname()[1]
        with pytest.raises(Misconfigured, match=rf"ROLLCALL_HTTP_PORT is {taken}, and 127\.0\.0\.1:{taken}.*mend: end"):
            Endpoint("127.0.0.1", taken, {})
    with pytest.raises(Misconfigured, match="ROLLCALL_HTTP_HOST"):
        Endpoint("203.0.113.1", 9100, {})
