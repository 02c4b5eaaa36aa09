"""Start everything from an empty home, play the morning on the business clock, tell what happens, and count."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import psycopg

from agents import AGENTS
from connectors import commands, reviews
from schemas.events import PunchRecorded, ReviewGiven
from schemas.faults import Misconfigured
from schemas.policies import SupervisionPolicy
from streams import connect, migrate, roles, topics
from streams.cli.terminal import say
from streams.database import Connection
from streams.demo import clinic, script, tell
from streams.demo.count import Count, count, past_is_judged
from streams.demo.follow import Chain, Follower
from streams.demo.load import load
from streams.demo.screen import line
from streams.demo.script import Scene
from streams.lag import lags
from streams.local.part import PartFailed
from streams.local.runner import Stack
from streams.registry import Registry
from streams.settings import Settings, variable

MARK = "demo"
"""A file in a home that belongs to the demo, which begins it anew each time."""
DEADLINE = timedelta(seconds=60)
T = TypeVar("T")


def play(home: Path, *, rate: float, check: bool) -> int:
    """Play the morning; return 0 when the books add up, else 1.

    Raises:
        Misconfigured: the home holds somebody's data.

    """
    started = time.monotonic()
    home = home.absolute()
    begin_anew(home)
    os.environ["ROLLCALL_HEARTBEAT"] = str(0.5 / rate)  # of the connector that this process configures
    ended = threading.Event()
    say("starting PostgreSQL, Kafka, Kafka Connect with Debezium, and the schema registry")
    with Stack(home, roles.roles(), prepare) as settings:
        for number in (signal.SIGINT, signal.SIGTERM):  # from here on; before, an interrupt ends the start at once
            signal.signal(number, lambda *_: ended.set())
        say(
            f"everything runs after {time.monotonic() - started:.0f} s; loading {len(clinic.PEOPLE)} people's two weeks"
        )
        with psycopg.connect(settings.dsn("rollcall_migrator"), autocommit=True) as connection:
            rows = load(connection)
            commands.set_clock(connection, at=script.OPENS - timedelta(minutes=5))  # a tick: who did not come is absent
            _until(ended, "the past is judged", lambda: past_is_judged(connection) and _quiet(settings))
            say(f"{rows} rows in and judged after {time.monotonic() - started:.0f} s; the morning begins")
            books = Morning(connection, settings, rate, ended).run()
        show(books)
        if not check:
            say(
                "\nIt stays up: look with rollcall status, proposals list, agents list; Ctrl-C stops it."
                f"\nLogs are in {home / 'logs'}."
            )
            ended.wait()
        say("stopping")
    return 0 if books.adds_up else 1


def begin_anew(home: Path) -> None:
    """Empty a home that the demo has made; refuse one that it has not, and parts that are not of this home.

    Raises:
        Misconfigured: the demo would write into somebody's data.

    """
    from streams.local.site import PLACED_BY, started_here
    from streams.local.status import runner

    if elsewhere := sorted(PLACED_BY.keys() - started_here()):
        named = ", ".join(variable(PLACED_BY[part]) for part in elsewhere)
        raise Misconfigured(
            f"{named} says that {', '.join(elsewhere)} is elsewhere, and the demo plays at home; mend: unset it"
        )
    if home.exists() and any(home.iterdir()):
        if not (home / MARK).exists():
            raise Misconfigured(f"{home} holds data that is not the demo's; mend: ROLLCALL_HOME=<an empty folder>")
        if running := runner(home):
            raise Misconfigured(f"process {running.pid} runs on {home}; mend: rollcall down")
        shutil.rmtree(home)
    home.mkdir(parents=True)
    (home / MARK).touch()


def prepare(settings: Settings) -> None:
    """Tables, clock, topics and connector, then the switches that an admin would throw: new agents begin in shadow."""
    migrate.migrate(settings)
    with psycopg.connect(settings.dsn("rollcall_migrator"), autocommit=True) as connection:
        commands.set_clock(connection, at=script.OPENS - timedelta(minutes=10), rate=1)
        topics.apply(settings)
        connect.apply(settings)
        for agent in AGENTS:
            if agent.moded:
                mode = "live" if agent.name == "attendance" else "shadow"
                commands.set_mode(connection, agent.name, mode, author="demo")
        commands.publish_policy(
            connection,
            SupervisionPolicy(autonomy={"lateness_entry": "semi_autonomous"}),
            author="demo",
            reason="low-risk entries may happen by themselves",
        )


class Morning:
    """One play of the script."""

    def __init__(self, connection: Connection, settings: Settings, rate: float, ended: threading.Event) -> None:
        self._connection, self._settings, self._rate, self._ended = connection, settings, rate * 60, ended
        self._committed: dict[UUID, float] = {}
        self._follower = Follower(settings, Registry.of(settings).codec())

    def run(self) -> Count:
        """Play all scenes and read the books."""
        commands.set_clock(self._connection, at=script.OPENS, rate=self._rate)
        try:
            for scene in script.scenes():
                self._wait_for(scene.at)
                self._committed[self._act(scene)] = time.time()
            self._wait_for(script.CLOSES)
            commands.set_clock(self._connection, rate=1)
            _until(self._ended, "the morning is judged", partial(_quiet, self._settings))
            self._ended.wait(0.5)
            self._tell()
        finally:
            self._follower.close()
        return count(self._connection, self._settings, script.OPENS)

    def _wait_for(self, at: datetime) -> None:
        while True:
            left = self._left_until(at)
            if left <= 0:
                return
            if self._ended.wait(min(0.1, left / self._rate)):
                raise KeyboardInterrupt
            self._tell()

    def _left_until(self, at: datetime) -> float:
        query = "select extract(epoch from %s::timestamptz - rollcall.now())::float"
        ((seconds,),) = self._connection.execute(query, (at,)).fetchall()
        return float(seconds)

    def _act(self, scene: Scene) -> UUID:
        """Commit what the scene does; return the id of what it is about."""
        person = scene.whom or scene.person
        match scene.action:
            case "punches in" | "punches out":
                direction = scene.action.removeprefix("punches ")
                self._connection.execute(
                    "insert into public.time_punches (id, employee_id, direction, at, device, location_id)"
                    " values (%s, %s, %s, %s, 'front-door', %s)",
                    (scene.punch_id, person.employee_id, direction, scene.at, person.place.location_id),
                )
                return scene.punch_id
            case "corrects the punch of":
                line(tell.correction(scene))
                self._connection.execute(
                    "update public.time_punches set at = %s, edited_by = %s where id = %s",
                    (scene.to, scene.person.employee_id, scene.punch_id),
                )
                return scene.punch_id
            case _:
                flag = _until(
                    self._ended, f"{person.name}'s flag asks for a manager", partial(self._flag, person.employee_id)
                )
                verdict = "approve" if scene.action == "approves the flag of" else "reject"
                who, said = scene.person.employee_id, reviews.Review(verdict, "seen, and talked about")
                reviews.opened(self._connection, flag, who)
                return reviews.review(self._connection, flag, said, reviewer_id=who)

    def _flag(self, employee_id: UUID) -> UUID | None:
        found = self._connection.execute(
            "select proposal_id from mart.proposal_status"
            " where subject = %s and kind = 'attendance_flag' and status = 'routed'",
            (f"employee:{employee_id}",),
        ).fetchone()
        return found[0] if found else None

    def _tell(self) -> None:
        for chain in self._follower.ready():
            first = chain.events[0][1]
            line(tell.begins(first))
            for step in tell.steps(chain.events, self._since(chain)):
                line(step)

    def _since(self, chain: Chain) -> float:
        first = chain.events[0][1]
        about = first.punch_id if isinstance(first, PunchRecorded) else None
        about = first.review_id if isinstance(first, ReviewGiven) else about
        return chain.first if about is None else self._committed.get(about, chain.first)


def _quiet(settings: Settings) -> bool:
    """Whether every reader has reached its end; the change log itself is never still, for the clock beats in it."""
    found = lags(settings)
    return bool(found) and all(each.behind <= (10 if each.topic == "rollcall.cdc" else 0) for each in found)


def _until(ended: threading.Event, what: str, check: Callable[[], T | None]) -> T:
    """Return what `check` finds, once it finds something true."""
    deadline = time.monotonic() + DEADLINE.total_seconds()
    while not (found := check()):
        if ended.wait(0.05):
            raise KeyboardInterrupt
        if time.monotonic() > deadline:
            raise PartFailed(f"waited {DEADLINE.total_seconds():.0f} s in vain until {what}; rollcall logs shows why")
    return found


def show(books: Count) -> None:
    """Print the books."""
    from streams.cli.terminal import show as table

    def of(groups: dict[str, int]) -> str:
        return ", ".join(f"{number} {name}" for name, number in groups.items())

    latency = "not measured"
    if books.latency:
        latency = "p50 {:.0f} ms, p95 {:.0f} ms, p99 {:.0f} ms".format(*books.latency) + f" ({books.measured} entries)"
    print()  # noqa: T201
    table(
        [
            {"what": what, "how many": how_many}
            for what, how_many in (
                ("rows in", books.rows),
                ("records", of(books.records)),
                ("judgements", of(books.judgements)),
                ("proposals", of(books.proposals)),
                ("in shadow", of(books.shadows) or "none"),
                ("decisions", of(books.decisions)),
                ("effects", of(books.effects)),
                ("lost", books.lost),
                ("doubled", books.doubled),
                ("commit to applied", latency),
            )
        ],
        as_json=False,
        empty="",
    )
