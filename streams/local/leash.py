"""Hold one child process on a leash: when the runner is gone, however it went, so is the child and all it started.

``python -I -S leash.py LEASH REPORT SIGNAL GRACE USER COMMAND…``: LEASH is the read end of a pipe whose only write end
the runner holds, REPORT takes the child's process id, SIGNAL is how the child likes to be stopped, GRACE the seconds
before SIGKILL, USER ``uid:gid`` or ``-``. Standard library only, and little of it: it starts before everything else.
"""

import os
import select
import signal
import sys
import time
from collections.abc import Callable

POLL = 0.02


def spawn(argv: list[str], user: str, stop_signal: int) -> int:
    """Start the child in its own process group."""
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    try:
        os.setpgid(0, 0)
        prctl = process_control()  # before the user changes: the new one may not be able to read our libraries
        if user != "-":
            uid, gid = map(int, user.split(":"))
            os.setgroups([])
            os.setgid(gid)
            os.setuid(uid)
        prctl(1, stop_signal)  # PR_SET_PDEATHSIG, which setuid forgets: even SIGKILL of this leash stops the child
        if os.getppid() != parent:
            os._exit(1)  # the leash was killed before the kernel knew
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signal.valid_signals())
        os.execvp(argv[0], argv)  # noqa: S606
    except OSError as error:
        os.write(2, f"{argv[0]}: {error}\n".encode())
    os._exit(127)


def process_control() -> Callable[[int, int], object]:
    """Linux's ``prctl``; elsewhere nothing, and the next start of the stack cleans up."""
    if sys.platform != "linux":
        return lambda _option, _value: None
    import ctypes  # here, because it is slow to load and only the child needs it

    call: Callable[[int, int], object] = ctypes.CDLL(None).prctl
    return call


def end_group(group: int, with_signal: int) -> bool:
    """Signal what is left of the child's process group; False when nothing is."""
    try:
        os.killpg(group, with_signal)
    except (ProcessLookupError, PermissionError):  # macOS says EPERM for a group of zombies
        return False
    return True


def wakeups(asked: list[int]) -> int:
    """A descriptor that becomes readable with each signal; those that ask for an end are noted in ``asked``."""
    wakeup, poke = os.pipe()
    for end in (wakeup, poke):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(poke, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: asked.append(1))
    return wakeup


def hold(child: int, leash: int, stop_signal: int, grace: float) -> int:
    """Wait for the child; stop it when the leash is dropped or this process is told to."""
    asked: list[int] = []
    wakeup = wakeups(asked)
    while not asked:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        ready, _, _ = select.select([wakeup, leash], [], [])
        if wakeup in ready:
            os.read(wakeup, 512)
        if leash in ready:
            asked.append(1)
    os.kill(child, stop_signal)
    deadline = time.monotonic() + grace
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        time.sleep(POLL)
    end_group(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


def main(arguments: list[str]) -> int:
    """Run the child to its end and leave with its exit code."""
    leash, report, stop_signal, grace, user, *argv = arguments
    for descriptor in (leash, report):
        os.set_inheritable(int(descriptor), False)  # noqa: FBT003
    child = spawn(argv, user, int(stop_signal))
    os.write(int(report), f"{child}\n".encode())
    os.close(int(report))
    status = hold(child, int(leash), int(stop_signal), float(grace))
    end_group(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.exit(code if code >= 0 else 128 - code)
