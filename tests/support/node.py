"""Scripts for Node in `tests/node`: what the authors of clients, audits and browsers wrote, held against our server.

The packages are those of `tests/node/package-lock.json`, checked by their hashes; they are installed once for each
lock file, outside of what git sees.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.support.servers import REPOSITORY

SCRIPTS = REPOSITORY / "tests" / "node"
INSTALLED = REPOSITORY / ".cercle" / "node"
PROJECT = ("package.json", "package-lock.json", ".npmrc")

needs_node = pytest.mark.skipif(
    shutil.which("node") is None or shutil.which("npm") is None, reason="Node and npm are not installed here."
)


async def run(script: str, *, patience_seconds: float = 60, **environment: str) -> Any:
    """The JSON that a script of `tests/node` prints last; one that fails, or takes too long, fails the test."""
    place = await asyncio.to_thread(installed)
    if place is None:
        pytest.skip("The packages of tests/node can not be installed: npm reaches no registry.")
    process = await asyncio.create_subprocess_exec(
        # From standard input modules are looked for where the process is, not where the file is.
        *("node", "--input-type=module", "-"),
        cwd=place,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(patience_seconds):
            told, wrong = await process.communicate((SCRIPTS / script).read_bytes())
    except TimeoutError:
        raise AssertionError(f"{script} took longer than {patience_seconds} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, f"{script}: {wrong.decode()[-4_000:]}"
    return json.loads(told.splitlines()[-1])


@cache
def installed() -> Path | None:
    """Where the packages are, None when they can not be had.

    The first who needs them installs them, and who comes meanwhile waits.
    """
    version = hashlib.sha256(b"".join((SCRIPTS / name).read_bytes() for name in PROJECT)).hexdigest()[:16]
    place = INSTALLED / version
    INSTALLED.mkdir(parents=True, exist_ok=True)
    with (INSTALLED / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return place if (place / "node_modules").is_dir() or install(place) else None


def install(place: Path) -> bool:
    fresh = place.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    for name in PROJECT:
        shutil.copy(SCRIPTS / name, fresh)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=1"]
    if subprocess.run(command, cwd=fresh, capture_output=True, timeout=300).returncode:
        return False
    shutil.rmtree(place, ignore_errors=True)
    fresh.rename(place)
    return True
