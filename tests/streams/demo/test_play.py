"""The demo empties what it has made, and touches nothing else; nothing is started here."""

from pathlib import Path

import pytest

from schemas.faults import Misconfigured
from streams.demo.play import begin_anew


def test_a_home_that_the_demo_has_made_is_emptied(tmp_path: Path) -> None:
    home = tmp_path / "home"
    begin_anew(home)
    (home / "data").touch()

    begin_anew(home)

    assert [file.name for file in home.iterdir()] == ["demo"]


def test_somebodys_home_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "data").touch()

    with pytest.raises(Misconfigured, match="not the demo's"):
        begin_anew(tmp_path)

    assert (tmp_path / "data").exists()


def test_it_does_not_play_on_somebody_elses_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_POSTGRES_HOST", "db.example")
    monkeypatch.setenv("ROLLCALL_BOOTSTRAP", "kafka.example:9092")

    with pytest.raises(Misconfigured, match="ROLLCALL_BOOTSTRAP, ROLLCALL_POSTGRES_HOST says that kafka, postgres"):
        begin_anew(tmp_path / "home")

    assert not (tmp_path / "home").exists()
