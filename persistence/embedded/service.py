"""A server that is launched, awaited, stopped, and revived when it dies."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Protocol

from persistence.embedded.process import Children, ServiceFailed, last_lines

_READY_SECONDS = 60.0  # crash recovery included
_STOP_SECONDS = 60.0
_PROBE_SECONDS = 0.03
_REVIVE_SECONDS = 10.0
_LONGEST_PAUSE_SECONDS = 1.0
_STEADY_SECONDS = 10.0  # a service that lived this long is revived without a pause
_LOG_LIMIT_BYTES = 8 * 1024 * 1024


class Server(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def stop_signal(self) -> signal.Signals: ...

    def prepare(self, children: Children) -> None:
        """Makes what is missing; called when no process of an earlier run is left."""

    def command(self) -> list[str]: ...

    def answers(self) -> bool:
        """Whether a real connection works; raises if waiting longer cannot help."""

    def dismiss(self, children: Children) -> None:
        """Asks a process that outlived its supervisor, which macOS allows, to stop."""


class Service:
    """One server process after another on one command line; every method may be called from any thread."""

    def __init__(self, server: Server, children: Children, log: Path, halted: threading.Event) -> None:
        """Nothing is revived once `halted` is set."""
        self._server = server
        self._children = children
        self._log = log
        self._halted = halted
        self._process: subprocess.Popen[bytes] | None = None
        self._launched_at = 0.0
        self._pause_seconds = 0.0
        self._guard = threading.RLock()

    @property
    def pid(self) -> int:
        """Of the process launched last, which may have died since."""
        assert self._process is not None, f"{self._server.name} was never launched"
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def launch(self) -> None:
        """Returns before the server answers, so that several can start side by side."""
        self.trim_log()
        descriptor = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "ab") as log:
            self._process = self._children.spawn(
                self._server.command(), death_signal=self._server.stop_signal, output=log
            )
        self._launched_at = time.monotonic()

    def await_answer(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while not self._server.answers():
            if not self.alive:
                raise self._failure("ended while starting")
            if time.monotonic() > deadline:
                raise self._failure(f"did not answer within {_READY_SECONDS:.0f} s")
            if self._halted.wait(_PROBE_SECONDS):
                raise self._failure("was stopped while starting")

    def stop(self) -> None:
        with self._guard:
            if self._process is None:
                return
            self._process.send_signal(self._server.stop_signal)
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def revive(self) -> None:
        """Starts a server that died; tries for a while, as its last processes may still be on their way out."""
        deadline = time.monotonic() + _REVIVE_SECONDS
        with self._guard:
            while not self.alive and not self._halted.wait(self._next_pause()):
                self.launch()
                try:
                    self.await_answer()
                except ServiceFailed:
                    if self.alive or time.monotonic() > deadline:
                        raise

    def restart(self) -> None:
        with self._guard:
            self.stop()
            self.revive()

    def trim_log(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            if self._log.stat().st_size > _LOG_LIMIT_BYTES:
                os.truncate(self._log, 0)

    def _next_pause(self) -> float:
        pause = 0.0 if time.monotonic() - self._launched_at > _STEADY_SECONDS else self._pause_seconds
        self._pause_seconds = min(pause * 2 or 0.1, _LONGEST_PAUSE_SECONDS)
        return pause

    def _failure(self, what: str) -> ServiceFailed:
        return ServiceFailed(f"{self._server.name} {what}; {self._log} ends:\n{last_lines(self._log.read_bytes())}")
