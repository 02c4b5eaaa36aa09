"""Kafka: reachable, and its topics as declared; positions that lie within the log."""

from collections.abc import Mapping

from schemas.faults import PartitionsChanged
from schemas.topics import Topic
from streams.doctor.examination import Check
from streams.doctor.finding import Finding, bad, listed, ok
from streams.doctor.installation import Installation
from streams.lag import Lag, lags
from streams.store import Log
from streams.topics import Difference, compare

APPLY = "rollcall topics apply"
FORGETTING = ("retention.ms", "cleanup.policy")


def answers(installation: Installation) -> Finding:
    """Whether a broker tells of its topics."""
    return ok(f"{len(installation.logs)} declared topics at {installation.settings.bootstrap}")


def present(declared: tuple[Topic, ...], found: Mapping[str, Log]) -> Finding:
    """Whether every declared topic is there."""
    if missing := [topic.name for topic in declared if topic.name not in found]:
        return bad(f"missing: {listed(missing)}", APPLY)
    return ok(f"all {len(declared)} are there")


def partitions(declared: tuple[Topic, ...], found: Mapping[str, Log]) -> Finding:
    """Whether keys are spread as declared."""
    try:
        compare(declared, found, lacking=declared)
    except PartitionsChanged as fault:
        return bad(str(fault), "docs/runbooks/partitions-changed.md; partitions are never added or taken away")
    return ok("as declared")


def configured(differences: Mapping[str, Mapping[str, Difference]]) -> Finding:
    """Whether history is kept and the largest record is taken."""
    wrong = [
        f"{topic} has {name} = {each.actual}, not {each.declared}"
        for topic, entries in differences.items()
        for name, each in entries.items()
    ]
    if wrong:
        forgets = any(name in entries for entries in differences.values() for name in FORGETTING)
        return bad(f"{listed(wrong)}{'; history is being deleted' if forgets else ''}", APPLY)
    return ok("retention, cleanup and largest record as declared")


def positions(found: list[Lag]) -> Finding:
    """Whether every reader stands within its log."""
    beyond = [f"{each.reader} at {each.next_offset} of {each.topic}-{each.partition}, which ends at {each.end}"
              for each in found if each.next_offset > each.end]  # fmt: skip
    if beyond:
        return bad(listed(beyond), "docs/runbooks/position-outside-log.md; is ROLLCALL_BOOTSTRAP the right cluster?")
    behind = sum(each.behind for each in found)
    return ok(f"{len(found)} positions of {len({each.reader for each in found})} readers, {behind} records behind")


CHECKS = (
    Check("Kafka", answers),
    Check("topics", lambda each: present(each.topics, each.logs), needs=("Kafka",)),
    Check("partitions", lambda each: partitions(each.topics, each.logs), needs=("Kafka",)),
    Check("topic settings", lambda each: configured(each.topic_differences()), needs=("Kafka",)),
    Check("positions", lambda each: positions(lags(each.settings)), needs=("migrations", "topics")),
)
