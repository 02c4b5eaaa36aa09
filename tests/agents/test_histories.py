"""Recorded histories come to the same, on every run, under any hash seed and in any time zone."""

import os
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from agents.kernel import Agent, Partition
from tests.histories import RECORDED, digest, history, replayed

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("agent", RECORDED, ids=lambda agent: agent.name)
def test_history_is_decided_as_it_was_recorded(agent: Agent[Any]) -> None:
    told = list(history(agent.name))
    emitted = list(replayed(agent, (event for event, _ in told), Partition([agent])))
    for (event, expected), got in zip(told, emitted, strict=True):
        assert got == expected, f"{event!r} is decided differently now: record it anew and say so in the changelog"


def test_every_agent_that_may_go_live_here_has_a_history() -> None:
    assert {agent.name for agent in RECORDED} >= {"attendance", "break_suggester", "clock_watch", "supervisor"}


def test_histories_hold_every_verdict_and_the_whole_life_of_a_proposal() -> None:
    seen = Counter[str]()
    for agent in RECORDED:
        for _, emitted in history(agent.name):
            for each in emitted:
                seen[each.get("verdict") or each.get("status") or each["type"].rpartition(".")[2]] += 1
    assert set(seen) >= {
        "on_time", "late", "absent_provisional", "absent_excused", "cancelled", "pending", "missing_in",
        "ProposalMade", "ProposalWithdrawn", "ReliabilityScored",
        "routed", "approved", "auto_approved", "rejected", "withdrawn", "applied", "stale", "reversal_approved",
        "reverted", "expired", "ReviewRefused",
    }  # fmt: skip


DIGEST = cache(digest)


@pytest.mark.parametrize(
    ("seed", "zone"),
    [
        ("random", "Asia/Kathmandu"),
        *(
            pytest.param(*other, marks=pytest.mark.slow)
            for other in (("0", "UTC"), ("1", "America/New_York"), ("7", "Pacific/Apia"))
        ),
    ],
)
def test_replay_is_the_same_under_any_hash_seed_and_time_zone(seed: str, zone: str) -> None:
    env = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, "-m", "tests.histories"], env=env, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.stdout.strip() == DIGEST(), ended.stderr
