"""A TCP proxy before PostgreSQL that cuts connections exactly at COMMIT, or swallows everything for a while."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Literal

import pytest

from streams.settings import Settings

Cut = Literal["answer", "commit", "late"]
"""The COMMIT arrives and its answer is lost; the COMMIT is lost; it arrives after the client has given up."""
AFTER_DEADLINE = 4.6


class Proxy:
    """Runs in a thread of its own; `arm` cuts the next COMMIT, `hole` lets nothing through."""

    def __init__(self, upstream: int) -> None:
        self._upstream = upstream
        self._arm: Cut | None = None
        self.hole = False
        self.cuts: list[Cut] = []
        self.port = 0
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(5)

    def arm(self, cut: Cut) -> None:
        self._arm = cut

    @property
    def armed(self) -> bool:
        return self._arm is not None

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _through(self) -> None:
        while self.hole:  # noqa: ASYNC110 - set from another thread
            await asyncio.sleep(0.02)

    async def _serve(self, client: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        await self._through()
        try:
            server, requests = await asyncio.open_connection("127.0.0.1", self._upstream)
        except OSError:
            answers.close()
            return
        mute = asyncio.Event()
        down = asyncio.create_task(self._down(server, answers, mute))
        with suppress(OSError):
            await self._up(client, requests, mute)
        down.cancel()
        answers.close()
        requests.close()

    async def _down(self, server: asyncio.StreamReader, answers: asyncio.StreamWriter, mute: asyncio.Event) -> None:
        with suppress(OSError):
            while said := await server.read(1 << 16):
                await self._through()
                if not mute.is_set():
                    answers.write(said)
                    await answers.drain()
        answers.close()

    async def _up(self, client: asyncio.StreamReader, requests: asyncio.StreamWriter, mute: asyncio.Event) -> None:
        while asked := await client.read(1 << 20):
            await self._through()
            at = asked.find(b"COMMIT") if self._arm else -1
            if at >= 0 and self._arm is not None:
                cut, self._arm = self._arm, None
                self.cuts.append(cut)
                mute.set()
                await self._cut(cut, asked, max(0, at - 6), requests)
                return
            requests.write(asked)
            await requests.drain()

    @staticmethod
    async def _cut(cut: Cut, asked: bytes, at: int, requests: asyncio.StreamWriter) -> None:
        first = asked if cut == "answer" else asked[:at]
        requests.write(first)
        await requests.drain()
        if cut == "answer":
            await asyncio.sleep(0.3)
        elif cut == "late":
            await asyncio.sleep(AFTER_DEADLINE)
            requests.write(asked[at:])
            await requests.drain()
            await asyncio.sleep(0.5)


@pytest.fixture
def proxy(settings: Settings) -> Iterator[Proxy]:
    between = Proxy(settings.postgres_port)
    yield between
    between.close()
