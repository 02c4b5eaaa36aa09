"""What ``jars.lock`` says: the files of each JVM part, their order on the class path, sizes and SHA-256."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from jgo.constants import MAVEN_CENTRAL_URL

LOCK = Path(__file__).with_name("jars.lock")


@dataclass(frozen=True, slots=True)
class Jar:
    """One file of a Maven repository, pinned."""

    group: str
    name: str
    version: str
    packaging: str
    classifier: str
    sha256: str
    size: int

    @property
    def filename(self) -> str:
        """The file's name in any Maven repository."""
        suffix = f"-{self.classifier}" if self.classifier else ""
        return f"{self.name}-{self.version}{suffix}.{self.packaging}"

    @property
    def path(self) -> PurePosixPath:
        """Where the file stands below a repository's root, and below our cache."""
        return PurePosixPath(*self.group.split("."), self.name, self.version, self.filename)

    def line(self) -> str:
        """Coordinates in Maven's own notation, bytes, SHA-256."""
        place = ":".join(filter(None, (self.group, self.name, self.packaging, self.classifier, self.version)))
        return f"{place} {self.size} sha256:{self.sha256}"

    @classmethod
    def parse(cls, line: str) -> "Jar":
        """The inverse of ``line``."""
        place, size, digest = line.split()
        group, name, packaging, *classifier, version = place.split(":")
        return cls(group, name, version, packaging, "".join(classifier), digest.removeprefix("sha256:"), int(size))


def locked(lock: Path = LOCK) -> dict[str, tuple[Jar, ...]]:
    """The files of each part, in class path order."""
    parts: dict[str, tuple[Jar, ...]] = {}
    for line in lock.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            part, _, rest = line.partition(" ")
            parts[part] = (*parts.get(part, ()), Jar.parse(rest))
    return parts


def repository(override: str | None) -> str:
    """The repository to download from: the one asked for (``ROLLCALL_MAVEN``), else Maven's own."""
    return (override or MAVEN_CENTRAL_URL).rstrip("/")
