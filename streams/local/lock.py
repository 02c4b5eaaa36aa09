"""Resolve the JVM parts once and write what was found to ``jars.lock``.

Run by a maintainer (``python -m streams.local.lock``); everybody else only reads the lock.
The lock names coordinates, sizes and SHA-256, and no host.
"""

import hashlib
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from jgo.maven import Artifact, MavenContext
from jgo.parse import Coordinate

from streams.local.jars import LOCK, Jar, repository

KAFKA = "4.3.1"
DEBEZIUM = "3.7.0.Final"
APICURIO = "3.3.3"

# Each part is resolved layer by layer and an earlier layer's version wins. Resolved together, Debezium's dependency
# management replaces a third of Connect's Jetty 12.0 by 12.1.
PARTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "kafka": ((f"org.apache.kafka:kafka_2.13:{KAFKA}", "org.slf4j:slf4j-simple:1.7.36"),),
    "connect": (
        (
            f"org.apache.kafka:connect-runtime:{KAFKA}",
            f"org.apache.kafka:connect-json:{KAFKA}",
            f"org.apache.kafka:connect-transforms:{KAFKA}",
            "org.slf4j:slf4j-simple:1.7.36",
        ),
        (f"io.debezium:debezium-connector-postgres:{DEBEZIUM}",),
    ),
}
ARCHIVES = {"registry": ("io.apicurio", "apicurio-registry-app", APICURIO, "all", "tar.gz")}


def resolve(context: MavenContext, layers: Iterable[tuple[str, ...]]) -> list[Artifact]:
    """The class path of one part, in order; an artifact named by an earlier layer keeps that layer's version."""
    chosen: dict[tuple[str, str, str], Artifact] = {}
    for layer in layers:
        wanted = [context.create_dependency(replace(Coordinate.parse(text), scope="compile")) for text in layer]
        inputs, transitive = context.resolver.resolve(wanted)
        for dependency in [*inputs, *(found for found in transitive if found.scope in {"compile", "runtime"})]:
            artifact = dependency.artifact
            chosen.setdefault((artifact.groupId, artifact.artifactId, artifact.classifier), artifact)
    return list(chosen.values())


def pinned(artifact: Artifact) -> Jar:
    """The artifact as the lock records it, after downloading it once."""
    with artifact.resolve().open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Jar(
        group=artifact.groupId,
        name=artifact.artifactId,
        version=artifact.version,
        packaging=artifact.packaging,
        classifier=artifact.classifier,
        sha256=digest,
        size=artifact.resolve().stat().st_size,
    )


def main() -> None:
    """Write the lock file beside this module."""
    with tempfile.TemporaryDirectory() as folder:
        context = MavenContext(repo_cache=Path(folder), remote_repos={"central": repository(None)}, timeout=60)
        lines = [
            "# Written by `python -m streams.local.lock`: part, coordinates, bytes, SHA-256. Order is the class path's."
        ]
        for part, layers in PARTS.items():
            lines += [f"{part} {pinned(artifact).line()}" for artifact in resolve(context, layers)]
        for part, (group, name, version, classifier, packaging) in ARCHIVES.items():
            artifact = context.project(group, name).at_version(version).artifact(classifier, packaging)
            lines.append(f"{part} {pinned(artifact).line()}")
    LOCK.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stderr.write(f"{LOCK.name}: {len(lines) - 1} files\n")


if __name__ == "__main__":
    main()
