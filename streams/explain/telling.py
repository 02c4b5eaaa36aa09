"""A chain as a tree of lines that a person reads. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from schemas.events import (
    ApplicationReported,
    DecisionMade,
    Event,
    ProposalMade,
    ProposalWithdrawn,
    ReviewGiven,
    ReviewRefused,
    Tick,
)
from streams.explain.again import Check
from streams.explain.book import Change, Entry
from streams.explain.chain import Chain, Turn

UNSAID = {*Event.model_fields, "tenant_id", "revision", "subject", "agent", "shadow"}
"""Fields of an event that its line says otherwise."""


@dataclass(frozen=True, slots=True)
class Node:
    """A step, what is known of it, and what came of it. `verdict`: whether it is as it should be."""

    head: str
    notes: tuple[str, ...] = ()
    children: tuple["Node", ...] = ()
    verdict: bool | None = None


def lines(node: Node, depth: int = 0) -> Iterator[str]:
    """Yield a tree as indented text, its main parts apart from each other."""
    indent = "  " * depth
    if depth == 1:
        yield ""
    yield indent + node.head
    yield from (f"{indent}  {note}" for note in node.notes)
    for child in node.children:
        yield from lines(child, depth + 1)


def tree(chain: Chain) -> Node:
    """Return the whole story, first causes first, the verdict last."""
    made = chain.made
    first, *later = chain.turns
    head = f"{made.kind} about {chain.words.named(made.subject)}: {chain.status.replace('_', ' ')}"
    return Node(
        head,
        (f"proposal {made.proposal_id}, subject {made.subject}, tenant {made.tenant_id}", _in_short(chain.checks)),
        (
            _grounds(chain),
            _fold(chain),
            _proposal(chain, first),
            *(_turn(chain, turn) for turn in later),
            *_waiting(chain),
            _verdict(chain.checks),
        ),
    )


def _in_short(checks: Sequence[Check]) -> str:
    if all(check.identical for check in checks):
        return "folded again, the same bytes come out"
    return "folded again, OTHER bytes come out: see the end"


def _grounds(chain: Chain) -> Node:
    paths = list(chain.evidence)
    if chain.cause not in paths:
        paths.append(chain.cause)
    missing = tuple(f"event {each} is cited and not in the log before the fold" for each in chain.missing)
    return Node("rests on", missing, tuple(_path(chain, path) for path in paths))


def _path(chain: Chain, path: Sequence[Entry], *ends: Node) -> Node:
    """Return row, change and events of a path, each below what it came of, and `ends` below the last."""
    if not path:
        return Node("nothing that is known")
    below = ends
    for entry in reversed(path):
        node = _entry(chain, entry, below)
        below = (node,)
    return below[0]


def _entry(chain: Chain, entry: Entry, below: tuple[Node, ...]) -> Node:
    if entry.change is not None:
        return _row(chain, entry, entry.change, below)
    notes = [_place(chain, entry)]
    if isinstance(entry.event, ReviewGiven) and (note := chain.words.notes.get(str(entry.event.review_id))):
        notes.append(f"who reviewed wrote: {note}")
    if (reader := entry.record.header("for")) is not None:
        notes.append(f"a dead letter, given again to {reader.decode(errors='replace')}")
    mark = "  <- caused the proposal" if chain.cause and entry.position == chain.cause[-1].position else ""
    return Node(f"event {_said(chain, entry.event)}{mark}", tuple(notes), below)


def _row(chain: Chain, entry: Entry, change: Change, below: tuple[Node, ...]) -> Node:
    key = ", ".join(f"{name}={value}" for name, value in change.key.items())
    when = "read" if change.operation == "snapshot" else "committed"
    committed = f"{when} {_at(change.committed)} by PostgreSQL's clock"
    written = _changed(change) if below else _written(change)
    told = Node(
        f"change {change.operation}{written}",
        (f"{entry.position}{_after(chain.after(entry))}",),
        below,
    )
    after = _after(chain.after(entry, change.committed)) if chain.after(entry, change.committed) else ""
    return Node(f"row {change.table} {key}", (f"{committed}{after}",), (told,))


def _changed(change: Change) -> str:
    return "".join(f", {name} {was} -> {now}" for name, (was, now) in change.changed.items())


def _written(change: Change) -> str:
    """Return what no event tells of a row, because none follows."""
    held = change.after or change.before
    if change.operation == "update":
        return _changed(change)
    return "".join(
        f", {name} {value}" for name, value in held.items() if _is_said(name, value) and name not in change.key
    )


def _fold(chain: Chain) -> Node:
    made, proposal = chain.made, chain.proposal
    policy = f"policy version {made.policy_version}" if made.policy_version else "the shipped policy (version 0)"
    notes = [f"{proposal.cause}, key {_key(chain)}"]
    if chain.woken is not None:
        notes.append(f"it had asked to be woken at {_at(chain.woken)}")
    if (published := chain.words.policy) is not None:
        notes.append(
            f"{published['name']} version {published['version']}, by {published['author']}: {published['reason']};"
            f" in force from {_at(published['effective_at'])}"
        )
    notes += [f"rule: {rule}" for rule in made.rules]
    return Node(f"fold by {made.agent} version {made.agent_version} under {policy}", tuple(notes))


def _key(chain: Chain) -> str:
    check = chain.check(chain.proposal)
    return check.key if check and check.key is not None else "unknown: a broadcast caused it"


def _proposal(chain: Chain, turn: Turn) -> Node:
    made = chain.made
    shadow = ", in shadow: recorded, never decided" if made.shadow else ""
    notes = (
        _place(chain, chain.proposal),
        f"would write {made.payload}",
        f"event {made.event_id}, raised for the {_ordinal(made.raised)} time, expires {_at(made.expires_at)}",
    )
    return Node(f"proposal of {made.risk} risk{shadow}", notes, _decisions(chain, turn))


def _turn(chain: Chain, turn: Turn) -> Node:
    event = turn.heard.event
    wrote = tuple(_row(chain, each, each.change, ()) for each in turn.effects if each.change)
    return Node(_what(event), (), (*wrote, _path(chain, turn.path, *_decisions(chain, turn))))


def _what(event: Event | None) -> str:
    match event:
        case ReviewGiven():
            return "a person answers"
        case ApplicationReported():
            return f"effect: {event.outcome}"
        case ProposalWithdrawn():
            return f"{event.agent} takes it back"
        case Tick():
            return "time passes"
    return "then"


def _decisions(chain: Chain, turn: Turn) -> tuple[Node, ...]:
    found = []
    for each in turn.decisions:
        event = each.event
        notes = [_place(chain, each)]
        if isinstance(event, DecisionMade) and event.status == "routed":
            notes.append(f"open until {_at(event.expires_at)}")
        if isinstance(event, DecisionMade) and str(event.decision_id) in chain.words.held:
            notes.append(f"its effect is held until {event.agent} is live")
        found.append(Node(f"decision {_said(chain, event)}", tuple(notes)))
    return tuple(found)


def _waiting(chain: Chain) -> Iterator[Node]:
    """Yield applications on which no decision rests, so that nothing above has told of them."""
    reports = (turn.heard.event for turn in chain.turns)
    told = {str(each.application_id) for each in reports if isinstance(each, ApplicationReported)}
    for identity, row in chain.words.applications.items():
        if identity not in told:
            because = f": {row['reason']}" if row["reason"] else ""
            yield Node(
                f"effect {row['outcome']}{because}",
                (f"row public.applications id={identity}, {_at(row['at'])}; no decision rests on it yet",),
            )


def _verdict(checks: Sequence[Check]) -> Node:
    good = [each for each in checks if each.identical]
    folded = {(each.agent, each.key, each.folded) for each in checks}
    notes = [
        f"{agent} folded {number:,} records again, of {'every key' if key is None else f'key {key} and broadcasts'}"
        for agent, key, number in sorted(folded, key=str)
    ]
    if len(good) == len(checks):
        return Node(f"replay: identical byte for byte ({_many(checks)})", tuple(notes), verdict=True)
    wrong = tuple(_difference(each) for each in checks if not each.identical)
    return Node(f"replay: NOT identical ({len(wrong)} of {_many(checks)} differ)", tuple(notes), wrong, verdict=False)


def _difference(check: Check) -> Node:
    notes = tuple(
        line
        for name, was, now in check.differences
        for line in (name, f"  recorded  {_or_nothing(was)}", f"  now       {_or_nothing(now)}")
    )
    return Node(f"{check.emission} by {check.agent}", notes, verdict=False)


def _many(checks: Sequence[Check]) -> str:
    return "1 record" if len(checks) == 1 else f"{len(checks)} records"


def _or_nothing(value: str | None) -> str:
    return "(nothing)" if value is None else value


def _said(chain: Chain, event: Event | None) -> str:
    match event:
        case ReviewGiven():
            return f"ReviewGiven: {event.verdict} by {chain.words.named(str(event.reviewer_id))}"
        case ReviewRefused():
            return f"review refused: {event.reason}"
        case DecisionMade():
            role = f" to {event.role}" if event.role else ""
            who = f" by {chain.words.named(str(event.reviewer_id))}" if event.reviewer_id else ""
            return f"{event.status.replace('_', ' ')}{role}{who}" + (f": {event.reason}" if event.reason else "")
        case ProposalMade() | ProposalWithdrawn() | None:
            return type(event).__name__ + (f": {event.reason}" if isinstance(event, ProposalWithdrawn) else "")
    fields = ", ".join(f"{name} {_value(value)}" for name, value in event if _is_said(name, value))
    return f"{type(event).__name__}: {fields}"


def _is_said(name: str, value: Any) -> bool:
    return name not in UNSAID and not name.endswith("_id") and value not in (None, "")


def _value(value: Any) -> str:
    return _at(value) if isinstance(value, datetime) else str(value)


def _place(chain: Chain, entry: Entry) -> str:
    event = entry.event
    times = f", valid {_at(event.occurred_at)}, recorded {_at(event.recorded_at)}" if event else ""
    return f"{entry.position}{times}{_after(chain.after(entry))}"


def _after(milliseconds: float | None) -> str:
    return "" if milliseconds is None else f", {round(milliseconds):+,} ms"


def _at(at: datetime) -> str:
    return (
        at.astimezone(UTC)
        .isoformat(sep=" ", timespec="milliseconds" if at.microsecond else "seconds")
        .replace("+00:00", "Z")
    )


def _ordinal(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")
