"""Effect of ``disciplinary_review``: HR hears an employee who several times did not come, and was not heard of.

Writes ``public.attendance_flags``. Taken back, the row stays and says since when it no longer counts.
"""

from schemas.events import DecisionMade
from schemas.kinds import DISCIPLINARY_REVIEW, DisciplinaryReview
from sinks.apply.effect import Effect, Replaced, Rows
from sinks.apply.flagging import moved, raise_flag, undo


def do(connection: Rows, decision: DecisionMade, review: DisciplinaryReview) -> Replaced:
    """Open the review. It replaces nothing."""
    raise_flag(connection, decision, review, episodes=review.episodes)
    return None


EFFECT = Effect(DISCIPLINARY_REVIEW, DisciplinaryReview, moved, do, undo)
