"""A chain as a tree of lines that a person reads. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from schemas.events import ApplicationReported, DecisionMade, ReviewGiven
from streams.explain.again import Check, Consulted
from streams.explain.book import Change, Entry
from streams.explain.chain import Chain, Turn
from streams.explain.wording import elapsed, happening, instant, ordinal, said, updated, written


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
    return Node(f"event {said(entry.event, chain.words.named)}{mark}", tuple(notes), below)


def _row(chain: Chain, entry: Entry, change: Change, below: tuple[Node, ...]) -> Node:
    key = ", ".join(f"{name}={value}" for name, value in change.key.items())
    when = "read" if change.operation == "snapshot" else "committed"
    committed = f"{when} {instant(change.committed)} by PostgreSQL's clock"
    columns = updated(change) if below else written(change)
    told = Node(f"change {change.operation}{columns}", (f"{entry.position}{elapsed(chain.after(entry))}",), below)
    later = chain.after(entry, change.committed)  # of the row that it all goes back to: zero, and not said
    return Node(f"row {change.table} {key}", (f"{committed}{elapsed(later or None)}",), (told,))


def _fold(chain: Chain) -> Node:
    made, proposal = chain.made, chain.proposal
    notes = [f"{proposal.cause}, key {_key(chain)}"]
    if chain.woken is not None:
        notes.append(f"it had asked to be woken at {instant(chain.woken)}")
    notes += _policies(chain, proposal)
    notes += [f"rule: {rule}" for rule in made.rules]
    head = f"fold by {made.agent} version {made.agent_version}, policy version {made.policy_version}"
    return Node(head, tuple(notes))


def _policies(chain: Chain, emission: Entry) -> list[str]:
    """Return what is known of the policies that the fold consulted."""
    check = chain.check(emission)
    return [_policy(chain, policy) for policy in (check.policies if check else ())]


def _policy(chain: Chain, policy: Consulted) -> str:
    published = chain.words.policies.get(policy)
    if published is None:
        return f"policy {policy.name}: " + (
            "the shipped default" if not policy.version else f"version {policy.version}"
        )
    author, reason, since = published["author"], published["reason"], instant(published["effective_at"])
    return f"policy {policy.name}: version {policy.version} by {author}, in force from {since}: {reason}"


def _key(chain: Chain) -> str:
    check = chain.check(chain.proposal)
    return check.key if check and check.key is not None else "unknown: a broadcast caused it"


def _proposal(chain: Chain, turn: Turn) -> Node:
    made = chain.made
    shadow = ", in shadow: recorded, never decided" if made.shadow else ""
    notes = (
        _place(chain, chain.proposal),
        f"proposes {made.payload}",
        f"event {made.event_id}, raised for the {ordinal(made.raised)} time, expires {instant(made.expires_at)}",
    )
    return Node(f"proposal of {made.risk} risk{shadow}", notes, _decisions(chain, turn))


def _turn(chain: Chain, turn: Turn) -> Node:
    event = turn.heard.event
    wrote = tuple(_row(chain, each, each.change, ()) for each in turn.effects if each.change)
    return Node(happening(event), (), (*wrote, _path(chain, turn.path, *_decisions(chain, turn))))


def _decisions(chain: Chain, turn: Turn) -> tuple[Node, ...]:
    found = []
    for each in turn.decisions:
        event = each.event
        notes = [_place(chain, each)]
        if turn.heard.position == chain.proposal.position:
            notes += _policies(chain, each)
        if isinstance(event, DecisionMade) and event.status == "routed":
            notes.append(f"open until {instant(event.expires_at)}")
        if isinstance(event, DecisionMade) and str(event.decision_id) in chain.words.held:
            notes.append(f"its effect is held until {event.agent} is live")
        found.append(Node(f"decision {said(event, chain.words.named)}", tuple(notes)))
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
                (f"row public.applications id={identity}, {instant(row['at'])}; no decision rests on it yet",),
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
        for line in (name, f"  recorded  {_shown(was)}", f"  now       {_shown(now)}")
    )
    return Node(f"{check.emission} by {check.agent}", notes, verdict=False)


def _many(checks: Sequence[Check]) -> str:
    return "1 record" if len(checks) == 1 else f"{len(checks)} records"


def _shown(value: str | None) -> str:
    return "(nothing)" if value is None else value


def _place(chain: Chain, entry: Entry) -> str:
    event = entry.event
    times = f", valid {instant(event.occurred_at)}, recorded {instant(event.recorded_at)}" if event else ""
    return f"{entry.position}{times}{elapsed(chain.after(entry))}"
