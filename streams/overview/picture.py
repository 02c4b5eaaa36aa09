"""An overview for people, as lines that fit a terminal, or with no colours a pipe. Pure but for measuring."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from streams.doctor.postgres import size
from streams.overview.judgement import LATE, Attention, attention, duration
from streams.overview.seen import AgentSeen, Overview, Part, Reading

GOOD, ODD, WRONG, FAINT = "green", "yellow", "bold red", "dim"
STATES = {"ready": GOOD, "elsewhere": GOOD, "starting": ODD, "waiting": ODD, "restarting": ODD}
LABEL = 14
WIDE = 120
"""Columns from which on all of them have room, whatever the numbers."""


def whole(seen: Overview) -> Group:
    """Return all that there is to tell; what needs attention comes last, where the eye is."""
    told = attention(seen)
    closing: list[RenderableType] = ["", *_closing(told)] if told else []
    return Group(_head(seen, told), "", _parts(seen.parts), "", *_middle(seen), *closing)


def screen(seen: Overview, console: Console, every: float) -> Group:
    """Return one screen: what needs attention first, and as many decisions as there is room for."""
    told = attention(seen)
    for most in (4, 2, 1):
        body = Group(*_urgent(seen, told, most, every), "", *_middle(seen, narrow=console.width < WIDE))
        room = console.height - len(console.render_lines(body, pad=False)) - 1
        if room >= 0:
            break
    return Group(body, "", *list(_ticker(seen))[: max(0, room)])


def _urgent(seen: Overview, told: list[Attention], most: int, every: float) -> Iterator[RenderableType]:
    yield _head(seen, told, f"every {every:g} s; Ctrl-C ends it  ")  # here it is never cut off
    yield from _closing(told[:most])
    if len(told) > most:
        yield Text(f"and {len(told) - most} more: rollcall status", WRONG)
    yield ""
    yield _roll(seen.parts)


def _head(seen: Overview, told: list[Attention], said: str = "") -> Text:
    verdict = ("all right", f"bold {GOOD}") if not told else (f"{len(told)} to look at", WRONG)
    at = f"  {seen.at.astimezone():%Y-%m-%d %H:%M:%S %Z}  "
    return Text.assemble(verdict, at, (said, FAINT), (seen.home, FAINT), no_wrap=True, overflow="ellipsis")


def _closing(told: Iterable[Attention]) -> Iterator[Text]:
    for each in told:
        yield Text.assemble(("✗ ", WRONG), each.what, (" → ", FAINT), (each.fix, "bold"))


def _parts(parts: Iterable[Part]) -> Table:
    table = _table("part", "state", "at", ">pid", ">restarts", "since")
    for part in parts:
        state = part.state if part.answers is not False else f"{part.state}, no answer"
        place = part.place or (f"port {part.port}" if part.port else "")
        since = "" if part.since is None else f"{part.since.astimezone():%m-%d %H:%M:%S}"
        table.add_row(
            part.name, Text(state, _colour(part)), place, str(part.pid or ""), str(part.restarts or ""), since
        )
    return table


def _roll(parts: Iterable[Part]) -> Columns:
    return Columns([_named(part) for part in parts], padding=(0, 2))


def _named(part: Part) -> Text:
    sound = _colour(part) == GOOD
    said = part.name if sound else f"{part.name} {part.state}"
    return Text.assemble(("● " if sound else "✗ ", _colour(part)), (said, "" if sound else _colour(part)))


def _colour(part: Part) -> str:
    return WRONG if part.answers is False else STATES.get(part.state, WRONG)


def _middle(seen: Overview, *, narrow: bool = False) -> Iterator[RenderableType]:
    if seen.readings is not None:
        yield _readers(_furthest_behind(seen.readings) if narrow else list(seen.readings), narrow=narrow)
        yield ""
    if seen.burials and not narrow:
        yield _burials(seen)
        yield ""
    yield from _facts(seen)


def _furthest_behind(readings: Iterable[Reading]) -> list[Reading]:
    """Return, of the readings of one reader and of the translators, the one that is furthest behind; how many more."""
    alike: dict[str, list[Reading]] = {}
    for each in readings:
        alike.setdefault(each.reader.partition(".rollcall.")[0], []).append(each)
    worst = (max(group, key=lambda each: each.behind or 0) for group in alike.values())
    return [
        replace(each, reader=f"{each.reader} +{len(group) - 1}") if len(group) > 1 else each
        for each, group in zip(worst, alike.values(), strict=True)
    ]


def _readers(readings: list[Reading], *, narrow: bool) -> Table:
    rated = any(each.per_second is not None for each in readings)
    columns = {
        "reader": lambda each: each.reader.replace("rollcall.", ""),
        "topic": lambda each: each.topic.removeprefix("rollcall."),
        ">position": lambda each: _number(each.position),
        ">end": lambda each: _number(each.end),
        ">behind": lambda each: Text(_number(each.behind), _urgency(each)),
        ">oldest": lambda each: Text(duration(each.oldest), _urgency(each)),
        ">per s": lambda each: "" if each.per_second is None else f"{each.per_second:,.0f}",
        ">outbox": _outbox,
    }
    left_out = {">end" if narrow else "", "" if rated else ">per s"}  # where it ends is where it stands and what waits
    shown = {name: cell for name, cell in columns.items() if name not in left_out}
    table = _table(*shown)
    for each in readings:
        table.add_row(*(cell(each) for cell in shown.values()))
    return table


def _urgency(each: Reading) -> str:
    return WRONG if (each.oldest or LATE) > LATE else ODD if each.behind else ""


def _outbox(each: Reading) -> Text:
    if not each.blobs:
        return Text("")
    return Text(f"{each.blobs}, {duration(each.oldest_blob)}", WRONG if (each.oldest_blob or LATE) > LATE else "")


def _burials(seen: Overview) -> Table:
    table = _table("dead letters of", "topic", ">open", ">this hour", ">quota")
    for each in seen.burials or ():
        opened = Text(f"{each.open:,}", WRONG if each.open else "")
        quota = f"{each.quota:,}" if each.quota else ""
        table.add_row(each.reader, each.topic.removeprefix("rollcall."), opened, f"{each.buried:,}", quota)
    return table


def _facts(seen: Overview) -> Iterator[Text]:
    yield _fact("dead letters", _letters(seen))
    states = seen.capture.states if seen.capture else {}
    yield _fact("connector", ", ".join(f"{part} {state}" for part, state in states.items()) or "?")
    yield _fact("slot", _slot(seen))
    yield _fact("agents", "?" if seen.agents is None else ", ".join(map(_agent, seen.agents)))
    counted = seen.proposals
    standing = "?" if counted is None else ", ".join(f"{number:,} {status}" for status, number in counted.items())
    yield _fact("proposals", standing or "none")


def _letters(seen: Overview) -> str:
    if seen.burials is None:
        return "?"
    opened, hour = sum(each.open for each in seen.burials), sum(each.buried for each in seen.burials)
    return f"{opened:,} open, {hour:,} buried in this hour" if opened or hour else "none"


def _slot(seen: Overview) -> str:
    if seen.reserve is None:
        return "?"
    slot, most = seen.reserve.slot, seen.reserve.max_kept
    if slot is None:
        return "none"
    limit = f" of {size(most)}" if most else ""
    activity = "active" if slot.active else "nobody reads it"
    return f"{activity}, {size(slot.behind)} behind, keeps {size(slot.retained)}{limit}"


def _agent(each: AgentSeen) -> str:
    said = f"{each.name} v{each.version} {each.mode}"
    if not each.rebuilding.startswith("0 "):
        said += f", rebuilding {each.rebuilding}"
    return said + (f", {each.held} held" if each.held else "")


def _ticker(seen: Overview) -> Iterator[Text]:
    for each in seen.latest:
        said = f"{each.at.astimezone():%H:%M}  {each.status.replace('_', ' '):<17} {each.kind} about {each.about}"
        yield Text(said, no_wrap=True, overflow="ellipsis")


def _fact(name: str, said: str) -> Text:
    return Text.assemble((f"{name:<{LABEL}}", "bold"), said)


def _number(value: int | None) -> str:
    return "?" if value is None else f"{value:,}"


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        right = column.startswith(">")
        table.add_column(column.removeprefix(">"), justify="right" if right else "left", no_wrap=True)
    return table
