"""What is measured: a seeded database, the house's own API server, and the floor, each a process of its own."""

import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

from app.config import Settings
from app.seed import Progress, seed
from app.supervisor import Child, Supervisor, prepare
from benchmarks.load import LoadFailed, Measured
from persistence.embedded import Services, ServiceSupervisor
from persistence.migrate import migrate

PUBLIC_URL = "https://cercle.example"
"""Both sides say the same addresses of media, wherever they listen."""

PATIENCE_SECONDS = 60

CACHES = ("off", "memory", "valkey") if "response_cache" in Settings.model_fields else ()
UNCACHED = {"response_cache": "off"} if CACHES else {}
"""For a house that answers from its database every time."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a house stands on: its services, and a directory for its files."""

    services: Services
    data_dir: Path

    async def furnish(self, pieces: int, progress: Progress) -> None:
        """Migrate and seed an empty database."""
        await migrate(self.services.owner_url, self.services.app_url)
        await seed(self.services.owner_url, pieces=pieces, progress=progress)

    def settings(self, **changes: Any) -> Settings:
        """A house on this ground, otherwise as anybody would start it."""
        return Settings(
            data_dir=self.data_dir / "house",
            database_url=self.services.app_url,
            database_owner_url=self.services.owner_url,
            redis_url=self.services.redis_url or None,
            public_url=PUBLIC_URL,
            # The load is one client, and is never held back.
            **{"cost_bucket": 1_000_000_000, "cost_restored_per_second": 1_000_000_000, **changes},
        )


@contextmanager
def ground(data_dir: Path | None = None) -> Iterator[Ground]:
    """Embedded services with the settings of a house that keeps what it promises; in a directory that goes away."""
    with ExitStack() as open_:
        if data_dir is None:
            data_dir = Path(open_.enter_context(tempfile.TemporaryDirectory(prefix="cercle-bench-")))
            # PostgreSQL is nobody, if we are root.
            data_dir.chmod(0o755)
        yield Ground(open_.enter_context(ServiceSupervisor(data_dir)), data_dir)


@dataclass(frozen=True, slots=True)
class Server:
    """A process that answers on loopback."""

    url: str
    child: Child

    @property
    def pid(self) -> int:
        pid = self.child.process.pid
        assert pid is not None, "it was started"
        return pid


class Driver:
    """A process that does what it is told and says how it went."""

    def __init__(self, module: str, *arguments: Any) -> None:
        self.orders, theirs = Pipe()
        self.child = Child(module, module, *arguments, theirs)

    def run(self, load: Any, seconds: float) -> Measured:
        self.orders.send((load, seconds))
        if not self.orders.poll(seconds + PATIENCE_SECONDS):
            raise LoadFailed("the process that the load comes from does not answer")
        told = self.orders.recv()
        if isinstance(told, Exception):
            raise told
        assert isinstance(told, Measured)
        return told

    @property
    def pid(self) -> int:
        pid = self.child.process.pid
        assert pid is not None, "it was started"
        return pid


class Stage:
    """Servers and drivers by name; they run inside `with stage.open()`."""

    def __init__(self) -> None:
        self.servers: dict[str, Server] = {}
        self.drivers: dict[str, Driver] = {}
        self._sockets: list[socket.socket] = []

    def serve(self, name: str, module: str, settings: Settings, *more: Any) -> Server:
        listener = socket.create_server(("127.0.0.1", 0))
        self._sockets.append(listener)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.servers[name] = Server(url, Child(name, module, settings, listener, *more))
        return self.servers[name]

    def drive(self, name: str, *arguments: Any) -> Driver:
        self.drivers[name] = Driver(f"benchmarks.{name}", *arguments)
        return self.drivers[name]

    @contextmanager
    def open(self) -> Iterator[None]:
        prepare()
        children = [server.child for server in self.servers.values()]
        children += [driver.child for driver in self.drivers.values()]
        try:
            with Supervisor(children):
                yield
        finally:
            for listener in self._sockets:
                listener.close()


def cpu_seconds(pid: int) -> float:
    """What a process has used of the processor until now, all its threads; 0 where the system does not tell."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
    except OSError:
        return 0.0
