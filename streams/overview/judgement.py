"""What of all that was seen needs somebody's attention, and what mends it. Pure."""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from streams.doctor.finding import Finding, State
from streams.overview.seen import Away, Burials, Overview, Part, Reading

LATE = timedelta(seconds=60)
"""How long a record may wait before somebody should look."""
RECENT = timedelta(minutes=5)
"""How long a restart is worth a word."""
NEAR = 0.8
"""Share of a quota on burying from which on it will not last."""
AGAIN = "rollcall down, then rollcall up"
BEGIN = "rollcall up"


class Attention(NamedTuple):
    """One line: what is not right, and the command, statement or page that mends it."""

    what: str
    fix: str


def attention(seen: Overview) -> list[Attention]:
    """Return what is not all right; what follows from something else that is told is left out."""
    return [
        *_parts(seen),
        *(Attention(f"{away.part}: {away.what}", away.fix) for away in seen.away if not _stopped(seen, away)),
        *_pipeline(seen),
        *_readers(seen),
        *_burials(seen),
    ]


def duration(span: timedelta | None) -> str:
    """Return a span as people say it."""
    if span is None:
        return ""
    seconds = span.total_seconds()
    if seconds < 10:
        return f"{seconds:.1f} s"
    for name, size in (("s", 1), ("min", 60), ("h", 3600)):
        if seconds < 120 * size or name == "h":
            return f"{seconds / size:.0f} {name}"
    raise AssertionError("hours are the last")


def _parts(seen: Overview) -> Iterator[Attention]:
    here = [part for part in seen.parts if part.state != "elsewhere"]
    if here and all(part.state == "stopped" for part in here):
        yield Attention(f"nothing runs in {seen.home}", BEGIN)
        return
    for part in here:
        if part.state != "ready":
            code = "" if part.exit_code is None else f" (exit code {part.exit_code})"
            lasting = part.state in ("failed", "ended", "stopped")
            fix = f"rollcall logs {part.name} says why" + (f"; then {AGAIN}" if lasting else "")
            yield Attention(f"{part.name} is {part.state}{code}", fix)
        elif _restarted(seen, part):
            yield Attention(
                f"{part.name} ended, and was started again {duration(seen.at - (part.since or seen.at))} ago"
                f" (restart {part.restarts}, exit code {part.exit_code})",
                f"rollcall logs {part.name}",
            )


def _restarted(seen: Overview, part: Part) -> bool:
    return part.restarts > 0 and part.since is not None and seen.at - part.since < RECENT


def _stopped(seen: Overview, away: Away) -> bool:
    """Whether a part does not answer because it does not run, which is told already."""
    return any(part.name == away.part and part.state not in ("ready", "elsewhere") for part in seen.parts)


def _pipeline(seen: Overview) -> Iterator[Attention]:
    sound = seen.capture is not None and seen.capture.finding.state is State.OK
    if seen.capture is not None:
        yield from _told("connector", seen.capture.finding)
    if seen.reserve is not None:
        unread = seen.reserve.slot is not None and not seen.reserve.slot.active
        for finding in seen.reserve.findings:
            # Nobody reads a slot when the connector does not run: one line is enough, unless the log is gone.
            if sound or not unread or finding.state is not State.BAD or "lost" in finding.what:
                yield from _told("replication slot", finding)
    for finding in seen.findings:
        yield from _told("Kafka", finding)


def _told(name: str, finding: Finding) -> Iterator[Attention]:
    if finding.state is not State.OK:
        yield Attention(f"{name}: {finding.what}", finding.fix)


def _readers(seen: Overview) -> Iterator[Attention]:
    runs = {part.name: part.state == "ready" for part in seen.parts if part.answers is None}
    for each in seen.readings or ():
        if not each.role or each.reader.startswith("backfill."):
            continue  # one of another version; one that is busy catching up
        place = f"{each.reader} in {each.topic}"
        logs = f"rollcall logs {each.role}" if each.role in runs else f"see that the role {each.role} runs, and its log"
        if each.oldest_blob is not None and each.oldest_blob > LATE:
            yield Attention(f"{place}: {each.blobs} in the outbox, the oldest for {duration(each.oldest_blob)}", logs)
        if not runs.get(each.role, True):
            continue
        if each.behind and not each.workers:
            yield Attention(f"{place} is {each.behind} behind, and nobody works at it", logs)
        elif _late(each):
            yield Attention(f"{place} is {each.behind} behind, the oldest waits for {duration(each.oldest)}", logs)


def _late(each: Reading) -> bool:
    return each.oldest is not None and each.oldest > LATE


def _burials(seen: Overview) -> Iterator[Attention]:
    for each in seen.burials or ():
        if each.open:
            yield Attention(f"{_letters(each.open)} of {each.reader} in {each.topic} open", _list(each))
        if each.quota and each.buried >= NEAR * each.quota:
            yield Attention(
                f"{each.reader} has buried {each.buried} of {each.topic} in this hour, and may {each.quota}",
                "rollcall dlq quota; docs/runbooks/too-many-buried.md",
            )
    if seen.unread_letters:
        yield Attention(f"up to {seen.unread_letters} more dead letters, not read in time", "rollcall dlq list")


def _letters(number: int) -> str:
    return f"{number} dead letter" + ("s" if number != 1 else "")


def _list(each: Burials) -> str:
    return f"rollcall dlq list --reader {each.reader} --topic {each.topic}" if each.reader else "rollcall dlq list"
