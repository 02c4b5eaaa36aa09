"""How a role begins: its log, and what it does whose port is taken."""

import json
import logging
import socket
from collections.abc import Iterator
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import structlog

from schemas.faults import Misconfigured
from streams import preflight, serving
from streams.endings import EX_SOFTWARE


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(pipe: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in pipe.getvalue().splitlines()]


def served(run: Any) -> tuple[int, list[dict[str, Any]]]:
    """The exit code of a role, and what it said."""
    with redirect_stderr(StringIO()) as pipe, pytest.raises(SystemExit) as ended:
        serving.serve("sinks", "rollcall_sinks", run)
    assert isinstance(ended.value.code, int)
    return ended.value.code, lines(pipe)


def test_a_role_whose_port_is_taken_exits_with_2_and_consumes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path))
        monkeypatch.setenv("ROLLCALL_HTTP_PORT", str(somebody.getsockname()[1]))
        code, (said,) = served(lambda _: pytest.fail("it ran"))
    assert code == serving.NOT_STARTED
    assert (said["event"], said["role"], said["level"]) == ("not started", "sinks", "error")
    assert "ROLLCALL_HTTP_PORT" in said["why"]


def test_a_role_that_stops_says_which_page_to_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def run(_: object) -> None:
        raise Misconfigured("two have one name")

    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path))
    monkeypatch.setattr(preflight, "check", lambda *_: None)
    code, (said,) = served(run)
    assert code == EX_SOFTWARE
    assert said["why"] == "two have one name"
    assert Path(said["runbook"]).stem == Misconfigured.runbook


def test_on_a_pipe_every_line_is_json_whoever_writes_it() -> None:
    with redirect_stderr(StringIO()) as pipe:
        serving.configure_logs("sinks", "INFO")
        structlog.get_logger().info("begun", records=3)
        structlog.get_logger().debug("too fine")
        logging.getLogger("streams.reader").warning("%s waits: %s", "sink.a", "away")
        logging.getLogger("aiokafka").info("chatter")
        try:
            raise ValueError("why")
        except ValueError:
            logging.getLogger("streams").exception("failed")
    begun, waits, failed = lines(pipe)
    assert [each["event"] for each in (begun, waits, failed)] == ["begun", "sink.a waits: away", "failed"]
    for each in (begun, waits, failed):
        assert {"timestamp", "level", "role", "pid"} <= each.keys()
        assert each["timestamp"].endswith("Z")
    assert (begun["records"], waits["level"]) == (3, "warning")
    assert "ValueError: why" in failed["exception"]


def test_on_a_terminal_people_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    with redirect_stderr(terminal):
        serving.configure_logs("sinks", "INFO")
        structlog.get_logger().info("begun", records=3)
    assert "begun" in terminal.getvalue()
    assert not terminal.getvalue().startswith("{")
