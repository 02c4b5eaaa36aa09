"""Dead letters that somebody gives again: no event, but the record itself, for the one reader that buried it.

One that is parked says nothing.
"""

from connectors.capture import Capture
from schemas.rows import DlqCommand

CAPTURE = Capture("dlq_commands", DlqCommand, excluded=("author",))
