"""What librdkafka hands over that is not a record: what that means is said once for all who read."""

import logging

from confluent_kafka import KafkaError, Message

from schemas.faults import PositionOutsideLog

log = logging.getLogger(__name__)
_OUTSIDE = (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE)  # noqa: SLF001 - the library's names


def outside_log(error: KafkaError) -> bool:
    """Whether somebody reads from where the log does not reach, or does not reach any more."""
    return error.code() in _OUTSIDE


def sound(message: Message, reader: str, topic: str) -> bool:
    """Whether it is a record; what passes by itself is logged.

    Raises:
        PositionOutsideLog: the reader's position is not in the log.

    """
    error: KafkaError | None = message.error()
    if error is None:
        return True
    if outside_log(error):
        raise PositionOutsideLog(f"{reader} cannot go on in {topic}: {error}")
    log.warning("%s: Kafka: %s", reader, error)
    return False
