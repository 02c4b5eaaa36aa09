"""Explain one proposal: from the rows it rests on to what became of it, and whether it would be emitted again now.

Reads Kafka, the registry and, as the console, PostgreSQL; writes nowhere.
"""

from functools import partial

from streams.console import connection
from streams.decoding import Decoder
from streams.explain.book import Book
from streams.explain.chain import Chain
from streams.explain.finding import Finder
from streams.explain.inquiry import Inquiry, Say
from streams.explain.words import words
from streams.kafka import librdkafka
from streams.log import Log
from streams.registry import Registry
from streams.settings import Settings

__all__ = ["Chain", "explain"]


def explain(settings: Settings, wanted: str, say: Say) -> Chain:
    """Return the chain of a proposal, given its id or how that begins. `say` is told how far it is when it takes long.

    Raises:
        NoSuchProposal: there is none, or more than one.
        PositionOutsideLog: the log does not reach back to its beginning.
        Unavailable: PostgreSQL, Kafka or the registry does not answer.

    """
    registry = Registry.of(settings)
    decoder = Decoder(registry.codec(), registry)
    with connection(settings) as database, Log(librdkafka(settings), "rollcall.explain") as log:
        found = Finder(database, log, decoder.decode).find(wanted)
        inquiry = Inquiry(log, decoder, Book(log.at, decoder.decode), say)
        return inquiry.chain(found, partial(words, database))
