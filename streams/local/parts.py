"""The parts of the local stack: their files fetched, their ports chosen, the settings that follow written down."""

from functools import partial

from streams.local import connect, kafka, postgres, registry
from streams.local.archive import archive
from streams.local.fetch import fetch, unpacked
from streams.local.home import Home, read, write
from streams.local.jars import locked, repository
from streams.local.part import Part
from streams.settings import Settings

PORTS = ("postgres", "kafka", "controller", "connect", "registry", "management")


def parts(home: Home, settings: Settings) -> tuple[Part, ...]:
    """All parts, in an order in which each comes after those it needs."""
    lock = locked()
    places = fetch(
        list(dict.fromkeys(jar for jars in lock.values() for jar in jars)), settings.cache, repository(settings.maven)
    )
    kafka_jars, connect_jars = ([places[jar] for jar in lock[name]] for name in ("kafka", "connect"))
    (packed,) = lock["registry"]
    application = unpacked(places[packed], packed, settings.cache)
    ports = home.ports(PORTS)
    found = {
        "bootstrap": f"127.0.0.1:{ports['kafka']}",
        "connect_url": f"http://127.0.0.1:{ports['connect']}",
        "connector_database_password": f"${{file:{connect.secrets_file(home)}:rollcall_ingest}}",
        "registry_url": f"http://127.0.0.1:{ports['registry']}{registry.API}",
        "postgres_host": "127.0.0.1",
        "postgres_port": ports["postgres"],
    }
    write(home.state, read(home.state) | {"ports": ports, "settings": found})
    home.passwords()
    kept = partial(archive, settings.cache)
    return (
        postgres.part(home, ports["postgres"]),
        kafka.part(home, ports, kafka_jars, kept("kafka", kafka_jars)),
        connect.part(home, ports, connect_jars, kept("connect", connect_jars)),
        registry.part(home, ports, application, kept("registry", [application / registry.MAIN])),
    )
