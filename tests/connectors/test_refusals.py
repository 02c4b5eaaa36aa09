"""What the tables refuse of reviews and effects when it has slipped through everything else."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from psycopg import errors

from connectors.commands import publish_policy
from schemas.policies import RoutingPolicy
from tests.connectors.conftest import Connection
from tests.connectors.house import House
from tests.connectors.test_tables import insert

pytestmark = pytest.mark.stack
AT = datetime(2126, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
def house(connection: Connection) -> House:
    return House(connection)


# -- reviews -----------------------------------------------------------------------------------------------------------


def test_who_holds_the_role_answers_and_their_delegate_too(house: House) -> None:
    house.review(house.boss, house.ann)
    house.lend(house.bob)
    house.review(house.bob, house.ann)


@pytest.mark.parametrize(
    ("by", "about", "said"),
    [
        ("ann", "bob", "does not hold a role"),
        ("ann", "ann", "nobody decides about themself"),
        ("boss", "boss", "nobody decides about themself"),
        ("ann", "boss", "nobody decides about somebody they report to"),
        ("ann", "chief", "nobody decides about somebody they report to"),
    ],
)
def test_who_may_not_decide_is_refused_by_the_table_itself(house: House, by: str, about: str, said: str) -> None:
    with pytest.raises(errors.CheckViolation, match=said):
        house.review(getattr(house, by), getattr(house, about))


def test_what_is_delegated_does_not_go_round_the_delegators_conflicts(house: House) -> None:
    deputy = house.person("Deputy", None)
    house.lend(deputy)
    house.review(deputy, house.ann)
    with pytest.raises(errors.CheckViolation, match="does not hold a role"):
        house.review(deputy, house.boss)


def test_nor_round_those_whom_the_delegator_reports_to(house: House) -> None:
    deputy = house.person("Deputy", None)
    house.lend(deputy)
    with pytest.raises(errors.CheckViolation, match="does not hold a role"):
        house.review(deputy, house.chief)


def test_an_auditor_decides_nothing_whatever_else_they_hold(house: House) -> None:
    insert(house.connection, "person_roles", employee_id=house.boss, role="auditor")
    with pytest.raises(errors.CheckViolation, match="an auditor reads and decides nothing"):
        house.review(house.boss, house.ann)


def test_the_external_approver_of_the_policy_answers_too(house: House) -> None:
    outside = house.person("Outside", None)
    policy = RoutingPolicy(external_approver=outside)
    publish_policy(house.connection, policy, author="ann", reason="nobody else is there")
    house.review(outside, house.boss)


def test_what_decides_nothing_anybody_may_say(house: House) -> None:
    for verdict in ("opened", "comment", "contest"):
        house.review(house.ann, house.ann, verdict)


def test_a_role_that_is_withdrawn_counts_at_once_also_for_delegates(house: House) -> None:
    house.lend(house.bob)
    house.connection.execute("delete from person_roles where employee_id = %s", (house.boss,))
    for person in (house.boss, house.bob):
        with pytest.raises(errors.CheckViolation, match="does not hold a role"), house.connection.transaction():
            house.review(person, house.ann)


def test_a_role_elsewhere_one_who_has_left_and_a_service_do_not_decide(house: House) -> None:
    elsewhere = insert(house.connection, "locations", name="South", zone="UTC")
    far, gone = house.person("Far", None), house.person("Gone", None, ended_on=date(2026, 1, 2))
    robot = house.person("Robot", None)
    insert(house.connection, "person_roles", employee_id=far, role="manager", location_id=elsewhere)
    for person, role in ((gone, "admin"), (robot, "admin"), (robot, "service")):
        insert(house.connection, "person_roles", employee_id=person, role=role)
    for person, said in ((far, "does not hold"), (gone, "does not work here"), (robot, "is no human")):
        with pytest.raises(errors.CheckViolation, match=said), house.connection.transaction():
            house.review(person, house.ann)


# -- effects -----------------------------------------------------------------------------------------------------------


def flag(house: House, proposal: UUID, decision: UUID) -> None:
    insert(
        house.connection,
        "attendance_flags",
        employee_id=house.ann,
        proposal_id=proposal,
        decision_id=decision,
        shift_ids=[uuid4()],
        first_start=AT,
        last_start=AT,
    )


def test_a_flag_without_the_approval_of_a_person_is_refused(house: House) -> None:
    proposal = uuid4()
    house.review(house.boss, house.ann, "reject", proposal)
    with (
        pytest.raises(errors.CheckViolation, match="has the approval of 0 of 1 people"),
        house.connection.transaction(),
    ):
        flag(house, proposal, uuid4())
    house.review(house.boss, house.ann, "approve", proposal)
    flag(house, proposal, uuid4())


def test_an_approval_that_was_given_for_somebody_else_is_none(house: House) -> None:
    proposal = uuid4()
    house.review(house.boss, house.bob, "approve", proposal)
    with pytest.raises(errors.CheckViolation, match="has the approval of 0 of 1 people"):
        flag(house, proposal, uuid4())


@pytest.mark.parametrize("outcome", ["failed", "stale", "held", "reverted"])
def test_an_effect_by_a_decision_that_was_not_applied_is_not_committed(house: House, outcome: str) -> None:
    proposal, decision = uuid4(), uuid4()
    house.review(house.boss, house.ann, "approve", proposal)
    house.connection.execute(
        "insert into rollcall.ledger (decision_id, proposal_id, subject, agent, kind, outcome, topic, partition,"
        " log_offset) values (%s, %s, %s, 'attendance', 'attendance_flag', %s, 't', 0, 0)",
        (decision, proposal, f"employee:{house.ann}", outcome),
    )
    flag(house, proposal, decision)
    with pytest.raises(errors.CheckViolation, match="is not in force: nothing holds by it"):
        house.connection.execute("set constraints all immediate")


def test_an_effect_without_its_decision_in_the_ledger_is_not_committed(house: House) -> None:
    proposal = uuid4()
    house.review(house.boss, house.ann, "approve", proposal)
    flag(house, proposal, uuid4())
    with pytest.raises(errors.ForeignKeyViolation, match="an_effect_has_its_decision"):
        house.connection.execute("set constraints all immediate")


def test_a_flag_for_which_two_were_asked_needs_two(house: House) -> None:
    proposal, other = uuid4(), house.person("Other", None)
    insert(house.connection, "person_roles", employee_id=other, role="admin")
    place = {"causation_id": uuid4(), "correlation_id": uuid4(), "tenant_id": "default", "topic": "t", "partition": 0}
    house.connection.execute(
        "insert into mart.decisions (event_id, proposal_id, subject, status, reason, causation_id, correlation_id,"
        " tenant_id, topic, partition, log_offset, occurred_at, recorded_at, seats) values (%s, %s, 'employee:x',"
        " 'approved', '', %s, %s, %s, %s, %s, 0, now(), now(), '{manager,admin}')",
        (uuid4(), proposal, *place.values()),
    )
    for _ in range(2):
        house.review(house.boss, house.ann, "approve", proposal)
    with pytest.raises(errors.CheckViolation, match="1 of 2 people"), house.connection.transaction():
        flag(house, proposal, uuid4())
    house.review(other, house.ann, "approve", proposal)
    flag(house, proposal, uuid4())
