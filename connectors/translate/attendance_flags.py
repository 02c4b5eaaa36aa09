"""Attendance flags are effects of decisions: `applications` tells of them, nothing else listens yet."""

from connectors.capture import Capture
from schemas.rows import AttendanceFlag

CAPTURE = Capture("attendance_flags", AttendanceFlag)
