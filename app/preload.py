"""Imported once by the process that forks the others: what an API process needs, and the schema, made once for all."""

import gc
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from app.config import Settings

LOOK_SECONDS = 0.2


@contextmanager
def watching(parent: int) -> Iterator[None]:
    """End as soon as there is nobody any more to fork for: whoever wanted it found something wrong meanwhile."""

    def look(*_: Any) -> None:
        if os.getppid() != parent:
            os._exit(0)

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, LOOK_SECONDS, LOOK_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def preload() -> None:
    # There is no garbage yet, only a hundred thousand new objects that the collector would go through again and again.
    gc.disable()
    import app.server  # noqa: F401
    from schema.root import build

    build()
    # A collector that touches shared memory makes copies of it.
    gc.freeze()
    gc.enable()


try:
    Settings()
except (SettingsError, ValidationError):
    # Nobody will be forked: whoever wants to is just being told why.
    pass
else:
    with watching(os.getppid()):
        preload()
