"""What came of a run: lines for machines, tables for people, and a file that says how it was measured."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from shutil import which
from typing import Any

import orjson
from rich.console import Console

from benchmarks import figures
from benchmarks.figures import Figure, Rounds

BESIDE = Path(__file__).parent


@dataclass
class Told:
    """What came of a run."""

    rounds: Rounds
    figures: dict[str, float | None]
    skipped: list[str] = field(default_factory=list)

    @property
    def cases(self) -> dict[str, dict[str, float]]:
        return figures.told(self.rounds)


def tell(told: Told, wanted: Sequence[Figure], out: Console) -> None:
    """Lines for machines, tables for people."""
    for name, each in told.cases.items():
        for what, value in each.items():
            out.print(f"{name}.{what} {value}", highlight=False)
    for name, ratio in told.figures.items():
        if ratio is not None:
            out.print(f"{name} {ratio:.3f}", highlight=False)
    out.print(f"load_average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors", highlight=False)
    for line in told.skipped:
        out.print(f"skipped {line}", highlight=False)
    out.print("", figures.cases_table(told.cases), "", figures.figures_table(wanted, told.figures))


def keep(told: Told, path: Path, **how: Any) -> None:
    """The same as JSON, with how it was measured."""
    document = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 1),
        "client": "wrk" if which("wrk") else "benchmarks.load",
        **how,
        "cases": told.cases,
        "figures": told.figures,
        "skipped": told.skipped,
    }
    path.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))


def latest(name: str) -> Path:
    """Where the last results are; git does not see them."""
    return BESIDE / f"latest{name}"
