"""What is over is folded up, and nobody can tell: what is said is the same, and so is what is known."""

from datetime import timedelta
from uuid import UUID

import pytest

from agents.attendance import AGENT, facts, forgetting
from agents.attendance.chapters import opened
from schemas.events import Event
from tests.agents.attendance.months import months
from tests.agents.attendance.oracle import Oracle, Verdict
from tests.agents.worlds import fold, live, state_of
from tests.builders import EMPLOYEE
from tests.facts import employment

FOR_EVER = timedelta(days=1_000)


def same(told: list[Event], patch: pytest.MonkeyPatch) -> int:
    """Compare with what is said when nothing is ever folded up; return how many weeks are folded up in the end."""
    folding, plain = live(AGENT), live(AGENT)
    said = fold(AGENT, *told, partition=folding)
    with patch.context() as patched:
        patched.setattr(forgetting, "GOING_ON", FOR_EVER)
        assert said == fold(AGENT, *told, partition=plain)
    assert not state_of(plain).past.chapters
    assert facts(state_of(folding)) == facts(state_of(plain))
    return len(state_of(folding).past.chapters)


def test_nobody_can_tell_what_is_folded_up(monkeypatch: pytest.MonkeyPatch) -> None:
    weeks = [same(months(seed), monkeypatch) for seed in range(6)]
    assert sorted(weeks)[3] > 5


def test_terms_that_come_late_count_for_what_is_folded_up(monkeypatch: pytest.MonkeyPatch) -> None:
    told = months(3)
    exempt = employment(when=told[-1].recorded_at, revision=99, clocking="exempt")
    assert same([*told, exempt], monkeypatch) > 5


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_nobody_can_tell_in_many_histories(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in range(32):
        same(months(32 * seed + each), monkeypatch)


def test_the_oracle_agrees_on_what_was_folded_up() -> None:
    partition, told = live(AGENT), months(7)
    fold(AGENT, *told, partition=partition)
    rows = {UUID(bytes=each.id): each for each in opened(state_of(partition)).shifts}
    expected = {each: found for each, found in Oracle(told, EMPLOYEE).verdicts().items() if each in rows}
    said = {each: Verdict(row.verdict, row.minutes, row.early, row.credit, row.settled) for each, row in rows.items()}
    assert said == expected
