"""One dead letter, told whole: why it was buried, where it came from, and what it says, as far as it can be read."""

import json
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from schemas.faults import Fault
from schemas.topics import CDC
from streams.deadletter import CONNECT
from streams.decoding import Decoder
from streams.registry import Registry
from streams.settings import Settings
from streams.triage import Known

SHOWN = 256
"""Bytes that are shown of a value that cannot be read."""
WIDTH = 16
TRACE = f"{CONNECT}exception.stacktrace"


@dataclass(frozen=True, slots=True)
class Report:
    """A dead letter, and what its value says: a name and a document, or why it cannot be read."""

    known: Known
    name: str
    said: Any = None
    unreadable: str | None = None

    def document(self) -> dict[str, Any]:
        """Return it for machines: as `exported`, with what it says."""
        return {**exported(self.known), "name": self.name, "event": self.said, "unreadable": self.unreadable}

    def text(self) -> str:
        """Return it for people."""
        letter = self.known.letter
        burial = [(name, _readable(value)) for name, value in letter.burial if name != TRACE]
        trace = "".join(_readable(value) for name, value in letter.burial if name == TRACE)
        lines = [f"{letter.id}  {self.known.state}", *map(_deed, self.known.commands)]
        lines += ["buried", *_aligned(burial), *_block(trace), "the record's own headers"]
        lines += _aligned([(name, _readable(value)) for name, value in letter.headers])
        lines += [f"key  {'none' if letter.key is None else _readable(letter.key)}"]
        value = letter.value or b""
        if self.unreadable is None:
            lines += [self.name, *_block(json.dumps(self.said, indent=2, ensure_ascii=False))]
        else:
            shown = f", the first {SHOWN} are" if len(value) > SHOWN else ""
            lines += [f"cannot be read: {self.unreadable}", f"{len(value)} bytes{shown}", *_block(hexdump(value))]
        return "\n".join(lines)


def inspect(settings: Settings, known: Known) -> Report:
    """Read what a dead letter says; that the registry does not answer is told, not raised."""
    letter = known.letter
    if letter.topic == CDC.name:
        try:
            return Report(known, "change", json.loads(letter.value or b""))
        except ValueError as error:
            return Report(known, "change", unreadable=f"not JSON: {error}")
    try:
        registry = Registry.of(settings)
        event = Decoder(registry.codec(), registry).decode(letter.value)
    except Fault as fault:
        return Report(known, "event", unreadable=str(fault))
    return Report(known, event.fullname(), event.model_dump(mode="json"))


def exported(known: Known) -> dict[str, Any]:
    """Return a dead letter as one JSON document: key, value and the record's own headers in base64, byte for byte."""
    letter = known.letter
    return {
        **known.row(),
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "woken": letter.woken,
        "key": _base64(letter.key),
        "value": _base64(letter.value),
        "headers": [(name, _base64(value)) for name, value in letter.headers],
        "burial": [(name, _readable(value)) for name, value in letter.burial],
        "commands": known.commands,
    }


def hexdump(value: bytes) -> str:
    """Return the first bytes as hexadecimal beside what of them is ASCII."""
    lines = []
    for start in range(0, min(len(value), SHOWN), WIDTH):
        row = value[start : min(start + WIDTH, SHOWN)]
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        lines.append(f"{start:08x}  {row.hex(' '):<{WIDTH * 3}} |{text}|")
    return "\n".join(lines)


def _deed(command: dict[str, Any]) -> str:
    why = f": {command['note']}" if command["note"] else ""
    deed = {"retry": "given again", "park": "parked"}[command["action"]]
    return f"  {command['given_at'].isoformat(timespec='seconds')}  {deed} by {command['author']}{why}"


def _aligned(said: list[tuple[str, str]]) -> list[str]:
    width = max((len(name) for name, _ in said), default=0)
    return [f"  {name:<{width}}  {value}" for name, value in said]


def _block(text: str) -> list[str]:
    return [f"  {line}" for line in text.rstrip().splitlines()]


def _base64(value: bytes | None) -> str | None:
    return None if value is None else b64encode(value).decode()


def _readable(value: bytes) -> str:
    """Return text as it is, and other bytes as hexadecimal; nothing that would steer a terminal."""
    text = value.decode(errors="replace")
    return text if text.replace("\n", "").isprintable() and "\ufffd" not in text else value[:SHOWN].hex(" ")
