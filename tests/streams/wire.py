"""A wire that can be cut: a TCP proxy before PostgreSQL, for tests of what a driver cannot be asked to do."""

import contextlib
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

Cut = Literal["answer_lost", "commit_lost", "commit_late"]
LATE = 0.7
"""Seconds that a late COMMIT takes."""


class Wire:
    """Passes bytes on. `armed` cuts connections at their next COMMIT, one each; `down` lets none through."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.armed: list[Cut] = []
        self.cuts: Counter[Cut] = Counter()
        self._target, self._down = target, False
        self._open: set[socket.socket] = set()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def go_down(self) -> None:
        """Keep what is open open and silent, and let new connections wait: a black hole."""
        self._down = True

    def come_back(self) -> None:
        """Cut what was open, and work again."""
        self._down = False
        self._close_all()

    def close(self) -> None:
        self._door.close()
        self._close_all()

    def _close_all(self) -> None:
        for each in list(self._open):
            _close(each)
        self._open.clear()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            if self._down:
                self._open.add(client)
                continue
            server = socket.create_connection(self._target)
            for each in (client, server):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._open.add(each)
            threading.Thread(target=self._up, args=(client, server), daemon=True).start()
            threading.Thread(target=self._pass, args=(server, client), daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                if self._down:
                    return
                if b"COMMIT" in data and self.armed:
                    self._cut(self.armed.pop(0), client, server, data)
                    return
                server.sendall(data)
        _close(server)

    def _cut(self, cut: Cut, client: socket.socket, server: socket.socket, data: bytes) -> None:
        _close(client)
        if cut == "commit_late":
            threading.Event().wait(LATE)
        if cut != "commit_lost":
            server.sendall(data)
            threading.Event().wait(0.1)  # the server reads it before it sees that nobody listens any more
        _close(server)
        self.cuts[cut] += 1

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if self._down:
                    return
                sink.sendall(data)
        _close(sink)


def _close(each: socket.socket) -> None:
    with contextlib.suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()


@contextmanager
def wire_to(host: str, port: int) -> Iterator[Wire]:
    """Open a wire to a server."""
    wire = Wire((host, port))
    try:
        yield wire
    finally:
        wire.close()
