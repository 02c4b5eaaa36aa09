"""The chain on the real server: gapless under concurrency, nobody's to change, and broken where somebody did."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from random import Random
from typing import Any

import psycopg
import pytest
from psycopg import errors

from sinks.audit import Head, append, breaks
from streams.audit import links, published_by, verify_in
from streams.settings import Settings

pytestmark = pytest.mark.stack
Connection = psycopg.Connection[Any]


@pytest.fixture
def owner(migrated: Settings) -> Iterator[Connection]:
    """The superuser's connection, past the triggers; an empty chain."""
    with psycopg.connect(migrated.dsn("postgres"), autocommit=True) as opened:
        opened.execute("set session_replication_role = replica")
        yield opened
        opened.execute("set session_replication_role = replica")
        opened.execute("delete from rollcall.audit")
        opened.execute("update rollcall.audit_head set sequence = 0, hash = decode(repeat('00', 32), 'hex')")


@pytest.fixture
def auditor(migrated: Settings, owner: Connection) -> Iterator[Connection]:
    with psycopg.connect(migrated.dsn("rollcall_auditor"), autocommit=True) as opened:
        yield opened


@pytest.fixture
def reader(migrated: Settings) -> Iterator[Connection]:
    with psycopg.connect(migrated.dsn("rollcall_console"), autocommit=True) as opened:
        yield opened


def entries(count: int, start: int = 0) -> list[str]:
    return [f'{{"event":"tést","number":{start + number}}}' for number in range(count)]


def test_postgresql_seals_as_the_chain_is_verified(auditor: Connection, reader: Connection) -> None:
    append(auditor, entries(3))
    append(auditor, entries(500, 3))
    verdict = verify_in(reader, [published_by(reader)])
    assert (verdict.ok, verdict.rows, verdict.heads) == (True, 503, 1)
    said = reader.execute("select entry from rollcall.audit order by sequence").fetchall()
    assert said == [(each,) for each in entries(503)]


def test_what_is_rolled_back_leaves_no_gap(auditor: Connection, reader: Connection) -> None:
    append(auditor, entries(2))
    with auditor.transaction(force_rollback=True):
        append(auditor, entries(5))
    append(auditor, entries(1))
    assert (verify_in(reader, []).ok, verify_in(reader, []).rows) == (True, 3)


def test_who_write_at_once_make_one_chain(migrated: Settings, auditor: Connection, reader: Connection) -> None:
    def write(number: int) -> None:
        with psycopg.connect(migrated.dsn("rollcall_auditor"), autocommit=True) as own:
            for turn in range(10):
                append(own, entries(7, 1000 * number + 10 * turn))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert (verify_in(reader, []).ok, verify_in(reader, []).rows) == (True, 280)


@pytest.mark.parametrize("role", ["auditor", "applier", "sinks", "agents", "console", "analyst", "translator"])
@pytest.mark.parametrize(
    "statement",
    [
        "update rollcall.audit set entry = '{}'",
        "delete from rollcall.audit",
        "truncate rollcall.audit",
        "update rollcall.audit_head set sequence = 0",
        "insert into rollcall.audit (sequence, entry, previous, hash) values (1, '{}', '', '')",
    ],
)
def test_no_role_may_change_it(migrated: Settings, auditor: Connection, role: str, statement: str) -> None:
    append(auditor, entries(1))
    with psycopg.connect(migrated.dsn(f"rollcall_{role}"), autocommit=True) as own:
        with pytest.raises(errors.InsufficientPrivilege):
            own.execute(statement.encode())
        if role != "auditor":
            with pytest.raises(errors.InsufficientPrivilege):
                append(own, entries(1))


@pytest.mark.parametrize("statement", ["update rollcall.audit set entry = '{}'", "delete from rollcall.audit"])
def test_the_owner_is_refused_by_the_trigger(migrated: Settings, auditor: Connection, statement: str) -> None:
    append(auditor, entries(1))
    with (
        psycopg.connect(migrated.dsn("rollcall_migrator"), autocommit=True) as owner,
        pytest.raises(errors.RestrictViolation, match="another one is added"),
    ):
        owner.execute(statement.encode())


def test_the_auditor_says_what_and_not_where(owner: Connection, auditor: Connection, reader: Connection) -> None:
    owner.execute("set session_replication_role = origin")
    owner.execute("insert into rollcall.audit (sequence, entry, previous, hash) values (77, '{}', 'a', 'b')")
    assert (verify_in(reader, []).ok, verify_in(reader, []).rows) == (True, 1)


ANEW = "sha256(previous || int8send(sequence) || '{}')"
TWO = "sequence in (%(row)s, %(other)s)"
SWAPPED = (
    "update rollcall.audit one set entry = two.entry from rollcall.audit two"
    f" where one.{TWO} and two.{TWO} and one.sequence <> two.sequence"
)
WAYS: list[tuple[str, str]] = [
    ("edited", 'update rollcall.audit set entry = \'{"event":"other"}\' where sequence = %(row)s'),
    ("edited", "update rollcall.audit set hash = sha256(hash) where sequence = %(row)s"),
    ("cut", "delete from rollcall.audit where sequence >= %(row)s"),
    ("missing", "delete from rollcall.audit where sequence = %(row)s"),
    ("edited", SWAPPED),
    ("rewritten", f"update rollcall.audit set entry = '{{}}', hash = {ANEW} where sequence = %(row)s"),
]


@pytest.mark.parametrize(("fault", "statement"), WAYS, ids=range(len(WAYS)))
def test_edits_are_found_at_their_row(owner: Connection, auditor: Connection, fault: str, statement: str) -> None:
    append(auditor, entries(40))
    head, draw = published_by(owner), Random(statement)
    for _ in range(25):
        row = draw.randint(2, 38)
        with owner.transaction(force_rollback=True):
            owner.execute(statement.encode(), {"row": row, "other": draw.randint(row + 1, 39)})
            first = next(breaks(links(owner), [Head(head.sequence, head.hash)]))
        assert (first.sequence, first.fault) == (row, fault)


def test_a_cut_end_is_found_by_the_published_head_when_the_tables_own_was_cut_too(
    owner: Connection, auditor: Connection, reader: Connection
) -> None:
    append(auditor, entries(10))
    published = published_by(reader)
    owner.execute("delete from rollcall.audit where sequence > 6")
    owner.execute(
        "update rollcall.audit_head set sequence = 6, hash = (select hash from rollcall.audit where sequence = 6)"
    )
    assert verify_in(reader, []).ok
    (found,) = verify_in(reader, [published]).broken
    assert (found.sequence, found.fault) == (7, "cut")
    assert "published" in found.said


def test_what_a_restore_has_lost_is_told_and_breaks_nothing(
    owner: Connection, auditor: Connection, reader: Connection
) -> None:
    append(auditor, entries(10))
    before = published_by(reader)
    owner.execute("delete from rollcall.audit where sequence > 6")
    owner.execute(
        "update rollcall.audit_head set sequence = 6, hash = (select hash from rollcall.audit where sequence = 6)"
    )
    owner.execute("update rollcall.epoch set epoch = 2")
    try:
        append(auditor, entries(3, 100))
        verdict = verify_in(reader, [before, published_by(reader)])
    finally:
        owner.execute("update rollcall.epoch set epoch = 1")
    assert verdict.ok
    assert verdict.restored == ("epoch 1 went up to row 10, which is another one now: the database was restored",)


def test_the_hash_is_what_the_page_says(auditor: Connection, reader: Connection) -> None:
    append(auditor, entries(2))
    (one, two) = reader.execute("select entry, previous, hash from rollcall.audit order by sequence").fetchall()
    assert one[1] == bytes(32)
    assert two[2] == sha256(one[2] + (2).to_bytes(8, "big") + two[0].encode()).digest()
