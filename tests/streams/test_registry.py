"""The registry: what it knows, what it refuses, and that it is asked for nothing twice."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from schemas.avro import schema
from schemas.events import PunchVoided, Tick
from schemas.faults import SchemaBehind, Unavailable
from schemas.topics import WORKFORCE
from streams.registry import Registry, SchemaIncompatible, declared
from streams.settings import Settings
from tests.schemas.samples import sample


def speaking(answer: Callable[[httpx.Request], httpx.Response]) -> Registry:
    return Registry("http://registry/v7", httpx.MockTransport(answer))


def refusing(status: int, path: str) -> Registry:
    """A registry that knows nothing, and refuses what is registered."""

    def answer(request: httpx.Request) -> httpx.Response:
        known = 404 if request.method == "POST" else 200
        return httpx.Response(status if request.url.path.endswith(path) else known, json={"message": "no, because"})

    return speaking(answer)


@pytest.mark.parametrize("status", [409, 422])
def test_a_schema_that_would_break_readers_is_refused_with_the_reason(status: int) -> None:
    with pytest.raises(SchemaIncompatible, match=r"refuses Tick as .*: no, because"):
        refusing(status, "/versions").register()


def test_what_is_not_registered_names_the_mend() -> None:
    with pytest.raises(SchemaBehind, match=r"rollcall\.workforce\.v1-rollcall\.world\.Tick.*rollcall topics apply"):
        refusing(500, "/versions").codec()


def test_no_answer_and_a_strange_one_are_unavailable() -> None:
    def silent(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow", request=request)

    strange = speaking(lambda _: httpx.Response(503, text="starting"))
    for registry in (speaking(silent), strange):
        with pytest.raises(Unavailable, match="http://registry/v7"):
            registry.codec()
        with pytest.raises(Unavailable):
            registry.text(1)


def test_a_schema_is_asked_for_once_and_an_unknown_one_is_none() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json={"schema": "{}"}) if request.url.path.endswith("/7") else httpx.Response(404)

    registry = speaking(answer)
    assert [registry.text(7), registry.text(7), registry.text(8), registry.text(8)] == ["{}", "{}", None, None]
    assert asked == ["/v7/schemas/ids/7", "/v7/schemas/ids/8", "/v7/schemas/ids/8"]


@pytest.mark.stack
def test_the_real_registry_gives_back_what_was_registered_and_refuses_what_breaks(settings: Settings) -> None:
    registry = Registry(settings.registry_url)
    registry.register()
    assert registry.register() == []
    raw = registry.codec().encode(WORKFORCE, sample(Tick))
    assert Registry(settings.registry_url).codec().decode(raw) == sample(Tick)
    text = Registry(settings.registry_url).text(int.from_bytes(raw[1:5], "big"))
    assert text is not None
    assert json.loads(text)["name"] == "Tick"
    assert registry.text(2**30) is None
    registry.close()


@pytest.mark.stack
def test_the_real_registry_holds_a_change_against_all_versions(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "tests.registry-rollcall.workforce.PunchVoided"
    document: dict[str, Any] = schema(PunchVoided)
    note = {"name": "note", "type": ["null", "string"], "default": None}
    count = {"name": "count", "type": "long"}
    registry = Registry(settings.registry_url)

    def declare(*fields: dict[str, Any]) -> list[str]:
        text = json.dumps({**document, "fields": [*document["fields"], *fields]})
        monkeypatch.setattr("streams.registry.declared", lambda: iter([(name, text, PunchVoided)]))
        return registry.register()

    assert len(list(declared())) > 20
    assert declare() in ([name], [])
    assert declare(note) in ([name], [])
    with pytest.raises(SchemaIncompatible, match="PunchVoided"):
        declare(count)
    with pytest.raises(SchemaIncompatible, match="PunchVoided"):
        declare({**note, "type": ["null", "long"]})
