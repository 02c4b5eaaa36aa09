"""What the builders of parts are told: the home, what is started here, its ports, and where everything is reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from schemas.faults import Misconfigured
from streams.local.archive import archive
from streams.local.home import Home
from streams.settings import Settings, variable

PLACED_BY = {"postgres": "postgres_host", "kafka": "bootstrap", "connect": "connect_url", "registry": "registry_url"}
"""The setting that says where a part is: whoever gives it has that part elsewhere, and it is not started here."""


def started_here() -> frozenset[str]:
    """Return the parts that nobody has placed elsewhere."""
    given = Settings.given()
    return frozenset(part for part, setting in PLACED_BY.items() if setting not in given)


@dataclass(frozen=True, slots=True)
class Site:
    """One local stack, whole or in part; `settings` say where each part is reached, here or elsewhere."""

    home: Home
    here: frozenset[str]
    ports: Mapping[str, int]
    settings: Settings

    def after(self, *parts: str) -> tuple[str, ...]:
        """Return those of the parts that are started here, and so must be waited for."""
        return tuple(part for part in parts if part in self.here)

    def archive(self, part: str, class_path: Sequence[Path]) -> Path:
        """Where the classes of a part's JVM are kept."""
        return archive(self.settings.cache, part, class_path)

    def password(self, role: str, of: str) -> str:
        """Return a database role's password.

        Raises:
            Misconfigured: PostgreSQL is elsewhere, and nobody has said it.

        """
        password = self.settings.passwords.get(role)
        if password is None:
            raise Misconfigured(
                f"PostgreSQL is at {self.settings.postgres_host}, and {of} is started here and logs in there as {role};"
                f" mend: set {variable(f'passwords__{role}')}, or say with {variable(PLACED_BY[of])} where {of} runs"
            )
        return password.get_secret_value()
