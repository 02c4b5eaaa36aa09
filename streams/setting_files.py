"""Settings in files: one value each, as containers are given secrets, or what the local stack has written."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from platformdirs import user_state_path
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from schemas.faults import Misconfigured

PREFIX = "ROLLCALL_"
SUFFIX = "_FILE"
STACK_FILES = ("stack.json", "secrets.json")
"""What the local stack leaves in its home: where its parts are, and the passwords (readable by the owner only)."""


class _Files(PydanticBaseSettingsSource):
    """Whole documents; where they are is for the stronger sources to say."""

    def __init__(self, settings_cls: type[BaseSettings], stronger: tuple[PydanticBaseSettingsSource, ...]) -> None:
        super().__init__(settings_cls)
        self._stronger = stronger

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002
        """Not used: the files hold whole documents."""
        return None, field_name, False

    def _named(self, setting: str) -> Path | None:
        found = (source().get(setting) for source in self._stronger)
        return next((Path(place) for place in found if place), None)


class OneValueFiles(_Files):
    """``ROLLCALL_KAFKA_PASSWORD_FILE`` names a file; ``ROLLCALL_SECRETS`` a folder of files named like variables."""

    def __call__(self) -> dict[str, Any]:
        known: dict[str, Any] = {}
        for variable, file in self.places().items():
            name, _, key = variable.removeprefix(PREFIX).lower().partition("__")
            value = _content(variable, file)
            if key:
                known.setdefault(name, {})[key] = value
            else:
                known[name] = value
        return known

    def places(self) -> dict[str, Path]:
        """Return the file that holds a variable's value, by variable."""
        return {**self._in_folder(), **dict(_by_variable(os.environ))}

    def _in_folder(self) -> dict[str, Path]:
        folder = self._named("secrets")
        if folder is None:
            return {}
        try:
            return {file.name.upper(): file for file in folder.iterdir() if file.name.upper().startswith(PREFIX)}
        except OSError as error:
            raise Misconfigured(
                f"{PREFIX}SECRETS names {folder}, which cannot be read: {error.strerror}; mend: name a folder"
                " of files that are named like variables"
            ) from error


class StackFiles(_Files):
    """What the local stack of this home wrote when it started; its port numbers and passwords."""

    def __call__(self) -> dict[str, Any]:
        known: dict[str, Any] = {}
        for document in self.documents().values():
            known |= document
        return known

    def documents(self) -> dict[Path, dict[str, Any]]:
        """Return the settings in each file that is there, the weakest first."""
        home = self._named("home") or user_state_path("rollcall", appauthor=False)
        found = ((home / name, _written(home / name)) for name in STACK_FILES)
        return {file: document for file, document in found if document is not None}


def _written(file: Path) -> dict[str, Any] | None:
    try:
        settings: dict[str, Any] = dict(json.loads(file.read_text(encoding="utf-8"))["settings"])
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Misconfigured(
            f"{file} is not as the local stack writes it: {error!r};"
            " mend: restore it, or begin with another ROLLCALL_HOME"
        ) from error
    return settings


def _by_variable(environment: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    for name, place in environment.items():
        upper = name.upper()
        if upper.startswith(PREFIX) and upper.endswith(SUFFIX) and place:
            yield upper.removesuffix(SUFFIX), Path(place)


def _content(variable: str, file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(
            f"{variable} is to be read from {file}, which cannot be read: {error};"
            f" mend: let {variable}{SUFFIX} name a file that holds the value alone"
        ) from error
