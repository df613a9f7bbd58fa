"""Child processes that end with their supervisor."""

import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Self

from domain.problem import Problem

_LAUNCH = Path(__file__).with_name("launch.py")
_SHOWN_LINES = 15


class ServiceFailed(Problem):
    """A service could not be made to run; the message ends with the last lines it wrote."""


class Children:
    """Runs commands as `account` in `directory`, each holding the inherited file descriptor `lock`.

    Whoever gets that lock next knows that they, and all that they forked, are gone.
    """

    def __init__(self, account: pwd.struct_passwd | None, directory: Path, lock: int) -> None:
        self._identity = (account.pw_uid, account.pw_gid) if account else (-1, -1)
        self._directory = directory
        self._lock = lock
        # Linux sends the death signal when the *thread* that forked ends, so this one forks all and outlives them.
        self._forker = ThreadPoolExecutor(1, thread_name_prefix="embedded-services")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._forker.shutdown()

    def spawn(
        self,
        command: Sequence[str],
        *,
        death_signal: signal.Signals,
        output: IO[bytes] | int,
        stdin: int = subprocess.DEVNULL,
    ) -> subprocess.Popen[bytes]:
        """`death_signal` is what the command gets if this process dies."""
        arguments = [str(number) for number in (*self._identity, int(death_signal), os.getpid())]

        def fork() -> subprocess.Popen[bytes]:
            return subprocess.Popen(
                [sys.executable, "-I", "-S", str(_LAUNCH), *arguments, *command],
                stdin=stdin,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._directory,
                pass_fds=(self._lock,),
                start_new_session=True,  # Ctrl-C in the terminal is for us, who stop services in order
            )

        return self._forker.submit(fork).result()

    def run(self, command: Sequence[str], *, given: str = "") -> None:
        """Waits for the command, and raises with what it wrote if it failed."""
        child = self.spawn(command, death_signal=signal.SIGTERM, output=subprocess.PIPE, stdin=subprocess.PIPE)
        output, _ = child.communicate(given.encode())
        if child.returncode != 0:
            raise ServiceFailed(f"{Path(command[0]).name} failed:\n{last_lines(output)}")


def last_lines(output: bytes) -> str:
    return "\n".join(output.decode(errors="replace").splitlines()[-_SHOWN_LINES:])
