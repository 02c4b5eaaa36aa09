"""What is proposed, and taken back: rule by rule as docs/attendance.md, with values derived by hand."""

from agents.attendance import AGENT
from schemas.kinds import LatenessEntry
from tests.agents.attendance.telling import NINE, flags, late, missed, raised
from tests.agents.worlds import fold
from tests.builders import EMPLOYEE, SUBJECT, at, kinds, punch, tick, uid


def test_lateness_entry_cites_what_it_rests_on() -> None:
    arrival = punch(at("9:20"))
    (made,) = raised(fold(AGENT, NINE, arrival), "lateness_entry")
    expected = LatenessEntry(employee_id=EMPLOYEE, shift_id=NINE.shift_id, minutes_late=20)
    assert made.payload == expected.canonical()
    assert (made.subject, made.risk, made.cause) == (SUBJECT, "low", str(NINE.shift_id))
    assert made.evidence == [NINE.event_id, arrival.event_id]
    assert made.subject_version == at("9:20")
    assert made.expires_at == at("9:20", 14)
    (rule,) = made.rules
    assert "20 minutes after work was due" in rule
    assert "grace is 5 minutes" in rule


def test_three_late_or_absent_shifts_raise_a_flag() -> None:
    assert flags(*late(0), *late(1)) == []
    (flag,) = flags(*late(0), *late(1), *late(2))
    assert flag.shift_ids == tuple(uid(f"shift of {at('9:00', day).isoformat()}") for day in (0, 1, 2))
    assert (flag.first_start, flag.last_start) == (at("9:00"), at("9:00", 2))


def test_flag_is_medium_and_asks_for_two_weeks_at_most() -> None:
    (made,) = raised(fold(AGENT, *late(0), *late(1), *late(2)), "attendance_flag")
    assert made.risk == "medium"
    assert made.expires_at == at("9:30", 16)
    assert made.rules[-1] == "3 late or absent shifts within 14 days, 3 raise a flag"
    assert "first punch 30 minutes after" in made.rules[2]


def test_absence_that_is_no_last_word_counts_for_no_flag() -> None:
    assert flags(*missed(0), *missed(1), *missed(2), tick(at("0:00", 3))) == []


def test_each_late_shift_counts_for_one_flag() -> None:
    assert len(flags(*(event for day in range(5) for event in late(day)))) == 1
    assert len(flags(*(event for day in range(6) for event in late(day)))) == 2


def test_shifts_two_weeks_apart_do_not_count_together() -> None:
    assert flags(*late(0), *late(1), *late(14)) == []
    assert len(flags(*late(0), *late(1), *late(13))) == 1


def test_correction_that_removes_the_cause_withdraws_and_proposes_nothing() -> None:
    told = [*late(0), *late(1), *late(2)]
    before = len(fold(AGENT, *told))
    after = fold(AGENT, *told, punch(at("8:59", 1), name=f"in of {at('9:30', 1).isoformat()}", revision=2))[before:]
    assert sorted(kinds(after)) == ["ProposalWithdrawn", "ProposalWithdrawn", "ShiftJudged"]


def test_flag_moves_to_the_next_late_shift_when_one_of_its_shifts_is_cleared() -> None:
    told = [*late(0), *late(1), *late(2), *late(3)]
    right = punch(at("8:59"), name=f"in of {at('9:30').isoformat()}", revision=2)
    made = raised(fold(AGENT, *told, right), "attendance_flag")
    assert [each.cause for each in made] == [str(uid(f"shift of {at('9:00', day).isoformat()}")) for day in (2, 3)]
