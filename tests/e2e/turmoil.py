"""What befalls the processes and the log of an installation that runs: kill -9, records again, a reader set back."""

from dataclasses import dataclass, field, replace
from itertools import chain, count
from random import Random
from typing import Any

from confluent_kafka import Producer

from schemas.origin import HEADER, Origin, Place
from schemas.topics import DECISIONS, PROPOSALS
from streams import roles
from streams.kafka import librdkafka
from streams.local.runner import Stack
from streams.log import Log
from streams.settings import Settings
from tests.e2e.office import Office

POINTS = ("after_poll", "after_fold", "before_commit", "after_commit", "after_send")
QUICK = {"ROLLCALL_SESSION_TIMEOUT": "3"}
NAMES = tuple(role.name for role in roles.roles())


@dataclass
class Turmoil:
    """All of it is chosen by the dice."""

    stack: Stack
    settings: Settings
    dice: Random
    told: Any = field(default_factory=lambda: count(1))

    def kill(self) -> str:
        """Kill a role now, whatever it is doing."""
        name = self.dice.choice(NAMES)
        self.stack.kill(name)
        return name

    def die_at(self) -> str:
        """Start a role anew that dies at a named point, and is then started as ever."""
        role = self.dice.choice([each for each in roles.roles() if each.name != "audit"])
        point = self.dice.choice([*POINTS, "after_effect"] if role.name == "apply" else POINTS)
        self.stack.start_role(replace(role, env=QUICK, once={"ROLLCALL_CRASH": f"{point}:{self.dice.randint(1, 4)}"}))
        return f"{role.name} {point}"

    def tell_again(self) -> str:
        """Write records of a topic once more: under their own origin, or as if somebody had copied the topic."""
        topic, anew = self.dice.choice([PROPOSALS, DECISIONS]), self.dice.random() < 0.6
        with Log(librdkafka(self.settings), "tests.turmoil") as log:
            spans = [log.whole(topic.name, each) for each in range(topic.partitions)]
            span = self.dice.choice([each for each in spans if each.end] or spans)
            records = [*chain.from_iterable(log.read(span))]
        begin = self.dice.randrange(len(records) or 1)
        producer = Producer({**librdkafka(self.settings), "linger.ms": 5})
        for record in records[begin : begin + 25]:
            headers = [(name, value) for name, value in record.headers if not (anew and name == HEADER)]
            if anew:
                headers.append((HEADER, Origin("copy|0|0", Place(1, next(self.told))).header()))
            producer.produce(topic.name, record.value, record.key, record.partition, headers=headers)
        assert producer.flush(30) == 0
        return f"{topic.name.split('.')[1]} {'copied' if anew else 'repeated'}: {len(records[begin : begin + 25])}"

    def apply_again(self, office: Office) -> str:
        """Have the applier read all decisions from the first one on, as after a careless repair of its position."""
        self.stack.stop_role("apply")
        office.server.execute("delete from rollcall.marks where reader = 'apply'")
        moved = office.server.execute("update rollcall.positions set next_offset = 0 where reader = 'apply'").rowcount
        self.stack.start_role(next(role for role in roles.roles() if role.name == "apply"))
        return f"from the beginning: {moved} partitions"
