"""Figures of all processes of a house on one machine: each tells its own to whichever of them is asked.

A process listens on a socket in the data directory; who is asked for metrics asks the others there, at that moment.
So nothing is written while requests are answered, and a process that was killed takes nobody's counts with it but its
own: each has its own label, and that one begins at zero again is what Prometheus expects.
"""

import asyncio
import contextlib
import hashlib
import logging
import multiprocessing
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import orjson

from app.house import House
from app.telemetry.lag import Lag
from app.telemetry.metric import Reading, known, of_house, of_process

log = logging.getLogger("cercle.telemetry")

ASK_SECONDS_MAX = 1.0
BYTES_MAX = 4 * 1024 * 1024
PATH_BYTES_MAX = 100
"""A socket's path has room for little more."""

NUMBERED = "process-"

Source = Callable[[], Iterable[Reading]]


def process_name() -> str:
    """What the supervisor calls this process, such as `api 1`; by its number when there is none."""
    name = multiprocessing.current_process().name
    return f"process {os.getpid()}" if name == "MainProcess" else name


class Exchange:
    """This process's figures, and the way to the others'."""

    def __init__(self, data_dir: Path, name: str | None = None) -> None:
        self.name = name or process_name()
        self.sources: list[Source] = []
        self._began = time.time()
        self._data_dir = data_dir

    def own(self) -> Iterator[Reading]:
        yield "process_answers", (), 1
        yield "process_start_time_seconds", (), self._began
        for source in self.sources:
            yield from source()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Answer the others for as long as this lasts; a process that can not is silent, and serves nevertheless."""
        try:
            place = meeting_place(self._data_dir)
            path = place / f"{self.name.replace(' ', '-')}.sock"
            # Of one that was killed.
            path.unlink(missing_ok=True)
            server = await asyncio.start_unix_server(self._answer, str(path))
        except OSError as error:
            log.warning("figures can not be told to other processes: %s", error.strerror)
            yield
            return
        try:
            yield
        finally:
            server.close()
            path.unlink(missing_ok=True)

    async def all(self) -> dict[str, list[Reading]]:
        """Readings of every process by its name; of one that does not answer only that."""
        found = {self.name: known(self.own())}
        try:
            paths = sorted(meeting_place(self._data_dir).glob("*.sock"))
        except OSError:
            return found
        others = [path for path in paths if path.stem.replace("-", " ") != self.name]
        for path, readings in zip(others, await asyncio.gather(*map(ask, others)), strict=True):
            if readings is not None:
                found[path.stem.replace("-", " ")] = readings
        return found

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(OSError):
            writer.write(orjson.dumps(list(self.own())))
            await writer.drain()


@asynccontextmanager
async def telling(house: House, *sources: Source) -> AsyncIterator[Exchange]:
    """Within, this process tells what every process of the house can tell, and what these sources add to it."""
    lag = Lag()
    exchange = Exchange(house.settings.data_dir)
    exchange.sources += [of_process, lag.readings, partial(of_house, house), *sources]
    lag.start()
    try:
        async with exchange.open():
            yield exchange
    finally:
        lag.stop()


async def ask(path: Path) -> list[Reading] | None:
    """What the process there tells; None when there is no such process any more."""
    try:
        async with asyncio.timeout(ASK_SECONDS_MAX):
            reader, writer = await asyncio.open_unix_connection(str(path), limit=BYTES_MAX)
            with contextlib.closing(writer):
                told = orjson.loads(await reader.read(-1))
        return known((name, tuple(labels), value) for name, labels, value in told)
    except FileNotFoundError:
        return None
    except ConnectionRefusedError:
        forget(path)
        return None
    except (OSError, ValueError):
        return [("process_answers", (), 0)]


def forget(path: Path) -> None:
    """Remove a socket that nobody will have again; those of the supervisor's processes are their successors'."""
    if path.stem.startswith(NUMBERED):
        path.unlink(missing_ok=True)


def meeting_place(data_dir: Path) -> Path:
    """A directory of this house's that nobody else may enter; in the shared one where the path would be too long."""
    place = data_dir.absolute() / "figures"
    if len(os.fsencode(place)) > PATH_BYTES_MAX - 20:
        digest = hashlib.sha256(os.fsencode(place)).hexdigest()[:16]
        place = Path(tempfile.gettempdir()) / f"cercle-figures-{digest}"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = place.lstat()
    if found.st_uid != os.geteuid() or place.is_symlink():
        raise PermissionError(1, f"{place} is somebody else's")
    return place
