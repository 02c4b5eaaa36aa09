import pytest

from streams.progress import Progress


@pytest.fixture
def progress() -> Progress:
    return Progress(60, _since=0)


def test_silence_is_overdue_after_patience(progress: Progress) -> None:
    assert not progress.overdue(60)
    assert progress.overdue(61)


def test_a_reader_with_nothing_to_read_is_not_stuck(progress: Progress) -> None:
    assert not progress.stuck({}, 61)
    assert not progress.overdue(121)
    assert not progress.stuck({}, 122)


def test_being_behind_an_end_that_stands_still_is_no_proof(progress: Progress) -> None:
    assert not progress.stuck({3: 10}, 61)
    assert not progress.stuck({3: 10}, 122)


def test_an_end_that_moves_on_while_nothing_arrives_is_proof(progress: Progress) -> None:
    assert not progress.stuck({3: 10}, 61)
    assert progress.stuck({3: 11}, 122)


def test_work_done_in_between_takes_the_suspicion_away(progress: Progress) -> None:
    assert not progress.stuck({3: 10}, 61)
    progress.moved()
    assert not progress.stuck({3: 11}, 122)
