"""The auditor through crashes, on the real topics: every step once in one chain, and its end known to Kafka."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from uuid import uuid4

import pytest

from streams.audit import published
from streams.settings import Settings
from tests.eventually import eventually
from tests.sinks.events import decided, proposed, uid, withdrawn
from tests.streams.domain import Domain, domain

pytestmark = pytest.mark.stack
POINTS = ("after_poll", "after_fold", "before_commit", "after_commit", "after_send")
MINE = (
    "select a.entry::jsonb ->> 'event_id' from rollcall.audit a where a.entry::jsonb ->> 'proposal_id' = any(%s)"
    " order by sequence"
)


@pytest.fixture
def books(settings: Settings) -> Iterator[Domain]:
    with domain(settings) as opened:
        yield opened


def verified(books: Domain, *options: str) -> subprocess.CompletedProcess[str]:
    own = {
        "ROLLCALL_HOME": str(books.settings.home),
        "ROLLCALL_POSTGRES_DATABASE": books.settings.postgres_database,
    }
    command = [sys.executable, "-m", "streams", "audit", "verify", "--json", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **own})


def test_every_step_is_in_the_chain_once_after_kill_9_at_every_point_and_a_cut_end_is_found(books: Domain) -> None:
    mine, proposals, sent = uuid4().hex[:8], [], []
    for point in POINTS:
        name = f"{mine}{point}"
        steps = [decided(status, f"{name}{status}", proposal_id=uid(name)) for status in ("routed", "approved")]
        proposals.append(str(uid(name)))
        sent += [*steps, proposed(name), withdrawn(name)]
        books.start_until_dead("audit", f"{point}:1", *sent[-4:], agent=mine)
    running = books.start("audit")

    def all_once() -> None:
        found = [event_id for (event_id,) in books.rows(MINE, proposals)]
        assert sorted(map(str, found)) == sorted(str(each.event_id) for each in sent)

    eventually(all_once, 60)
    running.terminate()  # publishes the head once more
    assert running.wait(30) == 0
    whole = verified(books)
    assert whole.returncode == 0, whole.stderr
    said = json.loads(whole.stdout)
    assert said["ok"]
    assert said["published_heads"] > 0
    ((last, chain),) = books.rows("select sequence, chain from rollcall.audit_head")
    assert max(head.sequence for head in published(books.settings) if head.chain == chain) == said["rows"] == last

    books.execute(
        "set session_replication_role = replica; delete from rollcall.audit where sequence > 3;"
        "update rollcall.audit_head set sequence = 3, hash = (select hash from rollcall.audit where sequence = 3)"
    )
    assert verified(books, "--alone").returncode == 0
    cut = verified(books)
    assert cut.returncode == 1
    assert [(each["sequence"], each["fault"]) for each in json.loads(cut.stdout)["broken"]] == [(4, "cut")]
    assert "broken at row 4" in cut.stderr
