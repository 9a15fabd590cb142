"""Runs as a tiny process of its own, then becomes the program it was asked to start.

    python launch.py [--die SIGNAL PARENT] [--listen FD] -- PROGRAM ARGUMENT...

Between fork and exec is the only place where "die when your owner dies" (PR_SET_PDEATHSIG) can be
said, and doing it in a fresh interpreter keeps it out of the caller's forked, multi-threaded
memory. `--listen` hands an open listening socket over as systemd does it: file descriptor 3, with
LISTEN_FDS and the final process's own id in LISTEN_PID.
"""

from __future__ import annotations

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1
_FIRST_PASSED_FD = 3


def main(arguments: list[str]) -> None:
    """Set the process up as the arguments say and become the program."""
    split = arguments.index("--")
    options, program = arguments[:split], arguments[split + 1 :]
    while options:
        match options.pop(0):
            case "--die":
                die_with(signal=int(options.pop(0)), parent=int(options.pop(0)))
            case "--listen":
                hand_over(int(options.pop(0)))
            case other:
                sys.exit(f"launch: unknown option {other}")
    os.execvp(program[0], program)


def die_with(signal: int, parent: int) -> None:
    """Get `signal` when the parent ends; end now if it has ended already."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("launch: the owner ended before the start")


def hand_over(fd: int) -> None:
    """Pass a listening socket to the program by systemd's convention."""
    os.dup2(fd, _FIRST_PASSED_FD, inheritable=True)
    if fd != _FIRST_PASSED_FD:
        os.close(fd)
    os.environ["LISTEN_FDS"] = "1"
    os.environ["LISTEN_PID"] = str(os.getpid())


if __name__ == "__main__":
    main(sys.argv[1:])
