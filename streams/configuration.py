"""Every setting with its value and where it came from; secrets show only that they are there."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import SecretStr
from pydantic_settings import EnvSettingsSource

from streams.plans import masked
from streams.setting_files import OneValueFiles, StackFiles
from streams.settings import Settings, variable


class Shown(NamedTuple):
    """One setting for people."""

    setting: str
    value: str | None
    source: str


def shown(settings: Settings) -> Iterator[Shown]:
    """Yield every setting, those of tables one by one."""
    origin = _Origins()
    for name in Settings.model_fields:
        value = getattr(settings, name)
        if isinstance(value, dict):
            yield from (
                Shown(f"{name}.{key}", _text(name, each), origin.of(name, key)) for key, each in sorted(value.items())
            )
        else:
            yield Shown(name, _text(name, value), origin.of(name))


class _Origins:
    """Who has the last word on a setting, asked in the order in which they have it."""

    def __init__(self) -> None:
        environment = EnvSettingsSource(Settings)
        files = OneValueFiles(Settings, (environment,))
        self._environment = environment()
        self._places = files.places()
        self._documents = StackFiles(Settings, (environment, files)).documents()

    def of(self, name: str, key: str | None = None) -> str:
        """Return the variable, the file or ``default``."""
        called = variable(name if key is None else f"{name}__{key}")
        if _has(self._environment, name, key):
            return called
        if called in self._places:
            return str(self._places[called])
        written = (str(file) for file, document in reversed(self._documents.items()) if _has(document, name, key))
        return next(written, "default")


def _has(document: dict[str, Any], name: str, key: str | None) -> bool:
    found = document.get(name)
    return found is not None and (key is None or key in found)


def _text(name: str, value: Any) -> str | None:
    match value:
        case None:
            return None
        case SecretStr():
            return masked("password", value.get_secret_value())
        case timedelta():
            return f"{value.total_seconds():g} s"
        case Path():
            return str(value)
    # A login in a URL is a secret too.
    return masked(name, re.sub(r"(://[^:/@]*):[^@/]*@", r"\1:********@", str(value)))
