"""The change log as Debezium really writes it: every column type; Connect killed as it streams, and as it reads."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import pytest

from connectors.capture import Capture
from connectors.translate import CAPTURES
from schemas import cdc
from schemas.cdc import Day
from schemas.events import JobPositionDescribed, ShiftCancelled, ShiftScheduled
from schemas.rows import Row
from schemas.topics import WORKFORCE
from streams.local.runner import Stack
from streams.settings import Settings
from tests.connectors.changelog import events, translated
from tests.eventually import eventually
from tests.streams.capturing import Captured, captured

pytestmark = pytest.mark.stack
END = UUID(int=2**100)
AT = datetime(2026, 3, 2, 12, 30, 15, 123456, tzinfo=UTC)


class Everything(Row, frozen=True):
    """A column of each type that a canonical row can have."""

    id: UUID
    words: str
    nothing: str | None
    small: int
    large: int
    truth: bool
    ratio: float
    exact: str
    day: Day
    at: datetime
    raw: bytes
    document: str
    ids: tuple[UUID, ...]
    names: tuple[str | None, ...]


COLUMNS = """id uuid primary key, tenant_id text, words text, nothing text, small smallint, large bigint, truth boolean,
    ratio double precision, exact numeric(20, 4), day date, at timestamptz, raw bytea, document jsonb,
    ids uuid[], names text[]"""


def everything(number: int) -> dict[str, Any]:
    return {
        "id": UUID(int=number),
        "tenant_id": "default",
        "words": 'é "quoted"\n\t\\ 😀',
        "nothing": None,
        "small": -3,
        "large": 2**53 + 1,
        "truth": True,
        "ratio": 0.1,
        "exact": "1234567890123456.7800",
        "day": date(1969, 7, 20),
        "at": AT,
        "raw": bytes(range(256)),
        "document": '{"a": [1.50, null], "b": "ü"}',
        "ids": [UUID(int=1), UUID(int=2)],
        "names": ["a,b", None, '"'],
    }


def test_every_column_type_travels_in_a_snapshot_and_in_a_change(settings: Settings) -> None:
    table = Capture("everything", Everything)
    with captured(settings) as door:
        door.connection.execute(f"create table public.everything ({COLUMNS})".encode())
        door.write("everything", **everything(1))
        door.connection.execute("select rollcall.capture('public.everything')")
        door.apply([*CAPTURES[:-1], table, CAPTURES[-1]])
        door.write("everything", **everything(2))
        door.connection.execute("update everything set small = 4 where id = %s", (UUID(int=2),))
        door.write("job_positions", id=END, code="end")
        records = [value for _, value in door.until("job_positions", END) if b'"table":"everything"' in value]
    assert [cdc.head(value).op for value in records] == ["r", "c", "u"]
    read, inserted, updated = (cdc.envelope(Everything, value) for value in records)
    for number, row in ((1, read.after), (2, inserted.after), (2, updated.before)):
        wanted = everything(number)
        assert row == Everything(**{**wanted, "ids": tuple(wanted["ids"]), "names": tuple(wanted["names"])})
    assert updated.after == msgspec.structs.replace(updated.before, small=4) if updated.before else False


def test_a_large_column_that_an_update_leaves_alone_is_there_all_the_same(settings: Settings) -> None:
    with captured(settings) as door:
        door.connection.execute(
            "create table public.everything (id uuid primary key, tenant_id text, code text, note text)"
        )
        door.connection.execute("alter table everything alter column note set storage external")
        door.connection.execute("select rollcall.capture('public.everything')")
        door.apply([*CAPTURES, Capture("everything", Row)])
        door.write("everything", id=UUID(int=1), tenant_id="default", code="a", note="x" * 50_000)
        door.connection.execute("update everything set code = 'b'")
        door.write("job_positions", id=END, code="end")
        records = [value for _, value in door.until("job_positions", END) if b'"table":"everything"' in value]
    assert [len(value) > 50_000 for value in records] == [True, True]
    assert not any(cdc.UNAVAILABLE in value for value in records)


# -- Connect killed


def kill_when(stack: Stack, due: Callable[[], bool]) -> None:
    eventually(due, 60)
    stack.kill("connect")


def work(door: Captured, people: list[UUID], numbers: range) -> None:
    """Insert numbered shifts in transactions of several sizes that overlap; give some to others, delete some."""
    with psycopg.connect(door.settings.dsn("rollcall_migrator")) as late:
        for number in numbers:
            shift = UUID(int=number)
            # Every third goes into a transaction that stays open while others begin and end.
            connection = late if number % 3 == 0 else door.connection
            with connection.cursor() as cursor:
                cursor.execute(
                    "insert into shifts (id, employee_id, location_id, starts_at, ends_at)"
                    " values (%s, %s, %s, '2026-03-02 08:00Z', '2026-03-02 16:00Z')",
                    (shift, people[0], UUID(int=900)),
                )
                if number % 5 == 0:
                    cursor.execute("update shifts set employee_id = %s where id = %s", (people[1], shift))
                if number % 7 == 0:
                    cursor.execute("delete from shifts where id = %s", (shift,))
            if number % 11 == 0:
                late.commit()
        late.commit()


def wanted(numbers: range) -> Counter[tuple[str, int]]:
    counted: Counter[tuple[str, int]] = Counter()
    for number in numbers:
        counted["ShiftScheduled", number] += 1 + (number % 5 == 0)
        counted["ShiftCancelled", number] += (number % 5 == 0) + (number % 7 == 0)
    return +counted


def test_connect_killed_while_it_streams_loses_nothing_and_doubles_nothing(stack: Stack, settings: Settings) -> None:
    numbers = range(1, 4001)
    with captured(settings) as door:
        door.apply()
        people = [door.employee(5001), door.employee(5002)]
        working = threading.Thread(target=work, args=(door, people, numbers))
        before = door.length()
        working.start()
        for part in (800, 2200):
            kill_when(stack, lambda part=part: door.length() > before + part)  # type: ignore[misc]
        working.join()
        door.write("job_positions", id=END, code="end")
        records = door.until("job_positions", END, within=120)
    changes = sum(1 + (number % 5 == 0) + (number % 7 == 0) for number in numbers)
    assert sum(b'"table":"shifts"' in value for _, value in records) > changes, "nothing was sent again: not a test"
    told = [
        each for each in events(translated(WORKFORCE, records)) if isinstance(each, ShiftScheduled | ShiftCancelled)
    ]
    assert Counter((type(each).__name__, each.shift_id.int) for each in told) == wanted(numbers)
    for number in (n for n in numbers if n % 35 == 0):
        history = [(type(each).__name__, each.employee_id) for each in told if each.shift_id.int == number]
        assert history == [
            ("ShiftScheduled", people[0]),
            ("ShiftCancelled", people[0]),
            ("ShiftScheduled", people[1]),
            ("ShiftCancelled", people[1]),
        ]
    assert sorted(each.revision for each in told) == [each.revision for each in told]


def test_connect_killed_while_it_reads_leaves_no_ghosts(stack: Stack, settings: Settings) -> None:
    """Rows that the broken run had told of, and that were deleted before the whole one."""
    with captured(settings) as door:
        door.connection.execute("update rollcall.captures set confirmed_at = clock_timestamp()")
        door.connection.execute(
            "insert into job_positions (id, code)"
            " select lpad(i::text, 32, '0')::uuid, i from generate_series(1, 40000) i"
        )
        applying = threading.Thread(target=door.apply)
        applying.start()
        kill_when(stack, lambda: door.length() > 2000)
        told_before = door.length()
        door.connection.execute("delete from job_positions where code::int <= 1000")
        applying.join()
        door.write("job_positions", id=END, code="end")
        records = door.until("job_positions", END, within=120)
    snapshots = Counter(cdc.head(value).source.snapshot for _, value in records)
    assert told_before < 40_000
    assert snapshots["first"] == 2
    assert snapshots["last"] == 1
    told = [each for each in events(translated(WORKFORCE, records)) if isinstance(each, JobPositionDescribed)]
    assert Counter(each.code for each in told) == Counter(["end", *(str(each) for each in range(1001, 40_001))])
