"""Bring the files of the lock into the user's cache: shown, resumable, verified, never asked for twice."""

import fcntl
import hashlib
import shutil
import tarfile
import tempfile
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from schemas.faults import Stop
from streams.local.jars import Jar

PARALLEL = 4
ATTEMPTS = 4
PAUSE = 1.0
CHUNK = 1 << 17


class BadDownload(Stop):
    """A file of the lock cannot be had, or is not the file that the lock names."""

    runbook = "local-stack"


def fetch(jars: Sequence[Jar], cache: Path, repository: str) -> dict[Jar, Path]:
    """Every file's place in the cache; what is missing is downloaded from ``repository`` first."""
    places = {jar: cache / "maven" / jar.path for jar in jars}
    if all(_present(jar, place) for jar, place in places.items()):
        return places
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another process may be at it: what it brings need not be brought again
        missing = [jar for jar, place in places.items() if not _present(jar, place)]
        if missing:
            _download_all(missing, places, repository)
    return places


def unpacked(archive: Path, jar: Jar, cache: Path) -> Path:
    """The folder an archive was unpacked to, once; its name carries the archive's hash."""
    folder = cache / "unpacked" / f"{jar.name}-{jar.version}-{jar.sha256[:12]}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch, tarfile.open(archive) as tar:
            tar.extractall(scratch, filter="data")
            _rename(Path(scratch), folder)
    return folder


def _rename(scratch: Path, folder: Path) -> None:
    """Put a finished folder in place; somebody else may have been quicker."""
    inner = scratch / "whole"
    inner.mkdir()
    for child in [child for child in scratch.iterdir() if child != inner]:
        shutil.move(child, inner / child.name)
    try:
        inner.rename(folder)
    except OSError:
        if not folder.exists():
            raise


def _present(jar: Jar, place: Path) -> bool:
    """Files get their final name only after their hash was right, so the size is enough here."""
    return place.exists() and place.stat().st_size == jar.size


def _download_all(missing: Sequence[Jar], places: dict[Jar, Path], repository: str) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    timeout = httpx.Timeout(30, pool=None)
    with (
        Progress(*columns, console=Console(stderr=True)) as progress,
        httpx.Client(timeout=timeout, follow_redirects=True, headers={"Accept-Encoding": "identity"}) as client,
        ThreadPoolExecutor(PARALLEL) as pool,
    ):
        task = progress.add_task("parts of the local stack", total=sum(jar.size for jar in missing))
        transfer = _Transfer(client, repository, lambda size: progress.advance(task, size))
        largest_first = sorted(missing, key=lambda jar: jar.size, reverse=True)
        jobs = [pool.submit(transfer.bring, jar, places[jar]) for jar in largest_first]
        try:
            for job in as_completed(jobs):
                job.result()
        except BaseException:  # one that failed for good, or Ctrl-C: what has arrived is kept, the rest is left
            transfer.stopped.set()
            raise


class _Transfer:
    """Downloads from one repository; set ``stopped`` and all of them end soon."""

    def __init__(self, client: httpx.Client, repository: str, arrived: Callable[[int], None]) -> None:
        self.stopped = threading.Event()
        self._client = client
        self._repository = repository
        self._arrived = arrived

    def bring(self, jar: Jar, place: Path) -> None:
        """One file, resumed where an earlier attempt of any process stopped."""
        place.parent.mkdir(parents=True, exist_ok=True)
        partial = place.with_name(place.name + ".part")
        url = f"{self._repository}/{jar.path}"
        cause: Exception | None = None
        for attempt in range(ATTEMPTS):
            if self.stopped.wait(attempt * PAUSE):
                return
            try:
                self._continue(url, jar, partial)
            except httpx.HTTPError as error:
                cause = error
            if partial.exists() and partial.stat().st_size >= jar.size:
                _accept(jar, partial, place, url)
                return
        if not self.stopped.is_set():
            raise BadDownload(
                f"{jar.filename} could not be downloaded from {url}: {cause}. "
                f"Check the network, or name a mirror in ROLLCALL_MAVEN; the next run goes on where this one stopped."
            ) from cause

    def _continue(self, url: str, jar: Jar, partial: Path) -> None:
        have = partial.stat().st_size if partial.exists() else 0
        if have >= jar.size:
            self._arrived(have)
            return
        with self._client.stream("GET", url, headers={"Range": f"bytes={have}-"} if have else {}) as answer:
            answer.raise_for_status()
            resumed = answer.status_code == httpx.codes.PARTIAL_CONTENT
            self._arrived(have if resumed else 0)
            with partial.open("ab" if resumed else "wb") as file:
                for chunk in answer.iter_raw(CHUNK):
                    if self.stopped.is_set():
                        return
                    file.write(chunk)
                    self._arrived(len(chunk))


def _accept(jar: Jar, partial: Path, place: Path, url: str) -> None:
    """Give a finished download its name, or refuse it."""
    with partial.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != jar.sha256:
        partial.unlink()
        raise BadDownload(
            f"{jar.filename} from {url} is not the file in jars.lock: SHA-256 {digest}, expected {jar.sha256}. "
            f"The download was deleted; run again, or set ROLLCALL_MAVEN to a repository you trust."
        )
    partial.replace(place)
