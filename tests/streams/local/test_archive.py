import os
from pathlib import Path

from streams.local.archive import archive


def test_an_archive_of_classes_is_for_these_very_jars(tmp_path: Path) -> None:
    one, two = tmp_path / "one.jar", tmp_path / "two.jar"
    for jar in (one, two):
        jar.write_bytes(b"")
        os.utime(jar, ns=(1, 1))
    known = archive(tmp_path, "kafka", [one, two])

    assert archive(tmp_path, "kafka", [one, two]) == known
    assert archive(tmp_path, "kafka", [two, one]) != known
    os.utime(two, ns=(2, 2))
    assert archive(tmp_path, "kafka", [one, two]) != known
