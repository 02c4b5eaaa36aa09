"""Everything that differs between two machines, as one frozen value.

Read once, in the command line, by ``Settings.load()``. The environment (``ROLLCALL_…``) wins; then files that hold one
value each, for secrets; then what the local stack in ``home`` has written; then the ports of an ordinary installation.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_cache_path, user_state_path
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from schemas.faults import Misconfigured
from streams.setting_files import PREFIX, OneValueFiles, StackFiles


def _seconds(value: object) -> object:
    """``0.5`` in the environment means half a second; ISO 8601 and ``HH:MM:SS`` are understood too."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


Duration = Annotated[timedelta, BeforeValidator(_seconds)]
File = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]
Security = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Mechanism = Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"]
SslMode = Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]


class Settings(BaseSettings):
    """Where the parts are, how to log in, and the few knobs of a run."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    home: Path = Field(default_factory=lambda: user_state_path("rollcall", appauthor=False))
    cache: Path = Field(default_factory=lambda: user_cache_path("rollcall", appauthor=False))
    secrets: Path | None = None
    """Folder of files that are named like a variable and hold its value, as containers are given secrets."""
    maven: str | None = None
    """Repository to download the JVM parts from, instead of Maven's own."""
    instance: str = "0"
    """Which of several processes of one role this is: two of them with one name put each other out of their group."""

    bootstrap: str = "127.0.0.1:9092"
    """Kafka's ``host:port``; several with commas."""
    kafka_security: Security = "PLAINTEXT"
    kafka_mechanism: Mechanism = "SCRAM-SHA-512"
    kafka_user: str | None = None
    kafka_password: SecretStr | None = None
    kafka_ca: File | None = None
    """Certificates (PEM) of who may vouch for the brokers; None: those that the system trusts."""
    kafka_certificate: File | None = None
    """Our own certificate, for brokers that want one."""
    kafka_key: File | None = None

    connect_url: str = "http://127.0.0.1:8083"
    connect_user: str | None = None
    connect_password: SecretStr | None = None
    connect_ca: File | None = None
    connector_database_password: str = "${env:ROLLCALL_INGEST_PASSWORD}"  # noqa: S105
    """What the connector's configuration says in place of a password: Connect's ConfigProvider resolves it."""
    connector_database_host: str | None = None
    """Where Connect finds PostgreSQL, if that is elsewhere for Connect than for us."""
    connector_database_port: int | None = None
    connector_database_ca: str | None = None
    """``sslrootcert`` on Connect's machine."""

    registry_url: str = "http://127.0.0.1:8081"
    """Root of the registry's Confluent-compatible API."""
    registry_user: str | None = None
    registry_password: SecretStr | None = None
    registry_ca: File | None = None

    postgres_host: str = "127.0.0.1"
    postgres_port: int = 5432
    postgres_database: str = "rollcall"
    postgres_sslmode: SslMode | None = None
    """None: as libpq does it, encrypted where the server can."""
    postgres_ca: File | None = None
    passwords: dict[str, SecretStr] = Field(default_factory=dict)
    """Password per database role."""

    heartbeat: Duration = timedelta(seconds=30)
    """How often Debezium writes its heartbeat row; also the tick of the business clock."""
    poll: Duration = timedelta(milliseconds=4)
    """Debezium's ``poll.interval.ms``: the latency of a commit against an idle share of a core."""
    session_timeout: Duration = timedelta(seconds=10)
    """After this long without a sign of life Kafka gives a worker's partitions to others."""
    http_port: int = Field(default=0, ge=0, le=65535)
    """Where a role answers ``/livez``, ``/readyz`` and ``/metrics``; 0: nowhere. The local stack gives each its own."""
    http_host: str = "127.0.0.1"
    """The address it listens on; in a container ``0.0.0.0``."""
    crash: str | None = None
    """``point:n``: end the process hard at the n-th passage of a named point. For tests of crashes only."""
    log_level: str = "INFO"

    @classmethod
    def load(cls, home: Path | None = None) -> "Settings":
        """Settings of this process; ``home`` stands in for ``ROLLCALL_HOME``.

        Raises:
            Misconfigured: a variable or a file does not hold what it should.

        """
        try:
            return cls() if home is None else cls(home=home)
        except ValidationError as error:
            wrong = "; ".join(f"{_variable(each['loc'])}: {each['msg']}" for each in error.errors())
            raise Misconfigured(f"{wrong}; mend: set it right in the environment or in its file") from error
        except SettingsError as error:
            raise Misconfigured(f"{error}: {error.__cause__}; mend: set it right in the environment") from error

    @classmethod
    def given(cls) -> frozenset[str]:
        """Names of the settings that the environment gives, or files it names: what somebody has decided."""
        environment = EnvSettingsSource(cls)
        return frozenset({**environment(), **OneValueFiles(cls, (environment,))()})

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
            sslmode=self.postgres_sslmode,
            sslrootcert=str(self.postgres_ca) if self.postgres_ca else None,
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
        """Arguments, then the environment, then files of one value, then the files of the local stack."""
        stronger = (init_settings, env_settings)
        return *stronger, OneValueFiles(settings_cls, stronger), StackFiles(settings_cls, stronger)


def variable(name: str) -> str:
    """Return what a setting is called in the environment: ``ROLLCALL_KAFKA_USER``."""
    return f"{PREFIX}{name}".upper()


def _variable(place: tuple[int | str, ...]) -> str:
    return variable("__".join(map(str, place)))


def environment(settings: Settings) -> dict[str, str]:
    """The environment of a child process that shall see the same home."""
    return {**os.environ, "ROLLCALL_HOME": str(settings.home)}
