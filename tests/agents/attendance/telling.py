"""What is told to attendance, and what it says of it."""

from datetime import datetime
from uuid import UUID

from agents.attendance import AGENT
from agents.kernel import Partition
from schemas.events import Event, PolicyPublished, ProposalMade, PunchRecorded, ReliabilityScored, ShiftJudged
from schemas.kinds import AttendanceFlag
from schemas.policies import AttendancePolicy
from tests.agents.worlds import fold, live
from tests.builders import at, policy, punch, shift, tick
from tests.facts import exception

NINE = shift(at("9:00"))
"""Monday, 9:00 to 17:00."""
NOON = tick(at("12:00"))
AGENT_EPOCH = at("0:00", -365)


def judgements(events: list[Event]) -> list[tuple[str, int]]:
    """Return what was said, but that somebody is not there yet."""
    return [(event.verdict, event.minutes) for event in said(events) if (event.verdict, event.minutes) != ("late", 0)]


def said(events: list[Event]) -> list[ShiftJudged]:
    return [event for event in events if isinstance(event, ShiftJudged)]


def verdict(*events: Event) -> tuple[str, int] | None:
    """Return the newest judgement of the shift at nine on Monday."""
    ours = [event for event in said(fold(AGENT, *events)) if event.shift_id == NINE.shift_id]
    return (ours[-1].verdict, ours[-1].minutes) if ours else None


Said = tuple[str, int, int, int | None, bool]


def ending(*events: Event, of: UUID = NINE.shift_id, partition: Partition | None = None) -> Said:
    """Return (verdict, minutes late, minutes early, credit, whether settled) as last said of the shift at nine."""
    last = [each for each in said(fold(AGENT, *events, partition=partition)) if each.shift_id == of][-1]
    return last.verdict, last.minutes, last.minutes_early, last.credit, last.settled


def raised(events: list[Event], kind: str) -> list[ProposalMade]:
    return [event for event in events if isinstance(event, ProposalMade) and event.kind == kind]


def under(document: AttendancePolicy, *events: Event) -> list[Event]:
    return fold(AGENT, *events, partition=live(AGENT, policy(document, AGENT_EPOCH)))


def partition_after(*events: Event) -> Partition:
    partition = live(AGENT)
    fold(AGENT, *events, partition=partition)
    return partition


def flags(*events: Event) -> list[AttendanceFlag]:
    made = raised(fold(AGENT, *events), "attendance_flag")
    return [AttendanceFlag.model_validate_json(each.payload) for each in made]


def came(day: int) -> list[Event]:
    return [shift(at("9:00", day)), punch(at("8:58", day)), punch(at("17:00", day), "out")]


def scores(events: list[Event]) -> list[int | None]:
    return [event.tenths for event in events if isinstance(event, ReliabilityScored)]


def late(day: int) -> list[Event]:
    return [shift(at("9:00", day)), punch(at("9:30", day)), punch(at("17:00", day), "out")]


def days(letters: str, since: int = 0) -> list[Event]:
    """One day per letter: ``1`` in time, ``h`` late, ``n`` a no-show."""
    told = {"1": came, "h": late, "n": no_show}
    return [event for day, letter in enumerate(letters, since) for event in told[letter](day)]


def no_show(day: int) -> list[Event]:
    """Nobody came, nobody called, and the manager says that it was an absence."""
    planned = shift(at("9:00", day))
    return [planned, exception(planned, "absence_confirmed", when=at("18:00", day)), tick(at("18:01", day))]


def in_time(day: int) -> PunchRecorded:
    """The punch of a late day, corrected."""
    return punch(at("8:59", day), name=f"in of {at('9:30', day).isoformat()}", revision=2)


def published(document: AttendancePolicy, effective: datetime, version: int = 1) -> PolicyPublished:
    return policy(document, effective, version)
