"""Kafka Connect's REST interface, for one connector: what it is told, whether it runs, how far it has come."""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

import httpx

from schemas.faults import Stop, Unavailable
from streams.rest import Access
from streams.settings import Settings

TIMEOUT = 30.0
UNKNOWN = Access("connect")
"""Who has no login."""
PATIENCE = timedelta(seconds=90)
"""How long a connector may take to run and to have its slot."""
GRACE = timedelta(seconds=5)
PAUSE = 0.1


class ConnectorFailed(Stop):
    """The connector does not run; its own words say why."""

    runbook = "connector-failed"


class Worker(NamedTuple):
    """A Connect worker: its version, and that of each kind of connector by class name."""

    version: str
    plugins: Mapping[str, str]


class Connect:
    """The worker's REST interface, for one connector."""

    def __init__(
        self, url: str, name: str, transport: httpx.BaseTransport | None = None, access: Access = UNKNOWN
    ) -> None:
        self._client, self._access = access.client(url, TIMEOUT, transport), access
        self._what, self._path = f"Kafka Connect at {url}", f"/connectors/{name}"

    @classmethod
    def of(cls, settings: Settings, name: str) -> "Connect":
        """Return the worker of an installation."""
        access = Access("connect", settings.connect_user, settings.connect_password, settings.connect_ca)
        return cls(settings.connect_url, name, access=access)

    def worker(self) -> Worker:
        """Return what answers, and which connectors it could run; raises ``Unavailable``."""
        version = str(self._expect(self._ask("GET", "/")).json()["version"])
        plugins = self._expect(self._ask("GET", "/connector-plugins")).json()
        return Worker(version, {each["class"]: each.get("version", "") for each in plugins})

    def configured(self) -> Mapping[str, str] | None:
        """Return the connector's configuration, None when there is no such connector."""
        answer = self._ask("GET", f"{self._path}/config")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        found: dict[str, str] = self._expect(answer).json()
        return {name: value for name, value in found.items() if name != "name"}

    def configure(self, document: Mapping[str, str]) -> None:
        """Create the connector or change its configuration.

        Raises:
            ConnectorFailed: Connect refuses the configuration.

        """
        self._expect(self._ask("PUT", f"{self._path}/config", document))

    def delete(self) -> None:
        """Forget the connector; its replication slot stays, and holds on to the database's log."""
        answer = self._ask("DELETE", self._path)
        if answer.status_code != httpx.codes.NOT_FOUND:
            self._expect(answer)

    def stop(self) -> None:
        """End the connector's task and wait until it has ended: what runs afterwards has the new configuration."""
        self._expect(self._ask("PUT", f"{self._path}/stop"))
        await_that("the connector's task to end", lambda: not (self.status() or {}).get("tasks"))

    def resume(self) -> None:
        """Let it run again."""
        self._expect(self._ask("PUT", f"{self._path}/resume"))

    def restart(self) -> None:
        """Start what has failed anew."""
        self._expect(self._ask("POST", f"{self._path}/restart?includeTasks=true&onlyFailed=true"))

    def status(self) -> Mapping[str, Any] | None:
        """Return Connect's own account of connector and task, None when it has none (yet)."""
        answer = self._ask("GET", f"{self._path}/status")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        found: dict[str, Any] = self._expect(answer).json()
        return found

    def runs(self) -> bool:
        """Whether the task runs.

        Raises:
            ConnectorFailed: connector or task has failed.

        """
        status = self.status() or {}
        states = [status.get("connector", {}), *status.get("tasks", [])]
        for each in states:
            if each.get("state") == "FAILED":
                raise ConnectorFailed(f"the connector has failed: {each.get('trace', 'no trace')[:2000]}")
        return len(states) > 1 and all(each.get("state") == "RUNNING" for each in states)

    def streams(self) -> bool:
        """Whether its stored position is behind the snapshot: a restart from now on does not take it again."""
        answer = self._ask("GET", f"{self._path}/offsets")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return False
        stored = self._expect(answer).json().get("offsets", [])
        return bool(stored) and all("snapshot" not in (each["offset"] or {"snapshot": ""}) for each in stored)

    def _ask(self, method: str, path: str, document: Mapping[str, str] | None = None) -> httpx.Response:
        try:
            return self._client.request(method, path, json=document)
        except httpx.TransportError as error:
            raise self._access.fault(self._what, error) from error

    def _expect(self, answer: httpx.Response) -> httpx.Response:
        if answer.status_code == httpx.codes.BAD_REQUEST:
            raise ConnectorFailed(f"Kafka Connect refuses the configuration: {answer.text[:2000]}")
        if not answer.is_success:
            raise self._access.refusal(self._what, answer.status_code, answer.text[:300])
        return answer


def await_that(what: str, done: Callable[[], object], patient: timedelta = timedelta()) -> None:
    """Wait; for `patient` long a failure may be one that has just been mended, and is still being told."""
    began = time.monotonic()
    while True:
        try:
            if done():
                return
        except ConnectorFailed:
            if time.monotonic() - began > patient.total_seconds():
                raise
        except Unavailable:
            if time.monotonic() - began > PATIENCE.total_seconds():
                raise
        if time.monotonic() - began > PATIENCE.total_seconds():
            raise Unavailable(f"waited {PATIENCE.total_seconds():.0f} s for {what}")
        time.sleep(PAUSE)
