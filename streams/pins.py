"""What is used of other people's private parts: exact versions, and the names that must exist, asserted at start.

The transport goes where Faust and aiokafka have no public door. A version that moved the furniture must not start.
"""

from collections.abc import Iterable, Mapping
from importlib.metadata import version

from schemas.faults import Misconfigured

VERSIONS: Mapping[str, str] = {"faust-streaming": "0.15.3", "mode-streaming": "0.7.1", "aiokafka": "0.14.0"}

FAUST_THREAD = (
    "_consumer",
    "_create_worker_consumer",
    "_ensure_consumer",
    "_fetch_records",
    "on_partitions_revoked",
    "highwater",
)
FAUST_CONSUMER = (
    "_new_consumer_thread",
    "_getmany",
    "_get_active_partitions",
    "_read_offset",
    "can_resume_flow",
    "flow_active",
    "getmany",
    "on_buffer_drop",
    "on_buffer_full",
    "seek_to_committed",
    "verify_event_path",
)
CONSUMER = ("_auto_offset_reset", "_fetch_max_wait_ms", "_subscription")
SUBSCRIPTION = ("fetch_context", "reassignment_in_progress")
COORDINATOR = (
    "_client",
    "_coordination_task",
    "_do_heartbeat",
    "_do_rejoin_group",
    "_group_instance_id",
    "_group_subscription",
    "_perform_assignment",
    "_rejoin_needed_fut",
    "_session_timeout_ms",
    "check_errors",
    "generation",
    "member_id",
)


def assert_versions() -> None:
    """Refuse to start on versions that nobody has tried.

    Raises:
        Misconfigured: another version is installed.

    """
    for name, wanted in VERSIONS.items():
        if (found := version(name)) != wanted:
            raise Misconfigured(f"{name} {found} is installed; the transport was proved on {wanted}: run make")


def assert_has(thing: object, names: Iterable[str]) -> None:
    """Refuse to go on without these attributes.

    Raises:
        Misconfigured: one is missing.

    """
    missing = [name for name in names if not hasattr(thing, name)]
    if missing:
        raise Misconfigured(f"{type(thing).__name__} has no {', '.join(missing)}: is it another version?")
