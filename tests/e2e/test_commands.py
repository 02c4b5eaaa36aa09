"""The commands that people type, on an installation that runs: data on stdout, talk on stderr, exit codes 0, 1, 2."""

import json
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from streams.settings import Settings
from tests.e2e.clinic import Clinic
from tests.e2e.test_dead_letters import rollcall
from tests.eventually import eventually

pytestmark = [pytest.mark.stack, pytest.mark.timeout(180)]
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    "command",
    [("agents", "list"), ("connectors", "status"), ("policy", "list"), ("proposals", "list")],
    ids=" ".join,
)
def test_what_is_listed_is_json_for_machines(command: tuple[str, ...], installation: Settings) -> None:
    listed = rollcall(installation, *command, "--json")
    assert listed.returncode == 0, listed.stderr
    assert isinstance(json.loads(listed.stdout), list)


@pytest.mark.parametrize("command", [("db", "migrate"), ("topics", "apply"), ("connectors", "apply")], ids=" ".join)
def test_what_is_declared_is_applied_twice_without_harm(command: tuple[str, ...], installation: Settings) -> None:
    applied = rollcall(installation, *command)
    assert (applied.returncode, applied.stdout) == (0, "")


def test_a_person_answers_a_flag_from_the_command_line(clinic: Clinic) -> None:
    somebody, flag = clinic.suspect()
    answer = ("review", "reject", str(flag), "--as", str(clinic.manager_id), "--note", "the bridge was closed")
    unseen = rollcall(clinic.settings, *answer)
    assert (unseen.returncode, "look at it first" in unseen.stderr) == (2, True)
    told = rollcall(clinic.settings, "proposals", "show", str(flag), "--as", str(clinic.manager_id))
    assert "attendance_flag about Somebody" in told.stdout
    assert rollcall(clinic.settings, *answer).returncode == 0
    eventually(lambda: clinic.proposals(somebody, "attendance_flag") == [(flag, "rejected")])
    story = json.loads(rollcall(clinic.settings, "proposals", "show", str(flag), "--json").stdout)
    assert [step["status"] for step in story[0]["steps"]] == ["routed", "rejected"]


def test_a_paused_agent_proposes_nothing(clinic: Clinic) -> None:
    try:
        assert rollcall(clinic.settings, "agents", "pause", "attendance", "--as", "tests").returncode == 0
        somebody = clinic.hire()
        paused = clinic.late(somebody, clinic.now() - HOUR, minutes=20)
        at = clinic.rows("select set_at from public.agent_modes where agent = 'attendance'")
        assert at
    finally:
        assert rollcall(clinic.settings, "agents", "live", "attendance", "--as", "tests").returncode == 0
    other = clinic.hire()
    live = clinic.late(other, clinic.now() - HOUR, minutes=21)
    eventually(lambda: clinic.entry(live) == 21, within=60)
    assert clinic.entry(paused) is None
    assert clinic.proposals(somebody, "lateness_entry") == []


def test_what_was_approved_while_all_agents_are_paused_waits_for_a_persons_choice(clinic: Clinic) -> None:
    somebody, flag = clinic.suspect()
    live = clinic.rows("select agent from public.agent_modes where mode = 'live'")
    try:
        assert rollcall(clinic.settings, "agents", "pause", "--all", "--as", "tests").returncode == 0
        clinic.answer(flag, "approve")
        eventually(lambda: clinic.rows("select 1 from rollcall.ledger where proposal_id = %s", flag), within=60)
        refused = rollcall(clinic.settings, "agents", "live", "attendance")
        assert (refused.returncode, str(flag) in refused.stderr) == (1, True)
        stop = ("review", "stop", str(flag), "--as", str(clinic.manager_id), "--note", "not now")
        assert rollcall(clinic.settings, *stop).returncode == 0
        eventually(lambda: clinic.proposals(somebody, "attendance_flag") == [(flag, "reverted")], within=60)
    finally:
        for (agent,) in live:
            assert rollcall(clinic.settings, "agents", "live", agent, "--apply-held").returncode == 0
    assert clinic.rows("select 1 from public.attendance_flags where proposal_id = %s", flag) == []


def test_a_policy_goes_out_as_yaml_and_comes_back(clinic: Clinic, tmp_path: Path) -> None:
    shown = rollcall(clinic.settings, "policy", "show", "supervision")
    assert shown.returncode == 0
    document = tmp_path / "supervision.yaml"
    document.write_text(shown.stdout, encoding="utf-8")
    published = rollcall(
        clinic.settings, "policy", "publish", str(document), "--as", "tests", "--reason", "the same again"
    )
    assert published.returncode == 0, published.stderr
    versions = json.loads(rollcall(clinic.settings, "policy", "list", "--json").stdout)
    newest, *_ = (each for each in versions if each["policy"] == "supervision")
    assert newest["reason"] == "the same again"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("agents", "live", "nobody"), "attendance"),
        (("agents", "pause"), "--all"),
        (("policy", "show", "nothing"), "supervision"),
        (("proposals", "show", str(uuid4())), "rollcall proposals list"),
        (("review", "approve", str(uuid4()), "--as", "me", "--note", "x"), "employee id"),
        (("run", "agents", "--topic", "nothing"), "workforce"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else each,
)
def test_what_is_asked_wrongly_exits_2_and_names_the_mend(
    arguments: tuple[str, ...], named: str, installation: Settings
) -> None:
    refused = rollcall(installation, *arguments)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert named in refused.stderr
