"""Run as a script: drops to an account, ties its life to its parent's and becomes the command it was given.

A `preexec_fn` would do the same, but running Python between fork and exec may deadlock in a threaded process.
"""

import ctypes
import os
import sys

# Nothing of the caller's: its locale, PG* variables or preloads must not change how data are stored or found.
CLEAN_ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}

_PR_SET_PDEATHSIG = 1


def main(uid: int, gid: int, death_signal: int, parent: int, command: list[str]) -> None:
    # Loaded while still root: afterwards the files of the interpreter may be out of reach.
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if libc is not None:
        libc.prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)  # after setuid, which clears it
    if os.getppid() != parent:  # it died before the kernel knew whom to tell
        sys.exit(1)
    os.umask(0o077)
    os.execve(command[0], command, CLEAN_ENVIRONMENT)


if __name__ == "__main__":
    uid, gid, death_signal, parent = map(int, sys.argv[1:5])
    main(uid, gid, death_signal, parent, sys.argv[5:])
