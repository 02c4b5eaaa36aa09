"""What weighs more against its subject, kind by kind: an edit may make it less, and only more is proposed again."""

from uuid import UUID

import pytest

from schemas.kinds import KINDS
from tests.schemas.samples import AT

WHO, SHIFT = UUID(int=1), UUID(int=2)
ABOUT = {"employee_id": WHO, "shift_ids": (SHIFT,), "first_start": AT, "last_start": AT}
REVIEW = {**ABOUT, "threshold": 3, "since": AT, "shifts": (), "avoided_by": (), "action": "hearing"}


@pytest.mark.parametrize(
    ("kind", "said", "less", "more"),
    [
        ("lateness_entry", {"employee_id": WHO, "shift_id": SHIFT}, {"minutes_late": 4}, {"minutes_late": 5}),
        ("attendance_flag", ABOUT, {"score": 790}, {"score": 780}),
        ("attendance_flag", ABOUT, {"score": 590}, {"score": 790, "level": "hr"}),
        ("disciplinary_review", REVIEW, {"episodes": 3}, {"episodes": 4}),
    ],
)
def test_more_minutes_a_lower_score_a_higher_level_or_more_episodes_weigh_more(
    kind: str, said: dict[str, object], less: dict[str, object], more: dict[str, object]
) -> None:
    model = KINDS[kind].payload
    low, high = (model.model_validate({**said, **each}).severity for each in (less, more))
    assert low is not None
    assert high is not None
    assert low < high


def test_what_says_no_score_or_is_advice_is_not_compared() -> None:
    assert KINDS["attendance_flag"].payload.model_validate(ABOUT).severity is None
    assert KINDS["break_suggestion"].payload.model_validate(
        {"employee_id": WHO, "punch_id": SHIFT, "since": AT}
    ).severity is None  # fmt: skip
