"""Put together what PostgreSQL, Kafka and the runner have said. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from schemas.topics import TOPICS
from streams.doctor.finding import Finding, State
from streams.doctor.kafka import positions as judged
from streams.doctor.kafka import present
from streams.doctor.postgres import slot, slot_lag
from streams.lag import Lag
from streams.log import Position
from streams.overview.readers import Task, rebuilds, tasks, workers
from streams.overview.records import Kept
from streams.overview.seen import AgentSeen, Burials, Overview, Reading, Reserve
from streams.overview.stand import PARTITIONS, Place, stand
from streams.overview.stored import Stored
from streams.store import Log as Topic


def with_stored(seen: Overview, stored: Stored, kept: Kept | None) -> Overview:
    """Return the overview with what PostgreSQL has said, and Kafka (None: nothing)."""
    standing = kept.stand if kept else stand(stored, {})
    return replace(
        seen,
        readings=readings(stored, standing, kept.since if kept else {}),
        burials=burials(stored, kept.opened) if kept else None,
        unread_letters=kept.unread if kept else 0,
        reserve=reserve(stored),
        agents=agents(stored),
        proposals=stored.proposals,
        latest=stored.latest,
        findings=of_the_log(kept) if kept else (),
    )


def readings(stored: Stored, standing: list[Place], since: Mapping[Position, datetime]) -> tuple[Reading, ...]:
    """Return every reader in every topic that it reads, in the order in which an event passes them."""
    roles = tasks() | rebuilds()
    grouped: dict[Task, list[Place]] = {}
    for place in standing:
        grouped.setdefault(Task(place.input.reader, place.input.topic), []).append(place)
    return tuple(_reading(stored, task, roles.get(task, ""), grouped[task], since) for task in grouped)


def _reading(
    stored: Stored, task: Task, role: str, standing: list[Place], since: Mapping[Position, datetime]
) -> Reading:
    known = all(place.end is not None for place in standing)
    waiting = [at for place in standing if place.waiting and (at := since.get(place.waiting))]
    blobs = stored.outbox.get(task)
    return Reading(
        reader=task.reader,
        topic=task.topic,
        role=role,
        partitions=len(standing),
        position=sum(place.next_offset for place in standing),
        end=sum(place.end or 0 for place in standing) if known else None,
        behind=sum(max(0, (place.end or 0) - place.next_offset) for place in standing) if known else None,
        oldest=max(timedelta(), stored.now - min(waiting)) if waiting else None,
        workers=workers(task.reader, stored.sessions),
        blobs=blobs.number if blobs else 0,
        oldest_blob=blobs.oldest if blobs else None,
    )


def burials(stored: Stored, opened: Mapping[tuple[str, str], int]) -> tuple[Burials, ...]:
    """Return who has dead letters that are open, or has buried something in this hour."""
    counted = {(row["reader"], row["topic"]): row for row in stored.burials if row["buried"]}
    return tuple(
        Burials(*whose, opened.get(whose, 0), row["buried"] if row else 0, row["quota"] if row else 0)
        for whose in sorted({*counted, *opened})
        for row in (counted.get(whose),)
    )


def reserve(stored: Stored) -> Reserve:
    """Return the slot with what the doctor says of it."""
    found = [slot(stored.slot, stored.server)]
    if stored.slot is not None:
        found.append(slot_lag(stored.slot, stored.server))
    return Reserve(stored.slot, stored.server.max_kept, tuple(found))


def agents(stored: Stored) -> tuple[AgentSeen, ...]:
    """Return every agent with its mode and what waits for it."""
    return tuple(
        AgentSeen(
            row["agent"], row["version"], row["mode"], row["topic"], row["rebuilding"], stored.held.get(row["agent"], 0)
        )
        for row in stored.agents
    )


def of_the_log(kept: Kept) -> tuple[Finding, ...]:
    """Return what the doctor says of topics and positions, where it is not content."""
    known = [
        Lag(*place.input, place.next_offset, place.end)
        for place in kept.stand
        if place.end is not None and place.next_offset
    ]
    there = {topic: Topic("", PARTITIONS[topic]) for topic, _ in kept.ends}
    found = (present(TOPICS, there), judged(known))
    return tuple(each for each in found if each.state is not State.OK)
