"""What the demo prints is the same with colours and without."""

import io

import pytest

from streams.demo import screen

SAID = "07:44  Maya Lindqvist   punches in at 07:44, [bold]:smile: " + "and so on " * 20
STEPS = ["         judged 14 min late [+35 ms]", "         takes lateness_entry back [+91 ms]"]


def test_on_a_pipe_lines_are_as_they_are_however_long(capsys: pytest.CaptureFixture[str]) -> None:
    for text in (SAID, *STEPS):
        screen.line(text)
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [SAID.rstrip(), *STEPS]


def test_on_a_terminal_what_matters_has_its_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.StringIO()
    made = screen.console(file=shown, force_terminal=True, color_system="standard")
    monkeypatch.setattr(screen, "_console", lambda: made)
    for text in STEPS:
        screen.line(text)
    late, back = shown.getvalue().splitlines()
    assert "\x1b[1;33mjudged 14 min late\x1b[0m" in late
    assert "\x1b[2m[+35 ms]\x1b[0m" in late
    assert "\x1b[35mtakes lateness_entry back\x1b[0m" in back
