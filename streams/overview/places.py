"""Parts and roles: those of this home as its runner has them, the others where they are reached."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from streams.overview.seen import Part
from streams.settings import Settings

if TYPE_CHECKING:
    from streams.local.status import PartStatus


def places(settings: Settings) -> dict[str, str]:
    """Return where each part is reached."""
    return {
        "postgres": f"{settings.postgres_host}:{settings.postgres_port}",
        "kafka": settings.bootstrap,
        "connect": settings.connect_url,
        "registry": settings.registry_url,
    }


def children(home: Path) -> "list[PartStatus]":
    """Return what the runner of a home says of its children; nothing where there can be none."""
    try:
        from streams.local.status import read_status
    except ImportError:  # installed without what a local stack needs
        return []
    return read_status(home)


def parts(here: "Collection[PartStatus]", where: Mapping[str, str], away: Collection[str]) -> tuple[Part, ...]:
    """Return the children, and before them the parts that are elsewhere; `away` has not answered."""
    names = {child.name for child in here}
    elsewhere = [
        Part(name, "elsewhere", place, answers=name not in away) for name, place in where.items() if name not in names
    ]
    return (*elsewhere, *(_part(child, where, away) for child in here))


def _part(child: "PartStatus", where: Mapping[str, str], away: Collection[str]) -> Part:
    return Part(
        name=child.name,
        state=str(child.state),
        place=where.get(child.name, ""),
        answers=child.name not in away if child.name in where else None,
        pid=child.pid,
        port=child.port,
        restarts=child.restarts,
        since=child.since,
        exit_code=child.exit_code,
    )
