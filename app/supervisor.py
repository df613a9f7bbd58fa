"""Keeps child processes alive: whoever dies is replaced at once, and all end with this process.

Children are forked by a small server process that has imported everything once, so that a new one serves in a tenth of
a second, and that has no threads, which a process must not have when it forks.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

import structlog

from domain.problem import Problem

log = structlog.get_logger("cercle.supervisor")

STEADY_SECONDS = 5.0
"""A child that served this long is replaced without a pause."""

PAUSE_SECONDS_MAX = 2.0
RELAUNCH_SECONDS = 0.2
STOP_SECONDS = 7.0
"""How long a child may take to end, apart from the time that it goes on serving."""

START_SECONDS = 60.0

FORKER_LOST = 255
"""The exit code of a child of which nothing is known any more."""

PRELOADED = ["app.preload"]

_context = multiprocessing.get_context("forkserver")


class StartFailed(Problem):
    """A child ended before it served; what it logged says why."""


def prepare() -> None:
    """Let the forking process start to import, which takes a second; meanwhile there is other work to do."""
    # Children would run the script again that this process was started by, to find in it what they do not look for.
    vars(sys.modules["__main__"]).pop("__file__", None)
    _context.set_forkserver_preload(PRELOADED)
    forkserver.ensure_running()


class Child:
    """One process after another that runs `serve(*arguments, ready)` of a module; it says on `ready` when it serves."""

    def __init__(self, name: str, module: str, *arguments: Any) -> None:
        self.name = name
        self._module = module
        self._arguments = arguments
        self._failures = 0
        self.process: BaseProcess
        self.ready: Connection
        self.started_at = 0.0
        self.due_at = 0.0

    def launch(self) -> None:
        self.ready, told = _context.Pipe(duplex=False)
        self.process = _context.Process(target=run, args=(self._module, *self._arguments, told), name=self.name)
        self.process.start()
        told.close()
        self.started_at = time.monotonic()

    def await_ready(self) -> None:
        """Wait until it serves; raise if it ends instead."""
        wait([self.ready, self.process.sentinel], START_SECONDS)
        with contextlib.suppress(EOFError):
            if self.ready.poll() and self.ready.recv():
                return
        raise StartFailed(f"The {self.name} process did not start: see above.")

    def relaunch(self) -> None:
        """Launch the next one, or try again soon, should the forking process have died this very moment."""
        try:
            self.launch()
            self.due_at = 0.0
        except (OSError, EOFError) as error:
            log.warning("a process can not be started yet", process=self.name, reason=type(error).__name__)
            self.due_at = time.monotonic() + RELAUNCH_SECONDS

    def bury(self) -> None:
        """Note that it died, and when the next one is due."""
        lived = time.monotonic() - self.started_at
        log.warning("a process died and is started again", process=self.name, code=self.process.exitcode)
        if self.process.exitcode == FORKER_LOST and self.process.pid is not None:
            # The forking process died; this one may live on, and there must not be two.
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGKILL)
        self.ready.close()
        self._failures = 0 if lived > STEADY_SECONDS else self._failures + 1
        pause = 0.0 if self._failures < 2 else min(0.1 * (1 << min(self._failures, 10)), PAUSE_SECONDS_MAX)
        self.due_at = time.monotonic() + pause


class Supervisor:
    """A context manager: children are started on entering and stopped on leaving."""

    def __init__(self, children: list[Child], *, drain_seconds: float = 0.0) -> None:
        self.children = children
        self.stop_seconds = drain_seconds + STOP_SECONDS
        self._woken, self._wake = os.pipe()
        self.told_to_stop = False

    def __enter__(self) -> "Supervisor":
        with contextlib.ExitStack() as undo:
            undo.callback(self.stop)
            for child in self.children:
                child.launch()
            for child in self.children:
                child.await_ready()
            undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def watch(self) -> None:
        """Replace who dies, until told to stop."""
        while not self.told_to_stop:
            alive = {child.process.sentinel: child for child in self.children if not child.due_at}
            due = [child.due_at - time.monotonic() for child in self.children if child.due_at]
            for sentinel in wait([self._woken, *alive], max(0.0, min(due)) if due else None):
                if sentinel in alive:
                    alive[sentinel].bury()
            for child in self.children:
                if child.due_at and child.due_at <= time.monotonic() and not self.told_to_stop:
                    child.relaunch()

    def tell_to_stop(self) -> None:
        """May be called from a signal handler."""
        self.told_to_stop = True
        os.write(self._wake, b"!")

    def stop(self) -> None:
        """End all children, by force those that take too long."""
        running = [child.process for child in self.children if child.started_at and child.process.is_alive()]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + self.stop_seconds
        for process in running:
            process.join(max(0.0, deadline - time.monotonic()))
            if process.is_alive():
                log.error("a process did not stop in time", process=process.name)
                process.kill()
                process.join()


def run(module: str, *arguments: Any) -> None:
    """In the child: leave the terminal's signals to the supervisor, end when it does, and do the work."""
    os.setsid()
    threading.Thread(target=end_with_supervisor, daemon=True).start()
    # By its name, so that the supervisor itself need not import what its children do.
    import_module(module).serve(*arguments)


def end_with_supervisor() -> None:
    supervisor = multiprocessing.parent_process()
    assert supervisor is not None
    supervisor.join()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(STOP_SECONDS)
    os._exit(1)


@contextlib.contextmanager
def stopping(stop: Callable[[], None]) -> Iterator[None]:
    """Within, SIGINT and SIGTERM call `stop`."""
    before = {number: signal.signal(number, lambda *_: stop()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
