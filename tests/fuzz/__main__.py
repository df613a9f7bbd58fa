"""`python -m tests.fuzz`: a seeded house, and schemathesis as somebody of every role for as long as it is told.

It lives in an environment of its own, `.venv-fuzz`, which `make fuzz` makes, for it brings a plugin of pytest and a
dozen libraries along; what it finds is printed as it goes.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

from app import seed, start
from app.config import Settings
from persistence.embedded import ServiceSupervisor
from persistence.migrate import migrate
from tests.fuzz.known import LIMITLESS, known_ids
from tests.support.servers import REPOSITORY, ApiProcess

STRANGER = "stranger"
PIECES = 120


def fuzz(url: str, token: str | None, seconds: int, ids: Path) -> bool:
    """Send what schemathesis makes up; whether nothing was found."""
    command = [
        str(REPOSITORY / ".venv-fuzz" / "bin" / "schemathesis"),
        *(
            "run",
            str(REPOSITORY / "schema" / "schema.graphql"),
            "--url",
            f"{url}/graphql",
            "--checks",
            "house_holds",
            "--workers",
            "1",
            "--max-time",
            str(seconds),
        ),
        *("--phases", "fuzzing,stateful", "--suppress-health-check", "all", "--continue-on-failure"),
        *("--request-timeout", "30", "--warnings", "off", "--no-shrink"),
        *(("-H", f"Authorization: Bearer {token}") if token else ()),
    ]
    hooks = {"SCHEMATHESIS_HOOKS": "tests.fuzz.hooks", "PYTHONPATH": str(REPOSITORY), "CERCLE_FUZZ_IDS": str(ids)}
    # It keeps what it found where it runs.
    return subprocess.run(command, cwd=ids.parent, env={**os.environ, **hooks}, check=False).returncode == 0


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz")
    asked.add_argument("--seconds", type=int, default=600, help="for each role")
    asked.add_argument("--role", action="append", help="only these, such as stranger or customer")
    asked.add_argument("--at-once", type=int, default=1, help="how many roles send at the same time")
    asked = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="cercle-fuzz-") as place:
        os.chmod(place, 0o755)
        with ServiceSupervisor(Path(place)) as services:
            asyncio.run(migrate(services.owner_url))
            asyncio.run(seed.seed(services.owner_url, pieces=PIECES))
            ids = Path(place) / "ids.json"
            ids.write_text(json.dumps([*chain(*asyncio.run(known_ids(services.owner_url)).values())]))
            passes = asyncio.run(start.residents(Settings(database_url=services.owner_url)))
            tokens = {STRANGER: None, **{min(one.roles).lower(): one.token for one in reversed(passes)}}
            limitless = {f"CERCLE_{name.upper()}": str(value) for name, value in LIMITLESS.items()}
            process = ApiProcess(services, CERCLE_DATA_DIR=place, **limitless).launch()
            try:
                asyncio.run(process.ready())
                roles = [role for role in tokens if not asked.role or role in asked.role]
                with ThreadPoolExecutor(asked.at_once) as sending:
                    good = sending.map(lambda role: fuzz(process.url, tokens[role], asked.seconds, ids), roles)
                    broken = [role for role, nothing in zip(roles, good, strict=True) if not nothing]
            finally:
                process.stop()
    print(f"Broken by: {', '.join(broken)}" if broken else "Nothing was found.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
