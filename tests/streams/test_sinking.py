"""The read models through crashes and bad records, on the real topics, which other tests write to as well."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from schemas.events import ShiftJudged
from schemas.topics import WORKFORCE
from streams.settings import Settings
from tests.eventually import eventually
from tests.sinks.events import decided, judged, proposed, uid, withdrawn
from tests.streams.domain import Domain, domain

pytestmark = pytest.mark.stack
POINTS = ("after_poll", "after_fold", "before_commit", "after_commit", "after_send")


@pytest.fixture
def books(settings: Settings) -> Iterator[Domain]:
    with domain(settings) as opened:
        yield opened


def test_read_models_hold_everything_once_after_kill_9_at_every_point(books: Domain) -> None:
    mine, each = uuid4().hex[:8], 20
    for point in POINTS:
        judgements = [judged(shift=f"{mine}{point}{number}", employee=f"{mine}{number}") for number in range(each)]
        books.send(decided("routed", point, proposal_id=uid(f"{mine}{point}")), agent=mine)
        made = (proposed(f"{mine}{point}"), withdrawn(f"{mine}{point}"))
        books.start_until_dead("sinks", f"{point}:1", *judgements, *made, agent=mine)
    books.start("sinks")
    wanted = (len(POINTS) * (each + 3), len(POINTS), len(POINTS), len(POINTS))

    def all_once() -> None:
        counts = "sum(emissions), sum(proposals_created), sum(proposals_withdrawn), sum(decisions)"
        assert books.rows(f"select {counts} from mart.agent_runs where agent = '{mine}'") == [wanted]
        shifts = [uid(f"{mine}{point}{number}") for point in POINTS for number in range(each)]
        assert books.count("mart.attendance", "shift_id", *shifts) == len(shifts)
        proposals = [uid(f"{mine}{point}") for point in POINTS]
        assert books.count("mart.proposals", "proposal_id", *proposals) == len(POINTS)
        assert books.count("mart.decisions", "proposal_id", *proposals) == len(POINTS)
        standing = "select status, withdrawn_reason, risk from mart.proposal_status where proposal_id = any(%s)"
        assert set(books.rows(standing, proposals)) == {("routed", "punch_corrected", "low")}

    eventually(all_once, 40)


def test_a_bad_record_is_buried_with_its_cause_and_its_neighbours_go_on(books: Domain) -> None:
    mine = uuid4().hex[:8]
    neighbours = [judged(shift=f"{mine}{number}", employee=mine) for number in range(20)]
    too_large = judged(version=3_000_000_000, shift=f"{mine}20", employee=mine)  # beyond the column's integer
    key = neighbours[0].key.encode()

    books.send(*neighbours[:10], too_large)
    books.send_raw(WORKFORCE, key, b"\x00\x00")
    books.send_raw(WORKFORCE, key, b"\x00\x7f\xff\xff\xffnobody has registered this")
    books.send(*neighbours[10:])
    books.start("sinks")

    def all_there() -> None:
        assert books.count("mart.attendance", "employee_id", uid(mine)) == len(neighbours)
        assert len(books.buried(WORKFORCE, key)) == 7

    eventually(all_there, 40)
    causes = [(said["dlq-reader"], said["dlq-cause"]) for said in books.buried(WORKFORCE, key)]
    assert sorted(causes) == [
        ("sink.agent_runs", "Undecodable"),
        ("sink.agent_runs", "UnknownSchema"),
        ("sink.attendance", "Refused"),
        ("sink.attendance", "Undecodable"),
        ("sink.attendance", "UnknownSchema"),
        ("sink.reliability", "Undecodable"),
        ("sink.reliability", "UnknownSchema"),
    ]


def test_a_record_that_is_given_again_is_for_its_reader_alone(books: Domain) -> None:
    mine = uuid4().hex[:8]
    given: tuple[ShiftJudged, ...] = (judged(shift=f"{mine}a", employee=mine), judged(shift=f"{mine}b", employee=mine))
    books.send(given[0], agent=mine, again="sink.attendance")
    books.send(given[1], agent=mine, again="sink.agent_runs")
    books.start("sinks")

    def as_addressed() -> None:
        assert books.rows("select shift_id from mart.attendance where employee_id = %s", uid(mine)) == [
            (uid(f"{mine}a"),)
        ]
        assert books.rows(f"select emissions from mart.agent_runs where agent = '{mine}'") == [(1,)]

    eventually(as_addressed, 30)
