"""The business clock: no event of its own, every `recorded_at` goes through it."""

from connectors.capture import Capture
from schemas.rows import BusinessClock

CAPTURE = Capture("business_clock", BusinessClock)
