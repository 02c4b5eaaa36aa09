"""Bring the files of the lock into the user's cache: shown, resumable, verified, never asked for twice."""

import hashlib
import shutil
import tarfile
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

from schemas.faults import Stop
from streams.local.jars import Jar

PARALLEL = 4
ATTEMPTS = 4
CHUNK = 1 << 17


class BadDownload(Stop):
    """A file of the lock cannot be had, or is not the file that the lock names."""

    runbook = "local-stack"


def fetch(jars: Sequence[Jar], cache: Path, repository: str) -> dict[Jar, Path]:
    """Every file's place in the cache; what is missing is downloaded from ``repository`` first."""
    places = {jar: cache / "maven" / jar.path for jar in jars}
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
    with (
        Progress(*columns, console=Console(stderr=True)) as progress,
        httpx.Client(timeout=httpx.Timeout(30, pool=None), follow_redirects=True) as client,
        ThreadPoolExecutor(PARALLEL) as pool,
    ):
        task = progress.add_task("parts of the local stack", total=sum(jar.size for jar in missing))
        by_size = sorted(missing, key=lambda jar: jar.size, reverse=True)
        jobs = [
            pool.submit(_download, client, f"{repository}/{jar.path}", jar, places[jar], (progress, task))
            for jar in by_size
        ]
        try:
            for job in jobs:
                job.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _download(client: httpx.Client, url: str, jar: Jar, place: Path, shown: tuple[Progress, TaskID]) -> None:
    """One file, resumed where an earlier attempt of any process stopped."""
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = place.with_name(place.name + ".part")
    cause: Exception | None = None
    for _ in range(ATTEMPTS):
        try:
            _continue(client, url, jar, partial, shown)
        except httpx.HTTPError as error:
            cause = error
            continue
        return _accept(jar, partial, place, url)
    raise BadDownload(
        f"{jar.filename} could not be downloaded from {url}: {cause}. "
        f"Check the network, or name a mirror in ROLLCALL_MAVEN; the next run resumes."
    ) from cause


def _continue(client: httpx.Client, url: str, jar: Jar, partial: Path, shown: tuple[Progress, TaskID]) -> None:
    progress, task = shown
    have = partial.stat().st_size if partial.exists() else 0
    if have >= jar.size:
        progress.advance(task, have)
        return
    with client.stream("GET", url, headers={"Range": f"bytes={have}-"} if have else {}) as answer:
        answer.raise_for_status()
        resumed = answer.status_code == httpx.codes.PARTIAL_CONTENT
        progress.advance(task, have if resumed else 0)
        with partial.open("ab" if resumed else "wb") as file:
            for chunk in answer.iter_bytes(CHUNK):
                file.write(chunk)
                progress.advance(task, len(chunk))


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
