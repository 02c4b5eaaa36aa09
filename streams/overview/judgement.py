"""What of all that was seen needs somebody's attention, and what mends it. Pure."""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from streams.doctor.finding import Finding, State, listed
from streams.overview.seen import Burials, Overview, Part, Reading

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
        *_away(seen),
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


def _away(seen: Overview) -> Iterator[Attention]:
    states = {part.name: part.state for part in seen.parts}
    slow = "if it is only slow or far away: rollcall status --within 10"
    for away in seen.away:
        state = states.get(away.part, "elsewhere")
        if state == "ready":
            yield Attention(away.what, f"rollcall logs {away.part}; {away.fix or slow}")
        elif state == "elsewhere":
            yield Attention(away.what, away.fix or f"rollcall doctor --external; {slow}")
        # Of one that does not run it is told already.


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
    """One line a role and trouble: its readers mostly share it."""
    runs = {part.name: part.state == "ready" for part in seen.parts if part.answers is None}
    # Left out: readers of another version, and a rebuild, which is late by nature.
    ours = [each for each in seen.readings or () if each.role and not each.reader.startswith("backfill.")]
    for role in dict.fromkeys(each.role for each in ours):
        its = [each for each in ours if each.role == role]
        logs = f"rollcall logs {role}" if role in runs else f"see that the role {role} runs, and its log"
        if old := [each for each in its if each.oldest_blob is not None and each.oldest_blob > LATE]:
            oldest = max(each.oldest_blob or LATE for each in old)
            number = sum(each.blobs for each in old)
            yield Attention(f"{role}: {number} in the outbox of {_named(old)}, the oldest for {duration(oldest)}", logs)
        if not runs.get(role, True):
            continue  # told already
        if alone := [each for each in its if each.behind and not each.workers]:
            yield Attention(f"{role}: nobody works at {_named(alone)}, {_behind(alone)} behind", logs)
        if late := [each for each in its if each not in alone and (each.oldest or LATE) > LATE]:
            oldest = max(each.oldest or LATE for each in late)
            yield Attention(f"{role}: {_named(late)} {_behind(late)} behind, the oldest for {duration(oldest)}", logs)


def _named(readings: list[Reading]) -> str:
    return listed(list(dict.fromkeys(each.reader.replace("rollcall.", "") for each in readings)))


def _behind(readings: list[Reading]) -> int:
    return sum(each.behind or 0 for each in readings)


def _burials(seen: Overview) -> Iterator[Attention]:
    found = seen.burials or ()
    if opened := [each for each in found if each.open]:
        number = sum(each.open for each in opened)
        of = listed([f"{each.reader or 'nobody of ours'} in {each.topic}: {each.open}" for each in opened], most=3)
        yield Attention(f"{number} dead letter{'s' if number > 1 else ''} open ({of})", _list(opened))
    for each in found:
        if each.quota and each.buried >= NEAR * each.quota:
            yield Attention(
                f"{each.reader} has buried {each.buried} of {each.topic} in this hour, and may {each.quota}",
                "rollcall dlq quota; docs/runbooks/too-many-buried.md",
            )
    if seen.unread_letters:
        yield Attention(f"up to {seen.unread_letters} more dead letters, not read in time", "rollcall dlq list")


def _list(opened: list[Burials]) -> str:
    (first, *others) = opened
    return "rollcall dlq list" + ("" if others or not first.reader else f" --reader {first.reader}")
