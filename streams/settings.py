"""Everything that differs between two machines, as one frozen value.

Read once, in the command line, by ``Settings.load()``. The environment (``ROLLCALL_…``) wins; what it leaves out comes
from the files of the local stack in ``home``; what those leave out has the default port of an ordinary installation.
"""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from platformdirs import user_cache_path, user_state_path
from pydantic import BeforeValidator, Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

STATE_FILES = ("stack.json", "secrets.json")
"""What the local stack leaves in its home: where its parts are, and the passwords (readable by the owner only)."""


def _seconds(value: object) -> object:
    """``0.5`` in the environment means half a second; ISO 8601 and ``HH:MM:SS`` are understood too."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


Duration = Annotated[timedelta, BeforeValidator(_seconds)]


class Settings(BaseSettings):
    """Where the parts are, how to log in, and the few knobs of a run."""

    model_config = SettingsConfigDict(
        env_prefix="ROLLCALL_", env_nested_delimiter="__", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    home: Path = Field(default_factory=lambda: user_state_path("rollcall", appauthor=False))
    cache: Path = Field(default_factory=lambda: user_cache_path("rollcall", appauthor=False))
    maven: str | None = None
    """Repository to download the JVM parts from, instead of Maven's own."""
    bootstrap: str = "127.0.0.1:9092"
    connect_url: str = "http://127.0.0.1:8083"
    connect_password: str = "${env:ROLLCALL_INGEST_PASSWORD}"  # noqa: S105
    """What the connector's configuration says in place of a password: Connect's ConfigProvider resolves it."""
    registry_url: str = "http://127.0.0.1:8081"
    """Root of the registry's Confluent-compatible API."""
    postgres_host: str = "127.0.0.1"
    postgres_port: int = 5432
    postgres_database: str = "rollcall"
    passwords: dict[str, SecretStr] = Field(default_factory=dict)
    """Password per database role."""
    heartbeat: Duration = timedelta(seconds=30)
    """How often Debezium writes its heartbeat row; also the tick of the business clock."""
    poll: Duration = timedelta(milliseconds=10)
    """Debezium's ``poll.interval.ms``: the latency of a commit against an idle share of a core."""
    session_timeout: Duration = timedelta(seconds=10)
    """After this long without a sign of life Kafka gives a worker's partitions to others."""
    crash: str | None = None
    """``point:n``: end the process hard at the n-th passage of a named point. For tests of crashes only."""
    log_level: str = "INFO"

    @classmethod
    def load(cls, home: Path | None = None) -> "Settings":
        """Settings of this process; ``home`` stands in for ``ROLLCALL_HOME``."""
        return cls() if home is None else cls(home=home)

    def dsn(self, role: str) -> str:
        """Connection string of a database role; without a password where none is known (``.pgpass``, peer)."""
        from psycopg.conninfo import make_conninfo  # a driver that commands which ask nothing do without

        password = self.passwords.get(role)
        return make_conninfo(
            host=self.postgres_host,
            port=self.postgres_port,
            dbname=self.postgres_database,
            user=role,
            password=password.get_secret_value() if password else None,
        )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then the files of the local stack."""
        return init_settings, env_settings, _StateFiles(settings_cls, (init_settings, env_settings))


class _StateFiles(PydanticBaseSettingsSource):
    """What the local stack of this home wrote when it started; its port numbers and passwords."""

    def __init__(self, settings_cls: type[BaseSettings], stronger: tuple[PydanticBaseSettingsSource, ...]) -> None:
        super().__init__(settings_cls)
        self._stronger = stronger

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002
        """Not used: the files hold whole documents."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        named = next((Path(found["home"]) for source in self._stronger if (found := source()).get("home")), None)
        home = named or Settings.model_fields["home"].get_default(call_default_factory=True)
        known: dict[str, Any] = {}
        for name in STATE_FILES:
            try:
                known |= json.loads((Path(home) / name).read_text(encoding="utf-8"))["settings"]
            except (FileNotFoundError, NotADirectoryError):
                continue
        return known


def environment(settings: Settings) -> dict[str, str]:
    """The environment of a child process that shall see the same home."""
    return {**os.environ, "ROLLCALL_HOME": str(settings.home)}
