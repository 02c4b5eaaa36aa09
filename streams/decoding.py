"""From a record's bytes to its event, asking the registry for a writer's schema that is not known yet."""

from dataclasses import dataclass

from schemas.events import Event
from schemas.faults import UnknownSchema
from schemas.wire import Codec
from streams.registry import Registry


@dataclass(frozen=True, slots=True)
class Decoder:
    """A codec that learns."""

    codec: Codec
    registry: Registry

    def decode(self, value: bytes | None) -> Event:
        """Read a record's value.

        Raises:
            Undecodable: not what its schema says.
            UnknownSchema: the registry does not know the schema either.
            UnknownRecord: this version does not know the event.
            Unavailable: the registry does not answer.

        """
        try:
            return self.codec.decode(value)
        except UnknownSchema as unknown:
            text = self.registry.text(unknown.schema_id)
            if text is None:
                raise
            self.codec.learn(unknown.schema_id, text)
            return self.codec.decode(value)
