"""The schema registry through its Confluent-compatible API: ids, texts, and refusal of what would break readers."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx

from schemas.avro import schema
from schemas.events import Event
from schemas.faults import SchemaBehind, Stop
from schemas.topics import DOMAIN
from schemas.wire import Codec, subject
from streams.rest import Access
from streams.settings import Settings

COMPATIBILITY = "FULL_TRANSITIVE"
"""Old readers read new records and new readers old ones, over all versions."""
TIMEOUT = 10.0
UNKNOWN = Access("registry")
"""Who has no login."""


class SchemaIncompatible(Stop):
    """The registry refuses a schema: readers of another version would not understand it."""

    runbook = "schema-incompatible"


class Registry:
    """Speaks to the registry; keeps what it has learnt, for a schema never changes under its id."""

    def __init__(self, url: str, transport: httpx.BaseTransport | None = None, access: Access = UNKNOWN) -> None:
        """`url` is the root of the Confluent-compatible API."""
        self._client, self._access = access.client(url, TIMEOUT, transport), access
        self._what = f"the schema registry at {url}"
        self._texts: dict[int, str] = {}

    @classmethod
    def of(cls, settings: Settings) -> "Registry":
        """Return the registry of an installation."""
        access = Access("registry", settings.registry_user, settings.registry_password, settings.registry_ca)
        return cls(settings.registry_url, access=access)

    def codec(self) -> Codec:
        """Return a codec that knows the id of every declared schema.

        Raises:
            SchemaBehind: one of them is not registered.
            Unavailable: the registry does not answer.

        """
        return Codec({name: self._registered(name, text) for name, text, _ in declared()})

    def register(self) -> list[str]:
        """Register what is not yet registered and return its subjects.

        Raises:
            SchemaIncompatible: it would break readers of another version.
            Unavailable: the registry does not answer.

        """
        new = [(name, text, event) for name, text, event in declared() if self._look_up(name, text) is None]
        for name, text, event in new:
            self._put(f"/config/{quote(name, safe='')}", {"compatibility": COMPATIBILITY})
            answer = self._ask("POST", f"/subjects/{quote(name, safe='')}/versions", {"schema": text})
            if answer.status_code in (httpx.codes.CONFLICT, httpx.codes.UNPROCESSABLE_ENTITY):
                raise SchemaIncompatible(f"the registry refuses {event.__name__} as {name}: {_said(answer)}")
            self._expect(answer)
        return [name for name, _, _ in new]

    def answers(self) -> None:
        """Ask for something small; raises ``Unavailable``."""
        self._expect(self._ask("GET", "/config"))

    def missing(self) -> list[str]:
        """Return the subjects that are not registered as declared; raises ``Unavailable``."""
        return [name for name, text, _ in declared() if self._look_up(name, text) is None]

    def rules(self) -> dict[str, str]:
        """Return by registered subject the rule that changes of it are held to; raises ``Unavailable``."""
        asked = (
            (name, self._ask("GET", f"/config/{quote(name, safe='')}?defaultToGlobal=true")) for name, *_ in declared()
        )
        known = {name: answer for name, answer in asked if answer.status_code != httpx.codes.NOT_FOUND}
        return {name: str(self._expect(answer)["compatibilityLevel"]) for name, answer in known.items()}

    def tighten(self) -> list[str]:
        """Put subjects that are held to another rule back under the declared one, and return them."""
        loose = [name for name, rule in self.rules().items() if rule != COMPATIBILITY]
        for name in loose:
            self._put(f"/config/{quote(name, safe='')}", {"compatibility": COMPATIBILITY})
        return loose

    def text(self, schema_id: int) -> str | None:
        """Return a writer's schema, None when the registry does not know the id.

        Raises:
            Unavailable: the registry does not answer.

        """
        if schema_id not in self._texts:
            answer = self._ask("GET", f"/schemas/ids/{schema_id}")
            if answer.status_code == httpx.codes.NOT_FOUND:
                return None
            self._texts[schema_id] = self._expect(answer)["schema"]
        return self._texts[schema_id]

    def close(self) -> None:
        """Close what is still open."""
        self._client.close()

    def _registered(self, name: str, text: str) -> int:
        found = self._look_up(name, text)
        if found is None:
            raise SchemaBehind(f"{name} is not registered as this version declares it; mend: rollcall topics apply")
        self._texts[found] = text
        return found

    def _look_up(self, name: str, text: str) -> int | None:
        answer = self._ask("POST", f"/subjects/{quote(name, safe='')}", {"schema": text})
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        return int(self._expect(answer)["id"])

    def _put(self, path: str, document: dict[str, str]) -> None:
        self._expect(self._ask("PUT", path, document))

    def _ask(self, method: str, path: str, document: dict[str, str] | None = None) -> httpx.Response:
        try:
            return self._client.request(method, path, json=document)
        except httpx.TransportError as error:
            raise self._access.fault(self._what, error) from error

    def _expect(self, answer: httpx.Response) -> Any:
        if not answer.is_success:
            raise self._access.refusal(self._what, answer.status_code, _said(answer))
        return answer.json()


def declared() -> Iterator[tuple[str, str, type[Event]]]:
    """Yield subject, schema and event of everything that a domain topic carries."""
    for topic in DOMAIN:
        for event in topic.events:
            yield subject(topic, event), json.dumps(schema(event)), event


def _said(answer: httpx.Response) -> str:
    try:
        document = answer.json()
    except ValueError:
        return answer.text[:200]
    return str(document.get("message", document))
