"""Starts the services of one data directory, keeps them running and stops them."""

import contextlib
import fcntl
import json
import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType

from domain.problem import Problem
from persistence.embedded import postgres as pg
from persistence.embedded import valkey as vk
from persistence.embedded.binaries import postgres_programs
from persistence.embedded.place import settle
from persistence.embedded.process import Children, ServiceFailed
from persistence.embedded.service import Server, Service

_logger = logging.getLogger(__name__)

_WATCH_SECONDS = 0.1
_LEFTOVER_SECONDS = 30.0
_CHOSEN_HERE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Services:
    """URLs to connect to; that of a service left out is empty."""

    owner_url: str = field(repr=False)  # owns the database, and may CREATE DATABASE
    app_url: str = field(repr=False)  # the same database for a role that owns nothing
    redis_url: str


class ServicesBusy(Problem):
    """The services of this data directory belong to another process."""


def running(data_dir: Path) -> Services | None:
    """What another process has running on `data_dir`, each service tried before it is named."""
    data_dir = data_dir.resolve()
    try:
        record = json.loads(_record(data_dir).read_text())
    except (OSError, ValueError):
        return None
    if record["data_dir"] != str(data_dir):  # a copy of the directory whose services these are
        return None
    services = Services(**record["services"])
    database = not services.app_url or pg.answers(services.app_url, postgres_programs(None))
    cache = not services.redis_url or vk.answers(services.redis_url)
    return services if database and cache else None


class ServiceSupervisor:
    """A context manager whose services end with it, and on Linux also when its process is killed."""

    def __init__(
        self,
        data_dir: Path,
        *,
        postgres: bool = True,
        valkey: bool = True,
        settings: Mapping[str, str] = _CHOSEN_HERE,
    ) -> None:
        """`settings` are PostgreSQL's, and win over those chosen here."""
        self._data_dir = data_dir.resolve()
        self._postgres = postgres
        self._valkey = valkey
        self._settings = settings
        self._services: dict[str, Service] = {}
        self._halted = threading.Event()
        self._undo = ExitStack()

    def __enter__(self) -> Services:
        self._data_dir.mkdir(parents=True, exist_ok=True)
        with ExitStack() as undo:
            undo.enter_context(_claimed(self._data_dir))
            self._halted = threading.Event()
            place = settle(self._data_dir)
            undo.callback(place.tidy)
            postgres = pg.Postgres.at(place, self._settings) if self._postgres else None
            valkey = vk.Valkey.at(place) if self._valkey else None
            lock = undo.enter_context(_opened(self._data_dir / "services.lock"))
            children = undo.enter_context(Children(place.account, place.home, lock))
            servers: list[Server] = [server for server in (postgres, valkey) if server]
            _dismiss_leftovers(servers, children, lock)
            self._start(servers, children, undo)
            services = Services(
                owner_url=postgres.url(pg.OWNER) if postgres else "",
                app_url=postgres.url(pg.APP) if postgres else "",
                redis_url=valkey.url() if valkey else "",
            )
            undo.callback(_record(self._data_dir).unlink, missing_ok=True)
            _write_record(self._data_dir, services)
            self._undo = undo.pop_all()
        return services

    def __exit__(self, *_: object) -> None:
        self._halted.set()
        self._undo.close()

    def watch(self) -> threading.Thread:
        """Until the supervisor ends, services that die are started again from a thread."""
        watcher = threading.Thread(target=self._revive_the_dead, name="embedded-services-watch", daemon=True)
        watcher.start()
        self._undo.callback(watcher.join)
        return watcher

    @property
    def postgres_pid(self) -> int:
        return self._services["postgres"].pid

    @property
    def valkey_pid(self) -> int:
        return self._services["valkey"].pid

    def restart_postgres(self) -> None:
        self._services["postgres"].restart()

    def restart_valkey(self) -> None:
        self._services["valkey"].restart()

    def _start(self, servers: list[Server], children: Children, undo: ExitStack) -> None:
        self._services = {
            server.name: Service(server, children, self._data_dir / f"{server.name}.log", self._halted)
            for server in servers
        }
        for server in servers:
            server.prepare(children)
        for service in self._services.values():
            undo.callback(service.stop)
            service.launch()
        for service in self._services.values():
            service.await_answer()

    def _revive_the_dead(self) -> None:
        while not self._halted.wait(_WATCH_SECONDS):
            for name, service in self._services.items():
                service.trim_log()
                if service.alive:
                    continue
                _logger.warning("%s died and is started again", name)
                try:
                    service.revive()
                except ServiceFailed as failure:
                    _logger.error("%s", failure)


def _dismiss_leftovers(servers: list[Server], children: Children, lock: int) -> None:
    """Takes the lock that every process of an earlier run holds until it ends."""
    if _taken(lock):
        return
    for server in servers:
        server.dismiss(children)
    deadline = time.monotonic() + _LEFTOVER_SECONDS
    while not _taken(lock):
        if time.monotonic() > deadline:
            raise ServicesBusy("a database or cache of an earlier run is still shutting down: wait, or end it yourself")
        time.sleep(_WATCH_SECONDS)


@contextlib.contextmanager
def _claimed(data_dir: Path) -> Iterator[None]:
    with _opened(data_dir / "supervisor.lock") as lock:
        if not _taken(lock):
            raise ServicesBusy(
                f"the services in {data_dir} belong to a running process: "
                "stop it, share them by running(), or choose another data directory"
            )
        yield


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _record(data_dir: Path) -> Path:
    return data_dir / "running.json"


def _write_record(data_dir: Path, services: Services) -> None:
    draft = data_dir / "running.json.new"
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"data_dir": str(data_dir), "services": asdict(services)}, file)
    draft.replace(_record(data_dir))
