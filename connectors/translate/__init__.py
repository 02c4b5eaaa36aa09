"""The captured tables, one file each, in the order in which a snapshot reads them: reference facts first.

The clock is the first and the heartbeat the last: both always have a row, so a snapshot run has a first and a last one.
"""

from typing import Any

from connectors.capture import Capture
from connectors.translate import (
    absence_calls,
    agent_modes,
    applications,
    attendance,
    attendance_exceptions,
    attendance_flags,
    business_clock,
    clock_heartbeats,
    clock_outages,
    closures,
    delegations,
    dlq_commands,
    employees,
    heartbeat,
    job_positions,
    leave_requests,
    locations,
    notices,
    person_roles,
    policies,
    review_commands,
    shifts,
    time_punches,
)

CAPTURES: tuple[Capture[Any], ...] = (
    business_clock.CAPTURE,
    policies.CAPTURE,
    agent_modes.CAPTURE,
    locations.CAPTURE,
    job_positions.CAPTURE,
    employees.CAPTURE,
    person_roles.CAPTURE,
    delegations.CAPTURE,
    closures.CAPTURE,
    clock_outages.CAPTURE,
    shifts.CAPTURE,
    time_punches.CAPTURE,
    leave_requests.CAPTURE,
    absence_calls.CAPTURE,
    attendance_exceptions.CAPTURE,
    clock_heartbeats.CAPTURE,
    attendance.CAPTURE,
    attendance_flags.CAPTURE,
    review_commands.CAPTURE,
    dlq_commands.CAPTURE,
    applications.CAPTURE,
    notices.CAPTURE,
    heartbeat.CAPTURE,
)
