"""Run one role: settings, logs, its endpoint, the checks that come before anything is consumed, and exit codes."""

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from typing import Any

import structlog
import uvloop

from schemas.faults import Fault, Unavailable
from streams import preflight
from streams.dependencies import dependencies
from streams.endings import EX_SOFTWARE
from streams.endpoint import door, pages
from streams.health import LOOPS, Health
from streams.settings import Settings

NOT_STARTED = 2
"""Exit code of a role that has consumed nothing, because something must be mended or started first."""


def serve(name: str, role: str, run: Callable[[Settings], Coroutine[Any, Any, None] | None]) -> None:
    """Run as a database role until told to stop; a fault ends it with its message, its runbook page and exit code 70.

    Nothing is consumed before database, topics and schemas are as this version declares: else the exit code is 2.
    """
    settings = Settings.load()
    configure_logs(name, settings.log_level)
    log = structlog.get_logger()
    with ExitStack() as exits:
        try:
            health = Health(LOOPS, dependencies(settings, role))
            exits.enter_context(door(settings, pages(name, health)))
            preflight.check(settings, role)
        except Fault as fault:
            log.error("not started", why=str(fault), fault=type(fault).__name__)
            sys.exit(NOT_STARTED)
        try:
            running = run(settings)
            if running is not None:
                with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                    runner.run(running)
        except Unavailable as fault:
            log.error("not reachable at start", why=str(fault))
            sys.exit(1)
        except Fault as fault:
            page = f"docs/runbooks/{fault.runbook}.md"
            log.error("stopped", why=str(fault), fault=type(fault).__name__, runbook=page)
            sys.exit(EX_SOFTWARE)
    log.info("ended")


def configure_logs(name: str, level: str) -> None:
    """JSON lines on a pipe, colours on a terminal; the libraries' own logs go the same way from WARNING up."""
    terminal = sys.stderr.isatty()
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Any = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *([] if terminal else [structlog.processors.format_exc_info]),
                renderer,
            ],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("aiokafka", "faust", "mode", "httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(role=name, pid=os.getpid())
