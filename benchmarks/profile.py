"""Where an API server's time goes: flame graphs of it under load, and the functions that cost most."""

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import cases, flame, transfer
from benchmarks.bench import MANY
from benchmarks.cases import Case
from benchmarks.progress import shown
from benchmarks.report import latest
from benchmarks.rounds import turn
from benchmarks.servers import CACHES, UNCACHED, Stage, ground

SECONDS = 6.0
WARM_UP_SECONDS = 2.0
WRITE_SECONDS_MAX = 10.0
SHOWN = 25

Stacks = Mapping[tuple[str, ...], int]


def run(pieces: int, *, out: Console) -> None:
    """For each case a flame graph, the stacks that it is made of, and the dearest functions."""
    with tempfile.TemporaryDirectory(prefix="cercle-profile-") as place, ground() as base:
        place_of_stacks = Path(place) / "stacks"
        with shown(out) as progress:
            asyncio.run(base.furnish(pieces, progress))
        settings, owner_url = base.settings(**UNCACHED), base.services.owner_url
        pairs = asyncio.run(transfer.pairs(settings, owner_url, MANY))
        asyncio.run(transfer.record(settings, pairs))
        slugs = asyncio.run(cases.slugs(owner_url))
        stage = Stage()
        house = stage.serve("house", "benchmarks.sampler", settings, place_of_stacks)
        if CACHES:
            stage.serve("memory", "benchmarks.sampler", base.settings(response_cache="memory"), place_of_stacks)
        stage.drive("driver")
        with stage.open():
            cached = stage.servers.get("memory")
            for case in (
                Case("listing", cases.listing(house, MANY), server="house"),
                Case("detail", cases.detail(house, slugs, MANY), server="house"),
                Case("transfer", transfer.over_graphql(house, pairs), server="house"),
                *((Case("listing-memory", cases.listing(cached, MANY), server="memory"),) if cached else ()),
            ):
                stacks, cpu_us = sampled(stage, case, place_of_stacks)
                graph = latest(f"-{case.name}.svg")
                shutil.copyfile(place_of_stacks, graph.with_suffix(".stacks"))
                graph.write_text(flame.drawn(stacks, f"{case.name}: {cpu_us:,.0f} µs of the processor"))
                out.print("", dearest(case.name, stacks, cpu_us), f"flame graph: {graph}")


def sampled(stage: Stage, case: Case, path: Path) -> tuple[Stacks, float]:
    """The stacks of a case under load, and its processor time for one request in µs, without the sampling."""
    assert case.server is not None
    pid = stage.servers[case.server].pid
    cpu_us = turn(stage, case, WARM_UP_SECONDS).cpu_us
    path.unlink(missing_ok=True)
    os.kill(pid, signal.SIGUSR1)
    turn(stage, case, SECONDS)
    os.kill(pid, signal.SIGUSR2)
    deadline = time.monotonic() + WRITE_SECONDS_MAX
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    return read(path.read_text()), cpu_us


def read(text: str) -> Stacks:
    stacks: Counter[tuple[str, ...]] = Counter()
    for line in text.splitlines():
        stack, _, times = line.rpartition(" ")
        stacks[tuple(stack.split(";"))] += int(times)
    return stacks


def dearest(name: str, stacks: Stacks, cpu_us: float) -> Table:
    """Functions by their own time, with what they take together with all that they call."""
    own: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for stack, times in stacks.items():
        own[stack[-1]] += times
        for function in set(stack):
            whole[function] += times
    each = cpu_us / max(1, sum(stacks.values()))
    table = Table(f"{name}: {cpu_us:,.0f} µs", "own µs", "with callees µs", box=None, header_style="bold")
    for function, times in own.most_common(SHOWN):
        table.add_row(function, f"{times * each:,.1f}", f"{whole[function] * each:,.1f}")
    return table
