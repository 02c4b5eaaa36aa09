"""One event of every kind; and one type of event that no topic carries."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, ClassVar, get_args, get_origin
from uuid import UUID

from schemas.events import Event
from schemas.wire import MODELS

AT = datetime(2026, 3, 2, 12, 30, 15, 123456, tzinfo=UTC)
VALUES: Mapping[Any, Any] = {str: "said", int: 7, bool: True, UUID: UUID(int=5), datetime: AT, date: date(2026, 3, 2)}


def sample(model: type[Event], **said: Any) -> Event:
    """An event whose fields all have a value, apart from those named."""
    return model(**{**{name: _value(field.annotation) for name, field in model.model_fields.items()}, **said})


def _value(kind: Any) -> Any:
    if kind in VALUES:
        return VALUES[kind]
    value = _value(get_args(kind)[0])
    return [value] if get_origin(kind) is list else value


SAMPLES = [sample(model) for model in MODELS.values()]


class Unheard(Event):
    """Something that no topic carries."""

    namespace: ClassVar[str] = "rollcall.tests"

    @property
    def key(self) -> str:
        return "nobody"
