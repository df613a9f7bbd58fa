"""API processes of their own, for what one event loop can not show: races, kills, restarts."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

import httpx2

from app.config import Settings
from app.start import bound
from app.supervisor import Child, prepare
from persistence.embedded import Services
from tests.support.waiting import until

START_SECONDS = 90
REPOSITORY = Path(__file__).parents[2]


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ApiProcess:
    """One process on a port of its own, as `cercle serve` runs it; killed and started again at will."""

    def __init__(self, services: Services, **environment: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("CERCLE_")},
            "CERCLE_PORT": str(self.port),
            "CERCLE_DATABASE_URL": services.app_url,
            "CERCLE_REDIS_URL": services.redis_url,
            # Whoever comes in a crowd here comes from one address.
            "CERCLE_COST_BUCKET": "1000000000",
            "CERCLE_COST_RESTORED_PER_SECOND": "1000000000",
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def launch(self) -> Self:
        """Start the process; it is not ready yet."""
        serve = [sys.executable, "-c", "from app.cli import main; main()", "serve"]
        self._process = subprocess.Popen(serve, cwd=REPOSITORY, env=self._environment)
        return self

    @property
    def pid(self) -> int:
        assert self._process is not None, "launch comes first"
        return self._process.pid

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None, "launch comes first"
        self._process.send_signal(number)

    def over(self) -> int | None:
        """The exit code; None while it runs."""
        assert self._process is not None, "launch comes first"
        return self._process.poll()

    async def ready(self) -> None:
        """Wait until it serves."""
        deadline = time.monotonic() + START_SECONDS
        async with httpx2.AsyncClient() as client:
            while time.monotonic() < deadline:
                assert self._process is not None, "launch comes first"
                assert self._process.poll() is None, "the API process ended by itself"
                try:
                    if (await client.get(f"{self.url}/ready")).status_code == 200:
                        return
                except httpx2.TransportError:
                    pass
                await asyncio.sleep(0.05)
        raise AssertionError(f"the API process was not ready in {START_SECONDS} s")

    def kill(self) -> None:
        """SIGKILL: what was under way is cut off."""
        assert self._process is not None, "launch comes first"
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """SIGTERM, and wait."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


class ServedProcess(ApiProcess):
    """An API process as a house has them, forked from a warm one: the first takes seconds, all others a moment."""

    def __init__(self, services: Services, **settings: Any) -> None:
        self.settings = Settings(
            **{
                "host": "127.0.0.1",
                "port": free_port(),
                "database_url": services.app_url,
                "redis_url": services.redis_url,
                "cost_bucket": 1_000_000_000,
                "cost_restored_per_second": 1_000_000_000,
                **settings,
            }
        )
        self.port = self.settings.port
        self.url = f"http://127.0.0.1:{self.port}"
        self._child: Child | None = None
        self._began = False

    def launch(self) -> Self:
        prepare()
        listener = bound(self.settings, shared=False)
        self._child = Child("api", "app.server", self.settings, listener)
        self._child.launch()
        listener.close()
        return self

    async def ready(self) -> None:
        assert self._child is not None, "launch comes first"
        if not self._began:
            await asyncio.to_thread(self._child.await_ready)
            self._began = True
        await until(self.says_ready)

    async def says_ready(self) -> bool:
        async with httpx2.AsyncClient() as client:
            try:
                return (await client.get(f"{self.url}/ready")).status_code == 200
            except httpx2.TransportError:
                return False

    @property
    def pid(self) -> int:
        assert self._child is not None, "launch comes first"
        assert self._child.process.pid is not None
        return self._child.process.pid

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        assert self._child is not None, "launch comes first"
        self._child.process.kill()
        self._child.process.join()

    def over(self) -> int | None:
        assert self._child is not None, "launch comes first"
        return self._child.process.exitcode

    def stop(self) -> None:
        if self._child is not None and self._child.process.is_alive():
            self._child.process.terminate()
            self._child.process.join(15)
            self._child.process.kill()
            self._child.process.join()
