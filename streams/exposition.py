"""The metrics of a role as Prometheus and OpenMetrics have them: collected at the moment of a scrape, never before."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from itertools import accumulate

from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
)
from prometheus_client.metrics_core import Metric as Exposed
from prometheus_client.registry import Collector

from streams.health import Health, Vitals
from streams.metrics import METERS, RETRIES, Histogram, Meter, Metric
from streams.store import Input

COUNTED: Mapping[Metric, Callable[[Meter], int]] = {
    Metric.EMITTED: lambda meter: meter.emitted,
    Metric.BURIED: lambda meter: meter.buried,
    Metric.ROWS: lambda meter: meter.written,
    Metric.CLAIMS: lambda meter: meter.claims,
    Metric.FENCES: lambda meter: meter.fences,
}
OUTCOMES: Mapping[str, Callable[[Meter], int]] = {
    "processed": lambda meter: meter.processed,
    "repeated": lambda meter: meter.repeated,
    "passed_over": lambda meter: meter.passed_over,
}
SPREAD: Mapping[Metric, Callable[[Meter], Histogram]] = {
    Metric.COMMIT: lambda meter: meter.commits,
    Metric.BATCH: lambda meter: meter.batches,
    Metric.AGE: lambda meter: meter.ages,
}
Row = tuple[Sequence[str], float]


class Exposition(Collector):
    """What a scrape of this role says: its own metrics, and the process's memory, processor time and descriptors."""

    def __init__(self, role: str, health: Health, meters: Mapping[Input, Meter] = METERS) -> None:
        self._role, self._health, self._meters = role, health, meters
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)

    def text(self, accept: str) -> tuple[bytes, str]:
        """Return the page and its content type, as the scraper takes it."""
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type

    def describe(self) -> list[Exposed]:
        """Nothing: what a registry asks when it is given a collector, before there is anything to collect."""
        return []

    def collect(self) -> Iterator[Exposed]:
        """Yield every metric of the table."""
        meters = dict(self._meters)
        yield _counter(Metric.RECORDS, _outcomes(meters))
        for metric, count in COUNTED.items():
            yield _counter(metric, [(_place(whose), count(meter)) for whose, meter in meters.items()])
        yield _counter(Metric.RETRIES, [((), RETRIES.count)])
        for metric, of in SPREAD.items():
            yield _histogram(metric, meters, of)
        yield from self._standing(self._health.vitals())
        yield _gauge(Metric.HEALTH, [((each.name,), float(each.trouble is None)) for each in self._health.ready()])
        about = InfoMetricFamily(Metric.BUILD.called.removesuffix("_info"), Metric.BUILD.says)
        about.add_metric((), dict(zip(Metric.BUILD.labels, (self._role, version("rollcall")), strict=True)))
        yield about

    def _standing(self, seen: Sequence[Vitals]) -> Iterator[Exposed]:
        now = self._health.now()
        readers = [(each, (each.reader, each.topic)) for each in seen if each.topic is not None]
        paces = [((*place, str(number)), pace) for each, place in readers for number, pace in each.paces.items()]
        yield _gauge(Metric.LAG, [(place, pace.lag) for place, pace in paces])
        yield _gauge(Metric.STALLED, [(place, pace.stalled(now)) for place, pace in paces])
        yield _gauge(Metric.PARTITIONS, [(place, len(each.paces)) for each, place in readers])
        yield _gauge(Metric.OUTBOX, [(place, each.pending) for each, place in readers])
        yield _gauge(Metric.BEAT, [((each.reader, each.topic or ""), max(0.0, now - each.beat)) for each in seen])
        yield _gauge(Metric.MODE, [(mode, count) for each in seen for mode, count in each.modes.items()])


def _place(whose: Input) -> tuple[str, str, str]:
    return whose.reader, whose.topic, str(whose.partition)


def _outcomes(meters: Mapping[Input, Meter]) -> list[Row]:
    return [((*_place(whose), name), of(meter)) for whose, meter in meters.items() for name, of in OUTCOMES.items()]


def _counter(metric: Metric, rows: Sequence[Row]) -> Exposed:
    family = CounterMetricFamily(metric.called, metric.says, labels=metric.labels)
    for labels, value in rows:
        family.add_metric(labels, value)
    return family


def _gauge(metric: Metric, rows: Sequence[Row]) -> Exposed:
    family = GaugeMetricFamily(metric.called, metric.says, labels=metric.labels)
    for labels, value in rows:
        family.add_metric(labels, value)
    return family


def _histogram(metric: Metric, meters: Mapping[Input, Meter], of: Callable[[Meter], Histogram]) -> Exposed:
    """A reader's partitions together: each alone would be too many numbers for what they tell."""
    family = HistogramMetricFamily(metric.called, metric.says, labels=metric.labels)
    spread: dict[tuple[str, str], list[Histogram]] = defaultdict(list)
    for whose, meter in meters.items():
        spread[whose.reader, whose.topic].append(of(meter))
    for place, parts in spread.items():
        counts = list(accumulate(map(sum, zip(*(part.counts for part in parts), strict=True))))
        bounds = [*map(str, parts[0].bounds), "+Inf"]
        family.add_metric(place, list(zip(bounds, counts, strict=True)), sum(part.total for part in parts))
    return family
