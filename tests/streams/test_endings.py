"""A process whose thread hangs at the end is left, and its code says whether all was stored."""

import subprocess
import sys

import pytest

from streams.endings import EX_SOFTWARE

HANGING = """
import threading
from streams.endings import Ending
ending = Ending(0.2)
ending.begin()
ending.begin()
threading.Thread(target=threading.Event().wait, name="faust").start()
{last}
"""


@pytest.mark.parametrize(("last", "code"), [("", EX_SOFTWARE), ("ending.safe()", 0)])
def test_a_thread_that_does_not_end_keeps_no_process(last: str, code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HANGING.format(last=last)], timeout=30, capture_output=True, check=False
    )
    assert done.returncode == code
    assert b"faust" in done.stderr
