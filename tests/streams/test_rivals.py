"""Who is put out of its group again and again has a rival; who was silent, or whose broker died, has none."""

from streams.rivals import TURNS, Rivals

SESSION = 10.0


def turn(rivals: Rivals, number: int, now: float, silent: float = 1.0) -> bool:
    """Join under a new name, and be unknown `silent` seconds later."""
    rivals.beats(f"member-{number}", now)
    return rivals.put_out(now + silent)


def test_two_processes_of_one_name_take_turns() -> None:
    rivals = Rivals(SESSION)

    assert [turn(rivals, number, 3.0 * number) for number in range(TURNS)] == [False, False, True]


def test_a_broker_that_forgets_us_now_and_then_is_no_rival() -> None:
    rivals = Rivals(SESSION)

    assert not any(turn(rivals, number, 26.0 * number) for number in range(20))


def test_a_member_that_was_silent_for_a_session_was_put_out_by_nobody() -> None:
    rivals = Rivals(SESSION)

    assert not any(turn(rivals, number, 11.0 * number, silent=SESSION) for number in range(20))


def test_a_session_begins_anew_with_every_answer() -> None:
    rivals = Rivals(SESSION)
    rivals.beats("member", 0.0)
    rivals.alive(9.0)

    assert [rivals.put_out(now) for now in (18.0, 18.5, 18.9)] == [False, False, True]
