"""The log of proposals, folded again from its beginning and entered into the books: what was said on it must follow."""

from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from uuid import UUID

from agents.kernel import Partition
from agents.supervisor import AGENT
from schemas.events import DecisionMade, DelegationDescribed, Event, PersonRoleDescribed, ReviewRefused, Tick
from schemas.origin import Place
from schemas.topics import DECISIONS, PROPOSALS, Topic
from streams.decoding import Decoder
from streams.kafka import librdkafka
from streams.log import Log
from streams.record import Record
from streams.registry import Registry
from streams.settings import Settings
from tests.agents.laws import said
from tests.agents.supervisor.books import Books

HOST = f"agents.{PROPOSALS.name.split('.')[1]}|"


def retold(settings: Settings, *, to_its_end: bool) -> list[Books]:
    """Return the books of each partition; what breaks a promise, is missing, doubled or out of order, fails here.

    `to_its_end`: nothing is under way, so what follows from the last record must have been said, too.
    """
    with Log(librdkafka(settings), "tests.retold") as log, closing(Registry.of(settings)) as registry:
        teller = Teller(log, Decoder(registry.codec(), registry))
        return [teller.books(partition, to_its_end=to_its_end) for partition in range(PROPOSALS.partitions)]


class Teller:
    """Reads whole partitions, each record once, as their readers take it."""

    def __init__(self, log: Log, decoder: Decoder) -> None:
        self.log, self.decoder = log, decoder

    def books(self, number: int, *, to_its_end: bool) -> Books:
        """Return the books of one partition; its decisions are read first, for the proposals they follow from."""
        heard = [each for record, each in self._news(DECISIONS, number) if _is_the_hosts(record)]
        partition, books = Partition([AGENT], rebuilding=True), Books({})
        follows: list[UUID] = []
        for _, event in self._news(PROPOSALS, number):
            emitted = said(partition, [event])
            if isinstance(event, PersonRoleDescribed | DelegationDescribed):
                _who_may(books, partition)
            for group in [[each] for each in emitted] if isinstance(event, Tick) else [emitted]:
                books.enter(event, group)
            follows += [each.event_id for each in emitted if isinstance(each, DecisionMade | ReviewRefused)]
        told = [each.event_id for each in heard]
        assert told == (follows if to_its_end else follows[: len(told)]), (number, heard[-3:])
        return books

    def _news(self, topic: Topic, partition: int) -> Iterator[tuple[Record, Event]]:
        seen: dict[str, Place] = {}
        for record in chain.from_iterable(self.log.read(self.log.whole(topic.name, partition))):
            assert record.origin is not None
            emitter, place = record.origin
            if emitter not in seen or place > seen[emitter]:
                seen[emitter] = place
                yield record, self.decoder.decode(record.value)


def _is_the_hosts(record: Record) -> bool:
    return record.origin is not None and record.origin.emitter.startswith(HOST)


def _who_may(books: Books, partition: Partition) -> None:
    books.roles.clear()
    for each in partition.world.all(PersonRoleDescribed):
        books.roles.setdefault(each.employee_id, set()).add(each.role)
    books.lent = {each.delegation_id: each for each in partition.world.all(DelegationDescribed)}
