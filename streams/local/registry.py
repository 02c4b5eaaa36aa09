"""Apicurio Registry, stored in PostgreSQL, spoken to through its Confluent-compatible API."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

from streams.local.answering import answers
from streams.local.jvm import java, properties, shared
from streams.local.part import Part
from streams.local.site import Site
from streams.settings import Settings

MAIN = "quarkus-run.jar"
API = "/apis/ccompat/v7"
ROLE = "registry"
"""Role and database of the registry."""
SECRETS, PASSWORD = "registry.properties", "apicurio.datasource.password"
"""A file of settings that are not for everybody to see, as an environment is."""


def part(site: Site, files: Sequence[Path]) -> Part:
    """The registry of this home."""
    port, management, archive = site.ports["registry"], site.ports["management"], site.archive("registry", files)
    folder = site.home.part("registry")
    secrets = properties(folder / SECRETS, {PASSWORD: site.password(ROLE, "registry")}, mode=0o600)
    return Part(
        name="registry",
        argv=java("256m", ("-jar", str(files[0])), *shared(archive)),
        archive=archive,
        env={
            **storage(site.settings),
            "SMALLRYE_CONFIG_LOCATIONS": str(secrets),
            "QUARKUS_HTTP_HOST": "127.0.0.1",
            "QUARKUS_HTTP_PORT": str(port),
            "QUARKUS_MANAGEMENT_HOST": "127.0.0.1",  # cannot be switched off, and would be 0.0.0.0:9000
            "QUARKUS_MANAGEMENT_PORT": str(management),
        },
        cwd=folder,
        port=port,
        after=site.after("postgres"),
        ready=lambda: answers(port, f"{API}/subjects"),
    )


def storage(settings: Settings) -> dict[str, str]:
    """Return where the registry is told to keep what it knows; without the password."""
    said = {"sslmode": settings.postgres_sslmode, "sslrootcert": settings.postgres_ca}
    options = urlencode({name: value for name, value in said.items() if value is not None})
    place = f"{settings.postgres_host}:{settings.postgres_port}/{ROLE}"
    return {
        "APICURIO_STORAGE_KIND": "sql",
        "APICURIO_STORAGE_SQL_KIND": "postgresql",
        "APICURIO_DATASOURCE_URL": f"jdbc:postgresql://{place}" + (f"?{options}" if options else ""),
        "APICURIO_DATASOURCE_USERNAME": ROLE,
        "APICURIO_DATASOURCE_JDBC_INITIAL_SIZE": "2",
        "APICURIO_DATASOURCE_JDBC_MIN_SIZE": "2",
        "APICURIO_DATASOURCE_JDBC_MAX_SIZE": "10",
    }
