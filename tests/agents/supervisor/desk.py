"""A supervisor's desk for tests: proposals to put on it, and what was said of them."""

from agents.kernel import Partition
from agents.supervisor import AGENT
from schemas.events import ApplicationReported, DecisionMade, Event, PolicyPublished, ProposalMade, ReviewRefused
from schemas.kinds import AttendanceFlag
from schemas.kinds.break_suggestion import BreakSuggestion
from schemas.policies import Autonomy, SupervisionPolicy
from tests.agents.worlds import STAFF, live
from tests.builders import EMPLOYEE, at, policy, proposal, report, uid

NOW = at("12:00")
FLAG = AttendanceFlag(employee_id=EMPLOYEE, shift_ids=(uid("shift"),), first_start=NOW, last_start=NOW).canonical()
ADVICE = BreakSuggestion(employee_id=EMPLOYEE, punch_id=uid("punch"), since=NOW).canonical()
ENTRY = proposal(when=NOW)


def flag(name: str = "flag") -> ProposalMade:
    return proposal(name, kind="attendance_flag", payload=FLAG, risk="medium", when=NOW)


def advice(name: str = "advice") -> ProposalMade:
    return proposal(name, kind="break_suggestion", payload=ADVICE, when=NOW)


def autonomy(word: Autonomy) -> PolicyPublished:
    return policy(SupervisionPolicy(default=word))


def desk(*facts: PolicyPublished) -> Partition:
    return live(AGENT, *STAFF, *facts)


def lives(events: list[Event]) -> list[str]:
    """Return what was decided and refused, in order; notices are looked at elsewhere."""
    said = (event for event in events if isinstance(event, DecisionMade | ReviewRefused))
    return [event.status if isinstance(event, DecisionMade) else "refused" for event in said]


def last(events: list[Event]) -> DecisionMade:
    return [event for event in events if isinstance(event, DecisionMade)][-1]


def refusal(events: list[Event]) -> ReviewRefused:
    (refused,) = (event for event in events if isinstance(event, ReviewRefused))
    return refused


def applied(events: list[Event], outcome: str = "applied", made: ProposalMade = ENTRY) -> ApplicationReported:
    return report(made, last(events).decision_id, outcome, NOW)
