"""Whole houses as `cercle run` opens them, to be killed in parts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self
from urllib.request import Request, urlopen

from tests.support.servers import REPOSITORY, free_port

OPEN_SECONDS = 90
CERCLE = [sys.executable, "-c", "from app.cli import main; main()"]


def environment(**settings: str) -> dict[str, str]:
    """Ours, without what is set for this house's tests themselves."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CERCLE_")}
    return (
        inherited | {"CERCLE_SEED_PIECES": "0"} | {f"CERCLE_{name.upper()}": value for name, value in settings.items()}
    )


def cercle(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [*CERCLE, *arguments], cwd=REPOSITORY, env=environment(**settings), text=True, capture_output=True, timeout=120
    )


PATIENCE_SECONDS = 60
"""How long a busy machine may take; how fast it is is for benchmarks to say."""


def eventually(true: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> float:
    """Wait until it is true; says how long that took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, f"not within {seconds} s"
        time.sleep(0.02)
    return time.monotonic() - began


class OpenHouse:
    """A running `cercle run` with a data directory of its own."""

    def __init__(self, data_dir: Path, **settings: str) -> None:
        self.data_dir = data_dir
        self.port = int(settings.get("port", free_port()))
        self.settings = {"data_dir": str(data_dir), **settings, "port": str(self.port)}
        self.log = data_dir.parent / f"{data_dir.name}.log"
        self.process: subprocess.Popen[bytes]

    def open(self) -> Self:
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*CERCLE, "run"], cwd=REPOSITORY, env=environment(**self.settings), stdout=log, stderr=log
            )
        try:
            eventually(self.ready_or_over, OPEN_SECONDS)
            assert self.process.poll() is None, self.told
        except AssertionError:
            self.process.kill()
            raise
        return self

    def ready_or_over(self) -> bool:
        return self.process.poll() is not None or (self.ready and "Cercle is open" in self.told)

    @property
    def told(self) -> str:
        return self.log.read_text()

    @property
    def ready(self) -> bool:
        return self.get("/ready") == 200

    def get(self, path: str) -> int:
        """The status; 0 when nobody answers."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=2) as response:
                return int(response.status)
        except OSError as error:
            return int(getattr(error, "code", 0))

    def read(self, path: str) -> str:
        with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as response:
            return str(response.read().decode())

    def ask(self, query: str, token: str | None = None) -> Any:
        headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        body = json.dumps({"query": query}).encode()
        with urlopen(Request(f"http://127.0.0.1:{self.port}/graphql", body, headers), timeout=5) as response:
            return json.load(response)

    def children(self) -> dict[str, list[int]]:
        """Process ids by what they are: api and worker are forked by forker, the rest is started by the parent."""
        parents: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    fields = (entry / "stat").read_text().rpartition(")")[2].split()
                except OSError:
                    continue
                if fields[0] != "Z":
                    parents.setdefault(int(fields[1]), []).append(int(entry.name))
        found: dict[str, list[int]] = {"forker": [], "served": [], "postgres": [], "valkey": []}
        for pid in parents.get(self.process.pid, []):
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
            except OSError:
                continue
            if b"forkserver" in command:
                found["forker"].append(pid)
                found["served"] += sorted(parents.get(pid, []))
            for name in ("postgres", "valkey"):
                if f"{name}".encode() in command:
                    found[name].append(pid)
        return found

    def close(self, number: signal.Signals = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(30)
