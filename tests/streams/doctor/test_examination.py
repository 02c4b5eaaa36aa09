"""What follows from a finding: others go on, those that rest on it are skipped, a fault names its own mend."""

import json
import socket
from pathlib import Path

import pytest

from schemas.faults import SchemaBehind, Unavailable
from streams.doctor.checks import checks
from streams.doctor.examination import Check, Examined, examine
from streams.doctor.finding import Finding, State, bad, listed, ok, warn
from streams.doctor.installation import Installation
from streams.local.home import Home, write
from streams.settings import Settings
from tests.typed import typed

HERE = Installation(Settings())


def saying(name: str, finding: Finding, *needs: str) -> Check:
    return Check(name, lambda _: finding, needs)


def raising(fault: Exception) -> Check:
    def look(_: Installation) -> Finding:
        raise fault

    return Check("raising", look)


def found(*wanted: Check) -> list[Examined]:
    return list(examine(HERE, wanted))


def test_what_rests_on_something_bad_is_skipped_and_says_why_and_the_others_go_on() -> None:
    ran = found(
        saying("first", bad("down", "up")),
        saying("second", ok("fine"), "first"),
        saying("third", ok("fine"), "second"),
        saying("other", ok("fine")),
    )
    assert [each.finding for each in ran] == [
        bad("down", "up"),
        Finding(State.SKIPPED, "because of first"),
        Finding(State.SKIPPED, "because of second"),
        ok("fine"),
    ]


def test_a_warning_stops_nothing() -> None:
    assert found(saying("first", warn("soon", "room")), saying("second", ok("fine"), "first"))[1].finding == ok("fine")


@pytest.mark.parametrize(
    ("fault", "finding"),
    [
        (Unavailable("Kafka is away; mend: rollcall up"), bad("Kafka is away", "rollcall up")),
        (SchemaBehind("old"), bad("old", "see docs/runbooks/schema-behind.md")),
        (Unavailable("no word"), bad("no word", "see docs/operations.md")),
    ],
)
def test_a_fault_is_a_finding_with_its_own_mend(fault: Exception, finding: Finding) -> None:
    assert found(raising(fault))[0].finding == finding


def test_what_nobody_has_foreseen_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        found(raising(ZeroDivisionError()))


def test_every_check_has_a_name_of_its_own_and_comes_after_those_it_needs() -> None:
    for external in (False, True):
        known: set[str] = set()
        for check in checks(external=external):
            assert check.name not in known
            assert set(check.needs) <= known
            known.add(check.name)


def test_of_other_peoples_parts_no_process_port_or_version_is_looked_at() -> None:
    here, elsewhere = ({check.name for check in checks(external=each)} for each in (False, True))
    assert here - elsewhere == {"programs", "wheels", "processes", "leftover processes", "ports", "versions"}
    assert elsewhere < here


def test_a_long_list_ends_where_nobody_reads_on() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed(["a", "b", "c"], most=2) == "a, b and 1 more"


def test_the_command_tells_all_and_exits_with_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as silent:  # bound and not listening: nobody answers there
        silent.bind(("127.0.0.1", 0))
        nowhere = silent.getsockname()[1]
        write(Home(tmp_path).state, {"ports": {}, "settings": {
            "bootstrap": f"127.0.0.1:{nowhere}", "connect_url": f"http://127.0.0.1:{nowhere}",
            "registry_url": f"http://127.0.0.1:{nowhere}", "postgres_port": nowhere,
        }})  # fmt: skip
        monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path))
        for deadline in ("WITHIN", "ASKED"):
            monkeypatch.setattr(f"streams.reaching.{deadline}", 0.1)
        told = typed(capsys, "doctor", "--json")
    rows = {row["check"]: row for row in json.loads(told.out)}
    assert told.code == 1
    assert rows["PostgreSQL"]["state"] == "bad"
    assert rows["PostgreSQL"]["fix"].startswith("rollcall up")
    assert {rows[name]["state"] for name in ("Kafka", "Kafka Connect", "registry")} == {"bad"}
    assert {rows[name]["state"] for name in ("migrations", "topics", "connector", "schemas", "clock")} == {"skipped"}
    assert rows["Python"]["state"] == "ok"
