"""Whether there is somewhere to keep things, looked at before anything is kept."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from domain.problem import Problem

ROOM_BYTES_MIN = 256 * 2**20
"""For PostgreSQL's own log of changes, and something to put into it."""


class PlaceProblem(Problem):
    """The data directory can not be used; the message is one line that says what to do."""


def check_place(data_dir: Path, room: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free) -> None:
    """Refuse a directory that can not be written to, or made, or that has no room; nothing is made here."""
    there = next(path for path in (data_dir.absolute(), *data_dir.absolute().parents) if path.exists())
    choose = "choose another CERCLE_DATA_DIR"
    if not there.is_dir():
        raise PlaceProblem(f"{there} is no directory: {choose}.")
    try:
        if there == data_dir.absolute():
            tempfile.TemporaryFile(dir=there).close()
        elif not os.access(there, os.W_OK | os.X_OK):
            raise PermissionError(0, "no right to")
    except OSError as error:
        raise PlaceProblem(f"{there} can not be written to ({error.strerror}): {choose}.") from error
    if (free := room(there)) < ROOM_BYTES_MIN:
        least = ROOM_BYTES_MIN // 2**20
        raise PlaceProblem(f"{there} has {free // 2**20} MiB left, and needs {least}: make room, or {choose}.")
