"""All checks, in an order in which each comes after those it rests on."""

from schemas.faults import Misconfigured
from streams.doctor import connect, kafka, machine, postgres, registry
from streams.doctor.examination import Check


def checks(*, external: bool) -> tuple[Check, ...]:
    """Return every check; with `external` none of processes, ports and versions, which are then somebody else's.

    Raises:
        Misconfigured: the local stack's own packages are not installed.

    """
    parts = (*postgres.CHECKS, *kafka.CHECKS, *connect.CHECKS, *registry.CHECKS)
    if external:
        return (*machine.CHECKS, *parts, *machine.AFTERWARDS)
    try:
        from streams.doctor import local
    except ImportError as error:
        raise Misconfigured(
            f"the local stack is not installed ({error}); mend: rollcall doctor --external,"
            " or install this project with its extra `local`"
        ) from error
    return (*machine.CHECKS, *local.CHECKS, *parts, *machine.AFTERWARDS, *local.AFTERWARDS)
