import socket
import stat
from pathlib import Path

import pytest

from streams.local.home import Home, StackBusy, free, read, write


def test_ports_are_remembered(tmp_path: Path) -> None:
    home = Home(tmp_path)
    first = home.ports(("kafka", "postgres"))
    write(home.state, {"ports": first})

    assert home.ports(("kafka", "postgres")) == first
    assert len(set(first.values())) == 2


def test_a_port_that_somebody_else_took_is_chosen_anew_and_the_others_stay(tmp_path: Path) -> None:
    home = Home(tmp_path)
    first = home.ports(("kafka", "postgres"))
    write(home.state, {"ports": first})

    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", first["kafka"]))
        somebody.listen()
        second = home.ports(("kafka", "postgres"))

    assert second["postgres"] == first["postgres"]
    assert second["kafka"] not in first.values()


def test_a_port_is_free_until_somebody_listens() -> None:
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        port = somebody.getsockname()[1]
        somebody.listen()
        assert not free(port)
    assert free(port)


def test_a_home_is_held_by_one_runner_at_a_time(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with home.held(), pytest.raises(StackBusy, match=r"in use by process \d+"), Home(tmp_path).held():
        pass
    with home.held():
        pass


def test_passwords_are_drawn_once_and_readable_by_the_owner_only(tmp_path: Path) -> None:
    first = Home(tmp_path).passwords()

    assert Home(tmp_path).passwords() == first
    assert len(set(first.values())) == len(first)
    assert stat.S_IMODE(Home(tmp_path).secrets.stat().st_mode) == 0o600
    assert read(Home(tmp_path).secrets)["settings"]["passwords"] == first
