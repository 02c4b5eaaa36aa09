"""Replays a recorded partition in a process of its own, so that its hash seed and time zone can be chosen."""

import json
import sys
from hashlib import sha256

from schemas.topics import Topic
from streams.letters import Letters
from streams.replay import Recording, differences, recorded, replayed
from tests.faults.counting import codec
from tests.faults.folds import agent


class NoRegistry:
    def text(self, schema_id: int) -> str | None:
        raise AssertionError(f"schema {schema_id} is known to this codec")


def main(recording: Recording, names: list[str], sink: Topic, ends: dict[str, int]) -> dict[str, object]:
    source = Topic(recording.topic, sink.partitions, "key")
    agents = [agent(source, name, 1) for name in names]
    now = replayed(recording, agents, Letters(codec(source, sink), lambda _: sink, folded=(sink,)), NoRegistry())
    then = recorded(recording, agents, [(sink, int(partition), end) for partition, end in ends.items()])
    return {
        "differences": len(differences(recording, then, now)),
        "recorded": len(then),
        "digest": sha256(repr([each for each in now if not each.topic.endswith(".dlq")]).encode()).hexdigest(),
    }


if __name__ == "__main__":
    told = json.loads(sys.argv[1])
    found = main(Recording(**told["recording"]), told["names"], Topic(*told["sink"]), told["ends"])
    sys.stdout.write(json.dumps(found))
