"""Every way in which work can go wrong, and what is then done about it.

::

    Fault
    ├── Retry                   infrastructure is away: wait in place with jitter, the partition waits
    │   └── Unavailable         PostgreSQL, Kafka, the registry or Connect does not answer
    ├── Bury                    this record, for this reader: dead-letter it with its cause, the others go on
    │   ├── Undecodable         the bytes are not what the schema says
    │   ├── UnknownSchema       the registry does not know the schema id
    │   ├── FoldRaised          a fold raised, or broke its contract
    │   ├── Refused             PostgreSQL refuses the row (constraint, type)
    │   ├── NotDecided          the supervisor has not decided what a record asks for
    │   └── Oversize            an emission is larger than the topic takes
    └── Stop                    going on would lose or double something: exit ≠ 0, naming the runbook page
        ├── PositionOutsideLog  the stored position is before the log's start or beyond its end
        ├── TopicRecreated      the topic has another id than the stored position was taken in
        ├── PartitionsChanged   a topic has another partition count than declared
        ├── SchemaBehind        the registry or the database lacks what this version declares
        ├── UnknownRecord       a schema names an event that this version does not know
        ├── DeliveryFailed      the producer gave up on a committed record
        ├── NoProgress          there is work, and nothing moved for too long
        ├── TooManyBuried       a step would bury more than its reader may within an hour
        └── Misconfigured       a setting is missing or wrong
    Fenced                      somebody else has claimed the partition: not an error, the claimant goes on
"""

from typing import ClassVar


class Fault(Exception):
    """Something went wrong and it is known what to do; the message says what, where and how to mend it."""

    runbook: ClassVar[str] = ""


class Retry(Fault):
    """Wait and do it again; nothing has been decided."""


class Unavailable(Retry):
    """PostgreSQL, Kafka, the registry or Connect does not answer."""


class Bury(Fault):
    """Dead-letter this record for this reader and go on."""


class Undecodable(Bury):
    """The bytes are not what their schema says."""


class UnknownSchema(Bury):
    """The registry does not know the schema id in the record."""

    def __init__(self, schema_id: int) -> None:
        super().__init__(f"the registry does not know schema id {schema_id}")
        self.schema_id = schema_id


class FoldRaised(Bury):
    """A fold raised, or emitted what its agent does not declare."""


class Refused(Bury):
    """PostgreSQL refuses the row."""


class NotDecided(Bury):
    """The supervisor's own state does not have the decision: somebody else has written it."""


class Oversize(Bury):
    """An emission is larger than its topic takes."""


class Stop(Fault):
    """End the process with an exit code that is not 0."""


class PositionOutsideLog(Stop):
    """The stored position cannot be read from the log any more, or not yet."""

    runbook = "position-outside-log"


class TopicRecreated(Stop):
    """The topic was deleted and created again: its offsets mean something else now."""

    runbook = "topic-recreated"


class PartitionsChanged(Stop):
    """A topic has another partition count than the one its keys were spread by."""

    runbook = "partitions-changed"


class SchemaBehind(Stop):
    """The registry or the database lacks what this version declares."""

    runbook = "schema-behind"


class UnknownRecord(Stop):
    """A schema names an event that this version does not know: it is older than its peers."""

    runbook = "unknown-record"


class DeliveryFailed(Stop):
    """The producer gave up on a record whose cause is committed; the outbox sends it again after the restart."""

    runbook = "delivery-failed"


class NoProgress(Stop):
    """There is work, and neither a commit nor an answer for too long."""

    runbook = "no-progress"


class TooManyBuried(Stop):
    """A step would bury more than its reader may within an hour: rather the code is at fault than so many records."""

    runbook = "too-many-buried"


class Misconfigured(Stop):
    """A setting is missing or wrong."""

    runbook = "misconfigured"


class Fenced(Exception):
    """Another writer has claimed the partition since."""
