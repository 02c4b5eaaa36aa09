"""Ids, origins, kinds, policies, faults: small things that everything else is built on."""

from datetime import timedelta
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas import faults
from schemas.ids import NAMESPACE, derive
from schemas.kinds import KINDS, LATENESS_ENTRY, AttendanceFlag, LatenessEntry, Payload, binding, is_advice, riskier
from schemas.lifecycle import CLOSED, EFFECT, INVERSE
from schemas.origin import Origin, Place, parse
from schemas.policies import POLICIES, AttendancePolicy, SupervisionPolicy
from schemas.policies.notices import NoticePolicy
from tests.schemas.samples import AT


@given(st.lists(st.one_of(st.text(), st.integers(), st.uuids())))
def test_ids_are_those_of_the_standard(parts: list[object]) -> None:
    assert derive(*parts) == uuid5(NAMESPACE, "\x1f".join(map(str, parts)))
    assert derive(*parts).version == 5


def test_ids_are_the_same_for_the_same_parts_only() -> None:
    assert derive("a", 1) == derive("a", "1")
    assert len({derive("a", "b"), derive("ab"), derive("a"), derive("b", "a")}) == 4


def test_an_origin_is_read_as_it_was_written() -> None:
    origin = Origin("agents.workforce|topic-id|3", Place(2, 17))
    assert parse(origin.header()) == origin
    assert Place(1, 900) < Place(2, 1)
    with pytest.raises(ValueError, match="unpack"):
        parse(b"nobody")


def test_a_risk_that_is_not_known_is_critical() -> None:
    assert riskier("low", "medium") == "medium"
    assert riskier("low", "whatever") == "critical"


def test_a_binding_holds_payload_and_versions() -> None:
    payload = LatenessEntry(employee_id=UUID(int=1), shift_id=UUID(int=2), minutes_late=9).canonical()
    bindings = {binding(payload, AT, 1), binding(payload, AT, 2), binding(payload + " ", AT, 1)}
    assert len(bindings | {binding(payload, AT + timedelta(microseconds=1), 1)}) == 4
    assert binding(payload, AT, 1) in bindings


def test_kinds_are_found_by_name_and_refuse_what_they_cannot_carry() -> None:
    assert KINDS["lateness_entry"] is LATENESS_ENTRY
    with pytest.raises(ValidationError):
        LatenessEntry(employee_id=UUID(int=1), shift_id=UUID(int=2), minutes_late=-1)


def test_a_kind_is_advice_unless_it_says_otherwise() -> None:
    assert is_advice("break_suggestion")
    assert not is_advice("lateness_entry")
    assert not is_advice("of another version")


def test_a_payload_says_whom_it_is_about() -> None:
    payload = LatenessEntry(employee_id=UUID(int=1), shift_id=UUID(int=2), minutes_late=9)
    assert payload.subject == f"employee:{UUID(int=1)}"
    with pytest.raises(NotImplementedError):
        assert Payload().subject


def test_a_policy_is_written_with_all_its_defaults() -> None:
    for policy in POLICIES.values():
        assert policy.model_validate_json(policy().canonical()) == policy()
    assert '"flag_below":80' in AttendancePolicy().canonical()
    assert SupervisionPolicy().default == "supervised"


def test_a_policy_that_was_published_with_fields_of_an_earlier_version_is_read() -> None:
    old = '{"grace":"PT7M","flag_count":3,"flag_window":"P14D"}'
    assert AttendancePolicy.model_validate_json(old) == AttendancePolicy(grace=timedelta(minutes=7))
    with pytest.raises(ValidationError):
        SupervisionPolicy.model_validate({"flag_count": 3})
    with pytest.raises(ValidationError):
        AttendancePolicy.model_validate("no document")


def test_a_payload_that_was_made_before_a_field_was_is_canonical_as_it_is() -> None:
    at = AT.isoformat().replace("+00:00", "Z")
    ids = f'"employee_id":"{UUID(int=1)}","shift_ids":["{UUID(int=2)}"]'
    old = f'{{{ids},"first_start":"{at}","last_start":"{at}"}}'
    read = AttendanceFlag.model_validate_json(old)
    assert read.canonical() == old
    assert (read.level, read.score, read.action) == ("manager", None, None)


@pytest.mark.parametrize("wrong", [{"score_shifts": 0}, {"no_show_after": timedelta()}, {"grace": timedelta(-1)}])
def test_a_policy_refuses_numbers_without_meaning(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        AttendancePolicy.model_validate(wrong)


@pytest.mark.parametrize(
    "wrong", [{"opens": "19:00"}, {"opens": "07:00Z"}, {"lifetimes": {"gossip": "P1D"}}, {"lifetimes": {"x": "P0D"}}]
)
def test_notices_have_hours_of_a_day_and_kinds_that_there_are(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        NoticePolicy.model_validate(wrong)


def test_statuses_that_ask_for_an_effect_do_not_close() -> None:
    assert not (EFFECT | INVERSE) & CLOSED


def test_every_fault_has_one_disposition_and_every_stop_a_runbook() -> None:
    found = [each for each in vars(faults).values() if isinstance(each, type) and issubclass(each, faults.Fault)]
    ways = (faults.Retry, faults.Bury, faults.Stop)
    for fault in found:
        if fault is not faults.Fault:
            assert sum(issubclass(fault, way) for way in ways) == 1, fault
        if issubclass(fault, faults.Stop) and fault is not faults.Stop:
            assert fault.runbook, fault
