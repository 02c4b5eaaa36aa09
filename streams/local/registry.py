"""Apicurio Registry, stored in PostgreSQL, spoken to through its Confluent-compatible API."""

from collections.abc import Mapping
from pathlib import Path

from streams.local.connect import answers
from streams.local.home import Home
from streams.local.jvm import java, shared
from streams.local.part import Part

MAIN = "quarkus-run.jar"
API = "/apis/ccompat/v7"


def part(home: Home, ports: Mapping[str, int], application: Path, archive: Path) -> Part:
    """The registry of this home; ``application`` is the unpacked distribution."""
    port, management, postgres = ports["registry"], ports["management"], ports["postgres"]
    return Part(
        name="registry",
        argv=java("256m", ("-jar", str(application / MAIN)), *shared(archive)),
        archive=archive,
        env={
            "APICURIO_STORAGE_KIND": "sql",
            "APICURIO_STORAGE_SQL_KIND": "postgresql",
            "APICURIO_DATASOURCE_URL": f"jdbc:postgresql://127.0.0.1:{postgres}/registry",
            "APICURIO_DATASOURCE_USERNAME": "registry",
            "APICURIO_DATASOURCE_PASSWORD": home.passwords()["registry"],
            "QUARKUS_HTTP_HOST": "127.0.0.1",
            "QUARKUS_HTTP_PORT": str(port),
            "QUARKUS_MANAGEMENT_HOST": "127.0.0.1",  # cannot be switched off, and would be 0.0.0.0:9000
            "QUARKUS_MANAGEMENT_PORT": str(management),
            "APICURIO_DATASOURCE_JDBC_INITIAL_SIZE": "2",
            "APICURIO_DATASOURCE_JDBC_MIN_SIZE": "2",
            "APICURIO_DATASOURCE_JDBC_MAX_SIZE": "10",
        },
        cwd=home.part("registry"),
        port=port,
        after=("postgres",),
        ready=lambda: answers(port, f"{API}/subjects"),
    )
