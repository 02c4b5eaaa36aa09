"""Laws of authority, for any people, roles, managers and delegations."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from agents.kernel import World
from agents.supervisor.authority import approvers, lacking, objection, routable
from agents.supervisor.matters import Matter
from agents.supervisor.powers import LONGEST_DELEGATION
from schemas.events import DelegationDescribed, PersonRoleDescribed, WorldEvent
from schemas.kinds import ATTENDANCE_FLAG, KINDS
from tests.agents.worlds import world
from tests.builders import CLINIC, ELSEWHERE, at, delegated, employed, role, uid

NOW = at("12:00")
PEOPLE = tuple(uid(f"person {number}") for number in range(6))
WHO, PLACES = st.sampled_from(PEOPLE), st.sampled_from([CLINIC, ELSEWHERE, None])
WORDS = st.sampled_from(["manager", "manager", "hr", "admin", "auditor", "service"])
HIRED = st.tuples(WHO, st.one_of(st.none(), WHO)).map(
    lambda two: employed(two[0], manager=None if two[0] == two[1] else two[1])
)
ROLES = st.tuples(WHO, WORDS, PLACES).map(lambda three: role(*three))
LENT = st.tuples(
    WHO, WHO, st.sampled_from(["manager", "hr", "admin"]), st.integers(-40, 5), st.integers(0, 40), PLACES
).map(
    lambda six: delegated(
        six[0], six[1], six[2], where=six[5], since=NOW + timedelta(days=six[3]),
        until=NOW + timedelta(days=six[3] + six[4]),
    )
)  # fmt: skip
WORLDS = st.lists(st.one_of(HIRED, ROLES, ROLES, LENT), min_size=4, max_size=14)
SEATS = st.sampled_from([("manager",), ("admin",), ("hr",), ("manager", "admin"), ("manager", "manager")])
MATTERS = st.fixed_dictionaries(
    {
        "subject": WHO.map("employee:{}".format),
        "kind": st.sampled_from([ATTENDANCE_FLAG, KINDS["break_suggestion"]]),
        "seats": SEATS,
        "author": st.one_of(st.none(), WHO),
        "editors": st.lists(WHO, max_size=2).map(tuple),
        "before": st.lists(WHO, max_size=2).map(tuple),
        "action": st.sampled_from(["approve", "approve", "resolve"]),
    }
)


def people_of(facts: list[WorldEvent]) -> World:
    return world(*(each.model_copy(update={"revision": number}) for number, each in enumerate(facts)))


def matter(said: dict[str, Any]) -> Matter:
    return Matter(**said, at=NOW, since=NOW - timedelta(days=1))


def above(person: UUID, known: World) -> set[UUID]:
    found: set[UUID] = set()
    while (now := known.employee(person)) is not None and now.manager_id is not None and now.manager_id not in found:
        person = now.manager_id
        found.add(person)
    return found


def lenders(person: UUID, known: World) -> set[UUID]:
    """Everybody in whose place this person could act."""
    return {each.delegator_id for each in known.all(DelegationDescribed) if each.delegate_id == person}


def filled(about: Matter, known: World) -> list[UUID]:
    """Let everybody who may approve, one after the other, until every seat is filled or nobody may any more."""
    while lacking(about, known) is not None and (may := approvers(about, known)):
        about = about._replace(given=(*about.given, may[-1]))
    return list(about.given) if lacking(about, known) is None else []


@given(WORLDS, MATTERS)
def test_nobody_decides_about_themself_or_their_chain_or_what_is_theirs(
    facts: list[WorldEvent], said: dict[str, Any]
) -> None:
    known, about = people_of(facts), matter(said)
    for person in approvers(about, known):
        assert about.person != person
        assert about.person not in above(person, known) - {person}
        assert person != about.author
        assert about.action != "resolve" or person not in (*about.before, *about.editors)


@given(WORLDS, MATTERS)
def test_whoever_may_decide_holds_a_deciding_role_or_was_lent_one_by_somebody_who_does(
    facts: list[WorldEvent], said: dict[str, Any]
) -> None:
    known, about = people_of(facts), matter(said)
    holders = {each.employee_id for each in known.all(PersonRoleDescribed) if each.role in ("manager", "hr", "admin")}
    for person in approvers(about, known):
        assert person in holders or lenders(person, known) & holders - {person}
        assert not any(held.role == "service" for held in known.roles(person))


@given(WORLDS, MATTERS)
def test_as_many_different_people_as_there_are_seats_who_do_not_act_for_each_other(
    facts: list[WorldEvent], said: dict[str, Any]
) -> None:
    known, about = people_of(facts), matter(said)
    people = filled(about, known)
    assert bool(people) <= routable(about, known)
    if people:
        assert len(set(people)) == len(about.seats)
        assert set(people) - set(about.editors) or about.action == "resolve"
    for person in people:
        running = [each for each in known.all(DelegationDescribed) if _runs(each, about)]
        ties = {each.delegator_id for each in running if each.delegate_id == person}
        assert not ties & set(people) - {person}


def _runs(each: DelegationDescribed, about: Matter) -> bool:
    assert about.since is not None
    lasting = each.ends_at - each.starts_at <= LONGEST_DELEGATION
    return lasting and each.starts_at <= NOW and each.ends_at > about.since and each.delegator_id != each.delegate_id


@given(WORLDS, MATTERS)
def test_the_list_of_approvers_and_the_answer_to_each_of_them_agree(
    facts: list[WorldEvent], said: dict[str, Any]
) -> None:
    known, about = people_of(facts), matter(said)
    may = approvers(about, known)
    assert [each for each in sorted(PEOPLE) if objection(each, about, known) is None] == list(may)


@given(WORLDS, MATTERS, WHO)
def test_who_loses_every_role_decides_nothing_and_nobody_in_their_place(
    facts: list[WorldEvent], said: dict[str, Any], who: UUID
) -> None:
    taken = [
        each.model_copy(update={"removed": True})
        for each in facts
        if isinstance(each, PersonRoleDescribed) and each.employee_id == who
    ]
    known, about = people_of([*facts, *taken]), matter(said)
    for person in approvers(about, known):
        assert person != who or lenders(person, known)
        own = any(held.role in ("manager", "hr", "admin") for held in known.roles(person))
        assert own or lenders(person, known) - {who}


@given(WORLDS, MATTERS)
def test_without_delegations_nobody_more_may(facts: list[WorldEvent], said: dict[str, Any]) -> None:
    about = matter(said)
    none = [each for each in facts if not isinstance(each, DelegationDescribed)]
    without = set(approvers(about, people_of(none)))
    assert without == set(approvers(about._replace(at=None), people_of(none)))
    lent = {each.delegate_id for each in facts if isinstance(each, DelegationDescribed)}
    assert set(approvers(about, people_of(facts))) <= without | lent
