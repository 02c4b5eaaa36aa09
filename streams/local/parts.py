"""The parts of the local stack: their files fetched, their ports chosen, the settings that follow written down.

A part that the settings place elsewhere is not started here; the others are told where it is.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from streams.local import connect, kafka, postgres, registry
from streams.local.fetch import fetch, unpacked
from streams.local.home import Home, read, write
from streams.local.jars import locked, repository
from streams.local.part import Part
from streams.local.site import Site, started_here
from streams.settings import Settings

PORTS = ("postgres", "kafka", "controller", "connect", "registry", "management")
BUILT: Mapping[str, Callable[[Site, Sequence[Path]], Part]] = {
    # Each comes after those it needs.
    "postgres": postgres.part,
    "kafka": kafka.part,
    "connect": connect.part,
    "registry": registry.part,
}
ABOUT = ("bootstrap", "kafka_", "connect_", "connector_", "registry_", "postgres_")
"""How the settings begin that say where parts are."""


def parts(home: Home, settings: Settings) -> tuple[Part, ...]:
    """Those that are started here, in an order in which each comes after those it needs."""
    here = started_here()
    files = _files(here, settings)
    ports = home.ports(PORTS)
    found = _found(home, here, ports)
    state = read(home.state)
    remembered = state.get("ports", {}) | ports
    write(home.state, state | {"ports": remembered, "settings": _elsewhere(settings) | found})
    if "postgres" in here:
        found["passwords"] = {role: SecretStr(password) for role, password in home.passwords().items()}
    site = Site(home, here, ports, settings.model_copy(update=found))
    return tuple(build(site, files.get(name, ())) for name, build in BUILT.items() if name in here)


def _files(here: frozenset[str], settings: Settings) -> dict[str, list[Path]]:
    """Return class paths by part; of the registry, which comes packed, its one file to start."""
    lock = {part: jars for part, jars in locked().items() if part in here}
    wanted = list(dict.fromkeys(jar for jars in lock.values() for jar in jars))
    places = fetch(wanted, settings.cache, repository(settings.maven))
    files = {part: [places[jar] for jar in jars] for part, jars in lock.items()}
    if "registry" in lock:
        (packed,) = lock["registry"]
        files["registry"] = [unpacked(places[packed], packed, settings.cache) / registry.MAIN]
    return files


def _found(home: Home, here: frozenset[str], ports: Mapping[str, int]) -> dict[str, Any]:
    """Return the settings that follow from what is started here."""
    found: dict[str, dict[str, Any]] = {
        "postgres": {"postgres_host": "127.0.0.1", "postgres_port": ports["postgres"]},
        "kafka": {"bootstrap": f"127.0.0.1:{ports['kafka']}"},
        "connect": {
            "connect_url": f"http://127.0.0.1:{ports['connect']}",
            "connector_database_password": connect.password(connect.secrets(home)),
        },
        "registry": {"registry_url": f"http://127.0.0.1:{ports['registry']}{registry.API}"},
    }
    return {name: value for part in here for name, value in found[part].items()}


def _elsewhere(settings: Settings) -> dict[str, Any]:
    """Return what somebody has said of parts, so that commands on this home find them too; never a secret."""
    said = {name for name in Settings.given() if name.startswith(ABOUT)}
    secret = {name for name in said if isinstance(getattr(settings, name, None), SecretStr)}
    return settings.model_dump(mode="json", include=said - secret)
