"""Attendance entries are effects of decisions: `applications` tells of them, nothing else listens yet."""

from connectors.capture import Capture
from schemas.rows import Attendance

CAPTURE = Capture("attendance", Attendance)
