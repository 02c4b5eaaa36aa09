"""Which dead letters somebody means, and what has become of each: open until it is given again, or parked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from psycopg.rows import dict_row

from connectors.commands import Grave
from schemas.topics import Topic
from streams.console import NotFound, Rows, connection
from streams.database import Connection
from streams.dead import BURIED, DeadLetter, dead_letters, partitions
from streams.settings import Settings

State = Literal["open", "retried", "parked"]
STATES: Mapping[str, State] = {"retry": "retried", "park": "parked"}
"""What a command makes of a dead letter."""


class Known(NamedTuple):
    """A dead letter, and what somebody has done about it, the newest last; its state goes by that."""

    letter: DeadLetter
    commands: Rows

    @property
    def state(self) -> State:
        """Open, while nobody has done anything."""
        return STATES[self.commands[-1]["action"]] if self.commands else "open"

    def row(self) -> dict[str, Any]:
        """Return what a person wants to see of it."""
        told = self.letter.row()
        return {"id": told.pop("id"), "state": self.state, **told}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A choice of dead letters; None leaves a thing open. `topic` is the one that the records came from."""

    topic: str | None = None
    reader: str | None = None
    cause: str | None = None
    key: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    state: State | None = "open"

    @property
    def everything(self) -> bool:
        """Whether nothing but the state has been said."""
        return (self.topic, self.reader, self.cause, self.key, self.since, self.until) == (None,) * 6

    def takes(self, known: Known) -> bool:
        """Whether one is meant."""
        letter, at = known.letter, known.letter.buried_at
        said = (
            (self.topic, letter.topic),
            (self.reader, letter.reader),
            (self.cause, letter.cause),
            (self.key, (letter.key or b"").decode(errors="replace")),
            (self.state, known.state),
        )
        return (
            all(wanted in (None, found) for wanted, found in said)
            and (self.since is None or (at is not None and at >= self.since))
            and (self.until is None or (at is not None and at < self.until))
        )

    def topics(self) -> list[Topic]:
        """Return whose dead letters must be read.

        Raises:
            NotFound: there is no such topic.

        """
        found = [topic for topic in BURIED if self.topic in (None, topic.name)]
        if not found:
            raise NotFound(f"there is no topic {self.topic!r}; there are: {', '.join(topic.name for topic in BURIED)}")
        return found


def chosen(settings: Settings, wanted: Wanted) -> Iterator[Known]:
    """Return the dead letters that are meant; they are read as they are asked for.

    Raises:
        NotFound: there is no such topic.
        Unavailable: Kafka or PostgreSQL does not answer.

    """
    places = partitions(wanted.topics())
    with connection(settings) as database:
        done = handled(database)
    known = map(done.of, dead_letters(settings, places))
    return (each for each in known if wanted.takes(each))


def by_id(settings: Settings, ids: Iterable[str]) -> list[Known]:
    """Return the dead letters of these ids, in that order.

    Raises:
        NotFound: there is none of one of them.
        Unavailable: Kafka or PostgreSQL does not answer.

    """
    ids = list(ids)
    with connection(settings) as database:
        done = handled(database)
    places = [place for place in partitions() if any(each.startswith(f"{place[0]}-{place[1]}-") for each in ids)]
    found = {letter.id: done.of(letter) for letter in dead_letters(settings, places) if letter.id in ids}
    if unknown := [each for each in ids if each not in found]:
        raise NotFound(f"no such dead letter: {', '.join(unknown)}; rollcall dlq list names them")
    return [found[each] for each in dict.fromkeys(ids)]


_SOURCE = ("reader", "topic", "partition", "source_offset", "woken")


class Handled(NamedTuple):
    """What people have said about dead letters, by id; and of old rows, which have none, by what was buried."""

    by_id: dict[str, Rows]
    by_source: dict[tuple[Any, ...], Rows]

    def commands(self, letter: Grave) -> Rows:
        """Return what was said about one; nothing while it is open."""
        source = (letter.reader, letter.topic, letter.partition, letter.offset, letter.woken)
        return self.by_source.get(source, []) + self.by_id.get(letter.id, [])

    def of(self, letter: DeadLetter) -> Known:
        """Return the letter with it."""
        return Known(letter, self.commands(letter))


def handled(database: Connection) -> Handled:
    """Return all that was ever said."""
    done = Handled({}, {})
    with database.cursor(row_factory=dict_row) as cursor:
        for row in cursor.execute(
            "select letter, reader, topic, partition, source_offset, woken, id, action, author, note, given_at"
            " from public.dlq_commands left join rollcall.dlq_notes on command_id = id order by given_at, id"
        ):
            letter, *source = (row.pop(name) for name in ("letter", *_SOURCE))
            rows = done.by_source.setdefault(tuple(source), []) if letter is None else done.by_id.setdefault(letter, [])
            rows.append(row)
    return done
