"""Look at everything there is to look at: a check that fails costs only those that rest on it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from schemas.faults import Fault
from streams.doctor.finding import Finding, State, bad
from streams.doctor.installation import Installation

MEND = "; mend: "
"""Between what is wrong and how to mend it, in the message of a fault."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at. `needs` names checks that come before it and without which it makes no sense."""

    name: str
    look: Callable[[Installation], Finding]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Examined:
    """A check and what it has found."""

    name: str
    finding: Finding


def examine(installation: Installation, checks: Iterable[Check]) -> Iterator[Examined]:
    """Yield every check's finding, in order."""
    broken: set[str] = set()
    for check in checks:
        because = next((name for name in check.needs if name in broken), None)
        found = _looked(check, installation) if because is None else Finding(State.SKIPPED, f"because of {because}")
        if found.state in (State.BAD, State.SKIPPED):
            broken.add(check.name)
        yield Examined(check.name, found)


def _looked(check: Check, installation: Installation) -> Finding:
    try:
        return check.look(installation)
    except Fault as fault:
        what, _, fix = str(fault).partition(MEND)
        return bad(
            what, fix or (f"see docs/runbooks/{fault.runbook}.md" if fault.runbook else "see docs/operations.md")
        )
