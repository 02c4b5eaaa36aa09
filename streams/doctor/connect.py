"""Kafka Connect: reachable, able to run the connector, running it as declared."""

from collections.abc import Mapping
from typing import Any

from streams.connect_rest import Worker
from streams.doctor.examination import Check
from streams.doctor.finding import Finding, bad, listed, ok
from streams.doctor.installation import Installation

KIND = "io.debezium.connector.postgresql.PostgresConnector"
APPLY = "rollcall connectors apply"


def answers(installation: Installation) -> Finding:
    """Whether a worker answers."""
    return ok(f"{installation.worker.version} at {installation.settings.connect_url}")


def plugin(worker: Worker) -> Finding:
    """Whether the worker has Debezium's connector for PostgreSQL."""
    if KIND not in worker.plugins:
        return bad(f"Connect does not have {KIND}", "put debezium-connector-postgres into the worker's plugin.path")
    return ok(f"Debezium {worker.plugins[KIND]}")


def running(status: Mapping[str, Any] | None) -> Finding:
    """Whether connector and task run, by Connect's own account."""
    if status is None:
        return bad("there is no connector", APPLY)
    parts = {"the connector": status["connector"], **{f"task {each['id']}": each for each in status["tasks"]}}
    if still := [f"{name} is {each['state']}" for name, each in parts.items() if each["state"] != "RUNNING"]:
        trace = next((each["trace"] for each in parts.values() if each.get("trace")), "")
        said = f": {trace.splitlines()[0]}" if trace else ""
        return bad(f"{listed(still)}{said}", f"{APPLY}; if it fails again, docs/runbooks/connector-failed.md")
    if not status["tasks"]:
        return bad("the connector has no task", APPLY)
    return ok("connector and task run")


def configured(differences: list[str]) -> Finding:
    """Whether the connector is as declared: another configuration could let names travel."""
    if differences:
        return bad(f"not as declared: {listed(differences)}", f"rollcall connectors plan, then {APPLY}")
    return ok("as declared")


CHECKS = (
    Check("Kafka Connect", answers),
    Check("Debezium", lambda each: plugin(each.worker), needs=("Kafka Connect",)),
    Check("connector", lambda each: running(each.connect.status()), needs=("Kafka Connect",)),
    Check(
        "connector settings",
        lambda each: configured(each.connector_differences()),
        needs=("connector", "migrations"),
    ),
)
