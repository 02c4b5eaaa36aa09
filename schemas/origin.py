"""Who emitted a record, and its place in that emitter's sequence: what makes a repeat recognisable."""

from typing import NamedTuple

HEADER = "origin"


class Place(NamedTuple):
    """Order within one origin: a restore of the emitter's database raises the epoch."""

    epoch: int
    sequence: int


class Origin(NamedTuple):
    """An emitter (a reader of one input partition), and the place of one record."""

    emitter: str
    """``<reader>|<input topic id>|<input partition>``."""
    place: Place

    def header(self) -> bytes:
        """Return the header's value."""
        return f"{self.emitter}|{self.place.epoch}|{self.place.sequence}".encode()


def parse(value: bytes) -> Origin:
    """Read a header's value.

    Raises:
        ValueError: it is not an origin.

    """
    emitter, epoch, sequence = value.decode().rsplit("|", 2)
    return Origin(emitter, Place(int(epoch), int(sequence)))
