"""An overview for machines: names that stay, spans in seconds, None for what nobody could tell. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import timedelta
from typing import Any

from streams.overview.judgement import attention
from streams.overview.seen import Capture, Overview, Reserve


def document(seen: Overview) -> dict[str, Any]:
    """Return the JSON document of `rollcall status --json`; instants are ISO 8601."""
    told = attention(seen)
    return {
        "at": seen.at.isoformat(timespec="milliseconds"),
        "home": seen.home,
        "ok": not told,
        "attention": [each._asdict() for each in told],
        "parts": _listed(seen.parts),
        "readers": None if seen.readings is None else _listed(seen.readings),
        "dead_letters": None if seen.burials is None else _listed(seen.burials),
        "dead_letters_unread": seen.unread_letters,
        "slot": _slot(seen.reserve),
        "connector": _connector(seen.capture),
        "agents": None if seen.agents is None else _listed(seen.agents),
        "proposals": seen.proposals,
        "decisions": _listed(seen.latest),
        "away": _listed(seen.away),
    }


def _listed(rows: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [_row(each) for each in rows]


def _row(each: Any) -> dict[str, Any]:
    assert is_dataclass(each)
    plain = {field.name: getattr(each, field.name) for field in fields(each)}
    return {f"{name}_seconds" if name.startswith("oldest") else name: _value(value) for name, value in plain.items()}


def _value(value: Any) -> Any:
    if isinstance(value, timedelta):
        return round(value.total_seconds(), 3)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _slot(reserve: Reserve | None) -> Mapping[str, Any] | None:
    if reserve is None:
        return None
    known = {"active": False, "wal_status": None, "retained": None, "behind": None}
    return {
        **(known if reserve.slot is None else asdict(reserve.slot)),
        "exists": reserve.slot is not None,
        "max_kept": reserve.max_kept,
    }


def _connector(capture: Capture | None) -> Mapping[str, Any] | None:
    return None if capture is None else {**capture.states, "state": str(capture.finding.state)}
