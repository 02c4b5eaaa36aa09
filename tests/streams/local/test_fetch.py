import hashlib
import io
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from streams.local import fetch as module
from streams.local.fetch import BadDownload, fetch, unpacked
from streams.local.jars import Jar

BODY = bytes(range(256)) * 4096


def jar(body: bytes = BODY, name: str = "part", packaging: str = "jar") -> Jar:
    return Jar("org.example", name, "1.0", packaging, "", hashlib.sha256(body).hexdigest(), len(body))


class Repository(ThreadingHTTPServer):
    """A Maven repository on this machine; remembers what it was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.files: dict[str, bytes] = {}
        self.asked: list[tuple[str, str | None]] = []
        self.cut_at: int | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def offer(self, jar: Jar, body: bytes) -> Jar:
        self.files[f"/{jar.path}"] = body
        return jar


class Answer(BaseHTTPRequestHandler):
    server: Repository

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.server.asked.append((self.path, wanted))
        body = self.server.files.get(self.path)
        if body is None:
            return self.send_error(404)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        cut, self.server.cut_at = self.server.cut_at, None
        self.wfile.write(body[start:cut])
        return None

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def serving() -> Iterator[Repository]:
    with Repository() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def maven() -> Iterator[Repository]:
    with serving() as server:
        yield server


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE", 0.0)


def test_files_arrive_and_are_never_asked_for_again(maven: Repository, tmp_path: Path) -> None:
    wanted = [maven.offer(jar(name=name), BODY) for name in ("one", "two", "three")]

    places = fetch(wanted, tmp_path, maven.url)

    assert [place.read_bytes() for place in places.values()] == [BODY] * 3
    assert fetch(wanted, tmp_path, "http://127.0.0.1:1") == places
    assert len(maven.asked) == 3


def test_a_partial_download_goes_on_where_it_stopped(maven: Repository, tmp_path: Path) -> None:
    wanted = maven.offer(jar(), BODY)
    partial = tmp_path / "maven" / wanted.path.parent / f"{wanted.filename}.part"
    partial.parent.mkdir(parents=True)
    partial.write_bytes(BODY[:1000])

    places = fetch([wanted], tmp_path, maven.url)

    assert places[wanted].read_bytes() == BODY
    assert maven.asked == [(f"/{wanted.path}", "bytes=1000-")]
    assert not partial.exists()


def test_a_connection_that_breaks_is_resumed_in_the_same_run(maven: Repository, tmp_path: Path) -> None:
    wanted = maven.offer(jar(), BODY)
    maven.cut_at = 300_000

    places = fetch([wanted], tmp_path, maven.url)

    assert places[wanted].read_bytes() == BODY
    (_, first), (_, second) = maven.asked
    assert first is None
    assert second is not None
    assert 0 < int(second.removeprefix("bytes=").rstrip("-")) <= 300_000


def test_a_file_with_another_content_is_refused_and_not_kept(maven: Repository, tmp_path: Path) -> None:
    wanted = maven.offer(jar(), BODY[::-1])

    with pytest.raises(BadDownload, match=r"part-1\.0\.jar .* is not the file in jars\.lock.*run again"):
        fetch([wanted], tmp_path, maven.url)

    assert [path for path in (tmp_path / "maven").rglob("*") if path.is_file()] == []


def test_a_file_that_is_not_there_is_an_error_that_names_it(maven: Repository, tmp_path: Path) -> None:
    with pytest.raises(BadDownload, match=r"part-1\.0\.jar could not be downloaded .*404"):
        fetch([jar()], tmp_path, maven.url)


def test_two_processes_that_want_the_same_file_bring_it_once(maven: Repository, tmp_path: Path) -> None:
    wanted = maven.offer(jar(), BODY)
    runs = [threading.Thread(target=fetch, args=([wanted], tmp_path, maven.url)) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()

    assert len(maven.asked) == 1


def test_an_archive_is_unpacked_once(tmp_path: Path) -> None:
    archive = tmp_path / "application.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        entry = tarfile.TarInfo("lib/run.jar")
        entry.size = len(BODY)
        tar.addfile(entry, io.BytesIO(BODY))
    pinned = jar(archive.read_bytes(), "application", "tar.gz")

    folder = unpacked(archive, pinned, tmp_path)

    assert (folder / "lib" / "run.jar").read_bytes() == BODY
    archive.unlink()
    assert unpacked(archive, pinned, tmp_path) == folder
