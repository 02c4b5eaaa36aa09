"""A role's own door for orchestrators and scrapers: ``/livez``, ``/readyz``, ``/metrics``, served by daemon threads.

Answers as Kubernetes' own components do: ``ok``, or with ``?verbose`` and on failure one line per check.
"""

import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from schemas.faults import Misconfigured
from streams.health import Check, Health
from streams.settings import Settings, variable

TEXT = "text/plain; charset=utf-8"
PATIENCE = 10.0
"""Seconds after which somebody who says nothing is hung up on."""


class Answer(NamedTuple):
    """What is said to a request."""

    status: HTTPStatus
    body: bytes
    content_type: str = TEXT


class Asked(NamedTuple):
    """What a request wants to know."""

    verbose: bool
    accept: str


Page = Callable[[Asked], Answer]


def pages(role: str, health: Health) -> dict[str, Page]:
    """Return what is served, by path."""

    @cache
    def exposition() -> Callable[[str], tuple[bytes, str]]:
        from streams.exposition import Exposition  # a tenth of a second that the first scrape pays, not every start

        return Exposition(role, health).text

    def metrics(asked: Asked) -> Answer:
        body, content_type = exposition()(asked.accept)
        return Answer(HTTPStatus.OK, body, content_type)

    return {
        "/livez": lambda asked: verdict("livez", health.alive(), verbose=asked.verbose),
        "/readyz": lambda asked: verdict("readyz", health.ready(whole=asked.verbose), verbose=asked.verbose),
        "/metrics": metrics,
    }


def verdict(name: str, checks: Sequence[Check], *, verbose: bool) -> Answer:
    """Return 200, or 503 with the reason, in Kubernetes' words."""
    failed = any(check.trouble for check in checks)
    if not failed and not verbose:
        return Answer(HTTPStatus.OK, b"ok")
    lines = [f"[-]{name} failed: {trouble}" if trouble else f"[+]{name} ok" for name, trouble in checks]
    lines.append(f"{name} check {'failed' if failed else 'passed'}")
    status = HTTPStatus.SERVICE_UNAVAILABLE if failed else HTTPStatus.OK
    return Answer(status, "".join(f"{' '.join(line.split())}\n" for line in lines).encode())


class Endpoint(AbstractContextManager["Endpoint"]):
    """Listens from its making on, and answers within a ``with``."""

    def __init__(self, host: str, port: int, served: Mapping[str, Page]) -> None:
        """Port 0 is any that is free; see `port`.

        Raises:
            Misconfigured: somebody listens there already, or it is no place of this machine.

        """
        try:
            self._server = _server(host, port, served)
        except OSError as error:
            raise Misconfigured(
                f"{variable('http_port')} is {port}, and {host}:{port} is not to be had ({error.strerror or error});"
                f" mend: end who listens there, or set another port (0: serve nothing), or {variable('http_host')}"
            ) from error
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="http", daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def __enter__(self) -> "Endpoint":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def door(settings: Settings, served: Mapping[str, Page]) -> AbstractContextManager[object]:
    """Return the endpoint that the settings ask for; none where they do not. Raises as `Endpoint` does."""
    return Endpoint(settings.http_host, settings.http_port, served) if settings.http_port else nullcontext()


def _server(host: str, port: int, served: Mapping[str, Page]) -> ThreadingHTTPServer:
    family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]

    class Server(ThreadingHTTPServer):
        address_family = family

        def server_bind(self) -> None:
            """Bind, and nothing more: the library's own asks the name service who we are, which may take seconds."""
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.socket.bind(self.server_address)
            self.server_address = self.socket.getsockname()
            self.server_name, self.server_port = host, self.server_address[1]

    class Handler(BaseHTTPRequestHandler):
        timeout = PATIENCE
        server_version, sys_version = "rollcall", ""

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Nothing: probes come every few seconds."""

        def _answer(self, *, with_body: bool) -> None:
            url = urlsplit(self.path)
            page = served.get(url.path.rstrip("/"))
            asked = Asked("verbose" in parse_qs(url.query, keep_blank_values=True), self.headers.get("Accept", ""))
            answer = page(asked) if page else Answer(HTTPStatus.NOT_FOUND, _directory(served))
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            if with_body:
                self.wfile.write(answer.body)

    return Server((str(place[0]), port), Handler)


def _directory(served: Mapping[str, Page]) -> bytes:
    return "".join(f"{path}\n" for path in served).encode()
