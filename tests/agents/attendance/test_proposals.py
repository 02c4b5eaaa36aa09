"""What is proposed, and taken back: rule by rule as docs/attendance.md, with values derived by hand."""

from uuid import UUID

from agents.attendance import AGENT
from agents.kernel import Partition
from schemas.events import ProposalMade, ProposalWithdrawn, ReliabilityScored
from schemas.kinds import AttendanceFlag, DisciplinaryReview, LatenessEntry
from schemas.policies import AttendancePolicy
from tests.agents.attendance.telling import NINE, days, flags, in_time, late, no_show, raised, scores, under
from tests.agents.worlds import fold, live, world
from tests.builders import EMPLOYEE, MANAGER, SUBJECT, at, cancelled, kinds, mode, policy, punch, shift, uid
from tests.facts import exception


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


def shift_of(day: int) -> UUID:
    return uid(f"shift of {at('9:00', day).isoformat()}")


BELOW = days("111111hhhhh")
"""Ten shifts come to 80.0, the eleventh to 77.3."""


def test_score_that_falls_below_80_raises_a_flag_that_says_all_of_it() -> None:
    assert flags(*days("111111hhhh")) == []
    (flag,) = flags(*BELOW)
    late_ones = tuple(shift_of(day) for day in range(6, 11))
    assert flag.shift_ids == tuple(each.shift_id for each in flag.shifts) == late_ones
    assert (flag.first_start, flag.last_start) == (at("9:00", 6), at("9:00", 10))
    assert (flag.level, flag.score, flag.threshold, flag.eligible) == ("manager", 773, 80, 11)
    assert (flag.since, flag.action) == (at("9:00", 10 - 90), "talk")
    assert flag.severity == 227, "the lower the score, the graver"
    assert {(each.verdict, each.credit) for each in flag.shifts} == {("late", 50)}
    assert len(flag.avoided_by) == 1, "had one of them counted fully: 900 of 11, 81.8"


def test_flag_cites_what_it_rests_on_and_writes_the_sum_out() -> None:
    (made,) = raised(fold(AGENT, *BELOW), "attendance_flag")
    assert (made.risk, made.cause, made.cause_at) == ("medium", str(shift_of(10)), at("9:00", 10))
    assert made.expires_at == at("17:00", 24)
    assert len(made.evidence) == 5
    assert made.subject_version == at("9:00", 10)
    *shifts, total, threshold, avoided = made.rules
    assert shifts[0] == f"shift {shift_of(6)} of {at('9:00', 6).isoformat()}: late, counts 0.5"
    assert total.startswith(
        "score 77.3 = 100 x (6 x 1 + 5 x 0.5) / 11, over the shifts that count in the 90 days up to"
    )
    assert threshold == "below 80 there is a flag for the manager, and no other before the score was 82 again"
    assert avoided.startswith("it would not be below, had 1 of them counted fully: shift ")


def test_below_60_the_flag_is_for_hr_and_its_risk_high() -> None:
    (made,) = raised(fold(AGENT, *days("hhhhhhhhhh")), "attendance_flag")
    flag = AttendanceFlag.model_validate_json(made.payload)
    assert (made.risk, flag.level, flag.score, flag.threshold, flag.action) == (
        "high",
        "hr",
        500,
        60,
        "support_meeting",
    )
    assert len(flag.avoided_by) == 2, "600 of 10 are 60.0"


def test_shift_enters_the_score_once_its_out_is_known() -> None:
    told = days("1" * 10)
    assert scores(fold(AGENT, *told[:-1])) == []
    assert scores(fold(AGENT, *told)) == [1000]
    assert scores(fold(AGENT, *told, *days("1h", since=10))) == [1000, 958], "said when it changes"


def test_score_is_said_by_versions_that_rise_by_one() -> None:
    said = [each for each in fold(AGENT, *BELOW, in_time(7)) if isinstance(each, ReliabilityScored)]
    assert [(each.version, each.tenths, each.eligible) for each in said] == [(1, 800, 10), (2, 773, 11), (3, 818, 11)]
    assert (said[-1].since, said[-1].until) == (at("9:00", 10 - 90), at("9:00", 10))


def test_score_goes_when_the_shifts_do() -> None:
    one = AttendancePolicy(score_shifts=1)
    assert scores(under(one, *late(0), cancelled(shift(at("9:00"))))) == [500, None]


def test_correction_that_removes_the_cause_withdraws_and_proposes_nothing() -> None:
    before = len(fold(AGENT, *BELOW))
    after = fold(AGENT, *BELOW, in_time(7))[before:]
    assert kinds(after) == ["ShiftJudged", "ReliabilityScored", "ProposalWithdrawn", "ProposalWithdrawn"]
    made = {each.proposal_id: each.kind for each in fold(AGENT, *BELOW) if isinstance(each, ProposalMade)}
    gone = [made[each.proposal_id] for each in after if isinstance(each, ProposalWithdrawn)]
    assert gone == ["attendance_flag", "lateness_entry"]


def test_flag_moves_to_the_next_late_shift_when_one_of_its_shifts_is_cleared() -> None:
    made = raised(fold(AGENT, *BELOW, *late(11), in_time(7)), "attendance_flag")
    assert [each.cause for each in made] == [str(shift_of(10)), str(shift_of(11))]


def test_flag_that_would_say_something_else_is_another_proposal() -> None:
    told = [*days("11111hhhhhhh"), in_time(6)]  # 75.0 at the tenth, 80.0 without day 6: then day 10 raises it
    before, after = raised(fold(AGENT, *told[:-1]), "attendance_flag"), raised(fold(AGENT, *told), "attendance_flag")
    assert [each.cause for each in before] == [str(shift_of(9))]
    assert [each.cause for each in after] == [str(shift_of(9)), str(shift_of(10))]
    later = raised(fold(AGENT, *days("1111hhhhhhh"), in_time(6)), "attendance_flag")
    assert [(each.cause, each.raised) for each in later] == [(str(shift_of(9)), 1), (str(shift_of(9)), 2)]


def test_what_was_caused_before_the_agent_was_live_is_judged_and_scored_and_not_proposed() -> None:
    young = Partition([AGENT], world(mode(AGENT.name, "live", when=at("0:00", 10))))
    emitted = fold(AGENT, *BELOW, partition=young)
    assert scores(emitted) == [800, 773]
    assert {(each.kind, each.cause_at) for each in emitted if isinstance(each, ProposalMade)} == {
        ("attendance_flag", at("9:00", 10)), ("lateness_entry", at("9:00", 10))
    }  # fmt: skip
    late_one = Partition([AGENT], world(mode(AGENT.name, "live", when=at("9:01", 10))))
    assert [each for each in fold(AGENT, *BELOW, partition=late_one) if isinstance(each, ProposalMade)] == []


def test_policy_that_counts_from_an_instant_moves_the_flags_of_shifts_from_then_on() -> None:
    strict = policy(AttendancePolicy(flag_below=90), at("0:00", 8))
    partition = live(AGENT)
    assert raised(fold(AGENT, *days("11111111111h"), partition=partition), "attendance_flag") == []
    assert raised(fold(AGENT, strict, partition=partition), "attendance_flag") == [], "95.8"
    partition = live(AGENT)
    assert raised(fold(AGENT, *days("1111111hhhh"), partition=partition), "attendance_flag") == [], "81.8"
    (made,) = raised(fold(AGENT, strict, partition=partition), "attendance_flag")
    assert (made.cause, made.policy_version) == (str(shift_of(9)), 1), "85.0, the first below 90 since then"


# -- reviews


def test_three_episodes_of_no_shows_ask_for_a_review_that_says_all_of_it() -> None:
    (made,) = raised(fold(AGENT, *days("1n1n1nn")), "disciplinary_review")
    review = DisciplinaryReview.model_validate_json(made.payload)
    assert (made.risk, made.cause, made.cause_at) == ("high", str(shift_of(5)), at("9:00", 5))
    assert made.editors == [MANAGER], "who has confirmed the absences"
    assert review.shift_ids == (shift_of(1), shift_of(3), shift_of(5))
    assert (review.episodes, review.threshold, review.action) == (3, 3, "hearing")
    assert review.severity == 3
    assert review.avoided_by == (shift_of(1),)
    assert {each.credit for each in review.shifts} == {0}
    *shifts, count, avoided = made.rules
    assert shifts[2] == f"shift {shift_of(5)} of {at('9:00', 5).isoformat()}: no_call_no_show, episode 3"
    assert count == f"3 episodes in the 90 days up to {at('9:00', 5).isoformat()}, 3 ask for a review"
    assert avoided == f"it would not be asked for without shift {shift_of(1)} of {at('9:00', 1).isoformat()}"


def test_no_show_that_is_excused_later_takes_the_review_back() -> None:
    told = days("1n1n1n")
    before = len(fold(AGENT, *told))
    after = fold(AGENT, *told, exception(shift(at("9:00", 3)), when=at("9:00", 9)))[before:]
    assert kinds(after) == ["ShiftJudged", "ProposalWithdrawn"]
    (made,) = raised(fold(AGENT, *told), "disciplinary_review")
    assert [each.proposal_id for each in after if isinstance(each, ProposalWithdrawn)] == [made.proposal_id]


def test_contact_that_becomes_known_later_parts_an_episode_from_the_next() -> None:
    told = [*days("1n1n"), *no_show(4), *no_show(5)]
    assert raised(fold(AGENT, *told), "disciplinary_review") == []
    heard = exception(None, "contacted", when=at("20:00", 4)).model_copy(update={"recorded_at": at("9:00", 9)})
    (made,) = raised(fold(AGENT, *told, heard), "disciplinary_review")
    assert made.cause == str(shift_of(5))
    assert len(raised(fold(AGENT, *told, punch(at("20:00", 4), "out")), "disciplinary_review")) == 1


def test_who_has_never_punched_is_not_flagged() -> None:
    assert [each for each in fold(AGENT, *days("n" * 12)) if isinstance(each, ProposalMade)] == []
    (flag,) = flags(*days("n" * 12), punch(at("8:00", 12)))
    assert (flag.level, flag.score) == ("hr", 0), "who has is"


def test_editor_who_becomes_known_later_is_named_anew() -> None:
    edited = punch(at("9:30", 8), name=f"in of {at('9:30', 8).isoformat()}", revision=2)
    told = [*BELOW, edited.model_copy(update={"edited_by": MANAGER})]
    made = raised(fold(AGENT, *told), "attendance_flag")
    assert [each.editors for each in made] == [[], [MANAGER]]
