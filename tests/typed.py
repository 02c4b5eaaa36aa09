"""A command as somebody types it, run in this process: exit code, data and talk."""

import sys
from typing import NamedTuple

import pytest

from streams.cli import main


class Told(NamedTuple):
    code: int
    out: str
    err: str


def typed(capsys: pytest.CaptureFixture[str], *arguments: str) -> Told:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["rollcall", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
    said = capsys.readouterr()
    return Told(int(ended.value.code or 0), said.out, said.err)
